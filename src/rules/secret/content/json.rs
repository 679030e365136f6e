//! Whether bytes are what Go's `encoding/json` puts into a `map[string]any`: an object or `null`.
//!
//! Repeated keys, broken UTF-8 and lone surrogates pass; numbers beyond a double and nesting beyond 10,000
//! do not. A general reader differs in each of these, and the stack must not follow the nesting.

/// What is wrong with the text. Offsets are bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// Nothing but white space.
    Empty,
    /// It starts with a byte order mark.
    ByteOrderMark,
    /// It is JSON, but a list, a string, a number or a boolean.
    NotAnObject,
    /// It breaks off.
    End,
    /// Something else is expected at this offset.
    Syntax(usize),
    /// A raw control character, such as a line break, in a string.
    Control(usize),
    /// More text follows the value.
    Rest(usize),
    /// A number that does not fit a double.
    Number(usize),
    /// Nested too deeply.
    Depth(usize),
}

/// How deep Go reads.
const DEPTH: usize = 10_000;

/// Where the names of the outermost object's members lie, their quotes included.
pub(crate) fn members(bytes: &[u8]) -> Result<Vec<(usize, usize)>, Fault> {
    let mut reader = Reader { bytes, at: 0 };
    reader.space();
    match reader.peek() {
        None => return Err(Fault::Empty),
        Some(0xef) if bytes.starts_with(b"\xef\xbb\xbf") => return Err(Fault::ByteOrderMark),
        Some(_) => {}
    }
    let first = reader.at;
    let members = reader.value()?;
    reader.space();
    if reader.peek().is_some() {
        return Err(Fault::Rest(reader.at));
    }
    if !matches!(bytes.get(first), Some(b'{' | b'n')) {
        return Err(Fault::NotAnObject);
    }
    Ok(members)
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn unexpected(&self) -> Fault {
        match self.peek() {
            None => Fault::End,
            Some(_) => Fault::Syntax(self.at),
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Fault> {
        if self.peek() != Some(byte) {
            return Err(self.unexpected());
        }
        self.at += 1;
        Ok(())
    }

    /// One value with all that is in it; the names of its own members.
    fn value(&mut self) -> Result<Vec<(usize, usize)>, Fault> {
        let mut members = Vec::new();
        // The open objects (true) and lists (false).
        let mut open: Vec<bool> = Vec::new();
        loop {
            self.space();
            let mut closed = match self.peek() {
                Some(byte @ (b'{' | b'[')) => {
                    if open.len() == DEPTH {
                        return Err(Fault::Depth(self.at));
                    }
                    self.at += 1;
                    open.push(byte == b'{');
                    self.space();
                    let empty = self.peek() == Some(byte + 2); // `}` and `]` stand two after their openings
                    if !empty && byte == b'{' {
                        self.name(&open, &mut members)?;
                    }
                    empty
                }
                _ => {
                    self.scalar()?;
                    true
                }
            };
            // After a value: close what ends here, or go on with the next member or item.
            while closed {
                self.space();
                let Some(&object) = open.last() else {
                    return Ok(members);
                };
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        if object {
                            self.space();
                            self.name(&open, &mut members)?;
                        }
                        closed = false;
                    }
                    Some(byte) if byte == if object { b'}' } else { b']' } => {
                        self.at += 1;
                        open.pop();
                        if open.is_empty() {
                            return Ok(members);
                        }
                    }
                    _ => return Err(self.unexpected()),
                }
            }
        }
    }

    /// `"name":`
    fn name(&mut self, open: &[bool], members: &mut Vec<(usize, usize)>) -> Result<(), Fault> {
        let start = self.at;
        self.string()?;
        if open.len() == 1 {
            members.push((start, self.at));
        }
        self.space();
        self.expect(b':')
    }

    fn scalar(&mut self) -> Result<(), Fault> {
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            _ => Err(self.unexpected()),
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Fault> {
        word.iter().try_for_each(|&byte| self.expect(byte))
    }

    fn string(&mut self) -> Result<(), Fault> {
        self.expect(b'"')?;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    self.at += 1;
                    match self.peek() {
                        Some(b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"') => self.at += 1,
                        Some(b'u') => {
                            self.at += 1;
                            for _ in 0..4 {
                                if !self.peek().is_some_and(|b| b.is_ascii_hexdigit()) {
                                    return Err(self.unexpected());
                                }
                                self.at += 1;
                            }
                        }
                        _ => return Err(self.unexpected()),
                    }
                }
                Some(..0x20) => return Err(Fault::Control(self.at)),
                Some(_) => self.at += 1,
                None => return Err(Fault::End),
            }
        }
    }

    fn digits(&mut self) -> Result<(), Fault> {
        if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
            return Err(self.unexpected());
        }
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), Fault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        let text = self.bytes.get(start..self.at).unwrap_or_default();
        let number = std::str::from_utf8(text).ok().and_then(|s| s.parse::<f64>().ok());
        if number.is_some_and(f64::is_finite) {
            Ok(())
        } else {
            Err(Fault::Number(start))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<Fault> {
        members(text.as_bytes()).err()
    }

    #[test]
    fn takes_what_go_takes() {
        for text in [
            "{}",
            " \t\r\n{ } \n",
            "null",
            r#"{"a": 5, "a": [], "b": {"c": [1, -0, 1.5e+3, true, false, null, "x"]}}"#,
            r#"{"a": "\ud800 \u0000 \/"}"#,
            r#"{"a": 1e-400}"#,
            "{\"\u{7f}\": \"é\"}",
        ] {
            assert_eq!(fault(text), None, "{text}");
        }
        assert_eq!(members(b"{\"\xff\": \"\xc3\"}"), Ok(vec![(1, 4)]));
        assert_eq!(members(br#"{"ab":{"c":1},"d":2}"#), Ok(vec![(1, 5), (14, 17)]));
    }

    #[test]
    fn refuses_what_go_refuses() {
        for (text, expected) in [
            ("", Fault::Empty),
            (" \n", Fault::Empty),
            ("\u{feff}{}", Fault::ByteOrderMark),
            ("[]", Fault::NotAnObject),
            ("\"a\"", Fault::NotAnObject),
            ("5", Fault::NotAnObject),
            ("true", Fault::NotAnObject),
            ("nul", Fault::End),
            ("nulL", Fault::Syntax(3)),
            ("{", Fault::End),
            ("{\"a", Fault::End),
            ("{a: 1}", Fault::Syntax(1)),
            ("{'a': 1}", Fault::Syntax(1)),
            ("{\"a\": 1,}", Fault::Syntax(8)),
            ("{\"a\": [1,]}", Fault::Syntax(9)),
            ("{\"a\" 1}", Fault::Syntax(5)),
            ("{\"a\": 01}", Fault::Syntax(7)),
            ("{\"a\": .5}", Fault::Syntax(6)),
            ("{\"a\": 1.}", Fault::Syntax(8)),
            ("{\"a\": +1}", Fault::Syntax(6)),
            ("{\"a\": 1e400}", Fault::Number(6)),
            ("{\"a\": \"\n\"}", Fault::Control(7)),
            ("{\"a\": \"\\x\"}", Fault::Syntax(8)),
            ("{\"a\": \"\\u12g4\"}", Fault::Syntax(11)),
            ("{} {}", Fault::Rest(3)),
            ("{}//", Fault::Rest(2)),
            ("/**/{}", Fault::Syntax(0)),
            ("{\"a\": ]}", Fault::Syntax(6)),
            ("{\"a\": [}]", Fault::Syntax(7)),
            ("{]", Fault::Syntax(1)),
        ] {
            assert_eq!(fault(text), Some(expected), "{text:?}");
        }
    }

    #[test]
    fn nests_as_deep_as_go() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
        assert_eq!(fault(&nested(10_000)), None);
        assert_eq!(fault(&nested(10_001)), Some(Fault::Depth(5 + 9_999)));
        assert!(fault(&"[".repeat(2_000_000)).is_some());
    }
}
