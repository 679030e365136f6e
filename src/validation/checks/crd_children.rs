//! The schemas within a schema: of fields, items and values, below `not`, `allOf`, `oneOf` and `anyOf`, and what may be
//! referred to. What surrounds each of them decides what the server demands of it.

use super::crd_default::In;
use super::crd_nested;
use super::crd_parts::{Part, PartSet, Parts, is_true, text};
use super::crd_rules::Step;
use super::crd_schema::{Around, Mode, Walker};
use crate::cel::max_elements;
use crate::manifest::Field;
use crate::validation::custom::MetaPart;

impl<'t> Walker<'_, 't> {
    fn step(&mut self, child: &Field<'_, 't>, mode: Mode, around: Around, depth: u32) {
        if let Some(node) = child.value().filter(|node| node.is_map()) {
            self.visit(child, &Parts::of(node), mode, around, depth + 1);
        }
    }

    pub(super) fn children(
        &mut self,
        s: &Field<'_, 't>,
        p: &Parts<'t>,
        mode: Mode,
        around: Around,
        depth: u32,
    ) {
        const JUNCTORS: PartSet = PartSet::of(&[
            Part::not,
            Part::all_of,
            Part::one_of,
            Part::any_of,
            Part::definitions,
            Part::dependencies,
        ]);
        const BELOW: PartSet =
            PartSet::of(&[Part::additional_properties, Part::properties, Part::items]).and(JUNCTORS);
        if !p.has_any(BELOW) {
            return;
        }
        let nested = matches!(mode, Mode::Nested | Mode::Plain);
        // Of a map of a type that does not exist the server does not know what was there before.
        let told = p.map_type().is_none() || matches!(&*text(p.map_type()), "granular" | "atomic");
        let of_object = depth == 0 || is_true(p.embedded());
        let declared = around
            .default_of
            .map(|of| if of_object { In::Object } else { of });
        let times = match (around.times, s.value()) {
            (Some(times), Some(node)) => max_elements(node).map(|most| times.saturating_mul(most)),
            _ => None,
        };
        let around = Around {
            default_of: None,
            times,
            ..around
        };
        if let Some(entry) = p.additional_properties() {
            let mode = if nested { Mode::Plain } else { Mode::Field };
            let around = Around {
                defaults: around.defaults && !around.meta,
                step: Step::Values,
                ..around
            };
            self.step(&s.child_entry("additionalProperties", entry), mode, around, depth);
        }
        if let Some(entry) = p.properties() {
            let below = if nested { mode } else { Mode::Field };
            let of_field = Around {
                default_of: declared,
                old: around.old && told,
                ..around
            };
            let properties = s.child_entry("properties", entry);
            for entry in entry.value.entries() {
                let name = entry.key.key_text().unwrap_or_default();
                let property = properties.key_entry(name, Some(entry));
                let mut around = of_field;
                match (declared, MetaPart::of_object(property.name())) {
                    (_, Some(part)) if of_object => {
                        around.meta = true;
                        around.defaults &= depth != 0;
                        around.default_of = declared.map(|_| In::Meta(part));
                    }
                    (Some(In::Meta(part)), _) => {
                        around.default_of = Some(In::Meta(part.field(property.name())));
                    }
                    _ => {}
                }
                if entry.value.is_map() {
                    let parts = Parts::of(entry.value);
                    self.visit(&property, &parts, below, around, depth + 1);
                } else if entry.value.is_null() {
                    // A null is a schema that says nothing.
                    self.visit(&property, &Parts::NONE, below, around, depth + 1);
                }
            }
        }
        if let Some(entry) = p.items() {
            let items = s.child_entry("items", entry);
            let below = if nested { mode } else { Mode::Item };
            let of_items = declared.map(|of| match of {
                In::Meta(_) => In::Meta(MetaPart::Other),
                In::Object => of,
            });
            let around = Around {
                default_of: of_items,
                old: around.old && text(p.list_type()) == "map",
                step: Step::Items,
                ..around
            };
            self.step(&items, below, around, depth);
            for item in items.items() {
                self.step(&item, Mode::Plain, around, depth);
            }
        }
        if p.has_any(JUNCTORS) {
            self.junctors(s, p, mode, around, depth);
        }
    }

    /// What stands below `not`, `allOf`, `oneOf`, `anyOf`, and what can be referred to.
    fn junctors(&mut self, s: &Field<'_, 't>, p: &Parts<'t>, mode: Mode, around: Around, depth: u32) {
        let nested = matches!(mode, Mode::Nested | Mode::Plain);
        let below = match mode {
            Mode::Plain => Mode::Plain,
            _ => Mode::Nested,
        };
        if let Some(entry) = p.not() {
            self.step(&s.child_entry("not", entry), below, around, depth);
        }
        let pattern = crd_nested::is_int_or_string(p.any_of());
        for (name, entry) in [
            ("allOf", p.all_of()),
            ("oneOf", p.one_of()),
            ("anyOf", p.any_of()),
        ] {
            let Some(entry) = entry else { continue };
            let list = s.child_entry(name, entry);
            for (i, branch) in list.items().enumerate() {
                // Integer or string may be said in two ways.
                let said = match name {
                    "anyOf" => pattern && !nested,
                    _ => false,
                };
                let mode = if said { Mode::Plain } else { below };
                if name == "allOf" && i == 0 && !nested && self.structural {
                    self.first_of_all(&branch, around, depth);
                } else {
                    self.step(&branch, mode, around, depth);
                }
            }
        }
        for (name, entry) in [
            ("definitions", p.definitions()),
            ("dependencies", p.dependencies()),
        ] {
            if let Some(entry) = entry {
                for schema in s.child_entry(name, entry).entries() {
                    self.step(&schema, Mode::Plain, around, depth);
                }
            }
        }
    }

    /// The first branch of `allOf` may hold the two types of an int-or-string in its `anyOf`.
    fn first_of_all(&mut self, branch: &Field<'_, 't>, around: Around, depth: u32) {
        let Some(node) = branch.value().filter(|node| node.is_map()) else {
            return;
        };
        let mut parts = Parts::of(node);
        if crd_nested::is_int_or_string(parts.any_of())
            && let Some(entry) = parts.any_of()
        {
            parts.forget_any_of();
            for schema in branch.child_entry("anyOf", entry).items() {
                self.step(&schema, Mode::Plain, around, depth + 1);
            }
        }
        self.visit(branch, &parts, Mode::Nested, around, depth + 1);
    }
}
