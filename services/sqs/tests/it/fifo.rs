//! FIFO queues: order, deduplication, groups held back.

use std::time::Duration;

use api_sqs::*;

use crate::cloud::*;

const FIFO: &[(&str, &str)] = &[("FifoQueue", "true")];

fn with_id(url: &str, group: &str, id: &str, body: &str) -> SendMessageInput {
    SendMessageInput { message_deduplication_id: Some(id.to_owned()), ..sending_to(url, group, body) }
}

#[tokio::test]
async fn a_group_is_received_in_order_and_held_back_while_one_is_hidden() {
    let cloud = cloud();
    let url = create(&cloud, "q.fifo", FIFO).await;
    for (group, body) in [("a", "a1"), ("b", "b1"), ("a", "a2"), ("a", "a3"), ("b", "b2")] {
        cloud.call::<SendMessage>(sending_to(&url, group, body)).await.unwrap();
    }
    let two = ReceiveMessageInput { max_number_of_messages: Some(2), ..receiving(&url) };
    let first = cloud.call::<ReceiveMessage>(two).await.unwrap().messages.unwrap();
    assert_eq!(bodies(&first), ["a1", "a2"]);
    let second = receive(&cloud, &url).await;
    assert_eq!(bodies(&second), ["b1", "b2"], "a3 waits for a1 and a2");
    assert!(receive(&cloud, &url).await.is_empty());
    assert_eq!(counts(&cloud, &url).await, (1, 4, 0));
    delete(&cloud, &url, &first[0]).await.unwrap();
    assert!(receive(&cloud, &url).await.is_empty(), "a2 is still hidden");
    delete(&cloud, &url, &first[1]).await.unwrap();
    assert_eq!(bodies(&receive(&cloud, &url).await), ["a3"]);
    cloud.advance(Duration::from_secs(30)).await;
    assert_eq!(bodies(&receive(&cloud, &url).await), ["b1", "b2", "a3"]);
}

/// Recorded: of three messages received together one is hidden for longer; when the others show again, those before it can
/// be received.
#[tokio::test]
async fn what_lies_before_a_hidden_message_can_be_received() {
    for (longer, expected) in [(0, &[][..]), (1, &["foo"][..]), (2, &["foo", "bar"][..])] {
        let cloud = cloud();
        let url = create(&cloud, "q.fifo", &[("FifoQueue", "true"), ("VisibilityTimeout", "1")]).await;
        for body in ["foo", "bar", "baz"] {
            cloud.call::<SendMessage>(sending_to(&url, "1", body)).await.unwrap();
        }
        let all = receive(&cloud, &url).await;
        assert_eq!(bodies(&all), ["foo", "bar", "baz"]);
        hide(&cloud, &url, &all[longer], 4).await.unwrap();
        cloud.advance(Duration::from_secs(2)).await;
        assert_eq!(bodies(&receive(&cloud, &url).await), expected);
    }
}

/// Recorded: groups take turns by the instant from which their first message shows, then in the order of sending.
#[tokio::test]
async fn a_group_that_was_received_stands_behind_those_that_waited() {
    let cloud = cloud();
    let url = create(&cloud, "q.fifo", FIFO).await;
    for (group, body) in [("1", "g1-m1"), ("2", "g2-m1"), ("2", "g2-m2"), ("3", "g3-m1"), ("1", "g1-m2")] {
        cloud.call::<SendMessage>(sending_to(&url, group, body)).await.unwrap();
        cloud.advance(Duration::from_secs(1)).await;
    }
    let shown = |most| ReceiveMessageInput {
        max_number_of_messages: Some(most),
        visibility_timeout: Some(0),
        ..receiving(&url)
    };
    let first = cloud.call::<ReceiveMessage>(shown(3)).await.unwrap().messages.unwrap();
    assert_eq!(bodies(&first), ["g1-m1", "g1-m2", "g2-m1"]);
    let second = cloud.call::<ReceiveMessage>(shown(10)).await.unwrap().messages.unwrap();
    assert_eq!(bodies(&second), ["g3-m1", "g1-m1", "g1-m2", "g2-m1", "g2-m2"]);
}

/// Recorded: a group whose received messages were deleted takes its turn where the next one was sent.
#[tokio::test]
async fn a_group_whose_first_messages_are_deleted_keeps_the_order_of_sending() {
    let cloud = cloud();
    let url = create(&cloud, "q.fifo", FIFO).await;
    for (group, body) in
        [("1", "g1-m1"), ("2", "g2-m1"), ("1", "g1-m2"), ("2", "g2-m2"), ("1", "g1-m3"), ("3", "g3-m1")]
    {
        cloud.call::<SendMessage>(sending_to(&url, group, body)).await.unwrap();
        cloud.advance(Duration::from_secs(1)).await;
    }
    let two = ReceiveMessageInput { max_number_of_messages: Some(2), ..receiving(&url) };
    for message in cloud.call::<ReceiveMessage>(two).await.unwrap().messages.unwrap() {
        delete(&cloud, &url, &message).await.unwrap();
    }
    assert_eq!(bodies(&receive(&cloud, &url).await), ["g2-m1", "g2-m2", "g1-m3", "g3-m1"]);
}

#[tokio::test]
async fn a_message_sent_twice_within_five_minutes_arrives_once() {
    let cloud = cloud();
    let url = create(&cloud, "q.fifo", FIFO).await;
    let first = cloud.call::<SendMessage>(with_id(&url, "g", "id", "a")).await.unwrap();
    let received = receive(&cloud, &url).await;
    delete(&cloud, &url, &received[0]).await.unwrap();
    cloud.advance(Duration::from_secs(299)).await;
    let again = cloud.call::<SendMessage>(with_id(&url, "other", "id", "b")).await.unwrap();
    assert_eq!((&again.message_id, &again.sequence_number), (&first.message_id, &first.sequence_number));
    assert!(receive(&cloud, &url).await.is_empty());
    cloud.advance(Duration::from_secs(1)).await;
    let later = cloud.call::<SendMessage>(with_id(&url, "g", "id", "c")).await.unwrap();
    assert_ne!(later.message_id, first.message_id);
    assert_eq!(bodies(&receive(&cloud, &url).await), ["c"]);
}

#[tokio::test]
async fn content_can_be_the_id() {
    let cloud = cloud();
    let url = create(&cloud, "q.fifo", &[("FifoQueue", "true"), ("ContentBasedDeduplication", "true")]).await;
    let plain = |body: &str| SendMessageInput { message_group_id: Some("g".into()), ..sending(&url, body) };
    let first = cloud.call::<SendMessage>(plain("same")).await.unwrap();
    assert_eq!(cloud.call::<SendMessage>(plain("same")).await.unwrap().message_id, first.message_id);
    cloud.call::<SendMessage>(plain("other")).await.unwrap();
    let received = receive(&cloud, &url).await;
    assert_eq!(bodies(&received), ["same", "other"]);
    let id = &received[0].attributes.as_ref().unwrap()["MessageDeduplicationId"];
    assert_eq!(id, "0967115f2813a3541eaef77de9d9d5773f1c0c04314b0bbfe4ff3b3b1c55b5d5");
}

/// Recorded: the scope set at creation stays, whatever is shown later.
#[tokio::test]
async fn ids_count_in_groups_when_the_queue_was_created_so() {
    let cloud = cloud();
    let scoped = &[("FifoQueue", "true"), ("DeduplicationScope", "messageGroup")];
    let url = create(&cloud, "q.fifo", scoped).await;
    for (group, body) in [("a", "1"), ("b", "2"), ("a", "3")] {
        cloud.call::<SendMessage>(with_id(&url, group, "id", body)).await.unwrap();
    }
    assert_eq!(bodies(&receive(&cloud, &url).await), ["1", "2"]);
    let narrow = map(&[("DeduplicationScope", "queue")]);
    let narrow = SetQueueAttributesInput { queue_url: url.clone(), attributes: narrow };
    cloud.call::<SetQueueAttributes>(narrow).await.unwrap();
    cloud.call::<SendMessage>(with_id(&url, "c", "id", "4")).await.unwrap();
    assert_eq!(bodies(&receive(&cloud, &url).await), ["4"]);
}

#[tokio::test]
async fn a_purge_forgets_ids() {
    let cloud = cloud();
    let url = create(&cloud, "q.fifo", FIFO).await;
    cloud.call::<SendMessage>(with_id(&url, "g", "id", "a")).await.unwrap();
    cloud.call::<PurgeQueue>(PurgeQueueInput { queue_url: url.clone() }).await.unwrap();
    cloud.call::<SendMessage>(with_id(&url, "g", "id", "b")).await.unwrap();
    assert_eq!(bodies(&receive(&cloud, &url).await), ["b"]);
}

#[tokio::test]
async fn sequence_numbers_grow() {
    let cloud = cloud();
    let url = create(&cloud, "q.fifo", FIFO).await;
    let mut last = String::new();
    for i in 0..20 {
        let sent = cloud.call::<SendMessage>(sending_to(&url, "g", &i.to_string())).await.unwrap();
        let number = sent.sequence_number.unwrap();
        assert_eq!(number.len(), 20);
        assert!(number > last, "{number} after {last}");
        last = number;
    }
    let received = receive(&cloud, &url).await;
    assert_eq!(received[9].attributes.as_ref().unwrap()["MessageGroupId"], "g");
}

#[tokio::test]
async fn a_repeated_attempt_gets_the_same_messages() {
    let cloud = cloud();
    let url = create(&cloud, "q.fifo", FIFO).await;
    for body in ["1", "2", "3"] {
        cloud.call::<SendMessage>(sending_to(&url, "g", body)).await.unwrap();
    }
    let attempt = || ReceiveMessageInput {
        max_number_of_messages: Some(2),
        receive_request_attempt_id: Some("once".into()),
        ..receiving(&url)
    };
    let first = cloud.call::<ReceiveMessage>(attempt()).await.unwrap().messages.unwrap();
    cloud.advance(Duration::from_secs(20)).await;
    let again = cloud.call::<ReceiveMessage>(attempt()).await.unwrap().messages.unwrap();
    assert_eq!(first, again, "handles, too");
    cloud.advance(Duration::from_secs(20)).await;
    assert_eq!(counts(&cloud, &url).await, (1, 2, 0), "the repeated attempt hides them anew");
    delete(&cloud, &url, &again[0]).await.unwrap();
    assert_eq!(cloud.call::<ReceiveMessage>(attempt()).await.unwrap().messages, None, "the group is held back by 2");
}

#[tokio::test]
async fn the_queues_delay_counts_for_messages_already_sent() {
    let cloud = cloud();
    let url = create(&cloud, "q.fifo", &[("FifoQueue", "true"), ("DelaySeconds", "10")]).await;
    let zero = SendMessageInput { delay_seconds: Some(0), ..sending_to(&url, "g", "a") };
    cloud.call::<SendMessage>(zero).await.unwrap();
    assert!(receive(&cloud, &url).await.is_empty());
    assert_eq!(counts(&cloud, &url).await, (0, 0, 1));
    cloud.advance(Duration::from_secs(5)).await;
    let sooner = SetQueueAttributesInput { queue_url: url.clone(), attributes: map(&[("DelaySeconds", "5")]) };
    cloud.call::<SetQueueAttributes>(sooner).await.unwrap();
    assert_eq!(bodies(&receive(&cloud, &url).await), ["a"]);
}

#[tokio::test]
async fn calls_are_throttled_by_the_clouds_clock() {
    let cloud = cloud();
    let url = create(&cloud, "q.fifo", FIFO).await;
    for i in 0..300 {
        cloud.call::<SendMessage>(sending_to(&url, "g", &i.to_string())).await.unwrap();
    }
    assert_eq!(cloud.error::<SendMessage>(sending_to(&url, "h", "x")).await.0, "RequestThrottled");
    assert_eq!(receive(&cloud, &url).await.len(), 10, "each operation has its own rate");
    cloud.advance(Duration::from_secs(1)).await;
    cloud.call::<SendMessage>(sending_to(&url, "h", "x")).await.unwrap();
    let fast: &[_] =
        &[("FifoQueue", "true"), ("DeduplicationScope", "messageGroup"), ("FifoThroughputLimit", "perMessageGroupId")];
    let url = create(&cloud, "fast.fifo", fast).await;
    for i in 0..600 {
        let group = if i % 2 == 0 { "a" } else { "b" };
        cloud.call::<SendMessage>(sending_to(&url, group, &i.to_string())).await.unwrap();
    }
    assert_eq!(cloud.error::<SendMessage>(sending_to(&url, "a", "x")).await.0, "RequestThrottled");
}
