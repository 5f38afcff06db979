//! The server as a child process: started on a free port, waited for, asked to stop, or killed.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::load::Target;

/// How long a server may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two attempts to connect: a start is measured in milliseconds.
const RETRY: Duration = Duration::from_micros(200);

/// A running child. Killed when dropped, so that no run leaves one behind.
pub struct Server {
    child: Child,
    address: SocketAddr,
}

/// How the binary keeps its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// The default: synced before an answer.
    Fsync,
    /// Left to the operating system.
    Os,
    /// Not kept.
    Memory,
}

/// An address of the loopback interface that nobody listens on.
///
/// # Errors
/// There is no free port.
pub fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

impl Durability {
    fn flags(self, data: &Path) -> Vec<&OsStr> {
        let kept =
            |how| ["--durability", how, "--data"].map(OsStr::new).into_iter().chain([data.as_os_str()]).collect();
        match self {
            Self::Fsync => kept("fsync"),
            Self::Os => kept("os"),
            Self::Memory => vec![OsStr::new("--ephemeral")],
        }
    }
}

impl Server {
    /// Runs `nephele start`. What it says goes to `server.log` beside its data. Does not wait.
    ///
    /// # Errors
    /// The binary cannot be run.
    pub fn spawn(binary: &Path, data: &Path, address: SocketAddr, durability: Durability) -> io::Result<Self> {
        let log = File::options().create(true).append(true).open(log_of(data))?;
        let child = Command::new(binary)
            .args(["start", "--listen", &address.to_string()])
            .args(durability.flags(data))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        Ok(Self { child, address })
    }

    /// Runs the bare server of `program`, this one, which says on which port it listens.
    ///
    /// # Errors
    /// It cannot be run, or does not say it.
    pub fn spawn_bare(program: &Path, answers: &[u8], hash: bool) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.arg("bare").args(hash.then_some("--hash"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(answers)?;
        }
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        match line.trim().parse() {
            Ok(address) => Ok(Self { child, address }),
            Err(_) => Err(io::Error::other(format!("the bare server said {line:?}, which is no address"))),
        }
    }

    /// What to load.
    pub fn target(&self) -> Target {
        Target { address: self.address, pid: Some(self.child.id()) }
    }

    /// Sends the request until it is answered with 2xx and gives the time since `started`. Spins rather than sleeps long: a start takes milliseconds.
    ///
    /// # Errors
    /// The server ended, or did not answer in 60 s.
    pub fn first_answer(&mut self, request: &[u8], started: Instant, data: &Path) -> io::Result<Duration> {
        while started.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                return Err(io::Error::other(format!("the server ended with {status}: {}", last_words(data))));
            }
            if ask(self.address, request).is_ok_and(|status| status / 100 == 2) {
                return Ok(started.elapsed());
            }
            std::thread::sleep(RETRY);
        }
        Err(io::Error::other(format!("the server did not answer in {PATIENCE:?}: {}", last_words(data))))
    }

    /// Asks it to stop and waits until it has.
    ///
    /// # Errors
    /// It did not stop in 60 s.
    pub fn terminate(mut self) -> io::Result<Duration> {
        let started = Instant::now();
        if let Some(pid) = Pid::from_raw(self.child.id().cast_signed()) {
            kill_process(pid, Signal::TERM)?;
        }
        while started.elapsed() < PATIENCE {
            if self.child.try_wait()?.is_some() {
                return Ok(started.elapsed());
            }
            std::thread::sleep(RETRY);
        }
        Err(io::Error::other("the server does not stop"))
    }

    /// Ends it as a power cut would end it, as far as a process can tell.
    ///
    /// # Errors
    /// It is gone already.
    pub fn kill(mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(|_| ())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One request on a connection of its own; the status of the answer.
fn ask(address: SocketAddr, request: &[u8]) -> io::Result<u16> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.write_all(request)?;
    let mut start = [0; 12];
    stream.read_exact(&mut start)?;
    let digits = std::str::from_utf8(&start[9..]).map_err(io::Error::other)?;
    digits.parse().map_err(io::Error::other)
}

fn log_of(data: &Path) -> std::path::PathBuf {
    data.with_extension("log")
}

fn last_words(data: &Path) -> String {
    let text = std::fs::read_to_string(log_of(data)).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
