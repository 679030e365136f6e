//! What a file lacks and a kustomization that takes it in fills in: judged by itself the object would be refused,
//! built it is whole. Such findings tell no more than that.

mod patches;
mod place;

use std::collections::{HashMap, HashSet};

use crate::diagnostic::{Diagnostic, ErrorType, Severity};
use crate::engine::{self, ObjectInfo};
use crate::graph::{Build, Builds, Index, Stage, Use};
use crate::manifest::File;
use crate::report::{FileReport, Source};
use patches::Patches;

/// The kinds that `commonLabels`, and `labels` with `includeSelectors`, give a selector to.
const SELECTING: [&str; 4] = ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"];

/// Makes an `info` of what the kustomizations around the files of a run fill in.
pub(crate) fn by_kustomizations(index: &Index<'_>, files: &mut [FileReport], no_skip: bool) {
    let mut builds = None;
    let patched = index.files.iter().any(|facts| !facts.filled.is_empty());
    for (at, file) in (0..).zip(files) {
        if file.diagnostics.is_empty() {
            continue;
        }
        let sets = index.sets_selectors(at) || index.sets_namespace(at);
        if sets && file.diagnostics.iter().any(may_be_set) {
            let builds = builds.get_or_insert_with(|| Builds::new(index)).of(at);
            by_labels(index, &builds, at, file);
        }
        let is_open = |found: &Diagnostic| found.severity != Severity::Info && patches::may_fill(found);
        if patched && index.is_built(at) && file.diagnostics.iter().any(is_open) {
            let builds = builds.get_or_insert_with(|| Builds::new(index));
            by_patches(builds, at, file, no_skip);
        }
    }
}

/// The same of what patches fill in.
fn by_patches(builds: &mut Builds<'_, '_>, at: u32, file: &mut FileReport, no_skip: bool) {
    let builds = builds.of(at);
    let is_patched = |build: &Build<'_, '_>| {
        let mut patches = build.stages.iter().flat_map(|stage| &stage.patches);
        patches.any(|patches| !patches.is_empty())
    };
    let Some(source) = file.source.as_deref().map(Source::decoded) else {
        return;
    };
    if !builds.iter().any(is_patched) {
        return;
    }
    let tree = engine::parse(source);
    let read = File::again(&file.name, &source.text, &tree, &file.skipped, no_skip);
    let mut known: HashMap<usize, Option<Patches<'_, '_>>> = HashMap::new();
    for found in &mut file.diagnostics {
        let at = found.object.map_or(usize::MAX, |at| at as usize);
        let (Some(object), Some(info)) = (read.objects.get(at), file.objects.get(at)) else {
            continue;
        };
        if found.severity != Severity::Info
            && patches::may_fill(found)
            && let Some(patches) = known.entry(at).or_insert_with(|| Patches::new(&builds, info))
        {
            patches.judge(found, object);
        }
    }
}

/// The same of what they fill in with labels and namespaces.
fn by_labels(index: &Index<'_>, builds: &[Build<'_, '_>], at: u32, file: &mut FileReport) {
    let all =
        |set: fn(&Stage<'_, '_>) -> bool| !builds.is_empty() && builds.iter().all(|build| build.always(set));
    let mut patches = builds
        .iter()
        .flat_map(|build| &build.stages)
        .flat_map(|stage| &stage.patches);
    let goes = patches.any(|patches| patches.takes_away("spec/selector", &SELECTING) || patches.says_more);
    let selectors = index.sets_selectors(at) && !goes && all(|stage| stage.sets_selectors);
    let namespace = index.sets_namespace(at) && all(|stage| !stage.namespaces.is_empty());
    if !selectors && !namespace {
        return;
    }
    let (objects, diagnostics) = (&file.objects, &mut file.diagnostics);
    // The template's labels do not fit a selector that is missing: one thing, and the server says it twice.
    let mut completed: HashSet<Option<u32>> = HashSet::new();
    for found in diagnostics.iter() {
        let object = found.object.and_then(|at| objects.get(at as usize));
        if selectors
            && is(found, ErrorType::Required, |field| field == "spec.selector")
            && object.is_some_and(|object| SELECTING.contains(&&*object.kind))
        {
            completed.insert(found.object);
        }
    }
    for found in diagnostics {
        let template = |field: &str| field == "spec.template.metadata.labels";
        let whole = completed.contains(&found.object)
            && (is(found, ErrorType::Required, |field| field == "spec.selector")
                || is(found, ErrorType::Invalid, template));
        if whole {
            note(
                found,
                "a kustomization that takes this file in sets it with its labels",
            );
        } else if namespace
            && is(found, ErrorType::Required, is_subject)
            && is_brought(index, builds, at, found)
        {
            note(
                found,
                "a kustomization that takes this file in sets the namespaces of its ServiceAccounts",
            );
        } else if namespace && is(found, ErrorType::Invalid, |field| field == "metadata.namespace") {
            note(
                found,
                "a kustomization that takes this file in puts it into a namespace",
            );
        } else if namespace && is_name_of_namespace(index, at, objects, found) {
            note(
                found,
                "a kustomization that takes this file in gives it the name of its own namespace",
            );
        }
    }
}

/// Whether a ServiceAccount that a binding names without its namespace belongs to whatever is built: only such, and
/// those called `default`, are given one.
fn is_brought(index: &Index<'_>, builds: &[Build<'_, '_>], file: u32, found: &Diagnostic) -> bool {
    let Some(facts) = index.files.get(file as usize) else {
        return false;
    };
    // The finding begins where the account does, so that the next name is its own.
    let follows = |one: &&Use| Some(one.object) == found.object && one.span.start >= found.span.start;
    let named = facts.uses.iter().filter(follows).min_by_key(|one| one.span.start);
    named.is_some_and(|one| {
        let name = facts.str(one.name);
        name == "default"
            || builds
                .iter()
                .all(|build| index.may_bring(build.by, one.target, name))
    })
}

/// Whether labels or a namespace could make good what is found.
fn may_be_set(found: &Diagnostic) -> bool {
    is(found, ErrorType::Required, |field| {
        field == "spec.selector" || is_subject(field)
    }) || is(found, ErrorType::Invalid, |field| {
        is_named(field) || field == "metadata.namespace"
    })
}

/// Whether the fault is in the name of a Namespace, which kustomize puts the namespace that it sets in the place of.
fn is_name_of_namespace(index: &Index<'_>, file: u32, objects: &[ObjectInfo], found: &Diagnostic) -> bool {
    let Some(at) = found.object else { return false };
    let object = objects.get(at as usize);
    let is_namespace =
        object.is_some_and(|object| (&*object.api_version, &*object.kind) == ("v1", "Namespace"));
    is_namespace
        && is(found, ErrorType::Invalid, is_named)
        && index
            .object(file, at)
            .is_some_and(|object| object.span == found.span)
}

fn is(found: &Diagnostic, kind: ErrorType, field: impl Fn(&str) -> bool) -> bool {
    let refusal = found.refusal.as_ref();
    refusal.is_some_and(|refusal| refusal.kind == kind && field(&refusal.field))
}

/// Where the server finds fault with a name.
fn is_named(field: &str) -> bool {
    matches!(field, "metadata.name" | "metadata.labels")
}

/// `subjects[0].namespace`
fn is_subject(field: &str) -> bool {
    field.starts_with("subjects[") && field.ends_with("].namespace")
}

fn note(found: &mut Diagnostic, why: &str) {
    found.severity = Severity::Info;
    found.message.push_str("; ");
    found.message.push_str(why);
    found.help = Some("check what `kustomize build` prints".into());
}
