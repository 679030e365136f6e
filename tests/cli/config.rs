//! `kubeproof.yaml`: where it is found, what it changes, and what is said when it is wrong.

use super::{Answer, BAD, Folder, GOOD, SLIP};

pub fn rules(answer: &Answer) -> Vec<String> {
    let json = answer.json();
    let diagnostics = json["diagnostics"].as_array().expect("diagnostics");
    diagnostics
        .iter()
        .map(|d| {
            format!(
                "{} {} {}",
                d["file"].as_str().unwrap_or_default(),
                d["severity"].as_str().unwrap_or_default(),
                d["rule"].as_str().unwrap_or_default()
            )
        })
        .collect()
}

pub fn found(folder: &Folder, args: &[&str]) -> Vec<String> {
    rules(&folder.run(&[&["check", "--format", "json"], args].concat()))
}

const HOST: &str = "error ingress/host-is-ip";

#[test]
fn the_nearest_file_above_a_path_holds() {
    let folder = Folder::new(&[
        ("kubeproof.yaml", "severity: {ingress/host-is-ip: info}\n"),
        ("a.yaml", BAD),
        ("x/y/b.yaml", BAD),
        ("z/.kubeproof.yaml", "ignore: [ingress]\n"),
        ("z/c.yaml", BAD),
    ]);
    let info = |file: &str| format!("{file} info ingress/host-is-ip");
    assert_eq!(found(&folder, &["a.yaml"]), [info("a.yaml")]);
    assert_eq!(found(&folder, &["x/y/b.yaml"]), [info("x/y/b.yaml")]);
    assert_eq!(found(&folder, &["x/y"]), [info("x/y/b.yaml")]);
    assert_eq!(found(&folder, &["z"]), [""; 0], "its own");
    assert_eq!(
        found(&folder, &["z/c.yaml", "x"]),
        [info("x/y/b.yaml")],
        "each its own"
    );
    assert_eq!(found(&folder, &["."]), [info("a.yaml"), info("x/y/b.yaml")]);
    assert_eq!(
        found(&folder, &["a.yaml", "--isolated"]),
        [format!("a.yaml {HOST}")]
    );
    assert_eq!(
        found(&folder, &["a.yaml", "--config", "z/.kubeproof.yaml"]),
        [""; 0]
    );
    let stdin = |args: &[&str]| {
        let args = [&["check", "--format", "json", "-"], args].concat();
        rules(&folder.run_with(&args, BAD))
    };
    assert_eq!(stdin(&[]), [info("<stdin>")]);
    assert_eq!(stdin(&["--stdin-filename", "z/new.yaml"]), [""; 0]);
}

#[test]
fn it_does_not_hold_beside_its_folder() {
    let folder = Folder::new(&[
        ("a.yaml", super::BAD),
        ("sub/b.yaml", super::BAD),
        ("sub/kubeproof.yaml", "ignore: ingress\n"),
    ]);
    let answer = folder.run(&["check", "a.yaml", "sub/b.yaml", "--format", "concise"]);
    assert_eq!(answer.code, Some(1), "{answer}");
    assert!(answer.stdout.contains("a.yaml:"), "{answer}");
    assert!(!answer.stdout.contains("sub/b.yaml:"), "{answer}");
}

#[test]
fn nothing_above_the_work_tree_is_read() {
    let folder = Folder::new(&[
        ("kubeproof.yaml", "ignore: [ingress]\n"),
        ("repo/.git/HEAD", "ref: refs/heads/main\n"),
        ("repo/a.yaml", BAD),
    ]);
    assert_eq!(found(&folder, &["repo"]).len(), 1);
}

#[test]
fn paths_may_have_their_own_rules() {
    let folder = Folder::new(&[
        (
            "kubeproof.yaml",
            "per-path:\n  - paths: [legacy/, '*.old.yaml']\n    severity: {ingress/host-is-ip: info}\n  \
             - paths: legacy/worse/\n    ignore: ingress/host-is-ip\n",
        ),
        ("a.yaml", BAD),
        ("a.old.yaml", BAD),
        ("legacy/b.yaml", BAD),
        ("legacy/worse/c.yaml", BAD),
    ]);
    let all = [
        "a.old.yaml info ingress/host-is-ip".to_string(),
        format!("a.yaml {HOST}"),
        "legacy/b.yaml info ingress/host-is-ip".to_string(),
    ];
    assert_eq!(found(&folder, &[]), all);
    assert_eq!(found(&folder, &["legacy/worse", "legacy/b.yaml"]), all[2..]);
}

#[test]
fn what_is_excluded_is_not_read() {
    let folder = Folder::new(&[
        ("kubeproof.yaml", "exclude: [vendor/, '*.gen.yaml']\n"),
        ("a.yaml", GOOD),
        ("a.gen.yaml", BAD),
        ("x/vendor/b.yaml", BAD),
    ]);
    assert_eq!(found(&folder, &[]), [""; 0]);
    // A hook names files that the configuration leaves out.
    let answer = folder.run(&["check", "a.gen.yaml", "x/vendor/b.yaml", "x/vendor"]);
    insta::assert_snapshot!(answer);
    let answer = folder.run(&["check", "--allow-empty", "a.gen.yaml"]);
    assert_eq!(answer.code, Some(0), "{answer}");
    assert_eq!(
        found(&folder, &["x", "--isolated"]),
        [format!("x/vendor/b.yaml {HOST}")]
    );
}

pub const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: web}\nspec:\n  \
                   containers: [{name: a, image: a}]\n  volumes: [{name: v, secret: {secretName: db}}]\n";
pub const SECRET: &str =
    "apiVersion: v1\nkind: Secret\nmetadata: {name: db, namespace: web}\ndata: {a: hunter2}\n";

#[test]
fn it_names_what_else_there_is() {
    let folder = Folder::new(&[
        ("pods/a.yaml", POD),
        ("vendor/db.yaml", SECRET),
        ("have.txt", SECRET),
    ]);
    let info = ["pods/a.yaml info references/dangling-secret"];
    assert_eq!(found(&folder, &["pods"]), info);
    for (config, nothing) in [
        ("index: [vendor]", true),
        ("{index: vendor, exclude: vendor/}", true),
        ("inventory: have.txt", true),
        ("exclude: vendor/", false),
    ] {
        folder.write("kubeproof.yaml", config);
        assert_eq!(found(&folder, &["pods"]).is_empty(), nothing, "{config}");
    }
    assert_eq!(
        found(&folder, &["pods", "--index", "."]),
        info,
        "it is left out there, too"
    );
}

#[test]
fn the_command_line_outweighs_it() {
    let folder = Folder::new(&[
        (
            "kubeproof.yaml",
            "kube-version: 1.30\nfail-on: error\nformat: concise\nignore: [ingress/host-is-ip]\n",
        ),
        ("slip.yaml", SLIP),
    ]);
    let answer = folder.run(&["check"]);
    insta::assert_snapshot!(answer);
    let answer = folder.run(&["check", "--fail-on", "warning", "--format", "json"]);
    assert_eq!(answer.code, Some(1));
    answer.json();
    folder.write("slip.yaml", GOOD);
    let answer = folder.run(&["check", "--format", "text"]);
    assert!(answer.stdout.contains("judged by Kubernetes 1.30"), "{answer}");
    let answer = folder.run(&["check", "--format", "text", "--kube-version", "1.31"]);
    assert!(answer.stdout.contains("judged by Kubernetes 1.31"), "{answer}");
}

#[test]
fn options_of_rules_are_set() {
    let expired = include_str!("../../rules/secret/expired-certificate.md");
    let fence = expired.split("```yaml").nth(1).expect("an example");
    let secret = fence
        .split_once('\n')
        .expect("a line")
        .1
        .split("```")
        .next()
        .expect("its end");
    let folder = Folder::new(&[("a.yaml", secret)]);
    let only = ["--select", "secret/expired-certificate"];
    assert_eq!(found(&folder, &only).len(), 1);
    let renewed = expired.split("## Good").nth(1).expect("another");
    let fence = renewed.split("```yaml").nth(1).expect("an example");
    let secret = fence
        .split_once('\n')
        .expect("a line")
        .1
        .split("```")
        .next()
        .expect("its end");
    folder.write("a.yaml", secret);
    assert_eq!(found(&folder, &only), [""; 0]);
    folder.write(
        "kubeproof.yaml",
        "rules: {secret/expired-certificate: {within-days: 40000}}\n",
    );
    assert_eq!(
        found(&folder, &only),
        ["a.yaml warning secret/expired-certificate"]
    );
}

#[test]
fn mistakes_are_framed() {
    let folder = Folder::new(&[
        (
            "kubeproof.yaml",
            "kube-version: 1.12\nexlude: [a]\nselect: [ingres, secret/bad-base46]\nseverity:\n  ingress: fatal\n\
             rules:\n  secret/expired-certificate: {within-day: 3}\n  ingress/host-is-ip: {a: 1}\n\
             exclude: ['[a']\nper-path:\n  - ignore: secret\n  - a\ncomplete: maybe\nformat: xml\n\
             references:\n  - {kind: a/b/c d, at: spec.x}\nexists: [{kind: Secert, name: a}]\ncomplete: true\n",
        ),
        ("a.yaml", BAD),
    ]);
    let answer = folder.run(&["check"]);
    assert_eq!(answer.code, Some(2));
    insta::assert_snapshot!(answer);
    assert_eq!(folder.run(&["check", "--isolated"]).code, Some(1));
}

#[test]
fn what_cannot_be_read_is_trouble() {
    let folder = Folder::new(&[
        ("kubeproof.yaml", "a: [\n"),
        (".kubeproof.yaml", ""),
        ("a.yaml", GOOD),
    ]);
    insta::assert_snapshot!(folder.run(&["check"]));
    std::fs::remove_file(folder.path().join(".kubeproof.yaml")).expect("it is there");
    insta::assert_snapshot!(folder.run(&["check"]));
    insta::assert_snapshot!(folder.run(&["check", "--config", "no.yaml"]));
    folder.write("kubeproof.yaml", "select: ingress\n---\nignore: secret\n");
    insta::assert_snapshot!(folder.run(&["check"]));
    for empty in ["", "# nothing\n", "---\n", "{}", "select:\nexclude: # later\n"] {
        folder.write("kubeproof.yaml", empty);
        let answer = folder.run(&["check"]);
        assert_eq!(answer.code, Some(0), "{empty}: {answer}");
    }
}

#[test]
fn files_that_hold_together_have_to_agree() {
    let folder = Folder::new(&[
        ("a/kubeproof.yaml", "fail-on: error\nkube-version: '1.30'\n"),
        ("a/a.yaml", SLIP),
        ("b/kubeproof.yaml", "fail-on: info\n"),
        ("b/b.yaml", GOOD),
    ]);
    assert_eq!(folder.run(&["check", "a"]).code, Some(0));
    let answer = folder.run(&["check", "a", "b"]);
    insta::assert_snapshot!(answer);
    assert_eq!(
        folder.run(&["check", "a", "b", "--fail-on", "error"]).code,
        Some(0)
    );
    folder.write("b/kubeproof.yaml", "kube-version: 1.31\n");
    folder.write("a/a.yaml", GOOD.replace("shop", "a"));
    let answer = folder.run(&["check", "a", "b"]);
    assert_eq!(answer.code, Some(0), "each file has its own version: {answer}");
    assert!(
        answer.stdout.contains("judged by Kubernetes 1.30 and 1.31"),
        "{answer}"
    );
}

const DATABASE: &str = "apiVersion: example.com/v1\nkind: Database\nmetadata: {name: a, namespace: web}\nspec:\n  \
                        users:\n    - {secret: db, key: password}\n  makes: {name: other}\n";

#[test]
fn own_kinds_name_and_make_things() {
    let row = "  - kind: example.com/Database\n    uses: Secret\n    at: spec.users[].secret\n    keys: spec.users[].key\n";
    let makes = "  - {kind: example.com/Database, makes: Secret, at: spec.makes.name}\n";
    let folder = Folder::new(&[("a.yaml", DATABASE)]);
    assert_eq!(found(&folder, &[]), [""; 0]);
    folder.write("kubeproof.yaml", format!("references:\n{row}"));
    assert_eq!(found(&folder, &[]), ["a.yaml info references/dangling-secret"]);
    folder.write("kubeproof.yaml", format!("complete: true\nreferences:\n{row}"));
    assert_eq!(found(&folder, &[]), ["a.yaml error references/dangling-secret"]);
    folder.write("b.yaml", SECRET);
    let only = ["--select", "references"];
    assert_eq!(found(&folder, &only), ["a.yaml error references/missing-key"]);
    folder.write("b.yaml", SECRET.replace("name: db", "name: unrelated"));
    folder.write("a.yaml", DATABASE.replace("name: other", "name: db"));
    assert_eq!(found(&folder, &only), ["a.yaml error references/dangling-secret"]);
    folder.write(
        "kubeproof.yaml",
        format!("complete: true\nreferences:\n{row}{makes}"),
    );
    assert_eq!(found(&folder, &only), [""; 0]);
}

#[test]
fn names_are_declared_to_exist() {
    let folder = Folder::new(&[("pods/a.yaml", POD)]);
    for (exists, fine) in [
        ("{kind: Secret, name: db}", true),
        ("{kind: Secret, name: 'd*', namespace: web}", true),
        ("{kind: Secret, name: db, namespace: shop}", false),
        ("{kind: ConfigMap, name: db}", false),
    ] {
        folder.write("kubeproof.yaml", format!("complete: yes\nexists: [{exists}]\n"));
        assert_eq!(found(&folder, &[]).is_empty(), fine, "{exists}");
    }
}

#[test]
fn what_is_in_force_is_shown() {
    let folder = Folder::new(&[("x/a.yaml", GOOD)]);
    insta::assert_snapshot!("config_of_none", folder.run(&["config"]));
    folder.write(
        "kubeproof.yaml",
        "kube-version: 1.30 # ours\nexclude: [vendor/]\nseverity:\n  references: error\n  secret: off\n\
         per-path:\n  - paths: x/\n    ignore: yaml\n",
    );
    insta::assert_snapshot!("config_in_force", folder.run(&["config"]));
    insta::assert_snapshot!("config_in_force_for_a_file", folder.run(&["config", "x/a.yaml"]));
    let json = folder.run(&["config", "x/a.yaml", "--format", "json"]).json();
    assert_eq!(json["file"], "kubeproof.yaml");
    assert_eq!(json["settings"]["kube-version"]["value"], "1.30");
    assert_eq!(json["settings"]["kube-version"]["from"], "kubeproof.yaml:1");
    assert_eq!(json["settings"]["fail-on"]["from"], "default");
    assert_eq!(json["rules"]["severity"]["references/missing-key"], "error");
    let off = json["rules"]["off"].as_array().expect("a list");
    assert!(off.contains(&"secret/bad-base64".into()) && off.contains(&"yaml/placeholder".into()));
    // What is shown can be read again.
    let shown = folder.run(&["config"]).stdout;
    folder.write("other.yaml", shown);
    assert_eq!(folder.run(&["config", "--config", "other.yaml"]).code, Some(0));
    let schema = folder.run(&["config", "--schema"]);
    let committed = include_str!("../../schemas/kubeproof.schema.json");
    assert!(
        schema.stdout == committed,
        "`cargo test --test config` tells more"
    );
}

#[test]
fn a_start_is_written_once() {
    let folder = Folder::new(&[
        ("a.yaml", GOOD),
        ("vendor/x/b.yaml", GOOD),
        ("web/node_modules/c.json", "{}"),
        ("docs/vendor/readme.md", ""),
        ("cluster/inventory.json", "{}"),
    ]);
    let answer = folder.run(&["init"]);
    insta::assert_snapshot!("init", answer);
    let text = std::fs::read_to_string(folder.path().join("kubeproof.yaml")).expect("it is written");
    insta::assert_snapshot!("init_file", text);
    assert_eq!(folder.run(&["check"]).code, Some(0));
    insta::assert_snapshot!("init_again", folder.run(&["init"]));
    folder.write("kubeproof.yaml", "ignore: [secret]\n");
    assert_eq!(folder.run(&["init", "--force"]).code, Some(0));
    let again = std::fs::read_to_string(folder.path().join("kubeproof.yaml")).expect("it is written");
    assert_eq!(again, text);
    insta::assert_snapshot!("init_nowhere", folder.run(&["init", "no/such"]));
}

#[test]
fn a_file_that_is_no_mapping_is_told_so() {
    let folder = Folder::new(&[("a.yaml", super::GOOD), ("kubeproof.yaml", "- secret\n")]);
    let answer = folder.run(&["check"]);
    assert_eq!(answer.code, Some(2), "{answer}");
    assert!(
        answer
            .stderr
            .contains("the file must hold a mapping; here is a list"),
        "{answer}"
    );
}

#[test]
fn own_kinds_count_in_impact_and_graph() {
    let row = "references:\n  - kind: example.com/Database\n    uses: Secret\n    at: spec.users[].secret\n";
    let folder = Folder::new(&[("a.yaml", DATABASE), ("b.yaml", SECRET)]);
    let broken = |folder: &Folder| {
        let answer = folder.run(&["impact", "db", "-n", "web", "--format", "json"]);
        let json = answer.json();
        let reference = &json["blocked"][0]["references"][0];
        (
            answer.code,
            reference["field"].clone(),
            reference["guessed"].clone(),
        )
    };
    let (code, _, guessed) = broken(&folder);
    assert_eq!((code, guessed), (Some(1), serde_json::Value::Bool(true)));
    folder.write("kubeproof.yaml", row);
    let (code, field, guessed) = broken(&folder);
    assert_eq!((code, guessed), (Some(1), serde_json::Value::Null));
    assert_eq!(field, "spec.users[0].secret");
    let graph = folder.run(&["graph", "--format", "json"]).json();
    let edges = graph["edges"].as_array().expect("edges");
    assert!(
        edges.iter().any(|edge| edge["field"] == "spec.users[0].secret"),
        "{graph:#}"
    );
    folder.write("kubeproof.yaml", "references: 1\n");
    assert_eq!(folder.run(&["graph"]).code, Some(2));
}

#[cfg(unix)]
#[test]
fn what_is_there_under_its_name_and_no_file_ends_the_run() {
    use std::os::unix::fs::symlink;
    for at in ["kubeproof.yaml", "below/.kubeproof.yml"] {
        for (what, said) in [
            (
                "dangling",
                "the symbolic link points to `gone`, which does not exist",
            ),
            ("device", "is no regular file, so it is not read"),
            ("pipe", "is no regular file, so it is not read"),
            ("folder", "is a folder where a file is looked for"),
        ] {
            let folder = Folder::new(&[("a.yaml", BAD), ("below/b.yaml", BAD)]);
            let path = folder.path().join(at);
            match what {
                "dangling" => symlink("gone", path).expect("a link"),
                "device" => symlink("/dev/zero", path).expect("a link"),
                "pipe" => super::pipe(&path),
                _ => std::fs::create_dir(path).expect("a folder"),
            }
            let answer = folder.run(&["check", "."]);
            assert_eq!(answer.code, Some(2), "{at} {what} {answer}");
            assert_eq!(answer.stdout, "", "{at} {what}");
            assert!(
                answer.stderr.contains(at) && answer.stderr.contains(said),
                "{what} {answer}"
            );
            assert_eq!(folder.run(&["check", ".", "--isolated"]).code, Some(1));
        }
    }
}
