//! `xtask api show`: what the build generates for a service, in readable layout.

use crate::Outcome;

/// Prints the code of a service, or of one of its operations and what it needs.
pub fn show(_service: &str, _operation: Option<&str>) -> Outcome {
    Err("later".into())
}
