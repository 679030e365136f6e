//! `--fix`, `--unsafe-fixes` and `--diff`: what is written, what is printed, and what never is.

use std::fs;

use super::Folder;

/// An Ingress with a safe fix (its host) and an unsafe one (its version), and one Secret of each kind.
const INGRESS: &str = "\
# The shop's front door.
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
spec:
  rules:
    - host: https://shop.example.com # as in the browser
      http:
        paths:
          - path: /
            backend: {service: {name: shop, port: {number: 80}}}
";

const FIXED: &str = "\
# The shop's front door.
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
spec:
  rules:
    - host: shop.example.com # as in the browser
      http:
        paths:
          - path: /
            pathType: ImplementationSpecific
            backend: {service: {name: shop, port: {number: 80}}}
";

const OLD: &str = "\
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata:
  name: shop
spec:
  minAvailable: 1
  selector: {matchLabels: {app: shop}}
";

const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata:
  name: shop
  uid: 8a6d4f0e-0000-4000-8000-000000000001
data:
  password: hunter2!
";

fn read(folder: &Folder, path: &str) -> String {
    fs::read_to_string(folder.path().join(path)).expect("a file")
}

#[test]
fn fixes_files_and_reports_what_is_left() {
    let folder = Folder::new(&[("a.yaml", INGRESS), ("b.yaml", OLD)]);
    let answer = folder.run(&["check", "--fix"]);
    assert_eq!(answer.code, Some(1), "{answer}");
    assert_eq!(read(&folder, "a.yaml"), FIXED);
    assert_eq!(read(&folder, "b.yaml"), OLD);
    assert!(answer.stdout.contains("deprecation/removed-api"), "{answer}");
    assert!(!answer.stdout.contains("ingress/"), "{answer}");
    assert!(
        answer
            .stdout
            .ends_with("Fixed 2 findings in 1 file; 1 more can be fixed with --unsafe-fixes\n"),
        "{answer}"
    );
    let answer = folder.run(&["check", "--fix", "--unsafe-fixes", "--format", "concise"]);
    assert_eq!(answer.code, Some(0), "{answer}");
    assert_eq!(read(&folder, "b.yaml"), OLD.replace("v1beta1", "v1"));
    assert!(answer.stderr.ends_with("Fixed 1 finding in 1 file\n"), "{answer}");
    let answer = folder.run(&["check", "--fix", "--unsafe-fixes"]);
    assert!(answer.stdout.ends_with("Fixed nothing\n"), "{answer}");
}

#[test]
fn a_plain_check_tells_what_could_be_fixed() {
    let folder = Folder::new(&[("a.yaml", INGRESS), ("b.yaml", OLD)]);
    let answer = folder.run(&["check"]);
    let hint = "2 can be fixed with --fix, 1 more can be fixed with --fix --unsafe-fixes\n";
    assert!(answer.stdout.ends_with(hint), "{answer}");
    assert!(!folder.run(&["check", "--quiet"]).stdout.contains("--fix"));
    assert_eq!(read(&folder, "a.yaml"), INGRESS);
    let answer = folder.run(&["check", "b.yaml"]);
    assert!(
        answer
            .stdout
            .ends_with("\n1 can be fixed with --fix --unsafe-fixes\n"),
        "{answer}"
    );
}

#[test]
fn a_diff_writes_nothing() {
    let folder = Folder::new(&[("a.yaml", INGRESS), ("b.yaml", OLD)]);
    let answer = folder.run(&["check", "--diff"]);
    assert_eq!(answer.code, Some(1), "{answer}");
    assert_eq!(read(&folder, "a.yaml"), INGRESS);
    assert_eq!(
        answer.stdout,
        "\
--- a.yaml
+++ a.yaml
@@ -5,8 +5,9 @@
   name: shop
 spec:
   rules:
-    - host: https://shop.example.com # as in the browser
+    - host: shop.example.com # as in the browser
       http:
         paths:
           - path: /
+            pathType: ImplementationSpecific
             backend: {service: {name: shop, port: {number: 80}}}
"
    );
    assert_eq!(
        answer.stderr,
        "Would fix 2 findings in 1 file; 1 more with --unsafe-fixes\n"
    );
    let answer = folder.run(&["check", "--diff", "b.yaml"]);
    assert_eq!((answer.code, &*answer.stdout), (Some(0), ""), "{answer}");
    // What nothing else is wrong with is found by the unsafe ones.
    let answer = folder.run(&["check", "--diff", "--unsafe-fixes", "b.yaml"]);
    assert_eq!(answer.code, Some(1), "{answer}");
    assert!(
        answer
            .stdout
            .contains("-apiVersion: policy/v1beta1\n+apiVersion: policy/v1\n"),
        "{answer}"
    );
}

#[test]
fn no_output_shows_a_secret() {
    let encoded = "aHVudGVyMiE=";
    for args in [
        &["check", "--diff", "--unsafe-fixes"][..],
        &["check", "--format", "json"],
        &["check", "--fix", "--unsafe-fixes", "--format", "json"],
    ] {
        let folder = Folder::new(&[("s.yaml", SECRET)]);
        let answer = folder.run(args);
        let all = format!("{}{}", answer.stdout, answer.stderr);
        assert!(
            !all.contains("hunter2") && !all.contains(encoded),
            "{args:?}: {answer}"
        );
    }
    let folder = Folder::new(&[("s.yaml", SECRET)]);
    let json = folder.run(&["check", "--format", "json"]).json();
    let fixes: Vec<_> = json["diagnostics"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|d| &d["fix"])
        .collect();
    let fix = |title: &str| fixes.iter().find(|fix| fix["title"] == title).expect("a fix");
    let encode = fix("encode the value");
    assert_eq!(
        (&encode["safe"], &encode["redacted"], &encode["edits"]),
        (&false.into(), &true.into(), &serde_json::json!([]))
    );
    assert!(
        fix("remove what the server sets")["edits"]
            .as_array()
            .is_some_and(|edits| edits.len() == 1)
    );
    let answer = folder.run(&["check", "--fix", "--unsafe-fixes", "--format", "json"]);
    assert_eq!(answer.json()["summary"]["fixed"], 2);
    assert_eq!(
        read(&folder, "s.yaml"),
        SECRET
            .replace("hunter2!", encoded)
            .replace("  uid: 8a6d4f0e-0000-4000-8000-000000000001\n", "")
    );
}

#[test]
fn standard_input_comes_out_fixed() {
    let folder = Folder::new(&[]);
    let answer = folder.run_with(&["check", "--fix", "-"], INGRESS);
    assert_eq!((answer.code, &*answer.stdout), (Some(0), FIXED), "{answer}");
    assert!(
        answer.stderr.ends_with("Fixed 2 findings in 1 file\n"),
        "{answer}"
    );
    // What needs no fix comes through as it is, and what remains is told.
    let answer = folder.run_with(&["check", "--fix", "-"], OLD);
    assert_eq!((answer.code, &*answer.stdout), (Some(1), OLD), "{answer}");
    assert!(answer.stderr.contains("deprecation/removed-api"), "{answer}");
    let answer = folder.run_with(&["check", "--diff", "-"], INGRESS);
    assert!(answer.stdout.starts_with("--- <stdin>\n"), "{answer}");
}

#[test]
fn byte_order_mark_and_line_breaks_stay() {
    let dos = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let folder = Folder::new(&[("a.yaml", &dos(INGRESS))]);
    folder.run(&["check", "--fix"]);
    assert_eq!(read(&folder, "a.yaml"), dos(FIXED));
}

#[test]
fn other_encodings_are_left_alone() {
    let folder = Folder::new(&[]);
    let wide: Vec<u8> = std::iter::once(0xfeff)
        .chain(INGRESS.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let path = folder.write("a.yaml", &wide);
    let answer = folder.run(&["check", "--fix"]);
    assert_eq!(answer.code, Some(1), "{answer}");
    assert_eq!(fs::read(path).expect("a file"), wide);
    assert!(!answer.stdout.contains("can be fixed"), "{answer}");
}

#[test]
fn references_are_renamed_across_files() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: db-credentials}\nstringData: {a: b}\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    image: i\n    \
               envFrom:\n    - secretRef: {name: db-credentails}\n";
    let folder = Folder::new(&[("pod.yaml", pod), ("secret.yaml", secret)]);
    assert_eq!(folder.run(&["check", "--fix"]).code, Some(1));
    assert_eq!(read(&folder, "pod.yaml"), pod);
    let answer = folder.run(&["check", "--fix", "--unsafe-fixes"]);
    assert_eq!(answer.code, Some(0), "{answer}");
    assert_eq!(
        read(&folder, "pod.yaml"),
        pod.replace("credentails", "credentials")
    );
}

#[test]
fn unsafe_fixes_alone_are_a_usage_error() {
    let folder = Folder::new(&[("a.yaml", INGRESS)]);
    let answer = folder.run(&["check", "--unsafe-fixes"]);
    assert_eq!(answer.code, Some(2), "{answer}");
    assert!(answer.stderr.contains("--fix"), "{answer}");
}

#[test]
fn what_is_indexed_only_is_not_fixed() {
    let folder = Folder::new(&[("a.yaml", INGRESS), ("b.yaml", super::GOOD)]);
    folder.run(&["check", "--fix", "--index", "a.yaml", "b.yaml"]);
    assert_eq!(read(&folder, "a.yaml"), INGRESS);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn permissions_and_links_stay() {
        let folder = Folder::new(&[("real/a.yaml", INGRESS)]);
        let real = folder.path().join("real/a.yaml");
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("permissions");
        symlink("real/a.yaml", folder.path().join("link.yaml")).expect("a link");
        let answer = folder.run(&["check", "--fix", "link.yaml"]);
        assert_eq!(answer.code, Some(0), "{answer}");
        assert_eq!(read(&folder, "real/a.yaml"), FIXED);
        let mode = fs::metadata(&real).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        let link = fs::symlink_metadata(folder.path().join("link.yaml")).expect("a link");
        assert!(link.file_type().is_symlink());
        // Nothing is left beside it.
        assert_eq!(
            fs::read_dir(folder.path().join("real"))
                .expect("a folder")
                .count(),
            1
        );
    }

    #[test]
    fn what_cannot_be_written_is_trouble_and_is_not_counted() {
        let folder = Folder::new(&[("a.yaml", INGRESS), ("b.yaml", INGRESS)]);
        let path = folder.path().join("a.yaml");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("permissions");
        let answer = folder.run(&["check", "--fix", "--ignore", "metadata"]);
        assert_eq!(answer.code, Some(2), "{answer}");
        assert_eq!(read(&folder, "a.yaml"), INGRESS);
        assert_eq!(read(&folder, "b.yaml"), FIXED);
        assert!(answer.stderr.contains("a.yaml: is read-only"), "{answer}");
        assert!(
            answer.stdout.ends_with("Fixed 2 findings in 1 file\n"),
            "{answer}"
        );
    }
}

#[test]
fn what_was_not_written_is_reported_as_it_is() {
    let folder = Folder::new(&[("a.yaml", INGRESS), ("b.yaml", INGRESS)]);
    let path = folder.path().join("b.yaml");
    let mut permissions = fs::metadata(&path).expect("a file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("permissions");
    let answer = folder.run(&["check", "--fix", "--format", "concise"]);
    assert_eq!(answer.code, Some(2), "{answer}");
    assert!(
        answer.stdout.contains("b.yaml:8:13: error[ingress/invalid-host]"),
        "{answer}"
    );
    assert!(!answer.stdout.contains("a.yaml:8:13"), "{answer}");
    assert!(answer.stderr.contains("Fixed 2 findings in 1 file"), "{answer}");
    assert_eq!(read(&folder, "b.yaml"), INGRESS);
}

#[test]
fn a_diff_takes_no_option_that_it_would_not_heed() {
    for option in [
        "--write-baseline",
        "--format=json",
        "--output=json=out.json",
        "--statistics",
        "--show-skipped",
        "--verdicts",
    ] {
        let folder = Folder::new(&[("a.yaml", INGRESS)]);
        let answer = folder.run(&["check", "--diff", option]);
        assert_eq!(answer.code, Some(2), "{option}: {answer}");
        assert!(
            answer.stderr.contains("cannot be used with"),
            "{option}: {answer}"
        );
    }
}

/// What a pipe holds is gone once it was read.
#[cfg(unix)]
#[test]
fn a_pipe_is_refused_at_once() {
    let folder = Folder::new(&[("a.yaml", INGRESS)]);
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path().join("pipe.yaml"))
        .status()
        .expect("mkfifo");
    assert!(made.success());
    for how in ["--fix", "--diff"] {
        // Nobody writes into the pipe: to read it would take forever.
        let answer = folder.run(&["check", "pipe.yaml", how]);
        assert_eq!(answer.code, Some(2), "{answer}");
        assert!(
            answer.stderr.contains("pipe.yaml: is no regular file"),
            "{answer}"
        );
    }
    let answer = folder.run(&["check", "pipe.yaml", "a.yaml", "--fix"]);
    assert_eq!(answer.code, Some(2), "{answer}");
    assert_eq!(read(&folder, "a.yaml"), FIXED);
}
