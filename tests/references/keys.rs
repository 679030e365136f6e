//! Keys of Secrets and ConfigMaps, and ports of Services.

use super::{file, findings, findings_of_all, pod_with_key, secret, service};

#[test]
fn a_missing_key_is_as_bad_as_it_is_sure() {
    let (db, pod) = (secret("db", "", "user: a"), pod_with_key("password"));
    assert_eq!(
        findings(&[("a.yaml", &file(&[&db, &pod]))]),
        ["error missing-key a.yaml: password"]
    );
    assert_eq!(
        findings(&[("x/a.yaml", &db), ("x/b.yaml", &pod)]),
        ["warning missing-key x/b.yaml: password"]
    );
    assert_eq!(
        findings(&[("x/a.yaml", &db), ("y/b.yaml", &pod)]),
        ["info missing-key y/b.yaml: password"]
    );
    // In a closed world there is no other that could be meant.
    assert_eq!(
        findings_of_all(&[("x/a.yaml", &db), ("y/b.yaml", &pod)]),
        ["error missing-key y/b.yaml: password"]
    );
    let kustomization = "resources: [../x/a.yaml, b.yaml]";
    assert_eq!(
        findings(&[
            ("x/a.yaml", &db),
            ("y/b.yaml", &pod),
            ("y/kustomization.yaml", kustomization)
        ]),
        ["error missing-key y/b.yaml: password"]
    );
    assert_eq!(
        findings(&[("a.yaml", &file(&[&db, &pod_with_key("user")]))]),
        [""; 0]
    );
    // Of several definitions those closest by count, and one that has the key is enough.
    let other = secret("db", "", "password: a");
    assert_eq!(
        findings(&[("a.yaml", &file(&[&pod])), ("b.yaml", &db), ("c.yaml", &other)]),
        [""; 0]
    );
}

#[test]
fn keys_are_not_judged_where_they_are_not_all_known() {
    let pod = pod_with_key("password");
    let unknown = [
        "{apiVersion: v1, kind: Secret, metadata: {name: db}}",
        "{apiVersion: v1, kind: Secret, metadata: {name: db}, data: {}}",
        "{apiVersion: v1, kind: Secret, metadata: {name: db}, type: kubernetes.io/service-account-token, data: {a: Yg==}}",
        "{apiVersion: v1, kind: Secret, metadata: {name: db, annotations: {replicator.v1.mittwald.de/replicate-from: a/b}}, data: {a: Yg==}}",
        "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: db}, spec: {dataFrom: [{extract: {key: k}}]}}",
        "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: db}, spec: {data: [{secretKey: a}], target: {template: {data: {b: c}}}}}",
        "{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: c}, spec: {secretName: db}}",
        "{apiVersion: secrets.hashicorp.com/v1beta1, kind: VaultStaticSecret, metadata: {name: c}, spec: {destination: {name: db, create: true}}}",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {a: b}\nbroken: [",
    ];
    for text in unknown {
        let found = findings(&[("x/a.yaml", text), ("x/b.yaml", &pod)]);
        assert!(
            !found.iter().any(|f| f.contains("missing-key")),
            "{text}: {found:?}"
        );
    }
    let known = [
        "{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: db}, spec: {encryptedData: {a: b}}}",
        "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: db}, spec: {data: [{secretKey: a}]}}",
        "{apiVersion: isindir.github.com/v1alpha3, kind: SopsSecret, metadata: {name: c}, spec: {secretTemplates: [{name: db, data: {a: b}}]}}",
        "{apiVersion: secrets-store.csi.x-k8s.io/v1, kind: SecretProviderClass, metadata: {name: c}, spec: {secretObjects: [{secretName: db, data: [{key: a}]}]}}",
        "{apiVersion: v1, kind: Secret, metadata: {name: db}, data: {a: 'ENC[AES256_GCM,data:x]'}, sops: {version: 3}}",
    ];
    for text in known {
        let found = findings(&[("x/a.yaml", text), ("x/b.yaml", &pod)]);
        assert_eq!(found, ["warning missing-key x/b.yaml: password"], "{text}");
        let has = text.replace("{a: ", "{password: ").replace(": a}", ": password}");
        assert_eq!(
            findings(&[("x/a.yaml", &has), ("x/b.yaml", &pod)]),
            [""; 0],
            "{has}"
        );
    }
}

fn ingress(port: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: i}}, spec: {{defaultBackend: \
         {{service: {{name: shop, port: {{{port}}}}}}}}}}}"
    )
}

#[test]
fn a_missing_port_is_as_bad_as_it_is_sure() {
    let shop = service(
        "shop",
        "ports: [{name: http, port: 80, targetPort: 8080}, {port: 443, targetPort: tls}]",
    );
    let found = |port: &str| findings(&[("a.yaml", &file(&[&shop, &ingress(port)]))]);
    assert_eq!(found("number: 80"), [""; 0]);
    assert_eq!(found("number: 443"), [""; 0]);
    assert_eq!(found("name: http"), [""; 0]);
    assert_eq!(found("name: https"), ["error missing-port a.yaml: https"]);
    assert_eq!(found("number: 81"), ["error missing-port a.yaml: 81"]);
    assert_eq!(found("number: 8080"), ["warning missing-port a.yaml: 8080"]);
    assert_eq!(found("name: tls"), ["warning missing-port a.yaml: tls"]);
    assert_eq!(found("number: '${PORT}'"), [""; 0]);
    let other = ingress("number: 81");
    let apart = |service: &str, ingress: &str| findings(&[(service, &shop), (ingress, &other)]);
    assert_eq!(
        apart("x/a.yaml", "x/b.yaml"),
        ["warning missing-port x/b.yaml: 81"]
    );
    assert_eq!(apart("x/a.yaml", "y/b.yaml"), [""; 0]);
    assert_eq!(
        findings_of_all(&[("x/a.yaml", &shop), ("y/b.yaml", &other)]),
        ["error missing-port y/b.yaml: 81"]
    );
    // A port that waits to be filled in may be any.
    let open = service("shop", "ports: [{port: '${PORT}'}, {port: 443}]");
    assert_eq!(findings(&[("a.yaml", &file(&[&open, &other]))]), [""; 0]);
    // A kustomization that patches the Service may add it.
    let kustomization = |patch: &str| {
        findings(&[
            ("a.yaml", &file(&[&shop, &other])),
            (
                "kustomization.yaml",
                &format!("resources: [a.yaml]\npatches: [{patch}]"),
            ),
        ])
    };
    assert_eq!(kustomization("{target: {kind: Service}, patch: '[]'}"), [""; 0]);
    assert_eq!(
        kustomization("{target: {kind: Secret}, patch: '[]'}"),
        ["error missing-port a.yaml: 81"]
    );
}

#[test]
fn webhooks_call_port_443_unless_they_name_one() {
    let hook = |port: &str| {
        format!(
            "{{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {{name: w}}, \
             webhooks: [{{name: w.a.example, clientConfig: {{service: {{name: shop, namespace: a{port}}}}}}}]}}"
        )
    };
    let found = |ports: &str, port: &str| {
        findings(&[(
            "a.yaml",
            &file(&[&service("shop", &format!("ports: [{ports}]")), &hook(port)]),
        )])
    };
    assert_eq!(found("{port: 443}", ""), [""; 0]);
    assert_eq!(found("{port: 8443}", ""), ["error missing-port a.yaml: shop"]);
    assert_eq!(found("{port: 8443}", ", port: 8443"), [""; 0]);
    assert_eq!(
        found("{port: 443}", ", port: 8443"),
        ["error missing-port a.yaml: 8443"]
    );
}

#[test]
fn keys_are_looked_at_wherever_they_are_named() {
    let secret = "{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: Yg==}, stringData: {b: c}}";
    let map = "{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {a: b}, binaryData: {c: Yg==}}";
    let found = |spec: &str| {
        let pod = format!("{{apiVersion: v1, kind: Pod, metadata: {{name: p}}, spec: {{{spec}}}}}");
        findings(&[("a.yaml", &file(&[secret, map, &pod]))])
    };
    for (field, keys) in [
        (
            "volumes: [{secret: {secretName: s, items: [{key: KEY, path: p}]}}]",
            ["a", "b"],
        ),
        (
            "volumes: [{configMap: {name: m, items: [{key: KEY, path: p}]}}]",
            ["a", "c"],
        ),
        (
            "volumes: [{projected: {sources: [{secret: {name: s, items: [{key: KEY, path: p}]}}]}}]",
            ["a", "b"],
        ),
        (
            "volumes: [{projected: {sources: [{configMap: {name: m, items: [{key: KEY, path: p}]}}]}}]",
            ["a", "c"],
        ),
        (
            "containers: [{env: [{name: E, valueFrom: {secretKeyRef: {name: s, key: KEY}}}]}]",
            ["a", "b"],
        ),
        (
            "initContainers: [{env: [{name: E, valueFrom: {configMapKeyRef: {name: m, key: KEY}}}]}]",
            ["a", "c"],
        ),
    ] {
        for key in keys {
            assert_eq!(found(&field.replace("KEY", key)), [""; 0], "{field} {key}");
        }
        assert_eq!(
            found(&field.replace("KEY", "other")),
            ["error missing-key a.yaml: other"],
            "{field}"
        );
    }
    // Taking all keys, and a path below what is mounted, name none.
    for field in [
        "containers: [{envFrom: [{prefix: X_, secretRef: {name: s}}, {configMapRef: {name: m}}]}]",
        "containers: [{volumeMounts: [{name: v, mountPath: /x, subPath: other}]}], volumes: [{name: v, secret: {secretName: s}}]",
        "volumes: [{configMap: {name: m, optional: true, items: [{key: other, path: p}]}}]",
    ] {
        assert_eq!(found(field), [""; 0], "{field}");
    }
    // A key that waits to be filled in may be any.
    let open = "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {'${KEY}': x, a: b}}";
    let pod = pod_with_key("other").replace("name: db", "name: s");
    assert_eq!(findings(&[("a.yaml", &file(&[open, &pod]))]), [""; 0]);
}

#[test]
fn what_others_add_to_a_secret_is_no_missing_key() {
    let pod = pod_with_key("password");
    let db = secret("db", "", "user: a");
    let merge = |more: &str| {
        format!(
            "{{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {{name: m}}, spec: {{target: \
             {{name: db, creationPolicy: Merge}}, {more}}}}}"
        )
    };
    let found = |other: &str| findings(&[("a.yaml", &file(&[&db, &pod, other]))]);
    assert_eq!(found(&merge("data: [{secretKey: password}]")), [""; 0]);
    assert_eq!(found(&merge("dataFrom: [{extract: {key: a}}]")), [""; 0]);
    assert_eq!(
        found(&merge("data: [{secretKey: other}]")),
        ["error missing-key a.yaml: password"]
    );
    // Into another Secret.
    let elsewhere = merge("dataFrom: [{extract: {key: a}}]").replace("name: db", "name: cache");
    assert_eq!(
        found(&elsewhere),
        [
            "error missing-key a.yaml: password",
            "info dangling-secret a.yaml: cache"
        ]
    );
    // A controller generates what is missing.
    for annotation in ["autogenerate", "type"] {
        let made = db.replace(
            "name: db",
            &format!("name: db, annotations: {{secret-generator.v1.mittwald.de/{annotation}: password}}"),
        );
        assert_eq!(findings(&[("a.yaml", &file(&[&made, &pod]))]), [""; 0]);
    }
}

#[test]
fn many_keys_that_are_there_cost_little_for_each_that_is_not() {
    let have: Vec<String> = (0..20_000).map(|i| format!("key-{i}: a")).collect();
    let want: Vec<String> = (0..3_000)
        .map(|i| format!("{{name: A, valueFrom: {{secretKeyRef: {{name: db, key: other-{i}}}}}}}"))
        .collect();
    let pod = format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: p}}, spec: {{containers: [{{env: [{}]}}]}}}}",
        want.join(", ")
    );
    let text = file(&[&secret("db", "", &have.join(", ")), &pod]);
    let start = std::time::Instant::now();
    assert_eq!(findings(&[("a.yaml", &text)]).len(), 3_000);
    assert!(start.elapsed().as_secs() < 8, "{:?}", start.elapsed());
}
