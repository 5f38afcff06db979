//! Many at once: no update is lost, and transactions are as if one after the other.

use std::sync::Arc;

use api_dynamodb::*;
use runtime::Runtime;
use store::{Local, Options, Store};
use testkit::TestCloud;

use crate::cloud::*;

fn durable(dir: &std::path::Path) -> TestCloud {
    let runtime = Runtime::simulated(7, names_at());
    let engine = Local::open(dir, &Options::default()).unwrap();
    let store = Store::new(Arc::new(engine), runtime.random.clone());
    TestCloud::on(runtime, store, |parts| vec![svc_dynamodb::service(parts), svc_dynamodb::streams(parts)])
}

fn names_at() -> names::Timestamp {
    names::Timestamp::from_secs(1_767_225_600)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn transfers_keep_the_sum_and_readers_see_it() {
    let dir = tempfile::tempdir().unwrap();
    let cloud = durable(dir.path());
    create(&cloud, "abc", &["k"]).await;
    for account in 0..5 {
        put(&cloud, "abc", [("k", s(&account.to_string())), ("v", n(100))]).await;
    }
    let writers = (0..4).map(|writer| {
        let cloud = cloud.clone();
        tokio::spawn(async move {
            for step in 0..25 {
                let (from, to) = ((writer + step) % 5, (writer + step * 2 + 1) % 5);
                if from == to {
                    continue;
                }
                let add = |account: i32, count: i32| {
                    let update = Update {
                        table_name: "abc".into(),
                        key: item([("k", s(&account.to_string()))]),
                        update_expression: "ADD v :v".into(),
                        expression_attribute_values: Some(item([(":v", n(count))])),
                        ..Default::default()
                    };
                    TransactWriteItem { update: Some(update), ..Default::default() }
                };
                let input =
                    TransactWriteItemsInput { transact_items: vec![add(from, -1), add(to, 1)], ..Default::default() };
                cloud.call::<TransactWriteItems>(input).await.unwrap();
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let sum = async || {
        let get = |account: i32| TransactGetItem {
            get: Get { table_name: "abc".into(), key: item([("k", s(&account.to_string()))]), ..Default::default() },
        };
        let input = TransactGetItemsInput { transact_items: (0..5).map(get).collect(), ..Default::default() };
        let got = cloud.call::<TransactGetItems>(input).await.unwrap().responses.unwrap();
        let value = |response: &ItemResponse| match &response.item.as_ref().unwrap()["v"] {
            AttributeValue::N(text) => text.parse::<i64>().unwrap(),
            _ => 0,
        };
        got.iter().map(value).sum::<i64>()
    };
    for _ in 0..50 {
        assert_eq!(sum().await, 500);
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(sum().await, 500);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn counters_count_and_streams_tell_each_step_in_order() {
    use api_dynamodbstreams as streams;
    let dir = tempfile::tempdir().unwrap();
    let cloud = durable(dir.path());
    let mut input = creating("abc", &["k"]);
    let view = Some(StreamViewType::NewImage);
    input.stream_specification = Some(StreamSpecification { stream_enabled: true, stream_view_type: view });
    let table = cloud.call::<CreateTable>(input).await.unwrap().table_description.unwrap();
    let writers: Vec<_> = (0..4)
        .map(|_| {
            let cloud = cloud.clone();
            tokio::spawn(async move {
                for step in 0..25 {
                    let key = if step % 2 == 0 { "even" } else { "odd" };
                    let input = updating("abc", [("k", s(key))], "ADD v :v", [(":v", n(1))]);
                    cloud.call::<UpdateItem>(input).await.unwrap();
                }
            })
        })
        .collect();
    let arn = table.latest_stream_arn.unwrap();
    let describe = streams::DescribeStreamInput { stream_arn: arn.clone(), ..Default::default() };
    let shown = cloud.call::<streams::DescribeStream>(describe).await.unwrap().stream_description.unwrap();
    let input = streams::GetShardIteratorInput {
        stream_arn: arn,
        shard_id: shown.shards.unwrap()[0].shard_id.clone().unwrap(),
        shard_iterator_type: streams::ShardIteratorType::TrimHorizon,
        ..Default::default()
    };
    let mut iterator = cloud.call::<streams::GetShardIterator>(input).await.unwrap().shard_iterator.unwrap();
    let (mut even, mut odd) = (0, 0);
    for _ in 0..1_000_000 {
        let input = streams::GetRecordsInput { shard_iterator: iterator, limit: Some(7) };
        let page = cloud.call::<streams::GetRecords>(input).await.unwrap();
        for record in page.records.unwrap() {
            let image = record.dynamodb.unwrap().new_image.unwrap();
            let count = if image["k"] == streams::AttributeValue::S("even".into()) { &mut even } else { &mut odd };
            *count += 1;
            assert_eq!(image["v"], streams::AttributeValue::N(count.to_string()), "in order, none missing");
        }
        iterator = page.next_shard_iterator.unwrap();
        if even + odd == 100 {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!((even, odd), (52, 48));
    for writer in writers {
        writer.await.unwrap();
    }
}
