//! Names across files: what each file defines, produces and uses, and one index over the run.

use crate::diagnostic::{Diagnostic, Report};
use crate::engine::Settings;
use crate::manifest::File;
use crate::rules::RuleId;
use crate::source::Span;

/// What one file says about names that other files use. Kept for the whole run; text and tree are not.
#[derive(Debug, Default)]
pub struct Facts {}

/// Takes the facts of one file.
pub fn facts(file: &File<'_>) -> Facts {
    let _ = file;
    Facts {}
}

/// The facts of all files of a run.
pub struct Index<'r> {
    /// By file index.
    pub files: &'r [Facts],
}

impl<'r> Index<'r> {
    /// Indexes the facts of all files of a run, in the order of their file indices.
    pub fn new(files: &'r [Facts]) -> Self {
        Index { files }
    }
}

/// What a check of the whole run is given.
pub struct RunCx<'r> {
    /// The index to look names up in.
    pub index: &'r Index<'r>,
    /// How the run was asked to judge.
    pub settings: &'r Settings,
    pub(crate) rule: RuleId,
    pub(crate) found: Vec<(u32, Diagnostic)>,
}

impl<'r> RunCx<'r> {
    pub(crate) fn new(index: &'r Index<'r>, settings: &'r Settings) -> Self {
        RunCx {
            index,
            settings,
            rule: RuleId(0),
            found: Vec::new(),
        }
    }

    /// Reports a finding of the current rule in a file of the run, about one of its objects.
    pub fn report(
        &mut self,
        file: u32,
        document: u32,
        object: Option<u32>,
        span: Span,
        message: impl Into<String>,
    ) -> Report<'_> {
        let diagnostic = Diagnostic {
            rule: self.rule,
            severity: self.rule.rule().severity,
            message: message.into(),
            help: None,
            label: None,
            span,
            related: Vec::new(),
            refusal: None,
            fix: None,
            document,
            object,
        };
        self.found.push((file, diagnostic));
        let last = self.found.len() - 1;
        Report {
            diagnostic: &mut self.found[last].1,
        }
    }
}
