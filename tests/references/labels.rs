//! Selectors.

use super::{SHOP, file, findings, service};

#[test]
fn a_selector_is_blamed_only_for_what_it_nearly_fits() {
    let found = |selector: &str| {
        let other = service("front", &format!("selector: {{{selector}}}"));
        findings(&[("a.yaml", &file(&[SHOP, &other]))])
    };
    let misses = |value: &str| vec![format!("warning selector-mismatch a.yaml: {value}")];
    assert_eq!(found("app: checkout"), [""; 0]);
    assert_eq!(found("app: checkout, tier: web"), [""; 0]);
    assert_eq!(found("app: chekout"), misses("chekout"));
    assert_eq!(found("app: checkout, tier: front"), misses("front"));
    assert_eq!(found("app: checkout, part: web"), misses("web"));
    // Something else may well be meant.
    assert_eq!(found("app: database"), [""; 0]);
    assert_eq!(found("app: checkout1"), [""; 0]);
    assert_eq!(found("app: database, tier: db"), [""; 0]);
    assert_eq!(found("app: '${APP}'"), [""; 0]);
    assert_eq!(found("app: chekout, job-name: '1'"), misses("chekout"));
    // One of the same name is meant, whatever its labels.
    let namesake = service("shop", "selector: {name: frontend}");
    assert_eq!(
        findings(&[("a.yaml", &file(&[SHOP, &namesake]))]),
        misses("frontend")
    );
    // What another Service selects was not meant, and what fits elsewhere is found.
    let (good, bad) = (
        service("a", "selector: {app: checkout}"),
        service("b", "selector: {app: chekout}"),
    );
    assert_eq!(findings(&[("a.yaml", &file(&[SHOP, &good, &bad]))]), [""; 0]);
    let elsewhere = SHOP.replace("app: checkout", "app: chekout");
    assert_eq!(
        findings(&[("a.yaml", &file(&[SHOP, &bad])), ("b/c.yaml", &elsewhere)]),
        [""; 0]
    );
    // Far away labels are alike by chance.
    assert_eq!(findings(&[("a/a.yaml", SHOP), ("b/b.yaml", &bad)]), [""; 0]);
    let both = "resources: [../a/a.yaml, ../b/b.yaml]";
    assert_eq!(
        findings(&[
            ("a/a.yaml", SHOP),
            ("b/b.yaml", &bad),
            ("k/kustomization.yaml", both)
        ]),
        ["warning selector-mismatch b/b.yaml: chekout"]
    );
}

#[test]
fn selectors_do_not_cross_namespaces() {
    let here = SHOP.replace("name: shop}", "name: shop, namespace: web}");
    let there = "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: infra}, spec: {selector: {app: checkout}}}";
    let miss = ["warning selector-mismatch a.yaml: checkout"];
    assert_eq!(findings(&[("a.yaml", &file(&[&here, there]))]), miss);
    assert_eq!(findings(&[("a.yaml", &file(&[SHOP, there]))]), [""; 0]);
    let kustomization = "namespace: one\nresources: [a.yaml]";
    assert_eq!(
        findings(&[
            ("a.yaml", &file(&[&here, there])),
            ("kustomization.yaml", kustomization)
        ]),
        [""; 0]
    );
    // One that looks in all namespaces, or in others, does.
    let monitor = |more: &str| {
        format!(
            "{{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {{name: m, namespace: infra}}, \
             spec: {{{more}selector: {{matchLabels: {{app: checkout}}}}}}}}"
        )
    };
    let labelled =
        "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: web, labels: {app: checkout}}}";
    assert_eq!(findings(&[("a.yaml", &file(&[labelled, &monitor("")]))]), miss);
    for more in [
        "namespaceSelector: {any: true}, ",
        "namespaceSelector: {matchNames: [web]}, ",
    ] {
        assert_eq!(
            findings(&[("a.yaml", &file(&[labelled, &monitor(more)]))]),
            [""; 0]
        );
    }
}
