//! Ports of Services whose pods are others than stand beside them, or may be.

use kubeproof::settings::Settings;

use super::target_ports::{LOST, beside, deployment, shop, workload};
use super::{file, findings, findings_of_all, findings_with};

/// A workload of a kind that ends once its work is done.
fn job(kind: &str, ports: &str) -> String {
    let job = deployment(ports).replace("name: shop}", "name: migrate}");
    match kind {
        "CronJob" => job.replace("spec: {template", "spec: {jobTemplate: {spec: {template") + "}}",
        _ => job,
    }
    .replace("apps/v1, kind: Deployment", &format!("batch/v1, kind: {kind}"))
}

/// The same workload as a hook.
fn hook(annotation: &str, ports: &str) -> String {
    let metadata = format!("name: smoke, annotations: {{{annotation}}}");
    deployment(ports).replace("metadata: {name: shop", &format!("metadata: {{{metadata}"))
}

#[test]
fn what_only_comes_and_goes_is_no_evidence() {
    let web = "{name: web, containerPort: 80}";
    let passing: [&dyn Fn(&str) -> String; 4] = [
        &|ports| job("Job", ports),
        &|ports| job("CronJob", ports),
        &|ports| hook("helm.sh/hook: test", ports),
        &|ports| hook("argocd.argoproj.io/hook: PreSync", ports),
    ];
    for one in passing {
        let own = one("");
        assert_eq!(beside(&shop(), &own), [""; 0], "{own}");
        assert_eq!(findings_of_all(&[("a.yaml", &file(&[&shop(), &own]))]), [""; 0]);
        let with = |other: &str, own: &str| beside(&shop(), &file(&[own, other]));
        assert_eq!(with(&deployment(""), &own), LOST, "{own}");
        assert_eq!(with(&deployment(web), &own), [""; 0], "{own}");
        assert_eq!(
            with(&deployment(""), &one(web)),
            [""; 0],
            "it is there, after all"
        );
        // Pods far away are not meant because a job lies close by.
        let far = [
            ("a.yaml", &*file(&[&shop(), &own])),
            ("x/b.yaml", &*deployment("")),
        ];
        assert_eq!(findings(&far), [""; 0], "{own}");
    }
    let plain = hook("helm.sh/resource-policy: keep", "");
    assert_eq!(beside(&shop(), &plain), LOST);
}

#[test]
fn pods_may_come_from_what_a_kustomization_takes_in_from_elsewhere() {
    let text = file(&[&shop(), &deployment("")]);
    let found = |more: &str| findings(&[("a.yaml", &*text), ("kustomization.yaml", more)]);
    assert_eq!(found("resources: [a.yaml]"), LOST);
    for elsewhere in [
        "resources: [a.yaml, 'https://example.com/app.yaml']",
        "resources: [a.yaml, 'github.com/example/app//base?ref=v1']",
        "bases: ['git@example.com:app.git']\nresources: [a.yaml]",
        "resources: [a.yaml, gone.yaml]",
        "resources: [a.yaml, ../../outside]",
        "resources: [a.yaml]\ncomponents: [gone]",
        "resources: [a.yaml]\nhelmCharts: [{name: app, repo: 'https://example.com'}]",
        "resources: [a.yaml]\nhelmChartInflationGenerator: [{chartName: app}]",
        "resources: [a.yaml]\ngenerators: [chart.yaml]",
    ] {
        assert_eq!(found(elsewhere), [""; 0], "{elsewhere}");
        // So it is for who takes that in, and for what lies beside it there.
        let above = |overlay: &str| {
            findings(&[
                ("a.yaml", &text),
                (
                    "base/kustomization.yaml",
                    &elsewhere.replace("[a.yaml", "[b.yaml"),
                ),
                ("base/b.yaml", &secret_of_no_one()),
                ("kustomization.yaml", overlay),
            ])
        };
        assert_eq!(above("resources: [a.yaml, base]"), [""; 0], "{elsewhere}");
        assert_eq!(above("resources: [a.yaml]"), LOST, "{elsewhere}");
    }
    let overlay = |resources: &str| {
        findings(&[
            ("a.yaml", &*text),
            ("kustomization.yaml", "resources: [a.yaml]"),
            ("prod/kustomization.yaml", &format!("resources: [{resources}]")),
        ])
    };
    assert_eq!(overlay(".."), LOST);
    assert_eq!(overlay(".., 'https://example.com/app.yaml'"), [""; 0]);
    // It need not take in the Service: the pods are enough.
    let apart = |resources: &str| {
        findings(&[
            ("a.yaml", &*shop()),
            ("b.yaml", &*deployment("")),
            ("kustomization.yaml", &format!("resources: [{resources}]")),
        ])
    };
    assert_eq!(apart("b.yaml"), LOST);
    assert_eq!(apart("b.yaml, gone.yaml"), [""; 0]);
}

/// An object that has nothing to do with the rest.
fn secret_of_no_one() -> String {
    super::secret("other", "", "a: b")
}

#[test]
fn what_argo_cd_patches_is_not_judged() {
    let text = file(&[&shop(), &deployment("")]);
    let beside = |application: &str| {
        findings(&[
            ("apps/shop.yaml", application),
            ("deploy/shop/a.yaml", &*text),
            ("deploy/shop/kustomization.yaml", "resources: [a.yaml]"),
        ])
    };
    let lost = ["warning missing-target-port deploy/shop/a.yaml: web"];
    let application = |spec: &str| {
        beside(&format!(
            "{{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {{name: shop}}, spec: {{{spec}}}}}"
        ))
    };
    let source =
        |path: &str, kustomize: &str| format!("repoURL: r, path: {path}, kustomize: {{{kustomize}}}");
    let patch = "patches: [{target: {kind: Deployment}, patch: '[{op: replace, path: \
                 /spec/template/spec/containers/0/ports/0/name, value: web}]'}]";
    let one = |kustomize: &str| application(&format!("source: {{{}}}", source("deploy/shop", kustomize)));
    for silent in [
        one(patch),
        application(&format!(
            "sources: [{{repoURL: r}}, {{{}}}]",
            source("deploy/shop", patch)
        )),
        one("components: [../ports]"),
        one("patches: [{path: ports.yaml, target: {kind: Deployment}}]"),
        one("commonAnnotations: {sidecar.istio.io/inject: 'true'}"),
        beside(&format!(
            "{{apiVersion: argoproj.io/v1alpha1, kind: ApplicationSet, metadata: {{name: shop}}, spec: {{template: \
             {{spec: {{source: {{{}}}}}}}}}}}",
            source("deploy/shop", patch)
        )),
    ] {
        assert_eq!(silent, [""; 0]);
    }
    for judged in [
        one(""),
        one("images: ['i:2'], namePrefix: a-"),
        one(&patch.replace("ports/0/name", "image")),
        application(&format!("source: {{{}}}", source("deploy/other", patch))),
        application("source: {repoURL: r, path: deploy/shop}"),
    ] {
        assert_eq!(judged, lost);
    }
}

#[test]
fn pods_in_a_namespace_that_asks_for_sidecars_are_not_judged() {
    let namespace = |name: &str, metadata: &str| {
        format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, {metadata}}}}}")
    };
    let placed = |name: &str| {
        let place =
            |text: String| text.replacen("{name: shop}", &format!("{{name: shop, namespace: {name}}}"), 1);
        file(&[&place(shop()), &place(deployment(""))])
    };
    let asks = "labels: {istio-injection: enabled}";
    let found = |namespace: &str, text: &str| findings(&[("a.yaml", text), ("x/n.yaml", namespace)]);
    for metadata in [
        asks,
        "labels: {istio.io/rev: stable}",
        "labels: {kuma.io/sidecar-injection: enabled}",
        "annotations: {linkerd.io/inject: enabled}",
    ] {
        assert_eq!(
            found(&namespace("web", metadata), &placed("web")),
            [""; 0],
            "{metadata}"
        );
    }
    for metadata in [
        "labels: {istio-injection: disabled}",
        "annotations: {linkerd.io/inject: disabled}",
        "labels: {team: web}",
    ] {
        assert_eq!(
            found(&namespace("web", metadata), &placed("web")),
            LOST,
            "{metadata}"
        );
    }
    assert_eq!(found(&namespace("other", asks), &placed("web")), LOST);
    // Where none is stated it may be one that lies with them.
    let plain = file(&[&shop(), &deployment("")]);
    assert_eq!(found(&namespace("web", asks), &plain), LOST);
    assert_eq!(beside(&plain, &namespace("web", asks)), [""; 0]);
    assert_eq!(beside(&placed("web"), &namespace("other", asks)), LOST);
    let in_folder = [("a.yaml", &*plain), ("n.yaml", &*namespace("web", asks))];
    assert_eq!(findings(&in_folder), [""; 0]);
    let with = |more: &str| {
        findings(&[
            ("a.yaml", &*plain),
            ("x/n.yaml", &*namespace("web", asks)),
            ("kustomization.yaml", &format!("resources: [{more}]")),
        ])
    };
    assert_eq!(with("a.yaml"), LOST);
    assert_eq!(with("a.yaml, x/n.yaml"), [""; 0]);
    // A kustomization may state it.
    let moved = |name: &str| {
        findings(&[
            ("a.yaml", &*plain),
            ("x/n.yaml", &*namespace("web", asks)),
            (
                "kustomization.yaml",
                &format!("namespace: {name}\nresources: [a.yaml]"),
            ),
        ])
    };
    assert_eq!(moved("web"), [""; 0]);
    assert_eq!(moved("other"), LOST);
}

#[test]
fn pods_far_away_are_selected_by_chance() {
    let (own, pods) = (shop(), deployment(""));
    let apart = |service: &str, workload: &str| findings(&[(service, &own), (workload, &pods)]);
    assert_eq!(apart("a.yaml", "b.yaml"), LOST);
    assert_eq!(apart("a.yaml", "x/b.yaml"), [""; 0]);
    let files = [("a.yaml", &*own), ("x/b.yaml", &*pods)];
    assert_eq!(findings_of_all(&files), LOST);
    let both = [
        files[0],
        files[1],
        ("kustomization.yaml", "resources: [a.yaml, x/b.yaml]"),
    ];
    assert_eq!(findings(&both), LOST);
    // Namespaces tell who belongs together, and who does not.
    let in_namespace = |text: &str, name: &str| {
        text.replacen("{name: shop}", &format!("{{name: shop, namespace: {name}}}"), 1)
    };
    let (own, same, other) = (
        in_namespace(&own, "a"),
        in_namespace(&pods, "a"),
        in_namespace(&pods, "b"),
    );
    assert_eq!(findings(&[("a.yaml", &own), ("x/b.yaml", &same)]), LOST);
    let wanders = findings(&[("a.yaml", &own), ("b.yaml", &other)]);
    assert!(
        !wanders.iter().any(|one| one.contains("missing-target-port")),
        "{wanders:?}"
    );
    // One that is elsewhere and has the port may be the one that is meant.
    let has = deployment("{name: web, containerPort: 80}");
    let three = [("a.yaml", &*shop()), ("b.yaml", &*pods), ("x/c.yaml", &*has)];
    assert_eq!(findings(&three), [""; 0]);
}

#[test]
fn what_a_kustomization_patches_is_not_judged() {
    let text = file(&[&shop(), &deployment("{name: http, containerPort: 80}")]);
    let found = |more: &str| {
        let kustomization = format!("resources: [a.yaml]\n{more}");
        findings(&[("a.yaml", &*text), ("kustomization.yaml", &*kustomization)])
    };
    let operation = |operation: &str| {
        found(&format!(
            "patches: [{{target: {{kind: Deployment}}, patch: '[{operation}]'}}]"
        ))
    };
    let merge = |kind: &str, spec: &str| {
        let partial =
            format!("{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: shop}}, spec: {spec}}}");
        found(&format!("patches: [{{patch: '{partial}'}}]"))
    };
    let pods = |spec: &str| merge("Deployment", &format!("{{template: {spec}}}"));
    for silent in [
        operation(
            "{op: add, path: /spec/template/spec/containers/0/ports/-, value: {name: web, containerPort: 1}}",
        ),
        operation("{op: replace, path: /spec/template/spec/containers/0/ports/0/name, value: web}"),
        operation(
            "{op: add, path: /spec/template/spec/containers/-, value: {name: d, ports: [{name: web}]}}",
        ),
        operation("{op: replace, path: /spec/template/spec, value: {containers: [{ports: [{name: web}]}]}}"),
        operation("{op: copy, from: /spec/a, path: /spec/template/spec/containers/0}"),
        pods("{spec: {containers: [{name: c, ports: [{name: web, containerPort: 80}]}]}}"),
        pods("{metadata: {annotations: {linkerd.io/inject: enabled}}}"),
        pods("{metadata: {labels: {tier: front}}}"),
        merge("Service", "{type: NodePort}"),
        found("patches: [{path: gone.yaml}]"),
        found("patches: [{path: gone.yaml, target: {kind: Deployment}}]"),
        found("transformers: [t.yaml]"),
        found("commonAnnotations: {sidecar.istio.io/inject: 'true'}"),
        found(
            "replacements: [{source: {kind: ConfigMap}, targets: [{select: {kind: Deployment}, fieldPaths: \
             ['spec.template.spec.containers.0.ports.0.name']}]}]",
        ),
    ] {
        assert_eq!(silent, [""; 0]);
    }
    for judged in [
        found(""),
        found("commonLabels: {team: a}"),
        found("images: [{name: i, newTag: '2'}]"),
        found("commonAnnotations: {team: a}"),
        operation("{op: replace, path: /spec/replicas, value: 2}"),
        operation("{op: replace, path: /spec/template/spec/containers/0/image, value: j}"),
        pods("{spec: {containers: [{name: c, resources: {limits: {cpu: 1}}}]}}"),
    ] {
        assert_eq!(judged, LOST);
    }
    // An overlay elsewhere counts as much, whatever is in the file of its patch.
    let overlay = |patch: &str| {
        findings(&[
            ("a.yaml", &*text),
            ("kustomization.yaml", "resources: [a.yaml]"),
            (
                "prod/kustomization.yaml",
                "resources: [..]\npatches: [{target: {kind: Deployment}, path: ports.yaml}]",
            ),
            ("prod/ports.yaml", patch),
        ])
    };
    let operation = |path: &str| format!("[{{op: replace, path: {path}, value: web}}]");
    assert_eq!(
        overlay(&operation("/spec/template/spec/containers/0/ports/0/name")),
        [""; 0]
    );
    assert_eq!(
        overlay(&operation("/spec/template/spec/containers/0/image")),
        LOST
    );
}

#[test]
fn single_files_that_a_kustomization_takes_in_are_not_judged() {
    let text = file(&[&shop(), &deployment("")]);
    let partial = |files: &[(&str, &str)]| {
        let settings = Settings {
            partial: true,
            ..Settings::default()
        };
        findings_with(files, settings)
    };
    assert_eq!(partial(&[("a.yaml", &text)]), LOST);
    let taken = [("a.yaml", &*text), ("kustomization.yaml", "resources: [a.yaml]")];
    assert_eq!(partial(&taken), [""; 0]);
    assert_eq!(findings(&taken), LOST);
}

#[test]
fn a_label_that_a_kustomization_sets_may_be_the_one() {
    let has = workload(
        "Deployment",
        "containers: [{name: c, image: i, ports: [{name: web, containerPort: 80}]}]",
    )
    .replace("labels: {app: shop}", "labels: {tier: front}");
    let lacks =
        deployment("{name: metrics, containerPort: 9090}").replace("name: shop}, spec", "name: other}, spec");
    let found = |sets: &str| {
        findings(&[
            ("kustomization.yaml", "resources: [a, b.yaml, svc.yaml]\n"),
            ("a/kustomization.yaml", sets),
            ("a/has.yaml", &file(&[&has])),
            ("b.yaml", &file(&[&lacks])),
            ("svc.yaml", &file(&[&shop()])),
        ])
    };
    assert_eq!(
        found("resources: [has.yaml]\n"),
        ["warning missing-target-port svc.yaml: web"]
    );
    let sets = "resources: [has.yaml]\nlabels: [{pairs: {app: shop}, includeTemplates: true}]\n";
    assert_eq!(found(sets), [""; 0]);
    assert_eq!(
        found("resources: [has.yaml]\ncommonLabels: {app: shop}\n"),
        [""; 0]
    );
}
