//! A quick matcher for patterns that say of a whole text which ASCII characters it is made of: `^…$`, or several
//! such alternatives, of literals, character classes, groups, `|` and repetition. Whatever else a pattern has is
//! left to a full engine.
//!
//! Each character or class of the pattern is a step, and what steps may come next is a set of bits, so that a text
//! is matched in one pass without going back (Glushkov's automaton).

/// A pattern in steps.
pub(crate) struct Steps {
    /// The steps that take a byte, by byte.
    takes: [u64; 128],
    /// The steps that may follow a step.
    follow: Vec<u64>,
    /// The steps that a text may begin with.
    first: u64,
    /// The steps that a text may end with.
    last: u64,
    /// Whether the empty text matches.
    empty: bool,
}

/// Patterns are nested no deeper than this.
const DEEPEST: u32 = 16;
/// As many repetitions are written out, at the most: more would not fit anyway.
const MOST: u32 = 64;

impl Steps {
    /// Reads a pattern; `None` for one that is of another form, or has too many steps.
    pub(crate) fn of(pattern: &str) -> Option<Steps> {
        let mut reader = Reader {
            pattern: pattern.as_bytes(),
            at: 0,
            steps: Steps {
                takes: [0; 128],
                follow: Vec::with_capacity(16),
                first: 0,
                last: 0,
                empty: false,
            },
        };
        loop {
            reader.expect(b'^')?;
            let whole = reader.sequence(0)?;
            reader.expect(b'$')?;
            let steps = &mut reader.steps;
            steps.first |= whole.first;
            steps.last |= whole.last;
            steps.empty |= whole.empty;
            match reader.peek() {
                None => return Some(reader.steps),
                Some(_) => reader.expect(b'|')?,
            }
        }
    }

    /// Whether the whole text matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let (mut next, mut end) = (self.first, self.empty);
        for byte in text.bytes() {
            let mut taken = next & self.takes.get(usize::from(byte)).copied().unwrap_or_default();
            if taken == 0 {
                return false;
            }
            end = taken & self.last != 0;
            next = 0;
            while taken != 0 {
                let step = taken.trailing_zeros() as usize;
                next |= self.follow.get(step).copied().unwrap_or_default();
                taken &= taken - 1;
            }
        }
        end
    }
}

/// A part of a pattern: the steps that it may begin and end with, and whether it may be left out.
#[derive(Clone, Copy)]
struct Part {
    first: u64,
    last: u64,
    empty: bool,
}

const NOTHING: Part = Part {
    first: 0,
    last: 0,
    empty: true,
};

struct Reader<'p> {
    pattern: &'p [u8],
    at: usize,
    steps: Steps,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.pattern.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    /// What stands up to a `|`, a `)` or the end.
    fn sequence(&mut self, depth: u32) -> Option<Part> {
        let mut all = NOTHING;
        while !matches!(self.peek(), None | Some(b'|' | b')' | b'$')) {
            let next = self.repeated(depth)?;
            all = self.chain(all, next);
        }
        Some(all)
    }

    /// One part after the other.
    fn chain(&mut self, a: Part, b: Part) -> Part {
        self.link(a.last, b.first);
        Part {
            first: if a.empty { a.first | b.first } else { a.first },
            last: if b.empty { a.last | b.last } else { b.last },
            empty: a.empty && b.empty,
        }
    }

    fn link(&mut self, mut from: u64, to: u64) {
        while from != 0 {
            if let Some(follow) = self.steps.follow.get_mut(from.trailing_zeros() as usize) {
                *follow |= to;
            }
            from &= from - 1;
        }
    }

    /// A step or group, and how often it may come.
    fn repeated(&mut self, depth: u32) -> Option<Part> {
        let start = self.at;
        let mut part = self.atom(depth)?;
        match self.peek() {
            Some(b'?') => part.empty = true,
            Some(b'*') => {
                self.link(part.last, part.first);
                part.empty = true;
            }
            Some(b'+') => self.link(part.last, part.first),
            Some(b'{') => {
                self.at += 1;
                let (least, most) = self.bounds()?;
                let end = self.at;
                // The part is read again for each time that it may come.
                part = self.times(start, depth, part, least, most)?;
                self.at = end - 1;
            }
            _ => return Some(part),
        }
        self.at += 1;
        // Of a repetition that is itself repeated, or reluctant, nothing is known here.
        (!matches!(self.peek(), Some(b'?' | b'*' | b'+' | b'{'))).then_some(part)
    }

    fn times(&mut self, start: usize, depth: u32, one: Part, least: u32, most: Option<u32>) -> Option<Part> {
        let written = most.unwrap_or(least.max(1));
        let (mut all, mut last) = (NOTHING, one);
        for i in 0..written {
            if i > 0 {
                self.at = start;
                last = self.atom(depth)?;
            }
            if i >= least {
                last.empty = true;
            }
            if most.is_none() && i + 1 == written {
                self.link(last.last, last.first);
            }
            all = self.chain(all, last);
        }
        Some(all)
    }

    /// `3}`, `3,}` or `3,5}`.
    fn bounds(&mut self) -> Option<(u32, Option<u32>)> {
        let least = self.number()?;
        let most = match self.next()? {
            b'}' => return (1..=MOST).contains(&least).then_some((least, Some(least))),
            b',' if self.peek() == Some(b'}') => None,
            b',' => Some(self.number()?),
            _ => return None,
        };
        self.expect(b'}')?;
        let sensible = most.is_none_or(|most| least <= most && (1..=MOST).contains(&most));
        (sensible && least <= MOST).then_some((least, most))
    }

    fn number(&mut self) -> Option<u32> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        let digits = std::str::from_utf8(self.pattern.get(start..self.at)?).ok()?;
        // With a zero before it Go reads no number.
        (digits.len() == 1 || !digits.starts_with('0')).then(|| digits.parse().ok())?
    }

    fn atom(&mut self, depth: u32) -> Option<Part> {
        match self.next()? {
            b'(' if depth < DEEPEST => self.group(depth + 1),
            b'[' => self.class(),
            b'\\' => {
                let byte = self.escaped()?;
                self.step(|step, takes| take(takes, step, byte, byte))
            }
            b'.' | b'^' | b'$' | b'*' | b'+' | b'?' | b'{' | b'}' | b']' | b'(' | b')' | b'|' => None,
            byte if byte.is_ascii_graphic() || byte == b' ' => {
                self.step(|step, takes| take(takes, step, byte, byte))
            }
            _ => None,
        }
    }

    fn group(&mut self, depth: u32) -> Option<Part> {
        if self.peek() == Some(b'?') {
            self.at += 1;
            self.expect(b':')?;
        }
        let mut all = self.sequence(depth)?;
        while self.peek() == Some(b'|') {
            self.at += 1;
            let other = self.sequence(depth)?;
            all = Part {
                first: all.first | other.first,
                last: all.last | other.last,
                empty: all.empty | other.empty,
            };
        }
        self.expect(b')')?;
        Some(all)
    }

    /// A character after a backslash that stands for itself, or in hexadecimal digits.
    fn escaped(&mut self) -> Option<u8> {
        match self.next()? {
            b'<' | b'>' => None,
            byte if byte.is_ascii_punctuation() => Some(byte),
            b'x' => {
                let digits = std::str::from_utf8(self.pattern.get(self.at..self.at + 2)?).ok()?;
                self.at += 2;
                let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                let byte = u8::from_str_radix(digits, 16).ok()?;
                (plain && byte.is_ascii()).then_some(byte)
            }
            _ => None,
        }
    }

    /// `[-._a-z0-9]`, the bracket read already.
    fn class(&mut self) -> Option<Part> {
        let mut ranges: Vec<(u8, u8)> = Vec::with_capacity(8);
        loop {
            let start = match self.next()? {
                b']' if !ranges.is_empty() => break,
                b'[' | b']' => return None,
                b'^' if ranges.is_empty() => return None,
                // Two of them could mean a difference of classes.
                b'-' if !ranges.is_empty() && self.peek() != Some(b']') => return None,
                b'-' if self.peek() == Some(b'-') => return None,
                b'&' | b'~' if matches!(self.peek(), Some(b'&' | b'~')) => return None,
                b'\\' => self.escaped()?,
                byte if byte.is_ascii_graphic() || byte == b' ' => byte,
                _ => return None,
            };
            let range = match (self.peek(), self.pattern.get(self.at + 1)) {
                (Some(b'-'), Some(&end)) if end != b']' => {
                    // A class or an escape is no end to be sure of.
                    if !end.is_ascii_graphic() || matches!(end, b'\\' | b'[' | b'-') || end < start {
                        return None;
                    }
                    self.at += 2;
                    (start, end)
                }
                _ => (start, start),
            };
            ranges.push(range);
        }
        self.step(|step, takes| {
            for (start, end) in &ranges {
                take(takes, step, *start, *end);
            }
        })
    }

    fn step(&mut self, fill: impl FnOnce(u64, &mut [u64; 128])) -> Option<Part> {
        let step = 1u64.checked_shl(self.steps.follow.len() as u32)?;
        self.steps.follow.push(0);
        fill(step, &mut self.steps.takes);
        Some(Part {
            first: step,
            last: step,
            empty: false,
        })
    }
}

fn take(takes: &mut [u64; 128], step: u64, start: u8, end: u8) {
    if let Some(range) = takes.get_mut(usize::from(start)..=usize::from(end)) {
        range.iter_mut().for_each(|bits| *bits |= step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex_lite::Regex;

    /// Patterns as they stand in definitions, which the full engine must judge alike.
    const TAKEN: &[&str] = &[
        r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
        r"^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
        r"^[-._a-zA-Z0-9]+$",
        r"^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$",
        r"^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
        r"^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$",
        r"^([0-9]{1,5}(h|m|s|ms)){1,4}$",
        r"^([0-9]{2,}|x{2})$",
        r"^a{0,2}b{0,}$",
        r"^(?:ab|a)(c|bcd)$",
        r"^(a|)b$",
        r"^(a*)*$",
        r"^()$",
    ];

    #[test]
    fn matches_as_the_full_engine_does() {
        let texts = [
            "",
            "a",
            "b",
            "ab",
            "aab",
            "aaab",
            "abcd",
            "ac",
            "abc",
            "bb",
            "a-b",
            "-a",
            "a-",
            "a.b",
            "a..b",
            "*.a.b",
            "*",
            "0",
            "1y2w",
            "2w1y",
            "10ms",
            "5h30m",
            "123456h",
            "1h1h1h1h1h",
            "12",
            "123",
            "xx",
            "xxx",
            "A_b",
            "x`",
            "a\\b",
            "é",
            "a\n",
            "é.b",
            "x~|^",
        ];
        for pattern in TAKEN {
            let steps = Steps::of(pattern).unwrap_or_else(|| panic!("{pattern} is taken"));
            let regex = Regex::new(pattern).expect("a pattern");
            for text in texts {
                assert_eq!(steps.matches(text), regex.is_match(text), "{pattern}: {text:?}");
            }
        }
    }

    #[test]
    fn leaves_the_rest_to_the_full_engine() {
        let others = [
            "a",
            "^a",
            "a$",
            "^a|b$",
            "(^a$)|^b$",
            "^.*$",
            "^[^a]$",
            "^[[:alpha:]]$",
            "^a*?$",
            "^a**$",
            r"^\d$",
            r"^a\<$",
            "^(?i)a$",
            "^é$",
            "^[a-z&&b]$",
            "^[a--b]$",
            "^[z-a]$",
            "^a{$",
            "^a{2,1}$",
            "^a{02}$",
            "^a{100}$",
            "^(a$",
            "^[]$",
            "^[a-z-_]$",
            "^(a{8}){9}$",
            "^a)$",
            "^a\\",
            "^[a",
        ];
        for pattern in others {
            assert!(Steps::of(pattern).is_none(), "{pattern}");
        }
    }
}
