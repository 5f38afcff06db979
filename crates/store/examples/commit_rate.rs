//! How many small durable commits a second, and what they cost: `cargo run --release --example commit_rate -- [dir]`.
//!
//! 64 tasks each commit two puts of 300 bytes, wait for the answer, and go on. Prints commits a second, CPU microseconds a
//! commit, latencies, and how long the store takes to open: fresh, after a clean close, after its process was killed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use runtime::Random;
use store::{Batch, Durability, Local, Memory, Options, Reader, Store, Writer};

/// As the product has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TASKS: u64 = 64;
const KEYS: u64 = 1_000_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let argument = std::env::args().nth(1).unwrap_or_else(|| "target/commit-rate".into());
    let dir = PathBuf::from(argument);
    match std::env::args().nth(2).as_deref() {
        Some("crash") => return crash(&dir),
        Some("open") => return opened(&dir),
        _ => {}
    }
    let _ = std::fs::remove_dir_all(&dir);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let memory = Store::new(Arc::new(Memory::new()), Random::from_os());
    runtime.block_on(measure("memory", &memory, 3));
    for (name, durability) in [("fsync", Durability::Fsync), ("os", Durability::Os)] {
        let began = Instant::now();
        let store = open(&dir, durability)?;
        println!("{name:8} opened fresh in {:.1} ms", ms(began.elapsed()));
        for _ in 0..2 {
            runtime.block_on(measure(name, &store, 5));
        }
        runtime.block_on(reads(&store));
        let began = Instant::now();
        runtime.block_on(store.close())?;
        println!("{name:8} closed in {:.1} ms, {:.0} MB on disk", ms(began.elapsed()), megabytes(&dir));
        drop(store);
        for (argument, what) in [("open", "a close"), ("crash", ""), ("open", "a crash"), ("open", "a close")] {
            println!("{:8} {}", name, if what.is_empty() { "writes and is killed" } else { what });
            std::process::Command::new(std::env::current_exe()?).arg(&dir).arg(argument).status()?;
        }
        std::fs::remove_dir_all(&dir)?;
    }
    Ok(())
}

/// Opens, tells how long that took and what it costs in memory, closes.
fn opened(dir: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let began = Instant::now();
    let store = open(dir, Durability::Fsync)?;
    let took = ms(began.elapsed());
    println!(
        "         opened in {took:.1} ms, {:.1} ms CPU since the start, resident {}",
        cpu_nanos() / 1e6,
        resident()
    );
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    Ok(runtime.block_on(store.close())?)
}

/// Writes for a while and dies without closing.
fn crash(dir: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let store = open(dir, Durability::Fsync)?;
    runtime.block_on(measure("(crash)", &store, 2));
    std::process::abort();
}

fn open(dir: &Path, durability: Durability) -> Result<Store, store::StoreError> {
    let local = Local::open(dir, &Options { durability, ..Options::default() })?;
    Ok(Store::new(Arc::new(local), Random::from_os()))
}

async fn measure(name: &str, store: &Store, seconds: u64) {
    let done = Arc::new(AtomicU64::new(0));
    let threads_before = thread_times();
    let (cpu, began) = (cpu_time(), Instant::now());
    let until = began + Duration::from_secs(seconds);
    let tasks: Vec<_> = (0..TASKS).map(|task| tokio::spawn(write(store.clone(), done.clone(), task, until))).collect();
    let mut waits: Vec<Duration> = Vec::new();
    for task in tasks {
        waits.extend(task.await.unwrap_or_default());
    }
    let (cpu, took) = (cpu_time().saturating_sub(cpu), began.elapsed());
    waits.sort_unstable();
    let commits = done.load(Ordering::Relaxed);
    let at = |share: f64| ms(waits[((waits.len() - 1) as f64 * share) as usize]);
    println!(
        "{name:8} {:7.0} commits/s, {:.1} us CPU each, p50 {:.2} ms, p99 {:.2} ms, max {:.1} ms",
        commits as f64 / took.as_secs_f64(),
        cpu.as_secs_f64() * 1e6 / commits as f64,
        at(0.5),
        at(0.99),
        at(1.0),
    );
    let threads = thread_times();
    let spent = threads.iter().map(|(name, time)| {
        let before = threads_before.get(name).copied().unwrap_or_default();
        format!("{name} {:.1}", time.saturating_sub(before).as_secs_f64() * 1e6 / commits as f64)
    });
    println!("         us by thread: {}", spent.collect::<Vec<_>>().join(", "));
}

async fn write(store: Store, done: Arc<AtomicU64>, task: u64, until: Instant) -> Vec<Duration> {
    let random = Random::seeded(task);
    let value = vec![random.bytes::<64>(); 5].concat();
    let mut waits = Vec::new();
    while Instant::now() < until {
        let batch = Batch::new();
        for _ in 0..2 {
            batch.put(key(random.below(KEYS)), Bytes::copy_from_slice(&value[..300]));
        }
        let began = Instant::now();
        if let Err(error) = store.write(batch).await {
            eprintln!("{error}");
            return waits;
        }
        waits.push(began.elapsed());
        done.fetch_add(1, Ordering::Relaxed);
    }
    waits
}

async fn reads(store: &Store) {
    const READS: u64 = 300_000;
    let random = Random::seeded(99);
    let cpu = cpu_time();
    let mut found = 0;
    for _ in 0..READS {
        let view = store.read().await;
        let value = match view {
            Ok(view) => view.get(key(random.below(KEYS))).await,
            Err(error) => Err(error),
        };
        found += u64::from(matches!(value, Ok(Some(_))));
    }
    let cpu = cpu_time().saturating_sub(cpu);
    println!("         a point read: {:.1} us CPU, {found} of {READS} found", cpu.as_secs_f64() * 1e6 / READS as f64);
}

fn key(n: u64) -> Bytes {
    // Scattered, as ids are.
    let scattered = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("\u{1}00000eu-west-1\0\u{1}sqs\0\u{1}message\0\u{1}{scattered:016x}").into()
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn cpu_time() -> Duration {
    cpu_time_of(Path::new("/proc/self"))
}

fn thread_times() -> BTreeMap<String, Duration> {
    let mut times = BTreeMap::new();
    for task in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let name = std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        *times.entry(name.trim().to_owned()).or_default() += cpu_time_of(&task.path());
    }
    times
}

/// User and system time, from Linux's /proc in ticks of 10 ms.
fn cpu_time_of(process: &Path) -> Duration {
    let stat = std::fs::read_to_string(process.join("stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// What this process has run so far, more finely than in ticks.
fn cpu_nanos() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let times = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok());
    times.filter_map(|stat| stat.split(' ').next()?.parse::<f64>().ok()).sum()
}

fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.unwrap_or_default().split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
}

fn megabytes(dir: &Path) -> f64 {
    let files = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let sizes = files.map(|file| match file.metadata() {
        Ok(meta) if meta.is_dir() => megabytes(&file.path()),
        Ok(meta) => meta.len() as f64 / 1e6,
        Err(_) => 0.0,
    });
    sizes.sum()
}
