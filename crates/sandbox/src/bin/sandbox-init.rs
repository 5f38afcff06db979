//! The two small processes of a sandbox, alone: what tests start in place of the whole binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    let part = std::env::args().nth(1).unwrap_or_default();
    sandbox::inside(&part)
}
