//! The graph of names: every row of `schemas/references.txt` with a manifest that uses it, and the false alarms
//! that others are known for.

use std::collections::BTreeSet;

use kubeproof::diagnostic::Severity;
use kubeproof::engine::{RuleSet, Settings};
use kubeproof::graph::table::{Role, RowId};
use kubeproof::graph::{self, Facts};
use kubeproof::manifest::{File, Surroundings};
use kubeproof::yaml::{self, Tree};

/// A finding: `severity rule file: marked text`.
fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let mut rules = RuleSet::none();
    assert!(rules.set("references", true) && rules.set("metadata/duplicate-object", true));
    let settings = Settings {
        rules,
        ..Settings::default()
    };
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

fn defining(target: &str, name: &str) -> String {
    format!("{{apiVersion: v1, kind: {target}, metadata: {{name: {name}}}}}\n")
}

fn using(target: &str, name: &str) -> String {
    let spec = match target {
        "Secret" => format!("volumes: [{{secret: {{secretName: {name}}}}}]"),
        "ConfigMap" => format!("volumes: [{{configMap: {{name: {name}}}}}]"),
        "PersistentVolumeClaim" => format!("volumes: [{{persistentVolumeClaim: {{claimName: {name}}}}}]"),
        _ => format!("serviceAccountName: {name}"),
    };
    format!("{{apiVersion: v1, kind: Pod, metadata: {{name: user, namespace: b}}, spec: {{{spec}}}}}\n")
}

#[test]
fn every_row_is_used_by_a_manifest() {
    let mut faults = Vec::new();
    let mut rows = BTreeSet::new();
    for case in cases() {
        let Case {
            line,
            verb,
            target,
            name,
            manifest,
        } = &case;
        let own = facts(manifest);
        rows.extend(own.uses.iter().map(|used| used.row));
        rows.extend(own.definitions.iter().filter_map(|made| made.row));
        let alone = findings(&[("case.yaml", manifest)]);
        let used = using(target, name);
        let together = findings(&[("case.yaml", manifest), ("user.yaml", &used)]);
        let dangles = |found: &[String]| found.iter().any(|f| f.contains("dangling") && f.contains(*name));
        let holds = match *verb {
            "uses" => {
                let defined = defining(target, name);
                dangles(&alone) && !dangles(&findings(&[("case.yaml", manifest), ("other.yaml", &defined)]))
            }
            "makes" | "mirrors" => {
                dangles(&findings(&[("user.yaml", &used)])) && !dangles(&alone) && !dangles(&together)
            }
            "idle" => !dangles(&alone) && dangles(&together),
            "knows" => !dangles(&alone) && own.uses.iter().any(|used| names(&own, used, target, name)),
            _ => panic!("line {line}: unknown verb {verb}"),
        };
        if !holds {
            faults.push(format!(
                "testdata/references.txt:{line}: {manifest}   alone: {alone:?}\n   with a user: {together:?}"
            ));
        }
    }
    for (i, row) in graph::standard().rows.iter().enumerate() {
        if row.role != Role::Own && !rows.contains(&RowId(i as u16)) {
            let table = graph::standard();
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

/// Whether a field names this.
fn names(facts: &Facts, used: &graph::Use, target: &str, name: &str) -> bool {
    graph::standard().target_name(used.target) == target && facts.str(used.name) == name
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
