//! What a tool rendered: its lines are no help, so that each finding says which object it is about.

use super::Folder;

const RENDERED: &str = "---
# Source: shop/templates/ingress.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: web}
spec:
  rules:
  - host: 10.0.0.1
    http:
      paths: [{path: /, backend: {service: {name: shop, port: {number: 80}}}}]
---
# Source: shop/templates/secret.yaml
apiVersion: v1
kind: Secret
metadata: {name: keys}
data: {a: hunter2-hunter2}
---
# Source: hunter2/templates/of all
apiVersion: v1
kind: Secret
metadata: {name: more}
data: {a: hunter2-hunter2}
";

#[test]
fn findings_name_the_object_and_its_template() {
    let folder = Folder::new(&[("rendered.yaml", RENDERED)]);
    let answer = folder.run_with(&["check", "-"], RENDERED);
    insta::assert_snapshot!("rendered_by_helm", answer);
    assert!(!answer.stdout.contains("hunter2"), "{answer}");
    // A file says where it comes from as well.
    let concise = ["check", "--format", "concise", "rendered.yaml"];
    insta::assert_snapshot!("rendered_by_helm_concise", folder.run(&concise));
    // kustomize names no files; of one by its own name the place tells all.
    let built = RENDERED.replace("# Source: ", "# ");
    let concise = |args: &[&str]| {
        let answer = folder.run_with(&[&["check", "--format", "concise"], args].concat(), &built);
        answer
            .stdout
            .lines()
            .filter(|line| line.ends_with("(Ingress web/shop)"))
            .count()
    };
    assert_eq!(concise(&["-"]), 3);
    for format in ["github", "gitlab"] {
        let answer = folder.run_with(&["check", "--format", format, "-"], RENDERED);
        let object = "(Ingress web/shop, from shop/templates/ingress.yaml)";
        assert!(answer.stdout.contains(object), "{answer}");
    }
    let list = "apiVersion: v1\nkind: List\nmetadata: {}\nmetadata: {}\nitems:\n- {apiVersion: v1, kind: ConfigMap, \
                metadata: {name: first}}\n";
    let answer = folder.run_with(&["check", "--format", "concise", "-"], list);
    assert!(
        answer.code == Some(1) && !answer.stdout.contains("first"),
        "what is wrong with a List is in none of its items: {answer}"
    );
    assert_eq!(concise(&["-", "--stdin-filename", "k8s/all.yaml"]), 0);
}

#[test]
fn a_name_without_end_is_cut() {
    let long = RENDERED.replace("name: shop,", &format!("name: {},", "a".repeat(3_000)));
    let answer = Folder::new(&[]).run_with(&["check", "--format", "concise", "-"], &long);
    assert!(answer.stdout.lines().all(|line| line.len() < 1_000), "{answer}");
    assert!(
        answer.stdout.contains("aaa…, from shop/templates/ingress.yaml)"),
        "{answer}"
    );
}

#[test]
fn values_that_are_not_set_are_judged() {
    let text = "apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  type: <no value>
  ports: [{port: <nil>}]
";
    let folder = Folder::new(&[]);
    let answer = folder.run_with(&["check", "-"], text);
    insta::assert_snapshot!("rendered_without_values", answer);
    assert_eq!(answer.code, Some(1), "{answer}");
}

#[test]
fn nothing_is_told_what_it_lacks() {
    let text = "kind: InferencePool\nmetadata: {name: a}\n---\napiVersion: v1\nkind: List\nitems:\n- null\n";
    let answer = Folder::new(&[]).run_with(&["check", "-"], text);
    insta::assert_snapshot!("rendered_with_gaps", answer);
}
