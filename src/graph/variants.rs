//! What becomes of the objects of a file, of which several kustomizations, and Flux, may each make something else.

use super::index::Index;
use super::overlays::is_component;
use crate::hash::{HashMap, HashSet};

/// What one kustomization, or Flux, makes of the objects of a file.
#[derive(Clone, Default, Debug)]
pub struct Variant<'r> {
    /// The namespace that it puts them into; empty: it leaves them where they are.
    pub namespace: &'r str,
    /// The labels that it gives them; of a key that stands twice the last one holds.
    pub labels: Vec<(&'r str, &'r str)>,
}

impl<'r> Index<'r> {
    /// What each kustomization that takes in a file makes of its objects, and what Flux does: any of them may be what
    /// is applied. None when nothing takes it in.
    pub fn variants(&self, file: u32) -> Vec<Variant<'r>> {
        let taken_by = self.overlays.taken_by(file);
        let mut listing: HashMap<u32, Vec<u32>> = HashMap::default();
        for &by in taken_by {
            for &listed in self.overlays.lists(by) {
                listing.entry(listed).or_default().push(by);
            }
        }
        // Upwards from the file; of several ways to one kustomization the shortest counts.
        let mut found: HashMap<u32, usize> = HashMap::default();
        let mut variants: Vec<Variant<'r>> = Vec::new();
        let mut open: Vec<(u32, Option<usize>)> = Vec::new();
        if taken_by.binary_search(&file).is_ok() {
            open.push((file, None)); // what it generates itself
        } else {
            open.extend(listing.get(&file).into_iter().flatten().map(|by| (*by, None)));
        }
        let mut next = 0;
        while let Some(&(by, below)) = open.get(next) {
            next += 1;
            if found.contains_key(&by) {
                continue;
            }
            let mut variant = below.and_then(|at| variants.get(at)).cloned().unwrap_or_default();
            self.change(&mut variant, by);
            found.insert(by, variants.len());
            open.extend(
                listing
                    .get(&by)
                    .into_iter()
                    .flatten()
                    .map(|above| (*above, Some(variants.len()))),
            );
            variants.push(variant);
        }
        let delivered = &self.overlays.delivered;
        let first = delivered.partition_point(|one| one.file < file);
        for one in delivered[first..].iter().take_while(|one| one.file == file) {
            let through = one.through.and_then(|by| variants.get(*found.get(&by)?));
            let mut variant = through.cloned().unwrap_or_default();
            for component in self.overlays.added.get(&one.by).into_iter().flatten() {
                self.change(&mut variant, *component);
            }
            let facts = &self.files[one.by.0 as usize];
            if let Some(delivery) = facts.deliveries.get(one.by.1 as usize) {
                let namespace = facts.str(delivery.change.namespace);
                if !namespace.is_empty() {
                    variant.namespace = namespace;
                }
                let labels = facts.labels(&delivery.change.labels);
                variant.labels.extend(labels.map(|(key, value, _)| (key, value)));
            }
            variants.push(variant);
        }
        variants
    }

    /// What a kustomization, after the components that it takes in, makes of what it takes in.
    fn change(&self, variant: &mut Variant<'r>, kustomization: u32) {
        let mut seen = HashSet::from_iter([kustomization]);
        let mut open = vec![(kustomization, false)];
        while let Some((at, ready)) = open.pop() {
            if !ready {
                open.push((at, true));
                let components = self.overlays.lists(at).iter().rev();
                let components = components.filter(|file| is_component(self.files, **file));
                open.extend(
                    components
                        .filter(|file| seen.insert(**file))
                        .map(|file| (*file, false)),
                );
                continue;
            }
            let Some(facts) = self.files.get(at as usize) else {
                continue;
            };
            for own in &facts.kustomizations {
                let namespace = facts.str(own.namespace);
                if !namespace.is_empty() {
                    variant.namespace = namespace;
                }
                let labels = facts.labels(&own.labels);
                variant.labels.extend(labels.map(|(key, value, _)| (key, value)));
            }
        }
    }

    /// Files with Kustomizations of Flux of which it is not known where, or with which labels, they put what they
    /// apply.
    pub fn unplaced(&self) -> &[u32] {
        &self.overlays.unplaced
    }
}
