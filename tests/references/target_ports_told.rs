//! What is said of ports that lead nowhere, and how long it takes.

use kubeproof::fix::{Level, mend_inputs};
use kubeproof::manifest::Surroundings;
use kubeproof::settings::Settings;

use super::target_ports::{LOST, beside, container, deployment};
use super::{file, findings, service};

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
