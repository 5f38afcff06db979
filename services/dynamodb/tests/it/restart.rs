//! Everything is in the store: a new process on the old one's data knows all that was acknowledged.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use api_dynamodb::*;
use names::Timestamp;
use runtime::Runtime;
use store::{Local, Options, Store};
use testkit::TestCloud;

use crate::cloud::*;

const START: Timestamp = Timestamp::from_secs(1_767_225_600);

struct Life {
    cloud: TestCloud,
    store: Store,
}

impl Life {
    fn begin(dir: &Path, seconds: u64) -> Self {
        let runtime = Runtime::simulated(7, START.plus(Duration::from_secs(seconds)));
        let engine = Local::open(dir, &Options::default()).unwrap();
        let store = Store::new(Arc::new(engine), runtime.random.clone());
        let cloud = TestCloud::on(runtime, store.clone(), |parts| {
            vec![svc_dynamodb::service(parts), svc_dynamodb::streams(parts)]
        });
        Self { cloud, store }
    }

    /// Ends without telling the service: it keeps nothing that it would have to save.
    async fn end(self) {
        self.cloud.runtime().shutdown.request();
        self.store.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_items_indexes_and_streams_outlive_the_process() {
    use api_dynamodbstreams as streams;
    let dir = tempfile::tempdir().unwrap();
    let life = Life::begin(dir.path(), 0);
    let mut input = creating("abc", &["k"]);
    input.attribute_definitions = Some(vec![defined("k", "S"), defined("g", "S")]);
    input.global_secondary_indexes = Some(vec![global("idx", &["g"])]);
    let view = Some(StreamViewType::KeysOnly);
    input.stream_specification = Some(StreamSpecification { stream_enabled: true, stream_view_type: view });
    let before = life.cloud.call::<CreateTable>(input).await.unwrap().table_description.unwrap();
    create(&life.cloud, "dropped", &["k"]).await;
    for no in 0..20 {
        put(&life.cloud, "abc", [("k", s(&no.to_string())), ("g", s("x"))]).await;
        put(&life.cloud, "dropped", [("k", s(&no.to_string()))]).await;
    }
    let delete = DeleteTableInput { table_name: "dropped".into() };
    life.cloud.call::<DeleteTable>(delete).await.unwrap();
    life.end().await;

    let life = Life::begin(dir.path(), 10);
    let after = describe(&life.cloud, "abc").await;
    assert_eq!((after.table_id, after.item_count), (before.table_id, Some(20)));
    let scan = ScanInput { table_name: "abc".into(), index_name: Some("idx".into()), ..Default::default() };
    assert_eq!(life.cloud.call::<Scan>(scan).await.unwrap().count, Some(20));
    create(&life.cloud, "dropped", &["k"]).await;
    assert!(everything(&life.cloud, "dropped").await.is_empty(), "a new table never sees an old one's items");
    put(&life.cloud, "abc", [("k", s("new"))]).await;
    let arn = before.latest_stream_arn.unwrap();
    let input = streams::DescribeStreamInput { stream_arn: arn.clone(), ..Default::default() };
    let shown = life.cloud.call::<streams::DescribeStream>(input).await.unwrap().stream_description.unwrap();
    let input = streams::GetShardIteratorInput {
        stream_arn: arn,
        shard_id: shown.shards.unwrap()[0].shard_id.clone().unwrap(),
        shard_iterator_type: streams::ShardIteratorType::TrimHorizon,
        sequence_number: None,
    };
    let iterator = life.cloud.call::<streams::GetShardIterator>(input).await.unwrap().shard_iterator.unwrap();
    let input = streams::GetRecordsInput { shard_iterator: iterator, limit: None };
    let told = life.cloud.call::<streams::GetRecords>(input).await.unwrap().records.unwrap();
    assert_eq!(told.len(), 21);
    life.end().await;
}
