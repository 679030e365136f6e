//! Copies in other namespaces.

use super::{findings, pod_with_key};

#[test]
fn copies_are_in_every_namespace() {
    let pod = pod_with_key("a").replace("name: p}", "name: p, namespace: web}");
    let found = |maker: &str| findings(&[("a.yaml", maker), ("b.yaml", &pod)]);
    let secret = |metadata: &str| {
        format!(
            "{{apiVersion: v1, kind: Secret, metadata: {{name: db, namespace: infra, {metadata}}}, data: {{a: YQ==}}}}"
        )
    };
    assert_eq!(
        found(&secret("annotations: {}")),
        ["warning dangling-secret b.yaml: db"]
    );
    assert_eq!(
        found(&secret("annotations: {kubed.appscode.com/sync: ''}")),
        [""; 0]
    );
    let sealed = "{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: db, namespace: infra}, spec: \
                  {template: {metadata: {annotations: {replicator.v1.mittwald.de/replicate-to-matching: x}}}}}";
    assert_eq!(found(sealed), [""; 0]);
    let policy = "{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: p}, spec: {rules: [{generate: \
                  {cloneList: {namespace: infra, kinds: [v1/Secret]}}}]}}";
    assert_eq!(
        findings(&[
            ("a.yaml", &secret("labels: {a: b}")),
            ("b.yaml", &pod),
            ("c.yaml", policy)
        ]),
        [""; 0]
    );
    let generated = |options: &str| {
        let kustomization =
            format!("namespace: infra\nsecretGenerator: [{{name: db, literals: [a=b], options: {options}}}]");
        findings(&[("k/kustomization.yaml", &kustomization), ("b.yaml", &pod)])
    };
    assert_eq!(generated("{}"), ["warning dangling-secret b.yaml: db"]);
    let reflected = "{annotations: {reflector.v1.k8s.emberstack.com/reflection-auto-enabled: 'true'}}";
    assert_eq!(generated(reflected), [""; 0]);
}
