//! The policies of a run, with all that they need to know, and the objects that they are asked about.

use super::check_file;
use crate::diagnostic::Diagnostic;
use crate::graph::{Known, Policing, Subject};
use crate::hash::HashSet;
use crate::manifest::{File, Surroundings};
use crate::settings::Settings;
use crate::source::Decoded;
use crate::validation::policies::Policies;
use crate::yaml::Tree;

/// All that was found in a file of a run, kept back or not.
type Found<'a, 'f> = &'a dyn Fn(u32) -> [&'f [Diagnostic]; 2];

/// Objects, file by file.
pub fn by_file(all: &[Known]) -> impl Iterator<Item = (u32, &[Known])> {
    let files = all.chunk_by(|one, other| one.file == other.file);
    files.filter_map(|known| Some((known.first()?.file, known)))
}

/// The objects of a file that the server would refuse, by all that it asks, whatever rules are chosen.
pub fn refused(name: &str, source: &Decoded, around: &Surroundings, settings: &Settings) -> HashSet<u32> {
    let settings = Settings {
        kube: settings.kube,
        no_skip: settings.no_skip,
        ..Settings::default()
    };
    let checked = check_file(name, source, &mut Tree::default(), around, &settings);
    let all = checked.diagnostics.iter().chain(&checked.suppressed);
    all.filter(|found| found.refusal.is_some())
        .filter_map(|found| found.object)
        .collect()
}

/// Takes in the policies and bindings of a file: [`Policing::known`]. `refused`: objects that count for nothing.
pub fn add_policies<'c>(
    policies: &mut Policies<'c>,
    file: &File<'c>,
    known: &[Known],
    refused: &HashSet<u32>,
) {
    for known in known {
        let is_sure = !known.is_open && !refused.contains(&known.object);
        policies.add(file, known.file, known.object, is_sure);
    }
}

/// The objects that policies are asked about, but for what is refused anyway.
pub fn subjects<'r>(
    policing: &Policing<'r>,
    policies: &mut Policies<'_>,
    found: Found<'_, '_>,
) -> Vec<Subject<'r>> {
    policies.complete(policing.may_limit());
    let mut subjects = policing.subjects(|group, kind| policies.is_asked(group, kind));
    subjects.retain(|one| {
        let found = found(one.file).into_iter().flatten();
        let mut refused = found.filter(|d| d.refusal.is_some());
        !refused.any(|d| d.object == Some(one.object))
    });
    policies.share(each_file(&subjects).count());
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
pub fn add_known<'c>(policies: &mut Policies<'c>, file: &File<'c>, known: &[Known], refused: &HashSet<u32>) {
    for known in known {
        let is_sure = !known.is_open && !refused.contains(&known.object);
        policies.add_known(file, known.file, known.object, is_sure);
    }
}

/// Objects that policies are asked about, file by file.
pub fn each_file<'s, 'r>(subjects: &'s [Subject<'r>]) -> impl Iterator<Item = (u32, &'s [Subject<'r>])> {
    let files = subjects.chunk_by(|one, other| one.file == other.file);
    files.filter_map(|subjects| Some((subjects.first()?.file, subjects)))
}
