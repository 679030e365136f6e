//! The reader of `kubeproof.yaml`: never a panic, and the schema that editors are given says what it does.

use kubeproof::config::{Config, schema};
use kubeproof::source;
use proptest::prelude::*;

fn read(bytes: &[u8]) -> Result<Config, Vec<kubeproof::config::Fault>> {
    Config::read(&source::decode(bytes.to_vec()))
}

#[test]
fn the_schema_is_the_committed_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/kubeproof.schema.json");
    let made = schema::text();
    if std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        std::fs::write(path, &made).expect("the schema can be written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == made,
        "schemas/kubeproof.schema.json is not what the table of keys gives; \
         `INSTA_UPDATE=always cargo test --test config` writes it"
    );
}

/// Texts that are nearly a configuration.
fn nearly() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "kube-version",
        "select",
        "ignore",
        "severity",
        "rules",
        "exclude",
        "per-path",
        "inventory",
        "index",
        "complete",
        "references",
        "exists",
        "baseline",
        "fail-on",
        "format",
        "paths",
        "kind",
        "at",
        "uses",
        "name",
        "keys",
        "secret/expired-certificate",
        "within-days",
        "ingress",
        "<<",
        "? ",
        "é",
    ]);
    let value = prop::sample::select(vec![
        "",
        "1.30",
        "[ingress, secret]",
        "{ingress: off}",
        "off",
        "true",
        "[",
        "*a",
        "&a [x]",
        "'[a'",
        "\"*-tls\"",
        "Secret",
        "spec.x[].y",
        "-1",
        "99999999999",
        "!!binary x",
        "|\n  text",
        "[[[]]]",
        "{a: {b: c}}",
        "\u{feff}",
    ]);
    let line = (0usize..3, any::<bool>(), key, value).prop_map(|(indent, item, key, value)| {
        format!(
            "{}{}{key}: {value}\n",
            "  ".repeat(indent),
            if item { "- " } else { "" }
        )
    });
    prop::collection::vec(line, 0..12).prop_map(|lines| lines.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes);
    }

    #[test]
    fn whatever_is_refused_is_refused_at_a_place(text in nearly()) {
        match read(text.as_bytes()) {
            Ok(config) => {
                for path in ["a.yaml", "x/y.yaml"] {
                    let _ = (config.is_excluded(path, false), config.paths_that_fit(path));
                }
            }
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                for fault in faults {
                    prop_assert!(text.get(fault.span.range()).is_some(), "{:?} in {:?}", fault, text);
                    prop_assert!(!fault.message.is_empty() && !fault.message.ends_with('.'));
                }
            }
        }
    }
}

#[test]
fn a_bomb_of_aliases_ends() {
    let mut text = String::from("x0: &x0 [a, a, a, a, a, a, a, a, a, a]\n");
    for i in 1..8 {
        let before = format!("*x{}", i - 1);
        let list = vec![before; 10].join(", ");
        text.push_str(&format!("x{i}: &x{i} [{list}]\n"));
    }
    text.push_str("select: *x7\nper-path: *x7\n");
    assert!(read(text.as_bytes()).is_err());
}

#[test]
fn what_it_says_is_what_is_read() {
    let config = read(
        b"kube-version: 1.30\nselect: ingress\nexclude: [a, b]\ncomplete: yes\nseverity:\n  secret: off\n",
    )
    .expect("a sound file");
    assert_eq!(
        config.kube_version().map(|v| v.to_string()).as_deref(),
        Some("1.30")
    );
    assert_eq!(config.list("select").collect::<Vec<_>>(), ["ingress"]);
    assert_eq!(config.list("exclude").collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(config.complete(), Some(true));
    assert_eq!(config.word("fail-on"), None);
    let severity = config.top.get("severity").expect("it is there");
    assert_eq!(severity.get("secret").and_then(|word| word.text()), Some("off"));
}
