//! How long messages stay hidden, and what stale handles can do.

use std::time::Duration;

use api_sqs::*;

use crate::cloud::*;

#[tokio::test]
async fn change_message_visibility_shortens_and_lengthens() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    send(&cloud, &url, "a").await;
    let first = receive(&cloud, &url).await;
    hide(&cloud, &url, &first[0], 60).await.unwrap();
    cloud.advance(Duration::from_secs(31)).await;
    assert!(receive(&cloud, &url).await.is_empty());
    hide(&cloud, &url, &first[0], 0).await.unwrap();
    assert_eq!(counts(&cloud, &url).await, (1, 0, 0));
    assert_eq!(receive(&cloud, &url).await.len(), 1);
}

#[tokio::test]
async fn nothing_stays_hidden_for_more_than_twelve_hours() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    send(&cloud, &url, "a").await;
    let first = receive(&cloud, &url).await;
    cloud.advance(Duration::from_secs(10)).await;
    let (code, text) = cloud.error::<ChangeMessageVisibility>(hiding(&url, &first[0], 43_200)).await;
    assert_eq!(code, INVALID);
    let expected = "Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is \
                    beyond the limit [43200 seconds]";
    assert_eq!(text, expected);
    hide(&cloud, &url, &first[0], 43_190).await.unwrap();
}

#[tokio::test]
async fn on_a_standard_queue_an_old_handle_still_deletes() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[("VisibilityTimeout", "1")]).await;
    send(&cloud, &url, "a").await;
    let first = receive(&cloud, &url).await;
    cloud.advance(Duration::from_secs(2)).await;
    hide(&cloud, &url, &first[0], 30).await.unwrap();
    assert_eq!(receive(&cloud, &url).await.len(), 1, "a handle whose time has passed hides nothing");
    delete(&cloud, &url, &first[0]).await.unwrap();
    delete(&cloud, &url, &first[0]).await.unwrap();
    let (code, text) = cloud.error::<ChangeMessageVisibility>(hiding(&url, &first[0], 30)).await;
    assert_eq!(code, INVALID);
    let reason = "Reason: Message does not exist or is not available for visibility timeout change.";
    assert!(text.ends_with(reason), "{text}");
    cloud.advance(Duration::from_secs(60)).await;
    assert_eq!(counts(&cloud, &url).await, (0, 0, 0));
}

#[tokio::test]
async fn on_a_fifo_queue_a_handle_ends_with_its_receive() {
    let cloud = cloud();
    let url = create(&cloud, "q.fifo", &[("FifoQueue", "true"), ("VisibilityTimeout", "1")]).await;
    cloud.call::<SendMessage>(sending_to(&url, "g", "a")).await.unwrap();
    let first = receive(&cloud, &url).await;
    cloud.advance(Duration::from_secs(2)).await;
    let handle = first[0].receipt_handle.clone().unwrap();
    let expected =
        format!("Value {handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.");
    let input = DeleteMessageInput { queue_url: url.clone(), receipt_handle: handle };
    assert_eq!(cloud.error::<DeleteMessage>(input.clone()).await, (INVALID.into(), expected));
    let second = receive(&cloud, &url).await;
    assert_eq!(cloud.error::<DeleteMessage>(input).await.0, INVALID);
    delete(&cloud, &url, &second[0]).await.unwrap();
}

#[tokio::test]
async fn garbage_and_handles_of_other_queues_are_told_apart() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    let other = create(&cloud, "other", &[]).await;
    send(&cloud, &other, "a").await;
    let foreign = receive(&cloud, &other).await[0].receipt_handle.clone().unwrap();
    for (handle, text) in [
        ("garbage".to_owned(), "The input receipt handle \"garbage\" is not a valid receipt handle.".to_owned()),
        (foreign.clone(), format!("The receipt handle \"{foreign}\" is not valid for this queue.")),
    ] {
        let input = DeleteMessageInput { queue_url: url.clone(), receipt_handle: handle };
        assert_eq!(cloud.error::<DeleteMessage>(input).await, ("ReceiptHandleIsInvalid".into(), text));
    }
}

#[tokio::test]
async fn delays_of_queues_and_messages() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[("DelaySeconds", "10")]).await;
    send(&cloud, &url, "queue").await;
    let own = |body: &str, delay| SendMessageInput { delay_seconds: Some(delay), ..sending(&url, body) };
    cloud.call::<SendMessage>(own("none", 0)).await.unwrap();
    cloud.call::<SendMessage>(own("own", 5)).await.unwrap();
    assert_eq!(counts(&cloud, &url).await, (1, 0, 2));
    assert_eq!(bodies(&receive(&cloud, &url).await), ["none"]);
    cloud.advance(Duration::from_secs(5)).await;
    assert_eq!(bodies(&receive(&cloud, &url).await), ["own"]);
    cloud.advance(Duration::from_secs(5)).await;
    let last = receive(&cloud, &url).await;
    assert_eq!(bodies(&last), ["queue"]);
    assert_eq!(last[0].attributes.as_ref().unwrap()["ApproximateReceiveCount"], "1");
}

/// Recorded: `test_inflight_message_requeue`.
#[tokio::test]
async fn a_message_that_shows_again_comes_before_newer_ones() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    let one =
        || ReceiveMessageInput { max_number_of_messages: Some(1), visibility_timeout: Some(3), ..receiving(&url) };
    send(&cloud, &url, "test1").await;
    cloud.call::<ReceiveMessage>(one()).await.unwrap();
    send(&cloud, &url, "test2").await;
    cloud.advance(Duration::from_secs(3)).await;
    let again = cloud.call::<ReceiveMessage>(one()).await.unwrap().messages.unwrap();
    assert_eq!(bodies(&again), ["test1"]);
}
