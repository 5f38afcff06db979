//! The durable engine on one machine: a write-ahead log with group commit in front of an LSM tree.
//!
//! | file | noun |
//! |---|---|
//! | `log.rs` | segments and frames: what was acknowledged and is not yet in sorted files |
//! | `tree.rs` | the sorted files, and snapshots of them |
//! | `committer.rs` | one thread that judges, writes and syncs whole groups of commits |
//! | `janitor.rs` | two threads that sort, merge and let go |
//!
//! Why not fjall whole, whose tree this is: its journal is read from its start at each opening and is only begun anew after
//! 64 MB, and one failed write leaves it refusing all until it is opened again. See docs/decisions/0002-store.md.

mod committer;
mod janitor;
pub(crate) mod log;
mod tree;

use std::fs::{self, File, TryLockError};
use std::future::ready;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use parking_lot::Mutex;

use self::committer::{Committer, Published, Queue};
use self::janitor::{Janitor, JanitorThread};
use self::log::{Frame, Log, sync_dir};
use self::tree::LocalTree;
use crate::error::{CommitError, StoreError};
use crate::kv::{BoxFuture, Commit, Kv, Snapshot, Version};
use crate::resolver::Resolver;
use crate::watch::{Registry, Watch};

/// The form of the data directory. Another number is another form.
const FORMAT: &str = "nephele store 1\n";

/// What an acknowledged commit survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Power loss and kill -9: acknowledged after the disk has it.
    Fsync,
    /// kill -9: acknowledged after the operating system has it.
    Os,
}

/// How to open a data directory.
#[derive(Clone, Debug)]
pub struct Options {
    /// What an acknowledged commit survives.
    pub durability: Durability,
    /// Bytes of sorted files kept in memory for reads, at most.
    pub cache_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { durability: Durability::Fsync, cache_bytes: 32 * 1024 * 1024 }
    }
}

/// A data directory that is open.
pub struct Local {
    published: Arc<Published>,
    queue: Arc<Queue>,
    watches: Arc<Registry>,
    janitor: Arc<Janitor>,
    closed: AtomicBool,
    threads: Mutex<Option<Threads>>,
}

/// What runs and what is locked as long as the directory is open.
struct Threads {
    committer: JoinHandle<()>,
    sorter: JoinHandle<()>,
    merger: JoinHandle<()>,
    _lock: File,
}

impl Local {
    /// Opens the directory `dir`, creates it if need be, and takes up what the log holds. Blocks for some milliseconds.
    ///
    /// Fails with [`StoreError::Locked`] if another process has it open, with [`StoreError::Corrupt`] if what it holds
    /// is not what was written.
    pub fn open(dir: &Path, options: &Options) -> Result<Self, StoreError> {
        let lock = lock(dir)?;
        let log_dir = prepare(dir).map_err(StoreError::unavailable)?;
        check_format(dir)?;
        let tree = LocalTree::open(&dir.join("tree"), options.cache_bytes)?;
        let replayed = log::replay(&log_dir, tree.persisted(), |entry| {
            tree.apply(entry.write, entry.seqno);
        })?;
        tree.catch_up();
        let log = Log::after(&log_dir, &replayed);
        let janitor = Arc::new(Janitor::default());
        if replayed.last_segment > 0 {
            tree.rotate();
            janitor.flush(replayed.last_segment);
        }
        let first = tree.snapshot(Version(1), tree.seqno.get());
        let published = Arc::new(Published::new(first));
        let (queue, watches) = (Arc::<Queue>::default(), Arc::<Registry>::default());
        let committer = Committer {
            queue: queue.clone(),
            tree: tree.clone(),
            log,
            sync: options.durability == Durability::Fsync,
            published: published.clone(),
            watches: watches.clone(),
            janitor: janitor.clone(),
            resolver: Resolver::default(),
            frame: Frame::default(),
        };
        let sorter = JanitorThread { janitor: janitor.clone(), published: published.clone(), tree, log_dir };
        let merger = sorter.clone();
        let threads = Threads {
            committer: spawn("store-commit", move || committer.run())?,
            sorter: spawn("store-sort", move || sorter.run_sorter())?,
            merger: spawn("store-merge", move || merger.run_merger())?,
            _lock: lock,
        };
        let (closed, threads) = (AtomicBool::new(false), Mutex::new(Some(threads)));
        Ok(Self { published, queue, watches, janitor, closed, threads })
    }

    fn snapshot_or_closed(&self) -> Result<Arc<dyn Snapshot>, StoreError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::Closed);
        }
        Ok(self.published.newest())
    }

    /// Commits what waits, sorts it into files, lets go of the directory.
    fn shut(&self) {
        let Some(threads) = self.threads.lock().take() else { return };
        self.closed.store(true, Ordering::Release);
        self.queue.close();
        // A panic in a thread was reported when it happened.
        let _ = threads.committer.join();
        self.janitor.close();
        let _ = threads.sorter.join();
        let _ = threads.merger.join();
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.shut();
    }
}

impl Kv for Local {
    fn snapshot(&self) -> BoxFuture<'_, Result<Arc<dyn Snapshot>, StoreError>> {
        Box::pin(ready(self.snapshot_or_closed()))
    }

    fn commit(&self, mut commit: Commit) -> BoxFuture<'_, Result<Version, CommitError>> {
        if let Err(error) = commit.prepare() {
            return Box::pin(ready(Err(error.into())));
        }
        let answered = self.queue.commit(commit);
        Box::pin(async move { answered.await.unwrap_or(Err(StoreError::Closed.into())) })
    }

    fn watch(&self, prefix: &[u8]) -> Watch {
        self.watches.watch(prefix)
    }

    fn close(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            self.shut();
            Ok(())
        })
    }

    fn snapshot_now(&self) -> Option<Result<Arc<dyn Snapshot>, StoreError>> {
        Some(self.snapshot_or_closed())
    }
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    std::thread::Builder::new().name(name.into()).spawn(body).map_err(StoreError::unavailable)
}

/// Locks the directory against other processes until the file is dropped, a crash included.
fn lock(dir: &Path) -> Result<File, StoreError> {
    fs::create_dir_all(dir).map_err(StoreError::unavailable)?;
    let options = fs::OpenOptions::new().create(true).truncate(false).write(true).open(dir.join("lock"));
    let file = options.map_err(StoreError::unavailable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked(dir.display().to_string().into())),
        Err(TryLockError::Error(error)) => Err(StoreError::unavailable(error)),
    }
}

fn prepare(dir: &Path) -> std::io::Result<std::path::PathBuf> {
    let log_dir = dir.join("log");
    if !log_dir.exists() {
        fs::create_dir_all(&log_dir)?;
        sync_dir(dir)?;
    }
    Ok(log_dir)
}

/// Refuses a directory of another form; notes the form in a new one.
fn check_format(dir: &Path) -> Result<(), StoreError> {
    let path = dir.join("format");
    match fs::read_to_string(&path) {
        Ok(format) if format == FORMAT => Ok(()),
        Ok(format) if !format.is_empty() => {
            Err(StoreError::corrupt(format!("the data directory has the form {:?}", format.trim())))
        }
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(StoreError::unavailable(error)),
        // Empty: a crash while it was made.
        _ => write_synced(&path, FORMAT).and_then(|()| sync_dir(dir)).map_err(StoreError::unavailable),
    }
}

fn write_synced(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
