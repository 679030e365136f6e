//! Which files a command is about: the arguments that the commands share, and what they lead to.

use std::path::{Path, PathBuf};
use std::{io, thread};

use clap::Args;

use crate::graph::Role;
use crate::manifest::Surroundings;

use super::config::Configs;
use super::problem::Problem;
use super::walk::{Found, Input, tidy, walk};
use super::{around, read};

/// The arguments that say what to read.
#[derive(Args, Debug)]
pub struct InputArgs {
    /// Files and folders to read; `-` is standard input [default: the current folder].
    ///
    /// In folders, `.yaml`, `.yml` and `.json` files are read, except what gitignore names; a file named
    /// here is read whatever its name.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// How to read, and what to read beside the paths.
#[derive(Args, Debug)]
#[command(next_help_heading = "Input")]
pub struct ReadingArgs {
    /// Read these files and folders too, for what they define only: nothing in them is reported.
    #[arg(long, value_name = "PATH")]
    pub index: Vec<PathBuf>,
    /// What a cluster has, as `kubectl get secrets,configmaps -A -o json` prints it: what stands in it exists.
    #[arg(long, value_name = "FILE")]
    pub inventory: Vec<PathBuf>,
    /// Also take CustomResourceDefinitions from these files and folders; nothing in them is reported.
    #[arg(long, value_name = "PATH")]
    pub crds: Vec<PathBuf>,
    /// Read this configuration file, and look for none; its patterns are seen from the current folder.
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    pub config: Option<PathBuf>,
    /// Read no configuration file and no gitignore.
    #[arg(long)]
    pub isolated: bool,
    /// Judge every document that is not empty, even what looks like a template, a patch or no manifest.
    #[arg(long)]
    pub no_skip: bool,
    /// The name to show for standard input.
    #[arg(long, value_name = "PATH")]
    pub stdin_filename: Option<PathBuf>,
    /// How many threads to use [default: as many as there are processors].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

impl InputArgs {
    /// What the arguments lead to, or why they make no sense.
    pub fn find(&self, problems: &mut Vec<Problem>) -> Result<(Found, Surroundings), String> {
        self.reading.find(&self.paths, problems)
    }

    /// Whether standard input is among what is read.
    pub fn reads_stdin(&self) -> bool {
        let reading = &self.reading;
        let lists = [&self.paths, &reading.index, &reading.inventory, &reading.crds];
        lists.into_iter().flatten().any(|path| path.as_os_str() == "-")
    }

    /// The configuration files that hold for the paths.
    pub fn configs(&self) -> Result<Configs, String> {
        let here = [PathBuf::from(".")];
        let paths = if self.paths.is_empty() {
            &here[..]
        } else {
            &self.paths
        };
        self.reading.configs(paths)
    }
}

impl ReadingArgs {
    /// What paths and these arguments lead to, or why they make no sense.
    pub fn find(
        &self,
        paths: &[PathBuf],
        problems: &mut Vec<Problem>,
    ) -> Result<(Found, Surroundings), String> {
        let here = [PathBuf::from(".")];
        let paths = if paths.is_empty() { &here[..] } else { paths };
        let mut configs = self.configs(paths)?;
        let stdin = self.stdin(paths, &configs, problems)?;
        let mut found = self.walk(paths, &configs, stdin);
        while configs.meet(&found.met)? {
            let stdin = found.take_stdin();
            found = self.walk(paths, &configs, stdin);
        }
        found.configs = configs;
        // With --no-skip nothing around a file matters.
        let around = if self.no_skip {
            Surroundings::default()
        } else {
            around::surroundings(&mut found)
        };
        problems.append(&mut found.problems);
        Ok((found, around))
    }

    /// What there is to read at the moment, standard input aside; what cannot be listed is passed over.
    pub fn look(&self, paths: &[PathBuf]) -> Found {
        let here = [PathBuf::from(".")];
        let paths = if paths.is_empty() { &here[..] } else { paths };
        // What is wrong with the configuration is told by the run itself.
        let mut configs = self.configs(paths).unwrap_or_default();
        let mut found = self.walk(paths, &configs, None);
        while configs.meet(&found.met).unwrap_or(false) {
            found = self.walk(paths, &configs, None);
        }
        found
    }

    /// Finds what paths lead to, and what is read beside them by all configurations that are known.
    fn walk(&self, paths: &[PathBuf], configs: &Configs, stdin: Option<Input>) -> Found {
        let beside = self.beside(configs);
        let lists = beside.lists(paths);
        let mut wanted: Vec<_> = lists
            .iter()
            .flat_map(|(list, role)| list.iter().map(|path| (&**path, *role)))
            .filter(|(path, _)| path.as_os_str() != "-")
            .collect();
        // An inventory is one wherever it lies, also in a folder that is read; but for a file that is named as both.
        wanted.sort_by_key(|(path, role)| {
            *role != Role::Inventory || paths.iter().any(|checked| tidy(checked) == tidy(path))
        });
        walk(&wanted, configs, stdin, !self.isolated)
    }

    /// Reads standard input, if it is asked for.
    fn stdin(
        &self,
        paths: &[PathBuf],
        configs: &Configs,
        problems: &mut Vec<Problem>,
    ) -> Result<Option<Input>, String> {
        let mut asked = None;
        for (list, role) in self.beside(configs).lists(paths) {
            if list.iter().any(|path| path.as_os_str() == "-") {
                if asked.is_some() {
                    return Err("standard input (`-`) is named twice, but can be read only once; \
                                name it as a path, or for --index, --inventory or --crds"
                        .to_string());
                }
                asked = Some(role);
            }
        }
        let Some(role) = asked else {
            return match self.stdin_filename {
                Some(_) => Err(
                    "--stdin-filename names standard input, which is not among the paths; add `-`"
                        .to_string(),
                ),
                None => Ok(None),
            };
        };
        let mut content = Vec::new();
        match read::rest(io::stdin().lock(), Path::new("<stdin>"), &mut content) {
            Ok(()) => {
                let mut stdin = Input::stdin(self.stdin_filename.as_deref(), content, role);
                stdin.config = configs.of(stdin.path());
                Ok(Some(stdin))
            }
            Err(problem) => {
                problems.push(problem);
                Ok(None)
            }
        }
    }

    fn beside(&self, configs: &Configs) -> Beside {
        let with = |given: &[PathBuf], key: &str| [given, &configs.paths(key)].concat();
        Beside {
            index: with(&self.index, "index"),
            inventory: with(&self.inventory, "inventory"),
            crds: with(&self.crds, "crds"),
        }
    }

    /// The configuration files that hold for paths.
    pub fn configs(&self, paths: &[PathBuf]) -> Result<Configs, String> {
        if self.isolated {
            return Ok(Configs::default());
        }
        let stdin = self.stdin_filename.as_deref();
        let roots = paths.iter().chain(&self.index).map(|path| match stdin {
            _ if path.as_os_str() != "-" => &**path,
            Some(name) => name,
            None => Path::new("<stdin>"),
        });
        Configs::load(self.config.as_deref(), roots)
    }

    /// How many threads to use.
    pub fn threads(&self) -> usize {
        match self.threads {
            Some(threads) => usize::from(threads),
            None => thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// What is read beside the paths, as the command line and the configuration say.
struct Beside {
    index: Vec<PathBuf>,
    inventory: Vec<PathBuf>,
    crds: Vec<PathBuf>,
}

impl Beside {
    /// The paths by the part that they play.
    fn lists<'a>(&'a self, paths: &'a [PathBuf]) -> [(&'a [PathBuf], Role); 4] {
        [
            (paths, Role::Checked),
            (&self.index, Role::Indexed),
            (&self.inventory, Role::Inventory),
            (&self.crds, Role::Definitions),
        ]
    }
}
