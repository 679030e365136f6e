//! Fields that by their names hold the name of a Secret.

use super::super::texts::{place, within};
use super::Guess;
use super::settings::of_container;
use crate::names;
use crate::placeholder::unrendered;
use crate::source::Span;
use crate::yaml::{Kind, Node};

/// Values that are looked through in one object; more are no manifest.
const MOST: u32 = 20_000;

/// How the names of fields end that hold the name of a Secret, or an object with it. The first may as well hold what
/// is secret itself: `clientSecret`.
const ONE: [&str; 8] = [
    "secret",
    "secretname",
    "secretref",
    "secretkeyref",
    "secretreference",
    "secretrefname",
    "credentialname",
    "defaultsslcertificate",
];
/// The same of those that end so, but name what makes a Secret, or have one made.
const NONE: [&str; 2] = ["externalsecretname", "servingcertsecretname"];
/// How the names of lists end that hold names of Secrets, or objects with them. Again the first may hold more.
const SEVERAL: [&str; 3] = ["secrets", "secretnames", "secretrefs"];
/// How those end that hold names, though they end in the words that leave it open.
const NAMES: [&str; 6] = [
    "existingsecret",
    "existingsecrets",
    "pullsecret",
    "pullsecrets",
    "tlssecret",
    "tlssecrets",
];

/// What stands in a text that has such a field.
const MARKS: [&[u8]; 9] = [
    b"ecret",
    b"ECRET",
    b"redential",
    b"REDENTIAL",
    b"ertificate",
    b"ERTIFICATE",
    b" $",
    b"'$",
    b"\"$",
];

/// Whether a text may have such a field at all: most have none.
pub(super) fn may_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    MARKS
        .iter()
        .any(|mark| memchr::memmem::find(bytes, mark).is_some())
}

/// Whether a field of this name holds the name of a Secret, or an object with it.
pub(super) fn names_one(key: &str) -> bool {
    ONE.iter().any(|end| ends(key, end)) && !NONE.iter().any(|end| ends(key, end))
}

/// Whether a field of this name holds names of Secrets, or objects with them.
pub(super) fn names_several(key: &str) -> bool {
    SEVERAL.iter().any(|end| ends(key, end))
}

/// Whether a text in a field of this name is a name for sure. Only then it may be told.
pub(super) fn holds_names(key: &str) -> bool {
    let named = NAMES.iter().chain(&ONE[1..]).chain(&SEVERAL[1..]);
    named.into_iter().any(|end| ends(key, end))
}

/// Whether a name ends in these words, whatever its case and what stands between them.
fn ends(key: &str, words: &str) -> bool {
    let letters = key.bytes().rev().filter(|byte| !matches!(byte, b'-' | b'_'));
    let mut letters = letters.map(|byte| byte.to_ascii_lowercase());
    words.bytes().rev().all(|word| letters.next() == Some(word))
}

/// Looks through all that stands below a node, and through the texts in it that are YAML themselves.
pub(super) fn scan(root: Node<'_>, out: &mut Vec<Guess>) {
    each_entry(root, |map, key, value| {
        // What was applied last stands there a second time.
        if !named(map, key, value, out) && key != "kubectl.kubernetes.io/last-applied-configuration" {
            embedded(value, out);
        }
    });
}

/// Calls `f` with each entry of each mapping below a node: the mapping, the key and the value.
pub(super) fn each_entry<'t>(root: Node<'t>, mut f: impl FnMut(Node<'t>, &str, Node<'t>)) {
    // What a controller reports names nothing that it needs.
    let reported = root
        .get("status")
        .map_or(0..0, |status| status.id()..status.raw().next);
    for id in (root.id()..root.raw().next).take(MOST as usize) {
        let node = root.with_id(id);
        if node.raw().kind != Kind::Map || reported.contains(&id) {
            continue;
        }
        for entry in node.raw_entries() {
            if let Some(key) = entry.key.key_text()
                && !reported.contains(&entry.value.id())
            {
                f(node, &key, entry.value);
            }
        }
    }
}

/// Whether an entry looks as if it named Secrets.
fn named(map: Node<'_>, key: &str, value: Node<'_>, out: &mut Vec<Guess>) -> bool {
    let start = out.len();
    if names_several(key) {
        value.items().for_each(|item| push(key, item, out));
    } else if names_one(key) {
        push(key, value, out);
    }
    of_container(key, value, out);
    referred(value, out);
    let found = out.len() > start;
    if found && is_optional(map) {
        out.truncate(start);
    }
    found
}

/// A text that stands for the key of a Secret, as in Argo CD's configuration: `$name:key`.
fn referred(value: Node<'_>, out: &mut Vec<Guess>) {
    if value.raw().kind == Kind::Scalar
        && memchr::memchr(b'$', value.bytes()).is_some()
        && let Some(text) = value.str()
        && let Some((secret, _)) = text.strip_prefix('$').and_then(|text| text.split_once(':'))
    {
        name(secret, value.span(), false, out);
    }
}

/// Looks through a text of several lines.
fn embedded(value: Node<'_>, out: &mut Vec<Guess>) {
    if value.raw().kind != Kind::Scalar || !may_name(value.source()) {
        return;
    }
    if let Some(text) = value.str().filter(|text| text.contains('\n')) {
        text_of(value, &text, out);
    }
}

/// Looks through a text that stands in a scalar.
pub(super) fn text_of(value: Node<'_>, text: &str, out: &mut Vec<Guess>) {
    if !may_name(text) {
        return;
    }
    let start = out.len();
    within(text, |root| {
        each_entry(root, |map, key, value| _ = named(map, key, value, out));
    });
    for guess in &mut out[start..] {
        guess.span = place(value.resolved(), &guess.name);
    }
}

/// A single value by its path: `auth.existingSecret`, `image.pullSecrets[0]`.
pub(super) fn parameter(path: &str, value: Node<'_>, out: &mut Vec<Guess>) {
    let last = path.rsplit('.').next().unwrap_or_default();
    let last = last.split('[').next().unwrap_or_default();
    if names_one(last) || names_several(last) {
        push(last, value, out);
    }
}

/// Looks through what a JSON patch puts at a path.
pub(in super::super) fn fragment(path: &str, value: Node<'_>, out: &mut Vec<Guess>) {
    let is_index = |step: &&str| step.bytes().all(|b| b.is_ascii_digit()) || *step == "-";
    let mut steps = path.rsplit('/').filter(|step| !is_index(step));
    let last = steps.next().unwrap_or_default();
    let is_reference = |step: &str| names_several(step) || names_one(step);
    if names_several(last) {
        value.items().for_each(|item| push(last, item, out));
    }
    // The whole reference, or its name alone.
    if is_reference(last) {
        push(last, value, out);
    } else if last == "name" && steps.next().is_some_and(is_reference) {
        push("secretName", value, out);
    }
    of_container(last, value, out);
    scan(value, out);
}

fn is_optional(map: Node<'_>) -> bool {
    map.get("optional").is_some_and(Node::is_true)
}

/// What stands in a field of this name: a name, or a mapping with one.
fn push(key: &str, value: Node<'_>, out: &mut Vec<Guess>) {
    if !value.is_map() {
        if let Some(text) = value.str() {
            name(&text, value.span(), holds_names(key), out);
        }
        return;
    }
    let Some(node) = value.get("name").filter(|_| !is_optional(value)) else {
        return;
    };
    let namespace = value.get("namespace").and_then(Node::str);
    if let Some(text) = node.str() {
        let start = out.len();
        name(&text, node.span(), true, out);
        let namespace = namespace.filter(|namespace| !unrendered(namespace));
        for guess in &mut out[start..] {
            guess.namespace = namespace.as_deref().unwrap_or(&guess.namespace).into();
        }
    }
}

/// A text that is a name, or a namespace and a name, unless it is what is secret itself.
pub(super) fn name(text: &str, span: Span, names: bool, out: &mut Vec<Guess>) {
    let (namespace, name) = text.split_once('/').unwrap_or(("", text));
    let is_name = |text: &str| !unrendered(text) && names::dns1123_subdomain(text).is_empty();
    if name.is_empty() || !is_name(name) {
        return;
    }
    let namespace = match namespace {
        "" => "",
        said if is_name(said) => said,
        said if unrendered(said) => super::ANYWHERE,
        _ => return,
    };
    out.push(Guess {
        name: name.into(),
        namespace: namespace.into(),
        object: 0,
        span,
        names,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_told_by_their_names() {
        for key in [
            "existingSecret",
            "secretName",
            "tls_secret",
            "TLS_SECRET_NAME",
            "wildcard-tls-secret",
            "tlsSecretName",
            "passwordSecretKeyRef",
            "credentialName",
            "CREDENTIAL_NAME",
            "credential_name",
            "default-ssl-certificate",
            "DEFAULT_SSL_CERTIFICATE",
            "defaultSslCertificate",
        ] {
            assert!(may_name(key) && names_one(key), "{key}");
        }
        for key in [
            "secretKey",
            "secrets",
            "secretProvider",
            "externalSecretName",
            "existingSecretKey",
            "ret",
            "",
        ] {
            assert!(!names_one(key), "{key}");
        }
        for key in [
            "existingSecret",
            "secretName",
            "imagePullSecrets",
            "TLS_SECRET",
            "secretRef",
        ] {
            assert!(holds_names(key), "{key}");
        }
        for key in ["clientSecret", "secret", "secrets", "NEXTAUTH_SECRET"] {
            assert!(!holds_names(key), "{key}");
        }
        assert!(names_several("imagePullSecrets") && names_several("IMAGE_PULL_SECRETS"));
        assert!(may_name("imagePullSecrets") && may_name("IMAGE_PULL_SECRETS"));
        assert!(names_several("secrets") && !names_several("secret"));
    }
}
