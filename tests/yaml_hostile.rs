//! Texts that are out to hurt the reader end in a value, and soon.

use std::time::{Duration, Instant};

use kubeproof::source::{LineIndex, decode};
use kubeproof::yaml::{Chunk, Kind, Node, Tree, duplicates, parse};

/// Far above what any of these takes unoptimized; quadratic work would take minutes.
const LIMIT: Duration = Duration::from_secs(20);

/// Reads `text`, hands the tree to `look`, and checks the time.
fn read<R>(text: &str, look: impl FnOnce(&Tree) -> R) -> R {
    let start = Instant::now();
    let mut tree = Tree::default();
    parse(text, &[], &mut tree);
    for chunk in &tree.chunks {
        duplicates(text, &tree, chunk);
    }
    let result = look(&tree);
    assert!(start.elapsed() < LIMIT, "took {:?}", start.elapsed());
    result
}

fn message(tree: &Tree) -> Option<&'static str> {
    tree.chunks
        .iter()
        .find_map(|chunk| chunk.error.as_ref())
        .map(|error| error.message)
}

#[test]
fn deep_nesting_is_refused() {
    let deep = [
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        "- ".repeat(100_000),
        "? ".repeat(100_000),
        "a: ".repeat(100_000),
        "[a, {b: ".repeat(50_000),
        "- [".repeat(100_000),
        format!("- {}", "[".repeat(100_000)),
        "{\"a\":".repeat(100_000),
        format!("{{\"a\":1}} {}", "[".repeat(100_000)),
    ];
    for text in deep {
        let refused = read(&text, |tree| {
            tree.chunks.iter().any(|chunk| chunk.error.is_some())
        });
        assert!(refused, "{}…", &text[..20]);
    }
    // Closed, so that nothing but the depth is wrong.
    let text = format!("{}{}", "[".repeat(10_001), "]".repeat(10_001));
    assert_eq!(
        read(&text, message),
        Some("the document is nested more than 10000 levels deep")
    );
    let text = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(read(&text, message), None);
}

#[test]
fn deep_indentation_is_read_in_good_time() {
    let mut text = String::new();
    for level in 0..2_000 {
        text.push_str(&" ".repeat(level));
        text.push_str("a:\n");
    }
    assert_eq!(read(&text, message), None);
}

#[test]
fn alias_bombs_are_refused_and_leave_no_alias_to_follow() {
    let line = |level: usize, of: &str| format!("a{level}: &a{level} [{of}]\n");
    let mut lists = line(0, &["l"; 10].join(","));
    let mut maps = "a0: &a0 {k0: v}\n".to_owned();
    for level in 1..60 {
        lists.push_str(&line(level, &vec![format!("*a{}", level - 1); 10].join(",")));
        let merged = vec![format!("*a{}", level - 1); 10].join(",");
        maps.push_str(&format!("a{level}: &a{level} {{<<: [{merged}], k{level}: v}}\n"));
    }
    for text in [lists, maps] {
        let expanded = read(&text, |tree| {
            assert_eq!(
                message(tree),
                Some("the aliases of this document expand to far too much; kubectl refuses it")
            );
            tree.chunks
                .iter()
                .map(|chunk| expand(&text, tree, chunk))
                .sum::<usize>()
        });
        assert!(expanded < 10_000, "{expanded} nodes");
    }
}

/// Number of nodes that a walk through aliases and merges meets.
fn expand(text: &str, tree: &Tree, chunk: &Chunk) -> usize {
    let mut open: Vec<_> = Node::root(text, tree, chunk).into_iter().collect();
    let mut count = 0;
    while let Some(node) = open.pop() {
        count += 1;
        match node.kind() {
            Kind::Map => open.extend(node.entries().map(|entry| entry.value)),
            Kind::Seq => open.extend(node.items()),
            Kind::Scalar | Kind::Alias => {}
        }
    }
    count
}

#[test]
fn depth_through_aliases_counts() {
    let mut text = format!("a0: &a0 {}{}\n", "[".repeat(6_000), "]".repeat(6_000));
    text.push_str(&format!("a1: {}*a0{}\n", "[".repeat(6_000), "]".repeat(6_000)));
    assert_eq!(
        read(&text, message),
        Some("the document is nested more than 10000 levels deep")
    );
}

#[test]
fn many_comments_before_a_node_are_fine() {
    let text = format!("a:\n{}  b: c\n", "# x\n".repeat(300_000));
    assert_eq!(read(&text, |tree| tree.comments.len()), 300_000);
    assert_eq!(read(&text.replace("a:", "a: &x"), message), None);
}

#[test]
fn many_keys_are_compared_in_good_time() {
    let mut text = String::new();
    for key in 0..200_000 {
        text.push_str(&format!("key{}: {key}\n", key % 199_999));
    }
    let found = read(&text, |tree| duplicates(&text, tree, &tree.chunks[0]));
    assert_eq!(found.len(), 1);
    // All the same, and by both readers.
    for text in [
        "a: b\n".repeat(200_000),
        format!("&x a: b\n{}", "1.0000000001: b\n".repeat(200_000)),
    ] {
        read(&text, |tree| {
            assert!(duplicates(&text, tree, &tree.chunks[0]).len() >= 199_999)
        });
    }
}

#[test]
fn long_flow_collections_are_read_in_linear_time() {
    for item in ["a, ", "[], ", "{a: b}, ", "*x, ", "a\n, "] {
        let text = format!("- &x 1\n- [{}]\n", item.repeat(100_000));
        read(&text, |tree| assert!(tree.nodes.len() > 100_000));
    }
    // Aliases of one node are no bomb until they outweigh everything else.
    assert_eq!(
        read(&format!("- &x 1\n- [{}]\n", "*x, ".repeat(400)), message),
        None
    );
}

#[test]
fn huge_scalars_are_read_in_linear_time() {
    let line = "x".repeat(70);
    let plain = format!("a: {}\n", format!("{line}\n  ").repeat(100_000));
    let quoted = format!("a: \"{}\"\n", format!("{line}\\n\\\n  ").repeat(100_000));
    let block = format!("a: |\n{}", format!("  {line}\n").repeat(100_000));
    let word = format!("a: {}\n", "x".repeat(10_000_000));
    let blanks = format!("a: \"{}\"\n", " \n".repeat(1_000_000));
    for text in [plain, quoted, block, word, blanks] {
        read(&text, |tree| {
            assert_eq!(message(tree), None);
            let root = Node::root(&text, tree, &tree.chunks[0]);
            let value = root.and_then(|root| root.get("a")).and_then(Node::str);
            assert!(value.is_some());
        });
    }
    // A key may not be longer than 1024 characters, and the search for its colon must not start anew.
    let text = format!("{}: a\n", "x".repeat(1_000_000));
    assert!(read(&text, message).is_some());
    let text = "x ".repeat(1_000_000) + "\n";
    assert_eq!(read(&text, message), None);
}

#[test]
fn control_characters_and_odd_encodings_are_values() {
    assert_eq!(
        read("a: \0", message),
        Some("YAML does not allow this control character")
    );
    assert_eq!(
        read("\0", message),
        Some("YAML does not allow this control character")
    );
    let text: Vec<u8> = "a: b\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    // Without its mark, UTF-16 is a row of NULs.
    let decoded = decode(text.clone());
    assert_eq!(
        read(&decoded.text, message),
        Some("YAML does not allow this control character")
    );
    let decoded = decode([&[0xFF, 0xFE][..], &text].concat());
    assert_eq!(read(&decoded.text, message), None);
    let decoded = decode(vec![0xFF; 1_000_000]);
    let mut tree = Tree::default();
    parse(&decoded.text, &decoded.invalid, &mut tree);
    assert_eq!(message(&tree), Some("these bytes cannot be decoded as text"));
}

#[test]
fn many_documents_and_long_lines_have_their_places() {
    let text = "a: 1\n---\n".repeat(100_000);
    assert_eq!(read(&text, |tree| tree.chunks.len()), 100_000);
    let text = format!("a: {}\n", "é".repeat(1_000_000));
    let start = Instant::now();
    let index = LineIndex::new(&text);
    for _ in 0..20 {
        assert_eq!(index.position(&text, text.len() as u32 - 1).column, 1_000_004);
    }
    assert!(start.elapsed() < LIMIT);
}
