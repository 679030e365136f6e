//! `kubeproof check --watch`: checks again whenever a file changes.
//!
//! The files are looked at a few times a second, which needs no help of the operating system and works on
//! network drives and in containers, where notices of changes get lost.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::report::count;

use super::TROUBLE;
use super::args::CheckArgs;
use super::check;
use super::config;
use super::output::Plan;
use super::print;
use super::terminal::{Terminal, note, tell};

/// How often the files are looked at.
const PAUSE: Duration = Duration::from_millis(300);

/// What is being written is left alone for as long.
const SETTLE: Duration = Duration::from_millis(50);

/// Checks until the process is ended, or nobody reads the reports any more.
pub fn watch(args: &CheckArgs, plan: &Plan, terminal: &Terminal) -> u8 {
    let inputs = &args.input;
    if inputs.reads_stdin() {
        tell("--watch waits for files to change, and standard input (`-`) is none; name files or folders");
        return TROUBLE;
    }
    loop {
        // Taken before the run, so that what changes meanwhile is not missed.
        let seen = Seen::now(args, plan);
        terminal.clear();
        let start = Instant::now();
        let code = check::once(args, plan, terminal, check::Last::No);
        if terminal.is_gone() {
            return code;
        }
        note(&format!(
            "{}: checked in {:.0} ms; watching {}, Ctrl-C ends",
            time_of_day(SystemTime::now()),
            start.elapsed().as_secs_f64() * 1e3,
            count(seen.files.len(), "file"),
        ));
        seen.wait(args, plan);
    }
}

/// What tells that a file has changed.
type Stamp = Option<(SystemTime, u64)>;

/// The files as they were at one time.
#[derive(PartialEq, Eq)]
struct Seen {
    files: Vec<(PathBuf, Stamp)>,
    /// Configuration, which may lie above all inputs.
    settings: Vec<(PathBuf, Stamp)>,
}

impl Seen {
    fn now(args: &CheckArgs, plan: &Plan) -> Seen {
        // Without paths --since reads all of the repository.
        let repository = [PathBuf::from(print::root().path)];
        let paths = match &args.input.paths[..] {
            [] if args.since.is_some() => &repository[..],
            paths => paths,
        };
        let mut found = args.input.reading.look(paths);
        // What is written anew by each run would start the next one. Nonsense is told by the run itself.
        let _ = plan.spare_inputs(&mut found);
        let mut settings: Vec<PathBuf> = args.input.reading.config.iter().cloned().collect();
        for root in &found.roots {
            let path = std::path::absolute(&root.path).unwrap_or_else(|_| root.path.clone());
            let named = |folder: &Path| config::NAMES.map(|name| folder.join(name));
            settings.extend(path.ancestors().flat_map(named));
        }
        settings.append(&mut found.met);
        settings.sort();
        settings.dedup();
        let inputs = found.inputs.iter().map(|input| input.path().to_path_buf());
        let files = inputs.chain(found.kustomizations);
        Seen {
            files: files.map(stamped).collect(),
            settings: settings
                .into_iter()
                .map(stamped)
                .filter(|(_, s)| s.is_some())
                .collect(),
        }
    }

    /// Returns when something has changed and is at rest again.
    fn wait(&self, args: &CheckArgs, plan: &Plan) {
        let mut pause = PAUSE;
        loop {
            thread::sleep(pause);
            let start = Instant::now();
            let mut now = Seen::now(args, plan);
            // Looking takes a tenth of the time at most, however many files there are.
            pause = PAUSE.max(start.elapsed() * 9);
            if now == *self {
                continue;
            }
            loop {
                thread::sleep(SETTLE);
                let next = Seen::now(args, plan);
                if next == now {
                    return;
                }
                now = next;
            }
        }
    }
}

fn stamped(path: PathBuf) -> (PathBuf, Stamp) {
    let stamp = stamp(&path);
    (path, stamp)
}

fn stamp(path: &Path) -> Stamp {
    let metadata = path.metadata().ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// `14:03:22 UTC`. The standard library knows no other clock.
fn time_of_day(now: SystemTime) -> String {
    let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = since.as_secs() % (24 * 60 * 60);
    format!(
        "{:02}:{:02}:{:02} UTC",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_told() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400 * 20_000 + 3600 * 14 + 60 * 3 + 22);
        assert_eq!(time_of_day(at), "14:03:22 UTC");
    }
}
