//! Which files are read, what they are called, and what lies around them.

#[cfg(unix)]
use super::{BAD, Folder, GOOD};
use std::path::Path;

/// The files with findings; every file of these tests that is read has one.
fn found(folder: &Folder, args: &[&str]) -> Vec<String> {
    folder
        .run(&[&["check", "--format", "json"], args].concat())
        .files()
}

fn skipped(folder: &Folder, args: &[&str]) -> Vec<(String, String)> {
    let answer = folder.run(
        &[
            &["check", "--format", "json", "--show-skipped", "--allow-empty"],
            args,
        ]
        .concat(),
    );
    let json = answer.json();
    let mut out = Vec::new();
    for reason in json["summary"]["skipped"].as_array().expect("an array") {
        for file in reason["files"].as_array().expect("files") {
            let text = |value: &serde_json::Value| value.as_str().expect("a string").to_string();
            out.push((text(file), text(&reason["reason"])));
        }
    }
    out
}

fn git_init(at: &Path) {
    // Only what tells a work tree: no git program is needed.
    std::fs::create_dir_all(at.join(".git/info")).expect("a folder");
}

#[test]
fn manifests_by_extension_in_hidden_folders_too_but_not_in_git() {
    let json = r#"{"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": {"name": "a"}, "spec": {"rules": [{"host": "10.0.0.1"}]}}"#;
    let folder = Folder::new(&[
        ("a.yaml", BAD),
        ("b.yml", BAD),
        ("c.json", json),
        ("d.txt", BAD),
        ("e.YAML", BAD),
        (".hidden/f.yaml", BAD),
        (".git/g.yaml", BAD),
        ("sub/.git/h.yaml", BAD),
        ("sub/i.yaml", BAD),
    ]);
    let all = [".hidden/f.yaml", "a.yaml", "b.yml", "c.json", "sub/i.yaml"];
    assert_eq!(found(&folder, &[]), all);
    assert_eq!(
        found(&folder, &["d.txt", "e.YAML", ".git/g.yaml"]),
        [".git/g.yaml", "d.txt", "e.YAML"]
    );
}

#[test]
fn names_are_as_given() {
    let folder = Folder::new(&[("k8s/a.yaml", BAD)]);
    let absolute = folder.path().join("k8s/a.yaml").to_string_lossy().into_owned();
    // Windows takes `/` as well, and a name should read the same everywhere.
    let slashed = if cfg!(windows) {
        absolute.replace('\\', "/")
    } else {
        absolute.clone()
    };
    for (given, shown) in [
        (".", "k8s/a.yaml"),
        ("./", "k8s/a.yaml"),
        ("k8s", "k8s/a.yaml"),
        ("./k8s//", "k8s/a.yaml"),
        ("./k8s/a.yaml", "k8s/a.yaml"),
        ("k8s/../k8s/a.yaml", "k8s/../k8s/a.yaml"),
        (&absolute, &slashed),
        (folder.path().to_str().expect("UTF-8"), &slashed),
    ] {
        assert_eq!(found(&folder, &[given]), [shown], "{given}");
    }
}

#[test]
fn a_file_given_twice_is_read_once() {
    let folder = Folder::new(&[("k8s/a.yaml", BAD), ("b.yaml", BAD)]);
    let absolute = folder.path().join("k8s/a.yaml").to_string_lossy().into_owned();
    for args in [
        &["k8s/a.yaml", "k8s/a.yaml"][..],
        &["k8s/a.yaml", "./k8s/a.yaml"],
        &["k8s/a.yaml", "k8s"],
        &["k8s", "k8s/a.yaml", "k8s"],
        &["k8s/a.yaml", "k8s/../k8s/a.yaml"],
        &["k8s/a.yaml", &absolute],
        &["-", "--stdin-filename", "k8s/a.yaml", "k8s"],
    ] {
        let args = [&["check", "--format", "json"], args].concat();
        let json = folder.run_with(&args, BAD).json();
        assert_eq!(json["summary"]["files"], 1, "{args:?}");
    }
    assert_eq!(found(&folder, &[".", "k8s"]), ["b.yaml", "k8s/a.yaml"]);
}

#[test]
fn standard_input() {
    let folder = Folder::new(&[("a.yaml", GOOD)]);
    let json = |args: &[&str]| folder.run_with(&[&["check", "--format", "json"], args].concat(), BAD);
    assert_eq!(json(&["-"]).files(), ["<stdin>"]);
    assert_eq!(json(&["-", "--stdin-filename", "x/y.yaml"]).files(), ["x/y.yaml"]);
    let both = json(&["-", "a.yaml", "-"]);
    assert_eq!(
        (both.files(), &both.json()["summary"]["files"]),
        (vec!["<stdin>".to_string()], &2.into())
    );
    // What an editor holds stands for the file on disk.
    let editor = json(&["-", "--stdin-filename", "a.yaml", "."]);
    assert_eq!(
        (editor.files(), &editor.json()["summary"]["files"]),
        (vec!["a.yaml".to_string()], &1.into())
    );
}

#[test]
fn a_folder_that_adds_nothing_is_told() {
    let folder = Folder::new(&[("a.yaml", BAD), ("lib/readme.txt", "none"), ("full/b.yaml", BAD)]);
    let told = |more: &[&str]| {
        let args = [
            &["check", "--format", "json", "--index", "lib", "--crds", "lib"],
            more,
        ]
        .concat();
        folder.run(&args).stderr
    };
    let line = "`lib` has no .yaml, .yml or .json file, so --index adds nothing by it\n";
    assert_eq!(
        told(&["a.yaml"]),
        [line, &line.replace("--index", "--crds")].concat()
    );
    assert_eq!(told(&["a.yaml", "--quiet"]), "");
    let full = [
        "check", "--format", "json", "a.yaml", "--index", "full", "--index", "a.yaml",
    ];
    assert_eq!(folder.run(&full).stderr, "");
}

#[cfg(unix)]
#[test]
fn links_are_followed_only_when_named() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new(&[("real/a.yaml", BAD)]);
    symlink("a.yaml", folder.path().join("real/link.yaml")).expect("a link");
    symlink("real", folder.path().join("link")).expect("a link");
    assert_eq!(found(&folder, &[]), ["real/a.yaml"]);
    assert_eq!(found(&folder, &["real/link.yaml"]), ["real/link.yaml"]);
    assert_eq!(found(&folder, &["link"]), ["link/a.yaml"]);
    assert_eq!(
        found(&folder, &["link", "real"]),
        ["link/a.yaml"],
        "one file, met twice"
    );
    let shown = folder.run(&["check", "--format", "json", "--show-skipped"]);
    assert_eq!(
        shown.stderr.lines().next(),
        Some(
            "2 symbolic links not followed: `link`, `real/link.yaml`; a link that is named on the command line is"
        )
    );
    // Without being asked it names only those that lead to what is read under no other name.
    assert_eq!(folder.run(&["check", "--format", "json"]).stderr, "");
    let elsewhere = folder.run(&["check", "--format", "json", "real"]);
    assert_eq!(elsewhere.stderr, "");
    symlink("../../gone", folder.path().join("real/gone.yaml")).expect("a link");
    let outside = Folder::new(&[("b.yaml", BAD)]);
    symlink(outside.path(), folder.path().join("real/outside")).expect("a link");
    let told = folder.run(&["check", "--format", "json"]).stderr;
    assert!(
        told.starts_with("2 symbolic links not followed: `real/gone.yaml`, `real/outside`;"),
        "{told}"
    );
    assert_eq!(folder.run(&["check", "--format", "json", "--quiet"]).stderr, "");
    // A mounted ConfigMap is nothing but links.
    let mounted = Folder::new(&[("..data/a.txt", BAD)]);
    symlink("..data/a.txt", mounted.path().join("a.yaml")).expect("a link");
    let empty = mounted.run(&["check"]);
    assert_eq!(empty.code, Some(2));
    assert!(
        empty.stderr.contains("1 symbolic link not followed: `a.yaml`"),
        "{}",
        empty.stderr
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_that_is_named_is_read() {
    let folder = Folder::new(&[]);
    let pipe = folder.path().join("pipe");
    super::pipe(&pipe);
    let writer = std::thread::spawn(move || std::fs::write(pipe, BAD));
    assert_eq!(found(&folder, &["pipe"]), ["pipe"]);
    writer.join().expect("the writer").expect("written");
    assert!(
        folder.run(&["check"]).stderr.contains("nothing to judge"),
        "walking, it is no file"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_utf8_are_shown_lossily() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = Folder::new(&[]);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.yaml");
    std::fs::write(folder.path().join(name), BAD).expect("a file");
    assert_eq!(found(&folder, &[]), ["caf\u{fffd}.yaml"]);
    let mut command = folder.command(&["check", "--format", "json"]);
    assert_eq!(super::answer(command.arg(name)).files(), ["caf\u{fffd}.yaml"]);
}

#[cfg(unix)]
#[test]
fn names_that_steer_a_terminal_are_escaped() {
    let folder = Folder::new(&[("a\n\u{1b}[31m.yaml", BAD)]);
    for format in ["text", "concise"] {
        let answer = folder.run(&["check", "--format", format]);
        assert!(
            answer.stdout.contains("a\\u{a}\\u{1b}[31m.yaml"),
            "{}",
            answer.stdout
        );
        assert!(!answer.stdout.contains('\u{1b}'));
    }
    assert_eq!(found(&folder, &[]), ["a\n\u{1b}[31m.yaml"]);
}

#[test]
fn gitignore_holds_in_a_work_tree_only() {
    let folder = Folder::new(&[
        (".gitignore", "\u{feff}/build/\n*.gen.yaml\n!keep.gen.yaml\n[\n"),
        ("a.yaml", BAD),
        ("a.gen.yaml", BAD),
        ("keep.gen.yaml", BAD),
        ("build/b.yaml", BAD),
        ("sub/build/c.yaml", BAD),
        ("sub/.gitignore", "d.yaml\n!d.gen.yaml\n"),
        ("sub/d.yaml", BAD),
        ("sub/d.gen.yaml", BAD),
        ("sub/deep/d.yaml", BAD),
        ("other/d.yaml", BAD),
        ("excluded.yaml", BAD),
    ]);
    let all = 11;
    assert_eq!(
        found(&folder, &[]).len(),
        all - 1,
        "no work tree: gitignore says nothing"
    );
    git_init(folder.path());
    folder.write(".git/info/exclude", "excluded.yaml\n");
    let kept = [
        "a.yaml",
        "keep.gen.yaml",
        "other/d.yaml",
        "sub/build/c.yaml",
        "sub/d.gen.yaml",
    ];
    assert_eq!(found(&folder, &[]), kept);
    assert_eq!(found(&folder, &["--isolated"]).len(), all - 1);
    // Patterns of the folders above hold as well.
    assert_eq!(found(&folder, &["sub"]), ["sub/build/c.yaml", "sub/d.gen.yaml"]);
    let absolute = folder.path().join("sub");
    assert_eq!(found(&folder, &[absolute.to_str().expect("UTF-8")]).len(), 2);
    // What is named is read.
    assert_eq!(found(&folder, &["sub/d.yaml"]), ["sub/d.yaml"]);
    assert_eq!(found(&folder, &["build"]), ["build/b.yaml"]);
}

#[test]
fn a_work_tree_in_a_work_tree_has_its_own_gitignore() {
    let folder = Folder::new(&[
        (".gitignore", "a.yaml\n"),
        ("a.yaml", BAD),
        ("vendor/a.yaml", BAD),
    ]);
    git_init(folder.path());
    git_init(&folder.path().join("vendor"));
    assert_eq!(found(&folder, &[]), ["vendor/a.yaml"]);
    // A submodule's `.git` is a file that says where its own folder is.
    std::fs::remove_dir_all(folder.path().join("vendor/.git")).expect("removed");
    folder.write("vendor/.git", "gitdir: ../.git/modules/vendor\n");
    folder.write(".git/modules/vendor/info/exclude", "b.yaml\n");
    folder.write("vendor/b.yaml", BAD);
    assert_eq!(found(&folder, &[]), ["vendor/a.yaml"]);
}

const KUSTOMIZATION: &str = "\
resources: [real.yaml]
patches:
  - path: patches/replicas.yaml
  - patch: |-
      - op: remove
        path: /spec
patchesStrategicMerge: [merge.yaml]
patchesJson6902:
  - target: {version: v1, kind: Ingress, name: shop}
    path: ../shared/json.yaml
replacements:
  - path: replacement.yaml
configMapGenerator:
  - name: files
    files: [app.yaml, key=other.yaml]
helmCharts:
  - name: x
    valuesFile: helm.yaml
";

fn kustomized() -> Folder {
    Folder::new(&[
        ("overlay/kustomization.yaml", KUSTOMIZATION),
        ("overlay/patches/replicas.yaml", BAD),
        ("overlay/merge.yaml", BAD),
        ("overlay/replacement.yaml", BAD),
        ("overlay/app.yaml", BAD),
        ("overlay/other.yaml", BAD),
        ("overlay/helm.yaml", BAD),
        ("overlay/real.yaml", BAD),
        ("shared/json.yaml", BAD),
        ("replicas.yaml", BAD),
    ])
}

#[test]
fn what_a_kustomization_uses_is_no_manifest() {
    let folder = kustomized();
    assert_eq!(found(&folder, &[]), ["overlay/real.yaml", "replicas.yaml"]);
    let reasons = skipped(&folder, &[]);
    let of = |file: &str| {
        let found = reasons.iter().find(|(name, _)| name == file);
        found.map(|(_, reason)| &**reason)
    };
    assert_eq!(of("overlay/patches/replicas.yaml"), Some("patch"));
    assert_eq!(of("overlay/merge.yaml"), Some("patch"));
    assert_eq!(of("shared/json.yaml"), Some("patch"));
    assert_eq!(of("overlay/replacement.yaml"), Some("not-an-object"));
    assert_eq!(of("overlay/app.yaml"), Some("not-an-object"));
    assert_eq!(of("overlay/other.yaml"), Some("not-an-object"));
    assert_eq!(of("overlay/helm.yaml"), Some("not-an-object"));
    assert_eq!(of("overlay/kustomization.yaml"), Some("kustomization"));
    // --no-skip judges them all.
    assert_eq!(
        found(&folder, &["--no-skip", "--select", "ingress/host-is-ip"]).len(),
        9
    );
}

#[test]
fn a_patch_is_known_however_it_is_named() {
    let folder = kustomized();
    let absolute = folder
        .path()
        .join("overlay/merge.yaml")
        .to_string_lossy()
        .into_owned();
    for given in [
        "overlay/merge.yaml",
        "overlay/../overlay/merge.yaml",
        &absolute,
        "overlay/patches/replicas.yaml",
        "overlay/patches",
    ] {
        let reasons = skipped(&folder, &[given]);
        assert!(
            matches!(&reasons[..], [(_, reason)] if reason == "patch"),
            "{given}: {reasons:?}"
        );
    }
    let mut inside = folder.command(&["check", "--format", "json", "--allow-empty", "replicas.yaml"]);
    let answer = super::answer(inside.current_dir(folder.path().join("overlay/patches")));
    assert_eq!(answer.json()["summary"]["skipped"][0]["reason"], "patch");
    assert_eq!(
        found(&folder, &["replicas.yaml"]),
        ["replicas.yaml"],
        "another file of that name"
    );
    assert_eq!(
        found(&folder, &["shared"]),
        ["shared/json.yaml"],
        "the kustomization is not above it"
    );
}

/// Scaffolds come with patches that are commented out.
#[test]
fn a_patch_that_no_kustomization_names_is_known_by_its_place() {
    let folder = Folder::new(&[
        (
            "crd/kustomization.yaml",
            "resources: [bases/a.yaml]\npatches:\n#- path: patches/webhook.yaml\n",
        ),
        ("crd/bases/a.yaml", BAD),
        ("crd/patches/webhook.yaml", BAD),
        (
            "default/kustomization.yaml",
            "resources: [../crd, patch-panel.yaml]\n",
        ),
        ("default/auth_patch.yaml", BAD),
        ("default/patch-panel.yaml", BAD),
        ("default/deep/auth_patch.yaml", BAD),
        ("own/kustomization.yaml", "resources: [patches]\n"),
        ("own/patches/kustomization.yaml", "resources: [real.yaml]\n"),
        ("own/patches/real.yaml", BAD),
        ("plain/patches/a.yaml", BAD),
        ("plain/a-patch.yaml", BAD),
    ]);
    let real = [
        "crd/bases/a.yaml",
        "default/deep/auth_patch.yaml",
        "default/patch-panel.yaml",
        "own/patches/real.yaml",
        "plain/a-patch.yaml",
        "plain/patches/a.yaml",
    ];
    assert_eq!(found(&folder, &[]), real);
    // A hook names single files.
    assert_eq!(
        found(&folder, &["crd/patches/webhook.yaml", "--allow-empty"]).len(),
        0
    );
    assert_eq!(found(&folder, &["default/patch-panel.yaml"]).len(), 1);
}

#[test]
fn a_kustomization_without_extension_counts() {
    let folder = Folder::new(&[
        ("Kustomization", "patches:\n  - path: patch.yaml\n"),
        ("patch.yaml", BAD),
        ("real.yaml", BAD),
    ]);
    assert_eq!(found(&folder, &[]), ["real.yaml"]);
    assert_eq!(
        skipped(&folder, &["patch.yaml"]),
        [("patch.yaml".to_string(), "patch".to_string())]
    );
}

#[test]
fn files_of_a_chart_are_templates_from_wherever_they_are_named() {
    let folder = Folder::new(&[
        ("charts/shop/Chart.yaml", "apiVersion: v2\nname: shop\n"),
        ("charts/shop/templates/a.yaml", BAD),
        ("charts/shop/templates/deep/b.yaml", BAD),
        ("charts/shop/crds/c.yaml", BAD),
        ("templates/d.yaml", BAD),
    ]);
    assert_eq!(
        found(&folder, &[]),
        ["charts/shop/crds/c.yaml", "templates/d.yaml"]
    );
    for given in ["charts/shop/templates/deep/b.yaml", "charts/shop/templates/deep"] {
        let reasons = skipped(&folder, &[given]);
        assert!(
            matches!(&reasons[..], [(_, reason)] if reason == "template"),
            "{given}: {reasons:?}"
        );
    }
    for inside in ["charts/shop/templates", "charts/shop/templates/deep"] {
        for given in [".", "b.yaml", "deep/b.yaml"] {
            let mut command = folder.command(&["check", "--format", "json", "--allow-empty", given]);
            let answer = super::answer(command.current_dir(folder.path().join(inside)));
            if answer.code != Some(2) {
                assert_eq!(
                    answer.json()["summary"]["skipped"][0]["reason"],
                    "template",
                    "{inside} {given}"
                );
                assert!(answer.files().is_empty());
            }
        }
    }
    assert_eq!(
        found(&folder, &["templates/d.yaml"]),
        ["templates/d.yaml"],
        "no chart"
    );
}

/// `name: @NAME@` is no YAML, and says itself what it is.
#[test]
fn what_cannot_be_read_for_a_property_is_a_template() {
    let folder = Folder::new(&[
        (
            "a.yaml",
            "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: @APP@\n",
        ),
        (
            "b.yaml",
            "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: @app\n",
        ),
        (
            "c.yaml",
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: \"@APP@\", a: [}\n",
        ),
    ]);
    assert_eq!(found(&folder, &[]), ["b.yaml", "c.yaml"]);
    assert_eq!(
        skipped(&folder, &["a.yaml"]),
        [("a.yaml".to_string(), "template".to_string())]
    );
}

/// What a pipe gave is kept: findings between files show it again.
#[cfg(unix)]
#[test]
fn pipes_are_read_once() {
    let folder = Folder::new(&[]);
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n\
               spec: {containers: [{name: a, image: b, envFrom: [{secretRef: {name: nope}}]}]}\n";
    let answer = folder.run_with(&["check", "--complete", "--format", "concise", "/dev/stdin"], pod);
    assert_eq!(answer.code, Some(1), "{answer}");
    assert!(answer.stdout.contains("references/dangling-secret"), "{answer}");
}

#[test]
fn an_indexed_folder_that_git_ignores_is_no_empty_one() {
    let folder = Folder::new(&[
        ("a.yaml", GOOD),
        ("more/b.yaml", GOOD),
        (".gitignore", "/more/*\n"),
    ]);
    std::fs::create_dir(folder.path().join(".git")).expect("a folder");
    std::fs::write(folder.path().join(".git/HEAD"), "ref: refs/heads/main\n").expect("written");
    let told = folder.run(&["check", "a.yaml", "--index", "more"]);
    assert!(told.stderr.contains("git ignores all manifests in it"), "{told}");
    let told = folder.run(&["check", "a.yaml", "--index", "more", "--isolated"]);
    assert!(!told.stderr.contains("git ignores"), "{told}");
}

#[cfg(unix)]
#[test]
fn nobody_waits_for_pipes_and_devices_that_were_not_named() {
    use std::os::unix::fs::symlink;
    for at in [".gitignore", ".git/info/exclude", "below/.gitignore", ".git"] {
        let folder = Folder::new(&[("a.yaml", GOOD), ("below/b.yaml", GOOD)]);
        if at != ".git" {
            std::fs::create_dir_all(folder.path().join(".git/info")).expect("a folder");
        }
        super::pipe(&folder.path().join(at));
        let answer = folder.run(&["check"]);
        assert_eq!(answer.code, Some(2), "{at} {answer}");
        assert!(
            answer
                .stderr
                .contains(&format!("{at}: is no regular file, so it is not read")),
            "{answer}"
        );
        assert_eq!(folder.run(&["check", "--isolated"]).code, Some(0), "{at}");
    }
    // git follows no link here either.
    let folder = Folder::new(&[("a.yaml", BAD), ("patterns", "a.yaml\n"), (".git/HEAD", "")]);
    symlink("patterns", folder.path().join(".gitignore")).expect("a link");
    assert_eq!(found(&folder, &[]), ["a.yaml"]);
    let folder = Folder::new(&[("a.yaml", BAD), (".git/HEAD", "")]);
    symlink("/dev/zero", folder.path().join(".gitignore")).expect("a link");
    assert_eq!(found(&folder, &[]), ["a.yaml"]);
    let patterns = "some/path/of/a/folder\n".repeat(100_000);
    let folder = Folder::new(&[("a.yaml", GOOD), (".gitignore", &patterns), (".git/HEAD", "")]);
    let answer = folder.run(&["check"]);
    assert_eq!(answer.code, Some(2), "{answer}");
    assert!(
        answer
            .stderr
            .contains("larger than 1 MiB, which no file of git is"),
        "{answer}"
    );
    // A kustomization above a path, and a baseline that the configuration names.
    let folder = Folder::new(&[("below/a.yaml", GOOD)]);
    super::pipe(&folder.path().join("kustomization.yaml"));
    let answer = folder.run(&["check", "below/a.yaml"]);
    assert_eq!(answer.code, Some(2), "{answer}");
    assert!(
        answer.stderr.contains("kustomization.yaml: is no regular file"),
        "{answer}"
    );
    let folder = Folder::new(&[("a.yaml", GOOD), ("kubeproof.yaml", "baseline: known.json\n")]);
    super::pipe(&folder.path().join("known.json"));
    let answer = folder.run(&["check", "a.yaml"]);
    assert_eq!(answer.code, Some(2), "{answer}");
    assert!(
        answer.stderr.contains("known.json: is no regular file"),
        "{answer}"
    );
}
