//! Compares what kubeproof refuses with what a kube-apiserver refuses, on the documents of `testdata/constraints`.
//! Each begins with the server's errors as comments, `# TYPE FIELD`, one line each or several parted by commas;
//! `# ok` when there are none. `# 1.31: …` is what that version reports. What is listed must be reported, and
//! nothing else.

use std::path::Path;

use kubeproof::diagnostic::{Diagnostic, Stage};
use kubeproof::manifest::Surroundings;
use kubeproof::settings::Settings;
use kubeproof::version::KubeVersion;
use kubeproof::yaml::Tree;
use kubeproof::{engine, source};

fn refusals(text: &str, kube: Option<KubeVersion>) -> Vec<String> {
    refusals_with(
        text,
        &Settings {
            no_skip: true,
            kube: kube.unwrap_or(KubeVersion::DEFAULT),
            ..Settings::default()
        },
    )
}

fn findings(text: &str, settings: &Settings) -> Vec<Diagnostic> {
    let source = source::decode(text.as_bytes().to_vec());
    let mut tree = Tree::default();
    engine::check_file(
        "test.yaml",
        &source,
        &mut tree,
        &Surroundings::default(),
        settings,
    )
    .diagnostics
}

fn refusals_with(text: &str, settings: &Settings) -> Vec<String> {
    let mut found: Vec<String> = findings(text, settings)
        .iter()
        .filter_map(|diagnostic| {
            let refusal = diagnostic.refusal.as_ref()?;
            assert_eq!(refusal.stage, Stage::Validation, "{}\n{text}", diagnostic.message);
            assert!(diagnostic.span.end as usize <= text.len());
            Some(format!("{} {}", refusal.kind.name(), refusal.field))
        })
        .collect();
    found.sort();
    found
}

/// The version that a document is about, and its errors.
fn expected(document: &str) -> (Option<KubeVersion>, Vec<String>) {
    let mut kube = None;
    let mut errors: Vec<String> = Vec::new();
    let said = document.lines().map_while(|line| line.strip_prefix("# "));
    for mut line in said {
        if let Some((version, rest)) = line.split_once(": ")
            && version.starts_with("1.")
        {
            kube = Some(version.parse().expect("a version"));
            line = rest;
        }
        for part in line.split(", ").filter(|part| *part != "ok") {
            match errors.last_mut() {
                // The comma is one of the field's: `{topologyKey, whenUnsatisfiable}`.
                Some(last) if !part.starts_with(|c: char| c.is_ascii_uppercase()) => {
                    last.push_str(", ");
                    last.push_str(part);
                }
                _ => errors.push(part.to_string()),
            }
        }
    }
    errors.sort();
    (kube, errors)
}

#[test]
fn reports_what_the_server_does() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/constraints"));
    let mut documents = 0;
    let mut wrong = String::new();
    for entry in std::fs::read_dir(folder).expect("testdata/constraints") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        for document in text.split("\n---\n") {
            assert!(
                document.starts_with("# "),
                "what is expected comes first\n{document}"
            );
            let (kube, want) = expected(document);
            let found = refusals(document, kube);
            if found != want {
                wrong += &format!(
                    "{}: {document}\nexpected {want:#?}, found {found:#?}\n\n",
                    path.display()
                );
            }
            documents += 1;
        }
    }
    assert!(documents > 200, "only {documents} documents");
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn judges_no_placeholders() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/placeholders.yaml"))
        .expect("UTF-8");
    for (open, close) in [("${", "}"), ("$", ""), ("@", "@")] {
        for document in text.split("\n---\n") {
            let document = &rewritten(document, open, close);
            let found = refusals_with(document, &Settings::default());
            assert!(found.is_empty(), "{document}\n{found:#?}");
            assert!(!refusals(document, None).is_empty(), "{document}");
        }
    }
}

/// A text with other signs around the names of its placeholders.
fn rewritten(text: &str, open: &str, close: &str) -> String {
    let mut parts = text.split("${");
    let mut new = parts.next().unwrap_or_default().to_string();
    for (name, rest) in parts.filter_map(|part| part.split_once('}')) {
        new += &format!("{open}{name}{close}{rest}");
    }
    new
}

#[test]
fn what_cannot_be_read_is_not_called_missing() {
    let texts = [
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: no, image: a}]}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: 0, image: off}]}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: {}}\n",
    ];
    for text in texts {
        let found = findings(text, &Settings::default());
        assert!(!found.is_empty(), "{text}");
        let stage = |stage| {
            found
                .iter()
                .all(|one| one.refusal.as_ref().is_some_and(|it| it.stage == stage))
        };
        assert!(stage(Stage::Decode), "{text}\n{found:#?}");
    }
}

/// What the server does not get to is found all the same, and is no part of its answer.
#[test]
fn what_the_server_names_only_later_is_told_at_once() {
    let service = "\
apiVersion: v1
kind: Service
metadata: {name: Shop}
spec:
  clusterIP: 10.0.0.300
  type: Other
  ports: [{port: 80}]
";
    assert_eq!(refusals(service, None), ["Invalid spec.clusterIPs[0]"]);
    let budget = "\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: shop, labels: {shop: -x-}}
spec: {minAvailable: -1, selector: {matchLabels: {app: shop}}}
";
    assert_eq!(refusals(budget, None), ["Invalid spec.minAvailable"]);
    let settings = Settings::default();
    for (text, places) in [
        (service, &["Shop", "10.0.0.300", "Other"][..]),
        (budget, &["shop: -x-", "-1"]),
    ] {
        let found = findings(text, &settings);
        let mut marked: Vec<&str> = found
            .iter()
            .map(|d| &text[d.span.start as usize..d.span.end as usize])
            .collect();
        marked.sort_by_key(|word| text.find(word));
        assert_eq!(marked, places);
    }
}

/// What is of the wrong type is told as that, and nothing is called missing in it.
#[test]
fn nothing_is_missing_in_what_cannot_be_read() {
    let volume = "{apiVersion: v1, kind: PersistentVolume, metadata: {name: a}, spec: {capacity: {storage: 1Gi}, \
                  accessModes: [ReadWriteOnce], hostPath: {path: /a}, nodeAffinity: [{a: b}]}}\n";
    let probe = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: a, \
                 livenessProbe: {httpGet: /healthz}}]}}\n";
    for text in [volume, probe] {
        let found = findings(text, &Settings::default());
        let rules: Vec<&str> = found.iter().map(|d| d.rule.rule().id).collect();
        assert_eq!(rules, ["schema/type"], "{text}");
    }
}

#[test]
fn advice_is_what_to_write() {
    let pod = |spec: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers: [{{name: c, image: c{spec}}}]\n"
        )
    };
    for (text, help) in [
        (
            "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\nspec: {schedule: 0 0 * * 1-7}\n"
                .to_string(),
            "Sunday is `0` and not `7`; `*` stands for every day",
        ),
        (
            pod(", resources: {limits: {example.com/gpu: 0.5}}"),
            "use a whole number",
        ),
        (
            pod(", resources: {limits: {cpu: 1, hugepages-2Mi: 3Mi}}"),
            "use as many whole pages as are needed",
        ),
        (
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web}\n\
             spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.5/24}}]}]}\n"
                .into(),
            "write `10.0.0.0/24` for the range, or `10.0.0.5/32` for the one address",
        ),
        (
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: a}\n\
             roleRef: {kind: Rule, name: b, apiGroup: rbac.authorization.k8s.io}\n"
                .into(),
            "use `ClusterRole`",
        ),
        (
            "apiVersion: apiregistration.k8s.io/v1\nkind: APIService\nmetadata: {name: v1.a.example.com}\n\
             spec: {group: a.example.com, version: v1, groupPriorityMinimum: 1, versionPriority: 0}\n"
                .into(),
            "write a number from 1 to 1000",
        ),
    ] {
        let found = findings(&text, &Settings::default());
        let helps: Vec<&str> = found.iter().filter_map(|one| one.help.as_deref()).collect();
        assert!(helps.contains(&help), "{text}\n{helps:#?}");
    }
}
