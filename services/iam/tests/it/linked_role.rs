//! Roles of services, as recorded of AWS (LocalStack's `TestIAMServiceRoles`).

use api_iam::*;

use crate::cloud::*;

fn create(service: &str, suffix: Option<&str>) -> CreateServiceLinkedRoleInput {
    CreateServiceLinkedRoleInput {
        aws_service_name: service.into(),
        description: None,
        custom_suffix: suffix.map(str::to_owned),
    }
}

#[tokio::test]
async fn create_service_linked_role_and_delete_service_linked_role() {
    let cloud = cloud();
    let role = cloud.call::<CreateServiceLinkedRole>(create("batch.amazonaws.com", None)).await.unwrap().role.unwrap();
    let arn = "arn:aws:iam::000000000000:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch";
    assert_eq!((&*role.arn, &*role.role_name), (arn, "AWSServiceRoleForBatch"));
    let trust: serde_json::Value = serde_json::from_str(&decoded(&role.assume_role_policy_document.unwrap())).unwrap();
    assert_eq!(trust["Statement"][0]["Principal"]["Service"], "batch.amazonaws.com");
    let attached = ListAttachedRolePoliciesInput { role_name: role.role_name.clone(), ..Default::default() };
    let attached = cloud.call::<ListAttachedRolePolicies>(attached).await.unwrap().attached_policies.unwrap();
    let policy = "arn:aws:iam::aws:policy/aws-service-role/BatchServiceRolePolicy";
    assert_eq!(attached[0].policy_arn.as_deref(), Some(policy));
    let (code, text) = refusal::<CreateServiceLinkedRole>(&cloud, create("batch.amazonaws.com", None)).await;
    let expected =
        "Service role name AWSServiceRoleForBatch has been taken in this account, please try a different suffix.";
    assert_eq!((&*code, &*text), ("InvalidInput", expected));
    let by_hand = DeleteRoleInput { role_name: role.role_name.clone() };
    assert_eq!(refusal::<DeleteRole>(&cloud, by_hand).await.0, "UnmodifiableEntity");
    let task = DeleteServiceLinkedRoleInput { role_name: role.role_name.clone() };
    let task = cloud.call::<DeleteServiceLinkedRole>(task).await.unwrap().deletion_task_id;
    assert!(task.starts_with("task/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch/"), "{task}");
    let status = GetServiceLinkedRoleDeletionStatusInput { deletion_task_id: task };
    let status = cloud.call::<GetServiceLinkedRoleDeletionStatus>(status).await.unwrap().status;
    assert_eq!(status, DeletionTaskStatusType::Succeeded);
    let gone = GetRoleInput { role_name: role.role_name };
    assert_eq!(refusal::<GetRole>(&cloud, gone).await.0, "NoSuchEntity");
    cloud.call::<CreateServiceLinkedRole>(create("batch.amazonaws.com", None)).await.unwrap();
}

#[tokio::test]
async fn suffixes_services_and_roles_that_are_not() {
    let cloud = cloud();
    let made = cloud.call::<CreateServiceLinkedRole>(create("autoscaling.amazonaws.com", Some("x"))).await.unwrap();
    assert_eq!(made.role.unwrap().role_name, "AWSServiceRoleForAutoScaling_x");
    let (code, text) = refusal::<CreateServiceLinkedRole>(&cloud, create("ssm.amazonaws.com", Some("x"))).await;
    assert_eq!((&*code, &*text), ("InvalidInput", "Custom suffix is not allowed for ssm.amazonaws.com"));
    assert_eq!(refusal::<CreateServiceLinkedRole>(&cloud, create("x.amazonaws.com", None)).await.0, "InvalidInput");
    role(&cloud, "mine").await;
    let mine = DeleteServiceLinkedRoleInput { role_name: "mine".into() };
    assert_eq!(refusal::<DeleteServiceLinkedRole>(&cloud, mine).await.0, "NoSuchEntity");
    let task = "task/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch/none".to_owned();
    let status = GetServiceLinkedRoleDeletionStatusInput { deletion_task_id: task };
    assert_eq!(refusal::<GetServiceLinkedRoleDeletionStatus>(&cloud, status).await.0, "NoSuchEntity");
}
