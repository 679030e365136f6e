//! What to write where a value has another shape than belongs there: a word for a list, a list for a mapping.

use super::path::{Part, Place};
use crate::context::Cx;
use crate::quote::listed;
use crate::schema::{FieldInfo, Shape, TypeId};
use crate::yaml::{Kind, Node, Scalar, Style};

pub(super) const ITEMS: &str = "start each item with `- `";
pub(super) const ITEM: &str = "write the value as a list item, on a line that starts with `- `";
pub(super) const ONE_MAPPING: &str = "remove the `- ` and write the fields as one mapping";

const LITERALS: &str = "write each as an item of its own, `- NAME=VALUE`";

/// What to do about a value that is not of the shape which belongs at its place.
pub(super) fn help<'t>(cx: &Cx<'t>, at: &Place<'_, 't>, scalar: Option<&Scalar<'t>>) -> Option<String> {
    match (at.shape, at.value.kind()) {
        (Shape::List(item), Kind::Map) => Some(match item.shape() {
            Shape::Struct(ty) => as_items(cx, ty, at),
            _ if at.part.is_field("literals") => LITERALS.into(),
            _ => ITEMS.into(),
        }),
        (Shape::List(item), Kind::Scalar) => Some(match item.shape() {
            Shape::Struct(ty) => as_item(cx, ty, at, scalar).unwrap_or_else(|| ITEM.into()),
            _ => as_list(cx, at, scalar),
        }),
        (Shape::Struct(ty), Kind::Seq) if holds_mappings(at.value) => {
            Some(list_inside(cx, ty, at).unwrap_or_else(|| ONE_MAPPING.into()))
        }
        (Shape::Map(_), Kind::Seq) if holds_mappings(at.value) => Some(ONE_MAPPING.into()),
        (Shape::Struct(ty), Kind::Seq) => fields(cx, ty),
        (Shape::Map(_), Kind::Seq | Kind::Scalar) => {
            Some("write each on a line of its own below it, as `NAME: VALUE`".into())
        }
        (Shape::Struct(ty), Kind::Scalar) => as_mapping(cx, ty, at, scalar).or_else(|| fields(cx, ty)),
        (Shape::String, Kind::Seq) if at.part.is_field("type") && is_of_schema(at) => {
            Some("write one type, and `nullable: true` beside it where `null` may stand as well".into())
        }
        (Shape::String, Kind::Seq) if at.part.is_field("succeededIndexes") => {
            Some("write the indexes as one text: `\"0-2\"`, `\"0,2,5\"`".into())
        }
        (Shape::String, Kind::Map | Kind::Seq) => as_text(at).or_else(|| alone(at)).or_else(|| as_quoted(at)),
        (Shape::Int32, Kind::Scalar) if at.part.is_field("number") || at.part.is_field("port") => {
            as_port(cx, at, scalar)
        }
        (Shape::Int32, Kind::Scalar) if at.part.is_field("mode") || at.part.is_field("defaultMode") => {
            as_mode(cx, at, scalar)
        }
        (Shape::Int32 | Shape::Int64, Kind::Scalar) if is_word(scalar) => {
            Some("write the number in digits, such as `3`".into())
        }
        (Shape::Bool | Shape::Int32 | Shape::Int64, Kind::Scalar) if is_told(cx, at) => as_plain(at, scalar),
        _ => None,
    }
}

/// Where a list belongs that stands in the place of what holds it: `nodeSelectorTerms`.
fn list_inside<'t>(cx: &Cx<'t>, ty: TypeId, at: &Place<'_, 't>) -> Option<String> {
    let first = at.value.items().find_map(|item| item.entries().next())?;
    let key = first.key.key_text()?;
    let mut lists = ty.fields(cx.kube()).filter(|field| match field.ty.shape() {
        Shape::List(item) => {
            matches!(item.shape(), Shape::Struct(inner) if inner.field(&key, cx.kube()).is_some())
        }
        _ => false,
    });
    let (Some(list), None) = (lists.next(), lists.next()) else {
        return None;
    };
    let is_own = ty.field(&key, cx.kube()).is_some();
    (!is_own).then(|| format!("write the list under `{}`", list.name))
}

/// A text in brackets, or below its own name: `path: [a.yaml]`, `- path: a.yaml`.
fn alone(at: &Place<'_, '_>) -> Option<String> {
    let is_item = matches!(at.part, Part::Index(_));
    if is_item && at.up.is_some_and(|list| list.part.is_field("literals")) {
        return Some(LITERALS.into());
    }
    let (mut items, mut entries) = (at.value.items(), at.value.entries());
    if let (Some(item), None) = (items.next(), items.next()) {
        let is_text = matches!(item.scalar(), Some(Scalar::Str(_)));
        return (is_text && at.value.raw().style == Style::Flow).then(|| "remove the brackets".into());
    }
    let (Some(entry), None) = (entries.next(), entries.next()) else {
        return None;
    };
    let is_told = entry.value.kind() == Kind::Scalar && !entry.value.is_null();
    let name = entry
        .key
        .key_text()
        .filter(|name| is_told && matches!(&**name, "name" | "path"))?;
    Some(format!("write the {name} alone, without `{name}:`"))
}

/// Braces and brackets, or a `: `, that are meant as they stand.
fn as_quoted(at: &Place<'_, '_>) -> Option<String> {
    let is_flow = at.value.raw().style == Style::Flow;
    let is_item = matches!(at.part, Part::Index(_));
    if at.value.is_json() {
        return None;
    }
    match (is_flow, is_item) {
        (true, _) => Some("put single quotes around it, if it is meant as text".into()),
        (false, true) => Some("put quotes around the item, if the `: ` is a part of it".into()),
        (false, false) => None,
    }
}

/// Whether a field is one of a schema.
fn is_of_schema(at: &Place<'_, '_>) -> bool {
    let holder = at.up.map(|up| up.shape);
    matches!(holder, Some(Shape::Struct(ty)) if ty.short_name() == "JSONSchemaProps")
}

/// Whether a scalar is a word without digits: `three`.
fn is_word(scalar: Option<&Scalar<'_>>) -> bool {
    let letters = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase());
    matches!(scalar, Some(Scalar::Str(text)) if letters(text))
}

fn holds_mappings(list: Node<'_>) -> bool {
    list.items().any(Node::is_map)
}

/// The fields of a type, where they are few enough to be told.
fn fields(cx: &Cx<'_>, ty: TypeId) -> Option<String> {
    const MOST: usize = 8;
    let names: Vec<&str> = ty.fields(cx.kube()).map(|field| field.name).collect();
    match names.as_slice() {
        [] => None,
        [name] => Some(format!("write its field `{name}` below it")),
        names if names.len() > MOST => None,
        names => Some(format!("write its fields below it: {}", listed(names, "and"))),
    }
}

/// A mapping where a list of mappings belongs is one item, or else names its items by its keys: `env: {DEBUG: "1"}`.
fn as_items<'t>(cx: &Cx<'t>, ty: TypeId, at: &Place<'_, 't>) -> String {
    let Some(entry) = at.value.entries().next() else {
        return ITEMS.into();
    };
    let key = entry.key.key_text().unwrap_or_default();
    let has = |name: &str| ty.field(name, cx.kube()).is_some();
    if has(&key) || !has("name") || !is_name(&key) || cx.is_masked(entry.key.span()) {
        return ITEMS.into();
    }
    if entry.value.kind() == Kind::Scalar && has("value") {
        return format!("write each as an item of its own: `- name: {key}`, and `value: …` below it");
    }
    format!("write each as an item of its own, which starts with `- name: {key}`")
}

/// A word where a list of mappings belongs is what tells an item from the others: `ports: 80`.
fn as_item<'t>(cx: &Cx<'t>, ty: TypeId, at: &Place<'_, 't>, scalar: Option<&Scalar<'t>>) -> Option<String> {
    let Part::Field(list) = at.part else { return None };
    let (list, text) = (FieldInfo::from(list), at.value.source());
    if !is_told(cx, at) || !is_name(text) {
        return None;
    }
    let key = list.list.split(',').next().unwrap_or_default();
    let takes = |name: &&str| {
        let field = ty.field(name, cx.kube());
        matches!(
            (field.map(|field| field.ty.shape()), scalar),
            (Some(Shape::String), Some(Scalar::Str(_)))
                | (Some(Shape::Int32 | Shape::Int64), Some(Scalar::Int(_)))
        )
    };
    let name = [key, "name"].into_iter().find(takes)?;
    Some(format!("write it as an item of a list, `- {name}: {text}`"))
}

/// A word where a list belongs is its item; but for a command, which no shell takes apart.
fn as_list<'t>(cx: &Cx<'t>, at: &Place<'_, 't>, scalar: Option<&Scalar<'t>>) -> String {
    if at.part.is_field("required") && matches!(scalar, Some(Scalar::Bool(_))) {
        return "name the field in the list `required` of the schema around it".into();
    }
    let is_command = matches!(at.part, Part::Field(field) if matches!(field.name(), "command" | "args"));
    if let Some(Scalar::Str(text)) = scalar
        && is_command
        && text.contains(' ')
        && is_told(cx, at)
    {
        return "write each word as an item of its own, or give all of it to a shell: `[sh, -c, \"…\"]`"
            .into();
    }
    ITEM.into()
}

/// A word where a mapping belongs is its name or its type, mostly: `strategy: Recreate`, `secretRef: db`.
fn as_mapping<'t>(
    cx: &Cx<'t>,
    ty: TypeId,
    at: &Place<'_, 't>,
    scalar: Option<&Scalar<'t>>,
) -> Option<String> {
    let text = match scalar? {
        Scalar::Str(text) => text.clone(),
        Scalar::Int(number) => number.to_string().into(),
        _ => return None,
    };
    let text = &*text;
    if !is_told(cx, at) {
        return None;
    }
    if let Some(key) = lacks_colon(cx, ty, at, text) {
        return Some(format!("put a `:` behind `{key}`"));
    }
    if lacks_blank(cx, ty, at, text) {
        return Some("put a blank behind the `:`".into());
    }
    let is_text = |name: &&str| {
        let field = ty.field(name, cx.kube());
        field.is_some_and(|field| field.ty.shape() == Shape::String)
    };
    let is_path = text.starts_with('/') && !text.contains([' ', ':', '"', '\'', '#', ',']);
    if !is_name(text) && !is_path {
        return None;
    }
    let name = match text.bytes().all(|b| b.is_ascii_digit()) {
        true => number_field(cx, ty)?,
        false if is_path => ["path"].into_iter().find(is_text)?,
        false => ["name", "secretName", "claimName", "type"]
            .into_iter()
            .find(is_text)?,
    };
    // What else it needs is for the author to say: the key of a Secret.
    let required = ty
        .fields(cx.kube())
        .filter(|field| field.required && field.name != name);
    let others: String = required.map(|field| format!(", {}: …", field.name)).collect();
    Some(match at.part {
        Part::Field(field) => format!("write `{}: {{{name}: {text}{others}}}`", field.name()),
        _ => format!("write `{{{name}: {text}{others}}}`"),
    })
}

/// A mapping or a list where a text belongs that holds one: a file of a ConfigMap, a patch of a kustomization.
fn as_text(at: &Place<'_, '_>) -> Option<String> {
    let is_block = at.value.raw().style != Style::Flow && !at.value.is_json();
    let help = "make it one text: write `|` behind the key, and leave the lines below it as they are";
    if at.part.is_field("patch") {
        return is_block.then(|| help.into());
    }
    let is_patch = |list: &Place<'_, '_>| list.part.is_field("patchesStrategicMerge");
    if matches!(at.part, Part::Index(_)) && at.up.is_some_and(is_patch) {
        let help = "make it one text: write `- |`, and the patch indented on the lines below it";
        return is_block.then(|| help.into());
    }
    let Part::Key(key) = at.part else { return None };
    let holder = at.up.filter(|up| up.shape != Shape::Any)?;
    let key = key.key_text()?;
    if holder.part.is_field("selector") && matches!(&*key, "matchLabels" | "matchExpressions") {
        return Some("write the labels directly below `selector`, which is a plain map here".into());
    }
    (holder.part.is_field("data") && is_block).then(|| help.into())
}

/// The name of a port where its number belongs.
fn as_port<'t>(cx: &Cx<'t>, at: &Place<'_, 't>, scalar: Option<&Scalar<'t>>) -> Option<String> {
    let Some(Scalar::Str(text)) = scalar else {
        return None;
    };
    if !is_name(text) || text.bytes().all(|b| b.is_ascii_digit()) || !is_told(cx, at) {
        return None;
    }
    let holder = at.up.map(|up| up.shape);
    let has_name = matches!(holder, Some(Shape::Struct(ty)) if ty.field("name", cx.kube()).is_some());
    Some(match has_name && at.part.is_field("number") {
        true => format!("write `name: {text}`, or the number of the port"),
        false => "write the number of the port: names of ports are not known here".into(),
    })
}

/// A mode of a file in quotes: octal, as every other program shows it.
fn as_mode<'t>(cx: &Cx<'t>, at: &Place<'_, 't>, scalar: Option<&Scalar<'t>>) -> Option<String> {
    let Some(Scalar::Str(text)) = scalar else {
        return None;
    };
    if at.value.is_json() || !is_told(cx, at) {
        return None;
    }
    let mode = i64::from_str_radix(text.strip_prefix("0o").unwrap_or(text), 8).ok()?;
    (0..=0o777)
        .contains(&mode)
        .then(|| format!("write `0{mode:o}` without quotes, which is {mode}"))
}

/// The field that a number alone is for: the one that is required, or the only one.
fn number_field(cx: &Cx<'_>, ty: TypeId) -> Option<&'static str> {
    let numbers = || {
        let numbers = [Shape::Int32, Shape::Int64, Shape::IntOrString];
        let is_number = move |field: &FieldInfo| numbers.contains(&field.ty.shape());
        ty.fields(cx.kube()).filter(is_number)
    };
    let mut required = numbers().filter(|field| field.required);
    let (first, second) = (required.next(), required.next());
    let one = first.or_else(|| numbers().next().filter(|_| numbers().count() == 1));
    one.filter(|_| second.is_none()).map(|field| field.name)
}

/// A text that means a boolean, or a number of seconds.
fn as_plain(at: &Place<'_, '_>, scalar: Option<&Scalar<'_>>) -> Option<String> {
    let Some(Scalar::Str(text)) = scalar else {
        return None;
    };
    if at.shape == Shape::Bool {
        let means = |words: [&str; 5]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        let meant = match () {
            () if means(["true", "yes", "y", "on", "enabled"]) => "true",
            () if means(["false", "no", "n", "off", "disabled"]) => "false",
            () => return Some("write `true` or `false`, without quotes".into()),
        };
        return Some(format!("write `{meant}`, without quotes"));
    }
    let of_seconds = matches!(at.part, Part::Field(field) if field.name().ends_with("Seconds"));
    let seconds: u64 = match text.bytes().next_back()? {
        b's' | b'%' => 1,
        b'm' if of_seconds => 60,
        b'h' if of_seconds => 3_600,
        b'd' if of_seconds => 86_400,
        _ => return None,
    };
    let number = text.get(..text.len() - 1)?;
    let is_number = (1..7).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    let number = number.parse::<u64>().ok().filter(|_| is_number)?;
    Some(format!("write `{}`, without a unit", number * seconds))
}

/// Whether a text on a line of its own is a field of a type, but for the blank: `name:web`.
fn lacks_blank(cx: &Cx<'_>, ty: TypeId, at: &Place<'_, '_>, text: &str) -> bool {
    let Some((key, value)) = text.split_once(':') else {
        return false;
    };
    has_own_line(at) && !value.is_empty() && ty.field(key, cx.kube()).is_some()
}

/// The field that a text on a line of its own begins with: `name web`, `name = web`.
fn lacks_colon<'s>(cx: &Cx<'_>, ty: TypeId, at: &Place<'_, '_>, text: &'s str) -> Option<&'s str> {
    let (key, value) = text.split_once([' ', '='])?;
    let is_field = !value.contains([' ', ':']) || value.starts_with("= ");
    let is_meant = is_field && !value.is_empty() && ty.field(key, cx.kube()).is_some();
    (is_meant && has_own_line(at)).then_some(key)
}

/// Whether a value without quotes begins its line.
fn has_own_line(at: &Place<'_, '_>) -> bool {
    let node = at.value.resolved();
    let before = node.text().get(..node.span().start as usize).unwrap_or_default();
    let begins_line = before.trim_end_matches([' ', '-']).ends_with('\n');
    node.raw().style == Style::Plain && !node.is_json() && begins_line
}

/// Whether a help may repeat the value.
fn is_told(cx: &Cx<'_>, at: &Place<'_, '_>) -> bool {
    !cx.is_masked(at.value.span()) && !cx.is_masked(at.value.resolved().span())
}

/// Whether a text is short and plain enough to be repeated in a help.
fn is_name(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    (1..60).contains(&text.len()) && text.bytes().all(is_word)
}
