//! Turns `schemas/cel.txt`, the functions of CEL, into a static table sorted by name.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Writes `cel.rs` into the output folder.
pub fn build(root: &Path, out: &Path) {
    let source = root.join("schemas/cel.txt");
    println!("cargo::rerun-if-changed=schemas/cel.txt");
    println!("cargo::rerun-if-changed=build/cel.rs");
    let text = fs::read_to_string(&source).expect("schemas/cel.txt can be read");
    let mut overloads: Vec<(String, String)> = Vec::new();
    let mut receiver = None;
    for (i, line) in text.lines().enumerate() {
        let fault = || -> ! { panic!("{}:{}: {line:?} is no overload", source.display(), i + 1) };
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(kind) = line.strip_prefix("on ") {
            receiver = Some(kind.to_string());
        } else if line == "global" {
            receiver = None;
        } else {
            let line = line.trim();
            let (line, library) = line.split_once(" for ").unwrap_or((line, ""));
            let (line, since) = line.split_once(" since 1.").unwrap_or((line, "0"));
            let Ok(since) = since.parse::<u8>() else { fault() };
            // Operators have brackets in their names, but only one `(`.
            let Some((name, rest)) = line.split_once('(') else {
                fault()
            };
            let Some(end) = closing(rest) else { fault() };
            let mut arguments: Vec<String> = receiver.iter().map(|kind| type_of(kind)).collect();
            arguments.extend(split(&rest[..end]).iter().map(|kind| type_of(kind)));
            let (arguments, result) = (arguments.join(", "), type_of(rest[end + 1..].trim()));
            let generic = arguments.contains("Param(") || result.contains("Param(");
            let code = format!(
                "    Overload {{ name: {name:?}, member: {}, arguments: &[{arguments}], result: {result}, generic: {generic}, since: {since}, library: {library:?} }},\n",
                receiver.is_some(),
            );
            overloads.push((name.to_string(), code));
        }
    }
    // The order of a function's overloads tells nothing, but is kept.
    overloads.sort_by(|a, b| a.0.cmp(&b.0));
    let mut code =
        String::from("// Made by build.rs from schemas/cel.txt.\nstatic OVERLOADS: &[Overload] = &[\n");
    for (_, overload) in &overloads {
        let _ = write!(code, "{overload}");
    }
    code.push_str("];\n");
    let namespaces: BTreeSet<&str> = overloads
        .iter()
        .filter_map(|(name, _)| Some(name.split_once('.')?.0))
        .collect();
    let _ = writeln!(
        code,
        "/// What stands before the dot in names of functions.\nstatic NAMESPACES: &[&str] = &{:?};",
        namespaces.iter().collect::<Vec<_>>()
    );
    fs::write(out.join("cel.rs"), code).expect("OUT_DIR can be written");
}

/// The place of the bracket that closes one already open.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    for (i, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(i);
        }
    }
    None
}

/// Splits at the commas outside of brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (i, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..i].trim());
                start = i + 1;
            }
            _ => {}
        }
    }
    let last = text[start..].trim();
    if !last.is_empty() {
        parts.push(last);
    }
    parts
}

fn type_of(text: &str) -> String {
    let inner = |start: &str| -> Option<Vec<String>> {
        let rest = text.strip_prefix(start)?.strip_suffix(')')?;
        Some(
            split(rest)
                .iter()
                .map(|part| format!("&{}", type_of(part)))
                .collect(),
        )
    };
    if let Some(of) = inner("list(") {
        return format!("Sig::List({})", of.join(", "));
    }
    if let Some(of) = inner("map(") {
        return format!("Sig::Map({})", of.join(", "));
    }
    if let Some(of) = inner("optional(") {
        return format!("Sig::Optional({})", of.join(", "));
    }
    let simple = match text {
        "A" => "Param(0)",
        "B" => "Param(1)",
        "dyn" => "Is(Simple::Dyn)",
        "bool" => "Is(Simple::Bool)",
        "int" => "Is(Simple::Int)",
        "uint" => "Is(Simple::Uint)",
        "double" => "Is(Simple::Double)",
        "string" => "Is(Simple::String)",
        "bytes" => "Is(Simple::Bytes)",
        "timestamp" => "Is(Simple::Timestamp)",
        "duration" => "Is(Simple::Duration)",
        "type" => "Is(Simple::Type)",
        name if name.starts_with(|c: char| c.is_ascii_uppercase()) => {
            return format!("Sig::Is(Simple::Opaque({name:?}))");
        }
        other => panic!("schemas/cel.txt: no type {other:?}"),
    };
    format!("Sig::{simple}")
}
