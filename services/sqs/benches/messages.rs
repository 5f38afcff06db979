//! What a message costs: sent alone, then received ten at a time and deleted, at several depths of the queue. Prints
//! messages a second of wall clock and of processor time: `cargo bench -p svc-sqs --bench messages [-- DEPTH…]`.
//!
//! Typed calls in process take the road from authorisation on; the wire is measured in the workspace's `benches/`. The
//! store is on disk but not synced, so that the figures are the processor's and not the disk's.

use std::sync::Arc;
use std::time::Instant;

use api_sqs::{
    CreateQueue, CreateQueueInput, DeleteMessageBatch, DeleteMessageBatchInput, DeleteMessageBatchRequestEntry,
    ReceiveMessage, ReceiveMessageInput, SendMessage, SendMessageBatch, SendMessageBatchInput,
    SendMessageBatchRequestEntry, SendMessageInput,
};
use runtime::Runtime;
use store::{Durability, Local, Options, Store};
use testkit::TestCloud;

const BODY: usize = 256;
const TASKS: usize = 64;
const ROUND: usize = 20_000;

fn main() {
    let depths: Vec<usize> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    let depths = if depths.is_empty() { vec![5_000, 100_000] } else { depths };
    let tokio = tokio::runtime::Runtime::new().expect("a runtime");
    for depth in depths {
        for (engine, dir) in [("memory", None), ("disk", tempfile::tempdir().ok())] {
            tokio.block_on(measure(engine, dir.as_ref().map(tempfile::TempDir::path), depth));
        }
    }
}

async fn measure(engine: &str, dir: Option<&std::path::Path>, depth: usize) {
    let runtime = Runtime::real();
    let store = match dir {
        None => Store::in_memory(runtime.random.clone()),
        Some(dir) => {
            let options = Options { durability: Durability::Os, ..Options::default() };
            Store::new(Arc::new(Local::open(dir, &options).expect("an empty directory")), runtime.random.clone())
        }
    };
    let cloud = TestCloud::on(runtime, store.clone(), |parts| vec![svc_sqs::service(parts)]);
    let input = CreateQueueInput { queue_name: "q".into(), ..Default::default() };
    let url = cloud.call::<CreateQueue>(input).await.expect("a queue").queue_url.expect("a URL");
    run(&cloud, &url, depth / 10, |cloud, url| async move { send_ten(&cloud, &url).await }).await;
    let sent = run(&cloud, &url, ROUND, |cloud, url| async move { send(&cloud, &url).await }).await;
    let got = run(&cloud, &url, ROUND / 10, |cloud, url| async move { take_ten(&cloud, &url).await }).await;
    println!("{engine:6} {depth:>8} waiting: send {sent}   receive + delete {}", got.times(10));
    cloud.runtime().shutdown.request();
    store.close().await.expect("a store that closes");
}

/// Calls a second, of wall clock and of processor time.
struct Rate(f64, f64);

impl Rate {
    fn times(self, messages: u32) -> Self {
        Self(self.0 * f64::from(messages), self.1 * f64::from(messages))
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>8.0}/s ({:>8.0} per CPU second)", self.0, self.1)
    }
}

async fn run<F, Fut>(cloud: &TestCloud, url: &str, count: usize, call: F) -> Rate
where
    F: Fn(TestCloud, String) -> Fut + Copy + Send + 'static,
    Fut: Future<Output = ()> + Send,
{
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let mut tasks = Vec::new();
    for _ in 0..TASKS {
        let (cloud, url) = (cloud.clone(), url.to_owned());
        tasks.push(tokio::spawn(async move {
            for _ in 0..count.div_ceil(TASKS) {
                call(cloud.clone(), url.clone()).await;
            }
        }));
    }
    for task in tasks {
        task.await.expect("a task that ends");
    }
    let calls = (count.div_ceil(TASKS) * TASKS) as f64;
    Rate(calls / start.elapsed().as_secs_f64(), calls / (cpu_seconds() - cpu).max(0.01))
}

async fn send(cloud: &TestCloud, url: &str) {
    let input = SendMessageInput { queue_url: url.into(), message_body: "x".repeat(BODY), ..Default::default() };
    cloud.call::<SendMessage>(input).await.expect("sent");
}

async fn send_ten(cloud: &TestCloud, url: &str) {
    let entry = |i: i32| SendMessageBatchRequestEntry {
        id: i.to_string(),
        message_body: "x".repeat(BODY),
        ..Default::default()
    };
    let input = SendMessageBatchInput { queue_url: url.into(), entries: (0..10).map(entry).collect() };
    cloud.call::<SendMessageBatch>(input).await.expect("sent");
}

async fn take_ten(cloud: &TestCloud, url: &str) {
    let input = ReceiveMessageInput { queue_url: url.into(), max_number_of_messages: Some(10), ..Default::default() };
    let messages = cloud.call::<ReceiveMessage>(input).await.expect("received").messages.unwrap_or_default();
    let entries = messages.into_iter().enumerate().map(|(i, message)| DeleteMessageBatchRequestEntry {
        id: i.to_string(),
        receipt_handle: message.receipt_handle.expect("a handle"),
    });
    let input = DeleteMessageBatchInput { queue_url: url.into(), entries: entries.collect() };
    if !input.entries.is_empty() {
        cloud.call::<DeleteMessageBatch>(input).await.expect("deleted");
    }
}

/// Processor time of this process so far, by Linux's count of hundredths.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = [11, 12].iter().filter_map(|i| fields.get(*i)?.parse::<f64>().ok()).sum();
    ticks / 100.0
}
