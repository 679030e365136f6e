//! Texts that a message could tell although it is not about them: an alias brings a Secret's value to a name or a
//! label, and where a space is missing (`{password:hunter2}`) a value is part of a key.
//!
//! Rules need not know of it: what they found is gone over once more, in the few files that have such a text. Values
//! and paths stand in backquotes in messages, so that plain words are left alone.

use std::collections::HashSet;
use std::ops::Range;

use super::touches;
use crate::diagnostic::Diagnostic;
use crate::manifest::File;
use crate::rules::quote;
use crate::source::Span;
use crate::yaml::{Kind, Node};

/// What stands for a text that is not told.
pub const MASK: &str = "***";

/// The texts of one file that must not be told, wherever they turn up.
#[derive(Debug, Default)]
pub struct Hidden {
    texts: Vec<Text>,
    /// Where aliases bring them to, in order, with the nodes that each leads to.
    aliases: Vec<(Span, Range<u32>)>,
}

#[derive(Debug)]
struct Text {
    /// The node that says it.
    node: u32,
    text: String,
    /// As messages quote it.
    quoted: String,
}

/// With more texts, nothing that is quoted is told.
const MOST: usize = 64;

/// As many characters tell what a text is in another spelling.
const PIECE: usize = 6;
/// The longest text that is looked for in other spellings.
const LONGEST: usize = 1_000;

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
        let first = self.aliases.len();
        for id in all {
            let alias = root.with_id(id);
            let meant = alias.resolved();
            if alias.raw().kind == Kind::Alias && touches(masked, meant.span()) {
                self.aliases.push((alias.span(), meant.id()..meant.raw().next));
            }
        }
        let found = self.aliases.get(first..).unwrap_or_default().iter();
        let mut anchored: Vec<(u32, u32)> = found.map(|(_, nodes)| (nodes.start, nodes.end)).collect();
        anchored.sort_unstable();
        let mut from = 0;
        for (start, end) in anchored {
            for id in start.max(from)..end {
                let node = root.with_id(id);
                if node.raw().kind == Kind::Scalar && touches(masked, node.span()) {
                    self.keep(node);
                }
            }
            from = from.max(end);
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

    /// Takes the texts out of what is said of the file. What is said of an alias itself may tell its text in another
    /// spelling, which is taken out as well.
    pub fn redact(&self, findings: &mut [Diagnostic]) {
        if self.is_empty() {
            return;
        }
        let all: HashSet<&str> = self.texts().skip(MOST).collect();
        for finding in findings {
            let pieces = self.pieces(finding.span);
            let clean = |text: &mut String| *text = self.clean(text, &pieces);
            clean(&mut finding.message);
            finding.help.iter_mut().for_each(clean);
            finding.label.iter_mut().for_each(clean);
            finding
                .related
                .iter_mut()
                .for_each(|other| clean(&mut other.message));
            if let Some(refusal) = &mut finding.refusal {
                refusal.field = self.without(&refusal.field, &pieces);
                if !all.is_empty() {
                    refusal.field = without_steps(&refusal.field, &all);
                }
            }
            if let Some(fix) = &mut finding.fix {
                clean(&mut fix.title);
                let tells = |text: &str| self.without(text, &pieces) != text;
                if fix.edits.iter().any(|edit| tells(&edit.text)) {
                    finding.fix = None;
                }
            }
        }
    }

    /// A message without the texts in what it quotes, and without those that are no plain words anywhere.
    fn clean(&self, message: &str, pieces: &HashSet<String>) -> String {
        let mut out = String::with_capacity(message.len());
        for (at, part) in message.split('`').enumerate() {
            if at > 0 {
                out.push('`');
            }
            match at % 2 {
                1 if self.texts.len() > MOST => out.push_str(MASK),
                1 => out.push_str(&self.without(part, pieces)),
                _ => {
                    let odd = |text: &&Text| !text.text.chars().all(char::is_alphabetic);
                    let few = self.texts.iter().take(MOST).filter(odd);
                    out.push_str(&few.fold(part.to_string(), replaced));
                }
            }
        }
        out
    }

    /// A value or a path without the texts, and without words that tell a text in another spelling.
    fn without(&self, quoted: &str, pieces: &HashSet<String>) -> String {
        let out = self.texts.iter().take(MOST).fold(quoted.to_string(), replaced);
        if pieces.is_empty() {
            return out;
        }
        let parts = |c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_'));
        let mut told = String::with_capacity(out.len());
        for word in out.split_inclusive(parts) {
            let bare = word.trim_end_matches(parts);
            let lower: Vec<char> = bare.to_lowercase().chars().collect();
            let mut runs = lower.windows(PIECE).map(|run| run.iter().collect::<String>());
            if runs.any(|run| pieces.contains(&run)) {
                told.push_str(MASK);
                told.push_str(word.get(bare.len()..).unwrap_or_default());
            } else {
                told.push_str(word);
            }
        }
        told
    }

    /// All runs of characters by which one would know the text again that an alias at a span brings there.
    fn pieces(&self, span: Span) -> HashSet<String> {
        let mut pieces = HashSet::new();
        let first = self.aliases.partition_point(|(alias, _)| alias.end <= span.start);
        let here = self.aliases.get(first..).unwrap_or_default().iter();
        for (_, nodes) in here.take_while(|(alias, _)| alias.start < span.end.max(span.start + 1)) {
            for text in self.texts.iter().filter(|text| nodes.contains(&text.node)) {
                let lower = text.text.to_lowercase();
                let chars: Vec<char> = lower.chars().take(LONGEST).collect();
                pieces.extend(chars.windows(PIECE).map(|run| run.iter().collect::<String>()));
            }
        }
        pieces
    }
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
