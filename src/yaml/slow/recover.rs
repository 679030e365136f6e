//! After a syntax error: keeping what is sure, and going on where the structure is clear again.
//!
//! What was read before the error stays. The value that could not be read becomes a node of
//! [`Kind::Alias`] that stands for nothing, so that nobody takes it for null or for absent. Reading goes on
//! at the first line below whose indentation is that of an open block collection and that begins as an entry
//! of that collection does; what lies between is skipped.

use super::first_content;
use super::parse::{Frame, Parser, State};
use super::scan::Scan;
use super::token::Token;
use crate::yaml::chars::{break_len, is_blank};
use crate::yaml::problems as problem;
use crate::yaml::tree::{Kind, NodeId, RawNode, Style, SyntaxError};

/// More errors than this in one document, and it is no YAML.
const ATTEMPTS: usize = 100;

/// Where reading can go on.
struct Resume {
    line: usize,
    /// Number of frames that stay open.
    frames: usize,
}

/// How a line begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begins {
    Item,
    Entry,
    Other,
}

impl Parser<'_> {
    /// Reads the document; after an error, what can be read of the rest. The first error is returned.
    pub(super) fn document_with_recovery(&mut self) -> Scan<Option<Token>> {
        let mut result = self.document();
        let mut first = None;
        for _ in 0..ATTEMPTS {
            let Err(error) = result else {
                break;
            };
            let resumed = self.recover(&error);
            first.get_or_insert(error);
            result = match resumed {
                // Nothing of the document has been read yet.
                true if self.frames.is_empty() => self.node(true, false).and_then(|()| self.collections()),
                true => self.collections(),
                false => Ok(None),
            };
        }
        if result.is_err() {
            self.close_all();
        }
        match first {
            Some(error) => Err(error),
            None => result,
        }
    }

    /// Closes what cannot be gone on with. Whether reading can go on.
    fn recover(&mut self, error: &SyntaxError) -> bool {
        if self.frames.first().is_some_and(|frame| self.is_flow(frame)) {
            self.drop_template_line(error);
        }
        // Between brackets, indentation tells nothing.
        let brackets = self.frames.first().is_some_and(|frame| self.is_flow(frame));
        if brackets || problem::TOO_DEEP.is(error) {
            self.close_all();
            return false;
        }
        let flow = self.drop_flow();
        let from = flow.unwrap_or(error.span.start as usize);
        let resume = self.resume_after(from.max(self.last_end as usize));

        let bytes = self.scanner.bytes;
        let end = resume.as_ref().map_or(bytes.len(), |resume| resume.line);
        self.push_unreadable(flow, error.span.start as usize, trim_lines(bytes, end));
        let Some(resume) = resume else {
            self.close_all();
            return false;
        };
        while self.frames.len() > resume.frames {
            self.close_broken();
        }
        self.complete_entry();
        if self
            .frames
            .last()
            .is_some_and(|frame| self.nodes[frame.node as usize].kind == Kind::Map)
        {
            self.become_state(State::Key);
        }
        let indented = self
            .frames
            .iter()
            .filter(|frame| frame.state != State::IndentlessItem);
        let indents = indented
            .map(|frame| column(bytes, &self.nodes[frame.node as usize]) as i32)
            .collect();
        self.scanner.restart(resume.line, indents);
        true
    }

    /// Closes everything.
    fn close_all(&mut self) {
        while !self.frames.is_empty() {
            self.close_broken();
        }
    }

    /// Closes the innermost collection where its last child ends.
    fn close_broken(&mut self) {
        self.complete_entry();
        let Some(frame) = self.frames.last() else {
            return;
        };
        // An empty one ends after its bracket or indicator.
        let empty = frame.node as usize + 1 == self.nodes.len();
        let first_end = self
            .scanner
            .char_end(self.nodes[frame.node as usize].start as usize);
        self.close(empty.then_some(first_end));
    }

    /// Gives a key without a value, in the innermost collection, a value that stands for nothing.
    fn complete_entry(&mut self) {
        let Some(frame) = self.frames.last() else {
            return;
        };
        let is_map = self.nodes[frame.node as usize].kind == Kind::Map;
        if is_map && !self.children(frame.node).count().is_multiple_of(2) {
            self.push_nothing(self.last_end as usize, self.last_end as usize);
        }
    }

    fn is_flow(&self, frame: &Frame) -> bool {
        self.nodes[frame.node as usize].style == Style::Flow
    }

    /// Takes the open flow collections back. Returns where the outermost began.
    fn drop_flow(&mut self) -> Option<usize> {
        let outermost = self.frames.iter().position(|frame| self.is_flow(frame))?;
        let Frame { node, before, .. } = self.frames[outermost];
        let start = self.nodes[node as usize].start as usize;
        self.frames.truncate(outermost);
        self.take_back(node);
        self.last_end = before;
        Some(start)
    }

    /// Takes back a root in brackets that breaks off on its first line, as `{{- if … }}` does, when a document
    /// follows that could have been meant.
    fn drop_template_line(&mut self, error: &SyntaxError) {
        let start = self.nodes[self.root].start as usize;
        let Some(line) = self.scanner.bytes.get(start..error.span.start as usize) else {
            return;
        };
        let one_line = (0..line.len()).all(|at| break_len(line, at) == 0);
        if one_line && !problem::UNCLOSED_BRACKET.is(error) && self.root_after(start).is_some() {
            self.frames.clear();
            self.take_back(self.root as NodeId);
        }
    }

    /// Takes back the nodes from `node` on.
    fn take_back(&mut self, node: NodeId) {
        self.nodes.truncate(node as usize);
        self.props
            .truncate(self.props.partition_point(|props| props.node < node));
        self.aliases
            .truncate(self.aliases.partition_point(|alias| alias.0 < node));
        self.anchors.retain(|_, target| *target < node);
    }

    /// The first line after `from` where reading can go on.
    fn resume_after(&self, from: usize) -> Option<Resume> {
        if self.frames.is_empty() {
            // With the root behind it, an error is in what kubectl drops.
            return (self.nodes.len() == self.root)
                .then(|| self.root_after(from))
                .flatten();
        }
        let kind = |frame: &Frame| self.nodes[frame.node as usize].kind;
        let columns: Vec<_> = self
            .frames
            .iter()
            .map(|frame| column(self.scanner.bytes, &self.nodes[frame.node as usize]))
            .collect();
        self.first_line(from, |indent, begins| {
            let innermost = columns
                .iter()
                .zip(self.frames.iter())
                .rposition(|(&column, frame)| {
                    let expected = if kind(frame) == Kind::Seq {
                        Begins::Item
                    } else {
                        Begins::Entry
                    };
                    column == indent && begins == expected
                })?;
            Some(innermost + 1)
        })
    }

    /// The first line after `from` that may begin a document: an entry or item that is not indented.
    fn root_after(&self, from: usize) -> Option<Resume> {
        self.first_line(from, |indent, begins| {
            (indent == 0 && begins != Begins::Other).then_some(0)
        })
    }

    /// The first line after `from` for which `frames` tells how many collections stay open, given its
    /// indentation and how it begins.
    fn first_line(&self, from: usize, frames: impl Fn(usize, Begins) -> Option<usize>) -> Option<Resume> {
        let bytes = self.scanner.bytes;
        let mut line = from;
        loop {
            while line < bytes.len() && break_len(bytes, line) == 0 {
                line += 1;
            }
            line += break_len(bytes, line);
            if line >= bytes.len() {
                return None;
            }
            let indent = bytes[line..].iter().take_while(|&&byte| byte == b' ').count();
            if let Some(frames) = frames(indent, begins(&bytes[line + indent..])) {
                return Some(Resume { line, frames });
            }
        }
    }

    /// Gives the innermost collection a node for the child that could not be read, if there is one.
    fn push_unreadable(&mut self, flow: Option<usize>, error: usize, end: usize) {
        let Some(&Frame { node: frame, .. }) = self.frames.last() else {
            return;
        };
        let start = flow
            .or_else(|| self.begun_child(frame))
            .or_else(|| self.doubtful_child(frame, error));
        if let Some(start) = start {
            let end = end.max(self.last_end as usize);
            self.push_nothing(start.min(end), end);
        }
    }

    /// Where the child begins that the innermost collection waits for.
    fn begun_child(&self, frame: NodeId) -> Option<usize> {
        let bytes = self.scanner.bytes;
        let node = self.nodes[frame as usize];
        let indicator = first_content(bytes, self.last_end.max(node.start) as usize);
        if node.kind == Kind::Map {
            if self.children(frame).count().is_multiple_of(2) {
                return None;
            }
            let after_key = self.last_end as usize;
            let colon = indicator.filter(|&at| bytes[at] == b':');
            let after_colon = colon.map_or(after_key, |colon| colon + 1);
            return Some(first_content(bytes, after_colon).unwrap_or(after_colon));
        }
        let dash = indicator.filter(|&at| begins(&bytes[at..]) == Begins::Item)?;
        Some(first_content(bytes, dash + 1).unwrap_or(dash + 1))
    }

    /// The child before the error, when the error stands on its line: it is not what it seemed to be
    /// (`a: b: c`, `"a" b`). Takes it back and returns where it began.
    fn doubtful_child(&mut self, frame: NodeId, error: usize) -> Option<usize> {
        let child = self.children(frame).last()?;
        let between = self.scanner.bytes.get(self.last_end as usize..error)?;
        if (0..between.len()).any(|at| break_len(between, at) > 0) {
            return None;
        }
        let start = self.nodes[child as usize].start;
        self.take_back(child);
        self.last_end = start;
        Some(start as usize)
    }

    /// A node that stands for nothing.
    fn push_nothing(&mut self, start: usize, end: usize) {
        self.last_end = end as u32;
        self.nodes.push(RawNode {
            start: start as u32,
            end: end as u32,
            next: self.nodes.len() as NodeId + 1,
            kind: Kind::Alias,
            style: Style::Plain,
            flags: 0,
            indent: 0,
        });
    }

    /// The children so far of an open collection.
    fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        let first = (node as usize + 1 < self.nodes.len()).then_some(node + 1);
        std::iter::successors(first, |&child| {
            let next = self.nodes[child as usize].next;
            ((next as usize) < self.nodes.len()).then_some(next)
        })
    }
}

/// Column of a block collection, whose line begins with nothing but ASCII.
fn column(bytes: &[u8], node: &RawNode) -> usize {
    let start = node.start as usize;
    let line = bytes[..start]
        .iter()
        .rposition(|&byte| !matches!(byte, b' '..=b'~'))
        .map_or(0, |at| at + 1);
    start - line
}

/// The end of the text before `end`, white space taken off.
fn trim_lines(bytes: &[u8], end: usize) -> usize {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    bytes[..end]
        .iter()
        .rposition(|byte| !blank(byte))
        .map_or(0, |last| last + 1)
}

/// How a line begins, indentation taken off.
fn begins(line: &[u8]) -> Begins {
    let is_gap = |at: usize| {
        line.get(at)
            .is_none_or(|&byte| is_blank(byte) || break_len(line, at) > 0)
    };
    match line.first() {
        Some(b'-') if is_gap(1) => return Begins::Item,
        None | Some(b'#' | b'@' | b'`' | b'%' | b',' | b']' | b'}' | b'|' | b'>' | b'&' | b'*' | b'!') => {
            return Begins::Other;
        }
        _ => {}
    }
    let mut quote = None;
    let mut at = 0;
    while at < line.len() && break_len(line, at) == 0 {
        let byte = line[at];
        match quote {
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if byte == b':' && is_gap(at + 1) => {
                return if at > 0 { Begins::Entry } else { Begins::Other };
            }
            None if byte == b'#' && at > 0 && is_blank(line[at - 1]) => break,
            None if at == 0 && (byte == b'"' || byte == b'\'') => quote = Some(byte),
            None => {}
        }
        at += 1;
    }
    Begins::Other
}
