//! `kubeproof impact`: tables of manifests, commands and answers under `testdata/impact`, and what the command
//! says to people.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Folder;

/// The answer of the batch deletion that Huawei's documentation shows.
const RESPONSE: &str = r#"{
  "total" : 3,
  "success_secrets" : [ "secretName1", "secretName2" ],
  "failed_secrets" : [ {
    "secret_name" : "secretName3",
    "error_msg" : "CSMS.0107: Secret is already in the **Pending deletion** state."
  } ]
}
"#;

/// What a cluster prints after deletecollection, as Huawei's documentation of CCE shows it.
const SECRET_LIST: &str = r#"{
  "kind": "SecretList",
  "apiVersion": "v1",
  "metadata": {
    "selfLink": "/api/v1/namespaces/delns-12130306/secrets",
    "resourceVersion": "419248"
  },
  "items": [
    {
      "metadata": {
        "name": "default-token-zx6gk",
        "namespace": "delns-12130306",
        "annotations": {
          "generator": "JWT",
          "kubernetes.io/service-account.name": "default"
        },
        "enable": true
      },
      "data": { "ca.crt": "", "namespace": "ZGVsbnMtMTIxMzAzMDY=", "token": "" },
      "type": "kubernetes.io/service-account-token"
    },
    {
      "metadata": {
        "name": "st-del-12130306",
        "namespace": "delns-12130306",
        "enable": true
      },
      "data": { ".dockerconfigjson": "" },
      "type": "kubernetes.io/dockerconfigjson"
    }
  ]
}
"#;

/// A pod that pulls with the registry's Secret of that list, through its namespace's account.
const PULLS: &str = "\
apiVersion: v1
kind: ServiceAccount
metadata: {name: default, namespace: delns-12130306}
imagePullSecrets: [{name: st-del-12130306}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app, namespace: delns-12130306}
spec:
  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec:
      containers: [{name: c, image: registry.example.com/app:1}]
";

const CLASS: &str = "\
apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
metadata: {name: cloud, namespace: web}
spec:
  provider: cce
  parameters:
    objects: |
      - objectName: secretName3
        objectType: csms
";

/// The commands of a case, one a line after `$`.
fn commands(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.strip_prefix("$ "))
}

/// Words, of which those in single quotes hold spaces.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (i, part) in line.split('\'').enumerate() {
        if i % 2 == 1 {
            if let Some(last) = words.last_mut() {
                last.push_str(part);
            }
            continue;
        }
        for (j, word) in part.split(' ').enumerate() {
            if j > 0 {
                words.push(String::new());
            }
            if let Some(last) = words.last_mut() {
                last.push_str(word);
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn name_of(object: &Value) -> String {
    let text = |key: &str| object[key].as_str().unwrap_or_default().to_string();
    match object["namespace"].as_str() {
        Some(namespace) => format!("{} {namespace}/{}", text("kind"), text("name")),
        None => format!("{} {}", text("kind"), text("name")),
    }
}

/// `file:line:column Kind namespace/name field`
fn place_of(at: &Value) -> String {
    format!(
        "{}:{}:{} {} {}",
        at["file"].as_str().unwrap_or("?"),
        at["span"]["start"]["line"],
        at["span"]["start"]["column"],
        name_of(&at["object"]),
        at["field"].as_str().unwrap_or("?"),
    )
}

/// An answer in few words.
fn told(json: &Value) -> String {
    let mut out = String::new();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (safe, blocked) = (list(&json["safe"]), list(&json["blocked"]));
    assert_eq!(json["version"], 1);
    assert_eq!(json["total"], safe.len() + blocked.len());
    for (what, secrets) in [("blocked", blocked), ("safe", safe)] {
        for secret in secrets {
            let namespace = match &secret["namespace"] {
                Value::String(namespace) => format!("{namespace}/"),
                Value::Null if secret.get("namespace").is_some() => "?/".to_string(),
                _ => String::new(),
            };
            let _ = write!(
                out,
                "{what} {namespace}{}",
                secret["name"].as_str().unwrap_or("?")
            );
            for flag in ["csms", "undefined", "immutable"] {
                if secret[flag] == true {
                    let _ = write!(out, " {flag}");
                }
            }
            if let Some(account) = secret["serviceAccountToken"].as_str() {
                let _ = write!(out, " token of {account}");
            }
            out.push('\n');
            for healer in list(&secret["healedBy"]) {
                let broken = if healer["broken"] == true {
                    ", but breaks itself"
                } else {
                    ""
                };
                let values = healer["values"].as_str().unwrap_or("?");
                let _ = writeln!(
                    out,
                    "  again with {values} values by {}{broken}",
                    place_of(&healer)
                );
            }
            for reference in list(&secret["references"]) {
                let breaks = match reference["onNextUse"].as_bool() {
                    Some(true) => "when next used",
                    _ => reference["breaks"].as_str().unwrap_or("?"),
                };
                let guessed = if reference["guessed"] == true {
                    "guessed "
                } else {
                    ""
                };
                let _ = writeln!(out, "  {guessed}{breaks} {}", place_of(&reference));
                for via in list(&reference["via"]) {
                    let _ = writeln!(out, "    via {}", place_of(&via));
                }
            }
        }
    }
    for note in list(&json["notes"]) {
        let _ = writeln!(out, "note {}", note.as_str().unwrap_or("?"));
    }
    out
}

/// Runs a case's commands in its folder.
fn answers(folder: &Path, text: &str) -> String {
    let mut out: String = text
        .lines()
        .take_while(|line| line.starts_with('#'))
        .map(|line| format!("{line}\n"))
        .collect();
    let here = Folder::new(&[]);
    for line in commands(text) {
        let mut command = here.command(&["impact", "--format", "json"]);
        command.current_dir(folder).args(words(line));
        let answer = super::answer(&mut command);
        let _ = writeln!(out, "\n$ {line}\nexit {}", answer.code.unwrap_or(-1));
        if !answer.stdout.is_empty() {
            out.push_str(&told(&answer.json()));
        }
        for line in answer.stderr.lines() {
            let _ = writeln!(out, "stderr {line}");
        }
        assert!(!answer.stdout.contains("hunter2"), "{line}: a value is shown");
    }
    out
}

/// `KUBEPROOF_UPDATE=1` writes the answers down; read them before you believe them.
#[test]
fn every_case_has_its_answers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/impact");
    let mut folders: Vec<PathBuf> = fs::read_dir(&root)
        .expect("cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert!(folders.len() > 10, "{}", folders.len());
    let mut differ = Vec::new();
    for folder in folders {
        let file = folder.join("commands.txt");
        let expected = fs::read_to_string(&file).expect("commands");
        assert!(commands(&expected).next().is_some(), "{}", file.display());
        let found = answers(&folder, &expected);
        if found == expected {
            continue;
        }
        if std::env::var_os("KUBEPROOF_UPDATE").is_some() {
            fs::write(&file, &found).expect("written");
        }
        differ.push(format!("{}\n{found}", file.display()));
    }
    assert!(differ.is_empty(), "{}", differ.join("\n\n"));
}

#[test]
fn the_documented_examples() {
    let folder = Folder::new(&[
        ("secrets.txt", SECRET_LIST),
        ("response.txt", RESPONSE),
        ("app.yaml", PULLS),
        ("class.yaml", CLASS),
    ]);
    let list = ["impact", "-n", "delns-12130306", "--inventory", "secrets.txt"];
    insta::assert_snapshot!("the_documented_list", folder.run(&list));
    let json = folder.run(&[&list[..], &["--format", "json"]].concat());
    insta::assert_snapshot!("the_documented_list_in_json", json);
    let response = ["impact", "--csms-response", "response.txt"];
    insta::assert_snapshot!("the_documented_response", folder.run(&response));
    let json = folder.run(&[&response[..], &["--format", "json"]].concat());
    insta::assert_snapshot!("the_documented_response_in_json", json);
}

#[test]
fn text_is_a_tree() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/impact");
    let run = |name: &str, args: &[&str]| {
        let here = Folder::new(&[]);
        let mut command = here.command(&[&["impact"], args].concat());
        command.current_dir(case.join(name));
        super::answer(&mut command).to_string()
    };
    insta::assert_snapshot!("tree_of_pods", run("pods", &["-n", "web"]));
    insta::assert_snapshot!("tree_of_chains", run("external-secrets", &["-n", "web"]));
    insta::assert_snapshot!(
        "tree_in_colour",
        run("accounts", &["regcred", "-n", "web", "--color", "always"])
    );
    insta::assert_snapshot!(
        "tree_of_cloud_secrets",
        run("csms", &["--csms-response", "response.json"])
    );
}

#[test]
fn bad_usage_is_2_and_says_what_to_do() {
    let folder = Folder::new(&[
        ("app.yaml", PULLS),
        (
            "request.txt",
            "{\"instance_id\": \"i-1\", \"instance_type\": \"RDS\"}",
        ),
        (
            "wrong.txt",
            "{\n  \"instance_type\": \"MySQL\",\n  \"instanceId\": \"i-1\"\n}\n",
        ),
        ("sum.txt", "{\"total\": 2, \"success_secrets\": [\"a\"]}"),
        ("none.txt", "{\"total\": 0, \"success_secrets\": []}"),
    ]);
    let mut out = String::new();
    let runs: [&[&str]; 23] = [
        &[],
        &["-l", "tier in prod", "--field-selector", "name=x", "-n", "web"],
        &["-l", "", "--field-selector", ""],
        &["db", "-l", "a=b", "-n", "web"],
        &["-n", "", "db"],
        &["-n", "web", "-A"],
        &["--csms-request", "request.txt"],
        &["--csms-request", "wrong.txt"],
        &["--csms-response", "sum.txt"],
        &["--csms-response", "none.txt"],
        &["--csms-response", "missing.txt"],
        &["--csms-response", "."],
        &["--csms-request", "request.txt", "-n", "web", "db"],
        &["db", "-f", "missing"],
        &["db", "-f", "request.txt"],
        &["-n", "web", "-l", "app=nothing"],
        &["-n", "web", "--selector=a=\u{1b}[31m("],
        &["-A", "."],
        &["app.yaml", "./apps", "-n", "web"],
        &["web/db"],
        &["secret/db"],
        &["My_Secret"],
        &["--csms-request", "request.txt", "."],
    ];
    for args in runs {
        let answer = folder.run(&[&["impact"], args].concat());
        assert_eq!(answer.code, Some(2), "{args:?}: {answer}");
        let _ = writeln!(out, "$ {}\n{}", args.join(" ").escape_debug(), answer.stderr);
    }
    insta::assert_snapshot!(out);
}

#[test]
fn names_that_nothing_has_are_not_called_safe() {
    let folder = Folder::new(&[("a.yaml", PULLS)]);
    let name = "apiVersion: v1\nkind: Secret\nmetadata: {name: shop-database, namespace: web}\n";
    folder.write("b.yaml", name);
    let slip = folder.run(&["impact", "shop-databse", "-n", "web"]);
    assert_eq!(slip.code, Some(0), "{slip}");
    assert!(
        slip.stdout.contains("nothing that was read has it, or uses it"),
        "{slip}"
    );
    assert!(slip.stdout.contains("did you mean `shop-database`?"), "{slip}");
    let elsewhere = folder.run(&["impact", "shop-database", "-n", "wbe"]);
    assert!(
        elsewhere
            .stdout
            .contains("one of this name is in namespace `web`"),
        "{elsewhere}"
    );
    let there = folder.run(&["impact", "shop-database", "-n", "web"]);
    assert!(there.stdout.contains("it is safe"), "{there}");
    let both = folder.run(&["impact", "shop-database", "ghost", "-n", "web"]);
    let said = "1 is safe; nothing that was read has or uses the rest (1)";
    assert!(both.stdout.contains(said), "{both}");
    let ghosts = folder.run(&["impact", "phantom", "ghost", "-n", "web"]);
    let said = "nothing that was read has any of them, or uses one";
    assert!(ghosts.stdout.contains(said), "{ghosts}");
}

#[test]
fn what_controllers_find_by_labels_is_called_out() {
    let secret = |name: &str, label: &str| {
        format!(
            "{{apiVersion: v1, kind: Secret, metadata: {{name: {name}, namespace: ops, labels: {{{label}}}}}, \
             stringData: {{url: hunter2}}}}\n---\n"
        )
    };
    let folder = Folder::new(&[("a.yaml", "")]);
    let key = secret("key", "sealedsecrets.bitnami.com/sealed-secrets-key: active");
    let repository = secret("repo", "argocd.argoproj.io/secret-type: repository");
    let other = secret("other", "argocd.argoproj.io/secret-type: other");
    folder.write("a.yaml", [key, repository, other].concat());
    let answer = folder.run(&["impact", "-n", "ops"]);
    for said in ["a key of Sealed Secrets", "a repository of Argo CD"] {
        assert_eq!(answer.stdout.matches(said).count(), 1, "{answer}");
    }
    assert!(!answer.stdout.contains("hunter2"), "{answer}");
}

#[test]
fn aliases_bring_no_value_of_a_secret_into_what_patches_name() {
    let kustomization = "namespace: prod\nresources: [a.yaml]\n\
        secretGenerator: [{name: s, literals: [&x password=hunter2]}]\n\
        patches:\n\
        - target: {kind: Deployment}\n\
        \u{20} patch: [{op: add, path: /spec/template/spec/imagePullSecrets, value: [{name: *x}]}]\n\
        - {path: ops.yaml, target: {kind: *x, name: *x}}\n\
        - target: {kind: *x, name: *x}\n\
        \u{20} patch: [{op: add, path: /spec/pullSecrets, value: [{name: inline}]}]\n\
        patchesStrategicMerge:\n\
        - {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {imagePullSecrets: [{name: *x}]}}\n";
    let folder = Folder::new(&[
        ("kustomization.yaml", kustomization),
        (
            "a.yaml",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n",
        ),
        (
            "ops.yaml",
            "[{op: add, path: /spec/pullSecrets, value: [{name: file}]}]\n",
        ),
    ]);
    for args in [
        &["impact", "-n", "prod"][..],
        &["impact", "-n", "prod", "--format", "json"],
    ] {
        let answer = folder.run(args);
        assert!(
            answer.stdout.contains("file") && answer.stdout.contains("inline"),
            "{answer}"
        );
        assert!(!format!("{answer}").contains("hunter2"), "{answer}");
    }
}

#[test]
fn files_of_values_are_no_objects_of_a_graph() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/impact/values");
    let here = Folder::new(&[]);
    let mut command = here.command(&["graph"]);
    command.current_dir(case);
    let answer = super::answer(&mut command);
    assert!(!answer.stdout.contains("values.yaml  names nothing"), "{answer}");
    assert!(answer.stdout.contains("HelmChartProxy cni"), "{answer}");
}

#[test]
fn what_cannot_be_read_is_trouble() {
    let broken = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [\n";
    let folder = Folder::new(&[("a.yaml", PULLS), ("b.yaml", broken)]);
    let answer = folder.run(&["impact", "x", "-n", "web"]);
    assert_eq!(answer.code, Some(2), "{answer}");
    assert!(
        answer.stderr.contains("b.yaml:5: cannot be read from here on"),
        "{answer}"
    );
    assert!(answer.stdout.contains("? web/x"), "the rest is told: {answer}");
    assert!(answer.stdout.contains("not known to be safe"), "{answer}");
    let json = folder
        .run(&["impact", "x", "-n", "web", "--format", "json"])
        .json();
    assert_eq!(json["complete"], false);
    assert!(
        json["unread"][0]
            .as_str()
            .is_some_and(|said| said.starts_with("b.yaml:5: ")),
        "{json}"
    );
    let chart = Folder::new(&[
        ("a.yaml", PULLS),
        ("chart/Chart.yaml", "name: c\n"),
        ("chart/templates/x.yaml", "a: {{ .b }}\n"),
    ]);
    let answer = chart.run(&["impact", "x", "-n", "web"]);
    assert_eq!(answer.code, Some(0), "{answer}");
    assert!(
        answer.stdout.contains("chart/templates/x.yaml, cannot tell"),
        "{answer}"
    );
}

#[test]
fn manifests_come_from_where_they_are_said_to_be() {
    let folder = Folder::new(&[("k8s/app.yaml", PULLS), ("other/class.yaml", CLASS)]);
    let code = |args: &[&str]| {
        folder
            .run(&[&["impact", "st-del-12130306", "-n", "delns-12130306"], args].concat())
            .code
    };
    assert_eq!(code(&[]), Some(1));
    assert_eq!(code(&["-f", "other"]), Some(0));
    assert_eq!(code(&["-f", "other", "--path", "k8s/app.yaml"]), Some(1));
    assert_eq!(code(&["-f", "other", "--index", "k8s"]), Some(1));
    let args = ["impact", "st-del-12130306", "-n", "delns-12130306", "-f", "-"];
    assert_eq!(folder.run_with(&args, PULLS).code, Some(1));
}

#[test]
fn the_answer_does_not_depend_on_threads() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/impact");
    let run = |threads: &str| {
        let here = Folder::new(&[]);
        let mut command = here.command(&["impact", "-A", "--threads", threads]);
        command.current_dir(&case);
        super::answer(&mut command).to_string()
    };
    assert_eq!(run("1"), run("7"));
}

#[test]
fn one_name_in_each_of_many_namespaces_is_walked_quickly() {
    let both = |i: u32| {
        format!(
            "{{apiVersion: v1, kind: Secret, metadata: {{name: db, namespace: n{i}}}}}\n---\n{{apiVersion: v1, kind: \
             Pod, metadata: {{name: p, namespace: n{i}}}, spec: {{imagePullSecrets: [{{name: db}}], containers: \
             [{{name: c, image: x}}]}}}}\n"
        )
    };
    let all: Vec<String> = (0..4_000).map(both).collect();
    let folder = Folder::new(&[("a.yaml", &all.join("---\n"))]);
    let start = std::time::Instant::now();
    let answer = folder.run(&["impact", "-A", "--format", "json"]);
    assert!(answer.stdout.contains("n3999"), "{}", answer.stderr);
    assert!(start.elapsed().as_secs() < 8, "{:?}", start.elapsed());
}
