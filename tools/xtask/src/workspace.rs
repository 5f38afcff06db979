//! Where the workspace's folders are.

use std::path::PathBuf;

/// A path from the workspace's root.
pub(crate) fn path(relative: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(relative)
}

/// The text of a file of the workspace.
pub(crate) fn read(relative: &str) -> Result<String, String> {
    let path = path(relative);
    std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))
}
