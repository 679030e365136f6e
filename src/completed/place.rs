//! Where in an object a finding is: the path of its field, and what stands there.

use std::borrow::Cow;

use crate::graph::is_empty;
use crate::source::Span;
use crate::yaml::{Kind, Node};

/// A step down from an object.
#[derive(Clone, Debug)]
pub enum Step<'t> {
    /// To a field, or the value of a key.
    Key(Cow<'t, str>),
    /// To an item of a list, which may be missing.
    Item(usize, Option<Node<'t>>),
    /// To whichever item.
    Any,
}

impl Step<'_> {
    /// Whether a step of a patch's path is this one.
    pub fn is(&self, other: &str) -> bool {
        match self {
            _ if other == "*" => true,
            // Whether a number is that of an item hangs on where it leads.
            Step::Key(key) => key == other || other.strip_prefix('+') == Some(key),
            Step::Item(at, item) => match search(other) {
                Some(mut pairs) => pairs.all(|pair| {
                    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                    let own = item.and_then(|item| item.get(key)).and_then(Node::key_text);
                    own.unwrap_or_default() == value
                }),
                None => other.parse() == Ok(*at),
            },
            Step::Any => true,
        }
    }
}

/// `[name=web]`, `[port=80,protocol=UDP]`
fn search(step: &str) -> Option<std::str::Split<'_, char>> {
    let pairs = step.strip_prefix('[')?.strip_suffix(']')?;
    pairs.contains('=').then(|| pairs.split(','))
}

/// A field of an object.
pub struct Place<'t> {
    /// The way to it.
    pub steps: Vec<Step<'t>>,
    /// What stands there.
    pub value: Option<Node<'t>>,
}

impl<'t> Place<'t> {
    /// Whether there is nothing, or as good as nothing.
    pub fn is_empty(&self) -> bool {
        self.value.is_none_or(is_empty)
    }

    /// The field at a path as the server prints it: `spec.containers[0].image`, `data[tls.key]`.
    pub fn of_field(root: Node<'t>, field: &str) -> Place<'t> {
        let mut place = Place {
            steps: Vec::new(),
            value: Some(root),
        };
        let mut rest = field;
        while !rest.is_empty() {
            let step;
            if let Some((within, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                (step, rest) = (within, after);
                match step.parse() {
                    Ok(at) => place.item(at),
                    Err(_) => place.key(step),
                }
            } else {
                rest = rest.strip_prefix('.').unwrap_or(rest);
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                (step, rest) = rest.split_at(end);
                place.key(step);
            }
        }
        place
    }

    /// The value at a span: all of it, a part of a text, or a key with its value.
    pub fn of_value(root: Node<'t>, span: Span) -> Option<Place<'t>> {
        let mut place = Place {
            steps: Vec::new(),
            value: Some(root),
        };
        let holds = |node: &Node<'_>| node.span().start <= span.start && span.end <= node.span().end;
        while let Some(node) = place.value {
            if node.span() == span || node.raw().kind == Kind::Scalar {
                return Some(place);
            }
            let mut entries = node.raw_entries();
            if let Some(entry) = entries.find(|entry| holds(&entry.value) || entry.span() == span) {
                place.steps.push(Step::Key(entry.key.key_text()?));
                place.value = Some(entry.value);
                if entry.span() == span {
                    return Some(place);
                }
            } else {
                let (at, item) = node.items().enumerate().find(|(_, item)| holds(item))?;
                place.steps.push(Step::Item(at, Some(item)));
                place.value = Some(item);
            }
        }
        None
    }

    fn key(&mut self, key: &str) {
        self.steps.push(Step::Key(Cow::Owned(key.to_string())));
        self.value = self.value.and_then(|value| value.get(key));
    }

    fn item(&mut self, at: usize) {
        self.value = self.value.and_then(|value| value.items().nth(at));
        self.steps.push(Step::Item(at, self.value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Tree, parse};

    #[test]
    fn fields_and_values_are_found() {
        let text = "spec:\n  ports: [{name: a}, {name: b}]\n  x.y: 1\n";
        let mut tree = Tree::default();
        parse(text, &[], &mut tree);
        let root = Node::root(text, &tree, &tree.chunks[0]).expect("a root");
        let of_field = |field| Place::of_field(root, field).value.and_then(Node::cooked);
        assert_eq!(of_field("spec.ports[1].name").as_deref(), Some("b"));
        assert_eq!(of_field("spec[x.y]").as_deref(), Some("1"));
        assert_eq!(of_field("spec.ports[2].name"), None);
        assert_eq!(of_field("<nil>"), None);
        let value = Place::of_field(root, "spec.ports[1].name")
            .value
            .expect("a value");
        let found = Place::of_value(root, value.span()).expect("a place");
        let is = |(step, other): (&Step<'_>, &str)| step.is(other);
        for path in [
            ["spec", "ports", "[name=b]", "name"],
            ["spec", "ports", "1", "name"],
            ["spec", "*", "*", "name"],
        ] {
            assert!(found.steps.iter().zip(path).all(is), "{path:?}");
        }
        for path in [
            ["spec", "ports", "[name=a]", "name"],
            ["spec", "ports", "-", "name"],
            ["spec", "ports", "0", "name"],
        ] {
            assert!(!found.steps.iter().zip(path).all(is), "{path:?}");
        }
    }
}
