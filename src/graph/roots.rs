//! What one overlay brings along with a base, and another one leaves out.

use super::index::{Defined, Index, UseSite};
use super::kustomization::{Changes, Kustomization};
use super::overlays::is_component;
use super::table::Target;

impl<'r> Index<'r> {
    /// An overlay, by its file, that takes a field in but nothing of what the field names, though other overlays of
    /// the same files bring that along; and what one of these has. `None` as well where it may come another way: by a
    /// definition that is applied for itself, a pattern, a patch.
    pub fn left_out(&self, site: &UseSite<'r>) -> Option<(u32, Defined<'r>)> {
        let users = self.roots(site.file);
        // What Flux adds to what it applies is not followed here.
        let delivered = || !self.overlays.delivered_by_flux(site.file).is_empty();
        if users.len() < 2 || delivered() || site.fact.optional || self.row(site).loose {
            return None;
        }
        let target = site.fact.target;
        if self.table().is_given(target, site.name)
            || self.is_declared(site)
            || self.is_rewritten(site)
            || self.may_become_optional(site)
            || self.is_made(site)
        {
            return None;
        }
        let names = self.bare_names(site.name);
        let mut there = names.flat_map(|name| self.reached_as(site, name)).peekable();
        let first = *there.peek()?;
        let mut left = users.clone();
        for d in there {
            let bringing = self.roots(d.file);
            if bringing.is_empty() || bringing.iter().any(|root| !users.contains(root)) {
                return None;
            }
            left.retain(|root| !bringing.contains(root));
        }
        let root = left.into_iter().find(|root| self.is_whole(*root))?;
        Some((root, first))
    }

    /// Whether what a kustomization builds, by its file, has or may have an object of this name.
    pub fn may_bring(&self, root: u32, target: Target, name: &str) -> bool {
        let has = |d: &Defined<'_>| self.overlays.taken_by(d.file).binary_search(&root).is_ok();
        self.named(target, name).iter().any(has) || !self.is_whole(root)
    }

    /// Whether a patch around a field may say that what it names can be missing.
    fn may_become_optional(&self, site: &UseSite<'r>) -> bool {
        let mut written = self.overlays.written(site.file);
        written.any(|one| one.path.rsplit('/').next() == Some("optional"))
    }

    /// Whether all that a kustomization takes in is known: nothing lies elsewhere, and no plugin or chart
    /// makes anything.
    pub(super) fn is_whole(&self, root: u32) -> bool {
        let Ok(at) = self
            .overlays
            .listed
            .binary_search_by_key(&root, |(file, _)| *file)
        else {
            return false;
        };
        self.overlays.reached(at).iter().all(|file| {
            let facts = &self.files[*file as usize];
            let resources = |own: &Kustomization| facts.paths(&own.resources).count();
            let listed: usize = facts.kustomizations.iter().map(resources).sum();
            let is_plain = |own: &Kustomization| own.changes != Changes::ALL && !own.inflates;
            let plain = facts.kustomizations.iter().all(is_plain);
            plain && listed == self.overlays.lists(*file).len()
        })
    }

    /// The kustomizations that take a file in and that no other takes in: what is built and applied.
    fn roots(&self, file: u32) -> Vec<u32> {
        let taken_by = self.overlays.taken_by(file).iter().copied();
        let is_root = |by: &u32| self.overlays.taken_by(*by) == [*by] && !is_component(self.files, *by);
        taken_by.filter(is_root).collect()
    }
}
