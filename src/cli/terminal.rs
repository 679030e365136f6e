//! Where output goes, how wide it may be, and whether it has colours.

use std::cell::Cell;
use std::env;
use std::io::{self, IsTerminal as _, Write as _};

use super::args::ColorChoice;

/// Standard output, as it is.
pub struct Terminal {
    /// Whether to colour.
    pub color: bool,
    /// Columns, when it is a terminal.
    pub width: Option<usize>,
    is_terminal: bool,
    gone: Cell<bool>,
}

impl Terminal {
    /// Looks at standard output and the environment.
    pub fn new(choice: ColorChoice) -> Terminal {
        let is_terminal = io::stdout().is_terminal();
        Terminal {
            color: match choice {
                ColorChoice::Always => true,
                ColorChoice::Never => false,
                ColorChoice::Auto => auto(is_terminal, |name| {
                    env::var_os(name).map(|v| v.to_string_lossy().into_owned())
                }),
            },
            width: is_terminal
                .then(terminal_size::terminal_size)
                .flatten()
                .map(|(width, _)| usize::from(width.0)),
            is_terminal,
            gone: Cell::new(false),
        }
    }

    /// Writes to standard output. A reader that has gone away is no trouble; a full disk is.
    pub fn write(&self, text: &str) -> io::Result<()> {
        self.stream(|out| out.write_all(text.as_bytes()))
    }

    /// Writes to standard output piece by piece, in writes of a good size.
    pub fn stream(&self, print: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> io::Result<()> {
        let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
        match print(&mut out).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.gone.set(true);
                Ok(())
            }
            written => written,
        }
    }

    /// Whether what was written went to a reader that has gone away.
    pub fn is_gone(&self) -> bool {
        self.gone.get()
    }

    /// Clears the screen and what was scrolled off it, on a terminal.
    pub fn clear(&self) {
        if self.is_terminal {
            let _ = self.write("\u{1b}[2J\u{1b}[3J\u{1b}[H");
        }
    }
}

/// Colours when nobody chose: <https://no-color.org> first, then `CLICOLOR_FORCE`, then what the terminal can.
fn auto(is_terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    if set("NO_COLOR").is_some() {
        return false;
    }
    if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
        return true;
    }
    is_terminal
        && set("TERM").is_none_or(|term| term != "dumb")
        && set("CLICOLOR").is_none_or(|value| value != "0")
}

/// Prints an error to standard error.
pub fn tell(message: &str) {
    note(&format!("error: {message}"));
}

/// Prints a line to standard error. Where that is gone, nobody is left to tell.
pub fn note(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::auto;

    fn with(is_terminal: bool, variables: &[(&str, &str)]) -> bool {
        auto(is_terminal, |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.to_string())
        })
    }

    #[test]
    fn colours_follow_the_environment() {
        assert!(with(true, &[("TERM", "xterm-256color")]));
        assert!(!with(false, &[("TERM", "xterm-256color")]));
        assert!(!with(true, &[("TERM", "dumb")]));
        assert!(!with(true, &[("CLICOLOR", "0")]));
        assert!(with(false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!with(false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!with(true, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
        assert!(with(true, &[("NO_COLOR", "")]), "an empty NO_COLOR is none");
    }
}
