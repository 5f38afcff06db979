//! Long polls: woken by arrivals and by instants, ended by time, never swallowing a message.

use std::time::Duration;

use api_sqs::*;
use service_kit::Outcome;
use testkit::TestCloud;
use tokio::task::JoinHandle;

use crate::cloud::*;

fn poll(cloud: &TestCloud, url: &str, seconds: i32) -> JoinHandle<Outcome<ReceiveMessage>> {
    let input =
        ReceiveMessageInput { wait_time_seconds: Some(seconds), max_number_of_messages: Some(1), ..receiving(url) };
    let cloud = cloud.clone();
    tokio::spawn(async move { cloud.call::<ReceiveMessage>(input).await })
}

/// Lets all that can go on, go on.
async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

fn got(answer: Outcome<ReceiveMessage>) -> Vec<String> {
    answer.unwrap().messages.unwrap_or_default().into_iter().map(|message| message.body.unwrap()).collect()
}

#[tokio::test]
async fn an_arrival_wakes_a_poll() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    let waiting = poll(&cloud, &url, 20);
    settle().await;
    assert!(!waiting.is_finished());
    send(&cloud, &url, "a").await;
    assert_eq!(got(waiting.await.unwrap()), ["a"]);
}

#[tokio::test]
async fn a_poll_ends_with_its_time_or_the_queues() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[("ReceiveMessageWaitTimeSeconds", "7")]).await;
    let own = poll(&cloud, &url, 5);
    let queues = tokio::spawn({
        let (cloud, url) = (cloud.clone(), url.clone());
        async move { receive(&cloud, &url).await }
    });
    settle().await;
    cloud.advance(Duration::from_secs(5)).await;
    assert!(got(own.await.unwrap()).is_empty());
    settle().await;
    assert!(!queues.is_finished());
    cloud.advance(Duration::from_secs(2)).await;
    assert!(queues.await.unwrap().is_empty());
}

#[tokio::test]
async fn what_shows_wakes_a_poll() {
    for fifo in [false, true] {
        let cloud = cloud();
        let (name, attributes): (_, &[_]) = if fifo { ("q.fifo", &[("FifoQueue", "true")]) } else { ("q", &[]) };
        let url = create(&cloud, name, attributes).await;
        let input = if fifo { sending_to(&url, "g", "a") } else { sending(&url, "a") };
        cloud.call::<SendMessage>(input).await.unwrap();
        let first = receive(&cloud, &url).await;
        let polls = [poll(&cloud, &url, 20), poll(&cloud, &url, 20), poll(&cloud, &url, 20)];
        settle().await;
        hide(&cloud, &url, &first[0], 10).await.unwrap();
        settle().await;
        cloud.advance(Duration::from_secs(10)).await;
        settle().await;
        let done = polls.iter().filter(|poll| poll.is_finished()).count();
        assert_eq!(done, 1, "one message, one poll (fifo: {fifo})");
        cloud.advance(Duration::from_secs(10)).await;
        let mut all = Vec::new();
        for poll in polls {
            all.extend(got(poll.await.unwrap()));
        }
        assert_eq!(all, ["a"]);
    }
}

#[tokio::test]
async fn whoever_waits_longest_is_first() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    let mut polls = Vec::new();
    for _ in 0..10 {
        polls.push(poll(&cloud, &url, 20));
        settle().await;
    }
    for i in 0..10 {
        send(&cloud, &url, &i.to_string()).await;
        settle().await;
    }
    for (i, poll) in polls.into_iter().enumerate() {
        assert_eq!(got(poll.await.unwrap()), [i.to_string()]);
    }
}

#[tokio::test]
async fn a_poll_that_is_cancelled_swallows_nothing() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    for round in 0..50 {
        let polls: Vec<_> = (0..5).map(|_| poll(&cloud, &url, 20)).collect();
        settle().await;
        let body = round.to_string();
        let sending = send(&cloud, &url, &body);
        let abort = async {
            for _ in 0..round % 7 {
                tokio::task::yield_now().await;
            }
            polls.iter().for_each(JoinHandle::abort);
        };
        tokio::join!(sending, abort);
        let mut taken = 0;
        for poll in polls {
            taken += poll.await.map_or(0, |answer| got(answer).len());
        }
        settle().await;
        let left = receive(&cloud, &url).await;
        assert_eq!(taken + left.len(), 1, "round {round}");
    }
}

#[tokio::test]
async fn a_deleted_queue_ends_its_polls() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    let waiting = poll(&cloud, &url, 20);
    settle().await;
    cloud.call::<DeleteQueue>(DeleteQueueInput { queue_url: url }).await.unwrap();
    assert!(waiting.await.unwrap().is_err());
}

#[tokio::test]
async fn thousands_wait_and_one_message_wakes_one() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    let polls: Vec<_> = (0..3_000).map(|_| poll(&cloud, &url, 20)).collect();
    settle().await;
    send(&cloud, &url, "a").await;
    settle().await;
    assert_eq!(polls.iter().filter(|poll| poll.is_finished()).count(), 1);
    cloud.advance(Duration::from_secs(20)).await;
    for poll in polls {
        poll.await.unwrap().unwrap();
    }
}
