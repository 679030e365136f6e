//! What an expression may cost, as the server estimates it before it takes the rules of a CustomResourceDefinition.
//!
//! The server adds up the steps of the worst case: strings, lists and maps as long as their schema lets them be, or
//! as a whole request could make them. What is told here is never more than that: of whatever is not followed, the
//! size and the cost count as none.

use std::collections::HashSet;

use super::ast::{Expr, Id, Node as Step, Over};
use super::declare::property;
use crate::yaml::{Node, Scalar};

/// A request is never longer, less the quotes or brackets around a value.
const REQUEST: u64 = 3 * 1024 * 1024;
const WITHIN: u64 = REQUEST - 2;
/// How many schemas are looked at for the size of a value: aliases can make far more.
const SCHEMAS: u32 = 2_000;
/// Going over a string costs this much for each character, and a pattern for each of its own.
const TRAVERSAL: f64 = 0.1;
const PATTERN: f64 = 0.25;

/// Where a value comes from.
#[derive(Clone, Copy)]
enum Place<'t> {
    /// A value of a schema; of one for a whole object where the flag says so.
    Schema(Node<'t>, bool),
    /// The metadata of an object, whose schema says nothing of it.
    Metadata,
    /// A string as long as a request.
    Text,
    /// The same, but on a way that the server does not follow: it fears the worst.
    Feared(Node<'t>),
    /// A part of what has no type, where it fears the worst as well.
    Part,
    /// Not followed.
    Lost,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    List,
    Other,
}

/// What is known of a value, and of what it costs to make it.
#[derive(Clone, Copy)]
struct Made<'t> {
    cost: u64,
    size: u64,
    place: Place<'t>,
    kind: Kind,
}

impl<'t> Made<'t> {
    fn plain(cost: u64, size: u64) -> Made<'t> {
        Made {
            cost,
            size,
            place: Place::Lost,
            kind: Kind::Other,
        }
    }

    fn text(cost: u64, size: u64) -> Made<'t> {
        Made {
            kind: Kind::Text,
            ..Made::plain(cost, size)
        }
    }

    fn list(cost: u64, size: u64) -> Made<'t> {
        Made {
            kind: Kind::List,
            ..Made::plain(cost, size)
        }
    }
}

/// The cost of an expression whose `self` has this schema.
pub(super) fn of<'t>(steps: &[Step<'_>], top: Id, of_self: (Node<'t>, bool)) -> u64 {
    let mut coster = Coster {
        steps,
        of_self: Place::Schema(of_self.0, of_self.1),
        scopes: Vec::new(),
    };
    coster.made(top).cost
}

/// How often values of a schema may occur in one object, at the most, where nothing around it bounds that.
pub(crate) fn most_often(schema: Node<'_>, root: bool) -> u64 {
    match min_size(schema, root, &mut { SCHEMAS }) {
        Some(size) => REQUEST / (size + 1),
        None => 0,
    }
}

/// How many values of a schema may stand in one of the schema around it: `None` is without bound.
pub(crate) fn max_elements(around: Node<'_>) -> Option<u64> {
    match &*text(around, "type") {
        "object"
            if around
                .get("additionalProperties")
                .is_some_and(|node| !node.is_null()) =>
        {
            whole(around, "maxProperties")
        }
        "array" => whole(around, "maxItems"),
        _ => Some(1),
    }
}

struct Coster<'e, 's, 't> {
    steps: &'e [Step<'s>],
    of_self: Place<'t>,
    /// Variables of the macros around, the nearest last.
    scopes: Vec<(&'s str, Made<'t>)>,
}

impl<'s, 't> Coster<'_, 's, 't> {
    fn made(&mut self, id: Id) -> Made<'t> {
        let steps = self.steps;
        let Some(step) = steps.get(id as usize) else {
            return Made::plain(0, 0);
        };
        match &step.expr {
            Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Uint(_) | Expr::Double(_) => Made::plain(0, 1),
            Expr::Str(text) => Made::text(0, text.chars().count() as u64),
            Expr::Bytes => Made::plain(0, 0),
            Expr::Ident(name) => self.ident(name),
            Expr::Select {
                operand,
                field,
                optional,
            } => {
                let from = self.made(*operand);
                match optional {
                    true => Made::plain(from.cost, 0),
                    false => select(from, field),
                }
            }
            // Free, and so is what it looks at, in some versions.
            Expr::Has(_) => Made::plain(0, 1),
            Expr::Chain(_, parts) => Made::plain(self.sum(parts), 1),
            Expr::Call {
                name,
                target: None,
                arguments,
            } => self.call(name, arguments),
            Expr::Call {
                name,
                target: Some(target),
                arguments,
            } => self.method(name, *target, arguments),
            Expr::List(items) => {
                let ids: Vec<Id> = items.iter().map(|item| item.value).collect();
                Made::list(add(10, self.sum(&ids)), ids.len() as u64)
            }
            Expr::Map(entries) => {
                let ids: Vec<Id> = entries
                    .iter()
                    .flat_map(|(key, value)| [*key, value.value])
                    .collect();
                Made::plain(add(30, self.sum(&ids)), entries.len() as u64)
            }
            Expr::Message(_, fields) => {
                let ids: Vec<Id> = fields.iter().map(|(_, value)| value.value).collect();
                Made::plain(self.sum(&ids), 0)
            }
            Expr::Comprehension {
                kind,
                range,
                variables,
                filter,
                result,
            } => self.comprehension(*kind, *range, *variables, *filter, *result),
            Expr::Bind(name, value, inner) => {
                let value = self.made(*value);
                let inner = self.within(&[(name, Made { cost: 1, ..value })], *inner);
                Made {
                    cost: add(value.cost, inner.cost),
                    place: Place::Lost,
                    ..inner
                }
            }
            Expr::OptionalMap(target, ..) => Made::plain(self.made(*target).cost, 0),
        }
    }

    fn sum(&mut self, ids: &[Id]) -> u64 {
        ids.iter().fold(0, |sum, id| add(sum, self.made(*id).cost))
    }

    fn within(&mut self, variables: &[(&'s str, Made<'t>)], id: Id) -> Made<'t> {
        let before = self.scopes.len();
        self.scopes.extend(variables);
        let made = self.made(id);
        self.scopes.truncate(before);
        made
    }

    fn ident(&self, name: &str) -> Made<'t> {
        let local = self.scopes.iter().rev().find(|(this, _)| *this == name);
        match (local, name) {
            (Some((_, made)), _) => *made,
            (None, "self" | "oldSelf") => at(1, self.of_self),
            // The name of a type, or a part of a function's.
            _ => Made::plain(0, 0),
        }
    }

    fn call(&mut self, name: &str, arguments: &[Id]) -> Made<'t> {
        let made: Vec<Made<'t>> = arguments.iter().map(|id| self.made(*id)).collect();
        let cost = made.iter().fold(0, |sum, made| add(sum, made.cost));
        match (name, &made[..]) {
            ("_==_" | "_!=_", [a, b]) => Made::plain(add(cost, by(a.size.min(b.size), TRAVERSAL)), 1),
            ("_<_" | "_<=_" | "_>_" | "_>=_", [a, b]) if a.kind == Kind::Text && b.kind == Kind::Text => {
                Made::plain(add(cost, by(a.size.min(b.size), TRAVERSAL)), 1)
            }
            ("_+_", [a, b]) => {
                let size = add(a.size, b.size);
                match (a.kind, b.kind) {
                    (Kind::Text, _) | (_, Kind::Text) => Made::text(add(cost, by(size, TRAVERSAL)), size),
                    (Kind::List, _) | (_, Kind::List) => Made::list(add(cost, 1), size),
                    _ => Made::plain(cost, 0),
                }
            }
            ("_in_", [_, list]) if list.kind == Kind::List => Made::plain(add(cost, list.size), 1),
            ("_[_]", [from, _]) => match inner(from.place) {
                Place::Lost => Made::plain(add(cost, 1), 0),
                place => at(add(cost, 1), place),
            },
            ("_?_:_", [test, yes, no]) => Made {
                cost: add(test.cost, yes.cost.max(no.cost)),
                size: yes.size.max(no.size),
                place: Place::Lost,
                kind: if yes.kind == no.kind {
                    yes.kind
                } else {
                    Kind::Other
                },
            },
            ("size" | "!_" | "-_" | "_-_" | "_*_" | "_/_" | "_%_", _) => Made::plain(add(cost, 1), 1),
            ("url", [text]) => Made::plain(add(cost, by(text.size, TRAVERSAL)), 0),
            ("dyn", [made]) => Made {
                cost: add(cost, 1),
                place: Place::Lost,
                ..*made
            },
            ("string", [made]) => Made::text(add(cost, u64::from(made.kind != Kind::Text)), 0),
            _ => Made::plain(cost, 0),
        }
    }

    fn method(&mut self, name: &str, target: Id, arguments: &[Id]) -> Made<'t> {
        let target = self.made(target);
        let made: Vec<Made<'t>> = arguments.iter().map(|id| self.made(*id)).collect();
        let cost = made.iter().fold(target.cost, |sum, made| add(sum, made.cost));
        let text = target.kind == Kind::Text;
        match (name, &made[..]) {
            ("size", []) => Made::plain(add(cost, 1), 1),
            ("matches" | "find" | "findAll", [pattern, ..]) if text => {
                let over = by(add(target.size, 1), TRAVERSAL);
                Made::plain(add(cost, over.saturating_mul(by(pattern.size, PATTERN))), 0)
            }
            ("contains", [part]) if text => {
                let over = by(target.size, TRAVERSAL);
                Made::plain(add(cost, over.saturating_mul(by(part.size, TRAVERSAL))), 1)
            }
            ("startsWith" | "endsWith", [part]) if text => {
                Made::plain(add(cost, by(part.size, TRAVERSAL)), 1)
            }
            ("lowerAscii" | "upperAscii" | "substring" | "trim", _) if text => {
                Made::text(add(cost, by(target.size, TRAVERSAL)), target.size)
            }
            ("replace", _) if text => Made::text(add(cost, by(target.size, 2.0 * TRAVERSAL)), 0),
            ("split", [_]) if text => Made::list(add(cost, by(target.size, 2.0 * TRAVERSAL)), target.size),
            ("indexOf" | "lastIndexOf", _) if text => Made::plain(add(cost, by(target.size, TRAVERSAL)), 1),
            ("isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf", _)
                if target.kind == Kind::List =>
            {
                let each = match inner(target.place) {
                    Place::Lost => 1,
                    place => match at(0, place) {
                        item if item.kind == Kind::Text => add(1, by(item.size, TRAVERSAL)),
                        _ => 1,
                    },
                };
                let size = u64::from(!matches!(name, "sum" | "max" | "min"));
                Made::plain(add(cost, target.size.saturating_mul(each)), size)
            }
            _ => Made::plain(cost, 0),
        }
    }

    fn comprehension(
        &mut self,
        kind: Over,
        range: Id,
        variables: (&'s str, Option<&'s str>),
        filter: Option<Id>,
        result: Option<Id>,
    ) -> Made<'t> {
        let range = self.made(range);
        let lost = Made::plain(1, 0);
        let item = match (variables.1, range.kind, inner(range.place)) {
            (None, Kind::List, place @ (Place::Schema(..) | Place::Feared(_))) => at(1, place),
            _ => lost,
        };
        let mut names = vec![(variables.0, item)];
        names.extend(variables.1.map(|second| (second, lost)));
        let mut each = |id: Option<Id>| id.map_or(0, |id| self.within(&names, id).cost);
        let (test, made) = (each(filter), each(result));
        // What the macros are made of: the test of the loop, and the name that gathers the result.
        let (step, rest, size) = match kind {
            Over::All | Over::Exists => (add(test, 3), 1, 1),
            Over::One => (add(test, 2), 1, 1),
            Over::Filter => (add(test, 13), 11, range.size),
            Over::List => (add(add(test, made), 12), 11, range.size),
            Over::Sort | Over::Map | Over::Entries => (0, 0, 0),
        };
        let cost = add(add(range.cost, rest), range.size.saturating_mul(step));
        match kind {
            Over::Filter | Over::List => Made::list(cost, size),
            _ => Made::plain(cost, size),
        }
    }
}

/// A value that stands somewhere.
fn at<'t>(cost: u64, place: Place<'t>) -> Made<'t> {
    let (size, kind) = match place {
        Place::Schema(schema, root) => (elements(schema, root), kind(schema)),
        Place::Text => (WITHIN, Kind::Text),
        Place::Feared(schema) if is_plain(schema) => (1, Kind::Other),
        Place::Feared(schema) => (u64::MAX, kind(schema)),
        Place::Part => (u64::MAX, Kind::Other),
        Place::Metadata | Place::Lost => (0, Kind::Other),
    };
    Made {
        cost,
        size,
        place,
        kind,
    }
}

/// A field of a value.
fn select<'t>(from: Made<'t>, field: &str) -> Made<'t> {
    let (cost, place) = match from.place {
        Place::Schema(schema, _) if is_true(schema, "x-kubernetes-int-or-string") => (0, Place::Part),
        Place::Schema(schema, root) if text(schema, "type") == "object" => {
            let declared = property(schema, field);
            let place = match (values(schema), declared) {
                // Only an index leads it to the values of a map.
                (Some(values), _) => Place::Feared(values),
                (None, _) if root && matches!(field, "apiVersion" | "kind" | "metadata") => {
                    let metadata = property(schema, "metadata").and_then(|node| node.get("properties"));
                    match (metadata, field) {
                        (Some(_), _) => Place::Lost,
                        (None, "metadata") => Place::Metadata,
                        _ => Place::Text,
                    }
                }
                (None, Some(node)) => Place::Schema(node, is_true(node, "x-kubernetes-embedded-resource")),
                (None, None) => Place::Lost,
            };
            (1, place)
        }
        Place::Feared(schema) if is_true(schema, "x-kubernetes-int-or-string") => (0, Place::Part),
        Place::Feared(schema) if text(schema, "type") == "object" => {
            let inner = values(schema).or_else(|| property(schema, field));
            (1, inner.map_or(Place::Lost, Place::Feared))
        }
        Place::Metadata if matches!(field, "name" | "generateName") => (1, Place::Text),
        Place::Part => (0, Place::Part),
        _ => (0, Place::Lost),
    };
    at(add(from.cost, cost), place)
}

/// The items of a list, the values of a map.
fn inner(place: Place<'_>) -> Place<'_> {
    let schema = match place {
        Place::Part => return Place::Part,
        Place::Schema(schema, _) | Place::Feared(schema) if is_true(schema, "x-kubernetes-int-or-string") => {
            return Place::Part;
        }
        Place::Schema(schema, _) | Place::Feared(schema) => schema,
        _ => return Place::Lost,
    };
    let found = match &*text(schema, "type") {
        "array" => schema.get("items").filter(|node| node.is_map()),
        _ => values(schema),
    };
    found.map_or(Place::Lost, |node| match place {
        Place::Feared(_) => Place::Feared(node),
        _ => Place::Schema(node, is_true(node, "x-kubernetes-embedded-resource")),
    })
}

/// Whether all values of a schema are as long: numbers, booleans, times.
fn is_plain(schema: Node<'_>) -> bool {
    match &*text(schema, "type") {
        _ if is_true(schema, "x-kubernetes-int-or-string") => false,
        "boolean" | "integer" | "number" => true,
        "string" => matches!(&*text(schema, "format"), "duration" | "date" | "date-time"),
        _ => false,
    }
}

fn kind(schema: Node<'_>) -> Kind {
    match &*text(schema, "type") {
        _ if is_true(schema, "x-kubernetes-int-or-string") => Kind::Other,
        "array" => Kind::List,
        "string"
            if !matches!(
                &*text(schema, "format"),
                "byte" | "duration" | "date" | "date-time"
            ) =>
        {
            Kind::Text
        }
        _ => Kind::Other,
    }
}

/// How long a value of a schema can be.
fn elements(schema: Node<'_>, root: bool) -> u64 {
    let longest = whole(schema, "maxLength").map(|most| most.saturating_mul(4));
    if is_true(schema, "x-kubernetes-int-or-string") {
        return longest.unwrap_or(WITHIN).min(WITHIN);
    }
    let least = |node: Option<Node<'_>>, more: u64| {
        let size = min_size(node?, false, &mut { SCHEMAS })?;
        Some(WITHIN / (size + more))
    };
    match &*text(schema, "type") {
        "string" => match &*text(schema, "format") {
            "duration" | "date" | "date-time" => 1,
            "byte" => whole(schema, "maxLength").unwrap_or(WITHIN),
            _ => longest.unwrap_or_else(|| {
                let listed = schema.get("enum").filter(|list| list.items().next().is_some());
                let longest = |list: Node<'_>| {
                    let items = list
                        .items()
                        .filter_map(|item| item.str().map(|text| text.len() as u64));
                    items.max().unwrap_or(0)
                };
                listed.map_or(WITHIN, longest)
            }),
        },
        "array" => {
            let items = || least(schema.get("items"), 1).unwrap_or(0);
            whole(schema, "maxItems").unwrap_or_else(items)
        }
        "object" if !root => match values(schema) {
            Some(values) => {
                whole(schema, "maxProperties").unwrap_or_else(|| least(Some(values), 6).unwrap_or(0))
            }
            None => 0,
        },
        _ => 0,
    }
}

/// The fewest bytes that a value of a schema takes; `None` where it has no type, or more is to be read than can be.
fn min_size(schema: Node<'_>, root: bool, left: &mut u32) -> Option<u64> {
    *left = left.checked_sub(1)?;
    if is_true(schema, "x-kubernetes-int-or-string") {
        return Some(1);
    }
    Some(match &*text(schema, "type") {
        "string" => match &*text(schema, "format") {
            "duration" => 3,
            "date" => 12,
            "date-time" => 21,
            _ => 2,
        },
        "boolean" => 4,
        "number" | "integer" => 1,
        "array" => {
            min_size(schema.get("items")?, false, left)?;
            2
        }
        "object" => {
            if let Some(values) = values(schema) {
                min_size(values, false, left)?;
                return Some(2);
            }
            let root = root || is_true(schema, "x-kubernetes-embedded-resource");
            let required: HashSet<_> = schema
                .get("required")
                .into_iter()
                .flat_map(|list| list.items())
                .filter_map(|name| name.str())
                .collect();
            let mut size = 2;
            let mut found = HashSet::new();
            for entry in schema.get("properties").into_iter().flat_map(|map| map.entries()) {
                let name = entry.key.key_text().unwrap_or_default();
                let has_default = entry.value.get("default").is_some_and(|value| !value.is_null());
                if required.contains(&name) && !has_default && found.insert(name.clone()) {
                    match min_size(entry.value, false, left) {
                        Some(inner) => size = add(size, add(name.len() as u64 + 4, inner)),
                        None if *left == 0 => return None,
                        None => {}
                    }
                }
            }
            if root {
                let missing = ["apiVersion", "kind", "metadata"].into_iter();
                let missing = missing.filter(|name| required.contains(*name) && !found.contains(*name));
                size = missing.fold(size, |size, name| size + name.len() as u64 + 6);
            }
            size
        }
        _ => return None,
    })
}

/// The schema of the values of a free map.
fn values(schema: Node<'_>) -> Option<Node<'_>> {
    schema.get("additionalProperties").filter(|node| node.is_map())
}

fn text<'t>(schema: Node<'t>, name: &str) -> std::borrow::Cow<'t, str> {
    schema.get(name).and_then(|node| node.str()).unwrap_or_default()
}

fn is_true(schema: Node<'_>, name: &str) -> bool {
    schema.get(name).and_then(|node| node.scalar()) == Some(Scalar::Bool(true))
}

/// A limit, which counts as none when it is negative.
fn whole(schema: Node<'_>, name: &str) -> Option<u64> {
    match schema.get(name)?.scalar()? {
        Scalar::Int(most) => Some(u64::try_from(most).unwrap_or(0)),
        Scalar::Float(most) => Some(most as u64),
        _ => None,
    }
}

fn add(a: u64, b: u64) -> u64 {
    a.saturating_add(b)
}

/// A part of a size, rounded up.
fn by(size: u64, factor: f64) -> u64 {
    (size as f64 * factor).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cel::{Env, compile};
    use crate::yaml::{Tree, parse};

    fn cost(schema: &str, expression: &str) -> u64 {
        let mut tree = Tree::default();
        parse(schema, &[], &mut tree);
        let root = tree
            .chunks
            .first()
            .and_then(|chunk| Node::root(schema, &tree, chunk))
            .expect("the schema has a root");
        let mut env = Env::empty(36);
        let kind = env.schema(root, false, 0).expect("it has a type");
        env.declare("self", kind.clone());
        env.declare("oldSelf", kind);
        env.of_self(root, false);
        let compiled = compile(expression, &mut env).expect("it compiles");
        compiled.expect("it is known").cost
    }

    /// As the server estimates them.
    #[test]
    fn costs_are_those_of_the_server() {
        let numbers = "{type: array, items: {type: number}}";
        let ten = "{type: array, maxItems: 10, items: {type: number}}";
        let texts = "{type: array, items: {type: string}}";
        let text = "{type: string}";
        let short = "{type: string, maxLength: 10}";
        for (schema, expression, wanted) in [
            (numbers, "self.all(n, true)", 4_718_591),
            (ten, "self.all(n, true)", 32),
            (ten, "self.all(n, self.all(m, true))", 352),
            (ten, "self.all(a, self.all(b, self.all(c, true)))", 3552),
            (texts, "self.all(t, true)", 3_145_727),
            (
                "{type: array, items: {type: boolean}}",
                "self.all(b, true)",
                1_887_437,
            ),
            (
                "{type: array, items: {type: array, items: {type: number}}}",
                "self.all(l, true)",
                3_145_727,
            ),
            (
                "{type: array, items: {type: string, format: duration}}",
                "self.all(d, true)",
                2_359_295,
            ),
            (
                "{type: array, items: {type: string, format: date}}",
                "self.all(d, true)",
                725_936,
            ),
            (
                "{type: array, items: {type: string, format: date-time}}",
                "self.all(d, true)",
                428_963,
            ),
            (
                "{type: array, items: {x-kubernetes-int-or-string: true}}",
                "self.all(p, true)",
                4_718_591,
            ),
            (
                "{type: array, items: {type: object, required: [required], properties: {required: {type: string}}}}",
                "self.all(o, true)",
                555_128,
            ),
            (
                "{type: object, additionalProperties: {type: number}}",
                "self.all(k, true)",
                1_348_169,
            ),
            (
                "{type: object, maxProperties: 10, additionalProperties: {type: number}}",
                "self.all(k, true)",
                32,
            ),
            (
                "{type: array, items: {type: object, additionalProperties: {type: number}}}",
                "self.all(m, m.y == 2.5)",
                6_291_452,
            ),
            (text, "self.contains('last')", 314_574),
            (short, "self.contains('last')", 5),
            (text, "self.startsWith('last')", 2),
            (text, "self.matches('a')", 314_574),
            (text, "self.matches('')", 1),
            (text, "self.find('[a-f]+') == ''", 629_147),
            (text, "self.lowerAscii() == 'lower.'", 314_575),
            (text, "self == 'a'", 2),
            (numbers, "self[1] == 0.5", 2),
            (texts, "self[1] == self[1]", 314_577),
            (texts, "self.isSorted() == true", 329_854_432_052),
            (
                "{type: string, enum: [one, two, threescore]}",
                "self.contains('o')",
                2,
            ),
        ] {
            assert_eq!(cost(schema, expression), wanted, "{expression} of {schema}");
        }
    }

    /// What is not followed counts as nothing.
    #[test]
    fn costs_are_never_more_than_those_of_the_server() {
        let text = "{type: string}";
        let texts = "{type: array, items: {type: string}}";
        for (schema, expression, most) in [
            (texts, "self.join(', ') == 'one, two'", 329_853_068_905),
            (text, "self.replace('a', 'b') == 'does not matter'", 629_154),
            (text, "self.split(self) == []", 629_160),
            (text, "size(self + 'right') > size('right')", 314_578),
        ] {
            assert!(cost(schema, expression) <= most, "{expression}");
        }
    }

    #[test]
    fn what_the_server_cannot_follow_it_fears() {
        let labels = "{type: object, additionalProperties: {type: string}}";
        assert!(cost(labels, "self.name == self.other") > 1_000_000_000);
        assert!(cost(labels, "self['name'] == self['other']") < 1_000_000);
        let port = "{type: object, properties: {port: {x-kubernetes-int-or-string: true}}}";
        assert!(cost(port, "self.port.a == self.port.b") > 1_000_000_000);
    }
}
