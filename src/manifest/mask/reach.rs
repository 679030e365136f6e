//! Which of the hidden texts a finding is about: those that an alias at its place brings there, and those among which
//! it stands itself, since what came by an alias is found where it is written.

use std::collections::HashSet;
use std::ops::Range;

use super::hidden::{MOST, Text};
use super::touches;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::yaml::{Kind, Node};

/// As many characters in a row tell what a text is, however they are parted.
const PIECE: usize = 6;
/// With more characters, or more aliases in one place, nothing is told that is said of it.
const MOST_CHARACTERS: usize = 4_000;
const MOST_ALIASES: usize = 64;

/// Where the hidden texts of a file turn up, in order, with the nodes that are meant.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// Aliases, and the keys of lists of them.
    aliases: Vec<(Span, Range<u32>)>,
    /// What aliases lead to, none within another.
    anchored: Vec<(Span, Range<u32>)>,
}

impl Reach {
    /// Adds what the aliases of a document bring from where nothing may be shown. The nodes that they lead to, each
    /// once.
    pub(super) fn add(&mut self, root: Node<'_>, all: Range<u32>, masked: &[Span]) -> Vec<Range<u32>> {
        let (mut aliases, mut anchored) = (Vec::new(), Vec::new());
        for id in all {
            let node = root.with_id(id);
            match node.raw().kind {
                Kind::Alias => {
                    if let Some(meant) = hidden(node, masked) {
                        aliases.push((node.span(), nodes(meant)));
                        anchored.push((meant.span(), nodes(meant)));
                    }
                }
                // What is said of an item may point at the key of its list.
                Kind::Map => {
                    for entry in node.raw_entries().filter(|one| one.value.raw().kind == Kind::Seq) {
                        let items = entry.value.items().filter_map(|item| hidden(item, masked));
                        let key = entry.key.span();
                        let reached = items.take(MOST_ALIASES + 1).map(|meant| (key, nodes(meant)));
                        aliases.extend(reached);
                    }
                }
                _ => {}
            }
        }
        aliases.sort_by_key(|(span, _)| *span);
        anchored.sort_unstable_by_key(|(_, nodes)| (nodes.start, std::cmp::Reverse(nodes.end)));
        let mut end = 0;
        anchored.retain(|(_, nodes)| {
            let outermost = nodes.start >= end;
            end = end.max(nodes.end);
            outermost
        });
        let meant = anchored.iter().map(|(_, nodes)| nodes.clone()).collect();
        self.aliases.append(&mut aliases);
        self.anchored.append(&mut anchored);
        meant
    }

    /// The nodes that a finding is about, in order: those that aliases lead to at its places, and those around it.
    pub(super) fn at(&self, finding: &Diagnostic) -> Reached {
        let mut reached = Reached::default();
        let related = finding.related.iter().filter(|other| other.file.is_none());
        let spans = related.map(|other| other.span).take(MOST_ALIASES);
        for span in spans.chain([finding.span]) {
            for list in [&self.aliases, &self.anchored] {
                let here = within(list, span);
                reached.too_many |= here.len() > MOST_ALIASES;
                let some = here.iter().take(MOST_ALIASES);
                reached
                    .nodes
                    .extend(some.map(|(_, nodes)| (nodes.start, nodes.end)));
            }
        }
        reached.nodes.sort_unstable();
        reached.nodes.dedup();
        reached
    }
}

/// What an alias leads to, where that is hidden.
fn hidden<'t>(node: Node<'t>, masked: &[Span]) -> Option<Node<'t>> {
    let meant = node.resolved();
    (node.raw().kind == Kind::Alias && touches(masked, meant.span())).then_some(meant)
}

fn nodes(node: Node<'_>) -> Range<u32> {
    node.id()..node.raw().next
}

/// Those of a sorted list that share a byte with a span.
fn within(list: &[(Span, Range<u32>)], span: Span) -> &[(Span, Range<u32>)] {
    let first = list.partition_point(|(one, _)| one.end <= span.start);
    let rest = list.get(first..).unwrap_or_default();
    let end = rest.partition_point(|(one, _)| one.start < span.end.max(span.start + 1));
    rest.get(..end).unwrap_or_default()
}

/// Nodes with hidden texts.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Reached {
    nodes: Vec<(u32, u32)>,
    /// Whether there are more.
    too_many: bool,
}

/// By what one knows hidden texts again, in another spelling as well.
#[derive(Default)]
pub(super) struct Traces {
    /// Whether there are any such texts.
    pub touched: bool,
    /// Whether there are more than can be looked for.
    pub too_many: bool,
    runs: HashSet<String>,
}

impl Traces {
    /// The traces of those texts that some nodes say.
    pub(super) fn of(reached: &Reached, texts: &[Text]) -> Traces {
        let touched = !reached.nodes.is_empty();
        let mut traces = Traces {
            touched,
            too_many: reached.too_many || touched && texts.len() > MOST,
            runs: HashSet::new(),
        };
        let said = |text: &&Text| {
            let mut nodes = reached.nodes.iter();
            nodes.any(|(start, end)| (*start..*end).contains(&text.node))
        };
        let mut characters = 0;
        for text in texts.iter().take(MOST).filter(said) {
            let bare = bare(&text.text);
            characters += bare.len();
            if characters > MOST_CHARACTERS {
                traces.too_many = true;
                break;
            }
            if !bare.is_empty() {
                traces.runs.extend(runs(&bare));
            }
        }
        traces
    }

    pub(super) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Whether a word, or several, have a piece of such a text.
    pub(super) fn tell(&self, words: &str) -> bool {
        !self.runs.is_empty() && runs(&bare(words)).any(|run| self.runs.contains(&run))
    }
}

/// A text's letters and digits, which stay the same in most other spellings.
fn bare(text: &str) -> Vec<char> {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters
        .flat_map(char::to_lowercase)
        .take(MOST_CHARACTERS + 1)
        .collect()
}

/// All pieces of a text; of a short one, the whole.
fn runs(bare: &[char]) -> impl Iterator<Item = String> {
    bare.windows(PIECE.min(bare.len()).max(1))
        .map(|run| run.iter().collect())
}
