//! Version 2: one tree. A group whose children are limited has no process of its own, so this one moves into a leaf.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{CpuForm, Files, Mount};
use crate::plan::{Limits, Places};

/// The group of this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    pub(super) own: PathBuf,
}

const CONTROLLERS: &str = "+memory +cpu +pids";
const MEMBERS: &str = "cgroup.procs";
/// Where this process goes to make room. A second start finds itself there, and uses what is above.
const LEAF: &str = "nephele";

impl Tree {
    pub(super) fn read(mounts: &str, own: &str) -> Option<Self> {
        let mount = mounts.lines().filter_map(Mount::parse).find(|mount| mount.kind == "cgroup2")?;
        let path = mount.path(own.lines().find_map(|line| line.strip_prefix("0::"))?);
        let own = if path.ends_with(LEAF) { path.parent().map(Path::to_owned).unwrap_or(path) } else { path };
        Some(Self { own })
    }

    /// Lets groups below this one be limited.
    pub(super) fn delegate(&self) -> io::Result<()> {
        let control = self.own.join("cgroup.subtree_control");
        if fs::write(&control, CONTROLLERS).is_ok() {
            return Ok(());
        }
        let leaf = self.own.join(LEAF);
        match fs::create_dir(&leaf) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => fs::write(leaf.join(MEMBERS), "0")?,
        }
        fs::write(&control, CONTROLLERS)
    }

    pub(super) fn create(&self, name: &str, limits: &Limits) -> io::Result<Files> {
        let group = self.own.join(name);
        let (init, run) = (group.join("init"), group.join("run"));
        for path in [&group, &init, &run] {
            fs::create_dir(path)?;
        }
        fs::write(group.join("pids.max"), limits.pids.to_string())?;
        // Without swap there is no such file.
        let _ = fs::write(group.join("memory.swap.max"), "0");
        let freeze = run.join("cgroup.freeze");
        Ok(Files {
            cpu: Some((group.join("cpu.max"), CpuForm::QuotaAndPeriod)),
            memory: group.join("memory.max"),
            // The first since Linux 5.19.
            peak: vec![group.join("memory.peak"), group.join("memory.current")],
            oom: group.join("memory.events"),
            freeze: Some((freeze.clone(), "1", "0")),
            places: Places {
                join: vec![init.join(MEMBERS)],
                guests: Some((run.join(MEMBERS), init.join(MEMBERS))),
                thaw: Some((freeze, "0".to_owned())),
                remove: vec![init, run, group],
            },
        })
    }
}
