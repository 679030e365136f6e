//! The formats of texts that have names.

use crate::formats::accepts;
use crate::names;

/// Whether a text is of a format; `None`: it cannot be told.
pub type Test = fn(&str) -> Option<bool>;

/// The format of a name.
pub(super) fn named(name: &str) -> Option<Test> {
    Some(match name {
        "dns1123Label" => |text| Some(names::dns1123_label(text).is_empty()),
        "dns1123Subdomain" => |text| Some(names::dns1123_subdomain(text).is_empty()),
        "dns1035Label" => |text| Some(names::dns1035_label(text).is_empty()),
        "qualifiedName" => |text| Some(names::qualified_name(text).is_empty()),
        "labelValue" => |text| Some(names::label_value(text).is_empty()),
        "dns1123LabelPrefix" => |text| Some(names::dns1123_label(&prefix(text)?).is_empty()),
        "dns1123SubdomainPrefix" => |text| Some(names::dns1123_subdomain(&prefix(text)?).is_empty()),
        "dns1035LabelPrefix" => |text| Some(names::dns1035_label(&prefix(text)?).is_empty()),
        "uri" => |text| accepts("uri", text),
        "uuid" => |text| accepts("uuid", text),
        "byte" => |text| accepts("byte", text),
        "date" => |text| accepts("date", text),
        "datetime" => |text| accepts("datetime", text),
        _ => return None,
    })
}

/// A prefix may end in a hyphen: the server puts a letter for it and for what stands before it.
fn prefix(text: &str) -> Option<String> {
    if !text.is_ascii() {
        return None;
    }
    Some(match text.strip_suffix('-') {
        Some(rest) if !rest.is_empty() => format!("{}a", rest.get(..rest.len() - 1)?),
        _ => text.into(),
    })
}
