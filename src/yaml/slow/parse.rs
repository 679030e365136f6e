//! Tokens → arena, by the grammar of go-yaml v2. Iterative: nesting costs heap, not stack.

use std::collections::HashMap;

use super::scan::{DEPTH, Scan, Scanner};
use super::token::{Token, TokenKind};
use crate::source::Span;
use crate::yaml::problems as problem;
use crate::yaml::tree::{COOK, Kind, NodeId, PROPS, Props, RawNode, Style, SyntaxError};

/// What an open collection waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// An item of a block sequence, or its end.
    Item,
    /// An item of a sequence that is not indented more than the mapping it is a value of.
    IndentlessItem,
    /// A key of a block mapping, or its end.
    Key,
    /// The value to a key of a block mapping.
    Value,
    /// An item of a flow sequence, or its end; whether a comma must come first.
    FlowItem { comma: bool },
    /// The key of a `key: value` that stands in a flow sequence without braces.
    PairKey,
    /// Its value.
    PairValue,
    /// Its end.
    PairEnd,
    /// A key of a flow mapping, or its end; whether a comma must come first.
    FlowKey { comma: bool },
    /// The value to a key of a flow mapping.
    FlowValue,
    /// The value that a lone key of a flow mapping lacks.
    FlowNoValue,
}

/// An open collection.
pub(super) struct Frame {
    pub(super) state: State,
    pub(super) node: NodeId,
    /// Where the node that was completed before it ends.
    pub(super) before: u32,
}

/// Anchor and tag read before their node.
pub(super) struct Marks {
    anchor: Span,
    tag: Span,
    end: usize,
}

/// See the module's documentation.
pub(super) struct Parser<'a> {
    pub(super) scanner: Scanner<'a>,
    pub(super) nodes: &'a mut Vec<RawNode>,
    /// Index of the root node, once there is one.
    pub(super) root: usize,
    pub(super) props: &'a mut Vec<Props>,
    pub(super) aliases: &'a mut Vec<(NodeId, NodeId)>,
    pub(super) frames: Vec<Frame>,
    pub(super) anchors: HashMap<&'a [u8], NodeId>,
    /// Where the node that was completed last ends.
    pub(super) last_end: u32,
    /// The first error that does not stop parsing.
    pub(super) noted: Option<SyntaxError>,
    /// Whether there was an alias, a tag or `<<`.
    pub(super) indirect: bool,
}

impl<'a> Parser<'a> {
    pub(super) fn new(
        scanner: Scanner<'a>,
        nodes: &'a mut Vec<RawNode>,
        props: &'a mut Vec<Props>,
        aliases: &'a mut Vec<(NodeId, NodeId)>,
    ) -> Parser<'a> {
        Parser {
            scanner,
            root: nodes.len(),
            nodes,
            props,
            aliases,
            frames: Vec::new(),
            anchors: HashMap::new(),
            last_end: 0,
            noted: None,
            indirect: false,
        }
    }

    /// Parses the first document. Returns the token after it, or `None` when there is no document.
    pub(super) fn document(&mut self) -> Scan<Option<Token>> {
        let explicit = self.directives()?;
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::End => return Ok(None),
            TokenKind::DocumentEnd | TokenKind::DocumentStart | TokenKind::Directive if explicit => {
                return Ok(None);
            }
            _ => {}
        }
        self.node(true, false)?;
        self.collections()
    }

    /// Goes on until all open collections are closed. Returns the token after them.
    pub(super) fn collections(&mut self) -> Scan<Option<Token>> {
        while let Some(frame) = self.frames.last() {
            match frame.state {
                State::Item => self.item()?,
                State::IndentlessItem => self.indentless_item()?,
                State::Key => self.key()?,
                State::Value => self.value()?,
                State::FlowItem { comma } => self.flow_item(comma)?,
                State::PairKey => self.pair_key()?,
                State::PairValue => self.pair_value()?,
                State::PairEnd => self.close(None),
                State::FlowKey { comma } => self.flow_key(comma)?,
                State::FlowValue => self.flow_value()?,
                State::FlowNoValue => {
                    self.become_state(State::FlowKey { comma: true });
                    self.absent_after_last();
                }
            }
        }
        self.scanner.peek().map(Some)
    }

    /// Over directives and `---`; whether there was a `---`.
    fn directives(&mut self) -> Scan<bool> {
        let mut directive: Option<Token> = None;
        loop {
            let token = self.scanner.peek()?;
            match (token.kind, directive) {
                (TokenKind::Directive, None) => directive = Some(token),
                (TokenKind::Directive, Some(_)) => {
                    return Err(problem::BAD_DIRECTIVE.at(token.start, token.end));
                }
                (TokenKind::DocumentStart, _) => {
                    self.scanner.skip();
                    return Ok(true);
                }
                (_, Some(directive)) => {
                    return Err(problem::DIRECTIVE_NEEDS_DOCUMENT.at(directive.start, directive.end));
                }
                (_, None) => return Ok(false),
            }
            self.scanner.skip();
        }
    }

    // ---- the arena

    fn push_scalar(&mut self, token: Token, marks: Option<Marks>) {
        let id = self.nodes.len() as NodeId;
        let mut flags = if token.cook { COOK } else { 0 };
        if let Some(marks) = marks {
            self.push_props(id, marks);
            flags |= PROPS;
        }
        if token.style == Style::Plain && &self.scanner.bytes[token.start..token.end] == b"<<" {
            self.indirect = true;
        }
        self.last_end = token.end as u32;
        self.nodes.push(RawNode {
            start: token.start as u32,
            end: token.end as u32,
            next: id + 1,
            kind: Kind::Scalar,
            style: token.style,
            flags,
            indent: token.indent,
        });
    }

    fn push_props(&mut self, node: NodeId, marks: Marks) {
        let bytes = self.scanner.bytes;
        if !marks.anchor.is_empty() {
            self.anchors.insert(&bytes[marks.anchor.range()][1..], node);
        }
        self.indirect |= !marks.tag.is_empty();
        self.props.push(Props {
            node,
            anchor: marks.anchor,
            tag: marks.tag,
        });
    }

    /// An absent value at `at`.
    pub(super) fn absent(&mut self, at: usize) {
        let at = self.not_before_last(at);
        self.push_scalar(Token::scalar(Style::Plain, false, at, at), None);
    }

    /// A key that came to light late (`{}: x`) has its place in the text before what was read already.
    fn not_before_last(&self, at: usize) -> usize {
        at.max(self.last_end as usize)
    }

    pub(super) fn absent_after_last(&mut self) {
        self.absent(self.last_end as usize);
    }

    pub(super) fn open(
        &mut self,
        kind: Kind,
        style: Style,
        start: usize,
        marks: Option<Marks>,
        state: State,
    ) -> Scan<()> {
        if self.frames.len() >= DEPTH {
            return Err(problem::TOO_DEEP.at(start, self.scanner.char_end(start)));
        }
        let start = self.not_before_last(start);
        let node = self.nodes.len() as NodeId;
        let mut flags = 0;
        if let Some(marks) = marks {
            self.push_props(node, marks);
            flags = PROPS;
        }
        self.nodes.push(RawNode {
            start: start as u32,
            end: start as u32,
            // 0 until closed: an alias to it would stand inside the value that it names.
            next: 0,
            kind,
            style,
            flags,
            indent: 0,
        });
        self.frames.push(Frame {
            state,
            node,
            before: self.last_end,
        });
        Ok(())
    }

    /// Closes the innermost collection, at `end` or where its last child ends.
    pub(super) fn close(&mut self, end: Option<usize>) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        let next = self.nodes.len() as NodeId;
        let node = &mut self.nodes[frame.node as usize];
        // One that an error left empty ends where it starts.
        self.last_end = end.map_or(self.last_end.max(node.start), |end| end as u32);
        node.end = self.last_end;
        node.next = next;
    }

    pub(super) fn become_state(&mut self, state: State) {
        if let Some(frame) = self.frames.last_mut() {
            frame.state = state;
        }
    }

    // ---- nodes

    /// One node, in block or flow style; whether it may be a sequence that is not indented.
    pub(super) fn node(&mut self, block: bool, indentless: bool) -> Scan<()> {
        let token = self.scanner.peek()?;
        if token.kind == TokenKind::Alias {
            self.scanner.skip();
            self.push_alias(token);
            return Ok(());
        }
        let marks = self.marks()?;
        let token = self.scanner.peek()?;
        let start = token.start;
        let (kind, style, state) = match token.kind {
            TokenKind::Scalar => {
                self.scanner.skip();
                self.push_scalar(token, marks);
                return Ok(());
            }
            TokenKind::Item if indentless => {
                // The `-` itself is the item's.
                return self.open(Kind::Seq, Style::Plain, start, marks, State::IndentlessItem);
            }
            TokenKind::FlowSeq => (Kind::Seq, Style::Flow, State::FlowItem { comma: false }),
            TokenKind::FlowMap => (Kind::Map, Style::Flow, State::FlowKey { comma: false }),
            TokenKind::BlockSeq if block => (Kind::Seq, Style::Plain, State::Item),
            TokenKind::BlockMap if block => (Kind::Map, Style::Plain, State::Key),
            _ => {
                let Some(marks) = marks else {
                    return Err(self.unexpected(token, problem::EXPECTED_VALUE));
                };
                let at = marks.end;
                self.push_scalar(Token::scalar(Style::Plain, false, at, at), Some(marks));
                return Ok(());
            }
        };
        self.scanner.skip();
        self.open(kind, style, start, marks, state)
    }

    /// Anchor and tag before a node, at most one of each.
    fn marks(&mut self) -> Scan<Option<Marks>> {
        let mut marks: Option<Marks> = None;
        loop {
            let token = self.scanner.peek()?;
            let (anchor, tag) = marks
                .as_ref()
                .map_or((Span::default(), Span::default()), |m| (m.anchor, m.tag));
            let span = Span::new(token.start as u32, token.end as u32);
            let (anchor, tag) = match token.kind {
                TokenKind::Anchor if anchor.is_empty() => (span, tag),
                TokenKind::Tag if tag.is_empty() => {
                    self.check_tag_handle(token)?;
                    (anchor, span)
                }
                _ => return Ok(marks),
            };
            marks = Some(Marks {
                anchor,
                tag,
                end: token.end,
            });
            self.scanner.skip();
        }
    }

    /// Only `!` and `!!` are defined: a %TAG directive cannot reach a document that kubectl reads.
    fn check_tag_handle(&self, token: Token) -> Scan<()> {
        let tag = &self.scanner.bytes[token.start..token.end];
        let name = &tag[1..];
        let word = name
            .iter()
            .take_while(|&&byte| crate::yaml::chars::is_word(byte))
            .count();
        if word > 0 && name.get(word) == Some(&b'!') {
            return Err(problem::UNKNOWN_TAG_HANDLE.at(token.start, token.end));
        }
        Ok(())
    }

    fn push_alias(&mut self, token: Token) {
        self.indirect = true;
        let id = self.nodes.len() as NodeId;
        let name = &self.scanner.bytes[token.start + 1..token.end];
        match self.anchors.get(name) {
            Some(&target) if self.nodes[target as usize].next != 0 => {
                self.aliases.push((id, target));
            }
            Some(_) => self.note(problem::SELF_ALIAS.at(token.start, token.end)),
            None => self.note(problem::UNKNOWN_ANCHOR.at(token.start, token.end)),
        }
        self.last_end = token.end as u32;
        self.nodes.push(RawNode {
            start: token.start as u32,
            end: token.end as u32,
            next: id + 1,
            kind: Kind::Alias,
            style: Style::Plain,
            flags: 0,
            indent: 0,
        });
    }

    fn note(&mut self, error: SyntaxError) {
        self.noted.get_or_insert(error);
    }

    /// The error that `token` should have been something else.
    pub(super) fn unexpected(&self, token: Token, expected: problem::Problem) -> SyntaxError {
        let unclosed = self
            .frames
            .last()
            .map(|frame| &self.nodes[frame.node as usize])
            .filter(|node| node.style == Style::Flow && token.kind == TokenKind::End);
        if let Some(node) = unclosed {
            return problem::UNCLOSED_BRACKET.at(node.start as usize, node.start as usize + 1);
        }
        let end = match token.kind {
            TokenKind::Scalar | TokenKind::Key | TokenKind::BlockMap | TokenKind::BlockSeq => {
                self.scanner.text_end(token.start).max(token.start)
            }
            _ => token.end,
        };
        expected.at(token.start, end)
    }
}
