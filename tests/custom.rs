//! Custom resources against the definitions beside them: `testdata/custom`. A custom resource begins with what the
//! API server says of it as comments, `# TYPE FIELD | MARKED TEXT`, or `# ok`. What is listed must be reported,
//! and nothing else.

use std::path::Path;

use kubeproof::diagnostic::Diagnostic;
use kubeproof::manifest::Surroundings;
use kubeproof::report::Report;
use kubeproof::settings::{RuleSet, Settings};
use kubeproof::version::KubeVersion;

fn checked(inputs: &[(&str, &str)]) -> Report {
    checked_by(KubeVersion::DEFAULT, inputs)
}

fn checked_by(kube: KubeVersion, inputs: &[(&str, &str)]) -> Report {
    let inputs = inputs
        .iter()
        .map(|(name, text)| (name.to_string(), text.as_bytes().to_vec()));
    let mut rules = RuleSet::all();
    for other in ["metadata", "references", "deprecation"] {
        assert!(rules.set(other, false));
    }
    let settings = Settings {
        rules,
        kube,
        ..Settings::default()
    };
    kubeproof::check(inputs, &Surroundings::default(), &settings)
}

fn line(finding: &Diagnostic, text: &str) -> String {
    let marked = text.get(finding.span.range()).unwrap_or("out of bounds");
    match &finding.refusal {
        Some(refusal) => format!("{} {} | {marked}", refusal.kind.name(), refusal.field),
        None => format!("{}: {}", finding.rule.rule().id, finding.message),
    }
}

#[test]
fn custom_resources_are_judged_as_by_the_server() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/custom");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let (mut documents, mut wrong) = (0, Vec::new());
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a text");
        let report = checked(&[("all.yaml", &text)]);
        for (i, document) in text.split("\n---\n").enumerate() {
            if document.contains("kind: CustomResourceDefinition") {
                continue;
            }
            documents += 1;
            let mut expected: Vec<String> = document
                .lines()
                .map_while(|line| line.strip_prefix("# "))
                .filter(|line| *line != "ok")
                .map(String::from)
                .collect();
            expected.sort();
            let mut found: Vec<String> = report
                .diagnostics()
                .filter(|finding| finding.document == i as u32)
                .map(|finding| line(finding, &text))
                .collect();
            found.sort();
            if found != expected {
                wrong.push(format!("{}: {document}\nfound: {found:#?}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(documents > 30, "{documents}");
}

const CRD: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: things, kind: Thing, singular: thing, listKind: ThingList}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {replicas: {type: integer}}}}}}
";

const RESOURCE: &str = "\
apiVersion: example.com/v1
kind: Thing
metadata: {name: a}
spec: {replica: 1}
";

#[test]
fn a_slip_has_a_fix_and_names_the_definition() {
    let report = checked(&[("crd.yaml", CRD), ("a.yaml", RESOURCE)]);
    let found: Vec<&Diagnostic> = report.diagnostics().collect();
    let [finding] = found[..] else { panic!("{found:?}") };
    assert_eq!(finding.help.as_deref(), Some("did you mean `replicas`?"));
    assert_eq!(finding.label.as_deref(), Some("see crd.yaml"));
    let fix = finding.fix.as_ref().expect("a fix");
    assert_eq!(fix.edits[0].text, "replicas");
    assert!(!fix.safe);
}

#[test]
fn a_definition_that_the_server_refuses_defines_nothing() {
    let refused = CRD.replace("type: integer", "type: int");
    let report = checked(&[("crd.yaml", &refused), ("a.yaml", RESOURCE)]);
    assert!(
        report.files[1].diagnostics.is_empty(),
        "{:?}",
        report.files[1].diagnostics
    );
    assert_eq!(report.coverage.defined, 0);
    assert_eq!(report.coverage.undefined.get("Thing.example.com"), Some(&1));
}

#[test]
fn what_lies_in_a_list_is_checked_too() {
    let list = "apiVersion: v1\nkind: List\nitems:\n  - apiVersion: example.com/v1\n    kind: Thing\n    metadata: {name: a}\n    spec: {replicas: x}\n";
    let report = checked(&[("a.yaml", list), ("z.yaml", CRD)]);
    let lines: Vec<String> = report.diagnostics().map(|finding| line(finding, list)).collect();
    assert_eq!(lines, ["TypeInvalid spec.replicas | x"]);
}

#[test]
fn hostile_resources_end_quickly() {
    let mut deep = RESOURCE.replace("{replica: 1}", "");
    deep.push_str(&format!("{}{}", "  {a: ".repeat(3000), "}".repeat(3000)));
    checked(&[("crd.yaml", CRD), ("a.yaml", &deep)]);
    let mut bomb = String::from(
        "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\nspec:\n  a0: &a0 [x, x]\n",
    );
    for i in 1..40 {
        let before = i - 1;
        bomb.push_str(&format!("  a{i}: &a{i} [*a{before}, *a{before}, *a{before}]\n"));
    }
    let open = CRD.replace(
        "type: object, properties: {spec",
        "type: object, x-kubernetes-preserve-unknown-fields: true, properties: {spec",
    );
    checked(&[("crd.yaml", &open), ("a.yaml", &bomb)]);
    checked(&[("crd.yaml", CRD), ("a.yaml", &bomb)]);
}

#[test]
fn a_resource_needs_a_name() {
    let nameless = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {namespace: a}\n";
    let named_later = nameless.replace("namespace", "generateName");
    let inputs = [("crd.yaml", CRD), ("a.yaml", nameless), ("b.yaml", &*named_later)];
    let inputs = inputs.map(|(name, text)| (name.to_string(), text.as_bytes().to_vec()));
    let report = kubeproof::check(inputs, &Surroundings::default(), &Settings::default());
    let lines: Vec<String> = report
        .diagnostics()
        .map(|finding| line(finding, nameless))
        .collect();
    assert_eq!(lines, ["Required metadata.name | metadata"]);
}

#[test]
fn many_faults_and_costly_patterns_end_quickly() {
    let schema = "list: {type: array, items: {type: integer}}, text: {type: string, pattern: '^(a?){900}(a{1,900}b)?$'}";
    let crd = CRD.replace("replicas: {type: integer}", schema);
    let items = "x, ".repeat(100_000);
    let many = RESOURCE.replace("{replica: 1}", &format!("{{list: [{items}]}}"));
    let long = RESOURCE.replace("{replica: 1}", &format!("{{text: {}}}", "a".repeat(200_000)));
    let start = std::time::Instant::now();
    let report = checked(&[("crd.yaml", &crd), ("many.yaml", &many), ("long.yaml", &long)]);
    // Of one rule 10,000 are told of an object, and how many more there are.
    assert_eq!(report.files[1].diagnostics.len(), 10_001);
    let mut found = report.diagnostics();
    assert!(found.any(|one| one.message == "there are 90000 more findings of this rule in this file"));
    assert_eq!(report.files[2].diagnostics.len(), 0);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn a_definition_with_patterns_that_repeat_too_often_is_refused() {
    let schema = "name: {type: string, pattern: '^(([a-z]{1,50}){1,50}){1,20}$'}";
    let report = checked(&[
        ("crd.yaml", &CRD.replace("replicas: {type: integer}", schema)),
        ("a.yaml", RESOURCE),
    ]);
    let lines: Vec<String> = report.diagnostics().map(|finding| line(finding, "")).collect();
    let field = "spec.validation.openAPIV3Schema.properties[spec].properties[name].pattern";
    assert_eq!(lines, [format!("Invalid {field} | out of bounds")]);
}

/// The server would stop such rules as well; what they come to is left open. From 1.31 on their definition is refused
/// for what they may cost.
#[test]
fn costly_rules_end_quickly() {
    let old: KubeVersion = "1.30".parse().expect("a version");
    let rules = "x-kubernetes-validations: [\
        {rule: 'self.list.all(x, self.list.exists_one(y, y == x))'},\
        {rule: 'self.list.all(x, !self.text.contains(string(x)) || self.list.exists(y, self.text.contains(string(y))))'},\
        {rule: 'self.list.map(x, self.list).size() > 0'},\
        {rule: 'self.text.size() < 10'}]";
    let crd = CRD.replace(
        "{replicas: {type: integer}}",
        &format!("{{list: {{type: array, items: {{type: integer}}}}, text: {{type: string}}}}, {rules}"),
    );
    let list: Vec<String> = (0..20_000).map(|i| (i + 100_000).to_string()).collect();
    let text = "1234567890".repeat(20_000);
    let object = RESOURCE.replace(
        "{replica: 1}",
        &format!("{{list: [{}], text: \"{text}\"}}", list.join(", ")),
    );
    let start = std::time::Instant::now();
    let report = checked_by(old, &[("crd.yaml", &crd), ("a.yaml", &object)]);
    assert_eq!(report.coverage.defined, 1);
    assert_eq!(
        report.diagnostics().count(),
        0,
        "the budget is spent before the last rule"
    );
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    let short = RESOURCE.replace("{replica: 1}", "{list: [1, 1], text: \"12345678901\"}");
    let report = checked_by(old, &[("crd.yaml", &crd), ("a.yaml", &short)]);
    assert_eq!(report.diagnostics().count(), 2);
}

/// Kinds of one group resemble each other, and the definition of the other one may just not be here.
#[test]
fn a_kind_is_nearly_another_one_by_a_single_slip_only() {
    let definition = |kind: &str| {
        let plural = kind.to_lowercase();
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\
             metadata: {{name: {plural}.net.example.com}}\n\
             spec:\n  group: net.example.com\n  scope: Namespaced\n\
             \x20 names: {{plural: {plural}, kind: {kind}}}\n\
             \x20 versions: [{{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object}}}}}}]\n"
        )
    };
    let said = |defined: &[&str], kind: &str| {
        let definitions: Vec<String> = defined.iter().map(|kind| definition(kind)).collect();
        let object = format!("apiVersion: net.example.com/v1\nkind: {kind}\nmetadata: {{name: a}}\n");
        let report = checked(&[("crds.yaml", &definitions.join("---\n")), ("a.yaml", &object)]);
        let found: Vec<(String, bool)> = report
            .diagnostics()
            .map(|finding| {
                assert_eq!(finding.rule.rule().id, "schema/undefined-kind");
                assert!(finding.refusal.is_none(), "a definition elsewhere may have it");
                let safe = finding.fix.as_ref().is_some_and(|fix| fix.safe);
                (finding.help.clone().unwrap_or_default(), safe)
            })
            .collect();
        found
    };
    let meant = |kind: &str, safe| vec![(format!("did you mean `kind: {kind}`?"), safe)];
    assert_eq!(said(&["Gateway"], "gateway"), meant("Gateway", true));
    assert_eq!(said(&["Gateway"], "Gatewya"), meant("Gateway", false));
    assert_eq!(
        said(&["Gateway", "Gateways2"], "Gateways"),
        meant("Gateway", false)
    );
    for (defined, kind) in [
        (&["Gateway"][..], "Gateway"),
        (&["TCPRoute"], "TLSRoute"),
        (&["Mesh"], "XMesh"),
        (&["Listener"], "XListener"),
        (&["Chaos1"], "Chaos2"),
        (&["Pool"], "Poll"),
        (&["Gatewaya", "Gatewayb"], "Gatewayc"),
        (&["Issuer"], "ClusterIssuer"),
    ] {
        assert_eq!(said(defined, kind), [], "{kind} beside {defined:?}");
    }
}

#[test]
fn many_choices_cost_little_for_each_value_that_is_none_of_them() {
    let choices: Vec<String> = (0..10_000).map(|i| format!("choice-{i}")).collect();
    let crd = CRD.replace(
        "replicas: {type: integer}",
        &format!(
            "modes: {{type: array, items: {{type: string, enum: [{}]}}}}",
            choices.join(", ")
        ),
    );
    let resource = |modes: &str| RESOURCE.replace("replica: 1", &format!("modes: [{modes}]"));
    let one = resource("other");
    let report = checked(&[("crd.yaml", &crd), ("a.yaml", &one)]);
    let help: Vec<_> = report.diagnostics().filter_map(|d| d.help.as_deref()).collect();
    assert_eq!(
        help,
        [
            "use one of `choice-0`, `choice-1`, `choice-2`, `choice-3`, `choice-4`, `choice-5`, `choice-6`, \
             `choice-7`, `choice-8`, `choice-9`, `choice-10`, `choice-11` …"
        ]
    );
    let many = resource(&"choice-x, ".repeat(5_000));
    let start = std::time::Instant::now();
    let report = checked(&[("crd.yaml", &crd), ("a.yaml", &many)]);
    assert_eq!(report.diagnostics().count(), 5_000);
    assert!(start.elapsed().as_secs() < 4, "{:?}", start.elapsed());
}
