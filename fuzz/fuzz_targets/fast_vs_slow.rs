//! Both readers build the same tree, or the fast one leaves the document alone.
#![no_main]

#[path = "../../tests/yaml_support/mod.rs"]
#[allow(dead_code)]
mod yaml_support;

libfuzzer_sys::fuzz_target!(|data: &[u8]| yaml_support::fast_equals_complete(data));
