//! Texts that a message could tell although it is not about them: an alias brings a Secret's value to a name or a
//! label, and where a space is missing (`{password:hunter2}`) a value is part of a key.
//!
//! Rules need not know of it: what they found is gone over once more, in the few files that have such a text.

use std::collections::HashSet;

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
    texts: Vec<String>,
    /// Where aliases bring them to, in order.
    aliases: Vec<Span>,
}

/// Shorter texts are common words: they are taken out where they stand alone only.
const SHORT: usize = 4;

impl Hidden {
    /// Looks through a file.
    pub(crate) fn of(file: &File<'_>) -> Hidden {
        let mut hidden = Hidden::default();
        for document in &file.documents {
            if let Some(root) = document.root {
                let all = root.id()..document.chunk.nodes_end;
                // What is masked is asked for last, since that takes time.
                if document.chunk.indirect && !file.masked().is_empty() {
                    hidden.aliased(root, all.clone(), file.masked());
                }
                hidden.strays(root, all, file);
            }
        }
        hidden.texts.retain(|text| !text.is_empty());
        hidden.texts.sort_by_key(|text| std::cmp::Reverse(text.len())); // a part of another comes after it
        hidden.texts.dedup();
        hidden
    }

    /// What aliases bring from where nothing may be shown.
    fn aliased(&mut self, root: Node<'_>, all: std::ops::Range<u32>, masked: &[Span]) {
        let mut anchored: Vec<(u32, u32)> = Vec::new();
        for id in all {
            let alias = root.with_id(id);
            let meant = alias.resolved();
            if alias.raw().kind == Kind::Alias && touches(masked, meant.span()) {
                self.aliases.push(alias.span());
                anchored.push((meant.id(), meant.raw().next));
            }
        }
        anchored.sort_unstable();
        let mut from = 0;
        for (start, end) in anchored {
            for id in start.max(from)..end {
                let node = root.with_id(id);
                if node.raw().kind == Kind::Scalar && touches(masked, node.span()) {
                    self.texts.extend(node.cooked().map(Into::into));
                }
            }
            from = from.max(end);
        }
    }

    /// Values that became keys.
    fn strays(&mut self, root: Node<'_>, all: std::ops::Range<u32>, file: &File<'_>) {
        for id in all {
            let map = root.with_id(id);
            if map.raw().kind == Kind::Map && super::may_have_strays(map) {
                for entry in map.raw_entries() {
                    if super::is_stray(entry.key) && touches(file.masked(), entry.key.span()) {
                        self.texts.extend(entry.key.cooked().map(Into::into));
                    }
                }
            }
        }
    }

    /// Whether there is nothing of that sort, as in nearly all files.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// A text, or what stands for it where it must not be told.
    pub fn told<'a>(&self, text: &'a str) -> &'a str {
        if self.texts.iter().any(|hidden| hidden == text) {
            MASK
        } else {
            text
        }
    }

    /// Takes the texts out of what is said of the file. What is said of an alias itself may tell a text in another
    /// spelling, which is taken out as well.
    pub fn redact(&self, findings: &mut [Diagnostic]) {
        if self.is_empty() {
            return;
        }
        for finding in findings {
            let pieces = touches(&self.aliases, finding.span).then(|| self.pieces());
            let clean = |text: &mut String| {
                self.clean(text);
                if let Some(pieces) = &pieces {
                    *text = without(text, pieces);
                }
            };
            clean(&mut finding.message);
            finding.help.iter_mut().for_each(clean);
            finding.label.iter_mut().for_each(clean);
            finding
                .related
                .iter_mut()
                .for_each(|other| clean(&mut other.message));
            if let Some(refusal) = &mut finding.refusal {
                self.clean(&mut refusal.field);
            }
            let tells = |text: &str| {
                let mut cleaned = text.to_string();
                clean(&mut cleaned);
                cleaned != text
            };
            if let Some(fix) = &mut finding.fix {
                clean(&mut fix.title);
                if fix.edits.iter().any(|edit| tells(&edit.text)) {
                    finding.fix = None;
                }
            }
        }
    }

    fn clean(&self, text: &mut String) {
        for hidden in &self.texts {
            let quoted = quote(hidden);
            for (sought, mask) in [
                (quoted.clone(), format!("`{MASK}`")),
                (format!("[{hidden}]"), format!("[{MASK}]")),
            ] {
                if text.contains(&sought) {
                    *text = text.replace(&sought, &mask);
                }
            }
            if text == hidden || hidden.len() >= SHORT {
                for sought in [hidden, quoted.trim_matches('`')] {
                    if text.contains(sought) {
                        *text = text.replace(sought, MASK);
                    }
                }
            }
        }
    }

    /// All runs of characters by which one would know a text again.
    fn pieces(&self) -> HashSet<Vec<u8>> {
        let all = self.texts.iter().map(|text| text.to_lowercase().into_bytes());
        let mut pieces = HashSet::new();
        for text in all {
            pieces.extend(text.windows(SHORT).map(<[u8]>::to_vec));
        }
        pieces
    }
}

/// A text without its words that have a piece in them.
fn without(text: &str, pieces: &HashSet<Vec<u8>>) -> String {
    let mut out = String::with_capacity(text.len());
    let parts = |c: char| c.is_whitespace() || c == '`';
    for word in text.split_inclusive(parts) {
        let bare = word.trim_end_matches(parts);
        let lower = bare.to_lowercase();
        if lower.as_bytes().windows(SHORT).any(|run| pieces.contains(run)) {
            out.push_str(MASK);
            out.push_str(&word[bare.len()..]);
        } else {
            out.push_str(word);
        }
    }
    out
}
