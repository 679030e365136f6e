//! Comments that keep findings back, as the command shows them.

use super::{BAD, Folder};

fn commented(comment: &str) -> String {
    BAD.replace("10.0.0.1", &format!("10.0.0.1 # kubeproof: {comment}"))
}

#[test]
fn what_is_kept_back_is_counted_and_fails_nothing() {
    let folder = Folder::new(&[("a.yaml", &commented("ignore[ingress/host-is-ip] the lab's proxy"))]);
    let answer = folder.run(&["check"]);
    insta::assert_snapshot!(answer, @r"
    exit: 0
    --- stdout ---
    Nothing found in 1 file (1 object judged by Kubernetes 1.36; 1 suppressed)
    ");
    let json = folder.run(&["check", "--format", "json"]).json();
    assert_eq!(json["summary"]["suppressed"], 1);
}

#[test]
fn what_is_wrong_with_a_comment_is_shown() {
    let folder = Folder::new(&[
        ("a.yaml", &commented("ignore[ingress/host-is-ip]")),
        ("b.yaml", &commented("ignore[ingress/host-is-an-ip] lab")),
        ("c.yaml", &commented("ingore[ingress/host-is-ip] lab")),
        ("d.yaml", &commented("ignore[ingress/host-is-ip, secret] lab")),
    ]);
    insta::assert_snapshot!(folder.run(&["check"]));
}

#[test]
fn a_file_whose_only_fault_is_an_idle_comment_is_read_again() {
    let text = super::GOOD.replace("web\n", "web # kubeproof: ignore[ingress] lab\n");
    let folder = Folder::new(&[("a.yaml", &text)]);
    let answer = folder.run(&["check"]);
    insta::assert_snapshot!(answer);
    assert_eq!(answer.code, Some(1));
}

#[test]
fn a_file_without_its_namespace_does_not_make_comments_about_that_idle() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\nspec:\n  hostNetwork: true # kubeproof: \
               ignore[pod/security-standard] it is exempt\n  containers: [{name: a, image: b}]\n";
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  labels: {pod-security.kubernetes.io/enforce: \
                     LEVEL}\n";
    let run = |level: &str, path: &str| {
        let folder = Folder::new(&[("ns.yaml", &namespace.replace("LEVEL", level)), ("pod.yaml", pod)]);
        folder.run(&["check", path]).stdout
    };
    for (level, path) in [("baseline", "."), ("baseline", "pod.yaml")] {
        let told = run(level, path);
        assert!(told.starts_with("Nothing found"), "{path}: {told}");
    }
    let told = run("privileged", ".");
    assert!(told.contains("suppression/unused"), "{told}");
}

#[test]
fn single_files_do_not_make_comments_about_others_idle() {
    let text = super::GOOD.replace(
        "shop\n",
        "shop # kubeproof: ignore[metadata/duplicate-object] lab\n",
    );
    let folder = Folder::new(&[
        ("kustomization.yaml", "resources: [a.yaml, b.yaml]\n"),
        ("a.yaml", super::GOOD),
        ("b.yaml", &text),
    ]);
    let code = |args: &[&str]| folder.run(&[&["check"], args].concat()).code;
    assert_eq!(
        code(&["b.yaml"]),
        Some(0),
        "the other one may be in a file not named"
    );
    assert_eq!(code(&["b.yaml", "--index", "."]), Some(0));
    assert_eq!(code(&["."]), Some(0));
    folder.write("a.yaml", "a: 1");
    assert_eq!(code(&["b.yaml", "--index", "."]), Some(1), "now it is idle");
}

/// A Secret that several files lack is said once for them all, but what one of them keeps back, or has switched off, is
/// still said of the others, and each comment is of use.
#[test]
fn what_several_files_lack_is_kept_back_where_it_is_said() {
    let pod = |name: &str, comment: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n  containers: [{{name: a, image: b}}]\n  \
             imagePullSecrets:\n  - name: db{comment}\n"
        )
    };
    let comment = " # kubeproof: ignore[references/dangling-secret] made by hand";
    let folder = Folder::new(&[
        ("a/a.yaml", &pod("a", comment)),
        ("b/b.yaml", &pod("b", comment)),
        ("c/c.yaml", &pod("c", "")),
        ("d/d.yaml", &pod("d", "")),
    ]);
    let found = |args: &[&str]| {
        let answer = folder.run(&[&["check", "--complete", "--format", "concise"], args].concat());
        let places = answer
            .stdout
            .lines()
            .filter_map(|line| Some(line.split_once(": ")?.0));
        places.map(str::to_string).collect::<Vec<_>>()
    };
    assert_eq!(found(&["."]), ["c/c.yaml:7:11"]);
    assert!(
        folder
            .run(&["check", "--complete", "."])
            .stdout
            .contains("2 suppressed")
    );
    folder.write("a/kubeproof.yaml", "ignore: references\n");
    folder.write("a/a.yaml", pod("a", ""));
    folder.write(
        "c/kubeproof.yaml",
        "severity: {references/dangling-secret: warning}\n",
    );
    assert_eq!(found(&["."]), ["c/c.yaml:7:11", "d/d.yaml:7:11"]);
    for file in ["c/c.yaml", "d/d.yaml"] {
        assert_eq!(found(&[file]), [format!("{file}:7:11")]);
    }
}
