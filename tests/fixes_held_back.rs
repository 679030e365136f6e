//! What fixes leave alone, though a finding is there: a safe fix changes nothing but the fault.

use kubeproof::engine::Settings;
use kubeproof::fix::{Level, mend_inputs};
use kubeproof::manifest::Surroundings;

/// The text after all fixes of a level.
fn fixed(text: &str, level: Level) -> String {
    let name = if text.starts_with('{') { "a.json" } else { "a.yaml" };
    let inputs = vec![(name.to_string(), text.as_bytes().to_vec())];
    let (_, changes) = mend_inputs(inputs, &Surroundings::default(), &Settings::default(), level);
    let after = changes.into_values().next().map(|change| change.after);
    after.unwrap_or_else(|| text.to_string())
}

#[track_caller]
fn becomes(level: Level, before: &str, after: &str) {
    let text = fixed(before, level);
    assert_eq!(text, after);
    assert_eq!(fixed(&text, level), text, "a second run changes nothing");
}


#[test]
fn json_stays_json() {
    becomes(
        Level::Safe,
        r#"{"apiVersion":"v1","kind":"configmap","metadata":{"name":"shop"}}"#,
        r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"shop"}}"#,
    );
    becomes(
        Level::Safe,
        r#"{"apiVersion":"v1","Kind":"ConfigMap","metadata":{"name":"shop"}}"#,
        r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"shop"}}"#,
    );
    becomes(
        Level::Unsafe,
        r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"shop"},"type":"opaque"}"#,
        r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"shop"},"type":"Opaque"}"#,
    );
    becomes(
        Level::Safe,
        "apiVersion: v1\nkind: 'configMap' # quoted\nmetadata: {name: shop}\n",
        "apiVersion: v1\nkind: 'ConfigMap' # quoted\nmetadata: {name: shop}\n",
    );
}
