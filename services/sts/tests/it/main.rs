//! STS over the wire and in process.

use api_sts::{GetCallerIdentity, GetCallerIdentityInput};
use testkit::{TestCloud, WireRequest};

fn cloud() -> TestCloud {
    TestCloud::new(|parts| vec![svc_sts::service(parts)])
}

#[tokio::test]
async fn get_caller_identity_tells_who_signed() {
    let cloud = cloud().fresh_account();
    let who = cloud.call::<GetCallerIdentity>(GetCallerIdentityInput::default()).await.unwrap();
    assert_eq!(who.account, Some(cloud.account().to_string()));
    assert_eq!(who.arn, Some(format!("arn:aws:iam::{}:root", cloud.account())));
    assert_eq!(who.user_id, who.account);
}

#[tokio::test]
async fn get_caller_identity_over_query() {
    let cloud = cloud().fresh_account();
    let answer = cloud.send(WireRequest::query("sts", "Action=GetCallerIdentity&Version=2011-06-15")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "text/xml");
    let account = cloud.account();
    assert!(answer.text().contains(&format!("<Arn>arn:aws:iam::{account}:root</Arn>")), "{}", answer.text());
    assert!(
        answer.text().starts_with("<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">")
    );
}

#[tokio::test]
async fn what_is_not_there_names_itself() {
    let answer = cloud().send(WireRequest::query("sts", "Action=AssumeRole&Version=2011-06-15")).await;
    assert_eq!(answer.status, 501);
    assert!(answer.text().contains("<Code>NotImplemented</Code>"), "{}", answer.text());
    assert!(answer.text().contains("sts:AssumeRole"), "{}", answer.text());
}

#[tokio::test]
async fn an_operation_of_nobody_is_unknown() {
    let answer = cloud().send(WireRequest::query("sts", "Action=Teleport&Version=2011-06-15")).await;
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("<Message>Could not find operation Teleport for version 2011-06-15</Message>"));
}

#[tokio::test]
async fn unsigned_is_refused() {
    let mut request = WireRequest::query("", "Action=GetCallerIdentity&Version=2011-06-15");
    request.signed_for = "";
    let answer = cloud().send(request).await;
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("<Code>MissingAuthenticationToken</Code>"), "{}", answer.text());
}
