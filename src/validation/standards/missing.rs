//! What the standard `restricted` wants said, and a container leaves open.

use super::Teller;
use crate::diagnostic::{Edit, Fix};
use crate::edit;
use crate::manifest::Field;
use crate::quote::{enumerated, quote};
use crate::yaml::{Entry, Node, Style};

/// Something that must be said of each container.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Setting {
    NoEscalation,
    DropAll,
    NonRoot,
    Seccomp,
}

impl Setting {
    /// The field of a `securityContext`.
    const fn field(self) -> &'static str {
        match self {
            Setting::NoEscalation => "allowPrivilegeEscalation",
            Setting::DropAll => "capabilities",
            Setting::NonRoot => "runAsNonRoot",
            Setting::Seccomp => "seccompProfile",
        }
    }

    /// What is to stand there, as YAML or as JSON.
    const fn value(self, json: bool) -> &'static str {
        match self {
            Setting::NoEscalation => "false",
            Setting::DropAll if json => r#"{"drop":["ALL"]}"#,
            Setting::DropAll => "{drop: [ALL]}",
            Setting::NonRoot => "true",
            Setting::Seccomp if json => r#"{"type":"RuntimeDefault"}"#,
            Setting::Seccomp => "{type: RuntimeDefault}",
        }
    }

    /// The two for people.
    const fn shown(self) -> &'static str {
        match self {
            Setting::NoEscalation => "`allowPrivilegeEscalation: false`",
            Setting::DropAll => "`capabilities.drop: [ALL]`",
            Setting::NonRoot => "`runAsNonRoot: true`",
            Setting::Seccomp => "`seccompProfile.type: RuntimeDefault`",
        }
    }

    /// Whether it may be said of the whole pod.
    const fn is_of_pod(self) -> bool {
        matches!(self, Setting::NonRoot | Setting::Seccomp)
    }
}

/// Tells what a container lacks, if anything.
pub(super) fn tell<'t>(container: &Field<'_, 't>, missing: &[Setting], teller: &mut Teller<'_, 't, '_>) {
    if missing.is_empty() {
        return;
    }
    let (name, context) = (container.child("name"), container.child("securityContext"));
    let lacks: Vec<String> = missing
        .iter()
        .map(|setting| setting.shown().to_string())
        .collect();
    let fault = format!(
        "container {} lacks {}, which {} asks for",
        quote(&name.text().unwrap_or_default()),
        enumerated(&lacks, "and"),
        teller.standard()
    );
    let drop = context
        .child("capabilities")
        .child("drop")
        .items()
        .find_map(|one| {
            let text = one.text()?;
            text.eq_ignore_ascii_case("ALL").then(|| text.into_owned())
        });
    let help = match drop {
        Some(text) if missing == [Setting::DropAll] => format!("write `ALL` in capitals: {} is no capability", quote(&text)),
        _ if missing.iter().any(|setting| setting.is_of_pod()) => {
            "add them to its `securityContext`; `runAsNonRoot` and `seccompProfile` may stand in that of the pod".into()
        }
        _ => "add them to its `securityContext`".to_string(),
    };
    // What is forbidden may not go together with what is missing; nor may what is still to be filled in.
    let privileged = context.child("privileged");
    let is_sure = !teller.forbids && privileged.bool() == Some(false);
    let edits = container
        .value()
        .filter(|_| is_sure)
        .and_then(|of| add(of, missing));
    let fix = edits.map(|edits| Fix {
        title: "add what the standard asks for".into(),
        // The image may need what is then forbidden.
        safe: false,
        edits,
    });
    let place = match context.is_set() {
        true => context.handle(),
        false => name.place(),
    };
    teller.tell(place, &fault, &help, fix);
}

/// Adds settings to the `securityContext` of a container.
fn add(container: Node<'_>, settings: &[Setting]) -> Option<Vec<Edit>> {
    if !container.is_map() || container.is_indirect() {
        return None;
    }
    let Some(there) = container.entry("securityContext") else {
        let name = container.entry("name")?;
        let value = new(container, settings)?;
        return Some(vec![edit::insert_after(
            container,
            &name,
            "securityContext",
            &value,
        )?]);
    };
    if let Some(edit) = filled(&there, &flow(settings, container.is_json())) {
        return Some(vec![edit]);
    }
    let map = Some(there.value).filter(|map| map.is_map() && !map.is_indirect())?;
    let (mut edits, mut new) = (Vec::new(), Vec::new());
    for setting in settings {
        match map.entry(setting.field()) {
            None => new.push(*setting),
            Some(entry) if *setting == Setting::DropAll => edits.push(drop_all(&entry)?),
            Some(_) => return None,
        }
    }
    if let Some((first, rest)) = new.split_first() {
        let between = between(map, 0)?;
        let rest = rest
            .iter()
            .map(|setting| between.clone() + &written(map, *setting));
        let value = first.value(map.is_json()).to_string() + &rest.collect::<String>();
        edits.push(put(map, first.field(), &value)?);
    }
    Some(edits)
}

/// Puts an entry into a mapping, behind one that is there: what is above the first may be a comment about it.
fn put(map: Node<'_>, key: &str, value: &str) -> Option<Edit> {
    map.entries()
        .find_map(|entry| edit::insert_after(map, &entry, key, value))
}

/// Gives an entry with nothing in it a value.
fn filled(entry: &Entry<'_>, value: &str) -> Option<Edit> {
    let node = entry.value;
    if node.is_null() {
        return edit::fill(entry, value);
    }
    let is_empty = (node.is_map() && node.entries().next().is_none())
        || (node.is_seq() && node.items().next().is_none());
    (is_empty && !edit::is_tied(node)).then(|| Edit {
        span: node.span(),
        text: value.to_string(),
    })
}

/// Has capabilities that are said say that all others are dropped.
fn drop_all(capabilities: &Entry<'_>) -> Option<Edit> {
    let node = capabilities.value;
    let json = node.is_json();
    if let Some(edit) = filled(capabilities, Setting::DropAll.value(json)) {
        return Some(edit);
    }
    let all = if json { r#"["ALL"]"# } else { "[ALL]" };
    let Some(drop) = node.entry("drop") else {
        return put(node, "drop", all);
    };
    let list = drop.value;
    let is_flow = list.is_seq() && (json || list.raw().style == Style::Flow);
    match is_flow && !edit::is_tied(list) {
        true => Some(Edit {
            span: list.span(),
            text: all.to_string(),
        }),
        false => filled(&drop, all),
    }
}

/// Settings in a mapping of flow style.
fn flow(settings: &[Setting], json: bool) -> String {
    let all: Vec<String> = settings
        .iter()
        .map(|setting| entry(*setting, json, true))
        .collect();
    format!("{{{}}}", all.join(if json { "," } else { ", " }))
}

/// A `securityContext` as it stands in a mapping.
fn new(map: Node<'_>, settings: &[Setting]) -> Option<String> {
    let between = between(map, 2)?;
    if between.starts_with(',') {
        return Some(flow(settings, map.is_json()));
    }
    let lines = settings
        .iter()
        .map(|setting| between.clone() + &written(map, *setting));
    Some(lines.collect())
}

/// A setting as an entry of a mapping.
fn written(map: Node<'_>, setting: Setting) -> String {
    entry(setting, map.is_json(), edit::is_tight(map))
}

/// A setting and its value, as YAML or as JSON.
fn entry(setting: Setting, json: bool, is_tight: bool) -> String {
    let (field, value) = (setting.field(), setting.value(json));
    match (json, is_tight) {
        (true, true) => format!("\"{field}\":{value}"),
        (true, false) => format!("\"{field}\": {value}"),
        _ => format!("{field}: {value}"),
    }
}

/// What stands between the entries of a mapping; in block style a line break and blanks, so many more.
fn between(map: Node<'_>, more: usize) -> Option<String> {
    if map.is_json() || map.raw().style == Style::Flow {
        return Some(if edit::is_tight(map) { "," } else { ", " }.into());
    }
    let first = map.raw_entries().next()?;
    let column = edit::column(first.key)? as usize + more;
    Some(format!("{}{}", edit::break_near(first.key), " ".repeat(column)))
}
