//! Findings that one file makes about another: their files were let go after the check, and are read again.

use super::{BAD, Folder};

const INGRESS: &str = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: web}
spec:
  tls:
    - hosts: [a.example.com]
      secretName: shop-tsl
  rules:
    - host: a.example.com
";

const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata: {name: shop-tls, namespace: web}
type: kubernetes.io/tls
stringData: {tls.crt: hunter2, tls.key: hunter2}
";

const RULE: [&str; 2] = ["--select", "references/dangling-tls-secret"];

#[test]
fn a_place_in_another_file_is_shown() {
    let folder = Folder::new(&[("a.yaml", INGRESS), ("b.yaml", SECRET), ("c.yaml", BAD)]);
    let json = folder
        .run(&[&["check", "--format", "json"], &RULE[..]].concat())
        .json();
    let found = &json["diagnostics"][0];
    assert_eq!(
        (&found["file"], &found["span"]["start"]["line"]),
        (&"a.yaml".into(), &7.into()),
        "{json:#}"
    );
    let related = &found["related"][0];
    assert_eq!(
        (&related["file"], &related["span"]["start"]["line"]),
        (&"b.yaml".into(), &3.into()),
        "{json:#}"
    );
    assert_eq!(found.get("refusal"), None, "no server looks across objects");
    let text = folder.run(&[&["check"], &RULE[..]].concat()).stdout;
    assert!(
        text.contains("╭─[a.yaml:7:19]") && text.contains("╭─[b.yaml:3:18]"),
        "{text}"
    );
    assert!(
        text.contains("secretName: shop-tsl") && text.contains("name: shop-tls"),
        "{text}"
    );
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn standard_input_is_kept_for_it() {
    let folder = Folder::new(&[("b.yaml", SECRET)]);
    let answer = folder.run_with(&[&["check", "-", "b.yaml"], &RULE[..]].concat(), INGRESS);
    assert!(answer.stdout.contains("╭─[<stdin>:7:19]"), "{answer}");
    let folder = Folder::new(&[("a.yaml", INGRESS)]);
    let answer = folder.run_with(&[&["check", "a.yaml", "-"], &RULE[..]].concat(), SECRET);
    assert!(answer.stdout.contains("╭─[<stdin>:3:18]"), "{answer}");
}

#[test]
fn the_order_of_arguments_does_not_matter() {
    let folder = Folder::new(&[("a.yaml", INGRESS), ("b.yaml", SECRET), ("c.yaml", BAD)]);
    let run = |paths: &[&str]| folder.run(&[&["check"], paths].concat()).to_string();
    let first = run(&["a.yaml", "b.yaml", "c.yaml"]);
    assert!(first.contains("shop-tls"), "{first}");
    assert_eq!(run(&["c.yaml", "b.yaml", "a.yaml"]), first);
    assert_eq!(run(&["b.yaml", "."]), first);
}

#[test]
fn what_is_indexed_counts_and_is_not_reported() {
    let folder = Folder::new(&[("k8s/a.yaml", INGRESS), ("k8s/b.yaml", SECRET), ("c.yaml", BAD)]);
    let check = |more: &[&str]| {
        let args = [&["check", "k8s/a.yaml", "--format", "json"], more].concat();
        let json = folder.run(&args).json();
        let rules: Vec<String> = json["diagnostics"]
            .as_array()
            .expect("an array")
            .iter()
            .map(|d| {
                format!(
                    "{} {}",
                    d["severity"].as_str().unwrap_or(""),
                    d["file"].as_str().unwrap_or("")
                )
            })
            .collect();
        (rules, json["summary"]["files"].as_u64())
    };
    // Alone nothing is known of the name; with the files around it is a near miss of one of theirs.
    assert_eq!(check(&[]), (vec!["info k8s/a.yaml".to_string()], Some(1)));
    assert_eq!(
        check(&["--index", "."]),
        (vec!["warning k8s/a.yaml".to_string()], Some(1))
    );
}

#[test]
fn an_inventory_tells_what_exists() {
    let list = r#"{"kind": "SecretList", "apiVersion": "v1", "metadata": {"selfLink": ""}, "items": [
        {"metadata": {"name": "shop-tsl", "namespace": "web", "enable": true}, "type": "Opaque"}]}"#;
    let folder = Folder::new(&[("a.yaml", INGRESS), ("secrets.txt", list)]);
    let args = ["check", "a.yaml", "--fail-on", "info"];
    assert_eq!(folder.run(&args).code, Some(1));
    let answer = folder.run(&[&args[..], &["--inventory", "secrets.txt"]].concat());
    assert_eq!(answer.code, Some(0), "{answer}");
    let answer = folder.run_with(&[&args[..], &["--inventory", "-"]].concat(), list);
    assert_eq!(answer.code, Some(0), "{answer}");
    let answer = folder.run_with(&["check", "-", "--inventory", "-"], list);
    assert_eq!(answer.code, Some(2), "{answer}");
    assert!(answer.stderr.contains("named twice"), "{answer}");
}

#[test]
fn a_complete_run_knows_what_is_missing() {
    let folder = Folder::new(&[("a.yaml", INGRESS)]);
    assert_eq!(folder.run(&["check", "a.yaml"]).code, Some(0));
    let answer = folder.run(&["check", "a.yaml", "--complete", "--format", "concise"]);
    assert_eq!(answer.code, Some(1), "{answer}");
    assert!(
        answer.stdout.contains("error[references/dangling-tls-secret]"),
        "{answer}"
    );
}

const NO_SELECTOR: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {part: web}}
    spec: {containers: [{name: web, image: web:1}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: default}]
";

/// What overlays fill in is not missing, but the server would still refuse the file by itself.
#[test]
fn what_a_kustomization_completes_is_no_error() {
    let severities = |overlay: &str| {
        let folder = Folder::new(&[
            ("base/kustomization.yaml", "resources: [web.yaml]\n"),
            ("base/web.yaml", NO_SELECTOR),
            ("overlay/kustomization.yaml", overlay),
        ]);
        let json = folder.run(&["check", "--format", "json"]).json();
        let of = |found: &serde_json::Value| {
            let field = found["refusal"]["field"].as_str()?.to_string();
            Some((field, found["severity"].as_str()?.to_string()))
        };
        let found = json["diagnostics"].as_array().expect("a list");
        let mut all: Vec<(String, String)> = found.iter().filter_map(of).collect();
        all.sort();
        let severities: Vec<String> = all.iter().map(|(_, severity)| severity.clone()).collect();
        let fields: Vec<&str> = all.iter().map(|(field, _)| &**field).collect();
        let expected = [
            "spec.selector",
            "spec.template.metadata.labels",
            "subjects[0].namespace",
        ];
        assert_eq!(fields, expected, "{json:#}");
        severities.join(" ")
    };
    let cases = [
        ("resources: [../base]\n", "error error error"),
        (
            "resources: [../base]\ncommonLabels: {app: web}\n",
            "info info error",
        ),
        (
            "resources: [../base]\nlabels: [{pairs: {app: web}, includeSelectors: true}]\nnamespace: web\n",
            "info info info",
        ),
        (
            "resources: [../base]\nlabels: [{pairs: {app: web}}]\nnamespace: web\n",
            "error error info",
        ),
        (
            "resources: [other]\ncommonLabels: {app: web}\n",
            "error error error",
        ),
    ];
    for (overlay, expected) in cases {
        assert_eq!(severities(overlay), expected, "{overlay}");
    }
}

/// Of files of variables the names of their keys are read, and nothing else.
#[test]
fn a_generator_has_the_keys_of_its_files_of_variables() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - name: c\n      image: \
               i:1\n      env: [{name: A, valueFrom: {secretKeyRef: {name: db, key: PASSWRD}}}]\n";
    let found = |files: &[(&str, &str)], kustomization: &str| {
        let folder = Folder::new(files);
        folder.write("kustomization.yaml", kustomization);
        folder.write("pod.yaml", pod);
        let answer = folder.run(&["check", "-q", "--select", "references"]);
        assert!(!answer.stdout.contains("hunter2"), "{answer}");
        answer.stdout.contains("missing-key")
    };
    let generator = "resources: [pod.yaml]\nsecretGenerator: [{name: db, envs: [db.env]}]\n";
    assert!(found(&[("db.env", "PASSWORD=hunter2\n")], generator));
    assert!(!found(
        &[("db.env", "PASSWORD=hunter2\nPASSWRD=hunter2\n")],
        generator
    ));
    // What is not there, or not certain, may have it.
    assert!(!found(&[], generator));
    assert!(!found(&[("db.env", "PASSWORD=hunter2\nHOME\n")], generator));
    let mixed =
        "resources: [pod.yaml]\nsecretGenerator: [{name: db, env: a/db.env, literals: [PASSWRD=x]}]\n";
    assert!(!found(&[("a/db.env", "PASSWORD=hunter2\n")], mixed));
    #[cfg(unix)]
    {
        let other = Folder::new(&[("db.env", "PASSWORD=hunter2\n")]);
        let folder = Folder::new(&[("kustomization.yaml", generator), ("pod.yaml", pod)]);
        std::os::unix::fs::symlink(other.path().join("db.env"), folder.path().join("db.env"))
            .expect("a link");
        let answer = folder.run(&["check", "-q", "--select", "references"]);
        assert!(!answer.stdout.contains("missing-key"), "{answer}");
    }
    for elsewhere in ["../db.env", "/etc/db.env", "a", "'${ENV}.env'"] {
        let text = generator.replace("db.env", elsewhere);
        assert!(
            !found(&[("a/db.env", "PASSWORD=hunter2\n")], &text),
            "{elsewhere}"
        );
    }
}

/// kustomize gives a namespace to the ServiceAccounts of a binding that it builds along with it, and to `default`.
#[test]
fn a_kustomization_places_the_accounts_that_it_knows() {
    let binding = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
- {kind: ServiceAccount, name: default}
- kind: ServiceAccount
  name: here
- {name: there, kind: ServiceAccount}
- {kind: ServiceAccount, name: nowhere}
";
    let account = |name: &str| format!("apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}}}\n");
    let severities = |overlay: &str| {
        let folder = Folder::new(&[
            ("base/kustomization.yaml", "resources: [rbac.yaml, here.yaml]\n"),
            ("base/rbac.yaml", binding),
            ("base/here.yaml", &account("here")),
            ("overlay/kustomization.yaml", overlay),
            ("overlay/there.yaml", &account("there")),
            ("other/nowhere.yaml", &account("nowhere")),
        ]);
        let json = folder.run(&["check", "--format", "json"]).json();
        let found = json["diagnostics"].as_array().expect("a list");
        let refused = found.iter().filter(|found| found["refusal"].is_object());
        let severities: Vec<&str> = refused.filter_map(|found| found["severity"].as_str()).collect();
        severities.join(" ")
    };
    assert_eq!(
        severities("resources: [../base, there.yaml]\nnamespace: web\n"),
        "info info info error"
    );
    assert_eq!(
        severities("resources: [../base]\nnamespace: web\n"),
        "info info error error"
    );
    // What lies elsewhere may bring any of them.
    assert_eq!(
        severities("resources: [../base, https://example.com/more]\nnamespace: web\n"),
        "info info info info"
    );
    assert_eq!(severities("resources: [../base]\n"), "error error error error");
}

/// Kustomizations move objects, but not the namespaces of others that these name.
#[test]
fn a_kustomization_leaves_other_namespaces_alone() {
    let binding = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: metrics, namespace: system}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: prometheus, namespace: monitoring}]
";
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: prometheus}\n";
    let run = |there: &str| {
        let folder = Folder::new(&[
            (
                "app/kustomization.yaml",
                "namespace: prod\nresources: [binding.yaml]\n",
            ),
            ("app/binding.yaml", binding),
            ("monitoring/kustomization.yaml", there),
            ("monitoring/account.yaml", account),
        ]);
        let args = ["check", "--complete", "--format", "concise"];
        folder.run(&args).stdout
    };
    let found = run("namespace: monitoring\nresources: [account.yaml]\n");
    assert!(!found.contains("references/"), "{found}");
    let lost = run("namespace: metrics\nresources: [account.yaml]\n");
    assert!(
        lost.contains("ServiceAccount `prometheus` in namespace `monitoring`"),
        "{lost}"
    );
}

/// As a pre-commit hook without `--index` passes files: what the kustomization beside or above one fills in, generates
/// and patches is known.
#[test]
fn of_a_single_file_the_kustomizations_above_it_are_known() {
    let pod = |secret: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {secret}}}\nspec: {{containers: [{{name: a, image: a, env: \
             [{{name: A, valueFrom: {{secretKeyRef: {{name: {secret}, key: password}}}}}}]}}]}}\n---\n"
        )
    };
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: cache}\nstringData: {user: a}\n---\n";
    let all = format!("{}{}{secret}", pod("made"), pod("cache"));
    let beside = "resources: [all.yaml, web.yaml]\nsecretGenerator: [{name: made, literals: [password=a]}]\n\
                  patches: [{path: patch.yaml, target: {kind: Secret}}]\n";
    let run = |files: &[(&str, &str)], here: &str, args: &[&str]| {
        let folder = Folder::new(
            &[
                &[
                    ("k8s/web/all.yaml", &*all),
                    ("k8s/web/web.yaml", NO_SELECTOR),
                    ("k8s/web/patch.yaml", "data: {other: YQ==}\n"),
                ],
                files,
            ]
            .concat(),
        );
        let mut command = folder.command(&["check", "--format", "json"]);
        command.current_dir(folder.path().join(here)).args(args);
        let json = super::answer(&mut command).json();
        let found = json["diagnostics"].as_array().expect("a list");
        let found = found.iter().map(|found| {
            let rule = found["rule"].as_str().unwrap_or_default();
            format!("{} {rule}", found["severity"].as_str().unwrap_or_default())
        });
        (found.collect::<Vec<_>>(), json["summary"]["files"].as_u64())
    };
    let references = ["info references/dangling-secret", "error references/missing-key"];
    let (found, files) = run(&[], "", &["k8s/web/all.yaml"]);
    assert_eq!((found, files), (references.map(String::from).to_vec(), Some(1)));
    for (name, here, file) in [
        ("k8s/web/kustomization.yaml", "", "k8s/web/all.yaml"),
        ("k8s/web/Kustomization", "", "./k8s/web/all.yaml"),
        ("k8s/web/kustomization.yml", "k8s/web", "all.yaml"),
        ("k8s/web/kustomization.yaml", "k8s", "../k8s/web/all.yaml"),
    ] {
        let (found, files) = run(&[(name, beside)], here, &[file]);
        assert_eq!((found, files), (vec![], Some(1)), "{name} {file}");
    }
    // An overlay elsewhere may patch what it takes in: nobody knows, unless the rest is looked at.
    let plain = ("k8s/web/kustomization.yaml", "resources: [all.yaml]\n");
    let (found, _) = run(&[plain], "", &["k8s/web/all.yaml"]);
    assert_eq!(
        found,
        ["info references/dangling-secret", "info references/missing-key"]
    );
    let (found, _) = run(&[plain], "", &["k8s/web/all.yaml", "--complete"]);
    assert_eq!(
        found,
        ["error references/dangling-secret", "error references/missing-key"]
    );
    let (found, _) = run(&[plain], "", &["k8s"]);
    assert!(
        found.contains(&"error references/missing-key".to_string()),
        "{found:?}"
    );
    // Given as well, it is one of the files.
    let both = ["k8s/web/all.yaml", "k8s/web/kustomization.yaml"];
    assert_eq!(
        run(&[("k8s/web/kustomization.yaml", beside)], "", &both),
        (vec![], Some(2))
    );
    // One above counts through the one beside, and completes what lacks a selector.
    let above = [
        ("k8s/web/kustomization.yaml", "resources: [web.yaml]\n"),
        (
            "k8s/kustomization.yaml",
            "resources: [web]\ncommonLabels: {app: web}\n",
        ),
    ];
    let errors = |files: &[(&str, &str)]| {
        let (found, _) = run(files, "", &["k8s/web/web.yaml"]);
        found.iter().filter(|found| found.starts_with("error")).count()
    };
    assert_eq!((errors(&above[..1]), errors(&above)), (3, 1));
}
