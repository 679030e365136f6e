//! What the configuration says of names: rows for the table of who names what, and names that exist.

use std::sync::Arc;

use super::{Fault, Value, texts};
use crate::graph::table::Table;
use crate::graph::{self, Declared};
use crate::source::Span;

/// The lines of the table that an entry of `references` becomes.
const LINES: usize = 2;

/// The entries of `references` in the language of the table, [`LINES`] each.
pub fn rows(top: &Value) -> String {
    let mut out = String::new();
    for entry in entries(top) {
        let text = |key| entry.get(key).and_then(Value::text);
        let (Some(kind), Some(at)) = (text("kind"), text("at")) else {
            out.push_str("\n\n");
            continue;
        };
        out.push_str(&format!("kind {kind}\n"));
        match (text("uses"), text("makes")) {
            (Some(target), _) => out.push_str(&format!("  uses {target} {at}")),
            (_, Some(target)) if at.contains('{') => out.push_str(&format!("  makes {target} {at}")),
            (_, Some(target)) => out.push_str(&format!("  makes {target} {{{at}}}")),
            _ => {}
        }
        let beside = parent(at);
        match text("namespace") {
            Some("any") => out.push_str(" ns=any"),
            Some(path) => out.push_str(&format!(" ns={}", from(beside, path))),
            None => {}
        }
        let keys: Vec<String> = texts(entry, "keys").map(|path| from(beside, path)).collect();
        if !keys.is_empty() {
            out.push_str(&format!(" keys={}", keys.join(",")));
        }
        if let Some(path) = text("optional") {
            out.push_str(&format!(" optional={}", from(beside, path)));
        }
        out.push('\n');
    }
    out
}

fn entries(top: &Value) -> &[Value] {
    top.get("references").map(Value::items).unwrap_or_default()
}

/// The path without its last field.
fn parent(path: &str) -> &str {
    let mut depth = 0u32;
    let mut end = 0;
    for (at, c) in path.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '.' if depth == 0 => end = at,
            _ => {}
        }
    }
    &path[..end]
}

/// A path as the table wants it: beside the row's field, or from the object.
fn from(beside: &str, path: &str) -> String {
    if beside.is_empty() {
        return path.to_string();
    }
    match path.strip_prefix(beside).and_then(|rest| rest.strip_prefix('.')) {
        Some(rest) => rest.to_string(),
        None => format!("/{path}"),
    }
}

/// The table with the entries of `references`; `None` without any.
pub fn table(top: &Value) -> Result<Option<Arc<Table>>, Vec<Fault>> {
    let rows = rows(top);
    if rows.is_empty() {
        return Ok(None);
    }
    let fault = |(line, message): (usize, String)| {
        let entry = entries(top).get(line.saturating_sub(1) / LINES);
        let at = entry.and_then(|entry| entry.get("at").or_else(|| entry.get("kind")));
        Fault {
            span: at.map_or(Span::default(), |at| at.span),
            message: format!("this entry cannot be used: {message}"),
            help: None,
        }
    };
    graph::table_with(&rows)
        .map(|table| Some(Arc::new(table)))
        .map_err(|faults| faults.into_iter().map(fault).collect())
}

/// The names that exist.
pub fn exists<'v>(top: &'v Value, table: &'v Table) -> impl Iterator<Item = Declared> + use<'v> {
    let entries = top.get("exists").map(Value::items).unwrap_or_default();
    entries.iter().filter_map(|entry| {
        let text = |key| entry.get(key).and_then(Value::text);
        Some(Declared {
            target: table.target(text("kind")?)?,
            namespace: text("namespace").map(str::to_string),
            name: text("name")?.to_string(),
        })
    })
}

/// What the shape of `references` cannot say: each entry has one of `uses` and `makes`.
pub fn faults(top: &Value) -> Vec<Fault> {
    entries(top)
        .iter()
        .filter(|row| row.get("uses").is_some() == row.get("makes").is_some())
        .map(|row| Fault {
            span: row
                .get("kind")
                .map_or(Span::new(row.span.start, row.span.start), |kind| kind.span),
            message: "an entry of `references` needs one of `uses` and `makes`".to_string(),
            help: Some(
                "`uses: Secret` says that the field names a Secret, `makes: Secret` that the object makes one of \
                 that name"
                    .to_string(),
            ),
        })
        .collect()
}
