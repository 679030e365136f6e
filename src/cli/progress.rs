//! A bar on standard error while a long run checks files: for people at a terminal only, gone when it is done.

use std::env;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

use crate::report::count;

/// Runs shorter than this show nothing.
const PATIENCE: Duration = Duration::from_millis(500);
const REDRAW: Duration = Duration::from_millis(100);

/// Whether somebody is there to see a bar: a terminal that can redraw a line, and no CI server, whose logs keep
/// every line.
pub fn is_wanted() -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    io::stderr().is_terminal() && !set("CI") && env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Does the work, and meanwhile shows how many of the files were taken up. The work itself pays nothing: it
/// counts what it takes anyway, and another thread looks at the number now and then.
pub fn during<T>(taken: &AtomicUsize, total: usize, work: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let bar = scope.spawn(|| draw(taken, total, &done));
        let _end = End {
            done: &done,
            bar: bar.thread().clone(),
        };
        work()
    })
}

/// Ends the bar, even when the work panics.
struct End<'a> {
    done: &'a AtomicBool,
    bar: Thread,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Release);
        self.bar.unpark();
    }
}

fn draw(taken: &AtomicUsize, total: usize, done: &AtomicBool) {
    let mut pause = PATIENCE;
    let mut drawn = false;
    loop {
        thread::park_timeout(pause);
        if done.load(Ordering::Acquire) {
            break;
        }
        let width = terminal_size::terminal_size_of(io::stderr()).map_or(80, |(width, _)| width.0);
        let taken = taken.load(Ordering::Relaxed).min(total);
        show(&format!("\r{}\u{1b}[K", line(taken, total, usize::from(width))));
        drawn = true;
        pause = REDRAW;
    }
    if drawn {
        show("\r\u{1b}[K");
    }
}

fn show(text: &str) {
    let mut err = io::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}

/// `Checking [████░░░░] 50 % of 1,234 files`, as far as it fits the width.
fn line(taken: usize, total: usize, width: usize) -> String {
    let percent = taken * 100 / total.max(1);
    let words = format!("{percent:3} % of {}", count(total, "file"));
    let head = "Checking ";
    // The last column stays free: a character there would wrap some terminals.
    let room = width
        .saturating_sub(head.len() + words.chars().count() + 4)
        .min(40);
    if room < 5 {
        return words.chars().take(width.saturating_sub(1)).collect();
    }
    let full = room * taken / total.max(1);
    format!("{head}[{}{}] {words}", "█".repeat(full), "░".repeat(room - full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fits() {
        assert_eq!(
            line(617, 1234, 46),
            format!(
                "Checking [{}{}]  50 % of 1,234 files",
                "█".repeat(6),
                "░".repeat(7)
            )
        );
        assert_eq!(
            line(0, 0, 200),
            format!("Checking [{}]   0 % of 0 files", "░".repeat(40))
        );
        for width in 0..100 {
            assert!(
                line(10, 20, width).chars().count() <= width.saturating_sub(1),
                "{width}"
            );
        }
    }

    #[test]
    fn the_work_is_done_and_its_panic_ends_the_bar() {
        let taken = AtomicUsize::new(0);
        assert_eq!(during(&taken, 1, || 7), 7);
        let panicked = std::panic::catch_unwind(|| during(&AtomicUsize::new(0), 1, || panic!("x")));
        assert!(panicked.is_err());
    }
}
