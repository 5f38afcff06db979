//! What IAM says decides at once: requests signed with issued keys, allowed and refused on the real road.

use api_iam::*;
use testkit::TestCloud;

use crate::cloud::*;

const DENIED: (u16, &str) = (403, "AccessDenied");

fn is(answer: &(u16, String), expected: (u16, &str)) -> bool {
    (answer.0, answer.1.as_str()) == expected
}

async fn allowed(cloud: &TestCloud, key: &AccessKey) -> bool {
    let answer = list_queues(cloud, key).await;
    assert!(answer.0 == 200 || is(&answer, DENIED), "{answer:?}");
    answer.0 == 200
}

#[tokio::test]
async fn a_policy_counts_from_its_acknowledgement_to_that_of_its_removal() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    let key = key(&cloud, "u").await;
    assert!(!allowed(&cloud, &key).await, "nothing allows it yet");
    let arn = policy(&cloud, "p", SQS).await;
    for _ in 0..3 {
        attach_user(&cloud, "u", &arn).await;
        assert!(allowed(&cloud, &key).await);
        let input = DetachUserPolicyInput { user_name: "u".into(), policy_arn: arn.clone() };
        cloud.call::<DetachUserPolicy>(input).await.unwrap();
        assert!(!allowed(&cloud, &key).await);
    }
    put_user_policy(&cloud, "u", "i", SQS).await;
    assert!(allowed(&cloud, &key).await);
    let input = DeleteUserPolicyInput { user_name: "u".into(), policy_name: "i".into() };
    cloud.call::<DeleteUserPolicy>(input).await.unwrap();
    assert!(!allowed(&cloud, &key).await);
}

#[tokio::test]
async fn the_version_in_force_decides() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    let (key, arn) = (key(&cloud, "u").await, policy(&cloud, "p", IAM).await);
    attach_user(&cloud, "u", &arn).await;
    assert!(!allowed(&cloud, &key).await);
    let input =
        CreatePolicyVersionInput { policy_arn: arn.clone(), policy_document: SQS.into(), set_as_default: Some(true) };
    cloud.call::<CreatePolicyVersion>(input).await.unwrap();
    assert!(allowed(&cloud, &key).await);
    let input = SetDefaultPolicyVersionInput { policy_arn: arn, version_id: "v1".into() };
    cloud.call::<SetDefaultPolicyVersion>(input).await.unwrap();
    assert!(!allowed(&cloud, &key).await);
}

#[tokio::test]
async fn groups_give_their_policies_to_their_users() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    group(&cloud, "g").await;
    let key = key(&cloud, "u").await;
    let membership = AddUserToGroupInput { group_name: "g".into(), user_name: "u".into() };
    cloud.call::<AddUserToGroup>(membership).await.unwrap();
    assert!(!allowed(&cloud, &key).await);
    let input = AttachGroupPolicyInput {
        group_name: "g".into(),
        policy_arn: "arn:aws:iam::aws:policy/AmazonSQSFullAccess".into(),
    };
    cloud.call::<AttachGroupPolicy>(input).await.unwrap();
    assert!(allowed(&cloud, &key).await);
    let membership = RemoveUserFromGroupInput { group_name: "g".into(), user_name: "u".into() };
    cloud.call::<RemoveUserFromGroup>(membership).await.unwrap();
    assert!(!allowed(&cloud, &key).await);
}

#[tokio::test]
async fn a_boundary_bounds() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    let key = key(&cloud, "u").await;
    put_user_policy(&cloud, "u", "i", SQS).await;
    assert!(allowed(&cloud, &key).await);
    let arn = policy(&cloud, "only-iam", IAM).await;
    let input = PutUserPermissionsBoundaryInput { user_name: "u".into(), permissions_boundary: arn };
    cloud.call::<PutUserPermissionsBoundary>(input).await.unwrap();
    assert!(!allowed(&cloud, &key).await);
    let input = DeleteUserPermissionsBoundaryInput { user_name: "u".into() };
    cloud.call::<DeleteUserPermissionsBoundary>(input).await.unwrap();
    assert!(allowed(&cloud, &key).await);
}

#[tokio::test]
async fn keys_rotate_at_once() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    put_user_policy(&cloud, "u", "i", SQS).await;
    let old = key(&cloud, "u").await;
    assert!(allowed(&cloud, &old).await);
    let new = key(&cloud, "u").await;
    assert!(allowed(&cloud, &new).await && allowed(&cloud, &old).await);
    let switch =
        |status| UpdateAccessKeyInput { user_name: Some("u".into()), access_key_id: old.access_key_id.clone(), status };
    let refused = (403, "InvalidClientTokenId");
    for _ in 0..2 {
        cloud.call::<UpdateAccessKey>(switch(StatusType::Inactive)).await.unwrap();
        assert!(is(&list_queues(&cloud, &old).await, refused));
        assert!(allowed(&cloud, &new).await);
        cloud.call::<UpdateAccessKey>(switch(StatusType::Active)).await.unwrap();
        assert!(allowed(&cloud, &old).await);
    }
    let input = DeleteAccessKeyInput { user_name: Some("u".into()), access_key_id: old.access_key_id.clone() };
    cloud.call::<DeleteAccessKey>(input).await.unwrap();
    assert!(is(&list_queues(&cloud, &old).await, refused));
    let input = DeleteAccessKeyInput { user_name: Some("u".into()), access_key_id: new.access_key_id.clone() };
    cloud.call::<DeleteAccessKey>(input).await.unwrap();
    let input = DeleteUserPolicyInput { user_name: "u".into(), policy_name: "i".into() };
    cloud.call::<DeleteUserPolicy>(input).await.unwrap();
    cloud.call::<DeleteUser>(DeleteUserInput { user_name: "u".into() }).await.unwrap();
    assert!(is(&list_queues(&cloud, &new).await, refused));
}

#[tokio::test]
async fn a_wrong_secret_is_none() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    put_user_policy(&cloud, "u", "i", SQS).await;
    let mut key = key(&cloud, "u").await;
    key.secret_access_key = "x".repeat(40);
    assert!(is(&list_queues(&cloud, &key).await, (403, "SignatureDoesNotMatch")));
}

/// `${aws:username}`, paths in ARNs and a renamed user: what a user may do to itself.
#[tokio::test]
async fn resources_have_their_paths() {
    let cloud = cloud().fresh_account();
    let input = CreateUserInput { user_name: "u".into(), path: Some("/staff/".into()), ..Default::default() };
    cloud.call::<CreateUser>(input).await.unwrap();
    user(&cloud, "v").await;
    let key = key(&cloud, "u").await;
    let staff = arn(&cloud, "user/staff/*");
    put_user_policy(&cloud, "u", "i", &allow("iam:GetUser", &staff)).await;
    let get = |name: &str| format!("Action=GetUser&Version=2010-05-08&UserName={name}");
    assert_eq!(signed(&cloud, &key, "iam", &get("u")).await.status, 200);
    assert_eq!(signed(&cloud, &key, "iam", "Action=GetUser&Version=2010-05-08").await.status, 200);
    let refused = signed(&cloud, &key, "iam", &get("v")).await;
    assert_eq!(refused.status, 403);
    let text = format!(
        "User: {} is not authorized to perform: iam:GetUser on resource: {} because no identity-based policy allows the \
         iam:GetUser action",
        arn(&cloud, "user/staff/u"),
        arn(&cloud, "user/v")
    );
    assert_eq!(between(&refused.text(), "<Message>", "</Message>"), text);
    let input = UpdateUserInput { user_name: "v".into(), new_path: Some("/staff/".into()), ..Default::default() };
    cloud.call::<UpdateUser>(input).await.unwrap();
    assert_eq!(signed(&cloud, &key, "iam", &get("v")).await.status, 200);
}

/// A delegated administrator who must give each user a boundary, as the IAM user guide shows it.
#[tokio::test]
async fn condition_keys_are_told() {
    let cloud = cloud().fresh_account();
    let boundary = policy(&cloud, "boundary", SQS).await;
    user(&cloud, "admin").await;
    let key = key(&cloud, "admin").await;
    let document = format!(
        r#"{{"Version":"2012-10-17","Statement":[
            {{"Effect":"Allow","Action":["iam:CreateUser","iam:AttachUserPolicy"],"Resource":"*",
              "Condition":{{"StringEquals":{{"iam:PermissionsBoundary":"{boundary}"}}}}}},
            {{"Effect":"Deny","Action":"iam:AttachUserPolicy","Resource":"*",
              "Condition":{{"ArnEquals":{{"iam:PolicyARN":"arn:aws:iam::aws:policy/AdministratorAccess"}}}}}},
            {{"Effect":"Allow","Action":"iam:CreateRole","Resource":"*",
              "Condition":{{"StringEquals":{{"aws:RequestTag/team":"a"}}}}}},
            {{"Effect":"Allow","Action":"iam:DeleteUser","Resource":"*",
              "Condition":{{"StringEquals":{{"aws:ResourceTag/owner":"admin","iam:ResourceTag/owner":"admin"}}}}}}]}}"#
    );
    put_user_policy(&cloud, "admin", "i", &document).await;
    let trust: String = TRUST.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for (form, status) in [
        ("Action=CreateUser&UserName=free".to_owned(), 403),
        (format!("Action=CreateUser&UserName=bound&PermissionsBoundary={boundary}"), 200),
        (format!("Action=AttachUserPolicy&UserName=bound&PolicyArn={boundary}"), 200),
        (
            "Action=AttachUserPolicy&UserName=bound&PolicyArn=arn:aws:iam::aws:policy/AdministratorAccess".to_owned(),
            403,
        ),
        (format!("Action=AttachUserPolicy&UserName=admin&PolicyArn={boundary}"), 403),
        (format!("Action=CreateRole&RoleName=r&AssumeRolePolicyDocument={trust}"), 403),
        (
            format!(
                "Action=CreateRole&RoleName=r&AssumeRolePolicyDocument={trust}&Tags.member.1.Key=team&Tags.member.1.Value=a"
            ),
            200,
        ),
    ] {
        let answer = signed(&cloud, &key, "iam", &format!("{form}&Version=2010-05-08")).await;
        assert_eq!(answer.status, status, "{form}: {}", answer.text());
    }
    user(&cloud, "target").await;
    let delete = "Action=DeleteUser&UserName=target&Version=2010-05-08";
    assert_eq!(signed(&cloud, &key, "iam", delete).await.status, 403);
    let tags = vec![Tag { key: "owner".into(), value: "admin".into() }];
    cloud.call::<TagUser>(TagUserInput { user_name: "target".into(), tags }).await.unwrap();
    assert_eq!(signed(&cloud, &key, "iam", delete).await.status, 200);
}

/// Handing a role to a machine needs leave to pass the role.
#[tokio::test]
async fn a_role_is_passed_with_leave() {
    let cloud = cloud().fresh_account();
    role(&cloud, "r").await;
    let input = CreateInstanceProfileInput { instance_profile_name: "p".into(), ..Default::default() };
    cloud.call::<CreateInstanceProfile>(input).await.unwrap();
    user(&cloud, "u").await;
    let key = key(&cloud, "u").await;
    let add = "Action=AddRoleToInstanceProfile&InstanceProfileName=p&RoleName=r&Version=2010-05-08";
    put_user_policy(&cloud, "u", "a", &allow("iam:AddRoleToInstanceProfile", "*")).await;
    let refused = signed(&cloud, &key, "iam", add).await;
    assert!(refused.text().contains("iam:PassRole"), "{}", refused.text());
    put_user_policy(&cloud, "u", "b", &allow("iam:PassRole", &arn(&cloud, "role/r"))).await;
    assert_eq!(signed(&cloud, &key, "iam", add).await.status, 200);
}

/// On several threads, a change and the question that follows its acknowledgement: never an old answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_answer_is_older_than_an_acknowledged_change() {
    let cloud = cloud().fresh_account();
    let mut tasks = Vec::new();
    for number in 0..4 {
        let cloud = cloud.clone();
        tasks.push(tokio::spawn(async move {
            let name = format!("u{number}");
            user(&cloud, &name).await;
            let key = key(&cloud, &name).await;
            for round in 0..25 {
                put_user_policy(&cloud, &name, "i", SQS).await;
                assert!(allowed(&cloud, &key).await, "{name}, round {round}");
                let input = DeleteUserPolicyInput { user_name: name.clone(), policy_name: "i".into() };
                cloud.call::<DeleteUserPolicy>(input).await.unwrap();
                assert!(!allowed(&cloud, &key).await, "{name}, round {round}");
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
}
