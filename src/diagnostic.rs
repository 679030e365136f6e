//! What kubeproof says: one finding, its places, its help, and what the API server would answer.

pub use crate::catalogue::{RuleId, Severity};
use crate::cut::{self, cut_to};
use crate::source::Span;

/// Where on its way an object is refused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stage {
    /// kubectl stops before anything is sent.
    Client,
    /// The server serves no such group, version and kind.
    NotServed,
    /// 400: the object cannot be decoded; the server names one fault only.
    Decode,
    /// 400: unknown or duplicate fields, under strict field validation.
    StrictDecode,
    /// 422: the object breaks a rule of its kind.
    Validation,
}

impl Stage {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Stage::Client => "client",
            Stage::NotServed => "notserved",
            Stage::Decode => "decode",
            Stage::StrictDecode => "strict-decode",
            Stage::Validation => "validation",
        }
    }
}

/// The type of a refusal: the server's own field error types, and our names for what it refuses earlier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs)] // the names are the server's
pub enum ErrorType {
    // validation: field.ErrorType of apimachinery
    Required,
    Invalid,
    NotSupported,
    Forbidden,
    Duplicate,
    TooLong,
    TooMany,
    NotFound,
    InternalError,
    TypeInvalid,
    // decode and before: kubeproof's own names
    TypeMismatch,
    Base64,
    TimeFormat,
    Quantity,
    TypeMeta,
    UnknownKind,
    YAMLSyntax,
    YAMLKey,
    UnsupportedNumber,
    UnknownField,
    DuplicateField,
    NotServed,
    MissingTypeMeta,
    NoObjects,
    NestedList,
}

impl ErrorType {
    /// The name in JSON, as the server writes it without `FieldValue`.
    pub fn name(self) -> String {
        format!("{self:?}")
    }

    /// The stage at which this type of error arises.
    pub const fn stage(self) -> Stage {
        use ErrorType::*;
        match self {
            Required | Invalid | NotSupported | Forbidden | Duplicate | TooLong | TooMany | NotFound
            | InternalError | TypeInvalid => Stage::Validation,
            TypeMismatch | Base64 | TimeFormat | Quantity | TypeMeta | UnknownKind | YAMLSyntax | YAMLKey
            | UnsupportedNumber => Stage::Decode,
            UnknownField | DuplicateField => Stage::StrictDecode,
            NotServed => Stage::NotServed,
            MissingTypeMeta | NoObjects | NestedList => Stage::Client,
        }
    }
}

/// What the API server (or kubectl) would answer, were this the only fault of the object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// Where it is refused.
    pub stage: Stage,
    /// The type of error.
    pub kind: ErrorType,
    /// The field path as the server prints it.
    pub field: String,
    /// Among several decode errors of one object: the turn in which the server meets it. It names the first
    /// only ([`validation::rank`](crate::validation::rank)).
    pub turn: u32,
}

/// Another place that a finding is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Related {
    /// What is there.
    pub message: String,
    /// The file, as an index into the run's inputs; `None` for the finding's own.
    pub file: Option<u32>,
    /// Where in it.
    pub span: Span,
}

/// A replacement of bytes; an empty span inserts.
#[derive(Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes to replace.
    pub span: Span,
    /// What to put there.
    pub text: String,
}

impl std::fmt::Debug for Edit {
    /// Place and length only: the text may be a Secret's value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}..{} ← {} bytes",
            self.span.start,
            self.span.end,
            self.text.len()
        )
    }
}

/// How to mend a finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What the fix does, as an order: "quote the value".
    pub title: String,
    /// Whether it keeps the meaning that the author certainly had.
    pub safe: bool,
    /// The edits, none overlapping another.
    pub edits: Vec<Edit>,
}

/// One finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// The rule that found it.
    pub rule: RuleId,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong and why it matters, in one or two sentences without a final full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// A few words beside the marked text.
    pub label: Option<String>,
    /// The exact characters.
    pub span: Span,
    /// Other places involved.
    pub related: Vec<Related>,
    /// What the API server would say, if it would refuse the object for this.
    pub refusal: Option<Refusal>,
    /// How to mend it.
    pub fix: Option<Fix>,
    /// The number of separator lines above; in a JSON stream the value's index.
    pub document: u32,
    /// The object it is about, as an index into the file's list of objects.
    pub object: Option<u32>,
    /// The place of a fault that this one follows from. Where that one is told, people need not hear of this one; it is
    /// a refusal of the server all the same.
    pub follows: Option<Span>,
    /// It only says that the field of its refusal is missing: what else its holder lacks can be told with it.
    pub only_missing: bool,
}

impl Diagnostic {
    /// A finding of a rule, as severe as the rule is by itself, in a document and about no object.
    pub fn new(rule: RuleId, document: u32, span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            rule,
            severity: rule.rule().severity,
            message: bounded(message),
            help: None,
            label: None,
            span,
            related: Vec::new(),
            refusal: None,
            fix: None,
            document,
            object: None,
            follows: None,
            only_missing: false,
        }
    }
}

/// A text of a finding, cut if nobody would read it.
fn bounded(text: impl Into<String>) -> String {
    cut_to(text.into(), cut::TEXT)
}

/// Sorts the findings of one file by place, then by rule; equal ones keep the order they were found in.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_key(|d| (d.span, d.rule));
}

/// A diagnostic that was just reported and may still be told more.
pub struct Report<'a> {
    pub(crate) diagnostic: &'a mut Diagnostic,
}

impl Report<'_> {
    /// What to do about it, as an order.
    pub fn help(self, help: impl Into<String>) -> Self {
        self.diagnostic.help = Some(bounded(help));
        self
    }

    /// Points somewhere else.
    pub fn at(self, span: Span) -> Self {
        self.diagnostic.span = span;
        self
    }

    /// A few words beside the marked text.
    pub fn label(self, label: impl Into<String>) -> Self {
        self.diagnostic.label = Some(bounded(label));
        self
    }

    /// Another place in the same file.
    pub fn related(self, span: Span, message: impl Into<String>) -> Self {
        self.diagnostic.related.push(Related {
            message: bounded(message),
            file: None,
            span,
        });
        self
    }

    /// Another place in a file of the run, by the file's index.
    pub fn related_in(self, file: u32, span: Span, message: impl Into<String>) -> Self {
        self.diagnostic.related.push(Related {
            message: bounded(message),
            file: Some(file),
            span,
        });
        self
    }

    /// The API server's own answer; its stage follows from the type. Makes the finding an error.
    pub fn refusal(self, kind: ErrorType, field: impl Into<String>) -> Self {
        self.diagnostic.refusal = Some(Refusal {
            stage: kind.stage(),
            kind,
            field: bounded(field),
            turn: 0,
        });
        self.diagnostic.severity = Severity::Error;
        self
    }

    /// The API server's or kubectl's own answer, where the type alone does not tell the stage.
    pub fn refusal_at(self, stage: Stage, kind: ErrorType, field: impl Into<String>) -> Self {
        self.diagnostic.refusal = Some(Refusal {
            stage,
            kind,
            field: bounded(field),
            turn: 0,
        });
        self.diagnostic.severity = Severity::Error;
        self
    }

    /// Overrides the severity of the rule's page.
    pub fn severity(self, severity: Severity) -> Self {
        self.diagnostic.severity = severity;
        self
    }

    /// All that it says is that the field of its refusal is missing.
    pub fn only_missing(self) -> Self {
        self.diagnostic.only_missing = true;
        self
    }

    /// It follows from whatever is wrong at another place, if anything is.
    pub fn follows(self, cause: impl Into<Option<Span>>) -> Self {
        self.diagnostic.follows = cause.into();
        self
    }

    /// How to mend it.
    pub fn fix(self, title: impl Into<String>, safe: bool, edits: Vec<Edit>) -> Self {
        self.diagnostic.fix = Some(Fix {
            title: bounded(title),
            safe,
            edits,
        });
        self
    }
}
