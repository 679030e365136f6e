//! Who reads what is decoded, and what comes of what it cannot read.

use crate::catalogue::ids;
use crate::diagnostic::RuleId;

/// Who reads it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadBy {
    /// The API server.
    Server,
    /// kustomize, its own file.
    Kustomize,
}

impl ReadBy {
    /// What comes of a value that it cannot read.
    pub(super) fn cannot_read(self) -> &'static str {
        match self {
            ReadBy::Server => "the API server cannot read the object",
            ReadBy::Kustomize => "kustomize cannot read it",
        }
    }

    /// What comes of a field that it does not know.
    pub(super) fn refuses(self) -> &'static str {
        match self {
            ReadBy::Server => "the API server refuses the object",
            ReadBy::Kustomize => "kustomize refuses it",
        }
    }

    /// What comes of a key that stands twice.
    pub(super) fn takes_last(self) -> &'static str {
        match self {
            ReadBy::Server => "kubectl silently takes the last value, a strict reader refuses the file",
            ReadBy::Kustomize => "kustomize silently takes the last value",
        }
    }

    /// The rule about values of wrong types.
    pub(super) fn wrong_type(self) -> RuleId {
        match self {
            ReadBy::Server => ids::SCHEMA_TYPE,
            ReadBy::Kustomize => ids::KUSTOMIZE_WRONG_TYPE,
        }
    }

    /// The rule about texts that YAML reads as something else.
    pub(super) fn implicit_typing(self) -> RuleId {
        match self {
            ReadBy::Server => ids::YAML_IMPLICIT_TYPING,
            ReadBy::Kustomize => ids::KUSTOMIZE_WRONG_TYPE,
        }
    }

    /// The rule about fields that it does not know.
    pub(super) fn unknown_field(self) -> RuleId {
        match self {
            ReadBy::Server => ids::SCHEMA_UNKNOWN_FIELD,
            ReadBy::Kustomize => ids::KUSTOMIZE_UNKNOWN_FIELD,
        }
    }
}
