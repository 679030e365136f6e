//! How a run judges: by what version of Kubernetes, by which rules, how severely, and with what known besides the
//! files. A run has one [`Settings`], or a [`Policy`] where they differ from file to file.

use std::sync::Arc;

use crate::catalogue::RULES;
use crate::diagnostic::{Diagnostic, RuleId, Severity};
use crate::graph::table::Table;
use crate::graph::{self, Declared};
use crate::version::KubeVersion;

/// How a run judges.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The version of Kubernetes to judge by.
    pub kube: KubeVersion,
    /// Judge every document that is not empty, even what is recognised as no manifest.
    pub no_skip: bool,
    /// Which rules run.
    pub rules: RuleSet,
    /// Whether the run has everything there is: what a cluster has besides does not count.
    pub complete: bool,
    /// The table of who names what, with a user's own rows; `None` is the one that comes with kubeproof.
    pub references: Option<Arc<Table>>,
    /// Names that exist though no file defines them.
    pub exists: Arc<[Declared]>,
    /// The time, in seconds since 1970 UTC, for what expires; `None` judges no expiry.
    pub now: Option<i64>,
    /// The files are some of those that belong together: what is found between files may be missing.
    pub partial: bool,
    /// Rules that compare files run elsewhere, so that facts are needed even if none runs here.
    pub compared: bool,
    /// Severities that outweigh those that the checks give, by rule.
    pub severities: Option<Box<[Option<Severity>]>>,
    /// Options of rules that are set, each with its name on the rule's page.
    pub options: Vec<(RuleId, &'static str, u32)>,
}

impl Settings {
    /// The table by which facts are taken.
    pub fn table(&self) -> &Table {
        self.references.as_deref().unwrap_or_else(|| graph::standard())
    }

    /// Whether a finding of a rule that runs here is wanted, with the severity that it is to have.
    pub fn adjust(&self, finding: &mut Diagnostic) -> bool {
        let (wanted, severity) = self.judged(finding.rule);
        finding.severity = severity.unwrap_or(finding.severity);
        wanted
    }

    /// Whether findings of a rule are wanted, and which severity they are all to have.
    pub fn judged(&self, rule: RuleId) -> (bool, Option<Severity>) {
        let severities = self.severities.as_ref();
        let severity = severities.and_then(|all| all.get(rule.0 as usize).copied().flatten());
        (self.rules.has(rule), severity)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            kube: KubeVersion::DEFAULT,
            no_skip: false,
            rules: RuleSet::all(),
            complete: false,
            references: None,
            exists: Arc::default(),
            now: None,
            partial: false,
            compared: false,
            severities: None,
            options: Vec::new(),
        }
    }
}

/// The settings of a run, which may differ from file to file.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    all: Vec<Settings>,
    /// What holds between files: every rule that runs for any of them.
    union: Settings,
}

impl Policy {
    /// Adds settings, and returns their index.
    pub fn push(&mut self, settings: Settings) -> u16 {
        if self.all.is_empty() {
            self.union = settings.clone();
        }
        self.union.rules.extend(&settings.rules);
        self.all.push(settings);
        let compared = self.union.rules.compares();
        for settings in &mut self.all {
            settings.compared = compared;
        }
        u16::try_from(self.all.len() - 1).unwrap_or(u16::MAX)
    }

    /// Whether there are no settings yet.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The settings of this index.
    pub fn get(&self, index: u16) -> &Settings {
        self.all.get(usize::from(index)).unwrap_or(&self.union)
    }

    /// What holds between files.
    pub fn union(&self) -> &Settings {
        &self.union
    }
}

impl From<Settings> for Policy {
    fn from(settings: Settings) -> Policy {
        let mut policy = Policy::default();
        policy.push(settings);
        policy
    }
}

/// A set of rules.
#[derive(Clone, Debug)]
pub struct RuleSet(Box<[bool]>);

impl RuleSet {
    /// Every rule.
    pub fn all() -> Self {
        RuleSet(vec![true; RULES.len()].into())
    }

    /// No rule.
    pub fn none() -> Self {
        RuleSet(vec![false; RULES.len()].into())
    }

    /// Whether a rule is in the set.
    pub fn has(&self, rule: RuleId) -> bool {
        self.0.get(rule.0 as usize).copied().unwrap_or(false)
    }

    /// Whether no rule is in the set.
    pub fn is_empty(&self) -> bool {
        !self.0.contains(&true)
    }

    /// Whether any rule compares files, so that facts are needed.
    pub fn compares(&self) -> bool {
        RULES
            .iter()
            .zip(&self.0)
            .any(|(rule, has)| *has && rule.compares())
    }

    /// Keeps the rules that are in another set as well.
    pub fn restrict(&mut self, other: &RuleSet) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own &= other;
        }
    }

    /// Adds the rules of another set.
    pub fn extend(&mut self, other: &RuleSet) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own |= other;
        }
    }

    /// Adds or removes a rule, or all rules of a category. False when there is none of that name.
    pub fn set(&mut self, name: &str, on: bool) -> bool {
        let mut known = false;
        for (rule, has) in RULES.iter().zip(self.0.iter_mut()) {
            if rule.id == name || rule.category == name {
                *has = on;
                known = true;
            }
        }
        known
    }
}
