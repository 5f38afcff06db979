//! Global tables: replicas in several regions, each of which is written to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use api_dynamodb::*;
use api_dynamodbstreams::{
    DescribeStream, DescribeStreamInput, GetRecords, GetRecordsInput, GetShardIterator, GetShardIteratorInput,
    ShardIteratorType,
};
use service_kit::{BoxFuture, Ctx, Error, Fault, Guard};
use testkit::TestCloud;

use crate::cloud::{
    cloud_with_streams, create, creating, describe, everything, global, item, n, put, refused, s, updating,
};

/// A table's new replicas in these regions.
fn replicas(name: &str, regions: &[&str]) -> UpdateTableInput {
    let one = |region: &&str| ReplicationGroupUpdate {
        create: Some(CreateReplicationGroupMemberAction { region_name: (*region).to_owned(), ..Default::default() }),
        ..Default::default()
    };
    let replica_updates = Some(regions.iter().map(one).collect());
    UpdateTableInput { table_name: name.to_owned(), replica_updates, ..Default::default() }
}

fn without(name: &str, region: &str) -> UpdateTableInput {
    let delete = Some(DeleteReplicationGroupMemberAction { region_name: region.to_owned() });
    let replica_updates = Some(vec![ReplicationGroupUpdate { delete, ..Default::default() }]);
    UpdateTableInput { table_name: name.to_owned(), replica_updates, ..Default::default() }
}

/// Moves the clock until something is so.
async fn until(cloud: &TestCloud, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..200 {
        if holds().await {
            return;
        }
        cloud.advance(Duration::from_millis(600)).await;
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }
    panic!("it never was so");
}

/// The text of a `ValidationException`.
async fn invalid<O: smithy::Operation>(cloud: &TestCloud, input: O::Input) -> String {
    refused::<O>(cloud.call::<O>(input).await)
}

async fn has(cloud: &TestCloud, wanted: &[(&str, AttributeValue)]) -> bool {
    let wanted = wanted.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    everything(cloud, "abc").await.contains(&wanted)
}

/// A table in three regions: itself, Ireland, Sydney.
async fn three(cloud: &TestCloud) -> (TestCloud, TestCloud) {
    create(cloud, "abc", &["k"]).await;
    cloud.call::<UpdateTable>(replicas("abc", &["eu-west-1", "ap-southeast-2"])).await.unwrap();
    (cloud.in_region("eu-west-1"), cloud.in_region("ap-southeast-2"))
}

#[tokio::test]
async fn a_new_replica_gets_what_was_there_and_writes_go_both_ways() {
    let cloud = cloud_with_streams();
    create(&cloud, "abc", &["k"]).await;
    for i in 0..250 {
        put(&cloud, "abc", [("k", s(&format!("old{i}"))), ("v", n(i))]).await;
    }
    let updated = cloud.call::<UpdateTable>(replicas("abc", &["eu-west-1"])).await.unwrap().table_description.unwrap();
    assert_eq!(updated.table_status, Some(TableStatus::Updating));
    assert_eq!(updated.replicas.unwrap()[0].replica_status, Some(ReplicaStatus::Creating));
    let europe = cloud.in_region("eu-west-1");
    until(&cloud, async || everything(&europe, "abc").await.len() == 250).await;
    put(&cloud, "abc", [("k", s("from-home"))]).await;
    put(&europe, "abc", [("k", s("from-europe"))]).await;
    until(&cloud, async || has(&europe, &[("k", s("from-home"))]).await).await;
    until(&cloud, async || has(&cloud, &[("k", s("from-europe"))]).await).await;
    assert_eq!((everything(&cloud, "abc").await.len(), everything(&europe, "abc").await.len()), (252, 252));
    let shown = describe(&europe, "abc").await;
    assert_eq!(shown.global_table_version.as_deref(), Some("2019.11.21"));
    assert_eq!(shown.replicas.unwrap()[0].region_name.as_deref(), Some("us-east-1"));
    let stream = shown.stream_specification.unwrap();
    assert_eq!(stream.stream_view_type, Some(StreamViewType::NewAndOldImages));
    let home = describe(&cloud, "abc").await.replicas.unwrap();
    assert_eq!(home[0].replica_status, Some(ReplicaStatus::Active));
    let told = stream_of(&europe, &shown.latest_stream_arn.unwrap()).await;
    assert_eq!(told, 2, "what was there before is not told, what came since is");
}

async fn stream_of(cloud: &TestCloud, arn: &str) -> usize {
    let input = DescribeStreamInput { stream_arn: arn.to_owned(), ..Default::default() };
    let shards = cloud.call::<DescribeStream>(input).await.unwrap().stream_description.unwrap().shards.unwrap();
    let input = GetShardIteratorInput {
        stream_arn: arn.to_owned(),
        shard_id: shards[0].shard_id.clone().unwrap(),
        shard_iterator_type: ShardIteratorType::TrimHorizon,
        sequence_number: None,
    };
    let shard_iterator = cloud.call::<GetShardIterator>(input).await.unwrap().shard_iterator.unwrap();
    let page = cloud.call::<GetRecords>(GetRecordsInput { shard_iterator, limit: None }).await.unwrap();
    page.records.unwrap().len()
}

#[tokio::test]
async fn the_last_writer_wins_everywhere_and_deletions_stay() {
    let cloud = cloud_with_streams();
    let (europe, sydney) = three(&cloud).await;
    until(&cloud, async || {
        describe(&cloud, "abc").await.replicas.unwrap().iter().all(|r| r.replica_status == Some(ReplicaStatus::Active))
    })
    .await;
    put(&cloud, "abc", [("k", s("a")), ("by", s("home"))]).await;
    put(&europe, "abc", [("k", s("a")), ("by", s("europe"))]).await;
    put(&sydney, "abc", [("k", s("a")), ("by", s("sydney"))]).await;
    put(&europe, "abc", [("k", s("gone"))]).await;
    put(&cloud, "abc", [("k", s("gone"))]).await;
    let delete = DeleteItemInput { table_name: "abc".into(), key: item([("k", s("gone"))]), ..Default::default() };
    sydney.call::<DeleteItem>(delete).await.unwrap();
    put(&cloud, "abc", [("k", s("end"))]).await;
    for each in [&cloud, &europe, &sydney] {
        until(&cloud, async || has(each, &[("k", s("end"))]).await).await;
        until(&cloud, async || has(each, &[("k", s("a")), ("by", s("sydney"))]).await).await;
        until(&cloud, async || everything(each, "abc").await.len() == 2).await;
    }
}

#[tokio::test]
async fn writes_of_a_moment_ago_are_not_elsewhere_yet() {
    let cloud = cloud_with_streams();
    create(&cloud, "abc", &["k"]).await;
    cloud.call::<UpdateTable>(replicas("abc", &["eu-west-1"])).await.unwrap();
    let europe = cloud.in_region("eu-west-1");
    put(&cloud, "abc", [("k", s("first"))]).await;
    until(&cloud, async || has(&europe, &[("k", s("first"))]).await).await;
    put(&cloud, "abc", [("k", s("second"))]).await;
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
    assert!(!has(&europe, &[("k", s("second"))]).await, "the clock stands still");
    cloud.call::<UpdateItem>(updating("abc", [("k", s("second"))], "SET v = :v", [(":v", n(1))])).await.unwrap();
    until(&cloud, async || has(&europe, &[("k", s("second")), ("v", n(1))]).await).await;
}

/// A region in which everything fails.
struct Outage(AtomicBool);

impl Guard for Outage {
    fn check<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<(), Error>> {
        let out = self.0.load(Ordering::Relaxed) && ctx.region.as_str() == "eu-west-1";
        Box::pin(std::future::ready(if out { Err(Fault::internal("out").into()) } else { Ok(()) }))
    }
}

#[tokio::test]
async fn a_region_that_is_out_is_told_when_it_is_back() {
    let outage = Arc::new(Outage(AtomicBool::new(false)));
    let mut parts = TestCloud::parts();
    parts.guard = outage.clone();
    let services = vec![svc_dynamodb::service(&parts), svc_dynamodb::streams(&parts)];
    let cloud = TestCloud::of(parts, services);
    let (europe, sydney) = three(&cloud).await;
    put(&cloud, "abc", [("k", s("before"))]).await;
    until(&cloud, async || has(&europe, &[("k", s("before"))]).await).await;
    put(&europe, "abc", [("k", s("last words"))]).await;
    outage.0.store(true, Ordering::Relaxed);
    put(&cloud, "abc", [("k", s("during"))]).await;
    until(&cloud, async || has(&sydney, &[("k", s("during"))]).await).await;
    cloud.advance(Duration::from_secs(3_600)).await;
    assert!(!has(&sydney, &[("k", s("last words"))]).await, "nothing leaves a region that is out");
    outage.0.store(false, Ordering::Relaxed);
    until(&cloud, async || has(&europe, &[("k", s("during"))]).await).await;
    until(&cloud, async || has(&sydney, &[("k", s("last words"))]).await).await;
}

#[tokio::test]
async fn settings_are_shared_and_reads_may_differ() {
    let cloud = cloud_with_streams();
    let mut input = creating("abc", &["k"]);
    input.billing_mode = None;
    input.provisioned_throughput = crate::cloud::units(5, 5);
    cloud.call::<CreateTable>(input).await.unwrap();
    let create = CreateReplicationGroupMemberAction {
        region_name: "eu-west-1".into(),
        provisioned_throughput_override: Some(ProvisionedThroughputOverride { read_capacity_units: Some(50) }),
        ..Default::default()
    };
    let update = ReplicationGroupUpdate { create: Some(create), ..Default::default() };
    let input =
        UpdateTableInput { table_name: "abc".into(), replica_updates: Some(vec![update]), ..Default::default() };
    cloud.call::<UpdateTable>(input).await.unwrap();
    let index = global("later", &["g"]);
    let index = CreateGlobalSecondaryIndexAction {
        index_name: index.index_name,
        key_schema: index.key_schema,
        projection: index.projection,
        provisioned_throughput: crate::cloud::units(1, 1),
        ..Default::default()
    };
    let input = UpdateTableInput {
        table_name: "abc".into(),
        attribute_definitions: Some(vec![crate::cloud::defined("g", "S")]),
        provisioned_throughput: crate::cloud::units(7, 9),
        global_secondary_index_updates: Some(vec![GlobalSecondaryIndexUpdate {
            create: Some(index),
            ..Default::default()
        }]),
        ..Default::default()
    };
    cloud.call::<UpdateTable>(input).await.unwrap();
    let expiry = TimeToLiveSpecification { enabled: true, attribute_name: "ends".into() };
    let input = UpdateTimeToLiveInput { table_name: "abc".into(), time_to_live_specification: expiry };
    cloud.call::<UpdateTimeToLive>(input).await.unwrap();
    let europe = cloud.in_region("eu-west-1");
    let shown = describe(&europe, "abc").await;
    let units = shown.provisioned_throughput.unwrap();
    assert_eq!((units.read_capacity_units, units.write_capacity_units), (Some(50), Some(9)));
    assert_eq!(shown.global_secondary_indexes.unwrap()[0].index_name.as_deref(), Some("later"));
    let input = DescribeTimeToLiveInput { table_name: "abc".into() };
    let expiry = europe.call::<DescribeTimeToLive>(input).await.unwrap().time_to_live_description.unwrap();
    assert_eq!(expiry.attribute_name.as_deref(), Some("ends"));
    put(&europe, "abc", [("k", s("short")), ("ends", n(1_767_225_700))]).await;
    until(&cloud, async || has(&cloud, &[("k", s("short")), ("ends", n(1_767_225_700))]).await).await;
    cloud.advance(Duration::from_secs(300)).await;
    until(&cloud, async || everything(&europe, "abc").await.is_empty()).await;
    until(&cloud, async || everything(&cloud, "abc").await.is_empty()).await;
}

#[tokio::test]
async fn replicas_go_and_what_refuses() {
    let cloud = cloud_with_streams();
    let (europe, sydney) = three(&cloud).await;
    put(&europe, "abc", [("k", s("kept"))]).await;
    let text = invalid::<UpdateTable>(&cloud, replicas("abc", &["eu-west-1"])).await;
    assert_eq!(
        text,
        "Failed to create a the new replica of table with name: 'abc' because one or more replicas already existed as tables."
    );
    let text = invalid::<UpdateTable>(&cloud, replicas("abc", &["us-east-1"])).await;
    assert!(text.contains("Cannot add, delete, or update the local region through ReplicaUpdates."), "{text}");
    let text = invalid::<UpdateTable>(&cloud, without("abc", "sa-east-1")).await;
    let none = "Update global table operation failed because one or more replicas were not part of the global table.";
    assert_eq!(text, none);
    let off = StreamSpecification { stream_enabled: false, stream_view_type: None };
    let input = UpdateTableInput { table_name: "abc".into(), stream_specification: Some(off), ..Default::default() };
    let text = invalid::<UpdateTable>(&cloud, input).await;
    assert_eq!(text, "Disabling Stream is not allowed for a Global Table replica.");
    let gone = DeleteTableInput { table_name: "abc".into() };
    let text = invalid::<DeleteTable>(&cloud, gone.clone()).await;
    assert!(text.contains("acted as a source region"), "{text}");
    cloud.call::<UpdateTable>(without("abc", "eu-west-1")).await.unwrap();
    assert_eq!(
        europe.error::<DescribeTable>(DescribeTableInput { table_name: "abc".into() }).await.0,
        "ResourceNotFoundException"
    );
    assert!(has(&sydney, &[("k", s("kept"))]).await, "a replica that goes tells the others first");
    sydney.call::<DeleteTable>(gone.clone()).await.unwrap();
    assert_eq!(describe(&cloud, "abc").await.replicas, None);
    cloud.call::<DeleteTable>(gone).await.unwrap();
}

#[tokio::test]
async fn strong_replicas_are_written_together() {
    let cloud = cloud_with_streams();
    create(&cloud, "abc", &["k"]).await;
    let mut input = replicas("abc", &["eu-west-1"]);
    input.multi_region_consistency = Some(MultiRegionConsistency::Strong);
    let text = invalid::<UpdateTable>(&cloud, input.clone()).await;
    assert!(text.contains("exactly three replicas"), "{text}");
    input.global_table_witness_updates = Some(vec![GlobalTableWitnessGroupUpdate {
        create: Some(CreateGlobalTableWitnessGroupMemberAction { region_name: "eu-west-3".into() }),
        ..Default::default()
    }]);
    cloud.call::<UpdateTable>(input).await.unwrap();
    let europe = cloud.in_region("eu-west-1");
    put(&cloud, "abc", [("k", s("a")), ("v", n(1))]).await;
    assert!(has(&europe, &[("k", s("a")), ("v", n(1))]).await, "at once");
    let (mut here, mut there) = (Vec::new(), Vec::new());
    for _ in 0..20 {
        here.push(updating("abc", [("k", s("a"))], "ADD v :v", [(":v", n(1))]));
        there.push(updating("abc", [("k", s("a"))], "ADD v :v", [(":v", n(1))]));
    }
    let (one, two) = (cloud.clone(), europe.clone());
    let adds = tokio::join!(
        async move {
            for input in here {
                one.call::<UpdateItem>(input).await.unwrap();
            }
        },
        async move {
            for input in there {
                two.call::<UpdateItem>(input).await.unwrap();
            }
        },
    );
    let ((), ()) = adds;
    assert!(has(&europe, &[("k", s("a")), ("v", n(41))]).await && has(&cloud, &[("k", s("a")), ("v", n(41))]).await);
    let shown = describe(&europe, "abc").await;
    assert_eq!(shown.multi_region_consistency, Some(MultiRegionConsistency::Strong));
    assert_eq!(shown.global_table_witnesses.unwrap()[0].region_name.as_deref(), Some("eu-west-3"));
    let put = Put { table_name: "abc".into(), item: item([("k", s("t"))]), ..Default::default() };
    let write = TransactWriteItem { put: Some(put), ..Default::default() };
    let input = TransactWriteItemsInput { transact_items: vec![write], ..Default::default() };
    let text = invalid::<TransactWriteItems>(&cloud, input).await;
    assert!(text.contains("multi-Region strong consistency"), "{text}");
    cloud.call::<UpdateTable>(without("abc", "eu-west-1")).await.unwrap();
    assert_eq!(describe(&cloud, "abc").await.multi_region_consistency, None);
}

#[tokio::test]
async fn global_tables_of_2017_are_made_of_tables_that_are_there() {
    let cloud = cloud_with_streams();
    let europe = cloud.in_region("eu-west-1");
    let group = |regions: &[&str]| {
        let replica = |region: &&str| Replica { region_name: Some((*region).to_owned()) };
        CreateGlobalTableInput {
            global_table_name: "abc".into(),
            replication_group: regions.iter().map(replica).collect(),
        }
    };
    let named = || DescribeGlobalTableInput { global_table_name: "abc".into() };
    let both = group(&["us-east-1", "eu-west-1"]);
    let mut input = creating("abc", &["k"]);
    input.stream_specification =
        Some(StreamSpecification { stream_enabled: true, stream_view_type: Some(StreamViewType::NewAndOldImages) });
    cloud.call::<CreateTable>(input.clone()).await.unwrap();
    assert_eq!(cloud.error::<CreateGlobalTable>(both.clone()).await.0, "TableNotFoundException");
    assert_eq!(cloud.error::<DescribeGlobalTable>(named()).await.0, "GlobalTableNotFoundException");
    europe.call::<CreateTable>(input.clone()).await.unwrap();
    let made = cloud.call::<CreateGlobalTable>(both.clone()).await.unwrap().global_table_description.unwrap();
    assert_eq!(made.global_table_arn.as_deref(), Some("arn:aws:dynamodb::000000000000:global-table/abc"));
    assert_eq!(cloud.error::<CreateGlobalTable>(both).await.0, "GlobalTableAlreadyExistsException");
    put(&cloud, "abc", [("k", s("a"))]).await;
    until(&cloud, async || everything(&europe, "abc").await.len() == 1).await;
    let found = everything(&europe, "abc").await.remove(0);
    assert_eq!(found["aws:rep:updateregion"], s("us-east-1"));
    assert_eq!(found["aws:rep:deleting"], AttributeValue::Bool(false));
    assert!(matches!(&found["aws:rep:updatetime"], AttributeValue::N(at) if at.starts_with("17672")));
    let listed = europe.call::<ListGlobalTables>(Default::default()).await.unwrap().global_tables.unwrap();
    assert_eq!(listed[0].replication_group.as_ref().unwrap().len(), 2);
    let nowhere = ListGlobalTablesInput { region_name: Some("sa-east-1".into()), ..Default::default() };
    assert_eq!(cloud.call::<ListGlobalTables>(nowhere).await.unwrap().global_tables, Some(Vec::new()));
    let sydney = cloud.in_region("ap-southeast-2");
    sydney.call::<CreateTable>(input).await.unwrap();
    let update = |create: &str, delete: &str| {
        let create = Some(CreateReplicaAction { region_name: create.to_owned() });
        let delete = Some(DeleteReplicaAction { region_name: delete.to_owned() });
        UpdateGlobalTableInput {
            global_table_name: "abc".into(),
            replica_updates: vec![
                ReplicaUpdate { create, ..Default::default() },
                ReplicaUpdate { delete, ..Default::default() },
            ],
        }
    };
    let error = cloud.error::<UpdateGlobalTable>(update("eu-west-1", "eu-west-1")).await.0;
    assert_eq!(error, "ReplicaAlreadyExistsException");
    let changed = cloud.call::<UpdateGlobalTable>(update("ap-southeast-2", "eu-west-1")).await.unwrap();
    assert_eq!(changed.global_table_description.unwrap().replication_group.unwrap().len(), 2);
    put(&cloud, "abc", [("k", s("b"))]).await;
    until(&cloud, async || everything(&sydney, "abc").await.len() == 1).await;
    assert_eq!(everything(&europe, "abc").await.len(), 1, "a table that was taken out stays as it was");
    let shown = sydney.call::<DescribeGlobalTable>(named()).await.unwrap().global_table_description.unwrap();
    assert_eq!(shown.global_table_status, Some(GlobalTableStatus::Active));
}
