//! ResourceQuotas and LimitRanges: what admission refuses of the pods in their namespace.

use kubeproof::settings::Settings;

fn object(kind: &str, name: &str, spec: &str) -> String {
    format!("apiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: shop}}\nspec: {spec}\n---\n")
}

fn quota(hard: &str) -> String {
    object("ResourceQuota", "counts", &format!("{{hard: {{{hard}}}}}"))
}

fn range(limits: &str) -> String {
    object(
        "LimitRange",
        "bounds",
        &format!("{{limits: [{{type: Container, {limits}}}]}}"),
    )
}

/// A Deployment with a container of these resources.
fn web(resources: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: shop}}\nspec:\n  selector: {{matchLabels: {{a: b}}}}\n\
         \x20 template:\n    metadata: {{labels: {{a: b}}}}\n    spec:\n      containers:\n        - name: web\n          image: shop/web:2\n\
         \x20         resources: {resources}\n"
    )
}

/// What the rule says, without what comes of it.
fn told(inputs: &[(&str, String)]) -> Vec<String> {
    let fault = |message: String| {
        let fault = message.split_once(';').map_or("", |(fault, _)| fault);
        fault.replace(" of namespace `shop`", "")
    };
    let messages = super::messages("pod/namespace-limits", inputs, &Settings::default());
    messages.into_iter().map(fault).collect()
}

fn one(limits: &str, resources: &str) -> Vec<String> {
    told(&[("a.yaml", format!("{limits}{}", web(resources)))])
}

#[test]
fn what_a_quota_counts_is_said() {
    let lacks = |hard: &str, resources: &str| {
        let told = one(&quota(hard), resources).concat();
        let words = told
            .trim_start_matches("container `web` lacks ")
            .trim_end_matches(" in `resources`");
        words.to_string()
    };
    for (hard, resources, missing) in [
        ("cpu: 1", "{}", "`requests.cpu`"),
        ("cpu: 1, requests.cpu: 1", "{}", "`requests.cpu`"),
        ("memory: 1Gi", "{requests: {cpu: 1}}", "`requests.memory`"),
        (
            "requests.memory: 1Gi, limits.cpu: 1",
            "{requests: {cpu: 1}}",
            "`requests.memory` and `limits.cpu`",
        ),
        // What is limited and asks for nothing asks for as much; but not the other way round.
        ("requests.cpu: 1", "{limits: {cpu: 1}}", ""),
        ("limits.cpu: 1", "{requests: {cpu: 1}}", "`limits.cpu`"),
        // Other things are counted where they are said.
        (
            "pods: 1, requests.storage: 1Gi, limits.ephemeral-storage: 1Gi, count/pods: 1",
            "{}",
            "",
        ),
    ] {
        assert_eq!(lacks(hard, resources), missing, "{hard} {resources}");
    }
    // A quota for some pods only.
    let some = object("ResourceQuota", "some", "{hard: {cpu: 1}, scopes: [Terminating]}");
    assert_eq!(one(&some, "{}"), [""; 0]);
}

#[test]
fn what_a_limit_range_fills_in_need_not_be_said() {
    let counts = quota("requests.cpu: 1, limits.cpu: 1");
    for (limits, missing) in [
        ("default: {cpu: 1}", ""),
        ("max: {cpu: 1}", ""),
        (
            "defaultRequest: {cpu: 1}",
            "container `web` lacks `limits.cpu` in `resources`",
        ),
        (
            "min: {cpu: 1}",
            "container `web` lacks `limits.cpu` in `resources`",
        ),
        (
            "default: {memory: 1Gi}",
            "container `web` lacks `requests.cpu` and `limits.cpu` in `resources`",
        ),
    ] {
        let told = one(&(counts.clone() + &range(limits)), "{}");
        assert_eq!(told.concat(), missing, "{limits}");
    }
    let pods = object("LimitRange", "pods", "{limits: [{type: Pod, max: {cpu: 1}}]}");
    assert_eq!(one(&(counts + &pods), "{}").len(), 1);
}

#[test]
fn amounts_lie_within_bounds() {
    for (limits, resources, fault) in [
        (
            "max: {memory: 1Gi}",
            "{limits: {memory: 1025Mi}}",
            "`limits.memory: 1025Mi` is more than the `1Gi` that a LimitRange allows",
        ),
        ("max: {memory: 1Gi}", "{limits: {memory: 1024Mi}}", ""),
        (
            "max: {cpu: 1}",
            "{requests: {cpu: 1001m}, limits: {memory: 1Gi}}",
            "`requests.cpu: 1001m` is more than the `1` that a LimitRange allows",
        ),
        (
            "min: {cpu: 100m}",
            "{requests: {cpu: 0.05}}",
            "`requests.cpu: 0.05` is less than the `100m` that a LimitRange asks for at least",
        ),
        ("min: {cpu: 100m}", "{requests: {cpu: 0.1}}", ""),
        (
            "default: {cpu: 500m}",
            "{requests: {cpu: 1}}",
            "`requests.cpu: 1` is more than the limit of `500m` that a LimitRange gives a container without one",
        ),
        (
            "default: {cpu: 500m}",
            "{requests: {cpu: 1}, limits: {cpu: 2}}",
            "",
        ),
        // Said once.
        (
            "default: {cpu: 500m}, max: {cpu: 600m}",
            "{requests: {cpu: 1}}",
            "`requests.cpu: 1` is more than the `600m` that a LimitRange allows",
        ),
    ] {
        assert_eq!(
            one(&range(limits), resources).concat(),
            fault,
            "{limits} {resources}"
        );
    }
}

#[test]
fn all_containers_are_asked() {
    let more = "{}\n        - {name: side, image: a}\n        - {name: said, image: a, resources: {requests: {cpu: 1}}}\n      initContainers: [{name: first, image: a}]";
    let told = one(&quota("cpu: 1"), more);
    let lacks = |name: &str| format!("container `{name}` lacks `requests.cpu` in `resources`");
    assert_eq!(told, ["web", "side", "first"].map(lacks));
    // What is said of the whole pod counts.
    let whole = web("{}").replace(
        "    spec:\n",
        "    spec:\n      resources: {requests: {cpu: 1}}\n",
    );
    assert_eq!(self::told(&[("a.yaml", quota("cpu: 1") + &whole)]), [""; 0]);
}

#[test]
fn the_limits_that_are_meant_count() {
    let found = |inputs: &[(&str, String)]| told(inputs).len();
    let counts = || quota("cpu: 1");
    assert_eq!(found(&[("a/q.yaml", counts()), ("a/web.yaml", web("{}"))]), 1);
    // Another folder may be another cluster's.
    assert_eq!(found(&[("a/q.yaml", counts()), ("b/web.yaml", web("{}"))]), 0);
    // Two worlds that both have such a namespace.
    assert_eq!(
        found(&[
            ("a/q.yaml", counts()),
            ("b/q.yaml", counts()),
            ("c/web.yaml", web("{}"))
        ]),
        0
    );
    assert_eq!(
        found(&[
            ("a/q.yaml", counts()),
            ("b/q.yaml", counts()),
            ("a/web.yaml", web("{}"))
        ]),
        1
    );
    // What is filled in may lie elsewhere.
    let fills = range("default: {cpu: 1}");
    assert_eq!(
        found(&[
            ("a/q.yaml", counts()),
            ("b/r.yaml", fills),
            ("a/web.yaml", web("{}"))
        ]),
        0
    );
    // Without a namespace they are in one where they are applied together.
    let bare = |text: String| text.replace(", namespace: shop", "");
    assert_eq!(found(&[("a/all.yaml", bare(counts() + &web("{}")))]), 1);
    assert_eq!(
        found(&[("a/q.yaml", bare(counts())), ("a/web.yaml", bare(web("{}")))]),
        0
    );
    let listed = "resources: [q.yaml, web.yaml]\n".to_string();
    let both = [
        ("a/q.yaml", bare(counts())),
        ("a/web.yaml", bare(web("{}"))),
        ("a/kustomization.yaml", listed),
    ];
    assert_eq!(found(&both), 1);
}

#[test]
fn what_is_not_known_is_left_alone() {
    for resources in [
        "'{{ .Values.resources }}'",
        "{requests: '${R}'}",
        "{requests: {'${K}': 1}}",
        "{'${X}': 3}",
        "{requests: {cpu: '${CPU}'}}",
    ] {
        let limits = quota("cpu: 1") + &range("min: {cpu: 1}");
        assert_eq!(one(&limits, resources), [""; 0], "{resources}");
    }
    // What a LimitRange fills in.
    for limits in ["default: {cpu: '${D}'}", "default: '${D}'", "max: {'${K}': 3}"] {
        let limits = quota("limits.cpu: 1") + &range(limits);
        assert_eq!(one(&limits, "{}"), [""; 0], "{limits}");
    }
    let open = object("LimitRange", "open", "{limits: '${LIMITS}'}");
    assert_eq!(one(&(quota("cpu: 1") + &open), "{}"), [""; 0]);
    assert_eq!(
        one(&range("max: {cpu: '${MOST}'}"), "{requests: {cpu: 3}}"),
        [""; 0]
    );
    // Of two defaults either may be given.
    let other = range("default: {cpu: 2}").replace("bounds", "others");
    assert_eq!(
        one(&(range("default: {cpu: 500m}") + &other), "{requests: {cpu: 1}}"),
        [""; 0]
    );
    // A patch may fill it in.
    let patched = |patch: &str| {
        let all = quota("limits.cpu: 1") + &range("defaultRequest: {cpu: 1}") + &web("{}");
        let kustomization = format!("resources: [all.yaml]\npatches: [{{target: {{kind: {patch}}}]\n");
        told(&[("all.yaml", all), ("kustomization.yaml", kustomization)]).len()
    };
    let fills = "LimitRange}, patch: '[{op: add, path: /spec/limits/0/default, value: {cpu: 1}}]'";
    assert_eq!(patched(fills), 0);
    assert_eq!(
        patched("LimitRange}, patch: '[{op: add, path: /metadata/labels, value: {a: b}}]'"),
        1
    );
}
