//! `//`, `/./`, `/../` or an encoded slash in a path that the server compares.

use crate::diagnostic::ErrorType::Invalid;
use crate::manifest::Object;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

const EMPTY: &str = "write one `/`";
const DOTS: &str = "write the path that is meant, without `.` and `..` steps";
const ENCODED: &str =
    "write a plain `/`, or use pathType ImplementationSpecific if the controller tells them apart";

/// What a path must not contain, each occurring one an error of its own, and what to do about it.
const INSIDE: [(&str, &str); 5] = [
    ("//", EMPTY),
    ("/./", DOTS),
    ("/../", DOTS),
    ("%2f", ENCODED),
    ("%2F", ENCODED),
];
const AT_THE_END: [(&str, &str); 2] = [("/..", DOTS), ("/.", DOTS)];

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    if !super::is_v1(ingress) {
        return;
    }
    super::each_path(ingress, |item| {
        let path = item.child("path");
        if !item
            .child("pathType")
            .text()
            .is_some_and(|t| matches!(&*t, "Exact" | "Prefix"))
        {
            return;
        }
        let Some(text) = super::judged(&path, cx) else {
            return;
        };
        let inside = INSIDE
            .iter()
            .filter(|(part, _)| text.contains(part))
            .map(|found| ("contains", found));
        let ends = AT_THE_END
            .iter()
            .filter(|(part, _)| text.ends_with(part))
            .map(|found| ("ends with", found));
        for (how, (part, help)) in inside.chain(ends) {
            let message = format!(
                "the path {} {how} `{part}`; proxies rewrite this before they compare, so that it would match something else or nothing",
                super::shown(&path, cx)
            );
            cx.report_at(&path, message)
                .refusal(Invalid, path.path())
                .help(*help);
        }
    });
}
