//! `--baseline` and `--write-baseline`: where the file is, and how it names the files of a run.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::baseline::{Baseline, Known};
use crate::catalogue::Rule;
use crate::graph::Role;
use crate::report::{Report, count};
use crate::settings::Policy;
use crate::source;

use super::around::without_dots;
use super::config::Configs;
use super::problem::Problem;
use super::shown::{shown, text};
use super::walk::{Found, Input, tidy};
use super::{read, write};

/// Where the baseline is written when nobody says where.
const NAME: &str = "kubeproof-baseline.json";

/// A finding takes some hundred bytes, and nobody lives with as many as these.
const MAX_BYTES: u64 = 256 << 20;

/// The arguments about known findings.
#[derive(Args, Debug)]
#[command(next_help_heading = "Baseline")]
pub struct BaselineArgs {
    /// Leave out the findings that this file lists, as --write-baseline wrote it.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write down all findings as known, to be left out from now on [default: the file of --baseline or of the
    /// configuration, or else kubeproof-baseline.json].
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, conflicts_with_all = ["since", "watch"])]
    pub write_baseline: Option<Option<PathBuf>>,
}

/// The baseline of a run.
#[derive(Default)]
pub struct Plan {
    path: Option<PathBuf>,
    write: bool,
    here: PathBuf,
    /// The folder of the file, absolute.
    folder: PathBuf,
    before: Baseline,
    /// How many of the known findings are gone.
    gone: usize,
    /// Whether the file was written.
    written: bool,
}

impl Plan {
    /// Finds and reads the file, and takes it off the inputs.
    pub fn new(args: &BaselineArgs, configs: &Configs, found: &mut Found) -> Result<Plan, String> {
        let write = args.write_baseline.is_some();
        let named = args.write_baseline.clone().flatten().or(args.baseline.clone());
        let is_named = named.is_some();
        let said = match named {
            Some(named) => Some(named),
            None => configs.agreed("baseline", "--baseline", |one| {
                one.config.word("baseline").map(|path| one.resolve(path))
            })?,
        };
        let Some(path) = said.or(write.then(|| NAME.into())) else {
            return Ok(Plan::default());
        };
        let path = tidy(&path);
        let before = if write {
            to_be_replaced(&path)?
        } else {
            read_file(&path, is_named)?
        };
        found.inputs.retain(|input| input.path() != path);
        let here = std::env::current_dir().unwrap_or_default();
        let absolute = without_dots(&here.join(&path));
        // What a shell hands on, as in `--baseline <(…)`, lies nowhere.
        let is_handed_on = cfg!(unix) && (absolute.starts_with("/dev") || absolute.starts_with("/proc"));
        Ok(Plan {
            folder: match absolute.parent() {
                Some(parent) if !is_handed_on => parent.to_path_buf(),
                _ => here.clone(),
            },
            path: Some(path),
            write,
            here,
            before,
            gone: 0,
            written: false,
        })
    }

    /// Sets the known findings aside, or all of them once they are written down. What could not be written is not known.
    pub fn apply(&mut self, report: &mut Report, inputs: &[Input], policy: &Policy) -> Result<(), Problem> {
        let Some(path) = &self.path else { return Ok(()) };
        let looked_for = self.looked_for(report, inputs, policy);
        if self.write {
            let mut now = Baseline::default();
            now.add(report, |file| self.name(file));
            now.keep(&self.before, |known| !looked_for(known));
            write::replace(path, |out| out.write_all(now.text().as_bytes()))?;
            (self.before, self.written) = (now, true);
        }
        let mut left = self.before.clone();
        left.take(report, |file| self.name(file));
        if !self.write {
            self.gone = left.gone(looked_for);
        }
        Ok(())
    }

    /// Whether this run would have found what is known: a run of some files says nothing of the others.
    fn looked_for<'a>(
        &self,
        report: &Report,
        inputs: &[Input],
        policy: &'a Policy,
    ) -> impl Fn(&Known) -> bool + use<'a> {
        let checked = report.files.iter().zip(inputs);
        let checked: std::collections::HashMap<String, u16> = checked
            .filter(|(file, _)| file.role == Role::Checked)
            .map(|(file, input)| (self.name(&file.name), input.settings))
            .collect();
        let folder = self.folder.clone();
        move |known: &Known| match (checked.get(&known.file), Rule::find(&known.rule)) {
            // No rule finds it any more.
            (_, None) => true,
            (Some(settings), Some(rule)) => policy.get(*settings).rules.has(rule),
            (None, Some(_)) => !folder.join(&known.file).exists(),
        }
    }

    /// What there is to tell when all is done.
    pub fn note(&self) -> Option<String> {
        let shown = shown(self.path.as_deref()?);
        if self.written {
            return Some(format!(
                "wrote {} to {shown}; from now on --baseline={shown}, or `baseline: {shown}` in kubeproof.yaml, \
                 leaves them out",
                count(self.before.len(), "known finding")
            ));
        }
        (self.gone > 0).then(|| {
            format!(
                "{} of {shown} {} gone; --write-baseline drops what is gone",
                count(self.gone, "finding"),
                if self.gone == 1 { "is" } else { "are" }
            )
        })
    }

    /// How the baseline names a file: as seen from its own folder.
    fn name(&self, file: &str) -> String {
        let absolute = without_dots(&self.here.join(file));
        let mut up = String::new();
        let mut folder = &*self.folder;
        loop {
            if let Ok(below) = absolute.strip_prefix(folder) {
                return up + &text(below);
            }
            let Some(parent) = folder.parent() else {
                return file.to_string();
            };
            up.push_str("../");
            folder = parent;
        }
    }
}

/// The baseline that a new one takes the place of. It need not be there, and may be broken; but what was never one is
/// somebody's work, and a pipe would have to be read to its end first.
fn to_be_replaced(path: &Path) -> Result<Baseline, String> {
    let shown = shown(path);
    match path.metadata() {
        Ok(metadata) if metadata.is_file() => {}
        // What is wrong with a folder, or with the way there, is told when the file is written.
        Ok(metadata) if metadata.is_dir() => return Ok(Baseline::default()),
        Err(_) => return Ok(Baseline::default()),
        Ok(_) => {
            return Err(format!(
                "{shown} is no regular file; name a file for the baseline"
            ));
        }
    }
    let bytes = read::small(path, MAX_BYTES, "baseline").map_err(|problem| problem.to_string())?;
    let text = source::decode(bytes).text;
    match Baseline::read(&text) {
        Ok(before) => Ok(before),
        Err(_) if Baseline::was_meant(&text) => Ok(Baseline::default()),
        Err(_) => Err(format!(
            "{shown} is no baseline, and was not overwritten; name another file, or remove this one first"
        )),
    }
}

/// Reads the baseline. Who names it may name a pipe, such as `<(git show main:kubeproof-baseline.json)`; what only the
/// configuration names is opened where it is a file, so that nobody waits for what never comes.
fn read_file(path: &Path, is_named: bool) -> Result<Baseline, String> {
    let shown = shown(path);
    match path.metadata() {
        Ok(metadata) if is_named || metadata.is_file() => {}
        Ok(_) => return Err(read::irregular(path).to_string()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(format!(
                "{shown}: there is no such baseline; --write-baseline={shown} writes it"
            ));
        }
        Err(error) => return Err(Problem::io(path, &error).to_string()),
    }
    let bytes = read::small(path, MAX_BYTES, "baseline").map_err(|problem| problem.to_string())?;
    Baseline::read(&source::decode(bytes).text).map_err(|what| format!("{shown} {what}"))
}
