//! Fixes of whole objects, as their author would see them: before and after.

use kubeproof::fix::{Level, mend_inputs};
use kubeproof::manifest::Surroundings;
use kubeproof::settings::Settings;

/// The text after all fixes of a level, and how many findings were fixed.
fn fixed(name: &str, text: &str, level: Level) -> (String, usize) {
    let inputs = vec![(name.to_string(), text.as_bytes().to_vec())];
    let (_, changes) = mend_inputs(inputs, &Surroundings::default(), &Settings::default(), level);
    changes
        .into_values()
        .next()
        .map_or((text.to_string(), 0), |change| (change.after, change.fixed))
}

#[track_caller]
fn becomes(before: &str, after: &str) {
    let name = if before.starts_with('{') {
        "a.json"
    } else {
        "a.yaml"
    };
    let (text, _) = fixed(name, before, Level::Unsafe);
    assert_eq!(text, after);
    assert_eq!(
        fixed(name, &text, Level::Unsafe),
        (text.clone(), 0),
        "a second run changes nothing"
    );
}

#[track_caller]
fn stays(text: &str) {
    becomes(text, text);
}

#[test]
fn an_ingress_of_extensions_v1beta1_is_changed_over() {
    becomes(
        "\
apiVersion: extensions/v1beta1 # old
kind: Ingress
metadata:
  name: shop
  annotations:
    kubernetes.io/ingress.class: nginx # by annotation
    example.com/other: a
spec:
  backend: # for the rest
    serviceName: other
    servicePort: http
  rules:
  - host: shop.example.com
    http:
      paths:
      # the front page
      - path: /
        backend:
          serviceName: shop # the shop
          servicePort: 80
      - backend:
          servicePort: \"8080\"
          # reversed
          serviceName: cart
      - path: /old
        pathType: Prefix
        backend: {serviceName: old, servicePort: 80}
      - {path: /flow, backend: {servicePort: web, serviceName: flow}}
",
        "\
apiVersion: networking.k8s.io/v1 # old
kind: Ingress
metadata:
  name: shop
  annotations:
    example.com/other: a
spec:
  ingressClassName: nginx
  defaultBackend: # for the rest
    service:
      name: other
      port:
        name: http
  rules:
  - host: shop.example.com
    http:
      paths:
      # the front page
      - path: /
        pathType: ImplementationSpecific
        backend:
          service:
            name: shop # the shop
            port:
              number: 80
      - pathType: ImplementationSpecific
        backend:
          service:
            port:
              number: 8080
          # reversed
            name: cart
      - path: /old
        pathType: Prefix
        backend: {service: {name: old, port: {number: 80}}}
      - {path: /flow, pathType: ImplementationSpecific, backend: {service: {port: {name: web}, name: flow}}}
",
    );
}

#[test]
fn an_ingress_in_json_is_changed_over() {
    becomes(
        r#"{
  "apiVersion": "networking.k8s.io/v1beta1",
  "kind": "Ingress",
  "metadata": {"name": "shop"},
  "spec": {
    "rules": [
      {"http": {"paths": [
        {
          "path": "/",
          "backend": {
            "serviceName": "shop",
            "servicePort": 80
          }
        }
      ]}}
    ]
  }
}
"#,
        r#"{
  "apiVersion": "networking.k8s.io/v1",
  "kind": "Ingress",
  "metadata": {"name": "shop"},
  "spec": {
    "rules": [
      {"http": {"paths": [
        {
          "path": "/",
          "pathType": "ImplementationSpecific",
          "backend": {
            "service": {"name": "shop",
            "port": {"number": 80}}
          }
        }
      ]}}
    ]
  }
}
"#,
    );
}

#[test]
fn an_ingress_that_is_not_understood_stays() {
    for backend in [
        "{serviceName: shop}",
        "{serviceName: shop, servicePort: }",
        "{serviceName: shop, servicePort: 80.5}",
        "{serviceName: shop, weight: 1, servicePort: 80}",
        "",
    ] {
        stays(&format!(
            "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {{name: shop}}\nspec:\n  rules:\n  - http:\n      \
             paths:\n      - path: /\n        backend: {backend}\n"
        ));
    }
    stays(
        "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: a}\nspec:\n  rules:\n  - http:\n      paths:\n\
         \x20     - path: /\n        backend: &b {serviceName: a, servicePort: 80}\n      - path: /b\n        backend: *b\n",
    );
}

#[test]
fn a_deployment_gets_the_selector_it_had_by_default() {
    let template = "    metadata:\n      labels:\n        app: shop\n        tier: \"front\"\n    spec:\n      containers:\n      - name: a\n        image: a\n";
    let head = "kind: Deployment\nmetadata:\n  name: shop\nspec:\n  replicas: 1\n";
    becomes(
        &format!("apiVersion: extensions/v1beta1\n{head}  # of the pods\n  template:\n{template}"),
        &format!(
            "apiVersion: apps/v1\n{head}  # of the pods\n  selector:\n    matchLabels:\n      app: shop\n      tier: \
             \"front\"\n  template:\n{template}"
        ),
    );
    let selector = "  selector: {matchLabels: {app: shop}}\n";
    becomes(
        &format!("apiVersion: apps/v1beta2\n{head}{selector}  template:\n{template}"),
        &format!("apiVersion: apps/v1\n{head}{selector}  template:\n{template}"),
    );
    // `apps/v1` refuses a selector that does not match.
    let other = "  selector: {matchLabels: {app: till}}\n";
    stays(&format!(
        "apiVersion: apps/v1beta1\n{head}{other}  template:\n{template}"
    ));
    stays(&format!(
        "apiVersion: apps/v1beta1\n{head}  rollbackTo: {{revision: 1}}\n{selector}  template:\n{template}"
    ));
}

#[test]
fn other_versions_change_over_where_their_shape_allows() {
    for (old, new, rest) in [
        (
            "batch/v1beta1",
            "batch/v1",
            "kind: CronJob\nmetadata: {name: a}\nspec:\n  schedule: '@daily'\n  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}}\n",
        ),
        (
            "policy/v1beta1",
            "policy/v1",
            "kind: PodDisruptionBudget\nmetadata: {name: a}\nspec: {minAvailable: 1, selector: {matchLabels: {a: b}}}\n",
        ),
        (
            "rbac.authorization.k8s.io/v1beta1",
            "rbac.authorization.k8s.io/v1",
            "kind: Role\nmetadata: {name: a}\nrules: []\n",
        ),
        (
            "storage.k8s.io/v1beta1",
            "storage.k8s.io/v1",
            "kind: StorageClass\nmetadata: {name: a}\nprovisioner: example.com/a\n",
        ),
        (
            "networking.k8s.io/v1beta1",
            "networking.k8s.io/v1",
            "kind: IngressClass\nmetadata: {name: a}\nspec: {controller: example.com/a}\n",
        ),
    ] {
        becomes(
            &format!("apiVersion: {old}\n{rest}"),
            &format!("apiVersion: {new}\n{rest}"),
        );
    }
    // An empty selector matches everything in v1, and matched nothing before.
    stays(
        "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: a}\nspec: {minAvailable: 1, selector: {}}\n",
    );
    stays(
        "apiVersion: apiextensions.k8s.io/v1beta1\nkind: CustomResourceDefinition\nmetadata: {name: as.example.com}\nspec:\n  group: example.com\n  version: v1\n  names: {kind: A, plural: as}\n",
    );
}

#[test]
fn an_autoscaler_gets_targets() {
    let head = "kind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec:\n  maxReplicas: 3\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}\n  metrics:\n";
    becomes(
        &format!(
            "apiVersion: autoscaling/v2beta1\n{head}  - type: Resource\n    resource:\n      name: cpu\n      \
             targetAverageUtilization: 80 # percent\n  - type: Resource\n    resource: {{name: memory, targetAverageValue: 1Gi}}\n"
        ),
        &format!(
            "apiVersion: autoscaling/v2\n{head}  - type: Resource\n    resource:\n      name: cpu\n      target:\n        \
             type: Utilization\n        averageUtilization: 80 # percent\n  - type: Resource\n    resource: {{name: memory, \
             target: {{type: AverageValue, averageValue: 1Gi}}}}\n"
        ),
    );
    // The old field under a version that never had it.
    becomes(
        &format!(
            "apiVersion: autoscaling/v2beta2\n{head}  - type: Resource\n    resource: {{name: cpu, targetAverageUtilization: 80}}\n"
        ),
        &format!(
            "apiVersion: autoscaling/v2\n{head}  - type: Resource\n    resource: {{name: cpu, target: {{type: Utilization, averageUtilization: 80}}}}\n"
        ),
    );
    stays(&format!(
        "apiVersion: autoscaling/v2beta1\n{head}  - type: Pods\n    pods: {{metricName: a, targetAverageValue: 1}}\n"
    ));
}

#[test]
fn a_list_loses_all_that_the_server_set() {
    let item = |name: &str, extra: &str| {
        format!("- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n{extra}    name: {name}\n")
    };
    let head = "apiVersion: v1\nkind: List\nitems:\n";
    let set = "    creationTimestamp: \"2026-01-15T10:00:00Z\"\n    managedFields:\n    - manager: kubectl\n      \
               operation: Update\n    uid: 8a6d4f0e-0000-4000-8000-000000000001\n";
    let before = format!("{head}{}{}", item("a", set), item("b", set));
    let after = format!("{head}{}{}", item("a", ""), item("b", ""));
    assert_eq!(fixed("a.yaml", &before, Level::Safe), (after, 1));
}

#[test]
fn a_field_is_not_renamed_to_one_that_is_there() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: shop}\n";
    let with = |rest: &str| format!("{secret}{rest}");
    // Two entries of one name: one of them would be lost.
    for rest in [
        "data: {a: YQ==}\ndata2: {b: Yg==}\n",
        "data: {a: YQ==}\nData: {b: Yg==}\n",
        "Data: {a: YQ==}\ndatas: {b: Yg==}\n",
        "StringData: {a: a}\nstringdata: {b: b}\n",
        "Data: {a: YQ==}\nDATA: {b: Yg==}\n",
    ] {
        stays(&with(rest));
    }
    becomes(&with("'stringdata': {b: b}\n"), &with("'stringData': {b: b}\n"));
    becomes(
        r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"shop"},"stringdata":{"a":"a"}}"#,
        r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"shop"},"stringData":{"a":"a"}}"#,
    );
}

#[test]
fn quotes_stay_where_the_number_would_be_another_one() {
    let service = |port: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: shop}}\nspec:\n  ports: [{{port: {port}, targetPort: 80}}]\n"
        )
    };
    for port in ["\"010\"", "'080'", "\"-0\"", "\"0x50\"", "\"1_0\""] {
        stays(&service(port));
    }
    becomes(&service("\"10\""), &service("10"));
}

#[test]
fn a_key_that_is_nearly_kind_is_no_certain_slip() {
    let text = "apiVersion: v1\nkid: Namespace\nmetadata: {name: shop}\n";
    assert_eq!(fixed("a.yaml", text, Level::Safe).1, 0);
    becomes(text, &text.replace("kid", "kind"));
    let case = text.replace("kid", "Kind");
    let meant = text.replace("kid", "kind");
    assert_eq!(fixed("a.yaml", &case, Level::Safe), (meant, 1));
}

#[test]
fn safe_fixes_keep_the_meaning() {
    let before = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: shop
  name: shop
data:
  country: no # Norway
  zip: 01234
";
    let after = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: shop
data:
  country: \"no\" # Norway
  zip: \"01234\"
";
    assert_eq!(fixed("a.yaml", before, Level::Safe), (after.to_string(), 3));
}

#[test]
fn nothing_is_written_that_would_be_wrong_as_well() {
    let pod = |rest: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: shop}}\nspec:\n  {rest}\n  containers: [{{name: a, image: b}}]\n"
        )
    };
    let claim = |rest: &str| {
        format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: shop}}\nspec:\n  {rest}\n  resources: {{requests: {{storage: 1Gi}}}}\n"
        )
    };
    // A word that the field does not know, quoted or not; a name of the plural for one value.
    stays(&pod("restartPolicy: no"));
    stays(&pod("imagePullSecret: regcred"));
    stays(&pod("ephemeralContainer: {name: a}"));
    stays(&claim("accessMode: ReadWriteOnce"));
    becomes(
        &claim("accessMode: [ReadWriteOnce]"),
        &claim("accessModes: [ReadWriteOnce]"),
    );
    becomes(&pod("nodeName: 5"), &pod("nodeName: \"5\""));
    // Capitals that wait for somebody.
    let ingress = |host: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: shop}}\nspec:\n  rules:\n  - host: {host}\n    http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: shop, port: {{number: 80}}}}}}}}]}}\n"
        )
    };
    stays(&ingress("PLACEHOLDER"));
    stays(&ingress("YOUR-DOMAIN.com"));
    becomes(&ingress("Shop.example.com"), &ingress("shop.example.com"));
}
