//! Kustomizations: what kustomize refuses in them, and the files that they name.

use super::{Folder, GOOD};

const HEAD: &str = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n";

fn kustomization(rest: &str) -> String {
    format!("{HEAD}{rest}")
}

/// What is found, a line each: place, severity, rule.
fn found(folder: &Folder, args: &[&str]) -> Vec<String> {
    let args = [&["check", "--format", "concise", "--allow-empty"], args].concat();
    let answer = folder.run(&args);
    let lines = answer
        .stdout
        .lines()
        .filter(|line| line.contains("kustom") && line.contains(']'));
    lines
        .map(|line| line.split(']').next().unwrap_or_default().to_string())
        .collect()
}

#[test]
fn what_kustomize_refuses_is_shown() {
    let text = kustomization(
        "resource: [ingress.yaml]\nimages:\n  - {name: shop, newTag: 1.10}\n\
         secretGenerator:\n  - name: db\n    literals: [{password: hunter2secret}, 12345678]\n\
         patches:\n  - target: {apiVersion: apps/v1, kind: Deployment}\n    patch:\n      - {op: remove, path: /spec}\n",
    );
    let folder = Folder::new(&[("kustomization.yaml", &text), ("ingress.yaml", GOOD)]);
    let answer = folder.run(&["check", "--exit-zero", "."]);
    assert!(!answer.stdout.contains("hunter2secret") && !answer.stdout.contains("12345678"));
    insta::assert_snapshot!(answer.stdout);
}

#[test]
fn its_own_words_are_in_order() {
    let text = kustomization(
        "Resources: [ingress.yaml]\nNAMESPACE: web\nopenapi: {path: schema.json}\nmetadata: {name: web}\n\
         commonLabels: {canary: 'on'}\nbuildMetadata: [originAnnotations]\nsops: {mac: x}\n\
         configurations: [words.yaml]\ncrds: [crd.yaml]\nsortOptions: {order: legacy, legacySortOptions: {orderFirst: [Namespace]}}\n\
         patches:\n  - path: old.yaml\nreplacements:\n  - path: r.yaml\n  - source: {kind: Secret, fieldPath: metadata.name, options: {delimiter: '-', index: 0}}\n\
         \x20   targets: [{select: {kind: Pod}, reject: [{name: a}], fieldPaths: [spec.x], options: {create: true}}]\n\
         helmCharts:\n  - {name: a, repo: https://example.com, version: 1.2.3, includeCRDs: true, valuesInline: {a: {b: 1}}}\n\
         vars:\n  - {name: A, objref: {kind: Secret, name: b, apiVersion: v1}, fieldref: {fieldPath: metadata.name}}\n\
         labels:\n  - {pairs: {a: b}, includeSelectors: false, includeTemplates: true, fields: [{path: a/b, create: true}]}\n",
    );
    let empty = "a: b\n";
    let folder = Folder::new(&[
        ("kustomization.yaml", &text),
        ("ingress.yaml", GOOD),
        ("schema.json", "{}"),
        ("words.yaml", empty),
        ("crd.yaml", empty),
        ("old.yaml", empty),
        ("r.yaml", empty),
        (
            "component/kustomization.yaml",
            "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n",
        ),
        ("untyped/kustomization.yaml", "resources: [../ingress.yaml]\n"),
        (
            "plugin/plugin.yaml",
            "apiVersion: kustomize.config.k8s.io/v1\nkind: Anything\nfoo: 1\n",
        ),
        (
            "flux/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: ${NS}\nnamePrefix: ${A}-\n",
        ),
    ]);
    assert_eq!(found(&folder, &["."]), [""; 0]);
}

#[test]
fn what_it_names_is_looked_for() {
    let text = kustomization(
        "resources:\n  - ingres.yaml\n  - ./ingress.yaml\n  - base\n  - ./bare/\n  - gone/a.yaml\n  - made/a.yaml\n  - secret.yaml\n\
         \x20 - '*.yaml'\n  - https://example.com/a.yaml\n  - github.com/a/b//c?ref=v1\n  - git@example.com:a/b\n  - ${FROM}/a.yaml\n\
         \x20 - gitlab.com/a/b\npatches:\n  - {path: pach.yaml}\n  - path: patch.yaml\n\
         configMapGenerator:\n  - {name: a, files: [shop.properties, b=b.text, files], envs: [local.env]}\n",
    );
    let folder = Folder::new(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".gitignore", "secret.yaml\n/app/made/\n"),
        ("app/kustomization.yaml", &text),
        ("app/ingress.yaml", GOOD),
        ("app/base/kustomization.yml", HEAD),
        ("app/bare/a.yaml", GOOD),
        ("app/patch.yaml", "kind: A\n"),
        ("app/pach.yml", "kind: A\n"),
        ("app/b.txt", ""),
        ("app/files/a", ""),
    ]);
    let name = |line: u32, column: u32, severity: &str| {
        format!("app/kustomization.yaml:{line}:{column}: {severity}[kustomize/missing-file")
    };
    let expected = [
        // `ingress.yaml` is named already: that was not meant.
        name(4, 5, "warning"),
        name(7, 5, "warning"),
        name(8, 5, "warning"),
        name(11, 5, "warning"),
        name(18, 12, "warning"),
        name(21, 23, "info"),
        name(21, 40, "info"),
        name(21, 50, "warning"),
        name(21, 65, "info"),
    ];
    assert_eq!(found(&folder, &["app"]), expected);
    // The same from elsewhere, and of one file.
    assert_eq!(found(&folder, &["app/kustomization.yaml"]), expected);
    let text = folder.run(&["check", "app", "--exit-zero", "--select", "kustomize"]);
    assert!(
        text.stdout.contains("did you mean `pach.yml`?"),
        "{}",
        text.stdout
    );
}

#[test]
fn a_name_that_is_nearly_right_is_mended() {
    let text = kustomization("resources:\n  - ./ingres.yaml\n");
    let folder = Folder::new(&[("kustomization.yaml", &text), ("ingress.yaml", GOOD)]);
    let answer = folder.run(&["check", "--fix", "--unsafe-fixes", "."]);
    assert_eq!(answer.code, Some(0), "{answer:?}");
    assert!(
        std::fs::read_to_string(folder.path().join("kustomization.yaml"))
            .expect("it is there")
            .ends_with("  - ./ingress.yaml\n")
    );
}

#[test]
fn names_are_not_guessed_wildly() {
    // Two that mean one, versions, other endings, the file itself, folders without a kustomization.
    let text = kustomization(
        "resources: [ingres.yaml, ingess.yaml, app-v2.yaml, kustomizatio.yaml, bas, web.yaml~]\n\
         patches: [{path: a.yaml}]\nsecretGenerator: [{name: a, files: [tls.crt]}]\n",
    );
    let folder = Folder::new(&[
        ("kustomization.yaml", &text),
        ("ingress.yaml", GOOD),
        ("app-v1.yaml", GOOD),
        ("base/a.yaml", GOOD),
        ("web.yaml", GOOD),
        ("b.yaml", "kind: A\n"),
        ("tls.csr", ""),
    ]);
    let answer = folder.run(&["check", "--select", "kustomize", "--exit-zero", "."]);
    assert_eq!(
        answer.stdout.matches("kustomize/missing-file").count(),
        8,
        "{}",
        answer.stdout
    );
    assert!(!answer.stdout.contains("did you mean"), "{}", answer.stdout);
}

#[test]
fn what_is_made_or_lies_elsewhere_is_not_missed() {
    let text = kustomization(
        "resources: [rendered, made/, made/sub, ../vendor/base, ../vendor/base/a.yaml, <env>.yaml, ../common]\n",
    );
    let folder = Folder::new(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".gitignore", "rendered/\nmade/\n"),
        ("app/kustomization.yaml", &text),
        ("common/kustomization.yaml", HEAD),
        ("deep/common/kustomization.yaml", HEAD),
        (
            "deep/app/kustomization.yaml",
            &kustomization("resources: [../common, ../lost]\n"),
        ),
    ]);
    std::fs::create_dir_all(folder.path().join("vendor/base")).expect("a folder");
    assert_eq!(found(&folder, &["app"]), [""; 0]);
    #[cfg(unix)]
    {
        // `..` leads out of where a linked folder lies.
        std::fs::create_dir(folder.path().join("tree")).expect("a folder");
        std::os::unix::fs::symlink("../deep/app", folder.path().join("tree/app")).expect("a link");
        let lost = "tree/app/kustomization.yaml:3:24: warning[kustomize/missing-file";
        assert_eq!(found(&folder, &["tree/app"]), [lost]);
    }
}

#[test]
fn files_and_folders_are_told_apart() {
    let text = kustomization(
        "components: [cm.yaml]\nconfigurations: [cfg]\npatches: [{path: cfg}, old.yaml]\ncrds: [cfg]\n",
    );
    let folder = Folder::new(&[
        ("kustomization.yaml", &text),
        ("cm.yaml", GOOD),
        ("old.yaml", GOOD),
        ("cfg/a.yaml", GOOD),
    ]);
    insta::assert_snapshot!(
        folder
            .run(&[
                "check",
                "--select",
                "kustomize",
                "--exit-zero",
                "kustomization.yaml"
            ])
            .stdout
    );
}

#[test]
fn many_lost_names_take_no_time() {
    let names: String = (0..20_000).map(|i| format!("  - x{i}.yaml\n")).collect();
    let text = kustomization(&format!("resources:\n{names}"));
    let folder = Folder::new(&[("kustomization.yaml", &text)]);
    for i in 0..3_000 {
        folder.write(&format!("y{i}.yaml"), "");
    }
    let start = std::time::Instant::now();
    let answer = folder.run(&["check", "--format", "json", "kustomization.yaml"]);
    assert_eq!(answer.code, Some(1));
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn the_first_document_counts_and_says_what_it_is() {
    let two = format!("{HEAD}---\nfoo: bar\nresources: [lost.yaml]\n");
    let folder = Folder::new(&[
        ("a/kustomization.yaml", &two),
        (
            "b/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomize\nresource: []\n",
        ),
        (
            "c/kustomization.yaml",
            "apiVersion: kustomize.k8s.io/v1beta1\nkind: Kustomization\n",
        ),
        (
            "d/kustomization.yaml",
            "Kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n",
        ),
        ("e/kustomization.yaml", "apiVersion: 1\nkind: Kustomization\n"),
        (
            "f/kustomization.yaml",
            "Resources: [{a: b}]\nImages: [{Name: a, newtag: 1.0}]\n",
        ),
        (
            "g/kustomization.yaml",
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\n",
        ),
    ]);
    let answer = folder.run(&["check", "--format", "concise", "."]);
    insta::assert_snapshot!(answer.stdout);
}

#[test]
fn a_kustomization_alone_is_judged() {
    let folder = Folder::new(&[("kustomization.yaml", HEAD)]);
    assert_eq!(folder.run(&["check", "."]).code, Some(0));
    // What judges more loses nothing.
    folder.write("kustomization.yaml", format!("{HEAD}resource: []\n"));
    let answer = folder.run(&["check", "--no-skip", "--format", "concise", "."]);
    assert!(
        answer.stdout.contains("error[kustomize/unknown-field]"),
        "{answer:?}"
    );
}

/// Whatever is near a Secret's generator may be its value.
#[test]
fn no_value_of_a_generator_is_shown() {
    let canary = "hunter2secret";
    let faulty = [
        "secretGenerator:\n- name: a\n  literals: password=hunter2secret\n",
        "secretGenerator:\n- name: a\n  literals: |\n    password=hunter2secret\n",
        "secretGenerator: password=hunter2secret\n",
        "secretGenerator:\n- password=hunter2secret\n",
        "secretGenerator:\n- name: a\n  envs: password=hunter2secret\n",
        "secretGenerator:\n- name: a\n  literals: {password: hunter2secret}\n",
        "secretGenerator:\n- name: a\n  literals:\n    password: hunter2secret\n",
        "secretGenerator:\n- name: a\n  literal:\n  - password=hunter2secret\n",
        "secretGenerators:\n- name: a\n  literals: [password=hunter2secret]\n",
        "secretsGenerator:\n- name: a\n  literals: [password=hunter2secret]\n",
        "SecretGenerator:\n- name: a\n  Literals: [password=hunter2secret]\n  foo: 1\n",
        "secretGenerator: {name: a, literals: [password=hunter2secret]}\n",
        "secretGenerator:\n- name: a\n  password: hunter2secret\n",
        "secretGenerator:\n- name: a\n  values: [hunter2secret]\n",
        "secretGenerator:\n- name: a\n  literals: password=hunter2secret\n  literals: [a=b]\n",
        "generators:\n- |\n  kind: SecretGenerator\n  metadata: {name: a}\n  literals: [pw=hunter2secret]\nfoo: 1\n",
        "x: &p password=hunter2secret\nsecretGenerator:\n- name: a\n  literals: [*p]\n",
        "namePrefix: [&p hunter2secret]\nsecretGenerator:\n- name: a\n  literals: [*p]\n",
        "secretGenerator:\n- name: a\n  files: [password=hunter2secret]\n",
        "secretGenerator:\n- name: a\n  envs: [password=hunter2secret]\n",
        "secretGenerator:\n- name: a\n  env: hunter2secret\n",
        "secretGenerator: [{name: a, password:hunter2secret}]\n",
        "secretGenertor:\n- name: a\n  literals: [password=hunter2secret]\n",
        "secertGenerator:\n- name: a\n  envs: hunter2secret\n",
    ];
    for text in faulty {
        let folder = Folder::new(&[("kustomization.yaml", text)]);
        for format in super::FORMATS {
            let answer = folder.run(&["check", "--format", format, "."]);
            let all = format!("{}{}", answer.stdout, answer.stderr);
            assert!(!all.contains(canary), "{text}{format}: {all}");
        }
        for args in [
            &["check", "--diff", "--unsafe-fixes", "."][..],
            &["graph", "."],
            &["impact", "."],
        ] {
            let answer = folder.run(args);
            assert!(
                !format!("{}{}", answer.stdout, answer.stderr).contains(canary),
                "{text}{args:?}: {answer:?}"
            );
        }
    }
}

#[test]
fn one_that_does_not_read_is_told() {
    let folder = Folder::new(&[("kustomization.yaml", "resources:\n  - a.yaml\n bases: []\n")]);
    let answer = folder.run(&["check", "."]);
    assert!(answer.stdout.contains("error[yaml/syntax-error]"), "{answer:?}");
}
