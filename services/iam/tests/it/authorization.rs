//! GetAccountAuthorizationDetails.

use api_iam::*;

use crate::cloud::*;

#[tokio::test]
async fn all_there_is_in_one_listing() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    group(&cloud, "g").await;
    role(&cloud, "r").await;
    let own = policy(&cloud, "p", SQS).await;
    attach_user(&cloud, "u", &own).await;
    attach_user(&cloud, "u", "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess").await;
    put_user_policy(&cloud, "u", "i", IAM).await;
    let input = AddUserToGroupInput { group_name: "g".into(), user_name: "u".into() };
    cloud.call::<AddUserToGroup>(input).await.unwrap();
    let all = GetAccountAuthorizationDetailsInput::default();
    let told = cloud.call::<GetAccountAuthorizationDetails>(all.clone()).await.unwrap();
    let user = &told.user_detail_list.as_ref().unwrap()[0];
    assert_eq!(user.group_list, Some(vec!["g".to_owned()]));
    let inline = &user.user_policy_list.as_ref().unwrap()[0];
    assert_eq!(decoded(inline.policy_document.as_ref().unwrap()), IAM);
    assert_eq!(user.attached_managed_policies.as_ref().unwrap().len(), 2);
    assert_eq!(told.group_detail_list.as_ref().unwrap().len(), 1);
    let role = &told.role_detail_list.as_ref().unwrap()[0];
    assert_eq!(decoded(role.assume_role_policy_document.as_ref().unwrap()), TRUST);
    let policies: Vec<_> =
        told.policies.as_ref().unwrap().iter().map(|policy| policy.policy_name.as_deref().unwrap()).collect();
    assert_eq!(policies, ["p", "AmazonSQSReadOnlyAccess"]);

    let (mut seen, mut marker) = (0, None);
    loop {
        let input = GetAccountAuthorizationDetailsInput { max_items: Some(1), marker, ..all.clone() };
        let page = cloud.call::<GetAccountAuthorizationDetails>(input).await.unwrap();
        seen += page.user_detail_list.unwrap().len() + page.group_detail_list.unwrap().len();
        seen += page.role_detail_list.unwrap().len() + page.policies.unwrap().len();
        marker = page.marker;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(seen, 5);
    let input = GetAccountAuthorizationDetailsInput { filter: Some(vec![EntityType::Role]), ..all };
    let roles = cloud.call::<GetAccountAuthorizationDetails>(input).await.unwrap();
    assert_eq!((roles.user_detail_list.unwrap().len(), roles.role_detail_list.unwrap().len()), (0, 1));
}
