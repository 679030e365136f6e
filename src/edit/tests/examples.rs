//! An example of each edit, and of what is declined.

use super::{apply, root, tree};
use crate::edit::*;
use crate::yaml::tree::NodeId;

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
