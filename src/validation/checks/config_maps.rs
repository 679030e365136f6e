//! ConfigMaps.

use std::collections::HashSet;

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::fault;

/// A ConfigMap holds a mebibyte at the most.
const MOST: usize = 1024 * 1024;

/// The keys of a ConfigMap and its size.
pub fn data<'t>(map: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (data, binary) = (map.child("data"), map.child("binaryData"));
    // No escape is longer than half as much again, so a shorter text need not be cooked to be measured.
    let measured = map
        .value()
        .is_some_and(|v| v.is_indirect() || v.span().len() as usize > MOST / 2);
    let mut size = 0;
    let in_binary: HashSet<String> = binary.entries().map(|entry| entry.name().to_string()).collect();
    for entry in data.entries() {
        key(&entry, cx);
        if in_binary.contains(entry.name()) {
            let at = entry.handle();
            let message = format!("{} is a key of `binaryData` too", quote(entry.name()));
            fault(cx, &entry, ErrorType::Invalid, message)
                .at(at)
                .help("remove one of them");
        }
        if measured {
            size += entry.text().map_or(0, |text| text.len());
        }
    }
    for entry in binary.entries() {
        key(&entry, cx);
        if measured {
            size += entry.text().map_or(0, |text| decoded_length(&text));
        }
    }
    if size > MOST {
        let message = format!("the ConfigMap holds {size} bytes, more than {MOST}");
        fault(cx, map, ErrorType::TooLong, message)
            .refusal(ErrorType::TooLong, String::from("[]"))
            .help("split it, or put the data into a volume");
    }
}

fn key<'t>(entry: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if cx.is_unrendered(entry.name()) {
        return;
    }
    for reason in names::data_key(entry.name()) {
        let at = entry.handle();
        let message = format!(
            "{} is no valid key of a ConfigMap: it {reason}",
            quote(entry.name())
        );
        let help = match entry.entry().is_some_and(|entry| entry.lacks_blank()) {
            true => "put a blank behind the `:`",
            false => "use letters, digits, `-`, `_` and `.`: a key becomes the name of a file",
        };
        fault(cx, entry, ErrorType::Invalid, message).at(at).help(help);
    }
}

/// How many bytes base64 stands for.
fn decoded_length(text: &str) -> usize {
    let digits = text
        .bytes()
        .filter(|b| !matches!(b, b'\n' | b'\r' | b'='))
        .count();
    digits * 3 / 4
}
