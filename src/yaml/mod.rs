//! Reading YAML exactly as kubectl does: bytes → span arena → kubectl's reading of it.

pub mod resolve;
pub mod tree;
pub mod view;

pub use resolve::Scalar;
pub use tree::{Chunk, ErrorClass, Kind, Loss, LossKind, Style, SyntaxError, Tree};
pub use view::{Entry, Node};
