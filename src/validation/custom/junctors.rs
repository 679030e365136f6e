//! `allOf`, `anyOf`, `oneOf` and `not`. The server reports them at no path at all, and beside an alternative that
//! fails the faults of the branch that it finds nearest.

use super::place::{Part, Place};
use super::schema::{Lazy, Schema};
use super::validate::{Fault, Outcome, Validator};
use super::value::Value;
use crate::catalogue::ids;
use crate::diagnostic::{ErrorType, RuleId};

/// How a value fits branches.
struct Fits<'s, 'd> {
    /// How many it fits.
    fit: u32,
    /// Whether it is not known of one.
    doubt: bool,
    /// What was matched in the first that it fits.
    first: u32,
    /// Where it fits none: the branch in which the most was matched.
    nearest: Option<&'s Lazy<'d>>,
}

impl<'t> Validator<'_, 't> {
    pub(super) fn junctors(
        &mut self,
        value: &Value<'t>,
        schema: &Schema<'_>,
        place: &Place<'_, 't>,
        loud: bool,
        outcome: &mut Outcome,
    ) {
        if !schema.any_of.is_empty() {
            self.any_of(value, &schema.any_of, place, loud, outcome);
        }
        if !schema.one_of.is_empty() {
            self.one_of(value, &schema.one_of, place, loud, outcome);
        }
        if !schema.all_of.is_empty() {
            self.all_of(value, &schema.all_of, place, loud, outcome);
        }
        if let Some(not) = &schema.not {
            let result = self.value(value, not.get(), place, false);
            if result.errors == 0 {
                if result.doubt {
                    outcome.doubt = true;
                } else {
                    outcome.errors += 1;
                    if loud {
                        let names = required(std::slice::from_ref(not));
                        let text = match names {
                            Some(names) => format!("may not have {}", names.join(" and ")),
                            None => "is what the definition excludes with `not`".into(),
                        };
                        self.junctor(ids::SCHEMA_INVALID, place, &text);
                    }
                }
            }
        }
    }

    fn any_of(
        &mut self,
        value: &Value<'t>,
        branches: &[Lazy<'_>],
        place: &Place<'_, 't>,
        loud: bool,
        outcome: &mut Outcome,
    ) {
        let Fits {
            fit,
            doubt,
            first,
            nearest,
        } = self.fits(value, branches, place, 1);
        if fit > 0 {
            outcome.count += first;
            return;
        }
        if doubt {
            outcome.doubt = true;
            return;
        }
        outcome.errors += 1;
        let text = match required(branches) {
            Some(names) => Text::Required(format!("needs at least one of {}", names.join(", "))),
            None => Text::Any("fits none of the alternatives in `anyOf`".into()),
        };
        self.failed(value, &text, nearest, place, loud, outcome);
    }

    /// Tries branches, until so many fit.
    fn fits<'s, 'd>(
        &mut self,
        value: &Value<'t>,
        branches: &'s [Lazy<'d>],
        place: &Place<'_, 't>,
        enough: u32,
    ) -> Fits<'s, 'd> {
        let mut fits = Fits {
            fit: 0,
            doubt: false,
            first: 0,
            nearest: None,
        };
        let mut most = None;
        for branch in branches {
            let result = self.value(value, branch.get(), place, false);
            if result.errors > 0 {
                if fits.fit == 0 && most.is_none_or(|most| result.count > most) {
                    most = Some(result.count);
                    fits.nearest = Some(branch);
                }
            } else if result.doubt {
                fits.doubt = true;
            } else {
                if fits.fit == 0 {
                    fits.first = result.count;
                    fits.nearest = None;
                }
                fits.fit += 1;
                if fits.fit == enough {
                    break;
                }
            }
        }
        fits
    }

    /// Reports alternatives that failed, and why the nearest of them did.
    fn failed(
        &mut self,
        value: &Value<'t>,
        text: &Text,
        nearest: Option<&Lazy<'_>>,
        place: &Place<'_, 't>,
        loud: bool,
        outcome: &mut Outcome,
    ) {
        let from = self.cx.count();
        if loud {
            let (rule, text) = match text {
                Text::Required(text) => (ids::SCHEMA_REQUIRED, text),
                Text::Any(text) => (ids::SCHEMA_INVALID, text),
            };
            self.junctor(rule, place, text);
        }
        let Some(branch) = nearest else { return };
        match text {
            // The same in other words, so that people are shown it once.
            Text::Required(text) => {
                outcome.add(self.value(value, branch.get(), place, false));
                if let (true, Some(name)) = (loud, branch.get().required.first()) {
                    let missing = Place {
                        up: Some(place),
                        part: Part::Name(name),
                        key: None,
                        value: None,
                    };
                    let fault = self.fault(ids::SCHEMA_REQUIRED, place, text);
                    self.say(Fault {
                        kind: ErrorType::Required,
                        path: self.path_of(&missing),
                        ..fault
                    });
                }
            }
            Text::Any(_) => {
                outcome.add(self.value(value, branch.get(), place, loud));
                self.cx.explain(
                    from + usize::from(loud),
                    "that is the nearest of several alternatives",
                );
            }
        }
    }

    fn one_of(
        &mut self,
        value: &Value<'t>,
        branches: &[Lazy<'_>],
        place: &Place<'_, 't>,
        loud: bool,
        outcome: &mut Outcome,
    ) {
        let Fits {
            fit,
            doubt,
            first,
            nearest,
        } = self.fits(value, branches, place, u32::MAX);
        if fit <= 1 && doubt {
            outcome.doubt = true;
            return;
        }
        if fit == 1 {
            outcome.count += first;
            return;
        }
        outcome.errors += 1;
        let text = match required(branches) {
            Some(names) => {
                let have = if fit == 0 { "none" } else { "several" };
                Text::Required(format!(
                    "needs exactly one of {}, and has {have}",
                    names.join(", ")
                ))
            }
            None if fit == 0 => Text::Any("fits none of the alternatives in `oneOf`".into()),
            None => Text::Any(format!(
                "fits {fit} of the alternatives in `oneOf`, and may fit only one"
            )),
        };
        self.failed(value, &text, nearest, place, loud, outcome);
    }

    fn all_of(
        &mut self,
        value: &Value<'t>,
        branches: &[Lazy<'_>],
        place: &Place<'_, 't>,
        loud: bool,
        outcome: &mut Outcome,
    ) {
        let before = outcome.errors;
        for branch in branches {
            outcome.add(self.value(value, branch.get(), place, loud));
        }
        if outcome.errors > before {
            outcome.errors += 1;
            if loud {
                let text = "does not fit all that is asked for in `allOf`";
                self.junctor(ids::SCHEMA_INVALID, place, text);
            }
        }
    }

    /// Reports a fault that the server gives no path.
    pub(super) fn junctor(&mut self, rule: RuleId, place: &Place<'_, 't>, must: &str) {
        let fault = self.fault(rule, place, must);
        self.say(fault);
    }

    fn fault(&self, rule: RuleId, place: &Place<'_, 't>, must: &str) -> Fault {
        Fault {
            rule,
            kind: ErrorType::Invalid,
            span: place.span(),
            path: self.no_path(),
            text: format!(
                "{} {must}; the API server refuses the object",
                self.subject(place)
            ),
            help: None,
        }
    }
}

/// What alternatives that failed are about.
enum Text {
    /// They only ask for fields.
    Required(String),
    Any(String),
}

/// The fields that branches ask for, when that is all they do.
fn required(branches: &[Lazy<'_>]) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for branch in branches {
        let mut entries = branch.node().entries();
        if !entries.all(|entry| entry.key.key_is("required")) {
            return None;
        }
        let schema = branch.get();
        let [name] = &*schema.required else { return None };
        names.push(crate::quote::quote(name));
    }
    (!names.is_empty()).then_some(names)
}
