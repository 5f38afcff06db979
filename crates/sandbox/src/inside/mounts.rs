//! The guest's root: parts of the host, read-only; a `/tmp` of its own; a fresh `/proc`; five devices. Nothing else.

use std::ffi::CString;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rustix::fs::{StatVfsMountFlags, statvfs};
use rustix::io::Errno;
use rustix::mount::{
    MountFlags, MountPropagationFlags, UnmountFlags, mount, mount_bind, mount_bind_recursive, mount_change,
    mount_remount, unmount,
};
use rustix::process::{chdir, pivot_root};

use super::trying;
use crate::plan::{Bind, Overlay, Plan};

type Done = Result<(), String>;

/// Where the host's root is while ours is built.
const HOST: &str = "/host";
/// Where ours is built.
const NEW: &str = "/new";

const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

const DEVICE_LINKS: [(&str, &str); 4] = [
    ("/dev/fd", "/proc/self/fd"),
    ("/dev/stdin", "/proc/self/fd/0"),
    ("/dev/stdout", "/proc/self/fd/1"),
    ("/dev/stderr", "/proc/self/fd/2"),
];

/// Builds the root and moves into it. What is mounted here is seen by nobody else.
pub(super) fn enter(plan: &Plan) -> Done {
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount_change("/", private).map_err(trying("mounts of its own"))?;
    stand_between()?;
    tmpfs(Path::new(NEW), "mode=755,size=4m")?;
    plan.binds.iter().try_for_each(bind)?;
    plan.overlays.iter().try_for_each(overlay)?;
    devices()?;
    plan.files.iter().try_for_each(|(path, text)| file(path, text))?;
    plan.links.iter().try_for_each(|(path, target)| link(path, target))?;
    own(plan)?;
    settle()
}

/// A place that holds both the host's root and ours, since sources may lie anywhere: over `/tmp`, which every host has.
fn stand_between() -> Done {
    tmpfs(Path::new("/tmp"), "mode=755,size=1m")?;
    for name in [HOST, NEW] {
        fs::create_dir(format!("/tmp{name}")).map_err(trying("a place between"))?;
    }
    pivot_root("/tmp", format!("/tmp{HOST}")).map_err(trying("leaving the host's root"))?;
    chdir("/").map_err(trying("the place between"))
}

fn host(path: &Path) -> PathBuf {
    Path::new(HOST).join(path.strip_prefix("/").unwrap_or(path))
}

fn inside(path: &Path) -> PathBuf {
    Path::new(NEW).join(path.strip_prefix("/").unwrap_or(path))
}

fn tmpfs(at: &Path, options: &str) -> Done {
    let options = CString::new(options).map_err(trying("options of a file system"))?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    mount("tmpfs", at, "tmpfs", flags, options.as_c_str()).map_err(trying(format!("a tmpfs at {}", at.display())))
}

/// A path of the host, or nothing where it is gone meanwhile.
fn bind(bind: &Bind) -> Done {
    let (source, target) = (host(&bind.source), inside(&bind.target));
    let said = || format!("{} at {}", bind.source.display(), bind.target.display());
    place(&target, source.is_dir()).map_err(trying(said()))?;
    show(&source, &target).map_err(trying(said()))?;
    read_only(&target, MountFlags::empty()).map_err(trying(said()))
}

/// Without the mounts below it; where those are locked, as in a container's user namespace, only with them.
fn show(source: &Path, target: &Path) -> rustix::io::Result<()> {
    match mount_bind(source, target) {
        Err(Errno::INVAL) => mount_bind_recursive(source, target),
        done => done,
    }
}

/// A mount keeps the restrictions it has: the kernel refuses to drop them.
fn read_only(target: &Path, also: MountFlags) -> rustix::io::Result<()> {
    let has = statvfs(target)?.f_flag;
    let kept = [
        (StatVfsMountFlags::NODEV, MountFlags::NODEV),
        (StatVfsMountFlags::NOEXEC, MountFlags::NOEXEC),
        (StatVfsMountFlags::NOATIME, MountFlags::NOATIME),
        (StatVfsMountFlags::NODIRATIME, MountFlags::NODIRATIME),
        (StatVfsMountFlags::RELATIME, MountFlags::RELATIME),
    ];
    let kept = kept.into_iter().filter(|(flag, _)| has.contains(*flag)).map(|(_, flag)| flag);
    let flags = kept.fold(MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOSUID | also, |all, flag| all | flag);
    mount_remount(target, flags, "")
}

/// A file or directory to mount on.
fn place(target: &Path, directory: bool) -> std::io::Result<()> {
    if directory {
        return fs::create_dir_all(target);
    }
    fs::create_dir_all(target.parent().unwrap_or(Path::new(NEW)))?;
    if target.exists() { Ok(()) } else { File::create(target).map(drop) }
}

/// One directory is bound, several are laid over each other.
fn overlay(overlay: &Overlay) -> Done {
    match overlay.sources.as_slice() {
        [] => place(&inside(&overlay.target), true).map_err(trying("an empty directory")),
        [one] => bind(&Bind { source: one.clone(), target: overlay.target.clone() }),
        many => {
            let target = inside(&overlay.target);
            place(&target, true).map_err(trying("a place for layers"))?;
            // The first named is the topmost.
            let lower: Vec<_> = many.iter().rev().map(|path| host(path).display().to_string()).collect();
            let options = CString::new(format!("lowerdir={}", lower.join(":"))).map_err(trying("layers"))?;
            let flags = MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV;
            mount("overlay", &target, "overlay", flags, options.as_c_str()).map_err(trying("layers over each other"))
        }
    }
}

fn devices() -> Done {
    for path in DEVICES.map(Path::new) {
        let target = inside(path);
        place(&target, false).map_err(trying("a place for a device"))?;
        mount_bind(host(path), &target).map_err(trying(path.display()))?;
    }
    DEVICE_LINKS.iter().try_for_each(|(path, target)| link(Path::new(path), Path::new(target)))
}

fn file(path: &Path, text: &str) -> Done {
    let target = inside(path);
    fs::create_dir_all(target.parent().unwrap_or(Path::new(NEW))).map_err(trying(path.display()))?;
    fs::write(&target, text).map_err(trying(path.display()))
}

fn link(path: &Path, to: &Path) -> Done {
    symlink(to, inside(path)).map_err(trying(path.display()))
}

/// What is nobody else's: processes and `/tmp`.
fn own(plan: &Plan) -> Done {
    for name in ["/proc", "/tmp"] {
        place(&inside(Path::new(name)), true).map_err(trying(name))?;
    }
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount("proc", inside(Path::new("/proc")), "proc", flags, None).map_err(trying("a fresh /proc"))?;
    tmpfs(&inside(Path::new("/tmp")), &format!("mode=1777,size={}", plan.tmp))
}

/// Makes the new root read-only, enters it, and lets go of the host.
fn settle() -> Done {
    unmount(HOST, UnmountFlags::DETACH).map_err(trying("letting go of the host"))?;
    read_only(Path::new(NEW), MountFlags::NODEV).map_err(trying("a root that nobody writes"))?;
    chdir(NEW).map_err(trying("the new root"))?;
    pivot_root(".", ".").map_err(trying("entering the new root"))?;
    unmount(".", UnmountFlags::DETACH).map_err(trying("leaving the place between"))?;
    chdir("/").map_err(trying("the root"))
}
