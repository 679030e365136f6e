//! Where nodes, comments, errors and losses stand. Every text is read both ways.

use super::*;

/// The tree of `text`, which must be the same by both readers.
fn read(text: &str) -> Tree {
    let (mut tree, mut complete) = (Tree::default(), Tree::default());
    parse(text, &[], &mut tree);
    parse_completely(text, &[], &mut complete);
    assert_eq!(tree.nodes, complete.nodes, "{text:?}");
    assert_eq!(tree.comments, complete.comments, "{text:?}");
    let unmarked = |chunk: &Chunk| Chunk {
        fast: false,
        ..chunk.clone()
    };
    let chunks: Vec<_> = tree.chunks.iter().map(unmarked).collect();
    assert_eq!(chunks, complete.chunks, "{text:?}");
    tree
}

/// The nodes in order, each as the text that its span covers.
fn spans(text: &str) -> Vec<&str> {
    let tree = read(text);
    assert!(tree.chunks.iter().all(|chunk| chunk.error.is_none()), "{text:?}");
    tree.nodes
        .iter()
        .map(|node| &text[node.start as usize..node.end as usize])
        .collect()
}

/// Whether the fast reader takes the whole text.
fn is_fast(text: &str) -> bool {
    read(text).chunks.iter().all(|chunk| chunk.fast)
}

fn comments(text: &str) -> Vec<&str> {
    read(text)
        .comments
        .iter()
        .map(|comment| &text[comment.range()])
        .collect()
}

/// Class and place of the first chunk's error.
fn error(text: &str) -> (ErrorClass, &str) {
    let tree = read(text);
    let error = tree.chunks[0].error.as_ref().expect("an error");
    (error.class, &text[error.span.range()])
}

/// The losses of all chunks.
fn losses(text: &str) -> Vec<(LossKind, &str)> {
    let tree = read(text);
    let losses = tree.chunks.iter().flat_map(|chunk| &chunk.losses);
    losses.map(|loss| (loss.kind, &text[loss.span.range()])).collect()
}

#[test]
fn keys_and_plain_values_are_exact() {
    assert_eq!(
        spans("a: b\nc d:  e f  # g\n"),
        ["a: b\nc d:  e f", "a", "b", "c d", "e f"]
    );
    assert_eq!(spans("é: ü\r\nb: c\r\n"), ["é: ü\r\nb: c", "é", "ü", "b", "c"]);
}

#[test]
fn quoted_scalars_include_their_quotes() {
    assert_eq!(
        spans("\"a\": 'it''s'\n'b': \"x\\\"y\"\n"),
        [
            "\"a\": 'it''s'\n'b': \"x\\\"y\"",
            "\"a\"",
            "'it''s'",
            "'b'",
            "\"x\\\"y\""
        ]
    );
    assert_eq!(spans("a: \"b\n  c\"\n")[2], "\"b\n  c\"");
}

#[test]
fn block_scalars_run_from_their_header_to_the_last_line_of_content() {
    assert_eq!(spans("a: |\n  x\n  y\n\nb: c\n")[2], "|\n  x\n  y");
    assert_eq!(spans("a: >- # c\r\n  x\r\n\r\nb: c\r\n")[2], ">- # c\r\n  x");
    assert_eq!(spans("a: |+\n  x\n\n\n")[2], "|+\n  x");
    assert_eq!(spans("a: |\nb: c\n")[2], "|");
    assert_eq!(spans("a: |2-\n    x\n")[2], "|2-\n    x");
    assert_eq!(spans("- |\n x\n- y\n")[1], "|\n x");
    // A line of more blanks than the indentation is content.
    assert_eq!(spans("a: |\n  x\n    \nb: c\n")[2], "|\n  x\n    ");
}

#[test]
fn collections_run_from_their_first_to_their_last_character() {
    assert_eq!(
        spans("a:\n  - b: [c, d]\n  -\n    e: {f: g}\n# h\n"),
        [
            "a:\n  - b: [c, d]\n  -\n    e: {f: g}",
            "a",
            "- b: [c, d]\n  -\n    e: {f: g}",
            "b: [c, d]",
            "b",
            "[c, d]",
            "c",
            "d",
            "e: {f: g}",
            "e",
            "{f: g}",
            "f",
            "g"
        ]
    );
    assert_eq!(spans("a:\n- b\n- c\nd: e\n")[2], "- b\n- c");
    assert_eq!(
        spans("{\n  a: [\n    b, # c\n  ],\n}\n")[0],
        "{\n  a: [\n    b, # c\n  ],\n}"
    );
    assert_eq!(spans("? a\n: b\n")[0], "? a\n: b");
}

#[test]
fn absent_values_stand_right_after_their_indicator() {
    let place = |text: &str, node: usize| {
        let tree = read(text);
        let node = tree.nodes[node];
        assert_eq!(node.start, node.end, "{text:?}");
        node.start
    };
    assert_eq!(place("a:\nb: c\n", 2), 2);
    assert_eq!(place("a:   # c\n", 2), 2);
    assert_eq!(place("a:", 2), 2);
    assert_eq!(place("- \n- b\n", 1), 1);
    assert_eq!(place("{a: , b: c}", 2), 3);
    assert_eq!(place("{a: b, c}", 4), 8);
    assert_eq!(place("? a\n", 2), 3);
}

#[test]
fn anchors_and_tags_stay_outside_of_the_node() {
    let text = "a: &x !!str b\nc: *x\n";
    let tree = read(text);
    assert_eq!(
        &text[tree.nodes[2].start as usize..tree.nodes[2].end as usize],
        "b"
    );
    let props = &tree.props[0];
    assert_eq!(
        (props.node, &text[props.anchor.range()], &text[props.tag.range()]),
        (2, "&x", "!!str")
    );
    assert_eq!(tree.aliases, [(4, 2)]);
}

#[test]
fn comments_run_to_the_end_of_their_text() {
    assert_eq!(
        comments("# a\nb: c # d \t\r\n#e\nf:  # g\n  - h # i\n---  # j\nk: |  # l\n  # m\n # n"),
        ["# a", "# d", "#e", "# g", "# i", "# j", "# l", "# n"]
    );
    assert_eq!(
        comments("a: b#c\nd: '# e'\nf: \"# g\n  # h\"\ni: [ # j\n  k#l ]\n"),
        ["# j"]
    );
}

#[test]
fn the_fast_reader_takes_what_manifests_are_made_of() {
    for text in [
        "a: b\nc:\n- d\n-\n  e: f\n- - g\n",
        "a:\r\n  b: 'c'\r\n  d: |\r\n    e\r\n",
        "a: one\n  two\n\n  three # c\nb: \"x\n\n  y\"\n",
        "{\n  # KYAML\n  apiVersion: \"v1\",\n  list: [1, 2,],\n  empty: {},\n}\n",
        "- {\"json\": [true, null, -1.5e3],\n\t\"b\":{}}\n",
        "# only a comment\n",
        "a:\n  - b:\n    - c\n  - d\ne: []\n",
        "- a: b\n  c: d\n- e\n",
    ] {
        assert!(is_fast(text), "{text:?}");
    }
}

#[test]
fn errors_stand_on_the_character_at_fault() {
    use ErrorClass::*;
    for (text, class, place) in [
        ("a: @b\n", Syntax, "@"),
        ("a: b: c\n", Syntax, ":"),
        ("a: \"b\nc: d\n", Syntax, "\""),
        ("a: \"\\q\"\n", Syntax, "\\q"),
        ("a: \"\\ud83d\"\n", Syntax, "\\ud83d"),
        ("a:\n\tb: c\n", Syntax, "\t"),
        ("a: [\nb\n\t]\n", Syntax, "\t"),
        ("a: [b, c\n", Syntax, "["),
        ("a: {b: c\nd: e\n", Syntax, ":"),
        ("a: b\nc\n", Syntax, "c"),
        ("a:\n    b: 1\n  c: 2\n", Syntax, "c: 2"),
        ("a: \u{7f}\n", Syntax, "\u{7f}"),
        ("a: |x\n  b\n", Syntax, "x"),
        ("a: *b\n", Syntax, "*b"),
        ("a: &x [*x]\n", Syntax, "*x"),
        ("a: !!int b\n", Syntax, "b"),
        ("<<: 5\n", Syntax, "5"),
        ("%YAML 1.2\n", Syntax, "1.2"),
        ("{{ .Values.x }}: b\n", Key, "{{ .Values.x }}"),
        ("a: {{ b }}\n", Key, "{{ b }}"),
        ("~: a\n", Key, "~"),
        (": a\n", Syntax, ":"),
        ("18446744073709551615: a\n", Key, "18446744073709551615"),
        ("a: .inf\n", Number, ".inf"),
        ("- -.Inf\n", Number, "-.Inf"),
    ] {
        assert_eq!(error(text), (class, place), "{text:?}");
    }
}

#[test]
fn text_after_a_separator_is_the_error_of_the_document_below() {
    let text = "a: b\n--- c: d\ne: f\n---\ng: h\n";
    let tree = read(text);
    let errors: Vec<_> = tree
        .chunks
        .iter()
        .map(|chunk| {
            chunk
                .error
                .as_ref()
                .map(|error| (error.class, &text[error.span.range()]))
        })
        .collect();
    assert_eq!(errors, [None, Some((ErrorClass::Separator, "c: d")), None]);
    assert_eq!(
        tree.chunks.iter().map(|chunk| chunk.document).collect::<Vec<_>>(),
        [0, 1, 2]
    );
    assert!(tree.chunks.iter().all(|chunk| chunk.root.is_some()));
}

#[test]
fn what_kubectl_drops_is_told() {
    use LossKind::*;
    assert_eq!(losses("  a: 1\nb: 2\n# c\n"), [(FirstLineIndented, "b: 2\n# c")]);
    assert_eq!(losses("a: 1\n...\n# c\nb: 2\n"), [(AfterDocumentEnd, "b: 2")]);
    assert_eq!(losses("a: 1\n...\n# c\n...\n"), []);
    assert_eq!(losses("{a: 1}\nb: 2\n"), [(AfterRoot, "b: 2")]);
    assert_eq!(losses("a: 1\n---\nb: 2\n"), []);
    // The first half ends within quotes; the second is read as it stands.
    assert_eq!(losses("a: \"b\n---\nc\"\n"), [(SplitInsideQuotes, "---")]);
    assert_eq!(losses("a: \"b\n"), []);
    assert_eq!(losses("a: \"b\n---\nc: \"d\"\n"), []);
}

/// Keys and values of a broken document's root mapping; `?` is a value that could not be read.
fn recovered(text: &str) -> Vec<(String, String)> {
    let tree = read(text);
    let chunk = &tree.chunks[0];
    assert!(chunk.error.is_some(), "{text:?}");
    let Some(root) = Node::root(text, &tree, chunk) else {
        return Vec::new();
    };
    let show = |node: Node<'_>| match node.kind() {
        Kind::Alias => "?".to_owned(),
        _ => node.source().to_owned(),
    };
    root.raw_entries()
        .map(|entry| (show(entry.key), show(entry.value)))
        .collect()
}

#[test]
fn a_broken_value_costs_no_more_than_itself() {
    let with = |broken: &str| recovered(&format!("a: 1\nb: {broken}\nc:\n  d: 2\n"));
    let expected = [("a", "1"), ("b", "?"), ("c", "d: 2")].map(|(key, value)| (key.into(), value.into()));
    for broken in [
        "@x",
        "\"\\q\"",
        "\"open",
        "'open",
        "[x, y",
        "{x: y",
        "[x: y: z]",
        "[,]",
        "x: y",
        "|x\n  y: z",
        "\n  - @x\n  - y: 1\n    z: 2".replace("@x", "\t- x").as_str(),
        "!<x y",
        "&",
        "- x",
    ] {
        let mut got = with(broken);
        // Where the value is a collection, part of it may have been read.
        if let Some(entry) = got.get_mut(1)
            && broken.starts_with('\n')
        {
            entry.1 = "?".into();
        }
        assert_eq!(got, expected, "{broken:?}");
    }
}

#[test]
fn reading_goes_on_in_the_collection_whose_indentation_fits() {
    let text = "a:\n  b:\n  - x: 1\n    v: @\n    z: 2\n  - x: 3\n  - [\n  - x: 4\n  c: 5\nd: 6\n";
    let tree = read(text);
    let root = Node::root(text, &tree, &tree.chunks[0]).expect("a root");
    let items: Vec<_> = root
        .path(&["a", "b"])
        .expect("a list")
        .items()
        .map(Node::source)
        .collect();
    assert_eq!(items, ["x: 1\n    v: @\n    z: 2", "x: 3", "[", "x: 4"]);
    assert_eq!(root.path(&["a", "c"]).map(Node::source), Some("5"));
    assert_eq!(root.get("d").map(Node::source), Some("6"));
    let broken = root
        .path(&["a", "b"])
        .and_then(|list| list.items().next()?.get("v"));
    assert_eq!(
        broken.map(|node| (node.kind(), node.source(), node.is_null())),
        Some((Kind::Alias, "@", false))
    );
}

#[test]
fn a_line_that_is_no_entry_is_skipped() {
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|&(key, value)| (key.into(), value.into()))
            .collect()
    };
    assert_eq!(recovered("a: 1\noops\nb: 2\n"), pairs(&[("a", "1"), ("b", "2")]));
    assert_eq!(
        recovered("a:\n    b: 1\n  c: 2\nd: 3\n"),
        pairs(&[("a", "b: 1"), ("d", "3")])
    );
    assert_eq!(recovered("@x\na: 1\n"), pairs(&[("a", "1")]));
    assert_eq!(recovered("a: [\n"), pairs(&[("a", "?")]));
    assert_eq!(
        recovered("{{- if .x }}\na: 1\n{{- end }}\nb: 2\n"),
        pairs(&[("a", "1"), ("b", "2")])
    );
    assert_eq!(
        recovered("{\"a\": 1, \"b\": [2}"),
        pairs(&[("\"a\"", "1"), ("\"b\"", "[2")])
    );
}

#[test]
fn an_error_in_one_document_leaves_the_others_alone() {
    let text = "a: 1\n---\nb: [\n---\nc: 3\n---\nd: @\n---\n# empty\n---\ne: 5\n";
    let tree = read(text);
    let errors: Vec<_> = tree.chunks.iter().map(|chunk| chunk.error.is_some()).collect();
    assert_eq!(errors, [false, true, false, true, false, false]);
    assert_eq!(tree.chunks[4].root, None);
    assert_eq!(tree.chunks[5].document, 5);
}

#[test]
fn json_streams_are_read_value_by_value() {
    let text = "{\"a\": \"\\/\\ud83d\\ude00\"}\n{\"a\": 1, \"a\": 2}\n[1e2] ";
    let tree = read(text);
    let chunks: Vec<_> = tree
        .chunks
        .iter()
        .map(|chunk| (chunk.document, chunk.json, &text[chunk.span.range()]))
        .collect();
    assert_eq!(
        chunks,
        [
            (0, true, "{\"a\": \"\\/\\ud83d\\ude00\"}"),
            (1, true, "{\"a\": 1, \"a\": 2}"),
            (2, true, "[1e2]")
        ]
    );
    let value = Node::root(text, &tree, &tree.chunks[0]).and_then(|root| root.get("a")?.str());
    assert_eq!(value.as_deref(), Some("/😀"));
    assert_eq!(duplicates(text, &tree, &tree.chunks[1]).len(), 1);
}

#[test]
fn what_only_begins_like_json_is_read_as_yaml() {
    // Comments and trailing commas: no JSON.
    let tree = read("{\"a\": 1, # c\n}\n---\nb: 2\n");
    assert!(
        tree.chunks
            .iter()
            .all(|chunk| !chunk.json && chunk.error.is_none())
    );
    assert_eq!(tree.chunks.len(), 2);
    // One JSON value, then YAML.
    let tree = read("{\"a\": 1}\n---\nb: 2\n");
    let kinds: Vec<_> = tree
        .chunks
        .iter()
        .map(|chunk| (chunk.document, chunk.json))
        .collect();
    assert_eq!(kinds, [(0, true), (1, false)]);
    // After two, it is a JSON stream for good.
    let tree = read("{} {} {\"a\": }");
    assert_eq!(tree.chunks.len(), 3);
    let error = tree.chunks[2].error.as_ref().map(|error| error.span);
    assert_eq!(error, Some(Span::new(12, 13)));
}

#[test]
fn undecodable_bytes_are_an_error_in_yaml_only() {
    let decoded = crate::source::decode(b"a: 1\n---\nb: caf\xE9 \xFF\n".to_vec());
    let mut tree = Tree::default();
    parse(&decoded.text, &decoded.invalid, &mut tree);
    assert_eq!(tree.chunks[0].error, None);
    let error = tree.chunks[1].error.as_ref().map(|error| error.span);
    assert_eq!(error, Some(Span::new(15, 16)));
    // In UTF-16 the place is a whole U+FFFD.
    let decoded = crate::source::decode(vec![0xFF, 0xFE, b'-', 0, b' ', 0, 0, 0xD8]);
    parse(&decoded.text, &decoded.invalid, &mut tree);
    let error = tree.chunks[0].error.as_ref().map(|error| error.span);
    assert_eq!(error, Some(Span::new(2, 5)));
    let decoded = crate::source::decode(b"{\"a\": \"caf\xE9\"}".to_vec());
    parse(&decoded.text, &decoded.invalid, &mut tree);
    assert_eq!(tree.chunks[0].error, None);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_key() {
    let text = "\u{feff}a: 1\n---\n\u{feff}b: 2\n";
    assert_eq!(spans(text), ["a: 1", "a", "1", "b: 2", "b", "2"]);
    assert_eq!(spans("\u{feff}---\na: 1\n"), ["a: 1", "a", "1"]);
    assert_eq!(spans("\u{feff}{\"a\": 1}"), ["{\"a\": 1}", "\"a\"", "1"]);
}

#[test]
fn errors_stand_on_whole_characters() {
    let text = "[é1   :\n\n\n\n";
    let mut tree = Tree::default();
    super::parse(text, &[], &mut tree);
    let error = tree.chunks[0]
        .error
        .as_ref()
        .expect("the bracket is never closed");
    assert!(text.get(error.span.range()).is_some(), "{:?}", error.span);
}
