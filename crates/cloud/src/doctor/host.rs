//! What the cloud itself needs: files, a clock, a port, a disk that keeps what it is told.

use std::fs::File;
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::process::{Resource, getrlimit};

use super::Finding;
use crate::config::Settings;

/// Connections and sorted files together stay below this.
const ENOUGH_FILES: u64 = 4_096;

/// Below this much free space the store stops being comfortable.
const ENOUGH_SPACE: u64 = 1 << 30;

/// 2026-01-01: no host of this program has an earlier time.
const EARLIEST: u64 = 1_767_225_600;

/// Syncs measured.
const SYNCS: usize = 25;

pub(super) fn open_files() -> Finding {
    match getrlimit(Resource::Nofile).current {
        Some(limit) if limit < ENOUGH_FILES => {
            Finding::bad("open files", format!("at most {limit} open files"), format!("ulimit -n {ENOUGH_FILES}"))
        }
        Some(limit) => Finding::good("open files", format!("at most {limit}")),
        None => Finding::good("open files", "no limit"),
    }
}

pub(super) fn wall_clock() -> Finding {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let now = names::Timestamp::from_secs(i64::try_from(seconds).unwrap_or(0)).iso8601();
    if seconds < EARLIEST {
        return Finding::bad("clock", format!("the host says it is {now}"), "set the host's time");
    }
    Finding::good("clock", now)
}

pub(super) fn port(settings: &Settings) -> Finding {
    match TcpListener::bind(settings.listen) {
        Ok(_) => Finding::good("port", format!("{} is free", settings.listen)),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Finding::good(
            "port",
            format!("{} is in use: see nephele status, or choose another with --listen", settings.listen),
        ),
        Err(error) => Finding::bad("port", format!("{}: {error}", settings.listen), "choose another with --listen"),
    }
}

pub(super) fn disk(settings: &Settings) -> Vec<Finding> {
    let place = existing(&settings.data);
    vec![space(&place), sync_latency(&place)]
}

/// The data directory, or the nearest directory above it that is there.
fn existing(path: &Path) -> PathBuf {
    let found = path.ancestors().find(|ancestor| ancestor.is_dir());
    found.map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

fn space(place: &Path) -> Finding {
    let name = "disk space";
    match rustix::fs::statvfs(place) {
        Ok(stat) => {
            let free = stat.f_bavail * stat.f_frsize;
            let detail = format!("{:.1} GB free at {}", free as f64 / 1e9, place.display());
            if free < ENOUGH_SPACE {
                Finding::bad(name, detail, "free some, or choose another with --data")
            } else {
                Finding::good(name, detail)
            }
        }
        Err(error) => Finding::bad(name, format!("{}: {error}", place.display()), "choose another with --data"),
    }
}

fn sync_latency(place: &Path) -> Finding {
    let name = "disk sync";
    match measure(place) {
        Ok(mut times) => {
            times.sort_unstable();
            let millis = |time: Duration| time.as_secs_f64() * 1e3;
            let (median, slowest) = (millis(times[times.len() / 2]), millis(times[times.len() - 1]));
            Finding::good(name, format!("{median:.2} ms, at worst {slowest:.2} ms: what one durable write waits for"))
        }
        Err(error) => {
            Finding::bad(name, format!("{}: {error}", place.display()), "choose a writable directory with --data")
        }
    }
}

fn measure(place: &Path) -> io::Result<Vec<Duration>> {
    let path = place.join(format!(".nephele-doctor-{}", std::process::id()));
    let measured = File::create(&path).and_then(|file| write_and_sync(&file));
    std::fs::remove_file(&path)?;
    measured
}

fn write_and_sync(mut file: &File) -> io::Result<Vec<Duration>> {
    let page = [0u8; 4_096];
    let once = |_| {
        let started = Instant::now();
        file.write_all(&page)?;
        file.sync_data()?;
        Ok(started.elapsed())
    };
    (0..SYNCS).map(once).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Home;
    use crate::doctor::State;

    #[test]
    fn a_directory_that_is_not_there_yet_is_judged_by_the_one_above() {
        let temporary = tempfile::tempdir().unwrap();
        let mut settings = Settings::defaults(&Home::default());
        settings.data = temporary.path().join("not/yet");
        let findings = disk(&settings);
        assert!(
            findings.iter().any(|finding| finding.name == "disk sync" && finding.state == State::Good),
            "{findings:?}"
        );
        assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0, "nothing is left behind");
    }

    #[test]
    fn a_taken_port_is_no_illness() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut settings = Settings::defaults(&Home::default());
        settings.listen = taken.local_addr().unwrap();
        let finding = port(&settings);
        assert!(finding.state == State::Good && finding.detail.contains("in use"), "{finding:?}");
    }
}
