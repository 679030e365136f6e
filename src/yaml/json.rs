//! JSON, as strict as Go's `encoding/json`, into the same arena. Duplicate keys stay in it.

use super::problems as problem;
use super::tree::{COOK, Kind, NodeId, RawNode, Style, SyntaxError};

/// Deepest nesting that Go's decoder takes.
const DEPTH: usize = 10_000;

/// An open object or array, and what may come next in it.
#[derive(Clone, Copy)]
struct Frame {
    node: NodeId,
    object: bool,
}

/// Over JSON's white space.
pub(super) fn skip_space(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
        .count()
}

/// Parses one value that starts at `start` (white space skipped). Returns where it ends. On an error, what
/// was read before it stays in `nodes` as a whole tree.
pub(super) fn value(bytes: &[u8], start: usize, nodes: &mut Vec<RawNode>) -> Result<usize, SyntaxError> {
    let mut parser = Parser {
        bytes,
        at: start,
        nodes,
        frames: Vec::new(),
        last_end: start,
    };
    let result = parser.run();
    parser.abandon();
    result.map(|()| parser.at)
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    nodes: &'a mut Vec<RawNode>,
    frames: Vec<Frame>,
    /// Where what was read last ends, white space left out.
    last_end: usize,
}

impl Parser<'_> {
    fn run(&mut self) -> Result<(), SyntaxError> {
        self.one()?;
        while let Some(&frame) = self.frames.last() {
            let first = self.nodes.len() == frame.node as usize + 1;
            self.space();
            let close = if frame.object { b'}' } else { b']' };
            let byte = self.byte();
            if byte == close {
                self.at += 1;
                self.close(self.at);
                continue;
            }
            if !first {
                if byte != b',' {
                    return Err(self.unexpected(problem::JSON_EXPECTED_COMMA));
                }
                self.at += 1;
                self.space();
            }
            if frame.object {
                self.key()?;
            }
            self.one()?;
        }
        Ok(())
    }

    fn byte(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn space(&mut self) {
        self.at = skip_space(self.bytes, self.at);
    }

    fn unexpected(&self, expected: problem::Problem) -> SyntaxError {
        if self.at >= self.bytes.len() {
            let open = self.frames.last().map(|frame| frame.node);
            let at = open.map_or(self.at, |node| self.nodes[node as usize].start as usize);
            return problem::JSON_END.at(at, (at + 1).min(self.bytes.len()));
        }
        expected.at(self.at, self.word_end())
    }

    /// The end of the word or character at the position.
    fn word_end(&self) -> usize {
        let word = self.bytes[self.at..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte >= 0x80)
            .count();
        (self.at + word.max(1)).min(self.bytes.len())
    }

    fn push(&mut self, kind: Kind, style: Style, flags: u8, start: usize, end: usize) -> NodeId {
        let id = self.nodes.len() as NodeId;
        self.last_end = end;
        self.nodes.push(RawNode {
            start: start as u32,
            end: end as u32,
            next: id + 1,
            kind,
            style,
            flags,
            indent: 0,
        });
        id
    }

    fn close(&mut self, end: usize) {
        if let Some(frame) = self.frames.pop() {
            let next = self.nodes.len() as NodeId;
            let node = &mut self.nodes[frame.node as usize];
            node.end = end as u32;
            node.next = next;
            self.last_end = end;
        }
    }

    /// Closes what an error left open; a key without a value gets one that stands for nothing.
    fn abandon(&mut self) {
        while let Some(&frame) = self.frames.last() {
            if frame.object {
                let mut count = 0;
                let mut child = frame.node as usize + 1;
                while child < self.nodes.len() {
                    child = self.nodes[child].next as usize;
                    count += 1;
                }
                if count % 2 == 1 {
                    self.push(Kind::Alias, Style::Plain, 0, self.last_end, self.last_end);
                }
            }
            let empty = frame.node as usize + 1 == self.nodes.len();
            // An empty one ends after its bracket.
            self.close(self.last_end + usize::from(empty));
        }
    }

    /// Key and colon.
    fn key(&mut self) -> Result<(), SyntaxError> {
        if self.byte() != b'"' {
            return Err(self.unexpected(problem::JSON_EXPECTED_KEY));
        }
        self.string()?;
        self.space();
        if self.byte() != b':' {
            return Err(self.unexpected(problem::JSON_EXPECTED_COLON));
        }
        self.at += 1;
        self.space();
        Ok(())
    }

    /// A scalar, or the opening of an object or array.
    fn one(&mut self) -> Result<(), SyntaxError> {
        match self.byte() {
            byte @ (b'{' | b'[') => {
                if self.frames.len() >= DEPTH {
                    return Err(problem::TOO_DEEP.at(self.at, self.at + 1));
                }
                let object = byte == b'{';
                let kind = if object { Kind::Map } else { Kind::Seq };
                let node = self.push(kind, Style::Flow, 0, self.at, self.at);
                self.frames.push(Frame { node, object });
                self.at += 1;
                Ok(())
            }
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => self.number(),
            _ => {
                let rest = &self.bytes[self.at.min(self.bytes.len())..];
                for word in ["true", "false", "null"] {
                    if rest.starts_with(word.as_bytes()) {
                        let start = self.at;
                        self.at += word.len();
                        self.push(Kind::Scalar, Style::Plain, 0, start, self.at);
                        return Ok(());
                    }
                }
                Err(self.unexpected(problem::JSON_EXPECTED_VALUE))
            }
        }
    }

    fn string(&mut self) -> Result<(), SyntaxError> {
        let start = self.at;
        let mut flags = 0;
        self.at += 1;
        loop {
            let Some(&byte) = self.bytes.get(self.at) else {
                return Err(problem::JSON_END.at(start, start + 1));
            };
            match byte {
                b'"' => break,
                b'\\' => {
                    flags = COOK;
                    let length = self.escape_length();
                    if length == 0 {
                        let end = self.at + 2;
                        return Err(problem::JSON_ESCAPE.at(self.at, end.min(self.bytes.len())));
                    }
                    self.at += length;
                }
                0..=0x1F => return Err(problem::JSON_STRING.at(self.at, self.at + 1)),
                _ => self.at += 1,
            }
        }
        self.at += 1;
        self.push(Kind::Scalar, Style::Double, flags, start, self.at);
        Ok(())
    }

    /// Length of the escape at the position; 0 when it is none.
    fn escape_length(&self) -> usize {
        match self.bytes.get(self.at + 1..) {
            Some([b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..]) => 2,
            Some([b'u', a, b, c, d, ..]) if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()) => 6,
            _ => 0,
        }
    }

    fn number(&mut self) -> Result<(), SyntaxError> {
        let start = self.at;
        self.at += usize::from(self.byte() == b'-');
        if self.byte() == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        let mut exact = true;
        if self.byte() == b'.' {
            exact = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), b'e' | b'E') {
            exact = false;
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), b'+' | b'-'));
            self.digits()?;
        }
        self.push(Kind::Scalar, Style::Plain, 0, start, self.at);
        if !exact || self.at - start > 300 {
            let text = std::str::from_utf8(&self.bytes[start..self.at]).unwrap_or("0");
            if text.parse().is_ok_and(f64::is_infinite) {
                return Err(problem::NUMBER_OUT_OF_RANGE.at(start, self.at));
            }
        }
        Ok(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), SyntaxError> {
        let count = self.bytes[self.at.min(self.bytes.len())..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        self.at += count;
        if count == 0 {
            return Err(self.unexpected(problem::JSON_EXPECTED_VALUE));
        }
        Ok(())
    }
}
