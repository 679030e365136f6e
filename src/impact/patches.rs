//! What patches name. A kustomization, or an object of Flux or Argo CD, puts them on top of objects of which it says
//! little more than names, so what a patch adds counts as a use wherever it may end up.

use std::cell::RefCell;

use super::facts::FileFacts;
use super::operation::Part;
use super::texts::{place, within};
use super::{fetched, guess};
use crate::graph::table::Table;
use crate::graph::{Facts, Patched};
use crate::manifest::kustomization::PatchTarget;
use crate::manifest::{File, Object, Skip};
use crate::source::Span;
use crate::yaml::Node;

/// What stands for the kind of an object that is not said.
const ANY_KIND: &str = "JSON patch";
/// As many kinds of one target are looked at.
const MOST_KINDS: usize = 8;

/// Where a patch stands, and whom it is for.
struct Origin<'p> {
    /// The object that has the patch in it; `None`: what is patched stands for itself.
    object: Option<u32>,
    /// What is known of the target beside the patch.
    target: Patched<'p>,
    /// The scalar that holds the patch; `None`: it stands in the file as it is.
    within: Option<Node<'p>>,
    document: u32,
}

/// Takes what the patches in a file name. `target`: whom the file is for, as the kustomization says that names it.
pub(super) fn read(
    file: &File<'_>,
    target: Option<&PatchTarget>,
    table: &Table,
    names: &mut Facts,
    out: &mut FileFacts,
) {
    let mut patches = Patches { table, names, out };
    let file_name = file.name.rsplit(['/', '\\']).next().unwrap_or_default();
    for document in &file.documents {
        let Some(root) = document.root else { continue };
        let document_number = document.chunk.document;
        match document.skip {
            Some(Skip::Patch) => patches.patch(
                root,
                &Origin {
                    object: None,
                    target: match target.filter(|target| !target.kind.is_empty()) {
                        Some(target) => Patched {
                            group: &target.group,
                            kind: &target.kind,
                            name: if target.name.is_empty() { "*" } else { &target.name },
                            namespace: literal(&target.namespace),
                            is_values: false,
                        },
                        None => Patched {
                            kind: ANY_KIND,
                            name: file_name,
                            ..Patched::default()
                        },
                    },
                    within: None,
                    document: document_number,
                },
            ),
            Some(Skip::Kustomization) => {
                patches.listed(root, None, "", document_number);
                patches.charts(root, document_number);
            }
            Some(Skip::HelmChart) => patches.values("Helm values", file_name, root, document_number),
            // What a kustomization or an Application names as values may be called anything.
            Some(Skip::NotAnObject) => patches.values("YAML file", file_name, root, document_number),
            Some(Skip::Config) if says(root, "kind", "HelmChartInflationGenerator") => {
                patches.values("Helm chart", file_name, root, document_number);
            }
            _ => {}
        }
    }
    for object in &file.objects {
        let Some(spec) = object.path(&["spec"]) else {
            continue;
        };
        match (object.group(), &*object.kind) {
            ("kustomize.toolkit.fluxcd.io", "Kustomization") => {
                let namespace = spec
                    .get("targetNamespace")
                    .and_then(Node::str)
                    .unwrap_or_default();
                patches.listed(spec, Some(object.index), &namespace, object.document);
            }
            ("helm.toolkit.fluxcd.io", "HelmRelease") => {
                let namespace = spec.get("targetNamespace").and_then(Node::str);
                let namespace = namespace.as_deref().unwrap_or_default();
                let renderers = spec.get("postRenderers").into_iter().flat_map(Node::items);
                for kustomize in renderers.filter_map(|renderer| renderer.get("kustomize")) {
                    patches.listed(kustomize, Some(object.index), namespace, object.document);
                }
            }
            ("argoproj.io", "Application") => {
                let namespace = spec.path(&["destination", "namespace"]).and_then(Node::str);
                let sources = spec.get("sources").into_iter().flat_map(Node::items);
                let sources = spec.get("source").into_iter().chain(sources);
                for kustomize in sources.filter_map(|source| source.get("kustomize")) {
                    let namespace = namespace.as_deref().unwrap_or_default();
                    patches.listed(kustomize, Some(object.index), namespace, object.document);
                }
            }
            _ => {}
        }
    }
}

struct Patches<'a> {
    table: &'a Table,
    names: &'a mut Facts,
    out: &'a mut FileFacts,
}

impl Patches<'_> {
    /// The patches that stand in a kustomization, or in what is written like one.
    fn listed(&mut self, root: Node<'_>, object: Option<u32>, namespace: &str, document: u32) {
        for field in ["patches", "patchesJson6902", "patchesStrategicMerge"] {
            for entry in root.get(field).into_iter().flat_map(Node::items) {
                let target = entry.get("target");
                let said = |key: &str| target.and_then(|target| target.get(key)).and_then(Node::str);
                let (group, kind, name) = (said("group"), said("kind"), said("name"));
                let own = said("namespace");
                let target = Patched {
                    group: group.as_deref().unwrap_or_default(),
                    kind: kind.as_deref().unwrap_or(ANY_KIND),
                    name: name.as_deref().unwrap_or("*"),
                    namespace: own.as_deref().map_or(namespace, literal),
                    ..Patched::default()
                };
                let origin = |within| Origin {
                    object,
                    target,
                    within,
                    document,
                };
                let patch = if field == "patchesStrategicMerge" {
                    Some(entry)
                } else {
                    entry.get("patch")
                };
                let Some(patch) = patch else { continue };
                match patch.str() {
                    Some(text) => within(&text, |root| self.patch(root, &origin(Some(patch)))),
                    None => self.patch(patch, &origin(None)),
                }
            }
        }
    }

    /// The values that a kustomization gives to charts.
    fn charts(&mut self, root: Node<'_>, document: u32) {
        for chart in root.get("helmCharts").into_iter().flat_map(Node::items) {
            let said = |key: &str| chart.get(key).and_then(Node::str);
            let (release, namespace) = (said("releaseName").or_else(|| said("name")), said("namespace"));
            let origin = Origin {
                object: None,
                target: Patched {
                    kind: "Helm chart",
                    name: release.as_deref().unwrap_or_default(),
                    namespace: namespace.as_deref().unwrap_or_default(),
                    ..Patched::default()
                },
                within: None,
                document,
            };
            let start = self.out.guesses.len();
            guess::values(chart.get("valuesInline"), &mut self.out.guesses);
            if self.out.guesses.len() > start {
                let object = self.object(&origin, origin.target, chart.span());
                self.adopt(start, object, &origin.target, &|name, span| origin.at(name, span));
            }
        }
    }

    /// A file of values for charts.
    fn values(&mut self, kind: &str, name: &str, root: Node<'_>, document: u32) {
        let start = self.out.guesses.len();
        guess::file(root, &mut self.out.guesses);
        if self.out.guesses.len() > start {
            let target = Patched {
                kind,
                name,
                is_values: true,
                ..Patched::default()
            };
            let object = self.names.add_patched(target, root.span(), document);
            for guess in &mut self.out.guesses[start..] {
                guess.object = object;
            }
        }
    }

    /// One patch: a partial object, or a list of operations.
    fn patch(&mut self, root: Node<'_>, origin: &Origin<'_>) {
        if root.is_seq() {
            self.operations(root, origin);
        } else if root.is_map() {
            self.partial(&Object::of(root), origin);
        }
    }

    fn partial(&mut self, partial: &Object<'_>, origin: &Origin<'_>) {
        // What a Secret holds is none of our business, and it uses nothing.
        if partial.is("", "Secret") {
            return;
        }
        let of = Patched {
            group: partial.group(),
            kind: &partial.kind,
            name: partial.name.as_deref().unwrap_or(origin.target.name),
            namespace: partial.namespace.as_deref().unwrap_or(origin.target.namespace),
            ..Patched::default()
        };
        let object = self.object(origin, of, partial.place());
        self.uses(partial, object, &of, &|name, span| origin.at(name, span));
    }

    /// Takes what a partial object names, said of `object`. `at` tells where a name stands in the file. Whether anything
    /// is known of what it says.
    fn uses(
        &mut self,
        partial: &Object<'_>,
        object: u32,
        of: &Patched<'_>,
        at: &dyn Fn(&str, Span) -> Span,
    ) -> bool {
        let known = RefCell::new(Vec::new());
        let noted = |name: &str, span: Span| {
            known.borrow_mut().push(span);
            at(name, span)
        };
        let mut knows = self
            .names
            .add_patched_uses(self.table, partial, object, of.namespace, noted);
        let named = fetched::Of {
            object,
            name: of.name,
            namespace: of.namespace,
            is_patch: true,
        };
        knows |= fetched::read(partial, &named, at, self.out);
        let known = known.into_inner();
        let start = self.out.guesses.len();
        guess::guesses(
            partial,
            self.table,
            &mut |span| known.iter().any(|one| one.contains(span)),
            &mut self.out.guesses,
        );
        knows |= self.out.guesses.len() > start;
        self.adopt(start, object, of, at);
        knows
    }

    /// The operations of a JSON patch: what each puts in is read as a part of the object it is for, where that is said,
    /// and by the names of its fields where nothing is known of it.
    fn operations(&mut self, root: Node<'_>, origin: &Origin<'_>) {
        let target = &origin.target;
        if kinds(target.kind).any(|kind| kind == "Secret") {
            return;
        }
        let mut object = None;
        for operation in root.items() {
            let op = operation.get("op").and_then(Node::str);
            if !matches!(op.as_deref(), Some("add" | "replace")) {
                continue;
            }
            let path = operation.get("path").and_then(Node::str);
            let (Some(path), Some(value)) = (path, operation.get("value")) else {
                continue;
            };
            // Whatever has these may be a Secret, and the values are its own.
            if path.starts_with("/stringData") || (path.starts_with("/data") && !is_plain(target.kind)) {
                continue;
            }
            let mut of = |patches: &mut Self| {
                *object.get_or_insert_with(|| patches.object(origin, *target, root.span()))
            };
            let mut knows = false;
            for kind in kinds(target.kind).take(MOST_KINDS) {
                let Some(part) = Part::new(target.group, kind, &path, value) else {
                    break;
                };
                let at = |name: &str, span: Span| match origin.within {
                    Some(text) => place(text.resolved(), name),
                    None => part.place(name, span),
                };
                let of = of(self);
                within(&part.text, |part| {
                    knows |= self.uses(&Object::of(part), of, target, &at)
                });
                if knows {
                    break;
                }
            }
            let start = self.out.guesses.len();
            if !knows {
                guess::fragment(&path, value, &mut self.out.guesses);
            }
            if self.out.guesses.len() > start {
                let of = of(self);
                self.adopt(start, of, target, &|name, span| origin.at(name, span));
            }
        }
    }

    /// Says of guesses, from one on, whose they are and where they stand.
    fn adopt(&mut self, start: usize, object: u32, of: &Patched<'_>, at: &dyn Fn(&str, Span) -> Span) {
        for guess in &mut self.out.guesses[start..] {
            guess.object = object;
            guess.span = at(&guess.name, guess.span);
            if guess.namespace.is_empty() {
                // Where a chart goes is said by the object that the patch is for.
                let anywhere = guess::is_of_charts(of.kind);
                guess.namespace = if anywhere { guess::ANYWHERE } else { of.namespace }.into();
            }
        }
    }

    fn object(&mut self, origin: &Origin<'_>, of: Patched<'_>, span: Span) -> u32 {
        let span = origin.within.map_or(span, |within| within.span());
        match origin.object {
            Some(object) => object,
            None => self.names.add_patched(of, span, origin.document),
        }
    }
}

/// What a target says of a namespace is a regular expression; of one that is no name nothing is known.
fn literal(namespace: &str) -> &str {
    let is_name = namespace.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if is_name { namespace } else { "" }
}

/// Whether a target's kind is one name, and no pattern.
fn is_plain(kind: &str) -> bool {
    kind.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The kinds that a target names, one or several: `Deployment|StatefulSet`.
fn kinds(target: &str) -> impl Iterator<Item = &str> {
    let alternatives = target.split(['|', '(', ')', '^', '$']);
    alternatives.filter(move |kind| !kind.is_empty() && is_plain(kind) && target != ANY_KIND)
}

fn says(root: Node<'_>, key: &str, text: &str) -> bool {
    root.get(key).and_then(Node::str).as_deref() == Some(text)
}

impl Origin<'_> {
    /// Where a name stands in the file, given where it does in the patch.
    fn at(&self, name: &str, span: Span) -> Span {
        match self.within {
            Some(value) => place(value.resolved(), name),
            None => span,
        }
    }
}
