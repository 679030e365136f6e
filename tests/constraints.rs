//! Runs the manifests in `testdata/constraints`. The first line of each document says what the server reports of
//! it, as a comment: `# ok`, or `# Invalid spec.replicas, Required spec.selector`; with `1.31:` before it by that
//! version. What is listed must be reported, and nothing else.

use std::path::Path;

use kubeproof::diagnostic::Stage;
use kubeproof::engine::{self, Settings};
use kubeproof::manifest::Surroundings;
use kubeproof::source;
use kubeproof::version::KubeVersion;
use kubeproof::yaml::Tree;

fn refusals(text: &str, kube: Option<KubeVersion>) -> Vec<String> {
    let mut settings = Settings {
        no_skip: true,
        ..Settings::default()
    };
    if let Some(kube) = kube {
        settings.kube = kube;
    }
    let source = source::decode(text.as_bytes().to_vec());
    let mut tree = Tree::default();
    let checked = engine::check_file(
        "test.yaml",
        &source,
        &mut tree,
        &Surroundings::default(),
        &settings,
    );
    let mut found: Vec<String> = checked
        .diagnostics
        .iter()
        .filter_map(|diagnostic| {
            let refusal = diagnostic.refusal.as_ref()?;
            assert_eq!(refusal.stage, Stage::Validation, "{}\n{text}", diagnostic.message);
            assert!(diagnostic.span.end as usize <= text.len());
            Some(format!("{} {}", refusal.kind.name(), refusal.field))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn reports_what_the_server_does() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/constraints"));
    let mut documents = 0;
    let mut wrong = String::new();
    for entry in std::fs::read_dir(folder).expect("testdata/constraints") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        for document in text.split("\n---\n") {
            let (first, rest) = document.split_once('\n').expect("two lines at least");
            let said = first.strip_prefix("# ").expect("what is expected comes first");
            let (kube, said) = match said.split_once(": ") {
                Some((version, rest)) if version.starts_with("1.") => {
                    (Some(version.parse().expect("a version")), rest)
                }
                _ => (None, said),
            };
            let mut want: Vec<String> = match said {
                "ok" => Vec::new(),
                said => said.split(", ").map(str::to_string).collect(),
            };
            want.sort();
            let found = refusals(rest, kube);
            if found != want {
                wrong += &format!(
                    "{}: {document}\nexpected {want:#?}, found {found:#?}\n\n",
                    path.display()
                );
            }
            documents += 1;
        }
    }
    assert!(documents > 50, "only {documents} documents were found");
    assert!(wrong.is_empty(), "{wrong}");
}
