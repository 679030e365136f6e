//! `--write-baseline` and `--baseline`: known findings stay out of sight, new ones do not.

use super::{BAD, Folder, GOOD};

fn read(folder: &Folder, file: &str) -> String {
    std::fs::read_to_string(folder.path().join(file)).expect("it is there")
}

const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\ndata: {password: hunter2!}\n";

#[test]
fn known_findings_are_left_out() {
    let folder = Folder::new(&[("k8s/a.yaml", BAD), ("k8s/b.yaml", SECRET), ("c.yaml", GOOD)]);
    let written = folder.run(&["check", "--write-baseline"]);
    insta::assert_snapshot!("baseline_written", written);
    let text = read(&folder, "kubeproof-baseline.json");
    insta::assert_snapshot!("baseline_file", text);
    assert!(!text.contains("hunter2"), "{text}");
    let args = ["check", "--baseline", "kubeproof-baseline.json"];
    insta::assert_snapshot!("baseline_holds", folder.run(&args));
    // Lines that move change nothing, and new ones are told.
    let moved = BAD.replace("spec:", "  labels: {a: b}\n\nspec:");
    folder.write(
        "k8s/a.yaml",
        format!("# a comment\n---\n{moved}    - host: 10.0.0.2\n"),
    );
    let answer = folder.run(&[&args[..], &["--format", "json"]].concat());
    assert_eq!(answer.code, Some(1), "{answer}");
    let json = answer.json();
    assert_eq!(json["diagnostics"].as_array().map(Vec::len), Some(1), "{answer}");
    assert_eq!(json["summary"]["baseline"], 2);
    assert_eq!(json["summary"]["errors"], 1);
}

#[test]
fn what_is_mended_is_told_and_dropped() {
    let folder = Folder::new(&[("a.yaml", BAD), ("x/b.yaml", BAD)]);
    folder.write("kubeproof.yaml", "baseline: kubeproof-baseline.json\n");
    let missing = folder.run(&["check"]);
    insta::assert_snapshot!("baseline_missing", missing);
    assert_eq!(folder.run(&["check", "--write-baseline"]).code, Some(0));
    let whole = read(&folder, "kubeproof-baseline.json");
    folder.write("a.yaml", GOOD);
    insta::assert_snapshot!("baseline_mended", folder.run(&["check"]));
    // Whoever checks one file learns nothing of the others, and drops nothing of them.
    let answer = folder.run(&["check", "x"]);
    assert!(!answer.stderr.contains("gone"), "{answer}");
    assert_eq!(folder.run(&["check", "x", "--select", "secret"]).stderr, "");
    assert_eq!(
        folder.run(&["check", "x/b.yaml", "--write-baseline"]).code,
        Some(0)
    );
    assert_eq!(read(&folder, "kubeproof-baseline.json"), whole);
    assert_eq!(
        folder
            .run(&["check", "--write-baseline", "--select", "secret"])
            .code,
        Some(0)
    );
    assert_eq!(read(&folder, "kubeproof-baseline.json"), whole);
    std::fs::remove_file(folder.path().join("x/b.yaml")).expect("it is there");
    assert_eq!(folder.run(&["check", "--write-baseline"]).code, Some(0));
    assert!(!read(&folder, "kubeproof-baseline.json").contains("host-is-ip"));
}

#[test]
fn it_holds_from_wherever_one_stands() {
    let folder = Folder::new(&[("k8s/a.yaml", BAD), ("known/x.txt", "")]);
    folder.write("kubeproof.yaml", "baseline: known/findings.json\n");
    assert_eq!(folder.run(&["check", "--write-baseline"]).code, Some(0));
    assert!(read(&folder, "known/findings.json").contains("\"../k8s/a.yaml\""));
    let mut from_below = folder.command(&["check", "a.yaml"]);
    from_below.current_dir(folder.path().join("k8s"));
    let answer = super::answer(&mut from_below);
    assert_eq!(answer.code, Some(0), "{answer}");
    let absolute = folder.path().join("k8s");
    let answer = folder.run(&["check", absolute.to_str().expect("UTF-8")]);
    assert_eq!(answer.code, Some(0), "{answer}");
}

#[test]
fn trouble_hides_in_no_baseline() {
    let folder = Folder::new(&[("a.yaml", BAD), ("base.json", "{\"version\": 1}")]);
    insta::assert_snapshot!(
        "baseline_broken",
        folder.run(&["check", "a.yaml", "--baseline", "base.json"])
    );
    let answer = folder.run(&["check", "a.yaml", "no.yaml", "--write-baseline=base.json"]);
    insta::assert_snapshot!("baseline_not_written", answer);
    assert_eq!(read(&folder, "base.json"), "{\"version\": 1}");
    // The verdict of a server does not change.
    assert_eq!(
        folder
            .run(&["check", "a.yaml", "--write-baseline=base.json"])
            .code,
        Some(0)
    );
    let verdict = |args: &[&str]| {
        let args = [&["check", "a.yaml", "--format", "json", "--verdicts"], args].concat();
        folder.run(&args).json()["objects"].clone()
    };
    assert_eq!(verdict(&["--baseline", "base.json"]), verdict(&[]));
}

#[test]
fn what_is_no_baseline_is_not_overwritten() {
    let folder = Folder::new(&[
        ("a.yaml", BAD),
        ("b.json", "{\"kind\": \"List\"}"),
        ("empty.json", ""),
    ]);
    for file in ["a.yaml", "b.json"] {
        let before = read(&folder, file);
        let answer = folder.run(&["check", "a.yaml", &format!("--write-baseline={file}")]);
        assert_eq!(answer.code, Some(2), "{answer}");
        assert!(
            answer.stderr.contains("is no baseline, and was not overwritten"),
            "{answer}"
        );
        // Nor is that what --baseline advises to do.
        let answer = folder.run(&["check", "a.yaml", "--baseline", file]);
        assert_eq!(answer.code, Some(2), "{answer}");
        assert!(
            answer
                .stderr
                .contains("; remove it and write one with --write-baseline"),
            "{answer}"
        );
        assert_eq!(read(&folder, file), before);
    }
    for file in ["empty.json", "empty.json", "new.json"] {
        let answer = folder.run(&["check", "a.yaml", &format!("--write-baseline={file}")]);
        assert_eq!(answer.code, Some(0), "{answer}");
    }
    assert_eq!(read(&folder, "empty.json"), read(&folder, "new.json"));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_no_baseline() {
    let folder = Folder::new(&[("a.yaml", BAD)]);
    let answer = folder.run(&["check", "a.yaml", "--write-baseline=/dev/stdout"]);
    assert_eq!(answer.code, Some(2), "{answer}");
    assert!(
        answer.stderr.contains("/dev/stdout is no regular file"),
        "{answer}"
    );
}

#[test]
fn what_could_not_be_written_down_is_not_known() {
    let folder = Folder::new(&[("a.yaml", BAD), ("known/x.txt", "")]);
    let answer = folder.run(&["check", "a.yaml", "--write-baseline=known"]);
    assert_eq!(answer.code, Some(2), "{answer}");
    assert!(
        answer.stdout.contains("ingress/host-is-ip") && !answer.stdout.contains("in the baseline"),
        "{answer}"
    );
    assert!(!answer.stderr.contains("wrote"), "{answer}");
}
