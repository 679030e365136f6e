//! The printers, given findings that no rule makes today: places in other files, fixes, odd spans.

use kubeproof::catalogue::Rule;
use kubeproof::diagnostic::{Diagnostic, Edit, ErrorType, Fix, Refusal, Related, Severity};
use kubeproof::engine::{Checked, ObjectInfo};
use kubeproof::report::{Concise, Json, Printer, Report, Source, Text};
use kubeproof::source::{self, Span};
use kubeproof::version::KubeVersion;

const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata:
  name: db
data:
  password: aHVudGVyMg==
";

fn finding(span: Span, message: &str) -> Diagnostic {
    let rule = Rule::find("ingress/host-is-ip").expect("a rule");
    Diagnostic {
        severity: Severity::Error,
        ..Diagnostic::new(rule, 0, span, message)
    }
}

fn at(text: &str, part: &str) -> Span {
    let start = text.rfind(part).expect("the part") as u32;
    Span::new(start, start + part.len() as u32)
}

fn report(files: &[(&str, &[u8], Vec<Diagnostic>)]) -> Report {
    let mut report = Report::new(KubeVersion::DEFAULT);
    for (name, bytes, diagnostics) in files {
        let checked = Checked {
            diagnostics: diagnostics.clone(),
            objects: vec![ObjectInfo::default()],
            ..Checked::default()
        };
        let source = Source::new(source::decode(bytes.to_vec()));
        report.add(name.to_string(), checked, Some(source));
    }
    report
}

fn print(printer: &dyn Printer, report: &Report) -> String {
    let mut out = String::new();
    printer.print(report, &mut out);
    out
}

fn text(width: Option<usize>) -> Text {
    Text {
        color: false,
        width,
        show_skipped: false,
        quiet: false,
        statistics: false,
    }
}

fn json(report: &Report) -> serde_json::Value {
    serde_json::from_str(&print(&Json::default(), report)).expect("JSON")
}

#[test]
fn places_in_other_files_have_frames_of_their_own() {
    let ingress = "spec:\n  tls:\n    - secretName: db\n";
    let finding = Diagnostic {
        label: Some("needs `tls.crt`".into()),
        help: Some("add the key,\nor name another Secret".into()),
        related: vec![
            Related {
                message: "the Secret is here".into(),
                file: Some(1),
                span: at(SECRET, "data"),
            },
            Related {
                message: "and used here".into(),
                file: None,
                span: at(ingress, "tls"),
            },
            Related {
                message: "a file that is not there".into(),
                file: Some(7),
                span: Span::new(0, 1),
            },
        ],
        ..finding(at(ingress, "db"), "the Secret `db` has no `tls.crt`")
    };
    let report = report(&[
        ("ingress.yaml", ingress.as_bytes(), vec![finding]),
        ("secret.yaml", SECRET.as_bytes(), vec![]),
    ]);
    insta::assert_snapshot!(print(&text(None), &report));
    let related = &json(&report)["diagnostics"][0]["related"];
    assert_eq!(related.as_array().map(Vec::len), Some(2));
    assert_eq!(
        (&related[0]["file"], &related[0]["span"]["start"]["line"]),
        (&"secret.yaml".into(), &5.into())
    );
    assert_eq!(
        (&related[1]["file"], &related[1]["span"]["start"]["column"]),
        (&"ingress.yaml".into(), &3.into())
    );
}

#[test]
fn frames_hide_what_the_lines_beside_a_finding_hold() {
    let beside = finding(at(SECRET, "data"), "something about the data");
    let on = finding(at(SECRET, "aHVudGVyMg=="), "something about the value");
    let report = report(&[("secret.yaml", SECRET.as_bytes(), vec![beside, on])]);
    let shown = print(&text(None), &report);
    assert!(!shown.contains("aHVudG"), "{shown}");
    assert_eq!(shown.matches("password: ************\n").count(), 2, "{shown}");
    assert!(shown.contains("   ·             ────────────\n"), "{shown}");
}

#[test]
fn edits_of_a_secret_are_left_out() {
    let edit = |span, text: &str| Edit {
        span,
        text: text.into(),
    };
    let value = at(SECRET, "aHVudGVyMg==");
    let fixed = |edits| Diagnostic {
        fix: Some(Fix {
            title: "mend it".into(),
            safe: true,
            edits,
        }),
        ..finding(at(SECRET, "data"), "x")
    };
    let shown = |edits| {
        let report = report(&[("secret.yaml", SECRET.as_bytes(), vec![fixed(edits)])]);
        json(&report)["diagnostics"][0]["fix"].clone()
    };
    let open = shown(vec![edit(at(SECRET, "data"), "stringData")]);
    assert_eq!(open["edits"][0]["text"], "stringData");
    assert_eq!(open.get("redacted"), None);
    let mixed = shown(vec![
        edit(at(SECRET, "data"), "stringData"),
        edit(value, "hunter2"),
    ]);
    assert_eq!(
        (mixed["edits"].as_array().map(Vec::len), &mixed["redacted"]),
        (Some(0), &true.into()),
        "half a fix mends nothing, and may write the value elsewhere"
    );
    let inserted = shown(vec![edit(Span::new(value.start, value.start), "hunter2")]);
    assert_eq!(
        (inserted["edits"].as_array().map(Vec::len), &inserted["redacted"]),
        (Some(0), &true.into())
    );
}

#[test]
fn utf16_offers_no_fix_and_has_places_of_its_utf8_reading() {
    let text = "é: x\nkind: y\n";
    let bytes: Vec<u8> = format!("\u{feff}{text}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let finding = Diagnostic {
        fix: Some(Fix {
            title: "mend it".into(),
            safe: true,
            edits: vec![],
        }),
        ..finding(Span::new(0, 0), "x")
    };
    let decoded = source::decode(bytes.clone());
    let finding = Diagnostic {
        span: at(&decoded.text, "y"),
        ..finding
    };
    let json = json(&report(&[("a.yaml", &bytes, vec![finding])]));
    let first = &json["diagnostics"][0];
    assert_eq!(first.get("fix"), None);
    assert_eq!(
        (&first["span"]["start"]["line"], &first["span"]["start"]["column"]),
        (&2.into(), &7.into())
    );
}

#[test]
fn findings_that_differ_only_in_refusal_are_one_for_people() {
    let refused = |field: &str| Diagnostic {
        refusal: Some(Refusal {
            stage: ErrorType::Invalid.stage(),
            kind: ErrorType::Invalid,
            field: field.into(),
            turn: 0,
        }),
        ..finding(Span::new(0, 3), "one message")
    };
    let other = finding(Span::new(0, 3), "another message");
    let bytes = b"abc: d\n";
    let report = report(&[(
        "a.yaml",
        bytes,
        vec![refused("a"), other, refused("b"), refused("b")],
    )]);
    assert_eq!(print(&Concise::default(), &report).lines().count(), 2);
    let shown = print(&text(None), &report);
    assert_eq!(shown.matches("one message").count(), 1, "{shown}");
    assert!(shown.ends_with("2 errors in 1 of 1 file (1 object)\n"), "{shown}");
    let json = json(&report);
    assert_eq!(json["diagnostics"].as_array().map(Vec::len), Some(4));
    assert_eq!(json["summary"]["errors"], 4);
}

#[test]
fn messages_are_wrapped_on_a_terminal_only() {
    let words = "word ".repeat(60);
    let report = report(&[(
        "a.yaml",
        b"abc: d\n",
        vec![finding(Span::new(0, 3), words.trim())],
    )]);
    let longest = |out: &str| out.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    assert!(longest(&print(&text(Some(80)), &report)) <= 80);
    assert!(longest(&print(&text(None), &report)) > 300);
    assert!(
        longest(&print(&text(Some(3)), &report)) <= 70,
        "a terminal too narrow for frames"
    );
}

#[test]
fn any_span_can_be_shown() {
    for input in [
        "",
        "\n",
        "a",
        "\u{feff}a: é\r\n\tb: 漢字\r\n\r\n- \u{1b}[31m\rx\n",
        "a\n\nb\n\n\n",
        "é",
    ] {
        let length = input.len() as u32;
        for start in 0..length + 2 {
            for end in [start, start + 1, start + 2, length, length + 9, 0, u32::MAX] {
                let odd = Diagnostic {
                    label: Some("here".into()),
                    related: vec![Related {
                        message: "and here".into(),
                        file: None,
                        span: Span::new(end / 2, end),
                    }],
                    ..finding(Span::new(start, end), "odd")
                };
                let report = report(&[("a.yaml", input.as_bytes(), vec![odd])]);
                for width in [None, Some(40)] {
                    let shown = print(&text(width), &report);
                    assert!(
                        shown.contains("error[ingress/host-is-ip]: odd"),
                        "{input:?} {start}..{end}: {shown}"
                    );
                    assert!(
                        !shown.contains("Failed to read"),
                        "{input:?} {start}..{end}: {shown}"
                    );
                }
                json(&report);
                print(&Concise::default(), &report);
            }
        }
    }
}

#[test]
fn many_findings_on_one_long_line_are_quick() {
    let item = "{\"host\": \"10.0.0.1\"}, ";
    let text = format!("[{}]", item.repeat(100_000));
    let findings = (0..20_000)
        .map(|i| finding(Span::new(i * 100 + 1, i * 100 + 5), "x"))
        .collect();
    let report = report(&[("a.json", text.as_bytes(), findings)]);
    let before = std::time::Instant::now();
    assert_eq!(print(&Concise::default(), &report).lines().count(), 20_000);
    json(&report);
    // Counted from the start of the line for each, these are tens of gigabytes of characters.
    assert!(before.elapsed().as_secs() < 20, "{:?}", before.elapsed());
}
