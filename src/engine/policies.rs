//! The policies of a run, with all that they need to know, and the objects that they are asked about.

use super::is_refused;
use crate::diagnostic::Diagnostic;
use crate::graph::{Known, Policing, Subject};
use crate::hash::HashSet;
use crate::manifest::File;
use crate::validation::policies::Policies;

/// All that was found in a file of a run, kept back or not.
type Found<'a, 'f> = &'a dyn Fn(u32) -> [&'f [Diagnostic]; 2];

/// Objects, file by file.
pub fn by_file(all: &[Known]) -> impl Iterator<Item = (u32, &[Known])> {
    let files = all.chunk_by(|one, other| one.file == other.file);
    files.filter_map(|known| Some((known.first()?.file, known)))
}

fn is_sure(known: &Known, found: Found<'_, '_>) -> bool {
    let all = found(known.file);
    !known.is_open && !all.iter().any(|found| is_refused(found, known.object))
}

/// Takes in the policies and bindings of a file: [`Policing::known`].
pub fn add_policies<'c>(policies: &mut Policies<'c>, file: &File<'c>, known: &[Known], found: Found<'_, '_>) {
    for known in known {
        policies.add(file, known.file, known.object, is_sure(known, found));
    }
}

/// The objects that policies are asked about, but for what is refused anyway.
pub fn subjects<'r>(
    policing: &Policing<'r>,
    policies: &mut Policies<'_>,
    found: Found<'_, '_>,
) -> Vec<Subject<'r>> {
    policies.complete(policing.has_limits());
    let mut subjects = policing.subjects(|group, kind| policies.is_asked(group, kind));
    subjects.retain(|one| {
        let found = found(one.file).into_iter().flatten();
        let mut refused = found.filter(|d| d.refusal.is_some());
        !refused.any(|d| d.object == Some(one.object))
    });
    subjects
}

/// What policies have to know of besides: the Namespaces of what they are asked about, and what they are given.
pub fn known(policing: &Policing<'_>, policies: &Policies<'_>, subjects: &[Subject<'_>]) -> Vec<Known> {
    let params: Vec<_> = policies.params().collect();
    let params = params.iter().map(|(group, kind, name)| (*group, *kind, &**name));
    let namespaces = subjects.iter().filter_map(|one| one.namespace);
    let namespaces = namespaces.map(|name| ("", "Namespace", name));
    policing.named(&params.chain(namespaces).collect::<HashSet<_>>())
}

/// Takes in what policies have to know of a file.
pub fn add_known<'c>(policies: &mut Policies<'c>, file: &File<'c>, known: &[Known], found: Found<'_, '_>) {
    for known in known {
        policies.add_known(file, known.file, known.object, is_sure(known, found));
    }
}

/// Objects that policies are asked about, file by file.
pub fn each_file<'s, 'r>(subjects: &'s [Subject<'r>]) -> impl Iterator<Item = (u32, &'s [Subject<'r>])> {
    let files = subjects.chunk_by(|one, other| one.file == other.file);
    files.filter_map(|subjects| Some((subjects.first()?.file, subjects)))
}
