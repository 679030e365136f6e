//! What the server looks over when an expression's types are known: whether the values of a list or map that it writes
//! out are of one type, and whether a text to be formatted goes with its values.

use super::Fault;
use super::ast::{Element, Expr, Id, Node};
use super::types::{Simple, Type};

/// The first version that takes a value of unknown type for one of another type.
const STRICT_SINCE: u8 = 29;

/// The nodes with their types.
struct Cx<'e, 's> {
    nodes: &'e [Node<'s>],
    kinds: &'e [Type],
}

/// Looks over lists, maps and calls of `format`.
pub fn judge(nodes: &[Node<'_>], kinds: &[Type], ids: &[Id], minor: u8) -> Result<(), Fault> {
    if minor < STRICT_SINCE {
        return Ok(());
    }
    let cx = Cx { nodes, kinds };
    for &id in ids {
        match cx.expr(id) {
            Some(Expr::List(items)) => cx.alike("items of a list", items.iter().map(Into::into))?,
            Some(Expr::Map(entries)) => {
                cx.alike("keys of a map", entries.iter().map(|(key, _)| (*key, false)))?;
                cx.alike("values of a map", entries.iter().map(|(_, value)| value.into()))?;
            }
            Some(Expr::Call {
                target: Some(target),
                arguments,
                ..
            }) => cx.format(*target, arguments)?,
            _ => {}
        }
    }
    Ok(())
}

impl From<&Element> for (Id, bool) {
    fn from(element: &Element) -> Self {
        (element.value, element.optional)
    }
}

impl<'e, 's> Cx<'e, 's> {
    fn expr(&self, id: Id) -> Option<&'e Expr<'s>> {
        self.nodes.get(id as usize).map(|node| &node.expr)
    }

    fn kind(&self, id: Id) -> &'e Type {
        const UNKNOWN: &Type = &Type::DYN;
        self.kinds.get(id as usize).unwrap_or(UNKNOWN)
    }

    fn fault(&self, id: Id, message: String) -> Result<(), Fault> {
        let at = self.nodes.get(id as usize).map_or(0, |node| node.at);
        Err(Fault::new(at, message))
    }

    /// Holds values to the type of the first; `true` goes with those that are optional.
    fn alike(&self, what: &str, values: impl Iterator<Item = (Id, bool)>) -> Result<(), Fault> {
        let mut first = None;
        for (id, optional) in values {
            let kind = match self.kind(id) {
                Type::Optional(of) if optional => of,
                kind => kind,
            };
            match first {
                None => first = Some(kind),
                Some(first) if is_same(first, kind) => {}
                Some(first) => {
                    let message = format!("the {what} are of different types: `{first}` and `{kind}`");
                    return self.fault(id, message);
                }
            }
        }
        Ok(())
    }

    /// Holds the values of `'…'.format([…])` to what the text asks for.
    fn format(&self, target: Id, arguments: &[Id]) -> Result<(), Fault> {
        let (Some(Expr::Str(text)), [list]) = (self.expr(target), arguments) else {
            return Ok(());
        };
        let Some(Expr::List(values)) = self.expr(*list) else {
            return Ok(());
        };
        let mut left = values.iter();
        let mut rest: &str = text;
        while let Some((_, after)) = rest.split_once('%') {
            if let Some(after) = after.strip_prefix('%') {
                rest = after;
                continue;
            }
            let Some(value) = left.next() else {
                let message = format!("the text asks for more values than the {} given", values.len());
                return self.fault(target, message);
            };
            let (precision, verb) = match after.strip_prefix('.') {
                Some(digits) => {
                    let verb = digits.trim_start_matches(|c: char| c.is_ascii_digit());
                    (digits.get(..digits.len() - verb.len()), verb)
                }
                None => (None, after),
            };
            if precision.is_some_and(|digits| digits.parse::<u32>().is_err()) {
                return self.fault(target, "digits are missing behind `%.`".into());
            }
            let Some(verb) = verb.chars().next() else {
                return self.fault(
                    target,
                    "the text ends behind a `%`; write `%%` for the sign itself".into(),
                );
            };
            self.verb(verb, target, value.value)?;
            let (_, after) = after.split_once(verb).unwrap_or_default();
            rest = after;
        }
        match left.len() {
            0 => Ok(()),
            more => self.fault(
                target,
                format!("{more} more values are given than the text asks for"),
            ),
        }
    }

    /// Holds a value to what a verb takes.
    fn verb(&self, verb: char, target: Id, value: Id) -> Result<(), Fault> {
        let takes: &[Simple] = match verb {
            's' => return self.text(value),
            'd' | 'o' => &[Simple::Int, Simple::Uint],
            'f' | 'e' => &[Simple::Double, Simple::String],
            'b' => &[Simple::Int, Simple::Uint, Simple::Bool],
            'x' | 'X' => &[Simple::Int, Simple::Uint, Simple::String, Simple::Bytes],
            _ => return self.fault(target, format!("there is no `%{verb}`")),
        };
        let kind = self.kind(value);
        let is_taken = matches!(kind, Type::Is(kind) if takes.contains(kind));
        match is_taken || kind.is_dyn() {
            true => Ok(()),
            false => self.fault(value, format!("`%{verb}` does not go with `{kind}`")),
        }
    }

    /// Holds a value to what `%s` takes, with all that it is written of.
    fn text(&self, value: Id) -> Result<(), Fault> {
        let kind = self.kind(value);
        if let Type::Is(Simple::Opaque(_)) | Type::Optional(_) | Type::Struct(_) | Type::Patch(_) = kind {
            return self.fault(value, format!("`%s` does not go with `{kind}`"));
        }
        match self.expr(value) {
            Some(Expr::List(items)) => items.iter().try_for_each(|item| self.text(item.value)),
            Some(Expr::Map(entries)) => entries.iter().try_for_each(|(key, value)| {
                self.text(*key)?;
                self.text(value.value)
            }),
            _ => Ok(()),
        }
    }
}

/// Whether two types are one, whatever they are called.
fn is_same(one: &Type, other: &Type) -> bool {
    match (one, other) {
        (Type::List(one), Type::List(other)) | (Type::Optional(one), Type::Optional(other)) => {
            is_same(one, other)
        }
        (Type::Map(key, value), Type::Map(other_key, other_value)) => {
            is_same(key, other_key) && is_same(value, other_value)
        }
        _ => one == other || (one.is_dyn() && other.is_dyn()),
    }
}
