//! What `sigs.k8s.io/yaml` made of some three hundred inputs, against what we make of them.
//!
//! `testdata/yaml/golden.txt` holds one case a line: the input in Go's quoting, `=>`, the JSON or the error
//! that `YAMLToJSON` answered, `| strict`, and what `YAMLToJSONStrict` answered. An error means that there
//! is one; its text is not compared. Strict answers name the duplicate keys and the lines of their values.

use std::collections::BTreeMap;

use kubeproof::source::{LineIndex, decode};
use kubeproof::yaml::{DuplicateKind, Kind, Node, Scalar, Tree, duplicates, parse_body};

/// Inputs that the file cannot hold an answer for.
fn is_left_out(expected: &str, input: &[u8]) -> bool {
    // Two outputs that were only counted.
    expected.ends_with(" bytes")
        // An integer and a string that become one key: the winner is left to chance.
        || input == b"1: x\n\"1\": y"
}

#[test]
fn every_golden_vector_reads_as_in_go() {
    let file = include_str!("../testdata/yaml/golden.txt");
    let mut cases: Vec<String> = Vec::new();
    for line in file.lines() {
        // Strict errors run over several lines.
        match cases.last_mut() {
            Some(case) if line.starts_with("  ") => {
                case.push('\n');
                case.push_str(line);
            }
            _ => cases.push(line.to_owned()),
        }
    }
    let mut left_out = 0;
    let mut failures = Vec::new();
    for case in &cases {
        let (input, answer) = case.split_once("\" => ").expect("an input and an answer");
        let input = unquote(&input[1..]);
        let (expected, strict) = answer.split_once(" | strict ").unwrap_or((answer, ""));
        if is_left_out(expected, &input) {
            left_out += 1;
            continue;
        }
        if let Err(problem) = check(&input, expected, strict) {
            failures.push(format!("{case}\n    {problem}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(left_out, 3, "cases left out");
    assert!(cases.len() > 300, "cases: {}", cases.len());
}

fn check(input: &[u8], expected: &str, strict: &str) -> Result<(), String> {
    let decoded = decode(input.to_vec());
    let text = &decoded.text;
    let mut tree = Tree::default();
    parse_body(text, &decoded.invalid, &mut tree);
    let [chunk] = &tree.chunks[..] else {
        return Err(format!("{} chunks", tree.chunks.len()));
    };
    if expected.starts_with("ERR ") {
        return match &chunk.error {
            Some(_) => Ok(()),
            None => Err("no error".into()),
        };
    }
    if let Some(error) = &chunk.error {
        return Err(format!("error: {}", error.message));
    }
    let got = match Node::root(text, &tree, chunk) {
        Some(root) => json(root),
        None => "null".into(),
    };
    if got != expected {
        return Err(format!("got {got}"));
    }

    let index = LineIndex::new(text);
    let mut got: Vec<(u32, String)> = duplicates(text, &tree, chunk)
        .iter()
        .filter(|duplicate| duplicate.kind != DuplicateKind::Collision)
        .map(|duplicate| {
            let key = &tree.nodes[duplicate.again as usize];
            let value = &tree.nodes[key.next as usize];
            let source = &text[key.start as usize..key.end as usize];
            let plain = resolve_key(source);
            (index.line(value.start), plain)
        })
        .collect();
    got.sort();
    let mut wanted: Vec<(u32, String)> = strict
        .lines()
        .filter_map(|line| line.strip_prefix("  line "))
        .filter_map(|line| {
            let (number, rest) = line.split_once(": key ")?;
            let key = rest.strip_suffix(" already set in map")?;
            Some((number.parse().ok()?, key.trim_matches('"').to_owned()))
        })
        .collect();
    wanted.sort();
    if got != wanted || (strict == "same") != wanted.is_empty() {
        return Err(format!("duplicates {got:?}, strict {strict:?}"));
    }
    Ok(())
}

/// The string that a key becomes, by reading it as a document of its own.
fn resolve_key(source: &str) -> String {
    let mut tree = Tree::default();
    parse_body(source, &[], &mut tree);
    let root = Node::root(source, &tree, &tree.chunks[0]);
    root.and_then(Node::key_text).unwrap_or_default().into_owned()
}

/// A node as Go's JSON encoder writes it: keys sorted, `<`, `>`, `&`, U+2028 and U+2029 escaped.
fn json(node: Node<'_>) -> String {
    match node.kind() {
        Kind::Map => {
            let mut entries = BTreeMap::new();
            for entry in node.entries() {
                let key = entry.key.key_text().expect("a key that becomes a string");
                entries.insert(key.into_owned(), json(entry.value));
            }
            let entries: Vec<_> = entries
                .iter()
                .map(|(key, value)| format!("{}:{value}", quote(key)))
                .collect();
            format!("{{{}}}", entries.join(","))
        }
        Kind::Seq => {
            let items: Vec<_> = node.items().map(json).collect();
            format!("[{}]", items.join(","))
        }
        Kind::Scalar => match node.scalar().expect("a scalar") {
            Scalar::Null => "null".into(),
            Scalar::Bool(value) => value.to_string(),
            Scalar::Str(text) => quote(&text),
            number => number.json_number().expect("a finite number"),
        },
        Kind::Alias => panic!("an alias to nothing"),
    }
}

fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for char in text.chars() {
        match char {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(char)));
            }
            _ => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

/// The bytes that a Go string in double quotes stands for (quotes taken off).
fn unquote(quoted: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut chars = quoted.chars();
    while let Some(char) = chars.next() {
        let mut push = |char: char| bytes.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        if char != '\\' {
            push(char);
            continue;
        }
        let letter = chars.next().expect("an escape");
        let digits = match letter {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            'n' => {
                push('\n');
                continue;
            }
            'r' => {
                push('\r');
                continue;
            }
            't' => {
                push('\t');
                continue;
            }
            other => {
                push(other);
                continue;
            }
        };
        let hex: String = chars.by_ref().take(digits).collect();
        let code = u32::from_str_radix(&hex, 16).expect("hexadecimal digits");
        if letter == 'x' {
            bytes.push(code as u8);
        } else {
            push(char::from_u32(code).expect("a character"));
        }
    }
    bytes
}
