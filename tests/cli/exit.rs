//! Exit codes: 0 clean, 1 findings, 2 trouble; 2 beats 1, and the report is printed all the same.

use super::{BAD, Folder, GOOD, SLIP};

#[test]
fn clean_is_0_and_findings_are_1() {
    assert_eq!(Folder::new(&[("a.yaml", GOOD)]).run(&["check"]).code, Some(0));
    assert_eq!(Folder::new(&[("a.yaml", BAD)]).run(&["check"]).code, Some(1));
}

#[test]
fn the_failing_severity_decides() {
    let error = Folder::new(&[("a.yaml", BAD)]);
    let warning = Folder::new(&[("a.yaml", SLIP)]);
    for (severity, of_error, of_warning) in [("error", 1, 0), ("warning", 1, 1), ("info", 1, 1)] {
        let args = ["check", "--fail-on", severity];
        assert_eq!(error.run(&args).code, Some(of_error), "{severity}");
        assert_eq!(warning.run(&args).code, Some(of_warning), "{severity}");
    }
    assert_eq!(warning.run(&["check"]).code, Some(1), "warnings fail by default");
}

#[test]
fn infos_fail_only_when_asked() {
    let info = BAD.replace("10.0.0.1", "a.example.com").replace(
        "  namespace: web\n",
        "  annotations:\n    kubernetes.io/ingress.class: nginx\n",
    );
    let folder = Folder::new(&[("a.yaml", &info)]);
    let answer = folder.run(&["check", "--format", "json"]);
    assert_eq!(answer.json()["summary"]["infos"], 1, "{}", answer.stdout);
    assert_eq!(answer.code, Some(0));
    assert_eq!(folder.run(&["check", "--fail-on", "info"]).code, Some(1));
}

#[test]
fn exit_zero_turns_only_1_into_0() {
    let folder = Folder::new(&[("a.yaml", BAD)]);
    assert_eq!(folder.run(&["check", "--exit-zero"]).code, Some(0));
    assert_eq!(
        folder.run(&["check", "--exit-zero", "a.yaml", "b.yaml"]).code,
        Some(2)
    );
    let empty = Folder::new(&[]);
    assert_eq!(empty.run(&["check", "--exit-zero"]).code, Some(2));
}

#[test]
fn trouble_beats_findings_and_the_report_is_printed() {
    let folder = Folder::new(&[("a.yaml", BAD)]);
    let answer = folder.run(&["check", "--format", "json", "a.yaml", "missing.yaml"]);
    assert_eq!(answer.code, Some(2));
    assert_eq!(answer.files(), ["a.yaml"]);
    assert!(
        answer.stderr.contains("missing.yaml: no such file"),
        "{}",
        answer.stderr
    );
}

#[test]
fn nothing_judged_is_trouble_unless_allowed() {
    let cases: [&[(&str, &str)]; 4] = [
        &[],
        &[("readme.txt", "hello")],
        &[("empty.yaml", "# nothing\n---\n")],
        &[("values.yaml", "replicas: 3\n")],
    ];
    for files in cases {
        let folder = Folder::new(files);
        let answer = folder.run(&["check"]);
        assert_eq!(answer.code, Some(2), "{files:?}");
        assert!(
            answer.stderr.starts_with("error: nothing to judge"),
            "{}",
            answer.stderr
        );
        assert!(answer.stderr.contains("--allow-empty"), "{}", answer.stderr);
        let allowed = folder.run(&["check", "--allow-empty"]);
        assert_eq!((allowed.code, &*allowed.stderr), (Some(0), ""), "{files:?}");
    }
}

#[test]
fn a_document_that_cannot_be_read_was_judged() {
    let folder = Folder::new(&[("a.yaml", "apiVersion: v1\nkind: [\n")]);
    let answer = folder.run(&["check", "--format", "json"]);
    assert_eq!(answer.code, Some(1), "{}", answer.stderr);
}

#[test]
fn allow_empty_forgives_no_missing_file() {
    let folder = Folder::new(&[]);
    assert_eq!(folder.run(&["check", "--allow-empty", "missing"]).code, Some(2));
}

#[test]
fn bad_usage_is_2() {
    let folder = Folder::new(&[("a.yaml", GOOD)]);
    let cases: [&[&str]; 9] = [
        &["--nonsense"],
        &["nonsense"],
        &["check", "--kube-version", "1.99"],
        &["check", "--kube-version", "latest"],
        &["check", "--select", "ingress/host-is-pi"],
        &["check", "--ignore", "ingres"],
        &["check", "--format", "xml"],
        &["check", "--stdin-filename", "a.yaml"],
        &["check", "-q", "-v"],
    ];
    let answers: Vec<String> = cases
        .iter()
        .map(|args| format!("$ kubeproof {}\n{}\n", args.join(" "), folder.run(args)))
        .collect();
    for answer in &answers {
        assert!(answer.contains("\nexit: 2\n"), "{answer}");
    }
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn help_and_version_are_0() {
    let folder = Folder::new(&[]);
    for args in [
        &["--help"][..],
        &["--version"],
        &["check", "--help"],
        &["help", "rules"],
    ] {
        let answer = folder.run(args);
        assert_eq!(answer.code, Some(0));
        assert!(answer.stderr.is_empty() && !answer.stdout.is_empty());
    }
    insta::assert_snapshot!(folder.run(&["check", "--help"]).stdout);
}
