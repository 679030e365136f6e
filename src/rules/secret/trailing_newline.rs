//! A newline at the end of a password becomes part of the password.

use super::{Object, values};
use crate::diagnostic::Edit;
use crate::rules::{Check, Cx};
use crate::source::Span;
use crate::yaml::Style;

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

/// How the names of keys end whose values are used as they are, to the last byte.
const ENDINGS: [&str; 13] = [
    "password",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "token",
    "secret",
    "username",
    "user",
    "login",
    "key",
    "clientid",
    "dsn",
];

/// What keys are called that are files although they end so: an SSH key even needs its last newline.
const FILES: [&str; 8] = [
    "private",
    "public",
    "ssh",
    "known",
    "cert",
    "htpasswd",
    "pgpass",
    "authorizedkey",
];

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    for value in values(secret) {
        let Some(key) = value.entry.key.key_text() else {
            continue;
        };
        if !hurts(&key) || value.is_unrendered(cx) {
            continue;
        }
        let Some(bytes) = value.bytes() else { continue };
        let line = bytes.strip_suffix(b"\n");
        let line = line.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        // More lines than one are a file, which ends with a newline as files do.
        let Some(line) = line.filter(|line| !line.is_empty() && !line.contains(&b'\n')) else {
            continue;
        };
        if line.starts_with(b"-----") || line.starts_with(b"ssh-") || line.starts_with(b"{") {
            continue;
        }
        let shown = cx.shown(value.entry.key);
        let node = value.entry.value;
        let message = format!(
            "the value of {shown} ends with a newline, which becomes part of it: compared to the byte, it is another value"
        );
        if !value.text {
            cx.report(value.place(), message)
                .help("encode it without the newline: `printf %s VALUE | base64`, or `echo -n`");
            continue;
        }
        let report = cx.report(value.place(), message);
        match (node.style(), node.resolved() == node) {
            (Style::Literal | Style::Folded, true) => {
                let indicator = Span::new(node.raw().start, node.raw().start + 1);
                let header = node.source().lines().next().unwrap_or_default();
                let report = report.help("write `|-`, which leaves the last newline out");
                if header.len() == 1 {
                    let edit = Edit {
                        span: Span::new(indicator.end, indicator.end),
                        text: "-".into(),
                    };
                    report.fix("leave the last newline out", false, vec![edit]);
                }
            }
            _ => {
                report.help("remove the newline from the end of the value");
            }
        }
    }
}

/// Whether a newline at the end of the value of this key does harm: a credential, not a file.
fn hurts(key: &str) -> bool {
    let name: String = key
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit());
    !key.contains('.')
        && ENDINGS.iter().any(|ending| bare.ends_with(ending))
        && !FILES.iter().any(|word| name.contains(word))
        && name != "passwd"
}

#[cfg(test)]
mod tests {
    use super::hurts;

    #[test]
    fn knows_credentials_from_files() {
        for key in [
            "password",
            "DB_PASSWORD",
            "rootPassword2",
            "api-key",
            "ACCESS_KEY",
            "ClientSecret",
        ] {
            assert!(hurts(key), "{key}");
        }
        for key in [
            "ssh-privatekey",
            "id_rsa",
            "users",
            "auth",
            "config",
            "token.json",
            "ssh-publickey",
            "keys",
        ] {
            assert!(!hurts(key), "{key}");
        }
    }
}
