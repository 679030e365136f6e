//! What the admission of the API server refuses, by what the files say of it.

mod limits;
mod policies;
mod standards;

use kubeproof::manifest::Surroundings;
use kubeproof::settings::Settings;

/// The messages of a rule about these files. None of the files is refused by itself.
fn messages(rule: &str, inputs: &[(&str, String)], settings: &Settings) -> Vec<String> {
    let inputs = inputs
        .iter()
        .map(|(name, text)| (name.to_string(), text.clone().into_bytes()));
    let report = kubeproof::check(inputs, &Surroundings::default(), settings);
    let findings: Vec<_> = report
        .files
        .into_iter()
        .flat_map(|file| file.diagnostics)
        .collect();
    for finding in &findings {
        assert!(finding.refusal.is_none(), "{finding:?}");
    }
    let own = findings
        .into_iter()
        .filter(|finding| finding.rule.rule().id == rule);
    own.map(|finding| finding.message).collect()
}
