//! Packages of npm that hold facts: fetched once with npm's own client, unpacked under `target/`.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::workspace;

/// A published version of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
}

impl Package {
    /// Reads `NAME VERSION`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (name, version) =
            text.trim().split_once(' ').ok_or_else(|| format!("{text:?} is no package and version"))?;
        Ok(Self { name: name.to_owned(), version: version.to_owned() })
    }

    /// The folder with its files.
    pub(crate) fn fetch(&self) -> Result<PathBuf, String> {
        let folder = workspace::path(&format!("target/npm/{}-{}", self.name.replace(['@', '/'], "_"), self.version));
        let files = folder.join("package");
        if files.exists() {
            return Ok(files);
        }
        std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let archive = self.pack(&folder)?;
        let unpacked = Command::new("tar").arg("-xzf").arg(folder.join(archive)).arg("-C").arg(&folder).status();
        match unpacked {
            Ok(status) if status.success() => Ok(files),
            other => Err(format!("tar: {other:?}")),
        }
    }

    /// Downloads the archive and gives its name.
    fn pack(&self, folder: &PathBuf) -> Result<String, String> {
        let output = Command::new("npm")
            .args(["pack", "--silent", "--pack-destination"])
            .arg(folder)
            .arg(format!("{}@{}", self.name, self.version))
            .output()
            .map_err(|e| format!("npm: {e}"))?;
        if !output.status.success() {
            return Err(format!("npm pack {self}: {}", String::from_utf8_lossy(&output.stderr)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// One of its files, as JSON.
    pub(crate) fn json(&self, path: &str) -> Result<Value, String> {
        let file = self.fetch()?.join(path);
        let text = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        serde_json::from_str(&text).map_err(|e| format!("{}: {e}", file.display()))
    }
}

impl std::fmt::Display for Package {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}
