//! The Pod Security Standards: what the admission of the API server refuses in a Namespace that enforces one. What is
//! asked for follows `k8s.io/pod-security-admission` as of 1.36.

use kubeproof::fix::{Level, mend_inputs};
use kubeproof::manifest::Surroundings;
use kubeproof::settings::Settings;
use kubeproof::version::KubeVersion;

/// What `restricted` asks for, in a pod and in a container.
const POD: &str = "securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}";
const CONTAINER: &str = "securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}";

fn namespace(name: &str, labels: &str) -> String {
    format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{{labels}}}}}\n")
}

fn enforcing(level: &str) -> String {
    namespace("shop", &format!("pod-security.kubernetes.io/enforce: {level}"))
}

/// A pod with fields of its own beside one container with fields of its own.
fn pod(of_pod: &str, of_container: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: shop}}\nspec:\n  {of_pod}\n  containers:\n\
         \x20   - name: web\n      image: shop/web:2\n      {of_container}\n"
    )
}

fn check(inputs: &[(&str, String)], settings: &Settings) -> Vec<String> {
    let inputs = inputs
        .iter()
        .map(|(name, text)| (name.to_string(), text.clone().into_bytes()));
    let report = kubeproof::check(inputs, &Surroundings::default(), settings);
    let mut found = Vec::new();
    for file in &report.files {
        for finding in &file.diagnostics {
            assert!(finding.refusal.is_none(), "{finding:?}");
            if finding.rule.rule().id == "pod/security-standard" {
                let what = finding
                    .message
                    .split(" the Pod Security Standard")
                    .next()
                    .unwrap_or_default();
                found.push(
                    what.trim_end_matches(", which")
                        .trim_end_matches(" by")
                        .to_string(),
                );
            }
        }
    }
    found
}

/// What is told of a pod in a Namespace that enforces a standard.
fn told(level: &str, pod: &str) -> Vec<String> {
    check(
        &[("a.yaml", enforcing(level) + "---\n" + pod)],
        &Settings::default(),
    )
}

#[test]
fn a_pod_that_keeps_to_a_standard_is_taken() {
    assert_eq!(told("baseline", &pod("hostNetwork: false", "args: [a]")), [""; 0]);
    assert_eq!(told("restricted", &pod(POD, CONTAINER)), [""; 0]);
    assert_eq!(
        told("privileged", &pod("hostNetwork: true", "args: [a]")),
        [""; 0]
    );
    // All may be said of the container.
    let own = "securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, runAsNonRoot: true, \
               seccompProfile: {type: Localhost, localhostProfile: a}}";
    assert_eq!(told("restricted", &pod("enableServiceLinks: true", own)), [""; 0]);
}

#[test]
fn baseline_forbids() {
    for (of_pod, of_container, what) in [
        (
            "hostNetwork: true",
            "args: [a]",
            "`hostNetwork: true` is not allowed",
        ),
        ("hostPID: true", "args: [a]", "`hostPID: true` is not allowed"),
        ("hostIPC: true", "args: [a]", "`hostIPC: true` is not allowed"),
        (
            "volumes: [{name: a, hostPath: {path: /a}}]",
            "args: [a]",
            "a volume of the node's own files is not allowed",
        ),
        (
            "securityContext: {sysctls: [{name: net.core.somaxconn, value: '1'}, {name: net.ipv4.tcp_rmem, value: '1'}]}",
            "args: [a]",
            "the kernel setting `net.core.somaxconn` is not allowed",
        ),
        (
            "securityContext: {seccompProfile: {type: Unconfined}}",
            "args: [a]",
            "the seccomp profile `Unconfined` is not allowed",
        ),
        (
            "enableServiceLinks: true",
            "securityContext: {appArmorProfile: {type: Unconfined}}",
            "the AppArmor profile `Unconfined` is not allowed",
        ),
        (
            "securityContext: {seLinuxOptions: {type: spc_t}}",
            "args: [a]",
            "the SELinux type `spc_t` is not allowed",
        ),
        (
            "enableServiceLinks: true",
            "securityContext: {seLinuxOptions: {type: container_t, role: r}}",
            "the SELinux role `r` is not allowed",
        ),
        (
            "enableServiceLinks: true",
            "securityContext: {privileged: true}",
            "`privileged: true` is not allowed",
        ),
        (
            "enableServiceLinks: true",
            "securityContext: {capabilities: {add: [CHOWN, NET_RAW]}}",
            "the capability `NET_RAW` is not allowed",
        ),
        (
            "enableServiceLinks: true",
            "ports: [{containerPort: 80, hostPort: 80}]",
            "a port of the node is not allowed",
        ),
        (
            "enableServiceLinks: true",
            "livenessProbe: {httpGet: {host: example.com, port: 80}}",
            "a probe that calls another host is not allowed",
        ),
        (
            "enableServiceLinks: true",
            "lifecycle: {preStop: {httpGet: {host: example.com, port: 80}}}",
            "a hook that calls another host is not allowed",
        ),
    ] {
        let text = pod(of_pod, of_container);
        assert_eq!(told("baseline", &text), [what], "{text}");
        // The stricter one forbids it as well, and wants more.
        assert!(told("restricted", &text).contains(&what.to_string()), "{text}");
    }
    let annotated = pod("enableServiceLinks: true", "args: [a]").replace(
        "namespace: shop",
        "namespace: shop, annotations: {container.apparmor.security.beta.kubernetes.io/web: unconfined}",
    );
    assert_eq!(
        told("baseline", &annotated),
        ["the AppArmor profile `unconfined` is not allowed"]
    );
}

#[test]
fn restricted_forbids() {
    let of_pod = |more: &str| POD.replacen('{', &format!("{{{more}, "), 1);
    let own = |more: &str| CONTAINER.replacen('{', &format!("{{{more}, "), 1);
    for (of_pod, of_container, what) in [
        (
            of_pod("runAsUser: 0"),
            CONTAINER.to_string(),
            "to run as user 0, which is root, is not allowed",
        ),
        (
            POD.replace("runAsNonRoot: true", "runAsNonRoot: false"),
            CONTAINER.to_string(),
            "`runAsNonRoot: false` is not allowed",
        ),
        (
            POD.to_string(),
            own("runAsNonRoot: false"),
            "`runAsNonRoot: false` is not allowed",
        ),
        (
            POD.to_string(),
            CONTAINER.replace("false", "true"),
            "`allowPrivilegeEscalation: true` is not allowed",
        ),
        (
            POD.to_string(),
            CONTAINER.replace("[ALL]", "[ALL], add: [NET_BIND_SERVICE, CHOWN]"),
            "the capability `CHOWN` is not allowed",
        ),
        (
            format!(
                "{POD}\n  volumes: [{{name: a, nfs: {{server: a, path: /a}}}}, {{name: b, emptyDir: {{}}}}]"
            ),
            CONTAINER.to_string(),
            "a volume of the kind `nfs` is not allowed",
        ),
        (
            POD.replace("seccompProfile: {type: RuntimeDefault}", "fsGroup: 1"),
            CONTAINER.to_string(),
            "container `web` lacks `seccompProfile.type: RuntimeDefault`",
        ),
        (
            POD.to_string(),
            CONTAINER.replace("[ALL]", "[CHOWN]"),
            "container `web` lacks `capabilities.drop: [ALL]`",
        ),
        (
            POD.replace("runAsNonRoot: true", "fsGroup: 1"),
            CONTAINER.replace("allowPrivilegeEscalation: false, ", ""),
            "container `web` lacks `runAsNonRoot: true` and `allowPrivilegeEscalation: false`",
        ),
    ] {
        let text = pod(&of_pod, &of_container);
        assert_eq!(told("restricted", &text), [what], "{text}");
        assert_eq!(told("baseline", &text), [""; 0], "{text}");
    }
}

#[test]
fn what_means_nothing_there_is_not_asked_for() {
    // Nobody on Windows has capabilities, and whoever is root in a pod with users of its own is nobody on the node.
    let windows = pod(
        "os: {name: windows}\n  securityContext: {runAsNonRoot: true}",
        "args: [a]",
    );
    assert_eq!(told("restricted", &windows), [""; 0]);
    let own_users =
        "securityContext: {seccompProfile: {type: RuntimeDefault}, runAsUser: 0}\n  hostUsers: false";
    assert_eq!(told("restricted", &pod(own_users, CONTAINER)), [""; 0]);
    // Hosts of probes are looked at from 1.34 on.
    let probe = pod(
        "enableServiceLinks: true",
        "livenessProbe: {tcpSocket: {host: a.example, port: 80}}",
    );
    let as_of = |version: &str| {
        let label = format!(
            "pod-security.kubernetes.io/enforce: baseline, pod-security.kubernetes.io/enforce-version: {version}"
        );
        let text = namespace("shop", &label) + "---\n" + &probe;
        check(&[("a.yaml", text)], &Settings::default()).len()
    };
    assert_eq!((as_of("v1.33"), as_of("v1.34"), as_of("latest")), (0, 1, 1));
    let old = Settings {
        kube: "1.33".parse::<KubeVersion>().expect("a version"),
        ..Settings::default()
    };
    let text = enforcing("baseline") + "---\n" + &probe;
    assert_eq!(check(&[("a.yaml", text)], &old), [""; 0]);
}

#[test]
fn all_that_runs_pods_is_asked() {
    let template = "template:\n    metadata: {labels: {a: b}}\n    spec: {hostNetwork: true, containers: [{name: a, image: b}]}";
    let workload = |api: &str, kind: &str, spec: &str| {
        format!(
            "apiVersion: {api}\nkind: {kind}\nmetadata: {{name: web, namespace: shop}}\nspec:\n  {spec}\n"
        )
    };
    let selecting = format!("selector: {{matchLabels: {{a: b}}}}\n  {template}");
    let never = template.replace("hostNetwork", "restartPolicy: Never, hostNetwork");
    let job = never.replace('\n', "\n    ");
    for text in [
        workload("apps/v1", "Deployment", &selecting),
        workload("apps/v1", "DaemonSet", &selecting),
        workload("apps/v1", "StatefulSet", &selecting),
        workload("apps/v1", "ReplicaSet", &selecting),
        workload(
            "v1",
            "ReplicationController",
            &format!("selector: {{a: b}}\n  {template}"),
        ),
        workload("batch/v1", "Job", &never),
        workload(
            "batch/v1",
            "CronJob",
            &format!("schedule: '0 0 * * *'\n  jobTemplate:\n    spec:\n      {job}"),
        ),
    ] {
        assert_eq!(
            told("baseline", &text),
            ["`hostNetwork: true` is not allowed"],
            "{text}"
        );
    }
}

#[test]
fn the_namespace_that_is_meant_counts() {
    let bad = || pod("hostNetwork: true", "args: [a]");
    let found = |inputs: &[(&str, String)]| check(inputs, &Settings::default()).len();
    // In another file, near or far.
    assert_eq!(
        found(&[("a/ns.yaml", enforcing("baseline")), ("a/web.yaml", bad())]),
        1
    );
    assert_eq!(
        found(&[("a/ns.yaml", enforcing("baseline")), ("b/web.yaml", bad())]),
        1
    );
    // Of two of one name the nearer one, and where both are as near the one that asks for least.
    let open = || namespace("shop", "a: b");
    let (strict, near) = (("a/ns.yaml", enforcing("baseline")), ("b/ns.yaml", open()));
    assert_eq!(found(&[strict, near, ("b/web.yaml", bad())]), 0);
    let (strict, other) = (("a/ns.yaml", enforcing("baseline")), ("b/ns.yaml", open()));
    assert_eq!(found(&[strict, other, ("a/web.yaml", bad())]), 1);
    let (strict, other) = (("a/ns.yaml", enforcing("baseline")), ("b/ns.yaml", open()));
    assert_eq!(found(&[strict, other, ("c/web.yaml", bad())]), 0);
    // No namespace, another one, and one that is still to be filled in.
    let elsewhere = |to: &str| bad().replace(", namespace: shop", to);
    for to in ["", ", namespace: other", ", namespace: '${SPACE}'"] {
        assert_eq!(
            found(&[("ns.yaml", enforcing("baseline")), ("web.yaml", elsewhere(to))]),
            0,
            "{to}"
        );
    }
}

#[test]
fn kustomizations_place_and_patch() {
    let bare = || pod("hostNetwork: true", "args: [a]").replace(", namespace: shop", "");
    let kustomization = |more: &str| format!("resources: [ns.yaml, web.yaml]\n{more}\n");
    let found = |more: &str| {
        let inputs = [
            ("ns.yaml", enforcing("baseline")),
            ("web.yaml", bare()),
            ("kustomization.yaml", kustomization(more)),
        ];
        check(&inputs, &Settings::default()).len()
    };
    assert_eq!(found(""), 0);
    assert_eq!(found("namespace: shop"), 1);
    // What patches change may be what is wrong.
    let patch = |what: &str| {
        format!(
            "namespace: shop\npatches: [{{patch: '{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{{what}}}}}'}}]"
        )
    };
    assert_eq!(found(&patch("hostNetwork: false")), 0);
    assert_eq!(found(&patch("priority: 3")), 1);
}

#[test]
fn what_is_missing_is_added() {
    let mended = |text: &str| {
        let inputs = vec![(
            "a.yaml".to_string(),
            (enforcing("restricted") + "---\n" + text).into_bytes(),
        )];
        let (_, changes) = mend_inputs(
            inputs,
            &Surroundings::default(),
            &Settings::default(),
            Level::Unsafe,
        );
        let after = changes.into_values().next().map(|change| change.after);
        after.and_then(|after| Some(after.split_once("---\n")?.1.to_string()))
    };
    let bare = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec:\n  containers:\n    - name: web\n      image: a\n";
    let two = format!(
        "{bare}    - {{name: side, image: b, securityContext: {{capabilities: {{add: [NET_BIND_SERVICE]}}}}}}\n"
    );
    for text in [bare, &two] {
        let mended = mended(text).expect("a change");
        assert_eq!(told("restricted", &mended), [""; 0], "{mended}");
        insta::assert_snapshot!(mended);
    }
    // A container that is privileged may not say that it does not want to be.
    assert_eq!(
        mended(&format!("{bare}      securityContext: {{privileged: true}}\n")),
        None
    );
}
