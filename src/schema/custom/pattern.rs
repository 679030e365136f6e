//! Regular expressions of schemas. Nearly all of them describe names, character by character and from end to end:
//! those are matched by [`Steps`], others by a full engine.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Mutex, OnceLock};

use regex_lite::Regex;

use super::steps::Steps;

/// A regular expression of Go's, compiled when it is first needed.
pub(crate) struct Pattern<'c> {
    pub(super) text: Cow<'c, str>,
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
    matched: Mutex<HashSet<Box<str>>>,
}

/// As many texts are remembered for a pattern, and none longer than this.
const REMEMBERED: usize = 64;

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
            Compiled::Regex(regex) => Some(regex.matches(text)),
            Compiled::NotUnderstood => None,
        }
    }
}

fn compile(pattern: &str) -> Compiled {
    if let Some(steps) = Steps::of(pattern) {
        return Compiled::Steps(Box::new(steps));
    }
    // Plain characters in Go, edges of words here.
    let differs = pattern.contains("\\<") || pattern.contains("\\>");
    match Regex::new(pattern) {
        Ok(regex) if !differs => Compiled::Regex(Box::new(Remembering {
            regex,
            matched: Mutex::default(),
        })),
        _ => Compiled::NotUnderstood,
    }
}

impl Remembering {
    fn matches(&self, text: &str) -> bool {
        if self.matched.lock().is_ok_and(|matched| matched.contains(text)) {
            return true;
        }
        let matches = self.regex.is_match(text);
        if matches
            && text.len() <= REMEMBERED
            && let Ok(mut matched) = self.matched.lock()
            && matched.len() < REMEMBERED
        {
            matched.insert(text.into());
        }
        matches
    }
}
