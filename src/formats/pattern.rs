//! Regular expressions of schemas. Nearly all of them describe names, character by character and from end to end:
//! those are matched by [`Steps`], others by a full engine.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Mutex, OnceLock};

use regex_lite::Regex;

use super::regex;
use super::steps::Steps;

/// A regular expression of Go's, compiled when it is first needed.
pub(crate) struct Pattern<'c> {
    pub(crate) text: Cow<'c, str>,
    compiled: OnceLock<Compiled>,
}

enum Compiled {
    Steps(Box<Steps>),
    Regex(Box<Remembering>),
    NotUnderstood,
}

/// A slow regular expression, and texts that matched it: the same few come again and again.
struct Remembering {
    regex: Regex,
    /// How many steps each character of a text may take.
    size: u64,
    /// Where the engine knows other characters than Go.
    blind: Blind,
    matched: Mutex<HashSet<Box<str>>>,
}

/// What the engine does not know of characters, and the pattern asks for.
#[derive(Default)]
struct Blind {
    /// To Go the vertical tab is no space.
    tabs: bool,
    /// Upper and lower case beyond ASCII.
    cases: bool,
}

impl Blind {
    fn of(pattern: &str) -> Blind {
        let flags = |text: &str| {
            let end = text.find([':', ')']).unwrap_or_default();
            text.get(..end).is_some_and(|flags| flags.contains('i'))
        };
        Blind {
            tabs: pattern.contains("\\s") || pattern.contains("\\S"),
            cases: pattern.split("(?").skip(1).any(flags),
        }
    }

    fn hides(&self, pattern: &str, text: &str) -> bool {
        (self.tabs && text.contains('\u{b}')) || (self.cases && !(pattern.is_ascii() && text.is_ascii()))
    }
}

/// As many texts are remembered for a pattern, and none longer than this.
const REMEMBERED: usize = 64;
/// As many steps the engine goes for one text at the most, and no pattern may have more than these: what takes longer
/// is not judged.
const MOST: u64 = 400_000;
const LARGEST: u64 = 1_100;

impl<'c> Pattern<'c> {
    pub(crate) fn new(text: Cow<'c, str>) -> Pattern<'c> {
        Pattern {
            text,
            compiled: OnceLock::new(),
        }
    }

    /// Whether a text matches; `None` for a pattern that is not understood.
    pub(crate) fn matches(&self, text: &str) -> Option<bool> {
        match self.compiled.get_or_init(|| compile(&self.text)) {
            Compiled::Steps(steps) => Some(steps.matches(text)),
            Compiled::Regex(regex) => regex.matches(&self.text, text),
            Compiled::NotUnderstood => None,
        }
    }

    /// The parts of a text that match, from left to right, as many at the most.
    pub(crate) fn find<'t>(&self, text: &'t str, most: usize) -> Option<Vec<&'t str>> {
        match self.compiled.get_or_init(|| compile(&self.text)) {
            // These match nothing but whole texts.
            Compiled::Steps(steps) => Some(match steps.matches(text) && most > 0 {
                true => vec![text],
                false => Vec::new(),
            }),
            Compiled::Regex(regex) => regex.find(&self.text, text, most),
            Compiled::NotUnderstood => None,
        }
    }
}

fn compile(pattern: &str) -> Compiled {
    if let Some(steps) = Steps::of(pattern) {
        return Compiled::Steps(Box::new(steps));
    }
    // Plain characters in Go, but edges of words and counts here.
    let differs = ["\\<", "\\>", "\\b{", "{,"];
    let zeros = pattern.match_indices("{0").any(|(at, _)| {
        let next = pattern.as_bytes().get(at + 2);
        next.is_some_and(u8::is_ascii_digit)
    });
    let size = regex::size(pattern).filter(|size| *size <= LARGEST);
    match (size, Regex::new(pattern)) {
        (Some(size), Ok(regex)) if !zeros && !differs.iter().any(|part| pattern.contains(part)) => {
            Compiled::Regex(Box::new(Remembering {
                regex,
                size,
                blind: Blind::of(pattern),
                matched: Mutex::default(),
            }))
        }
        _ => Compiled::NotUnderstood,
    }
}

impl Remembering {
    fn find<'t>(&self, pattern: &str, text: &'t str, most: usize) -> Option<Vec<&'t str>> {
        let length = text.len() as u64;
        // Each match may take a walk to the end.
        let walks = length.saturating_add(1).min(most as u64);
        let steps = self.size.saturating_mul(length).saturating_mul(walks);
        if steps > MOST || self.blind.hides(pattern, text) {
            return None;
        }
        let found = self.regex.find_iter(text).take(most);
        Some(found.map(|found| found.as_str()).collect())
    }

    fn matches(&self, pattern: &str, text: &str) -> Option<bool> {
        if self.matched.lock().is_ok_and(|matched| matched.contains(text)) {
            return Some(true);
        }
        if self.size.saturating_mul(text.len() as u64) > MOST || self.blind.hides(pattern, text) {
            return None;
        }
        let matches = self.regex.is_match(text);
        if matches
            && text.len() <= REMEMBERED
            && let Ok(mut matched) = self.matched.lock()
            && matched.len() < REMEMBERED
        {
            matched.insert(text.into());
        }
        Some(matches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_only_what_it_reads_as_go_does() {
        for (pattern, text, matches) in [
            (r"^\S+$", "a", Some(true)),
            (r"^\S+$", "a\u{b}", None),
            ("(?i)^é$", "É", None),
            ("(?i)^e$", "E", Some(true)),
            ("(?i)^e$", "é", None),
            ("(?:é)$", "é", Some(true)),
            ("^a{,2}$", "a", None),
            ("^a{01}$", "a", None),
            ("^a{0,3}$", "aa", Some(true)),
            ("^.a{3}$", "baaa", Some(true)),
            ("(a{100}){11}", "a", None),
        ] {
            assert_eq!(
                Pattern::new(pattern.into()).matches(text),
                matches,
                "{pattern} {text:?}"
            );
        }
    }

    #[test]
    fn what_takes_long_is_not_judged() {
        let start = std::time::Instant::now();
        let pattern = Pattern::new("a{0,400}b{0,400}c".into());
        assert_eq!(pattern.matches(&"a".repeat(100)), Some(false));
        assert_eq!(pattern.matches(&"a".repeat(100_000)), None);
        let pattern = Pattern::new("(.a{0,900}){5,}b{0,900}c{0,900}d".into());
        assert_eq!(pattern.matches("a"), None);
        assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    }
}
