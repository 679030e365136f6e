//! Any bytes end in a tree that holds together, never in a panic.
#![no_main]

#[path = "../../tests/yaml_support/mod.rs"]
#[allow(dead_code)]
mod yaml_support;

libfuzzer_sys::fuzz_target!(|data: &[u8]| yaml_support::reads_without_panic(data));
