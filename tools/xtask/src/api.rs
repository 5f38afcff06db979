//! `xtask api show`: what the build generates for a service, in readable layout.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::{Outcome, workspace};

/// Prints the code of a service as its crate has it, or of one of its operations with all that it needs.
pub(crate) fn show(service: &str, operation: Option<&str>) -> Outcome {
    let model = codegen::load(&workspace::path("models"), service, |_| ())?;
    let listed = workspace::read(&format!("apis/{service}/operations.txt")).unwrap_or_default();
    let operations: Vec<&str> = match operation {
        Some(one) => vec![one],
        None if listed.is_empty() => return Err(format!("apis/{service} lists no operations; name one of the model")),
        None => listed.lines().collect(),
    };
    print!("{}", formatted(&codegen::generate(&model, &operations)?)?);
    Ok(())
}

/// The text as rustfmt lays it out.
fn formatted(text: &str) -> Result<String, String> {
    let config = workspace::path("rustfmt.toml");
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(config)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("rustfmt: {e}"))?;
    // rustfmt reads all of its input before it writes, so one after the other cannot block.
    let mut input = rustfmt.stdin.take().ok_or("rustfmt took no input")?;
    input.write_all(text.as_bytes()).map_err(|e| e.to_string())?;
    drop(input);
    let output = rustfmt.wait_with_output().map_err(|e| e.to_string())?;
    String::from_utf8(output.stdout).map_err(|e| e.to_string())
}
