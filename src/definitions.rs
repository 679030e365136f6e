//! The second pass of a run: which files it must read for CustomResourceDefinitions and for the custom resources
//! they define, and of which custom resources nothing is known.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::engine::ObjectInfo;
use crate::validation::custom::{Definitions, is_definition, name_of};

/// What the objects of a run tell about custom resources and definitions.
#[derive(Default)]
pub struct Plan<'r> {
    /// The groups of all custom resources.
    groups: HashSet<&'r str>,
    /// Files that hold definitions of such groups.
    defining: Vec<usize>,
    /// The kinds of all custom resources: group and kind.
    kinds: Vec<(&'r str, &'r str)>,
    /// All custom resources: their files, ascending, and their kinds, as indices into `kinds`.
    using: Vec<(u32, u32)>,
}

/// How many custom resources were checked against a definition, and of which kinds there is none.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Coverage {
    /// Objects that a definition was at hand for.
    pub defined: usize,
    /// Objects whose kind nothing in the run defines, by `Kind.group`.
    pub undefined: BTreeMap<String, usize>,
}

/// The group of a custom resource; `None` for what the server has by itself.
pub fn custom_group(api_version: &str) -> Option<&str> {
    let (group, _) = api_version.split_once('/')?;
    // A CustomResourceDefinition's group needs a dot.
    (group.contains('.') && !crate::schema::is_built_in(group)).then_some(group)
}

impl<'r> Plan<'r> {
    /// Looks through the objects of the files of a run.
    pub fn new(files: impl Iterator<Item = &'r [ObjectInfo]>) -> Plan<'r> {
        let mut plan = Plan::default();
        let mut known: HashMap<(&str, &str), u32> = HashMap::new();
        let mut defining: Vec<(usize, &str)> = Vec::new();
        for (i, objects) in files.enumerate() {
            for object in objects {
                if let Some(group) = custom_group(&object.api_version) {
                    let kind = *known.entry((group, &object.kind)).or_insert_with(|| {
                        plan.groups.insert(group);
                        plan.kinds.push((group, &object.kind));
                        plan.kinds.len() as u32 - 1
                    });
                    plan.using.push((i as u32, kind));
                } else if is_definition(&object.api_version, &object.kind) {
                    // Its name is `PLURAL.GROUP`, or the server would not take it.
                    let name = object.name.as_deref().unwrap_or_default();
                    defining.push((i, name.split_once('.').map_or("", |(_, group)| group)));
                }
            }
        }
        defining.retain(|(_, group)| plan.groups.contains(group));
        plan.defining = defining.into_iter().map(|(i, _)| i).collect();
        plan.defining.dedup();
        plan
    }

    /// Files that hold definitions of groups that are used.
    pub fn defining(&self) -> &[usize] {
        &self.defining
    }

    /// Whether a text may hold a definition of a group that is used.
    pub fn may_define(&self, text: &str) -> bool {
        let has = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
        !self.groups.is_empty()
            && has("CustomResourceDefinition")
            && self.groups.iter().any(|group| has(group))
    }

    /// Files with custom resources of a kind that is defined, or a slip away from one.
    pub fn using(&self, definitions: &Definitions<'_>) -> Vec<usize> {
        let looked_at: Vec<bool> = (self.kinds.iter())
            .map(|(group, kind)| definitions.has(group, kind) || definitions.nearly(group, kind).is_some())
            .collect();
        let using = self.using.iter();
        let mut files: Vec<usize> = using
            .filter(|(_, kind)| looked_at.get(*kind as usize) == Some(&true))
            .map(|(file, _)| *file as usize)
            .collect();
        files.dedup();
        files
    }

    /// Counts what is defined and what is not.
    pub fn coverage(&self, definitions: &Definitions<'_>) -> Coverage {
        let mut counts = vec![0; self.kinds.len()];
        for (_, kind) in &self.using {
            if let Some(count) = counts.get_mut(*kind as usize) {
                *count += 1;
            }
        }
        let mut coverage = Coverage::default();
        let kinds = self.kinds.iter().zip(self.defined(definitions));
        for (((group, kind), defined), count) in kinds.zip(counts) {
            if defined {
                coverage.defined += count;
            } else {
                *coverage.undefined.entry(name_of(group, kind)).or_default() += count;
            }
        }
        coverage
    }

    /// Whether each of the kinds is defined.
    fn defined(&self, definitions: &Definitions<'_>) -> Vec<bool> {
        let kinds = self.kinds.iter();
        kinds.map(|(group, kind)| definitions.has(group, kind)).collect()
    }
}

impl Coverage {
    /// A sentence about what nothing is known of, naming the kinds that occur most; `None` where all is known.
    pub fn note(&self) -> Option<String> {
        const MOST: usize = 8;
        let objects: usize = self.undefined.values().sum();
        if objects == 0 {
            return None;
        }
        let mut kinds: Vec<(&String, &usize)> = self.undefined.iter().collect();
        kinds.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
        let more = kinds.len().saturating_sub(MOST);
        let mut named: Vec<String> = kinds
            .iter()
            .take(MOST)
            .map(|(kind, n)| format!("{kind} ({n})"))
            .collect();
        if more > 0 {
            named.push(format!("{more} more"));
        }
        let subject = match objects {
            1 => "1 custom resource has".to_string(),
            n => format!("{n} custom resources have"),
        };
        Some(format!(
            "{subject} no CustomResourceDefinition here, so that only metadata was checked: {}; \
             --crds names where definitions are",
            named.join(", ")
        ))
    }
}
