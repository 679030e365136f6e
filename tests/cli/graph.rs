//! `kubeproof graph`: every format of one small tree, what is around an object, and what the command says when
//! there is no such object.

use super::Folder;

const SHOP: [(&str, &str); 3] = [
    (
        "deployment.yaml",
        include_str!("../../examples/shop/deployment.yaml"),
    ),
    ("ingress.yaml", include_str!("../../examples/shop/ingress.yaml")),
    ("secret.yaml", include_str!("../../examples/shop/secret.yaml")),
];

/// What makes, selects, does without, and what has names to break out of quotes, tags and labels.
const MORE: &str = r##"apiVersion: v1
kind: Service
metadata: {name: shop, namespace: web}
spec: {selector: {app: shop}, ports: [{port: 8080}]}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: tokens, namespace: web}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  target: {name: tokens}
  data: [{secretKey: api, remoteRef: {key: shop}}]
---
apiVersion: v1
kind: Pod
metadata: {name: "</script><b>\"];n0-->n1\\", namespace: "a\"b#quot;\n%%c"}
spec:
  containers: [{name: main, image: a, envFrom: [{secretRef: {name: "x`|y\u001b[2J\u202e"}}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: job, namespace: web}
spec:
  serviceAccountName: default
  containers:
    - name: main
      image: a
      envFrom: [{secretRef: {name: tokens}}, {configMapRef: {name: extra, optional: true}}]
  volumes: [{name: a, secret: {secretName: tokens}}]
---
apiVersion: v1
kind: Secret
metadata: {name: shop-cache, namespace: other}
stringData: {password: hunter2hunter2}
---
apiVersion: v1
kind: Pod
metadata: {name: cache, namespace: web}
spec: {containers: [{name: main, image: a, envFrom: [{secretRef: {name: shop-cache}}]}]}
"##;

fn folder() -> Folder {
    let folder = Folder::new(&SHOP);
    folder.write("more.yaml", MORE);
    folder
}

#[test]
fn formats() {
    let folder = folder();
    for format in ["text", "dot", "mermaid", "json"] {
        let answer = folder.run(&["graph", "--format", format]);
        insta::assert_snapshot!(format!("graph-{format}"), answer);
        for value in ["hunter2", "correct horse", "\u{1b}[2J", "\u{202e}"] {
            let shown = match format {
                "json" => answer.stdout.replace("x`|y\\u001b[2J\u{202e}", ""), // text that programs read
                _ => answer.stdout.clone(),
            };
            assert!(!shown.contains(value), "{format} shows {value:?}");
        }
    }
}

#[test]
fn the_page_is_whole_and_names_stay_in_its_data() {
    let folder = folder();
    let answer = folder.run(&["graph", "--format", "html", "-o", "graph.html"]);
    assert_eq!(answer.to_string(), "exit: 0");
    let page = std::fs::read_to_string(folder.path().join("graph.html")).expect("a page");
    assert_eq!(page.matches("</script>").count(), 2);
    assert!(page.ends_with("</html>\n") && !page.contains("/*DATA*/"));
    assert!(!page.contains("hunter2") && !page.contains("correct horse"));
    for away in ["src=", "href=", "url(", "@import", "://", "fetch("] {
        assert!(!page.contains(away), "{away}");
    }
    let data = page
        .split_once("id=\"data\">")
        .and_then(|(_, rest)| rest.split_once("</script>"));
    let data: serde_json::Value = serde_json::from_str(data.expect("data").0).expect("JSON");
    let names: Vec<&str> = data["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .filter_map(|node| node[1].as_str())
        .collect();
    assert!(names.contains(&"</script><b>\"];n0-->n1\\"), "{names:?}");
    // Nothing lies on anything else.
    let corners: Vec<(f64, f64)> = data["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .map(|node| (node[3].as_f64().expect("x"), node[4].as_f64().expect("y")))
        .collect();
    let (w, h) = (
        data["size"][0].as_f64().unwrap(),
        data["size"][1].as_f64().unwrap(),
    );
    for (i, a) in corners.iter().enumerate() {
        for b in &corners[..i] {
            assert!((a.0 - b.0).abs() >= w || (a.1 - b.1).abs() >= h, "{a:?} {b:?}");
        }
    }
}

#[test]
fn around_one_object() {
    let folder = folder();
    let mut all = String::new();
    for args in [
        &["secret/web/shop-tsl"][..],
        &["SECRETS/tokens", "--depth", "1"],
        &["deploy.apps/shop", "--depth", "0"],
        &["svc/web/shop"],
        &["externalsecrets/web/tokens"],
        // What is not there:
        &["secret/web/shop-tl"],
        &["sercet/web/shop-tls"],
        &["pod/web/shop"],
        &["configmap/web/nothing-like-it"],
        &["po/none"],
        &["shop"],
        &["a/b/c/d"],
    ] {
        let answer = folder.run(&[&["graph", "--around"], args].concat());
        all.push_str(&format!("$ --around {}\n{answer}\n\n", args.join(" ")));
    }
    insta::assert_snapshot!("graph-around", all);
}

#[test]
fn the_same_name_twice_must_be_told_apart() {
    let pod = |namespace: &str| {
        format!("{{apiVersion: v1, kind: Pod, metadata: {{name: a, namespace: {namespace}}}}}\n")
    };
    let folder = Folder::new(&[("a.yaml", &format!("{}---\n{}", pod("one"), pod("two")))]);
    let answer = folder.run(&["graph", "--around", "pod/a"]);
    assert_eq!(answer.code, Some(2));
    assert_eq!(
        answer.stderr,
        "error: --around: there are several; say which: `pod/one/a` or `pod/two/a`\n"
    );
    let answer = folder.run(&["graph", "--around", "pod/two/a", "--format", "json"]);
    let nodes = answer.json()["nodes"].clone();
    assert_eq!(nodes.as_array().map(Vec::len), Some(1));
    assert_eq!(nodes[0]["namespace"], "two");
}

#[test]
fn kustomizations_rename_and_make() {
    let folder = Folder::new(&[
        (
            "base/kustomization.yaml",
            "resources: [pod.yaml]\nconfigMapGenerator: [{name: settings, literals: [A=1]}]\n",
        ),
        (
            "base/pod.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a, envFrom: \
             [{configMapRef: {name: settings}}]}]}\n",
        ),
        (
            "over/kustomization.yaml",
            "namespace: prod\nresources: [../base]\n",
        ),
    ]);
    let answer = folder.run(&["graph", "--format", "json"]).json();
    let nodes = answer["nodes"].as_array().expect("nodes");
    assert_eq!(nodes.len(), 2, "{answer}");
    assert!(nodes.iter().all(|node| node["namespace"] == "prod"), "{answer}");
    assert_eq!(nodes[0]["state"], "made");
    assert_eq!(nodes[0]["places"][0]["file"], "base/kustomization.yaml");
    assert_eq!(answer["edges"][0]["dangling"], false);
}

#[test]
fn an_index_and_an_inventory_count_and_nothing_is_trouble() {
    let folder = folder();
    folder.write(
        "cluster.json",
        "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{\"apiVersion\": \"v1\", \
        \"kind\": \"Secret\", \"metadata\": {\"name\": \"shop-tsl\", \"namespace\": \"web\"}}]}",
    );
    let dangling = |args: &[&str]| {
        let answer = folder
            .run(&[&["graph", "--format", "json", "ingress.yaml"], args].concat())
            .json();
        let edges = answer["edges"].as_array().expect("edges").clone();
        edges.iter().filter(|edge| edge["dangling"] == true).count()
    };
    assert_eq!(dangling(&[]), 3);
    assert_eq!(dangling(&["--index", "more.yaml"]), 2);
    assert_eq!(
        dangling(&["--index", "more.yaml", "--inventory", "cluster.json"]),
        1
    );
    let empty = Folder::new(&[]);
    let answer = empty.run(&["graph"]);
    assert_eq!(answer.code, Some(2), "{answer}");
    assert!(answer.stderr.contains("nothing to draw"), "{answer}");
    let answer = folder.run(&["graph", "nowhere", "--format", "dot"]);
    assert_eq!(answer.code, Some(2), "{answer}");
}

#[test]
fn the_page_for_users_shows_what_is_printed() {
    let page = include_str!("../../docs/graph.md");
    let folder = Folder::new(&[]);
    for (name, text) in SHOP {
        folder.write(&format!("examples/shop/{name}"), text);
    }
    let mut shown = 0;
    for block in page.split("```console\n$ kubeproof ").skip(1) {
        let (block, _) = block.split_once("```\n").expect("an end");
        let (command, output) = block.split_once('\n').expect("a command");
        if output.is_empty() {
            continue; // it shows how to call the program only
        }
        let answer = folder.run(&command.split(' ').collect::<Vec<_>>());
        assert_eq!(answer.stdout, output, "{command}");
        shown += 1;
    }
    assert_eq!(shown, 2);
}

/// A pod and an Ingress that want keys which the Secrets and the ConfigMap do not have, beside others that may.
const KEYS: &str = "apiVersion: v1
kind: Secret
metadata: {name: db, namespace: web}
stringData: {user: hunter2hunter2, url: hunter2hunter2}
---
apiVersion: v1
kind: Secret
metadata: {name: tls, namespace: web}
stringData: {tls.crt: hunter2hunter2}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: web}
immutable: true
data: {LEVEL: info}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: token, namespace: web}
spec:
  secretStoreRef: {name: vault, kind: ClusterSecretStore}
  dataFrom: [{extract: {key: token}}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: web}
spec:
  tls: [{hosts: [a.example.com], secretName: tls}]
  rules:
    - {host: a.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 81}}}}]}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: web, labels: {app: web}}
spec:
  containers:
    - name: web
      image: web
      env:
        - {name: A, valueFrom: {secretKeyRef: {name: db, key: user}}}
        - {name: B, valueFrom: {secretKeyRef: {name: db, key: \"pass\\\"]|word\"}}}
        - {name: C, valueFrom: {secretKeyRef: {name: db, key: absent, optional: true}}}
        - {name: D, valueFrom: {secretKeyRef: {name: token, key: any}}}
  volumes:
    - name: settings
      configMap: {name: settings, items: [{key: LEVEL, path: a}, {key: FORMAT, path: b}, {key: COLOUR, path: c}]}
";

#[test]
fn keys_that_are_not_there_are_marked() {
    let folder = Folder::new(&[("web.yaml", KEYS)]);
    for format in ["text", "dot", "mermaid", "json"] {
        let answer = folder.run(&["graph", "--format", format]);
        insta::assert_snapshot!(format!("keys-{format}"), answer);
    }
    folder.run(&["graph", "--format", "html", "-o", "graph.html"]);
    let page = std::fs::read_to_string(folder.path().join("graph.html")).expect("a page");
    assert!(page.contains("[\"FORMAT\",\"COLOUR\"]") && !page.contains("hunter2"));
    let around = folder.run(&["graph", "--around", "secret/web/db", "--depth", "1"]);
    assert!(around.stdout.contains("1 missing a key"), "{around}");
}

#[test]
fn keys_are_marked_only_where_the_one_that_is_meant_is_known() {
    let secret = |more: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: db{more}}}\nstringData: {{user: a}}\n")
    };
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a, env: [{name: \
               A, valueFrom: {secretKeyRef: {name: db, key: password}}}]}]}\n";
    let lacks = |files: &[(&str, &str)], args: &[&str]| {
        let folder = Folder::new(files);
        let answer = folder
            .run(&[&["graph", "--format", "json"], args].concat())
            .json();
        let edges = answer["edges"].as_array().expect("edges").clone();
        edges.iter().filter(|edge| edge["lacks"].is_array()).count()
    };
    let plain = secret("");
    assert_eq!(lacks(&[("x/a.yaml", &plain), ("x/b.yaml", pod)], &[]), 1);
    // Elsewhere it may be another of the same name.
    assert_eq!(lacks(&[("x/a.yaml", &plain), ("y/b.yaml", pod)], &[]), 0);
    // One of two has it.
    let other = plain.replace("user", "password");
    let two = [("x/a.yaml", &*plain), ("x/b.yaml", pod), ("x/c.yaml", &*other)];
    assert_eq!(lacks(&two, &[]), 0);
    // What makes or changes it does not say all of its keys.
    for more in [
        ", annotations: {replicator.v1.mittwald.de/replicate-from: a/b}",
        ", labels: {app.kubernetes.io/part-of: argocd}",
    ] {
        assert_eq!(
            lacks(&[("x/a.yaml", &secret(more)), ("x/b.yaml", pod)], &[]),
            0,
            "{more}"
        );
    }
    let patched = "resources: [a.yaml, b.yaml]\npatches: [{path: away.yaml, target: {kind: Secret}}]\n";
    let patched = [
        ("x/a.yaml", &*plain),
        ("x/b.yaml", pod),
        ("x/kustomization.yaml", patched),
    ];
    assert_eq!(lacks(&patched, &[]), 0);
    // A file that only tells what else is there is not judged.
    let folder = [("x/a.yaml", &*plain), ("x/b.yaml", pod)];
    assert_eq!(lacks(&folder, &["x/a.yaml", "--index", "x"]), 0);
    assert_eq!(lacks(&folder, &["x/b.yaml", "--index", "x"]), 1);
}

/// What Flux applies is shown in its target namespace, unless an alias makes a Secret's value one.
#[test]
fn flux_says_where_objects_are_and_an_alias_does_not() {
    let text = |target: &str| {
        format!(
            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {{name: s}}\n  \
             stringData: {{p: &p hunter2hunter2}}\n- apiVersion: kustomize.toolkit.fluxcd.io/v1\n  kind: \
             Kustomization\n  metadata: {{name: k}}\n  spec: {{path: ./app, targetNamespace: {target}, sourceRef: \
             {{kind: GitRepository, name: flux-system}}}}\n"
        )
    };
    let shown = |target: &str, format: &str| {
        let folder = Folder::new(&[
            ("flux.yaml", &text(target)),
            (
                "app/db.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\n",
            ),
        ]);
        folder.run(&["graph", "--format", format]).stdout
    };
    assert!(shown("web", "text").contains("namespace web\n  Secret db"));
    for format in ["text", "json", "dot", "mermaid", "html"] {
        assert!(!shown("*p", format).contains("hunter2"), "{format}");
    }
}
