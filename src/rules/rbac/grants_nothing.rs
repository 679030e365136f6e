//! Groups, resources and verbs of a Role that name nothing there is, so that they grant nothing.

use std::borrow::Cow;

use crate::manifest::{Field, Object};
use crate::near::nearest;
use crate::quote::listed;
use crate::rules::{Check, Cx, quote};
use crate::schema::{self, KindInfo, Scope};

/// The check.
pub const CHECK: Check = Check::Object(check);

/// What stands for no verb, though people write it.
const NO_VERBS: [(&str, &str); 6] = [
    ("read", "`get`, `list` and `watch`"),
    ("readonly", "`get`, `list` and `watch`"),
    ("view", "`get`, `list` and `watch`"),
    ("write", "`create`, `update` and `patch`"),
    ("edit", "`update` and `patch`"),
    ("all", "`*`"),
];

/// The verbs of the API, and those that some resources have besides.
const VERBS: [&str; 14] = [
    "approve",
    "bind",
    "create",
    "delete",
    "deletecollection",
    "escalate",
    "get",
    "impersonate",
    "list",
    "patch",
    "sign",
    "update",
    "use",
    "watch",
];

/// Parts of resources by other names than they have.
const NO_PARTS: [(&str, &str); 3] = [
    ("pods/logs", "pods/log"),
    ("pods/port-forward", "pods/portforward"),
    ("pods/portForward", "pods/portforward"),
];

fn check<'t>(role: &Object<'t>, cx: &mut Cx<'t>) {
    let root = role.fields();
    for rule in root.child("rules").items() {
        let (groups, resources, verbs) = (
            rule.child("apiGroups"),
            rule.child("resources"),
            rule.child("verbs"),
        );
        for group in groups.items() {
            of_group(&group, cx);
        }
        for verb in verbs.items() {
            of_verb(&verb, cx);
        }
        of_names(&rule, cx);
        let Some(names) = built_in(&groups, cx) else {
            continue;
        };
        for resource in resources.items() {
            of_resource(&resource, &names, cx);
            if &*role.kind == "Role" {
                of_cluster(&resource, &names, cx);
            }
        }
    }
}

/// Resources that are in no namespace, in a Role, which holds in one. Namespaces are in themselves.
fn of_cluster<'t>(resource: &Field<'_, 't>, groups: &[Cow<'t, str>], cx: &mut Cx<'t>) {
    let Some(text) = resource.text().filter(|text| *text != "namespaces") else {
        return;
    };
    let kinds = || groups.iter().flat_map(|group| schema::kinds_of(group));
    let mut own = kinds().filter(|info| info.plural == text).peekable();
    if own.peek().is_some() && own.all(|info| info.scope == Some(Scope::Cluster)) {
        let message = format!(
            "{} are in no namespace: a Role, which holds in one, grants nothing on them",
            quote(&text)
        );
        cx.report(resource.place(), message)
            .help("grant it by a ClusterRole, and a ClusterRoleBinding");
    }
}

/// What is created has no name yet when the server asks whether it may be: names only narrow what comes after it.
fn of_names<'t>(rule: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let whole = |resource: Field<'_, 't>| resource.text().is_some_and(|text| !text.contains(['/', '*']));
    let resources = rule.child("resources");
    let is_narrowed = rule.child("resourceNames").is_filled() && resources.is_filled();
    if !is_narrowed || !resources.items().all(whole) {
        return;
    }
    for verb in rule.child("verbs").items() {
        if let Some(text) = verb
            .text()
            .filter(|text| matches!(&**text, "create" | "deletecollection"))
        {
            let message = format!(
                "{} is granted on no name, so that with `resourceNames` it grants nothing",
                quote(&text)
            );
            cx.report(verb.place(), message)
                .help("write a rule of its own for it, without `resourceNames`")
                .related(rule.child("resourceNames").handle(), "narrowed here");
        }
    }
}

/// The groups of a rule, when all that they have is known.
fn built_in<'t>(groups: &Field<'_, 't>, cx: &Cx<'t>) -> Option<Vec<Cow<'t, str>>> {
    let names: Vec<_> = groups.items().map(|group| group.text()).collect::<Option<_>>()?;
    let known = |name: &Cow<'_, str>| {
        // The group of old has, or had, much that others have now.
        schema::is_built_in(name) && name != "extensions" && !cx.is_unrendered(name)
    };
    (!names.is_empty() && names.iter().all(known)).then_some(names)
}

fn of_group<'t>(group: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = group.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    let (reason, help) = if let Some((name, _)) = text.split_once('/') {
        let name = if name == "v1" { "" } else { name };
        (
            "has a version, which no API group has",
            format!("write `\"{name}\"`"),
        )
    } else if matches!(&*text, "core" | "v1") {
        ("is no API group", "the core group is called `\"\"`".to_string())
    } else if text.trim() != text {
        ("has a blank around it", format!("write `\"{}\"`", text.trim()))
    } else if let Some(whole) = shortened(&text) {
        ("is no API group", format!("write `\"{whole}\"`"))
    } else if let Some(near) = nearly(&text) {
        ("is no API group", format!("did you mean `{near}`?"))
    } else {
        return;
    };
    let message = format!("{} {reason}: the rule grants nothing in it", quote(&text));
    cx.report(group.place(), message).help(help);
}

/// The built-in group of which only the beginning is written: `rbac`.
fn shortened(text: &str) -> Option<&'static str> {
    if text.is_empty() || text.contains('.') || schema::is_built_in(text) {
        return None;
    }
    let mut groups = schema::kinds().iter().map(|info| info.group);
    groups.find(|group| group.strip_prefix(text).is_some_and(|rest| rest.starts_with('.')))
}

/// The built-in group that one is nearly called like; all others have a dot in their names.
fn nearly(text: &str) -> Option<&'static str> {
    if text.contains('.') || schema::is_built_in(text) {
        return None;
    }
    let groups = schema::kinds().iter().map(|info| info.group);
    nearest(
        text,
        groups.filter(|group| !group.is_empty() && !group.contains('.')),
    )
}

fn of_verb<'t>(verb: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = verb.text() else { return };
    let named = NO_VERBS.iter().find(|(word, _)| text.eq_ignore_ascii_case(word));
    let help = match named {
        Some((_, instead)) => Some(format!("write {instead}")),
        None if cx.is_unrendered(&text) => None,
        None => match slip(&text) {
            Some(meant) => Some(format!("did you mean `{meant}`?")),
            None => respelled(&text),
        },
    };
    if let Some(help) = help {
        let message = format!("{} is no verb of the API: it grants nothing", quote(&text));
        cx.report(verb.place(), message).help(help);
    }
}

/// How verbs in capitals, or several of them in one text, are to be written.
fn respelled(text: &str) -> Option<String> {
    let words = text.split([',', ' ']).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(str::to_ascii_lowercase).collect();
    let is_right = words.concat() == *text;
    if words.is_empty() || is_right || !words.iter().all(|word| VERBS.contains(&&**word)) {
        return None;
    }
    Some(match words.as_slice() {
        [word] => format!("write `{word}`, in small letters and without blanks"),
        words => {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            format!("write each as an item of its own: {}", listed(&words, "and"))
        }
    })
}

/// The verb that a word is a slip away from. Others may be verbs of somebody's own: short ones count only where two
/// letters changed places.
fn slip(word: &str) -> Option<&'static str> {
    if VERBS.iter().any(|verb| verb.eq_ignore_ascii_case(word)) {
        return None;
    }
    let sorted = |text: &str| {
        let mut letters = text.as_bytes().to_vec();
        letters.sort_unstable();
        letters
    };
    let meant = nearest(word, VERBS.into_iter())?;
    (word.len() > 4 || sorted(word) == sorted(meant)).then_some(meant)
}

fn of_resource<'t>(resource: &Field<'_, 't>, groups: &[Cow<'t, str>], cx: &mut Cx<'t>) {
    let Some(text) = resource.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    if let Some((_, meant)) = NO_PARTS.iter().find(|(part, _)| *part == text) {
        let message = format!(
            "there is no resource {}: the rule grants nothing on it",
            quote(&text)
        );
        cx.report(resource.place(), message)
            .help(format!("write `{meant}`"));
        return;
    }
    // `pods/log` belongs to `pods`.
    let name = text.split('/').next().unwrap_or_default();
    let there = |name: &str| {
        let mut kinds = groups.iter().flat_map(|group| schema::kinds_of(group));
        kinds.any(|info| is_called(info, name))
    };
    if there(name) {
        return;
    }
    let listed = groups
        .iter()
        .map(|group| group_named(group))
        .collect::<Vec<_>>()
        .join(" or ");
    let lower = name.to_ascii_lowercase();
    let slips = [lower.clone(), format!("{lower}s"), plural(&lower)];
    if let Some(meant) = slips.iter().find(|slip| there(slip)) {
        let help = format!("write `{meant}`: resources are in the plural and in small letters");
        return no_resource(resource, name, &listed, help, cx);
    }
    let elsewhere = schema::kinds()
        .iter()
        .filter(|info| info.serves(cx.kube()))
        .find(|info| is_called(info, name));
    if let Some(info) = elsewhere {
        let message = format!(
            "{} are no resource of {} but of {}: the rule grants nothing on them",
            quote(name),
            listed,
            group_named(info.group)
        );
        cx.report(resource.place(), message)
            .help(format!("name the group `\"{}\"` in `apiGroups`", info.group));
        return;
    }
    let own = groups.iter().flat_map(|group| schema::kinds_of(group));
    let own: Vec<Cow<'_, str>> = own.map(called).collect();
    // Short words are near to many.
    if let Some(near) = nearest(name, own.iter().map(|name| &**name)).filter(|_| name.len() > 4) {
        no_resource(resource, name, &listed, format!("did you mean `{near}`?"), cx);
    }
}

fn no_resource<'t>(resource: &Field<'_, 't>, name: &str, groups: &str, help: String, cx: &mut Cx<'t>) {
    let message = format!(
        "there is no resource {} in {groups}: the rule grants nothing on it",
        quote(name)
    );
    cx.report(resource.place(), message).help(help);
}

/// A group in words.
fn group_named(group: &str) -> String {
    match group {
        "" => "the core group".into(),
        group => quote(group),
    }
}

/// The name of a kind's resources.
fn called(info: &KindInfo) -> Cow<'static, str> {
    match info.plural {
        "" => plural(info.kind).into(),
        plural => plural.into(),
    }
}

/// Whether a kind's resources have this name.
fn is_called(info: &KindInfo, name: &str) -> bool {
    // A plural that must be made begins as its kind does: most need not be made.
    let first = |text: &str| text.as_bytes().first().map(u8::to_ascii_lowercase);
    match info.plural {
        "" => first(info.kind) == first(name) && plural(info.kind) == name,
        plural => plural == name,
    }
}

/// The plural of a kind that is known by its name alone.
fn plural(kind: &str) -> String {
    let kind = kind.to_ascii_lowercase();
    match kind.as_bytes() {
        [.., b's' | b'u', b's'] | [.., b'x'] => format!("{kind}es"),
        [.., b's'] => kind,
        [start @ .., b'y'] if !start.ends_with(b"a") => {
            format!("{}ies", kind.strip_suffix('y').unwrap_or(&kind))
        }
        _ => format!("{kind}s"),
    }
}
