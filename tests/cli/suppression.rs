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
