//! How messages quote: in backquotes, on one line, and not too long.

/// Text in backquotes, on one line, cut to 60 characters. For a value of the file there is
/// `Cx::shown`; what an alias may bring elsewhere is taken out of messages later ([`mask::Hidden`](crate::manifest::mask::Hidden)).
pub fn quote(text: &str) -> String {
    let (begin, rest) = cut(text, 60);
    quoted(begin, if rest.is_empty() { "" } else { "…" }, "")
}

/// The same for a path of fields, of which the end says most: one that is too long lacks its middle.
pub fn quote_path(path: &str) -> String {
    let (begin, rest) = cut(path, 40);
    let end = rest.char_indices().rev().nth(79).map_or(0, |(at, _)| at);
    quoted(begin, if end == 0 { "" } else { "…" }, &rest[end..])
}

/// Names in backquotes, with a word before the last: `a`, `b` and `c`.
pub fn listed(names: &[&str], last: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    enumerated(&quoted, last)
}

/// The same of what is in its quotes already.
pub fn enumerated(words: &[String], last: &str) -> String {
    match words.split_last() {
        Some((end, rest)) if !rest.is_empty() => format!("{} {last} {end}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// The first so many characters of a text, and the rest.
fn cut(text: &str, characters: usize) -> (&str, &str) {
    let at = text.char_indices().nth(characters);
    text.split_at(at.map_or(text.len(), |(at, _)| at))
}

fn quoted(begin: &str, between: &str, end: &str) -> String {
    let mut shown = String::with_capacity(begin.len() + end.len() + 5);
    shown.push('`');
    for c in begin.chars().chain(between.chars()).chain(end.chars()) {
        match c {
            '\n' => shown.push_str("\\n"),
            '\t' => shown.push_str("\\t"),
            '`' => shown.push('\''),
            c if c.is_control() => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    shown.push('`');
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_its_word_before_the_last() {
        assert_eq!(listed(&[], "and"), "");
        assert_eq!(listed(&["a"], "and"), "`a`");
        assert_eq!(listed(&["a", "b"], "or"), "`a` or `b`");
        assert_eq!(listed(&["a", "b", "c"], "and"), "`a`, `b` and `c`");
    }

    #[test]
    fn a_long_path_keeps_its_end() {
        let path = format!("spec.{}.initialDelaySeconds", "a".repeat(200));
        let quoted = quote_path(&path);
        assert!(
            quoted.starts_with("`spec.a") && quoted.ends_with("a.initialDelaySeconds`"),
            "{quoted}"
        );
        assert_eq!(quoted.chars().count(), 40 + 1 + 80 + 2);
        let whole = format!("{}é", "a".repeat(119));
        assert_eq!(quote_path(&whole), format!("`{whole}`"));
        assert_eq!(quote(&"é".repeat(61)), format!("`{}…`", "é".repeat(60)));
    }
}
