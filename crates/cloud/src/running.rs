//! Who has a data directory open: a note for people and for the message of a second start. The store's lock is what
//! keeps two processes apart; this file only names the other one.

use std::io;

use serde::{Deserialize, Serialize};

use crate::data_dir::{DataDir, write_private};

/// The process that has a data directory open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// Its process id.
    pub pid: u32,
    /// Where it listens, as in `http://127.0.0.1:4566`.
    pub endpoint: String,
}

impl Running {
    /// Leaves the note.
    pub fn write(&self, dir: &DataDir) -> io::Result<()> {
        write_private(&dir.running(), &serde_json::to_vec(self)?)
    }

    /// The note, when there is one that can be read. After a kill it names a process that is gone.
    pub fn read(dir: &DataDir) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(dir.running()).ok()?).ok()
    }

    /// Takes the note away.
    pub fn remove(dir: &DataDir) {
        // Nothing depends on it: the next start overwrites it.
        let _ = std::fs::remove_file(dir.running());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_as_written_and_forgiven_when_broken() {
        let temporary = tempfile::tempdir().unwrap();
        let dir = DataDir::at(temporary.path());
        assert_eq!(Running::read(&dir), None);
        let running = Running { pid: 7, endpoint: "http://127.0.0.1:1".to_owned() };
        running.write(&dir).unwrap();
        assert_eq!(Running::read(&dir), Some(running));
        std::fs::write(dir.running(), "{").unwrap();
        assert_eq!(Running::read(&dir), None);
    }
}
