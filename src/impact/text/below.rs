//! The links of a Secret as a tree.

use crate::impact::judge::{Link, Verdict};

/// Links of one object below one other, which is said once.
pub(super) struct Group<'v> {
    pub(super) links: Vec<(u32, &'v Link)>,
}

/// The links of a Secret by those that they are reached through.
pub(super) struct Below<'v> {
    links: &'v [Link],
    /// Of each link those below it; the first are the direct ones.
    below: Vec<Vec<u32>>,
}

impl<'v> Below<'v> {
    pub(super) fn of(verdict: &'v Verdict<'_>) -> Self {
        let links = &verdict.links;
        let mut below = vec![Vec::new(); links.len() + 1];
        for (at, link) in (0..).zip(links) {
            let parent = link.parent.map_or(0, |parent| parent as usize + 1);
            if let Some(list) = below.get_mut(parent) {
                list.push(at);
            }
        }
        Below { links, below }
    }

    /// The links below a parent, by object, in the order in which the objects come first. The depth of chains
    /// is bounded, so the recursion of whoever asks is.
    pub(super) fn groups(&self, parent: Option<&Group<'_>>) -> Vec<Group<'v>> {
        let parents: Vec<usize> = match parent {
            None => vec![0],
            Some(group) => group.links.iter().map(|(at, _)| *at as usize + 1).collect(),
        };
        let mut groups: Vec<Group<'v>> = Vec::new();
        let mut by_object = std::collections::HashMap::new();
        for &at in parents.iter().filter_map(|at| self.below.get(*at)).flatten() {
            let Some(link) = self.links.get(at as usize) else {
                continue;
            };
            let next = groups.len();
            let i = *by_object.entry((link.file, link.object)).or_insert(next);
            if i == next {
                groups.push(Group { links: Vec::new() });
            }
            groups[i].links.push((at, link));
        }
        groups
    }
}
