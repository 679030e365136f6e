//! `kubeproof explain` and `kubeproof rules`.

use super::Folder;

#[test]
fn a_page_is_explained() {
    insta::assert_snapshot!(Folder::new(&[]).run(&["explain", "ingress/host-is-ip"]));
}

#[test]
fn a_category_is_listed() {
    let answer = Folder::new(&[]).run(&["explain", "ingress/"]);
    assert_eq!(answer.code, Some(0));
    assert!(
        answer.stdout.lines().all(|line| line.starts_with("ingress/")),
        "{}",
        answer.stdout
    );
    assert!(answer.stdout.lines().count() > 10);
}

#[test]
fn an_unknown_rule_is_a_usage_error_with_a_suggestion() {
    let folder = Folder::new(&[]);
    for (typed, meant) in [
        ("ingress/host-is-pi", "did you mean `ingress/host-is-ip`?"),
        ("host-is-ip", "did you mean `ingress/host-is-ip`?"),
        ("Ingress/Host-Is-IP", "did you mean `ingress/host-is-ip`?"),
        ("ingres", "did you mean `ingress`?"),
        ("metadata/host-is-ip", "did you mean `ingress/host-is-ip`?"),
        ("qqqqqqqqqq", "`kubeproof rules` lists the rules"),
        ("\u{1b}[31m", "no rule, category or kind `\\u{1b}[31m`"),
    ] {
        let answer = folder.run(&["explain", typed]);
        assert_eq!((answer.code, &*answer.stdout), (Some(2), ""), "{typed}");
        assert!(answer.stderr.contains(meant), "{typed}: {}", answer.stderr);
    }
}

#[test]
fn every_page_is_explained() {
    let folder = Folder::new(&[]);
    let rules = folder.run(&["rules", "--format", "json"]).json();
    for rule in rules.as_array().expect("an array") {
        let id = rule["id"].as_str().expect("an id");
        let answer = folder.run(&["explain", id]);
        assert_eq!(answer.code, Some(0), "{id}");
        let summary = rule["summary"].as_str().expect("a summary");
        assert!(
            answer.stdout.contains(id) && answer.stdout.contains(summary),
            "{id}"
        );
        assert!(
            !answer.stdout.contains("```") && !answer.stdout.contains("\n---\n"),
            "{id}"
        );
        assert!(
            !answer.stdout.contains("# error["),
            "{id}: marks are for the tests"
        );
    }
}

#[test]
fn rules_are_listed() {
    let folder = Folder::new(&[]);
    let table = folder.run(&["rules"]);
    assert_eq!((table.code, &*table.stderr), (Some(0), ""));
    let rows = folder.run(&["rules", "--format", "json"]).json();
    let rows = rows.as_array().expect("an array");
    assert_eq!(table.stdout.lines().count(), rows.len());
    for (line, row) in table.stdout.lines().zip(rows) {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(
            (words[0], words[1]),
            (row["id"].as_str().unwrap(), row["severity"].as_str().unwrap())
        );
        assert!(line.contains(row["summary"].as_str().unwrap()));
        for key in ["category", "fix", "since"] {
            assert!(row[key].is_string(), "{row}");
        }
        assert!(row["on"].is_array() && row["references"].is_array());
    }
}
