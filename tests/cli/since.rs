//! `--since`, in real repositories of git.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Answer, BAD, Folder, GOOD, SLIP, answer};

/// Runs git as nobody's configuration would have it.
fn git(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .args(["-c", "user.name=x", "-c", "user.email=x@example.com"])
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(args)
        .output()
        .expect("git");
    assert!(
        output.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A repository with these files committed.
fn repository(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::new(files);
    git(folder.path(), &["init", "--quiet"]);
    commit(&folder);
    folder
}

fn commit(folder: &Folder) {
    git(folder.path(), &["add", "--all"]);
    git(folder.path(), &["commit", "--quiet", "--message", "x"]);
}

/// Runs the program where it finds git, below the repository's root.
fn check(folder: &Folder, below: &str, args: &[&str]) -> Answer {
    let mut command = folder.command(&[&["check", "--format", "json"], args].concat());
    command
        .current_dir(folder.path().join(below))
        .env("PATH", std::env::var_os("PATH").expect("a PATH"))
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    answer(&mut command)
}

/// The findings as `file:line rule`.
fn found(answer: &Answer) -> Vec<String> {
    let json = answer.json();
    let diagnostics = json["diagnostics"].as_array().expect("diagnostics").clone();
    diagnostics
        .iter()
        .map(|d| {
            let line = &d["span"]["start"]["line"];
            format!(
                "{}:{line} {}",
                d["file"].as_str().expect("a file"),
                d["rule"].as_str().expect("a rule")
            )
        })
        .collect()
}

fn named(text: &str, name: &str) -> String {
    text.replace("name: shop", &format!("name: {name}"))
}

#[test]
fn only_touched_objects_are_reported() {
    let three = |middle: &str| format!("{}---\n{middle}---\n{}", named(BAD, "one"), named(BAD, "three"));
    let folder = repository(&[
        ("k8s/all.yaml", &three(&named(BAD, "two"))),
        ("k8s/other.yaml", BAD),
    ]);
    let nothing = check(&folder, "", &["--since", "HEAD"]);
    assert_eq!((nothing.code, found(&nothing)), (Some(0), vec![]), "{nothing}");
    assert_eq!(
        nothing.stderr,
        "4 findings in what did not change since `HEAD` left out\n"
    );
    // A line of the object, but not of the finding.
    folder.write(
        "k8s/all.yaml",
        three(&named(BAD, "two").replace("namespace: web", "namespace: wob")),
    );
    let answer = check(&folder, "", &["--since", "HEAD"]);
    assert_eq!(found(&answer), ["k8s/all.yaml:17 ingress/host-is-ip"]);
    assert_eq!(answer.code, Some(1));
    assert_eq!(answer.json()["summary"]["files"], 2, "the whole tree is read");
    // Committed changes count from the commit before.
    commit(&folder);
    assert!(found(&check(&folder, "", &["--since", "HEAD"])).is_empty());
    assert_eq!(found(&check(&folder, "", &["--since", "HEAD~1"])).len(), 1);
}

#[test]
fn new_files_count_whole() {
    let folder = repository(&[("a.yaml", BAD), (".gitignore", "ignored.yaml\n")]);
    folder.write("untracked ü\".yaml", BAD);
    folder.write("ignored.yaml", BAD);
    folder.write("staged.yaml", BAD);
    git(folder.path(), &["add", "staged.yaml"]);
    let answer = check(&folder, "", &["--since", "HEAD", "--isolated"]);
    assert_eq!(
        found(&answer),
        [
            "staged.yaml:8 ingress/host-is-ip",
            "untracked ü\".yaml:8 ingress/host-is-ip"
        ]
    );
}

#[test]
fn deleted_lines_touch_the_object_there() {
    let folder = repository(&[("a.yaml", &format!("{BAD}---\n{}", named(BAD, "two")))]);
    let two = named(BAD, "two").replace("  namespace: web\n", "");
    folder.write("a.yaml", format!("{BAD}---\n{two}"));
    assert_eq!(
        found(&check(&folder, "", &["--since", "HEAD"])),
        ["a.yaml:16 ingress/host-is-ip"]
    );
    // The last line of the first object.
    folder.write(
        "a.yaml",
        format!("{BAD}  # gone soon\n---\n{}", named(BAD, "two")),
    );
    commit(&folder);
    folder.write("a.yaml", format!("{BAD}---\n{}", named(BAD, "two")));
    assert_eq!(
        found(&check(&folder, "", &["--since", "HEAD"])),
        ["a.yaml:8 ingress/host-is-ip"]
    );
}

#[test]
fn moved_files_are_not_new() {
    let folder = repository(&[("old.yaml", &format!("{GOOD}---\n{BAD}"))]);
    fs::rename(
        folder.path().join("old.yaml"),
        folder.path().join("new name.yaml"),
    )
    .expect("moved");
    git(folder.path(), &["add", "--all"]);
    assert!(found(&check(&folder, "", &["--since", "HEAD"])).is_empty());
}

#[test]
fn wide_text_counts_whole_when_it_changes() {
    let utf16 = |text: &str| {
        let units = format!("\u{feff}{text}");
        units
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    let folder = Folder::new(&[]);
    folder.write("a b.yaml", utf16(BAD));
    folder.write("c.yaml", utf16(BAD));
    git(folder.path(), &["init", "--quiet"]);
    commit(&folder);
    folder.write("a b.yaml", utf16(&named(BAD, "two")));
    assert_eq!(
        found(&check(&folder, "", &["--since", "HEAD"])),
        ["a b.yaml:8 ingress/host-is-ip"]
    );
}

#[test]
fn what_cannot_be_read_is_touched_by_any_line_of_it() {
    let open = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: x\n  b: y\n";
    let folder = repository(&[("a.yaml", open)]);
    // The quote opens on line 5; what is wrong shows at the end.
    folder.write("a.yaml", open.replace("a: x", "a: \"x"));
    let answer = check(&folder, "", &["--since", "HEAD"]);
    assert!(
        found(&answer).iter().any(|f| f.contains("yaml/syntax-error")),
        "{answer}"
    );
}

#[test]
fn another_place_that_a_finding_tells_of_counts() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db-password\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      \
               image: a\n      envFrom: [{secretRef: {name: db-password}}]\n";
    let folder = repository(&[("secret.yaml", secret), ("pod.yaml", pod)]);
    assert!(found(&check(&folder, "", &["--since", "HEAD"])).is_empty());
    // The Pod is untouched, and the renamed Secret is what breaks it.
    folder.write("secret.yaml", secret.replace("db-password", "db-passwort"));
    let answer = check(&folder, "", &["--since", "HEAD"]);
    assert_eq!(
        found(&answer),
        ["pod.yaml:8 references/dangling-secret"],
        "{answer}"
    );
}

#[test]
fn the_repository_is_found_from_below() {
    let folder = repository(&[("k8s/a.yaml", BAD), ("docs/x.txt", "")]);
    folder.write("k8s/a.yaml", named(BAD, "two"));
    assert_eq!(
        found(&check(&folder, "docs", &["--since", "HEAD"])),
        ["../k8s/a.yaml:8 ingress/host-is-ip"],
        "without paths all of it is read"
    );
    assert_eq!(found(&check(&folder, "k8s", &["--since", "HEAD", "."])).len(), 1);
    assert_eq!(
        check(&folder, "docs", &["--since", "HEAD", ".", "--allow-empty"]).code,
        Some(0),
        "given paths stay"
    );
}

#[test]
fn three_dots_count_from_the_fork() {
    let folder = repository(&[("a.yaml", BAD), ("b.yaml", BAD)]);
    git(folder.path(), &["checkout", "--quiet", "-b", "feature"]);
    folder.write("b.yaml", named(BAD, "two"));
    commit(&folder);
    git(folder.path(), &["checkout", "--quiet", "main"]);
    folder.write("a.yaml", named(BAD, "two"));
    commit(&folder);
    git(folder.path(), &["checkout", "--quiet", "feature"]);
    assert_eq!(
        check(&folder, "", &["--since", "main"]).files(),
        ["a.yaml", "b.yaml"]
    );
    assert_eq!(check(&folder, "", &["--since", "main..."]).files(), ["b.yaml"]);
}

#[test]
fn configuration_of_git_changes_nothing() {
    let folder = repository(&[("ä.yaml", BAD), ("b.yaml", SLIP)]);
    for (key, value) in [
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.external", "false"),
        ("diff.interHunkContext", "50"),
        ("diff.context", "50"),
        ("diff.relative", "true"),
        ("diff.renames", "false"),
        ("color.ui", "always"),
        ("core.quotePath", "false"),
    ] {
        git(folder.path(), &["config", key, value]);
    }
    folder.write("ä.yaml", named(BAD, "two"));
    assert_eq!(check(&folder, "", &["--since", "HEAD"]).files(), ["ä.yaml"]);
}

/// Git warns of each file whose line breaks it would change, and waits when nobody reads that.
#[test]
fn a_talkative_git_is_heard_out() {
    let folder = repository(&[("a.yaml", GOOD)]);
    git(folder.path(), &["config", "core.autocrlf", "input"]);
    let names: Vec<String> = (0..1_000)
        .map(|i| format!("long/way/down/to/a/file-{i}.yaml"))
        .collect();
    for name in &names {
        folder.write(name, "a: 1\n");
    }
    commit(&folder);
    for name in &names {
        folder.write(name, "a: 2\r\n");
    }
    folder.write("a.yaml", BAD.replace('\n', "\r\n"));
    let answer = check(&folder, ".", &["--since", "HEAD"]);
    assert_eq!(answer.code, Some(1), "{}", answer.stderr);
}

#[test]
fn junit_counts_touched_objects_only() {
    let folder = repository(&[
        ("a.yaml", &format!("{BAD}---\n{}", named(BAD, "two"))),
        ("b.yaml", GOOD),
    ]);
    folder.write("a.yaml", format!("{BAD}---\n{}", named(BAD, "three")));
    let answer = check(&folder, "", &["--since", "HEAD", "--output", "junit=out.xml"]);
    assert_eq!(answer.code, Some(1));
    let junit = fs::read_to_string(folder.path().join("out.xml")).expect("a report");
    assert_eq!(junit.matches("<testcase").count(), 1, "{junit}");
    assert!(junit.contains("Ingress web/three"), "{junit}");
}

#[test]
fn what_git_cannot_tell_is_trouble() {
    let folder = repository(&[("a.yaml", BAD)]);
    let told = |answer: Answer, what: &str| {
        assert_eq!(answer.code, Some(2), "{answer}");
        assert!(
            answer.stderr.contains(what) && answer.stderr.lines().count() == 1,
            "{answer}"
        );
        assert_eq!(answer.stdout, "");
    };
    told(
        check(&folder, "", &["--since", "nope"]),
        "git knows no commit `nope`; name a branch",
    );
    told(
        check(&folder, "", &["--since=--output=x"]),
        "git knows no commit `--output=x`",
    );
    told(check(&folder, "", &["--since", ""]), "git knows no commit ``");
    told(
        check(&folder, "", &["--since", "HEAD", "-"]),
        "standard input (`-`) is none",
    );
    assert_eq!(
        check(&folder, "", &["--since", "HEAD", "--verdicts"]).code,
        Some(2),
        "verdicts on what is left out would be wrong"
    );
    let elsewhere = Folder::new(&[("b.yaml", BAD)]);
    let path = elsewhere.path().join("b.yaml");
    told(
        check(&folder, "", &["--since", "HEAD", &path.to_string_lossy()]),
        "is outside of the git work tree",
    );
    told(
        check(&elsewhere, "", &["--since", "HEAD"]),
        "--since needs a git work tree, and the current folder is in none (git: not a git repository",
    );
    let mut without_git = folder.command(&["check", "--since", "HEAD"]);
    without_git.env("PATH", folder.path());
    told(
        answer(&mut without_git),
        "needs the program `git`, which is not installed",
    );
    git(folder.path(), &["checkout", "--quiet", "--orphan", "other"]);
    folder.write("a.yaml", GOOD);
    commit(&folder);
    told(
        check(&folder, "", &["--since", "main..."]),
        "have no commit in common",
    );
}

#[test]
fn what_a_change_takes_from_others_is_reported_with_them() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ntype: Opaque\nstringData:\n  user: a\n  password: b\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: p\n    image: p:1\n    \
               env:\n    - name: A\n      valueFrom: {secretKeyRef: {name: db, key: password}}\n";
    let folder = repository(&[
        ("kustomization.yaml", "resources: [pod.yaml, secret.yaml]\n"),
        ("pod.yaml", pod),
        ("secret.yaml", secret),
    ]);
    let args = ["--since", "HEAD", "--isolated"];
    assert!(found(&check(&folder, "", &args)).is_empty());
    // The user stands in an object that did not change.
    folder.write("secret.yaml", secret.replace("password", "passwd"));
    assert_eq!(
        found(&check(&folder, "", &args)),
        ["pod.yaml:10 references/missing-key"]
    );
    std::fs::remove_file(folder.path().join("secret.yaml")).expect("removed");
    assert_eq!(
        found(&check(&folder, "", &args)),
        ["pod.yaml:10 references/dangling-secret"]
    );
    // It was missing before.
    commit(&folder);
    folder.write("other.yaml", secret.replace("name: db", "name: other"));
    assert!(found(&check(&folder, "", &args)).is_empty());
}

#[test]
fn each_file_keeps_its_configuration() {
    let folder = repository(&[
        ("a.yaml", GOOD),
        ("x/kubeproof.yaml", "ignore: ingress\n"),
        ("x/a.yaml", GOOD),
        ("y/a.yaml", GOOD),
    ]);
    for file in ["x/a.yaml", "y/a.yaml"] {
        folder.write(file, BAD);
    }
    let only = ["y/a.yaml:8 ingress/host-is-ip"];
    assert_eq!(found(&check(&folder, "", &["--since", "HEAD"])), only);
    let above: Vec<String> = only.iter().map(|line| format!("../{line}")).collect();
    assert_eq!(found(&check(&folder, "x", &["--since", "HEAD"])), above);
}
