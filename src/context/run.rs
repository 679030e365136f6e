//! What a check of the whole run is given.

use crate::diagnostic::{Diagnostic, Report, RuleId, Severity};
use crate::graph::{Index, UseSite};
use crate::settings::Settings;
use crate::source::Span;

/// How each file of a run is judged: what is found in several at once may be kept back in one of them only.
pub trait Judging {
    /// The settings of a file.
    fn settings(&self, file: u32) -> &Settings;

    /// Whether a comment keeps back what a rule finds in a file.
    fn keeps_back(&self, file: u32, rule: RuleId, document: u32, span: Span) -> bool;
}

/// All files alike.
impl Judging for Settings {
    fn settings(&self, _: u32) -> &Settings {
        self
    }

    fn keeps_back(&self, _: u32, _: RuleId, _: u32, _: Span) -> bool {
        false
    }
}

/// The context of a check of the whole run.
pub struct RunCx<'r> {
    /// The index to look names up in.
    pub index: &'r Index<'r>,
    /// How the run was asked to judge.
    pub settings: &'r Settings,
    judging: &'r dyn Judging,
    pub(crate) rule: RuleId,
    pub(crate) found: Vec<(u32, Diagnostic)>,
}

impl<'r> RunCx<'r> {
    pub(crate) fn new(index: &'r Index<'r>, settings: &'r Settings, judging: &'r dyn Judging) -> Self {
        RunCx {
            index,
            settings,
            judging,
            rule: RuleId(0),
            found: Vec::new(),
        }
    }

    /// Whether a file wants findings of the current rule, and which severity they are all to have there.
    pub fn judged_as(&self, file: u32) -> (bool, Option<Severity>) {
        self.judging.settings(file).judged(self.rule)
    }

    /// Whether a comment keeps back what the current rule finds at a field that names something.
    pub fn keeps_back(&self, site: &UseSite<'r>) -> bool {
        let document = self.index.document(site.file, site.fact.object);
        let (rule, span) = (self.rule, site.fact.span);
        self.judging.keeps_back(site.file, rule, document, span)
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
