//! The structural check through the front door: what the API server would say about an object's structure,
//! which of several faults it would name, and what kubeproof advises.

use kubeproof::diagnostic::{Diagnostic, Refusal, Stage};
use kubeproof::engine::{self, Checked};
use kubeproof::manifest::Surroundings;
use kubeproof::schema::{self, NameFormat, Scope, TypeId};
use kubeproof::settings::{RuleSet, Settings};
use kubeproof::source;
use kubeproof::version::KubeVersion;
use kubeproof::yaml::Tree;

fn kube(minor: u8) -> KubeVersion {
    format!("1.{minor}").parse().expect("a known version")
}

fn check_at(text: &str, kube: KubeVersion) -> Checked {
    let mut rules = RuleSet::none();
    for category in ["schema", "deprecation", "yaml"] {
        assert!(rules.set(category, true));
    }
    // What the server says of an object that decodes is judged in tests/constraints.rs.
    for semantic in [
        "required",
        "invalid",
        "not-supported",
        "forbidden",
        "duplicate",
        "too-long",
    ] {
        assert!(rules.set(&format!("schema/{semantic}"), false));
    }
    let settings = Settings {
        kube,
        rules,
        ..Settings::default()
    };
    let source = source::decode(text.as_bytes().to_vec());
    engine::check_file(
        "test.yaml",
        &source,
        &mut Tree::default(),
        &Surroundings::default(),
        &settings,
    )
}

fn check(text: &str) -> Vec<Diagnostic> {
    check_at(text, KubeVersion::DEFAULT).diagnostics
}

/// The server's own answer, as `stage Type field, …`.
fn answer_at(text: &str, kube: KubeVersion) -> String {
    let diagnostics = check_at(text, kube).diagnostics;
    let mut refusals: Vec<&Refusal> = diagnostics.iter().filter_map(|d| d.refusal.as_ref()).collect();
    let Some(stage) = engine::verdict(&mut refusals) else {
        return "ok".into();
    };
    let mut errors: Vec<String> = refusals
        .iter()
        .map(|r| format!("{:?} {}", r.kind, r.field))
        .collect();
    errors.sort();
    format!("{} {}", stage.as_str(), errors.join(", "))
}

fn answer(text: &str) -> String {
    answer_at(text, KubeVersion::DEFAULT)
}

fn pod(spec: &str) -> String {
    let indented: String = spec.lines().map(|line| format!("  {line}\n")).collect();
    format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n{indented}")
}

/// The help of the only finding.
fn help(text: &str) -> String {
    let found = check(text);
    assert_eq!(found.len(), 1, "{text}{found:#?}");
    found[0].help.clone().unwrap_or_default()
}

#[test]
fn the_tables_cover_the_known_versions() {
    let known: Vec<u8> = KubeVersion::known().map(|v| v.minor()).collect();
    assert_eq!(
        (known[0], known[known.len() - 1]),
        schema::COVERED,
        "src/version.rs and schemas/versions.txt"
    );
    // Every struct that a field of some version refers to exists in that version.
    let mut fields = 0;
    for ty in TypeId::all() {
        for version in KubeVersion::known() {
            for field in ty.fields(version) {
                fields += 1;
                if let Some(inner) = field.ty.innermost()
                    && (ty.versions().0..=ty.versions().1).contains(&version.minor())
                {
                    let (since, until) = inner.versions();
                    assert!(
                        (since..=until).contains(&version.minor()),
                        "{} {}",
                        ty.name(),
                        field.name
                    );
                }
                let found = ty.field(field.name, version);
                assert_eq!(found.map(|f| f.name), Some(field.name), "{}", ty.name());
            }
        }
    }
    assert!(fields > 25_000, "{fields}");
}

#[test]
fn kinds_know_their_scope_names_and_end() {
    let secret = schema::kind("", "v1", "Secret").expect("Secret");
    assert_eq!(secret.scope, Some(Scope::Namespaced));
    assert!(secret.serves(kube(25)) && secret.serves(kube(37)));
    let service = schema::kind("", "v1", "Service").expect("Service");
    assert_eq!(service.name_format(kube(35)), NameFormat::Dns1035Label);
    assert_eq!(service.name_format(kube(36)), NameFormat::DnsLabel);
    let hpa = schema::kind("autoscaling", "v2beta2", "HorizontalPodAutoscaler").expect("HPA");
    assert!(hpa.serves(kube(25)) && !hpa.serves(kube(26)));
    assert_eq!((hpa.removed, hpa.use_api_version), (26, "autoscaling/v2"));
    let old = schema::kind("extensions", "v1beta1", "Ingress").expect("remembered");
    assert_eq!((old.ty, old.removed), (None, 22));
    assert!(
        schema::kind("", "v1", "SecretList").is_none(),
        "lists are no objects of their own"
    );
    let off = |group, version, kind: &str| !schema::kind(group, version, kind).expect(kind).on_by_default;
    assert!(off("resource.k8s.io", "v1beta1", "ResourceClaim"));
    assert!(!off("resource.k8s.io", "v1", "ResourceClaim"));
    assert!(!off("flowcontrol.apiserver.k8s.io", "v1beta3", "FlowSchema"));
}

#[test]
fn one_fatal_error_is_the_servers_answer() {
    for (spec, want) in [
        // Depth first, keys by their bytes, whatever the order of the text.
        (
            "nodeName: 5\ncontainers: x\n",
            "decode TypeMismatch spec.containers",
        ),
        (
            "terminationGracePeriodSeconds: x\ncontainers:\n- name: a\n  image: [b]\n- name: 5\n",
            "decode TypeMismatch spec.containers.image",
        ),
        // An item's index counts as a number.
        (
            "containers:\n- {}\n- {}\n- name: 1\n- {}\n- {}\n- {}\n- {}\n- {}\n- {}\n- {}\n- image: 1\n",
            "decode TypeMismatch spec.containers.name",
        ),
        // What reads its own JSON ends decoding at once and wins over an earlier mismatch.
        (
            "containers:\n- image: 5\n  resources:\n    limits:\n      cpu: one\n",
            "decode Quantity ",
        ),
        (
            "containers:\n- image: 5\n  livenessProbe:\n    httpGet:\n      port: 1.5\n",
            "decode TypeMismatch spec.containers.livenessProbe.ProbeHandler.httpGet.port",
        ),
        // A fatal error hides unknown fields.
        ("bogus: 1\nnodeName: 5\n", "decode TypeMismatch spec.nodeName"),
        // Unknown fields are all named, an unknown object without its children.
        (
            "bogus:\n  more: 1\ncontainers:\n- name: a\n  other: null\n",
            "strict-decode UnknownField spec.bogus, UnknownField spec.containers[0].other",
        ),
    ] {
        assert_eq!(answer(&pod(spec)), want, "{spec}");
    }
    let json =
        r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"nodeName":5,"containers":7}}"#;
    assert_eq!(
        answer(json),
        "decode TypeMismatch spec.nodeName",
        "JSON keeps its own order"
    );
}

#[test]
fn embedded_structs_are_named_from_1_35_on() {
    let text = pod("volumes:\n- name: a\n  nfs: x\n");
    assert_eq!(answer_at(&text, kube(34)), "decode TypeMismatch spec.volumes.nfs");
    assert_eq!(
        answer_at(&text, kube(35)),
        "decode TypeMismatch spec.volumes.VolumeSource.nfs"
    );
    let claims = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: s}\nspec:\n  volumeClaimTemplates:\n  - kind: 5\n";
    assert_eq!(
        answer(claims),
        "decode TypeMismatch spec.volumeClaimTemplates.TypeMeta.kind"
    );
}

#[test]
fn values_are_taken_as_the_server_takes_them() {
    for (spec, want) in [
        // Null is fine for every type.
        (
            "containers: null\nnodeName: ~\nhostNetwork:\nsecurityContext: null\nvolumes: [null]\n",
            "ok",
        ),
        // A whole float is a whole number in YAML; ranges are those of the Go type.
        ("priority: 80.0\n", "ok"),
        ("priority: 8e1\n", "ok"),
        ("priority: 0x10\n", "ok"),
        ("priority: 2147483647\n", "ok"),
        ("priority: 2147483648\n", "decode TypeMismatch spec.priority"),
        ("terminationGracePeriodSeconds: 9223372036854775807\n", "ok"),
        (
            "terminationGracePeriodSeconds: 9223372036854775808\n",
            "decode TypeMismatch spec.terminationGracePeriodSeconds",
        ),
        ("priority: 1e21\n", "decode TypeMismatch spec.priority"),
        ("priority: \"1\"\n", "decode TypeMismatch spec.priority"),
        // Booleans of YAML 1.1, and no others.
        ("hostNetwork: yes\n", "ok"),
        ("hostNetwork: n\n", "ok"),
        ("hostNetwork: 1\n", "decode TypeMismatch spec.hostNetwork"),
        // Quantities are strings or numbers.
        (
            "overhead: {cpu: 1, memory: 1Gi, x/y: 0.5, x/z: 1e3, x/w: null}\n",
            "ok",
        ),
        ("overhead: {cpu: true}\n", "decode Quantity "),
        ("overhead: {cpu: [1]}\n", "decode Quantity "),
        ("overhead: [1]\n", "decode TypeMismatch spec.overhead"),
    ] {
        assert_eq!(answer(&pod(spec)), want, "{spec}");
    }
    let config = |data: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\n{data}\n");
    for (data, want) in [
        ("binaryData: {a: YQ==, b: \"\", c: null, d: [0, 255, 1.0]}", "ok"),
        ("binaryData: {a: [256]}", "decode TypeMismatch binaryData"),
        ("binaryData: {a: [x]}", "decode TypeMismatch binaryData"),
        ("binaryData: {a: {}}", "decode TypeMismatch binaryData"),
        ("binaryData: {a: YQ}", "decode Base64 "),
        ("data: {a: 2024-01-01, b: '1', c: null, d: 1:30}", "ok"),
        ("data: {a: [1]}", "decode TypeMismatch data"),
        ("immutable: 'true'", "decode TypeMismatch immutable"),
    ] {
        assert_eq!(answer(&config(data)), want, "{data}");
    }
    let json = |port: &str| {
        format!(
            r#"{{"apiVersion":"v1","kind":"Service","metadata":{{"name":"s"}},"spec":{{"ports":[{{"port":{port}}}]}}}}"#
        )
    };
    assert_eq!(answer(&json("80")), "ok");
    for port in ["80.0", "8e1", "1.5"] {
        assert_eq!(
            answer(&json(port)),
            "decode TypeMismatch spec.ports.port",
            "{port}"
        );
    }
    let lease = |time: &str| {
        format!(
            "apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {{name: l}}\nspec: {{renewTime: {time}}}\n"
        )
    };
    assert_eq!(answer(&lease("\"2024-05-01T10:00:00.000000Z\"")), "ok");
    assert_eq!(answer(&lease("\"2024-05-01T10:00:00Z\"")), "decode TimeFormat ");
    assert_eq!(answer(&lease("5")), "decode TypeMismatch spec.renewTime");
}

#[test]
fn a_schema_inside_a_schema_is_read_leniently() {
    let crd = |schema: &str| {
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: boats.example.org}}\nspec:\n  versions:\n  - name: v1\n    schema:\n      openAPIV3Schema: {schema}\n"
        )
    };
    let base = "spec.versions.schema.openAPIV3Schema";
    for (schema, want) in [
        (
            "{items: {bogus: 1}, additionalProperties: {bogus: 1}}",
            "ok".to_string(),
        ),
        (
            "{bogus: 1}",
            "strict-decode UnknownField spec.versions[0].schema.openAPIV3Schema.bogus".into(),
        ),
        (
            "{items: {type: 5}}",
            format!("decode TypeMismatch {base}.items.type"),
        ),
        (
            "{items: [{type: 5}]}",
            format!("decode TypeMismatch {base}.items.type"),
        ),
        ("{items: 5, dependencies: {a: [b], c: {}}}", "ok".into()),
        (
            "{additionalProperties: maybe}",
            format!("decode TypeMismatch {base}.additionalProperties"),
        ),
        (
            "{additionalProperties: false, default: {any: thing}}",
            "ok".into(),
        ),
    ] {
        assert_eq!(answer(&crd(schema)), want, "{schema}");
    }
    // What the server drops silently is still worth a word.
    let found = check(&crd("{items: {bogus: 1}}"));
    assert_eq!(found.len(), 1);
    assert!(found[0].refusal.is_none());
}

#[test]
fn only_the_last_of_repeated_keys_is_decoded() {
    assert_eq!(
        answer(&pod("nodeName: 5\nnodeName: a\n")),
        "strict-decode DuplicateField nodeName"
    );
    assert_eq!(
        answer(&pod("nodeName: a\nnodeName: 5\n")),
        "decode TypeMismatch spec.nodeName"
    );
    // JSON's duplicates are named with their path, where the server looks at all.
    let json = |rest: &str| {
        format!(
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"p"}},"spec":{{"containers":[{{"name":"a"}},{rest}]}}}}"#
        )
    };
    for (rest, want) in [
        (
            r#"{"image":"a","image":"b"}"#,
            "strict-decode DuplicateField spec.containers[1].image",
        ),
        (
            r#"{"resources":{"limits":{"cpu":1,"cpu":2}}}"#,
            "strict-decode DuplicateField spec.containers[1].resources.limits.cpu",
        ),
        (
            r#"{"bogus":{"a":1,"a":2},"bogus":1}"#,
            "strict-decode UnknownField spec.containers[1].bogus",
        ),
    ] {
        assert_eq!(answer(&json(rest)), want, "{rest}");
    }
    // A merge brings values that may be overridden, by one mapping and not by another.
    let merged = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, labels: &l {a: 5}, annotations: {<<: *l, a: '5'}}\n";
    assert_eq!(answer(merged), "decode TypeMismatch metadata.labels");
    let fine =
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  labels: &l {a: b}\ndata: {<<: *l, c: d}\n";
    assert_eq!(answer(fine), "ok");
}

#[test]
fn custom_resources_are_left_alone_but_for_what_every_object_has() {
    let boat = |metadata: &str| {
        format!("apiVersion: example.org/v1\nkind: Boat\nmetadata: {{{metadata}}}\nspec: {{anything: [1]}}\n")
    };
    for metadata in [
        "name: a",
        "name: a, description: of my own making",
        "name: a, uid: 5",
    ] {
        assert_eq!(answer(&boat(metadata)), "ok", "{metadata}");
    }
    assert_eq!(
        answer(&boat("labels: {a: 1}")),
        "decode TypeMismatch metadata.labels"
    );
    assert_eq!(answer(&boat("name: 5")), "decode TypeMismatch metadata.name");
    for (api_version, kind, want) in [
        ("serving.knative.dev/v1", "Service", "ok"),
        ("gateway.networking.k8s.io/v1", "HTTPRoute", "ok"),
        ("Example.org/v1", "Boat", "notserved NotServed apiVersion"),
        ("example/v1", "Boat", "notserved NotServed apiVersion"),
        ("app/v1", "Deployment", "notserved NotServed apiVersion"),
        ("netwoking.k8s.io/v1", "Ingress", "notserved NotServed apiVersion"),
        ("netwoking.k8s.io/v1", "Boat", "ok"),
        ("/v1", "ConfigMap", "ok"),
        ("v2", "ConfigMap", "notserved NotServed apiVersion"),
        ("apps/v1", "deployment", "decode UnknownKind kind"),
        ("v1", "ComponentStatus", "notserved NotServed apiVersion"),
    ] {
        let text = format!("apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: a}}\n");
        assert_eq!(answer(&text), want, "{text}");
    }
}

#[test]
fn versions_decide_what_there_is() {
    let text = pod("hostnameOverride: a\n");
    assert_eq!(answer_at(&text, kube(34)), "ok");
    assert_eq!(
        answer_at(&text, kube(33)),
        "strict-decode UnknownField spec.hostnameOverride"
    );
    let found = check_at(&text, kube(33)).diagnostics;
    assert!(found[0].message.contains("from 1.34 on"), "{}", found[0].message);
    let cron = "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: c}\n";
    assert_eq!(answer(cron), "notserved NotServed apiVersion");
    let policy =
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: p}\n";
    assert_eq!(answer_at(policy, kube(29)), "notserved NotServed apiVersion");
    assert_eq!(answer_at(policy, kube(30)), "ok");
}

#[test]
fn lists_are_taken_apart_as_kubectl_does() {
    let list = |items: &str| format!("apiVersion: v1\nkind: List\nitems:\n{items}");
    for (text, want) in [
        (
            list("- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n"),
            "ok",
        ),
        (
            list("- {apiVersion: v1, kind: ConfigMap, bogus: 1}\n"),
            "client UnknownField bogus",
        ),
        (
            list("- {apiVersion: v1, kind: Secret, type: 5}\n"),
            "client TypeMismatch type",
        ),
        (
            list("- {metadata: {name: a}}\n"),
            "client MissingTypeMeta apiVersion, MissingTypeMeta kind",
        ),
        (list("- null\n"), "client TypeMismatch items"),
        (
            "apiVersion: v1\nkind: List\nitems: {}\n".into(),
            "client TypeMismatch items",
        ),
        ("apiVersion: v1\nkind: List\n".into(), "client TypeMismatch items"),
        (
            "apiVersion: v1\nkind: List\nitems: []\n".into(),
            "client NoObjects ",
        ),
        (
            "apiVersion: v2\nkind: List\nitems: []\n".into(),
            "client NoObjects , NotServed apiVersion",
        ),
        (
            list("- {apiVersion: v1, kind: List, items: []}\n"),
            "client NestedList ",
        ),
        (
            "apiVersion: v1\nkind: SecretList\nitems: [{metadata: {name: a}, stringdata: {}}]\n".into(),
            "strict-decode UnknownField stringdata",
        ),
    ] {
        assert_eq!(answer(&text), want, "{text}");
        let said = if want.contains(',') { 2 } else { 1 };
        assert_eq!(check(&text).len(), said * usize::from(want != "ok"), "{text}");
    }
}

#[test]
fn advice_names_what_was_meant() {
    let deployment =
        |spec: &str| format!("apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d}}\nspec:\n{spec}");
    for (text, want) in [
        (pod("restartpolicy: Never\n"), "did you mean `restartPolicy`?"),
        (pod("tolleration: []\n"), "did you mean `tolerations`?"),
        (pod("env: []\n"), "it belongs to `spec.containers[]`"),
        (
            deployment("  containers: []\n"),
            "it belongs to `spec.template.spec`",
        ),
        (
            deployment("  template:\n    volumes: []\n"),
            "it belongs to `spec.template.spec`",
        ),
        (
            deployment("  template:\n    labels: {app: d}\n"),
            "it belongs to `spec.template.metadata`: move it there",
        ),
        (
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\nlabels: {a: b}\n".into(),
            "it belongs to `metadata`: move it there",
        ),
        (pod("volume: []\n"), "did you mean `volumes`?"),
        (
            pod("containers: [{name: c, resource: {}}]\n"),
            "did you mean `resources`?",
        ),
        (
            pod("containers: [{name: c, ports: [{port: 80}]}]\n"),
            "use `containerPort`",
        ),
        (
            pod("containers: [{name: c, command: sleep 3600}]\n"),
            "write each word as an item of its own",
        ),
        (pod("containers: [{name: c, env: {A: b}}]\n"), "write each as an item of its own: `- name: A`, and `value: …` below it"),
        (pod("containers: [{name: c, env: {name: b}}]\n"), "start each item with `- `"),
        (pod("volumes: {a: {emptyDir: {}}}\n"), "write each as an item of its own, which starts with `- name: a`"),
        (pod("containers: [{name: c, ports: 80}]\n"), "write it as an item of a list, `- containerPort: 80`"),
        (pod("imagePullSecrets: reg\n"), "write it as an item of a list, `- name: reg`"),
        (pod("nodeSelector: [a]\n"), "write each on a line of its own below it, as `NAME: VALUE`"),
        (pod("nodeSelector: [{a: b}]\n"), "remove the `- ` and write the fields as one mapping"),
        (
            pod("containers: [{name: c, securityContext: {capabilities: [ALL]}}]\n"),
            "write its fields below it: `add` and `drop`",
        ),
        (
            pod("containers: [{name: c, livenessProbe: {tcpSocket: 80}}]\n"),
            "write `tcpSocket: {port: 80}`",
        ),
        (pod("containers: [{name: c, ports: [\"80\"]}]\n"), "write `{containerPort: 80}`"),
        (pod("hostNetwork: \"yes\"\n"), "write `true`, without quotes"),
        (pod("hostNetwork: maybe\n"), "write `true` or `false`, without quotes"),
        (pod("terminationGracePeriodSeconds: 30s\n"), "write `30`, without a unit"),
        (pod("terminationGracePeriodSeconds: 1h\n"), "write `3600`, without a unit"),
        (
            pod("affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{matchFields: []}]}}\n"),
            "write the list under `nodeSelectorTerms`",
        ),
        (
            pod("containers:\n  - name: c\n    args:\n      - echo: hello\n"),
            "put quotes around the item, if the `: ` is a part of it",
        ),
        (
            pod("containers: [{name: c, env: [{name: A, value: {a: 1}}]}]\n"),
            "put single quotes around it, if it is meant as text",
        ),
        (
            pod("containers: [{name: c, env: [{FOO: bar}]}]\n"),
            "write `name: FOO`, and the value under `value`",
        ),
        (
            "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: c}\nspec: {provisioner: a}\n".into(),
            "StorageClass has no `spec`: write its fields beside `kind`",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name c\n".into(),
            "put a `:` behind `name`",
        ),
        (
            pod("containers: [{name: c, livenessProbe: {grpc: {port: http}}}]\n"),
            "write the number of the port",
        ),
        (
            pod("volumes: [{name: v, configMap: {name: c, defaultMode: \"0755\"}}]\n"),
            "write `0755` without quotes, which is 493",
        ),
        (
            pod("containers: [{name: c, resources: {limits: {memory: 256MB}}}]\n"),
            "write `256Mi`, or `256M`, which is a little less",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a:\n    b: c\n".into(),
            "make it one text: write `|` behind the key",
        ),
        (
            "apiVersion: v1\nkind: ReplicationController\nmetadata: {name: c}\nspec: {selector: {matchLabels: {a: b}}}\n".into(),
            "write the labels directly below `selector`",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name:c\n".into(),
            "put a blank behind the `:`",
        ),
        (
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {defaultBackend: {service: {name: s, port: {number: http}}}}\n".into(),
            "write `name: http`, or the number of the port",
        ),
        (
            "apiVersion: batch/v1\nkind: Job\nmetadata: {name: c}\nspec: {schedule: 0 0 * * 1}\n".into(),
            "use a CronJob",
        ),
        (
            "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j}\nspec: {podFailurePolicy: {rules: [{action: Ignore, onPodConditions: [{type: a, status: true}]}]}}\n"
                .into(),
            "use one of `\"False\"`, `\"True\"`, `Unknown`",
        ),
        (
            pod("containers: [{name: c, command: sleep}]\n"),
            "write the value as a list item",
        ),
        (
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web}\nspec: {podSelector: {app: d}}\n"
                .into(),
            "write it under `matchLabels`",
        ),
        (pod("restartPolicy: no\n"), "use one of `Always`, `OnFailure`, `Never`"),
        (
            pod("containers: [{name: c, ports: [{name: 80, containerPort: 80}]}]\n"),
            "choose another one: as a text it needs at least one lower-case letter",
        ),
        (
            pod("containers: [{name: c, env: [{name: A, value: 80}]}]\n"),
            "quote the value",
        ),
        (
            deployment("  template:\n    replicas: 1\n"),
            "it belongs to `spec`: indent it less",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\n  data: {a: b}\n".into(),
            "it belongs to the object itself",
        ),
        (
            "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringdata: {a: b}\n".into(),
            "did you mean `stringData`?",
        ),
        (
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {defaultBackend: {serviceName: s}}\n".into(),
            "use `service.name`",
        ),
        (
            "apiVersion: v1\nkind: deploy\nmetadata: {name: d}\n".into(),
            "did you mean `kind: Deployment` of `apiVersion: apps/v1`?",
        ),
        (
            "apiVersion: extensions/v1beta1\nkind: Deployment\nmetadata: {name: d}\n".into(),
            "use `apiVersion: apps/v1`",
        ),
        (
            "apiVersion: v1\nkind: Route\nmetadata: {name: r}\n".into(),
            "use `apiVersion: route.openshift.io/v1`",
        ),
        (
            "kind: StatefulSet\nmetadata: {name: s}\n".into(),
            "add `apiVersion: apps/v1`",
        ),
        (pod("overhead: {memory: 1GB}\n"), "write `1Gi`"),
        (
            pod("containers: [{name: c, securityContext: {fsGroup: 1}}]\n"),
            "it belongs to `spec.securityContext`: move it there",
        ),
        (
            pod("containers: [{name: c, fsGroup: 1}]\n"),
            "it belongs to `spec.securityContext`: move it there",
        ),
        (
            pod("securityContext: {privileged: true}\n"),
            "it belongs to `spec.containers[].securityContext`: move it there",
        ),
        (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d, replicas: 3}\n".into(),
            "it belongs to `spec`: move it there",
        ),
        (
            deployment("  strategy: Recreate\n"),
            "write `strategy: {type: Recreate}`",
        ),
        (
            pod("containers: [{name: c, envFrom: [{secretRef: x}]}]\n"),
            "write `secretRef: {name: x}`",
        ),
        (
            pod("containers: [{name: c, env: [{name: A, valueFrom: {secretKeyRef: x}}]}]\n"),
            "write `secretKeyRef: {name: x, key: …}`",
        ),
    ] {
        let help = help(&text);
        assert!(help.starts_with(want), "{text}\n{help}");
    }
}

#[test]
fn fixes_quote_and_unquote() {
    let fixed = |text: &str| {
        let mut out = text.to_string();
        let found = check(text);
        let mut edits: Vec<_> = found
            .iter()
            .filter_map(|d| d.fix.as_ref())
            .flat_map(|fix| fix.edits.clone())
            .collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
        for edit in edits {
            out.replace_range(edit.span.range(), &edit.text);
        }
        out
    };
    let text = pod("priority: '5'\nhostNetwork: \"true\"\nnodeName: 0x10\nsubdomain: on # why\n");
    let mended = fixed(&text);
    assert_eq!(answer(&mended), "ok", "{mended}");
    assert!(mended.contains("priority: 5\n"), "{mended}");
    assert!(mended.contains("nodeName: \"0x10\"\n"), "{mended}");
    assert!(mended.contains("subdomain: \"on\" # why\n"), "{mended}");
    let kind = "apiVersion: v1\nKind: configmap\nmetadata: {name: c}\n";
    let once = fixed(kind);
    assert_eq!(
        fixed(&once),
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"
    );
}

#[test]
fn a_missing_blank_is_told_and_what_stands_behind_it_is_not() {
    for (text, rule) in [
        (
            "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password:hunter2}\n",
            "secret",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {colour:blue}\n",
            "schema",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, labels: {a:b}}\n",
            "metadata",
        ),
    ] {
        let mut rules = RuleSet::none();
        assert!(rules.set(rule, true));
        let settings = Settings {
            rules,
            ..Settings::default()
        };
        let source = source::decode(text.as_bytes().to_vec());
        let (mut tree, around) = (Tree::default(), Surroundings::default());
        let found = engine::check_file("test.yaml", &source, &mut tree, &around, &settings).diagnostics;
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0].help.as_deref(), Some("put a blank behind the `:`"));
        assert!(!found[0].message.contains("hunter2") && !found[0].message.contains("key the"));
    }
}

#[test]
fn keys_are_told_as_they_are_written() {
    let map =
        |data: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata: {{{data}}}\n");
    for (text, rule, want) in [
        (map("no: Norway"), "yaml/implicit-key", "the key `no` as `false`"),
        (map("1.10: x"), "yaml/implicit-key", "the key `1.10` as `1.1`"),
        (map("1.0: x"), "yaml/implicit-key", "the key `1.0` as `1`"),
        (map("True: x"), "yaml/implicit-key", "the key `True` as `true`"),
        (map("on: true"), "yaml/implicit-typing", "`data.on` must be"),
        (
            map("'on': a, on: b, yes: c"),
            "yaml/duplicate-key",
            "`yes`, which YAML 1.1 reads as it reads `on`",
        ),
        (
            map("1: a, 1.0: b"),
            "yaml/duplicate-key",
            "two keys of this mapping become `1`",
        ),
        (
            pod("y: 1"),
            "schema/unknown-field",
            "PodSpec has no field `y`, which YAML 1.1 reads as `true`",
        ),
    ] {
        let found = check(&text);
        let one = found
            .iter()
            .find(|found| found.rule.rule().id == rule && found.message.contains(want));
        assert!(one.is_some(), "{text}\n{found:#?}");
    }
    // What is wrong with a key is said once.
    assert_eq!(check(&pod("y: 1")).len(), 1);
    for fine in [
        "1: x",
        "true: x",
        "1.5: x",
        "None: x",
        "'no': x",
        "-1: x",
        "!!str no: x",
    ] {
        assert!(check(&map(fine)).is_empty(), "{fine}");
    }
}

#[test]
fn no_value_of_a_secret_is_told() {
    for text in [
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {pin: 424242}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {pin: 424242}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: 424242\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {pin: [424242]}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringdata: {pin: 424242}\n",
        "apiVersion: v1\nkind: secret\nmetadata: {name: s}\ndata: {pin: 424242}\n",
        "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Secret, data: {pin: 424242}}]\n",
    ] {
        let found = check(text);
        assert!(!found.is_empty(), "{text}");
        assert!(!format!("{found:?}").contains("424242"), "{text}\n{found:?}");
    }
}

#[test]
fn placeholders_are_not_judged() {
    assert_eq!(
        answer(&pod("priority: ${PRIORITY}\noverhead: {cpu: \"{{ cpu }}\"}\n")),
        "ok"
    );
    assert_eq!(
        answer("apiVersion: ${API}\nkind: Boat\nmetadata: {name: b}\n"),
        "ok"
    );
    assert_eq!(
        answer(&pod(
            "priority: $PRIORITY\noverhead: {cpu: '@CPU@', memory: $MEMORY}\n"
        )),
        "ok"
    );
    let sops = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nsops: {version: 3}\n";
    assert_eq!(answer(sops), "ok");
}

#[test]
fn depth_and_size_do_no_harm() {
    // A schema may nest without end; beyond what anybody writes it is not judged.
    let depth = 4000;
    let schema = format!("{}{{}}{}", "{items: ".repeat(depth), "}".repeat(depth));
    let text = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: a}}\nspec: {{versions: [{{schema: {{openAPIV3Schema: {schema}}}}}]}}\n"
    );
    assert_eq!(answer(&text), "ok");
    // Of faults without number 10,000 are reported and put into order, and the rest is counted.
    let args = "5, ".repeat(100_000);
    let found = check(&pod(&format!("containers: [{{args: [{args}]}}]\n")));
    assert_eq!(found.len(), 10_001);
    let note = "there are 90000 more findings of this rule in this file";
    assert!(found.iter().any(|one| one.message == note));
    let many: String = (0..20_000).map(|i| format!("  k{i}: v\n")).collect();
    let text = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, labels: &l {{a: b}}}}\ndata:\n  <<: *l\n{many}"
    );
    assert_eq!(answer(&text), "ok");
}

#[test]
fn explain_follows_paths() {
    let found =
        kubeproof::validation::explain("ingress.spec.rules[].host", KubeVersion::DEFAULT).expect("a field");
    assert_eq!(
        (found.kind.group, found.kind.version),
        ("networking.k8s.io", "v1")
    );
    let names: Vec<&str> = found.fields.iter().map(|field| field.name).collect();
    assert_eq!(names, ["spec", "rules", "host"]);
    assert_eq!(found.fields[2].ty.to_string(), "string");
    let old = kubeproof::validation::explain("autoscaling/v1/hpa", KubeVersion::DEFAULT).expect("a kind");
    assert_eq!(old.kind.version, "v1");
    for (path, want) in [
        ("ingres", "did you mean `Ingress`?"),
        ("pod.spec.container", "did you mean `containers`?"),
        ("pod.metadata.name.x", "`name` has no fields"),
    ] {
        let error = kubeproof::validation::explain(path, KubeVersion::DEFAULT).expect_err(path);
        assert!(error.contains(want), "{error}");
    }
}

#[test]
fn spans_mark_keys_and_values() {
    let text = pod("nodeNam: a\npriority: high\ncontainers:\n  a: b\nvolumes: [5]\n");
    let mut marked: Vec<&str> = check(&text).iter().map(|d| &text[d.span.range()]).collect();
    marked.sort_unstable();
    assert_eq!(marked, ["5", "containers", "high", "nodeNam"]);
    let stages: Vec<Stage> = check(&text)
        .iter()
        .filter_map(|d| d.refusal.as_ref().map(|r| r.stage))
        .collect();
    assert_eq!(stages.len(), 4, "each refusal names its own stage: {stages:?}");
}
