//! Turns `schemas/constraints/*.txt` into static rows: what the server checks of a type beyond its structure.
//!
//! `schemas/constraints/README.md` explains the format to people. Faults end the build with the line's place.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// The ids of names of fields.
type Names<'a> = &'a dyn Fn(&str) -> Option<usize>;

/// The constraints of all types, as Rust source. `type_index` knows the packed types by `group/v1.Name`, and
/// `names` the ids of the fields' names.
///
/// `words` says what each function demands that rows call: `MODULE::FUNCTION`, and the words.
pub fn emit(
    files: &[(String, String)],
    words: &BTreeMap<String, String>,
    types: usize,
    type_index: &dyn Fn(&str) -> Option<usize>,
    names: Names<'_>,
) -> String {
    let mut rows: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (shown, text) in files {
        let mut current: Vec<usize> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let place = format!("{shown}:{}", number + 1);
            let line = line.split(" # ").next().unwrap_or_default().trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(names) = line.strip_prefix("type ") {
                current = type_names(names)
                    .iter()
                    .map(|name| type_index(name).unwrap_or_else(|| panic!("{place}: no type `{name}`")))
                    .collect();
                continue;
            }
            assert!(
                line.starts_with("  ") && !current.is_empty(),
                "{place}: a line outside of a type"
            );
            let row = row(&place, line.trim(), names);
            for &index in &current {
                rows.entry(index).or_default().push(row.clone());
            }
        }
    }
    let mut out = String::from("/// By type: its first row in [`ROWS`]; one more at the end.\n");
    let mut offsets = Vec::with_capacity(types + 1);
    let mut all = String::new();
    let mut count = 0;
    for index in 0..types {
        offsets.push(count);
        for row in rows.get(&index).into_iter().flatten() {
            let _ = writeln!(all, "    {row},");
            count += 1;
        }
    }
    offsets.push(count);
    let _ = writeln!(out, "pub static OFFSETS: &[u16] = &{offsets:?};");
    let none = Vec::new();
    let all_marks: Vec<u8> = (0..types)
        .map(|index| rows.get(&index).unwrap_or(&none))
        .map(|rows| marks(rows) | u8::from(rows.iter().any(|row| row.contains("Op::Printed("))) << 4)
        .collect();
    let _ = writeln!(
        out,
        "/// By type: whether rows hold `value` (1), `skip` (2), `union` (4), `printed` (16).\npub static MARKS: &[u8] = &{all_marks:?};"
    );
    let _ = writeln!(
        out,
        "/// The constraints, by type.\npub static ROWS: &[Row] = &[\n{all}];"
    );
    out.push_str(&says(&all, words));
    out
}

/// The words about each function that the rows call; empty ones where nobody has written any yet, which a test
/// reports.
fn says(rows: &str, words: &BTreeMap<String, String>) -> String {
    const CALL: &str = "Op::Check(crate::validation::checks::";
    let mut called: Vec<&str> = rows
        .split(CALL)
        .skip(1)
        .filter_map(|rest| rest.split(',').next())
        .collect();
    called.sort_unstable();
    called.dedup();
    let mut out = String::new();
    for name in &called {
        let text = words.get(*name).map_or("", String::as_str);
        let _ = writeln!(out, "static {}: &str = {text:?};", says_name(name));
    }
    let unused: Vec<_> = words
        .keys()
        .filter(|name| !called.contains(&name.as_str()))
        .collect();
    assert!(
        unused.is_empty(),
        "schemas/checks.txt: no constraint calls {unused:?}"
    );
    out
}

/// `hpa::replicas` → `SAYS_HPA_REPLICAS`.
fn says_name(function: &str) -> String {
    format!("SAYS_{}", function.replace("::", "_").to_uppercase())
}

/// `group/v1,v1beta1.Name` is one name for each version.
fn type_names(names: &str) -> Vec<String> {
    names
        .split_whitespace()
        .flat_map(|name| {
            let (group, rest) = name.split_once('/').unwrap_or(("", name));
            let (versions, kind) = rest.split_once('.').unwrap_or((rest, ""));
            versions
                .split(',')
                .map(|version| format!("{group}/{version}.{kind}"))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// `path?: test; test if cond` as a `Row`.
fn row(place: &str, line: &str, names: Names<'_>) -> String {
    let (path, tests) = line
        .split_once(": ")
        .unwrap_or_else(|| panic!("{place}: expected `field: test; test`"));
    let pointer = path.ends_with('?');
    let path = path.trim_end_matches('?');
    let own = first_bit(path, names);
    // Without a list no item of it is looked at.
    let items = path.contains("[]") || path.contains("{}");
    let (mut needs, mut out) = (u64::MAX, Vec::new());
    for text in tests.split("; ") {
        let test = test(place, text.trim(), names);
        // Some only tell other tests, or the walk, what to do.
        let silent = ["Op::Default(", "Op::Value", "Op::Skip(", "Op::Printed("];
        if !silent.iter().any(|op| test.op.starts_with(op)) {
            let field = if items || test.idle { own } else { 0 };
            needs &= field | test.needs;
        }
        out.push(test.text);
    }
    if needs == u64::MAX {
        needs = own;
    }
    format!(
        "Row {{ path: &{}, pointer: {pointer}, needs: {needs}, tests: &[{}] }}",
        steps(path, names),
        out.join(", ")
    )
}

/// The bit of the first field of a path in the mask of fields that a struct has; 0 when the path is the struct, or
/// starts elsewhere.
fn first_bit(path: &str, names: Names<'_>) -> u64 {
    let end = path.find(['.', '[', '{']).unwrap_or(path.len());
    names(&path[..end]).map_or(0, |id| 1 << (id & 63))
}

/// Whether what a test does says nothing of a field that is not there.
fn idle(op: &str) -> bool {
    const IDLE: [&str; 21] = [
        "Deprecated(",
        "Removed(",
        "NoEffect(",
        "MergedBy(",
        "Default(",
        "Forbidden",
        "Invalid",
        "OneOf(",
        "Range(",
        "MaxLength(",
        "MaxLengthInvalid(",
        "MaxItems(",
        "QuantityMin(",
        "Format(",
        "Keys(",
        "Unique",
        "UniqueBy(",
        "UniqueEvenEmptyBy(",
        "UniqueItemsBy(",
        "FileMode",
        "AtMostOneOf(",
    ];
    let op = op.strip_prefix("Op::").unwrap_or_default();
    IDLE.iter().any(|idle| {
        op.strip_prefix(idle)
            .is_some_and(|rest| idle.ends_with('(') || rest.is_empty())
    })
}

/// What the rows of a type hold that the walk must know before it goes on.
fn marks(rows: &[String]) -> u8 {
    let has = |op: &str| rows.iter().any(|row| row.contains(op));
    u8::from(has("Op::Value")) | u8::from(has("Op::Skip(")) << 1 | u8::from(has("Op::Union(")) << 2
}

/// `a.b[].c` as steps; `.` alone is the struct itself.
fn steps(path: &str, names: Names<'_>) -> String {
    let ups = path.chars().take_while(|c| *c == '^').count();
    let path = &path[ups..];
    let mut out = vec!["Step::Up".to_string(); ups];
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let mut name = part;
        let mut suffix = Vec::new();
        while let Some(rest) = name.strip_suffix("[]").or_else(|| name.strip_suffix("{}")) {
            suffix.push(
                if name.ends_with("[]") {
                    "Step::Items"
                } else {
                    "Step::Values"
                }
                .to_string(),
            );
            name = rest;
        }
        if !name.is_empty() {
            let id = names(name).unwrap_or(u16::MAX.into());
            out.push(format!("Step::Name({name:?}, {id})"));
        }
        out.extend(suffix);
    }
    format!("[{}]", out.join(", "))
}

/// A `Test`, and what its row must know of it.
struct Compiled {
    text: String,
    op: String,
    /// Whether it says nothing of a field that is not there.
    idle: bool,
    /// Fields of the struct without which its conditions do not hold, as a mask.
    needs: u64,
}

/// `op args… [if cond and cond] [at path] [since 1.30] [until 1.33] [-- why] [=> what to do]`.
fn test(place: &str, text: &str, names: Names<'_>) -> Compiled {
    let (text, mend) = text.split_once(" => ").unwrap_or((text, ""));
    let (text, why) = text.split_once(" -- ").unwrap_or((text, ""));
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut end = words.len();
    let (mut when, mut at, mut since, mut until) = (String::new(), "None".to_string(), 0u8, u8::MAX);
    let (mut i, mut needs) = (0, 0);
    while i < words.len() {
        match words[i] {
            "if" => {
                end = end.min(i);
                loop {
                    i += 1;
                    let word = words
                        .get(i)
                        .unwrap_or_else(|| panic!("{place}: `if` without a condition"));
                    let (cond, need) = cond(place, word, names);
                    let _ = write!(when, "{cond}, ");
                    needs |= need;
                    if words.get(i + 1) != Some(&"and") {
                        break;
                    }
                    i += 1;
                }
            }
            "at" => {
                end = end.min(i);
                i += 1;
                at = format!(
                    "Some(&{})",
                    steps(
                        words.get(i).unwrap_or_else(|| panic!("{place}: `at` what?")),
                        names
                    )
                );
            }
            word @ ("since" | "until") => {
                end = end.min(i);
                i += 1;
                let minor = words
                    .get(i)
                    .and_then(|v| v.strip_prefix("1."))
                    .and_then(|v| v.parse().ok())
                    .unwrap_or_else(|| panic!("{place}: `{word}` wants a version such as 1.30"));
                if word == "since" {
                    since = minor
                } else {
                    until = minor
                }
            }
            _ => {}
        }
        i += 1;
    }
    let op = op(place, &words[..end]);
    Compiled {
        text: format!(
            "Test {{ op: {op}, when: &[{when}], at: {at}, since: {since}, until: {until}, why: {why:?}, mend: {mend:?} }}"
        ),
        idle: idle(&op) || words[0] == "check-set",
        op,
        needs,
    }
}

/// `path=value`, `path!=value`, `path` (set), `!path` (unset), and the bit of the field that must be there for it to
/// hold.
fn cond(place: &str, word: &str, names: Names<'_>) -> (String, u64) {
    let mut needs = true;
    let (path, kind) = if let Some((path, value)) = word.split_once("!=") {
        needs = false;
        (
            path,
            format!("Is::Not(&{:?})", value.split('|').collect::<Vec<_>>()),
        )
    } else if let Some((path, value)) = word.split_once('=') {
        needs = value.split('|').all(|text| !text.is_empty());
        (
            path,
            format!("Is::Equal(&{:?})", value.split('|').collect::<Vec<_>>()),
        )
    } else if let Some(path) = word.strip_prefix('!') {
        needs = false;
        (path, "Is::Unset".to_string())
    } else {
        (word, "Is::Set".to_string())
    };
    assert!(!path.is_empty(), "{place}: a condition without a field");
    let up = path.chars().take_while(|c| *c == '^').count();
    let pointer = path.ends_with('?');
    let path = path.trim_start_matches('^').trim_end_matches('?');
    let bit = if needs && up == 0 {
        first_bit(path, names)
    } else {
        0
    };
    let steps = steps(path, names);
    (
        format!("Cond {{ up: {up}, path: &{steps}, pointer: {pointer}, is: {kind} }}"),
        bit,
    )
}

fn op(place: &str, words: &[&str]) -> String {
    let (name, args) = words
        .split_first()
        .unwrap_or_else(|| panic!("{place}: an empty test"));
    let number = |i: usize| -> i64 {
        args.get(i)
            .and_then(|word| word.parse().ok())
            .unwrap_or_else(|| panic!("{place}: `{name}` wants a number"))
    };
    let list = || format!("&{args:?}");
    match *name {
        "required" => "Op::Required".into(),
        "forbidden" => "Op::Forbidden".into(),
        "invalid" => "Op::Invalid".into(),
        "default" => format!("Op::Default({:?})", args.join(" ")),
        "one-of" => format!("Op::OneOf({})", list()),
        "min" => format!("Op::Range({}, i64::MAX)", number(0)),
        "max" => format!("Op::Range(i64::MIN, {})", number(0)),
        "range" => format!("Op::Range({}, {})", number(0), number(1)),
        "max-length" => format!("Op::MaxLength({})", number(0)),
        "max-items" => format!("Op::MaxItems({})", number(0)),
        "quantity-min" => format!("Op::QuantityMin({})", number(0)),
        "unique" => "Op::Unique".into(),
        "unique-by" => format!("Op::UniqueBy({})", list()),
        "at-most-one-of" => format!("Op::AtMostOneOf({})", list()),
        "exactly-one-of" => format!("Op::ExactlyOneOf({})", list()),
        "at-least-one-of" => format!("Op::AtLeastOneOf({})", list()),
        "keys" => format!("Op::Keys(Format::{})", format_name(place, args)),
        "refuse" => format!("Op::Refuse(crate::diagnostic::ErrorType::{})", args.join("")),
        "known" => format!("Op::Known({})", list()),
        "supported" => format!("Op::Supported({})", list()),
        "not-blank" => "Op::NotBlank".into(),
        "alone" => format!("Op::Alone({:?})", args.join(" ")),
        "printed" => format!("Op::Printed({:?})", args.join(" ")),
        "even-empty" => format!("Op::EvenEmpty(Format::{})", format_name(place, args)),
        "union" => {
            let members: Vec<_> = args
                .iter()
                .map(|one| one.split_once('=').unwrap_or((one, one)))
                .collect();
            format!("Op::Union(&{members:?})")
        }
        "file-mode" => "Op::FileMode".into(),
        "deprecated" => format!("Op::Deprecated({})", list()),
        "removed" => format!("Op::Removed({})", list()),
        "no-effect" => format!("Op::NoEffect({})", list()),
        "merged-by" => {
            assert!(
                (1..=2).contains(&args.len()),
                "{place}: `merged-by` takes one or two keys"
            );
            let keys: Vec<_> = args
                .iter()
                .map(|one| one.split_once('=').unwrap_or((one, "")))
                .collect();
            format!("Op::MergedBy(&{keys:?})")
        }
        "max-length-invalid" => format!("Op::MaxLengthInvalid({})", number(0)),
        "unique-even-empty-by" => format!("Op::UniqueEvenEmptyBy({})", list()),
        "unique-items-by" => format!("Op::UniqueItemsBy({})", list()),
        "check" | "check-set" => {
            let path = args.first().unwrap_or_else(|| panic!("{place}: `check` what?"));
            format!(
                "Op::Check(crate::validation::checks::{path}, &{})",
                says_name(path)
            )
        }
        "value" => "Op::Value".into(),
        "skip" => match args.first() {
            Some(path) => format!("Op::Skip(crate::validation::checks::{path})"),
            None => "Op::Skip(|_, _| true)".into(),
        },
        _ => format!("Op::Format(Format::{})", format_name(place, &[name])),
    }
}

/// `dns-label` → `DnsLabel`; an unknown one fails to compile, at the enum that lists them.
fn format_name(place: &str, words: &[&str]) -> String {
    let word = words.first().unwrap_or_else(|| panic!("{place}: which format?"));
    word.split('-')
        .map(|part| part[..1].to_uppercase() + &part[1..])
        .collect()
}

/// All files of a folder with their names, sorted.
pub fn read(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    files.sort();
    files
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "txt"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            (path.display().to_string(), text)
        })
        .collect()
}
