//! Formats of addresses that the server reads with patterns of its own or with Go's library.

/// Whether `net/mail` reads an address; `None` for one with more than the plain characters.
pub(crate) fn email(text: &str) -> Option<bool> {
    // Whatever else it has, an address has that.
    let Some((local, domain)) = text.split_once('@') else {
        return Some(false);
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%');
    if !local.chars().chain(domain.chars()).all(|c| plain(c) || c == '@') {
        return None;
    }
    let dotted = |text: &str| text.split('.').all(|part| !part.is_empty());
    Some(!domain.contains('@') && dotted(local) && dotted(domain))
}

/// Whether a text is a name of a host; `None` beyond ASCII. The last part may be what it may in any version.
pub(crate) fn hostname(text: &str) -> Option<bool> {
    if !text.is_ascii() {
        return None;
    }
    let parts: Vec<&[u8]> = text.as_bytes().split(|b| *b == b'.').collect();
    let short = text.len() <= 255 && parts.iter().all(|part| part.len() <= 63);
    let shaped = match &parts[..] {
        [] => false,
        [only] => lone(only),
        [before @ .., last] => before.iter().all(|part| label(part)) && top(last),
    };
    Some(short && shaped)
}

/// Symbols count as letters.
fn is_letter(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"$+<=>^`|~".contains(&b)
}

/// A hyphen may stand only behind the first character.
fn lone(part: &[u8]) -> bool {
    let Some((first, rest)) = part.split_first() else {
        return false;
    };
    let rest = rest.strip_prefix(b"-").unwrap_or(rest);
    is_letter(*first) && rest.iter().all(|b| is_letter(*b))
}

fn label(part: &[u8]) -> bool {
    let ends = part.first().zip(part.last());
    ends.is_some_and(|(first, last)| is_letter(*first) && is_letter(*last))
        && part.iter().all(|b| is_letter(*b) || *b == b'-')
}

/// Two characters at the least, and no hyphens beside each other.
fn top(part: &[u8]) -> bool {
    let letters = part.iter().filter(|b| **b != b'-').count();
    let apart = part.windows(2).all(|pair| pair != b"--");
    label(part) && letters >= 2 && apart
}

/// Six, eight or twenty bytes: in pairs of digits with `:` or `-`, or in fours with `.`.
pub(crate) fn mac(text: &str) -> bool {
    let b = text.as_bytes();
    let (by, width) = match (b.get(2), b.get(4)) {
        (Some(by @ (b':' | b'-')), _) => (*by, 2),
        (_, Some(b'.')) => (b'.', 4),
        // Newer servers read one without separators.
        _ => return matches!(b.len(), 12 | 16 | 40) && b.iter().all(u8::is_ascii_hexdigit),
    };
    let mut bytes = 0;
    let right = b.split(|b| *b == by).all(|group| {
        bytes += width / 2;
        group.len() == width && group.iter().all(u8::is_ascii_hexdigit)
    });
    right && matches!(bytes, 6 | 8 | 20)
}

/// Digits in groups of three, two and four, with a hyphen or a space between.
pub(crate) fn ssn(text: &str) -> bool {
    text.len() == 11
        && text.bytes().enumerate().all(|(i, b)| match i {
            3 | 6 => matches!(b, b'-' | b' '),
            _ => b.is_ascii_digit(),
        })
}

/// Three or six digits, with or without `#`.
pub(crate) fn hex_color(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or(text);
    matches!(digits.len(), 3 | 6) && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_by_the_server() {
        for (text, wanted) in [
            ("a@b", Some(true)),
            ("a.b+c@d.e", Some(true)),
            ("", Some(false)),
            ("a", Some(false)),
            ("Joe <joe>", Some(false)),
            ("@b", Some(false)),
            ("a@", Some(false)),
            (".a@b", Some(false)),
            ("a..b@c", Some(false)),
            ("a@b.", Some(false)),
            ("a@b@c", Some(false)),
            ("Joe <a@b>", None),
            ("é@b", None),
        ] {
            assert_eq!(email(text), wanted, "{text}");
        }
        for (text, wanted) in [
            ("localhost", Some(true)),
            ("my-host.example.com", Some(true)),
            ("a", Some(true)),
            ("a-", Some(true)),
            ("1.2.33", Some(true)),
            ("", Some(false)),
            ("my-host", Some(false)),
            ("a.b", Some(false)),
            ("a_b.example.com", Some(false)),
            ("-a.example.com", Some(false)),
            ("a-.example.com", Some(false)),
            ("example.com.", Some(false)),
            ("a..com", Some(false)),
            ("a.co--m", Some(false)),
            ("*.example.com", Some(false)),
            ("exämple.com", None),
        ] {
            assert_eq!(hostname(text), wanted, "{text}");
        }
        assert_eq!(hostname(&"a".repeat(64)), Some(false));
        for right in [
            "00:11:22:aa:BB:ff",
            "00-11-22-33-44-55-66-77",
            "0011.2233.4455",
            "001122334455",
        ] {
            assert!(mac(right), "{right}");
        }
        for wrong in ["", "00:11:22:33:44", "00:11:22-33:44:55", "0011.2233"] {
            assert!(!mac(wrong), "{wrong}");
        }
        assert!(ssn("123-45-6789") && ssn("123 45-6789") && !ssn("123456789"));
        assert!(!ssn("123--45-6789") && !ssn("12-345-6789") && !ssn("123-45-678é"));
        assert!(hex_color("#fff") && hex_color("A0b1C2") && !hex_color("#ffff") && !hex_color("##fff"));
    }
}
