//! The facts and the index of a run → nodes and edges.

use std::collections::BTreeSet;

use super::{Edge, Fate, Node, Picture, Relation, Spot, Standing, path};
use crate::graph::table::{RowId, Target};
use crate::graph::{Closeness, Defined, Index, Labels, Role, Selecting, UseSite, Verdict};
use crate::hash::HashMap;
use crate::source::Span;

/// How many namesakes one field may be drawn to: more say nothing.
const MANY: usize = 8;

/// What two nodes never share: group, kind, namespace, name, and where, for what has no name.
type Key<'a> = (&'a str, &'a str, &'a str, &'a str, Option<(u32, u32)>);

impl<'a> Picture<'a> {
    /// Draws what the index of a run says.
    pub fn new<'r: 'a>(index: &'a Index<'r>) -> Picture<'a> {
        let mut draw = Draw {
            index,
            nodes: Vec::new(),
            by_key: HashMap::default(),
            objects: HashMap::default(),
            kinds: kinds(index),
            edges: Vec::new(),
        };
        draw.objects();
        draw.made();
        draw.uses();
        draw.selections();
        draw.done()
    }
}

struct Draw<'a, 'r> {
    index: &'a Index<'r>,
    nodes: Vec<Node<'a>>,
    by_key: HashMap<Key<'a>, u32>,
    /// The nodes of the objects, by file and object.
    objects: HashMap<(u32, u32), u32>,
    /// By target, the group and kind that are drawn for what is only named.
    kinds: Vec<(&'a str, &'a str)>,
    edges: Vec<Edge<'a>>,
}

/// The group and kind of each target. Of several kinds the one that is called as the target counts; where none is,
/// the target stands for them all.
fn kinds<'a, 'r: 'a>(index: &'a Index<'r>) -> Vec<(&'a str, &'a str)> {
    let table = index.table();
    let of = |at: usize| {
        let target = Target(at as u16);
        let name = table.target_name(target);
        let own = table
            .kinds
            .iter()
            .find(|kind| kind.target == Some(target) && table.str(kind.kind) == name);
        (own.map_or("", |kind| table.str(kind.group)), name)
    };
    (0..table.targets.len()).map(of).collect()
}

fn spot(file: u32, object: Option<u32>, span: Span) -> Spot {
    Spot {
        file,
        object,
        span,
        line: 0,
        column: 0,
    }
}

impl<'a, 'r: 'a> Draw<'a, 'r> {
    fn node(&mut self, key: Key<'a>, standing: Standing) -> u32 {
        let next = self.nodes.len() as u32;
        let at = *self.by_key.entry(key).or_insert(next);
        match self.nodes.get_mut(at as usize) {
            Some(node) => node.standing = node.standing.max(standing),
            None => self.nodes.push(Node {
                group: key.0,
                kind: key.1,
                namespace: key.2,
                name: key.3,
                standing,
                spots: Vec::new(),
            }),
        }
        at
    }

    /// A node for what others name.
    fn named(&mut self, target: Target, namespace: &'a str, name: &'a str, standing: Standing) -> u32 {
        let (group, kind) = self.kinds.get(target.0 as usize).copied().unwrap_or_default();
        let namespace = if self.index.table().scope(target).cluster {
            ""
        } else {
            namespace
        };
        self.node((group, kind, namespace, name, None), standing)
    }

    fn objects(&mut self) {
        let index = self.index;
        for (file, facts) in (0..).zip(index.files) {
            if facts.role == Role::Definitions {
                continue;
            }
            let objects = (0..).zip(&facts.objects);
            for (object, fact) in objects.filter(|(_, fact)| !fact.is_values) {
                let (group, kind) = (facts.str(fact.group), facts.str(fact.kind));
                let target = index.table().kind(group, kind).and_then(|kind| kind.target);
                let cluster = target.is_some_and(|target| index.table().scope(target).cluster);
                let own = facts.str(fact.namespace);
                let namespace = match () {
                    () if cluster => "",
                    // What is in no namespace a kustomization does not put into one.
                    () if own.is_empty() && is_cluster_wide(group, kind) => "",
                    () => index.namespace(file, own),
                };
                let name = facts.str(fact.name);
                let place = name.is_empty().then_some((file, object));
                let at = self.node((group, kind, namespace, name, place), Standing::Defined);
                self.nodes[at as usize]
                    .spots
                    .push(spot(file, Some(object), fact.span));
                self.objects.insert((file, object), at);
            }
        }
    }

    /// What objects and kustomizations make.
    fn made(&mut self) {
        let index = self.index;
        let table = index.table();
        for (file, facts) in (0..).zip(index.files) {
            for fact in &facts.definitions {
                let Some(at) = self.made_by(file, fact) else {
                    continue;
                };
                let here = spot(file, fact.object, fact.span);
                self.nodes[at as usize].spots.push(here);
                let maker = fact.object.and_then(|object| self.objects.get(&(file, object)));
                if let (Some(&from), Some(row)) = (maker, fact.row)
                    && from != at
                {
                    self.edges.push(Edge {
                        from,
                        to: at,
                        relation: Relation::Makes,
                        spot: here,
                        field: path(table, table.row(row)).into(),
                        keys: facts.keys(&fact.keys).map(|(key, _)| key).collect(),
                        lacks: Vec::new(),
                        optional: false,
                        fate: Fate::Found,
                    });
                }
            }
        }
    }

    /// The node of what is made, if that is not an object itself.
    fn made_by(&mut self, file: u32, fact: &'r crate::graph::Definition) -> Option<u32> {
        if fact.object.is_some() && fact.row.is_none() {
            return None;
        }
        let facts = &self.index.files[file as usize];
        let namespace = self.index.namespace(file, facts.str(fact.namespace));
        let name = facts.str(fact.name);
        // Who hands on a copy of itself makes nothing new.
        if let Some(own) = fact.object.and_then(|object| self.objects.get(&(file, object))) {
            let own_node = &self.nodes[*own as usize];
            let kind = self.kinds.get(fact.target.0 as usize).copied();
            if kind == Some((own_node.group, own_node.kind)) && own_node.name == name {
                return None;
            }
        }
        Some(self.named(fact.target, namespace, name, Standing::Made))
    }

    /// The node of a definition.
    fn definition(&mut self, d: &Defined<'r>) -> Option<u32> {
        match (d.fact.object, d.fact.row) {
            (Some(object), None) => self.objects.get(&(d.file, object)).copied(),
            (object, _) => self
                .made_by(d.file, d.fact)
                .or_else(|| self.objects.get(&(d.file, object?)).copied()),
        }
    }

    fn uses(&mut self) {
        let index = self.index;
        for site in index.uses() {
            let Some(&from) = self.objects.get(&(site.file, site.fact.object)) else {
                continue;
            };
            let table = index.table();
            let row = index.row(&site);
            let facts = &index.files[site.file as usize];
            let optional = site.fact.optional;
            let mut edge = Edge {
                from,
                to: 0,
                relation: Relation::Uses,
                spot: spot(site.file, Some(site.fact.object), site.fact.span),
                field: path(table, row).into(),
                keys: facts.keys(&site.fact.keys).map(|(key, _)| key).collect(),
                lacks: Vec::new(),
                optional,
                fate: Fate::Found,
            };
            let there = self.there(&site);
            let (lacks, lacking) = self.lacking(&site);
            for &to in &there {
                let lacks = if lacking.contains(&to) {
                    lacks.clone()
                } else {
                    Vec::new()
                };
                self.edges.push(Edge {
                    to,
                    lacks,
                    ..edge.clone()
                });
            }
            // A loose field names what a deletion would break, if it is there: else there is nothing to draw. Nor is
            // what lacks in files that only tell what else is there.
            if !there.is_empty() || row.loose || !index.is_checked(site.file) {
                continue;
            }
            edge.fate = match index.verdict(&site) {
                Verdict::Fine => Fate::Assumed,
                Verdict::Elsewhere(d) => self.definition(&d).map_or(Fate::Missing, Fate::Elsewhere),
                Verdict::Near(d) => self.definition(&d).map_or(Fate::Missing, Fate::Near),
                // Clusters come with some of these.
                Verdict::Unknown(_) if table.scope(site.fact.target).ambient => Fate::Assumed,
                Verdict::Unknown(_) => Fate::Missing,
            };
            edge.to = self.unfound(&site, edge.fate.dangles());
            self.edges.push(edge);
        }
    }

    /// The keys that a field wants of what it means and that are not there, and the nodes that lack them. What may
    /// belong to another world is not held to them, nor are files that only tell what else is there.
    fn lacking(&mut self, site: &UseSite<'r>) -> (Vec<&'a str>, BTreeSet<u32>) {
        let index = self.index;
        let wants = index.is_checked(site.file) && index.wanted(site).next().is_some();
        let meant = wants.then(|| index.meant(site)).flatten();
        let Some(meant) = meant.filter(|meant| meant.closeness > Closeness::Apart) else {
            return Default::default();
        };
        let wanted = index.wanted(site).map(|(key, _)| key);
        let lacks: Vec<&str> = wanted.filter(|key| index.lacks(site, &meant, key)).collect();
        let nodes = match lacks.is_empty() {
            true => BTreeSet::new(),
            false => meant
                .definitions
                .iter()
                .filter_map(|d| self.definition(d))
                .collect(),
        };
        (lacks, nodes)
    }

    /// The node of what is named and not there. Where one field needs it and another does not, it is missing.
    fn unfound(&mut self, site: &UseSite<'r>, needed: bool) -> u32 {
        let namespace = self.index.namespace(site.file, site.namespace);
        let before = self.nodes.len();
        let at = self.named(site.fact.target, namespace, site.name, Standing::Missing);
        let node = &mut self.nodes[at as usize];
        if at as usize == before && !needed {
            node.standing = Standing::Assumed;
        } else if node.standing == Standing::Assumed && needed {
            node.standing = Standing::Missing;
        }
        at
    }

    /// The nodes that a field means: of all of that name the closest.
    fn there(&mut self, site: &UseSite<'r>) -> BTreeSet<u32> {
        let index = self.index;
        let mut reached: Vec<(Closeness, Defined<'r>)> = index
            .bare_names(site.name)
            .flat_map(|bare| index.reached_as(site, bare))
            .map(|d| (index.closeness(site, &d), d))
            .collect();
        let best = reached.iter().map(|(closeness, _)| *closeness).max();
        reached.retain(|(closeness, _)| Some(*closeness) == best);
        // An object outweighs what would make it.
        let mut nodes = BTreeSet::new();
        for (_, d) in reached {
            nodes.extend(self.definition(&d));
            if nodes.len() >= MANY {
                break;
            }
        }
        nodes
    }

    fn selections(&mut self) {
        let index = self.index;
        let Some(labels) = Labels::new(index) else { return };
        for (file, facts) in (0..).zip(index.files) {
            for fact in &facts.selections {
                let Some(&from) = self.objects.get(&(file, fact.object)) else {
                    continue;
                };
                let Some((_, _, span)) = facts.labels(&fact.labels).next() else {
                    continue;
                };
                for selected in labels.selected(&Selecting { file, fact }) {
                    let Some(&to) = self.objects.get(&(selected.file, selected.fact.object)) else {
                        continue;
                    };
                    self.edges.push(Edge {
                        from,
                        to,
                        relation: Relation::Selects,
                        spot: spot(file, Some(fact.object), span),
                        field: self.path(fact.row).into(),
                        keys: Vec::new(),
                        lacks: Vec::new(),
                        optional: false,
                        fate: Fate::Found,
                    });
                }
            }
        }
    }

    fn path(&self, row: RowId) -> &'a str {
        let table = self.index.table();
        path(table, table.row(row))
    }

    /// Sorts, and numbers nodes by their order.
    fn done(self) -> Picture<'a> {
        let files: Vec<&'a str> = self.index.files.iter().map(|facts| &*facts.file).collect();
        let mut picture = Picture {
            nodes: self.nodes,
            edges: self.edges,
            files,
            centre: None,
        };
        let mut order: Vec<u32> = (0..).take(picture.nodes.len()).collect();
        order.sort_by_key(|at| {
            let node = &picture.nodes[*at as usize];
            (node.namespace, node.kind, node.name, node.group, *at)
        });
        picture.keep(&order);
        let files = &picture.files;
        picture.edges.sort_by_key(|edge| {
            let spot = edge.spot;
            (
                edge.from,
                edge.relation,
                edge.to,
                files[spot.file as usize],
                spot.span.start,
            )
        });
        // Two ways of reading a field may find the same, and want different keys of it.
        let key = |edge: &Edge<'_>| (edge.from, edge.to, edge.relation, edge.spot, edge.fate);
        picture.edges.dedup_by(|edge, kept| {
            let same = key(edge) == key(kept);
            if same {
                let more = |key: &&str| !kept.lacks.contains(key);
                let more: Vec<&str> = edge.lacks.iter().copied().filter(more).collect();
                kept.lacks.extend(more);
            }
            same
        });
        picture
    }
}

fn is_cluster_wide(group: &str, kind: &str) -> bool {
    crate::schema::versions_of(group, kind)
        .first()
        .is_some_and(|info| info.scope == Some(crate::schema::Scope::Cluster))
}
