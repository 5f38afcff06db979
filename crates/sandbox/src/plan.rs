//! What a sandbox is made of, and the messages between it and its owner.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How far apart a sandbox is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// Processes with resource limits, nothing else: the guest sees the files, processes and network of the host as far as
    /// its user may.
    Processes,
    /// Namespaces of an unprivileged user: a root, processes and network of its own.
    UserNamespaces,
    /// Namespaces made by root, and a user without rights inside.
    Namespaces,
}

impl Level {
    /// In words, as a person is told.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Processes => "plain processes: nothing but resource limits keeps functions from this machine",
            Self::UserNamespaces => "user namespaces: files, processes and network of their own",
            Self::Namespaces => "namespaces: files, processes, network and a user of their own",
        }
    }
}

/// Which network a guest has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Network {
    /// A loopback of its own, on which nothing answers but the listeners of the plan.
    Own,
    /// The host's. The listeners of the plan take free ports there.
    Host,
}

/// A path of the host, read-only at `target` inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bind {
    /// A file or directory of the host, absolute.
    pub source: PathBuf,
    /// Absolute, inside.
    pub target: PathBuf,
}

/// Directories of the host laid over each other, read-only at `target` inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlay {
    /// The topmost last.
    pub sources: Vec<PathBuf>,
    /// Absolute, inside.
    pub target: PathBuf,
}

/// Most that all processes of a sandbox may have together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of memory.
    pub memory: u64,
    /// Thousandths of a processor; none for all there are.
    pub cpu_millis: Option<u32>,
    /// Processes and threads.
    pub pids: u32,
    /// Open files of each process.
    pub files: u64,
}

/// What one sandbox is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// How far apart it is.
    pub level: Level,
    /// Its network.
    pub network: Network,
    /// Ports of its loopback that its owner answers on.
    pub listen: Vec<u16>,
    /// Read-only parts of the host, later ones inside earlier ones.
    pub binds: Vec<Bind>,
    /// Read-only directories laid over each other.
    pub overlays: Vec<Overlay>,
    /// Symbolic links: where, and to what.
    pub links: Vec<(PathBuf, PathBuf)>,
    /// Small read-only files: where, and what is in them.
    pub files: Vec<(PathBuf, String)>,
    /// Size of its `/tmp`, in bytes.
    pub tmp: u64,
    /// Its host name.
    pub host_name: String,
    /// User and group of its processes, unless the host's own user has to do.
    pub user: (u32, u32),
    /// Its limits.
    pub limits: Limits,
    /// Where the kernel counts it; filled in by the launcher.
    pub places: Places,
}

/// Files of control groups that those inside write themselves into.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    /// Init joins these.
    pub join: Vec<PathBuf>,
    /// What init starts belongs into the first, init itself into the second.
    pub guests: Option<(PathBuf, PathBuf)>,
    /// Written by the keeper before it kills: a frozen process does not die.
    pub thaw: Option<(PathBuf, String)>,
    /// Removed by the keeper in the end, in this order.
    pub remove: Vec<PathBuf>,
}

/// A process to be started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Absolute, inside.
    pub program: PathBuf,
    /// Without the program's name.
    pub arguments: Vec<String>,
    /// All of its environment.
    pub environment: Vec<(String, String)>,
    /// Where it starts.
    pub directory: PathBuf,
    /// The variable that names a second pipe's descriptor, where it has one.
    pub side_pipe: Option<String>,
}

/// What init is told.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Order {
    /// Start this; its output comes as a descriptor, and its side pipe as a second.
    Run(u32, Command),
    /// Send a signal to a process and its group.
    Signal(u32, i32),
    /// Kill every process but init.
    KillAll,
    /// Stop or go on, where no control group does it.
    Stop(bool),
}

/// What those inside tell.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Notice {
    /// The keeper listens; the sockets come along.
    Listening,
    /// Init is ready for orders.
    Ready,
    /// Something that is needed did not work.
    Failed(String),
    /// A process could not be started.
    NotStarted(u32, String),
    /// Nothing runs any more, init included.
    Ended,
    /// A process ended: its exit code, or the signal that ended it.
    Exited(u32, Option<i32>, Option<i32>),
}
