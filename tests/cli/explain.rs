//! `kubeproof explain` of kinds and fields.

use super::Folder;

/// Output with the width of a terminal that is not there: 100 columns.
fn explain(args: &[&str]) -> String {
    let mut all = vec!["explain"];
    all.extend(args);
    let answer = Folder::new(&[]).run(&all);
    assert_eq!(answer.code, Some(0), "{args:?}: {}", answer.stderr);
    for line in answer.stdout.lines() {
        assert!(line.chars().count() <= 100, "{args:?}: {line}");
        assert_eq!(line, line.trim_end(), "{args:?}");
    }
    assert!(!answer.stdout.contains('\u{1b}'), "no colours without a terminal");
    answer.stdout
}

#[test]
fn kinds_are_explained() {
    insta::assert_snapshot!("kind-ingress", explain(&["ingress"]));
    insta::assert_snapshot!("kind-hpa", explain(&["hpa"]));
    insta::assert_snapshot!("kind-off", explain(&["resourcepoolstatusrequests"]));
    insta::assert_snapshot!("kind-secret", explain(&["Secret"]));
}

#[test]
fn fields_are_explained() {
    insta::assert_snapshot!("field-host", explain(&["ingress.spec.rules.host"]));
    // As findings and this command itself write it.
    let host = explain(&["ingress.spec.rules.host"]);
    assert_eq!(explain(&["ingress.spec.rules[0].host"]), host);
    assert_eq!(explain(&["ingress.spec.rules[].host"]), host);
    insta::assert_snapshot!("field-tls", explain(&["ing.spec.tls.secretName"]));
    insta::assert_snapshot!(
        "field-ports",
        explain(&["deploy.spec.template.spec.containers.ports"])
    );
    insta::assert_snapshot!("field-service", explain(&["svc.spec"]));
    insta::assert_snapshot!("field-ephemeral", explain(&["pod.spec.ephemeralContainers"]));
    insta::assert_snapshot!("field-image", explain(&["pod.spec.containers.imagePullPolicy"]));
    insta::assert_snapshot!("field-name", explain(&["cm.metadata.name"]));
    insta::assert_snapshot!("tree", explain(&["netpol.spec", "--recursive"]));
}

#[test]
fn rules_on_a_whole_run_are_told_at_their_fields() {
    let rule = "references/missing-target-port";
    assert!(explain(&["service.spec.ports.targetPort"]).contains(rule));
    assert!(explain(&["service"]).contains(rule));
    assert!(!explain(&["service.spec.ports.port"]).contains(rule));
    assert!(!explain(&["pod.spec.containers.ports"]).contains(rule));
    let args = ["explain", "service.spec", "--format", "json"];
    let rules = Folder::new(&[]).run(&args).json()["rules"].clone();
    assert_eq!(rules[0]["fields"], serde_json::json!(["spec.ports.targetPort"]));
}

#[test]
fn the_version_of_kubernetes_counts() {
    let new = explain(&["pod.spec", "--kube-version", "1.36"]);
    let old = explain(&["pod.spec", "--kube-version", "1.25"]);
    assert!(new.contains("\n  hostnameOverride "), "{new}");
    assert!(!old.contains("\n  hostnameOverride "), "{old}");
    assert!(
        old.contains("hostnameOverride (since 1.34)"),
        "it is named as new: {old}"
    );
}

#[test]
fn a_version_of_a_kind_can_be_chosen() {
    let v1 = explain(&["hpa", "--api-version", "autoscaling/v1"]);
    assert!(v1.contains("apiVersion  autoscaling/v1\n"), "{v1}");
    assert_eq!(v1, explain(&["autoscaling/v1/hpa"]));
    let answer = Folder::new(&[]).run(&["explain", "ingress", "--api-version", "extensions/v1beta1"]);
    assert_eq!(answer.code, Some(2));
    assert_eq!(
        answer.stderr,
        "error: Ingress of `extensions/v1beta1` was removed in Kubernetes 1.22; use Ingress of \
         `networking.k8s.io/v1`\n"
    );
}

#[test]
fn a_kind_outranks_a_category_and_points_to_it() {
    for kind in ["secret", "ingress"] {
        let shown = explain(&[kind]);
        let pointer = format!("`kubeproof explain {kind}/`");
        assert!(shown.replace("\n", " ").contains(&pointer), "{shown}");
        let rules = explain_wide(&[&format!("{kind}/")]);
        assert!(
            rules.lines().all(|line| line.starts_with(&format!("{kind}/"))),
            "{rules}"
        );
    }
    assert!(
        explain_wide(&["metadata"])
            .lines()
            .all(|line| line.starts_with("metadata/"))
    );
}

/// Lists of rules are tables, whose lines may be long.
fn explain_wide(args: &[&str]) -> String {
    let mut all = vec!["explain"];
    all.extend(args);
    let answer = Folder::new(&[]).run(&all);
    assert_eq!(answer.code, Some(0), "{args:?}: {}", answer.stderr);
    answer.stdout
}

#[test]
fn wrong_names_are_usage_errors_with_suggestions() {
    let folder = Folder::new(&[]);
    for (args, meant) in [
        (&["deploymnt"][..], "did you mean `Deployment`?"),
        (
            &["ingress.spec.rule"],
            "IngressSpec has no field `rule` in Kubernetes 1.36; did you mean `rules`?",
        ),
        (&["ingress.Spec"], "did you mean `spec`?"),
        (&["pod.spec.nodeName.x"], "`nodeName` has no fields"),
        (&["pod..spec"], "a field's name is empty"),
        (&["deploymnt.spec"], "did you mean `Deployment`?"),
        (
            &["podsecuritypolicy"],
            "was removed in Kubernetes 1.25; Pod Security Admission",
        ),
        (
            &["pod.spec.hostnameOverride", "--kube-version", "1.30"],
            "has no field `hostnameOverride` in Kubernetes 1.30",
        ),
        (
            &["deploy", "--api-version", "v1"],
            "Kubernetes 1.36 has no Deployment in `v1`; it is in `apps/v1`",
        ),
        (&["\u{1b}[31m.spec"], "\\u{1b}"),
        (&["pod", "--kube-version", "1.99"], "it knows 1.25 to 1.37"),
        (&[""], "no kind is named"),
        (&["."], "no kind is named"),
    ] {
        let mut all = vec!["explain"];
        all.extend(args);
        let answer = folder.run(&all);
        assert_eq!((answer.code, &*answer.stdout), (Some(2), ""), "{args:?}");
        assert!(answer.stderr.contains(meant), "{args:?}: {}", answer.stderr);
    }
}

#[test]
fn json_says_the_same() {
    let folder = Folder::new(&[]);
    let field = folder
        .run(&[
            "explain",
            "pod.spec.containers.ports.protocol",
            "--format",
            "json",
        ])
        .json();
    assert_eq!(field["version"], 1);
    assert_eq!(field["kubeVersion"], "1.36");
    assert_eq!(field["kind"]["apiVersion"], "v1");
    assert_eq!(field["kind"]["scope"], "namespaced");
    assert_eq!(field["field"]["path"], "spec.containers[].ports[].protocol");
    assert_eq!(field["field"]["type"], "string");
    assert_eq!(
        field["field"]["values"],
        serde_json::json!(["TCP", "UDP", "SCTP"])
    );
    let checks = field["field"]["checks"].as_array().expect("checks");
    assert!(
        checks
            .iter()
            .any(|check| check["error"] == "NotSupported" && check["rule"] == "schema/not-supported"),
        "{field}"
    );
    let kind = folder.run(&["explain", "hpa", "--format", "json"]).json();
    let old = kind["kind"]["versions"]
        .as_array()
        .expect("versions")
        .iter()
        .find(|version| version["apiVersion"] == "autoscaling/v2beta2")
        .expect("v2beta2");
    assert_eq!(old["servedBy"], serde_json::json!(["1.25"]));
    assert_eq!(
        (&old["deprecated"], &old["removed"]),
        (&"1.23".into(), &"1.26".into())
    );
    let tree = folder
        .run(&["explain", "crd", "--recursive", "--format", "json"])
        .json();
    assert!(tree["fields"][0]["path"].is_string());
    let rule = folder
        .run(&["explain", "secret/bad-base64", "--format", "json"])
        .json();
    assert_eq!(rule[0]["id"], "secret/bad-base64");
}

#[test]
fn colours_can_be_had() {
    let answer = Folder::new(&[]).run(&["explain", "ingress", "--color", "always"]);
    assert!(
        answer.stdout.starts_with("\u{1b}[1mIngress\u{1b}[0m"),
        "{}",
        answer.stdout
    );
}
