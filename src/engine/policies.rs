//! The policies of a run, with all that they need to know, and the objects that they are asked about.

use super::is_refused;
use crate::diagnostic::Diagnostic;
use crate::graph::{Policing, Subject};
use crate::manifest::File;
use crate::validation::policies::Policies;

/// The policies in the files of [`Policing::files`], each by its index in the run. `found` gives all that was found in a
/// file, kept back or not.
pub fn policies<'c, 'f>(
    policing: &Policing<'_>,
    files: impl Iterator<Item = (u32, File<'c>)>,
    found: impl Fn(u32) -> [&'f [Diagnostic]; 2],
) -> Policies<'c> {
    let mut policies = Policies::default();
    for (at, file) in files {
        policies.add(&file, at, |object| {
            !policing.is_open(at, object) && !found(at).iter().any(|found| is_refused(found, object))
        });
    }
    policies.complete(policing.has_limits());
    policies
}

/// The objects that policies are given besides those that they are asked about: files, by their index in the run, each
/// with the indices of the objects in it.
pub fn params(policing: &Policing<'_>, policies: &Policies<'_>) -> Vec<(u32, Vec<u32>)> {
    let named = policies.params().into_iter();
    let mut params: Vec<(u32, u32)> = named
        .flat_map(|(group, kind, name)| policing.named((group, kind, &name)))
        .collect();
    params.sort_unstable();
    params.dedup();
    let by_file = params.chunk_by(|(one, _), (other, _)| one == other);
    by_file
        .map(|all| {
            let file = all.first().map_or(u32::MAX, |(file, _)| *file);
            (file, all.iter().map(|(_, object)| *object).collect())
        })
        .collect()
}

/// Gives policies some objects of a file.
pub fn given<'c>(policies: &mut Policies<'c>, file: &File<'c>, objects: &[u32]) {
    for object in objects {
        policies.add_param(file, *object);
    }
}

/// The objects that policies are asked about, file by file, but for what is refused anyway. `found` gives all that was
/// found in a file, kept back or not.
pub fn subjects<'r, 'f>(
    policing: &Policing<'r>,
    policies: &Policies<'_>,
    found: impl Fn(u32) -> [&'f [Diagnostic]; 2],
) -> Vec<Vec<Subject<'r>>> {
    let mut subjects = policing.subjects(|group, kind| policies.is_asked(group, kind));
    subjects.retain(|one| {
        let found = found(one.file).into_iter().flatten();
        let mut refused = found.filter(|d| d.refusal.is_some());
        !refused.any(|d| d.object == Some(one.object))
    });
    let by_file = subjects.chunk_by(|one, other| one.file == other.file);
    by_file.map(<[Subject<'_>]>::to_vec).collect()
}
