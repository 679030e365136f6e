//! Who uses the chosen Secrets, directly and through others, and whether deleting them heals itself.

use super::chain::Chain;
use super::facts::FileFacts;
use super::heal;
use super::select::{Chosen, Selected, fact};
use super::users::Users;
use crate::graph::table::Breaks;
use crate::graph::{Defined, Index};
use crate::hash::HashSet;
use crate::source::Span;

/// A field by which something breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The file, by its index in the run.
    pub file: u32,
    /// The object that breaks.
    pub object: u32,
    /// Where the field's value stands; of a pod that leaves its account out, where it is described.
    pub span: Span,
    /// The field's path as the table writes it; `None` for what no row describes.
    pub row: Option<crate::graph::table::RowId>,
    /// The field that is not written, below what the span marks.
    pub unwritten: Option<&'static str>,
    /// Whether only the field's name tells that it names a Secret.
    pub guessed: bool,
    /// When it breaks.
    pub breaks: Breaks,
    /// The link through which it is reached, as an index into [`Verdict::links`]; it stands before this one.
    pub parent: Option<u32>,
}

impl Link {
    /// Whether the object fails at once without the Secret. One that only has it copied makes it all the same.
    fn needs_it(&self) -> bool {
        self.breaks == Breaks::Now && (self.row.is_some() || self.parent.is_some())
    }
}

/// What is to be known of a chosen Secret.
pub struct Verdict<'r> {
    /// The Secret.
    pub secret: Chosen<'r>,
    /// What uses it, those through others behind those that they are reached through.
    pub links: Vec<Link>,
    /// Objects that use it, but do without: file and object.
    pub optional: Vec<(u32, u32)>,
    /// What makes it again.
    pub healers: Vec<Healer<'r>>,
    /// Whether it is `immutable`.
    pub immutable: bool,
    /// Whether it is a ServiceAccount's token, and of which ("": not said).
    pub token: Option<Box<str>>,
    /// Its type, where one is known.
    pub kind: Option<Box<str>>,
    /// What is lost with it, where a controller finds it by its labels.
    pub purpose: Option<&'static str>,
}

/// What makes a Secret again.
pub struct Healer<'r> {
    /// What it makes.
    pub defined: Defined<'r>,
    /// Whether with values that serve.
    pub keeps_values: bool,
    /// Whether the same deletion breaks it.
    pub broken: bool,
}

impl Verdict<'_> {
    /// Whether the Secret comes back by itself.
    pub fn heals(&self) -> bool {
        self.healers.iter().any(|one| one.keeps_values && !one.broken)
    }

    /// Whether deleting it breaks something.
    pub fn is_blocked(&self) -> bool {
        !self.links.is_empty() && !self.heals()
    }

    /// Whether anything that was read defines it. Of a cloud secret nothing can.
    pub fn is_defined(&self) -> bool {
        self.secret.cloud || !self.secret.defined.is_empty()
    }

    /// The links through which a link is reached, from the Secret outwards.
    pub fn via(&self, link: &Link) -> Vec<&Link> {
        let mut via = Vec::new();
        let mut parent = link.parent;
        while let Some(link) = parent.and_then(|at| self.links.get(at as usize)) {
            via.push(link);
            parent = link.parent;
        }
        via.reverse();
        via
    }
}

/// The answer.
pub struct Judged<'r> {
    /// One verdict for each chosen Secret.
    pub verdicts: Vec<Verdict<'r>>,
}

impl Judged<'_> {
    /// Those whose deletion breaks something.
    pub fn blocked(&self) -> impl Iterator<Item = &Verdict<'_>> {
        self.verdicts.iter().filter(|verdict| verdict.is_blocked())
    }
}

/// Finds what deleting the selected Secrets breaks.
pub fn judge<'r>(index: &Index<'r>, facts: &[FileFacts], selected: Selected<'r>) -> Judged<'r> {
    let users = Users::new(index, facts);
    let verdicts: Vec<Verdict<'r>> = selected
        .chosen
        .into_iter()
        .map(|secret| {
            let Chain { links, optional, .. } = Chain::of(&users, &secret);
            let known = || secret.defined.iter().filter_map(|defined| fact(facts, defined));
            let healers = secret.defined.iter().filter(|defined| {
                let row = defined.fact.row.map(|row| index.table().row(row));
                row.is_some_and(|row| row.remakes)
            });
            let healers = healers.map(|defined| Healer {
                defined: *defined,
                keeps_values: heal::keeps_values(group(index, defined))
                    && !defined.fact.row.is_some_and(|row| index.table().row(row).renews),
                // A store's own token may be made by what reads it from that store.
                broken: links.iter().any(|link| {
                    link.needs_it() && link.file == defined.file && Some(link.object) == defined.fact.object
                }),
            });
            Verdict {
                healers: healers.collect(),
                immutable: known().any(|fact| fact.immutable),
                token: known().find_map(|fact| fact.account.clone()),
                kind: known().find_map(|fact| fact.kind.clone()),
                purpose: known().find_map(|fact| fact.purpose),
                links,
                optional,
                secret,
            }
        })
        .collect();
    let mut judged = Judged { verdicts };
    judged.break_healers();
    judged
}

fn group<'r>(index: &Index<'r>, defined: &Defined<'r>) -> &'r str {
    defined
        .fact
        .object
        .and_then(|object| index.object(defined.file, object))
        .map_or("", |object| index.files[defined.file as usize].str(object.group))
}

impl Judged<'_> {
    /// What the same deletion breaks makes nothing again: an ExternalSecret whose store has lost its token.
    fn break_healers(&mut self) {
        loop {
            let broken: HashSet<(u32, u32)> = self
                .blocked()
                .flat_map(|verdict| &verdict.links)
                .filter(|link| link.needs_it())
                .map(|link| (link.file, link.object))
                .collect();
            let mut changed = false;
            for verdict in &mut self.verdicts {
                for healer in &mut verdict.healers {
                    let object = healer
                        .defined
                        .fact
                        .object
                        .map(|object| (healer.defined.file, object));
                    if !healer.broken && object.is_some_and(|object| broken.contains(&object)) {
                        healer.broken = true;
                        changed = true;
                    }
                }
            }
            if !changed {
                return;
            }
        }
    }
}
