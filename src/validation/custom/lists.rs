//! Lists whose items must differ: sets, and lists that are maps by keys of their items.

use super::place::{Part, Place};
use super::schema::{ListType, Schema};
use super::validate::{Fault, Validator, at};
use super::value::{self, Data, Value};
use super::words::subject;
use crate::catalogue::ids;
use crate::diagnostic::ErrorType;

/// Longer lists are not compared, item with item.
const LONGEST: usize = 2_000;

impl<'t> Validator<'_, 't> {
    /// Looks for repeated items in all lists of a value, and at the types of embedded objects.
    pub(super) fn lists(&mut self, value: &Value<'t>, schema: &Schema<'_>, place: &Place<'_, 't>) {
        match &value.data {
            Data::Map(entries) => {
                if schema.embedded && !place.is_root() {
                    self.type_meta(value, place);
                    self.metadata(value, place);
                }
                for (name, inner) in entries {
                    if let Some(property) = schema.property(name) {
                        self.lists(inner, property, &at(place, Part::Name(name), inner));
                    } else if let Some(free) = schema.additional_schema() {
                        self.lists(inner, free, &at(place, Part::Key(name), inner));
                    }
                }
            }
            Data::List(items) => {
                if items.len() <= LONGEST {
                    match schema.list {
                        ListType::Set => self.set(items, place),
                        ListType::Map => self.keyed(items, schema, place),
                        ListType::Atomic => {}
                    }
                }
                if let Some(inner) = schema.item() {
                    for (i, item) in items.iter().enumerate() {
                        self.lists(item, inner, &at(place, Part::Index(i as u32), item));
                    }
                }
            }
            _ => {}
        }
    }

    fn set(&mut self, items: &[Value<'t>], place: &Place<'_, 't>) {
        let same = |a: &Value<'t>, b: &Value<'t>| value::equal(&a.data, &b.data) == Some(true);
        self.repeated(
            items,
            same,
            place,
            "stands in the list already, and must be unique",
        );
    }

    fn keyed(&mut self, items: &[Value<'t>], schema: &Schema<'_>, place: &Place<'_, 't>) {
        let odd = items
            .iter()
            .position(|item| !matches!(item.data, Data::Map(_) | Data::Null | Data::Open));
        if let Some(i) = odd
            && let Some(item) = items.get(i)
        {
            let here = at(place, Part::Index(i as u32), item);
            let text = format!(
                "{} must be a mapping with the keys of the list; the API server refuses the object",
                subject(&here.path())
            );
            return self.say(Fault {
                rule: ids::SCHEMA_INVALID,
                kind: ErrorType::Invalid,
                span: here.span(),
                path: here.bracketed(),
                text,
                help: None,
            });
        }
        let same = |a: &Value<'t>, b: &Value<'t>| {
            if matches!(a.data, Data::Open) || matches!(b.data, Data::Open) {
                return false;
            }
            schema.keys.iter().all(|key| match (a.get(key), b.get(key)) {
                (None, None) => true,
                (Some(a), Some(b)) => value::equal(&a.data, &b.data) == Some(true),
                _ => false,
            })
        };
        let keys: Vec<String> = schema.keys.iter().map(|key| crate::quote::quote(key)).collect();
        let what = format!("has the same {} as an item before it", keys.join(" and "));
        self.repeated(items, same, place, &what);
    }

    /// The server names the first repetition of each item.
    fn repeated(
        &mut self,
        items: &[Value<'t>],
        same: impl Fn(&Value<'t>, &Value<'t>) -> bool,
        place: &Place<'_, 't>,
        what: &str,
    ) {
        for (i, item) in items.iter().enumerate() {
            let before: Vec<usize> = (0..i)
                .filter(|j| items.get(*j).is_some_and(|other| same(item, other)))
                .collect();
            let [first] = before[..] else { continue };
            let here = at(place, Part::Index(i as u32), item);
            let text = format!(
                "{} {what}; the API server refuses the object",
                subject(&here.path())
            );
            let path = here.bracketed();
            let other = items
                .get(first)
                .map(|other| at(place, Part::Index(first as u32), other).span());
            let mut report = self
                .cx
                .report_as(ids::SCHEMA_DUPLICATE, here.span(), text)
                .help("remove one of them")
                .refusal(ErrorType::Duplicate, path);
            if let Some(label) = self.label {
                report = report.label(label);
            }
            if let Some(other) = other {
                report = report.related(other, "the other one");
            }
            let _ = report;
        }
    }
}
