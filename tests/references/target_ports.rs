//! Ports of Services that lead to ports of pods by their names.

use super::{file, findings, service};

pub(super) const LOST: [&str; 1] = ["warning missing-target-port a.yaml: web"];

/// A container with these ports.
pub(super) fn container(ports: &str) -> String {
    format!("{{name: c, image: i, ports: [{ports}]}}")
}

/// A workload with these containers, or whatever else its pods have.
pub(super) fn workload(kind: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: shop}}, spec: {{template: {{metadata: {{labels: \
         {{app: shop}}}}, spec: {{{spec}}}}}}}}}"
    )
}

pub(super) fn deployment(ports: &str) -> String {
    workload("Deployment", &format!("containers: [{}]", container(ports)))
}

/// A Service that leads to the port `web` of those pods.
pub(super) fn shop() -> String {
    service(
        "shop",
        "selector: {app: shop}, ports: [{port: 80, targetPort: web}]",
    )
}

/// What is found about a Service beside a workload.
pub(super) fn beside(service: &str, workload: &str) -> Vec<String> {
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
