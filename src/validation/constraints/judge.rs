//! What each test does.

use super::faults::{
    Repeats, choose, is_in_unreadable, meant_word, named, none_of, of_format, refuse, shown, supported,
    union, unique_by,
};
use super::run::is_set;
use super::{Op, fault, warned};
use crate::catalogue::ids;
use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;

/// Runs one test on `field` and reports at `place`; whether it failed.
pub(super) fn judge<'t>(
    op: &Op,
    pointer: bool,
    default: Option<&'static str>,
    field: &Field<'_, 't>,
    place: &Field<'_, 't>,
    cx: &mut Cx<'t>,
) -> bool {
    let before = cx.count();
    if let Op::Check(check, _) = op {
        check(field, cx);
        return cx.count() > before;
    }
    let set = is_set(field, pointer);
    match op {
        Op::Default(_) | Op::Value | Op::Skip(_) => {}
        Op::Required if !set && default.is_none() && !is_in_unreadable(field) => {
            let name = named(field);
            let is_empty = field
                .value()
                .is_some_and(|value| value.str().is_some_and(|text| text.is_empty()));
            let (message, help) = match is_empty {
                true => (
                    format!("{name} is empty, but it is required"),
                    "give it a value".into(),
                ),
                false => (format!("{name} is required"), format!("add {name}")),
            };
            fault(cx, place, ErrorType::Required, message)
                .help(help)
                .only_missing();
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
        Op::OneOf(allowed)
            if set
                && field
                    .text()
                    .is_some_and(|value| !allowed.contains(&&*value) && !cx.is_unrendered(&value)) =>
        {
            let message = format!("{} does not know {}", named(field), shown(field, cx));
            meant_word(fault(cx, place, ErrorType::NotSupported, message), field, allowed);
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
            fault(cx, place, ErrorType::Invalid, message)
                .help(choose(known, &field.text().unwrap_or_default()));
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
        Op::UniqueItemsBy(keys) => unique_by(keys, Repeats::Item, field, cx),
        Op::UniqueEvenEmptyBy(keys) => unique_by(keys, Repeats::KeyEvenEmpty, field, cx),
        Op::Keys(format) if set => {
            for entry in field.entries() {
                for reason in format.faults(entry.name(), cx.kube()) {
                    let at = entry.key_node().map_or(field.place(), |key| key.span());
                    let name = named(field);
                    let shown = crate::quote::quote(entry.name());
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
            let mut seen = std::collections::HashSet::new();
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
        Op::UniqueBy(keys) => unique_by(keys, Repeats::Key, field, cx),
        Op::MergedBy(keys) => warned::merged_by(keys, field, cx),
        Op::Deprecated(texts) if set => {
            warned::told(
                ids::DEPRECATION_DEPRECATED_FIELD,
                "is deprecated",
                texts,
                field,
                cx,
            );
        }
        Op::Removed(texts) if set => {
            warned::told(
                ids::DEPRECATION_REMOVED_FEATURE,
                "has lost its function",
                texts,
                field,
                cx,
            );
        }
        Op::NoEffect(texts) if set => {
            warned::told(ids::SCHEMA_NO_EFFECT, "has no effect here", texts, field, cx);
        }
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
        _ => {}
    }
    cx.count() > before
}
