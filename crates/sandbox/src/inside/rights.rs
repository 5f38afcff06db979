//! What init gives up before anything foreign runs: user, groups, capabilities, the way back to any of them, system calls.

use rustix::process::{DumpableBehavior, Gid, Resource, Rlimit, Signal, Uid, set_dumpable_behavior};
use rustix::process::{set_parent_process_death_signal, setrlimit};
use rustix::thread::{
    CapabilitySet, CapabilitySets, clear_ambient_capability_set, remove_capability_from_bounding_set, set_capabilities,
    set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid,
};

use super::{syscalls, trying};
use crate::plan::{Level, Limits, Plan};

type Done = Result<(), String>;

/// Gives up everything. Processes that init starts have what init has left: nothing.
pub(super) fn give_up(plan: &Plan) -> Done {
    limit(&plan.limits, plan.level).map_err(trying("resource limits"))?;
    if plan.level != Level::Processes {
        bound();
        if plan.level == Level::Namespaces {
            become_user(plan.user).map_err(trying("another user"))?;
        }
        nothing_left().map_err(trying("dropping capabilities"))?;
    }
    set_no_new_privs(true).map_err(trying("no new privileges"))?;
    // Cleared by a change of user, so after it. The keeper has one thread: this is about its death, not a thread's.
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(trying("dying with the keeper"))?;
    // Nobody of the same user looks into init or takes its socket.
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(trying("closing init to others"))?;
    syscalls::deny().map_err(trying("system calls"))
}

/// Init's own limits, inherited by all. Processes are counted by control group where there is one; by user only where
/// the user is the sandbox's own.
fn limit(limits: &Limits, level: Level) -> rustix::io::Result<()> {
    let both = |value: u64| Rlimit { current: Some(value), maximum: Some(value) };
    let files = rustix::process::getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX).min(limits.files);
    setrlimit(Resource::Nofile, both(files))?;
    setrlimit(Resource::Core, both(0))?;
    if level != Level::Namespaces {
        setrlimit(Resource::Data, both(limits.memory))?;
    }
    if level == Level::UserNamespaces {
        setrlimit(Resource::Nproc, both(u64::from(limits.pids)))?;
    }
    Ok(())
}

/// Capabilities this kernel does not know cannot be removed, and are none.
fn bound() {
    for capability in CapabilitySet::all().iter() {
        let _ = remove_capability_from_bounding_set(capability);
    }
}

fn become_user((user, group): (u32, u32)) -> rustix::io::Result<()> {
    let (user, group) = (Uid::from_raw(user), Gid::from_raw(group));
    set_thread_groups(&[])?;
    set_thread_res_gid(group, group, group)?;
    set_thread_res_uid(user, user, user)
}

fn nothing_left() -> rustix::io::Result<()> {
    clear_ambient_capability_set()?;
    let none = CapabilitySet::empty();
    set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })
}
