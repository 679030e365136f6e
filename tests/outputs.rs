//! The formats for other programs, given findings that no rule makes: line breaks and control characters in
//! messages, fixes, places in other files.

use kubeproof::catalogue::Rule;
use kubeproof::diagnostic::{Diagnostic, Edit, Fix, Related, Severity};
use kubeproof::engine::{Checked, ObjectInfo};
use kubeproof::report::{
    Github, Gitlab, Json, JsonLines, Junit, Markdown, Printer, Report, Root, Sarif, Source, Trouble,
};
use kubeproof::source::{self, Span};
use kubeproof::version::KubeVersion;

const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata: {name: db, labels: {😀a: b}}
data:
  password: pa55w0rdpa55w0rd
";

const OTHER: &str = "kind: é😀 Ingress\n";

fn at(text: &str, part: &str) -> Span {
    let start = text.find(part).expect("the part") as u32;
    Span::new(start, start + part.len() as u32)
}

fn finding(rule: &str, span: Span, message: &str) -> Diagnostic {
    let rule = Rule::find(rule).expect("a rule");
    Diagnostic {
        object: Some(0),
        ..Diagnostic::new(rule, 0, span, message)
    }
}

fn fix(title: &str, safe: bool, edits: &[(Span, &str)]) -> Option<Fix> {
    let edits = edits.iter().map(|(span, text)| Edit {
        span: *span,
        text: text.to_string(),
    });
    Some(Fix {
        title: title.to_string(),
        safe,
        edits: edits.collect(),
    })
}

/// Two files, the second named by an absolute path; the first is a Secret.
fn report() -> Report {
    let label = at(SECRET, "a: b");
    let value = at(SECRET, "pa55w0rdpa55w0rd");
    let findings = vec![
        Diagnostic {
            help: Some("first 100 %,\nthen [this](1) & <that> `a|b`".into()),
            related: vec![Related {
                message: "named here\u{1b}[31m".into(),
                file: Some(1),
                span: at(OTHER, "Ingress"),
            }],
            fix: fix(
                "quote it",
                true,
                &[(label, "\"a\": b"), (Span::new(label.start, label.start), "x")],
            ),
            ..finding(
                "metadata/invalid-label",
                label,
                "odd: 50 %\r\nand \u{0}\u{1b}[31m]]>\u{fffe}, see {0}",
            )
        },
        Diagnostic {
            fix: fix(
                "move it",
                false,
                &[
                    (at(SECRET, "data"), "stringData"),
                    // What was the value would be written where nothing masks it.
                    (Span::new(0, 0), "# pa55w0rdpa55w0rd\n"),
                    (value, "x"),
                ],
            ),
            ..finding("secret/bad-base64", at(SECRET, "password"), "no base64")
        },
        Diagnostic {
            severity: Severity::Info,
            object: None,
            fix: fix("drop it", false, &[(at(SECRET, "kind"), "")]),
            ..finding("yaml/lost-content", at(SECRET, "kind"), "about no object")
        },
    ];
    let mut report = Report::new(KubeVersion::DEFAULT);
    for (name, text, diagnostics) in [
        ("sub/a\u{7}b.yaml", SECRET, findings),
        ("/elsewhere/o.json", OTHER, vec![]),
    ] {
        let object = ObjectInfo {
            api_version: "v1".into(),
            kind: "Secret".into(),
            name: Some("db".into()),
            namespace: Some("we\"b".into()),
            ..ObjectInfo::default()
        };
        let checked = Checked {
            diagnostics,
            objects: vec![object],
            ..Checked::default()
        };
        let source = Source::new(source::decode(text.as_bytes().to_vec()));
        report.add(name.to_string(), checked, Some(source));
    }
    report.trouble = vec![
        Trouble {
            path: "gone\u{1b}.yaml".into(),
            what: "no such file\nor folder".into(),
        },
        Trouble {
            path: String::new(),
            what: "nothing to judge".into(),
        },
    ];
    report
}

fn root() -> Root {
    Root {
        path: "/home/my shop".into(),
        below: "k8s".into(),
    }
}

fn print(printer: &dyn Printer) -> String {
    let mut out = String::new();
    printer.print(&report(), &mut out);
    let mut streamed = Vec::new();
    printer.stream(&report(), &mut streamed).expect("written");
    assert_eq!(
        String::from_utf8(streamed).expect("UTF-8"),
        out,
        "both ways alike"
    );
    assert!(!out.contains("pa55w0rd"), "{out}");
    let steers = |c: char| c.is_control() && c != '\n';
    assert_eq!(out.find(steers), None, "{out}");
    out
}

fn sarif() -> serde_json::Value {
    let printed = print(&Sarif {
        root: root(),
        exit_code: 2,
    });
    serde_json::from_str(&printed).expect("JSON")
}

#[test]
fn sarif_results() {
    let mut json = sarif();
    let run = json["runs"][0].as_object_mut().expect("a run");
    run.remove("tool");
    insta::assert_snapshot!(format!("{json:#}"));
}

#[test]
fn sarif_fixes_leave_out_what_touches_a_secret() {
    let json = sarif();
    let results = json["runs"][0]["results"].as_array().expect("results").clone();
    let fixes = |rule: &str| {
        let result = results.iter().find(|result| result["ruleId"] == rule);
        result.expect("a result").get("fixes").cloned()
    };
    assert_eq!(fixes("secret/bad-base64"), None);
    let deleted = &fixes("yaml/lost-content").expect("a fix")[0];
    assert_eq!(
        deleted["artifactChanges"][0]["replacements"][0].get("insertedContent"),
        None
    );
    assert_eq!(deleted["description"]["text"], "Drop it (needs a look).");
    let quoted = &fixes("metadata/invalid-label").expect("a fix")[0];
    let region = &quoted["artifactChanges"][0]["replacements"][0]["deletedRegion"];
    assert_eq!(region["startColumn"], 33, "UTF-16 units: {region}");
}

#[test]
fn sarif_rules_know_their_index() {
    let json = sarif();
    let run = &json["runs"][0];
    for result in run["results"].as_array().expect("results") {
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        let file = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        let index = file["index"].as_u64().expect("an index") as usize;
        assert_eq!(run["artifacts"][index]["location"]["uri"], file["uri"]);
    }
}

#[test]
fn github() {
    insta::assert_snapshot!(print(&Github { root: root() }));
}

#[test]
fn gitlab() {
    insta::assert_snapshot!(print(&Gitlab { root: root() }));
}

#[test]
fn junit() {
    let junit = Junit {
        failing: Severity::Warning,
    };
    insta::assert_snapshot!(print(&junit));
}

#[test]
fn jsonl() {
    let json = Json {
        statistics: true,
        ..Json::default()
    };
    insta::assert_snapshot!(print(&JsonLines { json }));
}

#[test]
fn markdown() {
    let markdown = |room| Markdown {
        root: root(),
        links: Some("https://example.com/shop/blob/1a2b/".into()),
        room,
        statistics: false,
    };
    insta::assert_snapshot!(print(&markdown(usize::MAX)));
    // However little room there is, it is kept to.
    for room in 0..2000 {
        assert!(print(&markdown(room)).len() <= room, "{room}");
    }
}

#[test]
fn columns_do_not_depend_on_what_was_asked_before() {
    let text = "\u{feff}é😀: x\r\n😀b: 😀😀\n\nlast";
    let index = kubeproof::source::LineIndex::new(text);
    let offsets: Vec<u32> = (0..=text.len() as u32)
        .filter(|at| text.is_char_boundary(*at as usize) && *at >= 3)
        .collect();
    let source = Source::new(source::decode(text.as_bytes().to_vec()));
    for first in &offsets {
        for then in &offsets {
            source.position_utf16(*first);
            source.position(*first);
            let shown = format!("{first} then {then}");
            assert_eq!(
                source.position_utf16(*then),
                index.position_utf16(text, *then),
                "{shown}"
            );
            assert_eq!(source.position(*then), index.position(text, *then), "{shown}");
        }
    }
}
