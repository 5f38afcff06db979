//! Batches: entries that fail alone, batches that fail whole.

use api_sqs::*;
use smithy::Bytes;

use crate::cloud::*;

fn entry(id: &str, body: &str) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry { id: id.to_owned(), message_body: body.to_owned(), ..Default::default() }
}

fn batch(url: &str, entries: Vec<SendMessageBatchRequestEntry>) -> SendMessageBatchInput {
    SendMessageBatchInput { queue_url: url.to_owned(), entries }
}

#[tokio::test]
async fn send_message_batch_delete_message_batch_change_message_visibility_batch() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    let entries = (0..10).map(|i| entry(&i.to_string(), &format!("m{i}"))).collect();
    let sent = cloud.call::<SendMessageBatch>(batch(&url, entries)).await.unwrap();
    assert_eq!((sent.successful.unwrap().len(), sent.failed), (10, None));
    let received = receive(&cloud, &url).await;
    assert_eq!(bodies(&received), ["m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9"]);
    let handle = |i: usize| received[i].receipt_handle.clone().unwrap();
    let change = |i: usize, seconds| ChangeMessageVisibilityBatchRequestEntry {
        id: i.to_string(),
        receipt_handle: handle(i),
        visibility_timeout: Some(seconds),
    };
    let changes =
        ChangeMessageVisibilityBatchInput { queue_url: url.clone(), entries: vec![change(0, 0), change(1, 99_999)] };
    let changed = cloud.call::<ChangeMessageVisibilityBatch>(changes).await.unwrap();
    assert_eq!(changed.successful.unwrap()[0].id, "0");
    let failed = &changed.failed.unwrap()[0];
    assert_eq!((failed.id.as_str(), failed.sender_fault, failed.code.as_str()), ("1", true, "InvalidParameterValue"));
    assert_eq!(bodies(&receive(&cloud, &url).await), ["m0"]);
    let mut entries: Vec<_> =
        (1..10).map(|i| DeleteMessageBatchRequestEntry { id: i.to_string(), receipt_handle: handle(i) }).collect();
    entries[0].receipt_handle = "garbage".into();
    let input = DeleteMessageBatchInput { queue_url: url.clone(), entries };
    let deleted = cloud.call::<DeleteMessageBatch>(input).await.unwrap();
    assert_eq!(deleted.successful.unwrap().len(), 8);
    let failed = &deleted.failed.unwrap()[0];
    assert_eq!((failed.id.as_str(), failed.code.as_str()), ("1", "ReceiptHandleIsInvalid"));
    assert_eq!(counts(&cloud, &url).await, (0, 2, 0));
}

#[tokio::test]
async fn an_entry_too_large_for_the_queue_fails_alone() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[("MaximumMessageSize", "1024")]).await;
    let entries = vec![entry("large", &"a".repeat(1_025)), entry("fits", &"a".repeat(1_024))];
    let sent = cloud.call::<SendMessageBatch>(batch(&url, entries)).await.unwrap();
    assert_eq!(sent.successful.unwrap()[0].id, "fits");
    let failed = &sent.failed.unwrap()[0];
    assert_eq!((failed.code.as_str(), failed.sender_fault), ("InvalidParameterValue", true));
    let expected = "One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.";
    assert_eq!(failed.message.as_deref(), Some(expected));
}

#[tokio::test]
async fn batches_that_fail_whole() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    let fifo = create(&cloud, "q.fifo", &[("FifoQueue", "true")]).await;
    let binary = MessageAttributeValue {
        data_type: "Binary".into(),
        binary_value: Some(Bytes::from(vec![0; 1_048_576 - 15])),
        ..Default::default()
    };
    let mut heavy = entry("1", "a");
    heavy.message_attributes = Some([("k".to_owned(), binary)].into());
    let no_group = SendMessageBatchRequestEntry { message_deduplication_id: Some("x".into()), ..entry("1", "a") };
    let many: Vec<_> = (0..20).map(|i| entry(&i.to_string(), "a")).collect();
    for (queue, entries, code, text) in [
        (
            &url,
            vec![],
            "EmptyBatchRequest",
            "There should be at least one SendMessageBatchRequestEntry in the request.",
        ),
        (&url, many, "TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10. You have sent 20."),
        (&url, vec![entry("a", "x"), entry("a", "y")], "BatchEntryIdsNotDistinct", "Id a repeated."),
        (
            &url,
            vec![entry("a:b", "x")],
            "InvalidBatchEntryId",
            "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
        ),
        (
            &url,
            vec![heavy, entry("2", &"a".repeat(9))],
            "BatchRequestTooLong",
            "Batch requests cannot be longer than 1048576 bytes. You have sent 1048578 bytes.",
        ),
        (
            &fifo,
            vec![entry("1", "a")],
            INVALID,
            "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
        ),
        (&fifo, vec![no_group], INVALID, "The request must contain the parameter MessageGroupId."),
    ] {
        assert_eq!(cloud.error::<SendMessageBatch>(batch(queue, entries)).await, (code.into(), text.into()));
    }
    assert_eq!(counts(&cloud, &url).await, (0, 0, 0));
}

#[tokio::test]
async fn a_batch_keeps_its_order_and_knows_its_own_duplicates() {
    let cloud = cloud();
    let url = create(&cloud, "q.fifo", &[("FifoQueue", "true")]).await;
    let of = |id: &str, group: &str, dedup: &str| SendMessageBatchRequestEntry {
        message_group_id: Some(group.into()),
        message_deduplication_id: Some(dedup.into()),
        ..entry(id, id)
    };
    let entries = vec![of("1", "b", "x"), of("2", "a", "y"), of("3", "b", "x"), of("4", "b", "z")];
    let sent = cloud.call::<SendMessageBatch>(batch(&url, entries)).await.unwrap().successful.unwrap();
    assert_eq!(sent[0].message_id, sent[2].message_id);
    assert_eq!(bodies(&receive(&cloud, &url).await), ["1", "4", "2"]);
}
