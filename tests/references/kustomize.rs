//! What kustomizations do to names.

use super::{INGRESS, SHOP, file, findings, pod_with_key, secret, service};

#[test]
fn kustomizations_generate_rename_and_move() {
    let pod = pod_with_key("password");
    let generator = |more: &str| format!("resources: [pod.yaml]\nsecretGenerator:\n- name: db\n  {more}\n");
    let found =
        |kustomization: &str| findings(&[("k/kustomization.yaml", kustomization), ("k/pod.yaml", &pod)]);
    assert_eq!(found(&generator("literals: [password=a]")), [""; 0]);
    assert_eq!(found(&generator("files: [password=p.txt]")), [""; 0]);
    assert_eq!(found(&generator("files: [in/password]")), [""; 0]);
    assert_eq!(found(&generator("envs: [.env]")), [""; 0]);
    assert_eq!(
        found(&generator("behavior: merge\n  literals: [user=a]")),
        [""; 0]
    );
    assert_eq!(
        found(&generator("literals: [user=a]")),
        ["error missing-key k/pod.yaml: password"]
    );

    // A base resolves what its overlay generates.
    assert_eq!(
        findings(&[
            ("base/kustomization.yaml", "resources: [pod.yaml]"),
            ("base/pod.yaml", &pod),
            (
                "prod/kustomization.yaml",
                &generator("literals: [password=a]").replace("pod.yaml", "../base")
            ),
        ]),
        [""; 0]
    );
    // A name as it is after renaming.
    let outside = INGRESS
        .replace("shop-tls", "dev-shop-tls")
        .replace(", namespace: web", "");
    assert_eq!(
        findings(&[
            (
                "k/kustomization.yaml",
                "namePrefix: dev-\nresources: [secret.yaml]"
            ),
            ("k/secret.yaml", &secret("shop-tls", "", "tls.crt: a, tls.key: b")),
            ("ingress.yaml", &outside),
        ]),
        [""; 0]
    );
    // Namespaces as they are after moving: together, and apart.
    let there = secret("shop-tls", "infra", "tls.crt: a, tls.key: b");
    let moved = |to: &str| {
        findings(&[
            ("a/ingress.yaml", INGRESS),
            (
                "a/kustomization.yaml",
                "namespace: one\nresources: [ingress.yaml]",
            ),
            ("b/secret.yaml", &there),
            (
                "b/kustomization.yaml",
                &format!("namespace: {to}\nresources: [secret.yaml]"),
            ),
        ])
    };
    assert_eq!(moved("one"), [""; 0]);
    assert_eq!(
        moved("two"),
        ["warning dangling-tls-secret a/ingress.yaml: shop-tls"]
    );
}

#[test]
fn patches_of_a_secret_leave_its_keys_open() {
    let (db, pod) = (secret("db", "", "user: a"), pod_with_key("password"));
    let found = |patches: &str, patch: &str| {
        findings(&[
            (
                "k/kustomization.yaml",
                &format!("resources: [db.yaml, pod.yaml]\n{patches}\n"),
            ),
            ("k/db.yaml", &db),
            ("k/pod.yaml", &pod),
            ("k/patch.yaml", patch),
        ])
    };
    let lacks = ["error missing-key k/pod.yaml: password"];
    assert_eq!(
        found("patches: [{target: {kind: Secret}, path: patch.yaml}]", "[]"),
        [""; 0]
    );
    assert_eq!(
        found("patches: [{target: {name: db}, path: patch.yaml}]", "[]"),
        [""; 0]
    );
    assert_eq!(
        found("patches: [{target: {kind: Pod}, path: patch.yaml}]", "[]"),
        lacks
    );
    assert_eq!(
        found("patches: [{patch: \"kind: Secret\\nmetadata: {name: db}\"}]", ""),
        [""; 0]
    );
    assert_eq!(
        found("patches: [{patch: \"kind: Pod\\nmetadata: {name: p}\"}]", ""),
        lacks
    );
    assert_eq!(found("patchesStrategicMerge: [elsewhere.yaml]", ""), [""; 0]);
    let merge =
        "{kind: Secret, $patch: merge, apiVersion: v1, metadata: {name: db}, stringData: {password: a}}";
    assert_eq!(found("patchesStrategicMerge: [patch.yaml]", merge), [""; 0]);
}

#[test]
fn labels_that_a_kustomization_sets_or_patches_are_not_held_against_a_selector() {
    let other = service("front", "selector: {app: chekout}");
    let found = |more: &str| {
        findings(&[
            ("k/a.yaml", &file(&[SHOP, &other])),
            ("k/kustomization.yaml", &format!("resources: [a.yaml]\n{more}")),
        ])
    };
    let miss = ["warning selector-mismatch k/a.yaml: chekout"];
    assert_eq!(found(""), miss);
    assert_eq!(found("commonLabels: {part: x}"), miss);
    assert_eq!(found("commonLabels: {app: x}"), [""; 0]);
    assert_eq!(
        found("labels: [{pairs: {app: x}, includeSelectors: true}]"),
        [""; 0]
    );
    assert_eq!(
        found(
            "patches: [{target: {kind: Service}, patch: '[{op: replace, path: /spec/selector/app, value: checkout}]'}]"
        ),
        [""; 0]
    );
    assert_eq!(
        found(
            "patches: [{patch: '{kind: Service, metadata: {name: front}, spec: {selector: {app: checkout}}}'}]"
        ),
        [""; 0]
    );
}

#[test]
fn what_replacements_and_patches_write_is_not_final() {
    let found = |more: &str| {
        findings(&[
            ("k/i.yaml", INGRESS),
            (
                "k/other.yaml",
                &secret("shop-tsl", "web", "tls.crt: a, tls.key: b"),
            ),
            (
                "k/kustomization.yaml",
                &format!("resources: [i.yaml, other.yaml]\n{more}"),
            ),
        ])
    };
    let slip = ["warning dangling-tls-secret k/i.yaml: shop-tls"];
    assert_eq!(found(""), slip);
    let replacement = |kind: &str, path: &str| {
        format!(
            "replacements: [{{source: {{kind: ConfigMap, name: c}}, targets: [{{select: {{kind: {kind}}}, fieldPaths: [{path}]}}]}}]"
        )
    };
    assert_eq!(found(&replacement("Ingress", "spec.tls.0.secretName")), [""; 0]);
    assert_eq!(found(&replacement("Ingress", "spec.tls")), [""; 0]);
    assert_eq!(found(&replacement("Ingress", "spec.rules.0.host")), slip);
    assert_eq!(found(&replacement("Gateway", "spec.tls.0.secretName")), slip);
    assert_eq!(found(&replacement("Secret", "metadata.name")), [""; 0]);
    assert_eq!(found("replacements: [{path: elsewhere.yaml}]"), [""; 0]);
    let patch = |kind: &str, operations: &str| {
        format!("patches: [{{target: {{kind: {kind}}}, patch: '[{operations}]'}}]")
    };
    assert_eq!(
        found(&patch(
            "Ingress",
            "{op: replace, path: /spec/tls/0/secretName, value: a}"
        )),
        [""; 0]
    );
    assert_eq!(
        found(&patch(
            "Ingress",
            "{op: add, path: /spec/tls/-, value: {secretName: a}}"
        )),
        slip
    );
    assert_eq!(
        found(&patch(
            "Ingress",
            "{op: replace, path: /metadata/labels/a, value: b}"
        )),
        slip
    );
    assert_eq!(
        found(&patch(
            "Secret",
            "{op: replace, path: /metadata/name, value: shop-tls}"
        )),
        [""; 0]
    );
    // The same from files: one that is in the run is read, one that is not may do anything.
    let from_file = |operations: &str| {
        findings(&[
            ("k/i.yaml", INGRESS),
            (
                "k/other.yaml",
                &secret("shop-tsl", "web", "tls.crt: a, tls.key: b"),
            ),
            ("k/patch.yaml", operations),
            (
                "k/kustomization.yaml",
                "resources: [i.yaml, other.yaml]\npatches: [{target: {kind: Ingress}, path: patch.yaml}]",
            ),
        ])
    };
    assert_eq!(
        from_file("[{op: replace, path: /spec/tls/0/secretName, value: a}]"),
        [""; 0]
    );
    assert_eq!(
        from_file("[{op: replace, path: /spec/rules/0/host, value: a}]"),
        slip
    );
    assert_eq!(
        found("patches: [{target: {kind: Ingress}, path: gone.yaml}]"),
        [""; 0]
    );
    assert_eq!(
        found("patches: [{target: {kind: Service}, path: gone.yaml}]"),
        slip
    );
}

#[test]
fn kustomizations_generate_rename_and_compose() {
    let pod = pod_with_key("password");
    let found = |files: &[(&str, &str)]| findings(&[files, &[("k/pod.yaml", &*pod)]].concat());
    let lacks = ["error missing-key k/pod.yaml: password"];
    // Names in source are those without the hash, whether or not there is one.
    for options in ["", "generatorOptions: {disableNameSuffixHash: true}\n"] {
        let with = |more: &str| {
            found(&[(
                "k/kustomization.yaml",
                &format!("{options}resources: [pod.yaml]\nsecretGenerator:\n- name: db\n  {more}\n"),
            )])
        };
        assert_eq!(with("literals: [password=a]"), [""; 0]);
        assert_eq!(
            with("options: {disableNameSuffixHash: true}\n  literals: [user=a]"),
            lacks
        );
        assert_eq!(with("env: .env"), [""; 0]);
        assert_eq!(with("behavior: replace\n  literals: [user=a]"), lacks);
        assert_eq!(with("behavior: merge\n  literals: [user=a]"), [""; 0]);
    }
    // An overlay adds to what its base generates.
    let base = "resources: [pod.yaml]\nsecretGenerator: [{name: db, literals: [user=a]}]";
    let merges = "resources: [../k]\nsecretGenerator: [{name: db, behavior: merge, literals: [password=a]}]";
    assert_eq!(
        found(&[
            ("k/kustomization.yaml", base),
            ("prod/kustomization.yaml", merges)
        ]),
        [""; 0]
    );
    assert_eq!(found(&[("k/kustomization.yaml", base)]), lacks);
    // A component generates for those that take it in.
    assert_eq!(
        found(&[
            (
                "k/kustomization.yaml",
                "resources: [pod.yaml]\ncomponents: [../part]"
            ),
            (
                "part/kustomization.yaml",
                "kind: Component\nsecretGenerator: [{name: db, literals: [user=a]}]"
            ),
        ]),
        lacks
    );
    // Names with what is put around them, before and after.
    let renamed = pod.replace("name: db", "name: dev-db-v2");
    let affixes = "namePrefix: dev-\nnameSuffix: -v2\nresources: [db.yaml]";
    assert_eq!(
        findings(&[
            ("p.yaml", &renamed),
            ("k/kustomization.yaml", affixes),
            ("k/db.yaml", &secret("db", "", "password: a"))
        ]),
        [""; 0]
    );
    // A chart makes what is named after its release.
    let chart = "resources: [pod.yaml]\nhelmCharts: [{name: postgres, releaseName: db}]";
    assert_eq!(found(&[("k/kustomization.yaml", chart)]), [""; 0]);
    assert_eq!(
        found(&[("k/kustomization.yaml", "resources: [pod.yaml]")]),
        ["info dangling-secret k/pod.yaml: db"]
    );
}

#[test]
fn components_change_what_those_who_use_them_take_in() {
    let (pod, db) = (pod_with_key("password"), secret("db", "", "user: a"));
    let found = |component: &str, more: &[(&str, &str)]| {
        let files = [
            (
                "k/kustomization.yaml",
                "resources: [all.yaml]\ncomponents: [../part]",
            ),
            ("k/all.yaml", &*file(&[&pod, &db])),
            ("part/kustomization.yaml", component),
        ];
        findings(&[&files, more].concat())
    };
    let lacks = ["error missing-key k/all.yaml: password"];
    let patches = "kind: Component\npatches: [{target: {kind: Secret}, path: gone.yaml}]";
    assert_eq!(found("kind: Component", &[]), lacks);
    assert_eq!(found(patches, &[]), [""; 0]);
    // By way of another, and in a circle.
    let another = "kind: Component\ncomponents: [../more]";
    assert_eq!(found(another, &[("more/kustomization.yaml", patches)]), [""; 0]);
    let circle = "kind: Component\ncomponents: [../part]";
    assert_eq!(found(another, &[("more/kustomization.yaml", circle)]), lacks);
    // What is no component changes what it takes in itself.
    assert_eq!(found(&patches.replace("Component", "Kustomization"), &[]), lacks);
}

#[test]
fn flux_puts_what_it_applies_into_a_namespace() {
    let applies = |path: &str, source: &str, more: &str| {
        format!(
            "{{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {{name: a}}, spec: {{path: \
             {path}, sourceRef: {{kind: GitRepository, name: {source}}}{more}}}}}"
        )
    };
    let pod = pod_with_key("user");
    let db = secret("db", "web", "user: a");
    let found = |flux: &str| {
        findings(&[
            ("clusters/all.yaml", flux),
            ("apps/web/db.yaml", &db),
            ("apps/web/app/pod.yaml", &pod),
        ])
    };
    let to = |namespace: &str| format!(", targetNamespace: {namespace}");
    assert_eq!(
        found(&applies("./apps/web/app", "flux-system", &to("web"))),
        [""; 0]
    );
    let elsewhere = ["warning dangling-secret apps/web/app/pod.yaml: db"];
    let other = applies("./apps/web/app", "flux-system", &to("other"));
    assert_eq!(found(&other), elsewhere);
    // It overrides the namespace that an object says.
    assert_eq!(found(&applies("apps/web/", "flux-system", &to("other"))), [""; 0]);
    let named_b = |flux: &str| flux.replace("{name: a}", "{name: b}");
    // What is not certain leaves everything as it was: another source, a path that is nowhere or everywhere, a
    // placeholder, and whatever else applies the same files.
    for uncertain in [
        applies("./apps/web/app", "another", &to("other")),
        applies("./apps/away", "flux-system", &to("other")),
        applies("./", "flux-system", &to("other")),
        applies("../apps/web/app", "flux-system", &to("other")),
        applies("./apps/web/app", "flux-system", &to("\"${NAMESPACE}\"")),
        file(&[&other, &named_b(&applies("./apps", "flux-system", ""))]),
        file(&[&other, &named_b(&applies("./apps", "another", &to("web")))]),
    ] {
        assert_eq!(found(&uncertain), [""; 0], "{uncertain}");
    }
    let twice = [
        ("x/clusters/all.yaml", &*other),
        ("x/apps/web/db.yaml", &*db),
        ("x/apps/web/app/pod.yaml", &*pod),
        ("apps/web/app/pod.yaml", "{}"),
    ];
    assert_eq!(findings(&twice), [""; 0]);
    // Its patches count as a kustomization's do.
    let (pod, db) = (pod_with_key("password"), secret("db", "", "user: a"));
    let lacks = |flux: &str| {
        findings(&[
            ("clusters/all.yaml", flux),
            ("apps/all.yaml", &file(&[&pod, &db])),
        ])
    };
    let patch =
        ", patches: [{target: {kind: Secret}, patch: '[{op: add, path: /data/password, value: YQ==}]'}]";
    assert_eq!(
        lacks(&applies("./apps", "another", "")),
        ["error missing-key apps/all.yaml: password"]
    );
    assert_eq!(lacks(&applies("./apps", "another", patch)), [""; 0]);
    // So do the components that it adds, and those that are not here may be anything.
    let with = |component: &str| {
        let flux = applies("./apps", "another", ", components: [../part]");
        findings(&[
            ("clusters/all.yaml", &*flux),
            ("apps/all.yaml", &file(&[&pod, &db])),
            ("part/kustomization.yaml", component),
        ])
    };
    let patches = "kind: Component\npatches: [{target: {kind: Secret}, path: gone.yaml}]";
    assert_eq!(with(patches), [""; 0]);
    assert_eq!(
        with("kind: Component"),
        ["error missing-key apps/all.yaml: password"]
    );
    assert_eq!(with("kind: Component\ncomponents: [../more]"), [""; 0]);
    assert_eq!(
        lacks(&applies("./apps", "another", ", components: [../away]")),
        [""; 0]
    );
}

#[test]
fn nested_prefixes_are_put_together() {
    let outside = INGRESS
        .replace("shop-tls", "prod-eu-shop-tls-x")
        .replace(", namespace: web", "");
    let tls = secret("shop-tls", "", "tls.crt: a, tls.key: b");
    let found = |outer: &str| {
        findings(&[
            ("base/kustomization.yaml", "namePrefix: eu-\nresources: [s.yaml]"),
            ("base/s.yaml", &tls),
            ("mid/kustomization.yaml", "nameSuffix: -x\nresources: [../base]"),
            ("prod/kustomization.yaml", outer),
            ("ingress.yaml", &outside),
        ])
    };
    assert_eq!(found("namePrefix: prod-\nresources: [../mid]"), [""; 0]);
    assert_eq!(
        found("namePrefix: test-\nresources: [../mid]"),
        ["info dangling-tls-secret ingress.yaml: prod-eu-shop-tls-x"]
    );
}

#[test]
fn a_patch_leaves_alone_what_it_does_not_write() {
    let deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {volumes: \
                      [{name: s, secret: {secretName: bbb}}, {name: c, configMap: {name: ccc}}], containers: [{name: \
                      p, envFrom: [{secretRef: {name: aaa}}]}]}}}}";
    let found = |patch: &str| {
        let kustomization = format!("resources: [d.yaml]\n{patch}");
        findings(&[("k/d.yaml", deployment), ("k/kustomization.yaml", &kustomization)])
    };
    let all = |names: &[&str]| -> Vec<String> {
        let rule = |name: &str| if name == "ccc" { "config-map" } else { "secret" };
        let line = |name: &&str| format!("info dangling-{} k/d.yaml: {name}", rule(name));
        names.iter().map(line).collect()
    };
    let op = |target: &str, op: &str| format!("patches: [{{target: {{{target}}}, patch: '[{op}]'}}]");
    let replace = |path: &str, value: &str| format!(r#"{{"op":"replace","path":"{path}","value":{value}}}"#);
    let image = replace("/spec/template/spec/containers/0/name", r#""x""#);
    assert_eq!(
        found(&op("kind: Deployment", &image)),
        all(&["bbb", "ccc", "aaa"])
    );
    let secret = replace("/spec/template/spec/volumes/0/secret/secretName", r#""x""#);
    assert_eq!(found(&op("kind: Deployment", &secret)), all(&["ccc", "aaa"]));
    assert_eq!(
        found(&op("kind: \"Deployment|StatefulSet\", name: w.*", &secret)),
        all(&["ccc", "aaa"])
    );
    assert_eq!(
        found(&op("kind: Deployment, name: other", &secret)),
        all(&["bbb", "ccc", "aaa"])
    );
    assert_eq!(found(&op("kind: Job", &secret)), all(&["bbb", "ccc", "aaa"]));
    // What is above is written as a whole.
    let volume = replace("/spec/template/spec/volumes/0", r#"{"name":"s"}"#);
    assert_eq!(found(&op("name: web", &volume)), all(&["aaa"]));
    let pod = replace("/spec/template/spec", "{}");
    assert_eq!(found(&op("name: web", &pod)), [""; 0]);
    let partial = "patches: [{patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: \
                   {spec: {volumes: [{name: c, configMap: {name: ddd}}]}}}}'}]";
    assert_eq!(found(partial), all(&["bbb", "aaa"]));
    let replacement = "replacements: [{source: {kind: ConfigMap, name: p}, targets: [{select: {kind: Deployment}, \
                       fieldPaths: ['spec.template.spec.containers.[name=p].envFrom.0.secretRef.name']}]}]";
    assert_eq!(found(replacement), all(&["bbb", "ccc"]));
}
