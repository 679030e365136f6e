//! `# kubeproof: ignore[…] reason`: what it covers by where it stands, and what is said about it.

use kubeproof::check;
use kubeproof::diagnostic::Diagnostic;
use kubeproof::manifest::Surroundings;
use kubeproof::report::{Json, Printer, Report};
use kubeproof::settings::{RuleSet, Settings};

fn run(files: &[(&str, &str)], settings: &Settings) -> Report {
    let inputs = files
        .iter()
        .map(|(name, text)| (name.to_string(), text.as_bytes().to_vec()));
    check(inputs, &Surroundings::default(), settings)
}

/// What is found, as `line:rule`, and how many findings are kept back.
fn of(text: &str) -> (Vec<String>, usize) {
    let mut settings = Settings::default();
    // The Ingress names a Service that is not here.
    assert!(settings.rules.set("references", false));
    with(text, &settings)
}

fn with(text: &str, settings: &Settings) -> (Vec<String>, usize) {
    let report = run(&[("a.yaml", text)], settings);
    let file = &report.files[0];
    let source = file.source.as_ref().expect("its text");
    let shown = |d: &Diagnostic| format!("{}:{}", source.position(d.span.start).line, d.rule.rule().id);
    (
        file.diagnostics.iter().map(shown).collect(),
        file.suppressed.len(),
    )
}

fn only(rules: &[&str]) -> Settings {
    let mut set = RuleSet::none();
    for rule in rules {
        assert!(set.set(rule, true), "{rule}");
    }
    Settings {
        rules: set,
        ..Settings::default()
    }
}

/// An Ingress whose three hosts are addresses: lines 6, 7 and 10 of the text without comments.
const BAD: &str = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  rules:
    - host: 10.0.0.1
    - host: 10.0.0.2
      http:
        paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}]
    - host: 10.0.0.3
";

/// The text with a comment put behind the line that holds `part`, or on a line above it.
fn behind(part: &str, comment: &str) -> String {
    BAD.replace(part, &format!("{part} # kubeproof: {comment}"))
}

fn above(part: &str, comment: &str) -> String {
    let at = BAD.find(part).expect("the part");
    let start = BAD[..at].rfind('\n').map_or(0, |newline| newline + 1);
    format!("{}      # kubeproof: {comment}\n{}", &BAD[..start], &BAD[start..])
}

const ALL: &str = "ignore[ingress/host-is-ip] lab";

#[test]
fn where_it_stands_says_what_it_covers() {
    let found = |text: String| of(&text);
    let host = |lines: &[u32]| -> Vec<String> {
        lines
            .iter()
            .map(|line| format!("{line}:ingress/host-is-ip"))
            .collect()
    };
    for (name, text, lines, suppressed) in [
        ("nowhere", BAD.to_string(), &[6, 7, 10][..], 0),
        ("behind", behind("10.0.0.1", ALL), &[7, 10], 1),
        ("behind the last", behind("10.0.0.3", ALL), &[6, 7], 1),
        ("above an item", above("- host: 10.0.0.2", ALL), &[6, 11], 1),
        (
            "above the first item",
            above("- host: 10.0.0.1", ALL),
            &[8, 11],
            1,
        ),
        ("above the key of a list", above("rules:", ALL), &[], 3),
        ("above a key", above("spec:", ALL), &[], 3),
        ("at the head", format!("# kubeproof: {ALL}\n{BAD}"), &[], 3),
        (
            "on the separator",
            format!("--- # kubeproof: {ALL}\n{BAD}"),
            &[],
            3,
        ),
        (
            "before the separator",
            format!("# kubeproof: {ALL}\n---\n{BAD}"),
            &[],
            3,
        ),
        (
            "after the separator",
            format!("---\n\n# kubeproof: {ALL}\n\n{BAD}"),
            &[],
            3,
        ),
        (
            "with a mark",
            format!("\u{feff}# kubeproof: {ALL}\n{BAD}"),
            &[],
            3,
        ),
        (
            "by category",
            behind("10.0.0.1", "ignore[ingress] lab"),
            &[7, 10],
            1,
        ),
        (
            "with blanks",
            behind(
                "10.0.0.1",
                "  ignore [ yaml/placeholder ,ingress/host-is-ip ]: lab",
            ),
            &[7, 10],
            1,
        ),
        (
            "with lines between",
            above("- host: 10.0.0.2", "ignore[ingress/host-is-ip] lab\n\n# more\n"),
            &[6, 14],
            1,
        ),
    ] {
        let (mut diagnostics, count) = found(text.replace('\r', ""));
        diagnostics.retain(|d| !d.contains("suppression/unused"));
        assert_eq!((diagnostics, count), (host(lines), suppressed), "{name}");
        // The same with the line ends of Windows.
        let (mut diagnostics, count) = found(text.replace('\n', "\r\n"));
        diagnostics.retain(|d| !d.contains("suppression/unused"));
        assert_eq!((diagnostics, count), (host(lines), suppressed), "{name}, CRLF");
    }
}

#[test]
fn a_document_is_one_of_several() {
    let text = format!("# kubeproof: {ALL}\n{BAD}---\n{BAD}---\n# kubeproof: {ALL}\n{BAD}");
    let (found, suppressed) = with(&text, &only(&["ingress", "suppression"]));
    assert_eq!(suppressed, 6);
    assert_eq!(found.len(), 3, "{found:?}");
    let file = text.replacen("ignore[", "ignore-file[", 1);
    let (found, suppressed) = with(&file, &only(&["ingress", "suppression"]));
    assert_eq!((found, suppressed), (vec![], 9));
}

#[test]
fn within_flow_collections_too() {
    let text = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec: {
  rules: [
    # kubeproof: ignore[ingress/host-is-ip] lab
    {host: 10.0.0.1},
    {host: 10.0.0.2},
    {
      # kubeproof: ignore[ingress/host-is-ip] lab
      host: 10.0.0.3 }
  ]}
";
    assert_eq!(of(text), (vec!["8:ingress/host-is-ip".to_string()], 2));
}

#[test]
fn what_looks_like_one_in_a_text_is_none() {
    let text = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  a: |\n    # kubeproof: {ALL}\n  b: '# kubeproof: {ALL}'\n"
    );
    assert!(
        run(&[("a.yaml", &text)], &Settings::default()).files[0]
            .diagnostics
            .is_empty()
    );
}

#[test]
fn faults_are_told_and_keep_nothing_back() {
    for (comment, rule) in [
        ("ignore[ingress/host-is-ip]", "suppression/no-reason"),
        ("ignore[ingress/host-is-ip] - !", "suppression/no-reason"),
        ("ignore[ingress/host-is-ipp] lab", "suppression/unknown-rule"),
        ("ignore[] lab", "suppression/malformed"),
        ("ignore[ingress/host-is-ip lab", "suppression/malformed"),
        ("ignore lab", "suppression/malformed"),
        ("ignroe[ingress/host-is-ip] lab", "suppression/malformed"),
        ("Ignore[ingress/host-is-ip] lab", "suppression/malformed"),
        ("disable", "suppression/malformed"),
        ("ignore-file[ingress/host-is-ip] lab", "suppression/malformed"),
        ("ignore[ingress/no-rules] lab", "suppression/unused"),
        ("ignore[suppression] lab", "suppression/unused"),
    ] {
        let (found, suppressed) = of(&behind("10.0.0.1", comment));
        assert_eq!(suppressed, 0, "{comment}");
        assert!(
            found.contains(&"6:ingress/host-is-ip".to_string()),
            "{comment}: {found:?}"
        );
        assert!(found.contains(&format!("6:{rule}")), "{comment}: {found:?}");
        assert_eq!(found.len(), 4, "{comment}: {found:?}");
    }
    for comment in ["see the handbook", "https://kubeproof.example.com", "", "checked"] {
        assert_eq!(of(&behind("10.0.0.1", comment)).0.len(), 3, "{comment}");
    }
    let mut lax = Settings::default();
    lax.rules.set("suppression/no-reason", false);
    assert_eq!(with(&behind("10.0.0.1", "ignore[ingress/host-is-ip]"), &lax).1, 1);
}

#[test]
fn only_what_was_looked_for_is_unused() {
    let unused = |text: &str, settings: &Settings| {
        let found = with(text, settings).0;
        found.iter().filter(|d| d.contains("suppression/unused")).count()
    };
    let other = behind(
        "kind: Ingress",
        "ignore[references/dangling-secret, ingress/no-rules] lab",
    );
    assert_eq!(
        unused(&other, &Settings::default()),
        1,
        "both, in one finding: {:?}",
        of(&other)
    );
    let partial = Settings {
        partial: true,
        ..Settings::default()
    };
    assert_eq!(unused(&other, &partial), 1, "the one of this file");
    assert_eq!(
        unused(&other, &only(&["ingress/host-is-ip", "suppression"])),
        0,
        "not looked for"
    );
    let broken = format!(
        "{}x: [\n",
        behind("kind: Ingress", "ignore[ingress/no-rules] lab")
    );
    assert_eq!(unused(&broken, &Settings::default()), 0, "not read");
    let custom = BAD.replace("networking.k8s.io", "example.com").replace(
        "kind: Ingress",
        "kind: Ingress # kubeproof: ignore[schema/unknown-field] lab",
    );
    assert_eq!(
        unused(&custom, &Settings::default()),
        0,
        "its definition is not here"
    );
    let category = behind("kind: Ingress", "ignore[secret] lab");
    assert_eq!(unused(&category, &Settings::default()), 1);
    assert_eq!(
        unused(&category, &only(&["secret/too-large", "suppression", "ingress"])),
        0
    );
}

/// The text after the fixes of all unused suppressions.
fn mended(text: &str) -> String {
    let report = run(&[("a.yaml", text)], &only(&["suppression/unused", "ingress"]));
    let mut edits: Vec<_> = report.files[0]
        .diagnostics
        .iter()
        .filter_map(|d| d.fix.as_ref())
        .inspect(|fix| assert!(fix.safe))
        .flat_map(|fix| &fix.edits)
        .collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span));
    let mut out = text.to_string();
    for edit in edits {
        out.replace_range(edit.span.range(), &edit.text);
    }
    out
}

#[test]
fn the_fix_removes_what_is_of_no_use() {
    let good = BAD.replace("10.0.0.", "a.b.c");
    for comment in [
        "ignore[ingress/host-is-ip] lab",
        "ignore[ingress/host-is-ip, ingress/no-rules] lab",
    ] {
        let behind = good.replace("a.b.c1", &format!("a.b.c1   # kubeproof: {comment}"));
        assert_eq!(mended(&behind), good);
        let above = good.replace(
            "    - host: a.b.c2",
            &format!("    # kubeproof: {comment}\n    - host: a.b.c2"),
        );
        assert_eq!(mended(&above), good);
        let head = format!("# kubeproof: {comment}\n{good}");
        assert_eq!(mended(&head), good);
        let tail = format!("{good}# kubeproof: {comment}");
        assert_eq!(mended(&tail), good);
    }
    for (names, left) in [
        ("ingress/host-is-ip, ingress/no-rules", "ingress/host-is-ip"),
        ("ingress/no-rules, ingress/host-is-ip", "ingress/host-is-ip"),
        (
            "ingress/no-rules,ingress/host-is-ip,ingress/class-conflict",
            "ingress/host-is-ip",
        ),
    ] {
        let text = behind("10.0.0.1", &format!("ignore[{names}] lab"));
        assert_eq!(mended(&text), behind("10.0.0.1", &format!("ignore[{left}] lab")));
    }
}

#[test]
fn a_misspelt_name_is_not_removed_with_the_others() {
    let at = BAD.find("10.0.0.1").expect("a host");
    let with = |names: &str| {
        let mut text = BAD.to_string();
        text.insert_str(at + 8, &format!(" # kubeproof: ignore[{names}] lab"));
        text.replace("10.0.0.", "a.b.c")
    };
    for (names, left) in [
        ("ingress/host-is-ip, ingress/hots", "ingress/hots"),
        ("ingress/hots,ingress/host-is-ip", "ingress/hots"),
        (
            "ingress/no-rules, ingress/hots, ingress/tls",
            "ingress/hots, ingress/tls",
        ),
    ] {
        assert_eq!(mended(&with(names)), with(left));
    }
}

#[test]
fn a_comment_that_parts_blank_lines_from_a_text_that_keeps_them_stays() {
    let text = |between: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  a: |+\n    x\n{between}  b: y\n"
        )
    };
    let comment = "# kubeproof: ignore[ingress/host-is-ip] lab\n";
    for between in ["\n", "# other\n\n", "\n# other\n"] {
        let text = text(&format!("{comment}{between}"));
        assert_eq!(mended(&text), text);
    }
    for between in ["", "# other\n"] {
        assert_eq!(
            mended(&text(&format!("\n{comment}{between}"))),
            text(&format!("\n{between}"))
        );
    }
    let clipped = text(&format!("{comment}\n")).replace("|+", "|");
    assert_eq!(mended(&clipped), clipped.replace(comment, ""));
}

#[test]
fn findings_between_files_are_kept_back_too() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: a, image: a}]\n  \
               volumes: [{name: v, secret: {secretName: no-such}}] # kubeproof: ignore[references] made by hand\n";
    let files = [
        ("a.yaml", pod),
        ("b.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n"),
    ];
    let report = run(&files, &only(&["references", "suppression"]));
    assert_eq!(report.diagnostics().count(), 0);
    assert_eq!(report.summary().suppressed, 1);
    let other = pod.replace("references", "references/dangling-config-map");
    let report = run(&[("a.yaml", &other)], &only(&["references", "suppression"]));
    assert_eq!(report.diagnostics().count(), 2);
}

#[test]
fn verdicts_do_not_change() {
    let verdicts = |text: &str| {
        let mut out = String::new();
        let json = Json {
            verdicts: true,
            ..Json::default()
        };
        json.print(&run(&[("a.yaml", text)], &Settings::default()), &mut out);
        let json: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        (json["objects"].clone(), json["summary"]["suppressed"].clone())
    };
    let (plain, none) = verdicts(BAD);
    let (suppressed, three) = verdicts(&format!("# kubeproof: {ALL}\n{BAD}"));
    assert_eq!(plain, suppressed);
    assert_eq!((none, three), (0.into(), 3.into()));
    assert_eq!(plain[0]["verdict"]["errors"].as_array().map(Vec::len), Some(3));
}

#[test]
fn many_of_them_take_no_long_time() {
    let mut text = String::from("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n");
    for i in 0..50_000 {
        text.push_str(&format!(
            "  k{i}: 1 # kubeproof: ignore[schema/typo{i}, schema/type] a\n"
        ));
    }
    let start = std::time::Instant::now();
    let (found, _) = of(&text);
    assert!(found.iter().any(|d| d.contains("malformed")));
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

#[test]
fn a_comment_that_nearly_names_kubeproof_is_told() {
    for (comment, told) in [
        ("# kubeproof ignore[ingress] lab", true),
        ("# Kubeproof: ignore[ingress] lab", true),
        ("# kubeproof ignore this", false),
        ("# kubeproof: reviewed", false),
        ("# kubeproofs", false),
    ] {
        let (found, kept) = of(&format!("{comment}\n{BAD}"));
        assert_eq!(kept, 0, "{comment}");
        assert_eq!(
            found.contains(&"1:suppression/malformed".to_string()),
            told,
            "{comment}: {found:?}"
        );
    }
}

#[test]
fn what_is_no_order_for_its_case_or_the_words_before_it_is_told() {
    for comment in [
        "# Kubeproof: Ignore[ingress/host-is-ip] lab",
        "# KUBEPROOF: IGNORE-FILE[ingress] lab",
        "# kubeproof: Ignore[ingress/host-is-ip] lab",
        "# nosec # kubeproof: ignore[ingress] lab",
        "# nosec #kubeproof: ignore [ingress] lab",
    ] {
        let text = BAD.replace("10.0.0.1", &format!("10.0.0.1 {comment}"));
        let (found, suppressed) = of(&text);
        assert_eq!(suppressed, 0, "{comment}");
        assert!(
            found.contains(&"6:suppression/malformed".to_string()),
            "{comment} {found:?}"
        );
    }
    for comment in [
        "# Kubeproof ignores this",
        "# see the manual # kubeproof: reviewed",
        "# write `# kubeproof: ignore[ingress] lab` here",
    ] {
        let text = BAD.replace("10.0.0.1", &format!("10.0.0.1 {comment}"));
        assert_eq!(of(&text).0.len(), 3, "{comment}");
    }
}

#[test]
fn comments_above_many_others_are_read_quickly() {
    let mut text = format!("# kubeproof: {ALL}\n").repeat(1_000);
    text.push_str(&"# what is said at length\n".repeat(200_000));
    text.push_str(BAD);
    let start = std::time::Instant::now();
    assert_eq!(of(&text).1, 3);
    assert!(start.elapsed().as_secs() < 3, "{:?}", start.elapsed());
}
