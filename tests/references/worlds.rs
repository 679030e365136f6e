//! What there is beside the manifests: a cluster, other files, kinds of a user's own.

use kubeproof::graph;
use kubeproof::manifest::Surroundings;
use kubeproof::settings::Settings;
use kubeproof::yaml::Tree;

use super::table::using;
use super::{SHOP, file, findings, findings_of_all, findings_with, pod_with_key, secret, service};

#[test]
fn in_a_closed_world_what_is_not_there_is_an_error() {
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: web}, spec: {priorityClassName: gold, \
               imagePullSecrets: [{name: registry}], volumes: [{configMap: {name: shop-conf}}, {secret: {secretName: gone, optional: true}}, \
               {secret: {secretName: '${LATER}'}}]}}";
    let near = "{apiVersion: v1, kind: ConfigMap, metadata: {name: shop-cnof, namespace: web}}";
    let other = "{apiVersion: v1, kind: Secret, metadata: {name: registry, namespace: ci}}";
    let claim =
        "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: c}, spec: {storageClassName: fast}}";
    let text = file(&[pod, near, other, claim]);
    let files = [("a.yaml", &*text)];
    assert_eq!(
        findings(&files),
        [
            "info dangling-class a.yaml: gold",
            "warning dangling-secret a.yaml: registry",
            "warning dangling-config-map a.yaml: shop-conf",
        ]
    );
    assert_eq!(
        findings_of_all(&files),
        [
            "error dangling-class a.yaml: gold",
            "error dangling-secret a.yaml: registry",
            "error dangling-config-map a.yaml: shop-conf",
            "error dangling-class a.yaml: fast",
        ]
    );
    let message = |complete: bool| {
        let settings = Settings {
            complete,
            ..Settings::default()
        };
        let inputs = [("a.yaml".to_string(), using("Secret", "gone").into_bytes())];
        let report = kubeproof::check(inputs, &Surroundings::default(), &settings);
        let found = report
            .diagnostics()
            .find(|d| d.rule.rule().category == "references");
        found.map(|d| d.message.clone()).unwrap_or_default()
    };
    assert!(message(false).contains("if the cluster has none either"));
    assert!(!message(true).contains("cluster"), "{}", message(true));
}

/// Findings of files of which some are not checked.
fn findings_beside(files: &[(&str, &str, graph::Role)]) -> Vec<String> {
    let settings = Settings::default();
    let mut all = Vec::new();
    let mut tree = Tree::default();
    for (name, text, role) in files {
        let source = kubeproof::source::decode(text.as_bytes().to_vec());
        let around = Surroundings::default();
        let table = graph::standard();
        all.push(kubeproof::engine::index_file(
            name, &source, &mut tree, &around, *role, table,
        ));
    }
    kubeproof::engine::check_run(&graph::Index::new(&all), &settings, &settings)
        .iter()
        .map(|(file, d)| {
            let (name, text, _) = files[*file as usize];
            format!(
                "{} {} {name}: {}",
                d.severity.as_str(),
                d.rule.rule().id.rsplit('/').next().unwrap_or_default(),
                &text[d.span.range()]
            )
        })
        .collect()
}

#[test]
fn what_is_indexed_defines_and_is_not_blamed() {
    use graph::Role::{Checked, Indexed, Inventory};
    let pod = pod_with_key("password").replace("name: p}", "name: p, namespace: web}");
    let dangling = "info dangling-secret a.yaml: db";
    assert_eq!(findings_beside(&[("a.yaml", &pod, Checked)]), [dangling]);
    for role in [Indexed, Inventory] {
        assert_eq!(findings_beside(&[("a.yaml", &pod, role)]), [""; 0]);
        assert_eq!(
            findings_beside(&[("a.yaml", &pod, Checked), ("b.yaml", &pod, role)]),
            [dangling]
        );
        let bad = file(&[SHOP, &service("x", "selector: {app: chekout}"), SHOP]);
        assert_eq!(findings_beside(&[("b.yaml", &bad, role)]), [""; 0]);
    }
    assert_eq!(
        findings_beside(&[
            ("a.yaml", &pod, Checked),
            ("b.yaml", &secret("db", "web", "password: a"), Indexed)
        ]),
        [""; 0]
    );
    // What a cluster prints has more than manifests: fields of vendors, fields that the server fills in.
    let printed = r#"{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
        "metadata": {"name": "db", "namespace": "web", "enable": true, "uid": "1", "resourceVersion": "7"}, "data": {"password": "YQ=="}}]}"#;
    let list = r#"{"kind": "SecretList", "apiVersion": "v1", "metadata": {"selfLink": "/x"}, "items": [{"metadata":
        {"name": "db", "namespace": "web", "enable": true}, "data": {"password": "YQ=="}}]}"#;
    let found = |list: &str| findings_beside(&[("a.yaml", &pod, Checked), ("cluster.json", list, Inventory)]);
    for list in [printed, list] {
        assert_eq!(found(list), [""; 0]);
        assert_eq!(
            found(&list.replace("web", "other")),
            ["warning dangling-secret a.yaml: db"]
        );
        assert_eq!(
            found(&list.replace("password", "user")),
            ["warning missing-key a.yaml: password"],
            "both say the namespace"
        );
    }
}

#[test]
fn a_users_rows_are_rows_like_others() {
    let rows = "target Widget = shop.example/Widget\n\
                kind shop.example/Gadget\n  uses Widget spec.widget\n  uses Secret spec.credentials.name key=key optional=optional\n  \
                has PodSpec spec.pod.spec\n\
                kind shop.example/Vault\n  makes Secret {metadata.name}-token keys=spec.keys[]\n\
                kind v1beta/Other Pod\n  uses ConfigMap metadata.annotations[shop.example/config]\n";
    let settings = || Settings {
        references: Some(std::sync::Arc::new(
            graph::table_with(rows).expect("rows in order"),
        )),
        ..Settings::default()
    };
    let found = |files: &[(&str, &str)]| findings_with(files, settings());
    let gadget = "{apiVersion: shop.example/v1, kind: Gadget, metadata: {name: g}, spec: {widget: w-one, credentials: \
                  {name: own-token, key: a}, pod: {spec: {containers: [{envFrom: [{secretRef: {name: env-vars}}]}]}}}}";
    assert_eq!(findings(&[("a.yaml", gadget)]), [""; 0]);
    assert_eq!(
        found(&[("a.yaml", gadget)]),
        [
            "info dangling-name a.yaml: w-one",
            "info dangling-secret a.yaml: own-token",
            "info dangling-secret a.yaml: env-vars",
        ]
    );
    let widget = "{apiVersion: shop.example/v2, kind: Widget, metadata: {name: w-one}}";
    let vault = "{apiVersion: shop.example/v1, kind: Vault, metadata: {name: own}, spec: {keys: [b]}}";
    assert_eq!(
        found(&[(
            "a.yaml",
            &file(&[gadget, widget, vault, &secret("env-vars", "", "a: b")])
        )]),
        ["error missing-key a.yaml: a"]
    );
    // A kind that is known already keeps its own rows.
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: p, annotations: {shop.example/config: c}}, \
               spec: {serviceAccountName: builder}}";
    assert_eq!(
        found(&[("a.yaml", pod)]),
        [
            "info dangling-config-map a.yaml: c",
            "info dangling-service-account a.yaml: builder",
        ]
    );
    // Faults are counted in the user's own lines.
    let faults = graph::table_with("kind a/B\n  uses Sekret spec.x\n").expect_err("no such target");
    assert_eq!(faults.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2]);
    assert!(
        graph::table_with("  uses Secret spec.x\n").is_err(),
        "no kind above"
    );
    assert!(graph::table_with("").is_ok());
}

#[test]
fn an_alias_of_a_secrets_value_is_no_name() {
    let list = |more: &str| {
        format!(
            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {{name: a}}\n  \
             stringData: &all {{app: &x hunter2hunter2, *x : b}}\n{more}"
        )
    };
    for more in [
        "- {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {volumes: [{name: v, secret: {secretName: *x}}]}}",
        "- {apiVersion: v1, kind: Pod, metadata: {name: *x}, spec: {volumes: [{name: v, secret: {secretName: gone}}]}}",
        "- {apiVersion: v1, kind: Pod, metadata: {name: p, namespace: *x}, spec: {volumes: [{name: v, secret: {secretName: gone}}]}}",
        "- {apiVersion: v1, kind: Service, metadata: {name: p}, spec: {selector: {app: *x}}}\n\
         - {apiVersion: v1, kind: Pod, metadata: {name: p, labels: {app: hunter}}}",
        "- {apiVersion: v1, kind: Service, metadata: {name: p}, spec: {selector: {app: hunter}}}\n\
         - {apiVersion: v1, kind: Pod, metadata: {name: p, labels: *all}}",
        "- {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{env: [{valueFrom: {secretKeyRef: {name: a, key: *x}}}]}]}}",
        "- {apiVersion: v1, kind: Service, metadata: {name: p}, spec: {selector: {app: p}, ports: [{port: 80, targetPort: *x}]}}\n\
         - {apiVersion: v1, kind: Pod, metadata: {name: p, labels: {app: p}}, spec: {containers: [{image: i}]}}",
        "- {apiVersion: v1, kind: Service, metadata: {name: p}, spec: {selector: {app: p}, ports: [{port: 80, targetPort: hunter2hunter}]}}\n\
         - {apiVersion: v1, kind: Pod, metadata: {name: p, labels: {app: p}}, spec: {containers: [{image: i, ports: [{name: *x}]}]}}",
        "- {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{env: [{valueFrom: {secretKeyRef: {name: a, key: k}}}]}]}}",
    ] {
        let report = kubeproof::check(
            [("a.yaml".to_string(), list(more).into_bytes())],
            &Surroundings::default(),
            &Settings::default(),
        );
        for d in report
            .diagnostics()
            .filter(|d| d.rule.rule().category == "references")
        {
            let said = format!("{} {:?} {:?} {:?}", d.message, d.help, d.related, d.fix);
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
}
