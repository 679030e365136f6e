//! The examples in `docs/outputs.md` are what the program prints.

use super::Folder;

/// The blocks of a page that are of a language.
fn blocks<'p>(page: &'p str, language: &str) -> Vec<&'p str> {
    let fence = format!("\n```{language}\n");
    page.split(&*fence)
        .skip(1)
        .map(|rest| rest.split_once("```\n").expect("an end").0)
        .collect()
}

/// Whether a line is as shown, where `…` ends what is shown of it.
fn is_as_shown(line: &str, shown: &str) -> bool {
    match shown.strip_suffix('…') {
        Some(start) => line.starts_with(start.trim_end()),
        None => line == shown,
    }
}

#[test]
fn examples_are_true() {
    let page = include_str!("../../docs/outputs.md");
    let example = blocks(page, "yaml")[0];
    let folder = Folder::new(&[("ingress.yaml", example), (".git/HEAD", "")]);
    let rendered = format!("# Source: shop/templates/ingress.yaml\n{example}");
    let mut shown = 0;
    for block in blocks(page, "console") {
        let (command, output) = block.split_once('\n').expect("a command");
        if output.is_empty() || output.starts_with('$') {
            continue; // it shows how to call the program only
        }
        let (before, command) = command.split_once("kubeproof ").expect("a command");
        let args: Vec<&str> = command.split(' ').collect();
        let answer = match before {
            "$ " => folder.run(&args),
            _ => folder.run_with(&args, &rendered),
        };
        assert_eq!(answer.code, Some(1), "{answer}");
        assert_eq!(answer.stdout.lines().count(), output.lines().count(), "{answer}");
        for (line, shown) in answer.stdout.lines().zip(output.lines()) {
            assert!(is_as_shown(line, shown), "{command}\n{line}\n{shown}");
        }
        shown += 1;
    }
    assert_eq!(
        shown,
        super::FORMATS.len() + 2,
        "every format, the statistics, and what was rendered"
    );
}

/// The comments of the page's longest example keep back what it has, and nothing is said of them.
#[test]
fn the_example_of_suppressions_holds() {
    let page = include_str!("../../docs/suppression.md");
    let example = blocks(page, "yaml").into_iter().max_by_key(|block| block.len());
    let folder = Folder::new(&[("pod.yaml", example.expect("an example"))]);
    let answer = folder.run(&["check", "--complete", "--format", "json", "."]);
    let json = answer.json();
    assert_eq!(answer.code, Some(0), "{answer}");
    assert!(json["summary"]["suppressed"].as_u64() >= Some(3), "{answer}");
}
