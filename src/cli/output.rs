//! Where reports go: one format on standard output, others into files. What the arguments ask for is judged before
//! anything is read; `print` does it in the end.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::shown::shown;
use super::walk::Found;

/// The arguments that say how to print, and where.
#[derive(Args, Debug)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// How to print the findings [default: text].
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Write a report to a file: in the format of --format and in place of standard output, or, with a format of
    /// its own as in `sarif=out.sarif`, besides. May be repeated.
    #[arg(long, short, value_name = "[FORMAT=]FILE", value_parser = Target::parse)]
    pub output: Vec<Target>,
    /// Count the findings by rule: in place of listing them, and besides in JSON.
    #[arg(long)]
    pub statistics: bool,
    /// List what was recognised as no manifest and left alone.
    #[arg(long)]
    pub show_skipped: bool,
    /// Add to JSON what the API server itself would answer about each object.
    #[arg(long)]
    pub verdicts: bool,
    /// Print the findings and nothing else.
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Tell on standard error what was read, and how long it took.
    #[arg(short, long)]
    pub verbose: bool,
}

/// The formats of a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Format {
    /// Frames of the text, for people.
    Text,
    /// One line for each finding.
    Concise,
    /// One JSON object, for programs.
    Json,
    /// One JSON object a line: each finding, then what sums up.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions, and its step summary.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit XML, for CI servers that show tests.
    Junit,
    /// A table in Markdown, for summaries and comments.
    Markdown,
}

impl Format {
    fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_string())
            .unwrap_or_default()
    }

    /// Whether it names files from the root of the repository.
    pub(super) fn names_from_root(self) -> bool {
        matches!(
            self,
            Format::Sarif | Format::Github | Format::Gitlab | Format::Markdown
        )
    }

    /// Whether it can tell how often each rule found something.
    fn has_statistics(self) -> bool {
        matches!(
            self,
            Format::Text | Format::Concise | Format::Json | Format::Jsonl | Format::Markdown
        )
    }
}

/// A file to write to, and the format to write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    format: Option<Format>,
    path: PathBuf,
}

impl Target {
    /// `FILE` or `FORMAT=FILE`. What stands before the first `=` is a format when it can be one by its letters;
    /// `./a=b` is a file all the same.
    fn parse(text: &str) -> Result<Target, String> {
        let (format, path) = match text.split_once('=') {
            Some((format, path)) if format.bytes().all(|b| b.is_ascii_alphabetic()) => {
                let known = Format::from_str(format, true).map_err(|_| {
                    let names: Vec<String> = Format::value_variants().iter().map(|f| f.name()).collect();
                    format!(
                        "there is no format `{format}`; there are {}; write `./{text}` for a file of that name",
                        names.join(", ")
                    )
                })?;
                (Some(known), path)
            }
            _ => (None, text),
        };
        match path {
            "" => Err("the name of a file is missing".to_string()),
            "-" => Err("standard output is where --format prints; name a file here".to_string()),
            // `-o sarif` would be a file of that name, with text in it.
            path if format.is_none() && Format::from_str(path, true).is_ok() => Err(format!(
                "`{path}` is a format, and the name of a file is missing; write `{path}=FILE`, or `./{path}` for a \
                 file of that name"
            )),
            path => Ok(Target {
                format,
                path: path.into(),
            }),
        }
    }
}

/// What is printed where.
#[derive(PartialEq, Eq, Debug)]
pub struct Plan {
    /// The format on standard output, if there is one.
    pub stdout: Option<Format>,
    /// The formats of files.
    pub files: Vec<(Format, PathBuf)>,
}

impl OutputArgs {
    /// What the arguments ask for, or why they make no sense. `format` is that of --format, or what holds without.
    pub fn plan(&self, format: Format) -> Result<Plan, String> {
        let mut plan = Plan {
            stdout: Some(format),
            files: Vec::new(),
        };
        for target in &self.output {
            let shown = shown(&target.path);
            if plan.files.iter().any(|(_, path)| *path == target.path) {
                return Err(format!(
                    "`{shown}` is named twice by --output; give each report a file of its own"
                ));
            }
            let own = match target.format {
                Some(own) => own,
                None if plan.stdout.is_none() => {
                    return Err(format!(
                        "--output has two files for the format of --format; write `--output FORMAT={shown}`"
                    ));
                }
                None => {
                    if let Some(meant) = self.format.is_none().then(|| meant(&target.path)).flatten() {
                        return Err(format!(
                            "`{shown}` would hold text, since no format is given; write `--output {}={shown}`, or \
                             add --format",
                            meant.name()
                        ));
                    }
                    plan.stdout = None;
                    format
                }
            };
            plan.files.push((own, target.path.clone()));
        }
        if self.statistics && !plan.formats().any(Format::has_statistics) {
            return Err(
                "--statistics can be told by the formats text, concise, json, jsonl and markdown; choose one of \
                 them"
                    .to_string(),
            );
        }
        let has_verdicts = |format| matches!(format, Format::Json | Format::Jsonl);
        if self.verdicts && !plan.formats().any(has_verdicts) {
            return Err("--verdicts are told by the formats json and jsonl; choose one of them".to_string());
        }
        Ok(plan)
    }
}

/// The format that a file's extension speaks of.
fn meant(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()? {
        "sarif" => Some(Format::Sarif),
        "json" => Some(Format::Json),
        "jsonl" => Some(Format::Jsonl),
        "xml" => Some(Format::Junit),
        "md" => Some(Format::Markdown),
        _ => None,
    }
}

impl Plan {
    pub(super) fn formats(&self) -> impl Iterator<Item = Format> {
        self.stdout
            .into_iter()
            .chain(self.files.iter().map(|(format, _)| *format))
    }

    /// Takes the files to be written off the inputs: a report of the last run is no manifest. One that is named
    /// as an input would be lost.
    pub fn spare_inputs(&self, found: &mut Found) -> Result<(), String> {
        for (_, path) in &self.files {
            let Ok(real) = path.canonicalize() else { continue };
            if !real.is_file() {
                continue;
            }
            let is_it = |other: &Path| {
                other.file_name() == path.file_name() && other.canonicalize().is_ok_and(|other| other == real)
            };
            if found
                .roots
                .iter()
                .any(|root| !root.is_folder && is_it(&root.path))
            {
                return Err(format!(
                    "`{}` is both read and written, and would be lost; give --output another file",
                    shown(path)
                ));
            }
            found.inputs.retain(|input| !is_it(input.path()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(args: &[&str]) -> Result<Plan, String> {
        use clap::Parser as _;
        #[derive(clap::Parser)]
        struct Only {
            #[command(flatten)]
            output: OutputArgs,
        }
        let parsed = Only::try_parse_from([&["kubeproof"], args].concat());
        let output = parsed.map_err(|error| error.to_string())?.output;
        output.plan(output.format.unwrap_or(Format::Text))
    }

    #[test]
    fn each_report_has_its_place() {
        let of = |stdout, files: &[(Format, &str)]| {
            Ok(Plan {
                stdout,
                files: files.iter().map(|(f, path)| (*f, path.into())).collect(),
            })
        };
        assert_eq!(plan(&[]), of(Some(Format::Text), &[]));
        assert_eq!(
            plan(&["--output", "sarif=a.sarif", "-o", "junit=b.xml"]),
            of(
                Some(Format::Text),
                &[(Format::Sarif, "a.sarif"), (Format::Junit, "b.xml")]
            )
        );
        assert_eq!(
            plan(&["--format", "sarif", "--output", "a.sarif"]),
            of(None, &[(Format::Sarif, "a.sarif")])
        );
        assert_eq!(
            plan(&["-o", "./a=b.txt"]),
            of(None, &[(Format::Text, "./a=b.txt")])
        );
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        let told = |args: &[&str], message: &str| {
            let error = plan(args).expect_err("no sense");
            assert!(error.contains(message), "{args:?}: {error}");
        };
        told(&["-o", "a.sarif"], "write `--output sarif=a.sarif`");
        told(&["-o", "serif=a"], "there is no format `serif`");
        told(&["-o", "sarif="], "the name of a file is missing");
        told(&["-o", "sarif=-"], "name a file here");
        told(&["-o", "sarif=a", "-o", "json=a"], "named twice");
        told(&["-o", "a.txt", "-o", "b.txt"], "two files");
        told(&["--format", "junit", "--statistics"], "choose one of them");
        told(&["--verdicts", "-o", "sarif=a"], "the formats json and jsonl");
        assert!(plan(&["--verdicts", "-o", "jsonl=a"]).is_ok());
    }
}
