//! "Did you mean …?" for names of rules.

use crate::rules::suggest::instead_of;

/// What to say about a name that is neither a rule nor a category.
pub fn unknown_rule(name: &str) -> String {
    let said = format!("there is no rule or category `{}`", name.escape_debug());
    format!("{said}; {}", instead_of(name))
}
