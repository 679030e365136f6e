//! What a check is given to look around and to report with.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::{Cause, Ceiling};
use crate::diagnostic::{Diagnostic, Report, RuleId};
use crate::hash::HashMap;
use crate::manifest::kustomization::Wrong;
use crate::manifest::mask::{self, HIDDEN};
use crate::manifest::{Field, File, Object};
use crate::placeholder::{self, Form};
use crate::quote::quote;
use crate::schema::{self, KindInfo};
use crate::settings::Settings;
use crate::source::Span;
use crate::suppress::Suppressions;
use crate::version::KubeVersion;
use crate::yaml::Node;

/// The context of one check on one file.
pub struct Cx<'t> {
    /// The file being checked.
    pub file: &'t File<'t>,
    /// How the run was asked to judge.
    pub settings: &'t Settings,
    /// Paths that the file names, if it is a kustomization, and that do not lead to what has to be there.
    pub(crate) wrong_paths: Option<&'t HashMap<String, Wrong>>,
    /// The object whose kind was looked up last, and what the API knows of it.
    pub(crate) kind: (u32, Option<&'static KindInfo>),
    pub(crate) rule: RuleId,
    pub(crate) document: u32,
    pub(crate) object: Option<u32>,
    pub(crate) found: Vec<Diagnostic>,
    pub(crate) suppressions: Option<Box<Suppressions>>,
    /// Faults of the current document that others may follow from.
    pub(crate) causes: Vec<Cause>,
    /// Findings that are too many to be told.
    pub(crate) ceiling: Ceiling,
    /// The last one of them.
    left_out: Option<Box<Diagnostic>>,
    fills_in: OnceCell<bool>,
}

impl<'t> Cx<'t> {
    pub(crate) fn new(file: &'t File<'t>, settings: &'t Settings) -> Self {
        Cx {
            file,
            settings,
            wrong_paths: None,
            kind: (u32::MAX, None),
            rule: RuleId(0),
            document: 0,
            object: None,
            found: Vec::new(),
            suppressions: None,
            causes: Vec::new(),
            ceiling: Ceiling::default(),
            left_out: None,
            fills_in: OnceCell::new(),
        }
    }

    /// What the API knows of an object's kind, in its version or else the last one known.
    pub fn kind_of(&self, object: &Object<'_>) -> Option<&'static KindInfo> {
        if self.kind.0 == object.index {
            return self.kind.1; // looked up once for all checks of the object
        }
        schema::known(object.group(), object.version(), &object.kind)
    }

    /// An option of the current rule, by its name on the rule's page.
    pub fn option(&self, name: &str) -> u32 {
        let set = self.settings.options.iter();
        let mut set = set.filter(|(rule, option, _)| *rule == self.rule && *option == name);
        let default = || self.rule.rule().options.iter().find(|option| option.name == name);
        set.next()
            .map(|(.., value)| *value)
            .or_else(|| Some(default()?.default))
            .unwrap_or_default()
    }

    /// The version of Kubernetes to judge by.
    pub fn kube(&self) -> KubeVersion {
        self.settings.kube
    }

    /// Reports a finding of the current rule at a span. The message says what is wrong and why it matters,
    /// and never quotes a value that [`shown`](Cx::shown) does not show.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> Report<'_> {
        self.report_as(self.rule, span, message)
    }

    /// Reports at the place of a field: its value, its key when the value spans lines, or the key of its
    /// nearest existing parent.
    pub fn report_at(&mut self, field: &Field<'_, 't>, message: impl Into<String>) -> Report<'_> {
        self.report(field.place(), message)
    }

    /// Reports a finding of another rule; the reader's and the engine's rules come this way.
    pub fn report_as(&mut self, rule: RuleId, span: Span, message: impl Into<String>) -> Report<'_> {
        self.found.push(Diagnostic {
            object: self.object,
            ..Diagnostic::new(rule, self.document, span, message)
        });
        let last = self.found.len() - 1;
        Report {
            diagnostic: &mut self.found[last],
        }
    }

    /// The same, but what is too much for one file is only counted.
    pub(crate) fn report_or_count(
        &mut self,
        rule: RuleId,
        span: Span,
        message: impl Into<String>,
    ) -> Report<'_> {
        let finding = Diagnostic {
            object: self.object,
            ..Diagnostic::new(rule, self.document, span, message)
        };
        if self.ceiling.takes(&finding) {
            self.left_out = None;
            self.found.push(finding);
            let last = self.found.len() - 1;
            return Report {
                diagnostic: &mut self.found[last],
            };
        }
        Report {
            diagnostic: self.left_out.insert(Box::new(finding)),
        }
    }

    /// Counts a finding that is not worth its words, since it is too much.
    pub(crate) fn counts_only(&mut self, rule: RuleId) -> bool {
        let reached = self.ceiling.is_reached(rule, self.document, self.object);
        if reached {
            self.ceiling.count(rule);
        }
        reached
    }

    /// The last finding, if it was only counted.
    pub(crate) fn left_out(&self) -> Option<&Diagnostic> {
        self.left_out.as_deref()
    }

    /// Whether a comment keeps back what the current rule finds at a span: a finding about several places asks of
    /// each, so that its fix leaves alone what is meant to stay.
    pub fn keeps_back(&mut self, span: Span) -> bool {
        let (rule, document) = (self.rule, self.document);
        let suppressions = self.suppressions.as_mut();
        suppressions.is_some_and(|suppressions| suppressions.cover(rule, document, span))
    }

    /// How many findings there are so far.
    pub fn count(&self) -> usize {
        self.found.len()
    }

    /// Adds a reason to the messages of all findings from the given one on.
    pub fn explain(&mut self, from: usize, why: &str) {
        for finding in self.found.iter_mut().skip(from) {
            // Alternatives within alternatives say it once.
            if finding.message.ends_with(why) {
                continue;
            }
            finding.message.push_str(": ");
            finding.message.push_str(why);
            finding.only_missing = false;
        }
    }

    /// Gives all findings from the given one on another help.
    pub fn advise(&mut self, from: usize, help: &str) {
        for finding in self.found.iter_mut().skip(from) {
            finding.help = Some(help.into());
            finding.only_missing = false;
        }
    }

    /// Whether a text still waits to be filled in (`${VAR}`, `$VAR`, `@VAR@`, `{{ x }}`, `<name>`, SOPS' `ENC[…]`), so
    /// that its final value cannot be judged. Never with `--no-skip`, which judges what stands there.
    pub fn is_unrendered(&self, text: &str) -> bool {
        self.fills_in() && placeholder::unrendered(text)
    }

    /// How the placeholder is written that a Secret's value waits to be filled in by, if it does.
    pub(crate) fn unrendered_secret(&self, text: &str) -> Option<Form> {
        self.fills_in()
            .then(|| placeholder::form_of_secret(text))
            .flatten()
    }

    /// Whether texts of this file may wait to be filled in: few files have any sign of it.
    pub(crate) fn fills_in(&self) -> bool {
        let may = || !self.settings.no_skip && placeholder::may_be_in(self.file.text.as_bytes());
        *self.fills_in.get_or_init(may)
    }

    /// Whether a span touches a value that must never be shown: a Secret's, or what may be one.
    pub fn is_masked(&self, span: Span) -> bool {
        mask::touches(self.file.masked(), span)
    }

    /// A node's value in backquotes for a message, cut to a readable length; [`HIDDEN`] for what must
    /// not be shown.
    pub fn shown(&self, node: Node<'t>) -> Cow<'static, str> {
        if self.is_masked(node.span()) || self.is_masked(node.resolved().span()) {
            return Cow::Borrowed(HIDDEN);
        }
        let text = node.str().unwrap_or(Cow::Borrowed(node.resolved().source()));
        Cow::Owned(quote(&text))
    }
}
