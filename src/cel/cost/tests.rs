use crate::cel::{Env, compile};
use crate::yaml::{Node, Tree, parse};

fn cost(schema: &str, expression: &str) -> u64 {
    cost_in(36, schema, expression)
}

fn cost_in(minor: u8, schema: &str, expression: &str) -> u64 {
    cost_of(minor, schema, expression, false)
}

/// Of a rule for whole objects.
fn cost_at_root(minor: u8, schema: &str, expression: &str) -> u64 {
    cost_of(minor, schema, expression, true)
}

fn cost_of(minor: u8, schema: &str, expression: &str, whole: bool) -> u64 {
    let mut tree = Tree::default();
    parse(schema, &[], &mut tree);
    let root = tree
        .chunks
        .first()
        .and_then(|chunk| Node::root(schema, &tree, chunk))
        .expect("the schema has a root");
    let mut env = Env::empty(minor);
    let kind = env.schema(root, whole, 0).expect("it has a type");
    env.declare("self", kind.clone());
    env.declare("oldSelf", kind);
    env.of_self(root, whole);
    let compiled = compile(expression, &mut env).expect("it compiles");
    compiled.expect("it is known").cost
}

/// As the server estimates them.
#[test]
fn costs_are_those_of_the_server() {
    let numbers = "{type: array, items: {type: number}}";
    let ten = "{type: array, maxItems: 10, items: {type: number}}";
    let texts = "{type: array, items: {type: string}}";
    let text = "{type: string}";
    let short = "{type: string, maxLength: 10}";
    for (schema, expression, wanted) in [
        (numbers, "self.all(n, true)", 4_718_591),
        (ten, "self.all(n, true)", 32),
        (ten, "self.all(n, self.all(m, true))", 352),
        (ten, "self.all(a, self.all(b, self.all(c, true)))", 3552),
        (texts, "self.all(t, true)", 3_145_727),
        (
            "{type: array, items: {type: boolean}}",
            "self.all(b, true)",
            1_887_437,
        ),
        (
            "{type: array, items: {type: array, items: {type: number}}}",
            "self.all(l, true)",
            3_145_727,
        ),
        (
            "{type: array, items: {type: string, format: duration}}",
            "self.all(d, true)",
            2_359_295,
        ),
        (
            "{type: array, items: {type: string, format: date}}",
            "self.all(d, true)",
            725_936,
        ),
        (
            "{type: array, items: {type: string, format: date-time}}",
            "self.all(d, true)",
            428_963,
        ),
        (
            "{type: array, items: {x-kubernetes-int-or-string: true}}",
            "self.all(p, true)",
            4_718_591,
        ),
        (
            "{type: array, items: {type: object, required: [required], properties: {required: {type: string}}}}",
            "self.all(o, true)",
            555_128,
        ),
        (
            "{type: object, additionalProperties: {type: number}}",
            "self.all(k, true)",
            1_348_169,
        ),
        (
            "{type: object, maxProperties: 10, additionalProperties: {type: number}}",
            "self.all(k, true)",
            32,
        ),
        (
            "{type: array, items: {type: object, additionalProperties: {type: number}}}",
            "self.all(m, m.y == 2.5)",
            6_291_452,
        ),
        (text, "self.contains('last')", 314_574),
        (short, "self.contains('last')", 5),
        (text, "self.startsWith('last')", 2),
        (text, "self.matches('a')", 314_574),
        (text, "self.matches('')", 1),
        (text, "self.find('[a-f]+') == ''", 629_147),
        (text, "self.lowerAscii() == 'lower.'", 314_575),
        (text, "self == 'a'", 2),
        (numbers, "self[1] == 0.5", 2),
        (texts, "self[1] == self[1]", 314_577),
        (texts, "self.isSorted() == true", 329_854_432_052),
        (
            "{type: string, enum: [one, two, threescore]}",
            "self.contains('o')",
            2,
        ),
    ] {
        assert_eq!(cost(schema, expression), wanted, "{expression} of {schema}");
    }
}

/// The results of functions, as long as the server takes them to be.
#[test]
fn results_have_the_sizes_that_the_server_tells() {
    let text = "{type: string}";
    let texts = "{type: array, items: {type: string}}";
    let ten = "{type: array, maxItems: 10, items: {type: string, maxLength: 10}}";
    let parts = "{type: object, properties: {text: {type: string}, what: {type: string, maxLength: 2}, \
                 with: {type: string, maxLength: 4}}}";
    let times = "{type: object, additionalProperties: {type: string, format: date-time}}";
    for (schema, expression, wanted) in [
        (text, "size(self + 'hello') > size('hello')", 314_578),
        (texts, "self.join(' ') == 'aa bb'", 329_853_068_905),
        (ten, "self.join(' ') == 'aa bb'", 43),
        (ten, "self.isSorted() == true", 52),
        (
            parts,
            "self.text.replace(self.what, self.with) == 'does not matter'",
            629_154,
        ),
        (parts, "self.text.split(self.with) == []", 629_160),
        (times, "self['a'] == self['b']", 8),
        (
            "{type: array, items: {x-kubernetes-int-or-string: true}}",
            "self[0] == 5",
            3,
        ),
        ("{type: array, items: {type: object}}", "self[0] == null", 2),
        (
            "{type: object, additionalProperties: {type: integer}}",
            "oldSelf.size() == self.size()",
            5,
        ),
        (
            "{type: object, maxProperties: 10, additionalProperties: {type: string, maxLength: 10}}",
            "self.all(k, k.contains(self[k]))",
            72,
        ),
    ] {
        assert_eq!(cost(schema, expression), wanted, "{expression} of {schema}");
    }
}

/// What the macros are made of, step by step.
#[test]
fn macros_cost_what_they_are_made_of() {
    let ten = "{type: array, maxItems: 10, items: {type: string, maxLength: 10}}";
    let map = "{type: object, maxProperties: 10, additionalProperties: {type: string, maxLength: 10}}";
    for (schema, expression, wanted) in [
        (ten, "self.exists(t, true)", 42),
        (ten, "self.exists_one(t, true)", 23),
        (ten, "self.all(i, t, true)", 32),
        (ten, "self.exists(i, t, true)", 42),
        (ten, "self.existsOne(i, t, true)", 23),
        // The number of an item, and the item: 2 and 4 + 2 for each.
        (ten, "self.all(i, t, i < 5)", 52),
        (ten, "self.all(i, t, t == 'abcde')", 52),
        (ten, "self.all(i, t, t.contains('x'))", 82),
        (map, "self.all(k, v, v.contains('x'))", 82),
        (map, "self.all(k, v, k.contains('x'))", 42),
        (ten, "self.transformList(i, t, t).size() > 0", 144),
        (ten, "self.transformList(i, t, true, t).size() > 0", 144),
        (ten, "self.transformMap(i, t, t).size() > 0", 74),
        (ten, "self.transformMapEntry(i, t, {t: i}).size() > 0", 374),
    ] {
        assert_eq!(cost(schema, expression), wanted, "{expression} of {schema}");
    }
}

#[test]
fn sets_are_compared_each_item_with_each() {
    let ten = "{type: array, maxItems: 10, items: {type: string}}";
    let open = "{type: array, items: {type: string}}";
    for (schema, expression, wanted) in [
        (ten, "sets.contains([], [])", 21),
        (ten, "sets.contains(self, ['a', 'b'])", 32),
        (ten, "sets.intersects(self, self)", 103),
        (ten, "sets.equivalent(self, self)", 203),
        (open, "sets.contains(self, ['a'])", 12 + 1_048_575),
        (open, "sets.equivalent(self, self)", 3 + 2 * 1_048_575 * 1_048_575),
    ] {
        assert_eq!(cost(schema, expression), wanted, "{expression} of {schema}");
    }
}

#[test]
fn functions_of_kubernetes_cost_what_it_says() {
    let text = "{type: string, maxLength: 10}";
    let texts = "{type: array, maxItems: 10, items: {type: string, maxLength: 10}}";
    for (schema, expression, wanted) in [
        (text, "isURL(self) && url(self).getHost() == 'a'", 2 + 6 + 1),
        (text, "quantity(self).isGreaterThan(quantity('1'))", 5 + 1 + 1),
        (text, "quantity(self) == quantity('1')", 5 + 1 + 1),
        (text, "isQuantity(self)", 5),
        (text, "ip(self).family() == 4", 5 + 1 + 1),
        (text, "ip.isCanonical(self)", 9),
        (text, "cidr(self).ip().family() == 4", 5 + 2 + 1),
        (text, "cidr('10.0.0.0/8').containsIP(self)", 1 + 1 + 4 + 4),
        (text, "cidr('10.0.0.0/8').containsIP(ip(self))", 1 + 5 + 4),
        (
            text,
            "cidr('10.0.0.0/8').containsCIDR(self)",
            1 + 1 + 4 + 2 + 1 + 4,
        ),
        (text, "semver(self).isLessThan(semver('1.0.0'))", 5 + 1 + 1),
        (text, "isSemver(self)", 5),
        (
            text,
            "!format.dns1123Label().validate(self).hasValue()",
            1 + 1 + 128 + 2,
        ),
        (text, "format.named('uuid').hasValue()", 2),
        (text, "self.split(',', 3).size() == 3", 1 + 8 + 1 + 1),
        (text, "self.split(',', 3).all(p, true)", 1 + 8 + 3 * 3 + 1),
        (text, "self.findAll('a').all(p, true)", 1 + 5 + 40 * 3 + 1),
        (text, "type(self) == string", 2 + 1 + 4),
        (text, "self.format([]) == 'a'", 1 + 10 + 4 + 1),
        (texts, "self.distinct().size() == 0", 1 + 2 * 100 + 11 + 1 + 1),
        (texts, "self.reverse().size() == 0", 1 + 10 + 11 + 1 + 1),
        (texts, "self.slice(1, 3).size() == 0", 1 + 2 + 11 + 1 + 1),
        (texts, "self.sort().size() == 0", 1 + 210 + 11 + 1 + 1),
        (
            texts,
            "self.sortBy(t, size(t)).size() == 0",
            10 + 1 + 1 + 152 + 211 + 2,
        ),
        (texts, "lists.range(3).size() == 3", 3 + 11 + 1 + 1),
    ] {
        assert_eq!(cost(schema, expression), wanted, "{expression} of {schema}");
    }
}

#[test]
fn optional_values_have_no_size_that_the_server_knows() {
    let text = "{type: string, maxLength: 10}";
    assert_eq!(
        cost(text, "optional.of('a').optMap(v, v == 'value').hasValue()"),
        18
    );
    assert_eq!(cost(text, "optional.of('a').hasValue()"), 2);
    let five = "optional.of([1, 2, 3, 4, 5]).optMap(v, v.size()).hasValue()";
    assert_eq!(cost(text, five), 38);
    let list = "{type: object, properties: {l: {type: array, items: {type: string}}}}";
    assert_eq!(cost(list, "self.l[?0].optMap(v, v == 'a').hasValue()"), 22);
    let lists = "{type: object, properties: {a: {type: array, maxItems: 1, items: {type: string}}}}";
    assert_eq!(cost(lists, "self.?a.orValue([]).all(t, true)"), u64::MAX);
    assert_eq!(cost_in(37, lists, "self.?a.orValue([]).all(t, true)"), 14);
}

/// Its lists have no place in the schema, so that it looks for their items where `self` stands.
#[test]
fn items_of_what_an_expression_makes_are_as_long_as_self() {
    let text = "{type: string, maxLength: 10}";
    assert_eq!(
        cost(text, "['a', 'b'].all(t, t.contains('x'))"),
        10 + 1 + 2 * (3 + 1 + 4)
    );
    let object = "{type: object, properties: {a: {type: string}}}";
    assert_eq!(
        cost(object, "['a', 'b'].all(t, t.contains('x'))"),
        10 + 1 + 2 * (3 + 1)
    );
}

/// Since 1.33 the server knows what stands in a literal itself.
#[test]
fn what_is_taken_out_of_a_literal_is_as_long_as_what_is_in_it() {
    let text = "{type: string}";
    let from_map = "{'aws': 'arn:', 'gcp': 'projects'}['aws'].contains('x')";
    let from_list = "(['arn:'] + ['projects'])[0].contains('x')";
    assert_eq!(cost(text, from_map), 30 + 1 + 1);
    assert_eq!(cost(text, "dyn({'a': 'b'})['a'].contains('x')"), 30 + 1 + 1 + 1);
    assert_eq!(cost(text, from_list), 10 + 10 + 1 + 1 + 1);
    for expression in [from_map, from_list] {
        assert!(cost_in(32, text, expression) > 300_000);
    }
}

#[test]
fn names_of_objects_have_a_length_since_1_37() {
    let object = "{type: object}";
    let rule = "self.metadata.name.contains('x')";
    let in_root = |minor| cost_at_root(minor, object, rule);
    assert_eq!(in_root(36), 3 + 314_573);
    assert_eq!(in_root(37), 3 + 26);
}

#[test]
fn what_the_server_cannot_follow_it_fears() {
    let labels = "{type: object, additionalProperties: {type: string}}";
    assert!(cost(labels, "self.name == self.other") > 1_000_000_000);
    assert!(cost(labels, "self['name'] == self['other']") < 1_000_000);
    let port = "{type: object, properties: {port: {x-kubernetes-int-or-string: true}}}";
    assert!(cost(port, "self.port.a == self.port.b") > 1_000_000_000);
}

/// Rules over lists and maps of unknown length, whose costs were compared with what the server tells of such.
#[test]
fn whole_rules_cost_what_the_server_says() {
    let crew = "{type: object, properties: {crew: {type: array, items: {type: object, properties: \
                {name: {type: string}, rank: {type: string}, berth: {type: string}}}}}}";
    let holds = "{type: object, properties: {holds: {type: array, items: {type: integer}}}}";
    let flags = "{type: object, properties: {flags: {type: object, additionalProperties: {type: integer}}}}";
    let port = "{type: object, properties: {port: {x-kubernetes-int-or-string: true}}}";
    let watch = "{type: object, properties: {watch: {type: string, format: duration}, name: {type: string}}}";
    for (schema, expression, wanted) in [
        (crew, "has(self.crew[0].rank)", 3),
        (
            crew,
            "self.crew.all(c, !has(c.berth) || c.berth == 'a')",
            8_388_603,
        ),
        (
            crew,
            "self.crew.exists(c, c.name == 'a' && c.rank == 'b')",
            10_485_753,
        ),
        (crew, "self.crew.map(c, c.rank).exists(r, r == 'a')", 19_922_939),
        (
            crew,
            "self.crew.map(c, has(c.berth) && c.berth == 'a', c.berth).size() == 1",
            18_874_365,
        ),
        (holds, "self.holds.exists_one(h, h > 4)", 6_291_456),
        (
            holds,
            "self.holds.map(h, h * 20).filter(h, h > 50).exists(h, h == 60)",
            53_477_367,
        ),
        (
            flags,
            "size(self.flags.filter(f, self.flags[f] > 1)) == 1",
            8_089_017,
        ),
        (
            port,
            "type(self.port) == int ? self.port == 1 : self.port == '25%'",
            7,
        ),
        (watch, "type(self.watch) == google.protobuf.Duration", 4),
        (watch, "type(self) == type(self)", 1_844_674_407_370_955_268),
        (watch, "string(self.watch) == self.name", 314_578),
        (watch, "self.?name == optional.of('a')", 1_844_674_407_370_955_267),
    ] {
        for minor in [31, 36] {
            let told = cost_in(minor, schema, expression);
            assert_eq!(told, wanted, "{expression} in 1.{minor}");
        }
    }
}

/// The server reads the size of a range last, when another field's name may stand in the way to it.
#[test]
fn fields_of_one_variable_get_in_each_others_way() {
    let rules = "{type: object, properties: {rules: {type: array, maxItems: 16, items: {type: object, properties: {
        ports: {type: array, items: {type: integer}}, port: {type: integer}, name: {type: string, maxLength: 63}}}}}}";
    for (expression, wanted) in [
        ("self.rules.all(r, r.ports.all(p, p > 1))", 125_829_139),
        ("self.rules.all(r, r.ports.all(p, p != r.port))", 99),
        (
            "self.rules.all(r, r.ports.all(p, p > 1 || r.name == 'a'))",
            32_355,
        ),
    ] {
        assert_eq!(cost(rules, expression), wanted, "{expression}");
    }
    let in_spec = format!("{{type: object, properties: {{spec: {rules}}}}}");
    let expression = "self.spec.rules.all(r, r.ports.all(p, p != r.port))";
    assert!(cost(&in_spec, expression) > 100_000_000);
}

#[test]
fn nobody_knows_how_long_formatted_texts_are() {
    let text = "{type: string, maxLength: 10}";
    assert_eq!(
        cost(text, "'a %s'.format([self]) + '.' == 'b'"),
        1_844_674_407_370_955_277
    );
}

/// A schema of metadata counts only if it says all that the server would.
#[test]
fn the_schema_of_metadata_may_be_replaced() {
    let schema = |more: &str| {
        format!(
            "{{type: object, properties: {{apiVersion: {{type: string}}, kind: {{type: string}}, metadata: {{type: object,
            properties: {{name: {{type: string, maxLength: 63}}{more}}}}}}}}}"
        )
    };
    let cost = |schema: &str| cost_at_root(36, schema, "self.metadata.name.matches('^a')");
    assert_eq!(cost(&schema("")), 314_576);
    assert_eq!(cost(&schema(", generateName: {type: string}")), 29);
}
