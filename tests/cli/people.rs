//! What people are told of what the server refuses: one slip is one finding, and the rest is counted. Programs get all.

use super::{BAD, Folder};

/// What a Deployment is, but for its pods.
const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: nginx:1.27
          tty: true
";

/// The rules of the errors that people are told, and how many more the summary says there are. All errors that
/// programs are told are one or the other.
fn told(text: &str) -> (Vec<String>, usize) {
    let folder = Folder::new(&[("a.yaml", text)]);
    let concise = folder.run(&["check", "--format", "concise"]).stdout;
    let rule = |line: &str| Some(line.split_once("error[")?.1.split_once(']')?.0.to_string());
    let summary = folder.run(&["check"]).stdout;
    let before = summary.split_once(" more error").map(|(before, _)| before);
    let more = before.and_then(|before| before.rsplit(' ').next()?.parse().ok());
    (concise.lines().filter_map(rule).collect(), more.unwrap_or(0))
}

#[test]
fn a_slip_is_told_once() {
    let changed = |from: &str, to: &str| {
        assert!(DEPLOYMENT.contains(from), "{from}");
        DEPLOYMENT.replace(from, to)
    };
    let service = |spec: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec: {{{spec}, selector: {{app: web}}}}\n"
        )
    };
    for (text, rules, more) in [
        (DEPLOYMENT.to_string(), "", 0),
        // A field that is misspelt, or at a wrong place, is missing where it belongs.
        (changed("containers", "container"), "schema/unknown-field", 1),
        (changed("matchLabels", "MatchLabels"), "schema/unknown-field", 1),
        (
            changed("metadata: {name", "metadat: {name"),
            "schema/unknown-field",
            1,
        ),
        (
            changed("template", "x")
                .replace("  x:", "template:")
                .replace("\n    ", "\n  "),
            "schema/unknown-field",
            2,
        ),
        (
            changed(
                "tty: true",
                "volumeMounts: [{name: a, mountPath: /a}]\n          volumes: [{name: a, emptyDir: {}}]",
            ),
            "schema/unknown-field",
            1,
        ),
        // What has a wrong type is empty.
        (changed("{labels: {app: web}}", "{labels: web}"), "schema/type", 1),
        (
            changed("metadata: {labels: {app: web}}", "metadata: []"),
            "schema/type",
            1,
        ),
        // A word that is none decides nothing.
        (
            service("type: Loadbalancer, loadBalancerClass: a/b, ports: [{port: 80}]"),
            "schema/not-supported",
            1,
        ),
        // What is refused counts as missing, and what is to be removed may be what it is.
        (
            changed(
                "tty: true",
                "volumeMounts: [{name: A, mountPath: /a}]\n      volumes: [{name: A, emptyDir: {}}]",
            ),
            "schema/invalid",
            1,
        ),
        (
            changed("tty: true", "tty: true\n      ephemeralContainers: [{name: d}]"),
            "schema/forbidden",
            1,
        ),
        // One value, or one that is missing, with several faults.
        (changed("app: web}}", "/: web}}"), "schema/invalid", 1),
        (
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: a}\n".into(),
            "schema/required",
            0,
        ),
    ] {
        let (found, rest) = told(&text);
        assert_eq!((found.join(" "), rest), (rules.to_string(), more), "{text}");
    }
}

#[test]
fn a_slip_in_a_custom_resource_is_told_once() {
    let schema = "{type: object, properties: {spec: {type: object, required: [size], properties: {size: {type: integer}}}}}";
    let definition = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: boxes.example.com}}\n\
         spec:\n  group: example.com\n  scope: Namespaced\n  names: {{kind: Box, plural: boxes}}\n  \
         versions: [{{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {schema}}}}}]\n---\n"
    );
    for (spec, rules, more) in [
        ("spec: {size: 1}", "", 0),
        ("spec: {Size: 1}", "schema/unknown-field", 1),
        ("spec: {}\nsize: 1", "schema/unknown-field", 1),
        ("spec: {colour: 1}", "schema/required schema/unknown-field", 0),
    ] {
        let text =
            format!("{definition}apiVersion: example.com/v1\nkind: Box\nmetadata: {{name: a}}\n{spec}\n");
        let (found, rest) = told(&text);
        assert_eq!((found.join(" "), rest), (rules.to_string(), more), "{text}");
    }
}

#[test]
fn faults_with_causes_of_their_own_are_told() {
    let changed = |from: &str, to: &str| {
        assert!(DEPLOYMENT.contains(from), "{from}");
        DEPLOYMENT.replace(from, to)
    };
    for (text, count) in [
        // The container has no good name whatever `replica` is.
        (
            changed("replicas", "replica").replace("name: web\n          image", "name: A\n          image"),
            2,
        ),
        // Entries of a map stand beside each other.
        (changed("{name: web}", "{name: web, labels: {a: 1, b: c d}}"), 2),
        (
            changed("metadata: {labels: {app: web}}", "metadata: {labels: {app: other, version: 1}}"),
            2,
        ),
        (
            changed(
                "tty: true",
                "resources: {limits: {cpu: 100m, memory: 1Gi}, requests: {cpu: 1, memory: 2Gb}}",
            ),
            2,
        ),
        // A field that is misspelt is not all that its holder may lack.
        (
            changed("replicas: 1", "strategy: {type: Rolling, rollingUpdat: {maxSurge: 1}}"),
            2,
        ),
        (changed("tty: true", "livenessProbe: {periodSecond: 5}"), 2),
        // A word that is none does not make a value right.
        (
            "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: Loadbalancer, \
             loadBalancerSourceRanges: [10.0.0.0/33], ports: [{port: 80}]}\n"
                .to_string(),
            2,
        ),
        // Two fields to be added.
        (
            "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec:\n  maxReplicas: 3\n  \
             scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}\n  \
             behavior: {scaleUp: {policies: [{type: Pods}]}}\n"
                .to_string(),
            2,
        ),
    ] {
        let (found, _) = told(&text);
        assert_eq!(found.len(), count, "{text}\n{found:?}");
    }
}

#[test]
fn what_follows_is_told_where_its_cause_is_not() {
    let misspelt = DEPLOYMENT.replace(
        "      containers:",
        "      container: # kubeproof: ignore[schema/unknown-field] why",
    );
    assert_eq!(told(&misspelt), (vec!["schema/required".to_string()], 0));
}

#[test]
fn programs_are_told_all() {
    // Several faults of one finalizer.
    let text = BAD.replace("10.0.0.1", "a.example.com").replace(
        "spec:",
        &format!("  finalizers: [\"{}_/x y\"]\nspec:", "a".repeat(300)),
    );
    let folder = Folder::new(&[("a.yaml", &text)]);
    let json = folder.run(&["check", "--format", "json"]).json();
    let all = json["diagnostics"].as_array().expect("diagnostics");
    assert!(all.len() > 1, "{all:#?}");
    assert_eq!(told(&text).0.len(), 1);
}

/// What is told of a manifest, and what its unsafe fixes make of it.
fn told_and_mended(text: &str) -> (String, String) {
    let folder = Folder::new(&[("a.yaml", text)]);
    let told = folder
        .run(&["check", "--exit-zero", "--ignore", "references", "a.yaml"])
        .stdout;
    folder.run(&["check", "--fix", "--unsafe-fixes", "a.yaml"]);
    let mended = std::fs::read_to_string(folder.path().join("a.yaml")).expect("it is there");
    (told, mended)
}

#[test]
fn an_item_with_a_dash_before_each_field_is_one_slip() {
    let (told, mended) = told_and_mended(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a}\nrules:\n\
         \x20 - apiGroups: [\"\"]\n  - resources: [pods]\n  - verbs: [get]\n",
    );
    insta::assert_snapshot!(told);
    assert!(
        mended.ends_with("\n  - apiGroups: [\"\"]\n    resources: [pods]\n    verbs: [get]\n"),
        "{mended}"
    );
    let (told, mended) = told_and_mended(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\nspec:\n  rules:\n    - host: a.example.com\n      http:\n\
         \x20       paths:\n        - path: /\n        - pathType: Prefix\n        - backend: {service: {name: a, port: {number: 80}}}\n",
    );
    assert!(told.contains("\n1 error in 1 of 1 file"), "{told}");
    assert!(
        mended.contains("- path: /\n          pathType: Prefix\n          backend:"),
        "{mended}"
    );
}

#[test]
fn a_dash_too_many_is_told() {
    let (told, mended) = told_and_mended(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n\
         \x20   - name: a\n      image: b\n    - ports:\n        - containerPort: 80\n      stdin: true\n",
    );
    insta::assert_snapshot!(told);
    assert!(
        mended.contains("      image: b\n      ports:\n        - containerPort: 80\n      stdin"),
        "{mended}"
    );
}

#[test]
fn what_one_item_lacks_is_told_once() {
    let text = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: a}\n\
         webhooks:\n  - name: a.example.com\n    sideEffects: None\n    admissionReviewVersions: [v1]\n\
         \x20   clientConfig: {url: 'https://a.example.com/'}\n    rules:\n      - operations: [CREATE]\n";
    let (told, _) = told_and_mended(text);
    insta::assert_snapshot!(told);
    // Programs get each.
    let folder = Folder::new(&[("a.yaml", text)]);
    let json = folder.run(&["check", "--format", "json", "a.yaml"]).json();
    assert_eq!(json["diagnostics"].as_array().map(Vec::len), Some(3));
    // What is missing is no absolute path either.
    let volume = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}\n\
         spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], nfs: {}}\n";
    let (told, _) = told_and_mended(volume);
    insta::assert_snapshot!(told);
}

#[test]
fn fields_that_belong_to_one_place_are_one_slip() {
    let (told, _) = told_and_mended(
        "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\nspec:\n  schedule: '0 0 * * *'\n  jobTemplate:\n    spec:\n\
         \x20     containers: [{name: a, image: b}]\n      backoffLimit: 1\n      restartPolicy: OnFailure\n      volumes: []\n",
    );
    insta::assert_snapshot!(told);
}

#[test]
fn a_key_that_comes_again_tells_of_a_lost_dash_or_indentation() {
    let (told, mended) = told_and_mended(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - name: app\n      image: acme/app:1\n\
         \x20     args: [serve]\n      name: worker\n      image: acme/app:1\n      args: [work]\n",
    );
    insta::assert_snapshot!(told);
    assert!(
        mended.contains("[serve]\n    - name: worker\n      image:"),
        "{mended}"
    );
    let config = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n\
         \x20 containers: [{name: a, image: nginx, volumeMounts: [{name: config, mountPath: /c}]}]\n\
         \x20 volumes:\n    - name: config\n      configMap:\n      name: web-config\n";
    let (told, mended) = told_and_mended(config);
    insta::assert_snapshot!(told);
    assert_eq!(mended, config);
}

/// Each is one slip, told where it is.
#[test]
fn what_stands_at_a_wrong_place_is_told_once() {
    let pod = "template:\n    metadata: {labels: {a: b}}\n    spec: {containers: [{name: a, image: b}]}\n";
    let deployment = |spec: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec:\n  selector: {{matchLabels: {{a: b}}}}\n{spec}"
        )
    };
    let policy = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: a}\nspec:\n\
         \x20 matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}\n\
         \x20 validation: [{expression: 'true'}]\n";
    let schema = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: shops.example.com}\nspec:\n\
         \x20 group: example.com\n  scope: Namespaced\n  names: {plural: shops, kind: Shop}\n  versions:\n    - name: v1\n      served: true\n\
         \x20     storage: true\n      schema:\n        openAPIV3Schema:\n          type: object\n          properties: {spec: {type: object}}\n\
         \x20         status: {type: object}\n          image: {type: string}\n";
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec:\n  accessModes: [ReadWriteOnce]\n  resources: {storage: 10Gi}\n";
    let scaler = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec:\n  maxReplicas: 3\n\
         \x20 scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}\n\
         \x20 metrics:\n    - type: Resource\n      resource:\n      name: cpu\n      target: {type: Utilization, averageUtilization: 70}\n";
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: a}\nspec:\n  serviceName: a\n  selector: {matchLabels: {a: b}}\n\
         \x20 template:\n    metadata: {labels: {a: b}}\n    spec: {containers: [{name: a, image: b, volumeMounts: [{name: data, mountPath: /d}]}]}\n\
         \x20 volumeClaimTemplates:\n    - name: data\n      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n";
    for (text, help) in [
        (
            deployment(
                "  template:\n    spec:\n      metadata: {labels: {a: b}}\n      containers: [{name: a, image: b}]\n",
            ),
            "it belongs to `spec.template`: indent it less",
        ),
        (
            deployment(
                "  template:\n    metadata:\n      labels: {a: b}\n      serviceAccountName: a\n      containers: [{name: a, image: b}]\n",
            ),
            "it belongs to `spec.template.spec`: move it there; so does `containers`",
        ),
        (
            format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\n  spec:\n    selector: {{matchLabels: {{a: b}}}}\n    {}",
                pod.replace("\n", "\n  ").trim_end()
            ) + "\n",
            "it belongs to the object itself: indent it less",
        ),
        (policy.to_string(), "did you mean `validations`?"),
        (schema.to_string(), "write it under `properties`; so does `image`"),
        (claim.to_string(), "use `requests.storage`"),
        (
            scaler.to_string(),
            "indent it, so that it belongs to `spec.metrics[0].resource`; so does `target`",
        ),
        (
            set.to_string(),
            "it belongs to `spec.volumeClaimTemplates[0].metadata`: move it there",
        ),
        (
            "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  port: 80\n  targetPort: 80\n"
                .into(),
            "it belongs to `spec.ports[]`: mend the indentation or move it there; so does `targetPort`",
        ),
        ("apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec:\n  maxReplicas: 3\n  behavior: {}\n  metrics: []\n\
            \x20 scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}\n".into(), "write `apiVersion: autoscaling/v2`, which has it; so does `metrics`"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: b, envFrom: [{configMap: {name: a}}]}]\n".into(), "use `configMapRef`"),
        ("apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  type: LoadBalancer\n  ports: [{name: a, port: 80}, {name: b, port: 80}]\n".into(), "remove one of them, or change its port or protocol"),
        ("apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: a}\nprovisioner: a.b.c\nallowedTopologies: [{matchExpressions: [{key: a, values: [b]}]}]\n".into(), "use `matchLabelExpressions`"),
    ] {
        let (told, _) = told_and_mended(&text);
        assert!(told.contains(&format!("help: {help}\n")), "{text}{told}");
        assert!(told.contains("\n1 error in 1 of 1 file"), "{text}{told}");
    }
    // What is filled in later lists no indexes yet.
    let (told, _) = told_and_mended(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec:\n  completionMode: Indexed\n  completions: 5\n\
         \x20 successPolicy: {rules: [{succeededIndexes: \"${INDEXES}\", succeededCount: 2}]}\n\
         \x20 template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}\n",
    );
    assert!(!told.contains("error"), "{told}");
}

/// A misplaced field says nothing of the one that is there.
#[test]
fn what_is_there_is_judged_beside_a_slip() {
    let (told, _) = told_and_mended(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: -3\n  selector: {matchLabels: {app: web}}\n\
         \x20 strategy: {type: Foo, spec: {paused: true}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      volumes: [{name: Bad_, emptyDir: {}}]\n\
         \x20     containers:\n        - {name: Web_1, image: a, volumes: []}\n",
    );
    for place in [
        "`replicas` is -3",
        "does not know `Foo`",
        "`Bad_`",
        "`Web_1`",
        "no field `spec`",
        "no field `volumes`",
    ] {
        assert!(told.contains(place), "{place}: {told}");
    }
    // Two items that lack the same are no one item, nor are two sources.
    let (told, mended) = told_and_mended(
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec:\n  maxReplicas: 3\n\
         \x20 scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}\n  metrics:\n\
         \x20   - resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}\n\
         \x20   - external: {metric: {name: q}, target: {type: Value, value: 1}}\n",
    );
    assert!(
        told.contains("\n2 errors in 1 of 1 file") && mended.contains("    - external"),
        "{told}{mended}"
    );
    // A dash among keys that come again in another order is not guessed.
    let env = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      image: b\n      env:\n\
         \x20       - value: seven\n          name: G\n          name: H\n          value: eight\n";
    let (told, mended) = told_and_mended(env);
    assert!(
        told.matches("is set twice").count() == 2 && mended == env,
        "{told}{mended}"
    );
}
