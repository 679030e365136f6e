//! The tokens between scanner and parser.

use crate::yaml::tree::Style;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TokenKind {
    /// The chunk ends.
    End,
    /// `%YAML …` or `%TAG …`.
    Directive,
    /// `---`.
    DocumentStart,
    /// `...`.
    DocumentEnd,
    /// A block sequence begins; has no characters of its own.
    BlockSeq,
    /// A block mapping begins; has no characters of its own.
    BlockMap,
    /// A block collection ends; has no characters of its own.
    BlockEnd,
    /// `[`.
    FlowSeq,
    /// `]`.
    FlowSeqEnd,
    /// `{`.
    FlowMap,
    /// `}`.
    FlowMapEnd,
    /// `- `.
    Item,
    /// `,`.
    Comma,
    /// `? `, or the place where a key turned out to begin.
    Key,
    /// `: `.
    Value,
    /// `*name`.
    Alias,
    /// `&name`.
    Anchor,
    /// `!tag`.
    Tag,
    /// A scalar in any style.
    Scalar,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Of a scalar.
    pub(super) style: Style,
    /// Of a scalar: whether its value differs from its source text.
    pub(super) cook: bool,
    /// Of a block scalar: see [`crate::yaml::tree::RawNode::indent`].
    pub(super) indent: u8,
}

impl Token {
    pub(super) fn new(kind: TokenKind, start: usize, end: usize) -> Token {
        Token {
            kind,
            start,
            end,
            style: Style::Plain,
            cook: false,
            indent: 0,
        }
    }

    pub(super) fn scalar(style: Style, cook: bool, start: usize, end: usize) -> Token {
        Token {
            style,
            cook,
            ..Token::new(TokenKind::Scalar, start, end)
        }
    }
}
