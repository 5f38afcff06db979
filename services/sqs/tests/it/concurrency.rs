//! Many senders and receivers at once, on several threads: each message to exactly one receiver, each group in order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use api_sqs::*;
use parking_lot::Mutex;
use testkit::TestCloud;

use crate::cloud::*;

const SENDERS: usize = 8;
const RECEIVERS: usize = 8;
const EACH: usize = 100;

/// Receives until everything has come, and deletes it.
async fn work(cloud: TestCloud, url: String, left: Arc<AtomicUsize>, seen: Arc<Mutex<Vec<Message>>>) {
    while left.load(Ordering::Acquire) > 0 {
        let received = receive(&cloud, &url).await;
        seen.lock().extend(received.iter().cloned());
        for message in &received {
            delete(&cloud, &url, message).await.unwrap();
            left.fetch_sub(1, Ordering::AcqRel);
        }
        tokio::task::yield_now().await;
    }
}

async fn run(url: String, cloud: TestCloud, input: fn(&str, usize, usize) -> SendMessageInput) -> Vec<Message> {
    let (left, seen) = (Arc::new(AtomicUsize::new(SENDERS * EACH)), Arc::new(Mutex::new(Vec::new())));
    let mut tasks = Vec::new();
    for sender in 0..SENDERS {
        let (cloud, url) = (cloud.clone(), url.clone());
        tasks.push(tokio::spawn(async move {
            for i in 0..EACH {
                cloud.call::<SendMessage>(input(&url, sender, i)).await.unwrap();
            }
        }));
    }
    for _ in 0..RECEIVERS {
        tasks.push(tokio::spawn(work(cloud.clone(), url.clone(), left.clone(), seen.clone())));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(counts(&cloud, &url).await, (0, 0, 0));
    Arc::into_inner(seen).unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_message_goes_to_one_receiver() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[("VisibilityTimeout", "3600")]).await;
    let seen = run(url, cloud, |url, sender, i| sending(url, &format!("{sender}-{i}"))).await;
    let unique: BTreeSet<_> = bodies(&seen).into_iter().map(str::to_owned).collect();
    assert_eq!((seen.len(), unique.len()), (SENDERS * EACH, SENDERS * EACH));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_group_comes_in_order() {
    let cloud = cloud();
    cloud.runtime().clock.freeze();
    let url = create(&cloud, "q.fifo", &[("FifoQueue", "true"), ("VisibilityTimeout", "3600")]).await;
    let seen = run(url, cloud, |url, sender, i| sending_to(url, &format!("g{sender}"), &i.to_string())).await;
    let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for message in &seen {
        let group = message.attributes.as_ref().unwrap()["MessageGroupId"].clone();
        groups.entry(group).or_default().push(message.body.as_ref().unwrap().parse().unwrap());
    }
    let expected: Vec<_> = (0..EACH).collect();
    assert!(groups.values().all(|group| *group == expected), "{groups:?}");
    assert_eq!(groups.len(), SENDERS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_deduplication_id_from_many_is_one_message() {
    let cloud = cloud();
    cloud.runtime().clock.freeze();
    let url = create(&cloud, "q.fifo", &[("FifoQueue", "true")]).await;
    let mut tasks = Vec::new();
    for sender in 0..20 {
        let (cloud, url) = (cloud.clone(), url.clone());
        tasks.push(tokio::spawn(async move {
            let id = Some("same".to_owned());
            let input =
                SendMessageInput { message_deduplication_id: id, ..sending_to(&url, &format!("g{sender}"), "x") };
            cloud.call::<SendMessage>(input).await.unwrap().message_id
        }));
    }
    let mut ids = BTreeSet::new();
    for task in tasks {
        ids.insert(task.await.unwrap());
    }
    assert_eq!(ids.len(), 1);
    assert_eq!(receive(&cloud, &url).await.len(), 1);
}
