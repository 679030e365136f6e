//! The rules that a misspelled name may mean.

use super::RULES;

/// The known rules and categories nearest to a name that is none: at most three, the nearest first.
pub fn nearest(name: &str) -> Vec<&'static str> {
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
    // A slip or two; of a short word so many would leave nothing.
    let enough = match name.chars().count() {
        0..=4 => 1,
        length => 1 + length / 4,
    };
    candidates.retain(|(far, _)| *far <= enough);
    candidates.sort_unstable();
    candidates.dedup();
    let best = candidates.first().map_or(0, |(far, _)| *far);
    candidates.retain(|(far, _)| *far <= best + 1);
    candidates.into_iter().map(|(_, name)| name).take(3).collect()
}

/// What to do about a name that is neither a rule nor a category: `did you mean …?`
pub fn instead_of(name: &str) -> String {
    let near = nearest(name);
    if near.is_empty() {
        return "`kubeproof rules` lists them".to_string();
    }
    let shown: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
    format!("did you mean {}?", shown.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_word_is_no_slip_for_another_one() {
        assert_eq!(nearest("nope"), [] as [&str; 0]);
        assert_eq!(nearest("yml"), ["yaml"]);
        assert_eq!(nearest("schmea"), ["schema"]);
    }
}
