//! Examples of each edit, and random ones: the text still reads, and reads as meant.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::yaml::tree::NodeId;
use crate::yaml::{Entry, Scalar, Tree, parse};

fn tree(text: &str) -> Tree {
    let mut tree = Tree::default();
    parse(text, &[], &mut tree);
    tree
}

fn root<'t>(text: &'t str, tree: &'t Tree) -> Node<'t> {
    assert_eq!(tree.chunks.len(), 1, "one document: {text:?}");
    assert_eq!(tree.chunks[0].error, None, "{text:?}");
    assert!(tree.chunks[0].losses.is_empty(), "{text:?}");
    Node::root(text, tree, &tree.chunks[0]).expect("content")
}

fn value(node: Node<'_>) -> Value {
    match node.kind() {
        Kind::Map => {
            let entry = |entry: Entry<'_>| {
                (
                    entry.key.key_text().expect("a key").to_string(),
                    value(entry.value),
                )
            };
            Value::Object(node.entries().map(entry).collect())
        }
        Kind::Seq => node.items().map(value).collect(),
        _ => match node.scalar().expect("a scalar") {
            Scalar::Str(text) => json!(text),
            Scalar::Int(n) => json!(n),
            Scalar::Bool(b) => json!(b),
            Scalar::Null => Value::Null,
            other => panic!("not generated: {other:?}"),
        },
    }
}

fn read(text: &str) -> Value {
    value(root(text, &tree(text)))
}

fn apply(text: &str, edits: &[Edit]) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for edit in edits {
        assert!(at <= edit.span.start as usize, "edits overlap: {edits:?}");
        out.push_str(&text[at..edit.span.start as usize]);
        out.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    out + &text[at..]
}

/// Applies what `edit` makes of the mapping at a path.
fn change(text: &str, path: &[&str], edit: impl Fn(Node<'_>) -> Option<Vec<Edit>>) -> Option<String> {
    let tree = tree(text);
    let map = root(text, &tree).path(path).expect("a node");
    edit(map).map(|edits| apply(text, &edits))
}

fn remove(text: &str, path: &[&str], keys: &[&str]) -> Option<String> {
    change(text, path, |map| {
        let keys: Vec<NodeId> = keys
            .iter()
            .map(|key| map.entry(key).expect("an entry").key.id())
            .collect();
        remove_entries(map, &keys)
    })
}

#[test]
fn removes_whole_lines() {
    let text = "# head\na:\n  x: 1 # of x\n  # above w\n  w:\n  - 2\n\n  z: |\n    3\nb: 4\n";
    assert_eq!(
        remove(text, &["a"], &["x"]).as_deref(),
        Some("# head\na:\n  # above w\n  w:\n  - 2\n\n  z: |\n    3\nb: 4\n")
    );
    assert_eq!(
        remove(text, &["a"], &["w", "z"]).as_deref(),
        Some("# head\na:\n  x: 1 # of x\n  # above w\n\nb: 4\n")
    );
    assert_eq!(remove(text, &[], &["a"]).as_deref(), Some("# head\nb: 4\n"));
    assert_eq!(remove("a: 1\r\nb: 2", &[], &["b"]).as_deref(), Some("a: 1\r\n"));
    assert_eq!(
        remove("a: 1\nb:\nc: 2\n", &[], &["b"]).as_deref(),
        Some("a: 1\nc: 2\n")
    );
}

#[test]
fn the_last_entry_leaves_an_empty_mapping() {
    let text = "a:\n  x: 1\nb: 2\n";
    assert_eq!(remove(text, &["a"], &["x"]).as_deref(), Some("a: {}\nb: 2\n"));
    let text = "a: # why\n  x: 1 # gone\nb: 2\n";
    assert_eq!(
        remove(text, &["a"], &["x"]).as_deref(),
        Some("a: # why\n  {} # gone\nb: 2\n")
    );
    assert_eq!(
        remove("a:\n  x:\n  w:\n", &["a"], &["x", "w"]).as_deref(),
        Some("a: {}\n")
    );
    assert_eq!(
        remove("a: {x: 1, }\n", &["a"], &["x"]).as_deref(),
        Some("a: {}\n")
    );
}

#[test]
fn the_first_entry_of_an_item_gives_its_dash_to_the_next() {
    let first = |text: &str, keys: &[&str]| {
        let tree = tree(text);
        let map = root(text, &tree).items().next().expect("an item");
        let ids: Vec<NodeId> = keys
            .iter()
            .map(|key| map.entry(key).expect("an entry").key.id())
            .collect();
        remove_entries(map, &ids).map(|edits| apply(text, &edits))
    };
    assert_eq!(first("- x: 1\n  w: 2\n", &["x"]).as_deref(), Some("- w: 2\n"));
    assert_eq!(
        first("- x: 1\n  w: 2\n  z: 3\n", &["x", "w"]).as_deref(),
        Some("- z: 3\n")
    );
    assert_eq!(
        first("- x: 1\n- w: 2\n", &["x"]).as_deref(),
        Some("- {}\n- w: 2\n")
    );
    assert_eq!(first("- x: 1\n  # about w\n  w: 2\n", &["x"]), None);
}

#[test]
fn removes_from_brackets() {
    let text = "a: {x: 1, w: [2], z: 3}\n";
    for (keys, left) in [
        (&["x"][..], "a: {w: [2], z: 3}\n"),
        (&["w"], "a: {x: 1, z: 3}\n"),
        (&["z"], "a: {x: 1, w: [2]}\n"),
        (&["w", "z"], "a: {x: 1}\n"),
        (&["x", "z"], "a: {w: [2]}\n"),
        (&["x", "w", "z"], "a: {}\n"),
    ] {
        assert_eq!(remove(text, &["a"], keys).as_deref(), Some(left));
    }
    let text = "{\n  \"a\": 1,\n  \"b\": {\"c\": 2}\n}\n";
    assert_eq!(remove(text, &[], &["b"]).as_deref(), Some("{\n  \"a\": 1\n}\n"));
    assert_eq!(
        remove(text, &[], &["a"]).as_deref(),
        Some("{\n  \"b\": {\"c\": 2}\n}\n")
    );
}

#[test]
fn leaves_alone_what_it_cannot_take_out_cleanly() {
    for (text, keys) in [
        ("a: &x 1\nb: 2\n", &["a"][..]),
        ("? a\n: 1\nb: 2\n", &["a"]),
        ("a: |+\n  1\n\nb: 2\n\nc: 3\n", &["b"]),
        ("{a: 1, # of b\n b: 2}\n", &["a"]),
        ("a: 1\rb: 2\nc: 3\n", &["b"]),
    ] {
        assert_eq!(remove(text, &[], keys), None, "{text:?}");
    }
}

#[test]
fn inserts_in_the_style_of_the_mapping() {
    let after = |text: &str, path: &[&str], key: &str| {
        change(text, path, |map| {
            Some(vec![insert_after(map, &map.entry(key)?, "new", "v")?])
        })
    };
    let first =
        |text: &str, path: &[&str]| change(text, path, |map| Some(vec![insert_first(map, "new", "v")?]));
    assert_eq!(
        after("a: 1 # one\nb: 2\n", &[], "a").as_deref(),
        Some("a: 1 # one\nnew: v\nb: 2\n")
    );
    assert_eq!(after("a: 1", &[], "a").as_deref(), Some("a: 1\nnew: v"));
    assert_eq!(
        after("a:\n    b:\r\n", &["a"], "b").as_deref(),
        Some("a:\n    b:\r\n    new: v\r\n")
    );
    assert_eq!(
        after("a: {b: 1, c: 2}\n", &["a"], "b").as_deref(),
        Some("a: {b: 1, new: v, c: 2}\n")
    );
    assert_eq!(after("a: |+\n  x\n\nb: 1\n", &[], "a"), None);
    assert_eq!(
        first("# top\na: 1\n", &[]).as_deref(),
        Some("# top\nnew: v\na: 1\n")
    );
    assert_eq!(
        first("a: {b: 1}\n", &["a"]).as_deref(),
        Some("a: {new: v, b: 1}\n")
    );
    assert_eq!(
        change("{\n  \"a\": 1\n}", &[], |map| Some(vec![insert_first(
            map, "new", "\"v\""
        )?]))
        .as_deref(),
        Some("{\n  \"new\": \"v\",\n  \"a\": 1\n}")
    );
    assert_eq!(
        change("{\"a\":1}", &[], |map| Some(vec![insert_after(
            map,
            &map.entry("a")?,
            "new",
            "2"
        )?]))
        .as_deref(),
        Some("{\"a\":1,\"new\":2}")
    );
}

#[test]
fn strings_keep_their_quotes_or_get_some() {
    for (style, text, written) in [
        (Style::Plain, "abc", "abc"),
        (Style::Plain, "no", "\"no\""),
        (Style::Plain, "12", "\"12\""),
        (Style::Plain, "a: b", "\"a: b\""),
        (Style::Plain, "", "\"\""),
        (Style::Single, "it's", "'it''s'"),
        (Style::Single, "a\nb", "\"a\\nb\""),
        (Style::Double, "a\"\\", "\"a\\\"\\\\\""),
        (Style::Literal, "abc", "\"abc\""),
    ] {
        assert_eq!(encode(text, style, false), written);
    }
    assert_eq!(encode("abc", Style::Plain, true), "\"abc\"");
}

/// A source of choices for how a document is written.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn comment(&mut self) -> &'static str {
        ["", "", "", " # note: a, {b}", "  #x"][self.roll(5) as usize]
    }
}

fn scalar_text(value: &Value, dice: &mut Dice) -> String {
    match value {
        Value::String(text) => {
            let style = [Style::Plain, Style::Single, Style::Double][dice.roll(3) as usize];
            encode(text, style, false)
        }
        Value::Null => ["null", "~"][dice.roll(2) as usize].to_string(),
        other => other.to_string(),
    }
}

fn flow(value: &Value, dice: &mut Dice) -> String {
    match value {
        Value::Object(map) => {
            let entries: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{}: {}", encode(key, Style::Plain, false), flow(value, dice)))
                .collect();
            let comma = [", ", ",\n                   ", " , "][dice.roll(3) as usize];
            format!("{{{}}}", entries.join(comma))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| flow(item, dice)).collect();
            format!("[{}]", items.join(", "))
        }
        scalar => scalar_text(scalar, dice),
    }
}

/// Writes what follows `key:` or `-`, its line break included.
fn block(value: &Value, indent: usize, in_item: bool, dice: &mut Dice, out: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() && dice.roll(5) > 0 => {
            let mut first = in_item;
            if in_item {
                out.push(' ');
            } else {
                out.push_str(dice.comment());
                out.push('\n');
            }
            for (key, value) in map {
                if !first {
                    // After a `|+` a blank line would be part of the value.
                    let filler = ["", "", "", "\n", "# alone\n"][dice.roll(5) as usize];
                    out.push_str(if out.ends_with("\n\n") { "" } else { filler });
                    out.push_str(&" ".repeat(indent));
                }
                first = false;
                let style = [Style::Plain, Style::Plain, Style::Double][dice.roll(3) as usize];
                out.push_str(&encode(key, style, false));
                out.push(':');
                block(value, indent + 2 + 2 * dice.roll(2) as usize, false, dice, out);
            }
        }
        Value::Array(items) if !items.is_empty() && dice.roll(5) > 0 && !in_item => {
            out.push_str(dice.comment());
            out.push('\n');
            let indent = indent - 2 * dice.roll(2) as usize;
            for item in items {
                out.push_str(&" ".repeat(indent));
                out.push('-');
                block(item, indent + 2, true, dice, out);
            }
        }
        Value::String(text) if text.contains('\n') && !text.starts_with(['\n', ' ']) && dice.roll(2) == 0 => {
            let bare = text.trim_end_matches('\n');
            let header = match text.len() - bare.len() {
                0 => "|-",
                1 => "|",
                _ => "|+",
            };
            out.push_str(&format!(" {header}\n"));
            for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                if !line.is_empty() {
                    out.push_str(&" ".repeat(indent));
                    out.push_str(line);
                }
                out.push('\n');
            }
        }
        Value::Null if dice.roll(2) == 0 => {
            out.push_str(dice.comment());
            out.push('\n');
        }
        other => {
            out.push(' ');
            out.push_str(&flow(other, dice));
            out.push_str(dice.comment());
            out.push('\n');
        }
    }
}

fn document(value: &Value, dice: &mut Dice) -> String {
    match dice.roll(6) {
        0 => return serde_json::to_string_pretty(value).expect("JSON"),
        1 => return value.to_string(),
        _ => {}
    }
    let mut out = String::new();
    block(value, 0, false, dice, &mut out);
    if out.starts_with(" {") {
        // With its keys in quotes this is JSON, after which a comment would be another document.
        return flow(value, dice);
    }
    let out = out.split_once('\n').map_or("", |(_, rest)| rest).to_string();
    match dice.roll(4) {
        0 => out.replace('\n', "\r\n"),
        1 => format!("\u{feff}{out}"),
        _ => out,
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[a-z]{1,6}",
        Just("no".to_string()),
        Just("it's # {so}: ok, [1]".to_string()),
        Just("two\nlines".to_string()),
        Just("a line\n".to_string()),
        Just("kept\n\n\n".to_string()),
        Just(String::new()),
    ];
    let leaf = prop_oneof![
        4 => text.prop_map(Value::from),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => (0..99_i64).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            3 => map_of(inner.clone()),
            1 => prop::collection::vec(inner, 0..4).prop_map(Value::from),
        ]
    })
}

fn map_of(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let key = prop_oneof![4 => "[a-h]{1,2}", 1 => Just("on".to_string()), 1 => Just("x.y/z".to_string())];
    prop::collection::btree_map(key, inner, 1..5).prop_map(|map| Value::Object(map.into_iter().collect()))
}

/// All mappings with entries below a node, with the same place in a value.
fn mappings(node: Node<'_>, path: &str, out: &mut Vec<(NodeId, String)>) {
    match node.kind() {
        Kind::Map => {
            if node.raw_entries().next().is_some() {
                out.push((node.id(), path.to_string()));
            }
            for entry in node.raw_entries() {
                let key = entry
                    .key
                    .key_text()
                    .expect("a key")
                    .replace('~', "~0")
                    .replace('/', "~1");
                mappings(entry.value, &format!("{path}/{key}"), out);
            }
        }
        Kind::Seq => {
            for (i, item) in node.items().enumerate() {
                mappings(item, &format!("{path}/{i}"), out);
            }
        }
        _ => {}
    }
}

fn object<'v>(value: &'v mut Value, path: &str) -> &'v mut Map<String, Value> {
    value
        .pointer_mut(path)
        .and_then(Value::as_object_mut)
        .expect("a mapping")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn the_text_reads_as_meant(value in map_of(any_value()), seed: u64, pick: prop::sample::Index, mask: u8) {
        let mut dice = Dice(seed);
        let text = document(&value, &mut dice);
        prop_assert_eq!(&read(&text), &value, "the generator writes what it means: {:?}", text);
        let tree = tree(&text);
        let root = root(&text, &tree);
        let mut all = Vec::new();
        mappings(root, "", &mut all);
        let (id, path) = &all[pick.index(all.len())];
        let map = root.with_id(*id);
        let entries: Vec<Entry<'_>> = map.raw_entries().collect();
        let name = |entry: &Entry<'_>| entry.key.key_text().expect("a key").to_string();
        let some = &entries[pick.index(entries.len())];
        let (string, written) = if map.is_json() { ("\"v\"", "\"v\"") } else { ("v", "v") };

        let gone: Vec<&Entry<'_>> = (entries.iter().zip(0..)).filter(|(_, i)| mask >> (i % 8) & 1 == 1).map(|(e, _)| e).collect();
        let ids: Vec<NodeId> = gone.iter().map(|entry| entry.key.id()).collect();
        if let Some(edits) = remove_entries(map, &ids) {
            let mut expected = value.clone();
            gone.iter().for_each(|entry| drop(object(&mut expected, path).remove(&name(entry))));
            let after = apply(&text, &edits);
            prop_assert_eq!(read(&after), expected, "removed {:?} from {:?}", edits, text);
        }
        if let Some(edit) = insert_after(map, some, "new", string) {
            let mut expected = value.clone();
            object(&mut expected, path).insert("new".into(), json!("v"));
            let after = apply(&text, &[edit]);
            prop_assert_eq!(read(&after), expected, "{:?} becomes {:?}", text, after);
        }
        if let Some(edit) = insert_first(map, "new", written) {
            let mut expected = value.clone();
            object(&mut expected, path).insert("new".into(), json!("v"));
            let after = apply(&text, &[edit]);
            prop_assert_eq!(read(&after), expected, "{:?} becomes {:?}", text, after);
        }
        if let Some(edit) = rename_key(some.key, "yes") {
            let mut expected = value.clone();
            let own = object(&mut expected, path);
            let moved = own.remove(&name(some)).expect("an entry");
            own.insert("yes".into(), moved);
            prop_assert_eq!(read(&apply(&text, &[edit])), expected, "{:?}", text);
        }
        if let Some(edit) = replace_scalar(some.value, "it's 1: {x}\n") {
            let mut expected = value.clone();
            object(&mut expected, path).insert(name(some), json!("it's 1: {x}\n"));
            let after = apply(&text, &[edit]);
            prop_assert_eq!(read(&after), expected, "{:?} becomes {:?}", text, after);
        }
    }
}

/// The random test would prove little if most edits were declined.
#[test]
fn plain_documents_are_edited() {
    let text = "metadata:\n  name: shop\n  labels:\n    app: shop\nspec:\n- x: 1\n  y: 2\n";
    let tree = tree(text);
    let root = root(text, &tree);
    let mut all = Vec::new();
    mappings(root, "", &mut all);
    assert_eq!(all.len(), 4);
    for (id, path) in all {
        let map = root.with_id(id);
        for entry in map.raw_entries() {
            assert!(remove_entry(map, entry.key).is_some(), "{path}");
            assert!(insert_after(map, &entry, "a", "b").is_some(), "{path}");
        }
        assert!(insert_first(map, "a", "b").is_some(), "{path}");
    }
}
