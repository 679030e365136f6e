//! The command line as people type it.

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::Wishes;
use crate::diagnostic::Severity;
use crate::engine::RuleSet;
use crate::version::KubeVersion;

use super::init::InitArgs;
use super::inputs::InputArgs;
use super::output::OutputArgs;
use super::settings::ConfigArgs;
use super::suggest;

/// Proofreads Kubernetes manifests before they reach a cluster.
#[derive(Parser, Debug)]
#[command(name = "kubeproof", version, max_term_width = 100)]
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
    /// Explain a rule: what it finds, why it matters, a bad and a good example.
    Explain {
        /// The rule, for example `secret/bad-base64`.
        rule: String,
    },
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
}

/// The arguments of `kubeproof check`.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// What to read.
    #[command(flatten)]
    pub input: InputArgs,
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
