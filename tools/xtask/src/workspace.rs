//! Where the workspace's folders are.

use std::path::PathBuf;

use crate::Outcome;

/// A path from the workspace's root.
pub(crate) fn path(relative: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(relative)
}

/// The text of a file of the workspace.
pub(crate) fn read(relative: &str) -> Result<String, String> {
    let path = path(relative);
    std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))
}

/// Writes a file that a chore makes, or with `check` says that it differs.
pub(crate) fn settle(relative: &str, text: &str, check: bool, chore: &str) -> Outcome {
    if read(relative).is_ok_and(|old| old == text) {
        return Ok(());
    }
    if check {
        return Err(format!("{relative} is not what `cargo xtask {chore}` writes"));
    }
    std::fs::write(path(relative), text).map_err(|e| format!("{relative}: {e}"))
}
