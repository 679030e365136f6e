//! Secrets that are used and not defined where they are looked for: they must be in the cluster, where a deletion
//! meets them as well.

use super::facts::FileFacts;
use super::guess::{self, Guess};
use super::select::{Choice, is_guess, is_inventory, secrets};
use crate::graph::{Defined, Index, SECRET};

/// A namespace, empty where it is not known, and a name.
type Place<'a, 'r> = (&'a str, &'r str);

/// What is used and defined nowhere.
#[derive(Default)]
pub(super) struct OnlyUsed<'a, 'r> {
    pub(super) places: Vec<Place<'a, 'r>>,
    /// The files of fields that may name such a Secret, or hold what is secret itself: those are not to be told.
    pub(super) untold: Vec<u32>,
}

/// Finds the Secrets that asking for them by name would find in use, and that no file defines. An inventory tells what
/// is there. Names in one namespace are judged in any case.
pub(super) fn only_used<'a, 'r: 'a>(
    index: &'a Index<'r>,
    facts: &'r [FileFacts],
    choice: &Choice,
    namespace: Option<&'a str>,
) -> OnlyUsed<'a, 'r> {
    let mut used = OnlyUsed::default();
    let named = !choice.names.is_empty() && namespace.is_some();
    if named || secrets(index).any(|defined| is_inventory(index, &defined)) {
        return used;
    }
    used.by_table(index, namespace);
    used.by_guess(index, facts, namespace);
    // Whoever asks by name would be told of those.
    if !choice.names.is_empty() {
        used.untold.clear();
    }
    used
}

impl<'a, 'r: 'a> OnlyUsed<'a, 'r> {
    fn by_table(&mut self, index: &'a Index<'r>, namespace: Option<&'a str>) {
        for site in index.uses() {
            if site.fact.target != SECRET || site.fact.optional {
                continue;
            }
            // Whoever could be meant is chosen, or left out, itself.
            let is_there = |name: &str| {
                let mut reached = index.reached_as(&site, name);
                reached.any(|one| !is_guess(&index.files[one.file as usize], &one))
            };
            if index.bare_names(site.name).any(is_there) {
                continue;
            }
            for place in index.places(&site) {
                self.push(namespace, place, site.name);
            }
        }
    }

    fn by_guess(&mut self, index: &'a Index<'r>, facts: &'r [FileFacts], namespace: Option<&'a str>) {
        let guesses = (0..).zip(facts).flat_map(|(file, facts)| {
            let guesses: &'r [Guess] = &facts.guesses;
            guesses.iter().map(move |guess| (file, guess))
        });
        for (file, guess) in guesses {
            let own = guess::namespace(index, file, guess);
            let together = |one: &Defined<'_>| {
                let row = one.fact.row.map(|row| index.table().row(row));
                row.is_some_and(|row| row.any_namespace)
                    || index.share_namespace((file, own), (one.file, one.namespace))
            };
            if is_known(index, &guess.name, together) {
                continue;
            }
            if guess.names {
                for place in index.namespaces(file, own) {
                    self.push(namespace, place, &guess.name);
                }
            } else if namespace.is_none_or(|one| {
                let mut places = index.namespaces(file, own);
                places.any(|place| place.is_empty() || place == one)
            }) {
                self.untold.push(file);
            }
        }
    }

    /// A use whose namespace is not known may look in any.
    fn push(&mut self, namespace: Option<&'a str>, place: &'a str, name: &'r str) {
        match namespace {
            Some(one) if place.is_empty() || place == one => self.places.push((one, name)),
            None => self.places.push((place, name)),
            _ => {}
        }
    }
}

/// Whether a Secret that a field may mean is defined: whoever could be meant is chosen, or left out, itself.
fn is_known(index: &Index<'_>, name: &str, may_mean: impl Fn(&Defined<'_>) -> bool) -> bool {
    index.bare_names(name).any(|name| {
        let defined = index.named(SECRET, name).iter();
        let mut defined = defined.filter(|one| !is_guess(&index.files[one.file as usize], one));
        defined.any(&may_mean)
    })
}
