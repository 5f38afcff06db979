//! Control groups: where the kernel counts and limits a sandbox as a whole. Version 1 and 2, told apart by what this host
//! has mounted.

mod v1;
mod v2;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::plan::{Limits, Places};

/// The control groups of this process, under which those of sandboxes are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hierarchy {
    /// One tree a controller.
    V1(v1::Trees),
    /// One tree.
    V2(v2::Tree),
}

/// The control groups of one sandbox.
#[derive(Debug)]
pub(crate) struct Groups {
    files: Files,
}

/// The files through which one sandbox is limited and looked at.
#[derive(Debug, Default)]
struct Files {
    /// Takes `"quota period"` in one, or quota alone; in microseconds.
    cpu: Option<(PathBuf, CpuForm)>,
    memory: PathBuf,
    peak: Vec<PathBuf>,
    oom: PathBuf,
    /// The file, the word that freezes, the word that thaws.
    freeze: Option<(PathBuf, &'static str, &'static str)>,
    places: Places,
}

#[derive(Debug, Clone, Copy)]
enum CpuForm {
    Quota,
    QuotaAndPeriod,
}

/// The period of a processor's quota, in microseconds. With 20 ms, as AWS has it, a small share still answers soon.
const PERIOD: u64 = 20_000;

/// How many groups this process has made: what tells their names apart.
static MADE: AtomicU64 = AtomicU64::new(0);

/// The least quota the kernel takes, in microseconds.
const LEAST_QUOTA: u64 = 1_000;

impl Hierarchy {
    /// What this process can use, if anything: told by trying to make a group.
    ///
    /// # Errors
    /// Why there is none, for a person.
    pub fn find() -> Result<Self, String> {
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").map_err(|error| error.to_string())?;
        let own = std::fs::read_to_string("/proc/self/cgroup").map_err(|error| error.to_string())?;
        let found = Self::read(&mounts, &own).ok_or("no memory controller is mounted")?;
        if let Self::V2(tree) = &found {
            tree.delegate().map_err(|error| format!("control groups cannot be divided: {error}"))?;
        }
        let limits = Limits { memory: 64 << 20, cpu_millis: Some(1_000), pids: 64, files: 64 };
        let groups = found.create(&limits).map_err(|error| format!("no control group can be made: {error}"))?;
        groups.remove();
        Ok(found)
    }

    /// From the texts of `/proc/self/mountinfo` and `/proc/self/cgroup`.
    fn read(mounts: &str, own: &str) -> Option<Self> {
        v1::Trees::read(mounts, own).map(Self::V1).or_else(|| v2::Tree::read(mounts, own).map(Self::V2))
    }

    /// Makes the groups of one sandbox, under a name of their own.
    pub(crate) fn create(&self, limits: &Limits) -> io::Result<Groups> {
        loop {
            let name = format!("nephele-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
            match self.create_named(&name, limits) {
                // Left by a process of the same number that was killed together with its keepers.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                done => return done,
            }
        }
    }

    fn create_named(&self, name: &str, limits: &Limits) -> io::Result<Groups> {
        let files = match self {
            Self::V1(trees) => trees.create(name, limits),
            Self::V2(tree) => tree.create(name, limits),
        };
        let groups = Groups { files: files? };
        groups.set_cpu(limits.cpu_millis)?;
        groups.set_memory(limits.memory)?;
        Ok(groups)
    }

    /// As a person is told.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::V1(_) => "control groups version 1",
            Self::V2(_) => "control groups version 2",
        }
    }
}

impl Groups {
    pub(crate) fn places(&self) -> &Places {
        &self.files.places
    }

    /// Thousandths of a processor, or all there are.
    pub(crate) fn set_cpu(&self, millis: Option<u32>) -> io::Result<()> {
        let Some((file, form)) = &self.files.cpu else { return Ok(()) };
        let quota = millis.map(|millis| (u64::from(millis) * PERIOD / 1_000).max(LEAST_QUOTA));
        let text = match (form, quota) {
            (CpuForm::Quota, Some(quota)) => quota.to_string(),
            (CpuForm::Quota, None) => "-1".to_owned(),
            (CpuForm::QuotaAndPeriod, Some(quota)) => format!("{quota} {PERIOD}"),
            (CpuForm::QuotaAndPeriod, None) => format!("max {PERIOD}"),
        };
        std::fs::write(file, text)
    }

    pub(crate) fn set_memory(&self, bytes: u64) -> io::Result<()> {
        std::fs::write(&self.files.memory, bytes.to_string())
    }

    /// Whether there is a freezer to do it.
    pub(crate) fn freeze(&self, frozen: bool) -> io::Result<bool> {
        let Some((file, freeze, thaw)) = &self.files.freeze else { return Ok(false) };
        std::fs::write(file, if frozen { freeze } else { thaw })?;
        Ok(true)
    }

    /// The most bytes that were in use at once.
    pub(crate) fn peak(&self) -> Option<u64> {
        self.files.peak.iter().find_map(|file| number(file))
    }

    /// How many processes the kernel has killed here for want of memory.
    pub(crate) fn out_of_memory_kills(&self) -> u64 {
        let text = std::fs::read_to_string(&self.files.oom).unwrap_or_default();
        let value = text.lines().find_map(|line| line.strip_prefix("oom_kill "));
        value.and_then(|value| value.trim().parse().ok()).unwrap_or(0)
    }

    /// Those that are empty. The rest is the keeper's.
    pub(crate) fn remove(&self) {
        for group in &self.files.places.remove {
            let _ = std::fs::remove_dir(group);
        }
    }
}

fn number(file: &Path) -> Option<u64> {
    std::fs::read_to_string(file).ok()?.trim().parse().ok()
}

/// One line of `mountinfo`: which part of a hierarchy is mounted, where, of what kind, with which options.
struct Mount<'a> {
    root: &'a str,
    at: &'a str,
    kind: &'a str,
    options: &'a str,
}

impl<'a> Mount<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (left, right) = line.split_once(" - ")?;
        let mut left = left.split(' ').skip(3);
        let (root, at) = (left.next()?, left.next()?);
        let mut right = right.split(' ');
        Some(Self { root, at, kind: right.next()?, options: right.nth(1)? })
    }

    /// Where the group `path` of this hierarchy is seen. One outside of what is mounted is that at the top.
    fn path(&self, path: &str) -> PathBuf {
        let below = Path::new(path).strip_prefix(self.root).unwrap_or(Path::new(""));
        let below = if below.starts_with("..") { Path::new("") } else { below };
        Path::new(self.at).join(below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HYBRID: &str = "\
25 24 0:22 / /sys/fs/cgroup/cpu rw,relatime shared:6 - cgroup cgroup rw,cpu
26 24 0:23 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
27 24 0:24 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
28 24 0:25 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer
29 24 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
";

    #[test]
    fn trees_of_version_one_are_found_where_this_process_is() {
        let own = "8:pids:/\n6:freezer:/\n4:memory:/a/b\n1:cpu:/\n0::/\n";
        let Some(Hierarchy::V1(trees)) = Hierarchy::read(HYBRID, own) else { panic!("version 1 is there") };
        assert_eq!(trees.memory, Path::new("/sys/fs/cgroup/memory/a/b"));
        assert_eq!(trees.freezer.as_deref(), Some(Path::new("/sys/fs/cgroup/freezer")));
    }

    #[test]
    fn a_part_that_a_container_sees_is_the_top() {
        let mounts = "26 24 0:23 /docker/x /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
        for (own, expected) in [("4:memory:/docker/x", ""), ("4:memory:/docker/x/y", "y"), ("4:memory:/../z", "")] {
            let Some(Hierarchy::V1(trees)) = Hierarchy::read(mounts, own) else { panic!("version 1 is there") };
            assert_eq!(trees.memory, Path::new("/sys/fs/cgroup/memory").join(expected), "{own}");
        }
    }

    #[test]
    fn version_two_is_taken_where_it_is_alone() {
        let mounts = "29 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n";
        let found = Hierarchy::read(mounts, "0::/user.slice/x.scope\n");
        assert_eq!(found.unwrap(), Hierarchy::V2(v2::Tree { own: "/sys/fs/cgroup/user.slice/x.scope".into() }));
        assert_eq!(Hierarchy::read("", "0::/\n"), None);
    }

    #[test]
    fn a_group_of_version_two_is_written_as_the_kernel_reads_it() {
        let place = tempfile::tempdir().unwrap();
        let tree = Hierarchy::V2(v2::Tree { own: place.path().to_owned() });
        let limits = Limits { memory: 128 << 20, cpu_millis: Some(72), pids: 1_024, files: 1_024 };
        let groups = tree.create_named("one", &limits).unwrap();
        let read = |name: &str| std::fs::read_to_string(place.path().join("one").join(name)).unwrap();
        assert_eq!((read("memory.max"), read("cpu.max")), ("134217728".to_owned(), "1440 20000".to_owned()));
        groups.set_cpu(None).unwrap();
        assert_eq!((read("cpu.max"), read("pids.max")), ("max 20000".to_owned(), "1024".to_owned()));
        assert!(groups.freeze(true).unwrap());
        assert_eq!(read("run/cgroup.freeze"), "1");
        std::fs::write(place.path().join("one/memory.events"), "oom 1\noom_kill 2\n").unwrap();
        assert_eq!(groups.out_of_memory_kills(), 2);
    }

    #[test]
    fn groups_of_version_one_are_written_as_the_kernel_reads_them() {
        let place = tempfile::tempdir().unwrap();
        let tree = |name: &str| {
            let path = place.path().join(name);
            std::fs::create_dir(&path).unwrap();
            path
        };
        let (memory, rest) = (tree("memory"), ["cpu", "pids", "freezer"].map(|name| Some(tree(name))));
        let [cpu, pids, freezer] = rest;
        let trees = Hierarchy::V1(v1::Trees { memory, cpu, pids, freezer });
        let limits = Limits { memory: 128 << 20, cpu_millis: Some(72), pids: 1_024, files: 1_024 };
        let groups = trees.create_named("one", &limits).unwrap();
        let read = |path: &str| std::fs::read_to_string(place.path().join(path)).unwrap();
        assert_eq!(read("memory/one/memory.limit_in_bytes"), "134217728");
        assert_eq!(read("cpu/one/cpu.cfs_period_us"), "20000");
        assert_eq!(read("cpu/one/cpu.cfs_quota_us"), "1440");
        assert_eq!(read("pids/one/pids.max"), "1024");
        groups.set_cpu(None).unwrap();
        assert_eq!(read("cpu/one/cpu.cfs_quota_us"), "-1");
        for (frozen, word) in [(true, "FROZEN"), (false, "THAWED")] {
            assert!(groups.freeze(frozen).unwrap());
            assert_eq!(read("freezer/one/freezer.state"), word);
        }
    }
}
