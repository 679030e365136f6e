//! Where marked places stand in an object as the server meets them: in which order it finds decode errors,
//! of which it names the first, and by which path.

use std::borrow::Cow;

use crate::schema::{Shape, TypeId};
use crate::source::Span;
use crate::version::KubeVersion;
use crate::yaml::{Kind, Node};

/// A decode error: what it marks, and its index among the diagnostics.
pub(super) type Fault = (Span, usize);

/// Sorts decode errors into the server's order in one descent along the tree and the types.
pub(super) struct Order {
    kube: KubeVersion,
    /// Errors of types that read their JSON themselves (times, quantities …): they end decoding at once, and
    /// so win over mismatches that come earlier.
    at_once: Vec<usize>,
    /// Mismatches: the first is remembered, and decoding goes on.
    remembered: Vec<usize>,
}

impl Order {
    /// The indices of `faults`, which are sorted by their spans, in the server's order.
    pub(super) fn of(root: Node<'_>, ty: TypeId, faults: &[Fault], kube: KubeVersion) -> Vec<usize> {
        let mut order = Order {
            kube,
            at_once: Vec::new(),
            remembered: Vec::new(),
        };
        order.visit(root, Some(Shape::Struct(ty)), faults);
        order.at_once.append(&mut order.remembered);
        order.at_once
    }

    /// Takes up the faults that lie within a node, which `shape` belongs to.
    fn visit(&mut self, node: Node<'_>, shape: Option<Shape>, faults: &[Fault]) {
        let own = matches!(
            shape,
            Some(Shape::Time | Shape::MicroTime | Shape::Quantity | Shape::IntOrString | Shape::Either(..))
        );
        match node.raw().kind {
            // Of an either-or, all that is inside fails through its own reader, in whatever order.
            _ if own => self.at_once.extend(faults.iter().map(|(_, i)| i)),
            Kind::Map => self.entries(node, shape, faults),
            Kind::Seq => self.items(node, shape, faults),
            _ => self.remembered.extend(faults.iter().map(|(_, i)| i)),
        }
    }

    fn items(&mut self, seq: Node<'_>, shape: Option<Shape>, faults: &[Fault]) {
        let shape = match shape {
            Some(Shape::List(item)) => Some(item.shape()),
            _ => None,
        };
        let mut rest = faults;
        for item in seq.items() {
            let inside = take(&mut rest, item.span().end);
            if !inside.is_empty() {
                self.visit(item, shape, inside);
            }
            if rest.is_empty() {
                return;
            }
        }
        self.remembered.extend(rest.iter().map(|(_, i)| i));
    }

    fn entries(&mut self, map: Node<'_>, shape: Option<Shape>, faults: &[Fault]) {
        let mut rest = faults;
        let mut found: Vec<(Cow<'_, str>, Node<'_>, &[Fault])> = Vec::new();
        for entry in map.raw_entries() {
            let inside = take(&mut rest, entry.span().end);
            if !inside.is_empty() {
                found.push((entry.key.key_text().unwrap_or_default(), entry.value, inside));
            }
            if rest.is_empty() {
                break;
            }
        }
        // YAML is turned into JSON with sorted keys; a JSON document is read as it stands.
        if !map.is_json() {
            found.sort_by(|a, b| a.0.cmp(&b.0));
        }
        for (key, value, inside) in found {
            let shape = match shape {
                Some(Shape::Struct(ty)) => ty.field(&key, self.kube).map(|field| field.ty.shape()),
                Some(Shape::Map(value)) => Some(value.shape()),
                _ => None,
            };
            self.visit(value, shape, inside);
        }
        self.remembered.extend(rest.iter().map(|(_, i)| i));
    }
}

/// The paths of keys, which are sorted by their spans, as strict decoding prints them. Keys that the types do
/// not know, and those in what somebody else reads, have none.
pub(super) fn paths(root: Node<'_>, ty: TypeId, keys: &[Fault], kube: KubeVersion) -> Vec<(usize, String)> {
    let mut paths = Paths {
        kube,
        path: String::new(),
        found: Vec::new(),
    };
    paths.visit(root, Shape::Struct(ty), keys);
    paths.found
}

struct Paths {
    kube: KubeVersion,
    path: String,
    found: Vec<(usize, String)>,
}

impl Paths {
    fn visit(&mut self, node: Node<'_>, shape: Shape, keys: &[Fault]) {
        let mut rest = keys;
        let whole = self.path.len();
        if let Shape::List(item) = shape {
            for (i, value) in node.items().enumerate() {
                let inside = take(&mut rest, value.span().end);
                if !inside.is_empty() {
                    self.path.push_str(&format!("[{i}]"));
                    self.visit(value, item.shape(), inside);
                    self.path.truncate(whole);
                }
            }
            return;
        }
        for entry in node.raw_entries() {
            let inside = take(&mut rest, entry.span().end);
            if inside.is_empty() {
                continue;
            }
            let key = entry.key.key_text().unwrap_or_default();
            let shape = match shape {
                Shape::Struct(ty) => ty.field(&key, self.kube).map(|field| field.ty.shape()),
                Shape::Map(value) => Some(value.shape()),
                _ => None,
            };
            let Some(shape) = shape else { continue };
            if whole > 0 {
                self.path.push('.');
            }
            self.path.push_str(&key);
            let (own, deeper): (Vec<Fault>, Vec<Fault>) = inside
                .iter()
                .partition(|(span, _)| entry.key.span().contains(*span));
            self.found
                .extend(own.iter().map(|(_, i)| (*i, self.path.clone())));
            if !deeper.is_empty() {
                self.visit(entry.value, shape, &deeper);
            }
            self.path.truncate(whole);
        }
    }
}

/// Cuts off what starts before `end`.
fn take<'f>(rest: &mut &'f [Fault], end: u32) -> &'f [Fault] {
    let cut = rest.partition_point(|(span, _)| span.start < end);
    let (inside, after) = rest.split_at(cut);
    *rest = after;
    inside
}
