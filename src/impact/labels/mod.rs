//! Label selectors, read as the API server reads them: `app=web,tier in (a, b),!canary,weight>3`.

use std::ops::Range;

use crate::names;

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

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Word,
    Comma,
    Open,
    Close,
    /// `!`
    Not,
    /// `=` or `==`
    Equal,
    /// `!=`
    Differ,
    /// `>`
    Above,
    /// `<`
    Below,
    /// Signs that mean nothing together, such as `=!` or `>=`.
    Odd,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Token {
    kind: Kind,
    at: Range<usize>,
}

fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let is_space = |b: u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
    let is_sign = |b: u8| matches!(b, b'=' | b'!' | b'>' | b'<');
    let is_special = |b: u8| is_sign(b) || matches!(b, b'(' | b')' | b',');
    let run = |from: usize, fits: &dyn Fn(u8) -> bool| {
        let rest = bytes.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|b| fits(**b)).count()
    };
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let (kind, end) = match byte {
            b if is_space(b) => {
                at = run(at, &is_space);
                continue;
            }
            b',' => (Kind::Comma, at + 1),
            b'(' => (Kind::Open, at + 1),
            b')' => (Kind::Close, at + 1),
            // `!` before a key may follow another sign only after a comma, so signs in a row are one token.
            b if is_sign(b) => {
                let end = run(at, &is_sign);
                let kind = match &bytes[at..end] {
                    b"=" | b"==" => Kind::Equal,
                    b"!=" => Kind::Differ,
                    b"!" => Kind::Not,
                    b">" => Kind::Above,
                    b"<" => Kind::Below,
                    _ => Kind::Odd,
                };
                (kind, end)
            }
            _ => (Kind::Word, run(at, &|b| !is_space(b) && !is_special(b))),
        };
        out.push(Token { kind, at: at..end });
        at = end;
    }
    out
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    next: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.next).cloned();
        self.next += usize::from(token.is_some());
        token
    }

    fn str(&self, token: &Token) -> &'a str {
        self.text.get(token.at.clone()).unwrap_or_default()
    }

    /// Where something is missing at the end.
    fn end(&self) -> Range<usize> {
        let end = self.text.trim_end().len();
        end..end
    }

    fn requirement(&mut self) -> Result<(String, Wanted), Fault> {
        let negated = self.peek().is_some_and(|token| token.kind == Kind::Not);
        if negated {
            self.next += 1;
        }
        let key = match self.take() {
            Some(token) if token.kind == Kind::Word => token,
            Some(token) => {
                let found = self.str(&token);
                return Err(Fault::new(
                    token.at,
                    format!("`{found}` stands where a label's key must be"),
                    "write for example `app=web`, `app in (web, shop)`, `app` or `!app`",
                ));
            }
            None => {
                return Err(Fault::new(
                    self.end(),
                    "a label's key is missing after `!`",
                    "write for example `!canary`",
                ));
            }
        };
        let name = self.str(&key);
        self.check_key(&key)?;
        if negated {
            return Ok((name.to_string(), Wanted::Absent));
        }
        let Some(operator) = self.peek().cloned() else {
            return Ok((name.to_string(), Wanted::Exists));
        };
        let wanted = match operator.kind {
            Kind::Comma => return Ok((name.to_string(), Wanted::Exists)),
            Kind::Equal => Wanted::In(vec![self.value(&key)?]),
            Kind::Differ => Wanted::NotIn(vec![self.value(&key)?]),
            Kind::Above => Wanted::Above(self.number()?),
            Kind::Below => Wanted::Below(self.number()?),
            Kind::Word => match self.str(&operator) {
                "in" => Wanted::In(self.values(&key)?),
                "notin" => Wanted::NotIn(self.values(&key)?),
                _ => return Err(self.not_an_operator(&key, &operator)),
            },
            _ => return Err(self.not_an_operator(&key, &operator)),
        };
        Ok((name.to_string(), wanted))
    }

    fn check_key(&self, token: &Token) -> Result<(), Fault> {
        let key = self.str(token);
        let Some(fault) = names::qualified_name(key).first().copied() else {
            return Ok(());
        };
        Err(Fault::new(
            token.at.clone(),
            format!("`{}` is no label key: it {fault}", key.escape_debug()),
            "a key is a name such as `app`, or a prefix and a name such as `example.com/app`",
        ))
    }

    fn check_value(&self, at: Range<usize>) -> Result<String, Fault> {
        let value = self.text.get(at.clone()).unwrap_or_default();
        let Some(fault) = names::label_value(value).first().copied() else {
            return Ok(value.to_string());
        };
        let bare = value.trim_matches(['"', '\'']);
        let help = if bare != value && names::label_value(bare).is_empty() {
            format!("values stand without quotes: `{bare}`")
        } else {
            "a value is at most 63 letters, digits, `-`, `_` and `.`, and starts and ends with a letter or digit"
                .to_string()
        };
        Err(Fault::new(
            at,
            format!("`{}` is no value of a label: it {fault}", value.escape_debug()),
            help,
        ))
    }

    /// The value after an operator, which may be empty.
    fn value(&mut self, key: &Token) -> Result<String, Fault> {
        self.next += 1;
        match self.peek().cloned() {
            None => Ok(String::new()),
            Some(token) if token.kind == Kind::Comma => Ok(String::new()),
            Some(token) if token.kind == Kind::Word => {
                self.next += 1;
                self.check_value(token.at)
            }
            Some(token) if token.kind == Kind::Open => Err(Fault::new(
                token.at,
                "`=` and `!=` compare with one value, not with a list",
                format!("write `{} in (…)` or `{0} notin (…)`", self.str(key)),
            )),
            Some(token) => Err(Fault::new(
                token.at.clone(),
                format!("`{}` stands where a value must be", self.str(&token)),
                format!("write for example `{}=web`", self.str(key)),
            )),
        }
    }

    fn number(&mut self) -> Result<i64, Fault> {
        let operator = self.take();
        let sign = operator.as_ref().map_or("", |token| self.str(token));
        match self.take() {
            Some(token) if token.kind == Kind::Word => {
                let text = self.str(&token);
                // Numbers are values of labels, which have no sign.
                let unsigned = text.bytes().all(|b| b.is_ascii_digit());
                whole_number(text).filter(|_| unsigned).ok_or_else(|| {
                    Fault::new(
                        token.at.clone(),
                        format!(
                            "`{sign}` compares with a whole number of digits, which `{}` is not",
                            text.escape_debug()
                        ),
                        format!("write for example `{sign}3`"),
                    )
                })
            }
            other => Err(Fault::new(
                other.map_or_else(|| self.end(), |token| token.at),
                format!("a whole number is missing after `{sign}`"),
                format!("write for example `{sign}3`"),
            )),
        }
    }

    /// `(a, b)` after `in` or `notin`; a value may be empty, the list may not.
    fn values(&mut self, key: &Token) -> Result<Vec<String>, Fault> {
        let operator = self.take();
        let (word, key) = (
            operator.as_ref().map_or("in", |token| self.str(token)),
            self.str(key),
        );
        let open = match self.take() {
            Some(token) if token.kind == Kind::Open => token,
            Some(token) if token.kind == Kind::Word => {
                let value = self.str(&token);
                return Err(Fault::new(
                    token.at,
                    format!("`{word}` wants its values in parentheses"),
                    format!("write `{key} {word} ({value})`"),
                ));
            }
            other => {
                return Err(Fault::new(
                    other.map_or_else(|| self.end(), |token| token.at),
                    format!("values in parentheses are missing after `{word}`"),
                    format!("write for example `{key} {word} (web, shop)`"),
                ));
            }
        };
        let mut values = Vec::new();
        loop {
            let (value, after) = match self.take() {
                Some(token) if token.kind == Kind::Word => (self.check_value(token.at)?, self.take()),
                other => (String::new(), other),
            };
            match after {
                Some(token) if token.kind == Kind::Comma => values.push(value),
                Some(token) if token.kind == Kind::Close => {
                    if values.is_empty() && value.is_empty() {
                        return Err(Fault::new(
                            open.at.start..token.at.end,
                            format!("`{word}` has no values to compare with"),
                            format!("write for example `{key} {word} (web, shop)`"),
                        ));
                    }
                    values.push(value);
                    return Ok(values);
                }
                Some(token) => {
                    let found = self.str(&token);
                    return Err(Fault::new(
                        token.at,
                        format!("`{found}` stands where `,` or `)` must be"),
                        "separate values with commas, as in `(web, shop)`",
                    ));
                }
                None => {
                    return Err(Fault::new(
                        open.at,
                        "this parenthesis is not closed",
                        "add `)` after the last value",
                    ));
                }
            }
        }
    }

    /// What follows a key is no operator.
    fn not_an_operator(&self, key: &Token, found: &Token) -> Fault {
        let (key, word) = (self.str(key), self.str(found));
        let after = self
            .tokens
            .get(self.next + 1)
            .filter(|token| token.kind == Kind::Word)
            .map_or("…", |token| self.str(token));
        let help = match word {
            "=!" => format!("write `{key}!={after}`"),
            "===" => format!("write `{key}={after}`"),
            ">=" => match whole_number(after).and_then(|n| n.checked_sub(1)) {
                Some(below) => format!("there is no `>=`; write `{key}>{below}`"),
                None => "there is no `>=`; use `>` with the number before".to_string(),
            },
            "<=" => match whole_number(after).and_then(|n| n.checked_add(1)) {
                Some(above) => format!("there is no `<=`; write `{key}<{above}`"),
                None => "there is no `<=`; use `<` with the number after".to_string(),
            },
            "not" if after == "in" => format!("write `{key} notin (…)`"),
            _ if word.eq_ignore_ascii_case("in") || word.eq_ignore_ascii_case("notin") => {
                format!("write `{}` in lower case", word.to_ascii_lowercase())
            }
            "and" | "AND" | "&&" | "&" => {
                "requirements are separated by commas, and all must hold".to_string()
            }
            "or" | "OR" | "||" | "|" => format!(
                "there is no `or` between requirements; for several values of one label write `{key} in (a, b)`"
            ),
            _ if found.kind == Kind::Word => {
                format!("write `{key},{word}` for both, or `{key}={word}` for this value")
            }
            _ => "the operators are `=`, `==`, `!=`, `in`, `notin`, `>` and `<`".to_string(),
        };
        Fault::new(
            found.at.clone(),
            format!("`{}` is no operator", word.escape_debug()),
            help,
        )
    }

    /// What follows a requirement is neither a comma nor the end.
    fn not_a_comma(&self, found: &Token) -> Fault {
        let word = self.str(found);
        let help = match word {
            "and" | "AND" | "&&" | "&" => "requirements are separated by commas, and all must hold",
            "or" | "OR" | "||" | "|" => {
                "there is no `or` between requirements; for several values of one label write `app in (a, b)`"
            }
            _ => "separate requirements with commas: `app=web,tier=db`",
        };
        Fault::new(
            found.at.clone(),
            format!(
                "`{}` stands where a comma or the end must be",
                word.escape_debug()
            ),
            help,
        )
    }
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
