//! Configuration files below the folder that is checked: each takes over there.

use std::fs;

use super::config::{POD, SECRET, found, rules};
use super::{Answer, BAD, Folder, GOOD, SLIP};

const HOST: &str = "error ingress/host-is-ip";

/// A repository of several teams.
fn repository() -> Folder {
    Folder::new(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        (
            "kubeproof.yaml",
            "severity: {ingress/host-is-ip: warning}\nexclude: ['gen/', 'closed/', '*.old.yaml']\n\
             per-path: [{paths: legacy/, severity: {ingress/host-is-ip: info}}]\n",
        ),
        ("a.yaml", BAD),
        ("a.old.yaml", BAD),
        ("gen/a.yaml", BAD),
        ("legacy/a.yaml", BAD),
        // Its own file comes after some of the folder's others, whatever the order.
        (
            "team-a/kubeproof.yaml",
            "exclude: [vendor/, /only.yaml]\n\
             per-path: [{paths: legacy/, severity: {ingress/host-is-ip: info}}, {paths: /off, ignore: ingress}]\n",
        ),
        ("team-a/a.yaml", BAD),
        ("team-a/z.old.yaml", BAD),
        ("team-a/gen/a.yaml", BAD),
        ("team-a/legacy/a.yaml", BAD),
        ("team-a/off/a.yaml", BAD),
        ("team-a/deep/off/a.yaml", BAD),
        ("team-a/only.yaml", BAD),
        ("team-a/deep/only.yaml", BAD),
        ("team-a/deep/vendor/a.yaml", BAD),
        ("team-a/deep/vendor/kubeproof.yaml", "this: is broken\n"),
        ("team-a/gen/deeper/.kubeproof.yml", "ignore: ingress\n"),
        ("team-a/gen/deeper/a.yaml", BAD),
        ("team-b/.kubeproof.yaml", "ignore: ingress\n"),
        ("team-b/a.yaml", BAD),
        ("team-b/gen/a.yaml", BAD),
        ("team-bc/a.yaml", BAD),
        ("closed/kubeproof.yaml", "this: is broken\n"),
        ("closed/a.yaml", BAD),
    ])
}

/// The manifests of a repository, except in folders that its own configuration closes.
fn manifests(folder: &Folder) -> Vec<String> {
    let mut out = Vec::new();
    let mut folders = vec![folder.path().to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(folder.path()).expect("below").to_string_lossy();
            let name = name.replace('\\', "/"); // as Windows has it
            if path.is_dir() && name != ".git" && name != "closed" && !name.ends_with("vendor") {
                folders.push(path);
            } else if name.ends_with(".yaml") {
                out.push(name);
            }
        }
    }
    out.sort();
    out
}

#[test]
fn the_nearest_file_above_each_file_holds() {
    let folder = repository();
    let expected = [
        "a.yaml warning ingress/host-is-ip".to_string(),
        "legacy/a.yaml info ingress/host-is-ip".to_string(),
        format!("team-a/a.yaml {HOST}"),
        format!("team-a/deep/off/a.yaml {HOST}"),
        format!("team-a/deep/only.yaml {HOST}"),
        format!("team-a/gen/a.yaml {HOST}"),
        "team-a/legacy/a.yaml info ingress/host-is-ip".to_string(),
        format!("team-a/z.old.yaml {HOST}"),
        "team-bc/a.yaml warning ingress/host-is-ip".to_string(),
    ];
    for here in [&[][..], &["."], &["./"]] {
        assert_eq!(found(&folder, here), expected, "{here:?}");
    }
    assert_eq!(found(&folder, &["team-a"]), expected[2..8]);
    // From elsewhere, by other spellings, and met on two ways.
    let mut command = folder.command(&["check", "--format", "json", ".."]);
    command.current_dir(folder.path().join("team-b"));
    let above: Vec<String> = expected.iter().map(|line| format!("../{line}")).collect();
    assert_eq!(rules(&super::answer(&mut command)), above);
    assert_eq!(found(&folder, &[".", "team-a/gen", "team-b/a.yaml"]), expected);
    assert_eq!(found(&folder, &["team-b/a.yaml", "team-a", "."]), expected);
    let path = folder.path().to_string_lossy().into_owned();
    let absolute: Vec<String> = expected.iter().map(|line| format!("{path}/{line}")).collect();
    assert_eq!(found(&folder, &[&path]), absolute);
}

#[test]
fn a_hook_finds_what_a_run_over_all_finds() {
    let folder = repository();
    let all = found(&folder, &["."]);
    let mut one_by_one = Vec::new();
    let files = manifests(&folder);
    for file in &files {
        let alone = found(&folder, &["--allow-empty", file]);
        assert_eq!(alone, found(&folder, &["--allow-empty", "--index", ".", file]));
        one_by_one.extend(alone);
        let shown = folder.run(&["config", file, "--format", "json"]).json();
        let near = match file {
            file if file.starts_with("team-a/gen/deeper/") => "team-a/gen/deeper/.kubeproof.yml",
            file if file.starts_with("team-a/") => "team-a/kubeproof.yaml",
            file if file.starts_with("team-b/") => "team-b/.kubeproof.yaml",
            _ => "kubeproof.yaml",
        };
        assert_eq!(shown["file"], near, "{file}");
    }
    assert_eq!(one_by_one, all);
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    assert_eq!(found(&folder, &files), all, "together");
    assert_eq!(
        found(&folder, &[&["--index", "."], &*files].concat()),
        all,
        "with what is around"
    );
    let stdin =
        |args: &[&str]| rules(&folder.run_with(&[&["check", "--format", "json", "-"], args].concat(), BAD));
    assert_eq!(
        stdin(&["--stdin-filename", "team-a/new.yaml"]),
        [format!("team-a/new.yaml {HOST}")]
    );
    assert_eq!(stdin(&["--stdin-filename", "team-b/new.yaml"]), [""; 0]);
    // Read once, however often the walk is done.
    let both = stdin(&["--index", ".", "--stdin-filename", "team-a/new.yaml"]);
    assert_eq!(both, [format!("team-a/new.yaml {HOST}")]);
}

#[test]
fn one_that_is_given_holds_everywhere() {
    let folder = repository();
    folder.write("team-b/kubeproof.yaml", "this: is broken\n");
    let isolated = found(&folder, &["--isolated"]);
    assert!(
        isolated.len() > 15 && isolated.iter().all(|line| line.contains(HOST)),
        "{isolated:#?}"
    );
    folder.write("ci/strict.yml", "severity: {ingress/host-is-ip: info}\n");
    let given = found(&folder, &["--config", "ci/strict.yml"]);
    assert_eq!(given.len(), isolated.len());
    assert!(given.iter().all(|line| line.contains(" info ")), "{given:#?}");
}

#[test]
fn what_is_wrong_with_one_ends_the_run() {
    let folder = Folder::new(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        ("a.yaml", GOOD),
        ("x/a.yaml", GOOD),
        ("x/kubeproof.yaml", "exlude: [a]\n"),
    ]);
    insta::assert_snapshot!("nested_mistake", folder.run(&["check"]));
    assert_eq!(folder.run(&["graph"]).code, Some(2));
    folder.write("x/kubeproof.yaml", "{}\n");
    assert_eq!(folder.run(&["check"]).code, Some(0));
    folder.write("x/.kubeproof.yml", "{}\n");
    insta::assert_snapshot!("nested_twice", folder.run(&["check"]));
    // It is not met where git ignores its folder, or where that is left out.
    for (name, text) in [(".gitignore", "/x/\n"), ("kubeproof.yaml", "exclude: /x/\n")] {
        folder.write(name, text);
        assert_eq!(folder.run(&["check"]).code, Some(0), "{name}");
        fs::remove_file(folder.path().join(name)).expect("it is there");
    }
    // Where git ignores only the file itself, it holds as it does for a path that is named.
    fs::remove_file(folder.path().join("x/.kubeproof.yml")).expect("it is there");
    folder.write("x/kubeproof.yaml", "ignore: ingress\n");
    folder.write("x/a.yaml", BAD);
    folder.write(".gitignore", "kubeproof.yaml\n");
    assert_eq!(found(&folder, &[]), [""; 0]);
}

#[cfg(unix)]
#[test]
fn a_link_is_one_too() {
    let folder = Folder::new(&[
        ("x/a.yaml", BAD),
        ("y/a.yaml", BAD),
        ("shared.txt", "ignore: ingress\n"),
    ]);
    let link =
        |to: &str| std::os::unix::fs::symlink(folder.path().join(to), folder.path().join("x/kubeproof.yaml"));
    link("nothing.txt").expect("a link");
    assert_eq!(folder.run(&["check"]).code, Some(2), "it leads nowhere");
    fs::remove_file(folder.path().join("x/kubeproof.yaml")).expect("it is there");
    link("shared.txt").expect("a link");
    assert_eq!(found(&folder, &[]), [format!("y/a.yaml {HOST}")]);
    assert_eq!(found(&folder, &["x/a.yaml"]), [""; 0]);
    let skipped = folder.run(&["check", "--show-skipped"]).to_string();
    assert!(!skipped.contains("symbolic link"), "{skipped}");
}

#[test]
fn what_there_is_one_of_is_told_by_the_outer_one() {
    let folder = Folder::new(&[
        ("kubeproof.yaml", "fail-on: warning\n"),
        (
            "a/kubeproof.yaml",
            "fail-on: error\nformat: json\nbaseline: no-such.json\n",
        ),
        ("a/a.yaml", SLIP),
        ("b/kubeproof.yaml", "fail-on: info\ncomplete: true\n"),
        ("b/b.yaml", GOOD),
        (
            "c/kubeproof.yaml",
            "fail-on: warning\nformat: text\ncomplete: no\n",
        ),
        ("c/c.yaml", GOOD.replace("shop", "c").as_str()),
    ]);
    let concise = |args: &[&str]| folder.run(&[&["check", "--format", "concise"], args].concat());
    insta::assert_snapshot!("nested_of_a_run", concise(&[]));
    let note = |answer: &Answer| {
        let mut lines = answer.stderr.lines();
        lines
            .find(|line| line.starts_with("not followed"))
            .map(str::to_string)
    };
    assert!(
        note(&folder.run(&["check"]))
            .expect("a note")
            .contains("`fail-on`, `format`, `baseline` in `a/")
    );
    assert_eq!(note(&concise(&["--quiet"])), None);
    assert_eq!(
        note(&concise(&["c", "--index", "."])),
        None,
        "the others are not checked"
    );
    // The command line outweighs them all.
    let answer = concise(&["--fail-on", "error"]);
    assert_eq!(answer.code, Some(0), "{answer}");
    assert!(!note(&answer).expect("a note").contains("fail-on"), "{answer}");
    // A hook names files of several folders.
    let answer = concise(&["a/a.yaml", "b/b.yaml", "--index", "."]);
    assert_eq!(answer.code, Some(1), "{answer}");
    assert!(note(&answer).is_some(), "{answer}");
    // By itself.
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b}], \
               imagePullSecrets: [{name: db}]}\n";
    folder.write("b/b.yaml", pod);
    assert_eq!(folder.run(&["check", "b"]).code, Some(1), "it is complete");
    assert_eq!(folder.run(&["check", "b", "--isolated"]).code, Some(0));
    let answer = folder.run(&["check", "a"]);
    assert!(answer.stderr.contains("no such baseline"), "{answer}");
    assert_eq!(note(&answer), None);
    // Without an outer one, what holds when nothing is said.
    fs::remove_file(folder.path().join("kubeproof.yaml")).expect("it is there");
    let answer = concise(&[]);
    assert_eq!(answer.code, Some(1), "{answer}");
    assert!(note(&answer).is_some(), "{answer}");
}

#[test]
fn each_file_is_judged_by_its_own_version() {
    // Served up to 1.31 only.
    let old = "apiVersion: flowcontrol.apiserver.k8s.io/v1beta3\nkind: FlowSchema\nmetadata: {name: a}\n\
               spec: {priorityLevelConfiguration: {name: a}}\n";
    let folder = Folder::new(&[
        (
            "kubeproof.yaml",
            "kube-version: '1.33'\nselect: deprecation/removed-api\n",
        ),
        ("a.yaml", old),
        ("b.yaml", GOOD),
        (
            "old/kubeproof.yaml",
            "kube-version: '1.30'\nselect: deprecation/removed-api\n",
        ),
        (
            "old/a.yaml",
            old.replace("name: a}\nspec", "name: b}\nspec").as_str(),
        ),
    ]);
    let files = |args: &[&str]| -> Vec<String> {
        let mut files: Vec<_> = found(&folder, args)
            .iter()
            .map(|line| line.split(' ').next().unwrap_or_default().to_string())
            .collect();
        files.dedup();
        files
    };
    assert_eq!(files(&[]), ["a.yaml"]);
    assert_eq!(files(&["a.yaml", "old/a.yaml"]), ["a.yaml"], "as a hook says it");
    assert_eq!(files(&["--kube-version", "1.33"]), ["a.yaml", "old/a.yaml"]);
    fs::remove_file(folder.path().join("a.yaml")).expect("it is there");
    let answer = folder.run(&["check"]);
    assert!(
        answer.stdout.contains("judged by Kubernetes 1.30 and 1.33"),
        "{answer}"
    );
}

#[test]
fn what_they_name_adds_up() {
    let other = SECRET.replace("name: db", "name: other");
    let pod = POD
        .replace("secretName: db", "secretName: other")
        .replace("name: a,", "name: b,");
    let folder = Folder::new(&[
        ("repo/team-a/a.yaml", POD),
        ("repo/team-b/b.yaml", &pod),
        ("elsewhere/db.yaml", SECRET),
        ("elsewhere/kubeproof.yaml", "this: is not looked at\n"),
        ("elsewhere/deeper/kubeproof.yaml", "neither: is this\n"),
        ("have.txt", &other),
    ]);
    let dangling = |file: &str| format!("repo/{file} info references/dangling-secret");
    let both = [dangling("team-a/a.yaml"), dangling("team-b/b.yaml")];
    assert_eq!(found(&folder, &["repo"]), both);
    folder.write("repo/team-a/kubeproof.yaml", "index: ../../elsewhere\n");
    assert_eq!(found(&folder, &["repo"]), both[1..]);
    assert_eq!(
        found(
            &folder,
            &["repo/team-b/b.yaml", "repo/team-a/a.yaml", "--index", "repo"]
        ),
        both[1..]
    );
    for config in [
        "inventory: ../../have.txt",
        "exists: [{kind: Secret, name: other}]",
    ] {
        folder.write("repo/team-b/kubeproof.yaml", config);
        assert_eq!(found(&folder, &["repo"]), [""; 0], "{config}");
        assert_eq!(
            found(&folder, &["repo/team-a/a.yaml", "--index", "repo"]),
            [""; 0],
            "{config}"
        );
    }
    // What one of them leaves out is not known either.
    folder.write("repo/team-b/kubeproof.yaml", "exclude: gen/\n");
    folder.write("repo/team-b/gen/other.yaml", &other);
    assert_eq!(found(&folder, &["repo"]), both[1..]);
    assert_eq!(
        found(&folder, &["repo/team-b/b.yaml", "--index", "repo"]),
        both[1..]
    );
}

#[test]
fn a_repository_inside_has_its_own() {
    let folder = repository();
    folder.write("sub/.git", "gitdir: ../.git/modules/sub\n");
    folder.write("sub/a.yaml", BAD);
    folder.write("sub/kubeproof.yaml", "severity: {ingress/host-is-ip: info}\n");
    assert!(found(&folder, &[]).contains(&"sub/a.yaml info ingress/host-is-ip".to_string()));
}

#[test]
fn fixes_follow_the_nearest() {
    // Its class is said twice, which is mended only where the rule runs.
    let twice = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: a\n  annotations:\n    \
                 kubernetes.io/ingress.class: nginx\nspec:\n  ingressClassName: nginx\n  defaultBackend:\n    \
                 service: {name: a, port: {number: 80}}\n";
    let folder = Folder::new(&[
        (
            "kubeproof.yaml",
            "kube-version: '1.26'\nselect: ingress/class-conflict\n",
        ),
        ("a.yaml", twice),
        ("off/kubeproof.yaml", "ignore: ingress\n"),
        ("off/a.yaml", twice),
    ]);
    let text = |file: &str| fs::read_to_string(folder.path().join(file)).expect("it is there");
    folder.run(&["check", "--fix"]);
    assert_ne!(text("a.yaml"), twice);
    assert_eq!(text("off/a.yaml"), twice);
}

#[test]
fn a_baseline_holds_what_each_finds() {
    let folder = repository();
    assert_eq!(folder.run(&["check", "--write-baseline"]).code, Some(0));
    let baseline = fs::read_to_string(folder.path().join("kubeproof-baseline.json")).expect("it is written");
    assert_eq!(
        baseline.matches("\"file\"").count(),
        found(&folder, &[]).len(),
        "{baseline}"
    );
    let args = ["check", "--baseline", "kubeproof-baseline.json"];
    assert_eq!(folder.run(&args).code, Some(0));
    assert_eq!(
        folder.run(&[&args[..], &["team-a/a.yaml"]].concat()).code,
        Some(0)
    );
}
