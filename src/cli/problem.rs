//! What kept kubeproof from doing its job: which path, what happened, what to do. Each makes the exit code 2.

use std::path::Path;
use std::{fmt, io};

use super::shown::{shown, text};

/// One thing that went wrong, about one path.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Problem {
    /// The path as the user gave it.
    pub path: String,
    /// What is wrong and what to do.
    pub what: String,
}

impl Problem {
    /// A problem in our own words.
    pub fn new(path: &Path, what: impl Into<String>) -> Problem {
        Problem {
            path: text(path).into_owned(),
            what: what.into(),
        }
    }

    /// Why a path could not be opened or listed.
    pub fn io(path: &Path, error: &io::Error) -> Problem {
        let what = match kind_of(path, error) {
            io::ErrorKind::NotFound => missing(path),
            io::ErrorKind::PermissionDenied => {
                "permission denied; make it readable for this user, or leave it out".to_string()
            }
            io::ErrorKind::NotADirectory => {
                "a part of the path is a file, not a folder; check the spelling".to_string()
            }
            _ if is_link_loop(error) => {
                "the symbolic link leads back to itself; remove it or let it point elsewhere".to_string()
            }
            _ => format!("cannot be read: {error}"),
        };
        Problem::new(path, what)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", crate::report::printable(&self.path), self.what)
    }
}

/// What is the matter with a path. Windows does not tell a missing file from one below what is no folder.
pub fn kind_of(path: &Path, error: &io::Error) -> io::ErrorKind {
    match error.kind() {
        io::ErrorKind::NotFound if path.ancestors().skip(1).any(Path::is_file) => {
            io::ErrorKind::NotADirectory
        }
        kind => kind,
    }
}

/// A path that leads nowhere: misspelled, or a link whose target is gone.
fn missing(path: &Path) -> String {
    match path.read_link() {
        Ok(target) => format!(
            "the symbolic link points to `{}`, which does not exist; mend or remove the link",
            shown(&target)
        ),
        Err(_) => {
            "no such file or folder; check the spelling (paths start at the current folder)".to_string()
        }
    }
}

/// `ELOOP`, for which the standard library has no stable name yet.
fn is_link_loop(error: &io::Error) -> bool {
    let number = if cfg!(target_os = "linux") {
        40
    } else {
        62 // macOS and the BSDs
    };
    cfg!(unix) && error.raw_os_error() == Some(number)
}
