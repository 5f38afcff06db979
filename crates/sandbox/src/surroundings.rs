//! Where this process finds itself: the only place that asks, so that those who start functions are handed it.

use std::path::PathBuf;

/// What a process knows of its host.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The file of this program, where the host tells it.
    pub program: Option<PathBuf>,
    /// Directories of programs, in the order in which they are looked through.
    pub places: Vec<PathBuf>,
    /// Where caches of this user are.
    pub caches: PathBuf,
    /// `x86_64`, `aarch64`, …
    pub architecture: &'static str,
}

impl Surroundings {
    /// Those of this process: its search path, then where version managers put interpreters.
    pub fn of_process() -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
        places.extend(["/usr/local/bin", "/usr/bin", "/bin"].map(PathBuf::from));
        for versions in [home.join(".pyenv/versions"), home.join(".nvm/versions/node")] {
            let found = std::fs::read_dir(versions).into_iter().flatten().flatten();
            places.extend(found.map(|entry| entry.path().join("bin")));
        }
        let caches = std::env::var_os("XDG_CACHE_HOME").map_or_else(|| home.join(".cache"), PathBuf::from);
        Self { program: std::env::current_exe().ok(), places, caches, architecture: std::env::consts::ARCH }
    }
}
