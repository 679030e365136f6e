//! Which characters must never be shown: the values of Secrets, and whatever may be one.
//!
//! When in doubt, mask: a Secret may not parse, may misspell `stringData` or its own kind, may sit in a
//! List, in a patch, or as text inside another object. Keys stay readable, since findings are about them.

mod generators;
mod hidden;
mod reach;
mod unread;

pub use hidden::{Hidden, MASK};
pub(crate) use unread::CONFLICT;

use std::borrow::Cow;

use unread::{is_object, lines, may_be_secret, separator};

use crate::manifest::File;
use crate::source::Span;
use crate::yaml::{Chunk, Kind, Node, Style};

/// What messages quote in the place of a value that must not be shown.
pub const HIDDEN: &str = "`***`";

/// The annotation in which kubectl keeps a whole object as text, after its prefix.
const LAST_APPLIED: &str = "last-applied-configuration";

/// The masked parts of a file, sorted and not overlapping.
pub fn spans(file: &File<'_>) -> Vec<Span> {
    look(file, true)
}

/// The same without what aliases alone bring into Secrets: its own place may be the name of an object, which is no
/// secret.
pub fn spans_in_place(file: &File<'_>) -> Vec<Span> {
    look(file, false)
}

/// What is masked so far.
struct Masked {
    spans: Vec<Span>,
    /// Whether what aliases lead to is masked as well.
    follows: bool,
}

impl Masked {
    fn push(&mut self, span: Span) {
        self.spans.push(span);
    }

    /// Masks a value, and what it leads to.
    fn value(&mut self, node: Node<'_>) {
        self.push(node.span());
        self.properties(node);
        if self.follows && node.raw().kind == Kind::Alias {
            self.push(node.resolved().span());
        }
    }

    /// Masks a value with all that aliases in it lead to.
    fn all(&mut self, node: Node<'_>) {
        self.value(node);
        for id in node.id()..node.raw().next {
            let inner = node.with_id(id);
            if inner.raw().kind == Kind::Alias {
                self.value(inner);
            }
        }
    }

    /// Masks what reads as an anchor or a tag: a password that starts with `&` or `!` and lacks its quotes is one.
    fn properties(&mut self, node: Node<'_>) {
        let Some((anchor, tag)) = node.properties() else {
            return;
        };
        let name = node.text().get(tag.range()).unwrap_or_default();
        let is_common = COMMON_TAGS
            .iter()
            .any(|common| name.strip_prefix("!!") == Some(*common));
        let spans = [Some(anchor), Some(tag).filter(|_| !is_common)]
            .into_iter()
            .flatten();
        spans
            .filter(|span| !span.is_empty())
            .for_each(|span| self.push(span));
    }
}

/// What follows the `!!` of tags that say how a value is read.
const COMMON_TAGS: [&str; 8] = ["binary", "bool", "float", "int", "map", "null", "seq", "str"];

fn look(file: &File<'_>, follows: bool) -> Vec<Span> {
    let mut masked = Masked {
        spans: Vec::new(),
        follows,
    };
    // A quote that is not closed, or a `---` in a value, leaves a part of a Secret in the next document.
    let mut spills = false;
    let mut after_secret = false;
    let mut end = 0;
    for document in &file.documents {
        let chunk = document.chunk;
        let source = file.text.get(chunk.span.range()).unwrap_or_default();
        let is_tail = after_secret && !is_object(document.root, source);
        if spills || is_tail {
            separator(file.text, Span::new(end, chunk.span.start), &mut masked);
        }
        end = chunk.span.end;
        let may_be_secret = || spills || is_tail || may_be_secret(source);
        if chunk.error.is_some() {
            spills = may_be_secret();
            after_secret = spills;
            if spills {
                lines(file.text, chunk.span, &mut masked);
            }
            continue;
        }
        if is_tail {
            lines(file.text, chunk.span, &mut masked);
        }
        let before = masked.spans.len();
        let mut has_secret = false;
        if let Some(root) = document.root {
            has_secret = tree(root, chunk, &mut masked);
            if has_secret || masked.spans.len() > before {
                comments(file, chunk.span, &mut masked);
            }
        }
        if !chunk.losses.is_empty() && may_be_secret() {
            for loss in &chunk.losses {
                lines(file.text, loss.span, &mut masked);
            }
        }
        spills = false;
        after_secret = has_secret || is_tail;
    }
    normalise(masked.spans)
}

/// Whether a span shares a byte with one of the sorted `masked` spans.
pub fn touches(masked: &[Span], span: Span) -> bool {
    let first = masked.partition_point(|m| m.end <= span.start);
    masked
        .get(first)
        .is_some_and(|m| m.start < span.end.max(span.start + 1))
}

/// A copy of the text with each masked character replaced by `*`, as wide as it was in characters.
/// Offsets change where a masked character has several bytes; line breaks stay.
pub fn apply(text: &str, masked: &[Span]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for span in masked {
        out.push_str(text.get(at..span.start as usize).unwrap_or_default());
        // Indentation stays, so that a frame keeps its shape; blanks between words would tell their lengths.
        let mut indentation = false;
        for c in text.get(span.range()).unwrap_or_default().chars() {
            indentation = matches!(c, '\n' | '\r') || (indentation && c == ' ');
            out.push(if indentation { c } else { '*' });
        }
        at = span.end as usize;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

fn normalise(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match out.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => out.push(span),
        }
    }
    out
}

/// Comments in a document with masked values: an old value is often left in one.
fn comments(file: &File<'_>, within: Span, masked: &mut Masked) {
    for &comment in file.tree.comments_in(within) {
        let text = file.text.get(comment.range()).unwrap_or_default();
        if !text
            .trim_start_matches('#')
            .trim_start()
            .starts_with("kubeproof:")
        {
            masked.push(comment);
        }
    }
}

/// All nodes of a document that reads well, in arena order, so that depth does not matter. Whether a Secret is
/// among them, with values or without.
fn tree(root: Node<'_>, chunk: &Chunk, masked: &mut Masked) -> bool {
    let mut has_secret = false;
    for id in root.id()..chunk.nodes_end {
        let node = root.with_id(id);
        match node.raw().kind {
            Kind::Map => has_secret |= mapping(node, id == root.id(), masked),
            Kind::Scalar if holds_a_manifest(node) => masked.push(node.span()),
            _ => {}
        }
    }
    has_secret
}

/// A multi-line text that may itself be a Secret: a manifest in a ConfigMap, an inline patch.
fn holds_a_manifest(node: Node<'_>) -> bool {
    if matches!(node.raw().style, Style::Plain) || node.raw().end - node.raw().start < 16 {
        return false;
    }
    let source = node.source();
    if contains_word(source, "secretgenerator") {
        return true; // for kustomize
    }
    contains_word(source, "data")
        && ["secret", "stringdata", "/data"]
            .iter()
            .any(|word| contains_word(source, word))
}

/// Whether the mapping is a Secret, or may be one.
fn mapping(map: Node<'_>, is_root: bool, masked: &mut Masked) -> bool {
    // Where two objects have run together, each key is there twice: one Secret among them is enough.
    let mut kinds = Kinds::default();
    let (mut named_group, mut core, mut data, mut operation, mut value) = (false, false, false, false, None);
    for entry in map.raw_entries() {
        // Nearly all keys are as long as none of those that are looked for.
        let row = entry.key.raw();
        if row.is_bare_word() && !matches!(row.end - row.start, 4 | 5 | 10 | 11 | 13..=17 | 48) {
            continue;
        }
        let key = &*word(entry.key);
        if key == "kind" {
            kinds.add(&word(entry.value));
        } else if key == "apiVersion" {
            let grouped = word(entry.value).contains('/');
            named_group |= grouped;
            core |= !grouped;
        } else if is_data(key) {
            data = true;
        } else if key == "path" {
            operation = contains_word(&word(entry.value), "data");
        } else if key == "value" {
            value = Some(entry.value);
        } else if generators::is_meant(key) {
            generators::mask(entry.value, masked);
        } else if key.strip_prefix("kubectl.kubernetes.io/") == Some(LAST_APPLIED) {
            masked.push(entry.value.span());
        }
    }
    let core = core || !named_group;
    if let Some(value) = value
        && operation
    {
        masked.push(value.span()); // a JSON patch operation
    }
    // What is called just `Secret` is one even where its apiVersion is wrong; SealedSecret and its like, of other
    // groups, are meant to be seen. Of anything in the core group but a ConfigMap it is not known what `data` is.
    let is_secret = kinds.secret || kinds.like_secret && core;
    if is_secret || kinds.other && data && core {
        secret(map, masked);
    } else if kinds.config_map && data {
        own_values(
            map,
            |key| !key.eq_ignore_ascii_case("data") && !key.eq_ignore_ascii_case("binaryData"),
            masked,
        );
    } else if !kinds.any() && data && (core || !is_root) {
        own_values(map, |_| true, masked);
    }
    is_secret
}

/// What the `kind` of a mapping says, or several of them.
#[derive(Default)]
struct Kinds {
    secret: bool,
    like_secret: bool,
    config_map: bool,
    other: bool,
}

impl Kinds {
    fn add(&mut self, kind: &str) {
        let is = |name: &str| kind.eq_ignore_ascii_case(name);
        if is("secret") || is("secrets") {
            self.secret = true;
        } else if contains_word(kind, "secret") {
            self.like_secret = true;
        } else if is("configmap") {
            self.config_map = true;
        } else {
            self.other = true;
        }
    }

    fn any(&self) -> bool {
        self.secret || self.like_secret || self.config_map || self.other
    }
}

/// The values of the fields that hold data and are to be hidden.
fn own_values(map: Node<'_>, hidden: impl Fn(&str) -> bool, masked: &mut Masked) {
    for entry in map.raw_entries() {
        let key = word(entry.key);
        if is_data(&key) && hidden(&key) {
            values(entry.value, masked);
        }
    }
}

/// A Secret shows its type and metadata, and the keys of everything else.
fn secret(map: Node<'_>, masked: &mut Masked) {
    for entry in map.raw_entries() {
        let key = &*word(entry.key);
        if key.eq_ignore_ascii_case("items") {
            // Those of a SecretList need not say their kind.
            for item in entry.value.resolved().items() {
                secret(item.resolved(), masked);
            }
        } else if !["apiVersion", "kind", "type", "immutable", "metadata"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(key))
        {
            values(entry.value, masked);
        }
    }
}

fn values(node: Node<'_>, masked: &mut Masked) {
    if node.raw().kind != Kind::Map {
        return masked.value(node);
    }
    masked.properties(node);
    let flow = may_have_strays(node);
    for entry in node.raw_entries() {
        masked.value(entry.value);
        if flow && is_stray(entry.key) {
            masked.push(entry.key.span());
        }
    }
}

/// Whether a mapping is written so that a value may have become a key.
pub(crate) fn may_have_strays(map: Node<'_>) -> bool {
    map.raw().style == Style::Flow
}

/// Whether a key of a mapping in braces may be a value, or hold one: `{hunter2}`, `{password:hunter2}`.
pub(crate) fn is_stray(key: Node<'_>) -> bool {
    let value = key.with_id(key.raw().next);
    let after = key.text().get(key.raw().end as usize..).unwrap_or_default();
    value.span().is_empty() && !after.trim_start().starts_with(':')
}

fn is_data(key: &str) -> bool {
    ["data", "stringdata", "binarydata", "string_data"]
        .iter()
        .any(|word| key.eq_ignore_ascii_case(word))
}

fn bare<'t>(node: Node<'t>) -> &'t str {
    if node.raw().kind == Kind::Scalar {
        node.source().trim_matches(['"', '\''])
    } else {
        ""
    }
}

/// The text of a scalar, whatever way it is written, an alias included.
fn word<'t>(node: Node<'t>) -> Cow<'t, str> {
    if node.raw().is_bare_word() {
        return Cow::Borrowed(node.source()); // nearly all keys
    }
    let node = node.resolved();
    match bare(node) {
        written if written.contains('\\') => node.key_text().unwrap_or(Cow::Borrowed(written)),
        written => Cow::Borrowed(written),
    }
}

/// Whether `text` contains `word` (lower-case ASCII) in any case.
fn contains_word(text: &str, word: &str) -> bool {
    let (bytes, word) = (text.as_bytes(), word.as_bytes());
    // Letters that are rarer than the `s` that most of these words begin with.
    let at = word.iter().position(|b| matches!(b, b'c' | b'd' | b'g'));
    let at = at.unwrap_or(0);
    let Some(&letter) = word.get(at) else { return true };
    memchr::memchr2_iter(letter, letter.to_ascii_uppercase(), bytes).any(|found| {
        found
            .checked_sub(at)
            .and_then(|start| bytes.get(start..start + word.len()))
            .is_some_and(|found| found.eq_ignore_ascii_case(word))
    })
}
