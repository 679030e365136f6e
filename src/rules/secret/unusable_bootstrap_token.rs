//! Bootstrap tokens that no node can join with. The API server takes any; the authenticator does not.

use super::content::time;
use super::{Object, Value, is_whole, value};
use crate::formats::times::timestamp;
use crate::rules::{Check, Cx};
use crate::source::Span;

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

const ID: &str = "token-id";
const GROUPS: &str = "auth-extra-groups";
const USAGES: [&str; 2] = ["usage-bootstrap-authentication", "usage-bootstrap-signing"];

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    if !is_whole(secret, cx, "bootstrap.kubernetes.io/token") {
        return;
    }
    place(secret, cx);
    let id = token_part(secret, cx, ID, 6);
    token_part(secret, cx, "token-secret", 16);
    name(secret, cx, id.as_deref());
    usages(secret, cx);
    expiration(secret, cx);
    groups(secret, cx);
}

/// The text of a value that is judged: it decodes and is filled in.
fn text_of<'t>(value: &Value<'t>, cx: &Cx<'t>) -> Option<String> {
    let bytes = value.bytes().filter(|_| !value.is_unrendered_in_part(cx))?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn place<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    if let Some(namespace) = secret.path(&["metadata", "namespace"])
        && let Some(text) = namespace.str()
        && !text.is_empty()
        && text != "kube-system"
        && !cx.is_unrendered(&text)
    {
        cx.report(
            namespace.span(),
            "bootstrap tokens are looked up in the namespace `kube-system` only: nobody finds this one",
        )
        .help("set `namespace: kube-system`");
    }
}

/// One of the two parts of a token: so many lower-case letters and digits.
fn token_part<'t>(secret: &Object<'t>, cx: &mut Cx<'t>, key: &str, len: usize) -> Option<String> {
    let Some(value) = value(secret, key) else {
        let root = secret.fields();
        let span = root.child(super::DATA).place();
        cx.report(
            span,
            format!("this bootstrap token has no `{key}`: it cannot be used"),
        )
        .help(format!("add `{key}`: {len} lower-case letters and digits"));
        return None;
    };
    let text = text_of(&value, cx)?;
    if text.len() == len && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        return Some(text);
    }
    let why = if text.ends_with('\n') {
        ", and ends with a newline"
    } else {
        ""
    };
    cx.report(
        value.place(),
        format!(
            "`{key}` is not {len} lower-case letters and digits{why}: a token of this form cannot be used"
        ),
    )
    .help("make a token with `kubeadm token generate`");
    None
}

fn name<'t>(secret: &Object<'t>, cx: &mut Cx<'t>, id: Option<&str>) {
    let (Some(id), Some(node)) = (id, secret.path(&["metadata", "name"])) else {
        return;
    };
    let Some(name) = node.str().filter(|name| !cx.is_unrendered(name)) else {
        return;
    };
    if name.strip_prefix("bootstrap-token-") != Some(id) {
        cx.report(
            node.span(),
            "a bootstrap token is looked up by its name, `bootstrap-token-` and its `token-id`: nobody finds this one",
        )
        .help("rename the Secret, or correct `token-id`");
    }
}

fn usages<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    let mut allowed = false;
    let mut odd: Option<(&str, Span)> = None;
    for key in USAGES {
        let Some(value) = value(secret, key) else { continue };
        match text_of(&value, cx).as_deref() {
            None | Some("true") => allowed = true,
            Some("false" | "") => {}
            Some(_) => odd = odd.or(Some((key, value.place()))),
        }
    }
    if let Some((key, span)) = odd {
        cx.report(
            span,
            format!("`{key}` is not exactly `true`, the one value that allows this use"),
        )
        .help("write `true`, quoted under `stringData`, without a newline");
    } else if !allowed {
        let root = secret.fields();
        let span = root.child(super::DATA).place();
        cx.report(
            span,
            "this bootstrap token allows no use: neither `usage-bootstrap-authentication` nor \
             `usage-bootstrap-signing` is `true`",
        )
        .help("set `usage-bootstrap-authentication: \"true\"` under `stringData`");
    }
}

fn expiration<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    let Some(value) = value(secret, "expiration") else {
        return;
    };
    let Some(text) = text_of(&value, cx).filter(|text| !text.is_empty()) else {
        return;
    };
    // In seconds, as the clock is.
    let end = timestamp(&text).and_then(|nanos| i64::try_from(nanos.div_euclid(1_000_000_000)).ok());
    match (end, cx.settings.now) {
        (None, _) => {
            cx.report(
                value.place(),
                "`expiration` is not a time as in RFC 3339, so that the token counts as expired",
            )
            .help("write it like `2030-01-31T12:00:00Z`, without a newline");
        }
        (Some(end), Some(now)) if end < now => {
            cx.report(
                value.place(),
                format!(
                    "this bootstrap token expired on {}: the cluster deletes it and no node can join with it",
                    time::date(end)
                ),
            )
            .help("make a new token, or leave `expiration` out");
        }
        _ => {}
    }
}

fn groups<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    let Some(value) = value(secret, GROUPS) else {
        return;
    };
    let Some(text) = text_of(&value, cx).filter(|text| !text.is_empty()) else {
        return;
    };
    if !text.split(',').all(is_group) {
        cx.report(
            value.place(),
            format!(
                "`{GROUPS}` holds a name that is no group for bootstrap tokens: authentication with the token fails"
            ),
        )
        .help(
            "write groups as `system:bootstrappers:NAME`, of lower-case letters, digits, `:` and `-`, with \
             commas and no blanks between them",
        );
    }
}

/// `system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]`
fn is_group(text: &str) -> bool {
    text.strip_prefix("system:bootstrappers:").is_some_and(|name| {
        (1..=256).contains(&name.len())
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b':' | b'-'))
            && !name.ends_with([':', '-'])
    })
}
