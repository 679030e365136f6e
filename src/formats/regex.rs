//! Whether a regular expression is one to Go: RE2 syntax, no look-around, no back references.

use super::scripts;

/// Whether Go's regexp compiles it. What is doubtful passes.
pub fn is_valid(pattern: &str) -> bool {
    size(pattern).is_some()
}

/// How many steps a pattern has when its repetitions are written out, at the least one; `None` for one that Go's
/// regexp does not compile.
pub fn size(pattern: &str) -> Option<u64> {
    let mut scanner = Scanner { text: pattern, at: 0 };
    scanner.run()
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

/// What the repetitions in a part of a pattern come to.
#[derive(Clone, Copy, Default)]
struct Part {
    /// The greatest product of counts that stand within each other.
    times: u64,
    /// The steps.
    size: u64,
}

/// A group that is open.
#[derive(Default)]
struct Group {
    all: Part,
    /// What a quantifier would be of.
    last: Part,
}

impl Group {
    fn put(&mut self, part: Part) {
        self.all.times = self.all.times.max(self.last.times);
        self.all.size = self.all.size.saturating_add(self.last.size);
        self.last = part;
    }

    fn whole(mut self) -> Part {
        self.put(Part::default());
        self.all.size = self.all.size.saturating_add(1);
        self.all
    }
}

/// How often something may come: at the least, and at the most.
type Counts = (u32, Option<u32>);

/// What counts within each other may come to.
const MOST: u64 = 1000;

impl Part {
    const STEP: Part = Part { times: 0, size: 1 };

    /// The part so many times; `None` if that is too much for Go.
    fn repeated(self, (least, most): Counts) -> Option<Part> {
        let written = u64::from(most.unwrap_or(least));
        let times = match (written, most) {
            (0, Some(_)) => 0,
            (0, None) => self.times,
            _ => written.saturating_mul(self.times.max(1)),
        };
        (times <= MOST || written < 2).then_some(Part {
            times,
            size: self.size.saturating_mul(written.max(1)).saturating_add(1),
        })
    }
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

    fn run(&mut self) -> Option<u64> {
        let mut above: Vec<Group> = Vec::new();
        let mut group = Group::default();
        let mut before = Before::Nothing;
        while let Some(c) = self.next() {
            before = match c {
                '(' => {
                    if self.peek() == Some('?') {
                        self.at += 1;
                        if !self.group()? {
                            continue; // flags alone open no group
                        }
                    }
                    above.push(std::mem::take(&mut group));
                    Before::Nothing
                }
                ')' => {
                    let inner = std::mem::replace(&mut group, above.pop()?);
                    group.put(inner.whole());
                    Before::Something
                }
                '|' => {
                    group.put(Part::STEP);
                    Before::Nothing
                }
                '*' | '+' | '?' => self.quantifier(before)?,
                '{' if let Some(counts) = self.counted()? => {
                    let next = self.quantifier(before)?;
                    group.last = group.last.repeated(counts)?;
                    next
                }
                _ => {
                    match c {
                        '\\' => self.escape(false)?,
                        '[' => self.class()?,
                        _ => {}
                    }
                    group.put(Part::STEP);
                    Before::Something
                }
            };
        }
        above.is_empty().then(|| group.whole().size)
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
    fn counted(&mut self) -> Option<Option<Counts>> {
        let rest = self.text.get(self.at..)?;
        let Some((text, _)) = rest.split_once('}') else {
            return Some(None);
        };
        let (low, high) = match text.split_once(',') {
            None => (text, Some(text)),
            Some((low, "")) => (low, None),
            Some((low, high)) => (low, Some(high)),
        };
        let digits = |text: &str| {
            let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            plain && (text.len() == 1 || !text.starts_with('0'))
        };
        if !digits(low) || high.is_some_and(|high| !digits(high)) {
            return Some(None);
        }
        let low = low.parse::<u32>().ok().filter(|n| *n <= 1000)?;
        let high = match high {
            Some(high) => Some(high.parse::<u32>().ok().filter(|n| *n <= 1000 && *n >= low)?),
            None => None,
        };
        self.at += text.len() + 1;
        Some(Some((low, high)))
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
                if !c.is_ascii_alphanumeric() && c != '_' {
                    return None;
                }
            }
            return None;
        }
        let (mut less, mut flags) = (false, false);
        while let Some(c) = self.next() {
            match c {
                // What is switched off has to be said.
                ':' | ')' if less && !flags => return None,
                ':' => return Some(true),
                ')' => return Some(false),
                'i' | 'm' | 's' | 'U' => flags = true,
                '-' if !less => (less, flags) = (true, false),
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
            'A' | 'z' | 'b' | 'B' if !in_class => {}
            'a' | 'f' | 'n' | 'r' | 't' | 'v' | 'd' | 'D' | 's' | 'S' | 'w' | 'W' | '0' => {}
            // A back reference; two digits are a character.
            '1'..='7' if !matches!(self.peek(), Some('0'..='7')) => return None,
            '1'..='7' => {}
            'x' => match self.next()? {
                '{' => {
                    let digits = self.braced()?;
                    let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
                    let digits = digits.trim_start_matches('0');
                    let number = || u32::from_str_radix(digits, 16).ok();
                    if !hex || !(digits.is_empty() || number()? <= u32::from(char::MAX)) {
                        return None;
                    }
                }
                c if c.is_ascii_hexdigit() && self.next()?.is_ascii_hexdigit() => {}
                _ => return None,
            },
            'p' | 'P' if self.peek() == Some('{') => {
                self.at += 1;
                let name = self.braced()?;
                if !may_be_category(name.strip_prefix('^').unwrap_or(name)) {
                    return None;
                }
            }
            'p' | 'P' => {
                let start = self.at;
                self.next()?;
                if !may_be_category(self.text.get(start..self.at)?) {
                    return None;
                }
            }
            c if c.is_ascii_alphanumeric() => return None,
            c if !c.is_ascii() => return None,
            _ => {}
        }
        Some(())
    }

    /// What stands up to a closing brace: something.
    fn braced(&mut self) -> Option<&str> {
        let (text, _) = self.text.get(self.at..)?.split_once('}')?;
        self.at += text.len() + 1;
        (!text.is_empty()).then_some(text)
    }

    fn class(&mut self) -> Option<()> {
        if self.peek() == Some('^') {
            self.at += 1;
        }
        let mut first = true;
        loop {
            let low = match self.next()? {
                ']' if !first => return Some(()),
                '[' if self.peek() == Some(':') => {
                    let rest = self.text.get(self.at + 1..)?;
                    match rest.split_once(":]") {
                        Some((name, _)) => {
                            if !CLASSES.contains(&name.strip_prefix('^').unwrap_or(name)) {
                                return None;
                            }
                            self.at += name.len() + 3;
                            None
                        }
                        None => Some('['),
                    }
                }
                '\\' if self.at_whole_class() => {
                    self.escape(true)?;
                    None
                }
                // Which character it is does not matter enough.
                '\\' => {
                    self.escape(true)?;
                    Some('\0')
                }
                c => Some(c),
            };
            first = false;
            let rest = self.text.get(self.at..)?.as_bytes();
            if let Some(low) = low
                && rest.first() == Some(&b'-')
                && rest.get(1).is_some_and(|next| *next != b']')
            {
                self.at += 1;
                match self.next()? {
                    // A whole class is no end of a range.
                    '\\' if self.at_whole_class() => return None,
                    '\\' => self.escape(true)?,
                    high if low > high => return None,
                    _ => {}
                }
            }
        }
    }

    /// Whether the letter after a backslash stands for many characters.
    fn at_whole_class(&self) -> bool {
        matches!(self.peek(), Some('d' | 'D' | 's' | 'S' | 'w' | 'W' | 'p' | 'P'))
    }
}

/// The classes of POSIX, `[[:alpha:]]`.
const CLASSES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

/// Whether a name may be one of a category or script of Unicode.
fn may_be_category(name: &str) -> bool {
    const KINDS: [(char, &str); 7] = [
        ('C', "cfnos"),
        ('L', "clmotu"),
        ('M', "cen"),
        ('N', "dlo"),
        ('P', "cdefios"),
        ('S', "ckmo"),
        ('Z', "lps"),
    ];
    let mut chars = name.chars();
    let kind = chars.next().map(|c| c.to_ascii_uppercase());
    let kind = KINDS.iter().find(|(known, _)| Some(*known) == kind);
    match (chars.next(), chars.next()) {
        (None, _) => kind.is_some(),
        (Some(c), None) if c.is_ascii_alphabetic() => {
            kind.is_some_and(|(_, below)| below.contains(c.to_ascii_lowercase()))
                || name.eq_ignore_ascii_case("yi")
        }
        _ => scripts::is_known(name),
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
            r"[\p{Han}\P{^Old_Turkic}]",
            "[a-]",
            r"\/\_",
            r"\Q(\E",
            "(a{100}){10}",
            "((a{10}){10,}){10}",
            "(a{1000}){0}",
            "(a{1000})*",
            "a{1000}b{1000}",
            "a{01}",
            "(?i-s:a)",
            r"[a-\x{7A}\d]",
            "[[:^word:][:x]",
            r"\p{Lu}\p{^Yi}\pN",
            r"\x{00000041}",
            r"[\.-z-a]",
        ] {
            assert!(is_valid(right), "{right}");
        }
        for wrong in [
            "(",
            ")",
            "[",
            "a**",
            "*a",
            "(?=a)",
            "(?!a)",
            "(?<=a)b",
            r"(a)\1",
            "a{2,1}",
            "a{1001}",
            r"\",
            "[z-a]",
            r"\Z",
            "(?>a)",
            "|*",
            "a{1}{2}",
            "(a{100}){11}",
            "^(([a-z]{1,50}){1,50}){1,20}$",
            "((((((((((x{2}){2}){2}){2}){2}){2}){2}){2}){2}){2})",
            r"\C",
            r"a\E",
            "[[:foo:]]",
            r"[a-\d]",
            r"\pX",
            r"\p{Zz}",
            r"\p{Latn}",
            r"[\p{Greekish}]",
            r"\p{IsGreek}",
            r"\x{110000}",
            r"\x{}",
            r"\x{g}",
            "(?-)a",
            "(?i-)a",
            "(?P<é>a)",
        ] {
            assert!(!is_valid(wrong), "{wrong}");
        }
    }
}
