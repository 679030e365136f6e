//! Where containers mount the pod's volumes, and the files they read variables from.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::validation::constraints::fault;

use super::containers::{LISTS, judged, one_of, shown};
use super::volume_index::{Volume, Volumes};

/// All mounts, devices and files of a pod's containers.
pub fn mounts<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let volumes = Volumes::of(spec, cx);
    for list in LISTS {
        let list = spec.child(list);
        for container in list.items() {
            files(&container, &volumes, cx);
            let mounts = container.child("volumeMounts");
            let devices = container.child("volumeDevices");
            if !mounts.is_filled() && !devices.is_filled() {
                continue;
            }
            let attached = Taken::of(&devices, "devicePath");
            let mut paths = BTreeSet::new();
            for mount in mounts.items() {
                match_volume(&mount, &volumes, cx);
                let path = mount.child("mountPath");
                if let Some(text) = judged(&path, cx) {
                    let twice = !paths.insert(text.clone());
                    taken(&path, twice, attached.paths.contains(&text), "volumeDevices", cx);
                }
                clash(&mount, &attached, "volumeDevices", cx);
                mode(&container, &mounts, &mount, cx);
            }
            if !devices.is_filled() {
                continue;
            }
            let mounted = Taken::of(&mounts, "mountPath");
            let (mut names, mut paths) = (BTreeSet::new(), BTreeSet::new());
            for device in devices.items() {
                match_device(&device, &volumes, cx);
                let name = device.child("name");
                if let Some(text) = judged(&name, cx).filter(|text| !text.is_empty())
                    && !names.insert(text)
                {
                    let message = format!("{} is attached twice", shown(&name, cx));
                    fault(cx, &name, ErrorType::Invalid, message).help("remove one of them");
                }
                let path = device.child("devicePath");
                if let Some(text) = judged(&path, cx) {
                    let twice = paths.contains(&text);
                    taken(&path, twice, mounted.paths.contains(&text), "volumeMounts", cx);
                    if backsteps(&text) {
                        let message = format!("{} leaves its folder with `..`", shown(&path, cx));
                        fault(cx, &path, ErrorType::Invalid, message).help("use a path without `..`");
                    } else {
                        paths.insert(text);
                    }
                }
                clash(&device, &mounted, "volumeMounts", cx);
            }
        }
    }
}

/// Names and paths of a list; of a name that repeats the last path.
struct Taken<'t> {
    names: BTreeSet<Cow<'t, str>>,
    paths: BTreeSet<Cow<'t, str>>,
}

impl<'t> Taken<'t> {
    fn of(list: &Field<'_, 't>, path: &'static str) -> Self {
        let by_name: BTreeMap<_, _> = list
            .items()
            .filter_map(|item| Some((item.child("name").text()?, item.child(path).text()?)))
            .collect();
        let (names, paths) = by_name.into_iter().unzip();
        Taken { names, paths }
    }
}

/// A path that another mount or device has.
fn taken<'t>(path: &Field<'_, 't>, twice: bool, elsewhere: bool, other: &str, cx: &mut Cx<'t>) {
    let mut tell = |how: &str| {
        let message = format!("{} {how}", shown(path, cx));
        fault(cx, path, ErrorType::Invalid, message).help("give each volume its own path in the container");
    };
    if twice {
        tell("is used twice in this container");
    }
    if elsewhere {
        tell(&format!("is a path of `{other}` already"));
    }
}

/// A volume that is both mounted and attached.
fn clash<'t>(item: &Field<'_, 't>, others: &Taken<'t>, other: &str, cx: &mut Cx<'t>) {
    if others.names.is_empty() {
        return;
    }
    let name = item.child("name");
    if judged(&name, cx).is_some_and(|text| others.names.contains(&text)) {
        let message = format!(
            "{} stands in `{other}` of this container already",
            shown(&name, cx)
        );
        fault(cx, &name, ErrorType::Invalid, message).help("use it either as a folder or as a block device");
    }
}

/// Whether the volume of a mount or device exists.
fn match_volume<'t, 'v>(
    item: &Field<'_, 't>,
    volumes: &'v Volumes<'t>,
    cx: &mut Cx<'t>,
) -> Option<&'v Volume> {
    let name = item.child("name");
    let text = judged(&name, cx)?;
    let found = volumes.get(&text);
    if found.is_none() {
        volumes.missing(&name, &text, cx);
    }
    found
}

fn match_device<'t>(device: &Field<'_, 't>, volumes: &Volumes<'t>, cx: &mut Cx<'t>) {
    if match_volume(device, volumes, cx).is_some_and(|volume| !volume.claim) {
        let name = device.child("name");
        let message = format!(
            "{} is no volume claim, so it is no block device",
            shown(&name, cx)
        );
        fault(cx, &name, ErrorType::Invalid, message)
            .help("use a `persistentVolumeClaim` or `ephemeral` volume, or mount it under `volumeMounts`");
    }
}

fn backsteps(path: &str) -> bool {
    path.split('/').any(|part| part == "..")
}

/// How a volume is mounted. The server reports most of it at the list.
fn mode<'t>(container: &Field<'_, 't>, list: &Field<'_, 't>, mount: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let sub = mount.child("subPath");
    let expression = mount.child("subPathExpr");
    for field in [&sub, &expression] {
        let Some(text) = field.text().filter(|text| !text.is_empty()) else {
            continue;
        };
        // `$(NAME)` is what an expression is for; what it stands for is checked when the pod starts.
        if cx.is_unrendered(&text) && !text.starts_with('/') && !backsteps(&text) {
            continue;
        }
        let mut tell = |reason: &str| {
            let message = format!("{} leaves the volume: it {reason}", shown(field, cx));
            let span = field.place();
            let path = if field.name() == "subPath" {
                "subPath"
            } else {
                "subPathExpr"
            };
            fault(cx, &list.child(path), ErrorType::Invalid, message)
                .at(span)
                .help("use a path below the volume's root, such as `data/logs`");
        };
        if text.starts_with('/') {
            tell("must be a relative path");
        }
        if backsteps(&text) {
            tell("must not contain `..`");
        }
    }
    let both = |field: &Field<'_, 't>| field.text().is_some_and(|text| !text.is_empty());
    if both(&sub) && both(&expression) {
        let message = "`subPath` and `subPathExpr` exclude each other";
        fault(cx, &expression, ErrorType::Invalid, message).help("keep one of them");
    }
    propagation(container, list, mount, cx);
    recursion(list, mount, cx);
}

fn propagation<'t>(container: &Field<'_, 't>, list: &Field<'_, 't>, mount: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let field = mount.child("mountPropagation");
    if !field.is_set() {
        return;
    }
    let span = field.place();
    let before = cx.count();
    one_of(&field, &["None", "HostToContainer", "Bidirectional"], cx);
    relocate(before, &list.child("mountPropagation"), cx);
    let context = container.child("securityContext");
    let unprivileged = context.child("privileged").bool() == Some(false);
    if field.text().as_deref() == Some("Bidirectional") && unprivileged {
        let message = "what a container mounts reaches the node only from a privileged container";
        fault(cx, &list.child("mountPropagation"), ErrorType::Forbidden, message)
            .at(span)
            .help("use `HostToContainer`, or set `securityContext.privileged: true`");
    }
}

fn recursion<'t>(list: &Field<'_, 't>, mount: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let field = mount.child("recursiveReadOnly");
    // 1.30 drops it unread.
    if cx.kube().minor() < 31 {
        return;
    }
    let Some(mode) = judged(&field, cx).filter(|_| field.is_set()) else {
        return;
    };
    let path = list.child("recursiveReadOnly");
    if !matches!(&*mode, "Enabled" | "IfPossible") {
        let before = cx.count();
        one_of(&field, &["Disabled", "IfPossible", "Enabled"], cx);
        relocate(before, &path, cx);
        return;
    }
    let span = field.place();
    if mount.child("readOnly").bool() == Some(false) {
        let message = format!("`recursiveReadOnly: {mode}` needs `readOnly: true`");
        fault(cx, &path, ErrorType::Forbidden, message)
            .at(span)
            .help("add `readOnly: true`");
    }
    let propagation = mount.child("mountPropagation");
    if propagation.is_set() && judged(&propagation, cx).is_some_and(|mode| mode != "None") {
        let message = format!("`recursiveReadOnly: {mode}` does not go with `mountPropagation`");
        fault(cx, &path, ErrorType::Forbidden, message)
            .at(span)
            .help("remove `mountPropagation`");
    }
}

/// The server names another field than the one that is wrong.
fn relocate<'t>(from: usize, path: &Field<'_, 't>, cx: &mut Cx<'t>) {
    for finding in cx.found.iter_mut().skip(from) {
        if let Some(refusal) = &mut finding.refusal {
            refusal.field = path.path();
        }
    }
}

/// Variables that are read from files of a volume, which must be an empty folder at first.
fn files<'t>(container: &Field<'_, 't>, volumes: &Volumes<'t>, cx: &mut Cx<'t>) {
    if cx.kube().minor() < 35 {
        return;
    }
    let variables = container.child("env");
    for variable in variables.items() {
        let from = variable.child("valueFrom");
        let file = from.child("fileKeyRef");
        if !file.is_set() {
            continue;
        }
        let name = file.child("volumeName");
        let Some(text) = judged(&name, cx) else { continue };
        match volumes.any(&text) {
            None => volumes.missing(&name, &text, cx),
            Some(volume) if !volume.empty_dir => {
                let message = format!(
                    "{} is no `emptyDir`, from which alone variables are read",
                    shown(&name, cx)
                );
                fault(cx, &name, ErrorType::Invalid, message)
                    .help("name an `emptyDir` volume that an init container fills");
            }
            Some(_) => {}
        }
    }
}
