//! The vocabulary of constraints: rows, tests, conditions, and what each does.

use std::borrow::Cow;

use super::{Format, fault};
use crate::diagnostic::{ErrorType, Related};
use crate::manifest::Field;
use crate::rules::Cx;
use crate::yaml::{Kind, Scalar};

/// One line of a constraint file: a field of a struct, and its tests in order.
pub struct Row {
    /// From the struct to the field; empty is the struct itself.
    pub path: &'static [Step],
    /// Whether the field is a pointer in Go: set means present and not null, even when it is zero.
    pub pointer: bool,
    /// Of the path's first name its bit in the mask of names that a struct has; 0 when the row has something to
    /// say of a field that is not there.
    pub bit: u64,
    /// The tests; after one that fails the rest of the row is not run, as in the server's `if … else if`.
    pub tests: &'static [Test],
}

/// One step of a path.
pub enum Step {
    /// A field.
    Name(&'static str),
    /// Each item of a list.
    Items,
    /// Each value of a map.
    Values,
    /// The struct, list or map around.
    Up,
}

/// One test of a row.
pub struct Test {
    /// What is tested.
    pub op: Op,
    /// When: all must hold.
    pub when: &'static [Cond],
    /// Where the fault is reported, from the struct; at the field itself when `None`.
    pub at: Option<&'static [Step]>,
    /// First minor version that makes the test.
    pub since: u8,
    /// Last minor version that makes it.
    pub until: u8,
    /// Why, in a few words that go after the message; may be empty.
    pub why: &'static str,
}

/// A condition on another field.
pub struct Cond {
    /// How many structs, lists and maps to go up from the row's struct first.
    pub up: u8,
    /// From there to the field.
    pub path: &'static [Step],
    /// See [`Row::pointer`].
    pub pointer: bool,
    /// What must hold of it.
    pub is: Is,
}

/// What a condition demands.
pub enum Is {
    /// Present and not zero (a pointer: not null).
    Set,
    /// The contrary.
    Unset,
    /// One of these texts; "" stands for unset.
    Equal(&'static [&'static str]),
    /// None of these texts.
    Not(&'static [&'static str]),
}

/// What a test does.
pub enum Op {
    /// Required: the field must be set.
    Required,
    /// Forbidden: the field must not be set.
    Forbidden,
    /// Invalid: the field must not be set.
    Invalid,
    /// What the server fills in when the field is not set; later tests and conditions see it.
    Default(&'static str),
    /// NotSupported: any other text.
    OneOf(&'static [&'static str]),
    /// Invalid: a number outside.
    Range(i64, i64),
    /// TooLong: more bytes.
    MaxLength(i64),
    /// TooMany: more items.
    MaxItems(i64),
    /// Invalid: a quantity below.
    QuantityMin(i64),
    /// Invalid: a text that is not of the format, once for each fault.
    Format(Format),
    /// Invalid at the map: keys that are not of the format.
    Keys(Format),
    /// Duplicate: an item of a list that equals an earlier one.
    Unique,
    /// Duplicate: an item whose fields equal those of an earlier one; reported at the last of the fields.
    UniqueBy(&'static [&'static str]),
    /// Forbidden: each of the fields that is set after the first.
    AtMostOneOf(&'static [&'static str]),
    /// The same, and Required when none is set.
    ExactlyOneOf(&'static [&'static str]),
    /// Required: none of the fields is set.
    AtLeastOneOf(&'static [&'static str]),
    /// Anything else: a function that reports by itself.
    Check(for<'p, 't> fn(&Field<'p, 't>, &mut Cx<'t>)),
    /// Reports the error whenever the test's conditions hold.
    Refuse(ErrorType),
    /// Invalid: any other text, "" included.
    Known(&'static [&'static str]),
    /// As [`Op::Format`], of an unset text too.
    EvenEmpty(Format),
    /// Exactly one of the fields, each with the name that the server reports it by (`""`: not at all). The
    /// fields after the first are not looked into.
    Union(&'static [(&'static str, &'static str)]),
    /// As [`Op::UniqueBy`], reported at the item.
    UniqueItemsBy(&'static [&'static str]),
    /// Invalid: more bytes.
    MaxLengthInvalid(i64),
    /// Invalid: a number that is no mode of a file.
    FileMode,
    /// The server's paths to what is in the field name it otherwise.
    Printed(&'static str),
    /// The field is a struct and no pointer in Go: it is looked into even when it is missing.
    Value,
    /// NotSupported: any other text, "" included.
    Supported(&'static [&'static str]),
    /// Required: a text with nothing but blanks.
    NotBlank,
    /// Invalid: a list that has this text and others.
    Alone(&'static str),
    /// What is in the field is not looked into when the function says so of the row's struct.
    Skip(for<'p, 't> fn(&Field<'p, 't>, &Cx<'t>) -> bool),
}

/// The fields that are looked into even when they are missing.
pub(super) fn values(rows: &'static [Row]) -> impl Iterator<Item = &'static str> {
    rows.iter().filter_map(|row| match row.path {
        [Step::Name(name)] if row.tests.iter().any(|test| matches!(test.op, Op::Value)) => Some(*name),
        _ => None,
    })
}

/// Whether a field of a struct is not looked into.
pub(super) fn skips<'t>(rows: &'static [Row], name: &str, base: &Field<'_, 't>, cx: &Cx<'t>) -> bool {
    let minor = cx.kube().minor();
    rows.iter().any(|row| {
        matches!(row.path, [Step::Name(this)] if *this == name)
            && row.tests.iter().any(|test| match test.op {
                Op::Skip(skip) => {
                    (test.since..=test.until).contains(&minor)
                        && test.when.iter().all(|cond| holds(cond, base, cx))
                        && skip(base, cx)
                }
                _ => false,
            })
    })
}

/// The name of a field in the server's paths to what is in it.
pub(super) fn printed<'t>(
    rows: &'static [Row],
    name: &'static str,
    base: &Field<'_, 't>,
    cx: &Cx<'t>,
) -> &'static str {
    let minor = cx.kube().minor();
    let tests = rows
        .iter()
        .filter(|row| matches!(row.path, [Step::Name(this)] if *this == name))
        .flat_map(|row| row.tests);
    tests
        .filter(|test| (test.since..=test.until).contains(&minor))
        .filter(|test| test.when.iter().all(|cond| holds(cond, base, cx)))
        .find_map(|test| match test.op {
            Op::Printed(other) => Some(other),
            _ => None,
        })
        .unwrap_or(name)
}

/// Runs a row on a struct.
pub(super) fn run<'t>(row: &'static Row, base: &Field<'_, 't>, cx: &mut Cx<'t>) {
    each(base, row.path, &mut |field| {
        let mut default = None;
        for test in row.tests {
            let minor = cx.kube().minor();
            if minor < test.since || minor > test.until || !test.when.iter().all(|cond| holds(cond, base, cx))
            {
                continue;
            }
            if let Op::Default(text) = test.op {
                default = Some(text);
                continue;
            }
            let before = cx.count();
            let failed = match test.at {
                None => one(&test.op, row.pointer, default, field, field, cx),
                Some(at) => {
                    let mut failed = false;
                    let before = cx.count();
                    each(base, at, &mut |place| {
                        failed |= one(&test.op, row.pointer, default, field, place, cx);
                    });
                    mark(field, before, cx);
                    failed
                }
            };
            if failed {
                if !test.why.is_empty() {
                    cx.explain(before, test.why);
                }
                break;
            }
        }
    });
}

/// Marks the field itself in findings that are reported elsewhere.
fn mark<'t>(field: &Field<'_, 't>, before: usize, cx: &mut Cx<'t>) {
    if field.value().is_none() {
        return;
    }
    let span = field.place();
    for finding in cx.found.iter_mut().skip(before) {
        if finding.related.is_empty() && finding.span != span {
            finding.related.push(Related {
                message: "this one".into(),
                file: None,
                span,
            });
        }
    }
}

/// Calls `f` for each field that a path leads to; a field that is missing counts, an item that is missing not.
fn each<'t>(field: &Field<'_, 't>, path: &[Step], f: &mut dyn FnMut(&Field<'_, 't>)) {
    match path.split_first() {
        None => f(field),
        Some((Step::Name(name), rest)) => each(&field.child(name), rest, f),
        Some((Step::Items, rest)) => field.items().for_each(|item| each(&item, rest, f)),
        Some((Step::Values, rest)) => field.entries().for_each(|value| each(&value, rest, f)),
        Some((Step::Up, rest)) => {
            if let Some(parent) = field.parent() {
                each(parent, rest, f);
            }
        }
    }
}

/// Whether a field is set in Go's sense.
pub fn is_set(field: &Field<'_, '_>, pointer: bool) -> bool {
    let Some(value) = field.value() else { return false };
    match value.kind() {
        Kind::Map | Kind::Seq if pointer => true,
        // A struct without fields equals none; so does an empty list or map.
        Kind::Map => value.entries().next().is_some(),
        Kind::Seq => value.items().next().is_some(),
        _ if value.is_filled_string() => true,
        _ => match value.scalar() {
            None | Some(Scalar::Null) => false,
            Some(_) if pointer => true,
            Some(Scalar::Str(s)) => !s.is_empty(),
            Some(Scalar::Bool(b)) => b,
            Some(Scalar::Int(i)) => i != 0,
            Some(Scalar::Uint(_)) => true,
            Some(Scalar::Float(f)) => f != 0.0,
        },
    }
}

/// The text that a condition compares: a string as it is, a boolean or number as written; "" when unset.
fn text<'t>(field: &Field<'_, 't>) -> Cow<'t, str> {
    match field.value().and_then(|v| v.scalar()) {
        None | Some(Scalar::Null) => Cow::Borrowed(""),
        Some(Scalar::Str(s)) => s,
        Some(Scalar::Bool(b)) => Cow::Borrowed(if b { "true" } else { "false" }),
        Some(Scalar::Int(i)) => Cow::Owned(i.to_string()),
        Some(_) => field
            .value()
            .map_or(Cow::Borrowed(""), |v| Cow::Borrowed(v.source())),
    }
}

fn holds<'t>(cond: &Cond, base: &Field<'_, 't>, cx: &Cx<'t>) -> bool {
    let mut from = base;
    for _ in 0..cond.up {
        let Some(parent) = from.parent() else { return false };
        from = parent;
    }
    let mut any = false;
    each(from, cond.path, &mut |field| {
        any |= match cond.is {
            Is::Set => is_set(field, cond.pointer),
            Is::Unset => !is_set(field, cond.pointer),
            Is::Equal(texts) => texts.contains(&&*text(field)),
            // What still waits to be filled in may yet become one of them.
            Is::Not(texts) => {
                let text = text(field);
                !texts.contains(&&*text) && !cx.is_unrendered(&text)
            }
        };
    });
    any
}

/// Runs one test on `field` and reports at `place`; whether it failed.
fn one<'t>(
    op: &Op,
    pointer: bool,
    default: Option<&'static str>,
    field: &Field<'_, 't>,
    place: &Field<'_, 't>,
    cx: &mut Cx<'t>,
) -> bool {
    let set = is_set(field, pointer);
    let before = cx.count();
    match op {
        Op::Default(_) | Op::Value | Op::Skip(_) => {}
        Op::Required if !set && default.is_none() => {
            let name = named(field);
            fault(cx, place, ErrorType::Required, format!("{name} is required")).help(format!("add {name}"));
        }
        Op::Forbidden if set => {
            let name = named(field);
            fault(
                cx,
                place,
                ErrorType::Forbidden,
                format!("{name} may not be set here"),
            )
            .help("remove it");
        }
        Op::Invalid if set => {
            let name = named(field);
            fault(
                cx,
                place,
                ErrorType::Invalid,
                format!("{name} may not be set here"),
            )
            .help("remove it");
        }
        Op::OneOf(allowed) if set => {
            if let Some(value) = field
                .text()
                .filter(|value| !allowed.contains(&&**value) && !cx.is_unrendered(value))
            {
                let near = allowed.iter().find(|a| a.eq_ignore_ascii_case(&value));
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("use one of {}", list(allowed)),
                };
                let shown = shown(field, cx);
                let name = named(field);
                fault(
                    cx,
                    place,
                    ErrorType::NotSupported,
                    format!("{name} does not know {shown}"),
                )
                .help(help);
            }
        }
        Op::Range(min, max) if set => {
            if let Some(value) = field.int().filter(|value| value < min || value > max) {
                let bounds = match (*min, *max) {
                    (min, i64::MAX) => format!("at least {min}"),
                    (i64::MIN, max) => format!("at most {max}"),
                    (min, max) => format!("between {min} and {max}"),
                };
                let name = named(field);
                fault(
                    cx,
                    place,
                    ErrorType::Invalid,
                    format!("{name} is {value}, but it must be {bounds}"),
                )
                .help(format!("use a number that is {bounds}"));
            }
        }
        Op::MaxLength(max) | Op::MaxLengthInvalid(max)
            if field.text().is_some_and(|value| value.len() as i64 > *max) =>
        {
            let name = named(field);
            let kind = match op {
                Op::MaxLength(_) => ErrorType::TooLong,
                _ => ErrorType::Invalid,
            };
            fault(cx, place, kind, format!("{name} has more than {max} bytes"))
                .help(format!("shorten it to {max} bytes"));
        }
        Op::FileMode if set => {
            if let Some(mode) = field.int().filter(|mode| !(0..=0o777).contains(mode)) {
                let name = named(field);
                let message =
                    format!("{name} is {mode}, but a file mode is between 0 and 0777, which is 511");
                // Written without the zero that makes it octal?
                let octal = i64::from_str_radix(&mode.to_string(), 8).ok();
                let help = match octal.filter(|octal| (0..=0o777).contains(octal)) {
                    Some(octal) => format!("did you mean octal `0{mode}`, which is {octal}?"),
                    None => "use a mode such as `0644`, which is 420".into(),
                };
                fault(cx, place, ErrorType::Invalid, message).help(help);
            }
        }
        Op::MaxItems(max) if set => {
            let count = field
                .value()
                .map_or(0, |v| v.items().count() + v.entries().count());
            if count as i64 > *max {
                let name = named(field);
                fault(
                    cx,
                    place,
                    ErrorType::TooMany,
                    format!("{name} has {count} items, more than {max}"),
                )
                .help(format!("keep {max} of them at the most"));
            }
        }
        Op::Format(format) if set => of_format(*format, field, place, cx),
        Op::EvenEmpty(format) => of_format(*format, field, place, cx),
        Op::Refuse(kind) => refuse(*kind, field, place, cx),
        Op::Known(known)
            if field
                .text()
                .is_some_and(|value| !known.contains(&&*value) && !cx.is_unrendered(&value)) =>
        {
            let name = named(field);
            let message = if set {
                format!("{name} does not know {}", shown(field, cx))
            } else {
                format!("{name} may not be empty")
            };
            fault(cx, place, ErrorType::Invalid, message).help(format!("use one of {}", list(known)));
        }
        Op::Supported(known) => supported(known, field, place, cx),
        Op::NotBlank if field.text().is_some_and(|value| value.trim().is_empty()) => {
            let name = named(field);
            let message = format!("{name} is required, but empty");
            fault(cx, place, ErrorType::Required, message).help(format!("write {name}"));
        }
        Op::Alone(word) => {
            let mut count = 0;
            let mut found = false;
            for item in field.items() {
                count += 1;
                found |= item.text().is_some_and(|text| text == *word);
            }
            if found && count > 1 {
                let name = named(field);
                let message =
                    format!("`{word}` in {name} stands for all, so nothing else may stand beside it");
                fault(cx, place, ErrorType::Invalid, message)
                    .help(format!("keep only `{word}`, or remove it"));
            }
        }
        Op::Union(members) => union(members, default.is_some(), field, place, cx),
        Op::UniqueItemsBy(keys) => unique_by(keys, true, field, cx),
        Op::Keys(format) if set => {
            for entry in field.entries() {
                for reason in format.faults(entry.name(), cx.kube()) {
                    let at = entry.key_node().map_or(field.place(), |key| key.span());
                    let name = named(field);
                    let shown = crate::rules::quote(entry.name());
                    let report = fault(
                        cx,
                        place,
                        ErrorType::Invalid,
                        format!("{shown} is no valid key of {name}: it {reason}"),
                    );
                    report.at(at);
                }
            }
        }
        Op::Unique => {
            let mut seen = std::collections::BTreeSet::new();
            for item in field.items() {
                let Some(value) = item.text() else { continue };
                if !seen.insert(value) {
                    let shown = shown(&item, cx);
                    fault(
                        cx,
                        &item,
                        ErrorType::Duplicate,
                        format!("{shown} stands in the list already"),
                    )
                    .help("remove one of them");
                }
            }
        }
        Op::UniqueBy(keys) => unique_by(keys, false, field, cx),
        Op::AtMostOneOf(names) | Op::ExactlyOneOf(names) if field.value().is_some() => {
            let mut first = None;
            for &name in *names {
                let child = field.child(name);
                if !is_set(&child, true) {
                    continue;
                }
                match first {
                    None => first = Some(name),
                    Some(first) => {
                        let message = format!("`{name}` and `{first}` exclude each other");
                        fault(cx, &child, ErrorType::Forbidden, message).help("keep one of them");
                    }
                }
            }
            if first.is_none() && matches!(op, Op::ExactlyOneOf(_)) {
                none_of(names, place, cx);
            }
        }
        Op::AtLeastOneOf(names)
            if field.value().is_some() && !names.iter().any(|name| is_set(&field.child(name), true)) =>
        {
            none_of(names, place, cx);
        }
        Op::QuantityMin(_) => {}
        Op::Check(check) => check(field, cx),
        _ => {}
    }
    cx.count() > before
}

/// Invalid, once for each fault of the text.
pub fn of_format<'t>(format: Format, field: &Field<'_, 't>, place: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(value) = field.text().filter(|value| !cx.is_unrendered(value)) else {
        return;
    };
    for reason in format.faults(&value, cx.kube()) {
        let name = named(field);
        let message = match &*value {
            "" => format!("{name} is empty, but it {reason}"),
            _ => format!("{} is no valid {name}: it {reason}", shown(field, cx)),
        };
        fault(cx, place, ErrorType::Invalid, message).help(format!("use {}", format.describe()));
    }
}

fn refuse<'t>(kind: ErrorType, field: &Field<'_, 't>, place: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let name = named(field);
    let scalar = field.value().is_some_and(|value| value.scalar().is_some());
    let (message, help) = match kind {
        ErrorType::Required => (format!("{name} is required here"), "add it"),
        ErrorType::Forbidden => (format!("{name} may not be set here"), "remove it"),
        _ if !field.is_set() => (format!("{name} may not be empty here"), "set it"),
        _ if scalar => (
            format!("{name} may not be {} here", shown(field, cx)),
            "change or remove it",
        ),
        _ => (format!("{name} is wrong"), "change it"),
    };
    fault(cx, place, kind, message).help(help);
}

/// The first of a union's members that is set.
fn chosen(members: &[(&'static str, &'static str)], field: &Field<'_, '_>) -> Option<&'static str> {
    let mut names = members.iter().map(|(name, _)| *name);
    names.find(|name| is_set(&field.child(name), true))
}

/// Whether the server does not look into `name`, because another member of its union was set first.
pub(super) fn is_passed_over(rows: &[Row], field: &Field<'_, '_>, name: &str) -> bool {
    rows.iter().flat_map(|row| row.tests).any(|test| match test.op {
        Op::Union(members) => {
            members
                .iter()
                .any(|(member, reported)| *member == name && !reported.is_empty())
                && chosen(members, field).is_some_and(|first| first != name)
        }
        _ => false,
    })
}

fn union<'t>(
    members: &[(&'static str, &'static str)],
    filled: bool,
    field: &Field<'_, 't>,
    place: &Field<'_, 't>,
    cx: &mut Cx<'t>,
) {
    let Some(first) = chosen(members, field) else {
        if filled {
            return;
        }
        let known: Vec<&str> = members.iter().take(4).map(|(name, _)| *name).collect();
        fault(
            cx,
            place,
            ErrorType::Required,
            "it names no kind of source, of which it needs exactly one",
        )
        .help(format!("add one, such as {}", list(&known)));
        return;
    };
    for &(name, reported) in members {
        let child = field.child(name);
        if name == first || reported.is_empty() || !is_set(&child, true) {
            continue;
        }
        let message = format!("`{name}` and `{first}` exclude each other");
        let span = child.place();
        fault(cx, &field.child(reported), ErrorType::Forbidden, message)
            .at(span)
            .help("keep one of them");
    }
}

fn supported<'t>(known: &[&str], field: &Field<'_, 't>, place: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(value) = field.text() else { return };
    if known.contains(&&*value) || cx.is_unrendered(&value) {
        return;
    }
    let name = named(field);
    let message = if value.is_empty() {
        format!("{name} may not be empty")
    } else {
        format!("{name} does not know {}", shown(field, cx))
    };
    fault(cx, place, ErrorType::NotSupported, message).help(format!("use one of {}", list(known)));
}

fn none_of<'t>(names: &[&str], place: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let list = list(names);
    fault(
        cx,
        place,
        ErrorType::Required,
        format!("one of {list} is required"),
    )
    .help("add one of them");
}

fn unique_by<'t>(keys: &[&'static str], whole: bool, field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let mut seen = std::collections::BTreeMap::new();
    for item in field.items() {
        let key: Vec<Cow<'_, str>> = keys.iter().map(|key| text(&item.child(key))).collect();
        if key.iter().all(|part| part.is_empty()) {
            continue;
        }
        let Some(last) = keys.last() else { return };
        let at = item.child(last);
        match seen.entry(key) {
            std::collections::btree_map::Entry::Vacant(slot) => {
                slot.insert(at.place());
            }
            std::collections::btree_map::Entry::Occupied(first) => {
                let first = *first.get();
                let shown = shown(&at, cx);
                fault(
                    cx,
                    if whole { &item } else { &at },
                    ErrorType::Duplicate,
                    format!("{shown} is used twice in this list"),
                )
                .help("give each its own")
                .related(first, "first used here");
            }
        }
    }
}

fn named(field: &Field<'_, '_>) -> String {
    match field.name() {
        "" => "the item".into(),
        name => format!("`{name}`"),
    }
}

fn shown<'t>(field: &Field<'_, 't>, cx: &Cx<'t>) -> Cow<'static, str> {
    field
        .value()
        .map_or(Cow::Borrowed("the value"), |value| cx.shown(value))
}

fn list(words: &[&str]) -> String {
    words
        .iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
