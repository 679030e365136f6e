//! What must hold for texts that nobody thought of: generated manifests in all ways of writing them, their
//! mutants, and arbitrary bytes.
//!
//! `KUBEPROOF_CORPUS=dir[:dir…] cargo test --test yaml_properties -- --ignored` adds every file below these directories.

mod yaml_support;

use std::fmt::Write;

use kubeproof::yaml::{Chunk, Kind, Node, Scalar, Tree, parse};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use yaml_support::{check, fast_equals_complete, reads_without_panic};

/// A value to be written as YAML.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Str(String),
    Seq(Vec<Value>),
    Map(Vec<(String, Value)>),
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        text().prop_map(Value::Str),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::Seq),
            vec((key(), inner), 0..6).prop_map(|mut entries| {
                let mut seen = std::collections::HashSet::new();
                entries.retain(|(key, _)| seen.insert(key.clone()));
                Value::Map(entries)
            }),
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z][a-zA-Z]{1,9}", "[a-z./-]{2,12}/[a-z]{2,6}", text()]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z][a-z0-9 ./-]{0,20}",
        "[ -~]{0,12}",
        "([a-z :#'\"\\-]{0,8}\n){0,4}[a-z]{0,4}",
        "[ -~é😀\u{a0}\t]{0,16}",
        Just(String::new()),
        Just("yes".to_owned()),
        Just("0644".to_owned()),
        Just("null".to_owned()),
    ]
}

/// Writes a value, choosing at every turn among the ways YAML offers.
struct Writer {
    out: String,
    random: u64,
}

impl Writer {
    fn choose(&mut self, among: u64) -> u64 {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % among
    }

    fn document(value: &Value, seed: u64) -> String {
        let mut writer = Writer {
            out: String::new(),
            random: seed,
        };
        match value {
            Value::Map(entries) if !entries.is_empty() => writer.block_map(entries, 0),
            Value::Seq(items) if !items.is_empty() => writer.block_seq(items, 0),
            _ => {
                writer.flow(value);
                writer.end_line();
            }
        }
        if writer.choose(4) == 0 {
            return writer.out.replace('\n', "\r\n");
        }
        writer.out
    }

    fn indent(&mut self, column: usize) {
        self.out.extend(std::iter::repeat_n(' ', column));
    }

    /// Ends a line, perhaps with a comment, perhaps with empty or comment lines after it.
    fn end_line(&mut self) {
        match self.choose(8) {
            0 => self.out.push_str(" # x: 'y\n"),
            1 => self.out.push_str("  \n"),
            2 => self.out.push_str("\n\n"),
            3 => self.out.push_str("\n      # - {comment\n"),
            _ => self.out.push('\n'),
        }
    }

    fn block_map(&mut self, entries: &[(String, Value)], column: usize) {
        for (index, (key, value)) in entries.iter().enumerate() {
            if index > 0 {
                self.indent(column);
            }
            self.key(key);
            self.out.push(':');
            self.block_value(value, column, true);
        }
    }

    fn block_seq(&mut self, items: &[Value], column: usize) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.indent(column);
            }
            self.out.push('-');
            self.block_value(item, column, false);
        }
    }

    /// A value after `key:` or `-`.
    fn block_value(&mut self, value: &Value, column: usize, of_map: bool) {
        let step = 1 + self.choose(4) as usize;
        match value {
            Value::Seq(items) if !items.is_empty() && self.choose(5) > 0 => {
                if !of_map && self.choose(2) == 0 {
                    self.indent(step);
                    self.block_seq(items, column + 1 + step);
                    return;
                }
                self.end_line();
                // A sequence needs no indentation of its own below a key.
                let deeper = if of_map {
                    self.choose(2) as usize * step
                } else {
                    step
                };
                self.indent(column + deeper);
                self.block_seq(items, column + deeper);
            }
            Value::Map(entries) if !entries.is_empty() && self.choose(5) > 0 => {
                if !of_map && self.choose(3) > 0 {
                    self.indent(step);
                    self.block_map(entries, column + 1 + step);
                    return;
                }
                self.end_line();
                self.indent(column + step);
                self.block_map(entries, column + step);
            }
            Value::Str(text) if self.choose(2) == 0 && fits_block_scalar(text) => {
                self.block_scalar(text, column + step);
            }
            Value::Null if self.choose(2) == 0 => self.end_line(),
            _ => {
                self.indent(step);
                self.flow(value);
                self.end_line();
            }
        }
    }

    fn block_scalar(&mut self, text: &str, column: usize) {
        let lines = text.trim_end_matches('\n');
        let breaks = text.len() - lines.len();
        self.out.push_str(match breaks {
            0 => " |-\n",
            1 => " |\n",
            _ => " |+\n",
        });
        for line in lines.split('\n') {
            if !line.is_empty() {
                self.indent(column);
            }
            let _ = writeln!(self.out, "{line}");
        }
        for _ in 1..breaks {
            self.out.push('\n');
        }
    }

    fn key(&mut self, key: &str) {
        if is_bare(key) && self.choose(4) > 0 {
            self.out.push_str(key);
        } else {
            self.quoted(key);
        }
    }

    /// A value on one line, or over several within brackets.
    fn flow(&mut self, value: &Value) {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Value::Int(value) => {
                let _ = write!(self.out, "{value}");
            }
            Value::Str(text) if is_bare(text) && self.choose(3) > 0 => self.out.push_str(text),
            Value::Str(text) => self.quoted(text),
            Value::Seq(items) => {
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.flow_gap(index > 0);
                    self.flow(item);
                }
                self.flow_end(!items.is_empty());
                self.out.push(']');
            }
            Value::Map(entries) => {
                self.out.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    self.flow_gap(index > 0);
                    self.key(key);
                    self.out.push_str(": ");
                    self.flow(value);
                }
                self.flow_end(!entries.is_empty());
                self.out.push('}');
            }
        }
    }

    fn flow_gap(&mut self, comma: bool) {
        if comma {
            self.out.push(',');
        }
        let gap = match self.choose(8) {
            0 => "\n  ",
            1 => " # c, d]\n",
            _ => " ",
        };
        self.out.push_str(gap);
    }

    fn flow_end(&mut self, filled: bool) {
        if filled && self.choose(4) == 0 {
            self.out.push(',');
        }
        let gap = if self.choose(4) == 0 { "\n " } else { "" };
        self.out.push_str(gap);
    }

    fn quoted(&mut self, text: &str) {
        let single = text.chars().all(|char| !char.is_control());
        if single && self.choose(2) == 0 {
            let _ = write!(self.out, "'{}'", text.replace('\'', "''"));
            return;
        }
        self.out.push('"');
        for char in text.chars() {
            match char {
                '"' | '\\' => self.out.extend(['\\', char]),
                '\n' => self.out.push_str("\\n"),
                '\t' => self.out.push_str("\\t"),
                _ if self.choose(16) == 0 => {
                    let _ = write!(self.out, "\\U{:08x}", u32::from(char));
                }
                _ => self.out.push(char),
            }
        }
        self.out.push('"');
    }
}

/// Whether a string may stand without quotes and stays a string, by YAML 1.1 and 1.2.
fn is_bare(text: &str) -> bool {
    text.len() > 5
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || " ./-".contains(char))
        && !text.ends_with(' ')
}

/// Whether a string can be written with `|` and an indentation that is found out from its first line.
fn fits_block_scalar(text: &str) -> bool {
    let first = text.split('\n').next().unwrap_or("");
    !first.is_empty() && !first.starts_with([' ', '\t']) && text.chars().all(|char| char == '\n' || !char.is_control())
        // A line of blanks alone would be taken for an empty one.
        && text.split('\n').all(|line| line.is_empty() || !line.trim().is_empty())
}

/// What we read of the only document.
fn ours(text: &str) -> Option<Value> {
    let mut tree = Tree::default();
    parse(text, &[], &mut tree);
    check(text, &tree);
    // A document of `{…}` is JSON to kubectl, and a comment after it a document of its own.
    let mut documents = tree
        .chunks
        .iter()
        .filter(|chunk| chunk.root.is_some() || chunk.error.is_some());
    let chunk = documents.next().filter(|chunk| chunk.error.is_none())?;
    Node::root(text, &tree, chunk)
        .filter(|_| documents.next().is_none())
        .map(of_node)
}

fn of_node(node: Node<'_>) -> Value {
    match node.kind() {
        Kind::Map => Value::Map(
            node.entries()
                .map(|entry| {
                    (
                        entry.key.key_text().unwrap_or_default().into_owned(),
                        of_node(entry.value),
                    )
                })
                .collect(),
        ),
        Kind::Seq => Value::Seq(node.items().map(of_node).collect()),
        _ => match node.scalar() {
            Some(Scalar::Bool(value)) => Value::Bool(value),
            Some(Scalar::Int(value)) => Value::Int(value),
            Some(Scalar::Str(text)) => Value::Str(text.into_owned()),
            _ => Value::Null,
        },
    }
}

fn of_serde(value: &serde_yaml::Value) -> Value {
    match value {
        serde_yaml::Value::Bool(value) => Value::Bool(*value),
        serde_yaml::Value::Number(value) => value.as_i64().map_or(Value::Null, Value::Int),
        serde_yaml::Value::String(text) => Value::Str(text.clone()),
        serde_yaml::Value::Sequence(items) => Value::Seq(items.iter().map(of_serde).collect()),
        serde_yaml::Value::Mapping(entries) => Value::Map(
            entries
                .iter()
                .map(|(key, value)| (key.as_str().unwrap_or_default().to_owned(), of_serde(value)))
                .collect(),
        ),
        _ => Value::Null,
    }
}

/// Changes to a text: where (as a fraction), and what.
fn changes() -> impl Strategy<Value = Vec<(f64, usize, String)>> {
    let piece = prop_oneof![
        "[ :\\-#?,\\[\\]{}'\"|>&*!%@\n\t]{1,3}",
        "[ -~]{0,4}",
        "(---|\\.\\.\\.|<<: |\\? |- |: |#|\\\\|\r|\r\n|\u{85}|\u{2028}|\u{feff}|é|&a |\\*a|!!str )",
        Just(String::new()),
    ];
    vec((0.0..1.0, 0usize..4, piece), 1..5)
}

fn changed(text: &str, changes: &[(f64, usize, String)]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (place, removed, piece) in changes {
        let at = (*place * chars.len() as f64) as usize;
        let end = (at + removed).min(chars.len());
        chars.splice(at..end, piece.chars());
    }
    chars.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_written_value_is_read_back(value in value(), seed: u64) {
        let text = Writer::document(&value, seed);
        prop_assert_eq!(ours(&text), Some(value), "{}", text);
        fast_equals_complete(text.as_bytes());
    }

    #[test]
    fn an_independent_reader_agrees(value in value(), seed: u64) {
        let text = Writer::document(&value, seed);
        let serde: serde_yaml::Value = serde_yaml::from_str(&text).map_err(|error| {
            TestCaseError::fail(format!("{error}: {text}"))
        })?;
        prop_assert_eq!(ours(&text), Some(of_serde(&serde)), "{}", text);
    }

    #[test]
    fn mutants_are_read_alike_by_both_readers(value in value(), seed: u64, changes in changes()) {
        let text = changed(&Writer::document(&value, seed), &changes);
        fast_equals_complete(text.as_bytes());
        reads_without_panic(text.as_bytes());
    }

    #[test]
    fn any_text_of_yaml_characters_is_read_alike(text in "[ab:\\-#?,\\[\\]{}'\"|> \n\t\r]{0,40}") {
        fast_equals_complete(text.as_bytes());
        reads_without_panic(text.as_bytes());
    }

    #[test]
    fn any_bytes_end_in_a_tree(bytes in vec(any::<u8>(), 0..200)) {
        fast_equals_complete(&bytes);
        reads_without_panic(&bytes);
    }

    #[test]
    fn a_broken_document_does_not_touch_its_neighbours(value in value(), seed: u64, changes in changes()) {
        let whole = Writer::document(&value, seed);
        let broken = changed(&whole, &changes);
        // Only what the splitter sees could reach over.
        prop_assume!(!broken.contains("---") && !whole.contains("---"));
        let text = format!("---\n{whole}---\n{broken}\n---\n{whole}");
        let mut tree = Tree::default();
        parse(&text, &[], &mut tree);
        let values: Vec<_> = tree.chunks.iter().map(|chunk| (chunk.error.is_none(), whole_value(&text, &tree, chunk))).collect();
        prop_assert_eq!(values.len(), 3);
        prop_assert_eq!(&values[0], &(true, Some(value)));
        prop_assert_eq!(&values[2], &values[0]);
    }
}

fn whole_value(text: &str, tree: &Tree, chunk: &Chunk) -> Option<Value> {
    Node::root(text, tree, chunk).map(of_node)
}

#[test]
fn the_fast_reader_takes_generated_manifests() {
    // A writer that never met the fast reader would prove nothing about it.
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut fast, mut all) = (0, 0);
    for seed in 0..300 {
        let tree = value().new_tree(&mut runner).expect("a value");
        let text = Writer::document(&tree.current(), seed);
        let mut tree = Tree::default();
        parse(&text, &[], &mut tree);
        all += tree.chunks.len();
        fast += tree.chunks.iter().filter(|chunk| chunk.fast).count();
    }
    assert!(fast * 10 > all * 6, "{fast} of {all}");
}

/// Without files it would have looked at nothing, so it is asked for by its name.
#[test]
#[ignore = "needs KUBEPROOF_CORPUS, folders of manifests"]
fn the_corpus_reads_alike_by_both_readers() {
    let corpus = std::env::var("KUBEPROOF_CORPUS").expect("KUBEPROOF_CORPUS names folders");
    let mut open: Vec<_> = corpus.split(':').map(std::path::PathBuf::from).collect();
    let (mut chunks, mut fast) = (0, 0);
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).expect("a readable directory");
            open.extend(entries.flatten().map(|entry| entry.path()));
            continue;
        }
        let bytes = std::fs::read(&path).expect("a readable file");
        fast_equals_complete(&bytes);
        reads_without_panic(&bytes);
        if let Ok(text) = String::from_utf8(bytes) {
            let mut tree = Tree::default();
            parse(&text, &[], &mut tree);
            let yaml = tree.chunks.iter().filter(|chunk| !chunk.json);
            chunks += yaml.clone().count();
            fast += yaml.filter(|chunk| chunk.fast).count();
        }
    }
    println!("{fast} of {chunks} YAML documents by the fast reader");
    assert!(chunks > 0, "no documents in {corpus}");
}
