//! Turns `rules/<category>/<id>.md` into a static table, so that nothing is parsed at start-up and a page
//! without code, or code without a page, does not compile.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "build/cel.rs"]
mod cel;
#[path = "build/references.rs"]
mod references;
#[path = "build/schema.rs"]
mod schema;

const KEYS: [&str; 9] = [
    "summary",
    "severity",
    "on",
    "fields",
    "since",
    "fix",
    "emitted-by",
    "references",
    "options",
];

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR"));
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rules");
    println!("cargo::rerun-if-changed=build.rs");
    schema::pack(&root, &out);
    let pages = pages(&root);
    let (catalogue, rules) = tables(&root, &pages);
    fs::write(out.join("catalogue.rs"), catalogue).expect("OUT_DIR can be written");
    fs::write(out.join("rules.rs"), rules).expect("OUT_DIR can be written");
    references::build(&root, &out);
    cel::build(&root, &out);
}

struct Page {
    category: String,
    id: String,
    path: PathBuf,
    fields: BTreeMap<String, String>,
}

/// Reads every page, in the order of category and id.
fn pages(root: &Path) -> Vec<Page> {
    let mut pages = Vec::new();
    for category in sorted(&root.join("rules")) {
        if !category.is_dir() {
            continue;
        }
        for path in sorted(&category) {
            if path.extension().is_some_and(|e| e == "md") {
                let text = fs::read_to_string(&path).expect("a rule page can be read");
                pages.push(Page {
                    category: name(&category),
                    id: name(&path).trim_end_matches(".md").to_string(),
                    fields: front_matter(&path, &text),
                    path,
                });
            }
        }
    }
    // A file name sorts with its `.md`; an id sorts without.
    pages.sort_by(|a, b| (&a.category, &a.id).cmp(&(&b.category, &b.id)));
    pages
}

/// `key: value` lines between two `---` lines; lists are written `[a, b]`.
fn front_matter(path: &Path, text: &str) -> BTreeMap<String, String> {
    let shown = path.display();
    let head = text
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"))
        .unwrap_or_else(|| panic!("{shown}: the page does not start with front matter between `---` lines"))
        .0;
    let mut fields = BTreeMap::new();
    for (i, line) in head.lines().enumerate() {
        let (key, value) = line
            .split_once(": ")
            .unwrap_or_else(|| panic!("{shown}:{}: expected `key: value`", i + 2));
        assert!(
            KEYS.contains(&key),
            "{shown}:{}: unknown key `{key}`; known: {KEYS:?}",
            i + 2
        );
        fields.insert(key.to_string(), value.trim().to_string());
    }
    for needed in ["summary", "severity", "since"] {
        assert!(
            fields.contains_key(needed),
            "{shown}: front matter lacks `{needed}`"
        );
    }
    fields
}

fn list(value: Option<&String>) -> Vec<String> {
    value
        .map(|v| v.trim_start_matches('[').trim_end_matches(']'))
        .into_iter()
        .flat_map(|v| v.split(','))
        .map(|item| item.trim().to_string())
        .filter(|item| !item.is_empty())
        .collect()
}

/// The options of a rule: `[name=default: what it says, …]`, whose defaults are whole numbers.
fn options(page: &Page) -> String {
    let shown = page.path.display();
    let mut out = String::new();
    for option in list(page.fields.get("options")) {
        let parts = option
            .split_once(": ")
            .and_then(|(head, about)| Some((head.split_once('=')?, about)));
        let Some(((name, default), about)) = parts else {
            panic!("{shown}: an option is written `name=default: what it says`");
        };
        let default: u32 = default
            .parse()
            .unwrap_or_else(|_| panic!("{shown}: the default of `{name}` is no whole number"));
        let _ = write!(
            out,
            "RuleOption {{ name: {name:?}, default: {default}, about: {about:?} }}, "
        );
    }
    out
}

/// The catalogue of the rules, and what they do.
fn tables(root: &Path, pages: &[Page]) -> (String, String) {
    let mut out = String::from("// Made by build.rs from rules/.\n");
    let (mut rows, mut checks) = (String::new(), String::new());
    let mut ids = String::new();
    let (mut files, mut documents, mut any) = (Vec::<usize>::new(), Vec::<usize>::new(), Vec::<usize>::new());
    let mut by_kind: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut with_code: BTreeSet<(String, String)> = BTreeSet::new();
    for (index, page) in pages.iter().enumerate() {
        let full = format!("{}/{}", page.category, page.id);
        let shown = page.path.display();
        let severity = match page.fields["severity"].as_str() {
            "error" => "Error",
            "warning" => "Warning",
            "info" => "Info",
            other => panic!("{shown}: severity `{other}` is none of error, warning, info"),
        };
        let fix = match page.fields.get("fix").map(String::as_str) {
            None | Some("none") => "None",
            Some("safe") => "Safe",
            Some("unsafe") => "Unsafe",
            Some(other) => panic!("{shown}: fix `{other}` is none of none, safe, unsafe"),
        };
        let on = list(page.fields.get("on"));
        let module = page.id.replace('-', "_");
        let mut check = "None".to_string();
        let emitter = match page.fields.get("emitted-by").map(String::as_str) {
            None => {
                with_code.insert((page.category.clone(), module.clone()));
                assert!(
                    !on.is_empty(),
                    "{shown}: `on` is needed: file, document, run, `*` or kinds"
                );
                for target in &on {
                    match target.as_str() {
                        "file" => files.push(index),
                        "document" => documents.push(index),
                        "run" => {}
                        "*" => any.push(index),
                        kind => by_kind.entry(kind.to_string()).or_default().push(index),
                    }
                }
                check = format!("Some(crate::rules::{}::{}::CHECK)", page.category, module);
                "Check"
            }
            Some("reader") => "Reader",
            Some("schema") => "Schema",
            Some("engine") => "Engine",
            Some("admission") => "Admission",
            Some(other) => {
                panic!("{shown}: emitted-by `{other}` is none of reader, schema, engine, admission")
            }
        };
        let options = options(page);
        let _ = writeln!(
            rows,
            "    Rule {{ id: {full:?}, category: {:?}, summary: {:?}, severity: Severity::{severity}, fix: FixKind::{fix}, on: &{on:?}, fields: &{:?}, since: {:?}, references: &{:?}, options: &[{options}], emitter: Emitter::{emitter}, page: include_str!({:?}) }},",
            page.category,
            page.fields["summary"],
            list(page.fields.get("fields")),
            page.fields["since"],
            list(page.fields.get("references")),
            page.path.display().to_string(),
        );
        let _ = writeln!(checks, "    {check},");
        let constant = full.replace(['/', '-'], "_").to_uppercase();
        let _ = writeln!(ids, "    pub const {constant}: RuleId = RuleId({index});");
    }
    no_orphans(root, &with_code);
    // Each kind's own checks and those for every kind are merged here, so that dispatch is one look-up.
    let mut kinds = String::new();
    let mut by_kind: Vec<_> = by_kind.into_iter().collect();
    by_kind.sort_by_key(|(kind, _)| match kind.split_once('/') {
        Some((group, kind)) => (group.to_string(), kind.to_string()),
        None => (String::new(), kind.clone()),
    });
    for (kind, own) in &by_kind {
        let mut all: Vec<usize> = own.iter().chain(&any).copied().collect();
        all.sort_unstable();
        let _ = writeln!(kinds, "    ({kind:?}, &{all:?}),");
    }
    let _ = writeln!(
        out,
        "/// What each rule does, in the order of the catalogue.\nstatic CHECKS: &[Option<Check>] = &[\n{checks}];"
    );
    let _ = writeln!(
        out,
        "/// Checks of whole files, as indices into the catalogue.\npub static FILE_CHECKS: &[u16] = &{files:?};"
    );
    let _ = writeln!(
        out,
        "/// Checks of documents.\npub static DOCUMENT_CHECKS: &[u16] = &{documents:?};"
    );
    let _ = writeln!(
        out,
        "/// Checks of any object.\npub static ANY: &[u16] = &{any:?};"
    );
    let _ = writeln!(
        out,
        "/// Checks of one kind (those of any object included), by group and kind.\npub static BY_KIND: &[(&str, &[u16])] = &[\n{kinds}];"
    );
    let catalogue = format!(
        "// Made by build.rs from rules/.\n/// All rules, by id.\npub static RULES: &[Rule] = &[\n{rows}];\n\
         /// The rules as constants, for what reports them by name.\n#[allow(missing_docs)]\npub mod ids {{\n    use super::RuleId;\n{ids}}}\n"
    );
    (catalogue, out)
}

/// Every file `src/rules/<category>/<id>.rs` needs its page.
fn no_orphans(root: &Path, with_code: &BTreeSet<(String, String)>) {
    for category in sorted(&root.join("src/rules")) {
        if !category.is_dir() {
            continue;
        }
        for file in sorted(&category) {
            let stem = name(&file).trim_end_matches(".rs").to_string();
            let has_page = with_code.contains(&(name(&category), stem.clone()));
            assert!(
                stem == "mod" || file.is_dir() || has_page,
                "{} has no page rules/{}/{}.md",
                file.display(),
                name(&category),
                stem.replace('_', "-")
            );
        }
    }
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    entries.sort();
    entries
}

fn name(path: &Path) -> String {
    path.file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default()
}
