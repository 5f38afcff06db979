//! Packs AWS's managed policies: an index, and their documents in small blocks, so that one document costs one block.

use std::path::Path;

use miniz_oxide::deflate::compress_to_vec;
use serde_json::Value;

/// Documents in a block: some 80 KB of text.
const BLOCK: usize = 32;
/// Deflate's best.
const LEVEL: u8 = 9;

fn main() {
    let source = "data/managed-policies.json";
    println!("cargo::rerun-if-changed={source}");
    let text = std::fs::read_to_string(source).expect("the policies are in the repository");
    let all: Value = serde_json::from_str(&text).expect("the policies are JSON");
    let policies = all["policies"].as_array().expect("a list of policies");
    let out = std::env::var_os("OUT_DIR").expect("cargo tells where to build");
    let mut packed = Vec::new();
    let sections = std::iter::once(index(policies)).chain(policies.chunks(BLOCK).map(documents));
    for section in sections {
        let bytes = compress_to_vec(section.as_bytes(), LEVEL);
        packed.extend_from_slice(&u32::try_from(bytes.len()).expect("a section is small").to_be_bytes());
        packed.extend_from_slice(&bytes);
    }
    std::fs::write(Path::new(&out).join("managed-policies.bin"), packed).expect("the build directory can be written");
}

/// One line a policy: name, path, version, created, updated.
fn index(policies: &[Value]) -> String {
    let fields = ["name", "path", "version", "created", "updated"];
    let line = |policy: &Value| fields.map(|field| policy[field].as_str().expect("a text").to_owned()).join("\t");
    policies.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// One line a document.
fn documents(policies: &[Value]) -> String {
    policies.iter().map(|policy| policy["document"].to_string()).collect::<Vec<_>>().join("\n")
}
