//! Who uses the chosen Secrets, directly and through others, and whether deleting them heals itself.

use super::chain::Chain;
use super::facts::FileFacts;
use super::purpose;
use super::select::{Chosen, Selected, fact};
use super::users::Users;
use crate::graph::table::Breaks;
use crate::graph::{Defined, Index};
use crate::hash::HashMap;
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
    /// Whether the object only has it copied.
    pub copied: bool,
    /// When it breaks.
    pub breaks: Breaks,
    /// The link through which it is reached, as an index into [`Verdict::links`]; it stands before this one.
    pub parent: Option<u32>,
}

impl Link {
    /// A field that no row describes, which names the Secret itself.
    pub(super) fn by(file: u32, object: u32, span: Span, breaks: Breaks) -> Link {
        Link {
            file,
            object,
            span,
            row: None,
            unwritten: None,
            guessed: false,
            copied: false,
            breaks,
            parent: None,
        }
    }

    /// Whether the object makes nothing any more without the Secret. One that only has it copied makes it all the same.
    fn needs_it(&self) -> bool {
        matches!(self.breaks, Breaks::Now | Breaks::OnNextUse) && !self.copied
    }

    /// Whether a maker of Secrets makes nothing any more for want of the Secret.
    fn stops(&self, maker: Maker) -> bool {
        (self.file, self.object) == maker.object
            && self.needs_it()
            && !(maker.registers && self.breaks == Breaks::OnNextUse)
    }
}

/// An object that makes Secrets.
#[derive(Clone, Copy)]
struct Maker {
    /// Its file and place there.
    object: (u32, u32),
    /// Whether it makes an account's key only, before it is asked for anything else: an Issuer of certificates.
    registers: bool,
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
    maker: Option<Maker>,
    /// Whether it opens what keys of Sealed Secrets closed.
    unseals: bool,
}

impl Verdict<'_> {
    /// Whether the Secret comes back by itself.
    pub fn heals(&self) -> bool {
        self.healers.iter().any(|one| one.keeps_values && !one.broken)
    }

    /// Whether deleting it breaks something: what uses it by its name, or what finds it by its labels.
    pub fn is_blocked(&self) -> bool {
        (self.purpose.is_some() || !self.links.is_empty()) && !self.heals()
    }

    /// What is lost with it, whoever uses it or not: because of its labels, or its type.
    pub fn lost(&self) -> Option<&'static str> {
        self.purpose.or(match self.kind.as_deref() {
            Some("helm.sh/release.v1") => {
                Some("the record of a Helm release: Helm forgets the release, or a revision of it")
            }
            Some("bootstrap.kubernetes.io/token") => {
                Some("a bootstrap token: no further node can join with it")
            }
            _ => None,
        })
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
            let healers = healers.map(|defined| {
                let (group, kind) = group_and_kind(index, defined);
                let maker = defined.fact.object.map(|object| Maker {
                    object: (defined.file, object),
                    registers: matches!(kind, "Issuer" | "ClusterIssuer"),
                });
                Healer {
                    defined: *defined,
                    keeps_values: !defined.fact.row.is_some_and(|row| index.table().row(row).renews),
                    // A store's own token may be made by what reads it from that store.
                    broken: maker.is_some_and(|maker| links.iter().any(|link| link.stops(maker))),
                    maker,
                    unseals: (group, kind) == ("bitnami.com", "SealedSecret"),
                }
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

fn group_and_kind<'r>(index: &Index<'r>, defined: &Defined<'r>) -> (&'r str, &'r str) {
    let object = defined.fact.object;
    let object = object.and_then(|object| index.object(defined.file, object));
    let facts = &index.files[defined.file as usize];
    object.map_or(("", ""), |object| {
        (facts.str(object.group), facts.str(object.kind))
    })
}

impl Judged<'_> {
    /// What the same deletion breaks makes nothing again: an ExternalSecret whose store has lost its token, a
    /// SealedSecret without the key that opens it.
    fn break_healers(&mut self) {
        let sealed = self
            .verdicts
            .iter()
            .any(|verdict| verdict.purpose == Some(purpose::SEALING_KEY));
        if sealed {
            let healers = self.verdicts.iter_mut().flat_map(|verdict| &mut verdict.healers);
            healers
                .filter(|healer| healer.unseals)
                .for_each(|healer| healer.broken = true);
        }
        loop {
            let links = self.blocked().flat_map(|verdict| &verdict.links);
            // Of each object that breaks, whether it does so when it is next asked only.
            let mut broken: HashMap<(u32, u32), bool> = HashMap::default();
            for link in links.filter(|link| link.needs_it()) {
                let next = link.breaks == Breaks::OnNextUse;
                *broken.entry((link.file, link.object)).or_insert(next) &= next;
            }
            let mut changed = false;
            for healer in self.verdicts.iter_mut().flat_map(|verdict| &mut verdict.healers) {
                let Some(maker) = healer.maker.filter(|_| !healer.broken) else {
                    continue;
                };
                let stops = broken
                    .get(&maker.object)
                    .is_some_and(|next| !(maker.registers && *next));
                healer.broken |= stops;
                changed |= stops;
            }
            if !changed {
                return;
            }
        }
    }
}
