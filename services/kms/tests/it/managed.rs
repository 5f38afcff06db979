//! Keys that AWS's services use in an account.

use api_kms::*;

use crate::cloud::*;

#[tokio::test]
async fn a_key_of_a_service_comes_to_be_when_it_is_named() {
    let cloud = cloud();
    let before = cloud.call::<ListKeys>(ListKeysInput::default()).await.unwrap().keys.unwrap();
    assert!(before.is_empty());
    let key = describe(&cloud, "alias/aws/sqs").await;
    assert_eq!(key.key_manager.as_ref().unwrap().as_str(), "AWS");
    assert_eq!(describe(&cloud, "alias/aws/sqs").await, key);
    assert_eq!(describe(&cloud, &key.key_id).await, key);
    let aliases = cloud.call::<ListAliases>(ListAliasesInput::default()).await.unwrap().aliases.unwrap();
    assert_eq!(aliases[0].alias_name.as_deref(), Some("alias/aws/sqs"));
    assert_ne!(describe(&cloud, "alias/aws/s3").await.key_id, key.key_id);
    assert_ne!(describe(&cloud.fresh_account(), "alias/aws/sqs").await.key_id, key.key_id);
    let status = GetKeyRotationStatusInput { key_id: key.key_id.clone() };
    assert_eq!(cloud.call::<GetKeyRotationStatus>(status).await.unwrap().rotation_period_in_days, Some(365));
}

#[tokio::test]
async fn its_account_can_look_at_it_and_no_more() {
    let cloud = cloud();
    assert_eq!(refused::<Encrypt>(&cloud, encrypting("alias/aws/sqs", "x")).await.0, "AccessDenied");
    let id = describe(&cloud, "alias/aws/sqs").await.key_id;
    assert_eq!(refused::<Encrypt>(&cloud, encrypting(&id, "x")).await.0, "AccessDenied");
    let input = DisableKeyInput { key_id: id.clone() };
    assert_eq!(refused::<DisableKey>(&cloud, input).await.0, "AccessDenied");
    let input = GetKeyPolicyInput { key_id: id, ..Default::default() };
    let policy = cloud.call::<GetKeyPolicy>(input).await.unwrap().policy.unwrap();
    assert!(policy.contains("sqs.us-east-1.amazonaws.com"), "{policy}");
    let unknown = DescribeKeyInput { key_id: "alias/aws/nothing".into(), ..Default::default() };
    assert_eq!(refused::<DescribeKey>(&cloud, unknown).await.0, "NotFoundException");
}
