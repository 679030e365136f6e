//! Input that was made to be slow: whatever the size, a check ends in good time. The sizes are such that to look at
//! all for each would take minutes.

use std::time::{Duration, Instant};

use kubeproof::definitions::Plan;
use kubeproof::diagnostic::Diagnostic;
use kubeproof::manifest::{File, Surroundings};
use kubeproof::report::{Json, Printer, Report, Sarif};
use kubeproof::settings::Settings;
use kubeproof::validation::custom::Definitions;
use kubeproof::yaml::Tree;
use kubeproof::{engine, source};

/// Whatever is found, the reports of it are no longer.
const LONGEST: usize = 64 << 20;

fn checked(text: &str) -> Report {
    let start = Instant::now();
    let report = only_checked(text);
    for printer in [&Json::default() as &dyn Printer, &Sarif::default()] {
        let mut out = String::new();
        printer.print(&report, &mut out);
        assert!(out.len() < LONGEST, "{} bytes", out.len());
    }
    in_time(start, text);
    report
}

/// Checked only, for more findings than a report is printed of here.
fn only_checked(text: &str) -> Report {
    let inputs = [("a.yaml".to_string(), text.as_bytes().to_vec())];
    let start = Instant::now();
    let report = kubeproof::check(inputs, &Surroundings::default(), &Settings::default());
    in_time(start, text);
    report
}

fn in_time(start: Instant, text: &str) {
    let took = start.elapsed();
    assert!(
        took < Duration::from_secs(30),
        "{took:?} for {}",
        &text[..text.len().min(300)]
    );
}

/// What is found in a custom resource by a definition that nobody judges, as one that `--crds` names: a server would
/// not take it.
fn judged(text: &str) -> Vec<Diagnostic> {
    let (around, settings) = (Surroundings::default(), Settings::default());
    let (definition, resource) = text.split_once("---\n").expect("two documents");
    let start = Instant::now();
    let source = source::decode(definition.as_bytes().to_vec());
    let tree = engine::parse(&source);
    let file = File::read("crd.yaml", &source.text, &tree, &around, true);
    let mut definitions = Definitions::default();
    definitions.add(&file, |_| false);
    let source = source::decode(resource.as_bytes().to_vec());
    let mut tree = Tree::default();
    let objects = engine::check_file("a.yaml", &source, &mut tree, &around, &settings).objects;
    let coverage = Plan::new([&*objects].into_iter()).coverage(&definitions);
    assert_eq!(coverage.defined, 1, "{coverage:?}");
    let found = engine::Again {
        name: "a.yaml",
        source: &source,
        tree: &tree,
        skipped: &[],
        settings: &settings,
    }
    .check_custom(&definitions);
    in_time(start, text);
    let length: usize = found.iter().map(length).sum();
    assert!(length < LONGEST, "{length} bytes");
    found
}

fn length(finding: &Diagnostic) -> usize {
    let field = finding.refusal.as_ref().map_or(0, |refusal| refusal.field.len());
    finding.message.len() + finding.help.as_ref().map_or(0, String::len) + field
}

fn findings(report: &Report) -> usize {
    report.files.iter().map(|file| file.diagnostics.len()).sum()
}

#[test]
fn many_keys_that_stand_twice() {
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n";
    // Of one object so many are told, and how many more there are.
    let text = format!("{head}{}", "  k: x\n".repeat(60_000));
    let report = checked(&text);
    assert!(findings(&report) < 10_010);
    let mut diagnostics = report.diagnostics();
    assert!(diagnostics.any(|one| one.message == "there are 49999 more findings of this rule in this file"));
    let object =
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"}}";
    let objects = vec![object; 40_000].join(",");
    let text = format!("{{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{objects}]}}");
    assert!(findings(&checked(&text)) > 39_000);
}

#[test]
fn many_services_that_the_server_refuses_early() {
    let head = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  clusterIP: None\n  ports: [{port: 80}]\n";
    let families: String = (0..200_000).map(|i| format!("  - IPv{}\n", i + 10)).collect();
    assert!(findings(&checked(&format!("{head}  ipFamilies:\n{families}"))) > 10_000);
    for (kind, spec) in [
        (
            "v1\",\"kind\":\"Service",
            "\"clusterIP\":\"x\",\"ports\":[{\"port\":80}]",
        ),
        (
            "policy/v1\",\"kind\":\"PodDisruptionBudget",
            "\"minAvailable\":-1",
        ),
    ] {
        let object = format!(
            "{{\"apiVersion\":\"{kind}\",\"metadata\":{{\"name\":\"a\",\"labels\":{{\"a\":\"-\"}}}},\"spec\":{{{spec}}}}}"
        );
        let objects = vec![object; 40_000].join(",");
        let text = format!("{{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{objects}]}}");
        assert!(findings(&only_checked(&text)) >= 80_000);
    }
}

#[test]
fn many_mounts_of_volumes_that_are_missing() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n";
    let volumes: String = (0..40_000)
        .map(|i| format!("  - {{name: v{i}, emptyDir: {{}}}}\n"))
        .collect();
    let mounts: String = (0..40_000)
        .map(|i| format!("    - {{name: w{i}, mountPath: /m{i}}}\n"))
        .collect();
    let text = format!(
        "{pod}  volumes:\n{volumes}  containers:\n  - name: c\n    image: i\n    volumeMounts:\n{mounts}"
    );
    let report = checked(&text);
    let mut diagnostics = report.diagnostics();
    assert!(diagnostics.any(|one| one.message == "there are 30000 more findings of this rule in this file"));
}

#[test]
fn long_names_beside_placeholders() {
    let name = "x".repeat(1_000_000);
    let text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: 'x${{A}}-x'}}\n---\n\
         apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n\
         spec: {{containers: [{{name: c, image: i, envFrom: [{{secretRef: {{name: {name}}}}}]}}]}}\n"
    );
    checked(&text);
}

/// A definition whose one property, `a`, has this schema, and a resource of it.
fn custom(schema: &str, spec: &str) -> String {
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\
         metadata: {{name: foos.example.com}}\n\
         spec:\n  group: example.com\n  scope: Namespaced\n  names: {{plural: foos, kind: Foo}}\n  versions:\n  \
         - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        \
         properties: {{spec: {schema}}}\n---\n\
         apiVersion: example.com/v1\nkind: Foo\nmetadata: {{name: a}}\nspec: {spec}\n"
    )
}

#[test]
fn paths_of_rules_that_are_no_paths() {
    for path in [
        ".items[0]",
        "[",
        "a[b",
        "items[*]",
        ".",
        "..",
        "['",
        "[''",
        "a.['",
        &".a".repeat(200_000),
        &".m".repeat(200_000),
        &"['a']".repeat(200_000),
        &".items.m".repeat(100_000),
    ] {
        let rule = format!("{{rule: 'false', fieldPath: {path:?}}}");
        let schema = format!(
            "{{type: object, properties: {{items: {{type: array, items: {{type: string}}}}, \
             m: {{type: object, additionalProperties: {{type: string}}}}}}, \
             x-kubernetes-validations: [{rule}]}}"
        );
        assert_eq!(judged(&custom(&schema, "{items: [a]}")).len(), 1);
    }
}

/// A definition with one rule on `spec`, and a resource of it.
fn ruled(properties: &str, rule: &str, spec: &str) -> String {
    let rules = format!("x-kubernetes-validations: [{{rule: {rule:?}}}]");
    custom(
        &format!("{{type: object, properties: {properties}, {rules}}}"),
        spec,
    )
}

#[test]
fn rules_that_compare_much() {
    let nested = format!("[1]{}.all(z, z == z)", ".map(a, [a, a])".repeat(28));
    judged(&ruled("{a: {type: integer}}", &nested, "{a: 1}"));
    let list = "{l: {type: array, items: {type: integer}}}";
    let items = (0..60_000).map(|i| i.to_string()).collect::<Vec<_>>().join(",");
    let spec = format!("{{l: [{items}]}}");
    for rule in ["sets.equivalent(self.l, self.l)", "self.l.distinct().size() > 0"] {
        judged(&ruled(list, rule, &spec));
    }
    let entries = (0..60_000)
        .map(|i| format!("k{i}: a"))
        .collect::<Vec<_>>()
        .join(",");
    let map = "{m: {type: object, additionalProperties: {type: string}}}";
    judged(&ruled(map, "self.m == self.m", &format!("{{m: {{{entries}}}}}")));
    let texts = "{l: {type: array, items: {type: string}}, p: {type: string}}";
    let items = vec!["a"; 20_000].join(",");
    let spec = format!("{{p: '(a{{1000}})b', l: [{items}]}}");
    judged(&ruled(texts, "self.l.all(x, !'b'.matches(self.p))", &spec));
}

/// What is long is told many times over.
#[test]
fn long_texts_that_many_findings_tell() {
    let key = "k".repeat(100_000);
    let items = "x, ".repeat(2_000);
    let map = "{m: {type: object, additionalProperties: {type: array, items: {type: integer}}}}";
    let schema = format!("{{type: object, properties: {map}}}");
    let found = judged(&custom(&schema, &format!("{{m: {{? {key} : [{items}]}}}}")));
    assert_eq!(found.len(), 2_000);
    let field = &found[1_999].refusal.as_ref().expect("a refusal").field;
    assert!(field.ends_with("k…[1999]"), "{field}");

    let text = "no ".repeat(30_000);
    let rule = format!("{{rule: 'self > 1{}', message: {text:?}}}", " ".repeat(1_000));
    let list = format!("{{type: array, items: {{type: integer, x-kubernetes-validations: [{rule}]}}}}");
    let schema = format!("{{type: object, properties: {{l: {list}}}}}");
    let items = "1, ".repeat(2_000);
    assert_eq!(
        judged(&custom(&schema, &format!("{{l: [{items}]}}"))).len(),
        2_000
    );

    let name = "n".repeat(300_000);
    let head =
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: {name}}}\ndata:\n");
    assert!(findings(&checked(&format!("{head}{}", "  k: x\n".repeat(2_000)))) > 1_900);
}

#[test]
fn many_fields_that_many_items_lack() {
    let names: Vec<String> = (0..300).map(|i| format!("f{i}")).collect();
    let list = format!(
        "{{type: array, items: {{type: object, required: [{}]}}}}",
        names.join(", ")
    );
    let schema = format!("{{type: object, properties: {{l: {list}}}}}");
    let found = judged(&custom(&schema, &format!("{{l: [{}]}}", "{}, ".repeat(300))));
    assert_eq!(found.len(), 10_001);
    let note = "there are 80000 more findings of this rule in this file";
    assert_eq!(found[10_000].message, note);
}

/// Each object is one that an alias makes of a Secret's values.
#[test]
fn many_findings_about_what_must_not_be_told() {
    let labels: String = (0..60)
        .map(|i| format!("    label{i}: '{}!'\n", "Sesame ".repeat(8)))
        .collect();
    let secret = format!(
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {{name: s}}\n  \
         stringData: &m\n{labels}"
    );
    let object = "- {apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: *m}}\n";
    let report = checked(&format!("{secret}{}", object.repeat(3_000)));
    assert!(findings(&report) > 10_000);
    let mut diagnostics = report.diagnostics();
    assert!(!diagnostics.any(|finding| format!("{finding:?}").contains("Sesame")));
}
