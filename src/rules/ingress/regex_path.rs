//! A pattern in a path that is compared letter by letter.

use crate::manifest::Object;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

const MATCH_ALL: [&str; 8] = ["*", ".*", "(.*)", "(/|$)(.*)", "/?(.*)", "?(.*)", "(/.*)?", "$"];

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    let nginx = super::annotation(ingress, "nginx.ingress.kubernetes.io/use-regex")
        .is_some_and(|v| v == "true")
        || super::annotation(ingress, "nginx.ingress.kubernetes.io/rewrite-target").is_some();
    // Azure's controller reads `/api/*` in its own way, whatever the type.
    if super::class(ingress).is_some_and(|class| class.starts_with("azure")) {
        return;
    }
    super::each_path(ingress, |item| {
        let (path, path_type) = (item.child("path"), item.child("pathType"));
        let prefix = match path_type.text().as_deref() {
            Some("Prefix") => true,
            Some("Exact") => false,
            _ => return,
        };
        let Some(text) = super::judged(&path, cx) else {
            return;
        };
        let Some((what, stem, rest)) = pattern(&text) else {
            return;
        };
        let word = if prefix { "Prefix" } else { "Exact" };
        let nginx = nginx && what == "a regular expression";
        let why = if nginx {
            format!("pathType is {word}: ingress-nginx refuses this from 1.12 on")
        } else {
            format!("pathType {word} compares it letter by letter, and some controllers refuse it")
        };
        let help = if nginx {
            String::from("use `pathType: ImplementationSpecific`")
        } else if what == "a query" {
            String::from("take the query out: only the path is compared")
        } else if prefix && MATCH_ALL.contains(&rest) {
            let stem = if stem.is_empty() { "/" } else { stem };
            format!("write {}: type Prefix covers all below it", super::quote(stem))
        } else {
            String::from("use `pathType: ImplementationSpecific` if the controller knows such patterns")
        };
        let message = format!("the path {} has {what} in it, but {why}", super::shown(&path, cx));
        cx.report_at(&path, message)
            .related(path_type.place(), "the type of match")
            .help(help);
    });
}

/// What in a path is meant to be more than its letters: its name, the plain path before it, and the rest.
pub(super) fn pattern(path: &str) -> Option<(&'static str, &str, &str)> {
    let start = path.find(['(', '[', '*', '^', '|', '\\', '{', '?', '$'])?;
    let rest = &path[start..];
    let has = |parts: &[&str]| parts.iter().any(|part| path.contains(part));
    let what = if has(&["(", "[", "^", "|", "\\", ".*", ".+", ".?"]) || path.ends_with(['$', '?']) {
        "a regular expression"
    } else if path.contains('*') {
        "a wildcard"
    } else if rest.starts_with('?') {
        "a query"
    } else if rest.starts_with('{') && rest.contains('}') {
        "a placeholder"
    } else {
        return None;
    };
    let stem = path[..start].trim_end_matches(['/', '.']);
    let from = if path[..start].ends_with('.') {
        start - 1
    } else {
        start
    };
    Some((what, stem, &path[from..]))
}

#[cfg(test)]
mod tests {
    use super::pattern;

    #[test]
    fn tells_patterns_from_plain_paths() {
        for (path, what, stem, rest) in [
            ("/*", "a wildcard", "", "*"),
            ("/foo/*", "a wildcard", "/foo", "*"),
            ("/foo(/|$)(.*)", "a regular expression", "/foo", "(/|$)(.*)"),
            ("/foo/.*", "a regular expression", "/foo", ".*"),
            ("/foo$", "a regular expression", "/foo", "$"),
            ("/v[0-9]+/x", "a regular expression", "/v", "[0-9]+/x"),
            ("/users/{id}", "a placeholder", "/users", "{id}"),
            ("/search?q=x", "a query", "/search", "?q=x"),
        ] {
            assert_eq!(pattern(path), Some((what, stem, rest)), "{path}");
        }
        for plain in [
            "/",
            "/foo.bar",
            "/c++",
            "/a$b",
            "/~user",
            "/a%20b",
            "/foo..bar",
            "/a{b",
        ] {
            assert_eq!(pattern(plain), None, "{plain}");
        }
    }
}
