//! How objects and places are shown.

use crate::graph::Index;
use crate::impact::json;
use crate::impact::judge::Link;
use crate::impact::places::Places;
use crate::report::printable;

/// Everything that printing a Secret looks at.
pub(super) struct Page<'p, 'r> {
    pub(super) index: &'p Index<'r>,
    pub(super) places: &'p Places,
    /// Whether there are few enough Secrets to look for what each name was meant to be.
    pub(super) few: bool,
    /// The namespace of the Secret that is shown; empty: not known.
    pub(super) here: &'p str,
}

impl Page<'_, '_> {
    /// `Deployment web/shop`
    pub(super) fn object(&self, file: u32, object: u32) -> String {
        let (Some(facts), Some(fact)) = (
            self.index.files.get(file as usize),
            self.index.object(file, object),
        ) else {
            return String::new();
        };
        let name = match facts.str(fact.name) {
            "" => "(no name)",
            name => name,
        };
        let kind = facts.str(fact.kind);
        let own = facts.str(fact.namespace);
        // Of the namespaces that overlays put it into, the one that is meant.
        let is_here = !self.here.is_empty() && self.index.namespaces(file, own).any(|one| one == self.here);
        let namespace = if is_here {
            self.here
        } else {
            self.index.namespace(file, own)
        };
        let slash = if namespace.is_empty() { "" } else { "/" };
        printable(&format!("{kind} {namespace}{slash}{name}")).into_owned()
    }

    /// A few objects by name, and how many more there are.
    pub(super) fn some(&self, objects: impl Iterator<Item = (u32, u32)>) -> String {
        let named: std::collections::BTreeSet<String> =
            objects.map(|(file, object)| self.object(file, object)).collect();
        let shown: Vec<&str> = named.iter().take(3).map(String::as_str).collect();
        match named.len().saturating_sub(3) {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    }

    pub(super) fn kind(&self, link: &Link) -> &str {
        let object = self.index.object(link.file, link.object);
        let facts = self.index.files.get(link.file as usize);
        facts
            .zip(object)
            .map_or("", |(facts, object)| facts.str(object.kind))
    }

    /// `k8s/shop.yaml:31:21`, and the field.
    pub(super) fn place(&self, link: &Link) -> (String, String) {
        let found = self.places.get(&link.file);
        let place = found.and_then(|file| file.place(link.object, link.span));
        let field = place
            .map(|place| place.field.clone())
            .filter(|field| !field.is_empty());
        let field = field.unwrap_or_else(|| json::by_table(self.index, Some(link)));
        let field = match link.unwritten {
            Some(unwritten) => format!("{field}.{unwritten} (not written: `default`)"),
            None => field,
        };
        (
            self.line(link.file, link.object, link.span),
            printable(&field).into_owned(),
        )
    }

    pub(super) fn line(&self, file: u32, object: u32, span: crate::source::Span) -> String {
        let name = self
            .index
            .files
            .get(file as usize)
            .map_or("", |facts| &facts.file);
        let place = self.places.get(&file).and_then(|file| file.place(object, span));
        let at = place.map_or(String::new(), |at| {
            format!(":{}:{}", at.start.line, at.start.column)
        });
        format!("{}{at}", printable(name))
    }
}
