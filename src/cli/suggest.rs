//! "Did you mean …?" for names of rules and kinds.

use crate::rules::RULES;

/// What to say about a name that is neither a rule nor a category.
pub fn unknown_rule(name: &str) -> String {
    let mut said = format!("there is no rule or category `{}`", name.escape_debug());
    let near = nearest(name);
    if near.is_empty() {
        said.push_str("; `kubeproof rules` lists them");
    } else {
        let shown: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
        said.push_str(&format!("; did you mean {}?", shown.join(" or ")));
    }
    said
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

/// The known names nearest to one that is not known: at most three, the nearest first.
fn nearest(name: &str) -> Vec<&'static str> {
    // No name is nearly as long; the bound keeps the distances cheap whatever is passed.
    let name: String = name.chars().take(100).flat_map(char::to_lowercase).collect();
    let own_part = |id: &str| id.split_once('/').map_or(id, |(_, own)| own).to_string();
    let mut candidates: Vec<(usize, &'static str)> = Vec::new();
    for rule in RULES {
        // People leave the category out, or write another one: the part after the slash counts as well.
        let far = strsim::osa_distance(&name, rule.id)
            .min(strsim::osa_distance(&own_part(&name), &own_part(rule.id)));
        candidates.push((far, rule.id));
        candidates.push((strsim::osa_distance(&name, rule.category), rule.category));
    }
    let enough = 1 + name.chars().count() / 4;
    candidates.retain(|(far, _)| *far <= enough);
    candidates.sort_unstable();
    candidates.dedup();
    let best = candidates.first().map_or(0, |(far, _)| *far);
    candidates.retain(|(far, _)| *far <= best + 1);
    candidates.into_iter().map(|(_, name)| name).take(3).collect()
}
