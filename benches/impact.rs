//! `kubeproof impact` over 100,000 objects in 1,000 files, as people run it: the release program, two threads,
//! wall time. `cargo bench --bench impact`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const FILES: usize = 1_000;
/// Of each file's objects: ten groups of ten.
const GROUPS: usize = 10;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bytes = generate(folder.path());
    println!(
        "{FILES} files, {} objects, {:.1} MB",
        FILES * GROUPS * 10,
        bytes as f64 / 1e6
    );
    for (what, args) in [
        ("one name", &["s-3-1-0", "-n", "ns-3"][..]),
        ("one namespace", &["-n", "ns-3"]),
        ("by labels", &["-A", "-l", "app in (app-1, app-2),!none"]),
        ("everything, text", &["-A"]),
        ("everything, JSON", &["-A", "--format", "json"]),
    ] {
        let mut best = f64::MAX;
        let mut code = None;
        for _ in 0..5 {
            let start = Instant::now();
            let output = Command::new(env!("CARGO_BIN_EXE_kubeproof"))
                .current_dir(folder.path())
                .args(["impact", "--threads", "2"])
                .args(args)
                .output()
                .expect("the program starts");
            best = best.min(start.elapsed().as_secs_f64());
            code = output.status.code();
        }
        println!("{what:>20}: {:>7.1} ms, exit {code:?}", best * 1e3);
        assert_eq!(code, Some(1), "every Secret of the tree but a few is in use");
    }
}

/// Writes the tree, and tells how many bytes it has.
fn generate(folder: &Path) -> usize {
    let mut bytes = 0;
    for file in 0..FILES {
        let mut text = String::new();
        for group in 0..GROUPS {
            write_group(file, group, &mut text);
        }
        let name = folder.join(format!("d{}/f{file}.yaml", file % 50));
        fs::create_dir_all(name.parent().expect("a folder")).expect("folders");
        bytes += text.len();
        fs::write(name, text).expect("a file");
    }
    bytes
}

/// Four Secrets, a ServiceAccount, two Deployments, an Ingress, an ExternalSecret, a ConfigMap.
fn write_group(file: usize, group: usize, out: &mut String) {
    let id = format!("{file}-{group}");
    let ns = format!("ns-{}", file % 100);
    let meta = |name: &str| {
        format!(
            "metadata:\n  name: {name}\n  namespace: {ns}\n  labels:\n    app: app-{group}\n    file: f{file}\n"
        )
    };
    for i in 0..4 {
        let _ = write!(
            out,
            "apiVersion: v1\nkind: Secret\n{}type: Opaque\nstringData:\n  user: admin\n  password: generated-{i}\n---\n",
            meta(&format!("s-{id}-{i}"))
        );
    }
    let _ = write!(
        out,
        "apiVersion: v1\nkind: ServiceAccount\n{}imagePullSecrets:\n  - name: s-{id}-3\n---\n",
        meta(&format!("sa-{id}"))
    );
    for i in 0..2 {
        let _ = write!(
            out,
            "apiVersion: apps/v1\nkind: Deployment\n{}spec:\n  replicas: 2\n  selector:\n    matchLabels:\n      \
             app: app-{group}\n  template:\n    metadata:\n      labels:\n        app: app-{group}\n    spec:\n      \
             serviceAccountName: sa-{id}\n      containers:\n        - name: main\n          image: \
             registry.example.com/app-{group}:1.0\n          envFrom:\n            - secretRef:\n                \
             name: s-{id}-0\n          env:\n            - name: PASSWORD\n              valueFrom:\n                \
             secretKeyRef:\n                  name: s-{id}-1\n                  key: password\n          \
             volumeMounts:\n            - name: made\n              mountPath: /made\n      volumes:\n        - \
             name: made\n          secret:\n            secretName: made-{id}\n---\n",
            meta(&format!("d-{id}-{i}"))
        );
    }
    let _ = write!(
        out,
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\n{}spec:\n  tls:\n    - hosts: [{id}.example.com]\n      \
         secretName: s-{id}-2\n  rules:\n    - host: {id}.example.com\n---\n",
        meta(&format!("i-{id}"))
    );
    let _ = write!(
        out,
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\n{}spec:\n  secretStoreRef:\n    name: vault\n  \
         target:\n    name: made-{id}\n  data:\n    - secretKey: k\n      remoteRef:\n        key: some/where\n---\n",
        meta(&format!("e-{id}"))
    );
    let _ = write!(
        out,
        "apiVersion: v1\nkind: ConfigMap\n{}data:\n  a: b\n---\n",
        meta(&format!("c-{id}"))
    );
}
