//! Edits read back: the text still reads, and reads as meant. `examples` has a case for each kind of edit, `random`
//! edits generated documents, which `documents` writes in many ways.

mod documents;
mod examples;
mod random;

use crate::diagnostic::Edit;
use crate::yaml::{Node, Tree, parse};

fn tree(text: &str) -> Tree {
    let mut tree = Tree::default();
    parse(text, &[], &mut tree);
    tree
}

fn root<'t>(text: &'t str, tree: &'t Tree) -> Node<'t> {
    assert_eq!(tree.chunks.len(), 1, "one document: {text:?}");
    assert_eq!(tree.chunks[0].error, None, "{text:?}");
    assert!(tree.chunks[0].losses.is_empty(), "{text:?}");
    Node::root(text, tree, &tree.chunks[0]).expect("content")
}

fn apply(text: &str, edits: &[Edit]) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for edit in edits {
        assert!(at <= edit.span.start as usize, "edits overlap: {edits:?}");
        out.push_str(&text[at..edit.span.start as usize]);
        out.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    out + &text[at..]
}
