//! The least that any checker must do: find the files, read them, see that they are UTF-8. One thread.
//!
//! `kubeproof check` may take four times its CPU time; CI, where machines are noisy, fails over five. To compare:
//!
//! ```sh
//! cargo bench --bench floor --no-run    # prints the path of the program
//! time target/release/deps/floor-… FOLDER
//! time target/release/kubeproof check --isolated --format json FOLDER > /dev/null
//! ```

use std::fs::File;
use std::io::Read as _;

use walkdir::WalkDir;

fn main() {
    // cargo passes `--bench` when it runs this itself.
    let Some(root) = std::env::args_os().skip(1).find(|arg| arg != "--bench") else {
        println!("usage: cargo bench --bench floor -- FOLDER");
        return;
    };
    let mut buffer = Vec::new();
    let (mut files, mut bytes, mut invalid) = (0, 0, 0);
    for entry in WalkDir::new(root).into_iter().flatten() {
        let name = entry.file_name().as_encoded_bytes();
        let wanted = [&b".yaml"[..], b".yml", b".json"]
            .iter()
            .any(|extension| name.ends_with(extension));
        if !wanted || !entry.file_type().is_file() {
            continue;
        }
        buffer.clear();
        let read = File::open(entry.path()).and_then(|mut file| file.read_to_end(&mut buffer));
        if read.is_err() {
            continue;
        }
        files += 1;
        bytes += buffer.len();
        invalid += usize::from(std::str::from_utf8(&buffer).is_err());
    }
    println!("{files} files, {bytes} bytes, {invalid} not UTF-8");
}
