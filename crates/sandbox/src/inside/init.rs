//! PID 1 of a sandbox: builds the root, gives up every right, then starts, signals and reaps what it is told to.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Stdio;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, FdFlags, fcntl_setfd};
use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions, getpid, kill_process_group, pidfd_open, wait};
use rustix::thread::UnshareFlags;

use super::{keeper, mounts, rights, trying};
use crate::plan::{Command, Level, Notice, Order, Plan};
use crate::wire;

/// Orphans that ended are reaped at least this often; those that were started by order, at once.
const REAP: Timespec = Timespec { tv_sec: 10, tv_nsec: 0 };

pub(super) fn run(socket: &OwnedFd) -> Result<(), String> {
    let Some((plan, _)) = wire::receive::<Plan>(socket).map_err(trying("the plan"))? else { return Ok(()) };
    join(&plan)?;
    let group = GuestGroup::open(&plan)?;
    let mut beside = Vec::new();
    if plan.level != Level::Processes {
        keeper::unshare(UnshareFlags::NEWNS | UnshareFlags::NEWCGROUP).map_err(trying("namespaces of files"))?;
        mounts::enter(&plan)?;
        beside.push(File::open("/tmp").map_err(trying("/tmp"))?);
    }
    rights::give_up(&plan)?;
    let beside: Vec<_> = beside.iter().map(AsFd::as_fd).collect();
    wire::send(socket, &Notice::Ready, &beside).map_err(trying("telling that all is ready"))?;
    drop(beside);
    Init { socket, group, guests: HashMap::new() }.serve()
}

fn join(plan: &Plan) -> Result<(), String> {
    plan.places
        .join
        .iter()
        .try_for_each(|file| std::fs::write(file, "0").map_err(trying(format!("joining {}", file.display()))))
}

/// What is started belongs into a group that can be frozen, init does not. The files are opened while they can be seen
/// and written: the kernel asks for the rights of whoever opened them.
struct GuestGroup(Option<(File, File)>);

impl GuestGroup {
    fn open(plan: &Plan) -> Result<Self, String> {
        let open = |path| OpenOptions::new().write(true).open(path).map_err(trying("a control group"));
        let both = plan.places.guests.as_ref().map(|(theirs, own)| Ok::<_, String>((open(theirs)?, open(own)?)));
        both.transpose().map(Self)
    }

    /// Runs `start` as a member of the guests' group: what it starts is one from its first instruction on.
    fn within<T>(&mut self, start: impl FnOnce() -> std::io::Result<T>) -> std::io::Result<T> {
        let Some((theirs, own)) = &mut self.0 else { return start() };
        theirs.write_all(b"0")?;
        let started = start();
        own.write_all(b"0")?;
        started
    }
}

struct Guest {
    pid: Pid,
    ended: OwnedFd,
}

struct Init<'a> {
    socket: &'a OwnedFd,
    group: GuestGroup,
    guests: HashMap<u32, Guest>,
}

impl Init<'_> {
    fn serve(mut self) -> Result<(), String> {
        loop {
            let (orders, gone) = self.wait()?;
            self.reap()?;
            if orders {
                match wire::receive(self.socket) {
                    Ok(Some((order, descriptors))) => self.obey(order, descriptors)?,
                    _ => break,
                }
            } else if gone {
                break;
            }
        }
        // With a namespace of processes all of them end with this one; without, they are ended here.
        self.every(Signal::KILL);
        Ok(())
    }

    /// Whether there are orders, and whether nobody is left to give any.
    fn wait(&self) -> Result<(bool, bool), String> {
        let mut watched = vec![PollFd::new(self.socket, PollFlags::IN | PollFlags::RDHUP)];
        watched.extend(self.guests.values().map(|guest| PollFd::new(&guest.ended, PollFlags::IN)));
        match poll(&mut watched, (!self.guests.is_empty()).then_some(&REAP)) {
            Ok(_) => {}
            Err(Errno::INTR) => return Ok((false, false)),
            Err(error) => return Err(format!("waiting: {error}")),
        }
        let seen = watched[0].revents();
        Ok((seen.contains(PollFlags::IN), seen.intersects(PollFlags::RDHUP | PollFlags::HUP)))
    }

    /// All that ended: those started by order are told of, orphans came to PID 1 and are only let go.
    fn reap(&mut self) -> Result<(), String> {
        while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
            let of = |(id, guest): (&u32, &Guest)| (guest.pid == pid).then_some(*id);
            if let Some(id) = self.guests.iter().find_map(of) {
                self.guests.remove(&id);
                self.tell(&Notice::Exited(id, status.exit_status(), status.terminating_signal()))?;
            }
        }
        Ok(())
    }

    fn obey(&mut self, order: Order, descriptors: Vec<OwnedFd>) -> Result<(), String> {
        match order {
            Order::Run(id, command) => match self.start(&command, descriptors) {
                Ok(guest) => drop(self.guests.insert(id, guest)),
                Err(error) => self.tell(&Notice::NotStarted(id, error.to_string()))?,
            },
            Order::Signal(id, signal) => {
                if let (Some(guest), Some(signal)) = (self.guests.get(&id), Signal::from_named_raw(signal)) {
                    let _ = kill_process_group(guest.pid, signal);
                }
            }
            Order::KillAll => self.every(Signal::KILL),
            Order::Stop(true) => self.every(Signal::STOP),
            Order::Stop(false) => self.every(Signal::CONT),
        }
        Ok(())
    }

    fn start(&mut self, command: &Command, descriptors: Vec<OwnedFd>) -> std::io::Result<Guest> {
        let mut descriptors = descriptors.into_iter();
        let output = descriptors.next().ok_or(Errno::INVAL)?;
        let mut start = std::process::Command::new(&command.program);
        start.args(&command.arguments).env_clear().envs(command.environment.iter().map(|(name, value)| (name, value)));
        start.current_dir(&command.directory).process_group(0);
        start.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let side = descriptors.next();
        if let (Some(name), Some(side)) = (&command.side_pipe, &side) {
            fcntl_setfd(side, FdFlags::empty())?;
            start.env(name, side.as_raw_fd().to_string());
        }
        let child = self.group.within(|| start.spawn())?;
        let pid = Pid::from_child(&child);
        Ok(Guest { pid, ended: pidfd_open(pid, PidfdFlags::empty())? })
    }

    /// As PID 1, to every process but itself. Otherwise only to those it started: without a namespace, "every process"
    /// would be every process of this user.
    fn every(&self, signal: Signal) {
        if getpid().is_init() {
            let _ = kill_process_group(Pid::INIT, signal);
        }
        for guest in self.guests.values() {
            let _ = kill_process_group(guest.pid, signal);
        }
    }

    fn tell(&self, notice: &Notice) -> Result<(), String> {
        wire::send(self.socket, notice, &[]).map_err(trying("telling"))
    }
}
