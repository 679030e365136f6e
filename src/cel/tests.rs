use super::{Env, Struct, Type, compile};
use crate::yaml::{Node, Tree, parse};

fn admission() -> Env<'static> {
    let variables = vec![("a".to_string(), Type::INT), ("b".to_string(), Type::DYN)];
    Env::admission(36)
        .with_authorizer()
        .with_params()
        .with_variables(variables)
}

/// The type of an expression, or its fault.
fn kind(source: &str, env: &mut Env<'_>) -> String {
    match compile(source, env) {
        Ok(Some(compiled)) => compiled.kind.to_string(),
        Ok(None) => "unknown".into(),
        Err(fault) => format!("{}: {}", fault.at, fault.message),
    }
}

#[test]
fn expressions_of_policies_have_types() {
    for (source, wanted) in [
        ("true", "bool"),
        ("1 + 2 * 3 - -4", "int"),
        ("1u", "uint"),
        ("1.5e3 / .5", "double"),
        ("-9223372036854775808", "int"),
        ("0xFF", "int"),
        ("b'x'", "bytes"),
        (r#"r"\d" + '''a'b''' + "\u00e9\x41\101""#, "string"),
        ("[]", "list(any type)"),
        ("[1, 2].map(x, string(x))", "list(string)"),
        ("[1, 2].map(x, x > 1, [x])", "list(list(int))"),
        ("{'a': 1}.map(k, k)", "list(string)"),
        ("{'a': 1}['a']", "int"),
        ("object.spec.x", "any type"),
        ("object.spec.x == null", "bool"),
        ("object.spec.containers.all(c, c.image.startsWith('r/'))", "bool"),
        ("has(object.spec.replicas) ? object.spec.replicas : 1", "any type"),
        ("size(object.metadata.name) > 5 ? 'long' : 'short'", "string"),
        ("object.?spec.?x.orValue(true)", "any type"),
        ("optional.of(1).orValue(2)", "int"),
        ("object.?a.optMap(v, 1)", "optional(int)"),
        ("1 < 1.5 && 2u >= 1", "bool"),
        ("'a' in ['a'] || 'b' in {'b': 1}", "bool"),
        ("request.userInfo.groups.exists(g, g == 'x')", "bool"),
        ("request.userInfo.extra['a'][0]", "string"),
        ("namespaceObject.metadata.labels", "map(string, string)"),
        (
            "authorizer.group('').resource('pods').namespace('x').check('get').allowed()",
            "bool",
        ),
        ("authorizer.requestResource.check('get').reason()", "string"),
        ("variables.a + 1", "int"),
        ("params.x.y", "any type"),
        (
            "quantity('1Gi').add(quantity('1')).isGreaterThan(quantity('2'))",
            "bool",
        ),
        ("url('https://x').getQuery()", "map(string, list(string))"),
        ("sets.contains([1], [2])", "bool"),
        (
            "ip.isCanonical('::1') && isIP('x') && ip('1.1.1.1').family() == 4",
            "bool",
        ),
        ("cidr('10.0.0.0/8').containsIP('10.0.0.1')", "bool"),
        ("format.dns1123Label().validate('x').hasValue()", "bool"),
        ("[1, 2].all(i, v, i < v)", "bool"),
        ("duration('1h30m') > duration('0')", "bool"),
        ("timestamp('2026-01-31T10:00:00Z').getFullYear()", "int"),
        ("'a'.matches('^[a-z]+$') // what for\n && true", "bool"),
        ("[1, 2].sum()", "int"),
        ("type(1) == int", "bool"),
        ("['a'].join(',').split(',')[0]", "string"),
        ("[[2, 1]].flatten().sort().distinct().slice(0, 1)", "list(int)"),
        ("[{'a': 1}].sortBy(x, x['a'])", "list(map(string, int))"),
    ] {
        assert_eq!(kind(source, &mut admission()), wanted, "{source}");
    }
}

#[test]
fn faults_are_found_where_they_are() {
    for (source, at) in [
        ("", 0),
        ("1 +", 3),
        ("a b", 2),
        ("object..b", 7),
        ("true &&", 7),
        ("1abc", 1),
        ("n\u{e4}ive", 1),
        ("\"open", 0),
        ("'a\nb'", 0),
        (r"'\q'", 1),
        ("99999999999999999999", 0),
        ("[1, 2", 5),
        ("foo.bar", 0),
        ("object.x(1)", 6),
        ("nope(1)", 0),
        ("variables.zzz", 9),
        ("request.nope", 7),
        ("request.name.size", 12),
        ("1 == 1.0", 2),
        ("'a' + 1", 4),
        ("!'a'", 0),
        ("size(5)", 0),
        ("[1, 'a']", 0),
        ("'x'.all(c, true)", 3),
        ("[1].all(1, true)", 3),
        ("[1].all(x, x)", 11),
        ("has(object)", 0),
        ("'a'.matches('(')", 12),
        ("duration('1 hour')", 9),
        ("timestamp('yesterday')", 10),
        ("for", 0),
        ("true ? 1", 8),
        ("Object{}", 6),
        ("!-1", 1),
        ("[1].existsOne(x, x == 1)", 14),
        ("cel.bind(x, 1, x)", 9),
    ] {
        let found = compile(source, &mut admission()).err();
        let found = found.map(|fault| (fault.at, fault.message));
        assert_eq!(found.as_ref().map(|(at, _)| *at), Some(at), "{source}: {found:?}");
    }
}

/// The server holds written lists and maps to one type, but for what is formatted, and texts to what they format.
#[test]
fn literals_are_of_one_type() {
    let whole = [
        "'%s has %d'.format([object.name, 1]) == ''",
        "'%s has %d'.format(['a', 1]) == ''",
        "'%s'.format([[1, 'a'].map(x, x)]) == ''",
        "'%% %.2f %s'.format([1.5, {'a': [null]}]) == ''",
        "object.format.format([1, 'a']) == ''",
        "'a' in [string(object.a), 'b']",
        "[[], [1]] == [[2]]",
        "[object.a, object.b].size() == 2",
        "{'a': object.a, 'b': dyn(1)}.size() == 2",
        "sign(quantity('1')) == 1",
        "[object.x].all(x, x) || [{}, {'a': 1}].size() > 0",
    ];
    for source in whole {
        assert_eq!(kind(source, &mut admission()), "bool", "{source}");
    }
    let faults = [
        (
            "'a' in [object.a, 'b']",
            "18: the items of a list are of different types: `any type` and `string`",
        ),
        (
            "{'a': object.a, 'b': 1} == {}",
            "21: the values of a map are of different types: `any type` and `int`",
        ),
        (
            "'%s %d'.format(['a']) == ''",
            "0: the text asks for more values than the 1 given",
        ),
        (
            "'%s'.format(['a', 1]) == ''",
            "0: 1 more values are given than the text asks for",
        ),
        ("'%d'.format(['a']) == ''", "13: `%d` does not go with `string`"),
        ("'%.2f'.format([1]) == ''", "15: `%f` does not go with `int`"),
        (
            "'%s'.format([object.?a]) == ''",
            "19: `%s` does not go with `optional(any type)`",
        ),
        (
            "'%s'.format([[quantity('1')]]) == ''",
            "14: `%s` does not go with `Quantity`",
        ),
        ("'%z'.format([1]) == ''", "0: there is no `%z`"),
        (
            "'5%'.format([1]) == ''",
            "0: the text ends behind a `%`; write `%%` for the sign itself",
        ),
        ("'%.d'.format([1]) == ''", "0: digits are missing behind `%.`"),
        (
            "quantity('1').sign() == 1",
            "13: the function `sign` does not go with Quantity",
        ),
        ("int('x') == 1", "4: it is no whole number"),
        ("bool('yes')", "5: it is neither `true` nor `false`"),
        ("'a'.find('(') == ''", "9: it is no regular expression of Go's"),
        (
            "'a'.findAll('(', 1) == []",
            "12: it is no regular expression of Go's",
        ),
        (
            "[[1]].sort() == []",
            "5: the function `sort` does not go with list(list(int))",
        ),
        ("image('a').registry() == ''", "0: there is no function `image`"),
    ];
    for (source, fault) in faults {
        assert_eq!(kind(source, &mut admission()), fault, "{source}");
    }
    let old = compile("'a' in [object.a, 'b']", &mut Env::admission(28));
    assert!(old.is_ok());
}

#[test]
fn patches_and_devices_have_their_own_words() {
    let mut patches = Env::admission(36).with_patches();
    for (source, wanted) in [
        ("Object{spec: Object.spec{replicas: 1}}", "Object"),
        (
            "[JSONPatch{op: 'add', path: '/a/' + jsonpatch.escapeKey('b'), value: 1}]",
            "list(JSONPatch)",
        ),
        (
            "JSONPatch{op: 1}",
            "9: `op` of `JSONPatch` is of type `string`, not `int`",
        ),
    ] {
        assert_eq!(kind(source, &mut patches), wanted, "{source}");
    }
    let mut device = Env::device(36);
    for (source, wanted) in [
        (
            "device.driver == 'x' && device.attributes['x'].model == 'a'",
            "bool",
        ),
        ("device.attributes['x'].fast", "any type"),
        (
            "cel.bind(c, device.capacity['x'].mem, c.compareTo(quantity('1Gi')) >= 0)",
            "bool",
        ),
        ("object", "0: `object` is not declared"),
    ] {
        assert_eq!(kind(source, &mut device), wanted, "{source}");
    }
    assert_eq!(
        kind("device.attributes['x'].list.includes('a')", &mut device),
        "bool"
    );
    assert!(compile("[1].includes(1)", &mut admission()).is_err());
    assert!(compile("device.allowMultipleAllocations", &mut Env::device(33)).is_err());
}

#[test]
fn near_names_are_suggested() {
    for (source, meant) in [
        ("object.name.startWith('a')", Some("startsWith")),
        ("request.operaton", Some("operation")),
        ("oldobject.x", Some("oldObject")),
        ("request.zzz", None),
    ] {
        let fault = compile(source, &mut admission()).err();
        assert_eq!(fault.and_then(|fault| fault.meant).as_deref(), meant, "{source}");
    }
}

#[test]
fn functions_come_with_versions() {
    for (source, minor) in [
        ("isIP('x')", 31),
        ("[1].sort()", 35),
        ("'%d'.format([1])", 30),
        ("isQuantity('1')", 29),
        ("[1].sortBy(x, x)", 35),
        ("[1].all(i, x, i < x)", 33),
        ("{'a': 1}.transformMap(k, v, v)", 33),
    ] {
        assert!(compile(source, &mut Env::admission(minor)).is_ok(), "{source}");
        assert!(
            compile(source, &mut Env::admission(minor - 1)).is_err(),
            "{source}"
        );
    }
}

#[test]
fn schemas_give_types() {
    let text = "type: object
properties:
  spec:
    type: object
    properties:
      name: {type: string}
      when: {type: string, format: date-time}
      port: {x-kubernetes-int-or-string: true}
      list: {type: array, items: {type: object, properties: {num: {type: number}}}}
      labels: {type: object, additionalProperties: {type: integer}}
      free: {type: object, x-kubernetes-preserve-unknown-fields: true}
      hidden: {x-kubernetes-preserve-unknown-fields: true}
      namespace: {type: string}
      a-b: {type: boolean}
";
    let mut tree = Tree::default();
    parse(text, &[], &mut tree);
    let root = tree
        .chunks
        .first()
        .and_then(|chunk| Node::root(text, &tree, chunk))
        .expect("the schema has a root");
    let mut env = Env::empty(36);
    let of = env.schema(root, true, 0).expect("an object has a type");
    env.declare("self", of);
    for (source, wanted) in [
        ("self.metadata.name.size() + self.spec.name.size()", "int"),
        ("self.spec.when.getHours()", "int"),
        ("self.spec.port", "any type"),
        ("self.spec.list.filter(x, x.num > 1)[0].num", "double"),
        (
            "self.spec.list.all(x, self.spec.list.exists_one(y, y == x))",
            "bool",
        ),
        ("self.spec.labels['a']", "int"),
        ("self.spec.__namespace__", "string"),
        ("self.spec.a__dash__b", "bool"),
        ("self.spec.free.x", "14: there is no field `x`"),
        ("self.spec.hidden", "9: there is no field `hidden`"),
        ("self.spec.name > 1", "15: `>` does not go with string and int"),
        ("self.metadata.labels", "13: there is no field `labels`"),
    ] {
        assert_eq!(kind(source, &mut env), wanted, "{source}");
    }
}

#[test]
fn hostile_expressions_end() {
    let deep = format!("{}1{}", "(".repeat(9_000), ")".repeat(9_000));
    let long = vec!["1"; 9_000].join("+");
    let chain = vec!["true"; 2_000].join(" && ");
    let lists = format!("{}1{}", "[".repeat(70), "]".repeat(70));
    // Each step doubles the type.
    let mut wide = "[1]".to_string();
    for _ in 0..40 {
        wide.push_str(".map(a, {a: a})");
    }
    let many = format!("[{}]", vec!["1+1"; 4_900].join(","));
    assert_eq!(kind(&many, &mut admission()), "list(int)");
    assert_eq!(kind(&deep, &mut admission()), "unknown");
    assert_eq!(kind(&long, &mut admission()), "unknown");
    assert_eq!(kind(&chain, &mut admission()), "bool");
    assert_eq!(kind(&lists, &mut admission()), "unknown");
    assert_eq!(kind(&wide, &mut admission()), "unknown");
    assert_eq!(kind(&"a".repeat(30_000), &mut admission()), "unknown");
}

#[test]
fn variables_keep_their_fields() {
    let mut env = Env::empty(36);
    let of = env.message(Struct::Variables(vec![("x".into(), Type::STRING)]));
    env.declare("v", of);
    assert_eq!(kind("v.x + 'y'", &mut env), "string");
}
