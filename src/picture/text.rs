//! The picture for people at a terminal: a calm tree.

use std::collections::VecDeque;
use std::fmt::Write as _;

use super::{Edge, Fate, LISTED, Node, Picture, Relation, Standing};
use crate::report::{count, printable};

/// The printer.
#[derive(Clone, Copy, Default, Debug)]
pub struct Text {
    /// Whether to colour.
    pub color: bool,
}

const BOLD: anstyle::Style = anstyle::Style::new().bold();
const DIM: anstyle::Style = anstyle::Style::new().dimmed();
const RED: anstyle::Style = anstyle::AnsiColor::Red.on_default();

impl Text {
    /// Prints the picture.
    pub fn print(self, picture: &Picture<'_>, out: &mut String) {
        match picture.centre {
            Some(centre) => self.tree(picture, centre, out),
            None => self.all(picture, out),
        }
        self.summary(picture, out);
    }

    fn paint(self, style: anstyle::Style, text: &str) -> String {
        match self.color {
            true => format!("{style}{text}{style:#}"),
            false => text.to_string(),
        }
    }

    /// Everything, by namespace: each object with what it uses below it.
    fn all(self, picture: &Picture<'_>, out: &mut String) {
        let edges = picture.merged();
        let mut edges = edges.as_slice();
        let mut named = vec![0_usize; picture.nodes.len()];
        for (edge, _) in edges {
            if let Some(named) = named.get_mut(edge.to as usize) {
                *named += 1;
            }
        }
        let mut first = true;
        let mut at = 0;
        while let Some(head) = picture.node(at) {
            let end = picture.nodes[at as usize..]
                .iter()
                .position(|node| node.namespace != head.namespace)
                .map_or(picture.nodes.len(), |len| at as usize + len) as u32;
            let title = match head.namespace {
                "" => "no namespace".to_string(),
                namespace => format!("namespace {}", printable(namespace)),
            };
            let group = &picture.nodes[at as usize..end as usize];
            if group.iter().all(|node| node.standing != Standing::Defined) {
                at = end; // Those who name them show them.
                continue;
            }
            if !std::mem::take(&mut first) {
                out.push('\n');
            }
            // Writing into a String cannot fail.
            let _ = writeln!(out, "{}", self.paint(BOLD, &title));
            let mut alone = Vec::new();
            for number in at..end {
                let Some(node) = picture.node(number) else { break };
                let len = edges.partition_point(|(edge, _)| edge.from <= number);
                let (own, rest) = edges.split_at(len);
                edges = rest;
                let used = named.get(number as usize).copied().unwrap_or_default();
                if own.is_empty() && (used == 0 || node.standing != Standing::Defined) {
                    if node.standing == Standing::Defined {
                        alone.push(node);
                    }
                    continue;
                }
                let mut head = self.head(picture, node);
                if own.is_empty() {
                    let by = format!("  named by {used}");
                    head.push_str(&self.paint(DIM, &by));
                }
                let _ = writeln!(out, "  {head}");
                for (i, (edge, count)) in own.iter().enumerate() {
                    let branch = if i + 1 == own.len() { "└─" } else { "├─" };
                    let line = self.edge(picture, node.namespace, edge, *count, true);
                    let _ = writeln!(out, "  {branch} {line}");
                }
            }
            self.alone(&alone, out);
            at = end;
        }
    }

    /// Objects that name nothing and are named by nothing: kind by kind, so that many of them take few lines.
    fn alone(self, nodes: &[&Node<'_>], out: &mut String) {
        for group in nodes.chunk_by(|a, b| a.kind == b.kind) {
            let Some(first) = group.first() else { continue };
            let shown: Vec<String> = group.iter().take(LISTED).map(|node| node.shown_name()).collect();
            let more = match group.len().saturating_sub(LISTED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let line = format!("{} {}{more}", printable(first.kind), shown.join(", "));
            let why = match group.len() {
                1 => "names nothing, nothing names it",
                _ => "name nothing, nothing names them",
            };
            let _ = writeln!(out, "  {line}  {}", self.paint(DIM, why));
        }
    }

    /// What is around one object, as far as the picture goes.
    fn tree(self, picture: &Picture<'_>, centre: u32, out: &mut String) {
        let edges = picture.merged();
        let mut beside: Vec<Vec<usize>> = vec![Vec::new(); picture.nodes.len()];
        for (i, (edge, _)) in edges.iter().enumerate() {
            for end in [edge.from, edge.to] {
                if let Some(list) = beside.get_mut(end as usize) {
                    list.push(i);
                }
            }
        }
        // Each node stands where it is reached first, each edge once.
        let mut rank = vec![usize::MAX; picture.nodes.len()];
        let mut through = vec![usize::MAX; picture.nodes.len()];
        let mut queue = VecDeque::from([(centre, usize::MAX)]);
        let mut next = 0;
        while let Some((at, edge)) = queue.pop_front() {
            match rank.get_mut(at as usize) {
                Some(rank) if *rank == usize::MAX => *rank = next,
                _ => continue,
            }
            next += 1;
            through[at as usize] = edge;
            for &i in &beside[at as usize] {
                queue.push_back((other(edges[i].0, at), i));
            }
        }
        let Some(node) = picture.node(centre) else { return };
        if !node.namespace.is_empty() {
            let title = format!("namespace {}", printable(node.namespace));
            let _ = writeln!(out, "{}", self.paint(DIM, &title));
        }
        let _ = writeln!(out, "{}", self.head(picture, node));
        // A stack of what is still to print: the node, its edges, and the line's start.
        let own = |at: u32| -> VecDeque<usize> {
            let mine = |i: &&usize| {
                let far = other(edges[**i].0, at);
                through[at as usize] != **i
                    && (through[far as usize] == **i || rank[far as usize] > rank[at as usize])
            };
            beside[at as usize].iter().filter(mine).copied().collect()
        };
        let mut stack = vec![(centre, own(centre), String::new())];
        while let Some((at, list, start)) = stack.last_mut() {
            let Some(i) = list.pop_front() else {
                stack.pop();
                continue;
            };
            let (edge, count) = edges[i];
            let (branch, below) = if list.is_empty() {
                ("└─", "   ")
            } else {
                ("├─", "│  ")
            };
            let far = other(edge, *at);
            let from = picture.node(*at).map_or("", |node| node.namespace);
            let line = self.edge(picture, from, edge, count, edge.from == *at);
            let is_tree = through[far as usize] == i;
            let again = if is_tree || beside[far as usize].len() < 2 {
                ""
            } else {
                "  (shown elsewhere)"
            };
            let _ = writeln!(out, "{start}{branch} {line}{}", self.paint(DIM, again));
            let start = format!("{start}{below}");
            if is_tree {
                stack.push((far, own(far), start));
            }
        }
    }

    fn head(self, picture: &Picture<'_>, node: &Node<'_>) -> String {
        let spots = &node.spots;
        let place = match (spots.first(), spots.len()) {
            (None, _) => String::new(),
            (Some(spot), 1) => picture.at(spot),
            (Some(spot), n) => format!("{} and {} more", picture.at(spot), count(n - 1, "place")),
        };
        format!("{}  {}", self.paint(BOLD, &node.title()), self.paint(DIM, &place))
            .trim_end()
            .to_string()
    }

    /// One edge, from where its printed node stands.
    fn edge(self, picture: &Picture<'_>, from: &str, edge: &Edge<'_>, times: usize, onward: bool) -> String {
        let far = picture.node(if onward { edge.to } else { edge.from });
        let Some(far) = far else { return String::new() };
        let word = match (edge.relation, onward) {
            (relation, true) => relation.word(),
            (Relation::Uses, false) => "used by",
            (Relation::Selects, false) => "selected by",
            (Relation::Makes, false) => "made by",
        };
        let mut title = far.title();
        if far.namespace != from && !far.namespace.is_empty() {
            let _ = write!(title, " in {}", printable(far.namespace));
        }
        let mut line = format!("{word} {title}");
        if edge.fate.dangles() {
            let why = match edge.fate {
                Fate::Elsewhere(meant) => match picture.node(meant) {
                    Some(node) => format!("only in namespace {}", printable(node.namespace)),
                    None => "only in another namespace".to_string(),
                },
                Fate::Near(meant) => match picture.node(meant) {
                    Some(node) => format!("missing; did you mean {}?", node.shown_name()),
                    None => "missing".to_string(),
                },
                _ => "not defined here".to_string(),
            };
            line = self.paint(RED, &format!("✗ {line}: {why}"));
        } else if let Some(lacking) = picture.lacking(edge) {
            line = self.paint(RED, &format!("✗ {line}: it has {lacking}"));
        } else if edge.optional {
            line.push_str(" (optional)");
        } else if edge.fate == Fate::Assumed {
            line.push_str(" (not in these files)");
        } else if far.standing == Standing::Made && edge.relation != Relation::Makes {
            line.push_str(" (made)");
        }
        let mut place = format!("{}  {}", picture.at(&edge.spot), printable(&edge.field));
        if !edge.keys.is_empty() {
            let keys: Vec<_> = edge.keys.iter().take(LISTED).map(|key| printable(key)).collect();
            let more = if edge.keys.len() > LISTED { ", …" } else { "" };
            let several = if edge.keys.len() > 1 { "s" } else { "" };
            let _ = write!(
                place,
                "  {}{several} {}{more}",
                picture.part(edge),
                keys.join(", ")
            );
        }
        if times > 1 {
            let _ = write!(place, "  and {}", count(times - 1, "more field"));
        }
        format!("{line}  {}", self.paint(DIM, &place))
    }

    fn summary(self, picture: &Picture<'_>, out: &mut String) {
        let nodes = |standing| {
            picture
                .nodes
                .iter()
                .filter(|node| node.standing == standing)
                .count()
        };
        let mut parts = vec![count(nodes(Standing::Defined), "object")];
        match nodes(Standing::Made) {
            0 => {}
            made => parts.push(format!("{} made by others", count(made, "object"))),
        }
        parts.push(count(picture.edges.len(), "reference"));
        let edges = |wanted: &dyn Fn(&Edge<'_>) -> bool| picture.edges.iter().filter(|e| wanted(e)).count();
        let red = |count, what: &str| self.paint(RED, &format!("{count} {what}"));
        parts.push(match edges(&|edge| edge.fate.dangles()) {
            0 => "none dangling".to_string(),
            dangling => red(dangling, "dangling"),
        });
        for part in ["key", "port"] {
            match edges(&|edge| !edge.lacks.is_empty() && picture.part(edge) == part) {
                0 => {}
                lacking => parts.push(red(lacking, &format!("missing a {part}"))),
            }
        }
        let _ = writeln!(out, "\n{}", parts.join(", "));
    }
}

fn other(edge: &Edge<'_>, at: u32) -> u32 {
    if edge.from == at { edge.to } else { edge.from }
}
