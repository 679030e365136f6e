//! How long a value is as the JSON that kubectl sends.

use crate::yaml::{Kind, Node, Scalar};

/// The bytes of a value as JSON without spaces, with the escapes of Go's encoder. Counting ends soon after `enough`.
pub fn of(value: Node<'_>, enough: usize) -> usize {
    let mut length = 0;
    let mut open = vec![value];
    while let Some(node) = open.pop()
        && length <= enough
    {
        let before = open.len();
        match node.kind() {
            Kind::Map => {
                for entry in node.entries() {
                    length += quoted(&entry.key.key_text().unwrap_or_default()) + ":".len();
                    open.push(entry.value);
                }
            }
            Kind::Seq => open.extend(node.items()),
            _ => length += scalar(node),
        }
        if matches!(node.kind(), Kind::Map | Kind::Seq) {
            let commas = (open.len() - before).saturating_sub(1);
            length += "{}".len() + commas;
        }
    }
    length
}

fn scalar(node: Node<'_>) -> usize {
    match node.scalar() {
        None | Some(Scalar::Null) => "null".len(),
        Some(Scalar::Bool(true)) => "true".len(),
        Some(Scalar::Bool(false)) => "false".len(),
        Some(Scalar::Str(text)) => quoted(&text),
        Some(number) => number.json_number().map_or(0, |number| number.len()),
    }
}

/// A string with its quotes. Go writes `<`, `>` and `&` so that they do no harm in HTML, and two line ends of Unicode
/// so that they do none in JavaScript.
fn quoted(text: &str) -> usize {
    let escaped = |c: char| match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '<' | '>' | '&' | '\u{0}'..='\u{1f}' | '\u{2028}' | '\u{2029}' => 6,
        c => c.len_utf8(),
    };
    2 + text.chars().map(escaped).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use crate::manifest::{File, Surroundings};
    use crate::yaml;

    #[test]
    fn lengths_are_those_of_the_json() {
        for (text, json) in [
            ("{}", "{}"),
            ("a: [{b: 1}, {b: 1}]", r#"{"a":[{"b":1},{"b":1}]}"#),
            ("[1.50, 1e3, yes, ~, 0x10]", "[1.5,1000,true,null,16]"),
            ("\"<\\n\\\"é\\x01\"", r#""\u003c\n\"é\u0001""#),
            ("a: &a [x]\nb: *a", r#"{"a":["x"],"b":["x"]}"#),
        ] {
            let mut tree = yaml::Tree::default();
            yaml::parse(text, &[], &mut tree);
            let file = File::read("a.yaml", text, &tree, &Surroundings::default(), false);
            let value = file.documents[0].root.expect("a value");
            assert_eq!(super::of(value, 1000), json.len(), "{text}");
        }
    }
}
