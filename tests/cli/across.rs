//! Findings that one file makes about another: their files were let go after the check, and are read again.

use super::{BAD, Folder};

const INGRESS: &str = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: web}
spec:
  tls:
    - hosts: [a.example.com]
      secretName: shop-tsl
  rules:
    - host: a.example.com
";

const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata: {name: shop-tls, namespace: web}
type: kubernetes.io/tls
stringData: {tls.crt: hunter2, tls.key: hunter2}
";

const RULE: [&str; 2] = ["--select", "references/dangling-tls-secret"];

#[test]
fn a_place_in_another_file_is_shown() {
    let folder = Folder::new(&[("a.yaml", INGRESS), ("b.yaml", SECRET), ("c.yaml", BAD)]);
    let json = folder
        .run(&[&["check", "--format", "json"], &RULE[..]].concat())
        .json();
    let found = &json["diagnostics"][0];
    assert_eq!(
        (&found["file"], &found["span"]["start"]["line"]),
        (&"a.yaml".into(), &7.into()),
        "{json:#}"
    );
    let related = &found["related"][0];
    assert_eq!(
        (&related["file"], &related["span"]["start"]["line"]),
        (&"b.yaml".into(), &3.into()),
        "{json:#}"
    );
    assert_eq!(found.get("refusal"), None, "no server looks across objects");
    let text = folder.run(&[&["check"], &RULE[..]].concat()).stdout;
    assert!(
        text.contains("╭─[a.yaml:7:19]") && text.contains("╭─[b.yaml:3:18]"),
        "{text}"
    );
    assert!(
        text.contains("secretName: shop-tsl") && text.contains("name: shop-tls"),
        "{text}"
    );
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn standard_input_is_kept_for_it() {
    let folder = Folder::new(&[("b.yaml", SECRET)]);
    let answer = folder.run_with(&[&["check", "-", "b.yaml"], &RULE[..]].concat(), INGRESS);
    assert!(answer.stdout.contains("╭─[<stdin>:7:19]"), "{answer}");
    let folder = Folder::new(&[("a.yaml", INGRESS)]);
    let answer = folder.run_with(&[&["check", "a.yaml", "-"], &RULE[..]].concat(), SECRET);
    assert!(answer.stdout.contains("╭─[<stdin>:3:18]"), "{answer}");
}

#[test]
fn the_order_of_arguments_does_not_matter() {
    let folder = Folder::new(&[("a.yaml", INGRESS), ("b.yaml", SECRET), ("c.yaml", BAD)]);
    let run = |paths: &[&str]| folder.run(&[&["check"], paths].concat()).to_string();
    let first = run(&["a.yaml", "b.yaml", "c.yaml"]);
    assert!(first.contains("shop-tls"), "{first}");
    assert_eq!(run(&["c.yaml", "b.yaml", "a.yaml"]), first);
    assert_eq!(run(&["b.yaml", "."]), first);
}
