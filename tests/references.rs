//! The graph of names: every row of `schemas/references.txt` with a manifest that uses it, and the false alarms
//! that others are known for.

use std::collections::BTreeSet;

use kubeproof::diagnostic::Severity;
use kubeproof::engine::{RuleSet, Settings};
use kubeproof::graph::table::{Role, RowId};
use kubeproof::graph::{self, Facts};
use kubeproof::manifest::{File, Surroundings};
use kubeproof::yaml::{self, Node, Tree};

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

fn facts(text: &str) -> Facts {
    let mut tree = Tree::default();
    yaml::parse(text, &[], &mut tree);
    graph::facts(&File::read(
        "case.yaml",
        text,
        &tree,
        &Surroundings::default(),
        false,
    ))
}

/// One line of `testdata/references.txt`.
struct Case {
    line: usize,
    verb: &'static str,
    target: &'static str,
    name: &'static str,
    manifest: String,
}

fn cases() -> Vec<Case> {
    let text = include_str!("../testdata/references.txt");
    let mut cases = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let (verb, rest) = text.split_once(' ').expect("a verb");
        let (target, rest) = rest.split_once(' ').expect("a target");
        let (name, rest) = match verb {
            "makes" | "mirrors" => rest.split_once(' ').expect("a name"),
            _ => ("wanted", rest),
        };
        let (version, rest) = rest.split_once(' ').expect("an apiVersion");
        let (kind, rest) = rest.split_once(' ').expect("a kind");
        let fields = rest
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
            .unwrap_or(rest);
        let own = if fields.starts_with("metadata:") {
            ""
        } else {
            "metadata: {name: own}, "
        };
        cases.push(Case {
            line,
            verb,
            target,
            name,
            manifest: format!("{{apiVersion: {version}, kind: {kind}, {own}{fields}}}\n"),
        });
    }
    cases
}

/// An object of the first kind that a target stands for.
fn defining(target: &str, name: &str) -> String {
    let table = graph::standard();
    let target = table.target(target).expect("a target");
    let mut kinds = table.kinds.iter();
    let kind = kinds.find(|kind| kind.target == Some(target)).expect("its kind");
    let (group, kind) = (table.str(kind.group), table.str(kind.kind));
    let slash = if group.is_empty() { "" } else { "/" };
    format!("{{apiVersion: {group}{slash}v1, kind: {kind}, metadata: {{name: {name}}}}}\n")
}

/// An object in namespace `b` that uses a target.
fn using(target: &str, name: &str) -> String {
    let pod = |spec: String| ("v1", "Pod", format!("spec: {{{spec}}}"));
    let (version, kind, fields) = match target {
        "Secret" => pod(format!("volumes: [{{secret: {{secretName: {name}}}}}]")),
        "ConfigMap" => pod(format!("volumes: [{{configMap: {{name: {name}}}}}]")),
        "PersistentVolumeClaim" => pod(format!(
            "volumes: [{{persistentVolumeClaim: {{claimName: {name}}}}}]"
        )),
        "ServiceAccount" => pod(format!("serviceAccountName: {name}")),
        "Service" => (
            "networking.k8s.io/v1",
            "Ingress",
            format!("spec: {{defaultBackend: {{service: {{name: {name}, port: {{number: 80}}}}}}}}"),
        ),
        "StorageClass" => (
            "v1",
            "PersistentVolumeClaim",
            format!("spec: {{storageClassName: {name}}}"),
        ),
        "Deployment" | "StatefulSet" => (
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            format!("spec: {{scaleTargetRef: {{kind: {target}, name: {name}}}}}"),
        ),
        other => panic!("nothing known that uses a {other}"),
    };
    format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: user, namespace: b}}, {fields}}}\n")
}

/// What has, or selects by, the label `app: VALUE`.
fn labelled(target: &str, value: &str) -> String {
    let labels = format!("{{app: {value}}}");
    match target {
        "Pod" => format!("{{apiVersion: v1, kind: Pod, metadata: {{name: x, labels: {labels}}}}}\n"),
        _ => format!("{{apiVersion: v1, kind: Service, metadata: {{name: x, labels: {labels}}}}}\n"),
    }
}

fn selecting(target: &str, value: &str) -> String {
    let labels = format!("{{app: {value}}}");
    match target {
        "Pod" => format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: x}}, spec: {{selector: {labels}}}}}\n"
        ),
        _ => format!(
            "{{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {{name: x}}, \
             spec: {{selector: {{matchLabels: {labels}}}}}}}\n"
        ),
    }
}

/// What is wrong with a case, if anything: each is run so that it must be found, and so that it must not.
fn fault(case: &Case) -> Option<String> {
    let Case {
        line,
        verb,
        target,
        name,
        manifest,
    } = case;
    let all = |files: &[(&str, &str)]| findings_of_all(files);
    let dangles = |found: &[String]| found.iter().any(|f| f.contains("dangling") && f.contains(*name));
    let misses = |other: &str| {
        let text = file(&[manifest, other]);
        let found = all(&[("case.yaml", &text)]);
        found.iter().any(|f| f.contains("selector-mismatch"))
    };
    let holds = match *verb {
        "uses" => {
            let defined = defining(target, name);
            dangles(&all(&[("case.yaml", manifest)]))
                && !dangles(&all(&[("case.yaml", manifest), ("other.yaml", &defined)]))
        }
        "makes" | "mirrors" => {
            let used = using(target, name);
            dangles(&all(&[("user.yaml", &used)]))
                && !dangles(&all(&[("case.yaml", manifest)]))
                && !dangles(&all(&[("case.yaml", manifest), ("user.yaml", &used)]))
        }
        "idle" => {
            let used = using(target, name);
            !dangles(&all(&[("case.yaml", manifest)]))
                && dangles(&all(&[("case.yaml", manifest), ("user.yaml", &used)]))
        }
        "labels" => misses(&selecting(target, "wante")) && !misses(&selecting(target, "wanted")),
        "selects" => misses(&labelled(target, "wante")) && !misses(&labelled(target, "wanted")),
        _ => panic!("line {line}: unknown verb {verb}"),
    };
    (!holds).then(|| {
        format!(
            "testdata/references.txt:{line}: {verb} {target} {manifest}   alone: {:?}",
            all(&[("case.yaml", manifest)])
        )
    })
}

#[test]
fn every_row_is_used_by_a_manifest() {
    let table = graph::standard();
    let cases = cases();
    let mut faults: Vec<String> = cases.iter().filter_map(fault).collect();
    let mut rows = BTreeSet::new();
    for case in &cases {
        let own = facts(&case.manifest);
        rows.extend(own.uses.iter().map(|used| used.row));
        rows.extend(own.selections.iter().map(|one| one.row));
        rows.extend(own.definitions.iter().filter_map(|made| made.row));
    }
    for (i, row) in table.rows.iter().enumerate() {
        // Labels do not say by which row they were found; those of every kind are counted below.
        if !matches!(row.role, Role::Own | Role::Labels) && !rows.contains(&RowId(i as u16)) {
            faults.push(format!(
                "no manifest for `{:?} {} {}`",
                row.role,
                table.target_name(row.target),
                table.str(row.path)
            ));
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// `a.b[].c.*.d`, found in a manifest.
fn leads_somewhere(node: Node<'_>, path: &str) -> bool {
    let path = path.trim_start_matches('.');
    if path.is_empty() {
        return true;
    }
    if let Some(rest) = path.strip_prefix("[]") {
        return node.items().any(|item| leads_somewhere(item, rest));
    }
    let end = path.find(['.', '[']).unwrap_or(path.len());
    let (key, rest) = path.split_at(end);
    match key {
        "*" => node.entries().any(|entry| leads_somewhere(entry.value, rest)),
        _ => node.get(key).is_some_and(|value| leads_somewhere(value, rest)),
    }
}

#[test]
fn every_kind_and_every_part_is_used_by_a_manifest() {
    let cases = cases();
    let mut trees = Vec::new();
    for case in &cases {
        let mut tree = Tree::default();
        yaml::parse(&case.manifest, &[], &mut tree);
        trees.push((case, tree));
    }
    let mut faults = Vec::new();
    let (mut block, mut is_kind) = (Vec::new(), false);
    for line in include_str!("../schemas/references.txt").lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let of_kind = |kind: &str| -> Vec<Node<'_>> {
            let (group, kind) = kind.rsplit_once('/').unwrap_or(("", kind));
            let roots = trees.iter().filter_map(|(case, tree)| {
                let root = Node::root(&case.manifest, tree, tree.chunks.first()?)?;
                let version = root.get("apiVersion")?.str()?;
                let own = version.rsplit_once('/').map_or("", |(group, _)| group);
                (own == group && root.get("kind")?.str()? == kind).then_some(root)
            });
            roots.collect()
        };
        match words.as_slice() {
            ["kind", kinds @ ..] => {
                is_kind = true;
                block = kinds.iter().filter(|kind| **kind != "*").copied().collect();
                for kind in &block {
                    if of_kind(kind).is_empty() {
                        faults.push(format!("no manifest of kind {kind}"));
                    }
                }
            }
            ["type", ..] => is_kind = false,
            [verb @ ("has" | "labels"), .., path] if is_kind => {
                let mut roots = block.iter().flat_map(|kind| of_kind(kind));
                if !roots.any(|root| leads_somewhere(root, path)) {
                    faults.push(format!("no manifest of {block:?} for `{verb} {path}`"));
                }
            }
            _ => {}
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );
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

#[test]
fn a_name_found_anywhere_in_a_compatible_namespace_is_found() {
    for namespace in ["", "web"] {
        let there = secret("shop-tls", namespace, "tls.crt: a, tls.key: b");
        assert_eq!(
            findings(&[("far/away.yaml", &there), ("shop/ingress.yaml", INGRESS)]),
            [""; 0]
        );
    }
    let without = INGRESS.replace(", namespace: web", "");
    let there = secret("shop-tls", "infra", "tls.crt: a, tls.key: b");
    assert_eq!(findings(&[("a.yaml", &there), ("b.yaml", &without)]), [""; 0]);
}

#[test]
fn another_namespace_is_a_warning_and_nothing_an_info() {
    let there = secret("shop-tls", "infra", "tls.crt: a, tls.key: b");
    assert_eq!(
        findings(&[("far/away.yaml", &there), ("shop/ingress.yaml", INGRESS)]),
        ["warning dangling-tls-secret shop/ingress.yaml: shop-tls"]
    );
    assert_eq!(
        findings(&[("shop/ingress.yaml", INGRESS)]),
        ["info dangling-tls-secret shop/ingress.yaml: shop-tls"]
    );
    // Both at once: the one in its own namespace counts.
    let own = secret("shop-tls", "web", "tls.crt: a, tls.key: b");
    assert_eq!(
        findings(&[
            ("far/away.yaml", &there),
            ("own.yaml", &own),
            ("shop/ingress.yaml", INGRESS)
        ]),
        [""; 0]
    );
}

#[test]
fn who_says_the_namespace_is_believed_unless_the_other_lies_close_by() {
    let binding = "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b, namespace: web}, \
                   subjects: [{kind: ServiceAccount, name: prometheus, namespace: web}]}";
    let account =
        "{apiVersion: v1, kind: ServiceAccount, metadata: {name: prometheus, namespace: monitoring}}";
    assert_eq!(
        findings(&[("far/away.yaml", account), ("shop/rbac.yaml", binding)]),
        ["info dangling-service-account shop/rbac.yaml: prometheus"]
    );
    assert_eq!(
        findings(&[("rbac.yaml", &file(&[account, binding]))]),
        ["warning dangling-service-account rbac.yaml: prometheus"]
    );
}

#[test]
fn a_missing_name_is_said_once_for_a_run() {
    let pod = |name: &str| {
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {{imagePullSecrets: [{{name: registry}}], \
             containers: [{{envFrom: [{{secretRef: {{name: registry}}}}]}}]}}}}"
        )
    };
    let (a, b) = (pod("a"), pod("b"));
    assert_eq!(
        findings(&[("a.yaml", &a), ("b.yaml", &b)]),
        ["info dangling-secret a.yaml: registry"]
    );
}

#[test]
fn a_slip_of_the_pen_is_told_from_a_sibling() {
    let defined = |name: &str| secret(name, "web", "tls.crt: a, tls.key: b");
    let found = |name: &str| findings(&[("all.yaml", &file(&[INGRESS, &defined(name)]))]);
    for slip in ["shop-tsl", "shoptls", "shop.tls", "shpo-tls", "shopp-tls"] {
        assert_eq!(
            found(slip),
            ["warning dangling-tls-secret all.yaml: shop-tls"],
            "{slip}"
        );
    }
    for other in ["web-tls", "shop-tls-2", "shop1-tls", "ship-certs", "shop-ca"] {
        assert_eq!(
            found(other),
            ["info dangling-tls-secret all.yaml: shop-tls"],
            "{other}"
        );
    }
    // A word that other names have was meant as it stands.
    let service = "{apiVersion: v1, kind: Service, metadata: {name: shop}}";
    assert_eq!(
        findings(&[("all.yaml", &file(&[INGRESS, &defined("shops-tls"), service]))]),
        ["info dangling-tls-secret all.yaml: shop-tls"]
    );
    // Far away names are alike by chance.
    assert_eq!(
        findings(&[
            ("a/x.yaml", INGRESS),
            ("b/y.yaml", &secret("shop-tsl", "", "a: b"))
        ]),
        ["info dangling-tls-secret a/x.yaml: shop-tls"]
    );
}

#[test]
fn a_slip_can_be_mended() {
    let text = file(&[
        &secret("shop-tls", "", "tls.crt: a, tls.key: b"),
        &INGRESS.replace("shop-tls", "'shop-tsl'"),
    ]);
    let inputs = [("a.yaml".to_string(), text.clone().into_bytes())];
    let report = kubeproof::check(inputs, &Surroundings::default(), &Settings::default());
    let fix = report
        .diagnostics()
        .find(|d| d.rule.rule().id == "references/dangling-tls-secret")
        .and_then(|d| d.fix.as_ref())
        .expect("a fix");
    assert!(!fix.safe);
    let mut mended = text;
    for edit in &fix.edits {
        mended.replace_range(edit.span.range(), &edit.text);
    }
    assert!(mended.contains("secretName: 'shop-tls'"), "{mended}");
    assert_eq!(findings(&[("a.yaml", &mended)]), [""; 0]);
}

fn pod_with_key(key: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: p}}, spec: {{containers: [{{env: [{{name: A, valueFrom: \
         {{secretKeyRef: {{name: db, key: {key}}}}}}}]}}]}}}}"
    )
}

#[test]
fn a_missing_key_is_as_bad_as_it_is_sure() {
    let (db, pod) = (secret("db", "", "user: a"), pod_with_key("password"));
    assert_eq!(
        findings(&[("a.yaml", &file(&[&db, &pod]))]),
        ["error missing-key a.yaml: password"]
    );
    assert_eq!(
        findings(&[("x/a.yaml", &db), ("x/b.yaml", &pod)]),
        ["warning missing-key x/b.yaml: password"]
    );
    assert_eq!(
        findings(&[("x/a.yaml", &db), ("y/b.yaml", &pod)]),
        ["info missing-key y/b.yaml: password"]
    );
    let kustomization = "resources: [../x/a.yaml, b.yaml]";
    assert_eq!(
        findings(&[
            ("x/a.yaml", &db),
            ("y/b.yaml", &pod),
            ("y/kustomization.yaml", kustomization)
        ]),
        ["error missing-key y/b.yaml: password"]
    );
    assert_eq!(
        findings(&[("a.yaml", &file(&[&db, &pod_with_key("user")]))]),
        [""; 0]
    );
    // Of several definitions those closest by count, and one that has the key is enough.
    let other = secret("db", "", "password: a");
    assert_eq!(
        findings(&[("a.yaml", &file(&[&pod])), ("b.yaml", &db), ("c.yaml", &other)]),
        [""; 0]
    );
}

#[test]
fn keys_are_not_judged_where_they_are_not_all_known() {
    let pod = pod_with_key("password");
    let unknown = [
        "{apiVersion: v1, kind: Secret, metadata: {name: db}}",
        "{apiVersion: v1, kind: Secret, metadata: {name: db}, data: {}}",
        "{apiVersion: v1, kind: Secret, metadata: {name: db}, type: kubernetes.io/service-account-token, data: {a: Yg==}}",
        "{apiVersion: v1, kind: Secret, metadata: {name: db, annotations: {replicator.v1.mittwald.de/replicate-from: a/b}}, data: {a: Yg==}}",
        "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: db}, spec: {dataFrom: [{extract: {key: k}}]}}",
        "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: db}, spec: {data: [{secretKey: a}], target: {template: {data: {b: c}}}}}",
        "{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: c}, spec: {secretName: db}}",
        "{apiVersion: secrets.hashicorp.com/v1beta1, kind: VaultStaticSecret, metadata: {name: c}, spec: {destination: {name: db, create: true}}}",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {a: b}\nbroken: [",
    ];
    for text in unknown {
        let found = findings(&[("x/a.yaml", text), ("x/b.yaml", &pod)]);
        assert!(
            !found.iter().any(|f| f.contains("missing-key")),
            "{text}: {found:?}"
        );
    }
    let known = [
        "{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: db}, spec: {encryptedData: {a: b}}}",
        "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: db}, spec: {data: [{secretKey: a}]}}",
        "{apiVersion: isindir.github.com/v1alpha3, kind: SopsSecret, metadata: {name: c}, spec: {secretTemplates: [{name: db, data: {a: b}}]}}",
        "{apiVersion: secrets-store.csi.x-k8s.io/v1, kind: SecretProviderClass, metadata: {name: c}, spec: {secretObjects: [{secretName: db, data: [{key: a}]}]}}",
        "{apiVersion: v1, kind: Secret, metadata: {name: db}, data: {a: 'ENC[AES256_GCM,data:x]'}, sops: {version: 3}}",
    ];
    for text in known {
        let found = findings(&[("x/a.yaml", text), ("x/b.yaml", &pod)]);
        assert_eq!(found, ["warning missing-key x/b.yaml: password"], "{text}");
        let has = text.replace("{a: ", "{password: ").replace(": a}", ": password}");
        assert_eq!(
            findings(&[("x/a.yaml", &has), ("x/b.yaml", &pod)]),
            [""; 0],
            "{has}"
        );
    }
}

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
fn known_false_alarms_do_not_happen() {
    let silent: &[(&str, &[(&str, &str)])] = &[
        (
            "tls without secretName: the controller's default certificate",
            &[(
                "a.yaml",
                "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: {tls: [{hosts: [a.example]}, {secretName: ''}]}}",
            )],
        ),
        (
            "names that wait to be filled in",
            &[(
                "a.yaml",
                "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: {tls: [{secretName: '${TLS}'}, {secretName: '{{ .tls }}'}, {secretName: <secret>}, {secretName: YOUR_SECRET}, {secretName: $TLS}]}}",
            )],
        ),
        (
            "not one Secret in git, but what makes them",
            &[
                (
                    "es.yaml",
                    "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: db, namespace: a}, spec: {dataFrom: [{extract: {key: k}}]}}",
                ),
                (
                    "p.yaml",
                    "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: a}, spec: {containers: [{envFrom: [{secretRef: {name: db}}]}]}}",
                ),
            ],
        ),
        (
            "folders are no borders",
            &[
                (
                    "secrets/s.yaml",
                    "{apiVersion: v1, kind: Secret, metadata: {name: db}, data: {a: Yg==}}",
                ),
                (
                    "apps/p.yaml",
                    "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: a}, spec: {containers: [{envFrom: [{secretRef: {name: db}}]}]}}",
                ),
            ],
        ),
        (
            "an ACME account key is made, not needed",
            &[(
                "i.yaml",
                "{apiVersion: cert-manager.io/v1, kind: ClusterIssuer, metadata: {name: i}, spec: {acme: {privateKeySecretRef: {name: account-key}}}}",
            )],
        ),
        (
            "an ExternalSecret's own secretKey is no reference",
            &[(
                "e.yaml",
                "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: e}, spec: {data: [{secretKey: password, remoteRef: {key: k}}]}}",
            )],
        ),
        (
            "a default account and the root certificates are everywhere",
            &[(
                "p.yaml",
                "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {serviceAccountName: default, volumes: [{configMap: {name: kube-root-ca.crt}}]}}",
            )],
        ),
        (
            "a name that a placeholder can become",
            &[
                (
                    "e.yaml",
                    "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: '${APP}-secret'}, spec: {}}",
                ),
                (
                    "p.yaml",
                    "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{envFrom: [{secretRef: {name: plex-secret}}]}]}}",
                ),
            ],
        ),
        (
            "a Service of the type ExternalName has no ports of its own",
            &[(
                "i.yaml",
                "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {type: ExternalName, externalName: a.example, ports: [{port: 80}], selector: {app: a}}}\n---\n\
                 {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {defaultBackend: {service: {name: s, port: {number: 443}}}}}\n---\n\
                 {apiVersion: v1, kind: Pod, metadata: {name: s, labels: {app: b}}}",
            )],
        ),
        (
            "ports by name, and by the number of the pods' ports in ingress-nginx",
            &[(
                "i.yaml",
                "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{name: http, port: 80, targetPort: web}]}}\n---\n\
                 {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {defaultBackend: {service: {name: s, port: {name: http}}}}}",
            )],
        ),
        (
            "an annotation of AWS's controller is no Service",
            &[(
                "i.yaml",
                "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, annotations: {alb.ingress.kubernetes.io/actions.redirect: '{}'}}, \
                 spec: {rules: [{http: {paths: [{backend: {service: {name: redirect, port: {name: use-annotation}}}}]}}]}}",
            )],
        ),
        (
            "a backend may be a resource",
            &[(
                "i.yaml",
                "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {defaultBackend: {resource: {apiGroup: k8s.example.com, kind: Bucket, name: b}}}}",
            )],
        ),
        (
            "an empty selector selects everything, and one for pods from elsewhere is fine",
            &[(
                "n.yaml",
                "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: n}, spec: {podSelector: {}}}\n---\n\
                 {apiVersion: v1, kind: Service, metadata: {name: db}, spec: {selector: {cnpg.io/cluster: db, role: primary}}}\n---\n\
                 {apiVersion: v1, kind: Service, metadata: {name: j}, spec: {selector: {job-name: j}}}\n---\n\
                 {apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {template: {metadata: {labels: {app: j}}}}}",
            )],
        ),
        (
            "classes come with the cluster and with controllers",
            &[(
                "c.yaml",
                "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: c}, spec: {storageClassName: standard}}\n---\n\
                 {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {ingressClassName: nginx}}\n---\n\
                 {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {priorityClassName: system-node-critical, runtimeClassName: gvisor}}\n---\n\
                 {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b}, roleRef: {kind: ClusterRole, name: cluster-admin}}\n---\n\
                 {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: d}, roleRef: {kind: ClusterRole, name: 'system:auth-delegator'}}",
            )],
        ),
        (
            "an account that the cluster has, with the file of another one",
            &[(
                "p.yaml",
                "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {serviceAccountName: default}}\n---\n\
                 {apiVersion: v1, kind: ServiceAccount, metadata: {name: builder}}",
            )],
        ),
        (
            "RBAC may name what is not there yet",
            &[(
                "r.yaml",
                "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r}, rules: [{resources: [secrets], resourceNames: [s], verbs: [get]}]}",
            )],
        ),
        (
            "a Secret nested in a text is no Secret, and no reference either",
            &[(
                "c.yaml",
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {x: 'kind: Pod\nspec: {imagePullSecrets: [{name: s}]}'}}",
            )],
        ),
    ];
    for (what, files) in silent {
        assert_eq!(findings(files), [""; 0], "{what}");
    }
}

#[test]
fn versions_of_a_group_are_one_object_and_other_worlds_are_not() {
    let deployment = |version: &str, name: &str| {
        format!("{{apiVersion: {version}, kind: Deployment, metadata: {{name: {name}}}}}")
    };
    let (new, old) = (deployment("apps/v1", "a"), deployment("apps/v1beta1", "a"));
    let twice = ["warning duplicate-object x/a.yaml: a"];
    assert_eq!(findings(&[("x/a.yaml", &file(&[&new, &old]))]), twice);
    assert_eq!(
        findings(&[("x/a.yaml", &file(&[&new, &deployment("extensions/v1beta1", "a")]))]),
        [""; 0]
    );
    assert_eq!(
        findings(&[("x/a.yaml", &file(&[&new, &deployment("apps/v1", "b")]))]),
        [""; 0]
    );
    assert_eq!(findings(&[("x/a.yaml", &new), ("x/b.yaml", &new)]), [""; 0]);
    assert_eq!(
        findings(&[
            ("x/b.yaml", &new),
            ("x/a.yaml", &new),
            ("x/kustomization.yaml", "resources: [b.yaml, a.yaml]")
        ]),
        twice
    );
    let list = format!("{{apiVersion: v1, kind: List, items: [{new}, {new}]}}");
    assert_eq!(findings(&[("x/a.yaml", &list)]), twice);
    let placeholders = deployment("apps/v1", "'${NAME}'");
    assert_eq!(
        findings(&[("x/a.yaml", &file(&[&placeholders, &placeholders]))]),
        [""; 0]
    );
}

#[test]
fn severities_are_those_of_the_design() {
    // What may live in the cluster never fails a run.
    let text = using("Secret", "somewhere");
    let report = kubeproof::check(
        [("a.yaml".to_string(), text.into_bytes())],
        &Surroundings::default(),
        &Settings::default(),
    );
    let worst = report
        .diagnostics()
        .filter(|d| d.rule.rule().category == "references")
        .map(|d| d.severity)
        .max();
    assert_eq!(worst, Some(Severity::Info));
}

const SHOP: &str = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: shop}, spec: {template: {metadata: \
                    {labels: {app: checkout, tier: web}}}}}";

fn service(name: &str, fields: &str) -> String {
    format!("{{apiVersion: v1, kind: Service, metadata: {{name: {name}}}, spec: {{{fields}}}}}")
}

#[test]
fn a_selector_is_blamed_only_for_what_it_nearly_fits() {
    let found = |selector: &str| {
        let other = service("front", &format!("selector: {{{selector}}}"));
        findings(&[("a.yaml", &file(&[SHOP, &other]))])
    };
    let misses = |value: &str| vec![format!("warning selector-mismatch a.yaml: {value}")];
    assert_eq!(found("app: checkout"), [""; 0]);
    assert_eq!(found("app: checkout, tier: web"), [""; 0]);
    assert_eq!(found("app: chekout"), misses("chekout"));
    assert_eq!(found("app: checkout, tier: front"), misses("front"));
    assert_eq!(found("app: checkout, part: web"), misses("web"));
    // Something else may well be meant.
    assert_eq!(found("app: database"), [""; 0]);
    assert_eq!(found("app: checkout1"), [""; 0]);
    assert_eq!(found("app: database, tier: db"), [""; 0]);
    assert_eq!(found("app: '${APP}'"), [""; 0]);
    assert_eq!(found("app: chekout, job-name: '1'"), misses("chekout"));
    // One of the same name is meant, whatever its labels.
    let namesake = service("shop", "selector: {name: frontend}");
    assert_eq!(
        findings(&[("a.yaml", &file(&[SHOP, &namesake]))]),
        misses("frontend")
    );
    // What another Service selects was not meant, and what fits elsewhere is found.
    let (good, bad) = (
        service("a", "selector: {app: checkout}"),
        service("b", "selector: {app: chekout}"),
    );
    assert_eq!(findings(&[("a.yaml", &file(&[SHOP, &good, &bad]))]), [""; 0]);
    let elsewhere = SHOP.replace("app: checkout", "app: chekout");
    assert_eq!(
        findings(&[("a.yaml", &file(&[SHOP, &bad])), ("b/c.yaml", &elsewhere)]),
        [""; 0]
    );
    // Far away labels are alike by chance.
    assert_eq!(findings(&[("a/a.yaml", SHOP), ("b/b.yaml", &bad)]), [""; 0]);
    let both = "resources: [../a/a.yaml, ../b/b.yaml]";
    assert_eq!(
        findings(&[
            ("a/a.yaml", SHOP),
            ("b/b.yaml", &bad),
            ("k/kustomization.yaml", both)
        ]),
        ["warning selector-mismatch b/b.yaml: chekout"]
    );
}

#[test]
fn selectors_do_not_cross_namespaces() {
    let here = SHOP.replace("name: shop}", "name: shop, namespace: web}");
    let there = "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: infra}, spec: {selector: {app: checkout}}}";
    let miss = ["warning selector-mismatch a.yaml: checkout"];
    assert_eq!(findings(&[("a.yaml", &file(&[&here, there]))]), miss);
    assert_eq!(findings(&[("a.yaml", &file(&[SHOP, there]))]), [""; 0]);
    let kustomization = "namespace: one\nresources: [a.yaml]";
    assert_eq!(
        findings(&[
            ("a.yaml", &file(&[&here, there])),
            ("kustomization.yaml", kustomization)
        ]),
        [""; 0]
    );
    // One that looks in all namespaces, or in others, does.
    let monitor = |more: &str| {
        format!(
            "{{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {{name: m, namespace: infra}}, \
             spec: {{{more}selector: {{matchLabels: {{app: checkout}}}}}}}}"
        )
    };
    let labelled =
        "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: web, labels: {app: checkout}}}";
    assert_eq!(findings(&[("a.yaml", &file(&[labelled, &monitor("")]))]), miss);
    for more in [
        "namespaceSelector: {any: true}, ",
        "namespaceSelector: {matchNames: [web]}, ",
    ] {
        assert_eq!(
            findings(&[("a.yaml", &file(&[labelled, &monitor(more)]))]),
            [""; 0]
        );
    }
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

fn ingress(port: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: i}}, spec: {{defaultBackend: \
         {{service: {{name: shop, port: {{{port}}}}}}}}}}}"
    )
}

#[test]
fn a_missing_port_is_as_bad_as_it_is_sure() {
    let shop = service(
        "shop",
        "ports: [{name: http, port: 80, targetPort: 8080}, {port: 443, targetPort: tls}]",
    );
    let found = |port: &str| findings(&[("a.yaml", &file(&[&shop, &ingress(port)]))]);
    assert_eq!(found("number: 80"), [""; 0]);
    assert_eq!(found("number: 443"), [""; 0]);
    assert_eq!(found("name: http"), [""; 0]);
    assert_eq!(found("name: https"), ["error missing-port a.yaml: https"]);
    assert_eq!(found("number: 81"), ["error missing-port a.yaml: 81"]);
    assert_eq!(found("number: 8080"), ["warning missing-port a.yaml: 8080"]);
    assert_eq!(found("name: tls"), ["warning missing-port a.yaml: tls"]);
    assert_eq!(found("number: '${PORT}'"), [""; 0]);
    let other = ingress("number: 81");
    let apart = |service: &str, ingress: &str| findings(&[(service, &shop), (ingress, &other)]);
    assert_eq!(
        apart("x/a.yaml", "x/b.yaml"),
        ["warning missing-port x/b.yaml: 81"]
    );
    assert_eq!(apart("x/a.yaml", "y/b.yaml"), [""; 0]);
    // A port that waits to be filled in may be any.
    let open = service("shop", "ports: [{port: '${PORT}'}, {port: 443}]");
    assert_eq!(findings(&[("a.yaml", &file(&[&open, &other]))]), [""; 0]);
    // A kustomization that patches the Service may add it.
    let kustomization = |patch: &str| {
        findings(&[
            ("a.yaml", &file(&[&shop, &other])),
            (
                "kustomization.yaml",
                &format!("resources: [a.yaml]\npatches: [{patch}]"),
            ),
        ])
    };
    assert_eq!(kustomization("{target: {kind: Service}, patch: '[]'}"), [""; 0]);
    assert_eq!(
        kustomization("{target: {kind: Secret}, patch: '[]'}"),
        ["error missing-port a.yaml: 81"]
    );
}

#[test]
fn webhooks_call_port_443_unless_they_name_one() {
    let hook = |port: &str| {
        format!(
            "{{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration, metadata: {{name: w}}, \
             webhooks: [{{name: w.a.example, clientConfig: {{service: {{name: shop, namespace: a{port}}}}}}}]}}"
        )
    };
    let found = |ports: &str, port: &str| {
        findings(&[(
            "a.yaml",
            &file(&[&service("shop", &format!("ports: [{ports}]")), &hook(port)]),
        )])
    };
    assert_eq!(found("{port: 443}", ""), [""; 0]);
    assert_eq!(found("{port: 8443}", ""), ["error missing-port a.yaml: shop"]);
    assert_eq!(found("{port: 8443}", ", port: 8443"), [""; 0]);
    assert_eq!(
        found("{port: 443}", ", port: 8443"),
        ["error missing-port a.yaml: 8443"]
    );
}

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
    kubeproof::engine::check_run(&graph::Index::new(&all), &settings)
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
