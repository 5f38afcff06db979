//! The keeper: makes the namespaces, listens in them, starts init, and when its owner is gone ends everything.
//!
//! It stays outside of the control groups and of the guest's root, so that it can thaw, kill and tidy whatever happens.

use std::fs;
use std::net::TcpListener;
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Command, Stdio};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, getgid, getuid, pidfd_open};
use rustix::thread::{
    CapabilitySet, UnshareFlags, capabilities, configure_capability_in_ambient_set, set_capabilities,
};

use super::{loopback, trying};
use crate::plan::{Level, Network, Notice, Plan};
use crate::wire;

/// How often a control group is tried to be removed: the kernel lets go of it shortly after its last process.
const TRIES: u32 = 200;

pub(super) fn run(socket: &OwnedFd) -> Result<(), String> {
    let Some((plan, _)) = wire::receive::<Plan>(socket).map_err(trying("the plan"))? else { return Ok(()) };
    separate(&plan)?;
    let listeners = listen(&plan)?;
    let descriptors: Vec<_> = listeners.iter().map(AsFd::as_fd).collect();
    wire::send(socket, &Notice::Listening, &descriptors).map_err(trying("telling of listeners"))?;
    drop(listeners);
    let mut init = start_init()?;
    wait(socket, Some(&init))?;
    end(&plan, &mut init);
    // The owner still reads figures of the control groups: they are removed once it lets go.
    let _ = wire::send(socket, &Notice::Ended, &[]);
    wait(socket, None)?;
    remove(&plan);
    Ok(())
}

/// Enters new namespaces. That of processes is for its children: the next one is its PID 1.
fn separate(plan: &Plan) -> Result<(), String> {
    let mut flags = UnshareFlags::NEWIPC | UnshareFlags::NEWUTS | UnshareFlags::NEWPID;
    if plan.network == Network::Own {
        flags |= UnshareFlags::NEWNET;
    }
    match plan.level {
        Level::Processes => return Ok(()),
        Level::Namespaces => {}
        Level::UserNamespaces => flags |= UnshareFlags::NEWUSER,
    }
    let outside = (getuid().as_raw(), getgid().as_raw());
    unshare(flags).map_err(trying("new namespaces"))?;
    if plan.level == Level::UserNamespaces {
        map_users(plan.user, outside).map_err(trying("mapping users"))?;
        keep_capabilities().map_err(trying("keeping capabilities"))?;
    }
    rustix::system::sethostname(plan.host_name.as_bytes()).map_err(trying("the host name"))?;
    if plan.network == Network::Own {
        loopback::up().map_err(trying("the loopback"))?;
    }
    Ok(())
}

/// Deprecated since one of its flags (a table of descriptors apart from other threads) is unsafe where there are threads:
/// here are none, and that flag is not used.
#[expect(deprecated, reason = "this process has one thread, and FILES is never given")]
pub(super) fn unshare(flags: UnshareFlags) -> rustix::io::Result<()> {
    debug_assert!(!flags.contains(UnshareFlags::FILES));
    rustix::thread::unshare(flags)
}

fn map_users(inside: (u32, u32), outside: (u32, u32)) -> std::io::Result<()> {
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{} {} 1", inside.0, outside.0))?;
    fs::write("/proc/self/gid_map", format!("{} {} 1", inside.1, outside.1))
}

/// Lets init have the capabilities of this user namespace: without this they end with `exec`, since nobody is root here.
fn keep_capabilities() -> rustix::io::Result<()> {
    let mut sets = capabilities(None)?;
    sets.inheritable = sets.permitted;
    set_capabilities(None, sets)?;
    for capability in sets.permitted.iter().filter(|one| CapabilitySet::all().contains(*one)) {
        configure_capability_in_ambient_set(capability, true)?;
    }
    Ok(())
}

/// Sockets belong to the network they are made in: handed out, they let those outside answer inside.
fn listen(plan: &Plan) -> Result<Vec<TcpListener>, String> {
    let own = plan.network == Network::Own && plan.level != Level::Processes;
    let bind = |port: &u16| {
        let port = if own { *port } else { 0 };
        TcpListener::bind(("127.0.0.1", port)).map_err(trying(format!("listening on {port}")))
    };
    plan.listen.iter().map(bind).collect()
}

fn start_init() -> Result<Child, String> {
    let name = std::env::args().nth(1).unwrap_or_default();
    let mut command = Command::new("/proc/self/exe");
    // `nephele sandbox-init keeper` and `sandbox-init keeper` both become `… init`.
    if name != "keeper" {
        command.arg(name);
    }
    command.arg("init").env_clear().stdin(Stdio::inherit()).stdout(Stdio::null()).stderr(Stdio::inherit());
    command.spawn().map_err(trying("starting init"))
}

/// Returns when `init` has ended or the owner has closed its end.
fn wait(socket: &OwnedFd, init: Option<&Child>) -> Result<(), String> {
    let watch = |init| pidfd_open(Pid::from_child(init), PidfdFlags::empty());
    let init = init.map(watch).transpose().map_err(trying("watching init"))?;
    loop {
        let mut watched = vec![PollFd::new(socket, PollFlags::RDHUP)];
        watched.extend(init.as_ref().map(|init| PollFd::new(init, PollFlags::IN)));
        match poll(&mut watched, None) {
            Ok(_) if watched.iter().any(|fd| !fd.revents().is_empty()) => return Ok(()),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(format!("waiting: {error}")),
        }
    }
}

/// Nothing here can be told to anybody: each step is tried, whatever came of the one before.
fn end(plan: &Plan, init: &mut Child) {
    if let Some((file, word)) = &plan.places.thaw {
        let _ = fs::write(file, word);
    }
    if plan.level == Level::Processes {
        // No namespace ends with init here: it ends its processes itself, once it has seen the socket close.
    } else {
        let _ = init.kill();
    }
    let _ = init.wait();
}

fn remove(plan: &Plan) {
    for group in &plan.places.remove {
        for _ in 0..TRIES {
            match fs::remove_dir(group) {
                Err(error) if error.kind() == std::io::ErrorKind::ResourceBusy => {
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
                _ => break,
            }
        }
    }
}
