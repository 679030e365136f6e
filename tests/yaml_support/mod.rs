//! What must hold of every tree, whatever the text; for the property tests and the fuzz targets.

use kubeproof::source::{LineIndex, Span, decode};
use kubeproof::yaml::{Kind, Node, Style, Tree, duplicates, parse, parse_body, parse_completely};

/// Reads `bytes` both ways and panics where the trees differ.
pub fn fast_equals_complete(bytes: &[u8]) {
    let decoded = decode(bytes.to_vec());
    let (mut fast, mut complete) = (Tree::default(), Tree::default());
    parse(&decoded.text, &decoded.invalid, &mut fast);
    parse_completely(&decoded.text, &decoded.invalid, &mut complete);
    for chunk in &mut fast.chunks {
        chunk.fast = false;
    }
    assert_eq!(fast.chunks, complete.chunks, "chunks differ");
    assert_eq!(fast.nodes, complete.nodes, "nodes differ");
    assert_eq!(fast.comments, complete.comments, "comments differ");
    assert_eq!(fast.props, complete.props, "properties differ");
    assert_eq!(fast.aliases, complete.aliases, "aliases differ");
}

/// Reads `bytes`, checks the tree, and asks for everything that a tree can tell.
pub fn reads_without_panic(bytes: &[u8]) {
    let decoded = decode(bytes.to_vec());
    let mut tree = Tree::default();
    parse(&decoded.text, &decoded.invalid, &mut tree);
    check(&decoded.text, &tree);
    parse_body(&decoded.text, &decoded.invalid, &mut tree);
    check(&decoded.text, &tree);
}

/// Checks a tree.
pub fn check(text: &str, tree: &Tree) {
    let index = LineIndex::new(text);
    let in_text = |span: Span, what: &str| {
        assert!(span.start <= span.end, "{what}: ends before it starts");
        assert!(
            text.get(span.range()).is_some(),
            "{what}: out of bounds or within a character"
        );
        index.position(text, span.start);
        index.position_utf16(text, span.end);
    };
    let mut end = 0;
    let mut nodes_end = 0;
    for chunk in &tree.chunks {
        in_text(chunk.span, "chunk");
        assert!(chunk.span.start >= end, "chunks overlap");
        end = chunk.span.end;
        if let Some(root) = chunk.root {
            assert_eq!(root, nodes_end, "nodes between chunks");
            assert_eq!(
                tree.nodes[root as usize].next, chunk.nodes_end,
                "more than one root"
            );
        }
        assert!(chunk.nodes_end >= nodes_end, "nodes out of order");
        assert!(
            chunk.root.is_some() || chunk.nodes_end == nodes_end,
            "nodes without a root"
        );
        nodes_end = chunk.nodes_end;
        if let Some(error) = &chunk.error {
            in_text(error.span, "error");
        }
        for loss in &chunk.losses {
            in_text(loss.span, "loss");
        }
        let Some(root) = Node::root(text, tree, chunk) else {
            continue;
        };
        check_nodes(root, chunk.nodes_end, chunk.span);
        for duplicate in duplicates(text, tree, chunk) {
            assert!(tree.nodes[duplicate.first as usize].next <= chunk.nodes_end);
            assert!(tree.nodes[duplicate.again as usize].next <= chunk.nodes_end);
        }
        if chunk.error.is_none() {
            walk(root);
        }
    }
    assert_eq!(nodes_end as usize, tree.nodes.len(), "nodes outside of chunks");
    assert!(tree.props.is_sorted_by_key(|props| props.node));
    assert!(tree.aliases.is_sorted());
    for &(alias, target) in &tree.aliases {
        assert!(target < alias, "an alias before its target");
        assert_ne!(tree.nodes[target as usize].kind, Kind::Alias);
    }
    check_comments(text, tree);
}

fn check_nodes(root: Node<'_>, nodes_end: u32, chunk: Span) {
    let tree = root.tree();
    let text = root.text();
    for id in root.id()..nodes_end {
        let raw = &tree.nodes[id as usize];
        let span = Span::new(raw.start, raw.end);
        assert!(
            text.get(span.range()).is_some(),
            "node out of bounds or within a character"
        );
        assert!(chunk.contains(span), "node outside of its chunk");
        assert!(raw.next > id && raw.next <= nodes_end, "node without an end");
        let mut children = 0;
        let mut child = id + 1;
        let mut at = raw.start;
        while child < raw.next {
            let node = &tree.nodes[child as usize];
            assert!(
                node.start >= at && node.end <= raw.end,
                "child outside of its place"
            );
            at = node.end;
            child = node.next;
            children += 1;
        }
        assert_eq!(child, raw.next, "child beyond its parent");
        match raw.kind {
            Kind::Map => assert_eq!(children % 2, 0, "key without a value"),
            Kind::Seq => {}
            Kind::Scalar | Kind::Alias => assert_eq!(children, 0, "scalar with children"),
        }
    }
}

fn check_comments(text: &str, tree: &Tree) {
    let mut end = 0;
    for comment in &tree.comments {
        assert!(comment.start >= end, "comments out of order");
        end = comment.end;
        let comment = text.get(comment.range()).expect("a comment in the text");
        assert!(comment.starts_with('#') && !comment.contains('\n'), "no comment");
        assert_eq!(
            comment.trim_end_matches([' ', '\t', '\r']),
            comment,
            "trailing blanks"
        );
    }
    let mut comments = tree.comments.iter().peekable();
    for node in &tree.nodes {
        let block = matches!(node.style, Style::Literal | Style::Folded);
        if node.kind != Kind::Scalar || block || node.start == node.end {
            continue;
        }
        while comments.next_if(|comment| comment.end <= node.start).is_some() {}
        let inside = comments.peek().is_some_and(|comment| comment.start < node.end);
        assert!(!inside, "a comment within a scalar");
    }
}

/// Everything that a readable document can be asked; aliases followed, as far as they go.
fn walk(root: Node<'_>) {
    let mut open = vec![root];
    let mut budget = 500_000;
    while let Some(node) = open.pop() {
        budget -= 1;
        if budget == 0 {
            return;
        }
        node.tag();
        match node.kind() {
            Kind::Scalar => {
                let scalar = node.scalar().expect("a scalar has a value");
                scalar.json_number();
                node.key_text();
            }
            Kind::Map => {
                for entry in node.entries() {
                    assert!(entry.key.key_text().is_some(), "a key that is no string");
                    open.push(entry.value);
                }
            }
            Kind::Seq => open.extend(node.items()),
            Kind::Alias => panic!("an alias to nothing in a document without an error"),
        }
    }
}
