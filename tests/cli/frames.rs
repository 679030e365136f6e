//! Frames stay readable whatever the text: long lines, tabs, wide characters, odd line breaks, hidden values.

use super::{Folder, GOOD};

/// The frame of the first finding.
fn frame(text: impl AsRef<[u8]>) -> String {
    let folder = Folder::new(&[]);
    folder.write("a.yaml", text);
    let answer = folder.run(&["check", "-q", "--select", "ingress,yaml"]);
    assert_eq!(answer.code, Some(1), "{answer}");
    answer.stdout
}

fn host(line: &str) -> String {
    GOOD.replace("    - host: shop.example.com\n", line)
}

/// The text above the caret line, between its columns.
fn marked(frame: &str) -> String {
    let lines: Vec<&str> = frame.lines().collect();
    let at = lines
        .iter()
        .position(|line| line.contains('·') && line.contains('─'))
        .expect("a caret line");
    let carets = lines[at].char_indices().filter(|(_, c)| *c == '─' || *c == '┬');
    let columns: Vec<usize> = carets.map(|(i, _)| width(&lines[at][..i])).collect();
    let (first, last) = (columns[0], columns[columns.len() - 1]);
    let mut column = 0;
    let mut out = String::new();
    for c in lines[at - 1].chars() {
        if (first..=last).contains(&column) {
            out.push(c);
        }
        column += width(&c.to_string());
    }
    out
}

/// Columns in a terminal, for the characters that these tests use.
fn width(text: &str) -> usize {
    text.chars()
        .map(|c| {
            if ('\u{1100}'..'\u{ffff}').contains(&c) && c > '\u{2e7f}' {
                2
            } else {
                1
            }
        })
        .sum()
}

#[test]
fn wide_characters_do_not_shift_the_mark() {
    let frame = frame(host("    - {x漢字: 漢字, host: 10.0.0.1, é: ü}\n"));
    assert_eq!(marked(&frame), "10.0.0.1", "{frame}");
    assert!(frame.contains("[a.yaml:8:23]"), "columns are characters: {frame}");
}

#[test]
fn tabs_do_not_shift_the_mark() {
    let frame = frame(host("    - {a:\tb,\thost:\t10.0.0.1}\n"));
    assert_eq!(marked(&frame), "10.0.0.1", "{frame}");
}

#[test]
fn windows_line_breaks_and_a_byte_order_mark() {
    let text = format!("\u{feff}{}", host("    - host: 10.0.0.1\n")).replace('\n', "\r\n");
    let frame = frame(text);
    assert_eq!(marked(&frame), "10.0.0.1", "{frame}");
    assert!(
        frame.contains("[a.yaml:8:13]") && !frame.contains('\r'),
        "{frame}"
    );
}

#[test]
fn utf16() {
    let text = host("    - host: 10.0.0.1 # é\n");
    let bytes: Vec<u8> = "\u{feff}"
        .encode_utf16()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let frame = frame(bytes);
    assert_eq!(marked(&frame), "10.0.0.1", "{frame}");
    assert!(frame.contains("[a.yaml:8:13]"), "{frame}");
}

#[test]
fn what_steers_a_terminal_is_replaced() {
    let readable = frame(host("    - host: 10.0.0.1 # \u{202e}gpj.exe \u{200f}\n"));
    assert_eq!(marked(&readable), "10.0.0.1", "{readable}");
    assert!(readable.contains("# \u{fffd}gpj.exe \u{fffd}"), "{readable}");
    // YAML takes no control characters; what was read before them is checked all the same.
    let broken = frame(host("    - host: 10.0.0.1 # \u{9b}31m\u{1b}[31m\n"));
    assert_eq!(marked(&broken), "10.0.0.1", "{broken}");
    assert!(broken.contains("# \u{fffd}31m\u{fffd}[31m"), "{broken}");
}

#[test]
fn what_does_not_parse_is_shown_unless_it_may_be_a_secret() {
    let broken = frame(host("    - host: 10.0.0.1\n  tls: [{secretName: web]}\n"));
    assert!(broken.contains("tls: [{secretName: web]}"), "{broken}");
    let hidden = frame(host("    - host: 10.0.0.1\n  data: [{password: hunter2]}\n"));
    assert!(
        hidden.contains("data:*") || hidden.contains("data: *"),
        "{hidden}"
    );
    assert!(!hidden.contains("hunter2"), "{hidden}");
}

#[test]
fn long_lines_are_cut_around_the_mark() {
    let long = "x".repeat(200_000);
    for (line, column) in [
        (
            format!("    - {{x: {long}, host: 10.0.0.1, y: {long}}}\n"),
            200_019,
        ),
        (format!("    - {{host: 10.0.0.1, y: {long}}}\n"), 14),
        (format!("    - {{y: 漢{long}, host: 10.0.0.1}}\n"), 200_020),
    ] {
        let frame = frame(host(&line));
        assert!(frame.len() < 2_000, "{} bytes", frame.len());
        assert_eq!(marked(&frame), "10.0.0.1", "{frame}");
        assert!(frame.contains(&format!("[a.yaml:8:{column}]")), "{frame}");
        assert!(frame.contains('…'), "{frame}");
    }
    // The line itself is fine, its neighbour is long.
    let frame = frame(host(&format!("    - host: 10.0.0.1\n      x: {long}\n")));
    assert!(frame.len() < 2_000 && frame.contains("xxx…"), "{frame}");
    // What is marked is itself too long.
    let frame = super::frames::frame(host(&format!("    - host: {long}_\n")));
    assert!(frame.len() < 4_000 && frame.contains("xxx…"), "{frame}");
}

#[test]
fn a_mark_of_many_lines_shows_its_first() {
    let value = "          line\n".repeat(50);
    let frame = frame(host(&format!("    - host: |\n{value}")));
    assert!(frame.lines().count() < 12, "{frame}");
    assert!(frame.contains("host: |"), "{frame}");
}

#[test]
fn several_places_of_one_finding_are_marked() {
    let path = "          - path: /\n            pathType: Prefix\n            backend: {service: {name: a, port: {number: 80}}}\n";
    let text = host(&format!(
        "    - host: a.example.com\n      http:\n        paths:\n{path}{path}"
    ));
    let frame = frame(text);
    assert!(frame.contains("ingress/duplicate-path"), "{frame}");
    assert!(frame.matches("╰──").count() >= 2, "{frame}");
}

#[test]
fn a_place_inside_the_one_that_is_marked_is_marked_alone() {
    let folder = Folder::new(&[]);
    let text = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec:\n  \
                accessModes: [ReadWriteOnce, ReadWriteOnces]\n  resources: {requests: {storage: 1Gi}}\n";
    folder.write("a.yaml", text);
    let frame = folder.run(&["check", "-q"]).stdout;
    assert_eq!(marked(&frame), "ReadWriteOnces", "{frame}");
    assert!(
        frame.contains("[a.yaml:5:16]") && frame.contains("╰── this one"),
        "{frame}"
    );
}

#[test]
fn a_file_without_line_break_at_its_end() {
    let frame = frame(host("    - host: 10.0.0.1"));
    assert_eq!(marked(&frame), "10.0.0.1", "{frame}");
}

/// A workload that does not read is shown, though it names a Secret and a volume of data; what a Secret alone has is not.
#[test]
fn a_workload_that_does_not_read_is_shown() {
    let head = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n\
        \x20       - name: a\n          image: nginx: 1.27\n          volumeMounts: [{name: data, mountPath: /data}]\n";
    let seen = |text: &str| {
        let folder = super::Folder::new(&[("a.yaml", text)]);
        let told = folder.run(&["check", "--isolated", "a.yaml"]).stdout;
        assert!(told.contains("yaml/syntax-error"), "{told}");
        told.contains("nginx: 1.27")
    };
    let volume = "      volumes: [{name: b, secret: {secretName: c}}]\n";
    assert!(seen(head) && seen(&format!("{head}{volume}")));
    for more in [
        "stringData: {password: hunter2}\n",
        "    stringData: {password: hunter2}\n",
        "    data:\n      password: hunter2\n",
        "kind: Secret\n",
        "  kind: Secret\n",
        "status: {kind: Secret, stringData: {p: hunter2}}\n",
    ] {
        assert!(!seen(&format!("{head}{volume}{more}")), "{more}");
    }
}
