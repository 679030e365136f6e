//! What kinds are called in the rules of policies, and whether their objects are in namespaces.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::manifest::Object;
use crate::schema::{self, Scope};
use crate::yaml::Node;

/// What definitions of the run say of custom resources.
#[derive(Default)]
pub(super) struct Kinds {
    /// By group and kind; `None` where definitions disagree, or may.
    defined: HashMap<(String, String), Option<Defined>>,
}

/// What a definition says of a kind.
#[derive(PartialEq)]
struct Defined {
    /// Its name in rules.
    plural: String,
    is_namespaced: bool,
}

impl Kinds {
    /// Takes in what a definition says. `is_sure` tells whether the server takes it, as it stands there.
    pub(super) fn define(&mut self, definition: &Object<'_>, is_sure: bool) {
        let text = |path: &[&str]| definition.path(path).and_then(Node::str);
        let (Some(group), Some(kind)) = (text(&["spec", "group"]), text(&["spec", "names", "kind"])) else {
            return;
        };
        let says = || {
            Some(Defined {
                plural: text(&["spec", "names", "plural"])?.into_owned(),
                is_namespaced: text(&["spec", "scope"])? == "Namespaced",
            })
        };
        let says = says().filter(|_| is_sure);
        match self.defined.entry((group.into_owned(), kind.into_owned())) {
            Entry::Occupied(mut known) if *known.get() != says => {
                known.insert(None);
            }
            Entry::Occupied(_) => {}
            Entry::Vacant(free) => {
                free.insert(says);
            }
        }
    }

    /// What definitions say of a kind, where all that are at hand say the same.
    fn defined(&self, group: &str, kind: &str) -> Option<&Defined> {
        if self.defined.is_empty() {
            return None;
        }
        self.defined.get(&(group.to_string(), kind.to_string()))?.as_ref()
    }

    /// The name of a kind in rules; of a custom resource that nothing defines, as it nearly always is.
    pub(super) fn resource(&self, group: &str, kind: &str) -> Cow<'_, str> {
        if let Some(info) = schema::versions_of(group, kind).first() {
            return Cow::Borrowed(info.plural);
        }
        match self.defined(group, kind) {
            Some(defined) => Cow::Borrowed(&defined.plural),
            None => Cow::Owned(plural(kind)),
        }
    }

    /// Whether objects of a kind are in namespaces; `None`: it is not known.
    pub(super) fn is_namespaced(&self, group: &str, version: &str, kind: &str) -> Option<bool> {
        match schema::kind(group, version, kind) {
            Some(info) => info.scope.map(|scope| scope == Scope::Namespaced),
            None => self.defined(group, kind).map(|defined| defined.is_namespaced),
        }
    }
}

/// The plural of a kind, as a guess.
fn plural(kind: &str) -> String {
    let name = kind.to_ascii_lowercase();
    match name.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ if name.ends_with(['s', 'x', 'z']) || name.ends_with("ch") || name.ends_with("sh") => {
            format!("{name}es")
        }
        _ => format!("{name}s"),
    }
}
