//! What calls of functions cost on top of their arguments, and how long their results are.

use super::place::{Place, Step as Way};
use super::sizes::{Size, by};
use super::{Coster, LIST, Made, add, sized};
use crate::cel::ast::{Expr, Id};
use crate::cel::types::{Simple, Type};

/// Going over a string costs this much for each character, and a pattern for each of its own.
const TRAVERSAL: f64 = 0.1;
const PATTERN: f64 = 0.25;
/// The pattern of a format is taken to be this long.
const FORMAT: f64 = 128.0;
/// An address has as many bytes at the most.
const ADDRESS: u64 = 16;

/// What a call costs by itself, and the size of its result where the server tells one.
struct Call {
    cost: u64,
    size: Option<Size>,
    /// The size of the result's items, where the expression itself tells it.
    inner: Option<Size>,
}

impl Call {
    fn of(cost: u64) -> Call {
        Call {
            cost,
            size: None,
            inner: None,
        }
    }

    fn giving(cost: u64, size: Size) -> Call {
        Call {
            size: Some(size),
            ..Call::of(cost)
        }
    }
}

impl<'s, 't> Coster<'_, 's, 't> {
    /// A call of a function; `before` is what its receiver and arguments cost.
    pub(super) fn function(
        &self,
        id: Id,
        name: &str,
        target: Option<(&Made<'t>, Id)>,
        (made, ids): (&[Made<'t>], &[Id]),
        before: u64,
    ) -> Made<'t> {
        let call = match target {
            Some((of, target)) => self.on(name, (of, self.kind(target)), (made, ids)),
            None => self.alone(name, (made, ids)),
        };
        let Call { cost, size, inner } = call.unwrap_or(Call::of(1));
        let cost = add(before, cost);
        match size {
            Some(size) => Made {
                inner,
                ..sized(cost, size)
            },
            None if is_optional_part(name) => self.optional(id, cost),
            None => self.plain(id, cost),
        }
    }

    /// A function without a receiver; `None` costs one step.
    fn alone(&self, name: &str, (made, ids): (&[Made<'t>], &[Id])) -> Option<Call> {
        let kind = |i: usize| ids.get(i).map_or(&Type::DYN, |id| self.kind(*id));
        Some(match (name, made) {
            ("_==_" | "_!=_", [a, b]) => match (kind(0), kind(1)) {
                // A type of Kubernetes' own.
                (Type::Is(Simple::Opaque(_)), _) | (_, Type::Is(Simple::Opaque(_))) => return None,
                _ => compared(a, b),
            },
            ("_<_" | "_<=_" | "_>_" | "_>=_", [a, b]) => {
                match may_be(kind(0), is_text) && may_be(kind(1), is_text) {
                    true if kind(0).is_dyn() && kind(1).is_dyn() => Call::of(compared(a, b).cost.max(1)),
                    true => compared(a, b),
                    false => return None,
                }
            }
            ("_+_", [a, b]) => return sum((a, kind(0)), (b, kind(1))),
            ("_in_", [_, list]) => match kind(1) {
                Type::Map(..) => return None,
                Type::List(_) => Call::of(list.size.max),
                _ => Call::of(list.size.max.max(1)),
            },
            ("string", [of]) => match kind(0) {
                Type::Is(Simple::Bytes) => Call::giving(of.size.by(TRAVERSAL), bytes_as_text(of.size)),
                kind if kind.is_dyn() => Call::giving(of.size.by(TRAVERSAL).max(1), bytes_as_text(of.size)),
                _ => return None,
            },
            ("bytes", [of]) if may_be(kind(0), |kind| *kind == Type::STRING) => {
                Call::giving(of.size.by(TRAVERSAL), of.size.times(Size::fixed(4)))
            }
            ("strings.quote", [of]) => {
                let size = of.size.times(Size { min: 1, max: 2 });
                Call::giving(of.size.by(TRAVERSAL), size.plus(Size::fixed(2)))
            }
            ("url" | "jsonpatch.escapeKey", [of]) => Call::giving(of.size.by(TRAVERSAL), of.size),
            (
                "cidr" | "isCIDR" | "ip" | "isIP" | "quantity" | "isQuantity" | "semver" | "isSemver",
                [of, ..],
            ) => Call::of(of.size.by(TRAVERSAL)),
            ("ip.isCanonical", [of]) => Call::of(of.size.by(2.0 * TRAVERSAL)),
            ("sets.contains" | "sets.intersects", [a, b]) => Call::of(add(a.size.times(b.size).max, 1)),
            ("sets.equivalent", [a, b]) => Call::of(add(a.size.times(b.size).max.saturating_mul(2), 1)),
            ("lists.range", [_]) => {
                let size = ids.first().and_then(|id| self.number(*id));
                allocated(1, size.map_or(Size::fixed(u64::MAX), Size::fixed))
            }
            _ => return None,
        })
    }

    /// A function with a receiver; `None` costs one step.
    fn on(
        &self,
        name: &str,
        (of, kind): (&Made<'t>, &Type),
        (made, ids): (&[Made<'t>], &[Id]),
    ) -> Option<Call> {
        let size = of.size;
        Some(match (name, made) {
            ("matches", [pattern]) => Call::of(searched(size, pattern.size)),
            ("find" | "findAll", [pattern, ..]) => {
                Call::giving(searched(size, pattern.size), Size::up_to(size.max))
            }
            ("contains", [part]) => {
                let over = size.by(TRAVERSAL);
                Call::of(over.saturating_mul(part.size.by(TRAVERSAL)))
            }
            ("startsWith" | "endsWith", [part]) => Call::of(part.size.by(TRAVERSAL)),
            ("lowerAscii" | "upperAscii" | "substring" | "trim", _) => Call::giving(size.by(TRAVERSAL), size),
            ("replace", [what, with, ..]) => {
                Call::giving(size.by(2.0 * TRAVERSAL), replaced(size, what.size, with.size))
            }
            ("split", _) => {
                let most = ids.get(1).and_then(|id| self.number(*id));
                Call::giving(size.by(2.0 * TRAVERSAL), Size::up_to(most.unwrap_or(size.max)))
            }
            ("join", _) => {
                let item = self.item(of, kind).map_or(Size::fixed(0), |(item, _)| item);
                let by = made.first().map_or(Size::fixed(0), |by| by.size);
                let between = Size {
                    min: size.min.saturating_sub(1),
                    max: size.max.saturating_sub(1),
                };
                let size = size.times(item).plus(by.times(between));
                Call::giving(size.by(TRAVERSAL), size)
            }
            ("isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf", _) => {
                Call::of(match self.item(of, kind) {
                    Some((item, true)) => size.max.saturating_mul(add(1, item.by(TRAVERSAL))),
                    Some(_) => size.max,
                    None => size.by(TRAVERSAL),
                })
            }
            ("format", [_]) => Call::giving(size.by(TRAVERSAL), Size::UNKNOWN),
            ("validate", [text]) => Call::of(by(text.size.by(TRAVERSAL), FORMAT * PATTERN)),
            ("containsIP", [other]) => {
                Call::of(add(Size::up_to(2 * ADDRESS).by(TRAVERSAL), self.read(other, ids)))
            }
            ("containsCIDR", [other]) => {
                let masked = add(Size::up_to(ADDRESS).by(TRAVERSAL), 1);
                let compared = Size::up_to(2 * ADDRESS).by(TRAVERSAL);
                Call::of(add(add(compared, masked), self.read(other, ids)))
            }
            ("slice", [..]) => {
                let number = |i: usize| ids.get(i).and_then(|id| self.number(*id));
                let (start, end) = (number(0).unwrap_or(0), number(1).unwrap_or(size.max));
                allocated(1, Size::fixed(end.saturating_sub(start)))
            }
            ("reverse", []) => allocated(1, size),
            ("flatten", _) => {
                let depth = ids.first().map_or(Some(1), |id| self.number(*id));
                allocated(depth.unwrap_or(u64::MAX), size)
            }
            ("distinct", []) => allocated(2, size.times(size)),
            ("sort", []) => {
                let made = sorted(0, size, inner(kind));
                Call::giving(made.cost, made.size)
            }
            _ => return None,
        })
    }

    /// The size of a list's items and whether they are texts; `None` for what is no list by its type.
    fn item(&self, of: &Made<'t>, kind: &Type) -> Option<(Size, bool)> {
        let item = match kind {
            Type::List(item) => item,
            _ => return None,
        };
        let size = match of.place {
            Place::Made => None,
            place => place.step(Way::Inner, self.of_self).size(self.minor),
        };
        Some((size.unwrap_or(Size::UNKNOWN), is_text(item)))
    }

    /// What it costs to read an argument that may be a text.
    fn read(&self, other: &Made<'t>, ids: &[Id]) -> u64 {
        let kind = ids.first().map_or(&Type::DYN, |id| self.kind(*id));
        match may_be(kind, |kind| *kind == Type::STRING) {
            true => other.size.by(TRAVERSAL),
            false => 0,
        }
    }

    /// A number that stands in the expression. The server reads negative ones in its own way, which is not told.
    fn number(&self, id: Id) -> Option<u64> {
        match self.steps.get(id as usize).map(|step| &step.expr) {
            Some(Expr::Int(value)) => Some(u64::try_from(*value).unwrap_or(0)),
            _ => None,
        }
    }
}

/// Whether a function gives or takes apart an optional value.
fn is_optional_part(name: &str) -> bool {
    matches!(
        name,
        "_[?_]" | "value" | "or" | "orValue" | "unwrapOpt" | "first" | "last"
    ) || name.starts_with("optional.")
}

fn is_text(kind: &Type) -> bool {
    matches!(kind, Type::Is(Simple::String | Simple::Bytes))
}

fn may_be(kind: &Type, test: impl Fn(&Type) -> bool) -> bool {
    kind.is_dyn() || test(kind)
}

fn inner(kind: &Type) -> &Type {
    match kind {
        Type::List(item) => item,
        _ => &Type::DYN,
    }
}

fn compared(a: &Made<'_>, b: &Made<'_>) -> Call {
    Call::of(by(a.size.max.min(b.size.max), TRAVERSAL))
}

/// A pattern against a text: at least one character of it.
fn searched(text: Size, pattern: Size) -> u64 {
    let over = by(add(text.max, 1), TRAVERSAL);
    over.saturating_mul(pattern.by(PATTERN))
}

fn sum((a, one): (&Made<'_>, &Type), (b, other): (&Made<'_>, &Type)) -> Option<Call> {
    let both = |test: fn(&Type) -> bool| may_be(one, test) && may_be(other, test);
    let (texts, lists) = (both(is_text), both(|kind| matches!(kind, Type::List(_))));
    let size = a.size.plus(b.size);
    match (texts, lists) {
        (true, lists) => Some(Call::giving(size.by(TRAVERSAL).max(u64::from(lists)), size)),
        (false, true) => Some(Call {
            inner: super::either(a.inner, b.inner),
            ..Call::giving(1, size)
        }),
        (false, false) => None,
    }
}

/// A character has up to four bytes.
fn bytes_as_text(bytes: Size) -> Size {
    Size {
        min: bytes.min / 4,
        max: bytes.max,
    }
}

/// How long a text can be in which a part is replaced everywhere.
fn replaced(text: Size, what: Size, with: Size) -> Size {
    let max = if what.min == 0 {
        // Nothing stands between all characters, and around them.
        add(add(text.max, 1).saturating_mul(with.max), text.max)
    } else if with.max <= what.min {
        text.max
    } else {
        text.max.div_ceil(what.min).saturating_mul(with.max)
    };
    let min = if what.max == 0 {
        add(add(text.min, 1).saturating_mul(with.min), text.min)
    } else if what.max <= with.min {
        text.min
    } else {
        text.min.div_ceil(what.max).saturating_mul(with.min)
    };
    Size { min, max }
}

/// A list that a function makes, which is gone over that many times.
fn allocated(times: u64, size: Size) -> Call {
    Call::giving(add(size.max.saturating_mul(times), LIST + 1), size)
}

/// A list that is sorted by keys of a type: each is compared with each.
pub(super) fn sorted<'t>(before: u64, keys: Size, kind: &Type) -> Made<'t> {
    let factor = if is_text(kind) { 2.0 + TRAVERSAL } else { 2.0 };
    let pairs = keys.times(keys);
    sized(add(before, add(pairs.by(factor), LIST + 1)), pairs)
}
