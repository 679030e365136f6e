//! Whom a policy is asked about: resources, and the labels of objects and Namespaces. Where it is not sure, nobody.

use std::borrow::Cow;

use crate::yaml::Node;

/// What is asked of a resource rule.
pub(super) struct Asked<'a> {
    pub group: &'a str,
    pub version: &'a str,
    /// `deployments`
    pub resource: &'a str,
    /// `None`: it is not known.
    pub is_namespaced: Option<bool>,
    /// `None`: it is not known.
    pub name: Option<&'a str>,
}

/// A label: its value, that there is none, or that it is not known.
pub(super) enum Label<'a> {
    Is(Cow<'a, str>),
    Missing,
    Open,
}

/// The texts of a list.
fn texts<'t>(of: Node<'t>, name: &str) -> impl Iterator<Item = Cow<'t, str>> + use<'t> {
    of.get(name)
        .into_iter()
        .flat_map(Node::items)
        .filter_map(Node::str)
}

/// Whether resources are matched by `matchConstraints`, or by `matchResources`, which may not be there.
pub(super) fn resources(matching: Option<Node<'_>>, asked: &Asked<'_>) -> bool {
    let Some(matching) = matching else { return true };
    let rules = |name| matching.get(name).into_iter().flat_map(Node::items);
    // What another version of its kind is excluded by, it is excluded by as well.
    if rules("excludeResourceRules").any(|rule| takes(rule, asked) != Some(false)) {
        return false;
    }
    rules("resourceRules").next().is_none()
        || rules("resourceRules").any(|rule| takes(rule, asked) == Some(true))
}

/// Whether a list of a rule has a word, or all.
fn has(rule: Node<'_>, name: &str, word: &str) -> bool {
    texts(rule, name).any(|text| text == "*" || text == word)
}

/// Whether a rule is about a resource itself, and not only about what is below it.
fn is_about(rule: Node<'_>, wanted: &str) -> bool {
    texts(rule, "resources").any(|text| {
        let (resource, below) = text.split_once('/').unwrap_or((&text, ""));
        (resource == "*" || resource == wanted) && matches!(below, "" | "*")
    })
}

/// Whether a rule speaks of a resource, in whatever version, scope and case.
pub(super) fn names(rule: Node<'_>, group: &str, resource: &str) -> bool {
    names_group(rule, group) && is_about(rule, resource)
}

/// Whether a rule speaks of a group.
pub(super) fn names_group(rule: Node<'_>, group: &str) -> bool {
    has(rule, "apiGroups", group)
}

/// Whether a rule is about the making of an object; `None`: it may be.
fn takes(rule: Node<'_>, asked: &Asked<'_>) -> Option<bool> {
    let in_scope = match rule.get("scope").and_then(Node::str).as_deref() {
        Some("Namespaced") => asked.is_namespaced,
        Some("Cluster") => asked.is_namespaced.map(|is_namespaced| !is_namespaced),
        _ => Some(true),
    };
    if !(has(rule, "apiGroups", asked.group) && in_scope != Some(false) && has(rule, "operations", "CREATE"))
    {
        return Some(false);
    }
    // What custom resources that nothing defines are called in rules is a guess.
    if !is_about(rule, asked.resource) {
        return asked.is_namespaced.map(|_| false);
    }
    in_scope?;
    // Of another version the server would ask about the object as that version has it.
    if !has(rule, "apiVersions", asked.version) {
        return None;
    }
    let mut names = texts(rule, "resourceNames").peekable();
    match (names.peek(), asked.name) {
        (None, _) => Some(true),
        (Some(_), Some(name)) => Some(names.any(|known| known == name)),
        (Some(_), None) => None,
    }
}

/// Whether a selector takes labels in; `None`: it is not known.
pub(super) fn selects<'a>(selector: Node<'_>, label: &dyn Fn(&str) -> Label<'a>) -> Option<bool> {
    let mut sure = true;
    let mut all = |truth: Option<bool>| match truth {
        Some(true) => true,
        Some(false) => false,
        None => {
            sure = false;
            true
        }
    };
    let labels = selector.get("matchLabels").into_iter().flat_map(Node::entries);
    for entry in labels {
        let wanted = entry.key.key_text().zip(entry.value.str());
        let truth = wanted.and_then(|(key, wanted)| match label(&key) {
            Label::Is(value) => Some(value == wanted),
            Label::Missing => Some(false),
            Label::Open => None,
        });
        if !all(truth) {
            return Some(false);
        }
    }
    for term in selector.get("matchExpressions").into_iter().flat_map(Node::items) {
        if !all(expression(term, label)) {
            return Some(false);
        }
    }
    sure.then_some(true)
}

fn expression<'a>(term: Node<'_>, label: &dyn Fn(&str) -> Label<'a>) -> Option<bool> {
    let text = |name: &str| term.get(name).and_then(Node::str);
    let (key, operator) = (text("key")?, text("operator")?);
    let among = |value: &str| texts(term, "values").any(|known| known == value);
    Some(match (&*operator, label(&key)) {
        (_, Label::Open) => return None,
        ("In", Label::Is(value)) => among(&value),
        ("In" | "Exists", Label::Missing) => false,
        ("NotIn", Label::Is(value)) => !among(&value),
        ("NotIn" | "DoesNotExist", Label::Missing) => true,
        ("Exists", Label::Is(_)) => true,
        ("DoesNotExist", Label::Is(_)) => false,
        _ => return None,
    })
}
