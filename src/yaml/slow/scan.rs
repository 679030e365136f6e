//! Text → tokens, by the rules of go-yaml v2.
//!
//! YAML cannot be cut into tokens without looking ahead: whether `a` is a value or the first key of a
//! mapping shows at the `:` after it. So tokens wait in a queue while one of them may still turn out to be
//! a key; when its `:` comes, a `Key` token (and the start of a mapping, when it is the first key) is put in
//! before it. A key must end on the line it starts on and within 1024 characters, so the queue stays short.
//!
//! The exact moments at which the queue is handed over, checked and forgotten decide what kubectl accepts
//! (for instance, `{}: x` at the root is an empty mapping and nothing more), so they are those of go-yaml.

use std::collections::VecDeque;

use super::token::{Token, TokenKind};
use crate::source::Span;
use crate::yaml::chars::{break_len, is_blank, trim_end, width};
use crate::yaml::problems as problem;
use crate::yaml::tree::SyntaxError;

pub(super) type Scan<T> = Result<T, SyntaxError>;

/// Longest distance in characters from the start of a key to its `:`.
const KEY_LENGTH: u32 = 1024;
/// Deepest nesting, of flow collections and of indentation each.
pub(super) const DEPTH: usize = 10_000;

/// A place where a key may have begun. There is one for each flow level.
#[derive(Clone, Copy)]
struct KeyStart {
    possible: bool,
    /// The line starts at the indentation of the enclosing mapping: it must be a key or nothing.
    required: bool,
    /// Number of the token that would be the key's first.
    token: u64,
    at: usize,
    line: u32,
    column: u32,
}

/// See the module's documentation.
pub(super) struct Scanner<'a> {
    /// The text up to the end of the chunk.
    pub(super) bytes: &'a [u8],
    pub(super) pos: usize,
    pub(super) line: u32,
    /// In characters.
    pub(super) column: u32,
    /// Column of the innermost block collection; −1 outside of all.
    pub(super) indent: i32,
    indents: Vec<i32>,
    pub(super) flow_level: usize,
    /// Whether a key may start at the current position.
    pub(super) key_allowed: bool,
    keys: Vec<KeyStart>,
    /// (token number, level in `keys`) of the keys that the head of the queue waits for, ascending.
    waiting: VecDeque<(u64, usize)>,
    queue: VecDeque<Token>,
    /// Number of tokens handed over.
    taken: u64,
    /// Whether the head of the queue is settled.
    ready: bool,
    comments: &'a mut Vec<Span>,
}

impl<'a> Scanner<'a> {
    /// A scanner of `bytes[start..]`.
    pub(super) fn new(bytes: &'a [u8], start: usize, comments: &'a mut Vec<Span>) -> Scanner<'a> {
        Scanner {
            bytes,
            pos: start,
            line: 0,
            column: 0,
            indent: -1,
            indents: Vec::new(),
            flow_level: 0,
            key_allowed: true,
            keys: vec![KeyStart {
                possible: false,
                required: false,
                token: 0,
                at: start,
                line: 0,
                column: 0,
            }],
            waiting: VecDeque::new(),
            queue: VecDeque::new(),
            taken: 0,
            ready: false,
            comments,
        }
    }

    /// Goes on at the start of a line further down, within block collections at the given columns.
    pub(super) fn restart(&mut self, line: usize, columns: Vec<i32>) {
        self.pos = line;
        self.line += 1;
        self.column = 0;
        self.indents = [-1].into_iter().chain(columns).collect();
        self.indent = self.indents.pop().unwrap_or(-1);
        self.flow_level = 0;
        self.key_allowed = true;
        self.keys.truncate(1);
        if let Some(key) = self.keys.first_mut() {
            key.possible = false;
        }
        self.waiting.clear();
        self.queue.clear();
        self.ready = false;
        while self
            .comments
            .last()
            .is_some_and(|comment| comment.start as usize >= line)
        {
            self.comments.pop();
        }
    }

    // ---- what the parser calls

    /// The next token.
    pub(super) fn peek(&mut self) -> Scan<Token> {
        while !self.ready {
            let head_may_be_key = self.head_may_be_key()?;
            if !self.queue.is_empty() && !head_may_be_key {
                self.ready = true;
            } else {
                self.fetch()?;
            }
        }
        Ok(self.queue[0])
    }

    /// Takes the token that `peek` showed.
    pub(super) fn skip(&mut self) {
        self.ready = false;
        self.taken += 1;
        self.queue.pop_front();
        while self.waiting.front().is_some_and(|w| w.0 < self.taken) {
            self.waiting.pop_front();
        }
    }

    fn head_may_be_key(&mut self) -> Scan<bool> {
        match self.waiting.binary_search_by_key(&self.taken, |w| w.0) {
            Ok(index) => self.key_is_possible(self.waiting[index].1),
            Err(_) => Ok(false),
        }
    }

    // ---- single characters

    /// The byte `ahead` of the position; 0 past the end.
    #[inline]
    pub(super) fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.pos + ahead).copied().unwrap_or(0)
    }

    pub(super) fn at_blank(&self, ahead: usize) -> bool {
        is_blank(self.byte(ahead))
    }

    pub(super) fn at_break(&self, ahead: usize) -> bool {
        break_len(self.bytes, self.pos + ahead) > 0
    }

    /// Line break or end.
    pub(super) fn at_line_end(&self, ahead: usize) -> bool {
        self.byte(ahead) == 0 || self.at_break(ahead)
    }

    /// Blank, line break or end.
    pub(super) fn at_gap(&self, ahead: usize) -> bool {
        self.at_blank(ahead) || self.at_line_end(ahead)
    }

    /// One character on.
    pub(super) fn step(&mut self) {
        self.pos += width(self.byte(0));
        self.column += 1;
    }

    /// Over the line break at the position.
    pub(super) fn step_line(&mut self) {
        self.pos += break_len(self.bytes, self.pos);
        self.column = 0;
        self.line += 1;
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.at_blank(0) {
            self.step();
        }
    }

    /// Over the comment at the position, if there is one.
    pub(super) fn skip_comment(&mut self) {
        if self.byte(0) != b'#' {
            return;
        }
        let start = self.pos;
        while !self.at_line_end(0) {
            self.step();
        }
        let end = trim_end(self.bytes, start, self.pos);
        self.comments.push(Span::new(start as u32, end as u32));
    }

    /// End of the character at `at`.
    pub(super) fn char_end(&self, at: usize) -> usize {
        (at + self.bytes.get(at).map_or(0, |&lead| width(lead))).min(self.bytes.len())
    }

    /// End of the text on the line of `at`.
    pub(super) fn text_end(&self, at: usize) -> usize {
        let mut end = at;
        while end < self.bytes.len() && break_len(self.bytes, end) == 0 {
            end += 1;
        }
        trim_end(self.bytes, at, end)
    }

    /// Whether `---` or `...` stands at the position, at the start of a line.
    pub(super) fn at_marker(&self) -> bool {
        self.column == 0
            && matches!(
                self.bytes.get(self.pos..),
                Some([b'-', b'-', b'-', ..] | [b'.', b'.', b'.', ..])
            )
            && self.at_gap(3)
    }

    // ---- possible keys

    fn key_is_possible(&mut self, level: usize) -> Scan<bool> {
        let Some(&key) = self.keys.get(level).filter(|key| key.possible) else {
            return Ok(false);
        };
        if key.line == self.line && self.column <= key.column + KEY_LENGTH {
            return Ok(true);
        }
        if key.required {
            return Err(problem::NO_COLON.at(key.at, self.text_end(key.at)));
        }
        self.keys[level].possible = false;
        Ok(false)
    }

    /// Notes that a key may start here.
    pub(super) fn save_key(&mut self) -> Scan<()> {
        if !self.key_allowed {
            return Ok(());
        }
        self.forget_key()?;
        let token = self.next_token();
        let level = self.keys.len() - 1;
        self.keys[level] = KeyStart {
            possible: true,
            required: self.flow_level == 0 && self.indent == self.column as i32,
            token,
            at: self.pos,
            line: self.line,
            column: self.column,
        };
        while self.waiting.back().is_some_and(|w| w.0 >= token) {
            self.waiting.pop_back();
        }
        self.waiting.push_back((token, level));
        Ok(())
    }

    /// No key started here after all.
    pub(super) fn forget_key(&mut self) -> Scan<()> {
        let level = self.keys.len() - 1;
        let key = self.keys[level];
        if key.possible {
            if key.required {
                return Err(problem::NO_COLON.at(key.at, self.text_end(key.at)));
            }
            self.keys[level].possible = false;
            self.stop_waiting(key.token);
        }
        Ok(())
    }

    fn stop_waiting(&mut self, token: u64) {
        if let Ok(index) = self.waiting.binary_search_by_key(&token, |w| w.0) {
            self.waiting.remove(index);
        }
    }

    /// Into a flow collection.
    pub(super) fn enter_flow(&mut self) {
        self.flow_level += 1;
        self.keys.push(KeyStart {
            possible: false,
            required: false,
            token: self.next_token(),
            at: self.pos,
            line: self.line,
            column: self.column,
        });
    }

    /// Out of the innermost flow collection.
    pub(super) fn leave_flow(&mut self) {
        if self.flow_level == 0 {
            return;
        }
        self.flow_level -= 1;
        if let Some(key) = self.keys.pop() {
            // When nothing was noted inside the brackets, this is the key that the opening bracket itself
            // may start: go-yaml stops waiting for it, so `{}: x` is no mapping.
            self.stop_waiting(key.token);
        }
    }

    /// At a `:`, makes a key of what may be one, and opens its mapping. Whether there was one.
    pub(super) fn take_key(&mut self) -> Scan<bool> {
        let level = self.keys.len() - 1;
        if !self.key_is_possible(level)? {
            return Ok(false);
        }
        let key = self.keys[level];
        self.insert(key.token, Token::new(TokenKind::Key, key.at, key.at));
        let start = Token::new(TokenKind::BlockMap, key.at, key.at);
        self.open_block(key.column, Some(key.token), start)?;
        self.keys[level].possible = false;
        self.stop_waiting(key.token);
        Ok(true)
    }

    // ---- the queue

    /// Number of the next token that is pushed.
    fn next_token(&self) -> u64 {
        self.taken + self.queue.len() as u64
    }

    pub(super) fn push(&mut self, token: Token) {
        self.queue.push_back(token);
    }

    pub(super) fn push_indicator(&mut self, kind: TokenKind, length: usize) {
        let start = self.pos;
        for _ in 0..length {
            self.step();
        }
        self.push(Token::new(kind, start, self.pos));
    }

    /// Puts `token` before the token with the given number, or last when that one was taken already.
    fn insert(&mut self, number: u64, token: Token) {
        match number.checked_sub(self.taken) {
            Some(index) if (index as usize) < self.queue.len() => {
                self.queue.insert(index as usize, token);
            }
            _ => self.push(token),
        }
    }

    /// Opens a block collection when `column` is deeper than the current one.
    pub(super) fn open_block(&mut self, column: u32, number: Option<u64>, token: Token) -> Scan<()> {
        if self.flow_level > 0 || self.indent >= column as i32 {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column as i32;
        if self.indents.len() > DEPTH {
            return Err(problem::TOO_DEEP.at(token.start, self.char_end(token.start)));
        }
        match number {
            Some(number) => self.insert(number, token),
            None => self.push(token),
        }
        Ok(())
    }

    /// Closes the block collections deeper than `column`.
    pub(super) fn close_blocks(&mut self, column: i32) {
        if self.flow_level > 0 {
            return;
        }
        while self.indent > column {
            self.push(Token::new(TokenKind::BlockEnd, self.pos, self.pos));
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }
}
