//! What a schema says of numbers: their bounds, and what their formats can hold.

use super::place::Place;
use super::schema::{Schema, Types};
use super::validate::{Outcome, Validator};
use super::value::{self, Data, Value};
use super::words;
use crate::catalogue::ids;
use crate::diagnostic::{Diagnostic, ErrorType};

/// A number as the server compares it.
struct Number {
    /// The number itself; `Int` or `Float`.
    exact: Exact,
    /// The same as a float, by which bounds are compared.
    value: f64,
    /// What its type can hold, from the first to before the second, where the server minds.
    capacity: Option<(f64, f64)>,
}

#[derive(Clone, Copy)]
enum Exact {
    Int(i64),
    Float(f64),
}

/// What is wrong with a number, as what it must be.
#[derive(Default)]
struct Faults {
    /// Bounds that do not hold.
    must: Vec<String>,
    /// What its type cannot hold: itself, or a bound.
    unfit: Vec<String>,
}

impl Number {
    fn of(data: &Data<'_>, capacity: Option<(f64, f64)>) -> Option<Number> {
        let (exact, value) = match *data {
            Data::Int(n) => (Exact::Int(n), n as f64),
            Data::Float(n) => (Exact::Float(n), n),
            _ => return None,
        };
        Some(Number {
            exact,
            value,
            capacity,
        })
    }

    /// Whether its type can hold it.
    fn is_held(&self) -> bool {
        match self.exact {
            Exact::Int(n) => self
                .capacity
                .is_none_or(|(least, most)| (least as i128..most as i128).contains(&i128::from(n))),
            Exact::Float(n) => self.can_hold(n),
        }
    }

    /// Whether its type can hold a bound.
    fn can_hold(&self, bound: f64) -> bool {
        self.capacity
            .is_none_or(|(least, most)| bound.fract() == 0.0 && (least..most).contains(&bound))
    }

    /// A bound as it is compared: of whole numbers it is cut to a whole number itself. One that is no number of the
    /// type is a fault as well, and is compared as it stands.
    fn compared(&self, name: &str, bound: f64, faults: &mut Faults) -> f64 {
        if !self.can_hold(bound) {
            faults.unfit.push(format!(
                "has a `{name}` in its schema that is no whole number which its format can hold"
            ));
            return bound;
        }
        match self.exact {
            Exact::Int(_) => in_64_bits(bound),
            Exact::Float(_) => bound,
        }
    }

    fn multiple_of(&self, factor: f64, minor: u8, faults: &mut Faults) {
        let by = self.compared("multipleOf", factor, faults);
        if by <= 0.0 {
            // Servers before that fall over it.
            const SINCE: u8 = 27;
            if minor >= SINCE {
                faults.must.push(format!(
                    "must be a multiple of {}, of which the server makes {} for whole numbers: none will do",
                    words::number(factor),
                    words::number(by)
                ));
            }
            return;
        }
        let is_apart = match self.exact {
            Exact::Int(n) if by.fract() == 0.0 => n.checked_rem(by as i64).is_some_and(|rest| rest != 0),
            _ if factor < 1.0 => !value::is_whole(1.0 / factor * self.value),
            _ => !value::is_whole(self.value / factor),
        };
        if is_apart {
            let must = format!("must be a multiple of {}", words::number(factor));
            faults.must.push(must);
        }
    }

    fn at_most(&self, most: f64, excluded: bool, faults: &mut Faults) {
        let limit = self.compared("maximum", most, faults);
        if self.value > limit || (excluded && self.value >= limit) {
            let or = if excluded { "less than" } else { "at most" };
            faults.must.push(format!("must be {or} {}", words::number(most)));
        }
    }

    fn at_least(&self, least: f64, excluded: bool, faults: &mut Faults) {
        let limit = self.compared("minimum", least, faults);
        if self.value < limit || (excluded && self.value <= limit) {
            let or = if excluded { "greater than" } else { "at least" };
            faults.must.push(format!("must be {or} {}", words::number(least)));
        }
    }
}

impl<'t> Validator<'_, 't> {
    pub(super) fn number(
        &mut self,
        value: &Value<'t>,
        schema: &Schema<'_>,
        place: &Place<'_, 't>,
        loud: bool,
        outcome: &mut Outcome,
    ) {
        outcome.count += 2;
        let Some(number) = Number::of(&value.data, self.capacity(schema)) else {
            return;
        };
        let mut faults = Faults::default();
        if !number.is_held() {
            outcome.errors += 1;
            if loud && !self.repeat_mismatch(place) {
                let must = "must be a whole number that its format can hold";
                self.junctor(ids::SCHEMA_INVALID, place, must);
            }
        }
        if let Some(factor) = schema.multiple_of {
            number.multiple_of(factor, self.cx.kube().minor(), &mut faults);
        }
        if let Some(most) = schema.maximum {
            number.at_most(most, schema.below_maximum, &mut faults);
        }
        if let Some(least) = schema.minimum {
            number.at_least(least, schema.above_minimum, &mut faults);
        }
        outcome.errors += (faults.must.len() + faults.unfit.len()) as u32;
        if loud {
            for must in faults.must {
                self.refuse(ids::SCHEMA_INVALID, ErrorType::Invalid, place, &must, None);
            }
            for must in faults.unfit {
                self.junctor(ids::SCHEMA_INVALID, place, &must);
            }
        }
    }

    /// What is no whole number is a fault of its type, too: to people that is one. Whether it was reported.
    fn repeat_mismatch(&mut self, place: &Place<'_, 't>) -> bool {
        let path = self.path_of(place);
        let of_type = |found: &&Diagnostic| {
            let refusal = found.refusal.as_ref();
            refusal.is_some_and(|refusal| refusal.kind == ErrorType::TypeInvalid && refusal.field == path)
        };
        if self.cx.left_out().is_some_and(|finding| of_type(&finding)) {
            return true; // and so is this one
        }
        // It was reported just before, but for what alternatives said.
        let Some(mut again) = self.cx.found.iter().rev().take(8).find(of_type).cloned() else {
            return false;
        };
        again.fix = None;
        if let Some(refusal) = &mut again.refusal {
            (refusal.kind, refusal.field) = (ErrorType::Invalid, self.no_path());
        }
        self.cx.found.push(again);
        true
    }

    /// What numbers the server holds for whole ones, from the first to before the second, where it minds.
    fn capacity(&self, schema: &Schema<'_>) -> Option<(f64, f64)> {
        const SINCE: u8 = 35;
        if self.cx.kube().minor() < SINCE || schema.said != Types::INTEGER {
            return None;
        }
        // Of the formats of numbers only one counted in custom resources, and that late.
        const COUNT_SINCE: u8 = 36;
        let counts = |format: &&str| {
            self.default.is_some() || (*format == "int32" && self.cx.kube().minor() >= COUNT_SINCE)
        };
        Some(match schema.said_format.as_deref().filter(counts) {
            Some("int32") => (-2f64.powi(31), 2f64.powi(31)),
            Some("uint32") => (0.0, 2f64.powi(32)),
            Some("uint64") => (0.0, 2f64.powi(64)),
            _ => (-2f64.powi(63), 2f64.powi(63)),
        })
    }
}

/// A bound, as the server makes a whole number of 64 bits of it.
fn in_64_bits(bound: f64) -> f64 {
    let bits = 2f64.powi(63);
    match bound.trunc() {
        whole if (-bits..bits).contains(&whole) => whole,
        _ => -bits,
    }
}
