//! What rules there are: the front matter of their pages, `rules/<category>/<id>.md`, as a table. What each of them does
//! is a matter of [`rules`](crate::rules), or of who else reports it.

pub mod suggest;

/// A rule, as an index into the table of them all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RuleId(pub u16);

impl RuleId {
    /// The rule's metadata.
    pub fn rule(self) -> &'static Rule {
        &RULES[self.0 as usize]
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Worth knowing; never fails a run by default.
    Info,
    /// Probably a bug.
    Warning,
    /// The API server refuses it, or it is certainly broken.
    Error,
}

impl Severity {
    /// `error`, `warning` or `info`, as on the command line and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// Whether a rule can mend what it finds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FixKind {
    /// It cannot.
    None,
    /// With edits that keep the author's certain meaning.
    Safe,
    /// With edits that need a look.
    Unsafe,
}

impl FixKind {
    /// The word in tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            FixKind::None => "none",
            FixKind::Safe => "safe",
            FixKind::Unsafe => "unsafe",
        }
    }
}

/// Who reports a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Emitter {
    /// Its own function, in `src/rules/`.
    Check,
    /// The YAML reader.
    Reader,
    /// The validation: structure, constraints, CustomResourceDefinitions.
    Schema,
    /// The engine.
    Engine,
    /// The validation, by what a namespace asks of pods: between files.
    Admission,
}

/// A rule's metadata, from the front matter of its page.
pub struct Rule {
    /// `category/name`.
    pub id: &'static str,
    /// The part before the slash.
    pub category: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Severity unless a check says otherwise.
    pub severity: Severity,
    /// Whether it can be fixed.
    pub fix: FixKind,
    /// What it looks at: `file`, `document`, `run`, `*` for any object, or kinds as `Kind` or `group/Kind`.
    pub on: &'static [&'static str],
    /// The fields of those kinds that it is about, from the object: `spec.rules.host`.
    pub fields: &'static [&'static str],
    /// The version of kubeproof that has it first.
    pub since: &'static str,
    /// Where the facts come from.
    pub references: &'static [&'static str],
    /// What can be set about it in `kubeproof.yaml`.
    pub options: &'static [RuleOption],
    /// Who reports it.
    pub emitter: Emitter,
    /// The whole page, front matter included.
    pub page: &'static str,
}

/// Something that can be set about a rule: a whole number.
#[derive(Debug)]
pub struct RuleOption {
    /// The key in `kubeproof.yaml`.
    pub name: &'static str,
    /// What holds when it is not set.
    pub default: u32,
    /// What it says, as the end of a sentence that starts with its name.
    pub about: &'static str,
}

impl Rule {
    /// Whether it compares files: what it finds hangs on all that a run reads.
    pub fn compares(&self) -> bool {
        self.on == ["run"]
    }

    /// The rule with this id.
    pub fn find(id: &str) -> Option<RuleId> {
        RULES
            .binary_search_by(|rule| rule.id.cmp(id))
            .ok()
            .map(|i| RuleId(i as u16))
    }
}

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));
