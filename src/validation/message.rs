//! The words of the structural check: what is wrong, why it matters, what to do. No value that must not be
//! shown is ever quoted; [`Cx::shown`] sees to that.

use super::elsewhere::Elsewhere;
use super::instead;
use super::keys::told;
use super::path::Place;
use super::read_by::ReadBy;
use crate::context::Cx;
use crate::diagnostic::Edit;
use crate::formats::scalars::quantity_fault;
use crate::quote::quote_path;
use crate::schema::suggest::Unknown;
use crate::schema::{Shape, TypeId};
use crate::source::Span;
use crate::version::KubeVersion;
use crate::yaml::tree::COOK;
use crate::yaml::{Kind, Node, Scalar, Style};

/// A type mismatch in words.
pub(super) struct Wrong {
    pub text: String,
    pub help: Option<String>,
    /// What removes the quotes around a number or boolean.
    pub edits: Option<Vec<Edit>>,
}

/// What a value of a shape looks like, with its article.
fn wanted(shape: Shape) -> String {
    match shape {
        Shape::String => "a string".into(),
        Shape::Bool => "true or false".into(),
        Shape::Int32 | Shape::Int64 => "a whole number".into(),
        Shape::Float => "a number".into(),
        Shape::Bytes => "base64 text".into(),
        Shape::Time | Shape::MicroTime => "a time in quotes".into(),
        Shape::Quantity => "a quantity such as `500m` or `1Gi`".into(),
        Shape::IntOrString => "a whole number or a string".into(),
        Shape::Any => "anything".into(),
        Shape::List(item) => match item.shape() {
            Shape::String => "a list of strings".into(),
            _ => "a list".into(),
        },
        Shape::Map(value) => match value.shape() {
            Shape::String => "a map from names to strings".into(),
            _ => "a map".into(),
        },
        Shape::Struct(ty) => format!("a mapping of fields ({})", ty.short_name()),
        Shape::Either(..) => "true, false or a schema".into(),
    }
}

/// What a value is, with its article.
pub(super) fn given<'t>(cx: &Cx<'t>, node: Node<'t>, scalar: Option<&Scalar<'t>>) -> String {
    match (node.kind(), scalar) {
        (Kind::Map, _) => "a mapping".into(),
        (Kind::Seq, _) => "a list".into(),
        // What must not be shown is told by what it is alone.
        (_, Some(Scalar::Bool(_))) if cx.is_masked(node.span()) => "a boolean".into(),
        (_, Some(Scalar::Int(_) | Scalar::Uint(_) | Scalar::Float(_))) if cx.is_masked(node.span()) => {
            "a number".into()
        }
        _ if cx.is_masked(node.span()) => "a string".into(),
        (_, Some(Scalar::Bool(_))) => format!("the boolean {}", cx.shown(node)),
        (_, Some(Scalar::Int(_) | Scalar::Uint(_) | Scalar::Float(_))) => {
            format!("the number {}", cx.shown(node))
        }
        _ => format!("the string {}", cx.shown(node)),
    }
}

/// The field in words: its name, or what holds it.
fn subject(at: &Place<'_, '_>) -> String {
    let path = at.written();
    if path.is_empty() {
        "the object".into()
    } else {
        quote_path(&path)
    }
}

pub(super) fn mismatch<'t>(
    cx: &Cx<'t>,
    reader: ReadBy,
    at: &Place<'_, 't>,
    scalar: Option<&Scalar<'t>>,
) -> Wrong {
    let shape = at.shape;
    let number = matches!(scalar, Some(Scalar::Int(_) | Scalar::Uint(_) | Scalar::Float(_)));
    if number && matches!(shape, Shape::Int32 | Shape::Int64 | Shape::IntOrString) {
        return wrong_number(cx, reader, at);
    }
    let text = format!(
        "{} must be {}, not {}; {}",
        subject(at),
        wanted(shape),
        given(cx, at.value, scalar),
        reader.cannot_read()
    );
    let mut wrong = Wrong {
        text,
        help: instead::help(cx, at, scalar),
        edits: None,
    };
    if let Some(Scalar::Str(value)) = scalar {
        // `010` without quotes would be 8, and no JSON has a number like it: what is written must be the number.
        let number = value.parse::<i64>().ok();
        let number = number.filter(|number| number.to_string() == **value);
        let reads = match shape {
            Shape::Bool => matches!(&**value, "true" | "false"),
            Shape::Int32 => number.is_some_and(|number| i32::try_from(number).is_ok()),
            Shape::Int64 | Shape::Float => number.is_some(),
            _ => false,
        };
        // What reads as a number in quotes is octal, and would be another one without.
        let is_mode = at.part.is_field("mode") || at.part.is_field("defaultMode");
        let is_octal = is_mode && number.is_some_and(|number| number > 0o777);
        if reads && !is_octal {
            wrong.help = Some("remove the quotes".into());
            wrong.edits = quotes(at.value);
        }
    }
    wrong
}

/// The two edits that take the quotes away.
pub(super) fn quotes(node: Node<'_>) -> Option<Vec<Edit>> {
    let raw = node.raw();
    let quoted = raw.kind == Kind::Scalar && matches!(raw.style, Style::Single | Style::Double);
    if !quoted || raw.flags & COOK != 0 {
        return None;
    }
    let span = node.span();
    let drop = |start: u32| Edit {
        span: Span::new(start, start + 1),
        text: String::new(),
    };
    Some(vec![drop(span.start), drop(span.end.checked_sub(1)?)])
}

/// A number that is no whole number, or too big.
fn wrong_number<'t>(cx: &Cx<'t>, reader: ReadBy, at: &Place<'_, 't>) -> Wrong {
    let limit = match at.shape {
        Shape::Int64 => "from -9223372036854775808 to 9223372036854775807",
        _ => "from -2147483648 to 2147483647",
    };
    Wrong {
        text: format!(
            "{} must be a whole number {limit}, not {}; {}",
            subject(at),
            cx.shown(at.value),
            reader.cannot_read()
        ),
        help: None,
        edits: None,
    }
}

pub(super) fn implicit_typing<'t>(
    cx: &Cx<'t>,
    reader: ReadBy,
    at: &Place<'_, 't>,
    scalar: Option<Scalar<'t>>,
) -> String {
    let becomes = match &scalar {
        Some(Scalar::Bool(_)) if cx.is_masked(at.value.span()) => "a boolean".to_string(),
        Some(Scalar::Bool(value)) => format!("the boolean {value}"),
        Some(number) => {
            let json = number.json_number().unwrap_or_default();
            if cx.is_masked(at.value.span()) || json == at.value.source() {
                "a number".to_string()
            } else {
                format!("the number {json}")
            }
        }
        None => "no string".to_string(),
    };
    format!(
        "{} must be a string, but YAML 1.1 reads {} as {becomes}; {}",
        subject(at),
        cx.shown(at.value),
        reader.cannot_read()
    )
}

pub(super) fn base64(at: &Place<'_, '_>, text: &str, offset: usize) -> String {
    let digit = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    let why = if text.as_bytes().get(offset).is_none_or(digit) {
        "its padding with `=` is missing or wrong".to_string()
    } else {
        format!("the character at position {} cannot stand there", offset + 1)
    };
    format!(
        "{} is not base64: {why}; the API server cannot read the object",
        subject(at)
    )
}

pub(super) fn time<'t>(cx: &Cx<'t>, at: &Place<'_, 't>, micro: bool) -> (String, &'static str) {
    let help = if micro {
        "write it as `2024-05-01T10:00:00.000000Z`, with six digits after the seconds"
    } else {
        "write it as `2024-05-01T10:00:00Z`"
    };
    let text = format!(
        "{} must be a time in RFC 3339{}, not {}; the API server cannot read the object",
        subject(at),
        if micro { " with microseconds" } else { "" },
        cx.shown(at.value)
    );
    (text, help)
}

pub(super) fn quantity<'t>(cx: &Cx<'t>, at: &Place<'_, 't>, text: &str, fault: &str) -> (String, String) {
    let shown = match at.value.kind() {
        Kind::Map => "a mapping".into(),
        Kind::Seq => "a list".into(),
        _ if at.value.source().is_empty() => "the empty value".into(),
        _ => cx.shown(at.value),
    };
    let message = match at.value.kind() {
        Kind::Scalar => format!(
            "{} must be a quantity, but {shown} {fault}; the API server cannot read the object",
            subject(at)
        ),
        _ => format!(
            "{} must be a quantity, not {shown}; the API server cannot read the object",
            subject(at)
        ),
    };
    let path = at.full();
    // `limits.cpu` in a quota.
    let of_cpu = path.rsplit('.').next() == Some("cpu");
    let help = match meant_quantity(text, of_cpu) {
        Some(meant) if !cx.is_masked(at.value.span()) => match thousands(&meant, text) {
            Some(other) => format!("write `{meant}`, or `{other}`, which is a little less"),
            None => format!("write `{meant}`"),
        },
        _ if of_cpu => {
            "use a number of CPUs such as `2` or `0.5`, or thousandths of one such as `500m`".into()
        }
        _ => "use a number with one of the suffixes m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei, or none"
            .into(),
    };
    (message, help)
}

/// The quantity that is surely meant by a text that is none: one that the server takes.
fn meant_quantity(text: &str, of_cpu: bool) -> Option<String> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let suffix = text.get(number.len()..)?.to_ascii_lowercase();
    let number = number.trim();
    let is_whole = number.bytes().all(|byte| byte.is_ascii_digit());
    let suffix = match &*suffix {
        // Nobody has mebi- or gigabytes of CPUs; but thousandths have no parts either.
        "mi" if of_cpu && is_whole => "m",
        _ if of_cpu => return None,
        "kb" | "kib" | "ki" => "Ki",
        "mb" | "mib" | "mi" => "Mi",
        "gb" | "gib" | "gi" | "g" => "Gi",
        "tb" | "tib" | "ti" | "t" => "Ti",
        _ => return None,
    };
    let meant = format!("{number}{suffix}");
    let is_taken = !number.is_empty() && quantity_fault(&meant).is_none();
    is_taken.then_some(meant)
}

/// The same number in powers of 1000, where a text leaves open which are meant: `MB`, as against `MiB`.
fn thousands(meant: &str, text: &str) -> Option<String> {
    let is_open = text.to_ascii_lowercase().ends_with('b') && !text.to_ascii_lowercase().ends_with("ib");
    let other = meant.strip_suffix('i').filter(|_| is_open)?;
    Some(other.replace('K', "k"))
}

pub(super) fn unknown_field(
    reader: ReadBy,
    ty: TypeId,
    key: Node<'_>,
    known: &Unknown,
    lenient: bool,
) -> String {
    let name = ty.short_name();
    let key = told(key);
    let consequence = if lenient {
        "the API server drops it without a word"
    } else {
        reader.refuses()
    };
    match known {
        Unknown::OtherVersion(since, until) => {
            let range = if *until < crate::schema::COVERED.1 && *since > crate::schema::COVERED.0 {
                format!("from 1.{since} to 1.{until} only")
            } else if *until < crate::schema::COVERED.1 {
                format!("up to 1.{until} only")
            } else {
                format!("from 1.{since} on")
            };
            format!("{name} has {key} {range}; {consequence}")
        }
        _ => format!("{name} has no field {key}; {consequence}"),
    }
}

pub(super) fn unknown_field_help(
    ty: TypeId,
    key: &str,
    known: &Unknown,
    elsewhere: Option<Elsewhere>,
    at: &Place<'_, '_>,
    kube: KubeVersion,
) -> String {
    match known {
        Unknown::Old(hint) => format!("use {hint}"),
        Unknown::Near(near) => format!("did you mean `{near}`?"),
        Unknown::OtherVersion(..) => {
            format!("remove it, or check against the version that will run it (now {kube})")
        }
        Unknown::Below(path) => {
            let here = at.written();
            let dot = if here.is_empty() { "" } else { "." };
            let holder = path.rsplit_once('.').map_or(&**path, |(holder, _)| holder);
            format!("it belongs to `{here}{dot}{holder}`: mend the indentation or move it there")
        }
        Unknown::Nothing if ty.short_name() == "LabelSelector" => "write it under `matchLabels`".into(),
        Unknown::Nothing if key == "spec" && at.up.is_none() => {
            format!(
                "{} has no `spec`: write its fields beside `kind`",
                ty.short_name()
            )
        }
        Unknown::Nothing if ty.short_name() == "EnvVar" => {
            format!("write `name: {key}`, and the value under `value`")
        }
        Unknown::Nothing if ty.short_name() == "ObjectMeta" && elsewhere.is_none() => {
            "if it is a label, write it under `labels`, and if it is a note, under `annotations`".into()
        }
        Unknown::Nothing => elsewhere.map_or_else(|| listing(ty, kube), |elsewhere| elsewhere.help),
    }
}

/// The fields that there are, when they are few.
fn listing(ty: TypeId, kube: KubeVersion) -> String {
    let names: Vec<String> = ty.fields(kube).map(|field| format!("`{}`", field.name)).collect();
    match names.len() {
        0 => format!("remove it; {} has no fields", ty.short_name()),
        1..=8 => format!(
            "{} has {}: write it as what is meant, or remove it",
            ty.short_name(),
            names.join(", ")
        ),
        _ => "look the field up, since it may belong elsewhere, or remove it".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::meant_quantity;

    #[test]
    fn only_quantities_that_the_server_takes_are_proposed() {
        for (text, meant) in [
            ("1GB", "1Gi"),
            ("512mb", "512Mi"),
            ("1 Gi", "1Gi"),
            ("0.5gib", "0.5Gi"),
            ("1g", "1Gi"),
        ] {
            assert_eq!(meant_quantity(text, false).as_deref(), Some(meant), "{text}");
        }
        for text in ["1e3Mi", "1_000Mi", "1,5Gi", "1.5.5Gi", "mb", "one", ""] {
            assert_eq!(meant_quantity(text, false), None, "{text}");
        }
        assert_eq!(meant_quantity("500mi", true).as_deref(), Some("500m"));
        for text in ["0.5mi", "500mb", "1g", "1gi", "1_000mi", "mi"] {
            assert_eq!(meant_quantity(text, true), None, "{text}");
        }
    }
}
