//! Calls of functions: which overloads go with the arguments.

use super::ast::{Expr, Id};
use super::check::Checker;
use super::types::Type;
use super::{NAMESPACES, OVERLOADS, Overload};
use crate::formats::regex::is_valid as is_regex;
use crate::formats::times::{is_duration, is_time};

impl<'s> Checker<'_, 's, '_> {
    pub(super) fn method(&mut self, at: u32, target: Id, name: &str, arguments: &[Id]) -> Type {
        let mut kinds: Vec<Type> = arguments.iter().map(|id| self.infer(*id)).collect();
        self.read(name, arguments);
        // Some functions have a dot in their names.
        if let Some(Expr::Ident(prefix)) = self.nodes.get(target as usize).map(|node| &node.expr)
            && NAMESPACES.contains(prefix)
        {
            let whole = format!("{prefix}.{name}");
            if is_function(&whole) {
                return self.call(at, &whole, false, &kinds);
            }
        }
        let target = self.infer(target);
        kinds.insert(0, target);
        self.call(at, name, true, &kinds)
    }

    pub(super) fn call(&mut self, at: u32, name: &str, member: bool, kinds: &[Type]) -> Type {
        if self.fault.is_some() || self.unknown {
            return Type::ERROR;
        }
        // What is compared is mostly of one type, which goes with itself.
        if let ("_==_" | "_!=_", [one, other]) = (name, kinds)
            && one == other
            && !one.is_open()
        {
            return Type::BOOL;
        }
        // One part of a chain stands for both sides.
        let pair;
        let kinds = match (name, kinds) {
            ("_&&_" | "_||_", [one]) => {
                pair = [one.clone(), Type::BOOL];
                &pair[..]
            }
            _ => kinds,
        };
        // The four are declared alike.
        let found = overloads(match name {
            "_<=_" | "_>_" | "_>=_" => "_<_",
            _ => name,
        });
        let (minor, patch, device) = (self.env.minor, self.env.patch, self.env.bind);
        let mut candidates = found
            .iter()
            .filter(|one| one.since <= minor)
            .filter(|one| match one.library {
                "patch" => patch,
                "device" => device,
                _ => true,
            })
            .peekable();
        if candidates.peek().is_none() {
            let alike = OVERLOADS
                .iter()
                .filter(|one| one.member == member && one.since <= minor);
            let message = format!("there is no function `{name}`");
            return self.missing(at, message, name, alike.map(|one| one.name));
        }
        let mut result: Option<Type> = None;
        for overload in candidates {
            if overload.member != member || overload.arguments.len() != kinds.len() {
                continue;
            }
            let mark = self.solution.mark();
            let open = match overload.generic {
                true => [self.solution.open(), self.solution.open()],
                false => [Type::DYN, Type::DYN],
            };
            let fits = overload.arguments.iter().zip(kinds).all(|(wanted, kind)| {
                let wanted = self.solution.instance(wanted, &open);
                self.solution.fits(kind, &wanted)
            });
            if !fits {
                self.solution.back(mark);
                continue;
            }
            let kind = self.known(&self.solution.instance(&overload.result, &open));
            result = Some(match result {
                None => kind,
                Some(first) if first.is_dyn() || first == kind => first,
                Some(_) => Type::DYN,
            });
        }
        result.unwrap_or_else(|| {
            let given: Vec<String> = kinds.iter().map(|kind| format!("{kind}")).collect();
            let sign = name.replace('_', " ");
            let what = match name.contains(|c: char| c.is_ascii_alphanumeric()) && name != "_in_" {
                true => format!("the function `{name}`"),
                false => format!("`{}`", sign.trim()),
            };
            self.fail(at, format!("{what} does not go with {}", given.join(" and ")))
        })
    }

    /// Texts that the server reads when it compiles: regular expressions, times, lengths of time, and what numbers and
    /// booleans are made of.
    pub(super) fn read(&mut self, name: &str, arguments: &[Id]) {
        type Test = fn(&str) -> bool;
        let (which, right, fault): (_, Test, _) = match (name, arguments) {
            ("matches" | "find", [.., last]) => (last, is_regex, "it is no regular expression of Go's"),
            ("findAll", [first, ..]) => (first, is_regex, "it is no regular expression of Go's"),
            ("int", [last]) => (last, |text| text.parse::<i64>().is_ok(), "it is no whole number"),
            ("bool", [last]) => (
                last,
                |text| boolean(text).is_some(),
                "it is neither `true` nor `false`",
            ),
            ("duration", [last]) => (
                last,
                is_duration,
                "it is no length of time: write it as `1h30m`, `10s`, `500ms`",
            ),
            ("timestamp", [last]) => (
                last,
                |text| is_time(text, false),
                "it is no time: write it as `2026-01-31T10:00:00Z`",
            ),
            _ => return,
        };
        let nodes = self.nodes;
        let Some(node) = nodes.get(*which as usize) else {
            return;
        };
        let Expr::Str(text) = &node.expr else { return };
        let right = right(text);
        if !right {
            self.fail(node.at, fault);
        }
    }
}

/// What Go's `strconv.ParseBool` makes of a text.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// Whether a function has this name.
pub(super) fn is_function(name: &str) -> bool {
    !overloads(name).is_empty()
}

/// The ways to call a function.
pub(super) fn overloads(name: &str) -> &'static [Overload] {
    let start = OVERLOADS.partition_point(|one| one.name < name);
    let rest = OVERLOADS.get(start..).unwrap_or_default();
    let end = rest.iter().position(|one| one.name != name).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}
