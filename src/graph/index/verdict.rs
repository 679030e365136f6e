//! What became of a name that a field gives.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::{Closeness, Defined, Index, UseSite};
use crate::graph::declared::Declared;
use crate::graph::near::Near;
use crate::names;

/// What became of a name.
#[derive(Clone, Copy)]
pub enum Verdict<'r> {
    /// It is there, or need not be.
    Fine,
    /// It is there, but in a namespace where it does not serve.
    Elsewhere(Defined<'r>),
    /// It is not there, but close by is one whose name looks as if it were meant.
    Near(Defined<'r>),
    /// Nothing is known of it. Far away there may be one with a similar name, or with this one in another
    /// namespace.
    Unknown(Option<Defined<'r>>),
}

impl<'r> Index<'r> {
    /// What becomes of a name.
    pub fn verdict(&self, site: &UseSite<'r>) -> Verdict<'r> {
        let target = site.fact.target;
        if site.fact.optional || self.row(site).loose || self.table.is_given(target, site.name) {
            return Verdict::Fine;
        }
        if self.reached(site).next().is_some() {
            return Verdict::Fine;
        }
        let renamed = |bare| self.reached_as(site, bare).next().is_some();
        if self.overlays.bare(site.name).any(renamed)
            || self.is_made(site)
            || self.is_declared(site)
            || self.is_rewritten(site)
        {
            return Verdict::Fine;
        }
        let same_name = self.named(target, site.name).iter();
        if same_name.len() > 0 && self.patterns.is_any(target) {
            return Verdict::Fine; // something copies it, maybe to there
        }
        if let Some(&elsewhere) = same_name.min_by_key(|d| Reverse(self.closeness(site, d))) {
            // Who says the namespace himself, as a RoleBinding does, meant it; who cannot say one may have
            // overlooked that names do not cross namespaces.
            let said = !self.row(site).namespace.is_empty();
            return if said && self.closeness(site, &elsewhere) == Closeness::Apart {
                Verdict::Unknown(Some(elsewhere))
            } else {
                Verdict::Elsewhere(elsewhere)
            };
        }
        let near = self.near.get_or_init(|| Near::new(&self.defined, self.files));
        let closeness = |d: &Defined<'_>| Some(self.closeness(site, &self.closest(site, d.name)?));
        let best = near
            .best(&self.defined, target, site.name, closeness)
            .and_then(|i| self.closest(site, self.defined[i as usize].name));
        match best {
            Some(d) if self.closeness(site, &d) > Closeness::Apart => Verdict::Near(d),
            // What can be no name stands for one.
            _ if !names::dns1123_subdomain(site.name).is_empty() => Verdict::Fine,
            best => Verdict::Unknown(best),
        }
    }

    /// Of the definitions of a name that can be reached from a field the closest one.
    fn closest(&self, site: &UseSite<'r>, name: &str) -> Option<Defined<'r>> {
        self.reached_as(site, name)
            .min_by_key(|d| Reverse(self.closeness(site, d)))
    }

    /// Whether something makes names of this form.
    pub(in crate::graph) fn is_made(&self, site: &UseSite<'r>) -> bool {
        self.patterns.fit(site, |d| self.compatible(site, d))
    }

    /// Whether a user says that the name exists.
    pub(in crate::graph) fn is_declared(&self, site: &UseSite<'r>) -> bool {
        !self.declared.is_empty()
            && self
                .overlays
                .namespaces(site.file, site.namespace)
                .chain(self.is_elsewhere(site).then_some(site.namespace))
                .any(|namespace| {
                    let fits = |one: &Declared| one.fits(site.fact.target, namespace, site.name);
                    self.declared.iter().any(fits)
                })
    }

    /// Whether a kustomization writes the field, or the names of what it names.
    pub(in crate::graph) fn is_rewritten(&self, site: &UseSite<'r>) -> bool {
        // Of most files no patch writes anything.
        if self.overlays.written(site.file).next().is_none() {
            return false;
        }
        let Some(object) = self.object(site.file, site.fact.object) else {
            return false;
        };
        let facts = &self.files[site.file as usize];
        let [group, kind, name] = [object.group, object.kind, object.name].map(|text| facts.str(text));
        // Whom a patch is for may be said by the name that a kustomization below has made.
        let made = self.overlays.affixes().iter();
        let made = made.map(|(prefix, suffix)| Cow::Owned(format!("{prefix}{name}{suffix}")));
        let names: Vec<Cow<'_, str>> = std::iter::once(Cow::Borrowed(name)).chain(made).collect();
        let target = self.table.target_name(site.fact.target);
        let row = self.table.kind(group, kind).or_else(|| self.table.kind("", "*"));
        let from = row.map_or(0, |row| row.step);
        self.overlays
            .written(site.file)
            .any(|one| one.renames(target) || one.may_write(kind, &names, self.table, from, site.fact.row))
    }
}
