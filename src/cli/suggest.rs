//! "Did you mean …?" for names of rules.

use crate::catalogue::suggest::{instead_of, nearest};

/// What to say about a name that is neither a rule nor a category.
pub fn unknown_rule(name: &str) -> String {
    let said = format!("there is no rule or category `{}`", name.escape_debug());
    format!("{said}; {}", instead_of(name))
}

/// What to say about a name that is neither a rule nor a kind, given what is wrong with it as a kind.
pub fn unknown_name(name: &str, as_kind: &str) -> String {
    let near = nearest(name);
    // A path, or a slip that is understood, is surely meant for a kind.
    if near.is_empty() && (name.contains(['.', '/']) || as_kind.contains("; ")) {
        return as_kind.to_string();
    }
    let mut said = format!("there is no rule, category or kind `{}`", name.escape_debug());
    let mut shown: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
    if let Some((_, meant)) = as_kind.split_once("did you mean ") {
        let meant = meant.trim_end_matches('?').to_lowercase();
        if !shown.contains(&meant) {
            shown.insert(0, meant);
        }
    }
    match shown.is_empty() {
        true => said.push_str("; `kubeproof rules` lists the rules, and kinds are written as for kubectl"),
        false => said.push_str(&format!("; did you mean {}?", shown.join(" or "))),
    }
    said
}
