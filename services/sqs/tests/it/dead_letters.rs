//! Dead letters: moved by the receive that would be one too many, and moved back by tasks.

use std::time::Duration;

use api_sqs::*;
use testkit::TestCloud;

use crate::cloud::*;

fn arn(name: &str) -> String {
    format!("arn:aws:sqs:us-east-1:000000000000:{name}")
}

/// A queue whose messages go to `dlq` after `count` receives.
async fn create_with_dlq(cloud: &TestCloud, name: &str, dlq: &str, count: u32) -> String {
    let policy = format!(r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":{count}}}"#, arn(dlq));
    let mut attributes = vec![("RedrivePolicy", policy.as_str()), ("VisibilityTimeout", "0")];
    if name.ends_with(".fifo") {
        attributes.push(("FifoQueue", "true"));
    }
    create(cloud, name, &attributes).await
}

/// Sends texts and receives them until they are dead.
async fn kill(cloud: &TestCloud, url: &str, texts: &[&str]) {
    for text in texts {
        send(cloud, url, text).await;
    }
    assert_eq!(bodies(&receive(cloud, url).await), texts);
    assert!(receive(cloud, url).await.is_empty());
}

#[tokio::test]
async fn a_message_received_too_often_moves_with_its_past() {
    let cloud = cloud();
    let dlq = create(&cloud, "dlq", &[]).await;
    let url = create_with_dlq(&cloud, "q", "dlq", 2).await;
    let trace = MessageSystemAttributeValue {
        data_type: "String".into(),
        string_value: Some("Root=1-5759e988-bd862e3fe1be46a994272793".into()),
        ..Default::default()
    };
    let foo =
        MessageAttributeValue { data_type: "String".into(), string_value: Some("foobar".into()), ..Default::default() };
    let input = SendMessageInput {
        message_attributes: Some([("MyAttribute".to_owned(), foo)].into()),
        message_system_attributes: Some([("AWSTraceHeader".to_owned(), trace)].into()),
        ..sending(&url, "a")
    };
    let sent = cloud.call::<SendMessage>(input).await.unwrap();
    cloud.advance(Duration::from_secs(1)).await;
    for _ in 0..2 {
        assert_eq!(receive(&cloud, &url).await.len(), 1);
    }
    assert!(receive(&cloud, &url).await.is_empty());
    assert_eq!((counts(&cloud, &url).await, counts(&cloud, &dlq).await), ((0, 0, 0), (1, 0, 0)));
    let dead = &receive(&cloud, &dlq).await[0];
    assert_eq!((&dead.message_id, dead.body.as_deref()), (&sent.message_id, Some("a")));
    assert_eq!(dead.md5_of_message_attributes.as_deref(), Some("adb59cd4678ea5a855436b949cd07ab6"));
    let shown = dead.attributes.as_ref().unwrap();
    assert_eq!(shown["DeadLetterQueueSourceArn"], arn("q"));
    assert_eq!(shown["ApproximateReceiveCount"], "3");
    assert_eq!(shown["SentTimestamp"], "1767225600000");
    assert_eq!(shown["ApproximateFirstReceiveTimestamp"], "1767225601000");
    assert_eq!(shown["AWSTraceHeader"], "Root=1-5759e988-bd862e3fe1be46a994272793");
}

#[tokio::test]
async fn retention_goes_on_in_the_dead_letter_queue() {
    let cloud = cloud();
    let dlq = create(&cloud, "dlq", &[("MessageRetentionPeriod", "60")]).await;
    let url = create_with_dlq(&cloud, "q", "dlq", 1).await;
    send(&cloud, &url, "old").await;
    cloud.advance(Duration::from_secs(40)).await;
    send(&cloud, &dlq, "direct").await;
    assert_eq!(receive(&cloud, &url).await.len(), 1);
    assert!(receive(&cloud, &url).await.is_empty());
    assert_eq!(counts(&cloud, &dlq).await.0, 2);
    cloud.advance(Duration::from_secs(20)).await;
    assert_eq!(counts(&cloud, &dlq).await.0, 1);
    assert_eq!(bodies(&receive(&cloud, &dlq).await), ["direct"]);
}

#[tokio::test]
async fn a_dead_letter_of_a_group_lets_the_next_one_through() {
    let cloud = cloud();
    let dlq = create(&cloud, "dlq.fifo", &[("FifoQueue", "true")]).await;
    let url = create_with_dlq(&cloud, "q.fifo", "dlq.fifo", 1).await;
    for body in ["1", "2"] {
        cloud.call::<SendMessage>(sending_to(&url, "g", body)).await.unwrap();
    }
    let one = || ReceiveMessageInput { max_number_of_messages: Some(1), ..receiving(&url) };
    assert_eq!(bodies(&cloud.call::<ReceiveMessage>(one()).await.unwrap().messages.unwrap()), ["1"]);
    assert_eq!(bodies(&cloud.call::<ReceiveMessage>(one()).await.unwrap().messages.unwrap()), ["2"]);
    let dead = receive(&cloud, &dlq).await;
    assert_eq!(bodies(&dead), ["1"]);
    assert_eq!(dead[0].attributes.as_ref().unwrap()["MessageGroupId"], "g");
}

#[tokio::test]
async fn on_fifo_queues_retention_begins_anew() {
    let cloud = cloud();
    let dlq = create(&cloud, "dlq.fifo", &[("FifoQueue", "true"), ("MessageRetentionPeriod", "60")]).await;
    let url = create_with_dlq(&cloud, "q.fifo", "dlq.fifo", 1).await;
    cloud.call::<SendMessage>(sending_to(&url, "g", "a")).await.unwrap();
    cloud.advance(Duration::from_secs(100)).await;
    assert_eq!(receive(&cloud, &url).await.len(), 1);
    assert!(receive(&cloud, &url).await.is_empty());
    assert_eq!(counts(&cloud, &dlq).await.0, 1);
    cloud.advance(Duration::from_secs(59)).await;
    assert_eq!(counts(&cloud, &dlq).await.0, 1);
    cloud.advance(Duration::from_secs(1)).await;
    assert_eq!(counts(&cloud, &dlq).await.0, 0);
}

#[tokio::test]
async fn list_dead_letter_source_queues() {
    let cloud = cloud();
    let dlq = create(&cloud, "dlq", &[]).await;
    let list = || ListDeadLetterSourceQueuesInput { queue_url: dlq.clone(), ..Default::default() };
    assert!(cloud.call::<ListDeadLetterSourceQueues>(list()).await.unwrap().queue_urls.is_empty());
    let a = create_with_dlq(&cloud, "a", "dlq", 1).await;
    let b = create_with_dlq(&cloud, "b", "dlq", 1).await;
    create(&cloud, "c", &[]).await;
    let first = ListDeadLetterSourceQueuesInput { max_results: Some(1), ..list() };
    let first = cloud.call::<ListDeadLetterSourceQueues>(first).await.unwrap();
    assert_eq!(first.queue_urls, [a]);
    let rest = ListDeadLetterSourceQueuesInput { max_results: Some(1), next_token: first.next_token, ..list() };
    let rest = cloud.call::<ListDeadLetterSourceQueues>(rest).await.unwrap();
    assert_eq!((rest.queue_urls, rest.next_token), (vec![b], None));
}

async fn start(cloud: &TestCloud, destination: Option<&str>, rate: Option<i32>) -> String {
    let input = StartMessageMoveTaskInput {
        source_arn: arn("dlq"),
        destination_arn: destination.map(arn),
        max_number_of_messages_per_second: rate,
    };
    cloud.call::<StartMessageMoveTask>(input).await.unwrap().task_handle.unwrap()
}

async fn task(cloud: &TestCloud) -> ListMessageMoveTasksResultEntry {
    let input = ListMessageMoveTasksInput { source_arn: arn("dlq"), max_results: None };
    cloud.call::<ListMessageMoveTasks>(input).await.unwrap().results.unwrap().remove(0)
}

/// Lets background work go on until the task stands so.
async fn until(cloud: &TestCloud, status: &str, moved: i64) -> ListMessageMoveTasksResultEntry {
    for _ in 0..10_000 {
        let task = task(cloud).await;
        if task.status.as_deref() == Some(status) && task.approximate_number_of_messages_moved == Some(moved) {
            return task;
        }
        tokio::task::yield_now().await;
    }
    panic!("{:?} is not {status} with {moved}", task(cloud).await);
}

#[tokio::test]
async fn start_message_move_task_takes_messages_back_as_new_ones() {
    let cloud = cloud();
    let dlq = create(&cloud, "dlq", &[]).await;
    let a = create_with_dlq(&cloud, "a", "dlq", 1).await;
    let b = create_with_dlq(&cloud, "b", "dlq", 1).await;
    kill(&cloud, &a, &["a1", "a2"]).await;
    kill(&cloud, &b, &["b1"]).await;
    cloud.advance(Duration::from_secs(5)).await;
    start(&cloud, None, None).await;
    let done = until(&cloud, "COMPLETED", 3).await;
    assert_eq!(
        (done.approximate_number_of_messages_to_move, done.task_handle, done.destination_arn),
        (Some(3), None, None)
    );
    assert_eq!(counts(&cloud, &dlq).await, (0, 0, 0));
    let back = receive(&cloud, &a).await;
    assert_eq!(bodies(&back), ["a1", "a2"]);
    let shown = back[0].attributes.as_ref().unwrap();
    assert_eq!((&*shown["ApproximateReceiveCount"], &*shown["SentTimestamp"]), ("1", "1767225605000"));
    assert!(!shown.contains_key("DeadLetterQueueSourceArn"));
    assert_eq!(bodies(&receive(&cloud, &b).await), ["b1"]);
}

#[tokio::test]
async fn a_task_keeps_its_rate_and_cancel_message_move_task_stops_it() {
    let cloud = cloud();
    create(&cloud, "dlq", &[]).await;
    let url = create_with_dlq(&cloud, "q", "dlq", 1).await;
    let target = create(&cloud, "target", &[]).await;
    kill(&cloud, &url, &["1", "2", "3", "4", "5"]).await;
    let handle = start(&cloud, Some("target"), Some(1)).await;
    let running = until(&cloud, "RUNNING", 1).await;
    assert_eq!(running.task_handle.as_deref(), Some(handle.as_str()));
    assert_eq!(running.destination_arn, Some(arn("target")));
    let second = StartMessageMoveTaskInput { source_arn: arn("dlq"), ..Default::default() };
    let (code, text) = cloud.error::<StartMessageMoveTask>(second).await;
    assert_eq!(code, INVALID);
    assert!(text.starts_with("There is already a task running."));
    cloud.advance(Duration::from_secs(2)).await;
    until(&cloud, "RUNNING", 3).await;
    let cancel = CancelMessageMoveTaskInput { task_handle: handle };
    let cancelled = cloud.call::<CancelMessageMoveTask>(cancel).await.unwrap();
    assert_eq!(cancelled.approximate_number_of_messages_moved, Some(3));
    until(&cloud, "CANCELLED", 3).await;
    cloud.advance(Duration::from_secs(60)).await;
    assert_eq!(bodies(&receive(&cloud, &target).await), ["1", "2", "3"]);
}

#[tokio::test]
async fn a_task_fails_when_its_destination_goes() {
    let cloud = cloud();
    create(&cloud, "dlq", &[]).await;
    let url = create_with_dlq(&cloud, "q", "dlq", 1).await;
    let target = create(&cloud, "target", &[]).await;
    kill(&cloud, &url, &["1", "2", "3"]).await;
    start(&cloud, Some("target"), Some(1)).await;
    until(&cloud, "RUNNING", 1).await;
    cloud.call::<DeleteQueue>(DeleteQueueInput { queue_url: target }).await.unwrap();
    cloud.advance(Duration::from_secs(1)).await;
    let failed = until(&cloud, "FAILED", 1).await;
    assert_eq!(failed.failure_reason.as_deref(), Some("AWS.SimpleQueueService.NonExistentQueue"));
    assert_eq!(counts(&cloud, "dlq").await.0, 2, "what was not moved stays");
}

#[tokio::test]
async fn refused_tasks() {
    let cloud = cloud();
    create(&cloud, "dlq", &[]).await;
    create(&cloud, "plain", &[]).await;
    create_with_dlq(&cloud, "q", "dlq", 1).await;
    let start = |source: &str, destination: Option<&str>| StartMessageMoveTaskInput {
        source_arn: arn(source),
        destination_arn: destination.map(arn),
        ..Default::default()
    };
    let no_source = "The resource that you specified for the SourceArn parameter doesn't exist.";
    let no_destination = "The resource that you specified for the DestinationArn parameter doesn't exist.";
    for (input, code, text) in [
        (start("nowhere", None), "ResourceNotFoundException", no_source),
        (start("dlq", Some("nowhere")), "ResourceNotFoundException", no_destination),
        (start("plain", None), INVALID, "Source queue must be configured as a Dead Letter Queue."),
    ] {
        assert_eq!(cloud.error::<StartMessageMoveTask>(input).await, (code.into(), text.into()));
    }
    for (handle, code, text) in [
        ("bad", INVALID, "Value for parameter TaskHandle is invalid."),
        // {"taskId":"x","sourceArn":"arn:aws:sqs:us-east-1:000000000000:nowhere"}
        (
            "eyJ0YXNrSWQiOiJ4Iiwic291cmNlQXJuIjoiYXJuOmF3czpzcXM6dXMtZWFzdC0xOjAwMDAwMDAwMDAwMDpub3doZXJlIn0=",
            "ResourceNotFoundException",
            no_source,
        ),
        // {"taskId":"x","sourceArn":"arn:aws:sqs:us-east-1:000000000000:dlq"}
        (
            "eyJ0YXNrSWQiOiJ4Iiwic291cmNlQXJuIjoiYXJuOmF3czpzcXM6dXMtZWFzdC0xOjAwMDAwMDAwMDAwMDpkbHEifQ==",
            "ResourceNotFoundException",
            "Task does not exist.",
        ),
    ] {
        let input = CancelMessageMoveTaskInput { task_handle: handle.into() };
        assert_eq!(cloud.error::<CancelMessageMoveTask>(input).await, (code.into(), text.into()), "{handle}");
    }
}
