//! Many at once, on several threads: of those who want the same, one gets it.

use api_iam::*;
use service_kit::Error;

use crate::cloud::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_user_of_a_name() {
    let cloud = cloud().fresh_account();
    let mut tasks = Vec::new();
    for number in 0..20 {
        let cloud = cloud.clone();
        let user_name = if number % 2 == 0 { "same" } else { "SAME" }.to_owned();
        tasks.push(tokio::spawn(async move {
            cloud.call::<CreateUser>(CreateUserInput { user_name, ..Default::default() }).await
        }));
    }
    let mut made = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => made += 1,
            Err(Error::Modeled(error)) => assert_eq!(error.schema.query_code, "EntityAlreadyExists"),
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(made, 1);
    let summary = cloud.call::<GetAccountSummary>(GetAccountSummaryInput {}).await.unwrap().summary_map.unwrap();
    assert_eq!(summary["Users"], 1);
}

/// Whoever wins: a group that is gone has no members, and one with members is not gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_group_is_deleted_or_joined() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    for number in 0..20 {
        let name = format!("g{number}");
        group(&cloud, &name).await;
        let (joiner, deleter) = (cloud.clone(), cloud.clone());
        let joining = AddUserToGroupInput { group_name: name.clone(), user_name: "u".into() };
        let deleting = DeleteGroupInput { group_name: name.clone() };
        let joined = tokio::spawn(async move { joiner.call::<AddUserToGroup>(joining).await.is_ok() });
        let deleted = tokio::spawn(async move { deleter.call::<DeleteGroup>(deleting).await.is_ok() });
        let (joined, deleted) = (joined.await.unwrap(), deleted.await.unwrap());
        assert!(joined != deleted, "{name}: joined {joined}, deleted {deleted}");
        if joined {
            let leaving = RemoveUserFromGroupInput { group_name: name, user_name: "u".into() };
            cloud.call::<RemoveUserFromGroup>(leaving).await.unwrap();
        }
    }
    let input = ListGroupsForUserInput { user_name: "u".into(), ..Default::default() };
    assert!(cloud.call::<ListGroupsForUser>(input).await.unwrap().groups.is_empty());
}

/// A policy that is deleted is on nobody, however it raced.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_policy_is_deleted_or_attached() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    for number in 0..20 {
        let arn = policy(&cloud, &format!("p{number}"), SQS).await;
        let (attacher, deleter) = (cloud.clone(), cloud.clone());
        let attaching = AttachUserPolicyInput { user_name: "u".into(), policy_arn: arn.clone() };
        let deleting = DeletePolicyInput { policy_arn: arn.clone() };
        let attached = tokio::spawn(async move { attacher.call::<AttachUserPolicy>(attaching).await.is_ok() });
        let deleted = tokio::spawn(async move { deleter.call::<DeletePolicy>(deleting).await.is_ok() });
        let (attached, deleted) = (attached.await.unwrap(), deleted.await.unwrap());
        assert!(attached != deleted, "{arn}: attached {attached}, deleted {deleted}");
        if attached {
            let detaching = DetachUserPolicyInput { user_name: "u".into(), policy_arn: arn };
            cloud.call::<DetachUserPolicy>(detaching).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_keys_and_not_three() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    let mut tasks = Vec::new();
    for _ in 0..10 {
        let cloud = cloud.clone();
        let input = CreateAccessKeyInput { user_name: Some("u".into()) };
        tasks.push(tokio::spawn(async move { cloud.call::<CreateAccessKey>(input).await.is_ok() }));
    }
    let mut made = 0;
    for task in tasks {
        made += usize::from(task.await.unwrap());
    }
    assert_eq!(made, 2);
}
