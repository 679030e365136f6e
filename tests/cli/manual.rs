//! What is drawn from the code: completions, the manual, the index of rules, and the README's list of categories.

use super::Folder;

/// The subcommands that `--help` lists.
fn subcommands(folder: &Folder) -> Vec<String> {
    let help = folder.run(&["--help"]).stdout;
    let (_, rest) = help.split_once("Commands:\n").expect("a list of commands");
    rest.lines()
        .take_while(|line| line.starts_with("  "))
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .map(String::from)
        .collect()
}

#[test]
fn completions_know_every_subcommand() {
    let folder = Folder::new(&[]);
    let known = subcommands(&folder);
    assert!(known.len() >= 4, "{known:?}");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let answer = folder.run(&["completions", shell]);
        assert_eq!((answer.code, &*answer.stderr), (Some(0), ""), "{shell}");
        for name in &known {
            assert!(answer.stdout.contains(name.as_str()), "{shell}: {name}");
        }
        for option in ["kube-version", "fail-on", "api-version"] {
            assert!(answer.stdout.contains(option), "{shell}: {option}");
        }
    }
    assert_eq!(folder.run(&["completions", "tcsh"]).code, Some(2));
}

#[test]
fn the_manual_knows_every_subcommand() {
    let folder = Folder::new(&[]);
    let whole = folder.run(&["man"]);
    assert_eq!((whole.code, &*whole.stderr), (Some(0), ""));
    assert!(whole.stdout.contains(".TH kubeproof 1"), "{}", whole.stdout);
    for name in subcommands(&folder) {
        let shown = format!("kubeproof\\-{name}(1)");
        assert!(
            name == "help" || whole.stdout.contains(&shown),
            "{name}: {}",
            whole.stdout
        );
        if name != "help" {
            let page = folder.run(&["man", &name]);
            assert_eq!(page.code, Some(0), "{name}");
            assert!(
                page.stdout.contains(&format!("kubeproof {name}")),
                "{name}: {}",
                page.stdout
            );
        }
    }
    assert!(!whole.stdout.contains("kubeproof\\-man"), "hidden");
    let wrong = folder.run(&["man", "chek"]);
    assert_eq!((wrong.code, &*wrong.stdout), (Some(2), ""));
}

#[test]
fn the_index_of_rules_is_up_to_date() {
    let made = Folder::new(&[]).run(&["rules", "--format", "markdown"]).stdout;
    let kept = include_str!("../../docs/rules.md");
    assert!(
        made == kept.replace("\r\n", "\n"),
        "docs/rules.md is not what the pages say: cargo run --quiet -- rules --format markdown > docs/rules.md"
    );
}

#[test]
fn links_of_the_index_lead_to_pages() {
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");
    let mut links = 0;
    for link in include_str!("../../docs/rules.md").split("](").skip(1) {
        let path = link.split(')').next().expect("a link");
        assert!(std::path::Path::new(docs).join(path).is_file(), "{path}");
        links += 1;
    }
    assert!(links > 90, "{links}");
}

#[test]
fn the_readme_lists_every_category() {
    let readme = include_str!("../../README.md");
    let rules = Folder::new(&[]).run(&["rules", "--format", "json"]).json();
    for rule in rules.as_array().expect("rules") {
        let category = rule["category"].as_str().expect("a category");
        let link = format!("[`{category}`](docs/rules.md#{category})");
        assert!(readme.contains(&link), "README.md: no {link}");
    }
}
