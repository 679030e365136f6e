//! The keys that a field wants of what it means, as far as all of those that are there are known.

use super::SERVICE;
use super::index::{Closeness, Defined, Index, UseSite};
use crate::source::Span;

/// What a field means, with all its keys known.
pub struct Meant<'r> {
    /// Of several definitions of the name the closest ones; there is at least one.
    pub definitions: Vec<Defined<'r>>,
    /// How surely they are the ones that are meant.
    pub closeness: Closeness,
}

impl<'r> Index<'r> {
    /// What a field means, if it is needed and its keys are all known.
    pub fn meant(&self, site: &UseSite<'r>) -> Option<Meant<'r>> {
        if site.fact.optional || self.row(site).loose {
            return None;
        }
        let (mut definitions, mut closest) = (Vec::new(), None);
        for d in self.reached(site) {
            let closeness = Some(self.closeness(site, &d));
            if closeness > closest {
                closest = closeness;
                definitions.clear();
            }
            if closeness == closest {
                definitions.push(d);
            }
        }
        let closeness = closest?;
        definitions.iter().all(|d| self.is_closed(d)).then_some(Meant {
            definitions,
            closeness,
        })
    }

    /// The keys that a field wants, and where it names them. It names neither those of a TLS certificate nor the port
    /// that is called when none is said.
    pub fn wanted<'a>(
        &'a self,
        site: &UseSite<'r>,
    ) -> impl Iterator<Item = (&'r str, Option<Span>)> + use<'a, 'r> {
        let (table, row) = (self.table(), self.row(site));
        let tls = row.tls.then_some(["tls.crt", "tls.key"]);
        self.files[site.file as usize]
            .keys(&site.fact.keys)
            .filter(|_| !row.adds)
            .map(|(key, span)| (key, Some(span)))
            .chain(table.strs(row.fixed_keys).map(|key| (key, None)))
            .chain(tls.into_iter().flatten().map(|key| (key, None)))
    }

    /// Whether none of the definitions that a field means has a key, and nobody adds it.
    pub fn lacks(&self, site: &UseSite<'r>, meant: &Meant<'r>, key: &str) -> bool {
        meant.definitions.iter().all(|d| {
            let facts = &self.files[d.file as usize];
            facts.keys(&d.fact.keys).all(|(own, _)| own != key)
        }) && !self.is_added(site, key)
    }

    /// Whether somebody puts a key into what a field names, or may: an ExternalSecret that merges into it.
    fn is_added(&self, site: &UseSite<'r>, key: &str) -> bool {
        // Keys that are missing are rare, so that this is seldom asked.
        let adders = self.adders.get_or_init(|| {
            let files = (0..).zip(self.files);
            let uses =
                files.flat_map(|(file, facts)| (0..).zip(&facts.uses).map(move |(at, one)| (file, at, one)));
            let adders = uses.filter(|(_, _, one)| self.table().row(one.row).adds);
            adders.map(|(file, at, _)| (file, at)).collect()
        });
        adders.iter().any(|(file, at)| {
            let facts = &self.files[*file as usize];
            let fact = &facts.uses[*at as usize];
            let place = (*file, facts.str(fact.namespace));
            fact.target == site.fact.target
                && facts.str(fact.name) == site.name
                && self.share_namespace((site.file, site.namespace), place)
                && (fact.keys.is_empty() || facts.keys(&fact.keys).any(|(own, _)| own == key))
        })
    }

    /// Whether a definition has the keys that its file says, and no others.
    fn is_closed(&self, d: &Defined<'r>) -> bool {
        let changes = self.changes(d.file);
        let changed = if d.target == SERVICE {
            changes.ports
        } else {
            changes.keys
        };
        d.fact.closed && !changed
    }
}
