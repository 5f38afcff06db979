//! Transactions: all or none, once a token.

use std::time::Duration;

use api_dynamodb::*;
use service_kit::Error;
use testkit::TestCloud;

use crate::cloud::*;

fn put_of(table: &str, key: &str, condition: Option<&str>) -> TransactWriteItem {
    let put = Put {
        table_name: table.to_owned(),
        item: item([("k", s(key)), ("v", n(1))]),
        condition_expression: condition.map(str::to_owned),
        return_values_on_condition_check_failure: Some(ReturnValuesOnConditionCheckFailure::AllOld),
        ..Default::default()
    };
    TransactWriteItem { put: Some(put), ..Default::default() }
}

fn add_of(table: &str, key: &str, count: i32) -> TransactWriteItem {
    let update = Update {
        table_name: table.to_owned(),
        key: item([("k", s(key))]),
        update_expression: "ADD v :v".to_owned(),
        expression_attribute_values: Some(item([(":v", n(count))])),
        ..Default::default()
    };
    TransactWriteItem { update: Some(update), ..Default::default() }
}

fn writing(items: Vec<TransactWriteItem>) -> TransactWriteItemsInput {
    TransactWriteItemsInput { transact_items: items, ..Default::default() }
}

async fn tables() -> TestCloud {
    let cloud = cloud();
    create(&cloud, "abc", &["k"]).await;
    create(&cloud, "def", &["k"]).await;
    cloud
}

#[tokio::test]
async fn transact_write_items_does_all_or_nothing() {
    let cloud = tables().await;
    let all = writing(vec![put_of("abc", "a", None), add_of("def", "b", 5)]);
    cloud.call::<TransactWriteItems>(all).await.unwrap();
    assert_eq!(get(&cloud, "def", [("k", s("b"))]).await.unwrap()["v"], n(5));
    let fails = writing(vec![add_of("def", "b", 1), put_of("abc", "a", Some("attribute_not_exists(k)"))]);
    let Err(Error::Modeled(error)) = cloud.call::<TransactWriteItems>(fails).await else { panic!("it was done") };
    assert_eq!(error.schema.code, "TransactionCanceledException");
    assert_eq!(
        error.message,
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]"
    );
    assert_eq!(get(&cloud, "def", [("k", s("b"))]).await.unwrap()["v"], n(5), "nothing was done");
}

#[tokio::test]
async fn a_token_counts_once_for_ten_minutes() {
    let cloud = tables().await;
    let under = |token: &str, count| TransactWriteItemsInput {
        client_request_token: Some(token.to_owned()),
        ..writing(vec![add_of("abc", "a", count)])
    };
    for _ in 0..3 {
        cloud.call::<TransactWriteItems>(under("t", 1)).await.unwrap();
    }
    assert_eq!(get(&cloud, "abc", [("k", s("a"))]).await.unwrap()["v"], n(1));
    assert_eq!(cloud.error::<TransactWriteItems>(under("t", 2)).await.0, "IdempotentParameterMismatchException");
    cloud.advance(Duration::from_secs(601)).await;
    cloud.call::<TransactWriteItems>(under("t", 2)).await.unwrap();
    assert_eq!(get(&cloud, "abc", [("k", s("a"))]).await.unwrap()["v"], n(3));
}

#[tokio::test]
async fn transactions_that_are_refused() {
    let cloud = tables().await;
    let twice = writing(vec![put_of("abc", "a", None), add_of("abc", "a", 1)]);
    let text = refused::<TransactWriteItems>(cloud.call::<TransactWriteItems>(twice).await);
    assert_eq!(text, "Transaction request cannot include multiple operations on one item");
    let both = TransactWriteItem { update: add_of("abc", "a", 1).update, ..put_of("abc", "a", None) };
    let text = refused::<TransactWriteItems>(cloud.call::<TransactWriteItems>(writing(vec![both])).await);
    assert_eq!(text, "TransactItems can only contain one of Check, Put, Update or Delete");
    put(&cloud, "abc", [("k", s("text")), ("v", s("x"))]).await;
    let mismatch = writing(vec![add_of("abc", "text", 1)]);
    let (code, text) = cloud.error::<TransactWriteItems>(mismatch).await;
    assert_eq!(code, "TransactionCanceledException");
    assert!(text.ends_with("[ValidationError]"), "{text}");
}

#[tokio::test]
#[allow(clippy::float_cmp, reason = "halves are exact")]
async fn transact_get_items_reads_one_moment() {
    let cloud = tables().await;
    put(&cloud, "abc", [("k", s("a")), ("v", n(1))]).await;
    let get = |table: &str, key: &str| TransactGetItem {
        get: Get { table_name: table.to_owned(), key: item([("k", s(key))]), ..Default::default() },
    };
    let input = TransactGetItemsInput {
        transact_items: vec![get("abc", "a"), get("def", "nothing")],
        return_consumed_capacity: Some(ReturnConsumedCapacity::Total),
    };
    let got = cloud.call::<TransactGetItems>(input).await.unwrap();
    let items: Vec<_> = got.responses.unwrap().into_iter().map(|response| response.item.is_some()).collect();
    assert_eq!(items, [true, false]);
    let units: Vec<_> = got.consumed_capacity.unwrap().iter().map(|c| c.read_capacity_units.unwrap()).collect();
    assert_eq!(units, [2.0, 2.0]);
}
