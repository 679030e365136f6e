//! Block scalars: `|` and `>`.

use super::{Reader, is_break};
use crate::yaml::chars::trim_end;
use crate::yaml::tree::{COOK, Kind, NodeId, RawNode, Style};

impl Reader<'_> {
    /// A block scalar at `at`, in the collection at column `parent`. Returns the start of the next line.
    pub(super) fn block_scalar(&mut self, at: usize, parent: u32) -> Option<usize> {
        let style = if self.byte(at) == b'|' {
            Style::Literal
        } else {
            Style::Folded
        };
        let (header_end, digit) = self.block_header(at + 1)?;
        let mut line = self.rest_of_line(header_end)?;
        let parent = parent as usize;

        // 0 until the first line of content tells.
        let mut indent = digit.map_or(0, |digit| parent + digit);
        let mut deepest_empty = 0;
        let mut end = header_end;
        while line < self.bytes.len() {
            let text = self.skip_spaces(line);
            let spaces = text - line;
            if is_break(self.byte(text)) {
                if indent == 0 {
                    deepest_empty = deepest_empty.max(spaces);
                } else if spaces > indent {
                    end = text;
                }
                line = self.after_break(text);
                continue;
            }
            if indent == 0 {
                if self.byte(text) == b'\t' {
                    return None;
                }
                if spaces <= parent {
                    break;
                }
                if spaces < deepest_empty {
                    return None;
                }
                indent = spaces;
            } else if spaces < indent {
                if self.byte(text) == b'\t' {
                    return None;
                }
                break;
            }
            let line_end = self.line_end(text);
            end = line_end - usize::from(self.byte(line_end.wrapping_sub(1)) == b'\r');
            line = line_end + 1;
        }
        debug_assert!(end >= header_end && trim_end(self.bytes, at, end) <= end);
        self.push(RawNode {
            start: at as u32,
            end: end as u32,
            next: self.nodes.len() as NodeId + 1,
            kind: Kind::Scalar,
            style,
            flags: COOK,
            indent: u8::try_from(parent + 1).ok()?,
        });
        Some(line)
    }

    /// Indentation digit and chomping sign from `at` on, in either order. Returns where they end.
    fn block_header(&self, at: usize) -> Option<(usize, Option<usize>)> {
        let is_sign = |byte| byte == b'-' || byte == b'+';
        let is_digit = |byte: u8| (b'1'..=b'9').contains(&byte);
        let (first, second) = (self.byte(at), self.byte(at + 1));
        let digit = |byte: u8| Some(usize::from(byte - b'0'));
        Some(match (first, second) {
            (a, b) if is_sign(a) && is_digit(b) => (at + 2, digit(b)),
            (a, b) if is_digit(a) && is_sign(b) => (at + 2, digit(a)),
            (a, _) if is_sign(a) => (at + 1, None),
            (a, _) if is_digit(a) => (at + 1, digit(a)),
            _ => (at, None),
        })
    }
}
