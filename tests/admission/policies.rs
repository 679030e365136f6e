//! ValidatingAdmissionPolicies: what they refuse of what lies with them.

use kubeproof::diagnostic::Severity;
use kubeproof::manifest::Surroundings;
use kubeproof::settings::{RuleSet, Settings};

const RULE: &str = "admission/denied-by-policy";

/// A policy about resources such as `apps deployments`, with more lines of its `spec`, and an expression.
fn policy(resources: &str, more: &str, expression: &str) -> String {
    let (group, resource) = resources.split_once(' ').unwrap_or(("", resources));
    format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {{name: house}}\nspec:\n\
         \x20 matchConstraints:\n    resourceRules:\n      - {{apiGroups: ['{group}'], apiVersions: [v1], operations: [CREATE], resources: [{resource}]}}\n\
         {more}  validations:\n    - {{expression: {expression:?}, message: never}}\n---\n"
    )
}

/// A binding of it, with more of its `spec`.
fn binding(more: &str) -> String {
    format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {{name: house}}\n\
         spec: {{policyName: house, validationActions: [Deny]{more}}}\n---\n"
    )
}

fn deployment(spec: &str, pod: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\n  labels: {{team: sales}}\nspec:\n{spec}\
         \x20 selector: {{matchLabels: {{a: b}}}}\n  template:\n    metadata: {{labels: {{a: b}}}}\n    spec:\n{pod}\
         \x20     containers:\n        - name: web\n          image: shop/web:2\n          resources: {{limits: {{cpu: 1000m, memory: 0.5Gi}}}}\n"
    )
}

fn messages(inputs: &[(&str, String)], settings: &Settings) -> Vec<String> {
    super::messages(RULE, inputs, settings)
}

/// What is said of a Deployment, by one expression.
fn said(expression: &str, spec: &str, pod: &str) -> Vec<String> {
    let text = policy("apps deployments", "", expression) + &binding("") + &deployment(spec, pod);
    let messages = messages(&[("a.yaml", text)], &Settings::default());
    messages
        .iter()
        .map(|message| {
            let why = message.strip_prefix("the ValidatingAdmissionPolicy `house` refuses this Deployment: ");
            why.unwrap_or(message).to_string()
        })
        .collect()
}

fn holds(expression: &str, spec: &str, pod: &str) -> bool {
    said(expression, spec, pod).is_empty()
}

/// How many objects are refused.
fn count(inputs: &[(&str, String)]) -> usize {
    messages(inputs, &Settings::default()).len()
}

fn refused(text: &str) -> bool {
    count(&[("a.yaml", text.to_string())]) > 0
}

#[test]
fn what_the_server_fills_in_is_seen() {
    for (yes, no) in [
        ("object.spec.replicas == 1", "object.spec.replicas > 1"),
        (
            "object.spec.strategy.type == 'RollingUpdate'",
            "has(object.spec.minReadySeconds)",
        ),
        (
            "object.spec.template.spec.restartPolicy == 'Always'",
            "has(object.spec.template.spec.securityContext.runAsUser)",
        ),
        (
            "has(object.spec.template.spec.securityContext)",
            "object.spec.template.spec.securityContext.runAsNonRoot == true",
        ),
        (
            "object.spec.template.spec.containers.all(c, has(c.terminationMessagePath))",
            "object.spec.template.spec.containers.exists(c, has(c.securityContext))",
        ),
        ("object.kind == 'Deployment'", "object.apiVersion == 'v1'"),
        (
            "object.metadata.namespace == 'shop'",
            "object.metadata.name != 'web'",
        ),
        ("oldObject == null", "oldObject != null"),
        ("request.operation == 'CREATE'", "request.namespace != 'shop'"),
        (
            "request.kind.kind == 'Deployment'",
            "request.resource.resource != 'deployments'",
        ),
    ] {
        assert!(holds(yes, "", ""), "{yes}");
        assert!(!holds(no, "", ""), "{no}");
    }
}

#[test]
fn amounts_are_seen_in_their_normal_form() {
    let of = |test: &str| format!("object.spec.template.spec.containers.all(c, c.resources.limits.{test})");
    for yes in ["cpu == '1'", "memory == '512Mi'", "memory.startsWith('512')"] {
        assert!(holds(&of(yes), "", ""), "{yes}");
    }
    assert!(!holds(&of("memory == '0.5Gi'"), "", ""));
    let quantity = "object.spec.template.spec.containers.all(c, quantity(c.resources.limits.memory).isLessThan(quantity('512Mi')))";
    assert!(!holds(quantity, "", ""));
}

#[test]
fn what_is_not_known_says_nothing() {
    for open in [
        // What controllers and admission fill in.
        "has(object.status.replicas)",
        "object.spec.template.spec.serviceAccountName == 'web'",
        "object.spec.template.spec.containers.all(c, c.imagePullPolicy == 'Always')",
        "has(object.metadata.uid)",
        "size(object.metadata.finalizers) > 0",
        // What tools note on objects.
        "has(object.metadata.annotations)",
        "'kubectl.kubernetes.io/last-applied-configuration' in object.metadata.annotations",
        "'app.kubernetes.io/instance' in object.metadata.labels",
        "size(object.metadata.labels) == 0",
        // Who asks, and what the cluster has.
        "request.userInfo.username == 'admin'",
        "authorizer.group('').resource('pods').check('get').allowed()",
        "namespaceObject.metadata.labels['env'] == 'prod'",
    ] {
        assert!(holds(open, "", ""), "{open}");
        assert!(holds(&format!("!({open})"), "", ""), "{open}");
    }
    // What is known settles it all the same.
    assert!(!holds(
        "request.userInfo.username == 'admin' && object.spec.replicas > 1",
        "",
        ""
    ));
    assert!(holds(
        "request.userInfo.username == 'admin' || object.spec.replicas == 1",
        "",
        ""
    ));
}

#[test]
fn labels_of_the_author_are_known() {
    assert!(holds("'team' in object.metadata.labels", "", ""));
    assert!(!holds("'owner' in object.metadata.labels", "", ""));
    assert!(!holds("has(object.metadata.labels.owner)", "", ""));
    assert!(!holds("object.metadata.labels['team'] == 'ops'", "", ""));
    assert!(!holds(
        "'app.kubernetes.io/name' in object.metadata.labels",
        "",
        ""
    ));
    assert!(!holds("'owner' in object.metadata.annotations", "", ""));
    assert!(!holds("object.metadata.labels.exists(k, k == 'owner')", "", ""));
    assert_eq!(
        said("object.metadata.labels['owner'] == 'me'", "", ""),
        ["its expression comes to nothing, since there is no `owner`"]
    );
}

#[test]
fn empty_values_are_as_the_server_keeps_them() {
    let no_host = "!has(object.spec.template.spec.hostNetwork)";
    assert!(holds(no_host, "", "      hostNetwork: false\n"));
    assert!(!holds(no_host, "", "      hostNetwork: true\n"));
    let none = "object.spec.replicas != 0";
    assert!(!holds(none, "  replicas: 0\n", ""));
    let root = "has(object.spec.template.spec.securityContext.runAsUser) && object.spec.template.spec.securityContext.runAsUser != 0";
    assert!(!holds(root, "", "      securityContext: {runAsUser: 0}\n"));
    // An empty list is gone, or not: it is not known here.
    let tolerates = "has(object.spec.template.spec.tolerations)";
    for test in [tolerates.to_string(), format!("!{tolerates}")] {
        assert!(holds(&test, "", "      tolerations: []\n"), "{test}");
    }
}

#[test]
fn conditions_variables_and_messages() {
    let of = |more: &str, expression: &str| {
        let text = policy("apps deployments", more, expression) + &binding("") + &deployment("", "");
        messages(&[("a.yaml", text)], &Settings::default())
    };
    let conditions = |test: &str| format!("  matchConditions: [{{name: one, expression: {test:?}}}]\n");
    assert_eq!(of(&conditions("object.spec.replicas == 1"), "false").len(), 1);
    assert_eq!(of(&conditions("object.spec.replicas == 2"), "false").len(), 0);
    assert_eq!(
        of(&conditions("request.userInfo.username != 'root'"), "false").len(),
        0
    );
    let variables = "  variables:\n    - {name: pods, expression: object.spec.template.spec}\n    - {name: many, expression: variables.pods.containers.size() > 1}\n";
    assert_eq!(of(variables, "variables.many").len(), 1);
    assert_eq!(of(variables, "!variables.many").len(), 0);
    assert_eq!(
        of(
            "  variables: [{name: open, expression: request.dryRun}]\n",
            "variables.open"
        )
        .len(),
        0
    );
    let ignores = "  failurePolicy: Ignore\n";
    assert_eq!(of(ignores, "object.metadata.labels.owner == 'me'").len(), 0);
    assert_eq!(of(ignores, "false").len(), 1);
    // Without words of its own the expression is told.
    let text = policy("apps deployments", "", "object.spec.replicas > 1").replace(", message: never", "")
        + &binding("")
        + &deployment("", "");
    assert_eq!(
        messages(&[("a.yaml", text)], &Settings::default()),
        [
            "the ValidatingAdmissionPolicy `house` refuses this Deployment, since `object.spec.replicas > 1` does not hold"
        ]
    );
}

#[test]
fn pods_of_workloads_are_asked_as_pods() {
    let told = |expression: &str| {
        let text = policy("pods", "", expression) + &binding("") + &deployment("", "");
        messages(&[("a.yaml", text)], &Settings::default()).concat()
    };
    let refuses = "the ValidatingAdmissionPolicy `house` refuses the pods of this Deployment: never";
    assert_eq!(told("object.kind != 'Pod'"), refuses);
    assert_eq!(
        told("object.spec.containers.all(c, c.image.startsWith('ours/'))"),
        refuses
    );
    assert_eq!(told("'owner' in object.metadata.labels"), refuses);
    for open in [
        // The names of pods, what admission adds to them, and the labels of controllers.
        "object.metadata.name == 'web'",
        "object.metadata.ownerReferences.size() == 0",
        "has(object.spec.tolerations)",
        "object.spec.volumes.exists(v, has(v.hostPath))",
        "'pod-template-hash' in object.metadata.labels",
        "object.spec.containers.all(c, has(c.resources.requests) && 'cpu' in c.resources.requests)",
    ] {
        assert_eq!(told(open), "", "{open}");
        assert_eq!(told(&format!("!({open})")), "", "{open}");
    }
    // A LimitRange may say it: of the run, or of the cluster, unless what is read is all there is.
    let limits = "object.spec.containers.all(c, 'gpu' in c.resources.limits)";
    assert_eq!(told(limits), "");
    let complete = Settings {
        complete: true,
        ..Settings::default()
    };
    let asks = || policy("pods", "", limits) + &binding("");
    let all = [("a.yaml", asks() + &deployment("", ""))];
    assert_eq!(messages(&all, &complete), [refuses]);
    let range = "apiVersion: v1\nkind: LimitRange\nmetadata: {name: l, namespace: shop}\nspec: {limits: [{type: Container}]}\n---\n";
    let all = [("a.yaml", asks() + range + &deployment("", ""))];
    assert_eq!(messages(&all, &complete), [""; 0]);
    // There are none to be refused.
    let none = policy("pods", "", "false") + &binding("") + &deployment("  replicas: 0\n", "");
    assert!(!refused(&none));
}

#[test]
fn resources_that_are_meant_are_asked() {
    let of = |from: &str, to: &str| {
        let text = policy("apps deployments", "", "false").replace(from, to);
        refused(&(text + &binding("") + &deployment("", "")))
    };
    assert!(of("", ""));
    for (from, to) in [
        ("['apps']", "['batch']"),
        ("[v1]", "[v1beta1]"),
        ("[CREATE]", "[UPDATE]"),
        ("[deployments]", "[deployments/scale]"),
        (
            "resources: [deployments]",
            "resources: [deployments], resourceNames: [other]",
        ),
        (
            "resources: [deployments]",
            "resources: [deployments], scope: Cluster",
        ),
        (
            "    resourceRules:",
            "    excludeResourceRules:\n      - {apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*']}\n    resourceRules:",
        ),
        (
            "    resourceRules:",
            "    objectSelector: {matchLabels: {team: ops}}\n    resourceRules:",
        ),
        (
            "    resourceRules:",
            "    objectSelector: {matchExpressions: [{key: team, operator: NotIn, values: [sales]}]}\n    resourceRules:",
        ),
        (
            "    resourceRules:",
            "    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: bank}}\n    resourceRules:",
        ),
        (
            "    resourceRules:",
            "    namespaceSelector: {matchLabels: {env: prod}}\n    resourceRules:",
        ),
    ] {
        assert!(!of(from, to), "{to}");
    }
    for (from, to) in [
        ("['apps']", "['*']"),
        ("[v1]", "['*']"),
        ("[deployments]", "['*/*']"),
        (
            "resources: [deployments]",
            "resources: [deployments], resourceNames: [web], scope: Namespaced",
        ),
        (
            "    resourceRules:",
            "    objectSelector: {matchExpressions: [{key: team, operator: Exists}]}\n    resourceRules:",
        ),
        (
            "    resourceRules:",
            "    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}\n    resourceRules:",
        ),
    ] {
        assert!(of(from, to), "{to}");
    }
}

#[test]
fn a_binding_narrows_and_chooses() {
    let of = |binding: String| {
        refused(&(policy("apps deployments", "", "false") + &binding + &deployment("", "")))
    };
    assert!(of(binding("")));
    assert!(!of(String::new()));
    assert!(!of(binding("").replace("policyName: house", "policyName: home")));
    assert!(!of(binding(
        ", matchResources: {objectSelector: {matchLabels: {team: ops}}}"
    )));
    assert!(of(binding(
        ", matchResources: {objectSelector: {matchLabels: {team: sales}}}"
    )));
    assert!(!of(binding("").replace("Deny", "Audit")));
    let warns =
        policy("apps deployments", "", "false") + &binding("").replace("Deny", "Warn") + &deployment("", "");
    let inputs = [("a.yaml".to_string(), warns.into_bytes())];
    let report = kubeproof::check(inputs, &Surroundings::default(), &Settings::default());
    let found = report.files.iter().flat_map(|file| &file.diagnostics);
    let found: Vec<_> = found.filter(|finding| finding.rule.rule().id == RULE).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].severity, Severity::Info);
    assert!(found[0].message.ends_with("; it is taken all the same"));
}

#[test]
fn namespaces_that_are_known_are_asked() {
    let selects = policy("apps deployments", "", "false").replace(
        "    resourceRules:",
        "    namespaceSelector: {matchLabels: {env: prod}}\n    resourceRules:",
    );
    let space = |env: &str| {
        format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {{env: {env}}}}}\n---\n")
    };
    let all = |space: String| selects.clone() + &binding("") + &space + &deployment("", "");
    assert!(refused(&all(space("prod"))));
    assert!(!refused(&all(space("test"))));
    assert!(!refused(&all(space("prod") + &space("test"))));
    let looks = policy(
        "apps deployments",
        "",
        "namespaceObject.metadata.labels['env'] == 'test'",
    );
    assert!(refused(
        &(looks.clone() + &binding("") + &space("prod") + &deployment("", ""))
    ));
    assert!(!refused(
        &(looks + &binding("") + &space("test") + &deployment("", ""))
    ));
    // A Namespace is selected by its own labels.
    let spaces = policy("namespaces", "", "false").replace(
        "    resourceRules:",
        "    namespaceSelector: {matchLabels: {env: prod}}\n    resourceRules:",
    );
    assert!(refused(&(spaces.clone() + &binding("") + &space("prod"))));
    assert!(!refused(&(spaces + &binding("") + &space("test"))));
}

#[test]
fn parameters_that_are_known_are_given() {
    let takes = policy(
        "apps deployments",
        "  paramKind: {apiVersion: v1, kind: ConfigMap}\n",
        "string(object.spec.replicas) == params.data.replicas",
    );
    let bound = binding(", paramRef: {name: bounds, namespace: house, parameterNotFoundAction: Deny}");
    let bounds = |replicas: u32, namespace: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: bounds, namespace: {namespace}}}\ndata: {{replicas: '{replicas}'}}\n---\n"
        )
    };
    let all = |params: String| takes.clone() + &bound + &params + &deployment("", "");
    assert!(refused(&all(bounds(2, "house"))));
    assert!(!refused(&all(bounds(1, "house"))));
    assert!(!refused(&all(bounds(2, "elsewhere"))));
    assert!(!refused(&all(String::new())));
}

#[test]
fn policies_hold_for_what_lies_with_them() {
    let rules = || policy("apps deployments", "", "false") + &binding("");
    let web = || deployment("", "");
    assert_eq!(count(&[("a/p.yaml", rules()), ("a/web.yaml", web())]), 1);
    assert_eq!(count(&[("a/p.yaml", rules()), ("b/web.yaml", web())]), 0);
    let complete = Settings {
        complete: true,
        ..Settings::default()
    };
    let apart = [("a/p.yaml", rules()), ("b/web.yaml", web())];
    assert_eq!(messages(&apart, &complete).len(), 1);
    // Of two of one name it is not known which one the cluster has.
    let lenient = policy("apps deployments", "", "true") + &binding("");
    let both = [
        ("a/p.yaml", rules()),
        ("a/q.yaml", lenient),
        ("a/web.yaml", web()),
    ];
    assert_eq!(count(&both), 0);
    let twice = [
        ("a/p.yaml", rules()),
        ("a/q.yaml", rules()),
        ("a/web.yaml", web()),
    ];
    assert_eq!(count(&twice), 1);
}

#[test]
fn what_changes_on_the_way_is_left_alone() {
    let rules = || policy("apps deployments", "", "object.spec.replicas > 1") + &binding("");
    let kustomization = |more: &str| {
        format!(
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [p.yaml, web.yaml]\n{more}"
        )
    };
    let all = |rules: String, more: &str| {
        let files = [
            ("a/p.yaml", rules),
            ("a/web.yaml", deployment("", "")),
            ("a/kustomization.yaml", kustomization(more)),
        ];
        count(&files)
    };
    assert_eq!(all(rules(), ""), 1);
    let patch = |kind: &str, name: &str| {
        format!(
            "patches: [{{target: {{kind: {kind}, name: {name}}}, patch: '[{{op: replace, path: /spec/replicas, value: 3}}]'}}]\n"
        )
    };
    assert_eq!(all(rules(), &patch("Deployment", "web")), 0);
    assert_eq!(all(rules(), &patch("Deployment", "other")), 1);
    assert_eq!(all(rules(), &patch("ValidatingAdmissionPolicy", "house")), 0);
    assert_eq!(all(rules(), "replicas: [{name: web, count: 3}]\n"), 0);
    // What is on the network may patch whatever it likes.
    let component = |path: &str| format!("components: ['{path}']\n");
    assert_eq!(all(rules(), &component("https://github.com/o/r//c?ref=v1")), 0);
    assert_eq!(all(rules(), &component("github.com/o/r//c?ref=v1")), 0);
    let labels = || policy("apps deployments", "", "'owner' in object.metadata.labels") + &binding("");
    assert_eq!(all(labels(), ""), 1);
    assert_eq!(all(labels(), "labels: [{pairs: {owner: me}}]\n"), 0);
    let notes = || policy("apps deployments", "", "'owner' in object.metadata.annotations") + &binding("");
    assert_eq!(all(notes(), ""), 1);
    assert_eq!(all(notes(), "commonAnnotations: {owner: me}\n"), 0);
    let names = || policy("apps deployments", "", "object.metadata.name == 'shop-web'") + &binding("");
    assert_eq!(all(names(), ""), 1);
    assert_eq!(all(names(), "namePrefix: shop-\n"), 0);
    // A prefix of another tree is none of this one.
    let apart = [
        ("a/p.yaml", rules()),
        ("a/web.yaml", deployment("", "")),
        ("a/kustomization.yaml", kustomization("")),
        ("b/web.yaml", deployment("", "")),
        (
            "b/kustomization.yaml",
            "resources: [web.yaml]\nnamePrefix: b-\n".to_string(),
        ),
    ];
    assert_eq!(count(&apart), 1);
    let images = || {
        policy(
            "apps deployments",
            "",
            "object.spec.template.spec.containers.all(c, c.image == 'ours/web')",
        ) + &binding("")
    };
    assert_eq!(all(images(), ""), 1);
    assert_eq!(
        all(images(), "images: [{name: shop/web, newName: ours/web}]\n"),
        0
    );
    // Something else changes objects first.
    let mutates = "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingAdmissionPolicy\nmetadata: {name: m}\nspec:\n  \
                   matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]}\n  \
                   reinvocationPolicy: Never\n  failurePolicy: Fail\n  mutations: [{patchType: ApplyConfiguration, applyConfiguration: {expression: 'Object{spec: Object.spec{replicas: 3}}'}}]\n---\n";
    assert!(!refused(&(rules() + mutates + &deployment("", ""))));
}

#[test]
fn values_of_secrets_are_in_no_message() {
    let rules = policy("secrets", "", "false").replace(
        "message: never",
        "message: never, messageExpression: \"'it is ' + string(object.data['password'])\"",
    );
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop}\ndata: {password: aHVudGVyMg==}\n";
    let told = messages(&[("a.yaml", rules + &binding("") + secret)], &Settings::default()).concat();
    assert!(told.ends_with("refuses this Secret: never"), "{told}");
    for test in [
        "object.stringData.password != 'hunter2'",
        "object.data.password != 'aHVudGVyMg=='",
        "!has(object.stringData)",
    ] {
        let text = policy("secrets", "", test) + &binding("") + &secret.replace("\ndata: ", "\nstringData: ");
        assert!(!refused(&text), "{test}");
    }
}

#[test]
fn custom_resources_are_asked_as_far_as_they_say() {
    let of = |test: &str| {
        let shop = "apiVersion: example.com/v1\nkind: Shop\nmetadata: {name: corner, namespace: shop}\nspec: {open: true, size: 3, tags: [a]}\n";
        refused(&(policy("example.com shops", "", test) + &binding("") + shop))
    };
    assert!(of("object.spec.size > 3"));
    assert!(!of(
        "object.spec.size == 3 && object.spec.open && 'a' in object.spec.tags"
    ));
    assert!(of("'owner' in object.metadata.labels"));
    // Its definition may have a default.
    assert!(!of("has(object.spec.closed)") && !of("!has(object.spec.closed)"));
}

#[test]
fn definitions_tell_what_custom_resources_are_called() {
    let definition = |plural: &str, scope: &str| {
        format!(
            "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: {plural}.example.com}}\nspec:\n  group: example.com\n  names: {{kind: Shop, plural: {plural}}}\n  scope: {scope}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}\n"
        )
    };
    let shop = "---\napiVersion: example.com/v1\nkind: Shop\nmetadata: {name: corner, namespace: shop}\nspec: {size: 3}\n";
    let of = |resources: &str, more: &str, test: &str, definitions: &str| {
        refused(&(policy(resources, more, test) + &binding("") + definitions + shop))
    };
    let emporia = definition("emporia", "Namespaced");
    let wrong = "object.spec.size > 3";
    // Another plural than the guess, and no longer the guess.
    assert!(of("example.com emporia", "", wrong, &emporia));
    assert!(!of("example.com shops", "", wrong, &emporia));
    assert!(of("example.com shops", "", wrong, ""));
    assert!(!of("example.com emporia", "", wrong, ""));
    // What is called otherwise elsewhere is open.
    let both = emporia.clone() + &definition("shoppes", "Namespaced");
    assert!(!of("example.com emporia", "", wrong, &both));
    // The request is known as well.
    let named = "request.resource.resource != 'emporia' || request.namespace != 'shop'";
    assert!(of("example.com emporia", "", named, &emporia));
    assert!(!of("example.com shops", "", "request.namespace != 'shop'", ""));
}

#[test]
fn policies_that_the_server_refuses_hold_for_nothing() {
    let mut rules = RuleSet::none();
    rules.set(RULE, true);
    let settings = Settings {
        rules,
        ..Settings::default()
    };
    let of = |expression: &str| {
        let text = policy("apps deployments", "", expression) + &binding("") + &deployment("", "");
        messages(&[("a.yaml", text)], &settings).len()
    };
    assert_eq!(of("object.spec.replicas > 1"), 1);
    assert_eq!(of("object.spec.replicas > 1 && nobody.knows"), 0);
    assert_eq!(of("object.spec.replicas"), 0);
}

#[test]
fn what_may_be_there_as_well_is_not_counted_out() {
    for open in [
        "object.metadata.labels.exists(k, k == 'app.kubernetes.io/instance')",
        "object.metadata.labels.filter(k, k.startsWith('helm.sh/')).size() == 1",
        "object.metadata.annotations.exists(k, k.startsWith('argocd.argoproj.io/'))",
        "object.metadata.?annotations.hasValue()",
        "object.metadata.?annotations.optMap(a, size(a) > 0).orValue(false)",
    ] {
        assert!(holds(open, "", ""), "{open}");
        assert!(holds(&format!("!({open})"), "", ""), "{open}");
    }
    assert!(!holds(
        "object.metadata.?annotations[?'owner'].orValue('') != ''",
        "",
        ""
    ));
    assert!(!holds(
        "'owner' in object.metadata.?annotations.orValue({})",
        "",
        ""
    ));
    // A null is an empty text.
    let text = policy("apps deployments", "", "'team' in object.metadata.labels")
        + &binding("")
        + &deployment("", "").replace("team: sales", "team: null");
    let inputs = [("a.yaml".to_string(), text.into_bytes())];
    let report = kubeproof::check(inputs, &Surroundings::default(), &Settings::default());
    let mut found = report.files.iter().flat_map(|file| &file.diagnostics);
    assert!(!found.any(|finding| finding.rule.rule().id == RULE));
}

proptest::proptest! {
    /// Whatever is left out, doubled or put in: an answer, and no panic.
    #[test]
    fn any_text_is_asked(edits in proptest::collection::vec((0.0..1.0f64, 0usize..40, 0usize..8), 1..6)) {
        const PIECES: [&str; 8] = ["", "null", "[]", "{}", "0", "''", "variables.a", "*a"];
        let more = "  variables: [{name: a, expression: object.spec.template.spec.containers}]\n";
        let test = "variables.a.all(c, has(c.resources) && c.resources.limits.exists(k, k == 'cpu')) && object.metadata.?labels[?'a'].orValue('') != 'b'";
        let mut text = policy("apps deployments", more, test) + &binding("") + &deployment("  replicas: 2\n", "");
        for (at, length, piece) in edits {
            let start = (text.len() as f64 * at) as usize;
            let end = (start + length).min(text.len());
            if text.is_char_boundary(start) && text.is_char_boundary(end) {
                text.replace_range(start..end, PIECES[piece]);
            }
        }
        let inputs = [("a.yaml".to_string(), text.into_bytes())];
        kubeproof::check(inputs, &Surroundings::default(), &Settings::default());
    }
}
