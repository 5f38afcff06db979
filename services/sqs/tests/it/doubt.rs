//! A window that believes what is no more so: nothing is handed out out of order, and what it holds back for nothing comes.

use std::sync::Arc;

use api_sqs::*;
use names::Timestamp;
use runtime::Runtime;
use store::{Fault, Faulty, Memory, Store};
use testkit::TestCloud;

use crate::cloud::*;

const FIFO: &[(&str, &str)] = &[("FifoQueue", "true")];

fn on(runtime: &Runtime, store: &Store) -> TestCloud {
    TestCloud::on(runtime.clone(), store.clone(), |parts| vec![svc_sqs::service(parts)])
}

fn failing() -> (Arc<Faulty>, TestCloud) {
    let runtime = Runtime::simulated(7, Timestamp::from_secs(1_767_225_600));
    let faulty = Arc::new(Faulty::new(Arc::new(Memory::new())));
    let store = Store::new(faulty.clone(), runtime.random.clone());
    (faulty, on(&runtime, &store))
}

async fn receive_one(cloud: &TestCloud, url: &str) -> Vec<Message> {
    let one = ReceiveMessageInput { max_number_of_messages: Some(1), ..receiving(url) };
    cloud.call::<ReceiveMessage>(one).await.unwrap().messages.unwrap_or_default()
}

/// Lets background tasks run.
async fn settle_down() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

/// Two services on one store: neither window knows what the other's receivers hide.
#[tokio::test]
async fn what_is_hidden_unknown_to_the_window_holds_back_its_group_and_no_other() {
    let runtime = Runtime::simulated(7, Timestamp::from_secs(1_767_225_600));
    let store = Store::new(Arc::new(Memory::new()), runtime.random.clone());
    let (here, there) = (on(&runtime, &store), on(&runtime, &store));
    let url = create(&here, "q.fifo", FIFO).await;
    for (group, body) in [("a", "a1"), ("b", "b1"), ("a", "a2"), ("a", "a3"), ("b", "b2")] {
        here.call::<SendMessage>(sending_to(&url, group, body)).await.unwrap();
    }
    let first = receive_one(&there, &url).await;
    assert_eq!(bodies(&first), ["a1"]);
    assert_eq!(bodies(&receive(&here, &url).await), ["b1", "b2"], "a2 and a3 wait for a1");
    // It shows again, which this window does not know either.
    hide(&there, &url, &first[0], 0).await.unwrap();
    here.advance(std::time::Duration::from_secs(30)).await;
    assert_eq!(bodies(&receive(&here, &url).await), ["a1", "a2", "a3", "b1", "b2"]);
}

#[tokio::test]
async fn what_follows_a_message_whose_delete_was_not_answered_comes() {
    let (faulty, cloud) = failing();
    let url = create(&cloud, "q.fifo", FIFO).await;
    for body in ["a1", "a2"] {
        cloud.call::<SendMessage>(sending_to(&url, "a", body)).await.unwrap();
    }
    let first = receive_one(&cloud, &url).await;
    faulty.fail(faulty.commits() + 1, Fault::AnswerLost);
    assert!(delete(&cloud, &url, &first[0]).await.is_err());
    settle_down().await;
    assert_eq!(bodies(&receive(&cloud, &url).await), ["a2"]);
}

#[tokio::test]
async fn what_was_shown_without_an_answer_is_received_at_once() {
    for (name, attributes) in [("q", &[][..]), ("q.fifo", FIFO)] {
        let (faulty, cloud) = failing();
        let url = create(&cloud, name, attributes).await;
        let input = if attributes.is_empty() { sending(&url, "1") } else { sending_to(&url, "a", "1") };
        cloud.call::<SendMessage>(input).await.unwrap();
        let first = receive_one(&cloud, &url).await;
        faulty.fail(faulty.commits() + 1, Fault::AnswerLost);
        assert!(hide(&cloud, &url, &first[0], 0).await.is_err());
        settle_down().await;
        assert_eq!(bodies(&receive(&cloud, &url).await), ["1"], "{name}");
    }
}
