//! Paths as people and programs read them: with `/` between their parts, on Windows as well.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::report::printable;

/// The text of a path. What is no UTF-8 in it is replaced.
pub fn text(path: &Path) -> Cow<'_, str> {
    let text = path.to_string_lossy();
    if cfg!(windows) {
        Cow::Owned(text.replace('\\', "/"))
    } else {
        text
    }
}

/// The text of a path with nothing needless in it, such as `./` in the middle.
pub fn slashed(path: &Path) -> String {
    text(&path.components().collect::<PathBuf>()).into_owned()
}

/// The text of a path with nothing in it that a terminal would act on.
pub fn shown(path: &Path) -> String {
    printable(&text(path)).into_owned()
}
