//! What a check of the whole run is given.

use super::index::{Index, UseSite};
use crate::diagnostic::{Diagnostic, Report};
use crate::engine::Settings;
use crate::rules::RuleId;
use crate::source::Span;

/// The context of a check of the whole run.
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
            object,
            ..Diagnostic::new(self.rule, document, span, message)
        };
        self.found.push((file, diagnostic));
        let last = self.found.len() - 1;
        Report {
            diagnostic: &mut self.found[last].1,
        }
    }

    /// Reports at a field that names something.
    pub fn report_use(&mut self, site: &UseSite<'r>, span: Span, message: impl Into<String>) -> Report<'_> {
        let document = self.index.document(site.file, site.fact.object);
        self.report(site.file, document, Some(site.fact.object), span, message)
    }
}
