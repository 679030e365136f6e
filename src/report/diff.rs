//! What fixes would change, as a unified diff. Values of Secrets are masked on both sides.

use std::borrow::Cow;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use similar::{Algorithm, ChangeTag, DiffOp};

use super::{Source, printable};
use crate::manifest::mask;

/// Lines around a change.
const CONTEXT: usize = 3;

/// Appends the difference between two versions of a file.
pub fn unified(name: &str, before: &Source, after: &Source, color: bool, out: &mut String) {
    let (old, new) = (lines(before.text()), lines(after.text()));
    let masked = [masked(before), masked(after)];
    let [shown_old, shown_new] = [lines(&masked[0]), lines(&masked[1])];
    let ops = similar::capture_diff_slices(Algorithm::Myers, &old, &new);
    let name = printable(name);
    let mut line = |style: Style, sign: &str, text: &str| {
        let (text, ends) = match text.strip_suffix('\n') {
            Some(text) => (text, true),
            None => (text, false),
        };
        let text = visible(text);
        if color && style != Style::new() {
            let _ = writeln!(out, "{style}{sign}{text}{style:#}");
        } else {
            let _ = writeln!(out, "{sign}{text}");
        }
        if !ends {
            out.push_str("\\ No newline at end of file\n");
        }
    };
    let bold = Style::new().bold();
    line(bold, "--- ", &format!("{name}\n"));
    line(bold, "+++ ", &format!("{name}\n"));
    for group in similar::group_diff_ops(ops, CONTEXT) {
        line(
            AnsiColor::Cyan.on_default(),
            "",
            &format!("{}\n", heading(&group)),
        );
        for op in &group {
            for change in op.iter_changes(&old, &new) {
                let at = |index: Option<usize>, shown: &[&str]| {
                    index
                        .and_then(|at| shown.get(at).map(ToString::to_string))
                        .unwrap_or_default()
                };
                match change.tag() {
                    ChangeTag::Equal => line(Style::new(), " ", &at(change.old_index(), &shown_old)),
                    ChangeTag::Delete => {
                        line(
                            AnsiColor::Red.on_default(),
                            "-",
                            &at(change.old_index(), &shown_old),
                        );
                    }
                    ChangeTag::Insert => {
                        line(
                            AnsiColor::Green.on_default(),
                            "+",
                            &at(change.new_index(), &shown_new),
                        );
                    }
                }
            }
        }
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn masked(source: &Source) -> Cow<'_, str> {
    match source.masked() {
        [] => Cow::Borrowed(source.text()),
        spans => Cow::Owned(mask::apply(source.text(), spans)),
    }
}

/// What steers a terminal is escaped; tabs and the `\r` of a line break stay, so that the diff can be applied.
fn visible(text: &str) -> String {
    let (text, end) = match text.strip_suffix('\r') {
        Some(text) => (text, "\r"),
        None => (text, ""),
    };
    let parts: Vec<_> = text.split('\t').map(printable).collect();
    parts.join("\t") + end
}

/// `@@ -1,3 +1,4 @@`
fn heading(group: &[DiffOp]) -> String {
    let range = |of: fn(&DiffOp) -> std::ops::Range<usize>| {
        let start = group.first().map_or(0, |op| of(op).start);
        let len = group.last().map_or(0, |op| of(op).end) - start;
        match len {
            // Of no lines, the line before.
            0 => format!("{start},0"),
            1 => format!("{}", start + 1),
            _ => format!("{},{len}", start + 1),
        }
    };
    format!(
        "@@ -{} +{} @@",
        range(DiffOp::old_range),
        range(DiffOp::new_range)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::decode;

    fn diff(before: &str, after: &str) -> String {
        let source = |text: &str| Source::new(decode(text.into()));
        let mut out = String::new();
        unified("a.yaml", &source(before), &source(after), false, &mut out);
        out
    }

    #[test]
    fn shows_what_changes_with_its_surroundings() {
        let before = "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6";
        assert_eq!(
            diff(before, "a: 1\nb: 2\nc: 3\nd: 4\ne: no\nf: 6"),
            "--- a.yaml\n+++ a.yaml\n@@ -2,5 +2,5 @@\n b: 2\n c: 3\n d: 4\n-e: 5\n+e: no\n f: 6\n\
             \\ No newline at end of file\n"
        );
        assert_eq!(
            diff("a: 1\n", "a: 1\nb: 2\n"),
            "--- a.yaml\n+++ a.yaml\n@@ -1 +1,2 @@\n a: 1\n+b: 2\n"
        );
    }

    #[test]
    fn masks_secrets_on_both_sides() {
        let secret = |value: &str| {
            format!("kind: Secret\napiVersion: v1\ndata:\n  a: {value}\n  other: hunter1\ntype: opaque\n")
        };
        let shown = diff(&secret("hunter2"), &secret("aHVudGVyMg=="));
        assert!(
            !shown.contains("hunter") && !shown.contains("aHVudGVy"),
            "{shown}"
        );
        assert!(
            shown.contains("-  a: *******\n+  a: ************\n   other: *******\n type: opaque\n"),
            "{shown}"
        );
    }
}
