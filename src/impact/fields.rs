//! Field selectors over Secrets: `metadata.name=db,type!=Opaque`.

use std::ops::Range;

use super::labels::Fault;

/// What an expression asks of a Secret's fields. All of it must hold.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FieldSelector {
    requirements: Vec<Requirement>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Requirement {
    field: Field,
    equal: bool,
    value: String,
}

/// The fields by which the API server selects Secrets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Field {
    /// `metadata.name`
    Name,
    /// `metadata.namespace`
    Namespace,
    /// `type`
    Type,
}

const FIELDS: [(&str, Field); 3] = [
    ("metadata.name", Field::Name),
    ("metadata.namespace", Field::Namespace),
    ("type", Field::Type),
];

impl FieldSelector {
    /// Reads an expression.
    ///
    /// # Errors
    /// Says what is wrong with it, where, and what to write instead.
    pub fn parse(text: &str) -> Result<FieldSelector, Fault> {
        let mut requirements = Vec::new();
        for at in parts(text) {
            // As the server does, nothing between commas asks nothing.
            if !text.get(at.clone()).unwrap_or_default().is_empty() {
                requirements.push(requirement(text, at)?);
            }
        }
        Ok(FieldSelector { requirements })
    }

    /// Whether it asks nothing, so that everything fits.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// Whether a Secret fits, given what its fields are. `None` when a field that matters is not known.
    pub fn fits<'l>(&self, get: impl Fn(Field) -> Option<&'l str>) -> Option<bool> {
        let mut known = true;
        for requirement in &self.requirements {
            match get(requirement.field) {
                None => known = false,
                Some(value) if (value == requirement.value) != requirement.equal => return Some(false),
                Some(_) => {}
            }
        }
        known.then_some(true)
    }

    /// The namespace that it asks for, if it asks for one.
    pub fn namespace(&self) -> Option<&str> {
        self.asked(Field::Namespace)
    }

    /// The name that it asks for, if it asks for one and nothing else but a namespace.
    pub fn name(&self) -> Option<&str> {
        let name = self.asked(Field::Name)?;
        let fits = |asked: &Requirement| match asked.field {
            Field::Name => (asked.value == name) == asked.equal,
            Field::Namespace => asked.equal && self.namespace() == Some(&asked.value),
            Field::Type => false,
        };
        self.requirements.iter().all(fits).then_some(name)
    }

    fn asked(&self, field: Field) -> Option<&str> {
        self.requirements
            .iter()
            .find(|asked| asked.field == field && asked.equal)
            .map(|asked| &*asked.value)
    }
}

/// The parts between commas, of which those after a backslash are text.
fn parts(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b',' => {
                out.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    out.push(start..text.len());
    out
}

fn requirement(text: &str, at: Range<usize>) -> Result<Requirement, Fault> {
    let part = text.get(at.clone()).unwrap_or_default();
    let Some((sign, length, equal)) = operator(part) else {
        return Err(Fault::new(
            at,
            format!("`{}` compares nothing", part.escape_debug()),
            "write for example `type=kubernetes.io/tls`; the operators are `=`, `==` and `!=`",
        ));
    };
    let name = &part[..sign];
    let Some((_, field)) = FIELDS.iter().find(|(known, _)| *known == name) else {
        return Err(Fault::new(
            at.start..at.start + sign,
            format!("Secrets cannot be selected by `{}`", name.escape_debug()),
            nearest(name),
        ));
    };
    let value_at = sign + length;
    let value = unescape(&part[value_at..]).map_err(|wrong| {
        let from = at.start + value_at + wrong;
        Fault::new(
            from..(from + 1).min(at.end),
            "a value takes `,`, `=` and `\\` only behind a backslash, and a backslash only before these",
            "write `\\,`, `\\=` or `\\\\`",
        )
    })?;
    Ok(Requirement {
        field: *field,
        equal,
        value,
    })
}

/// Where the operator stands, its length, and whether it asks for equality.
fn operator(part: &str) -> Option<(usize, usize, bool)> {
    let at = part.find(['=', '!'])?;
    let rest = &part[at..];
    [("!=", false), ("==", true), ("=", true)]
        .into_iter()
        .find(|(sign, _)| rest.starts_with(sign))
        .map(|(sign, equal)| (at, sign.len(), equal))
}

/// The value without its backslashes, or where it has a wrong character.
fn unescape(text: &str) -> Result<String, usize> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, next @ ('\\' | ',' | '='))) => out.push(next),
                _ => return Err(at),
            },
            '=' | ',' => return Err(at),
            _ => out.push(c),
        }
    }
    Ok(out)
}

fn nearest(name: &str) -> String {
    let meant = match name.trim().trim_start_matches('.') {
        "name" => Some("metadata.name"),
        "namespace" | "metadata.ns" => Some("metadata.namespace"),
        "" => None,
        // No field is nearly as long; the bound keeps the distances cheap whatever is passed.
        other => FIELDS
            .iter()
            .map(|(known, _)| {
                let short: String = other.chars().take(40).flat_map(char::to_lowercase).collect();
                (strsim::osa_distance(&short, known), *known)
            })
            .filter(|(far, known)| *far <= known.len() / 3)
            .min()
            .map(|(_, known)| known),
    };
    match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => {
            "the fields are `metadata.name`, `metadata.namespace` and `type`; for labels use `-l`".to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fits(selector: &str) -> Option<bool> {
        let selector = FieldSelector::parse(selector).unwrap_or_else(|fault| panic!("{selector}: {fault:?}"));
        selector.fits(|field| match field {
            Field::Name => Some("db"),
            Field::Namespace => Some("web"),
            Field::Type => None,
        })
    }

    #[test]
    fn compares_fields() {
        for (selector, wanted) in [
            ("", Some(true)),
            ("metadata.name=db", Some(true)),
            ("metadata.name==db,metadata.namespace=web", Some(true)),
            ("metadata.name!=db", Some(false)),
            ("metadata.namespace!=prod,", Some(true)),
            ("metadata.name=d\\,b", Some(false)),
            ("type=Opaque", None),
            // What does not fit does not fit, whatever else is unknown.
            ("type=Opaque,metadata.name=x", Some(false)),
        ] {
            assert_eq!(fits(selector), wanted, "{selector}");
        }
        let selector = FieldSelector::parse("type=a\\=b\\\\c").expect("escapes");
        assert_eq!(selector.fits(|_| Some("a=b\\c")), Some(true));
        assert_eq!(
            FieldSelector::parse("type=x,metadata.namespace=web")
                .expect("two")
                .namespace(),
            Some("web")
        );
    }

    #[test]
    fn faults_are_placed_and_mended() {
        let faults: Vec<String> = [
            "metadata.nam=db",
            "name=db",
            "Type=Opaque",
            "app=web",
            "metadata.name",
            "type=Opaque,metadata.name>x",
            "type=a=b",
            "type=a\\b",
            "=x",
            "!x",
        ]
        .into_iter()
        .map(|text| {
            let fault = FieldSelector::parse(text).expect_err(text);
            format!(
                "{text}\n    {}|{}|{}|{}",
                fault.at.start,
                &text[fault.at.clone()],
                fault.what,
                fault.help
            )
        })
        .collect();
        insta::assert_snapshot!(faults.join("\n"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(metadata\\.name|type|[=!,\\\\é ab]){0,12}|\\PC*") {
            if let Err(fault) = FieldSelector::parse(&text) {
                prop_assert!(text.get(fault.at.clone()).is_some(), "{fault:?}");
            }
        }
    }
}
