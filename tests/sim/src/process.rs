//! The real binary: started on a free port and a data directory, killed without warning, started again.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use runtime::Random;
use serde_json::json;

use crate::wire::Connection;

/// A `nephele` on a directory of its own.
pub struct Process {
    binary: PathBuf,
    data: PathBuf,
    port: u16,
    child: Child,
    environment: Vec<(String, String)>,
}

impl Process {
    /// Starts the binary on `data`, with these variables besides the usual ones, and returns once it answers.
    ///
    /// # Errors
    /// When it does not start, or ends before it is ready.
    pub fn start(binary: &Path, data: &Path, environment: Vec<(String, String)>) -> io::Result<Self> {
        let port = free_port();
        let child = spawn(binary, data, port, &environment)?;
        Ok(Self { binary: binary.to_owned(), data: data.to_owned(), port, child, environment })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends it between two instructions, as a crash does.
    ///
    /// # Errors
    /// When it has ended by itself: that is a crash nobody asked for.
    pub fn kill(&mut self) -> io::Result<()> {
        if let Some(status) = self.child.try_wait()? {
            return Err(io::Error::other(format!("ended by itself with {status}")));
        }
        self.child.kill()?;
        self.child.wait().map(drop)
    }

    /// Starts it again after a kill, on the same port, with the data directory where it is or elsewhere.
    ///
    /// # Errors
    /// As `start`.
    pub fn start_again(&mut self, data: &Path) -> io::Result<()> {
        self.data = data.to_owned();
        self.child = spawn(&self.binary, &self.data, self.port, &self.environment)?;
        Ok(())
    }

    /// Moves its clock on.
    ///
    /// # Errors
    /// When it does not answer, or refuses.
    pub fn advance(&self, seconds: u64) -> io::Result<()> {
        let change = json!({ "advance": format!("{seconds}s") });
        Connection::open(self.port)?.own("POST", "/_nephele/clock", &change).map(drop)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be dead already, and nobody is left to be told.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Below the ports that outgoing connections take: one of those would have it before the next start.
fn free_port() -> u16 {
    let random = Random::from_os();
    loop {
        let port = 10_000 + random.below(20_000) as u16;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

fn spawn(binary: &Path, data: &Path, port: u16, environment: &[(String, String)]) -> io::Result<Child> {
    let log = File::options().create(true).append(true).open(data.with_extension("log"))?;
    let mut command = Command::new(binary);
    command.arg("start").arg("--listen").arg(format!("127.0.0.1:{port}")).arg("--data").arg(data);
    command.envs(environment.iter().map(|(k, v)| (k, v))).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
    let mut child = command.spawn()?;
    let stdout = child.stdout.take().expect("it is piped");
    for line in BufReader::new(stdout).lines() {
        if line? == "Ready." {
            return Ok(child);
        }
    }
    Err(io::Error::other(format!("ended before it was ready, with {}", child.wait()?)))
}
