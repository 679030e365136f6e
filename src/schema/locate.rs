//! Which of several decode errors the server would name: it stops at the first, in its own order.

use std::borrow::Cow;

use super::{Shape, TypeId};
use crate::source::Span;
use crate::version::KubeVersion;
use crate::yaml::Node;

/// One step towards a place, comparable as the server meets things: keys by their bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Step<'t> {
    Key(Cow<'t, str>),
    Index(u32),
}

/// Where in an object a span lies, and what the types say on the way.
pub(super) struct Located<'t> {
    steps: Vec<Step<'t>>,
    /// Every step is a field, an entry or an item that the types know, and none is read as it stands.
    pub typed: bool,
    /// A type on the way reads its JSON itself; its errors end decoding at once and win over earlier ones.
    pub own_reader: bool,
}

impl<'t> Located<'t> {
    /// Finds the key or value that a span marks.
    pub(super) fn new(root: Node<'t>, ty: TypeId, span: Span, kube: KubeVersion) -> Located<'t> {
        let mut found = Located {
            steps: Vec::new(),
            typed: true,
            own_reader: false,
        };
        let mut node = root;
        let mut shape = Some(Shape::Struct(ty));
        // The tree is finite and every step goes down in it.
        loop {
            found.own_reader |= matches!(
                shape,
                Some(
                    Shape::Time | Shape::MicroTime | Shape::Quantity | Shape::IntOrString | Shape::Either(..)
                )
            );
            if let Some((i, item)) = node
                .items()
                .enumerate()
                .find(|(_, item)| item.span().contains(span))
            {
                found.steps.push(Step::Index(i as u32));
                shape = match shape {
                    Some(Shape::List(item) | Shape::Either(_, item)) => Some(item.shape()),
                    _ => None,
                };
                node = item;
            } else if let Some(entry) = node
                .raw_entries()
                .find(|entry| entry.key.span().contains(span) || entry.value.span().contains(span))
            {
                let key = entry.key.key_text().unwrap_or_default();
                shape = match shape {
                    Some(Shape::Struct(ty)) => ty.field(&key, kube).map(|field| field.ty.shape()),
                    Some(Shape::Map(value)) => Some(value.shape()),
                    _ => None,
                };
                found.steps.push(Step::Key(key));
                if entry.key.span().contains(span) {
                    found.typed &= shape.is_some();
                    return found;
                }
                node = entry.value;
            } else {
                return found;
            }
            found.typed &= shape.is_some();
        }
    }

    /// The path as strict decoding prints it.
    pub(super) fn path(&self) -> String {
        let mut out = String::new();
        for step in &self.steps {
            match step {
                Step::Index(i) => out.push_str(&format!("[{i}]")),
                Step::Key(key) if out.is_empty() => out.push_str(key),
                Step::Key(key) => {
                    out.push('.');
                    out.push_str(key);
                }
            }
        }
        out
    }

    /// Orders places as the server meets them in the JSON that YAML is turned into.
    pub(super) fn before(&self, other: &Located<'_>) -> std::cmp::Ordering {
        self.steps.iter().cmp(other.steps.iter())
    }
}
