//! Ports of Services that lead to ports of pods by their names.

use kubeproof::fix::{Level, mend_inputs};
use kubeproof::manifest::Surroundings;
use kubeproof::settings::Settings;

use super::{file, findings, findings_of_all, findings_with, service};

const LOST: [&str; 1] = ["warning missing-target-port a.yaml: web"];

/// A container with these ports.
fn container(ports: &str) -> String {
    format!("{{name: c, image: i, ports: [{ports}]}}")
}

/// A workload with these containers, or whatever else its pods have.
fn workload(kind: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: shop}}, spec: {{template: {{metadata: {{labels: \
         {{app: shop}}}}, spec: {{{spec}}}}}}}}}"
    )
}

fn deployment(ports: &str) -> String {
    workload("Deployment", &format!("containers: [{}]", container(ports)))
}

/// A Service that leads to the port `web` of those pods.
fn shop() -> String {
    service(
        "shop",
        "selector: {app: shop}, ports: [{port: 80, targetPort: web}]",
    )
}

/// What is found about a Service beside a workload.
fn beside(service: &str, workload: &str) -> Vec<String> {
    findings(&[("a.yaml", &file(&[service, workload]))])
}

#[test]
fn a_port_is_found_by_name_and_protocol() {
    let found = |ports: &str| beside(&shop(), &deployment(ports));
    assert_eq!(found(""), LOST);
    assert_eq!(found("{containerPort: 80}"), LOST);
    assert_eq!(found("{name: http, containerPort: 80}"), LOST);
    assert_eq!(found("{name: web, containerPort: 80}"), [""; 0]);
    assert_eq!(found("{name: web, containerPort: 80, protocol: TCP}"), [""; 0]);
    assert_eq!(found("{name: web, containerPort: 80, protocol: UDP}"), LOST);
    let udp = shop().replace("port: 80", "port: 80, protocol: UDP");
    let of_udp = |ports: &str| beside(&udp, &deployment(ports));
    assert_eq!(of_udp("{name: web, containerPort: 80, protocol: UDP}"), [""; 0]);
    assert_eq!(of_udp("{name: web, containerPort: 80}"), LOST);
    let no_list = workload("Deployment", "containers: [{name: c, image: i}]");
    assert_eq!(beside(&shop(), &no_list), LOST);
}

#[test]
fn any_container_that_runs_may_have_the_port() {
    let (web, none) = (container("{name: web, containerPort: 80}"), container(""));
    let found = |spec: &str| beside(&shop(), &workload("StatefulSet", spec));
    assert_eq!(found(&format!("containers: [{none}, {none}]")), LOST);
    assert_eq!(found(&format!("containers: [{none}, {web}]")), [""; 0]);
    let starts_with = |more: &str| {
        let init = web.replace("name: c", &format!("name: c, {more}"));
        found(&format!("containers: [{none}], initContainers: [{init}]"))
    };
    assert_eq!(starts_with("restartPolicy: Always"), [""; 0]);
    assert_eq!(starts_with("restartPolicy: '${POLICY}'"), [""; 0]);
    assert_eq!(
        starts_with("tty: true"),
        LOST,
        "it is done before the others begin"
    );
    let ephemeral = format!("containers: [{none}], ephemeralContainers: [{web}]");
    assert_eq!(found(&ephemeral), LOST, "they have no ports");
}

#[test]
fn whatever_makes_pods_is_looked_at() {
    let spec = format!("containers: [{}]", container("{name: http, containerPort: 80}"));
    for kind in ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"] {
        assert_eq!(beside(&shop(), &workload(kind, &spec)), LOST, "{kind}");
    }
    for (kind, api) in [
        ("ReplicationController", "v1"),
        ("Rollout", "argoproj.io/v1alpha1"),
        ("DeploymentConfig", "apps.openshift.io/v1"),
    ] {
        let own = workload(kind, &spec).replace("apps/v1", api);
        assert_eq!(beside(&shop(), &own), LOST, "{kind}");
        let has = own.replace("name: http", "name: web");
        assert_eq!(beside(&shop(), &has), [""; 0], "{kind}");
    }
    let pod = format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: p, labels: {{app: shop}}}}, spec: {{{spec}}}}}"
    );
    assert_eq!(beside(&shop(), &pod), LOST);
    assert_eq!(beside(&shop(), &pod.replace("http", "web")), [""; 0]);
    // Knative puts a proxy into its pods, and what a kind unknown here makes of its fields is not known.
    let knative = workload("Service", &spec).replace("apps/v1", "serving.knative.dev/v1");
    assert_eq!(beside(&shop(), &knative), [""; 0]);
    let list = format!(
        "{{apiVersion: v1, kind: List, items: [{}, {}]}}",
        shop(),
        deployment("")
    );
    assert_eq!(findings(&[("a.yaml", &list)]), LOST);
}

#[test]
fn a_service_is_judged_only_by_a_name_that_pods_are_asked_for() {
    let found = |fields: &str| beside(&service("front", fields), &deployment(""));
    let with = |port: &str| found(&format!("selector: {{app: shop}}, ports: [{{{port}}}]"));
    assert_eq!(with("port: 80, targetPort: web"), LOST);
    assert_eq!(with("port: 80"), [""; 0]);
    assert_eq!(with("port: 80, name: web"), [""; 0]);
    assert_eq!(with("port: 80, targetPort: 8080"), [""; 0]);
    assert_eq!(with("port: 80, targetPort: '8080'"), [""; 0]);
    assert_eq!(with("port: 80, targetPort: '${PORT}'"), [""; 0]);
    assert_eq!(with("port: 80, targetPort: web, protocol: '${P}'"), [""; 0]);
    assert_eq!(with("port: 80, targetPort: web_http"), [""; 0], "it is refused");
    let fields = |fields: &str| {
        found(&format!(
            "{fields}selector: {{app: shop}}, ports: [{{port: 80, targetPort: web}}]"
        ))
    };
    assert_eq!(fields(""), LOST);
    assert_eq!(fields("type: NodePort, clusterIP: 10.0.0.1, "), LOST);
    for silent in [
        "clusterIP: None, ",
        "clusterIPs: [None], ",
        "clusterIP: '${IP}', ",
        "type: ExternalName, externalName: a.example, ",
        "type: '${TYPE}', ",
    ] {
        assert_eq!(fields(silent), [""; 0], "{silent}");
    }
    assert_eq!(found("ports: [{port: 80, targetPort: web}]"), [""; 0]);
    let by = |selector: &str| {
        found(&format!(
            "selector: {{{selector}}}, ports: [{{port: 80, targetPort: web}}]"
        ))
    };
    assert_eq!(by("name: database"), [""; 0]);
    assert_eq!(by("app: '${APP}'"), [""; 0]);
    // Whom an operator gives labels is not here.
    assert_eq!(by("app: shop, cnpg.io/cluster: shop"), [""; 0]);
    let brought = shop().replace("web", "http-envoy-prom");
    assert_eq!(beside(&brought, &deployment("")), [""; 0], "by a mesh");
}

#[test]
fn one_pod_that_has_or_may_have_the_port_is_enough() {
    let (without, with) = (deployment(""), deployment("{name: web, containerPort: 80}"));
    let other = |text: &str| text.replace("name: shop}", "name: other}");
    let found = |pods: &[&str]| {
        let mut all = vec![shop()];
        all.extend(pods.iter().map(|pod| (*pod).to_string()));
        let all: Vec<&str> = all.iter().map(|one| &**one).collect();
        findings(&[("a.yaml", &file(&all))])
    };
    assert_eq!(found(&[]), [""; 0]);
    assert_eq!(found(&[&without, &other(&without)]), LOST);
    assert_eq!(found(&[&without, &other(&with)]), [""; 0]);
    // Whose labels wait to be filled in may be selected as well.
    let vague = |text: &str| other(text).replace("app: shop", "app: '${APP}'");
    assert_eq!(found(&[&without, &vague(&without)]), LOST);
    assert_eq!(found(&[&without, &vague(&with)]), [""; 0]);
    assert_eq!(
        found(&[&without, &vague(&deployment("{name: '${A}', containerPort: 80}"))]),
        [""; 0]
    );
}

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
fn ports_that_are_not_all_known_are_not_judged() {
    let found = |spec: &str| beside(&shop(), &workload("Deployment", spec));
    for open in [
        "",
        "containers: []",
        "containers: '${CONTAINERS}'",
        "containers: ['${CONTAINER}']",
        "containers: [{name: c, ports: [{containerPort: 80}]}]", // a part of a container
        "containers: [{name: c, image: i, ports: '${PORTS}'}]",
        "containers: [{name: c, image: i, ports: ['${PORT}']}]",
        "containers: [{name: c, image: i, ports: [{name: '${NAME}', containerPort: 80}]}]",
        "containers: [{name: c, image: i, ports: [{name: '{{ .Values.name }}', containerPort: 80}]}]",
        "containers: [{name: c, image: i, ports: [{name: w, containerPort: 80, protocol: '${P}'}]}]",
        "containers: [{name: c, image: i}], initContainers: '${MORE}'",
        "containers: [{name: c, image: i}], initContainers: [{name: d, restartPolicy: Always}]",
    ] {
        assert_eq!(found(open), [""; 0], "{open}");
    }
    for known in [
        "containers: [{name: c, image: '${IMAGE}'}]",
        "containers: [{name: c, image: i, ports: [{name: w, containerPort: '${PORT}'}]}]",
        "containers: [{name: c, image: i, ports: null}], initContainers: null",
        "initContainers: [{name: d}], containers: [{name: c, image: i}]",
    ] {
        assert_eq!(found(known), LOST, "{known}");
    }
    // Where a document breaks off there may be more.
    let block = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop, labels: {app: shop}}\nspec:\n  containers:\n  - \
                 {name: c, image: i}\n";
    assert_eq!(beside(&shop(), block), LOST);
    assert_eq!(beside(&shop(), &format!("{block}  - name: 'd\n")), [""; 0]);
}

#[test]
fn pods_that_are_given_containers_are_not_judged() {
    let with = |metadata: &str| {
        let own = deployment("").replace(
            "labels: {app: shop}",
            &format!("labels: {{app: shop}}, {metadata}"),
        );
        beside(&shop(), &own)
    };
    for injected in [
        "annotations: {sidecar.istio.io/inject: 'true'}",
        "annotations: {linkerd.io/inject: enabled}",
        "annotations: {dapr.io/enabled: 'true'}",
        "annotations: {consul.hashicorp.com/connect-inject: 'true'}",
        "annotations: {sidecar.opentelemetry.io/inject: other}",
        "annotations: {openservicemesh.io/sidecar-injection: enabled}",
    ] {
        assert_eq!(with(injected), [""; 0], "{injected}");
    }
    for plain in [
        "annotations: {sidecar.istio.io/inject: 'false'}",
        "annotations: {linkerd.io/inject: disabled}",
        "annotations: {prometheus.io/scrape: 'true'}",
        "annotations: null",
    ] {
        assert_eq!(with(plain), LOST, "{plain}");
    }
    let labelled = deployment("").replace(
        "labels: {app: shop}",
        "labels: {app: shop, sidecar.istio.io/inject: 'true'}",
    );
    assert_eq!(beside(&shop(), &labelled), [""; 0]);
    let outside = deployment("").replace(
        "metadata: {name: shop}",
        "metadata: {name: shop, annotations: {linkerd.io/inject: enabled}}",
    );
    assert_eq!(beside(&shop(), &outside), [""; 0]);
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

/// Message, help and related places of what is found, and what the fix makes of it.
fn told(target: &str, ports: &str) -> String {
    told_of(target, &[deployment(ports)])
}

/// The same for several workloads.
fn told_of(target: &str, workloads: &[String]) -> String {
    let service = service("shop", &format!("selector: {{app: shop}}, ports: [{target}]"));
    let text = file(&[&service, &workloads.join("\n---\n")]);
    let inputs = || vec![("a.yaml".to_string(), text.as_bytes().to_vec())];
    let settings = Settings::default();
    let report = kubeproof::check(inputs(), &Surroundings::default(), &settings);
    let found = report
        .diagnostics()
        .filter(|d| d.rule.rule().id == "references/missing-target-port");
    let mut out: Vec<String> = found
        .map(|d| {
            let related = d
                .related
                .iter()
                .map(|one| format!("\n  {} {}", one.message, &text[one.span.range()]));
            format!(
                "{}\n  {}{}",
                d.message,
                d.help.as_deref().unwrap_or_default(),
                related.collect::<String>()
            )
        })
        .collect();
    let (_, changes) = mend_inputs(inputs(), &Surroundings::default(), &settings, Level::Unsafe);
    out.extend(
        changes
            .values()
            .filter_map(|change| Some(format!("=> {}", change.after.lines().next()?))),
    );
    out.join("\n")
}

#[test]
fn it_is_told_what_was_probably_meant() {
    let http = "{port: 80, targetPort: http}";
    let cases = [
        ("{port: 80, targetPort: htpp}", "{name: http, containerPort: 80}"),
        (
            "{port: 80, targetPort: 'htpp'}",
            "{name: http, containerPort: 80}",
        ),
        // Not a slip, or meant by another port.
        (
            "{port: 443, targetPort: https}",
            "{name: http, containerPort: 80}",
        ),
        (
            "{port: 80, targetPort: http}, {port: 81, targetPort: htpp}",
            "{name: http, containerPort: 80}",
        ),
        (http, ""),
        (http, "{containerPort: 80}, {containerPort: 81}"),
        (http, "{containerPort: 8080}"),
        (http, "{containerPort: 8080}, {containerPort: 8081}"),
        (
            http,
            "{name: web, containerPort: 8080}, {name: dns, containerPort: 53, protocol: UDP}",
        ),
        (
            "{port: 53, targetPort: dns}",
            "{name: dns, containerPort: 53, protocol: UDP}",
        ),
        (
            "{port: 53, targetPort: dns}",
            "{name: dns, containerPort: 53, protocol: UDP}, {name: dns-tcp, containerPort: 53}",
        ),
        ("{targetPort: web}", "{name: http, containerPort: 80}"),
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|(target, ports)| format!("# {target} [{ports}]\n{}", told(target, ports)))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn each_of_several_pods_is_told_by_what_it_has() {
    let named = |text: String, name: &str| text.replacen("name: shop", &format!("name: {name}"), 1);
    let pod = |name: &str, ports: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, labels: {{app: shop}}}}, spec: {{containers: \
             [{}]}}}}",
            container(ports)
        )
    };
    let workload = |name: &str, ports: &str| named(deployment(ports), name);
    let (http, dns, udp) = (
        "{name: http, containerPort: 80}",
        "{name: dns-tcp, containerPort: 53}",
        "{name: dns, containerPort: 53, protocol: UDP}",
    );
    let slip = "{port: 80, targetPort: htpp}";
    let wrong = "{port: 53, targetPort: dns}";
    let cases = [
        (slip, vec![pod("a", http)]),
        (slip, vec![pod("a", http), pod("b", dns)]),
        (slip, vec![pod("a", ""), workload("b", http)]),
        (slip, vec![workload("a", dns), pod("b", http)]),
        (slip, vec![workload("a", ""), workload("b", http)]),
        // It is meant by its protocol too.
        (
            slip,
            vec![
                pod("a", http),
                pod("b", "{name: http, containerPort: 80, protocol: UDP}"),
            ],
        ),
        (wrong, vec![pod("a", udp), pod("b", udp)]),
        (
            wrong,
            vec![pod("a", http), pod("b", &format!("{dns}, {udp}")), pod("c", "")],
        ),
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|(target, pods)| format!("# {target}\n{}", told_of(target, pods)))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_comment_keeps_it_back() {
    let with = |comment: &str| {
        let service = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: shop}}\nspec:\n  selector: {{app: shop}}\n  ports:\n  - \
             port: 80\n    targetPort: web{comment}"
        );
        beside(&service, &deployment(""))
    };
    assert_eq!(with(""), LOST);
    let comment = " # kubeproof: ignore[references/missing-target-port] an operator adds the port";
    assert_eq!(with(comment), [""; 0]);
}

#[test]
fn ports_without_end_cost_no_time_without_end() {
    let many = |one: fn(usize) -> String| (0..20_000).map(one).collect::<Vec<_>>().join(", ");
    let ports = many(|at| format!("{{port: 1, targetPort: a{at}}}"));
    let own = service("front", &format!("selector: {{app: shop}}, ports: [{ports}]"));
    let pods = deployment(&many(|at| format!("{{name: b{at}, containerPort: 1}}")));
    assert_eq!(beside(&own, &pods), [""; 0]);
}

#[test]
fn many_ports_are_judged_quickly() {
    let many =
        |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<Vec<_>>().join(", ");
    let lost = |services: usize, ports: usize| {
        let one = |at: usize| {
            let wanted = many(ports, &|at| format!("{{port: 1, targetPort: port-a{at}}}"));
            let own = service(
                &format!("s{at}"),
                &format!("selector: {{app: a{at}}}, ports: [{wanted}]"),
            );
            let pods = deployment(&many(ports, &|at| {
                format!("{{name: port-b{at}, containerPort: 1}}")
            }));
            let pods = pods.replace("name: shop", &format!("name: d{at}"));
            file(&[&own, &pods.replace("app: shop", &format!("app: a{at}"))])
        };
        let all: Vec<String> = (0..services).map(one).collect();
        let start = std::time::Instant::now();
        let count = findings(&[("a.yaml", &all.join("\n---\n"))]).len();
        (count, start.elapsed())
    };
    // Each name with each other took minutes here.
    let (count, took) = lost(1, 900);
    assert_eq!(count, 900);
    assert!(took.as_secs() < 5, "{took:?}");
    let (count, took) = lost(20, 200);
    assert_eq!(count, 4_000);
    assert!(took.as_secs() < 10, "{took:?}");
    // What is meant is still told of a few.
    let http = "{name: http, containerPort: 80}, {name: https, containerPort: 443}";
    assert!(told("{port: 80, targetPort: htpp}", http).contains("did you mean `http`?"));
}

#[test]
fn many_services_are_judged_quickly() {
    let count = |label: fn(usize) -> String| {
        let one = |at: usize| {
            let own = service(
                &format!("s{at}"),
                &format!(
                    "selector: {{app: {}}}, ports: [{{port: 80, targetPort: web}}]",
                    label(at)
                ),
            );
            let pods = deployment("").replace("name: shop", &format!("name: d{at}"));
            file(&[&own, &pods.replace("app: shop", &format!("app: {}", label(at)))])
        };
        let all: Vec<String> = (0..2_000).map(one).collect();
        findings(&[("a.yaml", &all.join("\n---\n"))]).len()
    };
    let start = std::time::Instant::now();
    assert_eq!(count(|at| format!("a{at}")), 2_000);
    assert_eq!(count(|_| "a".into()), 0, "what a crowd has tells nothing apart");
    assert!(
        start.elapsed() < std::time::Duration::from_secs(60),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn what_is_no_name_of_a_port_is_never_written() {
    for odd in [
        "\"web-por #\"",
        "\"#web-prt\"",
        "\"web-prt,\"",
        "\"web-pört\"",
        "\"web-prt}\"",
    ] {
        let ports = format!("{{name: {odd}, containerPort: 80}}");
        let service = service(
            "shop",
            "selector: {app: shop}, ports: [{port: 80, targetPort: web-port}]",
        );
        let text = file(&[&service, &deployment(&ports)]);
        let inputs = vec![("a.yaml".to_string(), text.clone().into_bytes())];
        let (_, changes) = mend_inputs(
            inputs,
            &Surroundings::default(),
            &Settings::default(),
            Level::Unsafe,
        );
        let after = changes.into_values().next().map_or(text, |change| change.after);
        assert!(after.contains("targetPort: web-port}"), "{after}");
    }
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
