//! Everything is in the store: a new process on the old one's data knows all that was acknowledged.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use api_sqs::*;
use names::Timestamp;
use runtime::Runtime;
use store::{Local, Options, Store};
use testkit::TestCloud;

use crate::cloud::*;

const START: Timestamp = Timestamp::from_secs(1_767_225_600);

/// One life of a process, `seconds` after the start of time.
struct Life {
    cloud: TestCloud,
    store: Store,
}

impl Life {
    fn begin(dir: &Path, seconds: u64) -> Self {
        let runtime = Runtime::simulated(7, START.plus(Duration::from_secs(seconds)));
        let engine = Local::open(dir, &Options::default()).unwrap();
        let store = Store::new(Arc::new(engine), runtime.random.clone());
        let cloud = TestCloud::on(runtime, store.clone(), |parts| vec![svc_sqs::service(parts)]);
        Self { cloud, store }
    }

    /// Ends without telling the service: it keeps nothing that it would have to save.
    async fn end(self) {
        self.cloud.runtime().shutdown.request();
        self.store.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_counts_and_handles_outlive_the_process() {
    let dir = tempfile::tempdir().unwrap();
    let life = Life::begin(dir.path(), 0);
    let url = create(&life.cloud, "q", &[]).await;
    for i in 0..20 {
        send(&life.cloud, &url, &i.to_string()).await;
    }
    let delayed = SendMessageInput { delay_seconds: Some(100), ..sending(&url, "delayed") };
    life.cloud.call::<SendMessage>(delayed).await.unwrap();
    let received = receive(&life.cloud, &url).await;
    delete(&life.cloud, &url, &received[0]).await.unwrap();
    assert_eq!(counts(&life.cloud, &url).await, (10, 9, 1));
    life.end().await;

    let life = Life::begin(dir.path(), 10);
    assert_eq!(counts(&life.cloud, &url).await, (10, 9, 1));
    delete(&life.cloud, &url, &received[1]).await.unwrap();
    hide(&life.cloud, &url, &received[2], 0).await.unwrap();
    let next = receive(&life.cloud, &url).await;
    assert_eq!(bodies(&next), ["2", "10", "11", "12", "13", "14", "15", "16", "17", "18"]);
    assert_eq!(counts(&life.cloud, &url).await, (1, 17, 1));
    life.end().await;

    let life = Life::begin(dir.path(), 200);
    assert_eq!(counts(&life.cloud, &url).await, (19, 0, 0));
    let mut all = Vec::new();
    while let Some(message) = receive(&life.cloud, &url).await.pop() {
        all.push(message.body.unwrap());
        life.cloud.advance(Duration::from_secs(31)).await;
        if all.len() > 100 {
            break;
        }
    }
    assert!(all.contains(&"delayed".to_owned()) || all.len() > 100);
    life.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_ids_and_numbers_outlive_the_process() {
    let dir = tempfile::tempdir().unwrap();
    let life = Life::begin(dir.path(), 0);
    let url = create(&life.cloud, "q.fifo", &[("FifoQueue", "true")]).await;
    let mut last = None;
    for body in ["1", "2", "3"] {
        last = life.cloud.call::<SendMessage>(sending_to(&url, "g", body)).await.unwrap().sequence_number;
    }
    let one = ReceiveMessageInput { max_number_of_messages: Some(1), ..receiving(&url) };
    let first = life.cloud.call::<ReceiveMessage>(one).await.unwrap().messages.unwrap();
    life.end().await;

    let life = Life::begin(dir.path(), 10);
    assert!(receive(&life.cloud, &url).await.is_empty(), "1 is still hidden");
    let again = life.cloud.call::<SendMessage>(sending_to(&url, "g", "2")).await.unwrap();
    assert!(again.sequence_number < last, "the id is still known");
    let fresh = life.cloud.call::<SendMessage>(sending_to(&url, "g", "4")).await.unwrap();
    assert!(fresh.sequence_number > last);
    delete(&life.cloud, &url, &first[0]).await.unwrap();
    assert_eq!(bodies(&receive(&life.cloud, &url).await), ["2", "3", "4"]);
    life.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_backlog_is_counted_without_reading_it() {
    let dir = tempfile::tempdir().unwrap();
    let life = Life::begin(dir.path(), 0);
    let url = create(&life.cloud, "q", &[]).await;
    for _ in 0..500 {
        let entries = (0..10).map(|i| SendMessageBatchRequestEntry {
            id: i.to_string(),
            message_body: "x".into(),
            ..Default::default()
        });
        let batch = SendMessageBatchInput { queue_url: url.clone(), entries: entries.collect() };
        life.cloud.call::<SendMessageBatch>(batch).await.unwrap();
    }
    for message in receive(&life.cloud, &url).await {
        delete(&life.cloud, &url, &message).await.unwrap();
    }
    life.end().await;
    let life = Life::begin(dir.path(), 10);
    let (visible, in_flight, delayed) = counts(&life.cloud, &url).await;
    assert!((4_990..5_055).contains(&visible), "{visible}");
    assert_eq!((in_flight, delayed), (0, 0));
    assert_eq!(receive(&life.cloud, &url).await.len(), 10);
    life.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_task_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let life = Life::begin(dir.path(), 0);
    let source = "arn:aws:sqs:us-east-1:000000000000:dlq".to_owned();
    create(&life.cloud, "dlq", &[]).await;
    let policy = format!(r#"{{"deadLetterTargetArn":"{source}","maxReceiveCount":1}}"#);
    let url = create(&life.cloud, "q", &[("RedrivePolicy", &policy), ("VisibilityTimeout", "0")]).await;
    for i in 0..6 {
        send(&life.cloud, &url, &i.to_string()).await;
    }
    assert_eq!(receive(&life.cloud, &url).await.len(), 6);
    assert!(receive(&life.cloud, &url).await.is_empty());
    let start = StartMessageMoveTaskInput {
        source_arn: source.clone(),
        max_number_of_messages_per_second: Some(2),
        ..Default::default()
    };
    life.cloud.call::<StartMessageMoveTask>(start).await.unwrap();
    wait_for(&life.cloud, &source, "RUNNING", 2).await;
    life.end().await;

    let life = Life::begin(dir.path(), 1);
    wait_for(&life.cloud, &source, "RUNNING", 4).await;
    life.cloud.advance(Duration::from_secs(10)).await;
    wait_for(&life.cloud, &source, "COMPLETED", 6).await;
    assert_eq!(receive(&life.cloud, &url).await.len(), 6);
    life.end().await;
}

async fn wait_for(cloud: &TestCloud, source: &str, status: &str, moved: i64) {
    for _ in 0..1_000_000 {
        let input = ListMessageMoveTasksInput { source_arn: source.to_owned(), max_results: None };
        let task = cloud.call::<ListMessageMoveTasks>(input).await.unwrap().results.unwrap().remove(0);
        if (task.status.as_deref(), task.approximate_number_of_messages_moved) == (Some(status), Some(moved)) {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("never {status} with {moved}");
}
