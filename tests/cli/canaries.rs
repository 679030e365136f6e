//! No value of a Secret is ever shown: planted values are looked for in every output.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use kubeproof::manifest::{File, Surroundings, mask};
use kubeproof::source::Span;
use kubeproof::yaml::Tree;

use super::Folder;

fn planted() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/canaries")
}

/// All files of a folder, with paths relative to it.
fn files(root: &Path, folder: &Path, out: &mut Vec<(String, Vec<u8>)>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(root, &path, out);
        } else if path.extension().is_some_and(|extension| extension != "md") {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            out.push((name, fs::read(&path).unwrap()));
        }
    }
}

/// The names that the planted values have in a text: as they stand, and in base64.
fn canaries(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let word = |c: char| c.is_ascii_alphanumeric() || "+/=-_ ".contains(c);
    for line in text.lines() {
        found.extend(plain(line));
        for run in line.split(|c| !word(c)) {
            // A space within base64 is one of the planted faults; elsewhere it ends the word.
            let joined: String = run.split(": ").last().unwrap_or(run).replace(' ', "");
            for candidate in run.split(' ').chain([&*joined]) {
                let decoded = decode(candidate);
                if !plain(&decoded).is_empty() || !plain(&decode(&decoded)).is_empty() {
                    found.insert(candidate.to_string());
                }
            }
        }
    }
    found
}

fn plain(text: &str) -> Vec<String> {
    let ends = text.match_indices("canary").filter_map(|(at, word)| {
        let value = text.get(at + word.len()..at + word.len() + 18)?;
        value
            .chars()
            .all(|c| c.is_ascii_alphanumeric())
            .then(|| value.to_string())
    });
    ends.collect()
}

/// Base64 of either alphabet, as far as it goes.
fn decode(text: &str) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut have, mut out) = (0_u32, 0, Vec::new());
    for c in text.chars() {
        let c = match c {
            '-' => '+',
            '_' => '/',
            c => c,
        };
        let Some(value) = alphabet.find(c) else { break };
        bits = bits << 6 | value as u32;
        have += 6;
        if have >= 8 {
            have -= 8;
            out.push((bits >> have) as u8);
            bits &= (1 << have) - 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// How much of a value must be seen to know it.
const PIECE: usize = 8;

/// The planted value of which a piece is in an output.
fn leak(output: &str, canaries: &BTreeSet<String>) -> Option<String> {
    let mut pieces: HashMap<&[u8], &str> = HashMap::new();
    for canary in canaries {
        // "canary" itself in base64 is part of many.
        let known = canary.strip_prefix("Y2FuYXJ5").unwrap_or(canary);
        pieces.extend(known.as_bytes().windows(PIECE).map(|piece| (piece, &**canary)));
    }
    // SARIF brings the pages of rules, whose examples begin as any Secret of their type does.
    let output: String = output
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("\"tool\":{\"driver\":"))
        .collect();
    // What is wrapped or framed may be broken over lines.
    let joined: String = output
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "+/=-_".contains(*c))
        .collect();
    let mut windows = output
        .as_bytes()
        .windows(PIECE)
        .chain(joined.as_bytes().windows(PIECE));
    windows.find_map(|window| pieces.get(window).map(|canary| canary.to_string()))
}

#[test]
fn values_are_found_where_they_are_shown() {
    // The test itself can fail: a value in a place that is no Secret is seen.
    let text = fs::read_to_string(planted().join("secret.yaml")).unwrap();
    let canaries = canaries(&text);
    assert_eq!(canaries.len(), 56);
    let first = canaries.iter().next().unwrap();
    assert_eq!(leak("nothing", &canaries), None);
    assert_eq!(
        leak(&format!("x{}y", &first[first.len() - 9..]), &canaries).as_ref(),
        Some(first)
    );
}

#[test]
fn no_output_shows_a_value_of_a_secret() {
    let folder = Folder::new(&[]);
    let mut planted_files = Vec::new();
    files(&planted(), &planted(), &mut planted_files);
    let mut all = BTreeSet::new();
    for (name, bytes) in &planted_files {
        let text = String::from_utf8(bytes.clone()).unwrap();
        all.extend(canaries(&text));
        folder.write(name, bytes);
        // The same in other clothes: UTF-16, Windows line breaks, a byte that is no UTF-8.
        let utf16 = format!("\u{feff}{text}")
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect::<Vec<_>>();
        folder.write(&format!("utf16/{name}"), utf16);
        folder.write(&format!("crlf/{name}"), text.replace('\n', "\r\n"));
        let mut latin1 = bytes.clone();
        latin1.extend(b"# \xe9\n");
        folder.write(&format!("latin1/{name}"), latin1);
    }
    assert!(all.len() > 150, "{}", all.len());
    let mut formats: Vec<&[&str]> = vec![
        &["--format", "text", "--show-skipped"],
        &["--format", "text", "--color", "always", "-v"],
        &["--format", "json", "--verdicts", "--show-skipped"],
        &["--format", "jsonl", "--verdicts", "--statistics"],
        &["--format", "text", "--statistics"],
    ];
    let every = super::FORMATS.map(|format| ["--format", format]);
    formats.extend(every.iter().map(|args| &args[..]));
    let mut leaks = Vec::new();
    let mut run = |args: &[&str]| {
        let args = [&["check", "--allow-empty"], args].concat();
        let answer = folder.run(&args);
        assert!(answer.code.is_some_and(|code| code < 2), "{args:?}: {answer}");
        for output in [&answer.stdout, &answer.stderr] {
            if let Some(canary) = leak(output, &all) {
                leaks.push(format!("{canary} in {args:?}"));
            }
        }
    };
    for format in formats {
        run(format);
        run(&[format, &["--no-skip"]].concat());
    }
    for (name, _) in &planted_files {
        run(&[name]);
        run(&[name, "--no-skip"]);
    }
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.join("\n"));
    let answer = folder.run(&["check", "--no-skip", "--format", "json"]);
    let found = answer.json()["summary"]["errors"].as_u64().unwrap();
    assert!(found > 50, "only {found} findings: there was little to leak");
}

#[test]
fn standard_input_leaks_nothing_either() {
    let folder = Folder::new(&[]);
    let mut planted_files = Vec::new();
    files(&planted(), &planted(), &mut planted_files);
    for (name, bytes) in planted_files {
        let canaries = canaries(&String::from_utf8(bytes.clone()).unwrap());
        for format in ["text", "json"] {
            let args = ["impact", "-A", "-f", "-", "--no-skip", "--format", format];
            let answer = folder.run_with(&args, &bytes);
            assert_eq!(leak(&answer.to_string(), &canaries), None, "impact of {name}");
        }
        for format in super::FORMATS {
            let answer = folder.run_with(&["check", "-", "--no-skip", "--format", format], &bytes);
            assert_eq!(leak(&answer.to_string(), &canaries), None, "{name}");
        }
    }
}

#[test]
fn no_file_that_is_written_shows_a_value_of_a_secret() {
    let folder = Folder::new(&[("out/.keep", "")]);
    let mut planted_files = Vec::new();
    files(&planted(), &planted(), &mut planted_files);
    let mut all = BTreeSet::new();
    for (name, bytes) in &planted_files {
        all.extend(canaries(&String::from_utf8(bytes.clone()).unwrap()));
        folder.write(&format!("in/{name}"), bytes);
    }
    let outputs = super::FORMATS.map(|format| format!("--output={format}=out/report.{format}"));
    let mut args = vec!["check", "--no-skip", "in"];
    args.extend(outputs.iter().map(|output| &**output));
    let mut command = folder.command(&args);
    command.env("GITHUB_STEP_SUMMARY", folder.path().join("out/summary.md"));
    let answer = super::answer(&mut command);
    assert_eq!(answer.code, Some(1), "{answer}");
    let mut written = Vec::new();
    files(
        &folder.path().join("out"),
        &folder.path().join("out"),
        &mut written,
    );
    written.push((
        "summary".into(),
        fs::read(folder.path().join("out/summary.md")).unwrap(),
    ));
    assert_eq!(written.len(), super::FORMATS.len() + 1);
    for (name, bytes) in written {
        let text = String::from_utf8(bytes).unwrap();
        assert!(
            name == "README" || text.len() > 1000,
            "{name} tells too little to leak"
        );
        assert_eq!(leak(&text, &all), None, "{name}");
    }
}

/// Not only what today's findings show: every planted value is masked wherever a frame may come to lie.
#[test]
fn every_planted_value_is_masked() {
    let mut planted_files = Vec::new();
    files(&planted(), &planted(), &mut planted_files);
    let mut bare = Vec::new();
    for (name, bytes) in planted_files {
        let text = String::from_utf8(bytes).unwrap();
        let mut tree = Tree::default();
        kubeproof::yaml::parse(&text, &[], &mut tree);
        let file = File::read(&name, &text, &tree, &Surroundings::default(), true);
        let masked = mask::spans(&file);
        for canary in canaries(&text) {
            let places = text.match_indices(&canary).map(|(at, _)| at as u32);
            bare.extend(
                places
                    .filter(|at| {
                        !(*at..*at + canary.len() as u32)
                            .all(|at| mask::touches(&masked, Span::new(at, at + 1)))
                    })
                    .map(|at| format!("{name}:{}: {canary}", text[..at as usize].lines().count())),
            );
        }
    }
    assert!(
        bare.is_empty(),
        "{} values can be shown:\n{}",
        bare.len(),
        bare.join("\n")
    );
}

#[test]
fn no_graph_shows_a_value_of_a_secret() {
    let folder = Folder::new(&[]);
    let mut planted_files = Vec::new();
    files(&planted(), &planted(), &mut planted_files);
    let mut all = BTreeSet::new();
    for (name, bytes) in &planted_files {
        all.extend(canaries(&String::from_utf8(bytes.clone()).unwrap()));
        folder.write(name, bytes);
    }
    for format in ["text", "dot", "mermaid", "json", "html"] {
        for more in [&[][..], &["--no-skip"]] {
            let answer = folder.run(&[&["graph", "--format", format], more].concat());
            assert!(answer.stdout.len() > 500, "{answer}");
            assert_eq!(leak(&answer.stdout, &all), None, "{format}");
            assert_eq!(leak(&answer.stderr, &all), None, "{format}");
        }
    }
}

/// Where a value of a Secret can become something that messages are about: an alias brings it there, or a space is
/// missing behind a colon.
#[test]
fn no_message_tells_a_value_that_stands_elsewhere() {
    const SECRET: &str = "apiVersion: v1\nkind: Secret\n";
    let value = "data: {a: &a Sesame-4711!}\n";
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: s}\n  \
                stringData: {a: &a Sesame-4711!}\n- ";
    let ingress = "apiVersion: networking.k8s.io/v1\n  kind: Ingress\n  metadata: {name: web}\n  spec:\n    ";
    let backend = "backend: {service: {name: a, port: {number: 80}}}";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - {name: a, image: b, env: \
               [{name: P, valueFrom: {secretKeyRef: {name: db, key: pass}}}]}\n";
    let mut files = Vec::new();
    for metadata in [
        "{name: *a}",
        "{name: b, namespace: *a}",
        "{name: b, labels: {a: *a}}",
        "{name: b, labels: {*a : b}}",
        "{name: b, annotations: {*a : b}}",
        "{name: b, finalizers: [*a]}",
        "{name: b, *a : c}",
        "{name: b, generation: *a}",
        "{name: b, ownerReferences: [{apiVersion: *a, kind: *a, name: *a, uid: *a, *a : 1}]}",
    ] {
        files.push(format!("{SECRET}{value}metadata: {metadata}\n"));
    }
    // The anchor is a whole mapping: what is found lies among its values, or at their keys.
    let list_of = |key: &str| format!("{key}: [Sesame-4711_, Sesame-4711!]");
    for (values, metadata) in [
        ("name: Sesame-4711_", "*m"),
        ("name: Sesame-4711_", "{<<: *m}"),
        ("name: Sesame-4711_", "{name: b, labels: {<<: *m}}"),
        ("name: Sesame-4711_", "{name: b, labels: *m}"),
        ("name: Sesame 4711_", "{name: b, labels: *m}"),
        ("name: |\n    Sesame-4711_", "*m"),
        ("name: >-\n    SESAME_4711", "*m"),
        ("namespace: Sesame-4711_", "{name: b, <<: *m}"),
        ("generateName: Sesame_4711_", "*m"),
        (
            "name: a\n  namespace: Sesame-4711_\n  generation: -4711\n  uid: Sesame_4711",
            "*m",
        ),
        (&list_of("finalizers"), "{name: b, <<: *m}"),
        (
            "note: Sesame-4711",
            "{name: b, annotations: {<<: *m, 'a note': b}}",
        ),
        ("kind: Sesame_4711", "{name: b, ownerReferences: [*m]}"),
    ] {
        files.push(format!(
            "{SECRET}stringData: &m\n  {values}\nmetadata: {metadata}\n"
        ));
    }
    for root in ["*a : 1\n", "type: *a\n", "immutable: *a\n"] {
        files.push(format!("{SECRET}metadata: {{name: b}}\n{value}{root}"));
    }
    files.push(format!(
        "apiVersion: v1\n{value}kind: *a\nmetadata: {{name: b}}\n"
    ));
    files.push(format!(
        "kind: Secret\n{value}apiVersion: *a\nmetadata: {{name: b}}\n"
    ));
    for keys in [
        "{password:Sesame-4711, user: a}",
        "{Sesame-4711, Sesame-4711}",
        "{\"Sesame-4711!\"}",
    ] {
        for data in ["data", "stringData"] {
            files.push(format!(
                "{SECRET}metadata: {{name: db}}\n{data}: {keys}\n---\n{pod}"
            ));
        }
    }
    for spec in [
        format!("rules: [{{host: *a, http: {{paths: [{{path: *a, pathType: *a, {backend}}}]}}}}]"),
        format!("rules: [{{host: a, http: {{paths: [{{path: /, pathType: Prefix, {backend}, *a : b}}]}}}}]"),
        "tls: [{hosts: [*a], secretName: *a}]".to_string(),
        "defaultBackend: {service: {name: *a, port: {name: *a}}}".to_string(),
        "defaultBackend: {service: {name: *a, port: {number: *a}}}".to_string(),
        "ingressClassName: *a".to_string(),
    ] {
        files.push(format!("{list}{ingress}{spec}\n"));
    }
    files.push(format!(
        "{list}{}",
        pod.trim_end()
            .replace('\n', "\n  ")
            .replace("key: pass", "key: *a")
    ));
    files.push(format!(
        "{list}{}",
        pod.trim_end()
            .replace('\n', "\n  ")
            .replace("name: db", "name: *a")
    ));
    files.push(format!(
        "{list}{}",
        pod.trim_end()
            .replace('\n', "\n  ")
            .replace("image: b", "image: *a, *a : b")
    ));
    let folder = Folder::new(&[]);
    for (number, text) in files.iter().enumerate() {
        folder.write("a.yaml", text);
        let mut answers = Vec::new();
        for format in [
            "text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown",
        ] {
            let extra: &[&str] = match format {
                "json" => &["--verdicts", "--statistics"],
                "text" => &["--diff", "--unsafe-fixes"],
                _ => &["--no-skip"],
            };
            let args = [&["check", "--format", format, "a.yaml"], extra].concat();
            answers.push(folder.run(&args).to_string());
        }
        folder.run(&["check", "--write-baseline", "--baseline=b.txt", "a.yaml"]);
        answers.push(fs::read_to_string(folder.path().join("b.txt")).unwrap());
        for args in [
            &["graph", "a.yaml"][..],
            &["graph", "--format", "json", "a.yaml"],
            &["graph", "--format", "html", "a.yaml"],
            &["impact", "-A", "-f", "a.yaml"],
            &["impact", "-A", "--format", "json", "-f", "a.yaml"],
        ] {
            answers.push(folder.run(args).to_string());
        }
        assert!(
            answers[2].contains("\"diagnostics\":[\n{"),
            "{number}: {text}: {}",
            answers[2]
        );
        for answer in answers {
            // A frame repeats what is masked only as stars.
            let answer = answer.to_lowercase();
            assert!(
                !answer.contains("sesame") && !answer.contains("4711"),
                "{number}: {text}\n{answer}"
            );
        }
    }
}

/// Short values are words of messages too, yet are told nowhere; a name that a Secret's data repeat is no secret.
#[test]
fn short_values_are_not_told_and_names_are() {
    let list = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {pin: &b \
                qwx}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: c, labels: {*b : yes}}, data: {*b : 5}}\n- \
                {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: a, image: b, resources: \
                {limits: {*b : x}}}]}}\n";
    let generated = "kind: Kustomization\nsecretGenerator: [{name: db, literals: [&x \"password=qwx9\", &y \"qwx\"]}]\n\
                     configMapGenerator: [{name: *y, literals: [a=b]}]\nnamespace: *y\nnamePrefix: *y\n";
    let folder = Folder::new(&[("a.yaml", list), ("kustomization.yaml", generated)]);
    for args in [
        &["check", "a.yaml"][..],
        &["check", "--format", "json", "--verdicts"],
        &["check", "--format", "sarif"],
        &["check", "--format", "concise"],
        &["graph"],
        &["graph", "--format", "json"],
        &["impact", "-A"],
    ] {
        let answer = folder.run(args).to_string();
        assert!(!answer.contains("qwx"), "{args:?}: {answer}");
    }
    let shop = "apiVersion: v1\nkind: Secret\nmetadata: {name: &name shop, labels: {app: *name}}\nstringData: {DB_USER: \
                *name}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: Workshop}\nspec: {containers: [{name: a, image: b, \
                envFrom: [{secretRef: {name: shop}}]}]}\n";
    let folder = Folder::new(&[("a.yaml", shop)]);
    let answer = folder.run(&["check", "--complete", "--format", "concise"]);
    assert!(
        answer.stdout.contains("the name `Workshop` of this Pod") && answer.stdout.lines().count() == 1,
        "{answer}"
    );
    assert!(folder.run(&["impact", "-A"]).stdout.contains("shop"));
}

/// A definition's rules may make their messages of any value, in any spelling.
#[test]
fn no_rule_of_a_definition_makes_a_message_of_a_secret() {
    let rules = "x-kubernetes-validations: [{rule: 'false', message: told, messageExpression: \
                 \"'no ' + self.name.upperAscii()\"}, {rule: 'int(self.name) > 0'}]";
    let crd = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: \
         foos.example.com}}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {{plural: foos, kind: Foo, \
         singular: foo, listKind: FooList}}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    \
         schema: {{openAPIV3Schema: {{type: object, properties: {{spec: {{type: object, properties: {{kind: {{type: \
         string}}, apiVersion: {{type: string}}, stringData: {{type: object, properties: {{name: {{type: string, maxLength: 9}}}}, {rules}}}}}}}}}}}}}\n"
    );
    let in_place = "apiVersion: example.com/v1\nkind: Foo\nmetadata: {name: a}\n\
                    spec: {kind: Secret, stringData: {name: sesame}}\n";
    let alias = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: s}, \
                 stringData: &m {name: sesame}}\n- {apiVersion: example.com/v1, kind: Foo, metadata: {name: a}, spec: \
                 {kind: Foo, stringData: *m}}\n";
    let plain = in_place.replace("kind: Secret", "kind: Foo, apiVersion: a.b/v1");
    let folder = Folder::new(&[("crd.yaml", &crd)]);
    for (text, message) in [(in_place, "told"), (alias, "told"), (&plain, "no SESAME")] {
        folder.write("a.yaml", text);
        let answer = folder.run(&["check", "--crds", "crd.yaml", "--format", "concise", "a.yaml"]);
        let told = format!("breaks a rule of its definition: {message};");
        assert!(answer.stdout.contains(&told), "{text}\n{answer}");
        assert!(
            text == plain || !answer.stdout.to_lowercase().contains("sesame"),
            "{text}\n{answer}"
        );
    }
}

/// What kubectl keeps of an object holds the values of its environment; frames and patches show it of no file, whether
/// that can be read or not.
#[test]
fn what_was_applied_last_is_shown_of_no_file() {
    let applied = r#"{"spec":{"containers":[{"env":[{"name":"DB_PASSWORD","value":"Sesame4711"}]}]}}"#;
    let head = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  annotations:\n";
    let key = "kubectl.kubernetes.io/last-applied-configuration";
    let folder = Folder::new(&[]);
    for annotation in [
        format!("    {key}: '{applied}'\n"),
        format!("    {key}: |\n      {applied}\n"),
    ] {
        for rest in ["  template: [\n", "  template: {}\n", "\ttemplate: {}\n"] {
            folder.write(
                "a.yaml",
                format!("{head}{annotation}spec:\n  replicas: \"2\"\n{rest}"),
            );
            for args in [
                &["check", "a.yaml"][..],
                &["check", "--diff", "--unsafe-fixes", "a.yaml"],
                &["check", "--format", "json", "a.yaml"],
                &["check", "--format", "sarif", "a.yaml"],
                &["check", "--format", "markdown", "a.yaml"],
            ] {
                let answer = folder.run(args).to_string();
                assert!(answer.contains("a.yaml"), "{answer}");
                assert!(!answer.contains("Sesame"), "{args:?}: {answer}");
            }
        }
    }
}
