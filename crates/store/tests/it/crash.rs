//! What was acknowledged is there after kill -9 and after a power cut, whole.
//!
//! The test runs its own binary as a child that writes and says what was acknowledged, kills it after a random number of
//! acknowledgements, and looks. For the power cut the child runs under `powercut.c`, which records what was synced; the
//! directory is then built anew from that, with nothing of what was not synced, or with a random half of it.
//!
//! This proves that each acknowledgement comes after the syncs of files and directories that it needs, and that any part
//! of later writes may be missing. It does not prove that the disk keeps what it says it has synced.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::linux::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use bytes::Bytes;
use runtime::Random;
use store::{Batch, Durability, KeyRange, Local, Options, Order, Reader, Store, StoreError, Writer};

const WRITERS: u64 = 8;

/// Rounds of killing; 10 unless `STORE_CRASH_ROUNDS` says otherwise.
fn rounds() -> u64 {
    std::env::var("STORE_CRASH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(10)
}

fn open(dir: &Path) -> Store {
    Store::new(Arc::new(Local::open(dir, &Options::default()).unwrap()), Random::seeded(1))
}

/// The child: does nothing unless the parent set the directory.
#[test]
fn child_that_writes_until_it_is_killed() {
    let Ok(dir) = std::env::var("STORE_CRASH_DIR") else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let durability =
            if std::env::var_os("STORE_CRASH_UNSYNCED").is_some() { Durability::Os } else { Durability::Fsync };
        let local = Local::open(Path::new(&dir), &Options { durability, ..Options::default() }).unwrap();
        let store = Store::new(Arc::new(local), Random::seeded(1));
        let writers: Vec<_> = (0..WRITERS).map(|writer| tokio::spawn(write_for_ever(store.clone(), writer))).collect();
        for writer in writers {
            writer.await.unwrap();
        }
    });
}

/// Two keys a commit, so that half a commit would be seen; large values now and then, so that files are sorted and merged.
async fn write_for_ever(store: Store, writer: u64) {
    let begin = last_number(&store, writer).await + 1;
    for n in begin.. {
        let size = if n % 16 == 0 { 60_000 } else { 300 };
        let batch = Batch::new();
        batch.put(format!("a/{writer}/{n:010}").into(), value(writer, n, size));
        batch.put(format!("b/{writer}/{n:010}").into(), value(writer, n, 10));
        // Old numbers go, so that there is something to merge away.
        if n > 200 {
            batch.delete(format!("a/{writer}/{:010}", n - 200).into());
            batch.delete(format!("b/{writer}/{:010}", n - 200).into());
        }
        store.write(batch).await.unwrap();
        println!("acked {writer} {n}");
    }
}

fn value(writer: u64, n: u64, size: usize) -> Bytes {
    Bytes::from(vec![(writer * 31 + n) as u8; size])
}

async fn numbers(store: &Store, table: &str, writer: u64) -> Vec<(u64, Bytes)> {
    let view = store.read().await.unwrap();
    let range = KeyRange::prefix(Bytes::from(format!("{table}/{writer}/")));
    let rows = view.scan(range, Order::Ascending, usize::MAX).await.unwrap();
    let number = |key: &[u8]| std::str::from_utf8(&key[4..]).unwrap().parse().unwrap();
    rows.into_iter().map(|(key, value)| (number(&key), value)).collect()
}

async fn last_number(store: &Store, writer: u64) -> u64 {
    numbers(store, "a", writer).await.last().map_or(0, |(n, _)| *n)
}

/// Runs the child until it acknowledged `acks` commits, kills it, and returns the last acknowledged number by writer.
fn kill_after(acks: u64, dir: &Path, shim: Option<&Shim>) -> HashMap<u64, u64> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["crash::child_that_writes_until_it_is_killed", "--exact", "--nocapture"]);
    command.env("STORE_CRASH_DIR", dir).stdout(Stdio::piped()).stderr(Stdio::inherit());
    if let Some(shim) = shim {
        command.env("LD_PRELOAD", &shim.library).env("SHADOW", &shim.shadow);
        if !shim.sync {
            command.env("STORE_CRASH_UNSYNCED", "1");
        }
    }
    let mut child = command.spawn().unwrap();
    let mut acked = HashMap::new();
    let mut count = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let Some((writer, n)) = line.strip_prefix("acked ").and_then(|rest| rest.split_once(' ')) else { continue };
        acked.insert(writer.parse().unwrap(), n.parse().unwrap());
        count += 1;
        if count == acks {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(count >= acks, "the child ended by itself after {count} commits");
    acked
}

/// Every acknowledged number is there, each commit whole, and none is missing in between.
async fn inspect(dir: &Path, acked: &HashMap<u64, u64>, what: &str) {
    let store = open(dir);
    for writer in 0..WRITERS {
        let (a, b) = (numbers(&store, "a", writer).await, numbers(&store, "b", writer).await);
        let names = |rows: &[(u64, Bytes)]| rows.iter().map(|(n, _)| *n).collect::<Vec<_>>();
        assert_eq!(names(&a), names(&b), "half a commit of writer {writer}, {what}");
        let last = a.last().map_or(0, |(n, _)| *n);
        let acked = acked.get(&writer).copied().unwrap_or(0);
        assert!(last >= acked, "writer {writer} lost {} to {acked}, {what}", last + 1);
        let expected: Vec<u64> = (last.saturating_sub(199).max(1)..=last).collect();
        assert_eq!(names(&a), expected, "writer {writer}, {what}");
        for (n, found) in a {
            let size = if n % 16 == 0 { 60_000 } else { 300 };
            assert!(found == value(writer, n, size), "writer {writer}, number {n}, {what}");
        }
    }
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_by_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let random = Random::from_os();
    for round in 0..rounds() {
        let acked = kill_after(200 + random.below(2_000), dir.path(), None);
        inspect(dir.path(), &acked, &format!("kill -9 in round {round}")).await;
    }
}

/// The child of the test below: fills the disk, is refused, makes room, goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_whose_disk_fills_up() {
    let (Ok(dir), Ok(full)) = (std::env::var("STORE_FULL_DIR"), std::env::var("FULL")) else { return };
    let store = open(Path::new(&dir));
    let write = async |n: u64, size: usize| {
        let batch = Batch::new();
        batch.put(format!("a/{n}").into(), value(0, n, size));
        batch.put(format!("b/{n}").into(), value(0, n, size));
        store.write(batch).await
    };
    for round in 0..8 {
        let n = round * 1_000;
        write(n, 300).await.unwrap();
        fs::write(&full, "").unwrap();
        for refused in 1..10 {
            let outcome = write(n + refused, 100_000).await;
            assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
            let view = store.read().await.unwrap();
            assert_eq!(view.get(format!("a/{}", n + refused).into()).await.unwrap(), None, "what failed is not seen");
            let counted = store.transact(|tx| async move {
                tx.get("count".into()).await?;
                tx.put("count".into(), "x".into());
                Ok(())
            });
            assert!(matches!(counted.await, Err(StoreError::Unavailable(_))), "not a conflict for ever");
        }
        fs::remove_file(&full).unwrap();
        // Enough to sort files, which failed too while the disk was full.
        for n in n + 10..n + 20 {
            write(n, 100_000).await.unwrap();
        }
    }
    println!("went on");
    std::process::abort();
}

#[tokio::test]
async fn a_full_disk_is_an_error_that_passes() {
    let dir = tempfile::tempdir().unwrap();
    let Some(shim) = Shim::compile(dir.path()) else { return };
    let data = dir.path().join("data");
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["crash::child_whose_disk_fills_up", "--exact", "--nocapture"]).env("LD_PRELOAD", &shim.library);
    command.env("STORE_FULL_DIR", &data).env("FULL", dir.path().join("full"));
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("went on"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let store = open(&data);
    let view = store.read().await.unwrap();
    for n in (0..8_000).filter(|n| n % 1_000 < 20) {
        let [a, b] =
            [view.get(format!("a/{n}").into()).await.unwrap(), view.get(format!("b/{n}").into()).await.unwrap()];
        let size = match n % 1_000 {
            0 => Some(300),
            1..10 => None,
            _ => Some(100_000),
        };
        assert!(a == size.map(|size| value(0, n, size)) && a == b, "number {n}");
    }
}

/// The recorder, compiled, and where it records.
struct Shim {
    library: PathBuf,
    shadow: PathBuf,
    sync: bool,
}

impl Shim {
    /// None where there is no C compiler: then there is no such test.
    fn compile(dir: &Path) -> Option<Self> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/powercut.c");
        let (library, shadow) = (dir.join("powercut.so"), dir.join("shadow"));
        fs::create_dir_all(&shadow).unwrap();
        let compiled = Command::new("cc").args(["-O1", "-shared", "-fPIC", "-o"]).arg(&library).arg(source).status();
        match compiled {
            Ok(status) => {
                assert!(status.success(), "powercut.c does not compile");
                Some(Self { library, shadow, sync: true })
            }
            Err(error) => {
                eprintln!("no C compiler, so no power cuts: {error}");
                None
            }
        }
    }

    /// Builds `to` as a power cut would have left `from`. With `lucky`, a random half of what was not synced is there.
    fn rebuild(&self, from: &Path, to: &Path, lucky: Option<&Random>) {
        fs::create_dir_all(to).unwrap();
        let synced = fs::read_to_string(self.shadow.join(inode(from) + ".names"));
        let real = listing(from);
        let names = match (synced, lucky) {
            (Ok(synced), Some(random)) if random.below(2) == 0 => synced,
            (Ok(synced), None) => synced,
            (_, Some(_)) => real.clone(),
            (Err(_), None) => String::new(),
        };
        for line in names.lines() {
            let [kind, inode, name] = line.splitn(3, ' ').collect::<Vec<_>>().try_into().unwrap();
            // Where the file is now, if it still is: its present content holds what was not synced.
            let now = real.lines().find(|line| line.split(' ').nth(1) == Some(inode));
            let now = now.map(|line| from.join(line.splitn(3, ' ').nth(2).unwrap()));
            match (kind, now) {
                ("d", Some(now)) => self.rebuild(&now, &to.join(name), lucky),
                ("d", None) => fs::create_dir_all(to.join(name)).unwrap(),
                (_, now) => self.rebuild_file(inode, now.as_deref(), &to.join(name), lucky),
            }
        }
    }

    fn rebuild_file(&self, inode: &str, now: Option<&Path>, to: &Path, lucky: Option<&Random>) {
        let mut content = fs::read(self.shadow.join(inode)).unwrap_or_default();
        if let (Some(now), Some(random)) = (now, lucky) {
            let now = fs::read(now).unwrap();
            if random.below(2) == 0 {
                content.resize(now.len(), 0);
            }
            for (page, new) in content.chunks_mut(4_096).zip(now.chunks(4_096)) {
                if random.below(2) == 0 {
                    let length = page.len().min(new.len());
                    page[..length].copy_from_slice(&new[..length]);
                }
            }
        }
        fs::write(to, content).unwrap();
    }
}

/// As the recorder names it.
fn inode(path: &Path) -> String {
    let meta = fs::symlink_metadata(path).unwrap();
    let born = meta.created().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap();
    format!("{}-{}.{}", meta.st_ino(), born.as_secs(), born.subsec_nanos())
}

/// As the recorder lists a directory.
fn listing(dir: &Path) -> String {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let line = |entry: fs::DirEntry| {
        let kind = if entry.file_type().unwrap().is_dir() { 'd' } else { 'f' };
        format!("{kind} {} {}\n", inode(&entry.path()), entry.file_name().to_str().unwrap())
    };
    entries.map(line).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_by_a_power_cut() {
    let dir = tempfile::tempdir().unwrap();
    let Some(shim) = Shim::compile(dir.path()) else { return };
    let random = Random::from_os();
    for round in 0..rounds() {
        let running = dir.path().join(format!("running {round}"));
        fs::create_dir_all(&running).unwrap();
        let acked = kill_after(200 + random.below(1_500), &running, Some(&shim));
        let unlucky = dir.path().join("unlucky");
        shim.rebuild(&running, &unlucky, None);
        inspect(&unlucky, &acked, &format!("nothing unsynced kept, round {round}")).await;
        fs::remove_dir_all(&unlucky).unwrap();
        for seed in 0..3 {
            let lucky = dir.path().join("lucky");
            shim.rebuild(&running, &lucky, Some(&Random::seeded(seed)));
            inspect(&lucky, &acked, &format!("some unsynced kept, round {round}, seed {seed}")).await;
            fs::remove_dir_all(&lucky).unwrap();
        }
        fs::remove_dir_all(&running).unwrap();
        fs::remove_dir_all(&shim.shadow).unwrap();
        fs::create_dir_all(&shim.shadow).unwrap();
    }
}

/// The test above can fail: a store that acknowledges before it syncs is caught.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_does_not_sync_is_caught() {
    let dir = tempfile::tempdir().unwrap();
    let Some(shim) = Shim::compile(dir.path()) else { return };
    let shim = Shim { sync: false, ..shim };
    let running = dir.path().join("running");
    fs::create_dir_all(&running).unwrap();
    let acked = kill_after(500, &running, Some(&shim));
    let unlucky = dir.path().join("unlucky");
    shim.rebuild(&running, &unlucky, None);
    let store = open(&unlucky);
    let mut lost = 0;
    for (writer, acked) in acked {
        lost += acked.saturating_sub(last_number(&store, writer).await);
    }
    assert!(lost > 0);
}
