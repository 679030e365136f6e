//! CustomResourceDefinition: versions, columns, subresources, conversion.
//!
//! The server's own form of the object holds what all versions share at the top, so one fault of a definition
//! with one version is reported at `spec.validation`, not at `spec.versions[0].schema`.

use std::borrow::Cow;
use std::collections::HashSet;

use super::crd_names::one_label;
use super::crd_schema::{self, Walker};
use super::webhooks;
use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::validation::constraints::{choose, fault};
use crate::yaml::Node;

fn text<'t>(field: &Field<'_, 't>) -> Cow<'t, str> {
    field.text().unwrap_or_default()
}

/// Versions, and all that is declared for each or for all of them.
pub fn spec<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let list = spec.child("versions");
    let versions: Vec<Field<'_, 't>> = list.items().collect();
    version_names(spec, &list, &versions, cx);
    let shared = |name: &'static str, same: fn(Option<Node<'t>>, Option<Node<'t>>) -> bool| {
        let first = versions.first()?;
        let first = first.child(name).value();
        versions
            .iter()
            .skip(1)
            .all(|version| same(version.child(name).value(), first))
            .then_some(())
    };
    let schema_shared = shared("schema", crd_schema::same).is_some();
    let subresources_shared = shared("subresources", crd_schema::same).is_some();
    let columns_shared = shared("additionalPrinterColumns", crd_schema::same_list).is_some();
    let selectable_shared = schema_shared && shared("selectableFields", crd_schema::same_list).is_some();

    let has_status = |version: &Field<'_, 't>| version.child("subresources").child("status").is_set();
    let preserve = spec.child("preserveUnknownFields");
    let mut defaults = false;
    for (i, version) in versions.iter().enumerate() {
        let schema = version.child("schema");
        if !schema.child("openAPIV3Schema").is_set() {
            let old = version.child("validation").key_node().map(|key| key.span());
            // Required at each version, wherever the server holds the rest.
            fault(
                cx,
                &schema.child("openAPIV3Schema"),
                ErrorType::Required,
                "every version needs a schema: without one all fields would be dropped",
            )
            .help("add `schema.openAPIV3Schema`, at the least `type: object` with `x-kubernetes-preserve-unknown-fields: true`")
            .follows(old);
        }
        let moved;
        let (schema, has_status) = if !schema_shared {
            let own = match subresources_shared {
                true => versions.first().is_some_and(has_status),
                false => has_status(version),
            };
            (&schema, own)
        } else if i == 0 {
            moved = spec.renamed("validation", &schema);
            (&moved, versions.iter().any(has_status))
        } else {
            continue;
        };
        let root = schema.child("openAPIV3Schema");
        if root.is_set() {
            let mut walker = Walker::new(cx);
            walker.root(&root, has_status);
            defaults |= walker.has_defaults();
        }
    }
    if preserve.bool() == Some(true) {
        const HELP: &str =
            "remove it, and set `x-kubernetes-preserve-unknown-fields: true` where the schema needs it";
        let message = "`preserveUnknownFields: true` belongs to v1beta1 and is refused now";
        fault(cx, &preserve, ErrorType::Invalid, message).help(HELP);
        if defaults {
            let message = "a schema with defaults drops unknown fields, so they cannot be preserved";
            fault(cx, &preserve, ErrorType::Invalid, message).help(HELP);
        }
    }
    for (i, version) in versions.iter().enumerate() {
        if !subresources_shared || i == 0 {
            let at = version.child("subresources");
            match subresources_shared {
                true => scale(&spec.renamed("subresources", &at), cx),
                false => scale(&at, cx),
            }
        }
        if !columns_shared || i == 0 {
            let at = version.child("additionalPrinterColumns");
            match columns_shared {
                true => columns(&spec.renamed("additionalPrinterColumns", &at), cx),
                false => columns(&at, cx),
            }
        }
        if !selectable_shared || i == 0 {
            let at = version.child("selectableFields");
            let schema = version.child("schema");
            match selectable_shared {
                true => selectable(&spec.renamed("selectableFields", &at), &schema, Held::Top, cx),
                false if schema_shared => selectable(&at, &schema, Held::Elsewhere, cx),
                false => selectable(&at, &schema, Held::Own, cx),
            }
        }
        deprecation(version, cx);
    }
    conversion(spec, preserve.bool() == Some(true), cx);
}

fn version_names<'t>(
    spec: &Field<'_, 't>,
    list: &Field<'_, 't>,
    versions: &[Field<'_, 't>],
    cx: &mut Cx<'t>,
) {
    let mut seen = HashSet::new();
    let mut unique = true;
    let (mut stored, mut hidden) = (0, false);
    for (i, version) in versions.iter().enumerate() {
        let is_stored = version.child("storage").bool() == Some(true);
        stored += u32::from(is_stored);
        let name = version.child("name");
        let value = text(&name);
        hidden |= is_stored && seen.contains(&value);
        one_label(&name, &value, cx);
        if i == 0 && !value.is_empty() {
            one_label(&spec.renamed("version", &name), &value, cx);
        }
        unique &= seen.insert(value);
    }
    if !unique {
        fault(cx, list, ErrorType::Invalid, "two versions have the same name").help("give each its own");
    }
    if stored != 1 {
        let message = format!("{stored} versions have `storage: true`, but it must be exactly one");
        // Definitions of v1beta1 have one version beside the others.
        let old = spec.child("version").key_node().filter(|_| !list.is_set());
        fault(cx, list, ErrorType::Invalid, message)
            .help("set `storage: true` on the version that is stored")
            .follows(old.map(|key| key.span()));
    }
    // The server fills the status in from the first of them, and misses the others there.
    if let Some(status) = spec.parent().map(|root| root.child("status")) {
        let at = status.renamed("storedVersions", list);
        if stored == 1 && hidden {
            let message = "the status cannot tell the stored version from another one of its name";
            fault(cx, &at, ErrorType::Invalid, message).help("give each version its own name");
        }
        for _ in 0..stored.max(2) - 1 {
            if stored != 1 {
                let message = "the status can list exactly one stored version";
                // No manifest has it: the server fills it in.
                fault(cx, &at, ErrorType::Invalid, message)
                    .help("set `storage: true` on one version")
                    .follows(match spec.child("version").key_node() {
                        Some(old) if !list.is_set() => old.span(),
                        _ => list.place(),
                    });
            }
        }
    }
}

fn deprecation<'t>(version: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let warning = version.child("deprecationWarning");
    if !warning.is_set() {
        return;
    }
    let Some(value) = warning.text() else { return };
    if version.child("deprecated").bool() != Some(true) {
        let message = "only a deprecated version may have a warning";
        fault(cx, &warning, ErrorType::Invalid, message)
            .help("set `deprecated: true`, or remove the warning");
        return;
    }
    if value.len() > 256 {
        fault(
            cx,
            &warning,
            ErrorType::Invalid,
            "the warning has more than 256 bytes",
        )
        .help("shorten it");
    }
    if value.is_empty() {
        fault(cx, &warning, ErrorType::Invalid, "the warning is empty")
            .help("remove it, for the server's own text");
    }
    // Go's IsPrint knows no space but the plain one.
    let unprintable =
        |c: char| c.is_control() || (c != ' ' && c.is_whitespace()) || ('\u{200b}'..='\u{200f}').contains(&c);
    if value.chars().any(unprintable) {
        let message = "the warning may have only printable characters, on one line";
        fault(cx, &warning, ErrorType::Invalid, message)
            .help("remove the line break, tab or control character");
    }
}

fn simple_path<'t>(field: &Field<'_, 't>, value: &str, cx: &mut Cx<'t>) -> bool {
    let right = value.starts_with('.') || cx.is_unrendered(value);
    if !right {
        let help = match cx.is_masked(field.place()) {
            true => "write it as `.spec.replicas`".to_string(),
            false => format!("write `.{value}`"),
        };
        fault(cx, field, ErrorType::Invalid, "the path must start with a dot").help(help);
    }
    right
}

fn scale<'t>(subresources: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let scale = subresources.child("scale");
    if !scale.is_set() {
        return;
    }
    for (name, under, required) in [
        ("specReplicasPath", &[".spec."][..], true),
        ("statusReplicasPath", &[".status."], true),
        ("labelSelectorPath", &[".spec.", ".status."], false),
    ] {
        let field = scale.child(name);
        let value = text(&field);
        if value.is_empty() {
            if required {
                let message = format!("the scale subresource needs `{name}`");
                fault(cx, &field, ErrorType::Required, message).help(format!("add `{name}`"));
            }
        } else if simple_path(&field, &value, cx)
            && !under.iter().any(|start| value.starts_with(start))
            && !cx.is_unrendered(&value)
        {
            let message = format!("`{name}` must lead to a field below `{}`", under.join("` or `"));
            fault(cx, &field, ErrorType::Invalid, message).help("write the path of the field");
        }
    }
}

fn columns<'t>(columns: &Field<'_, 't>, cx: &mut Cx<'t>) {
    const TYPES: [&str; 5] = ["boolean", "date", "integer", "number", "string"];
    const FORMATS: [&str; 8] = [
        "byte",
        "date",
        "date-time",
        "double",
        "float",
        "int32",
        "int64",
        "password",
    ];
    for column in columns.items() {
        let (name, kind, format) = (column.child("name"), column.child("type"), column.child("format"));
        if text(&name).is_empty() {
            fault(cx, &name, ErrorType::Required, "a column needs a name").help("add `name`");
        }
        let value = text(&kind);
        if value.is_empty() {
            fault(cx, &kind, ErrorType::Required, "a column needs a type")
                .help("add `type: string`, or another");
        } else if !TYPES.contains(&&*value) && !cx.is_unrendered(&value) {
            let message = format!("{} is no type of a column", crate::quote::quote(&value));
            fault(cx, &kind, ErrorType::Invalid, message).help(choose(&TYPES, &value));
        }
        let value = text(&format);
        if !value.is_empty() && !FORMATS.contains(&&*value) && !cx.is_unrendered(&value) {
            let message = format!("{} is no format of a column", crate::quote::quote(&value));
            fault(cx, &format, ErrorType::Invalid, message).help(choose(&FORMATS, &value));
        }
        // The server's own form has another name for it.
        let path = column.renamed("JSONPath", &column.child("jsonPath"));
        let value = text(&path);
        if value.is_empty() {
            fault(
                cx,
                &path,
                ErrorType::Required,
                "a column needs the path of its value",
            )
            .help("add `jsonPath`")
            .follows(column.child("JSONPath").key_node().map(|key| key.span()));
        } else {
            simple_path(&path, &value, cx);
        }
    }
}

const UNDECLARED: &str = "fields can be selected by only where a schema declares them";

/// Where the server holds the schema that fields are looked for in.
#[derive(Clone, Copy)]
enum Held {
    /// With the fields, for all versions.
    Top,
    /// With the fields, for one version.
    Own,
    /// For all versions, where the fields of one version do not find it.
    Elsewhere,
}

fn selectable<'t>(fields: &Field<'_, 't>, schema: &Field<'_, 't>, held: Held, cx: &mut Cx<'t>) {
    if cx.kube().minor() < 30 || !fields.is_filled() {
        return;
    }
    let (is_set, message, help) = match held {
        Held::Top => (schema.is_set(), UNDECLARED, "add the schema"),
        Held::Own => (
            schema.child("openAPIV3Schema").is_set(),
            UNDECLARED,
            "add the schema",
        ),
        Held::Elsewhere => (
            false,
            "versions of one schema can only share the fields that are selected by, too",
            "write the same `selectableFields` into every version",
        ),
    };
    if !is_set {
        fault(cx, fields, ErrorType::Invalid, message).help(help);
        return;
    }
    let Some(root) = schema.child("openAPIV3Schema").value() else {
        return;
    };
    let mut seen = HashSet::new();
    for item in fields.items() {
        let path = item.child("jsonPath");
        let value = text(&path);
        if value.is_empty() {
            fault(
                cx,
                &path,
                ErrorType::Required,
                "the path of the field is required",
            )
            .help("add `jsonPath`");
            continue;
        }
        if cx.is_unrendered(&value) {
            continue;
        }
        let Some(found) = crd_schema::find(root, &value, false) else {
            let message = "the path leads to no field of the schema";
            fault(cx, &path, ErrorType::Invalid, message).help("write it as `.spec.name`, without lists");
            continue;
        };
        if value.starts_with(".metadata.") || value == ".metadata" {
            fault(
                cx,
                &path,
                ErrorType::Invalid,
                "fields of metadata cannot be selected by here",
            )
            .help("remove it");
        }
        let kind = found.get("type").and_then(|kind| kind.str());
        if !matches!(kind.as_deref(), Some("string" | "boolean" | "integer")) {
            let message = "only a string, boolean or integer can be selected by";
            fault(cx, &path, ErrorType::Invalid, message).help("choose a field of such a type");
        }
        if !seen.insert(value) {
            fault(
                cx,
                &path,
                ErrorType::Duplicate,
                "the field stands in the list already",
            )
            .help("remove one of them");
        }
    }
    if seen.len() > 8 {
        let message = format!("{} fields can be selected by, more than 8", seen.len());
        fault(cx, fields, ErrorType::TooMany, message).help("keep 8 of them at the most");
    }
}

fn conversion<'t>(spec: &Field<'_, 't>, preserve: bool, cx: &mut Cx<'t>) {
    let conversion = spec.child("conversion");
    if !conversion.is_set() {
        return;
    }
    let strategy = conversion.child("strategy");
    let value = text(&strategy);
    if preserve && value != "None" {
        let message = "with `preserveUnknownFields: true` nothing can be converted";
        fault(cx, &strategy, ErrorType::Invalid, message).help("remove `preserveUnknownFields`");
    }
    if value.is_empty() {
        fault(
            cx,
            &strategy,
            ErrorType::Required,
            "a conversion needs a strategy",
        )
        .help("add `strategy: Webhook`");
    } else if !matches!(&*value, "None" | "Webhook") && !cx.is_unrendered(&value) {
        let message = format!("{} is no strategy of conversion", crate::quote::quote(&value));
        fault(cx, &strategy, ErrorType::NotSupported, message).help("use `None` or `Webhook`");
    }
    let webhook = conversion.child("webhook");
    let client = conversion.renamed("webhookClientConfig", &webhook.child("clientConfig"));
    let versions = conversion.renamed(
        "conversionReviewVersions",
        &webhook.child("conversionReviewVersions"),
    );
    if value != "Webhook" {
        const HELP: &str = "set `strategy: Webhook`, or remove it";
        let message = "the server calls a webhook only with the strategy `Webhook`";
        if client.is_set() {
            fault(cx, &client, ErrorType::Forbidden, message).help(HELP);
        }
        if versions.is_filled() {
            fault(cx, &versions, ErrorType::Forbidden, message).help(HELP);
        }
        return;
    }
    if !client.is_set() {
        let message = "the strategy `Webhook` needs a webhook to call";
        fault(cx, &client, ErrorType::Required, message).help("add `webhook.clientConfig`");
    } else {
        webhooks::client_config(&client, cx);
    }
    webhooks::review_versions(&versions, cx);
}
