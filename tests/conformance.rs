//! Compares kubeproof with a real kube-apiserver on the cases in `testdata/conformance`: the verdict, the
//! stage, the exact multiset of (type, field), and where the spans lie. No case may differ.

use std::collections::BTreeMap;
use std::path::Path;

use kubeproof::diagnostic::{Diagnostic, ErrorType, Refusal, Stage};
use kubeproof::engine;
use kubeproof::manifest::Surroundings;
use kubeproof::settings::Settings;
use kubeproof::source::{self, Decoded, Span};
use kubeproof::version::KubeVersion;
use kubeproof::yaml::{self, Kind, Node, Style, Tree};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    valid: bool,
    stage: String,
    errors: Vec<CaseError>,
    #[serde(default)]
    unsure: bool,
    #[serde(default)]
    differs: BTreeMap<String, CaseOther>,
}

#[derive(Deserialize)]
struct CaseOther {
    valid: bool,
    errors: Vec<CaseError>,
}

#[derive(Deserialize, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct CaseError {
    r#type: String,
    field: String,
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/conformance"))
}

fn cases() -> BTreeMap<String, Case> {
    let text = std::fs::read_to_string(folder().join("expected.json")).expect("expected.json");
    let mut cases: BTreeMap<String, Case> =
        serde_json::from_str(&text).expect("expected.json is as described");
    cases.retain(|_, case| !case.unsure);
    cases
}

fn check(name: &str, text: Vec<u8>, kube: KubeVersion) -> (Decoded, Vec<Diagnostic>) {
    let settings = Settings {
        kube,
        no_skip: true,
        ..Settings::default()
    };
    let source = source::decode(text);
    let mut tree = Tree::default();
    let checked = engine::check_file(name, &source, &mut tree, &Surroundings::default(), &settings);
    (source, checked.diagnostics)
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).expect("the case's manifest")
}

fn errors(refusals: &[&Refusal]) -> Vec<CaseError> {
    let mut out: Vec<CaseError> = refusals
        .iter()
        .map(|r| CaseError {
            r#type: r.kind.name(),
            field: as_recorded(r),
        })
        .collect();
    out.sort();
    out
}

/// The cases leave out the names of embedded structs, which the server prints in the paths of type errors
/// from 1.35 on: `spec.rules.IngressRuleValue.http`.
fn as_recorded(refusal: &Refusal) -> String {
    let embedded = |step: &&str| step.starts_with(|c: char| c.is_ascii_uppercase());
    match refusal.kind {
        ErrorType::TypeMismatch => {
            let steps: Vec<&str> = refusal.field.split('.').filter(|step| !embedded(step)).collect();
            steps.join(".")
        }
        _ => refusal.field.clone(),
    }
}

fn sorted(errors: &[CaseError]) -> Vec<CaseError> {
    let mut out = errors.to_vec();
    out.sort();
    out
}

/// The server's answer as kubeproof derives it.
fn answer(diagnostics: &[Diagnostic]) -> (String, Vec<CaseError>) {
    let mut refusals: Vec<&Refusal> = diagnostics.iter().filter_map(|d| d.refusal.as_ref()).collect();
    let stage = engine::verdict(&mut refusals);
    (stage.map_or("ok", Stage::as_str).to_string(), errors(&refusals))
}

#[test]
fn every_verdict_is_the_servers() {
    let cases = cases();
    assert!(cases.len() > 500, "{} cases", cases.len());
    let mut faults = Vec::new();
    for (name, case) in &cases {
        let (_, diagnostics) = check(name, read(name), KubeVersion::DEFAULT);
        let (stage, got) = answer(&diagnostics);
        if (stage == "ok") != case.valid || stage != case.stage || got != sorted(&case.errors) {
            let want = sorted(&case.errors);
            faults.push(format!(
                "{name}\n  server    {} {want:?}\n  kubeproof {stage} {got:?}",
                case.stage
            ));
        }
    }
    assert!(
        faults.is_empty(),
        "{} of {} differ\n{}",
        faults.len(),
        cases.len(),
        faults.join("\n")
    );
}

#[test]
fn older_servers_differ_as_measured() {
    let mut compared = 0;
    for (name, case) in cases() {
        for (version, other) in &case.differs {
            let version = version.split(' ').next().unwrap_or_default();
            let (_, diagnostics) = check(&name, read(&name), version.parse().expect("a version"));
            let (stage, got) = answer(&diagnostics);
            assert_eq!(stage == "ok", other.valid, "{name} on {version}");
            assert_eq!(got, sorted(&other.errors), "{name} on {version}");
            compared += 1;
        }
    }
    assert!(compared > 0);
}

/// `spec.rules[0].host` as steps.
fn steps(field: &str) -> Vec<&str> {
    if let Some(annotation) = field.strip_prefix("annotations.") {
        return vec!["metadata", "annotations", annotation];
    }
    let mut out = Vec::new();
    let mut rest = field;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let end = inner.find(']').unwrap_or(inner.len());
            out.push(&inner[..end]);
            rest = &inner[(end + 1).min(inner.len())..];
        } else {
            let start = rest.strip_prefix('.').unwrap_or(rest);
            let end = start.find(['.', '[']).unwrap_or(start.len());
            out.push(&start[..end]);
            rest = &start[end..];
        }
    }
    out
}

/// Walks as far as the path exists: the key, the value, and whether the path was walked to its end.
fn walk<'t>(root: Node<'t>, path: &[&str]) -> (Option<Node<'t>>, Node<'t>, bool) {
    let (mut key, mut node) = (None, root);
    for step in path {
        let next = match node.kind() {
            Kind::Map => node.entry(step).map(|e| (e.key, e.value)),
            Kind::Seq => step
                .parse()
                .ok()
                .and_then(|i: usize| node.items().nth(i))
                .map(|item| (item, item)),
            _ => None,
        };
        let Some((k, v)) = next else {
            return (key, node, false);
        };
        (key, node) = (Some(k), v);
    }
    (key, node, true)
}

/// Whether a span is exactly a key, a value, or both: never a part of one, nor a stretch of the text. Where the
/// server's path leads to no place of the text, this is what can be said of a span.
fn is_whole(root: Node<'_>, span: Span) -> bool {
    let ids = root.id()..root.raw().next;
    ids.map(|id| root.with_id(id))
        .any(|node| node.span() == span || node.raw_entries().any(|entry| entry.span() == span))
}

#[test]
fn spans_lie_where_the_paths_say() {
    let (mut total, mut placed, mut tight) = (0, 0, 0);
    for (name, case) in cases() {
        if case.stage != "validation" {
            continue;
        }
        let (source, diagnostics) = check(&name, read(&name), KubeVersion::DEFAULT);
        let mut tree = Tree::default();
        yaml::parse(&source.text, &source.invalid, &mut tree);
        let Some(root) = tree
            .chunks
            .iter()
            .find_map(|chunk| Node::root(&source.text, &tree, chunk))
        else {
            continue;
        };
        for diagnostic in &diagnostics {
            let Some(refusal) = diagnostic
                .refusal
                .as_ref()
                .filter(|r| r.stage == Stage::Validation)
            else {
                continue;
            };
            let path = steps(&refusal.field);
            let (mut key, mut value, mut whole) = walk(root, &path);
            if path[0] == "data" && !whole {
                let other = walk(root, &[&["stringData"], &path[1..]].concat());
                if other.2 {
                    (key, value, whole) = other;
                }
            }
            let span = diagnostic.span;
            let outer = key.map_or(value.span(), |key| key.span().to(value.span()));
            let is = |node: Node<'_>| {
                // Of what spans lines only the start is compared; a block collection ends on the next line.
                let block = node.kind() != Kind::Scalar && node.style() != Style::Flow;
                let multi = block || node.source().contains('\n');
                span.start == node.span().start && (span.end == node.span().end || multi)
            };
            let near = key.is_none_or(is) || (whole && is(value));
            assert!(is_whole(root, span), "{name}: {} at {span:?}", refusal.field);
            total += 1;
            placed += usize::from(outer.contains(span));
            tight += usize::from(outer.contains(span) && near);
            if !(outer.contains(span) && near) {
                println!("{name}: {} at {span:?}, expected in {outer:?}", refusal.field);
            }
        }
    }
    assert!(total > 200, "{total} spans");
    assert_eq!(placed, total, "every span lies within what its path names");
    assert!(tight * 100 >= total * 98, "{tight} of {total} are tight");
}

/// Cases too big to keep: limits that count bytes.
#[test]
fn size_limits_are_the_servers() {
    let secret =
        |body: String| format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: big\n{body}").into_bytes();
    let data = |bytes: usize| secret(format!("stringData:\n  k: {}\n", "a".repeat(bytes)));
    let annotation = |bytes: usize| {
        secret(format!("  annotations:\n    k: {}\n", "a".repeat(bytes - 1))) // the key counts too
    };
    type Case = (&'static str, Vec<u8>, Option<(&'static str, &'static str)>);
    let cases: [Case; 4] = [
        ("data at its limit", data(1_048_576), None),
        ("data over its limit", data(1_048_577), Some(("TooLong", "data"))),
        ("annotations at their limit", annotation(262_144), None),
        (
            "annotations over their limit",
            annotation(262_145),
            Some(("TooLong", "metadata.annotations")),
        ),
    ];
    for (name, text, want) in cases {
        let (_, diagnostics) = check("big.yaml", text, KubeVersion::DEFAULT);
        let want: Vec<CaseError> = want
            .into_iter()
            .map(|(t, f)| CaseError {
                r#type: t.into(),
                field: f.into(),
            })
            .collect();
        assert_eq!(answer(&diagnostics).1, want, "{name}");
    }
}
