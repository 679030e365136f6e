//! Text, concise and JSON over one small folder, and what chooses between rules.

use super::{BAD, Folder, GOOD, SLIP};

const LIST: &str = "\
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ConfigMap
    metadata:
      name: one
  - apiVersion: v1
    kind: ConfigMap
    metadata:
      name: Two
";

fn shop() -> Folder {
    Folder::new(&[
        ("base/ingress.yaml", BAD),
        ("base/kustomization.yaml", "resources: [ingress.yaml]\n"),
        ("base/list.yaml", LIST),
        ("chart/Chart.yaml", "apiVersion: v2\nname: shop\n"),
        ("chart/templates/x.yaml", "kind: {{ .Values.kind }}\n"),
        (
            "docs.yaml",
            &format!("---\n# only a comment\n---\n{GOOD}---\n{SLIP}"),
        ),
    ])
}

#[test]
fn text() {
    insta::assert_snapshot!(shop().run(&["check"]));
}

#[test]
fn text_in_colour() {
    insta::assert_snapshot!(shop().run(&["check", "--color", "always"]));
}

#[test]
fn text_of_a_clean_run() {
    let folder = Folder::new(&[("a.yaml", GOOD), ("kustomization.yaml", "resources: [a.yaml]\n")]);
    insta::assert_snapshot!(folder.run(&["check"]));
}

#[test]
fn text_names_what_was_skipped() {
    insta::assert_snapshot!(shop().run(&["check", "--show-skipped", "--select", "ingress/host-is-ip"]));
}

#[test]
fn quiet_prints_findings_only() {
    let folder = shop();
    let answer = folder.run(&["check", "-q"]);
    assert!(!answer.stdout.contains("documents skipped"), "{}", answer.stdout);
    assert!(answer.stdout.contains("error[ingress/host-is-ip]"));
    assert!(answer.stderr.is_empty());
    let clean = Folder::new(&[("a.yaml", GOOD)]).run(&["check", "-q"]);
    assert_eq!((clean.code, &*clean.stdout, &*clean.stderr), (Some(0), "", ""));
}

#[test]
fn concise() {
    insta::assert_snapshot!(shop().run(&["check", "--format", "concise", "--show-skipped"]));
}

#[test]
fn json() {
    insta::assert_snapshot!(shop().run(&["check", "--format", "json"]));
}

#[test]
fn json_with_verdicts_and_skipped_files() {
    let folder = shop();
    folder.write("broken.yaml", "apiVersion: v1\nkind: [\nmetadata: {}\n");
    let answer = folder.run(&["check", "--format", "json", "--verdicts", "--show-skipped"]);
    let json = answer.json();
    insta::assert_snapshot!(format!("{:#}\n{:#}", json["objects"], json["summary"]));
}

#[test]
fn json_is_one_object_with_fields_in_a_fixed_order() {
    let answer = shop().run(&["check", "--format", "json"]);
    let json = answer.json();
    assert_eq!(json["version"], 1);
    let first = &json["diagnostics"][0];
    assert_eq!(first["file"], "base/ingress.yaml");
    assert_eq!(first["document"], 0);
    assert_eq!(first["object"]["namespace"], "web");
    assert_eq!(first["span"]["start"]["line"], 8);
    assert_eq!(first["span"]["start"]["column"], 13);
    assert_eq!(first["refusal"]["stage"], "validation");
    assert_eq!(first.get("item"), None, "an object outside of a List has no item");
    let item = &json["diagnostics"][1];
    assert_eq!(
        (&item["item"], &item["file"]),
        (&1.into(), &"base/list.yaml".into())
    );
    let line = answer.stdout.lines().nth(2).expect("a finding a line");
    let keys = [
        "rule", "severity", "message", "help", "file", "document", "object", "span", "refusal",
    ];
    let places: Vec<usize> = keys
        .iter()
        .map(|key| line.find(&format!("\"{key}\":")).expect("each key"))
        .collect();
    assert!(places.is_sorted(), "{line}");
}

#[test]
fn verbose_tells_what_was_read() {
    let answer = shop().run(&["check", "-v", "--threads", "2", "--format", "json"]);
    assert!(answer.stderr.contains("read 6 files ("), "{}", answer.stderr);
    assert!(
        answer.stderr.contains("by the fast path), 5 objects; 2 threads"),
        "{}",
        answer.stderr
    );
    assert!(answer.stderr.contains("checked in "), "{}", answer.stderr);
    answer.json();
}

#[test]
fn rules_are_selected_and_ignored() {
    let folder = Folder::new(&[("a.yaml", BAD), ("b.yaml", SLIP), ("c.yaml", LIST)]);
    let found = |args: &[&str]| {
        let args = [&["check", "--format", "json"], args].concat();
        let json = folder.run(&args).json();
        let rules = json["diagnostics"].as_array().expect("diagnostics").iter();
        rules
            .map(|d| d["rule"].as_str().expect("a rule").to_string())
            .collect::<Vec<_>>()
    };
    let (ip, host, name) = (
        "ingress/host-is-ip",
        "ingress/tls-host-unserved",
        "metadata/invalid-name",
    );
    assert_eq!(found(&[]), [ip, host, name]);
    assert_eq!(found(&["--select", "ingress"]), [ip, host]);
    assert_eq!(found(&["--select", "metadata,ingress/host-is-ip"]), [ip, name]);
    assert_eq!(found(&["--select", ip, "--select", name]), [ip, name]);
    assert_eq!(found(&["--ignore", "ingress"]), [name]);
    assert_eq!(found(&["--ignore", ip, "--ignore", name]), [host]);
    assert_eq!(
        found(&["--select", ip, "--ignore", "ingress"]),
        [ip],
        "a rule outweighs its category"
    );
    assert_eq!(found(&["--select", "ingress", "--ignore", ip]), [host]);
    let none = folder.run(&["check", "--select", ip, "--ignore", ip]);
    assert_eq!(none.code, Some(2), "{none}");
    assert!(none.stderr.contains("no rule is left to check by"), "{none}");
}

#[test]
fn the_version_of_kubernetes_decides() {
    // A Service's name may start with a digit from 1.36 on.
    let text = BAD.replace(
        "    - host: 10.0.0.1\n",
        "    - http:\n        paths:\n          - path: /\n            pathType: Prefix\n            \
         backend: {service: {name: 1web, port: {number: 80}}}\n",
    );
    let folder = Folder::new(&[("a.yaml", &text)]);
    for (version, code) in [("1.35", 1), ("v1.35.4", 1), ("1.36", 0), ("1.37", 0)] {
        let answer = folder.run(&["check", "--kube-version", version]);
        assert_eq!(answer.code, Some(code), "{version}: {}", answer.stdout);
    }
    assert_eq!(folder.run(&["check"]).code, Some(0), "1.36 is the default");
}

#[test]
fn colour_follows_the_environment() {
    let folder = Folder::new(&[("a.yaml", BAD)]);
    let coloured = |args: &[&str], variables: &[(&str, &str)]| {
        let mut command = folder.command(&[&["check"], args].concat());
        command.envs(variables.iter().copied());
        super::answer(&mut command).stdout.contains('\u{1b}')
    };
    assert!(!coloured(&[], &[]), "a pipe is no terminal");
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn no_format_offers_a_fix_of_a_text_with_bytes_that_are_none() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {b: true}}\n";
    for (text, offered) in [
        (text.as_bytes().to_vec(), true),
        ([text.as_bytes(), b"---\na: \xff\n"].concat(), false),
    ] {
        let folder = Folder::new(&[]);
        folder.write("a.yaml", text);
        for (format, word) in [("json", "\"fix\""), ("sarif", "\"fixes\"")] {
            let answer = folder.run(&["check", "a.yaml", "--format", format]);
            assert!(answer.stdout.contains("implicit-typing"), "{answer}");
            assert_eq!(answer.stdout.contains(word), offered, "{format}: {answer}");
        }
    }
}
