//! The text of one input and positions in it.
//!
//! Everything inside kubeproof speaks in [`Span`]s: half-open ranges of `u32` byte offsets. Lines and
//! columns exist only where something is printed; [`LineIndex`] makes them.

/// A half-open range of byte offsets, `start..end`, into the text of one [`Source`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span of the bytes `start..end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Span { start, end }
    }

    /// The bytes as a range, to index a text with.
    pub const fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    pub const fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether the span holds no byte.
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether `other` lies within this span (an equal one does).
    pub const fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share at least one byte.
    pub const fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Span {
        Span::new(self.start.min(other.start), self.end.max(other.end))
    }
}

/// How the bytes of an input were encoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark; offsets are those of the file.
    Utf8,
    /// UTF-16 with a byte order mark; offsets are those of its UTF-8 reading, and no fix is offered.
    Utf16,
}

/// An input's text, ready to be parsed.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// UTF-8; each byte of the file that is no UTF-8 stands here as one `?`, so that offsets hold.
    pub text: String,
    /// What the file was encoded in.
    pub encoding: Encoding,
    /// Where bytes were no UTF-8.
    pub invalid: Vec<Span>,
}
