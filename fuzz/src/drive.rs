//! The fuzz targets' checks with a mutator of their own, where libFuzzer cannot be had.
//!
//! `drive SECONDS SEED…`: mutates the seed files (directories are walked) for that long; an input that
//! fails a check is written to `crash-….yaml` in the working directory.

#[path = "../../tests/yaml_support/mod.rs"]
mod yaml_support;

use std::panic;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Larger seeds only slow the search down.
const SEED_SIZE: u64 = 6_000;

/// Pieces that YAML gives a meaning to.
const PIECES: &[&str] = &[
    ":", ": ", " :", ":\n", "- ", "-", "-\n", "? ", "?", "#", " # c\n", "#c", "'", "\"", "''", "\\", "\\\n",
    "\\x41", "\\u00e9", "\\/", "[", "]", "{", "}", ",", ", ", "[]", "{}", "[a, b]", "{a: b}", "{a: }", "&a ",
    "*a", "&a", "!!str ", "! ", "!x ", "|", ">", "|-\n", "|+\n", ">2\n", "|\n", "\n", "\n\n", "\n  ", "\n    ",
    "\r\n", "\r", "\t", " ", "  ", "   \n", "---\n", "---", "--- x\n", "...\n", "%YAML 1.1\n", "<<", "<<: *a\n",
    "~", "null", ".inf", "-.inf", "0x1f", "é", "\u{a0}", "\u{85}", "\u{2028}", "\u{feff}", "\u{0}", "\u{7f}",
    "@", "`", "%", "a: 1\n", "  b: 2\n", "- c\n", "key: |\n  text\n", "k: \"v\"\n", "k: 'v\n  w'\n", "a b: c\n",
];

fn main() {
    let mut args = std::env::args().skip(1);
    let seconds = args.next().and_then(|text| text.parse().ok()).unwrap_or(60);
    let mut seeds = Vec::new();
    for path in args {
        collect(Path::new(&path), &mut seeds);
    }
    assert!(!seeds.is_empty(), "usage: drive SECONDS SEED...");
    println!("{} seeds, {seconds} s", seeds.len());

    let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ u64::from(std::process::id()));
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut runs, mut crashes) = (0u64, 0u32);
    panic::set_hook(Box::new(|_| {}));
    while Instant::now() < end && crashes < 20 {
        for _ in 0..200 {
            let input = mutate(&seeds, &mut random);
            runs += 1;
            let checked = panic::catch_unwind(|| {
                yaml_support::fast_equals_complete(&input);
                yaml_support::reads_without_panic(&input);
            });
            if let Err(payload) = checked {
                crashes += 1;
                let reason = payload
                    .downcast_ref::<String>()
                    .cloned()
                    .or_else(|| payload.downcast_ref::<&str>().map(|&text| text.to_owned()))
                    .unwrap_or_default();
                let name = format!("crash-{}-{crashes}.yaml", std::process::id());
                println!("{name}: {}", reason.lines().next().unwrap_or(""));
                if let Err(error) = std::fs::write(&name, &input) {
                    println!("{error}");
                }
            }
        }
    }
    println!("{runs} inputs, {crashes} failures");
    std::process::exit(i32::from(crashes > 0));
}

fn collect(path: &Path, seeds: &mut Vec<Vec<u8>>) {
    if path.is_dir() {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            collect(&path, seeds);
        }
    } else if path.metadata().is_ok_and(|metadata| metadata.len() <= SEED_SIZE) {
        seeds.extend(std::fs::read(path));
    }
}

fn mutate(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut input = seeds[random.below(seeds.len())].clone();
    if random.below(4) == 0 {
        // A short input reaches odd corners sooner.
        let start = random.below(input.len() + 1);
        input = input[start..(start + random.below(200)).min(input.len())].to_vec();
    }
    for _ in 0..1 + random.below(4) {
        let at = random.below(input.len() + 1);
        match random.below(8) {
            0..=3 => {
                let piece = PIECES[random.below(PIECES.len())];
                input.splice(at..at, piece.bytes());
            }
            4 => {
                let end = (at + 1 + random.below(8)).min(input.len());
                input.drain(at..end);
            }
            5 => {
                // A piece of another seed.
                let other = &seeds[random.below(seeds.len())];
                let start = random.below(other.len() + 1);
                let end = (start + random.below(60)).min(other.len());
                input.splice(at..at, other[start..end].iter().copied());
            }
            6 => {
                // Indent or dedent one line.
                let line = input[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |found| found + 1);
                if random.below(2) == 0 {
                    input.insert(line, b' ');
                } else if input.get(line) == Some(&b' ') {
                    input.remove(line);
                }
            }
            _ => {
                if let Some(byte) = input.get_mut(at) {
                    *byte = random.below(256) as u8;
                }
            }
        }
    }
    input
}

/// xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let value = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D);
        (value % limit.max(1) as u64) as usize
    }
}
