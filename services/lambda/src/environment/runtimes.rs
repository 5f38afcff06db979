//! Interpreters of this host, and what is started for each runtime. An interpreter of the very version is taken where it
//! is there, of the same language otherwise: a function in Python 3.13 runs on a host that has 3.11 only.

use std::fs;
use std::path::{Path, PathBuf};

use sandbox::{Bind, Surroundings};

use super::EnvironmentSpec;

/// Where things are as the processes inside see them.
#[derive(Debug, Clone)]
pub(super) struct Rooms {
    /// `/var/task`.
    pub(super) task: PathBuf,
    /// `/opt`.
    pub(super) opt: PathBuf,
    /// `/var/runtime`.
    pub(super) runtime: PathBuf,
}

/// What is started for a runtime.
#[derive(Debug, Clone)]
pub(super) struct Launch {
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    /// Parts of the host that the interpreter needs besides the usual ones.
    pub(super) binds: Vec<Bind>,
    /// `python:3.11`: what really runs.
    pub(super) version: String,
}

/// Where this host keeps programs.
#[derive(Debug, Clone)]
pub(super) struct Programs {
    places: Vec<PathBuf>,
    /// Where packages for runtimes are installed: a directory a Python version, `nodejs`.
    packages: PathBuf,
    machine: &'static str,
}

const PYTHON: &str = include_str!("bootstrap.py");
const NODE: &str = include_str!("bootstrap.mjs");

impl Programs {
    /// On this host.
    pub(super) fn of(surroundings: &Surroundings) -> Self {
        Self {
            places: surroundings.places.clone(),
            packages: surroundings.caches.join("nephele/runtimes"),
            machine: surroundings.architecture,
        }
    }

    /// What is started, or what this host lacks, for the caller to read.
    pub(super) fn find(&self, spec: &EnvironmentSpec, rooms: &Rooms) -> Result<Launch, String> {
        let name = spec.runtime.as_str();
        if let Some(version) = name.strip_prefix("python") {
            return self.python(version, &spec.handler, rooms).ok_or_else(|| missing(name, "Python", "python3"));
        }
        if name.starts_with("nodejs") {
            return self.node(&spec.handler, rooms).ok_or_else(|| missing(name, "Node.js", "nodejs"));
        }
        if name.starts_with("provided") && !runs(self.machine, &spec.architecture) {
            let machine = self.machine;
            return Err(format!("Code for {} cannot be run on this machine, which is {machine}.", spec.architecture));
        }
        if name.starts_with("provided") {
            return Ok(bootstrap(name, spec, rooms));
        }
        let text =
            "its runtime client is in no registry that can be reached from here. Bring your own as provided.al2023";
        Err(format!("The runtime {name} cannot be run on this machine: {text}."))
    }

    fn python(&self, version: &str, handler: &str, rooms: &Rooms) -> Option<Launch> {
        let program = self.program(&format!("python{version}")).or_else(|| self.program("python3"))?;
        // `/usr/bin/python3.11`: the real file tells the version.
        let real = program.file_name()?.to_string_lossy().trim_start_matches("python").to_owned();
        let mut binds = beside(&program);
        binds.extend(self.installed(&format!("python{real}"), &rooms.runtime.join("python")));
        let arguments = vec![rooms.runtime.join("bootstrap.py").display().to_string(), handler.to_owned()];
        Some(Launch { binds, program, arguments, version: format!("python:{real}") })
    }

    fn node(&self, handler: &str, rooms: &Rooms) -> Option<Launch> {
        let program = self.program("node")?;
        let mut binds = beside(&program);
        binds.extend(self.installed("nodejs", &rooms.runtime.join("node_modules")));
        let arguments = vec![rooms.runtime.join("bootstrap.mjs").display().to_string(), handler.to_owned()];
        Some(Launch { binds, program, arguments, version: "nodejs".to_owned() })
    }

    /// Packages that come with a runtime in AWS: the SDK and the runtime client.
    fn installed(&self, name: &str, target: &Path) -> Option<Bind> {
        let source = self.packages.join(name);
        source.is_dir().then(|| Bind { source, target: target.to_owned() })
    }

    /// The real file of a program. Shims are scripts that look for it elsewhere: not there inside.
    fn program(&self, name: &str) -> Option<PathBuf> {
        let candidates = self.places.iter().filter(|place| !place.ends_with("shims")).map(|place| place.join(name));
        candidates.filter(|path| path.is_file()).find_map(|path| path.canonicalize().ok())
    }
}

/// Compiled code is for one architecture, interpreted code for all.
fn runs(machine: &str, architecture: &str) -> bool {
    match machine {
        "aarch64" => architecture == "arm64",
        machine => architecture == machine,
    }
}

fn missing(runtime: &str, language: &str, package: &str) -> String {
    format!(
        "The runtime {runtime} cannot be run on this machine: {language} was not found. Install it: apt-get install {package}."
    )
}

/// The installation of a program outside of `/usr`: the directory above its `bin`.
fn beside(program: &Path) -> Vec<Bind> {
    let above = program.parent().and_then(Path::parent).filter(|above| *above != Path::new("/"));
    let above = above.filter(|above| !above.starts_with("/usr"));
    above.map(|above| Bind { source: above.to_owned(), target: above.to_owned() }).into_iter().collect()
}

/// The first there is; where there is none, the first place, whose want is told.
fn bootstrap(name: &str, spec: &EnvironmentSpec, rooms: &Rooms) -> Launch {
    let in_code = spec.code.join("bootstrap").exists();
    let in_layer = spec.layers.iter().any(|layer| layer.join("bootstrap").exists());
    let room = if !in_code && in_layer { &rooms.opt } else { &rooms.task };
    let version = name.replacen('.', ":", 1);
    Launch { program: room.join("bootstrap"), arguments: Vec::new(), binds: Vec::new(), version }
}

/// Writes what interprets functions into a directory, readable for all.
pub(super) fn write(directory: &Path) -> std::io::Result<()> {
    for name in ["python", "node_modules"] {
        fs::create_dir_all(directory.join(name))?;
    }
    for (name, text) in [("bootstrap.py", PYTHON), ("bootstrap.mjs", NODE)] {
        let file = directory.join(name);
        if fs::read_to_string(&file).is_ok_and(|there| there == text) {
            continue;
        }
        // Whole or not at all: another environment may start meanwhile.
        let new = directory.join(format!("{name}.{}", std::process::id()));
        fs::write(&new, text)?;
        fs::rename(&new, &file)?;
    }
    Ok(())
}
