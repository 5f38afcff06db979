//! What queue policies decide: who of other accounts, and of nobody's, gets in; whom a denial keeps out; tags as conditions.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use api_sqs::*;
use serde_json::{Value, json};
use service_kit::{AccessRequest, Authorizer, BoxFuture, Caller, Ctx, Decision, Error, Fault};
use testkit::{TestCloud, WireRequest};

use crate::cloud::*;

/// A queue with a policy of these statements, in an account of its own.
async fn guarded(statements: Value) -> (TestCloud, String) {
    let owner = cloud().fresh_account();
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let url = create(&owner, "q", &[("Policy", &policy)]).await;
    (owner, url)
}

fn statement(effect: &str, principal: Value, action: &str, condition: Value) -> Value {
    json!({"Effect": effect, "Principal": principal, "Action": action, "Resource": "*", "Condition": condition})
}

/// None when it was allowed; the end of the denial otherwise.
async fn denial<O: smithy::Operation>(cloud: &TestCloud, caller: Caller, input: O::Input) -> Option<String> {
    match cloud.call_as::<O>(caller, input).await {
        Ok(_) => None,
        Err(Error::Fault(Fault::AccessDenied { reason, .. })) => Some(reason),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn another_account_sends_where_the_policy_lets_it() {
    let owner = cloud().fresh_account();
    let (friend, stranger) = (owner.fresh_account(), owner.fresh_account());
    let allow = statement("Allow", json!({"AWS": friend.account().to_string()}), "sqs:SendMessage", json!({}));
    let policy = json!({"Version": "2012-10-17", "Statement": [allow]}).to_string();
    let url = create(&owner, "q", &[("Policy", &policy)]).await;
    let root = |cloud: &TestCloud| Caller::root(cloud.account(), None);
    assert_eq!(denial::<SendMessage>(&owner, root(&friend), sending(&url, "a")).await, None);
    let receive = || ReceiveMessageInput { queue_url: url.clone(), ..Default::default() };
    let reason = denial::<ReceiveMessage>(&owner, root(&friend), receive()).await.unwrap();
    assert_eq!(reason, "because no resource-based policy allows the sqs:ReceiveMessage action");
    assert!(denial::<SendMessage>(&owner, root(&stranger), sending(&url, "a")).await.is_some());
    let remove = SetQueueAttributesInput { queue_url: url.clone(), attributes: map(&[("Policy", "")]) };
    owner.call::<SetQueueAttributes>(remove).await.unwrap();
    assert!(denial::<SendMessage>(&owner, root(&friend), sending(&url, "a")).await.is_some(), "it counts at once");
}

#[tokio::test]
async fn a_denial_keeps_root_out() {
    let (owner, url) = guarded(json!([statement("Deny", json!("*"), "sqs:SendMessage", json!({}))])).await;
    let root = Caller::root(owner.account(), None);
    let reason = denial::<SendMessage>(&owner, root.clone(), sending(&url, "a")).await.unwrap();
    assert!(reason.starts_with("with an explicit deny in a resource-based policy"), "{reason}");
    let attributes = map(&[("Policy", "")]);
    let mend = SetQueueAttributesInput { queue_url: url.clone(), attributes };
    assert_eq!(denial::<SetQueueAttributes>(&owner, root.clone(), mend).await, None);
    assert_eq!(denial::<SendMessage>(&owner, root, sending(&url, "a")).await, None);
}

#[tokio::test]
async fn everyone_may_send_unsigned() {
    let everyone = statement("Allow", json!("*"), "sqs:SendMessage", json!({}));
    let (owner, url) = guarded(json!([everyone])).await;
    let call = |operation: &str, body: Value| {
        let target = format!("AmazonSQS.{operation}");
        WireRequest { signed_for: "", ..WireRequest::json("sqs", &target, &body) }
    };
    let sent = owner.send(call("SendMessage", json!({"QueueUrl": url, "MessageBody": "hello"}))).await;
    assert_eq!(sent.status, 200, "{}", sent.text());
    let form = format!("Action=SendMessage&Version=2012-11-05&QueueUrl={url}&MessageBody=again");
    let sent = owner.send(WireRequest { signed_for: "", ..WireRequest::query("sqs", &form) }).await;
    assert_eq!(sent.status, 200, "{}", sent.text());
    assert_eq!(counts(&owner, &url).await.0, 2);
    let received = owner.send(call("ReceiveMessage", json!({"QueueUrl": url}))).await;
    assert_eq!(received.status, 403, "{}", received.text());
    for (operation, body) in [("ListQueues", json!({})), ("CreateQueue", json!({"QueueName": "r"}))] {
        let answer = owner.send(call(operation, body)).await;
        assert!(answer.text().contains("MissingAuthenticationToken"), "{operation}: {}", answer.text());
    }
}

#[tokio::test]
async fn conditions_on_tags() {
    let requested = json!({"StringEquals": {"aws:RequestTag/stage": "prod"}});
    let keys = json!({"ForAnyValue:StringEquals": {"aws:TagKeys": "keep"}});
    let closed = json!({"StringEquals": {"aws:ResourceTag/state": "closed"}});
    let (owner, url) = guarded(json!([
        statement("Deny", json!("*"), "sqs:TagQueue", requested),
        statement("Deny", json!("*"), "sqs:UntagQueue", keys),
        statement("Deny", json!("*"), "sqs:SendMessage", closed),
    ]))
    .await;
    let root = || Caller::root(owner.account(), None);
    let tag = |key: &str, value: &str| TagQueueInput { queue_url: url.clone(), tags: map(&[(key, value)]) };
    assert!(denial::<TagQueue>(&owner, root(), tag("stage", "prod")).await.is_some());
    assert_eq!(denial::<TagQueue>(&owner, root(), tag("stage", "test")).await, None);
    let untag = |key: &str| UntagQueueInput { queue_url: url.clone(), tag_keys: vec![key.into()] };
    assert!(denial::<UntagQueue>(&owner, root(), untag("keep")).await.is_some());
    assert_eq!(denial::<UntagQueue>(&owner, root(), untag("stage")).await, None);
    assert_eq!(denial::<SendMessage>(&owner, root(), sending(&url, "a")).await, None);
    assert_eq!(denial::<TagQueue>(&owner, root(), tag("state", "closed")).await, None);
    assert!(denial::<SendMessage>(&owner, root(), sending(&url, "a")).await.is_some());
}

/// An action and the condition keys it was asked with.
type Asked = (String, BTreeMap<String, Vec<String>>);

/// Allows everything and notes what was asked.
#[derive(Default)]
struct Noting(Mutex<Vec<Asked>>);

impl Authorizer for Noting {
    fn decide<'a>(&'a self, _: &'a Ctx, request: AccessRequest<'a>) -> BoxFuture<'a, Decision> {
        self.0.lock().unwrap().push((request.action.to_owned(), request.context.clone()));
        Box::pin(std::future::ready(Decision::Allow))
    }
}

#[tokio::test]
async fn a_tagged_queue_needs_tagging_too() {
    let noting = Arc::new(Noting::default());
    let mut parts = TestCloud::parts();
    parts.authorizer = noting.clone();
    let services = vec![svc_sqs::service(&parts)];
    let cloud = TestCloud::of(parts, services);
    let tags = Some(map(&[("stage", "prod")]));
    let input = CreateQueueInput { queue_name: "q".into(), tags, ..Default::default() };
    cloud.call::<CreateQueue>(input).await.unwrap();
    let context: BTreeMap<_, _> = [
        ("aws:RequestTag/stage".to_owned(), vec!["prod".to_owned()]),
        ("aws:TagKeys".to_owned(), vec!["stage".to_owned()]),
    ]
    .into();
    let asked = noting.0.lock().unwrap().clone();
    assert_eq!(asked, [("sqs:CreateQueue".to_owned(), context.clone()), ("sqs:TagQueue".to_owned(), context)]);
}
