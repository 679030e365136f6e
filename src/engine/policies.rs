//! The policies of a run, with all that they need to know, and the objects that they are asked about.

use super::check_file;
use super::refused::{Refused, refused};
use crate::diagnostic::Diagnostic;
use crate::graph::{Known, Policing, Subject};
use crate::hash::HashSet;
use crate::manifest::{File, Surroundings};
use crate::settings::Settings;
use crate::source::Decoded;
use crate::validation::policies::Policies;
use crate::version::KubeVersion;
use crate::yaml::Tree;

/// A file with objects that policies are made of or have to know of, read again.
pub struct Read<'n> {
    name: &'n str,
    /// What is wanted of it.
    known: Vec<Known>,
    /// Objects that the server refuses.
    refused: HashSet<u32>,
    source: Decoded,
    tree: Tree,
    no_skip: bool,
}

impl<'n> Read<'n> {
    /// Judges a file by all that the server asks, whatever rules are chosen. `known`: what is wanted of it; `no_skip`:
    /// nothing is left alone for looking like a template.
    pub fn new(
        name: &'n str,
        source: Decoded,
        known: &[Known],
        around: &Surroundings,
        kube: KubeVersion,
        no_skip: bool,
    ) -> Self {
        let settings = Settings {
            kube,
            no_skip,
            ..Settings::default()
        };
        let mut tree = Tree::default();
        let checked = check_file(name, &source, &mut tree, around, &settings);
        let all = checked.diagnostics.iter().chain(&checked.suppressed);
        Read {
            name,
            known: known.to_vec(),
            // A version that is not served defines nothing either.
            refused: refused(all, |_| true),
            source,
            tree,
            no_skip,
        }
    }

    /// Takes in what is wanted of it.
    fn add<'c>(&'c self, policies: &mut Policies<'c>, around: &Surroundings) {
        let file = File::read(self.name, &self.source.text, &self.tree, around, self.no_skip);
        for known in &self.known {
            let is_sure = !known.is_open && !self.refused.contains(&known.object);
            policies.add(&file, known.file, known.object, is_sure);
        }
    }
}

/// Asks the policies of a run about its objects. `found` gives all that was found in a file so far, kept back or not;
/// `read` reads one again, of which some objects are wanted; `ask` is given the policies and, file by file, the objects
/// that they are asked about.
pub fn ask<'f, 'n, T>(
    policing: &Policing<'_>,
    around: &Surroundings,
    found: impl Fn(u32) -> [&'f [Diagnostic]; 2],
    mut read: impl FnMut(u32, &[Known]) -> Option<Read<'n>>,
    ask: impl FnOnce(&Policies<'_>, &[&[Subject<'_>]]) -> T,
) -> T {
    let mut again = |wanted: &[Known]| -> Vec<Read<'n>> {
        let files = wanted.chunk_by(|one, other| one.file == other.file);
        files
            .filter_map(|known| read(known.first()?.file, known))
            .collect()
    };
    let mut policies = Policies::default();
    let of_policies = again(&policing.known);
    for read in &of_policies {
        read.add(&mut policies, around);
    }
    let mut subjects = policing.subjects(|group, kind| policies.may_be_asked(group, kind));
    let of_definitions = again(&policing.definitions(&subjects));
    for read in &of_definitions {
        read.add(&mut policies, around);
    }
    subjects.retain(|one| {
        policing
            .kind(one)
            .is_some_and(|(group, kind)| policies.is_asked(group, kind))
    });
    let mut is_refused = Refused::new(found, |_| true);
    subjects.retain(|one| !is_refused.has(one.file, one.object));
    let of_known = again(&known(policing, &policies, &subjects));
    for read in &of_known {
        read.add(&mut policies, around);
    }
    let by_file = subjects.chunk_by(|one, other| one.file == other.file);
    let by_file: Vec<_> = by_file.collect();
    policies.share(by_file.len());
    ask(&policies, &by_file)
}

/// What policies have to know of besides: the Namespaces of what they are asked about, and what they are given.
fn known(policing: &Policing<'_>, policies: &Policies<'_>, subjects: &[Subject<'_>]) -> Vec<Known> {
    let params: Vec<_> = policies.params().collect();
    let params = params.iter().map(|(group, kind, name)| (*group, *kind, &**name));
    let namespaces = subjects.iter().filter_map(|one| one.namespace);
    let namespaces = namespaces.map(|name| ("", "Namespace", name));
    policing.named(&params.chain(namespaces).collect::<HashSet<_>>())
}
