//! Who else may use a function.

use std::sync::Arc;

use api_lambda as api;
use serde_json::{Value, json};
use service_kit::Caller;

use crate::world::{arn, cloud, function};

#[tokio::test]
async fn a_permission_lets_others_in() {
    let cloud = cloud(|_| Ok(json!("in")));
    function(&cloud, "f").await;
    let stranger = || Caller::root(cloud.fresh_account().account(), None);
    let ask = || api::InvokeInput { function_name: arn(&cloud, "f"), ..Default::default() };
    let other = stranger();
    assert!(cloud.call_as::<api::Invoke>(other.clone(), ask()).await.is_err());
    let allow = |sid: &str, principal: &str| api::AddPermissionInput {
        function_name: "f".to_owned(),
        statement_id: sid.to_owned(),
        action: "lambda:InvokeFunction".to_owned(),
        principal: principal.to_owned(),
        ..Default::default()
    };
    let account = other.account.to_string();
    cloud.call::<api::AddPermission>(allow("s", &account)).await.unwrap();
    assert_eq!(cloud.call_as::<api::Invoke>(other, ask()).await.unwrap().status_code, Some(200));
    assert_eq!(cloud.error::<api::AddPermission>(allow("s", &account)).await.0, "ResourceConflictException");
    let (_, text) = cloud.error::<api::AddPermission>(allow("t", "nobody")).await;
    assert_eq!(text, "The provided principal was invalid. Please check the principal and try again.");
    let get = || api::GetPolicyInput { function_name: "f".to_owned(), qualifier: None };
    let policy: Value =
        serde_json::from_str(&cloud.call::<api::GetPolicy>(get()).await.unwrap().policy.unwrap()).unwrap();
    assert_eq!(policy["Statement"][0]["Principal"]["AWS"], format!("arn:aws:iam::{account}:root"));
    let remove = |sid: &str| api::RemovePermissionInput {
        function_name: "f".to_owned(),
        statement_id: sid.to_owned(),
        ..Default::default()
    };
    let (_, text) = cloud.error::<api::RemovePermission>(remove("x")).await;
    assert_eq!(text, "Statement x is not found in resource policy.");
    cloud.call::<api::RemovePermission>(remove("s")).await.unwrap();
    assert_eq!(cloud.error::<api::GetPolicy>(get()).await.0, "ResourceNotFoundException");
    let denied = Arc::new(stranger());
    assert!(cloud.call_as::<api::Invoke>(Caller::clone(&denied), ask()).await.is_err());
}
