//! Random edits of random documents: what is read afterwards is what the edit means.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::documents::{Dice, any_value, document, map_of};
use super::{apply, root, tree};
use crate::edit::*;
use crate::yaml::tree::NodeId;
use crate::yaml::{Entry, Scalar};

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
