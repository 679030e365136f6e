//! Host names: what is wrong with one, in words.

use crate::diagnostic::ErrorType::Invalid;
use crate::edit;
use crate::manifest::Field;
use crate::names;
use crate::placeholder;
use crate::rules::Cx;

/// Reports what keeps a host, plain or with a wildcard, from being a DNS name.
pub(super) fn report_faults<'t>(field: &Field<'_, 't>, what: &str, host: &str, cx: &mut Cx<'t>) {
    let faults = if host.contains('*') {
        names::wildcard_subdomain(host)
    } else {
        names::dns1123_subdomain(host)
    };
    for fault in faults {
        let shown = super::shown(field, cx);
        // A fault of length stands for itself; one of shape is told in detail.
        if fault.starts_with("is longer") {
            cx.report_at(field, format!("the {what} {shown} {fault}, the limit of DNS"))
                .refusal(Invalid, field.path())
                .help("use a shorter name");
            continue;
        }
        let diagnosis = diagnose(host);
        let has = join(&diagnosis.faults);
        let fix = diagnosis
            .meant
            .as_ref()
            .zip(field.value())
            .and_then(|(meant, value)| edit::replace_scalar(value, meant));
        let help = match diagnosis.meant {
            Some(meant) => format!("write {}", super::quote(&meant)),
            None => diagnosis.advice.to_string(),
        };
        let report = cx
            .report_at(field, format!("the {what} {shown} is no DNS name: it {has}"))
            .refusal(Invalid, field.path())
            .help(help);
        if let Some(edit) = fix {
            report.fix("leave the bare host name", !diagnosis.drops_path, vec![edit]);
        }
    }
}

/// What is wrong with a host of bad shape.
struct Diagnosis {
    /// Phrases that read well after "it".
    faults: Vec<&'static str>,
    /// The host that was probably meant.
    meant: Option<String>,
    /// Whether that leaves out a path, which may belong elsewhere.
    drops_path: bool,
    /// What to do when that cannot be told.
    advice: &'static str,
}

fn diagnose(host: &str) -> Diagnosis {
    let mut faults = Vec::new();
    let mut advice = "a host is a DNS name: letters, digits and `-`, in parts joined by dots";
    let mut rest = host.trim();
    if rest.is_empty() {
        let advice = "write the host name, or take the entry out";
        return Diagnosis {
            faults: vec!["is empty"],
            meant: None,
            drops_path: false,
            advice,
        };
    }
    if rest.contains("__") || rest.contains('<') && rest.contains('>') {
        let faults = vec!["still holds a placeholder"];
        let advice = "fill in the name that the placeholder stands for";
        return Diagnosis {
            faults,
            meant: None,
            drops_path: false,
            advice,
        };
    }
    if placeholder::is_loud(rest) {
        return Diagnosis {
            faults: vec!["has upper-case letters"],
            meant: None,
            drops_path: false,
            advice: "it looks like a placeholder: fill it in; a real host is written in lower case",
        };
    }
    let mut drops_path = false;
    if rest.len() != host.len() {
        faults.push("has blanks around it");
    }
    if let Some((_, after)) = rest.split_once("://") {
        faults.push("has a scheme");
        rest = after;
    }
    if let Some((before, path)) = rest.split_once(['/', '?', '#']) {
        drops_path = !path.is_empty();
        faults.push("has a path, which belongs under `paths`");
        rest = before;
    }
    if let Some((before, port)) = rest.split_once(':')
        && port.bytes().all(|b| b.is_ascii_digit())
    {
        faults.push("has a port; the controller listens on the ports that it is set up with");
        rest = before;
    }
    if let Some(before) = rest.strip_suffix('.') {
        faults.push("ends with a dot");
        rest = before;
    }
    if rest.bytes().any(|b| b.is_ascii_uppercase()) {
        faults.push("has upper-case letters");
    }
    let mut meant = rest.to_ascii_lowercase();
    let domain = meant.strip_prefix("*.").unwrap_or(&meant);
    if domain.contains('*') {
        faults.push("has a `*` that is not its whole first part");
        advice = if meant == "*" {
            "name the domain, `*.example.com`; a rule without `host` matches every host"
        } else {
            "let the wildcard be the whole first part, `*.example.com`"
        };
    }
    if domain.contains('_') {
        faults.push("has an underscore");
        advice = "give the host a name without `_`; `-` may stand in its place";
    }
    if domain.contains([' ', '\t', '\n', '\r']) {
        faults.push("has a blank in it");
    }
    if !domain.is_ascii() {
        faults.push("has letters that are not ASCII");
        advice = "write the name in its ASCII form (punycode, `xn--…`)";
    }
    let other = |b: u8| {
        b.is_ascii_punctuation() && !b"*_-.".contains(&b) || b.is_ascii_control() && !b"\t\r\n".contains(&b)
    };
    if domain.bytes().any(other) {
        faults.push("has a character other than letters, digits, `-` and `.`");
    }
    if domain.split('.').any(str::is_empty) {
        faults.push("has an empty part before, after or between dots");
    }
    if domain
        .split('.')
        .any(|part| part.starts_with('-') || part.ends_with('-'))
    {
        faults.push("has a part that starts or ends with `-`");
    }
    let well = if meant.contains('*') {
        names::wildcard_subdomain(&meant)
    } else {
        names::dns1123_subdomain(&meant)
    };
    if names::is_ip_sloppy(meant.trim_matches(['[', ']'])) {
        advice =
            "write the DNS name that leads to the address; a rule without `host` answers on every address";
        meant.clear();
    }
    let meant = (well.is_empty() && !meant.is_empty()).then_some(meant);
    Diagnosis {
        faults,
        meant,
        drops_path,
        advice,
    }
}

/// `a, b and c`
fn join(phrases: &[&str]) -> String {
    match phrases {
        [] => String::from("is not made of letters, digits and `-` in parts joined by dots"),
        [one] => (*one).to_string(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_of_shape_has_words() {
        for (host, meant, words) in [
            ("https://Shop.example.com:443/x", Some("shop.example.com"), 4),
            ("shop.example.com.", Some("shop.example.com"), 1),
            (" shop.example.com\n", Some("shop.example.com"), 1),
            ("*.Example.com", Some("*.example.com"), 1),
            ("1.2.3.4:80", None, 1),
            ("[::1]", None, 1),
            ("a_b.example.com", None, 1),
            ("a..b", None, 1),
            (".a", None, 1),
            ("-a.b", None, 1),
            ("*", None, 1),
            ("a.*.b", None, 1),
            ("münchen.de", None, 1),
            ("a b", None, 1),
            ("shop.<your domain>", None, 1),
            ("__HOST__", None, 1),
            ("a\u{7f}b", None, 1),
            ("", None, 1),
        ] {
            let found = diagnose(host);
            assert_eq!(found.meant.as_deref(), meant, "{host}");
            assert_eq!(found.faults.len(), words, "{host}: {:?}", found.faults);
        }
    }
}
