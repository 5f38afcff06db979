//! The text generated for STS is kept, so that a change of the generator shows what it changes.
//! `BLESS=1 cargo test -p codegen` writes it anew.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::models::{load, root};

#[test]
fn text_of_sts_is_as_kept() {
    let model = load("sts");
    let operations: Vec<&str> = model.operations.keys().map(String::as_str).collect();
    let text = formatted(&codegen::generate(&model, &operations).unwrap());
    let path = root().join("crates/codegen/tests/golden/sts.rs.txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap();
    let difference = kept.lines().zip(text.lines()).enumerate().find(|(_, (old, new))| old != new);
    assert_eq!(difference, None, "the text differs; BLESS=1 keeps the new one");
    assert_eq!(kept.len(), text.len());
}

/// rustfmt reads all of its input before it writes.
fn formatted(text: &str) -> String {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "max_width=120"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    rustfmt.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    String::from_utf8(rustfmt.wait_with_output().unwrap().stdout).unwrap()
}
