//! Keeps only what a change touched: the findings of objects that it has a line in.

use std::cmp::{max, min};
use std::collections::HashSet;

use super::{FileReport, Report, Source};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::yaml::{self, Chunk, Tree};

/// What a change did to a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Change {
    /// Nothing.
    #[default]
    None,
    /// It is new, or its lines are not known.
    All,
    /// It changed these lines, first and last, from 1. What was deleted touches the lines before and after.
    Lines(Vec<(u32, u32)>),
}

impl Change {
    fn touches(&self, source: &Source, span: Span) -> bool {
        let Change::Lines(changed) = self else {
            return *self == Change::All;
        };
        let first = source.lines().line(span.start);
        // The line break that ends a document is not the next one's.
        let last = source.lines().line(max(span.start, span.end.saturating_sub(1)));
        changed
            .iter()
            .any(|(from, to)| max(first, *from) <= min(last, *to))
    }
}

impl Report {
    /// Leaves out the findings that a change has nothing to do with, and says how many. There is a change for
    /// each file, in their order.
    ///
    /// A finding stays when a line changed in its object; in its own lines where it is about no object, or in
    /// its document where that cannot be read; in another object that it tells of; or when it is about a name that is
    /// not there and that is among those `lost`.
    pub fn keep_touched(&mut self, changes: &[Change], lost: &HashSet<String>) -> usize {
        let keep: Vec<Vec<bool>> = (0..)
            .zip(&self.files)
            .map(|(index, file)| {
                let broken = broken_documents(file);
                let keeps = |d: &Diagnostic| {
                    self.is_touched(index, file, d, &broken, changes) || is_lost(file, d, lost)
                };
                file.diagnostics.iter().map(keeps).collect()
            })
            .collect();
        let mut left_out = 0;
        for ((index, file), keep) in (0..).zip(&mut self.files).zip(keep) {
            let mut keep = keep.into_iter();
            let before = file.diagnostics.len();
            file.diagnostics.retain(|_| keep.next().unwrap_or(true));
            left_out += before - file.diagnostics.len();
            let change = changes.get(index).unwrap_or(&Change::None);
            for object in &mut file.objects {
                object.left_out = match &file.source {
                    Some(source) => !change.touches(source, object.span),
                    // Its text was not kept, so that there is nothing to say about it anyway.
                    None => *change == Change::None,
                };
            }
        }
        left_out
    }

    fn is_touched(
        &self,
        index: usize,
        file: &FileReport,
        diagnostic: &Diagnostic,
        broken: &[Span],
        changes: &[Change],
    ) -> bool {
        let touches = |index: usize, span: Span| {
            let source = self.files.get(index).and_then(|file| file.source.as_deref());
            changes
                .get(index)
                .zip(source)
                .is_some_and(|(change, source)| change.touches(source, span))
        };
        let object = diagnostic
            .object
            .and_then(|object| file.objects.get(object as usize));
        let about = match object {
            Some(object) => object.span.to(diagnostic.span),
            None => broken
                .iter()
                .find(|document| document.contains(diagnostic.span))
                .map_or(diagnostic.span, |document| document.to(diagnostic.span)),
        };
        touches(index, about)
            || diagnostic.related.iter().any(|related| {
                let other = related.file.map_or(index, |file| file as usize);
                touches(other, self.around(other, related.span))
            })
    }

    /// The object that a span of a file is in; the span itself where it is in none.
    fn around(&self, file: usize, span: Span) -> Span {
        let objects = self.files.get(file).map_or(&[][..], |file| &file.objects);
        let at = objects.partition_point(|object| object.span.end <= span.start);
        let object = objects.get(at).map(|object| object.span);
        object.filter(|object| object.contains(span)).unwrap_or(span)
    }

    /// Whether something is missing that a change may have taken away.
    pub fn misses_names(&self) -> bool {
        self.diagnostics().any(is_dangling)
    }
}

/// Whether a finding is about a name that is not there.
fn is_dangling(diagnostic: &Diagnostic) -> bool {
    diagnostic.rule.rule().id.starts_with("references/dangling-")
}

/// Whether a finding is about a name of these, which is not there any more.
fn is_lost(file: &FileReport, diagnostic: &Diagnostic, lost: &HashSet<String>) -> bool {
    if lost.is_empty() || !is_dangling(diagnostic) {
        return false;
    }
    let text = file
        .source
        .as_ref()
        .and_then(|source| source.text().get(diagnostic.span.range()));
    // An annotation may name a namespace as well.
    let name = text.unwrap_or_default().trim_matches(['"', '\'']);
    let name = name.rsplit('/').next().unwrap_or_default();
    lost.contains(name)
}

/// The documents of a file that cannot be read: what is wrong may stand far from where it shows.
fn broken_documents(file: &FileReport) -> Vec<Span> {
    let about_none = file.diagnostics.iter().any(|d| d.object.is_none());
    let Some(source) = file.source.as_deref().filter(|_| about_none) else {
        return Vec::new();
    };
    let mut tree = Tree::default();
    yaml::parse(source.text(), &source.decoded().invalid, &mut tree);
    let broken = tree.chunks.iter().filter(|chunk: &&Chunk| chunk.error.is_some());
    broken.map(|chunk| chunk.span).collect()
}
