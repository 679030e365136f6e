//! An object of which `kubectl apply` cannot keep a copy.

use memchr::{memchr_iter, memchr2_iter, memchr3, memchr3_iter};

use super::annotations_too_large::LIMIT;
use crate::manifest::Object;
use crate::rules::{Check, Cx};
use crate::yaml::{Kind, Node, Scalar, Style, spaces};

pub const CHECK: Check = Check::Object(check);

fn check<'t>(object: &Object<'t>, cx: &mut Cx<'t>) {
    // As JSON a text rarely grows: quotes and braces come in where indentation goes. To know for shorter ones
    // would cost a walk over each.
    let root = object.root;
    if !root.is_indirect() && (root.span().len() as usize) < LIMIT || at_most(root) <= LIMIT {
        return;
    }
    let Some(size) = json_size(object.root).filter(|size| *size > LIMIT) else {
        return;
    };
    if super::judge(object, cx).is_none() {
        return;
    }
    cx.report(
        object.place(),
        format!(
            "as JSON this {} has {size} bytes; `kubectl apply` keeps a copy in an annotation, of which the API server takes {LIMIT}, and fails",
            object.kind
        ),
    )
    .help("apply it with `--server-side`, or use `kubectl create` and `kubectl replace`");
}

/// A quick bound on the length as JSON, without aliases: of each node its text, two quotes, and a mark beside it;
/// of each character that Go escapes, or that stands for one that it does, six in its place.
fn at_most(root: Node<'_>) -> usize {
    if root.is_indirect() {
        return usize::MAX;
    }
    let mut size = 1;
    for id in root.id()..root.raw().next {
        let node = root.with_id(id);
        let row = node.raw();
        size += match row.kind {
            Kind::Scalar if row.start == row.end => 5, // null
            Kind::Scalar if row.flags == 0 && row.style == Style::Plain => (row.end - row.start) as usize + 3,
            Kind::Scalar => {
                let folds = matches!(row.style, Style::Plain | Style::Single | Style::Double);
                lines_at_most(node.source().as_bytes(), folds)
            }
            _ => 3,
        };
    }
    if size > LIMIT {
        return size;
    }
    let source = root.source().as_bytes();
    let escaped = memchr3_iter(b'<', b'>', b'&', source).count() + memchr_iter(b'\\', source).count();
    size + 5 * escaped + memchr2_iter(b'"', b'\t', source).count()
}

/// A bound for a scalar that may have several lines, whose indentation is in no JSON. Its line breaks are two
/// characters there, but where the style folds a single one into a space.
fn lines_at_most(source: &[u8], folds: bool) -> usize {
    let lines = memchr_iter(b'\n', source).map(|at| {
        let line = &source[at + 1..];
        let indentation = spaces(line);
        let folded = folds && !matches!(line.get(indentation), None | Some(b'\r' | b'\n'));
        usize::from(!folded).wrapping_sub(indentation)
    });
    lines.fold(source.len() + 3, usize::wrapping_add)
}

/// The length of the object as Go writes it; `None` when aliases make it endless.
fn json_size(root: Node<'_>) -> Option<usize> {
    let mut size = 1; // a line break at the end
    let mut budget = root.tree().nodes.len().max(100_000);
    let mut rest = vec![root];
    while let Some(node) = rest.pop() {
        budget = budget.checked_sub(1)?;
        let before = rest.len();
        match node.kind() {
            Kind::Map => {
                for entry in node.entries() {
                    size += 2 + string_size(&entry.key.key_text().unwrap_or_default());
                    rest.push(entry.value);
                }
                size += if rest.len() == before { 2 } else { 1 };
            }
            Kind::Seq => {
                rest.extend(node.items());
                size += (rest.len() - before).max(1) + 1;
            }
            Kind::Scalar | Kind::Alias => {
                size += match node.scalar() {
                    Some(Scalar::Str(text)) => string_size(&text),
                    Some(Scalar::Bool(false)) => 5,
                    Some(Scalar::Int(_) | Scalar::Uint(_) | Scalar::Float(_)) => {
                        node.resolved().source().len()
                    }
                    _ => 4,
                };
            }
        }
    }
    Some(size)
}

/// A string with its quotes; Go escapes `<`, `>` and `&` as well.
fn string_size(text: &str) -> usize {
    let bytes = text.as_bytes();
    let any = if bytes.len() < 16 {
        bytes.iter().any(|b| ESCAPES[usize::from(*b)] != 0)
    } else {
        // Nearly none is escaped. Control characters but these two are in next to no text.
        memchr3(b'"', b'\\', b'\n', bytes).is_some()
            || memchr3(b'<', b'>', b'&', bytes).is_some()
            || bytes.iter().fold(false, |found, b| found | (*b < 0x20))
    };
    let escapes = || {
        text.bytes()
            .map(|b| usize::from(ESCAPES[b as usize]))
            .sum::<usize>()
    };
    text.len() + 2 + if any { escapes() } else { 0 }
}

/// How much longer each byte gets.
const ESCAPES: [u8; 256] = {
    let mut escapes = [0; 256];
    let mut b = 0;
    while b < 256 {
        escapes[b] = match b as u8 {
            b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 1,
            b'<' | b'>' | b'&' => 5,
            0..0x20 => 5,
            _ => 0,
        };
        b += 1;
    }
    escapes
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{self, Tree};

    #[test]
    fn sizes_are_those_of_compact_json() {
        let text = "a: [1, x<y, {}, []]\nb: {c: true, d: null, \"e\\n\": \"\\\"\"}\n";
        let json = "{\"a\":[1,\"x\\u003cy\",{},[]],\"b\":{\"c\":true,\"d\":null,\"e\\n\":\"\\\"\"}}\n";
        let mut tree = Tree::default();
        yaml::parse(text, &[], &mut tree);
        let root = Node::root(text, &tree, &tree.chunks[0]).expect("a mapping");
        assert_eq!(json_size(root), Some(json.len()));
        assert!(at_most(root) >= json.len());
    }

    #[test]
    fn the_bound_of_folded_lines_is_close() {
        for text in [
            "a: one\n  two\n\n\n\n  three\n",
            "a: 'one\n  two\n  \n  three'\n",
            "a: \"one\n  two\\n\\\n  three\"\n",
            "a: >-\n  one\n    two\n\n  three\n",
            "a: |\n  one\n    two\n\n  three\n",
        ] {
            let mut tree = Tree::default();
            yaml::parse(text, &[], &mut tree);
            let root = Node::root(text, &tree, &tree.chunks[0]).expect("a mapping");
            let (exact, bound) = (json_size(root).expect("no alias"), at_most(root));
            assert!(
                exact <= bound && bound <= exact + 24,
                "{text}: {exact} and {bound}"
            );
        }
    }
}
