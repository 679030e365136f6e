//! What has one name, by the namespaces it can be in: `regcred` may be there in each of ten thousand.

use super::near::hash;

/// Up to so many things of a name are looked through as they stand.
pub(crate) const FEW: u32 = 16;
/// What can end up in more namespaces than these counts as being in any.
const SEVERAL: usize = 8;

/// Places in a list in which those of one name stand together: by where they start, and the hash of the namespace; ""
/// for any. A clash of hashes costs a comparison, no more.
#[derive(Default)]
pub(crate) struct ByNamespace(Vec<(u32, u64, u32)>);

impl ByNamespace {
    /// Adds a place, of those of a name that start at `start`. What says a namespace itself is also looked for there,
    /// wherever kustomizations put it.
    pub(crate) fn add<'n>(
        &mut self,
        (start, at): (u32, u32),
        mut anywhere: bool,
        own: &str,
        namespaces: impl Iterator<Item = &'n str>,
    ) {
        let before = self.0.len();
        for namespace in namespaces {
            anywhere |= namespace.is_empty() || self.0.len() - before >= SEVERAL;
            if anywhere {
                break;
            }
            self.0.push((start, hash(namespace), at));
        }
        if anywhere {
            self.0.truncate(before);
            self.0.push((start, hash(""), at));
        } else if !own.is_empty() {
            self.0.push((start, hash(own), at));
        }
    }

    /// Makes it ready to be asked.
    pub(crate) fn sort(mut self) -> Self {
        self.0.sort_unstable();
        self.0.dedup();
        self
    }

    /// The places, of those of a name that start at `start`, in any of some namespaces; what may be anywhere included.
    /// `None`: what is asked for may itself be anywhere.
    pub(crate) fn within<'n>(
        &self,
        start: u32,
        own: &str,
        namespaces: impl Iterator<Item = &'n str>,
    ) -> Option<Runs<'_>> {
        let mut runs = vec![self.run(start, "")];
        if !own.is_empty() {
            runs.push(self.run(start, own));
        }
        for namespace in namespaces {
            if namespace.is_empty() || runs.len() > SEVERAL {
                return None;
            }
            if namespace != own {
                runs.push(self.run(start, namespace));
            }
        }
        Some(Runs(runs))
    }

    fn run(&self, start: u32, namespace: &str) -> &[(u32, u64, u32)] {
        let key = (start, hash(namespace));
        let from = self.0.partition_point(|(of, own, _)| (*of, *own) < key);
        let rest = &self.0[from..];
        &rest[..rest.partition_point(|(of, own, _)| (*of, *own) == key)]
    }
}

/// Places, each run in ascending order, as one such order in which none comes twice.
pub(crate) struct Runs<'a>(Vec<&'a [(u32, u64, u32)]>);

impl Iterator for Runs<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let heads = self.0.iter().filter_map(|run| run.first());
        let next = heads.map(|(_, _, at)| *at).min()?;
        for run in &mut self.0 {
            if let Some(((_, _, at), rest)) = run.split_first()
                && *at == next
            {
                *run = rest;
            }
        }
        Some(next)
    }
}
