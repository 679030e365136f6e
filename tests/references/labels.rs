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
    assert_eq!(
        found("app: prometheus, tier: web"),
        [""; 0],
        "what both are part of"
    );
    assert_eq!(
        found("app: checkout, leaderworkerset.sigs.k8s.io/role: x"),
        [""; 0],
        "its controller sets it"
    );
    assert_eq!(found("app: chekout, job-name: '1'"), misses("chekout"));
    // One of the same name is meant, whatever its labels.
    let namesake = service("checkout", "selector: {name: frontend}");
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
    // What waits to be filled in may fit.
    let open = SHOP
        .replace("app: checkout", "app: '${APP}'")
        .replace("name: checkout}", "name: open}");
    assert_eq!(findings(&[("a.yaml", &file(&[SHOP, &open, &bad]))]), [""; 0]);
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
fn whom_a_policy_lets_in_need_not_lie_beside_it() {
    let policy = |peer: &str| {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: checkout}}, \
             spec: {{ingress: [{{from: [{{podSelector: {{matchLabels: {{{peer}}}}}}}]}}]}}}}"
        )
    };
    let found = |peer: &str| findings(&[("a.yaml", &file(&[SHOP, &policy(peer)]))]);
    assert_eq!(found("app: checkout, tier: proxy"), [""; 0]);
    assert_eq!(
        found("app: chekout"),
        ["warning selector-mismatch a.yaml: chekout"]
    );
}

#[test]
fn selectors_do_not_cross_namespaces() {
    let here = SHOP.replace("name: checkout}", "name: checkout, namespace: web}");
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

#[test]
fn labels_of_those_that_lead_are_given_while_they_run() {
    let found = |selector: &str| {
        let own = service("checkout", &format!("selector: {{{selector}}}"));
        findings(&[("a.yaml", &file(&[SHOP, &own]))])
    };
    let misses = |value: &str| vec![format!("warning selector-mismatch a.yaml: {value}")];
    assert_eq!(found("app: checkout, role: replica"), [""; 0]);
    assert_eq!(found("app: checkout, redis-role: master"), [""; 0]);
    assert_eq!(found("app: checkout, leader: 'true'"), [""; 0]);
    assert_eq!(found("app: checkout-primary"), [""; 0], "Flagger makes them");
    assert_eq!(found("app: checkout, color: blue"), misses("blue"));
    assert_eq!(found("app: other, role: replica"), misses("other"));
}
