//! Custom resources by the definitions of a run, and by those that `--crds` names.

use super::Folder;

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
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
";

const THING: &str = "\
apiVersion: example.com/v1
kind: Thing
metadata: {name: a}
spec: {size: big}
";

fn found(folder: &Folder, args: &[&str]) -> (Vec<String>, serde_json::Value) {
    let json = folder
        .run(&[&["check", "--isolated", "--format", "json"], args].concat())
        .json();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_string();
    let rows = json["diagnostics"].as_array().expect("an array");
    let rows = rows
        .iter()
        .map(|row| {
            let refusal = &row["refusal"];
            format!(
                "{} {} {}",
                text(&row["file"]),
                text(&row["rule"]),
                text(&refusal["field"])
            )
        })
        .collect();
    (rows, json["summary"].clone())
}

#[test]
fn definitions_of_the_run_are_used_whatever_their_order() {
    let folder = Folder::new(&[("a.yaml", THING), ("z/crd.yaml", CRD)]);
    for threads in ["1", "4"] {
        let (rows, summary) = found(&folder, &["--threads", threads, "."]);
        assert_eq!(rows, ["a.yaml schema/type spec.size"]);
        assert_eq!(
            summary["custom"],
            serde_json::json!({"defined": 1, "undefined": []})
        );
    }
    let text = folder.run(&["check", "a.yaml", "z/crd.yaml"]).stdout;
    assert!(text.contains("see z/crd.yaml"), "{text}");
}

#[test]
fn crds_are_read_for_their_definitions_only() {
    let broken = CRD
        .replace("things", "others")
        .replace("kind: Thing", "kind: Other")
        .replace("type: integer", "type: nonsense");
    let folder = Folder::new(&[
        ("a.yaml", THING),
        ("crds/crd.yaml", CRD),
        ("crds/broken.yaml", &broken),
        ("crds/ingress.yaml", super::BAD),
    ]);
    let none: (Vec<String>, _) = (
        Vec::new(),
        serde_json::json!([{"kind": "Thing.example.com", "objects": 1}]),
    );
    let (rows, summary) = found(&folder, &["a.yaml"]);
    assert_eq!((rows, summary["custom"]["undefined"].clone()), none);
    let (rows, summary) = found(&folder, &["--crds", "crds", "a.yaml"]);
    assert_eq!(rows, ["a.yaml schema/type spec.size"]);
    assert_eq!(
        (&summary["files"], &summary["objects"]),
        (&1.into(), &1.into()),
        "{summary}"
    );
    let (rows, _) = found(
        &folder,
        &["--crds", "crds/broken.yaml", "--crds", "crds/crd.yaml", "a.yaml"],
    );
    assert_eq!(rows, ["a.yaml schema/type spec.size"], "repeatable");
    let (rows, _) = found(&folder, &["--index", "crds", "a.yaml"]);
    assert_eq!(
        rows,
        ["a.yaml schema/type spec.size"],
        "what is indexed defines, too"
    );
}

#[test]
fn kinds_without_a_definition_are_named_when_asked() {
    let folder = Folder::new(&[("a.yaml", THING)]);
    let quiet = folder.run(&["check", "a.yaml"]);
    assert_eq!(
        (quiet.code, quiet.stderr.contains("CustomResourceDefinition")),
        (Some(0), false)
    );
    let told = folder.run(&["check", "-v", "a.yaml"]).stderr;
    assert!(
        told.contains("1 custom resource has no CustomResourceDefinition here")
            && told.contains("Thing.example.com (1)"),
        "{told}"
    );
}

#[test]
fn standard_input_holds_definitions_or_resources() {
    let folder = Folder::new(&[("crd.yaml", CRD), ("a.yaml", THING)]);
    let answer = folder.run_with(
        &["check", "--format", "concise", "-", "--crds", "crd.yaml"],
        THING,
    );
    assert!(answer.stdout.contains("schema/type"), "{answer:?}");
    let answer = folder.run_with(&["check", "--format", "concise", "a.yaml", "--crds", "-"], CRD);
    assert!(answer.stdout.contains("schema/type"), "{answer:?}");
}

#[test]
fn a_missing_place_is_trouble() {
    let folder = Folder::new(&[("a.yaml", THING)]);
    let answer = folder.run(&["check", "a.yaml", "--crds", "nowhere"]);
    assert_eq!(answer.code, Some(2), "{answer:?}");
}

#[test]
fn a_key_that_is_read_as_another_is_told_as_it_is_written() {
    let folder = Folder::new(&[
        ("a.yaml", &THING.replace("size: big", "off: 1")),
        ("crd.yaml", CRD),
    ]);
    let text = folder.run(&["check", "a.yaml", "crd.yaml"]).stdout;
    assert!(
        text.contains("has no field `off`, which YAML 1.1 reads as `false`"),
        "{text}"
    );
}
