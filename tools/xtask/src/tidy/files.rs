//! Walking the workspace's own files.

use std::path::Path;

use crate::workspace;

/// A file: its path from the root, with `/`, and its text.
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
}

/// All files under these folders whose names end so. Folders that do not exist hold nothing.
pub(super) fn under(folders: &[&str], ending: &str) -> Result<Vec<File>, String> {
    let mut files = Vec::new();
    for folder in folders {
        walk(&workspace::path(folder), folder, ending, &mut files).map_err(|e| format!("{folder}: {e}"))?;
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Names of the folders in a folder, sorted.
pub(super) fn folders(relative: &str) -> Vec<String> {
    let entries = std::fs::read_dir(workspace::path(relative)).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn walk(folder: &Path, relative: &str, ending: &str, files: &mut Vec<File>) -> std::io::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{relative}/{name}");
        if entry.path().is_dir() {
            if name != "target" && !name.starts_with('.') {
                walk(&entry.path(), &path, ending, files)?;
            }
        } else if name.ends_with(ending) {
            // A file that another process is just replacing is looked at next time.
            files.extend(std::fs::read_to_string(entry.path()).ok().map(|text| File { path, text }));
        }
    }
    Ok(())
}
