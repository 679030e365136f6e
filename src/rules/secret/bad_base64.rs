//! Values of `data` that are not base64, and how they came to be so.

use std::collections::HashMap;

use super::content::base64::{self, Fault};
use super::content::{is_text, locate};
use super::{DATA, Object};
use crate::diagnostic::{Edit, ErrorType};
use crate::edit;
use crate::placeholder;
use crate::rules::{Check, Cx};
use crate::source::Span;
use crate::yaml::tree::COOK;
use crate::yaml::{Entry, Node, Style};

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

const ENCODE: &str =
    "put the value under `stringData` as it is, or encode it: `printf %s VALUE | base64 -w0`";

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    let Some(data) = secret.root.get(DATA) else { return };
    let mut faulty = Vec::new();
    for (i, entry) in data.entries().enumerate() {
        let Some(text) = entry.value.str() else { continue };
        if let Err(fault) = base64::check(&text)
            && cx.unrendered_secret(&text).is_none()
        {
            faulty.push((i, entry, fault));
        }
    }
    if faulty.is_empty() {
        return;
    }
    // Of a repeated key the last value alone is decoded.
    let last: HashMap<_, _> = (data.entries().enumerate())
        .map(|(i, entry)| (entry.key.key_text(), i))
        .collect();
    for (i, entry, fault) in faulty {
        if last.get(&entry.key.key_text()) == Some(&i)
            && let Some(text) = entry.value.str()
        {
            report(entry, &text, fault, cx);
        }
    }
}

fn report<'t>(entry: Entry<'t>, text: &str, fault: Fault, cx: &mut Cx<'t>) {
    let node = entry.value;
    let cause = Cause::of(node, text, fault);
    let wrong = match fault {
        // A word may lack nothing but its padding; then no character of it is the wrong one.
        Fault::Short(..) | Fault::Single(_) if matches!(cause, Cause::PlainText | Cause::Placeholder) => None,
        Fault::Short(start, _) | Fault::Single(start) => {
            locate::locate_range(node, text, start, text.trim_end().len())
        }
        _ => locate::locate(node, text, fault.at()),
    };
    let key = cx.shown(entry.key);
    let message = format!(
        "the value of {key} {}: the API server decodes all of `data` and refuses this Secret",
        cause.what()
    );
    let report = cx
        .report(wrong.unwrap_or_else(|| node.span()), message)
        .help(cause.help())
        .refusal(ErrorType::Base64, "");
    let report = match wrong {
        Some(_) => report.label(cause.label()),
        None => report,
    };
    if let Some((title, edit)) = cause.fix(node, text) {
        let certain = match cause {
            Cause::Padding(missing) => certainly_meant(&padded(text, missing)),
            _ => true,
        };
        report.fix(title, certain, vec![edit]);
    } else if cause == Cause::PlainText
        && node.tag().is_empty()
        && !waits_for_base64(text)
        && let Some(edit) = edit::replace_scalar(node, &base64::encode(text.as_bytes()))
    {
        // It may be damaged base64 all the same, which looks like plain text when it is short.
        report.fix("encode the value", false, vec![edit]);
    }
}

/// What went wrong when the value was written.
#[derive(PartialEq, Eq, Debug)]
enum Cause {
    Placeholder,
    Tagged,
    Quoted,
    Padding(u8),
    Url,
    Folded,
    Space,
    Rest,
    Equals,
    Invisible,
    PlainText,
    Broken,
}

impl Cause {
    fn of(node: Node<'_>, text: &str, fault: Fault) -> Cause {
        if node.tag().ends_with("binary") {
            return Cause::Tagged;
        }
        if placeholder::form_of_secret(text).is_some() {
            return Cause::Placeholder;
        }
        let bare = text.trim();
        if bare.len() > 2 && bare.starts_with(['"', '\'']) && bare.ends_with(['"', '\'']) {
            return Cause::Quoted;
        }
        if let Fault::Short(_, missing) = fault
            && meant(&padded(text, missing))
        {
            return Cause::Padding(missing);
        }
        if text.contains(['-', '_']) {
            let standard: String = text.replace('-', "+").replace('_', "/");
            let missing = (4 - standard.trim_end_matches('=').trim().len() % 4) % 4;
            if meant(&standard) || meant(&padded(standard.trim(), missing as u8)) {
                return Cause::Url;
            }
        }
        let blank = |c: char| c == ' ' || c == '\t';
        if text.contains(blank) && meant(&text.replace(blank, "")) {
            return if locate::is_folded(node) {
                Cause::Folded
            } else {
                Cause::Space
            };
        }
        if text.contains(|c: char| !c.is_ascii() && (c.is_whitespace() || is_invisible(c))) {
            return Cause::Invisible;
        }
        match fault {
            Fault::Rest(at) if text[at..].trim_matches(['=', '\r', '\n']).is_empty() => Cause::Equals,
            Fault::Rest(at) if at >= 4 && text[..at].bytes().any(|b| b == b'=') => Cause::Rest,
            Fault::Padding(at) if at >= 4 && text[at..].trim_matches(['=', '\r', '\n']).is_empty() => {
                Cause::Equals
            }
            _ if text.len() > 60 && looks_encoded(text) => Cause::Broken,
            _ => Cause::PlainText,
        }
    }

    fn what(&self) -> &'static str {
        match self {
            Cause::Placeholder => "is a placeholder that nobody filled in, not base64",
            Cause::Tagged => "is decoded by its tag `!!binary` already, so that what is left is not base64",
            Cause::Quoted => "has quotes inside its quotes, which are not base64",
            Cause::Padding(_) => "is base64 without its padding",
            Cause::Url => "is base64 of the kind for URLs, with `-` and `_` in place of `+` and `/`",
            Cause::Folded => "is base64 folded over lines, and each line break becomes a space",
            Cause::Space => "is base64 with a space in it",
            Cause::Rest => "goes on after the `=` that ends its base64",
            Cause::Equals => "has too many `=` at its end to be base64",
            Cause::Invisible => "has an invisible character in it, which is not base64",
            Cause::PlainText => "is not base64, it looks like plain text",
            Cause::Broken => "is damaged base64",
        }
    }

    fn label(&self) -> &'static str {
        match self {
            Cause::Padding(1) => "one `=` is missing after this",
            Cause::Padding(_) => "two `=` are missing after this",
            Cause::Folded => "a space stands before this",
            _ => "the first wrong character",
        }
    }

    fn help(&self) -> &'static str {
        match self {
            Cause::Placeholder => {
                "fill it in with the base64 of the value, or with the value itself under `stringData`"
            }
            Cause::Tagged => "leave the tag out: `data` takes base64 as a plain string",
            Cause::Quoted => "remove one pair of quotes",
            Cause::Padding(1) => "append `=`",
            Cause::Padding(_) => "append `==`",
            Cause::Url => "replace `-` by `+` and `_` by `/`, and pad with `=` to a multiple of four",
            Cause::Folded => "use a block scalar with `|`, whose line breaks base64 allows, or one line",
            Cause::Space => "remove the space",
            Cause::Rest => "remove what follows, or encode all of the value at once",
            Cause::Equals => "remove an `=`",
            Cause::Invisible => "retype the value; such characters come with copied text",
            Cause::PlainText => ENCODE,
            Cause::Broken => "copy the value again, or encode it anew: `base64 -w0 < FILE`",
        }
    }

    /// An edit, where one mends the whole value.
    fn fix(&self, node: Node<'_>, text: &str) -> Option<(&'static str, Edit)> {
        let raw = node.raw();
        if node.resolved() != node {
            return None;
        }
        match self {
            Cause::Padding(missing) if raw.flags & COOK == 0 && text.trim_end().len() == text.len() => {
                let quote = u32::from(raw.style != Style::Plain);
                let at = raw.end - quote;
                let edit = Edit {
                    span: Span::new(at, at),
                    text: "=".repeat(usize::from(*missing)),
                };
                Some(("add the missing padding", edit))
            }
            // Blanks within its lines would remain.
            Cause::Folded
                if raw.style == Style::Folded
                    && (node.source().lines().skip(1))
                        .all(|line| !line.trim_start().contains([' ', '\t'])) =>
            {
                let edit = Edit {
                    span: Span::new(raw.start, raw.start + 1),
                    text: "|".into(),
                };
                Some(("keep the line breaks", edit))
            }
            _ => None,
        }
    }
}

fn padded(text: &str, missing: u8) -> String {
    let mut padded = text.to_string();
    padded.extend(std::iter::repeat_n('=', usize::from(missing)));
    padded
}

/// Whether a text is base64 that somebody made: it decodes to text, or it is too long and too mixed for a word.
fn meant(text: &str) -> bool {
    base64::decode(text).is_ok_and(|bytes| !bytes.is_empty() && (is_text(&bytes) || looks_encoded(text)))
}

/// Whether a text that lacks its padding is base64 beyond doubt. `S3cret` is no less base64 than a word, and a random
/// password of any length decodes to bytes; that so many of them are text does not happen by chance.
fn certainly_meant(padded: &str) -> bool {
    padded.len() >= 24 && base64::decode(padded).is_ok_and(|bytes| is_text(&bytes))
}

/// Long, with digits and letters of both cases throughout, and without the blanks of prose.
fn looks_encoded(text: &str) -> bool {
    let digits = text.bytes().filter(|&b| base64::is_digit(b)).count();
    let has = |class: fn(&u8) -> bool| text.as_bytes().iter().any(class);
    digits >= 24
        && digits * 20 >= text.len() * 19
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
}

/// Whether base64 is meant to stand here one day: it was shortened for show, `MIIC2DCC…`, or is only spoken of,
/// `REPLACE_WITH_BASE64`.
fn waits_for_base64(text: &str) -> bool {
    if text.to_ascii_lowercase().contains("base64") {
        return true;
    }
    let digits: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    (text.contains("...") || text.contains('…')) && looks_encoded(&digits)
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{self, Tree};

    fn cause(text: &str) -> Cause {
        let mut tree = Tree::default();
        yaml::parse(text, &[], &mut tree);
        let node = Node::root(text, &tree, &tree.chunks[0]).and_then(|root| root.get("a"));
        let node = node.expect("a value");
        let value = node.str().expect("a string");
        let fault = base64::check(&value).expect_err("a fault");
        Cause::of(node, &value, fault)
    }

    #[test]
    fn plain_text_is_told_from_what_stands_for_base64() {
        let long = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";
        for text in [
            "REPLACE_WITH_BASE64",
            &format!("{long}..."),
            &format!("{long} … {long}"),
        ] {
            assert!(waits_for_base64(text), "{text}");
        }
        for text in ["hunter2!", "wait...", "-----BEGIN CERTIFICATE-----\nMIIE"] {
            assert!(!waits_for_base64(text), "{text}");
        }
    }

    #[test]
    fn tells_how_the_value_came_to_be_so() {
        for (text, expected) in [
            ("a: hunter2", Cause::PlainText),
            ("a: my-password", Cause::PlainText),
            ("a: correct horse", Cause::PlainText),
            ("a: secret", Cause::PlainText), // decodes with padding, but not to text
            ("a: REPLACE_WITH_BASE64", Cause::PlainText),
            ("a: '{\"b\": 1}'", Cause::PlainText),
            ("a: 5f4dcc3b-5aa7-65d6-1d83-27deb882cf99", Cause::PlainText),
            ("a: https://example.com/", Cause::PlainText),
            ("a: aGVsbG8", Cause::Padding(1)),
            ("a: aGVsbA", Cause::Padding(2)),
            ("a: aGVsbA=", Cause::Padding(1)),
            ("a: |\n  aGVsbG8\n", Cause::Padding(1)),
            ("a: Pj4-Pz8_", Cause::Url),
            ("a: Pj4-Pz8", Cause::Url),
            ("a: aGVs bG8=", Cause::Space),
            ("a: 'aGVsbG8= '", Cause::Space),
            ("a: >\n  aGVs\n  bG8=", Cause::Folded),
            ("a: aGVs\n  bG8=", Cause::Folded),
            ("a: aGVsbG8=aGVsbG8=", Cause::Rest),
            ("a: aGVsbG8==", Cause::Equals),
            ("a: aGVs=", Cause::Equals),
            ("a: '\"aGVsbG8=\"'", Cause::Quoted),
            ("a: aGVs\u{200b}bG8=", Cause::Invisible),
            ("a: aGVs\u{a0}bG8=", Cause::Invisible),
            ("a: !!binary aGVsbG8h", Cause::Tagged),
            ("a: <password>", Cause::Placeholder),
            ("a: ${PASSWORD}", Cause::Placeholder),
        ] {
            assert_eq!(cause(text), expected, "{text}");
        }
        let long = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC".repeat(4);
        assert_eq!(cause(&format!("a: {long}*{long}")), Cause::Broken);
        assert_eq!(cause(&format!("a: {long}A")), Cause::Broken);
    }
}
