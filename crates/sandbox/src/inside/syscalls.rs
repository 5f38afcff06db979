//! System calls that no function needs and through which kernels were broken before: refused with `EPERM`, as if there
//! were no right to them.
//!
//! A list of what is refused, not of what is let through: runtimes of any kind run here, and a call that is missing from
//! a list of permitted ones breaks them in ways nobody understands. What a refused call could reach is closed by
//! namespaces and missing capabilities already; this is the second wall.

use std::collections::BTreeMap;

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};

/// Mounts and namespaces, other processes' memory, keys, modules, tracing, the clock, quotas, raw events.
const REFUSED: &[libc::c_long] = &[
    libc::SYS_acct,
    libc::SYS_add_key,
    libc::SYS_adjtimex,
    libc::SYS_bpf,
    libc::SYS_chroot,
    libc::SYS_clock_adjtime,
    libc::SYS_clock_settime,
    libc::SYS_delete_module,
    libc::SYS_fanotify_init,
    libc::SYS_finit_module,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fsopen,
    libc::SYS_fspick,
    libc::SYS_init_module,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_io_uring_setup,
    libc::SYS_kcmp,
    libc::SYS_kexec_load,
    libc::SYS_keyctl,
    libc::SYS_lookup_dcookie,
    libc::SYS_mount,
    libc::SYS_mount_setattr,
    libc::SYS_move_mount,
    libc::SYS_move_pages,
    libc::SYS_name_to_handle_at,
    libc::SYS_nfsservctl,
    libc::SYS_open_by_handle_at,
    libc::SYS_open_tree,
    libc::SYS_perf_event_open,
    libc::SYS_personality,
    libc::SYS_pidfd_getfd,
    libc::SYS_pivot_root,
    libc::SYS_process_madvise,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_ptrace,
    libc::SYS_quotactl,
    libc::SYS_reboot,
    libc::SYS_request_key,
    libc::SYS_setdomainname,
    libc::SYS_sethostname,
    libc::SYS_setns,
    libc::SYS_settimeofday,
    libc::SYS_swapoff,
    libc::SYS_swapon,
    libc::SYS_syslog,
    libc::SYS_umount2,
    libc::SYS_unshare,
    libc::SYS_userfaultfd,
    libc::SYS_vhangup,
];

/// Only on this architecture.
#[cfg(target_arch = "x86_64")]
const REFUSED_HERE: &[libc::c_long] = &[
    libc::SYS_ioperm,
    libc::SYS_iopl,
    libc::SYS_kexec_file_load,
    libc::SYS_modify_ldt,
    libc::SYS_uselib,
    libc::SYS_ustat,
];
#[cfg(not(target_arch = "x86_64"))]
const REFUSED_HERE: &[libc::c_long] = &[];

/// The second way into the same calls on x86-64 (x32): their numbers carry this bit.
const X32: i64 = if cfg!(target_arch = "x86_64") { 0x4000_0000 } else { 0 };

/// Namespaces that `clone` may not make.
const NAMESPACES: i32 = libc::CLONE_NEWUSER
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// From here on, for this process and all it starts.
pub(super) fn deny() -> Result<(), seccompiler::Error> {
    seccompiler::apply_filter(&program(refused()?, libc::EPERM)?)?;
    // What `clone3` is to do lies in memory, where no filter looks: to callers it is not there, and they use `clone`.
    seccompiler::apply_filter(&program(everywhere([libc::SYS_clone3]), libc::ENOSYS)?)
}

fn refused() -> Result<Rules, BackendError> {
    let mut rules = everywhere(REFUSED.iter().chain(REFUSED_HERE).copied());
    for way in [0, X32] {
        rules.insert(libc::SYS_clone | way, clone_rules()?);
    }
    Ok(rules)
}

/// No condition: the call is refused whatever it asks.
fn everywhere(calls: impl IntoIterator<Item = libc::c_long>) -> Rules {
    calls.into_iter().flat_map(|call| [call, call | X32]).map(|call| (call, Vec::new())).collect()
}

/// One rule a flag: any of them suffices.
fn clone_rules() -> Result<Vec<SeccompRule>, BackendError> {
    let flags = (0..i32::BITS).map(|bit| 1_u64 << bit).filter(|flag| NAMESPACES as u32 as u64 & flag != 0);
    let rule = |flag| {
        let condition = SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(flag), flag)?;
        SeccompRule::new(vec![condition])
    };
    flags.map(rule).collect()
}

fn program(rules: Rules, errno: i32) -> Result<BpfProgram, BackendError> {
    let refuse = SeccompAction::Errno(errno.unsigned_abs());
    SeccompFilter::new(rules, SeccompAction::Allow, refuse, std::env::consts::ARCH.try_into()?)?.try_into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_are_such_as_the_kernel_takes() {
        let program = program(refused().unwrap(), libc::EPERM).unwrap();
        assert!(program.len() < 4096, "BPF_MAXINSNS, {} now", program.len());
        assert_eq!(clone_rules().unwrap().len(), 7);
    }
}
