//! Roles: CreateRole, GetRole, ListRoles, UpdateRole, UpdateRoleDescription, UpdateAssumeRolePolicy, DeleteRole; and whom
//! they trust.

use api_iam::*;
use testkit::TestCloud;

use crate::cloud::*;

async fn get(cloud: &TestCloud, name: &str) -> Role {
    cloud.call::<GetRole>(GetRoleInput { role_name: name.to_owned() }).await.unwrap().role
}

async fn trust(cloud: &TestCloud, name: &str) -> String {
    decoded(&get(cloud, name).await.assume_role_policy_document.unwrap())
}

fn trusting(principal: &str) -> String {
    let principal = format!(r#"{{"AWS":"{principal}"}}"#);
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"}}]}}"#
    )
}

/// Recorded: LocalStack's `test_create_describe_role`.
#[tokio::test]
async fn each_answer_shows_as_much_as_awss() {
    let cloud = cloud().fresh_account();
    let input = CreateRoleInput {
        path: Some("/p/".into()),
        description: Some("d".into()),
        max_session_duration: Some(7_200),
        ..role_input("r", TRUST)
    };
    let made = cloud.call::<CreateRole>(input).await.unwrap().role;
    assert_eq!((&made.arn, &made.role_id[..4]), (&arn(&cloud, "role/p/r"), "AROA"));
    assert_eq!((made.max_session_duration, made.role_last_used.clone(), made.description.clone()), (None, None, None));
    assert_eq!(decoded(made.assume_role_policy_document.as_ref().unwrap()), TRUST);
    let shown = get(&cloud, "r").await;
    assert_eq!((shown.max_session_duration, shown.description.as_deref()), (Some(7_200), Some("d")));
    assert_eq!(shown.role_last_used, Some(RoleLastUsed::default()));
    let listed = cloud.call::<ListRoles>(ListRolesInput::default()).await.unwrap().roles.remove(0);
    assert_eq!((listed.max_session_duration, listed.role_last_used), (Some(7_200), None));
}

#[tokio::test]
async fn what_is_changed_is_shown() {
    let cloud = cloud().fresh_account();
    role(&cloud, "r").await;
    assert_eq!(get(&cloud, "r").await.max_session_duration, Some(3_600));
    let input =
        UpdateRoleInput { role_name: "r".into(), description: Some("one".into()), max_session_duration: Some(43_200) };
    cloud.call::<UpdateRole>(input).await.unwrap();
    let shown = get(&cloud, "r").await;
    assert_eq!((shown.max_session_duration, shown.description.as_deref()), (Some(43_200), Some("one")));
    let input = UpdateRoleDescriptionInput { role_name: "r".into(), description: "two".into() };
    let changed = cloud.call::<UpdateRoleDescription>(input).await.unwrap().role.unwrap();
    assert_eq!((changed.description.as_deref(), changed.max_session_duration), (Some("two"), Some(43_200)));
    let document = trusting(&cloud.account().to_string());
    let input = UpdateAssumeRolePolicyInput { role_name: "r".into(), policy_document: document.clone() };
    cloud.call::<UpdateAssumeRolePolicy>(input).await.unwrap();
    assert_eq!(trust(&cloud, "r").await, document);
}

/// The first is recorded: LocalStack's `test_create_role_with_malformed_assume_role_policy_document`.
#[tokio::test]
async fn trust_policies_are_checked() {
    let cloud = cloud().fresh_account();
    let gone = arn(&cloud, "user/gone");
    for (document, message) in [
        ("{\"Version\": \"2012-10-17\",}".to_owned(), "This policy contains invalid Json".to_owned()),
        (trusting(&gone), format!("Invalid principal in policy: \"AWS\":\"{gone}\"")),
        (trusting("somebody"), "Invalid principal in policy: \"AWS\":\"somebody\"".to_owned()),
    ] {
        let refused = refusal::<CreateRole>(&cloud, role_input("r", &document)).await;
        assert_eq!(refused, ("MalformedPolicyDocument".to_owned(), message), "{document}");
    }
    let long = trusting(&cloud.account().to_string())
        .replace("2012-10-17\"", &format!("2012-10-17\",\"Id\":\"{}\"", "x".repeat(2_048)));
    let refused = refusal::<CreateRole>(&cloud, role_input("r", &long)).await;
    assert_eq!(refused, ("LimitExceeded".into(), "Cannot exceed quota for ACLSizePerRole: 2048".into()));
}

#[tokio::test]
async fn trusted_users_are_kept_by_id() {
    let cloud = cloud().fresh_account();
    let ada = user(&cloud, "ada").await;
    let document = trusting(&ada.arn);
    cloud.call::<CreateRole>(role_input("r", &document)).await.unwrap();
    assert_eq!(trust(&cloud, "r").await, document);
    let input = UpdateUserInput { user_name: "ada".into(), new_path: Some("/p/".into()), ..Default::default() };
    cloud.call::<UpdateUser>(input).await.unwrap();
    assert_eq!(trust(&cloud, "r").await, trusting(&arn(&cloud, "user/p/ada")));
    cloud.call::<DeleteUser>(DeleteUserInput { user_name: "ada".into() }).await.unwrap();
    assert_eq!(trust(&cloud, "r").await, trusting(&ada.user_id));
    user(&cloud, "ada").await;
    assert_eq!(trust(&cloud, "r").await, trusting(&ada.user_id), "a namesake is not trusted");
    let dead = UpdateAssumeRolePolicyInput { role_name: "r".into(), policy_document: trusting(&ada.user_id) };
    assert_eq!(refusal::<UpdateAssumeRolePolicy>(&cloud, dead).await.0, "MalformedPolicyDocument");
}

#[tokio::test]
async fn users_of_other_accounts_are_trusted_too() {
    let cloud = cloud();
    let (here, there) = (cloud.fresh_account(), cloud.fresh_account());
    let ada = user(&there, "ada").await;
    here.call::<CreateRole>(role_input("r", &trusting(&ada.arn))).await.unwrap();
    there.call::<DeleteUser>(DeleteUserInput { user_name: "ada".into() }).await.unwrap();
    assert_eq!(trust(&here, "r").await, trusting(&ada.user_id));
}

#[tokio::test]
async fn a_role_goes_only_when_nothing_is_left() {
    let cloud = cloud().fresh_account();
    role(&cloud, "r").await;
    let refused = refusal::<CreateRole>(&cloud, role_input("R", TRUST)).await;
    assert_eq!(refused, ("EntityAlreadyExists".into(), "Role with name R already exists.".into()));
    let input = PutRolePolicyInput { role_name: "r".into(), policy_name: "p".into(), policy_document: SQS.into() };
    cloud.call::<PutRolePolicy>(input).await.unwrap();
    let delete = || DeleteRoleInput { role_name: "r".into() };
    let held = refusal::<DeleteRole>(&cloud, delete()).await;
    assert_eq!(held, ("DeleteConflict".into(), "Cannot delete entity, must delete policies first.".into()));
    let input = DeleteRolePolicyInput { role_name: "r".into(), policy_name: "p".into() };
    cloud.call::<DeleteRolePolicy>(input).await.unwrap();
    cloud.call::<DeleteRole>(delete()).await.unwrap();
    let gone = refusal::<DeleteRole>(&cloud, delete()).await;
    assert_eq!(gone, ("NoSuchEntity".into(), "The role with name r cannot be found.".into()));
}
