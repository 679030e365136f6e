//! Flow collections: `[a, b]`, `{a: b}`, JSON, KYAML; over as many lines as they like, comments between.
//!
//! Within brackets, indentation means nothing. Scalars and keys are taken on one line only.

use super::key::{KEY_LENGTH, is_special_key};
use super::scalar::{STARTS_PLAIN, is_special, may_be_special};
use super::{DEPTH, Reader, is_break, is_gap};
use crate::yaml::chars::trim_end;
use crate::yaml::tree::{Kind, NodeId, Style};

/// An open flow collection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    node: NodeId,
    kind: Kind,
    /// A comma must come before the next child.
    comma: bool,
}

/// Bytes that mean nothing within a plain scalar between brackets.
static WITHIN_FLOW: [bool; 256] = {
    let mut table = [true; 256];
    let mut at = 0;
    let stops = b",?[]{}:#\r\n";
    while at < stops.len() {
        table[stops[at] as usize] = false;
        at += 1;
    }
    table
};

impl Reader<'_> {
    /// A flow collection at `at`. Returns where it ends.
    pub(super) fn flow(&mut self, at: usize) -> Option<usize> {
        self.open_flow(at)?;
        let mut at = self.flow_space(at + 1)?;
        loop {
            let byte = self.byte(at);
            let frame = self.flow_frames.last_mut()?;
            let comma = std::mem::replace(&mut frame.comma, byte != b',');
            let Frame { node, kind, .. } = *frame;
            match byte {
                b']' | b'}' => {
                    if (byte == b']') != (kind == Kind::Seq) {
                        return None;
                    }
                    at += 1;
                    self.end_collection(node, at as u32);
                    self.flow_frames.pop();
                    if self.flow_frames.is_empty() {
                        return Some(at);
                    }
                    at = self.flow_space(at)?;
                    continue;
                }
                b',' if comma => {
                    at = self.flow_space(at + 1)?;
                    continue;
                }
                _ if comma => return None,
                _ => {}
            }
            if kind == Kind::Map {
                let gap = self.flow_key(at)?;
                at = self.flow_space(gap)?;
                if matches!(self.byte(at), b',' | b'}') {
                    self.push_scalar(Style::Plain, 0, gap, gap);
                    continue;
                }
            }
            if matches!(self.byte(at), b'[' | b'{') {
                self.open_flow(at)?;
                at += 1;
            } else {
                at = self.flow_value(at)?;
            }
            at = self.flow_space(at)?;
        }
    }

    fn open_flow(&mut self, at: usize) -> Option<()> {
        if self.flow_frames.len() >= DEPTH {
            return None;
        }
        let kind = if self.byte(at) == b'[' {
            Kind::Seq
        } else {
            Kind::Map
        };
        let node = self.push_collection(kind, Style::Flow, at);
        if kind == Kind::Map {
            self.unsure.push(node);
        }
        self.flow_frames.push(Frame {
            node,
            kind,
            comma: false,
        });
        Some(())
    }

    /// Over blanks, line breaks and comments. `None` at the end of the text.
    fn flow_space(&mut self, at: usize) -> Option<usize> {
        let mut at = at;
        loop {
            let byte = *self.bytes.get(at)?;
            match byte {
                b' ' | b'\t' => at += 1,
                b'#' if is_gap(self.byte(at - 1)) => at = self.flow_line(self.line_end(at), at)?,
                _ if is_break(byte) => at = self.flow_line(at, at)?,
                b'#' => return None,
                _ => return Some(at),
            }
        }
    }

    /// To the next line, noting the comment at `comment` if there is one.
    fn flow_line(&mut self, line_end: usize, comment: usize) -> Option<usize> {
        let next = if comment < line_end {
            self.comment(comment)
        } else {
            self.after_break(line_end)
        };
        // A document marker would end the document here.
        (!self.may_be_marker(next)).then_some(next)
    }

    /// A key at `at`. Returns where its colon ends.
    fn flow_key(&mut self, at: usize) -> Option<usize> {
        let (style, flags, end) = match self.byte(at) {
            b'"' | b'\'' => {
                let quoted = self.quoted(at, false)?;
                (quoted.style, quoted.flags, quoted.end)
            }
            _ => {
                let end = self.flow_plain(at)?;
                if is_special_key(&self.bytes[at..end]) {
                    return None;
                }
                (Style::Plain, 0, end)
            }
        };
        let colon = self.skip_spaces(end);
        // After a plain key only a colon with a gap behind it has stopped the scan.
        if self.byte(colon) != b':' || colon - at > KEY_LENGTH {
            return None;
        }
        self.push_scalar(style, flags, at, end);
        Some(colon + 1)
    }

    /// A scalar at `at` that is no key. Returns where it ends.
    fn flow_value(&mut self, at: usize) -> Option<usize> {
        let first = self.byte(at);
        if matches!(first, b'"' | b'\'') {
            let quoted = self.quoted(at, false)?;
            self.push_scalar(quoted.style, quoted.flags, at, quoted.end);
            return Some(quoted.end);
        }
        let end = self.flow_plain(at)?;
        if may_be_special(first) && is_special(&self.bytes[at..end]) {
            return None;
        }
        self.push_scalar(Style::Plain, 0, at, end);
        Some(end)
    }

    /// The end of the plain scalar at `at`, as far as it goes on this line.
    fn flow_plain(&mut self, at: usize) -> Option<usize> {
        let first = self.byte(at);
        if !STARTS_PLAIN[first as usize] && (first != b'-' || is_gap(self.byte(at + 1))) {
            return None;
        }
        let mut end = at + 1;
        loop {
            while WITHIN_FLOW[self.byte(end) as usize] {
                end += 1;
            }
            match self.byte(end) {
                b':' if !is_gap(self.byte(end + 1)) => end += 1,
                b'#' if !is_gap(self.byte(end - 1)) => end += 1,
                b'?' | b'[' | b'{' => return None,
                b'\n' | b'\r' if self.tab_follows(end) => return None,
                _ => return Some(trim_end(self.bytes, at, end)),
            }
        }
    }

    /// Whether a tab stands in the white space from `at` on. After a plain scalar, where the next line could
    /// belong to it, that may be an error.
    fn tab_follows(&self, at: usize) -> bool {
        let rest = self.bytes.get(at..).unwrap_or_default();
        rest.iter()
            .take_while(|&&byte| is_gap(byte))
            .any(|&byte| byte == b'\t')
    }
}
