//! Settings of replicas: capacity, and how it scales. Application Auto Scaling stands here as its interface alone; its own
//! tests show it at work with tables.

use std::sync::Arc;

use api_application_autoscaling as scaling;
use api_dynamodb::*;
use parking_lot::Mutex;
use service_kit::{Access, Ctx, Operations, Outcome, Service};
use testkit::TestCloud;

use crate::cloud::{creating, units};

/// What was registered: region, resource, dimension, bounds.
type Registered = Mutex<Vec<(String, String, String, i32, i32)>>;

async fn register(ctx: &Ctx, input: scaling::RegisterScalableTargetInput) -> Outcome<scaling::RegisterScalableTarget> {
    let (least, most) = (input.min_capacity.unwrap(), input.max_capacity.unwrap());
    let dimension = input.scalable_dimension.as_str().to_owned();
    ctx.state::<Registered>().lock().push((ctx.region.to_string(), input.resource_id, dimension, least, most));
    Ok(scaling::RegisterScalableTargetOutput { scalable_target_arn: None })
}

async fn describe(
    ctx: &Ctx,
    input: scaling::DescribeScalableTargetsInput,
) -> Outcome<scaling::DescribeScalableTargets> {
    let (ids, dimension) = (input.resource_ids.unwrap(), input.scalable_dimension.unwrap());
    let state = ctx.state::<Registered>().lock().clone();
    let of = |(region, resource, known, ..): &&(String, String, String, i32, i32)| {
        *region == ctx.region.as_str() && ids.contains(resource) && known == dimension.as_str()
    };
    let shown = |(_, resource_id, _, min_capacity, max_capacity): &(String, String, String, i32, i32)| {
        scaling::ScalableTarget {
            service_namespace: scaling::ServiceNamespace::Dynamodb,
            resource_id: resource_id.clone(),
            scalable_dimension: dimension.clone(),
            min_capacity: *min_capacity,
            max_capacity: *max_capacity,
            predicted_capacity: None,
            role_arn: "role".into(),
            creation_time: ctx.now(),
            suspended_state: None,
            scalable_target_arn: None,
        }
    };
    let targets = state.iter().filter(of).map(shown).collect();
    Ok(scaling::DescribeScalableTargetsOutput { scalable_targets: Some(targets), next_token: None })
}

fn cloud() -> (TestCloud, Arc<Registered>) {
    let registered = Arc::new(Registered::default());
    let operations = Operations::new()
        .on::<scaling::DescribeScalableTargets>(|_, _| Ok(Access::any()), describe)
        .on::<scaling::RegisterScalableTarget>(|_, _| Ok(Access::any()), register);
    let service = Service::new(&scaling::SERVICE, operations).state(registered.clone());
    (TestCloud::new(|parts| vec![svc_dynamodb::service(parts), service]), registered)
}

fn bounds(least: i64, most: i64) -> Option<AutoScalingSettingsUpdate> {
    Some(AutoScalingSettingsUpdate {
        minimum_units: Some(least),
        maximum_units: Some(most),
        ..AutoScalingSettingsUpdate::default()
    })
}

fn provisioned() -> CreateTableInput {
    let mut input = creating("abc", &["k"]);
    input.billing_mode = None;
    input.provisioned_throughput = units(5, 5);
    input.stream_specification =
        Some(StreamSpecification { stream_enabled: true, stream_view_type: Some(StreamViewType::NewAndOldImages) });
    input
}

#[tokio::test]
async fn writes_scale_alike_in_all_replicas_and_reads_in_each() {
    let (cloud, registered) = cloud();
    cloud.call::<CreateTable>(provisioned()).await.unwrap();
    let create = CreateReplicationGroupMemberAction { region_name: "eu-west-1".into(), ..Default::default() };
    let update = ReplicationGroupUpdate { create: Some(create), ..Default::default() };
    let input =
        UpdateTableInput { table_name: "abc".into(), replica_updates: Some(vec![update]), ..Default::default() };
    cloud.call::<UpdateTable>(input).await.unwrap();
    let input = UpdateTableReplicaAutoScalingInput {
        table_name: "abc".into(),
        provisioned_write_capacity_auto_scaling_update: bounds(5, 50),
        replica_updates: Some(vec![ReplicaAutoScalingUpdate {
            region_name: "eu-west-1".into(),
            replica_provisioned_read_capacity_auto_scaling_update: bounds(1, 9),
            ..Default::default()
        }]),
        ..Default::default()
    };
    cloud.call::<UpdateTableReplicaAutoScaling>(input).await.unwrap();
    assert_eq!(registered.lock().len(), 3);
    let input = DescribeTableReplicaAutoScalingInput { table_name: "abc".into() };
    let shown = cloud.call::<DescribeTableReplicaAutoScaling>(input).await.unwrap();
    let replicas = shown.table_auto_scaling_description.unwrap().replicas.unwrap();
    let reads = |at: usize| replicas[at].replica_provisioned_read_capacity_auto_scaling_settings.clone().unwrap();
    assert_eq!((replicas[0].region_name.as_deref(), reads(0).maximum_units), (Some("eu-west-1"), Some(9)));
    assert_eq!((replicas[1].region_name.as_deref(), reads(1).auto_scaling_disabled), (Some("us-east-1"), Some(true)));
    for replica in &replicas {
        let writes = replica.replica_provisioned_write_capacity_auto_scaling_settings.clone().unwrap();
        assert_eq!(writes.minimum_units, Some(5));
    }
}

#[tokio::test]
async fn settings_of_global_tables_of_2017() {
    let (cloud, registered) = cloud();
    let europe = cloud.in_region("eu-west-1");
    for each in [&cloud, &europe] {
        each.call::<CreateTable>(provisioned()).await.unwrap();
    }
    let group = ["us-east-1", "eu-west-1"].map(|region| Replica { region_name: Some(region.to_owned()) });
    let input = CreateGlobalTableInput { global_table_name: "abc".into(), replication_group: group.into() };
    cloud.call::<CreateGlobalTable>(input).await.unwrap();
    let update = |region: &str| UpdateGlobalTableSettingsInput {
        global_table_name: "abc".into(),
        global_table_provisioned_write_capacity_units: Some(7),
        global_table_provisioned_write_capacity_auto_scaling_settings_update: bounds(5, 50),
        replica_settings_update: Some(vec![ReplicaSettingsUpdate {
            region_name: region.to_owned(),
            replica_provisioned_read_capacity_units: Some(9),
            ..Default::default()
        }]),
        ..Default::default()
    };
    assert_eq!(cloud.error::<UpdateGlobalTableSettings>(update("sa-east-1")).await.0, "ReplicaNotFoundException");
    cloud.call::<UpdateGlobalTableSettings>(update("eu-west-1")).await.unwrap();
    assert_eq!(registered.lock().len(), 2);
    let input = DescribeGlobalTableSettingsInput { global_table_name: "abc".into() };
    let shown = cloud.call::<DescribeGlobalTableSettings>(input).await.unwrap().replica_settings.unwrap();
    let figures: Vec<_> = shown
        .iter()
        .map(|replica| {
            let units =
                (replica.replica_provisioned_read_capacity_units, replica.replica_provisioned_write_capacity_units);
            (replica.region_name.as_str(), units)
        })
        .collect();
    assert_eq!(figures, [("eu-west-1", (Some(9), Some(7))), ("us-east-1", (Some(5), Some(7)))]);
}
