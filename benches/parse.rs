//! How fast texts become trees: our two readers, granit-parser's events put into the same arena, and
//! serde_yaml's `Value`, in one run.
//!
//! `cargo bench --bench parse`. The inputs are generated. `KUBEPROOF_BENCH=dir[:dir…]` adds the YAML files
//! below these directories, those over 100 kB and those up to it apart.

use std::fmt::{self, Display, Write};
use std::path::PathBuf;
use std::sync::LazyLock;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use granit_parser::{Event, Options, Parser, ScalarStyle};
use kubeproof::source::Span;
use kubeproof::yaml::tree::{COOK, RawNode};
use kubeproof::yaml::{Kind, Node, Scalar, Style, Tree, duplicates, parse, parse_completely};
use serde::Deserialize;

fn main() {
    divan::main();
}

/// Texts that are read one after the other.
struct Input {
    name: String,
    texts: Vec<String>,
}

impl Input {
    fn bytes(&self) -> usize {
        self.texts.iter().map(String::len).sum()
    }
}

impl Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

static INPUTS: LazyLock<Vec<Input>> = LazyLock::new(|| {
    let mut inputs = vec![
        Input {
            name: "crd, 500 kB".into(),
            texts: vec![crd(500_000)],
        },
        Input {
            name: "list of deployments, 500 kB".into(),
            texts: vec![deployments(500_000)],
        },
        Input {
            name: "200 manifests of 1 kB".into(),
            texts: (0..200).map(deployment).collect(),
        },
    ];
    let directories = std::env::var("KUBEPROOF_BENCH").unwrap_or_default();
    let mut open: Vec<PathBuf> = directories
        .split(':')
        .filter(|dir| !dir.is_empty())
        .map(PathBuf::from)
        .collect();
    let (mut large, mut small) = (Vec::new(), Vec::new());
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
            open.extend(entries.map(|entry| entry.path()));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "yaml" || extension == "yml")
        {
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            if text.len() > 100_000 {
                large.push(text)
            } else {
                small.push(text)
            }
        }
    }
    for (size, texts) in [("over", large), ("up to", small)] {
        if !texts.is_empty() {
            inputs.push(Input {
                name: format!("{} files {size} 100 kB", texts.len()),
                texts,
            });
        }
    }
    inputs
});

fn inputs() -> &'static [Input] {
    &INPUTS
}

/// Runs `read` over all texts of an input.
fn bench(bencher: Bencher<'_, '_>, input: &'static Input, mut read: impl FnMut(&str)) {
    bencher.counter(BytesCount::new(input.bytes())).bench_local(|| {
        for text in &input.texts {
            read(black_box(text));
        }
    });
}

#[divan::bench(args = inputs())]
fn ours(bencher: Bencher<'_, '_>, input: &'static Input) {
    let mut tree = Tree::default();
    bench(bencher, input, |text| {
        parse(text, &[], &mut tree);
        black_box(&tree);
    });
}

/// What a check of a file needs at the least: every scalar resolved, every mapping searched for duplicates.
#[divan::bench(args = inputs())]
fn ours_with_values_and_duplicates(bencher: Bencher<'_, '_>, input: &'static Input) {
    let mut tree = Tree::default();
    bench(bencher, input, |text| {
        parse(text, &[], &mut tree);
        for chunk in &tree.chunks {
            black_box(duplicates(text, &tree, chunk));
            if let Some(root) = Node::root(text, &tree, chunk) {
                black_box(count_strings(root));
            }
        }
    });
}

fn count_strings(root: Node<'_>) -> usize {
    let mut open = vec![root];
    let mut strings = 0;
    while let Some(node) = open.pop() {
        match node.kind() {
            Kind::Map => open.extend(node.entries().map(|entry| entry.value)),
            Kind::Seq => open.extend(node.items()),
            _ => strings += usize::from(matches!(node.scalar(), Some(Scalar::Str(_)))),
        }
    }
    strings
}

#[divan::bench(args = inputs())]
fn ours_without_the_fast_path(bencher: Bencher<'_, '_>, input: &'static Input) {
    let mut tree = Tree::default();
    bench(bencher, input, |text| {
        parse_completely(text, &[], &mut tree);
        black_box(&tree);
    });
}

#[divan::bench(args = inputs())]
fn granit_into_the_arena(bencher: Bencher<'_, '_>, input: &'static Input) {
    let mut arena = Arena::default();
    bench(bencher, input, |text| {
        arena.read(text);
        black_box(&arena);
    });
}

#[divan::bench(args = inputs(), sample_count = 20)]
fn serde_yaml_value(bencher: Bencher<'_, '_>, input: &'static Input) {
    bench(bencher, input, |text| {
        for document in serde_yaml::Deserializer::from_str(text) {
            if black_box(serde_yaml::Value::deserialize(document)).is_err() {
                break;
            }
        }
    });
}

/// The arena filled from granit-parser's events: the same rows, spans and comments.
#[derive(Default)]
struct Arena {
    nodes: Vec<RawNode>,
    comments: Vec<Span>,
    open: Vec<usize>,
}

impl Arena {
    fn read(&mut self, text: &str) {
        self.nodes.clear();
        self.comments.clear();
        self.open.clear();
        let mut options = Options::default();
        options.max_buffered_comment_events = usize::MAX;
        for event in Parser::new_from_str_with_options(text, options) {
            let Ok((event, span)) = event else {
                return;
            };
            let start = span.start.byte_offset().unwrap_or(0) as u32;
            let end = span.end.byte_offset().unwrap_or(0) as u32;
            match event {
                Event::Scalar(value, style, ..) => {
                    let style = match style {
                        ScalarStyle::Plain => Style::Plain,
                        ScalarStyle::SingleQuoted => Style::Single,
                        ScalarStyle::DoubleQuoted => Style::Double,
                        ScalarStyle::Literal => Style::Literal,
                        ScalarStyle::Folded => Style::Folded,
                    };
                    let flags = if matches!(value, std::borrow::Cow::Borrowed(_)) {
                        0
                    } else {
                        COOK
                    };
                    self.push(Kind::Scalar, style, flags, start, end);
                }
                Event::Alias(_) => self.push(Kind::Alias, Style::Plain, 0, start, end),
                Event::SequenceStart(..) => self.start(Kind::Seq, start),
                Event::MappingStart(..) => self.start(Kind::Map, start),
                Event::SequenceEnd | Event::MappingEnd => self.end(end),
                Event::Comment(..) => self.comments.push(Span::new(start, end)),
                _ => {}
            }
        }
    }

    fn push(&mut self, kind: Kind, style: Style, flags: u8, start: u32, end: u32) {
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(RawNode {
            start,
            end,
            next,
            kind,
            style,
            flags,
            indent: 0,
        });
    }

    fn start(&mut self, kind: Kind, start: u32) {
        self.open.push(self.nodes.len());
        self.push(kind, Style::Plain, 0, start, start);
    }

    fn end(&mut self, end: u32) {
        if let Some(node) = self.open.pop() {
            let next = self.nodes.len() as u32;
            self.nodes[node].end = end;
            self.nodes[node].next = next;
        }
    }
}

// ---- generated inputs

/// A CustomResourceDefinition of at least `size` bytes: deep, and mostly descriptions.
fn crd(size: usize) -> String {
    let mut text = String::from(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  annotations:\n    \
         controller-gen.kubebuilder.io/version: v0.16.1\n  name: widgets.example.com\nspec:\n  group: example.com\n  \
         names:\n    kind: Widget\n    plural: widgets\n  scope: Namespaced\n  versions:\n  - name: v1\n    schema:\n      \
         openAPIV3Schema:\n        description: Widget is the Schema for the widgets API.\n        properties:\n",
    );
    let mut number = 0;
    while text.len() < size {
        let _ = write!(
            text,
            "          field{number}:\n            description: |-\n              Field{number} selects what the \
             controller does with the widgets that match\n              the selector below; see its documentation \
             for the details.\n\n              Defaults to the empty list: everything matches.\n            \
             items:\n              description: Item describes one of the widgets, and where it is\n                to be \
             found when it is needed.\n              properties:\n                name:\n                  \
             description: 'Name of the referent. More info: https://example.com/docs'\n                  \
             minLength: 1\n                  type: string\n                optional:\n                  \
             description: \"Whether the \\\"referent\\\" must exist.\"\n                  type: boolean\n              \
             required:\n              - name\n              type: object\n            maxItems: 64\n            type: \
             array\n            x-kubernetes-list-type: atomic\n",
        );
        number += 1;
    }
    text.push_str("        type: object\n    served: true\n    storage: true\n");
    text
}

/// Documents of at least `size` bytes together.
fn deployments(size: usize) -> String {
    let mut text = String::new();
    let mut number = 0;
    while text.len() < size {
        text.push_str("---\n");
        text.push_str(&deployment(number));
        number += 1;
    }
    text
}

fn deployment(number: usize) -> String {
    format!(
        "# Shop {number}\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop-{number}\n  namespace: web\n  \
         labels:\n    app.kubernetes.io/name: shop\n    app.kubernetes.io/instance: shop-{number}\nspec:\n  \
         replicas: 3 # one for each zone\n  selector:\n    matchLabels: {{app.kubernetes.io/name: shop}}\n  \
         template:\n    metadata:\n      labels:\n        app.kubernetes.io/name: shop\n      annotations:\n        \
         prometheus.io/scrape: \"true\"\n        prometheus.io/port: '8080'\n    spec:\n      containers:\n      - \
         name: shop\n        image: registry.example.com/shop:1.2.{number}\n        args: [\"--port\", \"8080\"]\n        \
         ports:\n        - name: http\n          containerPort: 8080\n        env:\n        - name: PASSWORD\n          \
         valueFrom:\n            secretKeyRef:\n              name: shop\n              key: password\n        \
         resources:\n          limits:\n            cpu: 500m\n            memory: 256Mi\n        readinessProbe:\n          \
         httpGet:\n            path: /healthz\n            port: http\n"
    )
}
