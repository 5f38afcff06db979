//! What resource policies decide: who of other accounts gets in, to streams and to consumers.

use api_kinesis::*;
use serde_json::{Value, json};
use service_kit::{Caller, Error, Fault};
use testkit::TestCloud;

use crate::cloud::*;

fn policy(principal: &TestCloud, action: &str, resource: &str) -> String {
    let who = format!("arn:aws:iam::{}:root", principal.account());
    let allow =
        json!({"Sid": "s", "Effect": "Allow", "Principal": {"AWS": who}, "Action": action, "Resource": resource});
    json!({"Version": "2012-10-17", "Statement": [allow]}).to_string()
}

fn setting(arn: &str, policy: String) -> PutResourcePolicyInput {
    PutResourcePolicyInput { resource_arn: arn.to_owned(), policy, ..Default::default() }
}

async fn denied<O: smithy::Operation>(cloud: &TestCloud, input: O::Input) -> bool {
    match cloud.call_as::<O>(Caller::root(cloud.account(), None), input).await {
        Ok(_) => false,
        Err(Error::Fault(Fault::AccessDenied { .. })) => true,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn put_get_and_delete_resource_policy() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let asking = || GetResourcePolicyInput { resource_arn: arn("s"), ..Default::default() };
    let removing = || DeleteResourcePolicyInput { resource_arn: arn("s"), ..Default::default() };
    assert_eq!(cloud.call::<GetResourcePolicy>(asking()).await.unwrap().policy, "{}");
    assert_eq!(cloud.error::<DeleteResourcePolicy>(removing()).await.0, "ResourceNotFoundException");
    let document = policy(&cloud, "kinesis:PutRecord", &arn("s"));
    cloud.call::<PutResourcePolicy>(setting(&arn("s"), document.clone())).await.unwrap();
    let there: Value = serde_json::from_str(&cloud.call::<GetResourcePolicy>(asking()).await.unwrap().policy).unwrap();
    assert_eq!(there, serde_json::from_str::<Value>(&document).unwrap());
    for bad in ["", "{}", "{\"Statement\": 5}"] {
        let refused = cloud.error::<PutResourcePolicy>(setting(&arn("s"), bad.to_owned())).await;
        assert_eq!(refused.0, "InvalidArgumentException", "{bad}");
    }
    cloud.call::<DeleteResourcePolicy>(removing()).await.unwrap();
    assert_eq!(cloud.call::<GetResourcePolicy>(asking()).await.unwrap().policy, "{}");
}

#[tokio::test]
async fn another_account_puts_and_reads_where_the_policy_lets_it() {
    let owner = cloud();
    let (friend, stranger) = (owner.fresh_account(), owner.fresh_account());
    create(&owner, "s", 1).await;
    put(&owner, "s", "k", "own").await;
    let putting = || PutRecordInput { stream_name: None, stream_arn: Some(arn("s")), ..putting("s", "k", "friend's") };
    let starting = || GetShardIteratorInput {
        stream_name: None,
        stream_arn: Some(arn("s")),
        ..from("s", FIRST, ShardIteratorType::TrimHorizon)
    };
    assert!(denied::<PutRecord>(&friend, putting()).await);
    let document = policy(&friend, "kinesis:*", &arn("s"));
    owner.call::<PutResourcePolicy>(setting(&arn("s"), document)).await.unwrap();
    assert!(!denied::<PutRecord>(&friend, putting()).await);
    assert!(denied::<PutRecord>(&stranger, putting()).await);
    let shard_iterator = friend.call::<GetShardIterator>(starting()).await.unwrap().shard_iterator.unwrap();
    let reading = || GetRecordsInput { shard_iterator: shard_iterator.clone(), ..Default::default() };
    assert_eq!(texts(&friend.call::<GetRecords>(reading()).await.unwrap().records), ["own", "friend's"]);
    assert!(denied::<GetRecords>(&stranger, reading()).await, "an iterator is no key");
}

#[tokio::test]
async fn a_consumer_is_opened_by_its_own_policy() {
    let owner = cloud();
    let friend = owner.fresh_account();
    create(&owner, "s", 1).await;
    let input = RegisterStreamConsumerInput { stream_arn: arn("s"), consumer_name: "c".into(), ..Default::default() };
    let consumer_arn = owner.call::<RegisterStreamConsumer>(input).await.unwrap().consumer.consumer_arn;
    let subscribing = || SubscribeToShardInput {
        consumer_arn: consumer_arn.clone(),
        shard_id: FIRST.into(),
        starting_position: StartingPosition { r#type: ShardIteratorType::Latest, ..Default::default() },
        ..Default::default()
    };
    assert!(denied::<SubscribeToShard>(&friend, subscribing()).await);
    let document = policy(&friend, "kinesis:SubscribeToShard", &consumer_arn);
    owner.call::<PutResourcePolicy>(setting(&consumer_arn, document)).await.unwrap();
    assert!(!denied::<SubscribeToShard>(&friend, subscribing()).await);
}
