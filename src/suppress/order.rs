//! What a comment says: that it is meant for kubeproof, which rules it names, and why. Whatever is written wrongly
//! there is told, and keeps nothing back.

use crate::catalogue::suggest::{instead_of, nearest};
use crate::catalogue::{RULES, Rule, ids};
use crate::diagnostic::{Diagnostic, Edit, Fix, RuleId};
use crate::manifest::File;
use crate::quote::quote;
use crate::settings::Settings;
use crate::source::Span;

/// A rule or a category that a comment names.
#[derive(Debug)]
pub(super) struct Name {
    pub what: Named,
    pub span: Span,
    pub used: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Named {
    Rule(RuleId),
    Category(&'static str),
}

impl Named {
    fn find(name: &str) -> Option<Named> {
        let category = || RULES.iter().find(|rule| rule.category == name);
        Rule::find(name)
            .map(Named::Rule)
            .or_else(|| Some(Named::Category(category()?.category)))
    }

    pub(super) fn covers(self, rule: RuleId) -> bool {
        match self {
            Named::Rule(own) => own == rule,
            Named::Category(category) => rule.rule().category == category,
        }
    }

    pub(super) fn text(self) -> &'static str {
        match self {
            Named::Rule(rule) => rule.rule().id,
            Named::Category(category) => category,
        }
    }
}

/// What a comment tells kubeproof.
#[derive(Clone, Copy)]
pub(super) struct Order<'t> {
    /// `ignore`, or what stands in its place.
    pub word: &'t str,
    /// Whether `kubeproof:` stands before it, letter by letter.
    addressed: bool,
    /// What follows the word.
    pub rest: &'t str,
    /// Where `rest` starts.
    at: u32,
}

impl<'t> Order<'t> {
    /// The order in a comment that starts with `# kubeproof:`, or nearly so where it cannot mean anything else.
    pub(super) fn read(text: &'t str, comment: Span) -> Option<Order<'t>> {
        let said = text.get(comment.range())?;
        Order::at_head(said, comment).or_else(|| Order::behind_words(said, comment))
    }

    /// The order that stands where another comment has begun, as in `# nosec # kubeproof: ignore[…]`.
    fn behind_words(said: &'t str, comment: Span) -> Option<Order<'t>> {
        let bytes = said.as_bytes();
        let mut others = memchr::memchr_iter(b'#', bytes).filter(|&at| at > 0 && bytes[at - 1] == b' ');
        let order = others.find_map(|at| Order::at_head(said.get(at..)?, comment))?;
        order.is_certain().then_some(Order {
            addressed: false,
            ..order
        })
    }

    fn at_head(said: &'t str, comment: Span) -> Option<Order<'t>> {
        const NAME: &str = "kubeproof";
        let said = said.trim_start_matches('#').trim_start();
        let (name, after) = said.split_at_checked(NAME.len())?;
        if !name.eq_ignore_ascii_case(NAME) {
            return None;
        }
        let behind_colon = after.strip_prefix(':');
        let after = behind_colon.unwrap_or(after).trim_start();
        let end = after
            .find(|c: char| !c.is_ascii_alphabetic() && c != '-')
            .unwrap_or(after.len());
        let (word, rest) = after.split_at_checked(end)?;
        let order = Order {
            addressed: name == NAME && behind_colon.is_some(),
            word,
            rest,
            at: comment.end - rest.len() as u32,
        };
        (order.addressed || order.is_certain()).then_some(order)
    }

    /// Whether it cannot mean anything else, however it is written.
    fn is_certain(&self) -> bool {
        let is_word = |word: &str| self.word.eq_ignore_ascii_case(word);
        (is_word("ignore") || is_word("ignore-file")) && self.rest.trim_start().starts_with('[')
    }
}

/// Reads one comment.
pub(super) struct Reader<'f, 't> {
    pub file: &'f File<'t>,
    pub settings: &'f Settings,
    pub comment: Span,
    pub document: u32,
}

impl Reader<'_, '_> {
    fn fault(&self, rule: RuleId, span: Span, message: String, help: String) -> Option<Diagnostic> {
        self.settings.rules.has(rule).then(|| Diagnostic {
            help: Some(help),
            ..Diagnostic::new(rule, self.document, span, message)
        })
    }

    pub(super) fn malformed(&self, what: &str, help: &str) -> Option<Diagnostic> {
        let message = format!("this comment suppresses nothing: {what}");
        self.fault(
            ids::SUPPRESSION_MALFORMED,
            self.comment,
            message,
            help.to_string(),
        )
    }

    /// The rules that the comment names, where it holds, and where all that it names stands.
    pub(super) fn names(
        &self,
        order: Order<'_>,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<(Vec<Name>, Vec<Span>)> {
        const FORM: &str = "write `# kubeproof: ignore[category/rule] reason`";
        if !order.addressed {
            faults.extend(self.malformed("it does not start with `# kubeproof:`", FORM));
            return None;
        }
        if !matches!(order.word, "ignore" | "ignore-file") {
            if looks_like_ignore(order) {
                let what = format!("{} is not `ignore` or `ignore-file`", quote(order.word));
                faults.extend(self.malformed(&what, FORM));
            }
            return None;
        }
        let inner = order.rest.trim_start();
        let open = order.at + (order.rest.len() - inner.len()) as u32 + 1;
        let Some((inside, reason)) = inner.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
            faults.extend(self.malformed("the rules it is about are not named in brackets", FORM));
            return None;
        };
        let (mut names, mut places) = (Vec::new(), Vec::new());
        let mut at = open;
        for part in inside.split(',') {
            let own = part.trim();
            let start = at + (part.len() - part.trim_start().len()) as u32;
            let span = Span::new(start, start + own.len() as u32);
            at += part.len() as u32 + 1;
            if !own.is_empty() {
                places.push(span);
            }
            match Named::find(own) {
                Some(what) => names.push(Name {
                    what,
                    span,
                    used: false,
                }),
                None if own.is_empty() => {
                    faults.extend(self.malformed("a rule's name is missing in the brackets", FORM));
                }
                None => faults.extend(self.unknown(own, span)),
            }
        }
        if names.is_empty() {
            return None;
        }
        if !reason.chars().any(char::is_alphanumeric) {
            let message = "this suppression gives no reason, so it does not hold: \
                           nobody could tell later whether it still should"
                .to_string();
            let help = format!(
                "write why behind the bracket: `# kubeproof: {}[…] reason`",
                order.word
            );
            faults.extend(self.fault(ids::SUPPRESSION_NO_REASON, self.comment, message, help));
            // Whoever switches that rule off wants it to hold.
            if self.settings.rules.has(ids::SUPPRESSION_NO_REASON) {
                return None;
            }
        }
        Some((names, places))
    }

    fn unknown(&self, name: &str, span: Span) -> Option<Diagnostic> {
        let message = format!(
            "there is no rule or category {}, so nothing is suppressed by that name",
            quote(name)
        );
        let mut fault = self.fault(ids::SUPPRESSION_UNKNOWN_RULE, span, message, instead_of(name))?;
        if let [only] = *nearest(name) {
            fault.fix = Some(Fix {
                title: format!("write `{only}`"),
                safe: false,
                edits: vec![Edit {
                    span,
                    text: only.to_string(),
                }],
            });
        }
        Some(fault)
    }
}

/// Whether somebody who wrote this meant to suppress something: other tools have other words.
fn looks_like_ignore(order: Order<'_>) -> bool {
    const WORDS: [&str; 7] = [
        "ignore",
        "ignore-file",
        "disable",
        "skip",
        "suppress",
        "allow",
        "noqa",
    ];
    order.rest.trim_start().starts_with('[')
        || order.word.len() < 30
            && WORDS.iter().any(|word| {
                strsim::osa_distance(&order.word.to_ascii_lowercase(), word)
                    <= usize::from(word.len() > 5) * 2
            })
}
