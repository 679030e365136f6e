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
    let what = |message: String| {
        let what = message
            .split(" the Pod Security Standard")
            .next()
            .unwrap_or_default();
        what.trim_end_matches(", which")
            .trim_end_matches(" by")
            .to_string()
    };
    let messages = super::messages("pod/security-standard", inputs, settings);
    messages.into_iter().map(what).collect()
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
            "a probe with a `host` is not allowed",
        ),
        (
            "enableServiceLinks: true",
            "lifecycle: {preStop: {httpGet: {host: example.com, port: 80}}}",
            "a hook with a `host` is not allowed",
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
            "running as user 0, which is root, is not allowed",
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
            "container `web` lacks `allowPrivilegeEscalation: false` and `runAsNonRoot: true`",
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
    // A volume without a source is an `emptyDir`.
    let volumes = format!("{POD}\n  volumes: [{{name: a, emptyDir: }}, {{name: b, nfs: }}]");
    assert_eq!(told("restricted", &pod(&volumes, CONTAINER)), [""; 0]);
    // What was not asked for yet when a standard was made.
    let as_of = |version: &str, pod: &str| {
        let label = format!(
            "pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/enforce-version: {version}"
        );
        check(
            &[("a.yaml", namespace("shop", &label) + "---\n" + pod)],
            &Settings::default(),
        )
        .len()
    };
    let kept = pod(
        POD,
        "securityContext: {allowPrivilegeEscalation: false, runAsUser: 0, capabilities: {add: [CHOWN]}}",
    );
    assert_eq!(
        ["v1.21", "v1.22", "v1.23"].map(|version| as_of(version, &kept)),
        [0, 2, 3]
    );
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
        workload("argoproj.io/v1alpha1", "Rollout", &selecting),
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
    let remote = "namespace: shop\ncomponents: ['https://github.com/o/r//c?ref=v1']";
    assert_eq!(found(remote), 0);
    // What patches change may be what is wrong.
    let patch = |name: &str, what: &str| {
        format!(
            "namespace: shop\npatches: [{{patch: '{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, {what}}}'}}]"
        )
    };
    let operation = |kind: &str, operation: &str| {
        format!("namespace: shop\npatches: [{{target: {{kind: {kind}}}, patch: '[{{{operation}}}]'}}]")
    };
    for (change, count) in [
        (patch("web", "spec: {hostNetwork: false}"), 0),
        (patch("web", "spec: {os: {name: windows}}"), 0),
        (patch("web", "$patch: delete"), 0),
        (patch("web", "spec: {priority: 3}"), 1),
        (patch("other", "spec: {hostNetwork: false}"), 1),
        (operation("Pod", "op: remove, path: /spec/hostNetwork"), 0),
        (operation("Pod", "op: replace, path: /spec/priority, value: 3"), 1),
        (
            operation(
                "Namespace",
                "op: remove, path: /metadata/labels/pod-security.kubernetes.io~1enforce",
            ),
            0,
        ),
        (
            operation("Namespace", "op: add, path: /metadata/annotations, value: {a: b}"),
            1,
        ),
        ("namespace: shop\ntransformers: [other.yaml]".to_string(), 0),
    ] {
        assert_eq!(found(&change), count, "{change}");
    }
}

#[test]
fn what_is_refused_asks_nothing_and_is_not_asked() {
    let bad = || pod("hostNetwork: true", "args: [a]");
    let found = |text: String| {
        let report = kubeproof::check(
            [("a.yaml".to_string(), text.into_bytes())],
            &Surroundings::default(),
            &Settings::default(),
        );
        let all = report.files.iter().flat_map(|file| &file.diagnostics);
        all.filter(|d| d.rule.rule().id == "pod/security-standard")
            .count()
    };
    assert_eq!(found(enforcing("baseline") + "---\n" + &bad()), 1);
    assert_eq!(
        found(enforcing("baseline").replace("labels", "finalizers: {}, labels") + "---\n" + &bad()),
        0
    );
    assert_eq!(
        found(
            enforcing("baseline") + "---\n" + &bad().replace("name: web, namespace", "name: We_b, namespace")
        ),
        0
    );
}

#[test]
fn what_is_still_to_be_filled_in_is_not_asked() {
    for (of_pod, of_container) in [
        ("securityContext: '${SC}'", CONTAINER),
        ("securityContext: {'${SC}': true}", CONTAINER),
        (POD, "securityContext: '{{ .Values.securityContext }}'"),
        (
            POD,
            "securityContext: {allowPrivilegeEscalation: false, capabilities: '${C}'}",
        ),
        (
            POD,
            "securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: '${C}'}}",
        ),
        (
            POD,
            "securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: ['${C}']}}",
        ),
        (
            "securityContext: {runAsNonRoot: true, seccompProfile: '${X}'}",
            CONTAINER,
        ),
        (
            "volumes: [{name: a, '${K}': {}}]\n  securityContext: '${SC}'",
            CONTAINER,
        ),
    ] {
        let text = pod(of_pod, of_container);
        let input = (
            "a.yaml".to_string(),
            (enforcing("restricted") + "---\n" + &text).into_bytes(),
        );
        let report = kubeproof::check([input], &Surroundings::default(), &Settings::default());
        let all = report.files.iter().flat_map(|file| &file.diagnostics);
        let told: Vec<_> = all
            .filter(|d| d.rule.rule().id == "pod/security-standard")
            .collect();
        assert!(told.is_empty(), "{text}\n{told:?}");
    }
    let host = pod(
        "enableServiceLinks: true",
        "livenessProbe: {tcpSocket: {host: '${HOST}', port: 80}}",
    );
    assert_eq!(told("baseline", &host), [""; 0]);
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
    let with = |context: &str| format!("{bare}      securityContext:{context}\n");
    let two = format!(
        "{bare}    - {{name: side, image: b, securityContext: {{capabilities: {{add: [NET_BIND_SERVICE]}}}}}}\n"
    );
    for text in [
        bare.to_string(),
        two,
        with(" {}"),
        with(""),
        with(
            "\n        # who owns the files\n        runAsGroup: 3\n        capabilities:\n          # for port 80\n          add: [NET_BIND_SERVICE]",
        ),
        with("\n        capabilities: {drop: [NET_RAW]}\n        runAsNonRoot: true"),
    ] {
        let mended = mended(&text).expect("a change");
        assert_eq!(told("restricted", &mended), [""; 0], "{mended}");
        insta::assert_snapshot!(mended);
    }
    let windows_lines = mended(&bare.replace('\n', "\r\n")).expect("a change");
    assert_eq!(
        windows_lines.matches('\n').count(),
        windows_lines.matches("\r\n").count()
    );
    // A container that is privileged, or may be, may not say that it does not want to be.
    for privileged in ["true", "'${PRIVILEGED}'"] {
        assert_eq!(mended(&with(&format!(" {{privileged: {privileged}}}"))), None);
    }
}
