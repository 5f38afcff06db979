//! Batches.

use api_dynamodb::*;

use crate::cloud::*;

fn putting(key: &str) -> WriteRequest {
    let put = PutRequest { item: item([("k", s(key)), ("v", n(1))]) };
    WriteRequest { put_request: Some(put), delete_request: None }
}

fn deleting(key: &str) -> WriteRequest {
    WriteRequest { put_request: None, delete_request: Some(DeleteRequest { key: item([("k", s(key))]) }) }
}

fn writing(table: &str, requests: Vec<WriteRequest>) -> BatchWriteItemInput {
    BatchWriteItemInput { request_items: [(table.to_owned(), requests)].into(), ..Default::default() }
}

#[tokio::test]
async fn batch_write_item_and_batch_get_item() {
    let cloud = cloud();
    create(&cloud, "abc", &["k"]).await;
    create(&cloud, "def", &["k"]).await;
    put(&cloud, "abc", [("k", s("gone"))]).await;
    let mut input = writing("abc", vec![putting("a"), putting("b"), deleting("gone")]);
    input.request_items.insert("def".into(), vec![putting("c")]);
    input.return_consumed_capacity = Some(ReturnConsumedCapacity::Total);
    let done = cloud.call::<BatchWriteItem>(input).await.unwrap();
    assert_eq!(done.unprocessed_items.unwrap().len(), 0);
    assert_eq!(
        done.consumed_capacity.unwrap().iter().map(|c| c.capacity_units).collect::<Vec<_>>(),
        [Some(3.0), Some(1.0)]
    );
    let keys = |keys: &[&str]| KeysAndAttributes {
        keys: keys.iter().map(|key| item([("k", s(key))])).collect(),
        ..Default::default()
    };
    let wanted = [("abc".to_owned(), keys(&["a", "b", "gone"])), ("def".to_owned(), keys(&["c"]))];
    let input = BatchGetItemInput { request_items: wanted.into(), ..Default::default() };
    let got = cloud.call::<BatchGetItem>(input).await.unwrap();
    let counts: Vec<_> = got.responses.unwrap().into_iter().map(|(name, items)| (name, items.len())).collect();
    assert_eq!(counts, [("abc".to_owned(), 2), ("def".to_owned(), 1)]);
    assert_eq!(got.unprocessed_keys.unwrap().len(), 0);
}

#[tokio::test]
async fn batches_that_are_refused() {
    let cloud = cloud();
    create(&cloud, "abc", &["k"]).await;
    create(&cloud, "def", &["k"]).await;
    for (requests, text) in [
        (vec![putting("a"), deleting("a")], "Provided list of item keys contains duplicates"),
        (
            vec![WriteRequest { put_request: Some(PutRequest { item: item([("v", n(1))]) }), delete_request: None }],
            "The provided key element does not match the schema",
        ),
    ] {
        let outcome = cloud.call::<BatchWriteItem>(writing("abc", requests)).await;
        assert_eq!(refused::<BatchWriteItem>(outcome), text);
    }
    let many = |from: usize, to: usize| (from..to).map(|no| putting(&no.to_string())).collect::<Vec<_>>();
    let mut input = writing("abc", many(0, 20));
    input.request_items.insert("def".into(), many(20, 40));
    let text = refused::<BatchWriteItem>(cloud.call::<BatchWriteItem>(input).await);
    assert_eq!(text, "Too many items requested for the BatchWriteItem call");
    assert!(everything(&cloud, "abc").await.is_empty(), "nothing was written on the way");
}

#[tokio::test]
async fn batch_get_item_leaves_what_is_too_much() {
    let cloud = cloud();
    create(&cloud, "abc", &["k"]).await;
    for no in 0..50 {
        put(&cloud, "abc", [("k", s(&no.to_string())), ("v", s(&"x".repeat(400_000)))]).await;
    }
    let keys = (0..50).map(|no| item([("k", s(&no.to_string()))])).collect();
    let wanted = KeysAndAttributes { keys, ..Default::default() };
    let input = BatchGetItemInput { request_items: [("abc".to_owned(), wanted)].into(), ..Default::default() };
    let got = cloud.call::<BatchGetItem>(input).await.unwrap();
    let (found, left) = (&got.responses.unwrap()["abc"], &got.unprocessed_keys.unwrap()["abc"]);
    assert_eq!((found.len(), left.keys.len()), (41, 9));
}
