//! The program that writes `schemas/types`, run on a copy: `cargo test --features dev --test schemas_program`.
#![cfg(feature = "dev")]

use std::fs;
use std::path::Path;
use std::process::Command;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file");
        }
    }
}

fn run(package: &Path, schemas: &Path) {
    let status = Command::new(env!("CARGO_BIN_EXE_kubeproof-schemas"))
        .args([package, schemas])
        .status()
        .expect("the program runs");
    assert!(status.success());
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a file")
}

#[test]
fn what_it_wrote_it_reads_and_writes_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (package, schemas) = (folder.path().join("package"), folder.path().join("schemas"));
    fs::create_dir(&package).expect("a folder");
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    copy(&own, &schemas);
    run(&package, &schemas);
    let mut files = 0;
    for entry in fs::read_dir(own.join("types")).expect("types").flatten() {
        assert_eq!(
            read(&entry.path()),
            read(&schemas.join("types").join(entry.file_name()))
        );
        files += 1;
    }
    assert!(files > 20);
    assert_eq!(
        read(&own.join("versions.txt")),
        read(&schemas.join("versions.txt"))
    );
}

#[test]
fn a_new_version_is_a_short_diff() {
    let folder = tempfile::tempdir().expect("a folder");
    let schemas = folder.path().join("schemas");
    for (minor, fields) in [
        (25, r#""old": {"type": ["string", "null"]}"#),
        (
            26,
            r#""old": {"type": ["string", "null"]}, "size": {"format": "int32", "type": "integer"}"#,
        ),
        (
            27,
            r##""size": {"format": "int64", "type": "integer"}, "list": {"type": "array", "items": {"$ref": "#/$defs/io.k8s.apimachinery.pkg.api.resource.Quantity"}, "x-kubernetes-list-type": "atomic"}"##,
        ),
    ] {
        let package = folder.path().join(format!("package-{minor}"));
        let version = package.join(format!("v1.{minor}.0-local"));
        fs::create_dir_all(&version).expect("a folder");
        let json = format!(
            r#"{{"$defs": {{
                "io.k8s.apimachinery.pkg.api.resource.Quantity": {{"type": "string"}},
                "io.k8s.api.core.v1.Boat": {{
                    "properties": {{{fields}}}, "required": ["size"],
                    "x-kubernetes-group-version-kind": [{{"group": "", "version": "v1", "kind": "Boat"}}]
                }}
            }}}}"#
        );
        fs::write(version.join("_definitions.json"), json).expect("a file");
        // Each run adds one version to what the runs before wrote.
        run(&package, &schemas);
    }
    let text = read(&schemas.join("types/core.txt"));
    let rows: Vec<&str> = text.lines().skip(2).collect();
    assert_eq!(
        rows,
        [
            "type v1.Boat kind",
            "  list []quantity list=atomic since=1.27",
            "  old string until=1.26",
            "  size int32 required since=1.26 until=1.26",
            "  size int64 required since=1.27",
        ]
    );
}
