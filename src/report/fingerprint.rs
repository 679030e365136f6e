//! What makes a finding the same one tomorrow: its rule, file, object and field, not its line.
//!
//! A fingerprint holds names only, never a value, and so can be written down: a hash of a Secret's value could
//! be guessed by trying values. What it costs is that a finding in an unnamed item of a list is told from its
//! neighbours by its turn alone.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::{FileReport, Source};
use crate::diagnostic::Diagnostic;
use crate::engine::ObjectInfo;
use crate::manifest::{File, Surroundings, mask};
use crate::source::Span;
use crate::yaml::{self, Kind, Node, Tree};

/// What a finding is known by from run to run.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Fingerprint {
    /// The path as the report names it.
    pub file: String,
    /// The object: `Ingress.networking.k8s.io web/shop`; empty where there is none.
    pub object: String,
    /// The rule's id.
    pub rule: &'static str,
    /// The field: `spec.containers[web].image`; empty for the document as a whole.
    pub at: String,
    /// The turn among those that are equal in all else, from 0.
    pub turn: u32,
}

impl Fingerprint {
    /// A short text for formats that want an opaque one: the same for the same fingerprint on every machine and
    /// in every version.
    pub fn hash(&self) -> String {
        self.hash_at(&self.file)
    }

    /// The hash of the same finding, had the file been named by another path: from the root of the repository,
    /// say, wherever the run stood.
    pub fn hash_at(&self, file: &str) -> String {
        // FNV-1a with 128 bits: stable and simple. Nobody gains anything by making two findings collide.
        let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        let turn = self.turn.to_string();
        for part in [self.rule, file, &self.object, &self.at, &turn] {
            for byte in part.bytes().chain([0]) {
                hash ^= u128::from(byte);
                hash = hash.wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
            }
        }
        format!("{hash:032x}")
    }
}

/// The fingerprints of a file's findings, in their order.
pub fn fingerprints(file: &FileReport) -> Vec<Fingerprint> {
    let spans: Vec<Span> = file.diagnostics.iter().map(|d| d.span).collect();
    let mut places = match &file.source {
        Some(source) if !spans.is_empty() => places(source, &spans),
        _ => vec![String::new(); spans.len()],
    };
    let mut turns: HashMap<(&str, String, String), u32> = HashMap::new();
    // Many findings may be about one object.
    let mut last: (Option<u32>, String) = (None, String::new());
    let mut fingerprints = Vec::with_capacity(spans.len());
    for (diagnostic, at) in file.diagnostics.iter().zip(&mut places) {
        if last.0 != diagnostic.object {
            last = (
                diagnostic.object,
                object_of(file, diagnostic).map(identity).unwrap_or_default(),
            );
        }
        let object = last.1.clone();
        let at = std::mem::take(at);
        let rule = diagnostic.rule.rule().id;
        let turn = turns.entry((rule, object.clone(), at.clone())).or_insert(0);
        fingerprints.push(Fingerprint {
            file: file.name.clone(),
            object,
            rule,
            at,
            turn: *turn,
        });
        *turn += 1;
    }
    fingerprints
}

fn object_of<'r>(file: &'r FileReport, diagnostic: &Diagnostic) -> Option<&'r ObjectInfo> {
    file.objects.get(diagnostic.object? as usize)
}

/// Group and kind without the version, which an upgrade changes, then namespace and name.
fn identity(object: &ObjectInfo) -> String {
    let mut out = object.kind.to_string();
    if let Some((group, _)) = object.api_version.split_once('/') {
        out.push('.');
        out.push_str(group);
    }
    out.push(' ');
    if let Some(namespace) = &object.namespace {
        out.push_str(namespace);
        out.push('/');
    }
    out.push_str(object.name.as_deref().unwrap_or_default());
    out.truncate(out.trim_end().len());
    out
}

/// The deepest field that a path tells of; what lies deeper has the path of its parent at this depth.
const DEEPEST: u32 = 64;

/// The longest part of a path.
const LONGEST: usize = 120;

/// The field that each span starts in. The text is read again, since the tree is long gone.
fn places(source: &Source, spans: &[Span]) -> Vec<String> {
    let mut tree = Tree::default();
    let text = source.text();
    yaml::parse(text, &source.decoded().invalid, &mut tree);
    let file = File::read("", text, &tree, &Surroundings::default(), true);
    let mut order: Vec<(u32, usize)> = spans.iter().map(|s| s.start).zip(0..).collect();
    order.sort_unstable();
    let mut finder = Finder {
        masked: file.masked(),
        path: String::new(),
        found: vec![String::new(); spans.len()],
    };
    for document in &file.documents {
        if let Some(root) = document.root {
            finder.look(root, within(&order, document.chunk.span), 0);
        }
    }
    finder.found
}

/// Those that start in a span, of many that are sorted. What ends a span belongs to it: a missing value is an
/// empty one there.
fn within(order: &[(u32, usize)], span: Span) -> &[(u32, usize)] {
    let from = order.partition_point(|(start, _)| *start < span.start);
    let to = order.partition_point(|(start, _)| *start <= span.end);
    order.get(from..to).unwrap_or_default()
}

struct Finder<'f> {
    masked: &'f [Span],
    path: String,
    found: Vec<String>,
}

impl Finder<'_> {
    /// Notes the current path for all that start in `node`, and the longer one for those that start in a child.
    fn look(&mut self, node: Node<'_>, order: &[(u32, usize)], depth: u32) {
        for (_, index) in order {
            if let Some(found) = self.found.get_mut(*index) {
                found.clone_from(&self.path);
            }
        }
        // An alias is where it stands, not what it stands for.
        if depth == DEEPEST || order.is_empty() {
            return;
        }
        match node.raw().kind {
            Kind::Map => {
                for entry in node.raw_entries() {
                    let inside = within(order, entry.span());
                    if !inside.is_empty() {
                        let before = self.path.len();
                        self.push_key(entry.key);
                        self.look(entry.value, inside, depth + 1);
                        self.path.truncate(before);
                    }
                }
            }
            Kind::Seq => {
                for item in node.items() {
                    let inside = within(order, item.span());
                    if !inside.is_empty() {
                        let before = self.path.len();
                        self.push_item(item);
                        self.look(item, inside, depth + 1);
                        self.path.truncate(before);
                    }
                }
            }
            Kind::Scalar | Kind::Alias => {}
        }
    }

    fn push_key(&mut self, key: Node<'_>) {
        let text = match key.key_text() {
            Some(text) if !mask::touches(self.masked, key.resolved().span()) => text,
            _ => "*".into(),
        };
        let text = short(&text);
        if text.contains(['.', '[', ']']) {
            let _ = write!(self.path, "[{text}]");
            return;
        }
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(text);
    }

    /// By its name where it has one, since its index changes with every item put before it.
    fn push_item(&mut self, item: Node<'_>) {
        let own = (item.raw().kind == Kind::Map)
            .then(|| item.raw_entries().find(|entry| entry.key.key_is("name")))
            .flatten()
            .filter(|entry| entry.value.raw().kind == Kind::Scalar)
            .filter(|entry| !mask::touches(self.masked, entry.value.span()))
            .and_then(|entry| entry.value.str());
        let _ = write!(self.path, "[{}]", own.as_deref().map_or("", short));
    }
}

fn short(text: &str) -> &str {
    let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(at, _)| at);
    &text[..end]
}
