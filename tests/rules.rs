//! Runs the examples on every rule page: what is bad is found at the marked text, what is good is clean.
//!
//! In a `## Bad` example a line says what is found on it, with the first line of the exact text:
//! `data: # error[secret/tls-missing-key]: data`. Several findings of one line follow one another:
//! `a: b # error[x/y]: a # warning[x/z]: b`. The comment is stripped before the check. Where a comment cannot
//! stand, the fence says it: ```` ```json error@4:12-4:20 ```` (line:column-line:column).
//! Fences with `file=…` that follow one another are one example. `kube=1.30` sets the version,
//! `now=2026-01-01` the clock, `encoding=latin-1` what the bytes are; `fill=1100000` puts so many `A` where `…`
//! stands. A page's examples run with that page's rule only, or with those of `with=…` as well, whose findings
//! are not shown.

use kubeproof::catalogue::{FixKind, RULES, Rule};
use kubeproof::diagnostic::{Diagnostic, RuleId};
use kubeproof::fix::{self, Level};
use kubeproof::graph::Index;
use kubeproof::manifest::kustomization::{self, Wrong};
use kubeproof::manifest::{Surroundings, is_kustomization};
use kubeproof::report::{FileReport, Report, Source};
use kubeproof::rules::{Check, check_of};
use kubeproof::settings::{RuleSet, Settings};
use kubeproof::yaml::Tree;
use kubeproof::{engine, source};

/// One fenced block.
struct Fence {
    line: usize,
    file: Option<String>,
    kube: Option<String>,
    now: Option<String>,
    with: Vec<String>,
    fill: Option<usize>,
    latin_1: bool,
    text: String,
    expected: Vec<Expected>,
}

impl Fence {
    /// The file that the fence shows.
    fn decoded(&self) -> source::Decoded {
        let bytes = if self.latin_1 {
            self.text.chars().map(|c| c as u8).collect()
        } else {
            self.text.clone().into_bytes()
        };
        source::decode(bytes)
    }
}

/// One finding that a page promises, or one that was made.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Expected {
    line: u32,
    severity: String,
    /// The first line of the marked text; from a fence's info string `@column-line:column`.
    text: String,
}

const SEVERITIES: [&str; 3] = ["error", "warning", "info"];

/// Where a line's expectations start, if it has any.
fn mark(line: &str) -> Option<usize> {
    SEVERITIES
        .iter()
        .filter_map(|severity| line.find(&format!("# {severity}[")))
        .min()
}

fn expectations(mut rest: &str, line: u32, out: &mut Vec<Expected>) {
    while let Some(after) = rest.strip_prefix("# ") {
        let (severity, after) = after.split_once('[').expect("severity[rule]: text");
        let (_, after) = after.split_once("]: ").expect("severity[rule]: text");
        let end = mark(after).unwrap_or(after.len());
        let text = after[..end].trim().to_string();
        out.push(Expected {
            line,
            severity: severity.into(),
            text,
        });
        rest = &after[end..];
    }
}

/// What the info string of a fence says.
fn info(info: &str, line: usize) -> Fence {
    let mut fence = Fence {
        line,
        file: None,
        kube: None,
        now: None,
        with: vec![],
        fill: None,
        latin_1: false,
        text: String::new(),
        expected: vec![],
    };
    for word in info.split_whitespace().skip(1) {
        match word.split_once(['=', '@']) {
            Some(("file", file)) => fence.file = Some(file.into()),
            Some(("kube", kube)) => fence.kube = Some(kube.into()),
            Some(("now", now)) => fence.now = Some(now.into()),
            Some(("with", rules)) => fence.with = rules.split(',').map(Into::into).collect(),
            Some(("fill", bytes)) => fence.fill = Some(bytes.parse().expect("a number of bytes")),
            Some(("encoding", "latin-1")) => fence.latin_1 = true,
            Some((severity, place)) if SEVERITIES.contains(&severity) => {
                let (line, rest) = place.split_once(':').expect("line:column-line:column");
                let line = line.parse().expect("a line number");
                fence.expected.push(Expected {
                    line,
                    severity: severity.into(),
                    text: format!("@{rest}"),
                });
            }
            _ => panic!("line {line}: unknown word `{word}` on the fence"),
        }
    }
    fence
}

fn fences(section: &str, first_line: usize) -> Vec<Fence> {
    let mut out = Vec::new();
    let mut lines = section.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(opening) = line.strip_prefix("```") else {
            continue;
        };
        let body = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| *line != "```");
        if !opening.starts_with("yaml") && !opening.starts_with("json") {
            body.for_each(drop);
            continue;
        }
        let mut fence = info(opening, first_line + at);
        for (number, line) in (1..).zip(body) {
            let kept = match mark(line) {
                Some(at) => {
                    expectations(&line[at..], number, &mut fence.expected);
                    line[..at].trim_end()
                }
                None => line,
            };
            fence.text.push_str(kept);
            fence.text.push('\n');
        }
        if let Some(bytes) = fence.fill {
            fence.text = fence.text.replace('…', &"A".repeat(bytes));
        }
        out.push(fence);
    }
    out
}

/// Examples: single fences, or runs of fences that name different files.
fn examples(section: &str, first_line: usize) -> Vec<Vec<Fence>> {
    let mut out: Vec<Vec<Fence>> = Vec::new();
    for fence in fences(section, first_line) {
        match out.last_mut() {
            Some(last)
                if fence.file.is_some() && last.iter().all(|f| f.file.is_some() && f.file != fence.file) =>
            {
                last.push(fence);
            }
            _ => out.push(vec![fence]),
        }
    }
    out
}

fn section<'p>(page: &'p str, title: &str) -> Option<(&'p str, usize)> {
    let at = page.find(&format!("\n## {title}\n"))? + 1;
    let body = &page[at..];
    let end = body[3..].find("\n## ").map_or(body.len(), |e| e + 3);
    Some((&body[..end], page[..at].lines().count() + 1))
}

/// How an example is judged: by `rule` alone.
fn settings(rule: RuleId, example: &[Fence]) -> Settings {
    let mut rules = RuleSet::none();
    rules.set(rule.rule().id, true);
    for with in example.iter().flat_map(|fence| &fence.with) {
        assert!(rules.set(with, true), "there is no rule `{with}`");
    }
    let mut settings = Settings {
        rules,
        ..Settings::default()
    };
    if let Some(kube) = example.iter().find_map(|f| f.kube.as_ref()) {
        settings.kube = kube.parse().expect("a known version");
    }
    settings.now = example
        .iter()
        .find_map(|f| f.now.as_ref())
        .map(|now| days_since_1970(now) * 86_400);
    settings
}

/// What lies around the files of an example: one another.
fn surroundings(example: &[Fence]) -> Surroundings {
    let mut around = Surroundings::default();
    let names = || example.iter().filter_map(|fence| fence.file.as_deref());
    for fence in example {
        let Some(own) = fence.file.as_deref().filter(|name| is_kustomization(name)) else {
            continue;
        };
        let source = fence.decoded();
        let named = kustomization::uses(&source.text, &engine::parse(&source)).named;
        let there = |path: &str| path.contains("://") || names().any(|name| name == path);
        let lost = named.into_iter().filter(|(path, _)| !there(path));
        let wrong = lost.map(|(path, _)| {
            // One slip is enough for an example.
            let near = names().find(|name| name.len() == path.len());
            (path, Wrong::Nothing(near.map(str::to_string)))
        });
        around.wrong_paths.insert(own.to_string(), wrong.collect());
    }
    around
}

/// What is found in each file of an example when only `rule` runs.
fn run(rule: RuleId, example: &[Fence]) -> Vec<Vec<Expected>> {
    let settings = settings(rule, example);
    let around = surroundings(example);
    let mut tree = Tree::default();
    let (mut report, mut facts) = (Report::new(settings.kube), Vec::new());
    for fence in example {
        let name = fence.file.as_deref().unwrap_or("example.yaml");
        let source = fence.decoded();
        let mut checked = engine::check_file(name, &source, &mut tree, &around, &settings);
        facts.push(std::mem::take(&mut checked.facts));
        report.add(name.to_string(), checked, Some(Source::new(source)));
    }
    kubeproof::check_custom(&mut report, &around, &settings);
    let index = Index::with(&facts, settings.table()).declare(&settings.exists);
    kubeproof::check_held(&mut report, &index, &settings);
    kubeproof::check_policies(&mut report, &index, &around, &settings);
    kubeproof::compare(&mut report, &index, &settings);
    let describe = |file: &FileReport| {
        let source = file.source.as_ref().expect("its source");
        let one = |d: &Diagnostic| Expected {
            line: source.position(d.span.start).line,
            severity: d.severity.as_str().into(),
            text: source.text()[d.span.range()]
                .lines()
                .next()
                .unwrap_or_default()
                .trim_end()
                .into(),
        };
        let own = file.diagnostics.iter().filter(|d| d.rule == rule);
        let mut out: Vec<Expected> = own.map(one).collect();
        out.sort();
        out.dedup(); // one value may earn several refusals; for people they are one finding
        out
    };
    report.files.iter().map(describe).collect()
}

/// Turns places from info strings into the text they mark, so that all expectations compare alike.
fn resolved(fence: &Fence) -> Vec<Expected> {
    let lines: Vec<&str> = fence.text.lines().collect();
    let text = |e: &Expected| {
        let Some(place) = e.text.strip_prefix('@') else {
            return e.text.clone();
        };
        let (start, end) = place.split_once('-').expect("column-line:column");
        let (end_line, end_column) = end.split_once(':').expect("line:column");
        let line = lines[e.line as usize - 1];
        let start = start.parse::<usize>().expect("a column") - 1;
        let same_line = end_line.parse() == Ok(e.line);
        let end = if same_line {
            end_column.parse::<usize>().expect("a column") - 1
        } else {
            usize::MAX
        };
        line.chars()
            .take(end)
            .skip(start)
            .collect::<String>()
            .trim_end()
            .to_string()
    };
    let mut out: Vec<Expected> = fence
        .expected
        .iter()
        .map(|e| Expected {
            text: text(e),
            ..e.clone()
        })
        .collect();
    out.sort();
    out
}

fn days_since_1970(date: &str) -> i64 {
    let mut parts = date
        .split('-')
        .map(|part| part.parse::<i64>().expect("YYYY-MM-DD"));
    let mut part = || parts.next().expect("YYYY-MM-DD");
    let (year, month, day) = (part(), part(), part());
    let (y, m) = (year - i64::from(month <= 2), (month + 9) % 12);
    let (era, of_era) = (y.div_euclid(400), y.rem_euclid(400));
    let of_year = (153 * m + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn judge(rule: RuleId, title: &str, faults: &mut Vec<String>) {
    let Rule { id, page, .. } = rule.rule();
    let Some((body, line)) = section(page, title) else {
        return faults.push(format!("rules/{id}.md: no `## {title}` section"));
    };
    let examples = examples(body, line);
    if examples.is_empty() {
        faults.push(format!("rules/{id}.md: no example under `## {title}`"));
    }
    for example in examples {
        let want: Vec<Vec<Expected>> = example.iter().map(resolved).collect();
        if (title == "Bad") == want.iter().all(Vec::is_empty) {
            faults.push(format!(
                "rules/{id}.md:{}: {title}, but it marks {want:?}",
                example[0].line
            ));
        }
        let got = run(rule, &example);
        if got != want {
            let at = example[0].line;
            faults.push(format!(
                "rules/{id}.md:{at}: {title}\n  promised {want:?}\n  found    {got:?}"
            ));
        }
    }
}

#[test]
fn every_example_holds() {
    let mut faults = Vec::new();
    for i in 0..RULES.len() {
        judge(RuleId(i as u16), "Bad", &mut faults);
        judge(RuleId(i as u16), "Good", &mut faults);
    }
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// An example's files with a comment line of its own above each key of a root mapping, which fixes must keep.
fn with_comments(example: &[Fence]) -> Vec<(String, String, Vec<String>)> {
    let one = |fence: &Fence| {
        let name = fence.file.clone().unwrap_or_else(|| "example.yaml".into());
        let (mut text, mut comments) = (String::new(), Vec::new());
        for (i, line) in fence.text.split_inclusive('\n').enumerate() {
            // The head of a file tells whether it is JSON.
            if i > 0 && line.starts_with(|c: char| c.is_ascii_lowercase()) && line.contains(':') {
                comments.push(format!("# above line {i}\n"));
                text.push_str(&comments[comments.len() - 1]);
            }
            text.push_str(line);
        }
        (name, text, comments)
    };
    example.iter().map(one).collect()
}

/// What is found in files after their fixes, and the files.
fn mended(
    files: &[(String, Vec<u8>)],
    around: &Surroundings,
    settings: &Settings,
    level: Level,
) -> (Report, Vec<(String, Vec<u8>)>) {
    let mut files = files.to_vec();
    let (report, changes) = fix::mend_inputs(files.clone(), around, settings, level);
    for (index, change) in changes {
        files[index].1 = change.after.into_bytes();
    }
    (report, files)
}

/// Documents that read, and documents that do not.
fn soundness(files: &[(String, Vec<u8>)]) -> (usize, usize) {
    let mut tree = Tree::default();
    let (mut good, mut bad) = (0, 0);
    for (_, bytes) in files {
        let source = source::decode(bytes.clone());
        kubeproof::yaml::parse(&source.text, &source.invalid, &mut tree);
        good += tree.chunks.iter().filter(|c| c.root.is_some()).count();
        bad += tree.chunks.iter().filter(|c| c.error.is_some()).count();
    }
    (good, bad)
}

/// What fixes there are on the bad examples of a page; faults of the fixes are noted.
fn fixes_of(rule: RuleId, faults: &mut Vec<String>) -> FixKind {
    let Rule { id, page, .. } = rule.rule();
    let mut kind = FixKind::None;
    let Some((body, line)) = section(page, "Bad") else {
        return kind;
    };
    for example in examples(body, line) {
        let settings = settings(rule, &example);
        let place = format!("rules/{id}.md:{}", example[0].line);
        let commented = with_comments(&example);
        let before: Vec<(String, Vec<u8>)> = if example.iter().any(|fence| fence.latin_1) {
            continue; // takes no fixes
        } else {
            commented
                .iter()
                .map(|(name, text, _)| (name.clone(), text.clone().into_bytes()))
                .collect()
        };
        let around = surroundings(&example);
        let found = kubeproof::check(before.clone(), &around, &settings);
        for (level, of_level) in [(Level::Safe, FixKind::Safe), (Level::Unsafe, FixKind::Unsafe)] {
            let fixable = found
                .diagnostics()
                .filter(|d| d.fix.as_ref().is_some_and(|fix| level.takes(fix)));
            let fixable = fixable.count();
            if fixable == 0 {
                continue;
            }
            if kind == FixKind::None || of_level == FixKind::Safe {
                kind = of_level;
            }
            let (report, after) = mended(&before, &around, &settings, level);
            let left = report.diagnostics().count();
            if left + fixable > found.diagnostics().count() {
                faults.push(format!(
                    "{place}: {fixable} findings have a fix, and {left} are left after it"
                ));
            }
            let ((good, bad), (good_after, bad_after)) = (soundness(&before), soundness(&after));
            if good_after < good || bad_after > bad {
                faults.push(format!("{place}: the fixed text does not read"));
            }
            if mended(&after, &around, &settings, level).1 != after {
                faults.push(format!("{place}: fixes do not come to an end"));
            }
            for ((_, _, comments), (name, text)) in commented.iter().zip(&after) {
                let text = String::from_utf8_lossy(text);
                for comment in comments.iter().filter(|comment| !text.contains(*comment)) {
                    faults.push(format!(
                        "{place}: {name}: the comment `{}` is lost",
                        comment.trim_end()
                    ));
                }
            }
        }
    }
    kind
}

#[test]
fn fixes_mend_the_examples() {
    let mut faults = Vec::new();
    for i in 0..RULES.len() {
        let rule = RuleId(i as u16);
        let kind = fixes_of(rule, &mut faults);
        let Rule { id, fix, .. } = rule.rule();
        if *fix != kind {
            faults.push(format!(
                "rules/{id}.md: says `fix: {}`, but the fixes of its bad examples are `{}`",
                fix.as_str(),
                kind.as_str()
            ));
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[test]
fn the_page_about_fixes_lists_them() {
    let page = include_str!("../docs/fixes.md");
    let (_, page) = page.split_once("| Safe | |").expect("a table");
    let (safe, rest) = page.split_once("| Unsafe | |").expect("a table");
    let (with_a_look, _) = rest.split_once("\n\n").expect("an end");
    for rule in RULES {
        let link = format!("[`{0}`](../rules/{0}.md)", rule.id);
        let listed = (safe.contains(&link), with_a_look.contains(&link));
        let fits = match rule.fix {
            FixKind::None => listed == (false, false),
            FixKind::Safe => listed.0,
            FixKind::Unsafe => listed == (false, true),
        };
        assert!(fits, "{} has `fix: {}`", rule.id, rule.fix.as_str());
    }
}

#[test]
fn metadata_is_whole() {
    assert!(!RULES.is_empty());
    for (i, rule) in RULES.iter().enumerate() {
        assert_eq!(
            Rule::find(rule.id),
            Some(RuleId(i as u16)),
            "rules are sorted by id"
        );
        assert!(
            !rule.summary.ends_with('.'),
            "{}: a summary has no full stop",
            rule.id
        );
        assert!(
            rule.summary.len() <= 100,
            "{}: the summary is one short line",
            rule.id
        );
        let target = rule.on.first().copied().unwrap_or_default();
        if let Some(check) = check_of(RuleId(i as u16)) {
            let fits = match check {
                Check::File(_) => target == "file",
                Check::Document(_) => target == "document",
                Check::Run(_) => target == "run",
                Check::Object(_) => !["file", "document", "run", ""].contains(&target),
            };
            assert!(fits, "{}: `on: {target}` does not fit the check", rule.id);
        }
    }
}
