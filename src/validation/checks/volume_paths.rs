//! Files of one volume that stand in each other's way.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::catalogue::ids;
use crate::context::Cx;
use crate::manifest::Field;
use crate::quote::quote;
use crate::source::Span;

/// Of a longer path no folder is looked at: nobody writes one.
const LONGEST: usize = 1024;

/// The `items` of a volume made of a ConfigMap, a Secret or the downward API.
pub fn of_items<'t>(items: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let mut paths = Paths::default();
    for item in items.items() {
        paths.add(&item.child("path"), cx);
    }
    paths.tell(cx);
}

/// The `sources` of a projected volume.
pub fn of_sources<'t>(sources: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let mut paths = Paths::default();
    for source in sources.items() {
        for kind in ["configMap", "secret", "downwardAPI"] {
            for item in source.child(kind).child("items").items() {
                paths.add(&item.child("path"), cx);
            }
        }
        for kind in ["serviceAccountToken", "clusterTrustBundle"] {
            paths.add(&source.child(kind).child("path"), cx);
        }
    }
    // Of two that are the same the server tells itself.
    paths.twice.clear();
    paths.tell(cx);
}

/// The paths of a volume, without slashes at their ends.
#[derive(Default)]
struct Paths<'t> {
    first: HashMap<Cow<'t, str>, Span>,
    twice: Vec<(Cow<'t, str>, Span)>,
}

impl<'t> Paths<'t> {
    fn add(&mut self, path: &Field<'_, 't>, cx: &Cx<'t>) {
        let judged = |text: &Cow<'_, str>| text.len() <= LONGEST && !cx.is_unrendered(text);
        let Some(text) = path.text().filter(judged) else {
            return;
        };
        let text = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim_end_matches('/')),
            Cow::Owned(text) => Cow::Owned(text.trim_end_matches('/').to_string()),
        };
        if text.is_empty() {
            return;
        }
        match self.first.entry(text) {
            Entry::Vacant(slot) => {
                slot.insert(path.place());
            }
            Entry::Occupied(slot) => self.twice.push((slot.key().clone(), path.place())),
        }
    }

    fn tell(self, cx: &mut Cx<'t>) {
        for (path, place) in &self.twice {
            let message = format!(
                "{} is written twice: only the last of the two is there",
                quote(path)
            );
            let report = cx.report_as(ids::POD_OVERLAPPING_PATHS, *place, message);
            let report = report.help("give each file its own path");
            if let Some(first) = self.first.get(path) {
                report.related(*first, "here first");
            }
        }
        let mut inside: Vec<_> = self.first.iter().filter(|(path, _)| path.contains('/')).collect();
        inside.sort_by_key(|(_, place)| place.start);
        for (path, place) in inside {
            let folders = path.match_indices('/').map(|(end, _)| &path[..end]);
            let Some((file, other)) = folders
                .into_iter()
                .find_map(|folder| self.first.get_key_value(folder))
            else {
                continue;
            };
            let message = format!(
                "{} is a file of this volume, so that no file can be in it",
                quote(file)
            );
            cx.report_as(ids::POD_OVERLAPPING_PATHS, *place, message)
                .related(*other, "the file")
                .help("give one of them another path");
        }
    }
}
