//! Label selectors, read as the API server reads them: `app=web,tier in (a, b),!canary,weight>3`.

mod faults;
mod parse;
mod tokens;

use std::ops::Range;

use self::parse::Parser;
use self::tokens::{Kind, Token, tokens};

/// What an expression asks of labels. All of its requirements must hold; without any, everything fits.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LabelSelector {
    requirements: Vec<(String, Wanted)>,
}

/// What is asked of one label.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Wanted {
    /// `=`, `==`, `in`: there, with one of these values.
    In(Vec<String>),
    /// `!=`, `notin`: with none of these values, or not there.
    NotIn(Vec<String>),
    /// `key`
    Exists,
    /// `!key`
    Absent,
    /// `>`: there, and a whole number above this one.
    Above(i64),
    /// `<`
    Below(i64),
}

/// What is wrong with an expression, and where in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The bytes of the expression that are wrong; empty where something is missing.
    pub at: Range<usize>,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub help: String,
}

impl Fault {
    pub(super) fn new(at: Range<usize>, what: impl Into<String>, help: impl Into<String>) -> Fault {
        Fault {
            at,
            what: what.into(),
            help: help.into(),
        }
    }
}

impl LabelSelector {
    /// Reads an expression.
    ///
    /// # Errors
    /// Says what is wrong with it, where, and what to write instead.
    pub fn parse(text: &str) -> Result<LabelSelector, Fault> {
        let mut parser = Parser {
            text,
            tokens: tokens(text),
            next: 0,
        };
        let mut requirements = Vec::new();
        if parser.peek().is_none() {
            return Ok(LabelSelector { requirements });
        }
        loop {
            requirements.push(parser.requirement()?);
            match parser.take() {
                None => return Ok(LabelSelector { requirements }),
                Some(Token {
                    kind: Kind::Comma,
                    at,
                }) => {
                    if parser.peek().is_none() {
                        return Err(Fault::new(
                            at,
                            "nothing follows this comma",
                            "remove it, or add a requirement after it",
                        ));
                    }
                }
                Some(other) => return Err(parser.not_a_comma(&other)),
            }
        }
    }

    /// Whether it asks nothing, so that everything fits.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// Whether labels, looked up by key, fit.
    pub fn fits<'l>(&self, get: impl Fn(&str) -> Option<&'l str>) -> bool {
        self.requirements.iter().all(|(key, wanted)| {
            let value = get(key);
            let is_one = |values: &[String]| value.is_some_and(|v| values.iter().any(|one| one == v));
            let number = || value.and_then(whole_number);
            match wanted {
                Wanted::In(values) => is_one(values),
                Wanted::NotIn(values) => !is_one(values),
                Wanted::Exists => value.is_some(),
                Wanted::Absent => value.is_none(),
                Wanted::Above(than) => number().is_some_and(|n| n > *than),
                Wanted::Below(than) => number().is_some_and(|n| n < *than),
            }
        })
    }
}

/// As Go's ParseInt reads it: a sign and digits.
fn whole_number(text: &str) -> Option<i64> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fits(selector: &str, labels: &[(&str, &str)]) -> bool {
        let selector = LabelSelector::parse(selector).unwrap_or_else(|fault| panic!("{selector}: {fault:?}"));
        selector.fits(|key| labels.iter().find(|(k, _)| *k == key).map(|(_, v)| *v))
    }

    #[test]
    fn every_operator_selects_as_the_server_does() {
        let labels = [("app", "web"), ("weight", "10"), ("empty", ""), ("in", "notin")];
        for (selector, wanted) in [
            ("", true),
            ("  ", true),
            ("app", true),
            ("other", false),
            ("!app", false),
            ("! other", true),
            ("app=web", true),
            ("app==web", true),
            ("app = web", true),
            ("app=shop", false),
            ("other=web", false),
            ("app!=web", false),
            ("app!=shop", true),
            ("other!=web", true), // not there is not equal
            ("app in (shop, web)", true),
            ("app in(web)", true),
            ("app in (shop)", false),
            ("other in (web)", false),
            ("app notin (web,shop)", false),
            ("app notin (shop)", true),
            ("other notin (web)", true),
            ("empty=", true),
            ("empty==,app", true),
            ("app=", false),
            ("empty in (,)", true),
            ("empty in (a,)", true),
            ("other in (,)", false),
            ("weight>9", true),
            ("weight > 10", false),
            ("weight<11", true),
            ("weight<10", false),
            ("app>1", false),   // no number
            ("other<1", false), // not there
            ("app=web,weight>3,!other", true),
            ("app=web,other", false),
            ("in in (notin)", true), // a key may be a word of the language
            ("in=notin", true),
            ("notin notin (in)", true),
            ("!in", false),
            ("app=in", false),
            ("example.com/app!=x", true),
        ] {
            assert_eq!(fits(selector, &labels), wanted, "{selector}");
        }
    }

    /// `at|marked text|what|help`
    fn fault(selector: &str) -> String {
        let fault = LabelSelector::parse(selector).expect_err(selector);
        format!(
            "{}|{}|{}|{}",
            fault.at.start,
            &selector[fault.at.clone()],
            fault.what,
            fault.help
        )
    }

    #[test]
    fn faults_are_placed_and_mended() {
        let faults: Vec<String> = [
            "tier in prod",
            "tier in",
            "tier in ()",
            "tier in (a b)",
            "tier in (a, b",
            "tier In (a)",
            "tier not in (a)",
            "tier=(a)",
            "tier==a==b",
            "tier=!a",
            "weight>=3",
            "weight<=3",
            "weight>many",
            "weight>-1",
            "weight>",
            "app=web tier=db",
            "app web",
            "app=web && tier=db",
            "app=web,",
            ",app=web",
            "app=web,,tier",
            "!",
            "=web",
            "app='web'",
            "app=-web",
            "-app=web",
            "a/b/c=web",
            "!app=web",
            "app=web)",
            "app~web",
        ]
        .into_iter()
        .map(|selector| format!("{selector}\n    {}", fault(selector)))
        .collect();
        insta::assert_snapshot!(faults.join("\n"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            check(&text)?;
        }

        #[test]
        fn what_looks_like_a_selector_is_read_or_refused(
            text in "([a-c=!<>(),. /é-]|in|notin|[0-9]){0,24}"
        ) {
            check(&text)?;
        }
    }

    /// A fault lies within the text, on whole characters.
    fn check(text: &str) -> Result<(), TestCaseError> {
        match LabelSelector::parse(text) {
            Ok(selector) => _ = selector.fits(|_| Some("1")),
            Err(fault) => prop_assert!(text.get(fault.at.clone()).is_some(), "{fault:?}"),
        }
        Ok(())
    }
}
