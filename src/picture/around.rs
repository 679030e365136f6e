//! The part of a picture around one object.

use std::collections::VecDeque;

use super::{Node, Picture};
use crate::report::printable;
use crate::schema;

/// An object as it is asked for: `KIND/NAME` or `KIND/NAMESPACE/NAME`, the kind as for kubectl.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    kind: String,
    /// The group, or the start of it, after a dot behind the kind.
    group: Option<String>,
    namespace: Option<String>,
    name: String,
}

/// Why there is nothing to draw around, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotFound(pub String);

impl Asked {
    /// Reads what is asked for, or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Asked, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let (kind, namespace, name) = match parts[..] {
            [kind, name] => (kind, None, name),
            [kind, namespace, name] => (kind, Some(namespace), name),
            _ => ("", None, ""),
        };
        if kind.is_empty() || name.is_empty() || namespace == Some("") {
            return Err("write KIND/NAME or KIND/NAMESPACE/NAME, such as `secret/web/tls`".to_string());
        }
        let (kind, group) = match kind.split_once('.') {
            Some((kind, group)) => (kind, Some(group.to_string())),
            None => (kind, None),
        };
        Ok(Asked {
            kind: kind.to_string(),
            group,
            namespace: namespace.map(Into::into),
            name: name.to_string(),
        })
    }

    fn is_kind(&self, node: &Node<'_>) -> bool {
        let group = self.group.as_deref();
        let in_group = group.is_none_or(|group| node.group.starts_with(group));
        in_group && is_called(&self.kind, node)
    }

    fn is_place(&self, node: &Node<'_>) -> bool {
        // What says no namespace may end up in any.
        self.namespace
            .as_deref()
            .is_none_or(|namespace| node.namespace == namespace || node.namespace.is_empty())
    }
}

/// Whether a word is a node's kind: the kind itself, its plural or a short name, in any case.
fn is_called(word: &str, node: &Node<'_>) -> bool {
    let same = |name: &str| name.eq_ignore_ascii_case(word);
    if same(node.kind) {
        return true;
    }
    let known = schema::versions_of(node.group, node.kind);
    if !known.is_empty() {
        return known
            .iter()
            .any(|info| same(info.plural) || info.short_names.iter().any(|name| same(name)));
    }
    // Of custom resources the plural is mostly regular.
    let kind = node.kind;
    let plural = match kind.strip_suffix('y') {
        Some(stem) if !kind.ends_with("ay") && !kind.ends_with("ey") => format!("{stem}ies"),
        _ if kind.ends_with(['s', 'x']) || kind.ends_with("ch") => format!("{kind}es"),
        _ => format!("{kind}s"),
    };
    same(&plural)
}

impl Picture<'_> {
    /// Finds the object that is asked for.
    pub fn find(&self, asked: &Asked) -> Result<u32, NotFound> {
        let of_kind: Vec<u32> = self.numbers(|node| asked.is_kind(node));
        let name = |at: u32| self.node(at).map_or("", |node| node.name);
        let fit: Vec<u32> = of_kind
            .iter()
            .copied()
            .filter(|at| name(*at) == asked.name)
            .filter(|at| self.node(*at).is_some_and(|node| asked.is_place(node)))
            .collect();
        let exact = |at: &&u32| self.node(**at).map(|node| node.namespace) == asked.namespace.as_deref();
        if let [at] = fit[..] {
            return Ok(at);
        }
        if let Some(at) = fit.iter().find(exact) {
            return Ok(*at);
        }
        if !fit.is_empty() {
            return Err(NotFound(format!(
                "there are several; say which: {}",
                self.listed(&fit, "or")
            )));
        }
        let near = self.near(asked, &of_kind);
        let meant = match near.is_empty() {
            true => String::new(),
            false => format!("; did you mean {}?", self.listed(&near, "or")),
        };
        let what = if of_kind.is_empty() && near.is_empty() {
            format!("nothing that was read is or names a `{}`", printable(&asked.kind))
        } else {
            let place = match &asked.namespace {
                Some(namespace) => format!(" in namespace `{}`", printable(namespace)),
                None => String::new(),
            };
            format!(
                "nothing that was read is or names a `{}` called `{}`{place}",
                printable(&asked.kind),
                printable(&asked.name)
            )
        };
        Err(NotFound(what + &meant))
    }

    fn numbers(&self, fits: impl Fn(&Node<'_>) -> bool) -> Vec<u32> {
        let all = (0..).zip(&self.nodes);
        all.filter(|(_, node)| fits(node)).map(|(at, _)| at).collect()
    }

    /// What may have been meant: the same kind with a similar name or in another namespace, then the same name
    /// of another kind.
    fn near(&self, asked: &Asked, of_kind: &[u32]) -> Vec<u32> {
        // No name is longer; the bound keeps the distances cheap whatever is passed.
        let wanted: String = asked.name.chars().take(253).collect();
        let enough = 1 + wanted.chars().count() / 4;
        let mut found: Vec<(usize, u32)> = of_kind
            .iter()
            .filter_map(|at| Some((*at, self.node(*at)?)))
            .filter(|(_, node)| node.name.len().abs_diff(wanted.len()) <= 4 * enough)
            .map(|(at, node)| (strsim::osa_distance(&wanted, node.name), at))
            .filter(|(far, _)| *far <= enough)
            .collect();
        if found.is_empty() {
            found = self
                .numbers(|node| node.name == asked.name && asked.is_place(node))
                .into_iter()
                .map(|at| (0, at))
                .collect();
        }
        found.sort_unstable();
        found.into_iter().take(3).map(|(_, at)| at).collect()
    }

    fn listed(&self, nodes: &[u32], last: &str) -> String {
        let shown = |at: &u32| {
            self.node(*at)
                .map_or(String::new(), |node| format!("`{}`", handle(node)))
        };
        let all: Vec<String> = nodes.iter().take(8).map(shown).collect();
        match all.split_last() {
            Some((end, rest)) if !rest.is_empty() => format!("{} {last} {end}", rest.join(", ")),
            _ => all.concat(),
        }
    }

    /// Keeps only what is so many edges around a node, whichever way they lead.
    pub fn around(&mut self, centre: u32, depth: usize) {
        let mut beside: Vec<Vec<u32>> = vec![Vec::new(); self.nodes.len()];
        let mut join = |a: u32, b: u32| {
            if let Some(list) = beside.get_mut(a as usize) {
                list.push(b);
            }
        };
        for edge in &self.edges {
            join(edge.from, edge.to);
            join(edge.to, edge.from);
        }
        let mut kept = vec![false; self.nodes.len()];
        let mut queue = VecDeque::from([(centre, 0)]);
        while let Some((at, far)) = queue.pop_front() {
            match kept.get_mut(at as usize) {
                Some(kept) if !*kept => *kept = true,
                _ => continue,
            }
            if far < depth {
                let next = beside.get(at as usize).map_or(&[][..], Vec::as_slice);
                queue.extend(next.iter().map(|next| (*next, far + 1)));
            }
        }
        // What a name was meant for belongs to it, however far it is.
        for edge in &self.edges {
            let is_kept = |at: u32| kept.get(at as usize).copied().unwrap_or_default();
            if is_kept(edge.from)
                && is_kept(edge.to)
                && let Some(meant) = edge.fate.meant()
                && let Some(kept) = kept.get_mut(meant as usize)
            {
                *kept = true;
            }
        }
        let order: Vec<u32> = (0..)
            .zip(kept)
            .filter(|(_, kept)| *kept)
            .map(|(at, _)| at)
            .collect();
        self.centre = Some(centre);
        self.keep(&order);
    }
}

/// A node in the form in which it can be asked for.
fn handle(node: &Node<'_>) -> String {
    let kind = node.kind.to_lowercase();
    match node.namespace {
        "" => format!("{}/{}", printable(&kind), printable(node.name)),
        namespace => format!(
            "{}/{}/{}",
            printable(&kind),
            printable(namespace),
            printable(node.name)
        ),
    }
}
