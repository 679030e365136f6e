//! CustomResourceDefinitions and the smaller groups: what the API server would say beyond structure, and where.

use kubeproof::diagnostic::Refusal;
use kubeproof::manifest::Surroundings;
use kubeproof::settings::{RuleSet, Settings};
use kubeproof::yaml::Tree;
use kubeproof::{engine, source};

/// The server's errors, as `Type field`, sorted.
fn errors(text: &str) -> Vec<String> {
    let mut rules = RuleSet::none();
    assert!(rules.set("schema", true));
    let settings = Settings {
        rules,
        ..Settings::default()
    };
    let source = source::decode(text.as_bytes().to_vec());
    let checked = engine::check_file(
        "test.yaml",
        &source,
        &mut Tree::default(),
        &Surroundings::default(),
        &settings,
    );
    let refusals = checked.diagnostics.iter().filter_map(|d| d.refusal.as_ref());
    let mut errors: Vec<String> = refusals
        .map(|r: &Refusal| format!("{:?} {}", r.kind, r.field))
        .collect();
    errors.sort();
    errors
}

fn definition(schema: &str, more: &str) -> String {
    let schema: String = schema.lines().map(|line| format!("        {line}\n")).collect();
    format!(
        "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: things.example.com
spec:
  group: example.com
  scope: Namespaced
  names: {{plural: things, kind: Thing}}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
{schema}{more}"
    )
}

#[test]
fn a_sound_definition_is_taken() {
    let schema = "type: object\nproperties:\n  spec:\n    type: object\n    properties:\n      a: {type: string, default: x, pattern: '^x$'}\n      p: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}";
    assert_eq!(errors(&definition(schema, "")), [""; 0]);
}

#[test]
fn what_versions_share_is_reported_at_the_top() {
    let schema = "type: object\nproperties:\n  spec: {}";
    let at_top = "Required spec.validation.openAPIV3Schema.properties[spec].type";
    assert_eq!(errors(&definition(schema, "")), [at_top]);
    let other = "  - name: v2\n    served: true\n    storage: false\n    schema:\n      openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}\n";
    let at_version = "Required spec.versions[0].schema.openAPIV3Schema.properties[spec].type";
    assert_eq!(errors(&definition(schema, other)), [at_version]);
}

/// The server holds a schema that versions share at the top, where fields of one version alone do not find it.
#[test]
fn what_versions_do_not_share_stands_alone() {
    let whole = |versions: &str| {
        let text = format!(
            "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: things.example.com}}
spec:
  group: example.com
  names: {{plural: things, kind: Thing}}
  scope: Namespaced
  versions:
{versions}"
        );
        errors(&text)
    };
    let version = |name: &str, stored: bool, default: &str, more: &str| {
        format!(
            "  - name: {name}
    served: true
    storage: {stored}
    schema: {{openAPIV3Schema: {{type: object, properties: {{a: {{type: string, minLength: 1{default}}}}}}}}}
{more}"
        )
    };
    let selects = "    selectableFields: [{jsonPath: .a}]\n";
    let both = version("v1", true, "", selects) + &version("v2", false, "", selects);
    assert!(whole(&both).is_empty(), "{:?}", whole(&both));
    let first = version("v1", true, "", selects) + &version("v2", false, "", "");
    assert_eq!(whole(&first), ["Invalid spec.versions[0].selectableFields"]);
    // An empty default is one.
    let other = version("v1", true, "", "") + &version("v2", false, ", default: ''", "");
    let at = "spec.versions[1].schema.openAPIV3Schema.properties[a].default";
    assert_eq!(whole(&other), [format!("Invalid {at}")]);
    let twice = version("v1", false, "", "") + &version("v1", true, "", "");
    assert_eq!(
        whole(&twice),
        ["Invalid spec.versions", "Invalid status.storedVersions"]
    );
}

#[test]
fn what_says_nothing_changes_nothing() {
    let either = "type: object\nproperties:\n  a: {x-kubernetes-int-or-string: true, anyOf: [{type: integer, nullable: false}, {type: string, title: '', enum: []}]}";
    assert!(errors(&definition(either, "")).is_empty());
    let number = "type: object\nproperties:\n  a: {type: integer, default: 9223372036854775807}";
    assert!(errors(&definition(number, "")).is_empty());
    let closed = "type: object\nproperties:\n  a: {type: object, properties: {b: {type: string}}, oneOf: [{required: [b], additionalProperties: false}]}";
    assert!(errors(&definition(closed, "")).is_empty());
}

#[test]
fn a_structural_schema_restricts_only_what_it_declares() {
    let schema =
        "type: object\nanyOf:\n- properties:\n    b: {type: string}\nproperties:\n  a: {type: array}";
    assert_eq!(
        errors(&definition(schema, "")),
        [
            "Forbidden spec.validation.openAPIV3Schema.anyOf[0].properties[b].type",
            "Required spec.validation.openAPIV3Schema.properties[a].items",
            "Required spec.validation.openAPIV3Schema.properties[b]",
        ]
    );
}

#[test]
fn a_default_fits_its_schema() {
    let schema = "type: object\nproperties:\n  a: {type: integer, default: x}\n  b: {type: object, default: {c: 1}}\n  d: {type: string, enum: [x], default: z}";
    let at = "spec.validation.openAPIV3Schema.properties";
    assert_eq!(
        errors(&definition(schema, "")),
        [
            format!("Invalid {at}[b].default"),
            format!("NotSupported {at}[d].default"),
            format!("TypeInvalid {at}[a].default"),
        ]
    );
}

#[test]
fn keys_of_lists_have_values() {
    let schema = "type: object\nproperties:\n  l:\n    type: array\n    x-kubernetes-list-type: map\n    x-kubernetes-list-map-keys: [k, z]\n    items: {type: object, properties: {k: {type: string}}}";
    let at = "spec.validation.openAPIV3Schema.properties[l]";
    assert_eq!(
        errors(&definition(schema, "")),
        [
            format!("Invalid {at}.x-kubernetes-list-map-keys"),
            format!("Required {at}.items.properties[k].default"),
        ]
    );
}

#[test]
fn of_many_keys_each_is_looked_at() {
    let properties: String = (0..7)
        .map(|i| format!("        k{i}: {{type: string}}\n"))
        .collect();
    let schema = format!(
        "type: object
properties:
  l:
    type: array
    x-kubernetes-list-type: map
    x-kubernetes-list-map-keys: [k0, k1, k2, k3, k4, k5, gone]
    items:
      type: object
      required: [k0, k1, k2, k3, k4]
      properties:
{properties}"
    );
    let list = "spec.validation.openAPIV3Schema.properties[l]";
    assert_eq!(
        errors(&definition(&schema, "")),
        [
            format!("Invalid {list}.x-kubernetes-list-map-keys"),
            format!("Required {list}.items.properties[k5].default"),
        ]
    );
}

#[test]
fn the_structure_of_what_is_unsupported_is_not_judged() {
    let schema = "type: object
properties:
  a: {type: array}
  b: {type: integer, default: x}
  c: {type: string, x-kubernetes-validations: [{rule: self.gone}]}
";
    let field = |name: &str| format!("spec.validation.openAPIV3Schema.properties[{name}]");
    assert_eq!(
        errors(&definition(schema, "")),
        [format!("Required {}.items", field("a"))]
    );
    let unsupported = format!("{schema}  d: {{type: string, $ref: x}}\n  e: {{type: 5x}}\n");
    assert_eq!(
        errors(&definition(&unsupported, "")),
        [
            format!("Forbidden {}.$ref", field("d")),
            format!("NotSupported {}.type", field("e")),
        ]
    );
}

#[test]
fn columns_scale_and_names_are_checked() {
    let more = "    additionalPrinterColumns: [{name: A, type: text, jsonPath: spec.a}]\n    subresources: {scale: {specReplicasPath: .status.n, statusReplicasPath: .status.n}}\n  - {name: V2, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}\n";
    assert_eq!(
        errors(&definition("type: object", more).replace("name: things.", "name: thing.")),
        [
            "Invalid metadata.name",
            "Invalid spec.versions",
            "Invalid spec.versions[0].additionalPrinterColumns[0].JSONPath",
            "Invalid spec.versions[0].additionalPrinterColumns[0].type",
            "Invalid spec.versions[0].subresources.scale.specReplicasPath",
            "Invalid spec.versions[1].name",
            "Invalid status.storedVersions",
        ]
    );
}

#[test]
fn roles_and_bindings_say_who_may_what() {
    let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\nrules: [{verbs: []}, {verbs: [get], nonResourceURLs: [/x], resources: [pods]}]\n";
    assert_eq!(
        errors(role),
        [
            "Invalid rules[1].nonResourceURLs",
            "Invalid rules[1].nonResourceURLs",
            "Required rules[0].apiGroups",
            "Required rules[0].resources",
            "Required rules[0].verbs",
        ]
    );
    let binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: r}\nroleRef: {kind: Role, name: a/b}\nsubjects: [{kind: ServiceAccount, name: x}, {kind: user, name: y}]\n";
    assert_eq!(
        errors(binding),
        [
            "Invalid roleRef.name",
            "NotSupported roleRef.kind",
            "NotSupported subjects[1].kind",
            "Required subjects[0].namespace",
        ]
    );
}

#[test]
fn webhooks_can_be_called() {
    let text = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {name: w}\nwebhooks:\n- name: a.b\n  clientConfig: {url: 'http://u@h/?q#f'}\n  admissionReviewVersions: [v2]\n  rules: [{operations: ['*', CREATE], apiGroups: [''], apiVersions: [''], resources: [a/*, a/b]}]\n";
    assert_eq!(
        errors(text),
        [
            "Invalid webhooks[0].admissionReviewVersions",
            "Invalid webhooks[0].clientConfig.url",
            "Invalid webhooks[0].clientConfig.url",
            "Invalid webhooks[0].clientConfig.url",
            "Invalid webhooks[0].clientConfig.url",
            "Invalid webhooks[0].name",
            "Invalid webhooks[0].rules[0].operations",
            "Invalid webhooks[0].rules[0].resources[1]",
            "Required webhooks[0].rules[0].apiVersions[0]",
            "Required webhooks[0].sideEffects",
        ]
    );
}

#[test]
fn a_hostile_schema_does_no_harm() {
    let mut schema = String::from("type: object\n");
    for i in 0..400 {
        schema.push_str(&format!("{}not:\n", "  ".repeat(i)));
    }
    schema.push_str(&format!("{}type: string", "  ".repeat(400)));
    // So deep nobody looks.
    assert_eq!(errors(&definition(&schema, "")), [""; 0]);
    let bomb = "type: object\nproperties:\n  a: &a {type: object, properties: {x: {type: string}}}\n  b: &b {type: object, properties: {x: *a, y: *a}}\n  c: &c {type: object, properties: {x: *b, y: *b}}\n  d: {type: object, properties: {x: *c, y: *c}}";
    assert_eq!(errors(&definition(bomb, "")), [""; 0]);
}
