//! Starting a sandbox: its control groups, the keeper, and the word that init is ready.

use std::fmt;
use std::io;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::net::sockopt::{Timeout, set_socket_timeout};

use crate::cgroups::{Groups, Hierarchy};
use crate::handle::Sandbox;
use crate::plan::{Notice, Plan};
use crate::wire;

/// Nothing that starts is this slow; a host on which it hangs is one on which it does not work.
const PATIENCE: Duration = Duration::from_secs(10);

/// Starts sandboxes.
#[derive(Debug)]
pub struct Launcher {
    program: PathBuf,
    arguments: Vec<String>,
    hierarchy: Option<Hierarchy>,
}

/// Why a sandbox was not started.
#[derive(Debug)]
pub struct StartError(String);

/// What a start leaves behind for the handle.
pub(crate) struct Started {
    pub(crate) socket: OwnedFd,
    pub(crate) keeper: Child,
    pub(crate) groups: Option<Groups>,
    pub(crate) listeners: Vec<TcpListener>,
    pub(crate) tmp: Option<OwnedFd>,
}

impl Launcher {
    /// Starts `program` with `arguments`, which must call [`crate::inside`] with the argument that follows them, and counts
    /// what runs in groups of `hierarchy`, if there is one.
    pub fn new(program: PathBuf, arguments: Vec<String>, hierarchy: Option<Hierarchy>) -> Self {
        Self { program, arguments, hierarchy }
    }

    /// Starts a sandbox. It ends when the handle is dropped, or this process ends, by whatever death.
    ///
    /// # Errors
    /// When the host does not offer what the plan asks for, in words for the log.
    pub async fn start(&self, mut plan: Plan) -> Result<Sandbox, StartError> {
        let make = |hierarchy: &Hierarchy| hierarchy.create(&plan.limits);
        let groups = self.hierarchy.as_ref().map(make).transpose()?;
        if let Some(groups) = &groups {
            plan.places = groups.places().clone();
        }
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).arg("keeper");
        let started = tokio::task::spawn_blocking(move || start(command, &plan, groups)).await;
        Ok(Sandbox::of(started.map_err(|error| StartError(error.to_string()))??)?)
    }
}

fn start(mut command: Command, plan: &Plan, groups: Option<Groups>) -> Result<Started, StartError> {
    let (socket, theirs) = wire::pair()?;
    set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE)).map_err(io::Error::from)?;
    command.env_clear().stdin(Stdio::from(theirs)).stdout(Stdio::null()).stderr(Stdio::null());
    // A Ctrl-C in the terminal is for this process, which then ends its sandboxes in order.
    command.process_group(0);
    let keeper = command.spawn()?;
    // Standard input of the child is gone with it: from here on only those inside hold the other end.
    drop(command);
    let mut started = Started { socket, keeper, groups, listeners: Vec::new(), tmp: None };
    match introduce(&mut started, plan) {
        Ok(()) => Ok(started),
        Err(error) => {
            let Started { socket, mut keeper, groups, .. } = started;
            drop(socket);
            let _ = keeper.wait();
            groups.iter().for_each(Groups::remove);
            Err(error)
        }
    }
}

/// The keeper reads the first copy of the plan, init the second.
fn introduce(started: &mut Started, plan: &Plan) -> Result<(), StartError> {
    wire::send(&started.socket, plan, &[])?;
    loop {
        let received = wire::receive(&started.socket).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => StartError("nothing happened for 10 seconds".to_owned()),
            _ => StartError(error.to_string()),
        })?;
        match received {
            Some((Notice::Listening, sockets)) => {
                started.listeners = sockets.into_iter().map(TcpListener::from).collect();
                wire::send(&started.socket, plan, &[])?;
            }
            Some((Notice::Ready, mut beside)) => {
                started.tmp = beside.pop();
                return Ok(());
            }
            Some((Notice::Failed(text), _)) => return Err(StartError(text)),
            Some(_) => {}
            None => return Err(StartError("it ended at once".to_owned())),
        }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}
