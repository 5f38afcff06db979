//! Session policies: what they take away, and which are refused.

use api_iam::{GetUser, GetUserInput, ListUsers, ListUsersInput};
use api_sts::{AssumeRole, AssumeRoleInput, PolicyDescriptorType};

use crate::cloud::{allow, assuming, cloud, in_role, let_role, refusal, role, session, trusting, user};

#[tokio::test]
async fn a_session_may_what_role_and_session_policy_both_allow() {
    let cloud = cloud();
    let alice = user(&cloud, "alice", Some(&allow("sts:*", "*"))).await;
    let arn = role(&cloud, "r", &trusting(&cloud)).await;
    let_role(&cloud, "r", &allow("iam:ListUsers", "*")).await;
    let list = |caller| cloud.call_as::<ListUsers>(caller, ListUsersInput::default());
    list(in_role(&cloud, &alice, assuming(&arn)).await).await.unwrap();
    let scoped = |policy: &str| AssumeRoleInput { policy: Some(policy.to_owned()), ..assuming(&arn) };
    let reader = in_role(&cloud, &alice, scoped(&allow("iam:*", "*"))).await;
    list(reader.clone()).await.unwrap();
    let get = cloud.call_as::<GetUser>(reader, GetUserInput { user_name: Some("alice".to_owned()) }).await;
    assert_eq!(refusal(get).1, "because no identity-based policy allows the iam:GetUser action");
    let other = in_role(&cloud, &alice, scoped(&allow("sqs:*", "*"))).await;
    assert_eq!(refusal(list(other).await).1, "because no session policy allows the iam:ListUsers action");
}

#[tokio::test]
async fn managed_session_policies() {
    let cloud = cloud();
    let alice = user(&cloud, "alice", Some(&allow("sts:*", "*"))).await;
    let arn = role(&cloud, "r", &trusting(&cloud)).await;
    let_role(&cloud, "r", &allow("*", "*")).await;
    let with = |arns: &[&str]| AssumeRoleInput {
        policy_arns: Some(arns.iter().map(|arn| PolicyDescriptorType { arn: Some((*arn).to_owned()) }).collect()),
        ..assuming(&arn)
    };
    let held = in_role(&cloud, &alice, with(&["arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"])).await;
    assert_eq!(session(&held).policy_arns.len(), 1);
    let refused = refusal(cloud.call_as::<ListUsers>(held, ListUsersInput::default()).await);
    assert_eq!(refused.1, "because no session policy allows the iam:ListUsers action");
    let nobody = format!("arn:aws:iam::{}:policy/nobody", cloud.account());
    for arns in [&[nobody.as_str()][..], &["arn:aws:sqs:us-east-1:000000000000:q"]] {
        assert_eq!(refusal(cloud.call_as::<AssumeRole>(alice.clone(), with(arns)).await).0, "ValidationError");
    }
}

#[tokio::test]
async fn packed_size_and_malformed_policies() {
    let cloud = cloud();
    let alice = user(&cloud, "alice", Some(&allow("sts:*", "*"))).await;
    let arn = role(&cloud, "r", &trusting(&cloud)).await;
    let ask = |policy: &str| {
        cloud
            .call_as::<AssumeRole>(alice.clone(), AssumeRoleInput { policy: Some(policy.to_owned()), ..assuming(&arn) })
    };
    let packed = ask(&allow("sqs:*", "*")).await.unwrap().packed_policy_size.unwrap();
    assert!((1..=20).contains(&packed), "{packed}");
    assert_eq!(refusal(ask("{}").await).0, "MalformedPolicyDocument");
    assert_eq!(refusal(ask("not a policy").await).0, "MalformedPolicyDocument");
    assert_eq!(refusal(ask(&format!("{}{}", allow("sqs:*", "*"), " ".repeat(2_048))).await).0, "ValidationError");
}
