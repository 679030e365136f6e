//! Texts that a message could tell although it is not about them: an alias brings a Secret's value to a name or a
//! label, and where a space is missing (`{password:hunter2}`) a value is part of a key.
//!
//! Rules need not know of it: what they found is gone over once more, in the few files that have such a text. Values
//! and paths stand in backquotes in messages, so that plain words are left alone.

use std::collections::HashSet;
use std::ops::Range;

use super::reach::{Reach, Reached, Traces};
use super::touches;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::manifest::File;
use crate::quote::quote;
use crate::source::Span;
use crate::yaml::{Kind, Node};

/// What stands for a text that is not told.
pub const MASK: &str = "***";

/// The texts of one file that must not be told, wherever they turn up.
#[derive(Debug, Default)]
pub struct Hidden {
    texts: Vec<Text>,
    /// Where aliases bring them to, and from where.
    reach: Reach,
}

#[derive(Debug)]
pub(super) struct Text {
    /// The node that says it.
    pub node: u32,
    pub text: String,
    /// As messages quote it.
    quoted: String,
}

/// With more texts, nothing that is quoted is told.
pub(super) const MOST: usize = 64;

impl Hidden {
    /// Looks through a file.
    pub(crate) fn of(file: &File<'_>) -> Hidden {
        let mut hidden = Hidden::default();
        for document in &file.documents {
            if let Some(root) = document.root {
                let all = root.id()..document.chunk.nodes_end;
                if document.chunk.indirect {
                    hidden.aliased(root, all.clone(), file.beyond_aliases());
                }
                hidden.strays(root, all, file);
            }
        }
        // A part of another comes after it.
        let order = |text: &Text| (std::cmp::Reverse(text.text.len()), text.node);
        hidden.texts.sort_by_key(order);
        hidden
    }

    /// What aliases bring from where nothing may be shown.
    fn aliased(&mut self, root: Node<'_>, all: Range<u32>, masked: &[Span]) {
        let anchored = self.reach.add(root, all, masked);
        for id in anchored.into_iter().flatten() {
            let node = root.with_id(id);
            if node.raw().kind == Kind::Scalar && touches(masked, node.span()) {
                self.keep(node);
            }
        }
    }

    /// Values that became keys.
    fn strays(&mut self, root: Node<'_>, all: Range<u32>, file: &File<'_>) {
        for id in all {
            let map = root.with_id(id);
            if map.raw().kind == Kind::Map && super::may_have_strays(map) {
                for entry in map.raw_entries() {
                    // What is masked is asked for last, since that takes time.
                    if super::is_stray(entry.key) && touches(file.masked(), entry.key.span()) {
                        self.keep(entry.key);
                    }
                }
            }
        }
    }

    fn keep(&mut self, node: Node<'_>) {
        let text = node.cooked().unwrap_or_default();
        if !text.is_empty() {
            self.texts.push(Text {
                node: node.id(),
                quoted: quote(&text).trim_matches('`').to_string(),
                text: text.into_owned(),
            });
        }
    }

    /// Whether there is nothing of that sort, as in nearly all files.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The texts.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|text| &*text.text)
    }

    /// A text, or what stands for it where it must not be told.
    pub fn told<'a>(&self, text: &'a str) -> &'a str {
        if self.texts().any(|hidden| hidden == text) {
            MASK
        } else {
            text
        }
    }

    /// Takes the texts out of what is said of the file. What is said of a text itself, or of an alias that leads to it,
    /// may tell it in another spelling, which is taken out as well.
    pub fn redact(&self, findings: &mut [Diagnostic]) {
        if self.is_empty() {
            return;
        }
        let all: HashSet<&str> = self.texts().skip(MOST).collect();
        // Many findings may be about the same.
        let mut last = (Reached::default(), Traces::default());
        for finding in findings {
            let reached = self.reach.at(finding);
            if reached != last.0 {
                let traces = Traces::of(&reached, &self.texts);
                last = (reached, traces);
            }
            let traces = &last.1;
            let clean = |text: &mut String| *text = self.clean(text, traces);
            clean(&mut finding.message);
            finding.label.iter_mut().for_each(clean);
            finding
                .related
                .iter_mut()
                .for_each(|other| clean(&mut other.message));
            let knows = finding.rule.rule().id.starts_with("secret/");
            finding.help = finding
                .help
                .take()
                .and_then(|help| self.help(help, traces, knows));
            finding.fix = finding.fix.take().and_then(|fix| self.fix(fix, traces, knows));
            if let Some(refusal) = &mut finding.refusal {
                refusal.field = self.without(&refusal.field, traces);
                if !all.is_empty() {
                    refusal.field = without_steps(&refusal.field, &all);
                }
            }
        }
    }

    /// What to do, unless it is made from a text. Only rules of Secrets know that they judge what must not be told;
    /// what others quote beside such a text may be anything like it.
    fn help(&self, help: String, traces: &Traces, knows: bool) -> Option<String> {
        let told = self.clean(&help, traces);
        let derived = told != help || !knows && help.contains('`');
        (!(traces.touched && derived)).then_some(told)
    }

    /// The same of a fix.
    fn fix(&self, fix: Fix, traces: &Traces, knows: bool) -> Option<Fix> {
        let tells = |edit: &Edit| {
            let says = edit.text.contains(char::is_alphanumeric);
            self.without(&edit.text, traces) != edit.text || traces.touched && says && !knows
        };
        let title = self.clean(&fix.title, traces);
        (!fix.edits.iter().any(tells)).then_some(Fix { title, ..fix })
    }

    /// A message without the texts in what it quotes, and without those that are no plain words anywhere.
    fn clean(&self, message: &str, traces: &Traces) -> String {
        let mut out = String::with_capacity(message.len());
        for (at, part) in message.split('`').enumerate() {
            if at > 0 {
                out.push('`');
            }
            match at % 2 {
                1 if self.texts.len() > MOST || traces.too_many => out.push_str(MASK),
                1 => {
                    let told = self.without(part, traces);
                    out.push_str(if traces.tell(&told) { MASK } else { &told });
                }
                _ => {
                    let odd = |text: &&Text| !text.text.chars().all(char::is_alphabetic);
                    let few = self.texts.iter().take(MOST).filter(odd);
                    let told = few.fold(part.to_string(), replaced);
                    // What has a digit is no plain word.
                    let numbers = |word: &str| word.contains(|c: char| c.is_ascii_digit());
                    out.push_str(&masked_words(&told, |word| numbers(word) && traces.tell(word)));
                }
            }
        }
        out
    }

    /// A value or a path without the texts, and without words that tell a text in another spelling.
    fn without(&self, quoted: &str, traces: &Traces) -> String {
        let out = self.texts.iter().take(MOST).fold(quoted.to_string(), replaced);
        match traces.is_empty() {
            true => out,
            false => masked_words(&out, |word| traces.tell(word)),
        }
    }
}

/// A text without some of its words.
fn masked_words(text: &str, is_masked: impl Fn(&str) -> bool) -> String {
    let parts = |c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'));
    let mut told = String::with_capacity(text.len());
    for word in text.split_inclusive(parts) {
        let bare = word.trim_end_matches(parts);
        if is_masked(bare) {
            told.push_str(MASK);
            told.push_str(word.get(bare.len()..).unwrap_or_default());
        } else {
            told.push_str(word);
        }
    }
    told
}

/// A path without the steps that are one of many texts.
fn without_steps(path: &str, all: &HashSet<&str>) -> String {
    let told = |step: &str| match all.contains(step) {
        true => MASK.to_string(),
        false => step.to_string(),
    };
    let parts = path.split_inclusive(['[', ']']).map(|part| {
        let bare = part.trim_end_matches(['[', ']']);
        let steps: Vec<String> = match all.contains(bare) {
            true => vec![MASK.to_string()],
            false => bare.split('.').map(told).collect(),
        };
        steps.join(".") + part.get(bare.len()..).unwrap_or_default()
    });
    parts.collect()
}

/// A text without another one, where that is no part of a longer word.
fn replaced(within: String, hidden: &Text) -> String {
    let mut out = within;
    for sought in [&hidden.text, &hidden.quoted] {
        if !out.contains(&**sought) {
            continue;
        }
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        let starts = sought.starts_with(is_part);
        let ends = sought.ends_with(is_part);
        let mut told = String::with_capacity(out.len());
        let mut from = 0;
        for (at, found) in out.match_indices(&**sought) {
            let (before, after) = (out.get(..at), out.get(at + found.len()..));
            let joined = starts && before.is_some_and(|text| text.ends_with(is_part))
                || ends && after.is_some_and(|text| text.starts_with(is_part));
            if !joined {
                told.push_str(out.get(from..at).unwrap_or_default());
                told.push_str(MASK);
                from = at + found.len();
            }
        }
        told.push_str(out.get(from..).unwrap_or_default());
        out = told;
    }
    out
}
