//! Text of which no tree tells what is a value: documents that do not parse, and what they spill into others.

use std::cell::OnceCell;

use super::{LAST_APPLIED, Masked, bare};
use crate::source::Span;
use crate::yaml::Node;

/// Whether a document is an object of its own, rather than the rest of a value with a `---` in it.
pub(super) fn is_object(root: Option<Node<'_>>, source: &str) -> bool {
    match root {
        Some(root) => root
            .raw_entries()
            .any(|entry| matches!(bare(entry.key), "apiVersion" | "kind")),
        None => {
            let begins = |line: &str| line.starts_with("apiVersion:") || line.starts_with("kind:");
            source.lines().any(begins)
        }
    }
}

/// What stands on separator lines after the `---`.
pub(super) fn separator(text: &str, between: Span, masked: &mut Masked) {
    let mut at = between.start;
    for line in text
        .get(between.range())
        .unwrap_or_default()
        .split_inclusive('\n')
    {
        let hidden = at + if line.starts_with("---") { 3 } else { 0 };
        at += line.len() as u32;
        masked.push(Span::new(hidden, hidden.max(at)));
    }
}

/// Text that may be a Secret's and has no tree: only the keys of its lines are shown, and the values of the
/// few fields that tell which object it is.
pub(super) fn lines(text: &str, span: Span, masked: &mut Masked) {
    let source = text.get(span.range()).unwrap_or_default();
    let mut at = span.start;
    for line in source.split_inclusive('\n') {
        let start = at;
        at += line.len() as u32;
        let indent = line.len() - line.trim_start_matches([' ', '-', '\t']).len();
        let content = &line[indent..];
        let hidden = match content.split_once(':') {
            Some((key, rest)) if is_key(key) => {
                let shown = matches!(key, "apiVersion" | "kind" | "name" | "namespace" | "type")
                    && !rest.contains([':', ',', '{', '[']);
                if shown {
                    line.find('#').unwrap_or(line.len())
                } else {
                    indent + key.len() + 1
                }
            }
            _ if CONFLICT.iter().any(|marker| line.starts_with(marker)) => CONFLICT[0].len(),
            _ => indent,
        };
        if hidden < line.trim_end().len() {
            masked.push(Span::new(
                start + hidden as u32,
                start + line.trim_end().len() as u32,
            ));
        }
    }
}

/// What git writes around the two sides of a conflict, and between them: it tells nothing of values.
pub(crate) const CONFLICT: [&str; 3] = ["<<<<<<<", "=======", ">>>>>>>"];

/// Kinds with their fields, of which all is meant to be seen but what kubectl notes in annotations.
const SEEN: [(&[&str], &[&str]); 2] = [
    (
        &["ConfigMap"],
        &[
            "apiVersion",
            "binaryData",
            "data",
            "immutable",
            "kind",
            "metadata",
        ],
    ),
    (
        &[
            "CronJob",
            "DaemonSet",
            "Deployment",
            "HorizontalPodAutoscaler",
            "Ingress",
            "Job",
            "NetworkPolicy",
            "PersistentVolumeClaim",
            "Pod",
            "ReplicaSet",
            "Service",
            "StatefulSet",
        ],
        &["apiVersion", "kind", "metadata", "spec", "status"],
    ),
];

/// Whether a text is certainly one object of these kinds: where a line begins that is no field of theirs, or one comes
/// again, another object may begin.
fn is_one_of(text: &str, (kinds, fields): (&[&str], &[&str])) -> bool {
    let mut seen = [false; 8];
    let mut is_one = false;
    for line in text.split(['\n', '\r']) {
        if line.starts_with([' ', '#']) || line.is_empty() {
            if line.to_ascii_lowercase().contains("kind") {
                return false;
            }
            continue;
        }
        let Some((key, value)) = line.split_once(':') else {
            return false;
        };
        let at = fields.iter().position(|known| *known == key);
        let Some(seen) = at.and_then(|at| seen.get_mut(at)) else {
            return false;
        };
        // In braces another object may stand on the line.
        let holds_kind = key != "kind" && value.to_ascii_lowercase().contains("kind");
        if std::mem::replace(seen, true) || holds_kind {
            return false;
        }
        is_one |= key == "kind" && kinds.contains(&value.trim());
    }
    is_one
}

/// Whether an unreadable text may hold a Secret: it says `secret`, other than in a reference to one
/// (`secretName`, `secretKeyRef`), `data`, other than in `metadata`, or has the object that was applied last.
pub(super) fn may_be_secret(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = |at: usize, word: &str| {
        let start = at.saturating_sub(word.len());
        bytes[start..at].eq_ignore_ascii_case(word.as_bytes())
    };
    let starts = |at: usize, word: &str| {
        let word = word.as_bytes();
        bytes
            .get(at..at + word.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(word))
    };
    // Other words with it, `stringData` among them, are no data of a ConfigMap.
    let config_map = OnceCell::new();
    let own_data = |at: usize| {
        let key = text
            .get(..at)
            .map(|before| before.strip_suffix("binary").unwrap_or(before));
        key.is_some_and(|before| before.is_empty() || before.ends_with('\n'))
            && *config_map.get_or_init(|| is_one_of(text, SEEN[0]))
    };
    let workload = OnceCell::new();
    // What a Secret alone has may have got into it.
    let has_data = || {
        let keys = text
            .lines()
            .map(|line| line.trim_start_matches([' ', '-', '\t', '"', '\'']));
        let mut keys = keys.filter_map(|line| line.get(..4));
        keys.any(|key| key.eq_ignore_ascii_case("data") || key.eq_ignore_ascii_case("stri"))
    };
    let is_workload = || *workload.get_or_init(|| is_one_of(text, SEEN[1]) && !has_data());
    (0..bytes.len()).any(|at| match bytes[at] {
        b's' | b'S' => {
            let after = at + "secret".len();
            starts(at, "secret")
                && !["name", "keyref", "ref"].iter().any(|word| starts(after, word))
                && !is_workload()
        }
        // What kubectl keeps of an object has all its values, those of its environment as well.
        b'l' | b'L' => starts(at, LAST_APPLIED),
        b'd' | b'D' => starts(at, "data") && !ends(at, "meta") && !own_data(at) && !is_workload(),
        _ => false,
    })
}

fn is_key(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/'))
}
