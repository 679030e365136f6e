//! Formats for other programs over one small repository with odd names, and where reports are written.

use std::fs;

use super::{Answer, BAD, FORMATS, Folder, GOOD, SLIP, answer};

/// A line whose columns differ in bytes, characters and UTF-16 units.
const WIDE: &str = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: wide, annotations: {note: \"😀 | `x`\"}, labels: {é😀: \"%0A,::\"}}
spec:
  rules:
    - host: 10.0.0.1
";

/// A repository whose manifests lie in a folder below its root.
fn repository() -> Folder {
    Folder::new(&[
        (".git/HEAD", ""),
        ("deploy/a b/100%,ü:#1.yaml", WIDE),
        (
            "deploy/list.json",
            "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"Two\"}}]}\n",
        ),
        ("deploy/more.yaml", &format!("{GOOD}---\n{SLIP}")),
        ("deploy/broken.yaml", "apiVersion: v1\nkind: [\n"),
    ])
}

/// Runs `check` in the folder `deploy` and spells the repository's place the same on every machine.
fn check(folder: &Folder, args: &[&str]) -> Answer {
    let mut command = folder.command(&[&["check"], args].concat());
    command.current_dir(folder.path().join("deploy"));
    let real = folder.path().canonicalize().expect("a folder");
    let real = real.to_string_lossy().into_owned();
    // Windows puts `\\?\` before it, and a link has a slash more.
    let (real, shown) = match real.strip_prefix(r"\\?\") {
        Some(real) => (real.replace('\\', "/"), "REPOSITORY"),
        None => (real, "/REPOSITORY"),
    };
    let mut answer = answer(&mut command);
    answer.stdout = answer.stdout.replace(&real, shown);
    answer
}

#[test]
fn jsonl() {
    let folder = repository();
    let answer = check(&folder, &["--format", "jsonl", "--verdicts", "--statistics"]);
    for line in answer.stdout.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("JSON on each line");
    }
    insta::assert_snapshot!(answer);
}

#[test]
fn jsonl_tells_what_json_tells() {
    let folder = repository();
    let json = check(&folder, &["--format", "json", "--statistics"]).json();
    let lines = check(&folder, &["--format", "jsonl", "--statistics"]).stdout;
    let mut rows: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let last = rows.pop().expect("a last line");
    assert_eq!(json["diagnostics"].as_array().expect("diagnostics"), &rows);
    assert_eq!(json["summary"], last["summary"]);
    assert_eq!(json["statistics"], last["statistics"]);
    assert_eq!(last["version"], 1);
}

#[test]
fn sarif() {
    let answer = check(&repository(), &["--format", "sarif"]);
    let mut json = answer.json();
    let driver = &mut json["runs"][0]["tool"]["driver"];
    assert_eq!(driver["semanticVersion"], env!("CARGO_PKG_VERSION"));
    driver["semanticVersion"] = "VERSION".into();
    for rule in driver["rules"].as_array_mut().expect("rules") {
        // Pages change often; that they are there is what matters.
        let help = rule["help"].clone();
        let markdown = help["markdown"].as_str().expect("a page");
        assert!(markdown.contains("## Bad\n\n```"), "{markdown}");
        assert!(!markdown.contains("# error["), "marks for tests: {markdown}");
        assert!(help["text"].as_str().expect("a text").len() > 40, "{help}");
        let uri = rule["helpUri"].as_str().expect("a link").to_string();
        let page = uri.rsplit_once("/rules/").expect("a page").1;
        assert!(std::path::Path::new("rules").join(page).is_file(), "{uri}");
        for member in ["help", "helpUri", "fullDescription", "shortDescription"] {
            rule.as_object_mut().expect("a rule").remove(member);
        }
    }
    insta::assert_snapshot!(format!("{json:#}"));
}

#[test]
fn sarif_columns_are_utf16() {
    let json = check(&repository(), &["--format", "sarif"]).json();
    let results = json["runs"][0]["results"].as_array().expect("results").clone();
    let label = results
        .iter()
        .find(|result| result["ruleId"] == "metadata/invalid-label")
        .expect("a finding");
    let region = &label["locations"][0]["physicalLocation"]["region"];
    let line = WIDE.lines().nth(2).expect("a line");
    let units = line[..line.find("é😀:").expect("the key")].encode_utf16().count() as u64;
    assert_eq!(region["startColumn"], units + 1, "{region}");
    assert_eq!(region["endColumn"], units + 1 + 3, "{region}");
}

#[test]
fn fingerprints_do_not_depend_on_lines_or_the_working_folder() {
    let folder = repository();
    let prints = |answer: Answer| {
        let json = answer.json();
        let results = json["runs"][0]["results"].as_array().expect("results").clone();
        let mut prints: Vec<String> = results
            .iter()
            .map(|result| result["partialFingerprints"]["kubeproof/v1"].to_string())
            .collect();
        prints.sort();
        prints
    };
    let before = prints(check(&folder, &["--format", "sarif"]));
    assert!(before.len() > 3);
    let mut distinct = before.clone();
    distinct.dedup();
    assert_eq!(distinct, before, "each its own");
    assert_eq!(prints(folder.run(&["check", "--format", "sarif"])), before);
    folder.write("deploy/more.yaml", format!("# new\n\n{GOOD}---\n{SLIP}"));
    assert_eq!(prints(check(&folder, &["--format", "sarif"])), before);
}

#[test]
fn sarif_and_junit_tell_of_trouble() {
    let folder = Folder::new(&[("a.yaml", BAD)]);
    let answer = folder.run(&["check", "nope", "a.yaml", "--format", "sarif"]);
    assert_eq!(answer.code, Some(2));
    let invocation = &answer.json()["runs"][0]["invocations"][0];
    assert_eq!(invocation["exitCode"], 2);
    assert_eq!(invocation["executionSuccessful"], false);
    let said = &invocation["toolExecutionNotifications"][0]["message"]["text"];
    assert!(
        said.as_str().expect("words").starts_with("nope: no such file"),
        "{said}"
    );
    let found = folder.run(&["check", "a.yaml", "--format", "sarif"]);
    let invocation = &found.json()["runs"][0]["invocations"][0];
    assert_eq!(
        (&invocation["exitCode"], &invocation["executionSuccessful"]),
        (&1.into(), &true.into())
    );
    let junit = folder
        .run(&["check", "nope", "a.yaml", "--format", "junit"])
        .stdout;
    assert!(
        junit.contains("tests=\"2\" failures=\"1\" errors=\"1\""),
        "{junit}"
    );
    assert!(
        junit.contains("<testcase name=\"nope\" classname=\"kubeproof\">"),
        "{junit}"
    );
}

#[test]
fn github() {
    insta::assert_snapshot!(check(&repository(), &["--format", "github"]));
}

#[test]
fn github_shows_ten_of_each_and_the_summary_all() {
    let files: Vec<(String, &str)> = (10..40)
        .map(|n| (format!("{n}.yaml"), if n % 2 == 0 { BAD } else { SLIP }))
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&**name, *text)).collect();
    let folder = Folder::new(&files);
    let summary = folder.path().join("summary.md");
    fs::write(&summary, "before\n").expect("a file");
    let args = ["check", "--format", "github", "--select", "ingress"];
    let mut command = folder.command(&args);
    command.env("GITHUB_STEP_SUMMARY", &summary);
    let answer = answer(&mut command);
    for (command, n) in [("::error ", 10), ("::warning ", 10), ("::notice ", 0)] {
        let lines = answer.stdout.lines().filter(|line| line.starts_with(command));
        assert_eq!(lines.count(), n, "{answer}");
    }
    assert!(
        answer
            .stdout
            .contains("kubeproof: 5 errors, 5 warnings more without an annotation"),
        "{answer}"
    );
    let written = fs::read_to_string(&summary).expect("a summary");
    assert!(written.starts_with("before\n### ❌ kubeproof\n"), "{written}");
    assert_eq!(written.matches("| error | **ingress/host-is-ip**").count(), 15);
    assert_eq!(
        written
            .matches("| warning | **ingress/tls-host-unserved**")
            .count(),
        15
    );
    assert!(
        written.find("| warning").expect("one") > written.rfind("| error").expect("one"),
        "the worst first"
    );
    fs::write(&summary, "").expect("a file");
    folder.run(&args);
    assert_eq!(
        fs::read_to_string(&summary).expect("a file"),
        "",
        "no summary outside of GitHub"
    );
}

#[test]
fn the_step_summary_stays_below_what_github_takes() {
    let folder = Folder::new(&[("a.yaml", &format!("{BAD}---\n").repeat(6000))]);
    let summary = folder.path().join("summary.md");
    let before = "x".repeat(300_000);
    fs::write(&summary, &before).expect("a file");
    let mut command = folder.command(&["check", "--format", "github"]);
    command.env("GITHUB_STEP_SUMMARY", &summary);
    answer(&mut command);
    let written = fs::read_to_string(&summary).expect("a summary");
    assert!(written.starts_with(&before));
    assert!(written.len() <= 1 << 20, "{}", written.len());
    assert!(written.len() > (1 << 20) - 2000, "{}", written.len());
    assert!(written.ends_with("more had no room here; the log or another format has them all.\n"));
    assert!(
        written
            .lines()
            .all(|line| !line.starts_with("| e") || line.ends_with(" |")),
        "whole rows"
    );
}

#[test]
fn gitlab() {
    insta::assert_snapshot!(check(&repository(), &["--format", "gitlab"]));
}

#[test]
fn junit() {
    insta::assert_snapshot!(check(&repository(), &["--format", "junit", "--fail-on", "error"]));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(check(&repository(), &["--format", "markdown"]));
}

#[test]
fn statistics() {
    let folder = repository();
    folder.write(
        "deploy/octal.yaml",
        format!("{BAD}---\n{BAD}").replace("10.0.0.1", "10.0.0.2"),
    );
    insta::assert_snapshot!(check(&folder, &["--statistics"]));
    insta::assert_snapshot!(check(&folder, &["--statistics", "--format", "concise", "-q"]));
    let json = check(&folder, &["--statistics", "--format", "json"]).json();
    insta::assert_snapshot!(format!("{:#}", json["statistics"]));
    let sum: u64 = json["statistics"]
        .as_array()
        .expect("statistics")
        .iter()
        .map(|row| row["count"].as_u64().expect("a count"))
        .sum();
    assert_eq!(
        sum as usize,
        json["diagnostics"].as_array().expect("diagnostics").len()
    );
    let without = check(&folder, &["--format", "json"]).json();
    assert_eq!(without.get("statistics"), None);
}

#[test]
fn an_empty_run_is_whole_in_every_format() {
    let folder = Folder::new(&[("a.yaml", GOOD)]);
    for format in FORMATS {
        let answer = folder.run(&["check", "--format", format]);
        assert_eq!(answer.code, Some(0), "{answer}");
        match format {
            "json" | "sarif" => drop(answer.json()),
            "gitlab" => assert_eq!(answer.json(), serde_json::json!([])),
            "junit" => assert!(
                answer.stdout.contains("<testcase name=\"Ingress web/shop\""),
                "{answer}"
            ),
            _ => {}
        }
    }
}

#[test]
fn several_reports_are_written_at_once() {
    let folder = Folder::new(&[("k8s/a.yaml", BAD), ("out/README", "")]);
    let mut args = vec!["check".to_string(), "k8s".to_string()];
    args.extend(FORMATS.map(|format| format!("--output={format}=out/{format}")));
    let args: Vec<&str> = args.iter().map(|arg| &**arg).collect();
    let answer = folder.run(&args);
    assert_eq!(answer.code, Some(1), "{answer}");
    assert_eq!(
        answer.stdout,
        folder.run(&["check", "k8s"]).stdout,
        "text is printed all the same"
    );
    for format in FORMATS {
        let written = fs::read_to_string(folder.path().join("out").join(format)).expect("a report");
        assert_eq!(
            written,
            folder.run(&["check", "k8s", "--format", format]).stdout,
            "{format}"
        );
    }
    let names = fs::read_dir(folder.path().join("out")).expect("a folder").count();
    assert_eq!(names, FORMATS.len() + 1, "nothing beside the reports");
}

#[test]
fn a_report_takes_the_place_of_standard_output() {
    let folder = Folder::new(&[("a.yaml", BAD)]);
    let answer = folder.run(&["check", "--format", "json", "--output", "report.json"]);
    assert_eq!((answer.code, &*answer.stdout), (Some(1), ""), "{answer}");
    assert_eq!(answer.stderr, "1 error in 1 of 1 file (1 object)\n");
    // The second run does not read what the first one wrote.
    let again = folder.run(&["check", "--format", "json", "--output", "report.json"]);
    assert_eq!(again, answer);
    let quiet = folder.run(&["check", "-q", "--format", "json", "--output", "report.json"]);
    assert_eq!((&*quiet.stdout, &*quiet.stderr), ("", ""));
}

#[test]
fn reports_that_cannot_be_written_are_trouble() {
    let folder = Folder::new(&[("a.yaml", BAD), ("folder/x.txt", "")]);
    for (target, what) in [
        (
            "sarif=gone/out.sarif",
            "gone/out.sarif: cannot be written: its folder does not exist",
        ),
        ("sarif=folder", "folder: cannot be written: it is a folder"),
        (
            "sarif=a.yaml/out",
            "a.yaml/out: cannot be written: a part of the path is a file",
        ),
        ("sarif=./a.yaml", "`./a.yaml` is both read and written"),
    ] {
        let answer = folder.run(&["check", "a.yaml", "--output", target]);
        assert_eq!(answer.code, Some(2), "{answer}");
        assert!(answer.stderr.contains(what), "{answer}");
    }
    assert_eq!(
        fs::read_to_string(folder.path().join("a.yaml")).expect("a file"),
        BAD,
        "nothing is lost"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn devices_are_written_to_as_they_are() {
    let folder = Folder::new(&[("a.yaml", GOOD)]);
    let answer = folder.run(&[
        "check",
        "--output",
        "json=/dev/null",
        "--output",
        "sarif=/dev/full",
    ]);
    assert_eq!(answer.code, Some(2), "{answer}");
    assert!(
        answer
            .stderr
            .contains("/dev/full: could not be written: No space left"),
        "{answer}"
    );
    assert!(!answer.stderr.contains("/dev/null"), "{answer}");
}

#[test]
fn a_format_alone_names_no_file() {
    let folder = Folder::new(&[("a.yaml", super::BAD)]);
    let answer = folder.run(&["check", "--output", "sarif"]);
    assert_eq!(answer.code, Some(2), "{answer}");
    assert!(answer.stderr.contains("write `sarif=FILE`"), "{answer}");
    assert!(!folder.path().join("sarif").exists());
    assert_eq!(folder.run(&["check", "--output", "./sarif"]).code, Some(1));
    assert!(folder.path().join("sarif").exists());
}
