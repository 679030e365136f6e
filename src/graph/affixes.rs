//! What kustomizations put around names.

use std::borrow::Cow;

use super::facts::Facts;
use super::kustomization::Kustomization;
use super::near::LONGEST;
use super::overlays::Overlays;
use crate::hash::{HashMap, HashSet};

/// Ways from a kustomization that names up to another; more were made to be many.
const MOST_NESTED: usize = 10_000;

impl<'r> Overlays<'r> {
    /// Notes a prefix and suffix.
    pub(super) fn affix(&mut self, facts: &'r Facts, own: &Kustomization) {
        let (prefix, suffix) = (facts.str(own.prefix), facts.str(own.suffix));
        if (prefix, suffix) != ("", "") {
            self.add_affix(prefix.into(), suffix.into());
        }
    }

    fn add_affix(&mut self, prefix: Cow<'r, str>, suffix: Cow<'r, str>) {
        let affix = (prefix, suffix);
        if !self.affixes.contains(&affix) {
            self.affixes.push(affix);
        }
    }

    /// Adds what becomes of the prefixes and suffixes of kustomizations that others take in: each puts its own around
    /// what the one below it has made.
    pub(super) fn nest_affixes(&mut self, files: &'r [Facts]) {
        if self.affixes.is_empty() {
            return;
        }
        let mut above: HashMap<u32, Vec<u32>> = HashMap::default();
        for (by, listed) in &self.listed {
            for file in listed {
                above.entry(*file).or_default().push(*by);
            }
        }
        let own = |file: u32| {
            let facts = &files[file as usize];
            let affixes = facts.kustomizations.iter();
            affixes.map(|own| (facts.str(own.prefix), facts.str(own.suffix)))
        };
        let mut open: Vec<(u32, Cow<'r, str>, Cow<'r, str>)> = Vec::new();
        for (file, _) in &self.listed {
            let named = own(*file).filter(|affix| *affix != ("", ""));
            open.extend(named.map(|(prefix, suffix)| (*file, prefix.into(), suffix.into())));
        }
        let mut seen = HashSet::default();
        while let Some((file, prefix, suffix)) = open.pop() {
            if prefix.len() + suffix.len() > LONGEST || seen.len() > MOST_NESTED {
                continue;
            }
            for &by in above.get(&file).into_iter().flatten() {
                for (before, after) in own(by) {
                    let around = |outer: &'r str, inner: &Cow<'r, str>, first: bool| match (outer, first) {
                        ("", _) => inner.clone(),
                        (_, true) => Cow::Owned(format!("{outer}{inner}")),
                        (_, false) => Cow::Owned(format!("{inner}{outer}")),
                    };
                    let next = (by, around(before, &prefix, true), around(after, &suffix, false));
                    if seen.insert(next.clone()) {
                        self.add_affix(next.1.clone(), next.2.clone());
                        open.push(next);
                    }
                }
            }
        }
    }

    /// Prefixes and suffixes that kustomizations put around names.
    pub(super) fn affixes(&self) -> &[(Cow<'r, str>, Cow<'r, str>)] {
        &self.affixes
    }

    /// What a name may have been before kustomizations put something around it.
    pub(super) fn bare<'n>(&self, name: &'n str) -> impl Iterator<Item = &'n str> {
        self.affixes.iter().filter_map(move |(prefix, suffix)| {
            name.strip_prefix(&**prefix)?
                .strip_suffix(&**suffix)
                .filter(|bare| !bare.is_empty())
        })
    }
}
