//! What a comment covers, by where it stands: its line, the node below it, its document, its file. The tree is needed
//! for that once; afterwards a span tells whether a finding is covered.

use super::Suppression;
use super::order::{Order, Reader};
use crate::diagnostic::Diagnostic;
use crate::manifest::File;
use crate::source::Span;
use crate::yaml::tree::NodeId;
use crate::yaml::{Chunk, Kind, Style, Tree};

/// What a comment covers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scope {
    /// The line that it stands on: what starts or ends there.
    Line(Span),
    /// The node below it.
    Node(Span),
    /// Its document.
    Document(u32),
    /// The file.
    File,
    /// Nothing: there is nothing below it.
    Nothing,
}

impl Scope {
    pub(super) fn covers(self, own: u32, span: Span) -> bool {
        match self {
            Scope::Line(line) => {
                (line.start <= span.start && span.start <= line.end)
                    || (line.start < span.end && span.end <= line.end)
            }
            Scope::Node(node) => node.contains(span),
            Scope::Document(document) => own == document,
            Scope::File => true,
            Scope::Nothing => false,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Scope::Line(_) => "on this line",
            Scope::Node(_) => "in what follows",
            Scope::Document(_) => "in this document",
            Scope::File => "in this file",
            Scope::Nothing => "here, where nothing follows",
        }
    }
}

impl Reader<'_, '_> {
    /// What the comment covers, by where it stands.
    pub(super) fn scope(
        &self,
        order: Order<'_>,
        chunk: usize,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<Scope> {
        let (text, chunks) = (self.file.text, &self.file.tree.chunks);
        let line = line_of(text, self.comment.start);
        let before = text.get(line.start as usize..self.comment.start as usize)?;
        let before = before.trim_start_matches('\u{feff}').trim();
        // The next document that says anything, from here on.
        let next = chunks.get(chunk..).unwrap_or_default();
        let next = next.iter().find(|chunk| has_content(chunk));
        let at_head = matches!(before, "" | "---")
            && next.is_none_or(|next| starts_after(self.file.tree, next, self.comment.end));
        if order.word == "ignore-file" {
            let first = chunks.iter().find(|chunk| has_content(chunk));
            let same = |a: Option<&Chunk>, b: Option<&Chunk>| match (a, b) {
                (Some(a), Some(b)) => std::ptr::eq(a, b),
                (None, None) => true,
                _ => false,
            };
            if at_head && same(next, first) {
                return Some(Scope::File);
            }
            faults.extend(self.malformed(
                "`ignore-file` does not stand at the head of the file",
                "move it above everything else in the file, or write `ignore` for what stands here",
            ));
            return None;
        }
        Some(match next {
            _ if !matches!(before, "" | "---") => Scope::Line(line),
            None => Scope::Nothing,
            Some(next) if at_head => Scope::Document(next.document),
            // To be narrowed down to the node.
            Some(_) => Scope::Node(Span::new(self.comment.end, self.comment.end)),
        })
    }

    /// The documents of a scope.
    fn documents(&self, scope: Scope) -> impl Iterator<Item = &crate::manifest::Document<'_>> {
        let document = match scope {
            Scope::File => None,
            Scope::Document(document) => Some(document),
            _ => Some(self.document),
        };
        let documents = self.file.documents.iter();
        documents.filter(move |d| document.is_none_or(|document| d.chunk.document == document))
    }

    /// Whether a scope has objects of kinds that are not built in.
    pub(super) fn is_custom(&self, scope: Scope) -> bool {
        self.documents(scope)
            .filter_map(|d| {
                let objects = d.objects.start as usize..d.objects.end as usize;
                self.file.objects.get(objects)
            })
            .flatten()
            .any(|object| crate::schema::known(object.group(), object.version(), &object.kind).is_none())
    }

    /// Whether all that a scope covers was judged: a template or a document with an error was not.
    pub(super) fn is_judged(&self, scope: Scope) -> bool {
        self.documents(scope).all(|d| {
            d.chunk.error.is_none() && d.skip.is_none_or(|skip| skip == crate::manifest::Skip::Empty)
        })
    }
}

fn has_content(chunk: &Chunk) -> bool {
    chunk.root.is_some() || chunk.error.is_some()
}

/// Whether a document's content starts behind an offset.
fn starts_after(tree: &Tree, chunk: &Chunk, at: u32) -> bool {
    let root = chunk.root.and_then(|root| tree.nodes.get(root as usize));
    root.map_or(chunk.span.start, |root| root.start) >= at
}

/// The line around an offset, without its break.
pub(super) fn line_of(text: &str, at: u32) -> Span {
    let bytes = text.as_bytes();
    let at = (at as usize).min(bytes.len());
    let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |newline| newline + 1);
    let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |newline| at + newline);
    Span::new(start as u32, end as u32)
}

/// Finds the node below each of a document's comments, all in one pass over its nodes.
pub(super) fn nodes_below(
    file: &File<'_>,
    chunk: usize,
    wanted: &[(usize, u32, usize)],
    list: &mut [Suppression],
) {
    let Some(chunk) = file.tree.chunks.get(chunk) else {
        return;
    };
    let mut wanted = wanted.iter().peekable();
    // The collections around the node: where each ends, its kind, and how many children were met.
    let mut around: Vec<(NodeId, Kind, u32)> = Vec::new();
    for id in chunk.root.unwrap_or(chunk.nodes_end)..chunk.nodes_end {
        let Some(node) = file.tree.nodes.get(id as usize) else {
            return;
        };
        while around.last().is_some_and(|(end, ..)| *end <= id) {
            around.pop();
        }
        let mut place = None;
        if let Some((_, kind, met)) = around.last_mut() {
            place = Some((*kind, met.is_multiple_of(2)));
            *met += 1;
        }
        while let Some((_, at, index)) = wanted.next_if(|(_, at, _)| *at <= node.start) {
            if let Some(one) = list.get_mut(*index) {
                let end = end_of(file.tree, id, place).max(*at);
                one.scope = Scope::Node(Span::new(*at, line_of(file.text, end).end));
            }
        }
        if matches!(node.kind, Kind::Map | Kind::Seq) {
            around.push((node.next, node.kind, 0));
        }
    }
    for (_, _, index) in wanted {
        if let Some(one) = list.get_mut(*index) {
            one.scope = Scope::Nothing;
        }
    }
}

/// Where the node ends that people see below a comment: of a mapping in block style, which starts where its
/// first key does, the first entry; of a key its value.
fn end_of(tree: &Tree, id: NodeId, place: Option<(Kind, bool)>) -> u32 {
    let node = |id: NodeId| tree.nodes.get(id as usize);
    let Some(own) = node(id) else { return 0 };
    let is_value = matches!(place, Some((Kind::Map, false)));
    let last = match (place, own.kind) {
        (Some((Kind::Map, true)), _) => node(own.next),
        (_, Kind::Map) if is_value && own.style == Style::Plain => {
            node(id + 1).and_then(|key| node(key.next))
        }
        (_, Kind::Seq) if is_value && own.style == Style::Plain => node(id + 1),
        _ => Some(own),
    };
    last.map_or(own.end, |last| last.end)
}
