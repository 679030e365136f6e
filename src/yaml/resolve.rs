//! Scalars by the rules of go-yaml v2, which kubectl reads manifests with (`docs/yaml.md`).

use std::borrow::Cow;

use super::base64;
use super::cook;
use super::number::{self, Number};
use super::tree::{Kind, PROPS, Style};
use super::view::Node;
use crate::calendar::is_day;

/// The value of a scalar.
#[derive(Clone, PartialEq, Debug)]
pub enum Scalar<'t> {
    /// Empty, `~`, `null`.
    Null,
    /// `true`, `yes`, `y`, `on` …
    Bool(bool),
    /// An integer that fits `i64`.
    Int(i64),
    /// An integer above `i64::MAX` that fits `u64`.
    Uint(u64),
    /// Any other number.
    Float(f64),
    /// Everything else.
    Str(Cow<'t, str>),
}

impl Scalar<'_> {
    /// A number as kubectl writes it into the JSON it sends; `None` for anything but a finite number.
    pub fn json_number(&self) -> Option<String> {
        match *self {
            Scalar::Int(value) => Some(value.to_string()),
            Scalar::Uint(value) => Some(value.to_string()),
            Scalar::Float(value) if value.is_finite() => Some(number::to_json(value)),
            _ => None,
        }
    }
}

impl From<Number> for Scalar<'_> {
    fn from(number: Number) -> Self {
        match number {
            Number::Int(value) => Scalar::Int(value),
            Number::Uint(value) => Scalar::Uint(value),
            Number::Float(value) => Scalar::Float(value),
        }
    }
}

/// Whether a plain scalar with this source text can be anything but a string, judged by its first byte.
#[inline]
pub fn may_be_typed(word: &[u8]) -> bool {
    match word.first().map_or(First::Typed, |first| FIRST[*first as usize]) {
        First::Text => false,
        First::Typed => true,
        First::Word => word.len() <= 5 && is_word(word),
    }
}

/// Whether a text of up to five bytes is a word for a boolean or null, in whatever case. Most are `name` and `type`,
/// which the second letter tells.
fn is_word(word: &[u8]) -> bool {
    // Small letters; no other byte becomes one.
    let is = |at: usize, letter: u8| word.get(at).is_some_and(|byte| byte | 0x20 == letter);
    match word.len() {
        1 => is(0, b'y') || is(0, b'n'),
        2 => (is(1, b'o') && is(0, b'n')) || (is(1, b'n') && is(0, b'o')),
        3 => (is(1, b'e') && is(0, b'y') && is(2, b's')) || (is(1, b'f') && is(0, b'o') && is(2, b'f')),
        4 => {
            (is(1, b'r') && is(0, b't') && is(2, b'u') && is(3, b'e'))
                || (is(1, b'u') && is(0, b'n') && is(2, b'l') && is(3, b'l'))
        }
        5 => is(1, b'a') && is(0, b'f') && is(2, b'l') && is(3, b's') && is(4, b'e'),
        _ => false,
    }
}

/// What the first byte of a plain scalar tells of it.
#[derive(Clone, Copy)]
enum First {
    /// It is a string.
    Text,
    /// It may be a number or null.
    Typed,
    /// It may be one of the words for booleans and null.
    Word,
}

/// By first byte; a table is quicker than comparisons, and most scalars begin like no word at all.
static FIRST: [First; 256] = {
    let mut table = [First::Text; 256];
    let (typed, words) = (b"0123456789+-.~", b"yYnNoOtTfF");
    let mut at = 0;
    while at < typed.len() {
        table[typed[at] as usize] = First::Typed;
        at += 1;
    }
    at = 0;
    while at < words.len() {
        table[words[at] as usize] = First::Word;
        at += 1;
    }
    table
};

/// Cooks and resolves a scalar node (not an alias).
pub fn scalar(node: Node<'_>) -> Scalar<'_> {
    let raw = node.raw();
    if raw.flags == 0 && !node.is_json() && raw.style == Style::Plain {
        return plain(Cow::Borrowed(node.source()));
    }
    let text = cook::text(node);
    if node.is_json() {
        return if raw.style == Style::Plain {
            json_literal(text)
        } else {
            Scalar::Str(text)
        };
    }
    if raw.flags & PROPS != 0 {
        let tag = Tag::of(node);
        if tag != Tag::None {
            // A mismatch is an error of the document, reported when it is read; here the text stands.
            return tagged(tag, text.clone()).unwrap_or(Scalar::Str(text));
        }
    }
    if raw.style == Style::Plain {
        plain(text)
    } else {
        Scalar::Str(text)
    }
}

/// The string that a scalar becomes as a mapping key; `None` for null, and for an integer above
/// `i64::MAX`, which kubectl refuses.
pub fn key_text(scalar: Scalar<'_>) -> Option<Cow<'_, str>> {
    match scalar {
        Scalar::Null | Scalar::Uint(_) => None,
        Scalar::Bool(true) => Some(Cow::Borrowed("true")),
        Scalar::Bool(false) => Some(Cow::Borrowed("false")),
        Scalar::Int(value) => Some(Cow::Owned(value.to_string())),
        Scalar::Float(value) => Some(Cow::Owned(number::to_key(value))),
        Scalar::Str(text) => Some(text),
    }
}

fn json_literal(text: Cow<'_, str>) -> Scalar<'_> {
    match &*text {
        "null" => Scalar::Null,
        "true" => Scalar::Bool(true),
        "false" => Scalar::Bool(false),
        number => number::from_json(number).into(),
    }
}

/// A plain scalar without a tag.
pub(super) fn plain(text: Cow<'_, str>) -> Scalar<'_> {
    if !may_be_typed(text.as_bytes()) {
        return Scalar::Str(text);
    }
    typed(&text).unwrap_or(Scalar::Str(text))
}

/// Whether a plain scalar is null.
#[inline]
pub(super) fn is_null(text: &[u8]) -> bool {
    matches!(text, b"" | b"~" | b"null" | b"Null" | b"NULL")
}

/// What a plain scalar is other than a string.
fn typed(text: &str) -> Option<Scalar<'static>> {
    if let Some(b'0'..=b'9') = text.as_bytes().first() {
        return number::from_plain(text).map(Scalar::from);
    }
    if is_null(text.as_bytes()) {
        return Some(Scalar::Null);
    }
    let scalar = match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Scalar::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Scalar::Bool(false)
        }
        ".nan" | ".NaN" | ".NAN" => Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Scalar::Float(f64::NEG_INFINITY),
        _ => match text.as_bytes().first()? {
            b'.' => Scalar::Float(number::from_point(text)?),
            b'+' | b'-' => number::from_plain(text)?.into(),
            _ => return None,
        },
    };
    Some(scalar)
}

// ---- tags

/// What a tag asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tag {
    /// There is none.
    None,
    Str,
    Bool,
    Int,
    Float,
    Null,
    Timestamp,
    Binary,
    Merge,
    /// `!`: the value is its text.
    NonSpecific,
    /// Any other: the value is its text.
    Other,
}

const STANDARD: &str = "tag:yaml.org,2002:";

impl Tag {
    /// The tag of a node (not of what an alias stands for).
    pub(super) fn of(node: Node<'_>) -> Tag {
        Tag::read(node.own_tag())
    }

    /// Reads a tag as written.
    fn read(written: &str) -> Tag {
        let name = if let Some(uri) = written.strip_prefix("!<") {
            unescape_uri(uri.strip_suffix('>').unwrap_or(uri))
        } else if let Some(name) = written.strip_prefix("!!") {
            Cow::Owned(format!("{STANDARD}{}", unescape_uri(name)))
        } else {
            return match written {
                "" => Tag::None,
                "!" => Tag::NonSpecific,
                _ => Tag::Other,
            };
        };
        if name == "!" {
            return Tag::NonSpecific;
        }
        match name.strip_prefix(STANDARD) {
            Some("str") => Tag::Str,
            Some("bool") => Tag::Bool,
            Some("int") => Tag::Int,
            Some("float") => Tag::Float,
            Some("null") => Tag::Null,
            Some("timestamp") => Tag::Timestamp,
            Some("binary") => Tag::Binary,
            Some("merge") => Tag::Merge,
            _ => Tag::Other,
        }
    }
}

fn unescape_uri(uri: &str) -> Cow<'_, str> {
    if !uri.contains('%') {
        return Cow::Borrowed(uri);
    }
    let bytes = uri.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let octet = (bytes[at] == b'%')
            .then(|| uri.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(octet.unwrap_or(bytes[at]));
        at += if octet.is_some() { 3 } else { 1 };
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

/// Why a tagged scalar cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mismatch {
    Type,
    Base64,
}

/// A scalar with a tag, by its text alone: quotes count for nothing.
pub(super) fn tagged(tag: Tag, text: Cow<'_, str>) -> Result<Scalar<'_>, Mismatch> {
    if matches!(
        tag,
        Tag::None | Tag::Str | Tag::Merge | Tag::NonSpecific | Tag::Other
    ) {
        return Ok(Scalar::Str(text));
    }
    if tag == Tag::Binary {
        let bytes = base64::decode(text.as_bytes()).ok_or(Mismatch::Base64)?;
        return Ok(Scalar::Str(Cow::Owned(text_of(&bytes))));
    }
    let scalar = if may_be_typed(text.as_bytes()) {
        typed(&text)
    } else {
        None
    };
    match (tag, scalar) {
        (Tag::Bool, Some(value @ Scalar::Bool(_)))
        | (Tag::Int, Some(value @ (Scalar::Int(_) | Scalar::Uint(_))))
        | (Tag::Float, Some(value @ Scalar::Float(_)))
        | (Tag::Null, Some(value @ Scalar::Null)) => Ok(value),
        (Tag::Float, Some(Scalar::Int(value))) => Ok(Scalar::Float(value as f64)),
        (Tag::Timestamp, None) if is_timestamp(&text) => Ok(Scalar::Str(text)),
        _ => Err(Mismatch::Type),
    }
}

/// Bytes as Go's JSON encoder writes them: every byte that is not UTF-8 becomes U+FFFD.
fn text_of(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

/// `2006-1-2`, alone or with ` 15:4:5.9`, or `T15:4:5.9` and a zone.
fn is_timestamp(text: &str) -> bool {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some((text.as_bytes()[at], &text[at + 1..]))),
        None => (text, None),
    };
    let parts: Vec<_> = date.split('-').collect();
    let [year, month, day] = parts[..] else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) = (digits(year, 4, 4), digits(month, 1, 2), digits(day, 1, 2))
    else {
        return false;
    };
    if !is_day(year, month, day) {
        return false;
    }
    match time {
        None => true,
        Some((b' ', clock)) => is_clock(clock),
        Some((_, rest)) => match rest.find(['Z', '+', '-']) {
            Some(at) => is_clock(&rest[..at]) && is_zone(&rest[at..]),
            None => false,
        },
    }
}

fn digits(text: &str, least: usize, most: usize) -> Option<i64> {
    let fits = (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

fn is_clock(text: &str) -> bool {
    let (whole, fraction) = match text.find(['.', ',']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let parts: Vec<_> = whole.split(':').collect();
    let [hour, minute, second] = parts[..] else {
        return false;
    };
    let below = |text, limit| digits(text, 1, 2).is_some_and(|value| value < limit);
    below(hour, 24)
        && below(minute, 60)
        && below(second, 60)
        && fraction.is_none_or(|f| !f.is_empty() && f.bytes().all(|b| b.is_ascii_digit()))
}

fn is_zone(text: &str) -> bool {
    let Some(offset) = text.strip_prefix(['+', '-']) else {
        return text == "Z";
    };
    offset.split_once(':').is_some_and(|(hours, minutes)| {
        digits(hours, 2, 2).is_some_and(|hours| hours <= 24)
            && digits(minutes, 2, 2).is_some_and(|minutes| minutes < 60)
    })
}

// ---- what documents are checked for

/// Whether a scalar node has a tag that its text does not fit.
pub(super) fn mismatch(node: Node<'_>) -> Option<Mismatch> {
    debug_assert_eq!(node.raw().kind, Kind::Scalar);
    let tag = Tag::of(node);
    if tag == Tag::None {
        return None;
    }
    tagged(tag, cook::text(node)).err()
}
