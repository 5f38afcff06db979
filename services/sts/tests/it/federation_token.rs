//! Federated users: what they may, and how they are named.

use std::time::Duration;

use api_iam::{ListUsers, ListUsersInput};
use api_sts::{AssumeRole, GetFederationToken, GetFederationTokenInput, Tag};
use service_kit::Principal;

use crate::cloud::{allow, assuming, cloud, holder, refusal, role, session, trusting, user};

fn named(policy: Option<&str>) -> GetFederationTokenInput {
    GetFederationTokenInput {
        name: "carol".to_owned(),
        policy: policy.map(str::to_owned),
        ..GetFederationTokenInput::default()
    }
}

#[tokio::test]
async fn get_federation_token_names_a_user() {
    let cloud = cloud();
    let account = cloud.account();
    let alice = user(
        &cloud,
        "alice",
        Some(&allow("sts:GetFederationToken", &format!("arn:aws:sts::{account}:federated-user/carol"))),
    )
    .await;
    let answer = cloud.call_as::<GetFederationToken>(alice.clone(), named(None)).await.unwrap();
    let federated = answer.federated_user.unwrap();
    assert_eq!(federated.arn, format!("arn:aws:sts::{account}:federated-user/carol"));
    assert_eq!((federated.federated_user_id, answer.packed_policy_size), (format!("{account}:carol"), Some(0)));
    let credentials = answer.credentials.unwrap();
    assert_eq!(credentials.expiration.since(cloud.runtime().clock.now()), Duration::from_secs(43_200));
    let carol = holder(&cloud, &credentials);
    let Principal::User { id, .. } = &alice.principal else { panic!("{alice:?}") };
    assert_eq!(session(&carol).issuer, *id);
    let other = GetFederationTokenInput { name: "dave".to_owned(), ..named(None) };
    let refused = refusal(cloud.call_as::<GetFederationToken>(alice, other).await);
    assert_eq!(refused.1, "because no identity-based policy allows the sts:GetFederationToken action");
}

#[tokio::test]
async fn a_federated_user_may_what_both_policies_allow_and_nothing_of_iam() {
    let cloud = cloud();
    let alice = user(&cloud, "alice", Some(&allow("*", "*"))).await;
    let arn = role(&cloud, "r", &trusting(&cloud)).await;
    let all = allow("*", "*");
    let answer = cloud.call_as::<GetFederationToken>(alice.clone(), named(Some(&all))).await.unwrap();
    let carol = holder(&cloud, &answer.credentials.unwrap());
    let refused = refusal(cloud.call_as::<ListUsers>(carol.clone(), ListUsersInput::default()).await);
    assert_eq!(refused.0, "AccessDenied");
    assert_eq!(refusal(cloud.call_as::<AssumeRole>(carol, assuming(&arn)).await).0, "AccessDenied");
}

#[tokio::test]
async fn tags_of_a_federated_user_need_a_permission() {
    let cloud = cloud();
    let tagged = || GetFederationTokenInput {
        tags: Some(vec![Tag { key: "Team".to_owned(), value: "red".to_owned() }]),
        ..named(None)
    };
    let alice = user(&cloud, "alice", Some(&allow("sts:GetFederationToken", "*"))).await;
    let refused = refusal(cloud.call_as::<GetFederationToken>(alice, tagged()).await);
    assert_eq!(refused.1, "because no identity-based policy allows the sts:TagSession action");
    let bob = user(&cloud, "bob", Some(&allow("sts:*", "*"))).await;
    let answer = cloud.call_as::<GetFederationToken>(bob, tagged()).await.unwrap();
    let carol = holder(&cloud, &answer.credentials.unwrap());
    assert_eq!(session(&carol).tags.get("Team").map(String::as_str), Some("red"));
    assert!(answer.packed_policy_size.unwrap() > 0);
}

#[tokio::test]
async fn root_vouches_for_an_hour() {
    let cloud = cloud();
    let answer = cloud.call::<GetFederationToken>(named(Some(&allow("sqs:*", "*")))).await.unwrap();
    let credentials = answer.credentials.unwrap();
    assert_eq!(credentials.expiration.since(cloud.runtime().clock.now()), Duration::from_secs(3_600));
    assert_eq!(session(&holder(&cloud, &credentials)).issuer, cloud.account().to_string());
}
