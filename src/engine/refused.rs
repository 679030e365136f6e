//! Which objects are refused, by what was found in their files: of them nothing else is asked.

use crate::diagnostic::{Diagnostic, Stage};
use crate::hash::{HashMap, HashSet};

/// Whether the server would refuse an object of a file for what it says: then it defines nothing. A version of its
/// API that is not served is another matter.
pub fn is_refused(found: &[Diagnostic], object: u32) -> bool {
    let counts = |stage| stage > Stage::NotServed;
    let mut found = found.iter().filter(|d| d.object == Some(object));
    found.any(|d| d.refusal.as_ref().is_some_and(|refusal| counts(refusal.stage)))
}

/// The objects that findings of one file refuse at a stage that counts.
pub(super) fn refused<'d>(
    found: impl Iterator<Item = &'d Diagnostic>,
    counts: impl Fn(Stage) -> bool,
) -> HashSet<u32> {
    found
        .filter(|d| d.refusal.as_ref().is_some_and(|refusal| counts(refusal.stage)))
        .filter_map(|d| d.object)
        .collect()
}

/// The objects of a run that are refused. Each file's findings are looked through once.
pub(super) struct Refused<F, C> {
    found: F,
    counts: C,
    by_file: HashMap<u32, HashSet<u32>>,
}

impl<'f, F: Fn(u32) -> [&'f [Diagnostic]; 2], C: Fn(Stage) -> bool> Refused<F, C> {
    /// `found` gives all that was found in a file, kept back or not; `counts`, which refusals do.
    pub fn new(found: F, counts: C) -> Self {
        Refused {
            found,
            counts,
            by_file: HashMap::default(),
        }
    }

    /// Whether an object is refused, by its file and its index there.
    pub fn has(&mut self, file: u32, object: u32) -> bool {
        let (found, counts) = (&self.found, &self.counts);
        let of_file = self
            .by_file
            .entry(file)
            .or_insert_with(|| refused(found(file).into_iter().flatten(), counts));
        of_file.contains(&object)
    }
}
