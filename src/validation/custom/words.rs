//! The words of findings in custom resources.

use super::schema::Types;
use crate::context::Cx;
use crate::diagnostic::Edit;
use crate::edit;
use crate::quote::quote_path;
use crate::validation::keys::told;
use crate::validation::{instead, message};
use crate::yaml::{Kind, Node, Scalar, Style};

/// A mismatch of types in words.
pub(super) struct Wrong {
    pub text: String,
    pub help: Option<String>,
    /// What to do about it, and the edits that do it.
    pub fix: Option<(&'static str, Vec<Edit>)>,
    /// A bare word that YAML takes for something else than a string.
    pub implicit: bool,
}

/// A field in words: its path, or what has none.
pub(super) fn subject(path: &str) -> String {
    if path.is_empty() {
        "the object".into()
    } else {
        quote_path(path)
    }
}

/// Values of these types, with an article.
fn wanted(types: Types) -> &'static str {
    if types == Types::INT_OR_STRING {
        "a whole number or a string"
    } else if types.has(Types::STRING) {
        "a string"
    } else if types.has(Types::INTEGER) {
        "a whole number"
    } else if types.has(Types::NUMBER) {
        "a number"
    } else if types.has(Types::BOOLEAN) {
        "true or false"
    } else if types.has(Types::ARRAY) {
        "a list"
    } else if types.has(Types::UNKNOWN) {
        "of the type that its schema says, which does not exist"
    } else {
        "a mapping"
    }
}

pub(super) fn mismatch<'t>(cx: &Cx<'t>, subject: &str, node: Node<'t>, types: Types) -> Wrong {
    let scalar = node.scalar();
    let plain = node.raw().style == Style::Plain && node.tag().is_empty();
    let number = matches!(scalar, Some(Scalar::Int(_) | Scalar::Uint(_) | Scalar::Float(_)));
    let boolean = matches!(scalar, Some(Scalar::Bool(_)));
    let mut wrong = Wrong {
        text: format!(
            "{subject} must be {}, not {}; the API server refuses the object",
            wanted(types),
            message::given(cx, node, scalar.as_ref())
        ),
        help: None,
        fix: None,
        implicit: false,
    };
    if types == Types::STRING && plain && !node.is_json() && (number || boolean) {
        let read = if boolean { "a boolean" } else { "a number" };
        wrong.text = format!(
            "{subject} must be a string, but YAML 1.1 reads {} as {read}; the API server refuses the object",
            cx.shown(node)
        );
        wrong.implicit = true;
        wrong.help = Some("quote the value".into());
        if node.raw().kind != Kind::Alias {
            wrong.fix = Some(("quote the value", edit::quote(node.span())));
        }
        return wrong;
    }
    match node.kind() {
        Kind::Map if types == Types::ARRAY => wrong.help = Some(instead::ITEMS.into()),
        Kind::Scalar if types == Types::ARRAY && !node.is_null() => {
            wrong.help = Some(instead::ITEM.into());
        }
        Kind::Seq if types == Types::OBJECT => {
            wrong.help = Some(instead::ONE_MAPPING.into());
        }
        _ => {}
    }
    if let Some(Scalar::Str(text)) = &scalar {
        // `010` without quotes would be 8: what is written must be the number.
        let number = text.parse::<i64>().ok();
        let number = number.is_some_and(|number| number.to_string() == **text);
        let reads = match types {
            Types::BOOLEAN => matches!(&**text, "true" | "false"),
            Types::INTEGER | Types::NUMBER => number,
            _ => false,
        };
        if reads && let Some(edits) = message::quotes(node) {
            wrong.help = Some("remove the quotes".into());
            wrong.fix = Some(("remove the quotes", edits));
        }
    }
    wrong
}

pub(super) fn unknown_field(kind: &str, path: &str, key: Node<'_>) -> String {
    let holder = if path.is_empty() {
        kind.to_string()
    } else {
        format!("{} of {kind}", quote_path(path))
    };
    format!(
        "{holder} has no field {}; the API server refuses the object",
        told(key)
    )
}

/// `a`, `b` and `c`; a long list is cut.
pub(super) fn listing(mut names: impl Iterator<Item = String>) -> String {
    const MOST: usize = 12;
    let mut shown = names.by_ref().take(MOST).collect::<Vec<_>>().join(", ");
    if names.next().is_some() {
        shown.push_str(" …");
    }
    shown
}

/// A number without needless zeros.
pub(super) fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        format!("{}", value as i64)
    } else {
        format!("{value}")
    }
}

/// `1 item`, `3 items`.
pub(super) fn count(n: i64, word: &str) -> String {
    match (n, word) {
        (1, word) => format!("1 {word}"),
        (n, "entry") => format!("{n} entries"),
        (n, word) => format!("{n} {word}s"),
    }
}
