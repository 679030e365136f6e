//! The reference graph as people look at it: the objects of a run, what they only name, and who uses, makes or
//! selects what.
//!
//! ```text
//! facts of all files → build → around → places → text, dot, mermaid, json, html
//! ```
//!
//! Everything here is pure. Nothing but names, keys and paths of fields is known here, so that no format can
//! show a Secret's value.

mod around;
mod build;
mod dot;
mod html;
mod json;
mod layout;
mod mermaid;
mod text;

pub use around::{Asked, NotFound};
pub use dot::dot;
pub use html::html;
pub use json::json;
pub use mermaid::mermaid;
pub use text::Text;

use std::collections::BTreeMap;

use crate::graph::table::Row;
use crate::impact::places::{self, Places};
use crate::source::Span;

/// How many names a line may list.
const LISTED: usize = 6;

/// A place in a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Spot {
    /// The file, by its index in the run.
    pub file: u32,
    /// The object in it; `None` for what a kustomization says.
    pub object: Option<u32>,
    /// Where it stands.
    pub span: Span,
    /// Its line, once [`Picture::place`] has found it; 0 before.
    pub line: u32,
    /// Its column, likewise.
    pub column: u32,
}

/// Why something is in the graph. The order is that of certainty: the last that holds counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Standing {
    /// Something needs it, and nothing that was read defines or makes it.
    Missing,
    /// It is named, but need not be in what was read: it comes with the cluster, is optional, or its name is
    /// put together later.
    Assumed,
    /// Another object makes it.
    Made,
    /// A manifest defines it.
    Defined,
}

impl Standing {
    /// In one word, for programs.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Missing => "missing",
            Standing::Assumed => "assumed",
            Standing::Made => "made",
            Standing::Defined => "defined",
        }
    }
}

/// An object, or what is only named.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    /// Its API group; "" is the core group.
    pub group: &'a str,
    /// Its kind.
    pub kind: &'a str,
    /// Its namespace; "" when it has none or none is said.
    pub namespace: &'a str,
    /// Its name; "" when it has none yet.
    pub name: &'a str,
    /// Why it is here.
    pub standing: Standing,
    /// Where it is defined, or made.
    pub spots: Vec<Spot>,
}

/// What an edge says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Relation {
    /// The first names the second and needs it.
    Uses,
    /// The first selects the second by its labels.
    Selects,
    /// The first makes the second.
    Makes,
}

impl Relation {
    /// In one word.
    pub fn word(self) -> &'static str {
        match self {
            Relation::Uses => "uses",
            Relation::Selects => "selects",
            Relation::Makes => "makes",
        }
    }
}

/// What became of the name behind an edge.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Fate {
    /// It is there.
    Found,
    /// It is not in what was read, and need not be.
    Assumed,
    /// It is there, but in a namespace where it does not serve.
    Elsewhere(u32),
    /// It is not there; a similar name is.
    Near(u32),
    /// It is not there.
    Missing,
}

impl Fate {
    /// Whether the edge leads to nothing.
    pub fn dangles(self) -> bool {
        matches!(self, Fate::Elsewhere(_) | Fate::Near(_) | Fate::Missing)
    }

    /// The node that was probably meant.
    pub fn meant(self) -> Option<u32> {
        match self {
            Fate::Elsewhere(node) | Fate::Near(node) => Some(node),
            _ => None,
        }
    }
}

/// Who uses, makes or selects what.
#[derive(Clone, Debug)]
pub struct Edge<'a> {
    /// The node that says so, as an index into [`Picture::nodes`].
    pub from: u32,
    /// The node that is named.
    pub to: u32,
    /// What is said.
    pub relation: Relation,
    /// Where.
    pub spot: Spot,
    /// The field's path: with indices once [`Picture::place`] has found them, before as the table of fields
    /// writes it.
    pub field: std::borrow::Cow<'a, str>,
    /// The keys that are used, of a Secret or ConfigMap; the ports, of a Service.
    pub keys: Vec<&'a str>,
    /// Those that what is named does not have, though it is needed with them; a TLS certificate's too, which no
    /// field names.
    pub lacks: Vec<&'a str>,
    /// Whether the name need not exist.
    pub optional: bool,
    /// What became of the name.
    pub fate: Fate,
}

impl Edge<'_> {
    /// Whether whoever says so breaks: the edge leads nowhere, or to what lacks a key.
    fn breaks(&self) -> bool {
        self.fate.dangles() || !self.lacks.is_empty()
    }
}

/// The graph, or a part of it. Nodes are sorted by namespace, kind and name; edges by their nodes and places.
#[derive(Clone, Debug, Default)]
pub struct Picture<'a> {
    /// The objects, and what is only named.
    pub nodes: Vec<Node<'a>>,
    /// What joins them.
    pub edges: Vec<Edge<'a>>,
    /// The names of the files, by their indices in the run.
    pub files: Vec<&'a str>,
    /// The node that the picture is drawn around.
    pub centre: Option<u32>,
}

impl Picture<'_> {
    /// What has to be looked up to tell lines and fields, by file.
    pub fn asked(&self) -> BTreeMap<u32, places::Asked> {
        let mut files: BTreeMap<u32, places::Asked> = BTreeMap::new();
        let spots = self.nodes.iter().flat_map(|node| &node.spots);
        for spot in spots.chain(self.edges.iter().map(|edge| &edge.spot)) {
            files
                .entry(spot.file)
                .or_default()
                .push((spot.object.unwrap_or(u32::MAX), spot.span));
        }
        for asked in files.values_mut() {
            asked.sort_unstable();
            asked.dedup();
        }
        files
    }

    /// Puts in lines, columns and paths of fields, and sorts by them.
    pub fn place(&mut self, places: &Places) {
        let find = |spot: &Spot| {
            places
                .get(&spot.file)?
                .place(spot.object.unwrap_or(u32::MAX), spot.span)
        };
        let put = |spot: &mut Spot| {
            if let Some(place) = find(spot) {
                (spot.line, spot.column) = (place.start.line, place.start.column);
            }
        };
        for node in &mut self.nodes {
            node.spots.iter_mut().for_each(put);
            node.spots
                .sort_by_key(|spot| (self.files.get(spot.file as usize), spot.line, spot.column));
        }
        for edge in &mut self.edges {
            // A selector is the whole map, not the label in it that marks the place.
            if edge.relation != Relation::Selects
                && let Some(place) = find(&edge.spot)
                && !place.field.is_empty()
            {
                edge.field = place.field.clone().into();
            }
            put(&mut edge.spot);
        }
        let files = &self.files;
        let key = |edge: &Edge<'_>| {
            let spot = edge.spot;
            (files.get(spot.file as usize).copied(), spot.line, spot.column)
        };
        self.edges.sort_by(|a, b| {
            (a.from, a.relation, a.to)
                .cmp(&(b.from, b.relation, b.to))
                .then_with(|| key(a).cmp(&key(b)))
        });
    }

    /// Keeps these nodes, in this order, and the edges between them.
    fn keep(&mut self, order: &[u32]) {
        let mut new = vec![u32::MAX; self.nodes.len()];
        for (at, old) in (0..).zip(order) {
            if let Some(new) = new.get_mut(*old as usize) {
                *new = at;
            }
        }
        let moved = |old: u32| new.get(old as usize).copied().filter(|at| *at != u32::MAX);
        self.nodes = order
            .iter()
            .filter_map(|old| self.nodes.get(*old as usize).cloned())
            .collect();
        self.centre = self.centre.and_then(moved);
        self.edges.retain_mut(|edge| {
            let (Some(from), Some(to)) = (moved(edge.from), moved(edge.to)) else {
                return false;
            };
            (edge.from, edge.to) = (from, to);
            edge.fate = match edge.fate {
                Fate::Elsewhere(meant) => moved(meant).map_or(Fate::Missing, Fate::Elsewhere),
                Fate::Near(meant) => moved(meant).map_or(Fate::Missing, Fate::Near),
                fate => fate,
            };
            true
        });
    }

    /// The file and line of a spot: `k8s/web.yaml:12`.
    fn at(&self, spot: &Spot) -> String {
        let file = crate::report::printable(self.file(spot));
        match spot.line {
            0 => file.into_owned(),
            line => format!("{file}:{line}"),
        }
    }

    fn file(&self, spot: &Spot) -> &str {
        self.files.get(spot.file as usize).copied().unwrap_or_default()
    }

    /// A node by its number.
    fn node(&self, at: u32) -> Option<&Node<'_>> {
        self.nodes.get(at as usize)
    }

    /// What the keys of an edge are called.
    fn part(&self, edge: &Edge<'_>) -> &'static str {
        match self.node(edge.to) {
            Some(node) if node.kind == "Service" => "port",
            _ => "key",
        }
    }

    /// What is wanted and not there, of what is there: `no key password`; nothing when nothing lacks.
    fn lacking(&self, edge: &Edge<'_>) -> Option<String> {
        let shown = edge
            .lacks
            .iter()
            .take(LISTED)
            .map(|key| crate::report::printable(key));
        let shown: Vec<_> = shown.collect();
        let several = if edge.lacks.len() > 1 { "s" } else { "" };
        let more = if edge.lacks.len() > LISTED { ", …" } else { "" };
        (!shown.is_empty()).then(|| format!("no {}{several} {}{more}", self.part(edge), shown.join(", ")))
    }

    /// The edges, but of those that say the same of the same nodes only the first, with how many there are.
    fn merged(&self) -> Vec<(&Edge<'_>, usize)> {
        // Fields of one object differ in little more than the keys that lack: looking further back finds nothing, and
        // would take long where there are thousands.
        const BACK: usize = 8;
        let mut out: Vec<(&Edge<'_>, usize)> = Vec::new();
        for edge in &self.edges {
            let ends = |edge: &Edge<'_>| (edge.from, edge.relation, edge.to);
            let says = |edge: &Edge<'_>| (edge.fate.dangles(), edge.optional);
            let same = out
                .iter_mut()
                .rev()
                .take(BACK)
                .take_while(|(other, _)| ends(other) == ends(edge))
                .find(|(other, _)| says(other) == says(edge) && other.lacks == edge.lacks);
            match same {
                Some((_, count)) => *count += 1,
                None => out.push((edge, 1)),
            }
        }
        out
    }
}

impl Node<'_> {
    /// Its kind and name as they are shown: what steers a terminal is escaped, control characters too.
    fn title(&self) -> String {
        format!("{} {}", crate::report::printable(self.kind), self.shown_name())
    }

    fn shown_name(&self) -> String {
        match self.name {
            "" => "(no name)".to_string(),
            name => crate::report::printable(name).into_owned(),
        }
    }
}

/// The path of a row as it is shown: its own text, without the type's name.
fn path<'a>(table: &'a crate::graph::table::Table, row: &Row) -> &'a str {
    table.str(row.path)
}
