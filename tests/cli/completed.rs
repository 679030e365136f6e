//! What bases lack by design, and overlays fill in.

use super::Folder;

const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: app
          volumeMounts: [{name: data, mountPath: /data}]
        - {name: side, image: side:1}
      volumes: [{name: tmp, emptyDir: {}}]
";

const BASE: &str = "resources: [all.yaml]\n";
const PLAIN: &str = "resources: [../base]\n";

/// The findings with a refusal in `base/all.yaml`: `severity field`, and who is left with it.
fn found(base: &str, files: &[(&str, &str)]) -> Vec<String> {
    let folder = Folder::new(&[("base/all.yaml", base), ("base/kustomization.yaml", BASE)]);
    for (path, text) in files {
        folder.write(path, text);
    }
    let answer = folder.run(&["check", "--format", "json"]);
    let json = answer.json();
    let found = json["diagnostics"].as_array().expect("a list");
    let mut all = Vec::new();
    for one in found.iter().filter(|one| one.get("refusal").is_some()) {
        assert_eq!(one["file"], "base/all.yaml", "{one:#}");
        let (severity, field) = (&one["severity"], &one["refusal"]["field"]);
        let mut line = format!(
            "{} {}",
            severity.as_str().expect("a word"),
            field.as_str().expect("a path")
        );
        for left in one["related"].as_array().expect("a list") {
            if let Some(by @ ("prod/kustomization.yaml" | "test/kustomization.yaml")) = left["file"].as_str()
            {
                line.push_str(&format!(", left to {by}"));
            }
        }
        all.push(line);
    }
    let fails = all.iter().any(|line| line.starts_with("error"));
    assert_eq!(answer.code, Some(i32::from(fails)), "{answer}");
    all.sort();
    all
}

/// What becomes of WEB's missing image and volume when `prod/kustomization.yaml` says this beside its resources.
fn web(more: &str, files: &[(&str, &str)]) -> [bool; 2] {
    let prod = format!("{PLAIN}{more}");
    let files = [files, &[("prod/kustomization.yaml", &*prod)]].concat();
    let found = found(WEB, &files);
    let fields = [
        "spec.template.spec.containers[0].image",
        "spec.template.spec.containers[0].volumeMounts[0].name",
    ];
    fields.map(|field| {
        let is = |severity: &str| found.contains(&format!("{severity} {field}"));
        assert!(is("info") || is("error"), "{found:?}");
        is("info")
    })
}

/// A partial object of a kind and a name, whose pod is this.
fn partial(kind: &str, name: &str, pod: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: {name}}}, spec: {{template: {{spec: {{{pod}}}}}}}}}"
    )
}

const IMAGE: &str = "containers: [{name: app, image: app1}]";
const VOLUME: &str = "volumes: [{name: data, emptyDir: {}}]";

#[test]
fn partial_objects_fill_in_what_they_say() {
    let image = partial("Deployment", "web", IMAGE);
    let volume = partial("Deployment", "web", VOLUME);
    let file = [("prod/patch.yaml", &*image)];
    assert_eq!(web("", &[]), [false, false]);
    assert_eq!(web("patches: [{path: patch.yaml}]", &file), [true, false]);
    assert_eq!(web("patchesStrategicMerge: [patch.yaml]", &file), [true, false]);
    let both = format!("{image}\n---\n{volume}\n");
    let both = [("prod/patch.yaml", &*both)];
    assert_eq!(web("patches: [{path: patch.yaml}]", &both), [true, true]);
    let inline = |patch: &str| web(&format!("patches: [{{patch: '{patch}'}}]"), &[]);
    assert_eq!(inline(&image), [true, false]);
    assert_eq!(inline(&volume), [false, true]);
    for (kind, name, pod) in [
        ("Deployment", "other", IMAGE),
        ("StatefulSet", "web", IMAGE),
        ("Deployment", "web", "containers: [{name: new, image: app1}]"),
        ("Deployment", "web", "containers: [{name: app, command: [a]}]"),
        ("Deployment", "web", "containers: [{name: app, image: null}]"),
        (
            "Deployment",
            "web",
            "containers: [{name: app, image: app1, $patch: delete}]",
        ),
        ("Deployment", "web", "volumes: [{name: dat, emptyDir: {}}]"),
        ("Deployment", "web", "initContainers: [{name: app, image: app1}]"),
    ] {
        assert_eq!(
            inline(&partial(kind, name, pod)),
            [false, false],
            "{kind} {name} {pod}"
        );
    }
    let other = image.replace("apps/v1", "extensions/v1beta1");
    assert_eq!(inline(&other), [false, false]);
    let gone = image.replace("{apiVersion", "{$patch: delete, apiVersion");
    assert_eq!(inline(&gone), [false, false]);
}

#[test]
fn targets_say_for_whom_a_patch_is() {
    let patch = partial("Deployment", "unused", IMAGE);
    let to = |target: &str| web(&format!("patches: [{{target: {target}, patch: '{patch}'}}]"), &[]);
    for target in [
        "{kind: Deployment}",
        "{name: web}",
        "{kind: Deploy.*, name: w.b|db}",
        "{group: apps, version: v1, kind: Deployment, name: web}",
        "{kind: Deployment, namespace: default}",
    ] {
        assert_eq!(to(target), [true, false], "{target}");
    }
    for target in [
        "{kind: StatefulSet}",
        "{name: we}",
        "{kind: Deployment, name: db}",
        "{kind: Deployment, group: extensions}",
        "{kind: Deployment, version: v1beta1}",
        "{kind: Deployment, namespace: prod}",
        "{kind: Deployment, labelSelector: app=web}",
        "{kind: Deployment, annotationSelector: a=b}",
    ] {
        assert_eq!(to(target), [false, false], "{target}");
    }
}

#[test]
fn operations_fill_in_what_they_write() {
    let pod = "/spec/template/spec";
    let inline = |operation: &str| {
        let operation = operation.replace("POD", pod);
        web(
            &format!("patches: [{{target: {{kind: Deployment}}, patch: '[{{{operation}}}]'}}]"),
            &[],
        )
    };
    for (operation, fills) in [
        (
            "op: add, path: POD/containers/0/image, value: app1",
            [true, false],
        ),
        (
            "op: replace, path: POD/containers/0/image, value: app1",
            [true, false],
        ),
        (
            "op: replace, path: POD/containers, value: [{name: app, image: app1}]",
            [true, false],
        ),
        (
            "op: replace, path: POD/containers/0, value: {name: app, image: app1}",
            [true, false],
        ),
        (
            "op: copy, from: POD/containers/1/image, path: POD/containers/0/image",
            [true, false],
        ),
        (
            "op: add, path: POD/volumes/-, value: {name: data, emptyDir: {}}",
            [false, true],
        ),
        (
            "op: add, path: POD/volumes, value: [{name: data, emptyDir: {}}]",
            [false, true],
        ),
        (
            "op: add, path: POD/containers/1/image, value: app1",
            [false, false],
        ),
        (
            "op: add, path: POD/containers/0, value: {name: new, image: app1}",
            [false, false],
        ),
        (
            "op: replace, path: POD/containers, value: [{name: app}]",
            [false, false],
        ),
        (
            "op: test, path: POD/containers/0/image, value: app1",
            [false, false],
        ),
        ("op: remove, path: POD/containers/0/image", [false, false]),
        (
            "op: add, path: POD/volumes/-, value: {name: dat, emptyDir: {}}",
            [false, false],
        ),
    ] {
        assert_eq!(inline(operation), fills, "{operation}");
    }
    let json = r#"[{"op": "add", "path": "/spec/template/spec/containers/0/image", "value": "app1"}]"#;
    let file = [("prod/patch.json", json)];
    let old = "patchesJson6902: [{path: patch.json, target: {version: v1, kind: Deployment, name: web}}]";
    assert_eq!(web(old, &file), [true, false]);
    let replaces = |container: &str| {
        let field = format!("spec.template.spec.containers.[name={container}].image");
        let targets =
            format!("[{{select: {{kind: Deployment}}, fieldPaths: ['{field}'], options: {{create: true}}}}]");
        web(
            &format!("replacements: [{{source: {{kind: ConfigMap, name: c}}, targets: {targets}}}]"),
            &[],
        )
    };
    assert_eq!(replaces("app"), [true, false]);
    assert_eq!(replaces("side"), [false, false]);
    let reject = "select: {kind: Deployment}, reject: [{name: web}], fieldPaths: \
                  [spec.template.spec.containers.0.image], options: {create: true}";
    let reject = format!("replacements: [{{source: {{kind: ConfigMap, name: c}}, targets: [{{{reject}}}]}}]");
    assert_eq!(web(&reject, &[]), [false, false]);
}

#[test]
fn every_build_has_to_fill_it_in() {
    let image = format!(
        "patches: [{{patch: '{}'}}]\n",
        partial("Deployment", "web", IMAGE)
    );
    let fills = format!("{PLAIN}{image}");
    let component = format!("kind: Component\n{image}");
    let severity = |files: &[(&str, &str)]| {
        let mut found = found(WEB, files).into_iter();
        found.find(|line| line.contains("image")).expect("a finding")
    };
    let (info, error) = (
        "info spec.template.spec.containers[0].image",
        "error spec.template.spec.containers[0].image",
    );
    let own = format!("{BASE}{image}");
    assert_eq!(severity(&[("base/kustomization.yaml", &own)]), info);
    let nested = [
        ("mid/kustomization.yaml", &*fills),
        ("prod/kustomization.yaml", "resources: [../mid]\n"),
    ];
    assert_eq!(severity(&nested), info);
    let uses = "resources: [../base]\ncomponents: [../part]\n";
    let part = ("part/kustomization.yaml", &*component);
    assert_eq!(severity(&[part, ("prod/kustomization.yaml", uses)]), info);
    assert_eq!(severity(&[part, ("prod/kustomization.yaml", PLAIN)]), error);
    let renamed = format!(
        "resources: [../mid]\n{}",
        image.replace("name: web", "name: dev-web")
    );
    let prefixes = (
        "mid/kustomization.yaml",
        "resources: [../base]\nnamePrefix: dev-\n",
    );
    assert_eq!(severity(&[prefixes, ("prod/kustomization.yaml", &renamed)]), info);
    let (prod, test) = ("prod/kustomization.yaml", "test/kustomization.yaml");
    assert_eq!(severity(&[(prod, &fills), (test, &fills)]), info);
    assert_eq!(
        severity(&[(prod, &fills), (test, PLAIN)]),
        format!("{error}, left to {test}")
    );
    let flux = |patch: &str| {
        format!(
            "{{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {{name: a}}, spec: {{interval: \
             1m, prune: true, path: ./prod, sourceRef: {{kind: GitRepository, name: flux-system}}, {patch}}}}}"
        )
    };
    let (filled, plain) = (flux(&image), flux("wait: true"));
    assert_eq!(severity(&[(prod, PLAIN), ("clusters/a.yaml", &filled)]), info);
    assert_eq!(severity(&[(prod, PLAIN), ("clusters/a.yaml", &plain)]), error);
}

/// What a later patch takes away again is not there.
#[test]
fn the_last_patch_tells() {
    let image = partial("Deployment", "web", IMAGE);
    let after = |later: &str, target: &str| {
        let more = format!("patches: [{{patch: '{image}'}}, {{{target}patch: '{later}'}}]");
        web(&more, &[])[0]
    };
    let remove = "[{op: remove, path: /spec/template/spec/containers/0/image}]";
    assert!(!after(remove, "target: {kind: Deployment}, "));
    assert!(after(remove, "target: {kind: Deployment, name: db}, "));
    let pod = |pod: &str| after(&partial("Deployment", "web", pod), "");
    for removes in [
        "containers: [{name: app, image: null}]",
        "containers: [{name: app, $patch: delete}]",
        "containers: [{$patch: replace}, {name: app}]",
        "containers: null",
    ] {
        assert!(!pod(removes), "{removes}");
    }
    for leaves in [
        "containers: [{name: app, args: null}]",
        "containers: [{name: side, $patch: delete}]",
        "containers: [{$patch: replace}, {name: app, image: app2}]",
        "volumes: null",
    ] {
        assert!(pod(leaves), "{leaves}");
    }
}

/// Whatever way a file takes into a build has to fill it in.
#[test]
fn every_way_has_to_fill_it_in() {
    let image = |name: &str| {
        let patch = partial("Deployment", name, IMAGE);
        format!("{PLAIN}patches: [{{target: {{kind: Deployment, name: {name}}}, patch: '{patch}'}}]\n")
    };
    let is_filled = |files: &[(&str, &str)]| {
        let found = found(WEB, files);
        let mut found = found.iter().filter(|line| line.contains("image")).peekable();
        found.peek().expect("it is said in any case");
        found.all(|line| line.starts_with("info"))
    };
    let variant = |more: &str, prefix: &str| format!("{more}namePrefix: {prefix}-\n");
    let (one, two) = (variant(&image("web"), "one"), variant(PLAIN, "two"));
    let filled = variant(&image("web"), "two");
    let both = |two: &str| {
        is_filled(&[
            ("one/kustomization.yaml", &one),
            ("two/kustomization.yaml", two),
            ("prod/kustomization.yaml", "resources: [../one, ../two]\n"),
        ])
    };
    assert!(both(&filled) && !both(&two));
    // A name that only other builds give is another object's.
    let strange = image("two-web");
    assert!(!is_filled(&[
        ("two/kustomization.yaml", &two.replace("../base", "../other")),
        ("other/kustomization.yaml", "resources: []\n"),
        ("prod/kustomization.yaml", &strange),
    ]));
    // Flux may apply a base as it is.
    let flux = "\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: a}
spec: {interval: 1m, prune: true, path: ./base, sourceRef: {kind: GitRepository, name: flux-system}}
";
    let prod = image("web");
    let prod = ("prod/kustomization.yaml", &*prod);
    assert!(is_filled(&[prod]) && !is_filled(&[prod, ("clusters/a.yaml", flux)]));
    // A component changes what is there when its turn comes.
    let part = format!("kind: Component\n{}", image("web").replace(PLAIN, ""));
    let brings = "kind: Component\nresources: [../base/all.yaml]\n";
    let components = |order: &str| {
        is_filled(&[
            ("part/kustomization.yaml", &part),
            ("brings/kustomization.yaml", brings),
            ("base/kustomization.yaml", "resources: []\n"),
            ("prod/kustomization.yaml", &format!("components: [{order}]\n")),
        ])
    };
    assert!(components("../brings, ../part") && !components("../part, ../brings"));
}

/// Ways through few kustomizations may be many.
#[test]
fn ways_without_number_are_followed() {
    let patch = format!(
        "patches: [{{patch: '{}'}}]\n",
        partial("Deployment", "web", IMAGE)
    );
    let folder = |side: &str, at: usize| format!("{side}{at}/kustomization.yaml");
    let mut files = vec![
        (folder("l", 0), PLAIN.to_string()),
        (folder("r", 0), PLAIN.to_string()),
    ];
    for at in 1..40 {
        let both = format!("resources: [../l{0}, ../r{0}]\n", at - 1);
        files.push((folder("l", at), format!("{both}{patch}")));
        files.push((folder("r", at), format!("{both}namePrefix: r{at}-\n")));
    }
    let files: Vec<_> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    let found = found(WEB, &files);
    assert!(
        found.contains(&"error spec.template.spec.containers[0].image".into()),
        "{found:?}"
    );
}

/// A patch for something else says nothing of a selector.
#[test]
fn every_build_has_to_set_selectors() {
    let base = WEB.replace("  selector: {matchLabels: {app: web}}\n", "");
    let selector = |files: &[(&str, &str)]| {
        let found = found(&base, files);
        found.iter().any(|line| line == "info spec.selector")
    };
    let labels = format!("{PLAIN}commonLabels: {{app: web}}\n");
    let labels = ("prod/kustomization.yaml", &*labels);
    assert!(selector(&[labels]));
    assert!(!selector(&[labels, ("test/kustomization.yaml", PLAIN)]));
    let other = "patches: [{patch: '{kind: Service, metadata: {name: a, labels: {a: b}}}'}]\n";
    let other = format!("{PLAIN}{other}");
    assert!(!selector(&[("prod/kustomization.yaml", &other)]));
}

/// Items of a list are merged where all their keys are the same.
#[test]
fn ports_are_told_apart_by_their_protocols_too() {
    let severity = |own: &str, patched: &str| {
        let pod = |more: &str| {
            format!("containers: [{{name: app, image: a, ports: [{{containerPort: 80, {more}}}]}}]")
        };
        let patch = partial("Deployment", "web", &pod(patched));
        let base = partial("Deployment", "web", &pod(own));
        let base = base.replace(
            "spec: {template: {",
            "spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, ",
        );
        let prod = format!("{PLAIN}patches: [{{patch: '{patch}'}}]\n");
        let found = found(&base, &[("prod/kustomization.yaml", &prod)]);
        assert!(!found.is_empty());
        found.iter().all(|line| line.starts_with("info"))
    };
    assert!(severity("name: A_", "name: a"));
    assert!(severity("protocol: UDP, name: A_", "protocol: UDP, name: a"));
    assert!(!severity("protocol: UDP, name: A_", "name: a"));
    assert!(!severity("protocol: UPD", "protocol: UDP"));
}

#[test]
fn other_kinds_are_filled_in_too() {
    let prod = |kind: &str, more: &str| {
        let patch = format!("{{kind: {kind}, metadata: {{name: web}}, {more}}}");
        format!("{PLAIN}patches: [{{patch: '{patch}'}}]\n")
    };
    let object = |version: &str, kind: &str, more: &str| {
        format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: web}}, {more}}}")
    };
    for (version, kind, base, patch, expected) in [
        (
            "v1",
            "PersistentVolumeClaim",
            "spec: {storageClassName: x}",
            "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}",
            &["info spec.accessModes", "info spec.resources[storage]"][..],
        ),
        (
            "v1",
            "PersistentVolumeClaim",
            "spec: {storageClassName: x}",
            "spec: {accessModes: [], resources: {limits: {storage: 1Gi}}}",
            &["error spec.accessModes", "error spec.resources[storage]"],
        ),
        (
            "v1",
            "Service",
            "spec: {selector: {a: b}}",
            "spec: {ports: [{port: 80}]}",
            &["info spec.ports"],
        ),
        (
            "networking.k8s.io/v1",
            "Ingress",
            "spec: {ingressClassName: x}",
            "spec: {rules: [{host: a.example}]}",
            &["info spec"],
        ),
        (
            "networking.k8s.io/v1",
            "Ingress",
            "spec: {ingressClassName: x}",
            "spec: {tls: [{hosts: [a.example]}]}",
            &["error spec"],
        ),
        (
            "v1",
            "Secret",
            "type: kubernetes.io/tls, data: {tls.crt: \"\"}",
            "stringData: {tls.key: a}",
            &["info data[tls.key]"],
        ),
        (
            "apps/v1",
            "Deployment",
            "spec: {replicas: 1}",
            "spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: \
             a, image: b}]}}}",
            &[
                "info spec.selector",
                "info spec.template.metadata.labels",
                "info spec.template.spec.containers",
            ],
        ),
    ] {
        let found = found(
            &object(version, kind, base),
            &[("prod/kustomization.yaml", &prod(kind, patch))],
        );
        assert_eq!(found, expected, "{kind} {base} {patch}");
    }
}

/// A placeholder that no server will see; one that a patch repeats, it will.
#[test]
fn values_are_replaced() {
    let base = "\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: web}
spec:
  accessModes: [FROM_OVERLAY]
  resources: {requests: {storage: FROM_OVERLAY}}
";
    let severities = |modes: &str, storage: &str| {
        let patch = format!(
            "[{{op: replace, path: /spec/resources/requests/storage, value: {storage}}}, {{op: replace, path: \
             /spec/accessModes, value: [{modes}]}}]"
        );
        let prod = format!("{PLAIN}patches: [{{target: {{name: web}}, patch: '{patch}'}}]\n");
        found(base, &[("prod/kustomization.yaml", &prod)])
    };
    assert_eq!(
        severities("ReadWriteOnce", "1Gi"),
        ["info ", "info spec.accessModes"]
    );
    assert_eq!(
        severities("FROM_OVERLAY", "1Gi"),
        ["error spec.accessModes", "info "]
    );
    assert_eq!(
        severities("ReadWriteOnce", "FROM_OVERLAY"),
        ["error ", "info spec.accessModes"]
    );
    // A text in quotes is one again.
    let replicas = |own: &str, patched: &str| {
        let base = WEB.replace(
            "spec:\n  selector",
            &format!("spec:\n  replicas: {own}\n  selector"),
        );
        let patch = format!("[{{op: replace, path: /spec/replicas, value: {patched}}}]");
        let prod = format!("{PLAIN}patches: [{{target: {{name: web}}, patch: '{patch}'}}]\n");
        let found = found(&base, &[("prod/kustomization.yaml", &prod)]);
        found.iter().any(|line| line == "info spec.replicas")
    };
    assert!(replicas("COUNT", "3") && !replicas("\"3\"", "\"5\""));
    // A list that has no key to merge by is replaced; what the new one lacks as well stays missing.
    let ingress = |host: &str, more: &str| {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: web}}, spec: {{rules: [{{host: {host}, \
             http: {{paths: [{{path: /, {more} backend: {{service: {{name: web, port: {{number: 80}}}}}}}}]}}}}]}}}}"
        )
    };
    let severities = |host: &str, more: &str| {
        let prod = format!("{PLAIN}patches: [{{patch: '{}'}}]\n", ingress(host, more));
        found(&ingress("CHANGE_ME", ""), &[("prod/kustomization.yaml", &prod)])
    };
    let fields = ["spec.rules[0].host", "spec.rules[0].http.paths[0].pathType"];
    let both = |severity: &str| fields.map(|field| format!("{severity} {field}"));
    assert_eq!(severities("a.example", "pathType: Prefix,"), both("info"));
    assert_eq!(severities("CHANGE_ME", ""), both("error"));
}

#[test]
fn custom_resources_are_filled_in_too() {
    let definition = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shops.x.example.org}
spec:
  group: x.example.org
  scope: Namespaced
  names: {kind: Shop, plural: shops, singular: shop, listKind: ShopList}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {type: object, required: [size], properties: {size: {type: integer}, colour: {type: string}}}
";
    let shop = |spec: &str| {
        format!("{{apiVersion: x.example.org/v1, kind: Shop, metadata: {{name: a}}, spec: {{{spec}}}}}")
    };
    let severity = |spec: &str| {
        let prod = format!("{PLAIN}patches: [{{patch: '{}'}}]\n", shop(spec));
        let files = [
            ("definition.yaml", definition),
            ("prod/kustomization.yaml", &*prod),
        ];
        found(&shop("colour: red"), &files)
    };
    assert_eq!(severity("size: 3"), ["info spec.size"]);
    assert_eq!(severity("colour: blue"), ["error spec.size"]);
}

/// Which rules run changes nothing.
#[test]
fn what_is_selected_is_filled_in_all_the_same() {
    let prod = format!(
        "{PLAIN}patches: [{{patch: '{}'}}]\n",
        partial("Deployment", "web", IMAGE)
    );
    let folder = Folder::new(&[
        ("base/all.yaml", WEB),
        ("base/kustomization.yaml", BASE),
        ("prod/kustomization.yaml", &prod),
    ]);
    let answer = folder.run(&["check", "--select", "schema/required", "--format", "concise"]);
    assert_eq!(answer.code, Some(0), "{answer}");
    assert_eq!(
        answer.stdout,
        "base/all.yaml:10:11: info[schema/required] `image` is required; a patch fills it in wherever a kustomization \
         takes this file in\n"
    );
}

#[test]
fn kustomize_names_namespaces() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: _, labels: {a: b}}\n";
    let severities = |base: &str, more: &str| {
        let prod = format!("{PLAIN}{more}");
        found(base, &[("prod/kustomization.yaml", &prod)])
    };
    let bad = severities(namespace, "");
    assert!(
        !bad.is_empty() && bad.iter().all(|line| line.starts_with("error")),
        "{bad:?}"
    );
    let info: Vec<String> = bad.iter().map(|line| line.replace("error", "info")).collect();
    assert_eq!(severities(namespace, "namespace: web\n"), info);
    let label = namespace
        .replace("{a: b}", "{a: b/c}")
        .replace("name: _", "name: a");
    assert_eq!(severities(&label, "namespace: web\n"), ["error metadata.labels"]);
}

/// A Deployment as bases have it, with this container first.
fn deployment(metadata: &str, container: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web{metadata}}}\nspec:\n  selector: {{matchLabels: \
         {{app: web}}}}\n  template:\n    metadata: {{labels: {{app: web}}}}\n    spec:\n      containers:\n      - \
         {{name: app{container}}}\n      - {{name: side, image: 'side:1'}}\n"
    )
}

/// A partial Deployment on one line.
fn patch(metadata: &str, containers: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{{metadata}}}, spec: {{template: {{spec: {{containers: \
         [{containers}]}}}}}}}}"
    )
}

/// What `kustomize build` (5.5) makes of each of these was looked at: it lacks the image in all of them, or is not built at all.
#[test]
fn what_may_be_undone_is_not_believed() {
    let (fill, empty) = (
        patch("name: web", "{name: app, image: a}"),
        patch("name: web", "{name: app, image: null}"),
    );
    let remove = "  patch: |-\n    - op: remove\n      path: /spec/template/spec/containers/0/image\n";
    let files = [("prod/fill.yaml", &*fill), ("prod/empty.yaml", &*empty)];
    for prod in [
        format!("patches:\n- path: fill.yaml\n- patch: '{empty}'\n"),
        format!("patches:\n- patch: '{fill}'\n- path: empty.yaml\n"),
        format!("patchesStrategicMerge:\n- fill.yaml\npatches:\n- patch: '{empty}'\n"),
        format!("patches:\n- path: fill.yaml\n- target: {{kind: Deployment, labelSelector: '!x'}}\n{remove}"),
        format!("patches:\n- path: fill.yaml\n- target: {{kind: Deployment}}\n{remove}"),
        format!("patchesStrategicMerge:\n- fill.yaml\npatchesJson6902:\n- target: {{version: v1, group: apps, kind: Deployment, name: web}}\n{remove}"),
        // A number means another item by then.
        "patches:\n- target: {kind: Deployment}\n  patch: |-\n    - op: add\n      path: /spec/template/spec/containers/0\n      \
         value: {name: new}\n    - op: add\n      path: /spec/template/spec/containers/0/image\n      value: a\n"
            .into(),
        format!(
            "patches:\n- patch: '{}'\n- target: {{kind: Deployment}}\n  patch: |-\n    - op: add\n      path: \
             /spec/template/spec/containers/0/image\n      value: a\n",
            patch("name: web", "{name: new}")
        ),
        format!(
            "patches:\n- patch: '{}'\n- target: {{kind: Deployment}}\n  patch: |-\n    - op: add\n      path: \
             /spec/template/spec/containers/0/image\n      value: a\n",
            patch("name: web", "{name: side, tty: true}")
        ),
        // It is for others.
        format!("patches:\n- patch: '{}'\n", patch("name: w.b", "{name: app, image: a}")),
        format!(
            "patches:\n- patch: '{}'\n",
            patch("name: web, namespace: prod", "{name: app, image: a}")
        ),
        format!("patches:\n- target: {{kind: Deployment, name: 'web('}}\n  patch: '{fill}'\n"),
    ] {
        let prod = format!("{PLAIN}{prod}");
        let mut files: Vec<(&str, &str)> = files.to_vec();
        files.retain(|(path, _)| prod.contains(&path["prod/".len()..]));
        files.push(("prod/kustomization.yaml", &*prod));
        let found = found(&deployment("", ""), &files);
        let image = found.iter().find(|line| line.contains("containers[0].image"));
        assert!(image.is_some_and(|line| line.starts_with("error")), "{prod}: {found:?}");
    }
}

/// The same of what it makes whole.
#[test]
fn what_is_built_whole_is_believed() {
    let ingress = |rules: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: web}}\nspec: {{rules: [{rules}]}}\n"
        )
    };
    let policy = |port: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: web}}\nspec: {{podSelector: {{}}, \
             ingress: [{{ports: [{{port: {port}}}]}}]}}\n"
        )
    };
    let file = "patches:\n- path: patch.yaml\n";
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\ndata: {'8080': '!!'}\n";
    let labelled = deployment(", labels: {v: 'CHANGE ME'}", ", image: a");
    for (base, prod, patch) in [
        (
            deployment(", namespace: CHANGE_ME", ", image: a"),
            "namespace: prod\n",
            String::new(),
        ),
        (
            labelled.clone(),
            file,
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, labels: {v: v1}}\n".into(),
        ),
        (
            labelled,
            "patches:\n- target: {kind: Deployment}\n  path: patch.yaml\n",
            "- op: replace\n  path: /metadata/labels/v\n  value: v1\n".into(),
        ),
        (
            secret.into(),
            "patches:\n- target: {kind: Secret}\n  path: patch.yaml\n",
            "- op: add\n  path: /data/8080\n  value: YQ==\n".into(),
        ),
        (
            ingress("{host: a.example}, {host: CHANGE_ME}"),
            file,
            ingress("{host: a.example}"),
        ),
        (policy("0"), file, policy("80")),
        (
            deployment("", ""),
            "patches:\n- path: patch.yaml\n- target: {kind: Deployment}\n  patch: |-\n    - op: add\n      path: \
             /spec/template/spec/containers/0/image\n      value: a\n",
            patch("name: web", "{name: app, tty: true}"),
        ),
        (
            deployment("", ""),
            "patches:\n- target: {kind: Deployment}\n  path: patch.yaml\n",
            "- op: add\n  path: /spec/template/spec/containers/2\n  value: {name: new, image: a}\n- op: add\n  path: \
             /spec/template/spec/containers/0/image\n  value: a\n"
                .into(),
        ),
        // What is done to another object's selector is no matter.
        (
            deployment("", ", image: a").replace("  selector: {matchLabels: {app: web}}\n", "")
                + "---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {a: b}, ports: [{port: 80}]}\n",
            "labels:\n- pairs: {app: web}\n  includeSelectors: true\npatches:\n- target: {kind: Service}\n  path: patch.yaml\n",
            "- op: replace\n  path: /spec/selector\n  value: {app: x}\n".into(),
        ),
    ] {
        let prod = format!("{PLAIN}{prod}");
        let files = [("prod/kustomization.yaml", &*prod), ("prod/patch.yaml", &*patch)];
        let alone = found(&base, &[]);
        assert!(
            !alone.is_empty() && alone.iter().all(|line| line.starts_with("error")),
            "{alone:?}"
        );
        let built = found(&base, &files);
        let same = |(one, other): (&String, &String)| other.replace("info", "error") == *one;
        assert!(
            built.iter().all(|line| line.starts_with("info")),
            "{prod}: {built:?}"
        );
        assert!(
            alone.len() == built.len() && alone.iter().zip(&built).all(same),
            "{built:?}"
        );
    }
}

/// A target may say the name that an object has by then, after however many renamings.
#[test]
fn targets_mean_first_and_last_names() {
    let is_filled = |name: &str| {
        let fill = patch("name: web", "{name: app, image: a}");
        let prod = format!(
            "resources: [../b]\npatches:\n- target: {{kind: Deployment, name: {name}}}\n  patch: '{fill}'\n"
        );
        let files = [
            (
                "a/kustomization.yaml",
                "resources: [../base]\nnamePrefix: a-\nnamespace: a\n",
            ),
            (
                "b/kustomization.yaml",
                "resources: [../a]\nnamePrefix: b-\nnamespace: b\n",
            ),
            ("prod/kustomization.yaml", &*prod),
        ];
        let found = found(&deployment("", ""), &files);
        let image = found
            .iter()
            .find(|line| line.contains("image"))
            .expect("it is said");
        image.starts_with("info")
    };
    assert!(is_filled("web") && is_filled("b-a-web"));
    // kustomize knows the one between no more.
    assert!(!is_filled("a-web") && !is_filled("c-web"));
}
