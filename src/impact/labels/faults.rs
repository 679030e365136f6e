//! What people write who know other languages of selectors, and what they mean.

use super::parse::Parser;
use super::tokens::{Kind, Token};
use super::{Fault, whole_number};

impl Parser<'_> {
    /// What follows a key is no operator.
    pub(super) fn not_an_operator(&self, key: &Token, found: &Token) -> Fault {
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
    pub(super) fn not_a_comma(&self, found: &Token) -> Fault {
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
