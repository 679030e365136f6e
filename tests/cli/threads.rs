//! The output is the same, byte for byte, for any number of threads.

use super::{BAD, Folder, GOOD, SLIP};

#[test]
fn output_does_not_depend_on_threads() {
    let folder = Folder::new(&[]);
    for i in 0..300 {
        let text = [BAD, GOOD, SLIP, "kind: [\n", "a: 1\n"][i % 5];
        folder.write(&format!("{}/{i}.yaml", i % 7), format!("{text}---\n{SLIP}"));
    }
    for format in [&["text"][..], &["concise"], &["json", "--verdicts"]] {
        let outputs: Vec<String> = ["1", "2", "3", "8", "64"]
            .iter()
            .map(|threads| {
                let args = [&["check", "--threads", threads, "--format"], format].concat();
                folder.run(&args).to_string()
            })
            .collect();
        assert!(outputs[0].contains("host-is-ip"), "{}", outputs[0]);
        assert!(outputs.iter().all(|output| *output == outputs[0]), "{format:?}");
    }
}
