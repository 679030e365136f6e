//! Compares what kubeproof refuses with what a kube-apiserver v1.36 refuses, on the documents of
//! `testdata/constraints`: each begins with its errors, one comment line each, as `# TYPE FIELD`.

use std::path::Path;

use kubeproof::engine::{self, Settings};
use kubeproof::manifest::Surroundings;
use kubeproof::source;
use kubeproof::yaml::Tree;

fn refusals(name: &str, text: &str) -> Vec<String> {
    let settings = Settings {
        no_skip: true,
        ..Settings::default()
    };
    let source = source::decode(text.as_bytes().to_vec());
    let mut tree = Tree::default();
    let checked = engine::check_file(name, &source, &mut tree, &Surroundings::default(), &settings);
    let mut out: Vec<String> = checked
        .diagnostics
        .iter()
        .filter_map(|diagnostic| diagnostic.refusal.as_ref())
        .map(|refusal| format!("{} {}", refusal.kind.name(), refusal.field))
        .collect();
    out.sort();
    out
}

#[test]
fn each_document_is_refused_as_the_server_does() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/constraints"));
    let mut faults = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("the folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(entry.path()).expect("a readable file");
        for (i, document) in text.split("\n---\n").enumerate() {
            let mut expected: Vec<String> = document
                .lines()
                .map_while(|line| line.strip_prefix("# "))
                .map(str::to_string)
                .collect();
            expected.sort();
            let found = refusals(&name, document);
            count += 1;
            if found != expected {
                faults.push(format!(
                    "{name}, document {i}\n  server    {expected:#?}\n  kubeproof {found:#?}"
                ));
            }
        }
    }
    assert!(count > 150, "{count} documents");
    assert!(
        faults.is_empty(),
        "{} of {count} differ\n{}",
        faults.len(),
        faults.join("\n")
    );
}
