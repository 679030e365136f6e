//! What the standard `restricted` wants said, and a pod leaves open: told once for all its containers.

use super::super::held::{Lacking, lacking};
use super::Teller;
use crate::diagnostic::{Edit, Fix};
use crate::edit;
use crate::manifest::Field;
use crate::yaml::{Node, Style};

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

/// What the containers of a pod lack.
pub(super) struct Missing<'f, 't> {
    spec: &'f Field<'f, 't>,
    containers: Vec<Container<'t>>,
    /// How many lack nothing.
    whole: usize,
}

struct Container<'t> {
    node: Option<Node<'t>>,
    lacks: Vec<Setting>,
    told: Lacking,
}

impl<'f, 't> Missing<'f, 't> {
    pub(super) fn new(spec: &'f Field<'f, 't>) -> Self {
        Missing {
            spec,
            containers: Vec::new(),
            whole: 0,
        }
    }

    pub(super) fn add(&mut self, container: &Field<'_, 't>, lacks: Vec<Setting>) {
        if lacks.is_empty() {
            self.whole += 1;
            return;
        }
        let (name, context) = (container.child("name"), container.child("securityContext"));
        let place = match context.is_set() {
            true => context.handle(),
            false => name.place(),
        };
        self.containers.push(Container {
            node: container.value(),
            told: Lacking {
                name: name.text().unwrap_or_default().into_owned(),
                lacks: lacks.iter().map(|setting| setting.shown().to_string()).collect(),
                place,
            },
            lacks,
        });
    }

    pub(super) fn tell(self, teller: &mut Teller<'_, 't, '_>) {
        let edits = self.edits();
        let is_of_pod = |container: &Container<'_>| container.lacks.iter().any(|setting| setting.is_of_pod());
        let is_of_pod = self.containers.iter().any(is_of_pod);
        let told: Vec<Lacking> = self
            .containers
            .into_iter()
            .map(|container| container.told)
            .collect();
        let Some(first) = told.first() else { return };
        let help = match is_of_pod {
            true => {
                "add it to the `securityContext` of each container; `runAsNonRoot` and `seccompProfile` may stand in \
                 that of the pod"
            }
            false => "add it to the `securityContext` of each container",
        };
        // What is forbidden may not go together with what is missing.
        let fix = edits.filter(|_| teller.told == 0).map(|edits| Fix {
            title: "add what the standard asks for".into(),
            // The image may need what is then forbidden.
            safe: false,
            edits,
        });
        let fault = format!("{}, which {} asks for", lacking(&told), teller.standard());
        teller.tell(first.place, &fault, help, fix);
    }

    /// What adds all of it: to the pod what may stand there, unless some of its containers speak for themselves.
    fn edits(&self) -> Option<Vec<Edit>> {
        let all_lack = |setting: &Setting| {
            self.whole == 0 && self.containers.iter().all(|one| one.lacks.contains(setting))
        };
        let of_pod: Vec<Setting> = [Setting::NonRoot, Setting::Seccomp]
            .into_iter()
            .filter(all_lack)
            .collect();
        let mut edits = Vec::new();
        if !of_pod.is_empty() {
            edits.extend(add(self.spec.value()?, None, &of_pod)?);
        }
        for container in &self.containers {
            let own = container.lacks.iter().filter(|setting| !of_pod.contains(setting));
            let own: Vec<Setting> = own.copied().collect();
            if !own.is_empty() {
                edits.extend(add(container.node?, Some("name"), &own)?);
            }
        }
        Some(edits)
    }
}

/// Adds settings to the `securityContext` of a pod or container; of a new one after the field `after`.
fn add(of: Node<'_>, after: Option<&str>, settings: &[Setting]) -> Option<Vec<Edit>> {
    if !of.is_map() || of.is_indirect() {
        return None;
    }
    let (json, blank) = (of.is_json(), if edit::is_tight(of) { "" } else { " " });
    let written = |setting: &Setting| match json {
        true => format!("\"{}\":{blank}{}", setting.field(), setting.value(json)),
        false => format!("{}: {}", setting.field(), setting.value(json)),
    };
    if let Some(there) = of.entry("securityContext") {
        let map = there.value;
        let mut edits = Vec::new();
        let mut new = Vec::new();
        for setting in settings {
            match map.entry(setting.field()) {
                None => new.push(setting),
                Some(capabilities) if *setting == Setting::DropAll => {
                    edits.push(drop_all(capabilities.value)?)
                }
                Some(_) => return None,
            }
        }
        if let Some((first, rest)) = new.split_first() {
            let between = between(map, 0)?;
            let rest = rest.iter().map(|setting| between.clone() + &written(setting));
            let value = first.value(json).to_string() + &rest.collect::<String>();
            edits.push(edit::insert_first(map, first.field(), &value)?);
        }
        return Some(edits);
    }
    let between = between(of, 2)?;
    let all: Vec<String> = settings.iter().map(written).collect();
    let value = match between.starts_with('\n') {
        true => between.clone() + &all.join(&between),
        false => format!("{{{}}}", all.join(&between)),
    };
    let edit = match after.and_then(|after| of.entry(after)) {
        Some(entry) => edit::insert_after(of, &entry, "securityContext", &value),
        None => edit::insert_first(of, "securityContext", &value),
    };
    Some(vec![edit?])
}

/// Has capabilities that are said say which are dropped as well.
fn drop_all(capabilities: Node<'_>) -> Option<Edit> {
    let json = capabilities.is_json();
    let is_free = capabilities.is_map() && capabilities.entry("drop").is_none();
    let value = if json { r#"["ALL"]"# } else { "[ALL]" };
    is_free
        .then(|| edit::insert_first(capabilities, "drop", value))
        .flatten()
}

/// What stands between the entries of a mapping; in block style a line break and blanks, so many more.
fn between(map: Node<'_>, more: usize) -> Option<String> {
    if map.is_json() || map.raw().style == Style::Flow {
        return Some(if edit::is_tight(map) { "," } else { ", " }.into());
    }
    let first = map.raw_entries().next()?;
    let column = edit::column(first.key)? as usize + more;
    Some(format!("\n{}", " ".repeat(column)))
}
