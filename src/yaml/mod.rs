//! Reading YAML exactly as kubectl does: bytes → span arena → kubectl's reading of it.

pub mod resolve;
pub mod tree;
pub mod view;

pub use resolve::Scalar;
pub use tree::{Chunk, ErrorClass, Kind, Loss, LossKind, Style, SyntaxError, Tree};
pub use view::{Entry, Node};

/// Reads all documents of a text.
pub fn parse(text: &str, invalid: &[crate::source::Span], tree: &mut Tree) {
    let _ = (text, invalid, tree);
    todo!()
}
