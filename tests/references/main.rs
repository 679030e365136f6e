//! The graph of names.

mod alarms;
mod copies;
mod keys;
mod kustomize;
mod labels;
mod names;
mod overlays;
mod table;
mod target_ports;
mod target_ports_around;
mod target_ports_told;
mod worlds;

use kubeproof::manifest::Surroundings;
use kubeproof::settings::{RuleSet, Settings};

/// A finding: `severity rule file: marked text`.
fn findings(files: &[(&str, &str)]) -> Vec<String> {
    findings_with(files, Settings::default())
}

/// The same for a run that has everything there is.
fn findings_of_all(files: &[(&str, &str)]) -> Vec<String> {
    let complete = Settings {
        complete: true,
        ..Settings::default()
    };
    findings_with(files, complete)
}

fn findings_with(files: &[(&str, &str)], settings: Settings) -> Vec<String> {
    let mut rules = RuleSet::none();
    assert!(rules.set("references", true) && rules.set("metadata/duplicate-object", true));
    let settings = Settings { rules, ..settings };
    let inputs = files
        .iter()
        .map(|(name, text)| ((*name).to_string(), text.as_bytes().to_vec()));
    let report = kubeproof::check(inputs, &Surroundings::default(), &settings);
    let mut out = Vec::new();
    for (file, (name, text)) in report.files.iter().zip(files) {
        for d in &file.diagnostics {
            let rule = d.rule.rule().id;
            let rule = rule.rsplit('/').next().unwrap_or(rule);
            let marked = &text[d.span.range()];
            out.push(format!("{} {rule} {name}: {marked}", d.severity.as_str()));
        }
    }
    out
}

/// Several documents of one file.
fn file(documents: &[&str]) -> String {
    documents.join("\n---\n")
}

const INGRESS: &str = "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: front, namespace: web}, \
                       spec: {tls: [{hosts: [a.example], secretName: shop-tls}]}}";

fn secret(name: &str, namespace: &str, keys: &str) -> String {
    let namespace = if namespace.is_empty() {
        String::new()
    } else {
        format!(", namespace: {namespace}")
    };
    format!("{{apiVersion: v1, kind: Secret, metadata: {{name: {name}{namespace}}}, stringData: {{{keys}}}}}")
}

fn pod_with_key(key: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: p}}, spec: {{containers: [{{env: [{{name: A, valueFrom: \
         {{secretKeyRef: {{name: db, key: {key}}}}}}}]}}]}}}}"
    )
}

const SHOP: &str = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: checkout}, spec: {template: {metadata: \
                    {labels: {app: checkout, tier: web}}}}}";

fn service(name: &str, fields: &str) -> String {
    format!("{{apiVersion: v1, kind: Service, metadata: {{name: {name}}}, spec: {{{fields}}}}}")
}
