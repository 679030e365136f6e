//! Candidates for a lease.

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::names;
use crate::quote::quote;
use crate::validation::constraints::fault;

/// How the holder is chosen. The server reports it below the field.
pub fn strategy<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = field
        .text()
        .filter(|text| !text.is_empty() && !cx.is_unrendered(text))
    else {
        return;
    };
    let below = field.renamed("strategy", field);
    if text.contains('/') {
        for reason in names::qualified_name(&text) {
            fault(
                cx,
                &below,
                ErrorType::Invalid,
                format!("the strategy {} {reason}", quote(&text)),
            )
            .help("use a name such as `example.com/strategy`");
        }
    } else if text != "OldestEmulationVersion" {
        let message = format!("{} is no strategy that the server knows", quote(&text));
        fault(cx, &below, ErrorType::NotSupported, message).help("use `OldestEmulationVersion`");
    }
}

/// The versions of the binary and of what it emulates.
pub fn versions<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let (binary, emulated) = (spec.child("binaryVersion"), spec.child("emulationVersion"));
    let mut read = |field: &Field<'_, 't>| {
        let text = field.text().unwrap_or_default();
        if text.is_empty() || cx.is_unrendered(&text) {
            return None;
        }
        let version = parse(&text);
        if version.is_none() {
            let message = format!("{} is no semantic version", quote(&text));
            fault(cx, field, ErrorType::Invalid, message).help("write it as `1.36.0`");
        }
        Some(version.unwrap_or_default())
    };
    let (emulated_version, binary_version) = (read(&emulated), read(&binary));
    if let (Some(emulated), Some(own)) = (&emulated_version, &binary_version)
        && own.is_before(emulated)
    {
        let message = "the binary is older than the version that it emulates";
        fault(cx, &binary, ErrorType::Invalid, message).help("correct one of the two versions");
    }
    let oldest = spec
        .child("strategy")
        .text()
        .is_some_and(|strategy| strategy == "OldestEmulationVersion");
    let waits = emulated.text().is_some_and(|text| cx.is_unrendered(&text));
    if oldest && !waits && emulated_version.unwrap_or_default() == Version::default() {
        let message = "the strategy `OldestEmulationVersion` compares the versions that are emulated";
        fault(cx, &emulated, ErrorType::Required, message).help("add `emulationVersion`");
    }
}

#[derive(Default, PartialEq)]
struct Version {
    numbers: [u64; 3],
    pre: Vec<String>,
}

impl Version {
    fn is_before(&self, other: &Version) -> bool {
        if self.numbers != other.numbers {
            return self.numbers < other.numbers;
        }
        match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, _) => false,
            (false, true) => true,
            (false, false) => {
                for (a, b) in self.pre.iter().zip(&other.pre) {
                    let ordering = match (a.parse::<u64>(), b.parse::<u64>()) {
                        (Ok(a), Ok(b)) => a.cmp(&b),
                        (Ok(_), Err(_)) => std::cmp::Ordering::Less,
                        (Err(_), Ok(_)) => std::cmp::Ordering::Greater,
                        _ => a.cmp(b),
                    };
                    if ordering.is_ne() {
                        return ordering.is_lt();
                    }
                }
                self.pre.len() < other.pre.len()
            }
        }
    }
}

fn parse(text: &str) -> Option<Version> {
    let (text, build) = match text.split_once('+') {
        Some((text, build)) => (text, Some(build)),
        None => (text, None),
    };
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if build.is_some_and(|build| !build.split('.').all(word)) {
        return None;
    }
    let (core, pre) = match text.split_once('-') {
        Some((core, pre)) => (core, Some(pre)),
        None => (text, None),
    };
    let digits = |part: &str| {
        let right = !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'));
        if right { part.parse().ok() } else { None }
    };
    let mut parts = core.split('.');
    let numbers = [
        digits(parts.next()?)?,
        digits(parts.next()?)?,
        digits(parts.next()?)?,
    ];
    if parts.next().is_some() {
        return None;
    }
    let mut list = Vec::new();
    for part in pre.into_iter().flat_map(|pre| pre.split('.')) {
        let number = part.bytes().all(|b| b.is_ascii_digit());
        if !word(part) || (number && digits(part).is_none()) {
            return None;
        }
        list.push(part.to_string());
    }
    Some(Version { numbers, pre: list })
}

/// Whether a text is a semantic version.
pub(super) fn is_semantic(text: &str) -> bool {
    parse(text).is_some()
}
