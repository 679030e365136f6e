//! What is known of kinds: which versions of Kubernetes serve them, on by default or not, deprecated, removed; and
//! that all of it can be explained.

use kubeproof::catalogue::RULES;
use kubeproof::diagnostic::{Diagnostic, ErrorType, Severity};
use kubeproof::manifest::Surroundings;
use kubeproof::schema::{self, KindInfo, NameFormat, Scope, kinds};
use kubeproof::settings::Settings;
use kubeproof::validation::Explained;
use kubeproof::version::KubeVersion;
use kubeproof::yaml::Tree;
use kubeproof::{engine, source};

fn check(info: &KindInfo, namespace: bool, kube: KubeVersion) -> Vec<Diagnostic> {
    let namespace = if namespace { "  namespace: web\n" } else { "" };
    let text = format!(
        "apiVersion: {}\nkind: {}\nmetadata:\n  name: shop\n{namespace}",
        info.api_version(),
        info.kind
    );
    let settings = Settings {
        kube,
        ..Settings::default()
    };
    let source = source::decode(text.into_bytes());
    let checked = engine::check_file(
        "test.yaml",
        &source,
        &mut Tree::default(),
        &Surroundings::default(),
        &settings,
    );
    checked.diagnostics
}

fn of<'d>(found: &'d [Diagnostic], rule: &str) -> Option<&'d Diagnostic> {
    found.iter().find(|d| d.rule.rule().id == rule)
}

/// Every kind in every version of Kubernetes: what is said of it follows from the tables, and nothing else is.
#[test]
fn each_kind_is_judged_by_the_version_of_kubernetes() {
    let (mut off, mut deprecated, mut removed, mut early) = (0, 0, 0, 0);
    for info in kinds() {
        for kube in KubeVersion::known() {
            let name = format!("{} {} at {kube}", info.api_version(), info.kind);
            let found = check(info, false, kube);
            let gone = info.removed > 0 && info.removed <= kube.minor();
            let refused = found
                .iter()
                .any(|d| d.refusal.as_ref().is_some_and(|r| r.kind == ErrorType::NotServed));
            assert_eq!(refused, !info.serves(kube) || !info.creatable, "{name}");
            match of(&found, "deprecation/removed-api") {
                Some(said) => {
                    removed += 1;
                    assert!(gone && said.severity == Severity::Error, "{name}");
                    assert!(said.help.as_ref().is_some_and(|help| !help.is_empty()), "{name}");
                    if info.removed > 1 {
                        let when = format!("removed in Kubernetes 1.{};", info.removed);
                        assert!(said.message.contains(&when), "{name}: {}", said.message);
                    }
                }
                None => assert!(!gone, "{name}"),
            }
            if !info.serves(kube) {
                if !gone {
                    early += 1;
                    let said = of(&found, "schema/not-served").expect(&name);
                    let when = format!("from Kubernetes 1.{} on", info.since);
                    assert!(said.message.contains(&when), "{name}: {}", said.message);
                }
                continue;
            }
            match of(&found, "schema/off-by-default") {
                Some(said) => {
                    off += 1;
                    assert!(!info.on_by_default && said.severity == Severity::Info, "{name}");
                    assert!(said.refusal.is_none(), "{name}: it may well be served");
                }
                None => assert!(info.on_by_default || !info.creatable, "{name}"),
            }
            if info.deprecated > 0 && info.deprecated <= kube.minor() && info.creatable {
                deprecated += 1;
                let said = of(&found, "deprecation/deprecated-api").expect(&name);
                let since = format!("since Kubernetes 1.{}", info.deprecated);
                assert!(said.message.contains(&since), "{name}: {}", said.message);
                if info.removed > 0 {
                    let ends = format!("removed in 1.{}", info.removed);
                    assert!(said.message.contains(&ends), "{name}: {}", said.message);
                }
                assert!(
                    said.help.as_ref().is_some_and(|help| help.contains("use ")),
                    "{name}"
                );
            }
        }
    }
    assert!(
        off > 100 && deprecated > 10 && removed > 500 && early > 100,
        "{off} {deprecated} {removed} {early}"
    );
}

/// A beta version beside a stable one is told so, with the end if it is known.
#[test]
fn a_stable_successor_is_named() {
    let info = schema::kind(
        "admissionregistration.k8s.io",
        "v1beta1",
        "ValidatingAdmissionPolicy",
    )
    .expect("it");
    let kube = "1.31".parse().expect("a version");
    let found = check(info, false, kube);
    let said = of(&found, "deprecation/deprecated-api").expect("a warning");
    assert_eq!(said.severity, Severity::Warning);
    assert_eq!(
        said.message,
        "admissionregistration.k8s.io/v1beta1 ValidatingAdmissionPolicy has a stable successor since Kubernetes \
         1.30 and is removed in 1.34"
    );
    assert_eq!(
        said.help.as_deref(),
        Some("use `admissionregistration.k8s.io/v1`")
    );
    assert!(of(&found, "schema/off-by-default").is_some());
    let before = check(info, false, "1.29".parse().expect("a version"));
    assert!(
        of(&before, "deprecation/deprecated-api").is_none(),
        "nothing else is there yet"
    );
}

/// Objects that live in no namespace name none; reviews are answered and forgotten.
#[test]
fn a_namespace_on_what_has_none_is_reported() {
    for info in kinds()
        .iter()
        .filter(|info| info.serves(KubeVersion::DEFAULT) && info.creatable)
    {
        let found = check(info, true, KubeVersion::DEFAULT);
        let reported = of(&found, "metadata/namespace-on-cluster-scoped").is_some();
        assert_eq!(
            reported,
            info.scope == Some(Scope::Cluster)
                && info.name_format(KubeVersion::DEFAULT) != NameFormat::Unnamed,
            "{} {}",
            info.api_version(),
            info.kind
        );
    }
}

/// What is on by default is what a real server served.
#[test]
fn the_default_server_serves_what_is_on() {
    let kube: KubeVersion = "1.36".parse().expect("a version");
    let text = include_str!("../testdata/served-1.36.txt");
    let measured: Vec<String> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| {
            let (version, kinds) = line.split_once(' ').expect("GROUP/VERSION KIND…");
            kinds.split(' ').map(move |kind| format!("{version} {kind}"))
        })
        .collect();
    assert!(measured.len() > 60);
    let on: Vec<String> = kinds()
        .iter()
        .filter(|info| info.serves(kube) && info.on_by_default && info.creatable)
        .map(|info| format!("{} {}", info.api_version(), info.kind))
        .collect();
    for served in &measured {
        assert!(
            on.contains(served),
            "{served} is served, but the tables say it is off"
        );
    }
    for said in &on {
        assert!(
            measured.contains(said),
            "{said} is on in the tables, but was not served"
        );
    }
}

/// Calls `f` for a kind and all fields below it, each type once.
fn each(found: &Explained, seen: &mut Vec<schema::TypeId>, f: &mut dyn FnMut(&Explained)) {
    f(found);
    if let Some(ty) = found.inner() {
        if seen.contains(&ty) {
            return;
        }
        seen.push(ty);
        for child in found.children() {
            each(&child, seen, f);
        }
    }
}

/// Every field of every kind in every version: its checks are sentences.
#[test]
fn everything_can_be_explained() {
    let mut fields = 0;
    let mut checks = 0;
    for kube in ["1.25", "1.31", "1.36", "1.37"] {
        let kube: KubeVersion = kube.parse().expect("a version");
        let mut seen = Vec::new();
        for info in kinds().iter().filter(|info| info.serves(kube)) {
            let name = format!("{}/{}", info.api_version(), info.kind.to_lowercase());
            let found = kubeproof::validation::explain(&name, kube).expect(&name);
            assert!(std::ptr::eq(found.kind, info), "{name}");
            each(&found, &mut seen, &mut |found| {
                fields += 1;
                let all = found.checks().into_iter().chain(found.checks_around());
                for said in all.chain(found.checks_within()) {
                    checks += 1;
                    let sentence = said.sentence();
                    let at = format!("{} {}: {sentence:?}", info.kind, found.path());
                    assert!(!said.text.is_empty() && !sentence.ends_with('.'), "{at}");
                    assert_eq!(sentence.matches('`').count() % 2, 0, "{at}");
                    for flaw in ["  ", "``", " ,", "when :", "is  ", "^"] {
                        assert!(!sentence.contains(flaw), "{at}");
                    }
                    assert!(said.error.is_none() || said.rule.is_some(), "{at}");
                    if let Some(id) = said.rule {
                        let rule = RULES.iter().find(|rule| rule.id == id);
                        let severity = rule.unwrap_or_else(|| panic!("{at}: {id}")).severity;
                        // What the server does not refuse is no error.
                        assert!(said.error.is_some() || severity != Severity::Error, "{at}: {id}");
                    }
                }
            });
        }
    }
    assert!(fields > 5_000 && checks > 3_000, "{fields} {checks}");
}

/// A function that a constraint calls has words for people.
#[test]
fn every_check_has_words() {
    let words = include_str!("../schemas/checks.txt");
    let known: Vec<&str> = words
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| Some(line.split_once(' ')?.0))
        .collect();
    let mut sorted = known.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(known, sorted, "sorted, each once");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/constraints");
    let mut called = 0;
    for file in std::fs::read_dir(folder).expect("the constraints").flatten() {
        let text = std::fs::read_to_string(file.path()).expect("text");
        if file.path().extension().is_none_or(|e| e != "txt") {
            continue;
        }
        for call in text.split("check ").skip(1) {
            let name: String = call
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':'))
                .collect();
            if name.contains("::") {
                called += 1;
                assert!(
                    known.contains(&name.as_str()),
                    "schemas/checks.txt: no line `{name} WORDS`"
                );
            }
        }
    }
    assert!(called > 150, "{called}");
}

/// `fields` in the front matter of a rule's page are fields.
#[test]
fn rules_are_about_fields_that_exist() {
    let mut fields = 0;
    for rule in RULES {
        for field in rule.fields {
            let kinds: Vec<&str> = match rule.on {
                ["*"] | ["document"] => vec!["v1/pod"],
                on => on
                    .iter()
                    .copied()
                    .filter(|on| !on.starts_with("extensions/"))
                    .collect(),
            };
            for on in kinds {
                fields += 1;
                let path = match on.split_once('/') {
                    None if on == "run" => field.rsplit('/').next().unwrap_or_default().to_string(),
                    Some(("v1", kind)) => format!("{kind}.{field}"),
                    Some((_, kind)) => format!("{kind}.{field}"),
                    None => format!("{on}.{field}"),
                };
                let found = kubeproof::validation::explain(&path, KubeVersion::DEFAULT);
                let found = found.unwrap_or_else(|error| panic!("{}: {error}", rule.id));
                assert!(
                    found.rules().iter().any(|found| found.id == rule.id),
                    "{}: not found at {path}",
                    rule.id
                );
            }
        }
    }
    assert!(fields > 60, "{fields}");
}
