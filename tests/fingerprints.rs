//! Fingerprints: what a finding is known by from run to run.

use kubeproof::check;
use kubeproof::manifest::Surroundings;
use kubeproof::report::fingerprint::{Fingerprint, fingerprints};
use kubeproof::settings::Settings;

const WEB: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - name: app
      image: app
      ports: [{containerPort: 99999}, {containerPort: 88888}]
    - image: app
      name: side
      imagePullPolicy: sometimes
";

fn of(text: &str) -> Vec<Fingerprint> {
    let report = check(
        [("pod.yaml".to_string(), text.as_bytes().to_vec())],
        &Surroundings::default(),
        &Settings::default(),
    );
    fingerprints(&report.files[0])
}

fn shown(text: &str) -> Vec<String> {
    of(text)
        .iter()
        .map(|f| format!("{} | {} | {} | {} | {}", f.file, f.object, f.rule, f.at, f.turn))
        .collect()
}

#[test]
fn they_tell_rule_file_object_and_field() {
    insta::assert_snapshot!(shown(WEB).join("\n"));
}

#[test]
fn they_survive_moved_lines() {
    let before = of(WEB);
    assert_eq!(before.len(), 3, "{before:?}");
    let moved = WEB.replace(
        "spec:\n",
        "# a comment\n\nspec:\n  restartPolicy: Always\n  initContainers: [{name: a, image: a}]\n",
    );
    assert_eq!(of(&moved), before);
    let swapped = WEB.replace(
        "    - name: app",
        "    - {name: first, image: first}\n    - name: app",
    );
    assert_eq!(of(&swapped), before);
    let elsewhere = format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop}}\n---\n{WEB}");
    assert_eq!(of(&elsewhere), before);
}

#[test]
fn what_differs_differs() {
    let before = of(WEB);
    let renamed = of(&WEB.replace("name: web", "name: api"));
    assert!(before.iter().all(|one| !renamed.contains(one)));
    let hashes: std::collections::BTreeSet<String> =
        before.iter().chain(&renamed).map(Fingerprint::hash).collect();
    assert_eq!(hashes.len(), 6);
}

/// Baselines and services keep them: a change of the hash would make every known finding a new one.
#[test]
fn the_hash_is_fixed() {
    let one = Fingerprint {
        file: "k8s/web.yaml".into(),
        object: "Ingress.networking.k8s.io web/shop".into(),
        rule: "ingress/host-is-ip",
        at: "spec.rules[].host".into(),
        turn: 0,
    };
    insta::assert_snapshot!(one.hash(), @"3741b9b9180a49c34bd4aa924281699e");
}

#[test]
fn a_secret_tells_names_only() {
    let secret = "\
apiVersion: v1
kind: Secret
metadata: {name: db}
stringData:
  list: [{name: hunter2, value: 1}]
  password: hunter2: x
";
    let sound = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\ndata:\n  password: 'hunter2!'\n  hunter: [{name: hunter2}]\n";
    for text in [secret, sound] {
        let found = of(text);
        assert!(!found.is_empty());
        assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
    }
    assert!(
        shown(sound).iter().any(|one| one.contains("| data.password |")),
        "{:?}",
        shown(sound)
    );
}

#[test]
fn many_findings_in_one_long_list_take_no_long_time() {
    let mut text = "apiVersion: v1\nkind: List\nitems:\n".to_string();
    for i in 0..20_000 {
        text.push_str(&format!(
            "- {{apiVersion: v1, kind: ConfigMap, metadata: {{name: c{i}}}, dtaa: {{}}}}\n"
        ));
    }
    let start = std::time::Instant::now();
    let found = of(&text);
    assert_eq!(found.len(), 20_000);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
