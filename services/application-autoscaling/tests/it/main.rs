//! Application Auto Scaling with DynamoDB, in process, by a clock that stands still until it is moved.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

use std::collections::BTreeMap;
use std::time::Duration;

use api_application_autoscaling::*;
use api_dynamodb::{
    AttributeDefinition, AttributeValue, CreateTable, CreateTableInput, DescribeTable, DescribeTableInput,
    KeySchemaElement, KeyType, ProvisionedThroughput, PutItem, PutItemInput, UpdateTable, UpdateTableInput,
};
use testkit::TestCloud;

const WRITES: &str = "dynamodb:table:WriteCapacityUnits";

fn cloud() -> TestCloud {
    TestCloud::new(|parts| vec![svc_application_autoscaling::service(parts), svc_dynamodb::service(parts)])
}

async fn table(cloud: &TestCloud, name: &str, units: i64) {
    let input = CreateTableInput {
        table_name: name.to_owned(),
        attribute_definitions: Some(vec![AttributeDefinition {
            attribute_name: "k".into(),
            attribute_type: "S".into(),
        }]),
        key_schema: Some(vec![KeySchemaElement { attribute_name: "k".into(), key_type: KeyType::Hash }]),
        provisioned_throughput: Some(ProvisionedThroughput { read_capacity_units: units, write_capacity_units: units }),
        ..Default::default()
    };
    cloud.call::<CreateTable>(input).await.unwrap();
}

async fn units(cloud: &TestCloud, name: &str) -> (i64, i64) {
    let input = DescribeTableInput { table_name: name.to_owned() };
    let units = cloud.call::<DescribeTable>(input).await.unwrap().table.unwrap().provisioned_throughput.unwrap();
    (units.read_capacity_units.unwrap(), units.write_capacity_units.unwrap())
}

/// Consumes so many write units.
async fn write(cloud: &TestCloud, name: &str, units: usize) {
    let value = "x".repeat(units * 1_024 - 20);
    let item =
        BTreeMap::from([("k".to_owned(), AttributeValue::S("a".into())), ("v".to_owned(), AttributeValue::S(value))]);
    cloud.call::<PutItem>(PutItemInput { table_name: name.to_owned(), item, ..Default::default() }).await.unwrap();
}

/// Lets a minute pass, and what is done each minute be done.
async fn minute(cloud: &TestCloud) {
    cloud.advance(Duration::from_secs(60)).await;
    for _ in 0..300 {
        tokio::task::yield_now().await;
    }
}

fn registering(resource: &str, bounds: (i32, i32)) -> RegisterScalableTargetInput {
    RegisterScalableTargetInput {
        service_namespace: ServiceNamespace::Dynamodb,
        resource_id: resource.to_owned(),
        scalable_dimension: WRITES.into(),
        min_capacity: Some(bounds.0),
        max_capacity: Some(bounds.1),
        role_arn: None,
        suspended_state: None,
        tags: None,
    }
}

fn tracking(resource: &str, target: f64) -> PutScalingPolicyInput {
    let metric = PredefinedMetricSpecification {
        predefined_metric_type: "DynamoDBWriteCapacityUtilization".into(),
        resource_label: None,
    };
    PutScalingPolicyInput {
        policy_name: "follow".into(),
        service_namespace: ServiceNamespace::Dynamodb,
        resource_id: resource.to_owned(),
        scalable_dimension: WRITES.into(),
        policy_type: Some(PolicyType::TargetTrackingScaling),
        step_scaling_policy_configuration: None,
        target_tracking_scaling_policy_configuration: Some(TargetTrackingScalingPolicyConfiguration {
            target_value: target,
            predefined_metric_specification: Some(metric),
            customized_metric_specification: None,
            scale_out_cooldown: None,
            scale_in_cooldown: None,
            disable_scale_in: None,
        }),
        predictive_scaling_policy_configuration: None,
    }
}

async fn activities(cloud: &TestCloud) -> Vec<ScalingActivity> {
    let input = DescribeScalingActivitiesInput {
        service_namespace: ServiceNamespace::Dynamodb,
        resource_id: None,
        scalable_dimension: None,
        max_results: None,
        next_token: None,
        include_not_scaled_activities: None,
    };
    cloud.call::<DescribeScalingActivities>(input).await.unwrap().scaling_activities.unwrap()
}

#[tokio::test]
async fn capacity_follows_what_is_consumed_both_ways() {
    let cloud = cloud();
    table(&cloud, "abc", 5).await;
    cloud.call::<RegisterScalableTarget>(registering("table/abc", (5, 40))).await.unwrap();
    let put = cloud.call::<PutScalingPolicy>(tracking("table/abc", 70.0)).await.unwrap();
    let names: Vec<_> = put.alarms.unwrap().into_iter().map(|alarm| alarm.alarm_name).collect();
    assert_eq!(names.len(), 4);
    assert!(names[0].starts_with("TargetTracking-table/abc-AlarmHigh-"), "{names:?}");
    write(&cloud, "abc", 300).await;
    minute(&cloud).await;
    assert_eq!(units(&cloud, "abc").await, (5, 5), "one minute is not enough");
    write(&cloud, "abc", 350).await;
    minute(&cloud).await;
    assert_eq!(units(&cloud, "abc").await, (5, 9), "350 units a minute are seventy percent of 9 a second");
    let told = activities(&cloud).await;
    assert_eq!(told[0].description, "Setting write capacity units to 9.");
    assert_eq!(told[0].status_code, ScalingActivityStatusCode::Successful);
    assert!(
        told[0].cause.contains("AlarmHigh") && told[0].cause.ends_with("triggered policy follow"),
        "{}",
        told[0].cause
    );
    for _ in 0..14 {
        write(&cloud, "abc", 60).await;
        minute(&cloud).await;
    }
    assert_eq!(units(&cloud, "abc").await, (5, 9));
    for _ in 0..2 {
        write(&cloud, "abc", 60).await;
        minute(&cloud).await;
    }
    assert_eq!(units(&cloud, "abc").await, (5, 5), "never below the least");
    assert!(activities(&cloud).await[0].cause.contains("AlarmLow"));
}

#[tokio::test]
async fn bounds_hold_and_may_follow_the_clock() {
    let cloud = cloud();
    table(&cloud, "abc", 5).await;
    cloud.call::<RegisterScalableTarget>(registering("table/abc", (8, 40))).await.unwrap();
    minute(&cloud).await;
    assert_eq!(units(&cloud, "abc").await.1, 8);
    assert_eq!(activities(&cloud).await[0].cause, "minimum capacity was set to 8");
    let action = |name: &str, schedule: &str, least| PutScheduledActionInput {
        service_namespace: ServiceNamespace::Dynamodb,
        schedule: Some(schedule.to_owned()),
        timezone: None,
        scheduled_action_name: name.to_owned(),
        resource_id: "table/abc".into(),
        scalable_dimension: WRITES.into(),
        start_time: None,
        end_time: None,
        scalable_target_action: Some(ScalableTargetAction { min_capacity: Some(least), max_capacity: None }),
    };
    cloud.call::<PutScheduledAction>(action("morning", "cron(5 0 * * ? *)", 20)).await.unwrap();
    minute(&cloud).await;
    assert_eq!(units(&cloud, "abc").await.1, 8);
    for _ in 0..4 {
        minute(&cloud).await;
    }
    assert_eq!(units(&cloud, "abc").await.1, 20);
    assert!(activities(&cloud).await[0].cause.starts_with("scheduled action name morning was triggered"));
    let list = DescribeScheduledActionsInput {
        scheduled_action_names: None,
        service_namespace: ServiceNamespace::Dynamodb,
        resource_id: None,
        scalable_dimension: None,
        max_results: None,
        next_token: None,
    };
    let listed = cloud.call::<DescribeScheduledActions>(list.clone()).await.unwrap().scheduled_actions.unwrap();
    assert_eq!((listed.len(), listed[0].schedule.as_str()), (1, "cron(5 0 * * ? *)"));
    let mut wrong = action("broken", "every day", 20);
    assert_eq!(cloud.error::<PutScheduledAction>(wrong.clone()).await.0, "ValidationException");
    wrong.schedule = Some("rate(1 hour)".into());
    wrong.resource_id = "table/none".into();
    let (code, text) = cloud.error::<PutScheduledAction>(wrong).await;
    assert_eq!(code, "ObjectNotFoundException");
    assert_eq!(
        text,
        "No scalable target registered for service namespace: dynamodb, resource ID: table/none, scalable dimension: \
         dynamodb:table:WriteCapacityUnits"
    );
    let gone = DeleteScheduledActionInput {
        service_namespace: ServiceNamespace::Dynamodb,
        scheduled_action_name: "morning".into(),
        resource_id: "table/abc".into(),
        scalable_dimension: WRITES.into(),
    };
    cloud.call::<DeleteScheduledAction>(gone.clone()).await.unwrap();
    assert_eq!(cloud.error::<DeleteScheduledAction>(gone).await.0, "ObjectNotFoundException");
    assert_eq!(cloud.call::<DescribeScheduledActions>(list).await.unwrap().scheduled_actions, Some(Vec::new()));
}

#[tokio::test]
async fn suspended_targets_and_refused_changes() {
    let cloud = cloud();
    table(&cloud, "abc", 5).await;
    let mut suspended = registering("table/abc", (5, 40));
    suspended.suspended_state =
        Some(SuspendedState { dynamic_scaling_out_suspended: Some(true), ..SuspendedState::default() });
    cloud.call::<RegisterScalableTarget>(suspended).await.unwrap();
    cloud.call::<PutScalingPolicy>(tracking("table/abc", 70.0)).await.unwrap();
    for _ in 0..3 {
        write(&cloud, "abc", 300).await;
        minute(&cloud).await;
    }
    assert_eq!(units(&cloud, "abc").await.1, 5);
    let mut again = registering("table/abc", (5, 5));
    again.suspended_state =
        Some(SuspendedState { dynamic_scaling_out_suspended: Some(false), ..SuspendedState::default() });
    cloud.call::<RegisterScalableTarget>(again).await.unwrap();
    // Decreases beyond the fourth of a day wait an hour, whoever asks for them.
    for (up, down) in [(9, 8), (9, 7), (9, 8), (9, 7)] {
        for write in [up, down] {
            let units = ProvisionedThroughput { read_capacity_units: 5, write_capacity_units: write };
            let input = UpdateTableInput {
                table_name: "abc".into(),
                provisioned_throughput: Some(units),
                ..Default::default()
            };
            cloud.call::<UpdateTable>(input).await.unwrap();
        }
    }
    minute(&cloud).await;
    let told = activities(&cloud).await;
    assert_eq!(told[0].status_code, ScalingActivityStatusCode::Failed);
    assert!(told[0].status_message.as_ref().unwrap().contains("Provisioned throughput decreases are limited"));
    cloud.advance(Duration::from_secs(3_600)).await;
    minute(&cloud).await;
    assert_eq!(units(&cloud, "abc").await.1, 5);
}

#[tokio::test]
async fn targets_are_described_tagged_and_deregistered() {
    let cloud = cloud();
    table(&cloud, "abc", 5).await;
    let mut input = registering("table/abc", (5, 40));
    input.tags = Some([("team".to_owned(), "a".to_owned())].into());
    let arn = cloud.call::<RegisterScalableTarget>(input).await.unwrap().scalable_target_arn.unwrap();
    assert!(arn.starts_with("arn:aws:application-autoscaling:us-east-1:000000000000:scalable-target/0ec5"), "{arn}");
    let tag = TagResourceInput { resource_arn: arn.clone(), tags: [("more".to_owned(), "b".to_owned())].into() };
    cloud.call::<TagResource>(tag).await.unwrap();
    let untag = UntagResourceInput { resource_arn: arn.clone(), tag_keys: vec!["team".into()] };
    cloud.call::<UntagResource>(untag).await.unwrap();
    let list = || ListTagsForResourceInput { resource_arn: arn.clone() };
    let tags = cloud.call::<ListTagsForResource>(list()).await.unwrap().tags.unwrap();
    assert_eq!(tags, [("more".to_owned(), "b".to_owned())].into());
    let describe = DescribeScalableTargetsInput {
        service_namespace: ServiceNamespace::Dynamodb,
        resource_ids: None,
        scalable_dimension: None,
        max_results: None,
        next_token: None,
    };
    let shown = cloud.call::<DescribeScalableTargets>(describe.clone()).await.unwrap().scalable_targets.unwrap();
    assert_eq!((shown[0].min_capacity, shown[0].max_capacity), (5, 40));
    assert!(shown[0].role_arn.ends_with("AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"));
    cloud.call::<PutScalingPolicy>(tracking("table/abc", 50.0)).await.unwrap();
    let mut second = tracking("table/abc", 60.0);
    second.policy_name = "another".into();
    let (_, text) = cloud.error::<PutScalingPolicy>(second).await;
    assert_eq!(text, "Only one TargetTrackingScaling policy for a given metric specification is allowed.");
    let mut steps = tracking("table/abc", 60.0);
    steps.policy_type = Some(PolicyType::StepScaling);
    assert_eq!(cloud.error::<PutScalingPolicy>(steps).await.0, "ValidationException");
    let policies = DescribeScalingPoliciesInput {
        policy_names: None,
        service_namespace: ServiceNamespace::Dynamodb,
        resource_id: Some("table/abc".into()),
        scalable_dimension: None,
        max_results: None,
        next_token: None,
    };
    let shown = cloud.call::<DescribeScalingPolicies>(policies.clone()).await.unwrap().scaling_policies.unwrap();
    assert_eq!(shown[0].target_tracking_scaling_policy_configuration.as_ref().unwrap().target_value, 50.0);
    let forecast = GetPredictiveScalingForecastInput {
        service_namespace: ServiceNamespace::Dynamodb,
        resource_id: "table/abc".into(),
        scalable_dimension: WRITES.into(),
        policy_name: "follow".into(),
        start_time: cloud.runtime().clock.now(),
        end_time: cloud.runtime().clock.now(),
    };
    assert_eq!(cloud.error::<GetPredictiveScalingForecast>(forecast).await.0, "ValidationException");
    let policy = DeleteScalingPolicyInput {
        policy_name: "follow".into(),
        service_namespace: ServiceNamespace::Dynamodb,
        resource_id: "table/abc".into(),
        scalable_dimension: WRITES.into(),
    };
    cloud.call::<DeleteScalingPolicy>(policy.clone()).await.unwrap();
    assert_eq!(cloud.error::<DeleteScalingPolicy>(policy).await.0, "ObjectNotFoundException");
    let gone = DeregisterScalableTargetInput {
        service_namespace: ServiceNamespace::Dynamodb,
        resource_id: "table/abc".into(),
        scalable_dimension: WRITES.into(),
    };
    cloud.call::<DeregisterScalableTarget>(gone.clone()).await.unwrap();
    assert_eq!(cloud.error::<DeregisterScalableTarget>(gone).await.0, "ObjectNotFoundException");
    assert_eq!(cloud.error::<ListTagsForResource>(list()).await.0, "ResourceNotFoundException");
    assert_eq!(cloud.call::<DescribeScalableTargets>(describe).await.unwrap().scalable_targets, Some(Vec::new()));
}

#[tokio::test]
async fn what_cannot_be_scaled_is_refused() {
    let cloud = cloud();
    assert_eq!(
        cloud.error::<RegisterScalableTarget>(registering("table/none", (5, 40))).await.0,
        "ValidationException"
    );
    table(&cloud, "abc", 5).await;
    let (_, text) = cloud.error::<RegisterScalableTarget>(registering("dynamo/abc", (5, 40))).await;
    assert_eq!(text, "Unsupported service namespace, resource type or scalable dimension");
    let (_, text) = cloud.error::<RegisterScalableTarget>(registering("table/abc", (50, 40))).await;
    assert_eq!(text, "Maximum capacity cannot be less than minimum capacity");
}
