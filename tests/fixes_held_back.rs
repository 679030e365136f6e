//! What fixes leave alone, though a finding is there: a safe fix changes nothing but the fault.

use kubeproof::fix::{Level, mend_inputs};
use kubeproof::manifest::Surroundings;
use kubeproof::settings::Settings;

/// The text after all fixes of a level.
fn fixed(text: &str, level: Level) -> String {
    let name = if text.starts_with('{') { "a.json" } else { "a.yaml" };
    let inputs = vec![(name.to_string(), text.as_bytes().to_vec())];
    let (_, changes) = mend_inputs(inputs, &Surroundings::default(), &Settings::default(), level);
    let after = changes.into_values().next().map(|change| change.after);
    after.unwrap_or_else(|| text.to_string())
}

#[track_caller]
fn becomes(level: Level, before: &str, after: &str) {
    let text = fixed(before, level);
    assert_eq!(text, after);
    assert_eq!(fixed(&text, level), text, "a second run changes nothing");
}

/// Neither level changes the text.
#[track_caller]
fn stays(text: &str) {
    becomes(Level::Safe, text, text);
    becomes(Level::Unsafe, text, text);
}

/// The safe fixes change nothing, the others do.
#[track_caller]
fn needs_a_look(before: &str, after: &str) {
    becomes(Level::Safe, before, before);
    becomes(Level::Unsafe, before, after);
}

const INGRESS: &str = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: shop}\n";
const BACKEND: &str = "backend: {service: {name: shop, port: {number: 80}}}";

#[test]
fn json_stays_json() {
    becomes(
        Level::Safe,
        r#"{"apiVersion":"v1","kind":"configmap","metadata":{"name":"shop"}}"#,
        r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"shop"}}"#,
    );
    becomes(
        Level::Safe,
        r#"{"apiVersion":"v1","Kind":"ConfigMap","metadata":{"name":"shop"}}"#,
        r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"shop"}}"#,
    );
    becomes(
        Level::Unsafe,
        r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"shop"},"type":"opaque"}"#,
        r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"shop"},"type":"Opaque"}"#,
    );
    becomes(
        Level::Safe,
        "apiVersion: v1\nkind: 'configMap' # quoted\nmetadata: {name: shop}\n",
        "apiVersion: v1\nkind: 'ConfigMap' # quoted\nmetadata: {name: shop}\n",
    );
}

#[test]
fn what_an_alias_brings_elsewhere_stays() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec:\n  containers:\n  - name: a\n    image: a\n";
    let env = |value: &str| format!("    env:\n    - name: PORT\n      value: {value}\n");
    let ports = |port: &str| format!("    ports:\n    - containerPort: {port}\n");
    stays(&format!("{pod}{}{}", env("&port 8080"), ports("*port")));
    stays(&format!("{pod}{}{}", ports("&port \"8080\""), env("*port")));
    stays("kind: &k configmap\napiVersion: v1\nmetadata: {name: shop, labels: {k: *k}}\n");
    // An anchor that nobody uses binds nothing.
    let alone = format!("{pod}{}", env("&port 8080"));
    becomes(Level::Safe, &alone, &alone.replace("8080", "\"8080\""));
    // In a mapping that is used twice, a fix is for people to look at.
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\n  labels: &l\n    version: 1.10\n  annotations: *l\n";
    needs_a_look(map, &map.replace("1.10", "\"1.10\""));
    // Elsewhere in the file all is as ever.
    let other =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata:\n  a: &a x\n  b: *a\n  c: no\n";
    becomes(Level::Safe, other, &other.replace("no", "\"no\""));
}

#[test]
fn a_null_with_an_anchor_is_not_filled() {
    let path = |kind: &str| {
        format!(
            "{INGRESS}spec:\n  rules:\n  - http:\n      paths:\n      - path: /\n        pathType:{kind}\n        {BACKEND}\n"
        )
    };
    stays(&path(" &a"));
    stays(&path(" !!null"));
    becomes(Level::Safe, &path(""), &path(" ImplementationSpecific"));
}

#[test]
fn what_a_comment_keeps_back_stays() {
    let keep = "# kubeproof: ignore[metadata/server-set-field] the import wants it\n";
    let item = |name: &str, uid: &str| {
        format!("- apiVersion: v1\n  kind: Namespace\n  metadata:\n    name: {name}\n{uid}")
    };
    let uid = "    uid: x\n";
    let list = |first: &str, between: &str, second: &str| {
        format!(
            "apiVersion: v1\nkind: List\nitems:\n{}{between}{}",
            item("a", first),
            item("b", second)
        )
    };
    becomes(Level::Safe, &list(uid, keep, uid), &list("", keep, uid));
    let field = |first: &str, last: &str| {
        format!("apiVersion: v1\nkind: Namespace\nmetadata:\n{first}  name: a\n{last}")
    };
    let kept = "  uid: x # kubeproof: ignore[metadata/server-set-field] the import wants it\n";
    let set = "  resourceVersion: \"1\"\n";
    becomes(Level::Safe, &field(kept, set), &field(kept, ""));
    becomes(Level::Safe, &field(set, kept), &field("", kept));
    stays(&field(kept, ""));
    let status = "status:\n  phase: Active\n";
    let commented = |uid: &str| field("", &format!("{uid}{keep}{status}"));
    becomes(Level::Safe, &commented("  uid: x\n"), &commented(""));
}

#[test]
fn a_status_that_is_stored_stays() {
    stays("apiVersion: v1\nkind: Node\nmetadata: {name: kwok}\nstatus: {capacity: {cpu: \"8\"}}\n");
    let node = |uid: &str| {
        format!(
            "apiVersion: v1\nkind: Node\nmetadata:\n  name: kwok\n{uid}status:\n  capacity: {{cpu: \"8\"}}\n"
        )
    };
    becomes(Level::Safe, &node("  uid: x\n"), &node(""));
    let boat = |uid: &str| {
        format!("apiVersion: example.org/v1\nkind: Boat\nmetadata:\n  name: a\n{uid}status: sunk\n")
    };
    becomes(Level::Safe, &boat("  uid: x\n"), &boat(""));
    let space = |rest: &str| format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n{rest}");
    becomes(Level::Safe, &space("status:\n  phase: Active\n"), &space(""));
}

#[test]
fn padding_is_sure_for_what_is_base64_beyond_doubt() {
    let secret = |value: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: shop}}\ndata:\n  a: {value}\n")
    };
    let long = "aHR0cHM6Ly91c2VyQHNob3AuZXhhbXBsZS5jb20vYQ";
    becomes(Level::Safe, &secret(long), &secret(&format!("{long}==")));
    for text in [
        "S3cret",
        "aGVsbG8",
        "Tz4vQ9pLkW2mXc7RbN1sYh6JdF0aEu",
        "AC0123456789abcdef0123456789abcdef",
    ] {
        becomes(Level::Safe, &secret(text), &secret(text));
    }
}

#[test]
fn a_secret_gets_a_type_that_its_data_fit() {
    let secret = |kind: &str, data: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: shop}}\ntype: {kind}\nstringData: {{{data}}}\n"
        )
    };
    for (kind, data) in [
        ("tls", "cert.pem: x"),
        ("tls", "tls.crt: x"),
        ("ssh", "id_rsa: x"),
        ("docker-registry", "config.json: x"),
        ("basic-auth", "user: x"),
    ] {
        stays(&secret(kind, data));
    }
    needs_a_look(&secret("opaque", "a: x"), &secret("Opaque", "a: x"));
    let ssh = "ssh-privatekey: x";
    needs_a_look(&secret("ssh", ssh), &secret("kubernetes.io/ssh-auth", ssh));
}

#[test]
fn an_annotation_that_stands_twice_is_not_moved() {
    let twice = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: shop\n  annotations:\n    \
                 kubernetes.io/ingress.class: nginx\n    kubernetes.io/ingress.class: traefik\nspec:\n  defaultBackend: \
                 {service: {name: shop, port: {number: 80}}}\n";
    becomes(Level::Safe, twice, twice);
    let once = |class: &str, field: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: shop\n{class}spec:\n{field}  defaultBackend: {{service: {{name: shop, port: {{number: 80}}}}}}\n"
        )
    };
    needs_a_look(
        &once("  annotations:\n    kubernetes.io/ingress.class: nginx\n", ""),
        &once("", "  ingressClassName: nginx\n"),
    );
}

#[test]
fn objects_are_not_parted_where_a_key_is_lost() {
    let second = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n";
    let first = |data: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\n{data}");
    let twice = format!("{}{second}", first("data: {x: \"1\"}\ndata: {y: \"2\"}\n"));
    becomes(Level::Safe, &twice, &twice);
    let once = first("data: {x: \"1\"}\n");
    becomes(
        Level::Safe,
        &format!("{once}{second}"),
        &format!("{once}---\n{second}"),
    );
}

#[test]
fn equal_entries_are_equal_as_they_are_read() {
    let map = |data: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n{data}");
    let forty = "  k: v\n".repeat(40);
    becomes(Level::Safe, &map(&forty), &map("  k: v\n"));
    becomes(
        Level::Safe,
        &map("  k: v\n  k: \"v\" # quoted\n"),
        &map("  k: \"v\" # quoted\n"),
    );
    let pod = |context: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n  - name: a\n    image: b\n{context}"
        )
    };
    let deep = "    securityContext:\n      capabilities:\n        drop: [ALL]\n";
    // The same text, another tree.
    let flat = "    securityContext:\n        capabilities:\n        drop: [ALL]\n";
    let both = pod(&format!("{deep}{flat}"));
    assert_eq!(fixed(&both, Level::Safe), both);
    becomes(Level::Safe, &pod(&format!("{deep}{deep}")), &pod(deep));
}

#[test]
fn quotes_are_not_seen_where_a_namespace_stands() {
    let text = |name: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: a\n  namespace: w\n  annotations:\n    \
             nginx.ingress.kubernetes.io/auth-secret: {name}\n    nginx.ingress.kubernetes.io/auth-type: basic\nspec: \
             {{defaultBackend: {{service: {{name: a, port: {{number: 80}}}}}}}}\n---\napiVersion: v1\nkind: Secret\nmetadata: \
             {{name: db-credentials, namespace: w}}\nstringData: {{password: x}}\n"
        )
    };
    stays(&text("w/db-credentails"));
}

#[test]
fn tight_flow_style_is_changed_over() {
    let ingress = |version: &str, path: &str| {
        format!(
            "apiVersion: {version}\nkind: Ingress\nmetadata: {{name: a}}\nspec:\n  rules:\n  - http:\n      paths:\n      - {path}\n"
        )
    };
    for (before, after) in [
        (
            r#"{"path":"/","pathType":"Exact","backend":{"serviceName":"a","servicePort":80}}"#,
            r#"{"path":"/","pathType":"Exact","backend":{"service": {"name":"a","port": {"number":80}}}}"#,
        ),
        (
            r#"{"path":"/","pathType":"Exact","backend":{'servicePort':"http","serviceName":a}}"#,
            r#"{"path":"/","pathType":"Exact","backend":{'service': {'port': {'name':"http"},"name":a}}}"#,
        ),
    ] {
        becomes(
            Level::Unsafe,
            &ingress("extensions/v1beta1", before),
            &ingress("networking.k8s.io/v1", after),
        );
    }
    let explicit = r#"{path: /, pathType: Exact, backend: {? servicePort : 80, serviceName: a}}"#;
    stays(&ingress("extensions/v1beta1", explicit));
    let scaler = |version: &str, resource: &str| {
        format!(
            "apiVersion: autoscaling/{version}\nkind: HorizontalPodAutoscaler\nmetadata: {{name: a}}\nspec:\n  maxReplicas: 3\n  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: a}}\n  metrics:\n  - {{type: Resource, resource: {resource}}}\n"
        )
    };
    becomes(
        Level::Unsafe,
        &scaler("v2beta2", r#"{"name":"cpu","targetAverageUtilization":80}"#),
        &scaler(
            "v2",
            r#"{"name":"cpu","target": {"type": "Utilization", "averageUtilization":80}}"#,
        ),
    );
}

#[test]
fn what_is_written_as_json_in_yaml_stays_so() {
    let head = "# a comment is no JSON\n";
    let path = |kind: &str| {
        format!(
            "{head}{}",
            r#"{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"a"},"spec":{"rules":[{"http":{"paths":[{"path":"/",KIND"backend":{"service":{"name":"a","port":{"number":80}}}}]}}]}}"#
                .replace("KIND", kind)
        )
    };
    let with = path(r#" "pathType": "ImplementationSpecific","#);
    becomes(Level::Safe, &path(""), &with);
    becomes(Level::Safe, &path(r#" "pathType": null,"#), &with);
    let deployment = |version: &str, selector: &str| {
        format!(
            "{head}{}",
            r#"{"apiVersion":"VERSION","kind":"Deployment","metadata":{"name":"a"},"spec":{SELECTOR"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"a","image":"b"}]}}}}"#
                .replace("VERSION", version)
                .replace("SELECTOR", selector)
        )
    };
    becomes(
        Level::Unsafe,
        &deployment("extensions/v1beta1", ""),
        &deployment("apps/v1", r#""selector": {"matchLabels": {"a": "b"}}, "#),
    );
}

#[test]
fn a_word_in_the_wrong_case_is_put_right() {
    let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"shop"},"spec":{"restartPolicy":"POLICY","containers":[{"name":"a","image":"a"}]}}"#;
    becomes(
        Level::Safe,
        &pod.replace("POLICY", "never"),
        &pod.replace("POLICY", "Never"),
    );
    let service = |protocol: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec:\n  ports:\n  - port: 80\n    protocol: {protocol} # why\n"
        )
    };
    becomes(Level::Safe, &service("tcp"), &service("TCP"));
    becomes(Level::Safe, &service("\"Udp\""), &service("\"UDP\""));
    stays(&service("http"));
    stays(&service("!!str tcp"));
}

#[test]
fn a_custom_resource_is_mended_where_its_definition_is_sure() {
    let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: boats.example.org}\nspec:\n  \
                      group: example.org\n  scope: Namespaced\n  names: {kind: Boat, plural: boats}\n  versions:\n  - name: v1\n    \
                      served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n          \
                      crew: {type: integer}\n          sail: {type: string, enum: [Square, Lateen, LATEEN]}\n";
    let boat = |fields: &str| {
        format!("{definition}---\napiVersion: example.org/v1\nkind: Boat\nmetadata: {{name: a}}\n{fields}\n")
    };
    becomes(Level::Safe, &boat("crew: \"10\""), &boat("crew: 10"));
    stays(&boat("crew: \"010\""));
    becomes(Level::Safe, &boat("sail: square"), &boat("sail: Square"));
    stays(&boat("sail: lateen"));
}

#[test]
fn a_label_is_not_renamed_into_one_that_is_there() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec:\n  containers: [{name: shop, image: shop}]\n";
    stays(&format!(
        "{pod}  nodeSelector: {{beta.kubernetes.io/os: windows, kubernetes.io/os: linux}}\n"
    ));
    stays(&format!(
        "{pod}  nodeSelector: {{kubernetes.io/os: linux, beta.kubernetes.io/os: linux}}\n"
    ));
    needs_a_look(
        &format!("{pod}  nodeSelector: {{beta.kubernetes.io/os: linux}}\n"),
        &format!("{pod}  nodeSelector: {{kubernetes.io/os: linux}}\n"),
    );
}
