//! ingress-nginx is told to rewrite to a capture group that the path does not have.

use crate::manifest::Object;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    let root = ingress.fields();
    let metadata = root.child("metadata");
    let annotations = metadata.child("annotations");
    let target = annotations.key("nginx.ingress.kubernetes.io/rewrite-target");
    let Some(wanted) = super::judged(&target, cx).and_then(|text| highest_reference(&text)) else {
        return;
    };
    super::each_path(ingress, |item| {
        let path = item.child("path");
        let Some(text) = super::judged(&path, cx).filter(|text| !text.is_empty()) else {
            return;
        };
        let groups = capture_groups(&text);
        if groups < wanted {
            let has = match groups {
                0 => String::from("no capture group"),
                1 => String::from("one capture group"),
                n => format!("{n} capture groups"),
            };
            let message = format!(
                "the rewrite target asks for group `${wanted}`, but the path {} has {has}: that part of every request is lost",
                super::shown(&path, cx)
            );
            let stem = text.trim_end_matches('/');
            let help = match (groups, wanted) {
                (0, 1) => super::quote(&format!("{stem}/(.*)")),
                (0, 2) => super::quote(&format!("{stem}(/|$)(.*)")),
                _ => String::from("a path with as many groups"),
            };
            cx.report_at(&path, message)
                .related(target.place(), "rewritten to this")
                .help(format!(
                    "write {help} with pathType ImplementationSpecific, or move the path to an Ingress without this rewrite"
                ));
        }
    });
}

/// The highest `$n` in a rewrite target.
fn highest_reference(target: &str) -> Option<usize> {
    let after_dollar = target.split('$').skip(1);
    after_dollar
        .filter_map(|part| part.chars().next()?.to_digit(10))
        .max()
        .map(|n| n as usize)
        .filter(|&n| n > 0)
}

/// How many groups a regular expression captures.
fn capture_groups(pattern: &str) -> usize {
    let (mut groups, mut in_class) = (0, false);
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => drop(rest.next()),
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let tail = rest.as_str();
                let named = ["?<", "?P<", "?'"].iter().any(|open| tail.starts_with(open))
                    && !tail.starts_with("?<=")
                    && !tail.starts_with("?<!");
                groups += usize::from(named || !tail.starts_with('?'));
            }
            _ => {}
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_groups_and_references() {
        for (pattern, groups) in [
            ("/a", 0),
            ("/a(/|$)(.*)", 2),
            (r"/\((.*)", 1),
            ("/[(](?:x)(?<n>y)", 1),
            ("/(?=a)(?<!b)(c)", 1),
        ] {
            assert_eq!(capture_groups(pattern), groups, "{pattern}");
        }
        for (target, highest) in [
            ("/$2/$1", Some(2)),
            ("/", None),
            ("/$uri", None),
            ("$", None),
            ("/$0", None),
        ] {
            assert_eq!(highest_reference(target), highest, "{target}");
        }
    }
}
