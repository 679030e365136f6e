//! Placeholders: what stands in a manifest for a value that a tool, or a person, fills in before it is applied, and how
//! they are written. What makes a whole document a template, `manifest` says.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr2_iter, memchr3_iter};

/// How a placeholder is written, which tells who fills it in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// SOPS: `ENC[…]`
    Encrypted,
    /// argocd-vault-plugin: `<path:kv/data/shop#password>`
    Path,
    /// Helm, Argo and others: `{{ … }}`
    Template,
    /// envsubst, Flux: `${NAME}`
    Braces,
    /// kustomize, OpenShift: `$(NAME)`
    Parens,
    /// A person: `<your name here>`
    Person,
    /// envsubst: `$NAME`
    Variable,
    /// CMake, autoconf, Maven: `@NAME@`, `@project.version@`
    Property,
}

impl Form {
    /// The form in backquotes, for messages.
    pub(crate) fn shown(self) -> &'static str {
        match self {
            Form::Encrypted => "`ENC[…]` of SOPS",
            Form::Path => "`<path:…>`",
            Form::Template => "`{{ … }}`",
            Form::Braces => "`${…}`",
            Form::Parens => "`$(…)`",
            Form::Person => "`<…>`",
            Form::Variable => "`$NAME`",
            Form::Property => "`@NAME@`",
        }
    }
}

/// Bytes that a placeholder begins with; a table is quicker than as many comparisons.
static SIGNS: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    let signs = b"${<[@";
    while at < signs.len() {
        table[signs[at] as usize] = true;
        at += 1;
    }
    table
};

/// Whether a text holds a placeholder of a tool that fills manifests in before they are applied.
pub(crate) fn unrendered(text: &str) -> bool {
    form(text).is_some()
}

/// How the placeholder that a text holds is written; where forms are mixed, one of them.
pub(crate) fn form(text: &str) -> Option<Form> {
    // Nearly all texts are names without any of these.
    let first = text.bytes().position(|b| SIGNS[b as usize])?;
    form_from(text, first)
}

/// Whether a text is what templates of Go print for a value that is not set: nobody fills that in any more.
pub(crate) fn is_of_nothing(text: &str) -> bool {
    matches!(text.trim_end(), "<nil>" | "<no value>")
}

fn form_from(text: &str, first: usize) -> Option<Form> {
    let is_sign = |b: &u8| *b != b'[' && SIGNS[*b as usize];
    let may = match text.as_bytes()[first..] {
        [b'[', ref rest @ ..] => first == 3 || rest.iter().any(is_sign),
        _ => true,
    };
    if !may {
        return None;
    }
    let between = |open: &str, close: &str| {
        text.split_once(open)
            .is_some_and(|(_, rest)| rest.contains(close))
    };
    let form = if text.starts_with("ENC[") {
        Form::Encrypted
    } else if between("<path:", ">") {
        Form::Path
    } else if between("{{", "}}") {
        Form::Template
    } else if between("${", "}") {
        Form::Braces
    } else if between("$(", ")") {
        Form::Parens
    } else if text.starts_with('<') && text.trim_end().ends_with('>') && !is_of_nothing(text) {
        Form::Person
    } else if variables(text).next().is_some() {
        Form::Variable
    } else if properties(text).next().is_some() {
        Form::Property
    } else {
        return None;
    };
    Some(form)
}

/// The same for a value of a Secret. What looks like a variable may be a part of a password there, or of the hash of
/// one, unless it is the whole value.
pub(crate) fn form_of_secret(text: &str) -> Option<Form> {
    // In a Secret nothing else would be said of it.
    let form = form(text).or_else(|| is_of_nothing(text).then_some(Form::Person));
    form.filter(|form| !matches!(form, Form::Variable | Form::Property) || is_whole(text))
}

/// Where a text has variables without braces: `$NAME`.
///
/// Only capitals count. envsubst fills in `$name` as well, but manifests that have one mean something else by it:
/// variables of nginx, Grafana and Prometheus, keys of Argo CD's Secret, directives of patches. And `$$NAME` and
/// `\$NAME` are how many tools write a plain `$`.
fn variables(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some(found) = memchr(b'$', &bytes[from..]) {
            let at = from + found;
            let escaped = at > 0 && bytes[at - 1] == b'\\';
            let doubled = bytes.get(at + 1) == Some(&b'$');
            from = if doubled { at + 2 } else { at + 1 };
            if let Some(len) = variable(&bytes[at + 1..])
                && !escaped
            {
                from += len;
                return Some(at..from);
            }
        }
        None
    })
}

/// The length of the name of a variable that a text starts with.
fn variable(text: &[u8]) -> Option<usize> {
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let len = text.iter().position(|b| !is_part(b)).unwrap_or(text.len());
    let name = &text[..len];
    let starts = name.first().is_some_and(|b| !b.is_ascii_digit());
    (starts && is_in_capitals(name)).then_some(len)
}

/// Where a text has properties between two `@`; those in a row may share one.
fn properties(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    memchr_iter(b'@', bytes).filter_map(|at| Some(at..at + property(&bytes[at..])?))
}

/// The length of a property that a text starts with: `@NAME@`, or in any case with a dot, `@project.version@`. A word
/// of small letters may as well be of an address: `user@realm@host`.
fn property(text: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(b"@")?;
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let len = rest
        .iter()
        .position(|b| !is_part(b))
        .filter(|len| rest[*len] == b'@')?;
    let name = &rest[..len];
    let starts = name
        .first()
        .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    let ends = name
        .last()
        .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    (starts && ends && (is_in_capitals(name) || name.contains(&b'.'))).then_some(len + 2)
}

/// Whether all letters of a name are capitals, of which it has one at least.
fn is_in_capitals(name: &[u8]) -> bool {
    name.iter().any(u8::is_ascii_uppercase) && !name.iter().any(u8::is_ascii_lowercase)
}

/// Whether a text starts with a word that is `@NAME@`, with which no plain value of YAML can begin. Something else that
/// happens to stand between two `@` is a fault, and one that is to be told: only capitals count, and Maven's own names.
pub(crate) fn is_bare_property(text: &str) -> bool {
    let Some(len) = property(text.as_bytes()) else {
        return false;
    };
    let (found, rest) = text.split_at(len);
    let name = found.trim_matches('@');
    let known = ["env.", "pom.", "project.", "settings."];
    let is_known =
        !name.contains(|c: char| c.is_ascii_lowercase()) || known.iter().any(|start| name.starts_with(start));
    is_known
        && rest
            .chars()
            .next()
            .is_none_or(|c| c.is_whitespace() || "\"',]}/:-.".contains(c))
}

/// Whether a text shouts like `APP_NAME` or `REPLACEME-ingress`: where capitals are wrong it waits for somebody.
pub(crate) fn is_loud(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_uppercase() && c != '_')
        .filter(|word| !SPELLED_OUT.contains(word))
        .any(|word| word.bytes().filter(u8::is_ascii_uppercase).count() >= 4)
}

/// Words that people write in capitals because they stand for several.
const SPELLED_OUT: [&str; 10] = [
    "CRUD", "GRPC", "HTTP", "HTTPS", "JSON", "LDAP", "MQTT", "REST", "SMTP", "YAML",
];

/// Whether a text that no rule would allow has a part such as `<env>` or `%ENV%` in it.
pub(crate) fn has_gap(text: &str) -> bool {
    let between = |open: char, close: char| {
        let inner = text.split_once(open).and_then(|(_, rest)| rest.split_once(close));
        inner.is_some_and(|(inner, _)| !inner.is_empty() && !inner.contains(char::is_whitespace))
    };
    between('<', '>') || between('%', '%')
}

/// Whether a text is nothing but a placeholder: one line, from its opening to its closing sign.
pub(crate) fn is_whole(text: &str) -> bool {
    let text = text.trim();
    if text.starts_with("ENC[") {
        return text.ends_with(']');
    }
    let first = variables(text).next().or_else(|| properties(text).next());
    if first.is_some_and(|found| found == (0..text.len())) {
        return true;
    }
    let inner = [("${", "}"), ("{{", "}}"), ("$(", ")"), ("<", ">")]
        .iter()
        .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
    inner.is_some_and(|inner| {
        inner.starts_with("path:")
            || inner.len() <= 80 && !inner.contains(['\n', '<', '>', '/', '{', '}', '(', ')', '='])
    })
}

/// Whether a file has the beginning of anything that [`unrendered`] knows: few have any.
pub(crate) fn may_be_in(text: &[u8]) -> bool {
    // What is written by its number may be any of them.
    let escaped = |at: usize| matches!(text.get(at + 1), Some(b'u' | b'U' | b'x'));
    begins(text).next().is_some() || memchr_iter(b'\\', text).any(escaped)
}

/// Where placeholders may begin in a text, out of order: nearly nowhere, and this is fast.
pub(crate) fn begins(text: &[u8]) -> impl Iterator<Item = usize> {
    let opens = memchr3_iter(b'$', b'{', b'<', text).filter(|at| match text[*at] {
        b'$' => matches!(text.get(at + 1), Some(b'{' | b'(' | b'_' | b'A'..=b'Z')),
        b'{' => text.get(at + 1) == Some(&b'{'),
        _ => true,
    });
    let others = memchr2_iter(b'[', b'@', text).filter_map(|at| match text[at] {
        b'[' => text[..at].ends_with(b"ENC").then(|| at - 3),
        _ => property(&text[at..]).map(|_| at),
    });
    opens.chain(others)
}

/// The text around the placeholders of a name.
pub(crate) fn around(name: &str) -> (&str, &str) {
    let opens = name.find(['$', '{', '<', '%']);
    let property = properties(name).next().map(|found| found.start);
    let first = opens.into_iter().chain(property).min().unwrap_or(0);
    let closes = name.rfind(['}', '>', ')', '%']).map(|at| at + 1);
    let variable = variables(name).last().map(|found| found.end);
    let property = properties(name).last().map(|found| found.end);
    let last = closes.into_iter().chain(variable).chain(property).max();
    (&name[..first], &name[last.unwrap_or(name.len())..])
}

#[cfg(test)]
mod tests;
