//! Paths as a table writes them.

use super::Done;

/// A step of a path as written.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Raw {
    Key(String),
    Items,
    Values,
    Keys,
    /// `**.key`: any depth, then this key; `*` at an end of the key stands for any text.
    Deep(String),
}

/// `a.b[].c[key.with.dots].*.keys()`, `a.**.*Ref`
pub(super) fn split(text: &str) -> Done<Vec<Raw>> {
    let mut out = Vec::new();
    let mut rest = if text == "." { "" } else { text };
    let mut deep = false;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("[]") {
            out.push(Raw::Items);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('[') {
            let (key, after) = after.split_once(']').ok_or("a `[` is not closed")?;
            if key == "*" || key.bytes().all(|b| b.is_ascii_digit()) {
                return Err(format!(
                    "`{text}` picks items by `[{key}]`; write `[]` for all of them"
                ));
            }
            out.push(Raw::Key(key.to_string()));
            rest = after;
        } else {
            rest = rest.strip_prefix('.').unwrap_or(rest);
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let word = &rest[..end];
            rest = &rest[end..];
            match word {
                "" => return Err(format!("`{text}` has an empty step")),
                "**" => {
                    deep = true;
                    continue;
                }
                _ if deep => out.push(Raw::Deep(word.to_string())),
                "*" => out.push(Raw::Values),
                "keys()" => out.push(Raw::Keys),
                _ => out.push(Raw::Key(word.to_string())),
            }
            deep = false;
        }
    }
    if deep {
        return Err(format!("`{text}` ends in `**`"));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn paths_have_their_steps() {
        let steps = |path: &str| split(path).map(|steps| steps.len());
        assert_eq!(steps("."), Ok(0));
        assert_eq!(steps("a.b[].c[d.e/f].*.keys()"), Ok(7));
        assert_eq!(steps("a.**.*Ref.name"), Ok(3));
        for path in ["a[0].b", "a[*]", "a[", "a..b", "a.**"] {
            assert!(steps(path).is_err(), "{path}");
        }
    }
}
