//! What becomes of a name that is not there.

use kubeproof::diagnostic::Severity;
use kubeproof::manifest::Surroundings;
use kubeproof::settings::Settings;

use super::table::using;
use super::{INGRESS, file, findings, pod_with_key, secret};

#[test]
fn a_name_found_anywhere_in_a_compatible_namespace_is_found() {
    for namespace in ["", "web"] {
        let there = secret("shop-tls", namespace, "tls.crt: a, tls.key: b");
        assert_eq!(
            findings(&[("far/away.yaml", &there), ("shop/ingress.yaml", INGRESS)]),
            [""; 0]
        );
    }
    let without = INGRESS.replace(", namespace: web", "");
    let there = secret("shop-tls", "infra", "tls.crt: a, tls.key: b");
    assert_eq!(findings(&[("a.yaml", &there), ("b.yaml", &without)]), [""; 0]);
}

#[test]
fn another_namespace_is_a_warning_and_nothing_an_info() {
    let there = secret("shop-tls", "infra", "tls.crt: a, tls.key: b");
    assert_eq!(
        findings(&[("far/away.yaml", &there), ("shop/ingress.yaml", INGRESS)]),
        ["warning dangling-tls-secret shop/ingress.yaml: shop-tls"]
    );
    assert_eq!(
        findings(&[("shop/ingress.yaml", INGRESS)]),
        ["info dangling-tls-secret shop/ingress.yaml: shop-tls"]
    );
    // Both at once: the one in its own namespace counts.
    let own = secret("shop-tls", "web", "tls.crt: a, tls.key: b");
    assert_eq!(
        findings(&[
            ("far/away.yaml", &there),
            ("own.yaml", &own),
            ("shop/ingress.yaml", INGRESS)
        ]),
        [""; 0]
    );
}

#[test]
fn who_says_the_namespace_is_believed_unless_the_other_lies_close_by() {
    let binding = "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b, namespace: web}, \
                   subjects: [{kind: ServiceAccount, name: prometheus, namespace: web}]}";
    let account =
        "{apiVersion: v1, kind: ServiceAccount, metadata: {name: prometheus, namespace: monitoring}}";
    assert_eq!(
        findings(&[("far/away.yaml", account), ("shop/rbac.yaml", binding)]),
        ["info dangling-service-account shop/rbac.yaml: prometheus"]
    );
    assert_eq!(
        findings(&[("rbac.yaml", &file(&[account, binding]))]),
        ["warning dangling-service-account rbac.yaml: prometheus"]
    );
}

#[test]
fn a_missing_name_is_said_once_for_a_run() {
    let pod = |name: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {{imagePullSecrets: [{{name: registry}}], \
             containers: [{{envFrom: [{{secretRef: {{name: registry}}}}]}}]}}}}"
        )
    };
    let (a, b) = (pod("a"), pod("b"));
    assert_eq!(
        findings(&[("a.yaml", &a), ("b.yaml", &b)]),
        ["info dangling-secret a.yaml: registry"]
    );
}

#[test]
fn a_slip_of_the_pen_is_told_from_a_sibling() {
    let defined = |name: &str| secret(name, "web", "tls.crt: a, tls.key: b");
    let found = |name: &str| findings(&[("all.yaml", &file(&[INGRESS, &defined(name)]))]);
    for slip in ["shop-tsl", "shoptls", "shop.tls", "shpo-tls", "shopp-tls"] {
        assert_eq!(
            found(slip),
            ["warning dangling-tls-secret all.yaml: shop-tls"],
            "{slip}"
        );
    }
    for other in ["web-tls", "shop-tls-2", "shop1-tls", "ship-certs", "shop-ca"] {
        assert_eq!(
            found(other),
            ["info dangling-tls-secret all.yaml: shop-tls"],
            "{other}"
        );
    }
    // A word that other names have was meant as it stands.
    let service = "{apiVersion: v1, kind: Service, metadata: {name: shop}}";
    assert_eq!(
        findings(&[("all.yaml", &file(&[INGRESS, &defined("shops-tls"), service]))]),
        ["info dangling-tls-secret all.yaml: shop-tls"]
    );
    // So was one that many of the names used have.
    let used = |name: &str| INGRESS.replace("shop-tls", name).replace("front", &name[..5]);
    let names = ["alpha-certs", "bravo-certs", "delta-certs", "omega-certs"].map(used);
    let certificate = secret("alpha-cert", "web", "tls.crt: a, tls.key: b");
    let slips = |count: usize| {
        let mut all: Vec<&str> = names[..count].iter().map(String::as_str).collect();
        all.push(&certificate);
        let found = findings(&[("all.yaml", &file(&all))]);
        found.iter().filter(|f| f.starts_with("warning")).count()
    };
    assert_eq!([slips(1), slips(3), slips(4)], [1, 1, 0]);
    // Far away names are alike by chance.
    assert_eq!(
        findings(&[
            ("a/x.yaml", INGRESS),
            ("b/y.yaml", &secret("shop-tsl", "", "a: b"))
        ]),
        ["info dangling-tls-secret a/x.yaml: shop-tls"]
    );
}

#[test]
fn a_slip_can_be_mended() {
    let text = file(&[
        &secret("shop-tls", "", "tls.crt: a, tls.key: b"),
        &INGRESS.replace("shop-tls", "'shop-tsl'"),
    ]);
    let inputs = [("a.yaml".to_string(), text.clone().into_bytes())];
    let report = kubeproof::check(inputs, &Surroundings::default(), &Settings::default());
    let fix = report
        .diagnostics()
        .find(|d| d.rule.rule().id == "references/dangling-tls-secret")
        .and_then(|d| d.fix.as_ref())
        .expect("a fix");
    assert!(!fix.safe);
    let mut mended = text;
    for edit in &fix.edits {
        mended.replace_range(edit.span.range(), &edit.text);
    }
    assert!(mended.contains("secretName: 'shop-tls'"), "{mended}");
    assert_eq!(findings(&[("a.yaml", &mended)]), [""; 0]);
}

#[test]
fn versions_of_a_group_are_one_object_and_other_worlds_are_not() {
    let deployment = |version: &str, name: &str| {
        format!("{{apiVersion: {version}, kind: Deployment, metadata: {{name: {name}}}}}")
    };
    let (new, old) = (deployment("apps/v1", "a"), deployment("apps/v1beta1", "a"));
    let twice = ["warning duplicate-object x/a.yaml: a"];
    assert_eq!(findings(&[("x/a.yaml", &file(&[&new, &old]))]), twice);
    assert_eq!(
        findings(&[("x/a.yaml", &file(&[&new, &deployment("extensions/v1beta1", "a")]))]),
        [""; 0]
    );
    assert_eq!(
        findings(&[("x/a.yaml", &file(&[&new, &deployment("apps/v1", "b")]))]),
        [""; 0]
    );
    assert_eq!(findings(&[("x/a.yaml", &new), ("x/b.yaml", &new)]), [""; 0]);
    assert_eq!(
        findings(&[
            ("x/b.yaml", &new),
            ("x/a.yaml", &new),
            ("x/kustomization.yaml", "resources: [b.yaml, a.yaml]")
        ]),
        twice
    );
    let list = format!("{{apiVersion: v1, kind: List, items: [{new}, {new}]}}");
    assert_eq!(findings(&[("x/a.yaml", &list)]), twice);
    let placeholders = deployment("apps/v1", "'${NAME}'");
    assert_eq!(
        findings(&[("x/a.yaml", &file(&[&placeholders, &placeholders]))]),
        [""; 0]
    );
}

#[test]
fn severities_are_those_of_the_design() {
    // What may live in the cluster never fails a run.
    let text = using("Secret", "somewhere");
    let report = kubeproof::check(
        [("a.yaml".to_string(), text.into_bytes())],
        &Surroundings::default(),
        &Settings::default(),
    );
    let worst = report
        .diagnostics()
        .filter(|d| d.rule.rule().category == "references")
        .map(|d| d.severity)
        .max();
    assert_eq!(worst, Some(Severity::Info));
}

#[test]
fn a_placeholder_may_become_any_namespace() {
    for any in ["${NS}", "$NS", "@NS@"] {
        let pod = pod_with_key("a");
        let there = format!(
            "{{apiVersion: v1, kind: Secret, metadata: {{name: db, namespace: \"{any}\"}}, data: {{a: YQ==}}}}"
        );
        let here = pod.replace("name: p}", "name: p, namespace: web}");
        assert_eq!(findings(&[("a.yaml", &there), ("b.yaml", &here)]), [""; 0]);
        let anywhere = pod.replace("name: p}", &format!("name: p, namespace: \"{any}\"}}"));
        let fixed = there.replace(any, "web");
        assert_eq!(findings(&[("a.yaml", &fixed), ("b.yaml", &anywhere)]), [""; 0]);
    }
}
