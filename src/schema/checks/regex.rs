//! Whether a regular expression is one to Go: RE2 syntax, no look-around, no back references.

/// Whether Go's regexp compiles it. What is doubtful passes.
pub fn is_valid(pattern: &str) -> bool {
    let mut scanner = Scanner { text: pattern, at: 0 };
    scanner.run().is_some()
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

/// What stands before a quantifier.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    Nothing,
    Something,
    Quantifier,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<char> {
        match self.text.as_bytes().get(self.at)? {
            ascii @ ..128 => Some(char::from(*ascii)),
            _ => self.text.get(self.at..)?.chars().next(),
        }
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn run(&mut self) -> Option<()> {
        let mut depth = 0u32;
        let mut before = Before::Nothing;
        while let Some(c) = self.next() {
            before = match c {
                '\\' => {
                    self.escape(false)?;
                    Before::Something
                }
                '[' => {
                    self.class()?;
                    Before::Something
                }
                '(' => {
                    if self.peek() == Some('?') {
                        self.at += 1;
                        if !self.group()? {
                            continue; // flags alone open no group
                        }
                    }
                    depth += 1;
                    Before::Nothing
                }
                ')' => {
                    depth = depth.checked_sub(1)?;
                    Before::Something
                }
                '|' => Before::Nothing,
                '*' | '+' | '?' => self.quantifier(before)?,
                '{' if self.counted()? => self.quantifier(before)?,
                _ => Before::Something,
            };
        }
        (depth == 0).then_some(())
    }

    fn quantifier(&mut self, before: Before) -> Option<Before> {
        if before != Before::Something {
            return None;
        }
        if self.peek() == Some('?') {
            self.at += 1; // lazy
        }
        Some(Before::Quantifier)
    }

    /// `{2}`, `{2,}`, `{2,3}`; anything else is a plain brace.
    fn counted(&mut self) -> Option<bool> {
        let rest = self.text.get(self.at..)?;
        let Some((text, _)) = rest.split_once('}') else {
            return Some(false);
        };
        let (low, high) = match text.split_once(',') {
            None => (text, Some(text)),
            Some((low, "")) => (low, None),
            Some((low, high)) => (low, Some(high)),
        };
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(low) || high.is_some_and(|high| !digits(high)) {
            return Some(false);
        }
        let low = low.parse::<u32>().ok().filter(|n| *n <= 1000)?;
        if let Some(high) = high {
            high.parse::<u32>().ok().filter(|n| *n <= 1000 && *n >= low)?;
        }
        self.at += text.len() + 1;
        Some(true)
    }

    /// After `(?`: whether a group opens.
    fn group(&mut self) -> Option<bool> {
        if self.peek() == Some('P') {
            self.at += 1;
            if self.peek() != Some('<') {
                return None;
            }
        }
        if self.peek() == Some('<') {
            self.at += 1;
            let start = self.at;
            while let Some(c) = self.next() {
                if c == '>' {
                    return (self.at > start + 1).then_some(true);
                }
                if !c.is_alphanumeric() && c != '_' {
                    return None;
                }
            }
            return None;
        }
        while let Some(c) = self.next() {
            match c {
                ':' => return Some(true),
                ')' => return Some(false),
                'i' | 'm' | 's' | 'U' | '-' => {}
                _ => return None,
            }
        }
        None
    }

    fn escape(&mut self, in_class: bool) -> Option<()> {
        match self.next()? {
            'Q' if !in_class => {
                while let Some(c) = self.next() {
                    if c == '\\' && self.peek() == Some('E') {
                        self.at += 1;
                        break;
                    }
                }
            }
            'A' | 'z' | 'b' | 'B' | 'C' | 'E' if !in_class => {}
            'a' | 'f' | 'n' | 'r' | 't' | 'v' | 'd' | 'D' | 's' | 'S' | 'w' | 'W' | '0' => {}
            // A back reference; two digits are a character.
            '1'..='7' if !matches!(self.peek(), Some('0'..='7')) => return None,
            '1'..='7' => {}
            'x' => match self.next()? {
                '{' => while self.next()? != '}' {},
                c if c.is_ascii_hexdigit() && self.next()?.is_ascii_hexdigit() => {}
                _ => return None,
            },
            'p' | 'P' if self.peek() == Some('{') => while self.next()? != '}' {},
            'p' | 'P' => {
                self.next()?;
            }
            c if c.is_ascii_alphanumeric() => return None,
            c if !c.is_ascii() => return None,
            _ => {}
        }
        Some(())
    }

    fn class(&mut self) -> Option<()> {
        if self.peek() == Some('^') {
            self.at += 1;
        }
        let mut first = true;
        let mut last = None;
        loop {
            let c = self.next()?;
            let this = match c {
                ']' if !first => return Some(()),
                '\\' => {
                    self.escape(true)?;
                    None
                }
                '[' if self.peek() == Some(':') => {
                    let rest = self.text.get(self.at + 1..)?;
                    if let Some(end) = rest.find(":]") {
                        self.at += end + 3;
                    }
                    None
                }
                '-' if last.is_some() && self.peek().is_some_and(|c| c != ']' && c != '\\' && c != '[') => {
                    let high = self.next()?;
                    if last.is_some_and(|low| low > high) {
                        return None;
                    }
                    None
                }
                c => Some(c),
            };
            first = false;
            last = this;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn knows_what_go_compiles() {
        for right in [
            "",
            "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
            r"^\d+(\.\d+){2}$",
            "(?i)a|b",
            "(?P<n>x)",
            "a{",
            "x{,5}",
            "a{2,}?",
            "[]a]",
            "[^]]",
            r"[\w.-]+",
            "[[:alpha:]]",
            r"\x{10FFFF}",
            r"\pL\p{Greek}",
            "[a-]",
            r"\/\_",
            r"\Q(\E",
        ] {
            assert!(is_valid(right), "{right}");
        }
        for wrong in [
            "(", ")", "[", "a**", "*a", "(?=a)", "(?!a)", "(?<=a)b", r"(a)\1", "a{2,1}", "a{1001}", r"\",
            "[z-a]", r"\Z", "(?>a)", "|*", "a{1}{2}",
        ] {
            assert!(!is_valid(wrong), "{wrong}");
        }
    }
}
