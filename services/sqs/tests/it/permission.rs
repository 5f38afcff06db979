//! Permissions, and what a queue's policy is handed to the authorizer for.

use std::sync::{Arc, Mutex};

use api_sqs::*;
use serde_json::{Value, json};
use service_kit::{AccessRequest, Authorizer, BoxFuture, Ctx, Decision};
use testkit::TestCloud;

use crate::cloud::*;

fn adding(url: &str, label: &str, accounts: &[&str], actions: &[&str]) -> AddPermissionInput {
    let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    AddPermissionInput {
        queue_url: url.to_owned(),
        label: label.to_owned(),
        aws_account_ids: owned(accounts),
        actions: owned(actions),
    }
}

async fn policy(cloud: &TestCloud, url: &str) -> Option<Value> {
    attributes(cloud, url).await.get("Policy").map(|policy| serde_json::from_str(policy).unwrap())
}

#[tokio::test]
async fn add_permission_remove_permission() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    let two = adding(&url, "label", &["668614515564", "111111111111"], &["ReceiveMessage"]);
    cloud.call::<AddPermission>(two.clone()).await.unwrap();
    let arn = "arn:aws:sqs:us-east-1:000000000000:q";
    let expected = json!({
        "Version": "2008-10-17",
        "Id": format!("{arn}/SQSDefaultPolicy"),
        "Statement": [{
            "Sid": "label",
            "Effect": "Allow",
            "Principal": {"AWS": ["arn:aws:iam::668614515564:root", "arn:aws:iam::111111111111:root"]},
            "Action": "SQS:ReceiveMessage",
            "Resource": arn,
        }],
    });
    assert_eq!(policy(&cloud, &url).await, Some(expected));
    let (code, text) = cloud.error::<AddPermission>(two).await;
    assert_eq!(code, INVALID);
    assert_eq!(text, "Value label for parameter Label is invalid. Reason: Already exists.");
    let remove = RemovePermissionInput { queue_url: url.clone(), label: "label".into() };
    cloud.call::<RemovePermission>(remove.clone()).await.unwrap();
    assert_eq!(policy(&cloud, &url).await, None);
    let (_, text) = cloud.error::<RemovePermission>(remove).await;
    assert_eq!(text, "Value label for parameter Label is invalid. Reason: can't find label.");
}

#[tokio::test]
async fn refused_permissions() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[]).await;
    let known = ["SendMessage"];
    let eight =
        ["SendMessage", "ReceiveMessage", "DeleteMessage", "GetQueueUrl", "PurgeQueue", "GetQueueAttributes", "*", "*"];
    for (input, code, text) in [
        (
            adding(&url, "l", &["000000000000"], &["Fly"]),
            INVALID,
            "Value SQS:Fly for parameter ActionName is invalid. Reason: Please refer to the appropriate WSDL for a list of valid actions. ",
        ),
        (
            adding(&url, "l", &["12"], &known),
            INVALID,
            "Value [\"12\"] for parameter PrincipalId is invalid. Reason: Unable to verify.",
        ),
        (adding(&url, "l", &["000000000000"], &eight), "OverLimit", "8 Actions were found, maximum allowed is 7."),
        (adding(&url, "l", &[], &known), MISSING, "The request must contain the parameter AWSAccountIds."),
        (adding(&url, "l", &["000000000000"], &[]), MISSING, "The request must contain the parameter Actions."),
        (adding(&url, "", &["000000000000"], &known), MISSING, "The request must contain the parameter Label."),
    ] {
        assert_eq!(cloud.error::<AddPermission>(input).await, (code.into(), text.into()));
    }
}

/// What was asked of the authorizer: action, resource, policy.
type Asked = Arc<Mutex<Vec<(String, String, Option<String>)>>>;

struct Listening(Asked);

impl Authorizer for Listening {
    fn decide<'a>(&'a self, ctx: &'a Ctx, request: AccessRequest<'a>) -> BoxFuture<'a, Decision> {
        Box::pin(async move {
            let policy = request.resource_policy(ctx).await.unwrap();
            self.0.lock().unwrap().push((request.action.to_owned(), request.resource.to_owned(), policy));
            Decision::Allow
        })
    }
}

#[tokio::test]
async fn the_authorizer_is_asked_about_the_queue_under_its_policy() {
    let asked = Asked::default();
    let mut parts = TestCloud::parts();
    parts.authorizer = Arc::new(Listening(asked.clone()));
    let services = vec![svc_sqs::service(&parts)];
    let cloud = TestCloud::of(parts, services);
    let url = create(&cloud, "q", &[]).await;
    cloud.call::<AddPermission>(adding(&url, "l", &["222222222222"], &["SendMessage"])).await.unwrap();
    let stored = attributes(&cloud, &url).await["Policy"].clone();
    asked.lock().unwrap().clear();
    let entry = SendMessageBatchRequestEntry { id: "1".into(), message_body: "x".into(), ..Default::default() };
    let other = cloud.fresh_account();
    other
        .call::<SendMessageBatch>(SendMessageBatchInput { queue_url: url.clone(), entries: vec![entry] })
        .await
        .unwrap();
    cloud.call::<ListQueues>(ListQueuesInput::default()).await.unwrap();
    let arn = "arn:aws:sqs:us-east-1:000000000000:q".to_owned();
    let expected =
        [("sqs:SendMessage".to_owned(), arn, Some(stored)), ("sqs:ListQueues".to_owned(), "*".to_owned(), None)];
    assert_eq!(*asked.lock().unwrap(), expected);
}
