//! Reads `kubeproof.yaml` by its shape, with kubeproof's own reader, so that every value knows its place and what
//! is wrong is told on the exact characters.

use std::borrow::Cow;
use std::str::FromStr;

use super::scalar::{judge, nearest, wanted};
use super::shape::{KEYS, Key, SEVERITIES, Shape};
pub use super::value::{Data, Value};
use crate::catalogue::Rule;
use crate::catalogue::suggest::instead_of;
use crate::quote::quote;
use crate::source::{Decoded, Span};
use crate::yaml::{self, Kind, Node, Scalar, Tree};

/// What is wrong with the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// What, and what it should be.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// Reads a file. What is wrong is left out of the value.
pub fn read(source: &Decoded) -> (Value, Vec<Fault>) {
    let mut tree = Tree::default();
    yaml::parse(&source.text, &source.invalid, &mut tree);
    yaml::note_duplicates(&source.text, &mut tree);
    let mut reader = Reader {
        faults: Vec::new(),
        left: MOST,
    };
    let mut value = None;
    for chunk in &tree.chunks {
        if let Some(error) = &chunk.error {
            reader.fault(error.span, error.message, error.help);
        }
        for again in &chunk.duplicates {
            let Some(key) = tree.nodes.get(again.again as usize) else {
                continue;
            };
            reader.fault(
                Span::new(key.start, key.end),
                "this key is there twice, and only the last one would count",
                "remove one of the two",
            );
        }
        let Some(root) = Node::root(&source.text, &tree, chunk).filter(|root| !root.is_null()) else {
            continue;
        };
        if value.is_some() {
            reader.fault(
                root.span(),
                "the file holds a second document, which would be left alone",
                "remove the `---`",
            );
            break;
        }
        value = Some(reader.map(root, KEYS, FILE).unwrap_or_else(empty));
    }
    // A mistake that spoils the reading makes others that are none.
    if let Some(error) = tree.chunks.iter().find_map(|chunk| chunk.error.as_ref()) {
        reader.faults.retain(|fault| fault.span == error.span);
    }
    (value.unwrap_or_else(empty), reader.faults)
}

/// The name that the file as a whole goes by, where keys go by theirs.
const FILE: &str = "this file";

fn empty() -> Value {
    Value {
        span: Span::default(),
        data: Data::Map(Vec::new()),
    }
}

/// More values than this are a bomb of aliases.
const MOST: u32 = 200_000;

struct Reader {
    faults: Vec<Fault>,
    left: u32,
}

impl Reader {
    fn fault(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.faults.push(Fault {
            span,
            message: message.into(),
            help: Some(help.into()).filter(|help| !help.is_empty()),
        });
    }

    /// Reads a value of a shape; `name` is its key, for messages.
    fn value(&mut self, node: Node<'_>, shape: Shape, name: &str) -> Option<Value> {
        self.left = self.left.checked_sub(1)?;
        match shape {
            Shape::List(item) => self.list(node, *item, name),
            Shape::Map(keys) => self.map(node, keys, name),
            Shape::Severities => self.severities(node, name),
            Shape::Options => self.options(node, name),
            Shape::Bool => {
                let Some(Scalar::Bool(value)) = node.scalar() else {
                    return self.other(node, name, "`true` or `false`");
                };
                Some(at(node, Data::Bool(value)))
            }
            scalar => {
                let text = match node.cooked() {
                    Some(text) if !node.is_null() => text,
                    _ => return self.other(node, name, wanted(scalar)),
                };
                if let Err((message, help)) = judge(scalar, &text, name) {
                    self.fault(node.span(), message, help);
                    return None;
                }
                Some(at(node, Data::Text(text.into_owned())))
            }
        }
    }

    fn other(&mut self, node: Node<'_>, name: &str, wanted: &str) -> Option<Value> {
        let found = match node.kind() {
            Kind::Map => "a mapping",
            Kind::Seq => "a list",
            _ if node.is_null() => "nothing",
            _ => "a single value",
        };
        self.fault(
            first_line(node),
            match name {
                FILE => format!("the file must hold {wanted}; here is {found}"),
                _ => format!("{} takes {wanted}; here is {found}", quote(name)),
            },
            "",
        );
        None
    }

    fn list(&mut self, node: Node<'_>, item: Shape, name: &str) -> Option<Value> {
        if !node.is_seq() {
            let single = matches!(node.kind(), Kind::Scalar) && !matches!(item, Shape::Map(_));
            if !single || node.is_null() {
                return self.other(node, name, "a list");
            }
            let items = self.value(node, item, name).into_iter().collect();
            return Some(at(node, Data::List(items)));
        }
        let items = node
            .items()
            .filter_map(|node| self.value(node, item, name))
            .collect();
        Some(at(node, Data::List(items)))
    }

    fn map(&mut self, node: Node<'_>, keys: &[Key], name: &str) -> Option<Value> {
        if !node.is_map() {
            return self.other(node, name, "a mapping");
        }
        let mut entries = Vec::new();
        for (text, key_node, value) in self.entries(node) {
            let Some(key) = keys.iter().find(|key| key.name == text) else {
                let message = format!(
                    "there is no key {} in {}",
                    quote(&text),
                    if name.contains(' ') {
                        name.to_string()
                    } else {
                        quote(name)
                    }
                );
                self.fault(
                    key_node.span(),
                    message,
                    nearest(&text, keys.iter().map(|key| key.name)),
                );
                continue;
            };
            // A key whose entries are all commented out says nothing.
            if value.is_null() {
                continue;
            }
            if let Some(value) = self.value(value, key.shape, key.name) {
                entries.push((text.into_owned(), key_node.span(), value));
            }
        }
        for key in keys.iter().filter(|key| key.required) {
            if node.get(key.name).is_none_or(Node::is_null) {
                let message = format!("{} is missing: {}", quote(key.name), lower(key.about));
                self.fault(first_line(node), message.trim_end_matches('.'), "");
            }
        }
        Some(at(node, Data::Map(entries)))
    }

    fn severities(&mut self, node: Node<'_>, name: &str) -> Option<Value> {
        if !node.is_map() {
            return self.other(node, name, "a mapping from rules or categories to severities");
        }
        let mut entries = Vec::new();
        for (rule, key, value) in self.entries(node) {
            self.left = self.left.checked_sub(1)?;
            if let Err((message, help)) = judge(Shape::Rule, &rule, name) {
                self.fault(key.span(), message, help);
            } else if let Some(value) = self.value(value, Shape::Word(SEVERITIES), &rule) {
                entries.push((rule.into_owned(), key.span(), value));
            }
        }
        Some(at(node, Data::Map(entries)))
    }

    fn options(&mut self, node: Node<'_>, name: &str) -> Option<Value> {
        if !node.is_map() {
            return self.other(node, name, "a mapping from rules to their options");
        }
        let mut entries = Vec::new();
        for (id, key, value) in self.entries(node) {
            self.left = self.left.checked_sub(1)?;
            let Some(rule) = Rule::find(&id) else {
                let message = format!("there is no rule {}", quote(&id));
                self.fault(key.span(), message, instead_of(&id));
                continue;
            };
            if value.is_null() {
                continue;
            }
            if !value.is_map() {
                self.other(value, &id, "a mapping with its options");
                continue;
            }
            let mut options = Vec::new();
            for (option, key, value) in self.entries(value) {
                let known = rule.rule().options;
                if !known.iter().any(|known| known.name == option) {
                    let message = format!("the rule {} has no option {}", quote(&id), quote(&option));
                    let help = if known.is_empty() {
                        "it has none; `severity` changes how bad its findings are".to_string()
                    } else {
                        nearest(&option, known.iter().map(|option| option.name))
                    };
                    self.fault(key.span(), message, help);
                    continue;
                }
                match value.cooked().and_then(|text| u32::from_str(&text).ok()) {
                    Some(number) => {
                        let value = at(value, Data::Number(number));
                        options.push((option.into_owned(), key.span(), value));
                    }
                    None => _ = self.other(value, &option, "a whole number"),
                }
            }
            entries.push((id.into_owned(), key.span(), at(value, Data::Map(options))));
        }
        Some(at(node, Data::Map(entries)))
    }

    /// The entries of a mapping that have a text as key, each key once: the last one counts.
    fn entries<'t>(&mut self, node: Node<'t>) -> Vec<(Cow<'t, str>, Node<'t>, Node<'t>)> {
        let mut out: Vec<(Cow<'t, str>, Node<'t>, Node<'t>)> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for entry in node.entries() {
            let Some(text) = entry.key.key_text() else {
                self.fault(first_line(entry.key), "a key is a text", "");
                continue;
            };
            let Some(left) = self.left.checked_sub(1) else {
                break;
            };
            self.left = left;
            let place = *places.entry(text.clone()).or_insert(out.len());
            match out.get_mut(place) {
                Some(before) => *before = (text, entry.key, entry.value),
                None => out.push((text, entry.key, entry.value)),
            }
        }
        out
    }
}

fn at(node: Node<'_>, data: Data) -> Value {
    Value {
        span: node.span(),
        data,
    }
}

/// Where to point at something long: its first line.
fn first_line(node: Node<'_>) -> Span {
    let span = node.span();
    let lines = node.source().find(['\n', '\r']);
    lines.map_or(span, |end| Span::new(span.start, span.start + end as u32))
}

/// A sentence as the rest of another one.
fn lower(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_lowercase).collect();
    first + chars.as_str()
}
