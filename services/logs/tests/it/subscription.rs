//! Subscriptions: what is sent on, to whom, through crashes too.

use std::path::Path;
use std::sync::Arc;

use api_kinesis::{DeleteStream, DeleteStreamInput};
use api_logs::*;
use names::Timestamp;
use runtime::Runtime;
use serde_json::json;
use service_kit::{Caller, Error, Fault};
use store::{Local, Options, Store};
use testkit::TestCloud;

use crate::cloud::*;
use crate::world::*;

fn subscribing(name: &str, pattern: &str, to: &str) -> PutSubscriptionFilterInput {
    PutSubscriptionFilterInput {
        log_group_name: "g".into(),
        filter_name: name.into(),
        filter_pattern: pattern.into(),
        destination_arn: to.into(),
        role_arn: some(ROLE),
        ..Default::default()
    }
}

#[tokio::test]
async fn put_subscription_filter_sends_what_passes_to_a_stream() {
    let cloud = world().await;
    create(&cloud, "g", "s").await;
    let to = stream(&cloud, "k").await;
    cloud.call::<PutSubscriptionFilter>(subscribing("f", "ERROR", &to)).await.unwrap();
    let control = arrived(&cloud, "k", 1).await.remove(0).1;
    assert_eq!(
        (control["messageType"].as_str(), control["owner"].as_str()),
        (Some("CONTROL_MESSAGE"), Some("CloudwatchLogs"))
    );
    let at = now(&cloud);
    put(&cloud, "g", "s", &[(at, "INFO x"), (at, "ERROR y"), (at + 1, "ERROR z")]).await;
    let (partition, envelope) = arrived(&cloud, "k", 2).await.remove(1);
    assert_eq!(partition, "s");
    let ids: Vec<_> =
        envelope["logEvents"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert!(ids.len() == 2 && ids.iter().all(|id| id.len() == 56));
    let expected = json!({
        "messageType": "DATA_MESSAGE", "owner": "000000000000", "logGroup": "g", "logStream": "s",
        "subscriptionFilters": ["f"],
        "logEvents": [
            {"id": ids[0], "timestamp": at, "message": "ERROR y"},
            {"id": ids[1], "timestamp": at + 1, "message": "ERROR z"},
        ],
    });
    assert_eq!(envelope, expected);
    let input = DescribeSubscriptionFiltersInput { log_group_name: "g".into(), ..Default::default() };
    let filter =
        cloud.call::<DescribeSubscriptionFilters>(input).await.unwrap().subscription_filters.unwrap().remove(0);
    assert_eq!((filter.destination_arn, filter.distribution), (Some(to), Some(Distribution::ByLogStream)));
}

#[tokio::test]
async fn delete_subscription_filter_and_limits() {
    let cloud = world().await;
    create(&cloud, "g", "s").await;
    let to = stream(&cloud, "k").await;
    for name in ["a", "b", "a"] {
        cloud.call::<PutSubscriptionFilter>(subscribing(name, "", &to)).await.unwrap();
    }
    let third = cloud.error::<PutSubscriptionFilter>(subscribing("c", "", &to)).await;
    assert_eq!(third, ("LimitExceededException".to_owned(), "Resource limit exceeded.".to_owned()));
    let deleting = || DeleteSubscriptionFilterInput { log_group_name: "g".into(), filter_name: "a".into() };
    cloud.call::<DeleteSubscriptionFilter>(deleting()).await.unwrap();
    let text = "The specified subscription filter does not exist.";
    assert_eq!(cloud.error::<DeleteSubscriptionFilter>(deleting()).await.1, text);
    for (input, text) in [
        (
            PutSubscriptionFilterInput { role_arn: None, ..subscribing("x", "", &to) },
            "destinationArn for vendor kinesis cannot be used without roleArn",
        ),
        (
            subscribing("x", "", "arn:aws:kinesis:us-east-1:000000000000:stream/none"),
            "Could not deliver test message to specified Kinesis stream. Check if the given kinesis stream is in ACTIVE \
             state.",
        ),
        (
            subscribing("x", "", "arn:aws:lambda:us-east-1:000000000000:function:none"),
            "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your \
             function.",
        ),
        (
            subscribing("x", "", "arn:aws:sqs:us-east-1:000000000000:q"),
            "PutSubscriptionFilter operation cannot work with destinationArn for vendor sqs",
        ),
    ] {
        assert_eq!(cloud.error::<PutSubscriptionFilter>(input).await.1, text);
    }
}

#[tokio::test]
async fn destinations_are_opened_by_their_policies() {
    let owner = world().await;
    let to = stream(&owner, "k").await;
    let putting = PutDestinationInput {
        destination_name: "d".into(),
        target_arn: to,
        role_arn: ROLE.into(),
        tags: Some(tags(&[("a", "1")])),
    };
    let destination = owner.call::<PutDestination>(putting).await.unwrap().destination.unwrap();
    let arn = destination.arn.unwrap();
    let friend = owner.fresh_account();
    create(&friend, "g", "s").await;
    let input = || PutSubscriptionFilterInput { role_arn: None, ..subscribing("f", "", &arn) };
    let root = || Caller::root(friend.account(), None);
    let denied = friend.call_as::<PutSubscriptionFilter>(root(), input()).await;
    assert!(matches!(denied, Err(Error::Fault(Fault::AccessDenied { .. }))));
    let who = friend.account().to_string();
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": who}, "Action": "logs:PutSubscriptionFilter", "Resource": arn}]});
    let opening = PutDestinationPolicyInput {
        destination_name: "d".into(),
        access_policy: policy.to_string(),
        ..Default::default()
    };
    owner.call::<PutDestinationPolicy>(opening).await.unwrap();
    friend.call_as::<PutSubscriptionFilter>(root(), input()).await.unwrap();
    put(&friend, "g", "s", &[(now(&friend), "m")]).await;
    let found = arrived(&owner, "k", 3).await;
    let data = found.iter().find(|(_, envelope)| envelope["messageType"] == "DATA_MESSAGE").unwrap();
    assert_eq!(data.1["owner"], who);
    let tags = ListTagsForResourceInput { resource_arn: arn };
    assert_eq!(owner.call::<ListTagsForResource>(tags).await.unwrap().tags.unwrap().len(), 1);
    let listed = owner.call::<DescribeDestinations>(DescribeDestinationsInput::default()).await.unwrap();
    assert!(listed.destinations.unwrap()[0].access_policy.is_some());
    let deleting = || DeleteDestinationInput { destination_name: "d".into() };
    owner.call::<DeleteDestination>(deleting()).await.unwrap();
    assert_eq!(owner.error::<DeleteDestination>(deleting()).await.0, "ResourceNotFoundException");
}

#[tokio::test]
async fn put_account_policy_subscribes_all_groups() {
    let cloud = world().await;
    let to = stream(&cloud, "k").await;
    create(&cloud, "g", "s").await;
    create(&cloud, "quiet", "s").await;
    let document = json!({"DestinationArn": to, "RoleArn": ROLE, "FilterPattern": "ERROR", "Distribution": "Random"});
    let putting = || PutAccountPolicyInput {
        policy_name: "p".into(),
        policy_document: document.to_string(),
        policy_type: PolicyType::SubscriptionFilterPolicy,
        selection_criteria: some("LogGroupName NOT IN [\"quiet\"]"),
        ..Default::default()
    };
    cloud.call::<PutAccountPolicy>(putting()).await.unwrap();
    let other = PutAccountPolicyInput { policy_name: "q".into(), ..putting() };
    assert_eq!(cloud.error::<PutAccountPolicy>(other).await.0, "LimitExceededException");
    for group in ["quiet", "g"] {
        put(&cloud, group, "s", &[(now(&cloud), "ERROR")]).await;
    }
    // A message to try it out for each of the two policies that were put, and one envelope.
    let found = arrived(&cloud, "k", 3).await;
    let groups: Vec<_> = found.iter().map(|(_, envelope)| envelope["logGroup"].as_str().unwrap()).collect();
    assert_eq!(groups, ["", "", "g"]);
    let asking =
        || DescribeAccountPoliciesInput { policy_type: PolicyType::SubscriptionFilterPolicy, ..Default::default() };
    assert_eq!(cloud.call::<DescribeAccountPolicies>(asking()).await.unwrap().account_policies.unwrap().len(), 1);
    let policy_type = PolicyType::SubscriptionFilterPolicy;
    let deleting = DeleteAccountPolicyInput { policy_name: "p".into(), policy_type };
    cloud.call::<DeleteAccountPolicy>(deleting).await.unwrap();
    assert!(cloud.call::<DescribeAccountPolicies>(asking()).await.unwrap().account_policies.unwrap().is_empty());
}

fn on_disk(dir: &Path) -> TestCloud {
    let runtime = Runtime::simulated(7, Timestamp::from_secs(1_767_225_600));
    let store = Store::new(Arc::new(Local::open(dir, &Options::default()).unwrap()), runtime.random.clone());
    TestCloud::on(runtime, store, services)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_sent_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    {
        let cloud = on_disk(dir.path());
        make_role(&cloud).await;
        create(&cloud, "g", "s").await;
        let to = stream(&cloud, "k").await;
        cloud.call::<PutSubscriptionFilter>(subscribing("f", "", &to)).await.unwrap();
        // Nobody takes it before the restart.
        let input = DeleteStreamInput { stream_name: some("k"), ..Default::default() };
        cloud.call::<DeleteStream>(input).await.unwrap();
        put(&cloud, "g", "s", &[(now(&cloud), "kept")]).await;
        cloud.cloud().store().close().await.unwrap();
    }
    let cloud = on_disk(dir.path());
    stream(&cloud, "k").await;
    late(&cloud, "kept").await;
    assert_eq!(passing(&cloud, filtering("g", "")).await, ["kept"]);
}

#[tokio::test]
async fn a_stream_that_is_gone_gets_it_when_it_is_back() {
    let cloud = world().await;
    create(&cloud, "g", "s").await;
    let to = stream(&cloud, "k").await;
    cloud.call::<PutSubscriptionFilter>(subscribing("f", "", &to)).await.unwrap();
    let input = DeleteStreamInput { stream_name: some("k"), ..Default::default() };
    cloud.call::<DeleteStream>(input).await.unwrap();
    put(&cloud, "g", "s", &[(now(&cloud), "late")]).await;
    stream(&cloud, "k").await;
    late(&cloud, "late").await;
}

/// Waits, by the clock, for what is offered again.
async fn late(cloud: &TestCloud, message: &str) {
    for round in 0..100_000 {
        if round % 100 == 0 {
            cloud.advance(std::time::Duration::from_secs(30)).await;
        }
        if let Some((_, envelope)) = envelopes(cloud, "k").await.first() {
            assert_eq!(envelope["logEvents"][0]["message"], message);
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{message} did not arrive");
}
