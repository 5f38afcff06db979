//! Bounds on what is consumed and on how large things grow.

use std::time::Duration;

use api_dynamodb::*;
use bytes::Bytes;
use service_kit::Error;
use store::{Batch, KeyRange, Order, Reader, Writer};
use testkit::TestCloud;

use crate::cloud::{cloud, create, creating, item, local, put, s, units};

fn putting(key: &str, bytes: usize) -> PutItemInput {
    PutItemInput {
        table_name: "abc".into(),
        item: item([("k", s(key)), ("v", s(&"x".repeat(bytes)))]),
        ..Default::default()
    }
}

/// The modelled error of a call.
async fn error<O: smithy::Operation>(cloud: &TestCloud, input: O::Input) -> smithy::ApiError {
    match cloud.call::<O>(input).await {
        Err(Error::Modeled(error)) => error,
        Err(fault) => panic!("{fault:?}"),
        Ok(_) => panic!("it succeeded"),
    }
}

#[tokio::test]
async fn a_hot_partition_key_is_throttled_and_others_are_not() {
    let cloud = cloud();
    create(&cloud, "abc", &["k"]).await;
    // Five minutes of 1,000 units a second are at hand; an item of 390 KiB takes 391 of them.
    let mut written = 0;
    let refused = loop {
        match cloud.call::<PutItem>(putting("hot", 390 * 1_024)).await {
            Ok(_) => written += 1,
            Err(Error::Modeled(error)) => break error,
            Err(fault) => panic!("{fault:?}"),
        }
        assert!(written < 2_000);
    };
    assert_eq!((written, refused.schema.code), (768, "ThrottlingException"));
    assert!(refused.message.contains("check if you have a hot key"), "{}", refused.message);
    cloud.call::<PutItem>(putting("cold", 390 * 1_024)).await.unwrap();
    let batch = BatchWriteItemInput {
        request_items: [(
            "abc".to_owned(),
            ["hot", "cool"]
                .map(|key| WriteRequest {
                    put_request: Some(PutRequest { item: item([("k", s(key))]) }),
                    delete_request: None,
                })
                .into(),
        )]
        .into(),
        ..Default::default()
    };
    let left = cloud.call::<BatchWriteItem>(batch).await.unwrap().unprocessed_items.unwrap();
    assert_eq!(left["abc"][0].put_request.as_ref().unwrap().item, item([("k", s("hot"))]));
    cloud.advance(Duration::from_secs(2)).await;
    cloud.call::<PutItem>(putting("hot", 1)).await.unwrap();
}

#[tokio::test]
async fn batches_leave_what_is_throttled_and_fail_when_that_is_all() {
    let cloud = cloud();
    create(&cloud, "free", &["k"]).await;
    let mut input = creating("abc", &["k"]);
    input.billing_mode = None;
    input.provisioned_throughput = units(1, 1);
    cloud.call::<CreateTable>(input).await.unwrap();
    cloud.call::<PutItem>(putting("a", 310 * 1_024)).await.unwrap();
    let put = |key: &str| WriteRequest {
        put_request: Some(PutRequest { item: item([("k", s(key))]) }),
        delete_request: None,
    };
    let both = [("abc".to_owned(), vec![put("x")]), ("free".to_owned(), vec![put("y")])];
    let input = BatchWriteItemInput { request_items: both.into(), ..Default::default() };
    let left = cloud.call::<BatchWriteItem>(input).await.unwrap().unprocessed_items.unwrap();
    assert_eq!((left.len(), left["abc"].len()), (1, 1));
    let input =
        BatchWriteItemInput { request_items: [("abc".to_owned(), vec![put("x")])].into(), ..Default::default() };
    let error = error::<BatchWriteItem>(&cloud, input).await;
    assert_eq!(error.schema.code, "ProvisionedThroughputExceededException");
    let details = format!("{error:?}");
    assert!(error.message.starts_with("The level of configured provisioned throughput for the table"), "{details}");
    cloud
        .call::<GetItem>(GetItemInput { table_name: "abc".into(), key: item([("k", s("a"))]), ..Default::default() })
        .await
        .unwrap();
    for _ in 0..8 {
        let key = item([("k", s("a"))]);
        let get = GetItemInput { table_name: "abc".into(), key, consistent_read: Some(true), ..Default::default() };
        let _ = cloud.call::<GetItem>(get).await;
    }
    let keys = |key: &str| KeysAndAttributes { keys: vec![item([("k", s(key))])], ..Default::default() };
    let both = [("abc".to_owned(), keys("a")), ("free".to_owned(), keys("y"))];
    let input = BatchGetItemInput { request_items: both.into(), ..Default::default() };
    let got = cloud.call::<BatchGetItem>(input).await.unwrap();
    assert_eq!(got.unprocessed_keys.unwrap().keys().collect::<Vec<_>>(), ["abc"]);
    assert_eq!(got.responses.unwrap()["free"].len(), 1);
}

#[tokio::test]
async fn an_item_collection_has_a_bound() {
    let cloud = cloud();
    let mut input = creating("abc", &["k", "r", "l"]);
    input.key_schema = Some(crate::cloud::key(&["k", "r"]));
    input.local_secondary_indexes = Some(vec![local("by-l", &["k", "l"])]);
    cloud.call::<CreateTable>(input).await.unwrap();
    put(&cloud, "abc", [("k", s("a")), ("r", s("1")), ("l", s("x"))]).await;
    let writing = |range: &str| PutItemInput {
        table_name: "abc".into(),
        item: item([("k", s("a")), ("r", s(range))]),
        return_item_collection_metrics: Some(ReturnItemCollectionMetrics::Size),
        ..Default::default()
    };
    let metrics = cloud.call::<PutItem>(writing("2")).await.unwrap().item_collection_metrics.unwrap();
    assert_eq!(metrics.size_estimate_range_gb, Some(vec![0.0, 1.0]));
    grow(&cloud, 10 * 1_024 * 1_024 * 1_024 - 10).await;
    let error = error::<PutItem>(&cloud, writing("3 is too long")).await;
    assert_eq!(error.schema.code, "ItemCollectionSizeLimitExceededException");
    put(&cloud, "abc", [("k", s("b")), ("r", s("3 is too long"))]).await;
    let delete =
        DeleteItemInput { table_name: "abc".into(), key: item([("k", s("a")), ("r", s("1"))]), ..Default::default() };
    cloud.call::<DeleteItem>(delete).await.unwrap();
    let metrics = cloud.call::<PutItem>(writing("4")).await.unwrap().item_collection_metrics.unwrap();
    assert_eq!(metrics.size_estimate_range_gb, Some(vec![9.0, 10.0]));
}

/// Makes the only collection as large as this, as far as its count goes: nobody writes ten gigabytes for a test.
async fn grow(cloud: &TestCloud, bytes: u64) {
    let store = cloud.cloud().store();
    let rows = store.read().await.unwrap().scan(KeyRange::all(), Order::Ascending, 10_000).await.unwrap();
    let needle = b"collection";
    let found: Vec<Bytes> =
        rows.into_iter().map(|(key, _)| key).filter(|key| key.windows(needle.len()).any(|w| w == needle)).collect();
    assert_eq!(found.len(), 1);
    let batch = Batch::new();
    batch.put(found[0].clone(), bytes.to_be_bytes().to_vec().into());
    store.write(batch).await.unwrap();
}

#[tokio::test]
async fn streams_have_policies_of_their_own() {
    let cloud = crate::cloud::cloud_with_streams();
    let mut input = creating("abc", &["k"]);
    input.stream_specification =
        Some(StreamSpecification { stream_enabled: true, stream_view_type: Some(StreamViewType::KeysOnly) });
    let made = cloud.call::<CreateTable>(input).await.unwrap().table_description.unwrap();
    let (table, stream) = (made.table_arn.unwrap(), made.latest_stream_arn.unwrap());
    let policy = |action: &str, arn: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":"*","Action":"{action}","Resource":"{arn}"}}}}"#
        )
    };
    for (arn, action) in [(&table, "dynamodb:GetItem"), (&stream, "dynamodb:GetRecords")] {
        let input =
            PutResourcePolicyInput { resource_arn: arn.clone(), policy: policy(action, arn), ..Default::default() };
        cloud.call::<PutResourcePolicy>(input).await.unwrap();
    }
    for (arn, action) in [(&table, "GetItem"), (&stream, "GetRecords")] {
        let shown =
            cloud.call::<GetResourcePolicy>(GetResourcePolicyInput { resource_arn: arn.clone() }).await.unwrap();
        assert!(shown.policy.unwrap().contains(action));
    }
    let gone = DeleteResourcePolicyInput { resource_arn: stream.clone(), ..Default::default() };
    cloud.call::<DeleteResourcePolicy>(gone).await.unwrap();
    let (code, _) = cloud.error::<GetResourcePolicy>(GetResourcePolicyInput { resource_arn: stream }).await;
    assert_eq!(code, "PolicyNotFoundException");
    cloud.call::<GetResourcePolicy>(GetResourcePolicyInput { resource_arn: table }).await.unwrap();
}
