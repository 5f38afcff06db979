//! What the tests of this service share: a cloud, and calls in a line.

use std::sync::Arc;
use std::time::Duration;

use api_cloudtrail::*;
use api_kms::{CreateAlias, CreateAliasInput, CreateKey, CreateKeyInput};
use api_s3::{CreateBucket, CreateBucketInput, PutBucketPolicy, PutBucketPolicyInput};
use api_sns::{CreateTopic, CreateTopicInput, SetTopicAttributes, SetTopicAttributesInput};
use api_sqs::{CreateQueue, CreateQueueInput, SendMessage, SendMessageInput};
use names::AccountId;
use serde_json::Value;
use service_kit::{
    AccessRequest, Authorizer, BoxFuture, Caller, CloudParts, Ctx, Decision, Error, Fault, Principal, Service,
};
use testkit::TestCloud;

/// The ARN of the trail called `logs`.
pub(crate) const LOGS: &str = "arn:aws:cloudtrail:us-east-1:000000000000:trail/logs";

/// A cloud with this service, SQS, and those that trails deliver to.
pub(crate) fn cloud() -> TestCloud {
    TestCloud::new(services)
}

/// The services of [`cloud`].
pub(crate) fn services(parts: &CloudParts) -> Vec<Service> {
    vec![
        svc_cloudtrail::service(parts),
        svc_events::service(parts),
        svc_kms::service(parts),
        svc_s3::service(parts),
        svc_sns::service(parts),
        svc_sqs::service(parts),
    ]
}

/// A cloud with a bucket that takes the files of every trail.
pub(crate) async fn cloud_with_bucket() -> TestCloud {
    let cloud = cloud();
    bucket(&cloud).await;
    cloud
}

/// The bucket called `bucket`, with the policy that AWS's user guide shows.
pub(crate) async fn bucket(cloud: &TestCloud) {
    cloud.call::<CreateBucket>(CreateBucketInput { bucket: "bucket".into(), ..Default::default() }).await.unwrap();
    let cloudtrail = serde_json::json!({"Service": "cloudtrail.amazonaws.com"});
    policy(
        cloud,
        serde_json::json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": cloudtrail, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::bucket",
             "Condition": {"StringLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:000000000000:trail/*"}}},
            {"Effect": "Allow", "Principal": cloudtrail, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bucket/*",
             "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"},
                           "StringLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:000000000000:trail/*"}}},
        ]}),
    )
    .await;
}

/// The topic called `topic`, which takes CloudTrail's messages; answers its ARN.
pub(crate) async fn topic(cloud: &TestCloud) -> String {
    let made = cloud.call::<CreateTopic>(CreateTopicInput { name: "topic".into(), ..Default::default() }).await;
    let arn = made.unwrap().topic_arn.unwrap();
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "SNS:Publish", "Resource": arn,
        "Condition": {"StringEquals": {"aws:SourceArn": LOGS}},
    }]});
    let input = SetTopicAttributesInput {
        topic_arn: arn.clone(),
        attribute_name: "Policy".into(),
        attribute_value: Some(policy.to_string()),
    };
    cloud.call::<SetTopicAttributes>(input).await.unwrap();
    arn
}

/// The key called `alias/trail`, which encrypts for trails; answers its ARN.
pub(crate) async fn key(cloud: &TestCloud) -> String {
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "kms:GenerateDataKey*",
         "Resource": "*", "Condition": {
            "StringEquals": {"aws:SourceArn": LOGS},
            "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:000000000000:trail/*"}}},
    ]});
    let made = cloud.call::<CreateKey>(CreateKeyInput { policy: Some(policy.to_string()), ..Default::default() }).await;
    let made = made.unwrap().key_metadata.unwrap();
    let alias = CreateAliasInput { alias_name: "alias/trail".into(), target_key_id: made.key_id };
    cloud.call::<CreateAlias>(alias).await.unwrap();
    made.arn.unwrap()
}

/// Sets the bucket's policy.
pub(crate) async fn policy(cloud: &TestCloud, policy: Value) {
    let input = PutBucketPolicyInput { bucket: "bucket".into(), policy: policy.to_string(), ..Default::default() };
    cloud.call::<PutBucketPolicy>(input).await.unwrap();
}

/// The same where everyone may do everything.
pub(crate) fn open_cloud() -> TestCloud {
    open_cloud_with(svc_sqs::service)
}

/// The same with another service than SQS.
pub(crate) fn open_cloud_with(other: impl FnOnce(&CloudParts) -> Service) -> TestCloud {
    let mut parts = TestCloud::parts();
    parts.authorizer = Arc::new(Everyone);
    let services = vec![svc_cloudtrail::service(&parts), other(&parts)];
    TestCloud::of(parts, services)
}

/// Allows everything but what nobody may name.
struct Everyone;

impl Authorizer for Everyone {
    fn decide<'a>(&'a self, ctx: &'a Ctx, request: AccessRequest<'a>) -> BoxFuture<'a, Decision> {
        Box::pin(std::future::ready(self.decide_now(ctx, &request).unwrap()))
    }

    fn decide_now(&self, _ctx: &Ctx, request: &AccessRequest<'_>) -> Option<Decision> {
        let reason = format!("because no identity-based policy allows the {} action", request.action);
        Some(if request.resource.contains("forbidden") { Decision::Deny { reason } } else { Decision::Allow })
    }
}

/// A user of an account.
pub(crate) fn user(account: AccountId, name: &str) -> Caller {
    let arn = format!("arn:aws:iam::{account}:user/{name}");
    Caller {
        account,
        principal: Principal::User { arn, id: "AIDAEXAMPLE".into() },
        access_key: Some("AKIAEXAMPLE".into()),
        session: None,
    }
}

/// The input that creates a queue.
pub(crate) fn queue(name: &str) -> CreateQueueInput {
    CreateQueueInput { queue_name: name.to_owned(), ..Default::default() }
}

/// Creates a queue.
pub(crate) async fn create(cloud: &TestCloud, name: &str) -> String {
    cloud.call::<CreateQueue>(queue(name)).await.unwrap().queue_url.unwrap()
}

/// Sends a message.
pub(crate) async fn send(cloud: &TestCloud, url: &str) {
    let input = SendMessageInput { queue_url: url.into(), message_body: "secret body".into(), ..Default::default() };
    cloud.call::<SendMessage>(input).await.unwrap();
}

/// Looks up events by an attribute.
pub(crate) fn by(key: &str, value: &str) -> LookupEventsInput {
    let attribute = LookupAttribute { attribute_key: key.into(), attribute_value: value.to_owned() };
    LookupEventsInput { lookup_attributes: Some(vec![attribute]), ..Default::default() }
}

/// The events that a lookup finds on its first page.
pub(crate) async fn look(cloud: &TestCloud, input: LookupEventsInput) -> Vec<Event> {
    page(cloud, input).await.events.unwrap()
}

/// A page of a lookup. What comes too soon after others is asked again, a moment later.
pub(crate) async fn page(cloud: &TestCloud, input: LookupEventsInput) -> LookupEventsOutput {
    loop {
        match cloud.call::<LookupEvents>(input.clone()).await {
            Err(Error::Fault(Fault::Throttled { .. })) => cloud.advance(Duration::from_millis(500)).await,
            answer => return answer.unwrap(),
        }
    }
}

/// The only event of a name, as JSON.
pub(crate) async fn the_event(cloud: &TestCloud, name: &str) -> Value {
    let events = look(cloud, by("EventName", name)).await;
    assert_eq!(events.len(), 1, "{name}");
    json(&events[0])
}

/// An event as JSON.
pub(crate) fn json(event: &Event) -> Value {
    serde_json::from_str(event.cloud_trail_event.as_deref().unwrap()).unwrap()
}

/// The input that creates a trail.
pub(crate) fn trail(name: &str) -> CreateTrailInput {
    CreateTrailInput { name: name.into(), s3_bucket_name: "bucket".into(), ..Default::default() }
}

/// Creates the trail called `logs`, with its bucket, and lets it record.
pub(crate) async fn log(cloud: &TestCloud) {
    bucket(cloud).await;
    cloud.call::<CreateTrail>(trail("logs")).await.unwrap();
    cloud.call::<StartLogging>(StartLoggingInput { name: "logs".into() }).await.unwrap();
}

/// A condition of an advanced selector.
pub(crate) fn equals(field: &str, value: &str) -> AdvancedFieldSelector {
    AdvancedFieldSelector { field: field.into(), equals: Some(vec![value.into()]), ..Default::default() }
}

/// Lets a trail record data events of queues.
pub(crate) async fn select_queues(cloud: &TestCloud, name: &str) {
    let field_selectors = vec![equals("eventCategory", "Data"), equals("resources.type", "AWS::SQS::Queue")];
    let selector = AdvancedEventSelector { name: None, field_selectors };
    let input = PutEventSelectorsInput {
        trail_name: name.into(),
        advanced_event_selectors: Some(vec![selector]),
        ..Default::default()
    };
    cloud.call::<PutEventSelectors>(input).await.unwrap();
}
