//! Resource policies, data protection, field indexes, keys.

use api_kms::{CreateKey, CreateKeyInput, DisableKey, DisableKeyInput};
use api_logs::*;
use serde_json::json;
use service_kit::Sender;
use testkit::TestCloud;

use crate::cloud::*;
use crate::world::services;

pub(crate) fn policy(principal: &str, resource: &str) -> String {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": principal}, "Action": "logs:PutLogEvents", "Resource": resource}]})
    .to_string()
}

pub(crate) fn setting(name: &str, document: String) -> PutResourcePolicyInput {
    PutResourcePolicyInput { policy_name: some(name), policy_document: Some(document), ..Default::default() }
}

#[tokio::test]
async fn put_resource_policy_lets_a_service_write() {
    let cloud = cloud();
    create(&cloud, "g", "s").await;
    let service = Sender::service(cloud.cloud(), "events.amazonaws.com", cloud.account(), "arn:aws:events:::rule/r");
    let write =
        async || service.call::<PutLogEvents>(cloud.region(), &[], putting("g", "s", &[(now(&cloud), "m")])).await;
    assert!(write().await.is_err());
    cloud
        .call::<PutResourcePolicy>(setting("p", policy("events.amazonaws.com", &format!("{}:*", arn("g")))))
        .await
        .unwrap();
    write().await.unwrap();
    let listed = cloud.call::<DescribeResourcePolicies>(DescribeResourcePoliciesInput::default()).await.unwrap();
    assert_eq!(listed.resource_policies.unwrap()[0].policy_scope, Some(PolicyScope::Account));
    let deleting = |name: &str| DeleteResourcePolicyInput { policy_name: some(name), ..Default::default() };
    cloud.call::<DeleteResourcePolicy>(deleting("p")).await.unwrap();
    assert!(write().await.is_err());
    let gone = cloud.error::<DeleteResourcePolicy>(deleting("p")).await;
    assert_eq!(gone.1, "Policy with name [p] does not exist.");
    for n in 0..10 {
        cloud.call::<PutResourcePolicy>(setting(&n.to_string(), policy("a.amazonaws.com", "*"))).await.unwrap();
    }
    let many = cloud.error::<PutResourcePolicy>(setting("x", policy("a.amazonaws.com", "*"))).await;
    assert_eq!(many.0, "LimitExceededException");
    assert_eq!(cloud.error::<PutResourcePolicy>(setting("x", "{}".into())).await.0, "InvalidParameterException");
}

fn protecting() -> String {
    let identifier = ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"];
    json!({"Name": "p", "Version": "2021-06-01", "Statement": [
        {"DataIdentifier": identifier, "Operation": {"Audit": {"FindingsDestination": {}}}},
        {"DataIdentifier": identifier, "Operation": {"Deidentify": {"MaskConfig": {}}}},
    ]})
    .to_string()
}

#[tokio::test]
async fn data_protection_policy_masks_what_is_shown() {
    let cloud = cloud();
    create(&cloud, "g", "s").await;
    put(&cloud, "g", "s", &[(now(&cloud), "from a@b.io")]).await;
    let input = PutDataProtectionPolicyInput { log_group_identifier: "g".into(), policy_document: protecting() };
    cloud.call::<PutDataProtectionPolicy>(input).await.unwrap();
    assert_eq!(lines(&cloud.call::<GetLogEvents>(getting("g", "s")).await.unwrap()), ["from ******"]);
    assert_eq!(passing(&cloud, filtering("g", "")).await, ["from ******"]);
    let unmasked = GetLogEventsInput { unmask: Some(true), ..getting("g", "s") };
    assert_eq!(lines(&cloud.call::<GetLogEvents>(unmasked).await.unwrap()), ["from a@b.io"]);
    let asking = || GetDataProtectionPolicyInput { log_group_identifier: "g".into() };
    assert!(cloud.call::<GetDataProtectionPolicy>(asking()).await.unwrap().policy_document.is_some());
    let status = async || {
        let groups = cloud.call::<DescribeLogGroups>(DescribeLogGroupsInput::default()).await.unwrap();
        groups.log_groups.unwrap()[0].data_protection_status.clone()
    };
    assert_eq!(status().await, Some(DataProtectionStatus::Activated));
    let deleting = || DeleteDataProtectionPolicyInput { log_group_identifier: "g".into() };
    cloud.call::<DeleteDataProtectionPolicy>(deleting()).await.unwrap();
    assert_eq!(status().await, Some(DataProtectionStatus::Deleted));
    assert_eq!(lines(&cloud.call::<GetLogEvents>(getting("g", "s")).await.unwrap()), ["from a@b.io"]);
}

#[tokio::test]
async fn put_describe_and_delete_index_policy() {
    let cloud = cloud();
    create(&cloud, "g", "s").await;
    let document = json!({"Fields": ["RequestId", "user"]}).to_string();
    let input = PutIndexPolicyInput { log_group_identifier: "g".into(), policy_document: document };
    cloud.call::<PutIndexPolicy>(input).await.unwrap();
    let log_group_identifiers = vec!["g".to_owned()];
    let input =
        DescribeIndexPoliciesInput { log_group_identifiers: log_group_identifiers.clone(), ..Default::default() };
    assert_eq!(cloud.call::<DescribeIndexPolicies>(input).await.unwrap().index_policies.unwrap().len(), 1);
    let input = DescribeFieldIndexesInput { log_group_identifiers, ..Default::default() };
    assert_eq!(cloud.call::<DescribeFieldIndexes>(input).await.unwrap().field_indexes.unwrap().len(), 2);
    let input = PutIndexPolicyInput { log_group_identifier: "g".into(), policy_document: "no".into() };
    assert_eq!(cloud.error::<PutIndexPolicy>(input).await.0, "InvalidParameterException");
    let deleting = || DeleteIndexPolicyInput { log_group_identifier: "g".into() };
    cloud.call::<DeleteIndexPolicy>(deleting()).await.unwrap();
    assert_eq!(cloud.error::<DeleteIndexPolicy>(deleting()).await.0, "ResourceNotFoundException");
}

#[tokio::test]
async fn associate_kms_key_and_disassociate_it() {
    let cloud = TestCloud::new(services);
    create(&cloud, "g", "s").await;
    let open = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}});
    let input = CreateKeyInput { policy: Some(open.to_string()), ..Default::default() };
    let key = cloud.call::<CreateKey>(input).await.unwrap().key_metadata.unwrap();
    let own = cloud.call::<CreateKey>(CreateKeyInput::default()).await.unwrap().key_metadata.unwrap();
    put(&cloud, "g", "s", &[(now(&cloud), "before")]).await;
    let associating =
        |key: &str| AssociateKmsKeyInput { log_group_name: some("g"), kms_key_id: key.into(), ..Default::default() };
    // A key that does not name Logs in its policy.
    let refused = cloud.error::<AssociateKmsKey>(associating(own.arn.as_ref().unwrap())).await;
    let text =
        format!("The specified KMS key does not exist or is not allowed to be used with LogGroup '{}'", arn("g"));
    assert_eq!(refused, ("InvalidParameterException".to_owned(), text));
    cloud.call::<AssociateKmsKey>(associating(key.arn.as_ref().unwrap())).await.unwrap();
    put(&cloud, "g", "s", &[(now(&cloud) + 1, "under")]).await;
    let groups = cloud.call::<DescribeLogGroups>(DescribeLogGroupsInput::default()).await.unwrap();
    assert_eq!(groups.log_groups.unwrap()[0].kms_key_id, key.arn);
    let input = DisassociateKmsKeyInput { log_group_name: some("g"), ..Default::default() };
    cloud.call::<DisassociateKmsKey>(input).await.unwrap();
    put(&cloud, "g", "s", &[(now(&cloud) + 2, "after")]).await;
    assert_eq!(passing(&cloud, filtering("g", "")).await, ["before", "under", "after"]);
    cloud.call::<DisableKey>(DisableKeyInput { key_id: key.key_id }).await.unwrap();
    // Data keys are used again for five minutes.
    cloud.advance(std::time::Duration::from_secs(301)).await;
    assert_eq!(cloud.error::<FilterLogEvents>(filtering("g", "")).await.0, "InvalidParameterException");
}
