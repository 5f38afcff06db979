//! Packages of registries that hold facts: fetched once with the registry's own client, unpacked under `target/`.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::workspace;

/// A published version of a package, written `REGISTRY NAME VERSION`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    registry: Registry,
    name: String,
    version: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Registry {
    Npm,
    Pypi,
}

impl Package {
    /// Reads `npm NAME VERSION` or `pypi NAME VERSION`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (registry, name, version) = match words.as_slice() {
            ["npm", name, version] => (Registry::Npm, name, version),
            ["pypi", name, version] => (Registry::Pypi, name, version),
            _ => return Err(format!("{text:?} is no registry, package and version")),
        };
        Ok(Self { registry, name: (*name).to_owned(), version: (*version).to_owned() })
    }

    /// The same package in another version.
    pub(crate) fn at(self, version: &str) -> Self {
        Self { version: version.to_owned(), ..self }
    }

    /// One of its files, as JSON. The path starts at what the package unpacks to.
    pub(crate) fn json(&self, path: &str) -> Result<Value, String> {
        serde_json::from_str(&self.text(path)?).map_err(|e| format!("{path}: {e}"))
    }

    /// The text of one of its files.
    pub(crate) fn text(&self, path: &str) -> Result<String, String> {
        let file = self.fetch()?.join(path);
        std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))
    }

    /// Whether it was fetched before, so that using it needs no network.
    #[cfg(test)]
    pub(crate) fn is_here(&self) -> bool {
        self.folder().join("complete").exists()
    }

    /// The folder with its files.
    fn fetch(&self) -> Result<PathBuf, String> {
        let folder = self.folder();
        if !folder.join("complete").exists() {
            std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
            match self.registry {
                Registry::Npm => self.fetch_npm(&folder)?,
                Registry::Pypi => self.fetch_pypi(&folder)?,
            }
            std::fs::write(folder.join("complete"), "").map_err(|e| e.to_string())?;
        }
        Ok(folder)
    }

    fn folder(&self) -> PathBuf {
        workspace::path(&format!("target/packages/{}", self.to_string().replace(['@', '/', ' '], "_")))
    }

    fn fetch_npm(&self, folder: &Path) -> Result<(), String> {
        let wanted = format!("{}@{}", self.name, self.version);
        let archive = run(Command::new("npm").args(["pack", "--silent", &wanted]).current_dir(folder))?;
        run(Command::new("tar").args(["-xzf", archive.trim()]).current_dir(folder))?;
        Ok(())
    }

    fn fetch_pypi(&self, folder: &Path) -> Result<(), String> {
        let wanted = format!("{}=={}", self.name, self.version);
        let download = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", &wanted];
        run(Command::new("python3").args(download).current_dir(folder))?;
        let unpack = "import glob, zipfile; [zipfile.ZipFile(wheel).extractall() for wheel in glob.glob('*.whl')]";
        run(Command::new("python3").args(["-c", unpack]).current_dir(folder))?;
        Ok(())
    }
}

impl std::fmt::Display for Package {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let registry = match self.registry {
            Registry::Npm => "npm",
            Registry::Pypi => "pypi",
        };
        write!(f, "{registry} {} {}", self.name, self.version)
    }
}

/// What the command prints.
fn run(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|e| format!("{program}: {e}"))?;
    if !output.status.success() {
        return Err(format!("{program}: {}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::Package;

    #[test]
    fn a_package_is_written_as_it_is_read() {
        for text in ["npm @scope/name 1.2.3", "pypi name 0.1"] {
            assert_eq!(Package::parse(text).unwrap().to_string(), text);
        }
        assert!(["npm name", "cargo name 1", ""].iter().all(|text| Package::parse(text).is_err()));
    }
}
