//! Ingress: `networking.k8s.io/v1` demands a `pathType` and names the backend in another way.

use crate::diagnostic::Edit;
use crate::edit;
use crate::manifest::Object;
use crate::yaml::{Entry, Kind, Node, Scalar, Style};

/// The whole of `spec`: the default backend under its new name, every path with its type and its backend.
pub(super) fn to_v1(object: &Object<'_>) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    let Some(spec) = object.root.get("spec").filter(|spec| spec.is_map()) else {
        return Some(edits);
    };
    if let Some(entry) = spec.entry("backend") {
        if spec.entry("defaultBackend").is_some() {
            return None;
        }
        edits.push(edit::rename_key(entry.key, "defaultBackend")?);
        edits.extend(backend(entry.value)?);
    }
    for rule in spec.get("rules").into_iter().flat_map(|rules| rules.items()) {
        let Some(paths) = rule.path(&["http", "paths"]) else {
            continue;
        };
        for path in paths.items() {
            edits.extend(backend(path.get("backend")?)?);
            if path.get("pathType").is_none_or(Node::is_null) {
                edits.push(add_path_type(path)?);
            }
        }
    }
    Some(edits)
}

/// `serviceName: a` and `servicePort: 80` become `service: {name: a, port: {number: 80}}`. A backend that is a
/// resource, or is written the new way by mistake, stays as it is.
fn backend(backend: Node<'_>) -> Option<Vec<Edit>> {
    let (name, port) = (backend.entry("serviceName"), backend.entry("servicePort"));
    let (name, port) = match (name, port) {
        (Some(name), Some(port)) => (name, port),
        (None, None) if super::is_filled(Some(backend)) => return Some(Vec::new()),
        _ => return None,
    };
    // The two stand together, so that they can move into one mapping together.
    let entries: Vec<Entry<'_>> = backend.raw_entries().collect();
    let at = |entry: &Entry<'_>| entries.iter().position(|e| e.key == entry.key);
    let (name_at, port_at) = (at(&name)?, at(&port)?);
    if name_at.abs_diff(port_at) != 1 || backend.entry("service").is_some() {
        return None;
    }
    let (field, value) = number_or_name(port.value)?;
    let mut edits: Vec<Edit> = value.into_iter().collect();
    let name_first = name_at < port_at;
    let (name_key, port_key) = (name.key.span(), port.key.span());
    if backend.is_json() || backend.raw().style == Style::Flow {
        let as_name = edit::key_in_flow(backend, name.key)?;
        let as_port = edit::key_in_flow(backend, port.key)?;
        let (mut to_name, mut to_port) = (
            as_name("name"),
            format!("{}: {{{}", as_port("port"), as_port(field)),
        );
        // The first of the two opens the mapping that both are in.
        if name_first {
            to_name = format!("{}: {{{to_name}", as_name("service"));
        } else {
            to_port = format!("{}: {{{to_port}", as_port("service"));
        }
        edits.push(edit::replace(name_key.start, name_key.end, to_name));
        edits.push(edit::replace(port_key.start, port_key.end, to_port));
        // `{serviceName: a, servicePort: 80}` would lose an empty value's place.
        if name.value.span().is_empty() || port.value.span().is_empty() {
            return None;
        }
        let closing = if name_first { ["}}", ""] } else { ["}", "}"] };
        close(&mut edits, port.value, closing[0]);
        if !name_first {
            close(&mut edits, name.value, closing[1]);
        }
        return Some(edits);
    }
    let column = edit::column(entries.first()?.key)? as usize;
    let own_column = |entry: &Entry<'_>| edit::column(entry.key).map(|c| c as usize) == Some(column);
    let one_line = |node: Node<'_>| node.raw().kind == Kind::Scalar && !node.source().contains('\n');
    if !own_column(&name) || !own_column(&port) || !one_line(name.value) || !one_line(port.value) {
        return None;
    }
    let newline = edit::break_near(name.key);
    let (deep, deeper) = (" ".repeat(column + 2), " ".repeat(column + 4));
    // The first of the two opens the mapping; the other one is indented to stand in it.
    let open = format!("service:{newline}{deep}");
    let (name_start, port_start) = if name_first {
        (&*open, "  ")
    } else {
        ("  ", &*open)
    };
    let to_name = format!("{name_start}name");
    let to_port = format!("{port_start}port:{newline}{deeper}{field}");
    edits.push(edit::replace(name_key.start, name_key.end, to_name));
    edits.push(edit::replace(port_key.start, port_key.end, to_port));
    Some(edits)
}

/// Adds closing brackets after a value; where the value itself is replaced, to its replacement.
fn close(edits: &mut Vec<Edit>, value: Node<'_>, brackets: &str) {
    match edits.iter_mut().find(|edit| edit.span == value.span()) {
        Some(edit) => edit.text.push_str(brackets),
        None => edits.push(edit::insert(value.span().end, brackets)),
    }
}

/// Whether a port is a `number` or a `name`, and the edit that its value needs. `"80"` is no name of a port.
fn number_or_name(port: Node<'_>) -> Option<(&'static str, Option<Edit>)> {
    match port.scalar()? {
        Scalar::Int(_) => Some(("number", None)),
        Scalar::Str(text) => match text.parse::<u16>() {
            Ok(number) => {
                let span = port.span();
                Some((
                    "number",
                    Some(edit::replace(span.start, span.end, number.to_string())),
                ))
            }
            Err(_) if !text.is_empty() => Some(("name", None)),
            Err(_) => None,
        },
        _ => None,
    }
}

/// Says what a missing `pathType` meant before it had to be said: the controller decides. `Prefix` would be a
/// guess, and wrong where the path is a pattern.
pub(crate) fn add_path_type(path: Node<'_>) -> Option<Edit> {
    let value = edit::encode("ImplementationSpecific", edit::style_in(path), path.is_json());
    if let Some(entry) = path.entry("pathType") {
        return edit::fill(&entry, &value);
    }
    path.entry("path")
        .and_then(|entry| edit::insert_after(path, &entry, "pathType", &value))
        .or_else(|| edit::insert_first(path, "pathType", &value))
}
