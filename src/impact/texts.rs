//! Texts that are YAML themselves, and where names stand in them.

use crate::graph;
use crate::source::Span;
use crate::yaml::{self, Kind, Node, Style, Tree};

/// Reads a text that stands in a scalar.
pub(super) fn within(text: &str, mut f: impl FnMut(Node<'_>)) {
    let mut tree = Tree::default();
    yaml::parse(text, &[], &mut tree);
    for chunk in &tree.chunks {
        if let Some(root) = Node::root(text, &tree, chunk) {
            f(root);
        }
    }
}

/// Where a name stands that a node holds; of an alias where it stands itself.
pub(super) fn name_at(node: Node<'_>, name: &str) -> Span {
    match node.raw().kind {
        Kind::Alias => node.span(),
        _ => place(node, name),
    }
}

/// Where a name stands in the scalar that holds it, as far as its source shows it; else the whole scalar.
pub(super) fn place(value: Node<'_>, name: &str) -> Span {
    let (whole, source) = (value.span(), value.source());
    let found: Vec<usize> = graph::words(source, name).collect();
    let after_its_key = found.iter().find(|at| {
        let line = source[..**at].rsplit('\n').next().unwrap_or_default();
        line.contains("objectName")
    });
    match after_its_key.or(found.first()) {
        // A plain or folded text may be shown otherwise than it reads, but a whole name is one word.
        Some(at) if value.raw().kind == Kind::Scalar && value.style() != Style::Plain => {
            let start = whole.start + *at as u32;
            Span::new(start, start + name.len() as u32)
        }
        _ => whole,
    }
}
