//! Fields that kustomizations write: by replacements, by JSON patches and by partial objects. What is written there is
//! not final, so that a name in such a field is not judged.

use std::borrow::Cow;

use super::table::{Part, Path, Role, RowId, Seg, Step, Table};

/// The field of an object's own name, whatever else is called `name`.
pub(super) const OWN_NAME: &str = "metadata/name";
/// What parts the steps of a path that is kept: the same as in a JSON pointer, of which a step holds none.
const BETWEEN: char = '/';

/// A field that is written.
#[derive(Clone, Copy, Debug)]
pub struct Write<'r> {
    /// The kind of what it is written in, a regular expression; empty: any.
    pub kind: &'r str,
    /// The same of its name.
    pub name: &'r str,
    /// The path, as [`steps`] puts it; empty: any field.
    pub path: &'r str,
    /// Whether what is written there may be more than one value, so that it has fields of its own.
    pub whole: bool,
}

impl Write<'_> {
    /// Whether objects of a kind may get another name.
    pub(super) fn renames(&self, kind: &str) -> bool {
        self.path == OWN_NAME && selects(self.kind, kind)
    }

    /// Whether it may write the field that a row describes, in an object of this kind and one of these names; `from` is
    /// where walking the kind starts.
    pub(super) fn may_write(
        &self,
        kind: &str,
        names: &[Cow<'_, str>],
        table: &Table,
        from: u16,
        row: RowId,
    ) -> bool {
        self.path != OWN_NAME
            && selects(self.kind, kind)
            && names.iter().any(|name| selects(self.name, name))
            && self.leads_to(table, from, row)
    }

    /// Whether a path leads to the field of a row, or to something above it: what is above is written as a whole.
    fn leads_to(&self, table: &Table, from: u16, row: RowId) -> bool {
        let path: Vec<Cow<'_, str>> = match self.path {
            "" => return true,
            path => of_pointer(path).collect(),
        };
        let mut at = closed(table, vec![from]);
        let mut deep: Vec<u16> = Vec::new();
        for depth in 0..path.len() {
            let rest = &path[depth..];
            if at.iter().any(|step| has_field(table, *step, row, rest)) {
                return true;
            }
            let Some(key) = rest.first() else { break };
            // Patterns for any depth stay in force below.
            deep.extend(at.iter().filter(|step| !table.step(**step).deep.is_empty()));
            let mut below = Vec::new();
            for step in &at {
                let step = table.step(*step);
                let children = table.children(step.children).iter();
                below.extend(
                    children
                        .filter(|(name, _)| table.str(*name) == key)
                        .map(|(_, step)| *step),
                );
                below.push(step.values);
            }
            for step in &deep {
                let patterns = table.children(table.step(*step).deep).iter();
                let fits = |pattern: &str| match pattern.strip_prefix('*') {
                    Some(end) => key.ends_with(end),
                    None => key == pattern,
                };
                below.extend(
                    patterns
                        .filter(|(pattern, _)| fits(table.str(*pattern)))
                        .map(|(_, step)| *step),
                );
            }
            at = closed(table, below);
        }
        if !self.whole {
            return false;
        }
        at.extend(deep);
        below(table, at).iter().any(|step| stands_at(table, *step, row))
    }
}

/// Whether a selector of kustomize fits: a regular expression for all of the text.
pub(super) fn selects(pattern: &str, text: &str) -> bool {
    fits(pattern, text).unwrap_or(true)
}

/// The same; `None` for what is no expression, of which it is not known whom it selects.
pub(super) fn fits(pattern: &str, text: &str) -> Option<bool> {
    if pattern.is_empty() || pattern == text {
        return Some(true);
    }
    if is_plain(pattern) {
        return Some(false);
    }
    // Names with dots are common, and are no expressions to whoever writes them.
    if is_plain_but_dots(pattern) {
        let mut pairs = pattern.chars().zip(text.chars());
        let fits = pairs.all(|(p, t)| p == t || p == '.' && t != '\n');
        return Some(fits && pattern.len() == text.chars().count());
    }
    let pattern = regex_lite::Regex::new(&format!("^(?:{pattern})$")).ok()?;
    Some(pattern.is_match(text))
}

/// Whether an expression fits nothing but itself.
pub(super) fn is_plain(pattern: &str) -> bool {
    pattern.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// Whether nothing but dots make it an expression.
fn is_plain_but_dots(pattern: &str) -> bool {
    pattern.split('.').all(is_plain)
}

/// The steps of a path as they are kept: without indexes, since lists are looked through.
pub(super) fn steps<'s>(steps: impl Iterator<Item = Cow<'s, str>>) -> String {
    let is_index = |step: &str| {
        step.is_empty()
            || step == "-"
            || step == "*"
            || step.bytes().all(|b| b.is_ascii_digit())
            || is_search(step)
    };
    let mut path = String::new();
    for step in steps.filter(|step| !is_index(step)) {
        if !path.is_empty() {
            path.push(BETWEEN);
        }
        // A key may hold the sign, as annotations do.
        path.push_str(&escaped(&step));
    }
    path
}

/// A step as it is kept.
pub(super) fn escaped(step: &str) -> String {
    step.replace('~', "~0").replace(BETWEEN, "~1")
}

/// `[name=web]`: an item of a list by a field.
fn is_search(step: &str) -> bool {
    step.starts_with('[') && step.ends_with(']') && step.contains('=')
}

/// The steps of a JSON pointer.
pub(super) fn of_pointer(path: &str) -> impl Iterator<Item = Cow<'_, str>> {
    path.split(BETWEEN).map(unescaped)
}

pub(super) fn unescaped(step: &str) -> Cow<'_, str> {
    if step.contains('~') {
        Cow::Owned(step.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(step)
    }
}

/// The steps of a path of kustomize, `metadata.annotations.[a.b/c]`: dots within brackets, and after a `\`, part none.
pub(super) fn of_dotted(path: &str) -> Vec<Cow<'_, str>> {
    let mut steps = vec![String::new()];
    let (mut depth, mut escaped) = (0_u32, false);
    for c in path.chars() {
        let within = depth > 0 || escaped;
        escaped = c == '\\' && !escaped;
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c == '.' && !within {
            steps.push(String::new());
        } else if !escaped && let Some(step) = steps.last_mut() {
            step.push(c);
        }
    }
    let steps =
        steps.into_iter().map(
            |step| match step.strip_prefix('[').and_then(|s| s.strip_suffix(']')) {
                Some(key) if !key.contains('=') => key.to_string(),
                _ => step,
            },
        );
    steps.map(Cow::Owned).collect()
}

/// The steps, and those into lists and embedded types; each once.
fn closed(table: &Table, mut at: Vec<u16>) -> Vec<u16> {
    at.retain(|step| *step != 0);
    let mut next = 0;
    while let Some(&step) = at.get(next) {
        next += 1;
        let step: &Step = table.step(step);
        let embeds = table.embeds(step.embeds).iter().copied();
        for more in embeds.chain([step.items]) {
            if more != 0 && !at.contains(&more) {
                at.push(more);
            }
        }
    }
    at
}

/// All steps that can be reached.
fn below(table: &Table, mut at: Vec<u16>) -> Vec<u16> {
    let mut next = 0;
    while let Some(&step) = at.get(next) {
        next += 1;
        let step = table.step(step);
        let children = table
            .children(step.children)
            .iter()
            .chain(table.children(step.deep));
        let children = children.map(|(_, step)| *step);
        let embeds = table.embeds(step.embeds).iter().copied();
        for more in children.chain(embeds).chain([step.items, step.values]) {
            if more != 0 && !at.contains(&more) {
                at.push(more);
            }
        }
    }
    at
}

fn stands_at(table: &Table, step: u16, row: RowId) -> bool {
    table.at(table.step(step).rows).contains(&row)
}

/// Whether a row that stands at a step takes its name from a path, or from something below it.
fn has_field(table: &Table, step: u16, row: RowId, path: &[Cow<'_, str>]) -> bool {
    if !stands_at(table, step, row) || table.row(row).role != Role::Uses {
        return false;
    }
    let fields = table
        .parts(table.row(row).name)
        .iter()
        .filter_map(|part| match part {
            Part::Field(paths) => Some(table.paths(*paths)),
            Part::Fixed(_) => None,
        });
    let begins = |field: &Path| {
        let keys = table.segs(field.segs).iter().filter_map(|seg| match seg {
            Seg::Key(key) => Some(table.str(*key)),
            _ => None,
        });
        let keys: Vec<&str> = keys.collect();
        path.len() <= keys.len() && path.iter().zip(keys).all(|(step, key)| *step == key)
    };
    fields.flatten().any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_kustomize_does() {
        let pointer = |path| steps(of_pointer(path));
        assert_eq!(
            pointer("/spec/template/spec/volumes/0/secret"),
            "spec/template/spec/volumes/secret"
        );
        assert_eq!(
            pointer("/metadata/annotations/a.b~1c"),
            "metadata/annotations/a.b~1c"
        );
        let dotted = |path: &str| steps(of_dotted(path).into_iter());
        assert_eq!(
            dotted("spec.containers.[name=a.b].env.*.name"),
            "spec/containers/env/name"
        );
        assert_eq!(
            dotted("metadata.annotations.[a.b/c]"),
            "metadata/annotations/a.b~1c"
        );
        assert_eq!(
            dotted(r"metadata.annotations.a\.b/c"),
            "metadata/annotations/a.b~1c"
        );
        assert_eq!(dotted(".metadata.name"), OWN_NAME);
    }

    #[test]
    fn selectors_are_regular_expressions() {
        assert!(selects("", "web") && selects("web", "web") && selects("w.*|db", "web"));
        assert!(selects("a.b", "a.b") && selects("a.b", "axb") && !selects("a.b", "ab"));
        assert!(!selects("we", "web") && !selects("w|db", "web") && selects("(", "web"));
    }
}
