//! Secrets that are used and not defined where they are looked for: they must be in the cluster, where a deletion
//! meets them as well.

use super::facts::FileFacts;
use super::fetched::Fetched;
use super::guess::{self, Guess};
use super::select::{Choice, is_anywhere, is_guess, is_inventory, secrets};
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
    for (name, place) in Fetched::new(index, facts).names() {
        if !is_known(index, name, place) {
            used.push(namespace, place, name);
        }
    }
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
            let any = index.row(&site).any_namespace;
            for place in index.places(&site) {
                let place = if any { "" } else { place };
                // What it reaches is little, where many namespaces have a Secret of one name.
                let reached = |name: &str| {
                    let mut reached = index.reached_as(&site, name);
                    reached.any(|one| may_be_meant(index, &one, place))
                };
                if is_asked(namespace, place) && !index.bare_names(site.name).any(reached) {
                    self.push(namespace, place, site.name);
                }
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
            for place in index.namespaces(file, own) {
                if is_known(index, &guess.name, place) || !is_asked(namespace, place) {
                    continue;
                }
                if !guess.names {
                    self.untold.push(file);
                    break;
                }
                self.push(namespace, place, &guess.name);
            }
        }
    }

    fn push(&mut self, namespace: Option<&'a str>, place: &'a str, name: &'r str) {
        if is_asked(namespace, place) {
            self.places.push((namespace.unwrap_or(place), name));
        }
    }
}

/// Whether a place is in the namespace that is asked for. What is not known to be in one may be in any.
fn is_asked(namespace: Option<&str>, place: &str) -> bool {
    namespace.is_none_or(|one| place.is_empty() || place == one)
}

/// Whether a Secret that a field may mean at a place is defined: whoever could be meant is chosen, or left out, itself.
fn is_known(index: &Index<'_>, name: &str, place: &str) -> bool {
    index.bare_names(name).any(|name| {
        let mut defined = index.named(SECRET, name).iter();
        defined.any(|one| may_be_meant(index, one, place))
    })
}

/// What may turn up in any namespace is chosen where it is used.
fn may_be_meant(index: &Index<'_>, one: &Defined<'_>, place: &str) -> bool {
    let mut own = index.namespaces(one.file, one.namespace);
    !is_guess(&index.files[one.file as usize], one)
        && !is_anywhere(index, one)
        && (place.is_empty() || own.any(|own| own.is_empty() || own == place))
}
