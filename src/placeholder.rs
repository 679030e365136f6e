//! Placeholders: what stands in a manifest for a value that a tool, or a person, fills in before it is applied. All
//! that kubeproof knows of how they are written is here.

use memchr::{memchr_iter, memchr3_iter};

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
        }
    }
}

/// Bytes that a placeholder begins with; a table is quicker than as many comparisons.
static SIGNS: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    let signs = b"${<[";
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

/// How the placeholder that a text holds is written; of several, the one that says most.
pub(crate) fn form(text: &str) -> Option<Form> {
    // Nearly all texts are names without any of these.
    let first = text.bytes().position(|b| SIGNS[b as usize])?;
    form_from(text, first)
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
    } else if text.starts_with('<') && text.trim_end().ends_with('>') {
        Form::Person
    } else {
        return None;
    };
    Some(form)
}

/// Whether a text is nothing but a placeholder: one line, from its opening to its closing sign.
pub(crate) fn is_whole(text: &str) -> bool {
    let text = text.trim();
    if text.starts_with("ENC[") {
        return text.ends_with(']');
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
        b'$' => matches!(text.get(at + 1), Some(b'{' | b'(')),
        b'{' => text.get(at + 1) == Some(&b'{'),
        _ => true,
    });
    let encrypted = memchr_iter(b'[', text).filter(|at| text[..*at].ends_with(b"ENC"));
    opens.chain(encrypted.map(|at| at - 3))
}

/// The text around the placeholders of a name.
pub(crate) fn around(name: &str) -> (&str, &str) {
    let first = name.find(['$', '{', '<', '%']).unwrap_or(0);
    let last = name.rfind(['}', '>', ')', '%']).map_or(name.len(), |at| at + 1);
    (&name[..first], name.get(last..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_any_sign_has_no_placeholder() {
        for text in [
            "${A}",
            "a{{ b }}",
            "$(A)",
            "ENC[x]",
            "<name>",
            "<path:a#b>",
            "\"\\u003cname\\u003e\"",
        ] {
            assert!(may_be_in(text.as_bytes()), "{text}");
        }
        for text in ["", "a: [b]", "{a: {b: c}}", "$5", "a\\n", "$"] {
            assert!(!may_be_in(text.as_bytes()), "{text}");
        }
    }
}
