//! Programs that services run as engines or to execute users' code. None is needed to start; each is found or named with
//! the one command that installs it on Debian and Ubuntu.

use std::path::{Path, PathBuf};

use super::{Finding, State};

/// A program, what runs on it, and the package that brings it.
struct Engine {
    /// Names it goes by, the first that is found counts.
    programs: &'static [&'static str],
    purpose: &'static str,
    package: &'static str,
}

const ENGINES: [Engine; 8] = [
    Engine { programs: &["git"], purpose: "repositories", package: "git" },
    Engine { programs: &["java"], purpose: "Lambda functions in Java", package: "default-jre-headless" },
    Engine { programs: &["mariadbd", "mysqld"], purpose: "RDS and Aurora MySQL", package: "mariadb-server" },
    Engine { programs: &["memcached"], purpose: "ElastiCache for Memcached", package: "memcached" },
    Engine { programs: &["node"], purpose: "Lambda functions in JavaScript", package: "nodejs" },
    Engine { programs: &["postgres"], purpose: "RDS, Aurora PostgreSQL and Redshift", package: "postgresql" },
    Engine { programs: &["python3"], purpose: "Lambda functions in Python", package: "python3" },
    Engine {
        programs: &["valkey-server", "redis-server"],
        purpose: "ElastiCache and MemoryDB",
        package: "redis-server",
    },
];

/// Looks for each in `path`, and where Debian keeps servers outside of it.
pub(super) fn find(path: &str) -> Vec<Finding> {
    let mut places: Vec<PathBuf> = std::env::split_paths(path).collect();
    places.extend(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    places.extend(versions(Path::new("/usr/lib/postgresql")));
    ENGINES.iter().map(|engine| look(engine, &places)).collect()
}

fn look(engine: &Engine, places: &[PathBuf]) -> Finding {
    let candidates = engine.programs.iter().flat_map(|program| places.iter().map(move |place| place.join(program)));
    match candidates.into_iter().find(|path| path.is_file()) {
        Some(path) => Finding::good(engine.programs[0], format!("{}: {}", engine.purpose, path.display())),
        None => Finding {
            name: engine.programs[0].to_owned(),
            state: State::Missing,
            detail: engine.purpose.to_owned(),
            fix: Some(format!("apt-get install {}", engine.package)),
        },
    }
}

/// `/usr/lib/postgresql/17/bin`, the newest version first.
fn versions(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_by_any_of_its_names_and_names_the_package_otherwise() {
        let temporary = tempfile::tempdir().unwrap();
        std::fs::write(temporary.path().join("redis-server"), "").unwrap();
        let valkey = ENGINES.iter().find(|engine| engine.programs[0] == "valkey-server").unwrap();
        let places = [temporary.path().to_path_buf()];
        assert_eq!(look(valkey, &places).state, State::Good);
        let missing = look(&ENGINES[0], &places);
        assert_eq!((missing.state, missing.fix.as_deref()), (State::Missing, Some("apt-get install git")));
    }

    #[test]
    fn newest_version_first() {
        let temporary = tempfile::tempdir().unwrap();
        for name in ["9", "17", "common"] {
            std::fs::create_dir(temporary.path().join(name)).unwrap();
        }
        let found = versions(temporary.path());
        assert_eq!(found, [temporary.path().join("17/bin"), temporary.path().join("9/bin")]);
        assert!(versions(Path::new("/nowhere")).is_empty());
    }
}
