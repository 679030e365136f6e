//! Names that a user says exist, though no file defines them.

use super::table::Target;

/// Names that exist.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Declared {
    /// What exists.
    pub target: Target,
    /// The namespace, in which `*` stands for any text; `None`: any.
    pub namespace: Option<String>,
    /// The name, in which `*` stands for any text.
    pub name: String,
}

impl Declared {
    /// Whether it declares a name in a namespace ("": one that is not known).
    pub fn fits(&self, target: Target, namespace: &str, name: &str) -> bool {
        let namespaces = self.namespace.as_deref();
        self.target == target
            && fits(&self.name, name)
            && (namespace.is_empty() || namespaces.is_none_or(|pattern| fits(pattern, namespace)))
    }
}

/// Whether a text fits a pattern in which `*` stands for any text.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    // Each part as early as it comes leaves the most for those after it.
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, text, fitting) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "", true),
            ("*-tls", "web-tls", true),
            ("*-tls", "web-tls-2", false),
            ("a*a", "a", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "acb", false),
            ("**", "x", true),
        ] {
            assert_eq!(fits(pattern, text), fitting, "{pattern} {text}");
        }
        let one = Declared {
            target: Target(1),
            namespace: Some("web-*".into()),
            name: "db".into(),
        };
        assert!(one.fits(Target(1), "web-a", "db") && one.fits(Target(1), "", "db"));
        assert!(!one.fits(Target(1), "shop", "db") && !one.fits(Target(2), "web-a", "db"));
    }
}
