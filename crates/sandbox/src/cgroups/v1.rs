//! Version 1: each controller has a tree of its own, and a process a place in each.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{CpuForm, Files, Mount, PERIOD};
use crate::plan::{Limits, Places};

/// The places of this process in the trees that count; without that of memory none of it is of use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trees {
    pub(super) memory: PathBuf,
    pub(super) cpu: Option<PathBuf>,
    pub(super) pids: Option<PathBuf>,
    pub(super) freezer: Option<PathBuf>,
}

impl Trees {
    pub(super) fn read(mounts: &str, own: &str) -> Option<Self> {
        let tree = |controller: &str| {
            let mut mounts = mounts.lines().filter_map(Mount::parse).filter(|mount| mount.kind == "cgroup");
            let mount = mounts.find(|mount| mount.options.split(',').any(|option| option == controller))?;
            Some(mount.path(place(own, controller)?))
        };
        Some(Self { memory: tree("memory")?, cpu: tree("cpu"), pids: tree("pids"), freezer: tree("freezer") })
    }

    pub(super) fn create(&self, name: &str, limits: &Limits) -> io::Result<Files> {
        let memory = make(&self.memory, name)?;
        // Where swap is counted it would double what there is; where it is not, there is no such file.
        let _ = fs::write(memory.join("memory.swappiness"), "0");
        let mut places = Places { join: vec![memory.join(MEMBERS)], remove: vec![memory.clone()], ..Places::default() };
        let mut files = Files {
            memory: memory.join("memory.limit_in_bytes"),
            peak: vec![memory.join("memory.max_usage_in_bytes")],
            oom: memory.join("memory.oom_control"),
            ..Files::default()
        };
        if let Some(tree) = &self.cpu {
            let cpu = make(tree, name)?;
            fs::write(cpu.join("cpu.cfs_period_us"), PERIOD.to_string())?;
            files.cpu = Some((cpu.join("cpu.cfs_quota_us"), CpuForm::Quota));
            join(&mut places, cpu);
        }
        if let Some(tree) = &self.pids {
            let pids = make(tree, name)?;
            fs::write(pids.join("pids.max"), limits.pids.to_string())?;
            join(&mut places, pids);
        }
        if let Some(tree) = &self.freezer {
            let freezer = make(tree, name)?;
            let state = freezer.join("freezer.state");
            places.guests = Some((freezer.join(MEMBERS), tree.join(MEMBERS)));
            places.thaw = Some((state.clone(), "THAWED".to_owned()));
            places.remove.push(freezer);
            files.freeze = Some((state, "FROZEN", "THAWED"));
        }
        Ok(Files { places, ..files })
    }
}

const MEMBERS: &str = "cgroup.procs";

fn make(tree: &Path, name: &str) -> io::Result<PathBuf> {
    let group = tree.join(name);
    fs::create_dir(&group)?;
    Ok(group)
}

fn join(places: &mut Places, group: PathBuf) {
    places.join.push(group.join(MEMBERS));
    places.remove.push(group);
}

/// The line `4:memory:/a/b` of `/proc/self/cgroup`.
fn place<'a>(own: &'a str, controller: &str) -> Option<&'a str> {
    own.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next()?, parts.next()?);
        controllers.split(',').any(|one| one == controller).then_some(path)
    })
}
