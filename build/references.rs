//! Turns `schemas/references.txt` into statics.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

#[path = "../src/graph/compile/mod.rs"]
mod compile;
#[path = "../src/graph/table.rs"]
#[allow(dead_code)] // what looks tables up is not needed to make one
mod table;

/// Writes `references.rs` into the output folder.
pub fn build(root: &Path, out: &Path) {
    let source = root.join("schemas/references.txt");
    for changed in [
        "schemas/references.txt",
        "src/graph/compile",
        "src/graph/table.rs",
    ] {
        println!("cargo::rerun-if-changed={changed}");
    }
    let text = fs::read_to_string(&source).expect("schemas/references.txt can be read");
    let table = compile::compile(&text).unwrap_or_else(|faults| {
        let faults: Vec<String> = faults
            .iter()
            .map(|(line, fault)| format!("{}:{line}: {fault}", source.display()))
            .collect();
        panic!("{}", faults.join("\n"));
    });
    let mut code = String::from("// Made by build.rs from schemas/references.txt.\n");
    // The pools are plain data, whose Debug form is their literal.
    let _ = writeln!(
        code,
        "pub(super) static STANDARD: Table = Table {{ text: Cow::Borrowed({:?}),",
        table.text
    );
    let pools = [
        ("targets", format!("{:?}", table.targets)),
        ("scopes", format!("{:?}", table.scopes)),
        ("given", format!("{:?}", table.given)),
        ("kinds", format!("{:?}", table.kinds)),
        ("rows", format!("{:?}", table.rows)),
        ("steps", format!("{:?}", table.steps)),
        ("children", format!("{:?}", table.children)),
        ("at", format!("{:?}", table.at)),
        ("embeds", format!("{:?}", table.embeds)),
        ("parts", format!("{:?}", table.parts)),
        ("paths", format!("{:?}", table.paths)),
        ("segs", format!("{:?}", table.segs)),
        ("conds", format!("{:?}", table.conds)),
        ("strs", format!("{:?}", table.strs)),
    ];
    for (name, pool) in pools {
        let _ = writeln!(code, "    {name}: Cow::Borrowed(&{pool}),");
    }
    code.push_str("};\n");
    for (i, name) in table.targets.iter().enumerate() {
        let name = table.str(*name);
        let _ = writeln!(
            code,
            "/// The target `{name}`.\npub const {}: Target = Target({i});",
            constant(name)
        );
    }
    fs::write(out.join("references.rs"), code).expect("OUT_DIR can be written");
}

/// `ConfigMap` → `CONFIG_MAP`
fn constant(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}
