//! Definitions whose names hold placeholders: `${APP}-tls`, or the `$(n)` that the table writes for a number.

use super::index::{Defined, UseSite};
use super::near::LONGEST;
use super::table::Target;
use crate::hash::HashMap;
use crate::placeholder::around;

/// A start or an end that more names share than this tells nothing: it may as well be any.
const CROWD: usize = 256;

/// How the table writes the name of a copy of whatever has the right labels.
const COPIES: &str = "$(cloned)";

/// Names with placeholders, by the text before the first one; where there is none, by the text after the last.
#[derive(Default)]
pub(super) struct Patterns<'r> {
    starts: HashMap<(Target, &'r str), Vec<Defined<'r>>>,
    ends: HashMap<(Target, &'r str), Vec<Defined<'r>>>,
    /// What may be of any name: copies of what a selector fits.
    any: Vec<Target>,
}

/// Whether a name can be what a name with placeholders becomes; `None`: of nothing but placeholders, which may become
/// any.
pub fn may_become(pattern: &str, name: &str) -> Option<bool> {
    let (before, after) = around(pattern);
    (before.len() + after.len() > 1)
        .then(|| name.len() > before.len() + after.len() && name.starts_with(before) && name.ends_with(after))
}

impl<'r> Patterns<'r> {
    /// Adds a definition, unless its name is all placeholder.
    pub(super) fn push(&mut self, d: Defined<'r>) {
        let (before, after) = around(d.name);
        if before.len() + after.len() > 1 {
            let (map, key) = if before.is_empty() {
                (&mut self.ends, after)
            } else {
                (&mut self.starts, before)
            };
            map.entry((d.target, key)).or_default().push(d);
        } else if d.name == COPIES {
            self.any.push(d.target);
        }
    }

    /// Whether something copies things of this kind, whichever their names.
    pub(super) fn is_any(&self, target: Target) -> bool {
        self.any.contains(&target)
    }

    /// Whether the name can be what a placeholder becomes, in a definition that will do.
    pub(super) fn fit(&self, site: &UseSite<'r>, will_do: impl Fn(&Defined<'r>) -> bool) -> bool {
        let (target, name) = (site.fact.target, site.name);
        if name.len() > LONGEST {
            return false;
        }
        let cuts = || (1..name.len()).filter(|at| name.is_char_boundary(*at));
        let find = |found: Option<&Vec<Defined<'r>>>| {
            found.is_some_and(|found| {
                found.len() > CROWD
                    || found.iter().any(|d| {
                        let (before, after) = around(d.name);
                        name.len() > before.len() + after.len() && name.ends_with(after) && will_do(d)
                    })
            })
        };
        (!self.starts.is_empty() && cuts().any(|at| find(self.starts.get(&(target, &name[..at])))))
            || (!self.ends.is_empty() && cuts().any(|at| find(self.ends.get(&(target, &name[at..])))))
    }
}
