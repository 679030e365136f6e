//! From the words of an expression to what it asks.

use std::ops::Range;

use super::tokens::{Kind, Token};
use super::{Fault, Wanted, whole_number};
use crate::names;

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token>,
    pub(super) next: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    pub(super) fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.next).cloned();
        self.next += usize::from(token.is_some());
        token
    }

    pub(super) fn str(&self, token: &Token) -> &'a str {
        self.text.get(token.at.clone()).unwrap_or_default()
    }

    /// Where something is missing at the end.
    fn end(&self) -> Range<usize> {
        let end = self.text.trim_end().len();
        end..end
    }

    pub(super) fn requirement(&mut self) -> Result<(String, Wanted), Fault> {
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
}
