//! The command line as people type it.

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::Wishes;
use crate::diagnostic::Severity;
use crate::settings::RuleSet;
use crate::version::KubeVersion;

use super::baseline::BaselineArgs;
use super::fix::FixArgs;
use super::graph::GraphArgs;
use super::impact::ImpactArgs;
use super::init::InitArgs;
use super::inputs::InputArgs;
use super::output::OutputArgs;
use super::settings::ConfigArgs;
use super::suggest;

/// Proofreads Kubernetes manifests before they reach a cluster.
#[derive(Parser, Debug)]
#[command(name = "kubeproof", bin_name = "kubeproof", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// When to colour the output.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t = ColorChoice::Auto,
        value_name = "WHEN",
        display_order = 100
    )]
    pub color: ColorChoice,
}

/// The subcommands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Check manifests: files, folders, or `-` for standard input.
    Check(Box<CheckArgs>),
    /// Say what breaks when Secrets are deleted: who uses them, and what makes them again.
    Impact(Box<ImpactArgs>),
    /// Draw who uses, makes and selects what, as text, dot, mermaid, json or a page.
    Graph(Box<GraphArgs>),
    /// Explain a rule, or a kind or field of Kubernetes.
    Explain(ExplainArgs),
    /// Show the configuration that is in force, and where each setting comes from.
    Config(ConfigArgs),
    /// Write a `kubeproof.yaml` to start from.
    Init(InitArgs),
    /// List the rules.
    Rules {
        /// How to list them.
        #[arg(long, value_enum, default_value_t = RulesFormat::Text)]
        format: RulesFormat,
    },
    /// Print a script that completes commands and options in a shell.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print a page of the manual, for those who package kubeproof.
    #[command(hide = true)]
    Man {
        /// The subcommand that the page is about; the program itself when left out.
        subcommand: Option<String>,
    },
}

/// The arguments of `kubeproof explain`.
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// A rule (`secret/bad-base64`), a category of rules (`secret/`), a kind (`ingress`, `deploy`) or a field
    /// (`ingress.spec.rules.host`).
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The version of the kind [default: its most stable one].
    #[arg(long, value_name = "GROUP/VERSION")]
    pub api_version: Option<String>,
    /// The version of Kubernetes to explain, 1.25 to 1.37.
    #[arg(long, value_name = "VERSION", default_value_t = KubeVersion::DEFAULT)]
    pub kube_version: KubeVersion,
    /// Print the fields below as a tree.
    #[arg(long)]
    pub recursive: bool,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = ExplainFormat::Text)]
    pub format: ExplainFormat,
}

/// The arguments of `kubeproof check`.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// What to read.
    #[command(flatten)]
    pub input: InputArgs,
    /// What to fix.
    #[command(flatten)]
    pub fixes: FixArgs,
    /// The version of Kubernetes to judge by, 1.25 to 1.37 [default: 1.36].
    #[arg(long, value_name = "VERSION", help_heading = "Rules")]
    pub kube_version: Option<KubeVersion>,
    /// Run only these rules or categories; comma separated, or repeat the option.
    #[arg(long, value_name = "RULES", value_delimiter = ',', value_parser = rule_or_category, help_heading = "Rules")]
    pub select: Vec<String>,
    /// Leave out these rules or categories; a rule's own name outweighs its category's.
    #[arg(long, value_name = "RULES", value_delimiter = ',', value_parser = rule_or_category, help_heading = "Rules")]
    pub ignore: Vec<String>,
    /// Take what is read for everything there is: a name that nothing defines or makes is then an error.
    #[arg(long, help_heading = "Rules")]
    pub complete: bool,
    /// The least severity that makes the exit code 1 [default: warning].
    #[arg(long, value_enum, value_name = "SEVERITY", help_heading = "Exit code")]
    pub fail_on: Option<FailOn>,
    /// What is known already.
    #[command(flatten)]
    pub baseline: BaselineArgs,
    /// Exit with 0 even when there are findings (trouble still exits with 2).
    #[arg(long, help_heading = "Exit code")]
    pub exit_zero: bool,
    /// Exit with 0 when there was nothing to judge.
    #[arg(long, help_heading = "Exit code")]
    pub allow_empty: bool,
    /// How to print, and where.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Report only objects that have changed since a commit of git, uncommitted changes included; `main...` stands
    /// for where this branch left `main`. Without paths all of the repository is read.
    #[arg(
        long,
        value_name = "GIT_REF",
        conflicts_with = "verdicts",
        help_heading = "Input"
    )]
    pub since: Option<String>,
    /// Check again whenever a file changes, until Ctrl-C.
    #[arg(long)]
    pub watch: bool,
}

impl CheckArgs {
    /// What is said about rules, which outweighs the configuration.
    pub fn wishes(&self) -> Wishes {
        Wishes {
            select: self.select.clone(),
            ignore: self.ignore.clone(),
            kube: self.kube_version,
        }
    }
}

fn rule_or_category(name: &str) -> Result<String, String> {
    if RuleSet::none().set(name, true) {
        return Ok(name.to_string());
    }
    Err(suggest::unknown_rule(name))
}

/// When to colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR or TERM=dumb says otherwise.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The formats of the list of rules.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum RulesFormat {
    /// A table.
    Text,
    /// A JSON array.
    Json,
    /// Tables with links to the pages, as in `docs/rules.md`.
    Markdown,
}

/// The formats of what is explained.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum ExplainFormat {
    /// Text for people.
    Text,
    /// JSON, for programs.
    Json,
}

/// The severity from which on a run fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum FailOn {
    /// Errors only.
    Error,
    /// Errors and warnings.
    Warning,
    /// Anything.
    Info,
}

impl From<FailOn> for Severity {
    fn from(from: FailOn) -> Severity {
        match from {
            FailOn::Error => Severity::Error,
            FailOn::Warning => Severity::Warning,
            FailOn::Info => Severity::Info,
        }
    }
}
