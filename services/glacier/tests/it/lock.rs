//! Policies of vaults, and locks that nobody takes off: WORM.

use std::time::Duration;

use api_glacier as api;
use serde_json::json;
use service_kit::{Error, Fault};
use testkit::TestCloud;

use crate::world::{archive, arn, cloud, delete, pass, retrieval, vault};

fn lock(policy: Option<String>) -> api::InitiateVaultLockInput {
    let (account_id, vault_name) = ("-".to_owned(), "v".to_owned());
    api::InitiateVaultLockInput { account_id, vault_name, policy: Some(api::VaultLockPolicy { policy }) }
}

fn shown() -> api::GetVaultLockInput {
    api::GetVaultLockInput { account_id: "-".to_owned(), vault_name: "v".to_owned() }
}

fn complete(lock_id: &str) -> api::CompleteVaultLockInput {
    let (account_id, vault_name) = ("-".to_owned(), "v".to_owned());
    api::CompleteVaultLockInput { account_id, vault_name, lock_id: lock_id.to_owned() }
}

fn abort() -> api::AbortVaultLockInput {
    api::AbortVaultLockInput { account_id: "-".to_owned(), vault_name: "v".to_owned() }
}

/// Nobody deletes what is younger than a year. Source: developer guide, "Vault Lock policies", example 1.
fn worm(cloud: &TestCloud) -> Option<String> {
    let statement = json!({
        "Sid": "deny-based-on-archive-age", "Principal": "*", "Effect": "Deny", "Action": "glacier:DeleteArchive",
        "Resource": arn(cloud, "v"),
        "Condition": {"NumericLessThan": {"glacier:ArchiveAgeInDays": "365"}},
    });
    Some(json!({"Version": "2012-10-17", "Statement": [statement]}).to_string())
}

async fn is_denied(cloud: &TestCloud, id: &str) -> bool {
    match cloud.call::<api::DeleteArchive>(delete(id)).await {
        Err(Error::Fault(Fault::AccessDenied { .. })) => true,
        answer => {
            answer.unwrap();
            false
        }
    }
}

#[tokio::test]
async fn what_is_locked_stays_for_its_time() {
    let cloud = cloud();
    vault(&cloud, "v").await;
    let id = archive(&cloud, b"abc").await;
    let lock_id = cloud.call::<api::InitiateVaultLock>(lock(worm(&cloud))).await.unwrap().lock_id.unwrap();
    let found = cloud.call::<api::GetVaultLock>(shown()).await.unwrap();
    assert_eq!((found.state.as_deref(), found.policy), (Some("InProgress"), worm(&cloud)));
    assert_eq!(found.expiration_date.as_deref(), Some("2026-01-02T00:00:00.000Z"));
    assert!(is_denied(&cloud, &id).await);
    assert_eq!(cloud.error::<api::InitiateVaultLock>(lock(worm(&cloud))).await.0, "InvalidParameterValueException");
    assert_eq!(cloud.error::<api::CompleteVaultLock>(complete("x")).await.0, "ResourceNotFoundException");
    cloud.call::<api::CompleteVaultLock>(complete(&lock_id)).await.unwrap();
    let found = cloud.call::<api::GetVaultLock>(shown()).await.unwrap();
    assert_eq!((found.state.as_deref(), found.expiration_date), (Some("Locked"), None));
    assert_eq!(cloud.error::<api::AbortVaultLock>(abort()).await.0, "InvalidParameterValueException");
    // Not even root, and not by another policy.
    let (account_id, vault_name) = ("-".to_owned(), "v".to_owned());
    let allow = json!({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "glacier:*", "Resource": arn(&cloud, "v")}});
    let policy = Some(api::VaultAccessPolicy { policy: Some(allow.to_string()) });
    let input = api::SetVaultAccessPolicyInput { account_id, vault_name, policy };
    cloud.call::<api::SetVaultAccessPolicy>(input).await.unwrap();
    assert!(is_denied(&cloud, &id).await);
    pass(&cloud, Duration::from_hours(24 * 364)).await;
    assert!(is_denied(&cloud, &id).await);
    pass(&cloud, Duration::from_hours(24)).await;
    assert!(!is_denied(&cloud, &id).await);
}

#[tokio::test]
async fn a_lock_that_is_not_completed_is_over_after_a_day() {
    let cloud = cloud();
    vault(&cloud, "v").await;
    let lock_id = cloud.call::<api::InitiateVaultLock>(lock(worm(&cloud))).await.unwrap().lock_id.unwrap();
    pass(&cloud, Duration::from_hours(24)).await;
    assert_eq!(cloud.error::<api::CompleteVaultLock>(complete(&lock_id)).await.0, "ResourceNotFoundException");
    assert_eq!(cloud.error::<api::GetVaultLock>(shown()).await.0, "ResourceNotFoundException");
    let id = archive(&cloud, b"abc").await;
    assert!(!is_denied(&cloud, &id).await);
    cloud.call::<api::InitiateVaultLock>(lock(worm(&cloud))).await.unwrap();
    cloud.call::<api::AbortVaultLock>(abort()).await.unwrap();
    cloud.call::<api::AbortVaultLock>(abort()).await.unwrap();
    assert_eq!(cloud.error::<api::GetVaultLock>(shown()).await.0, "ResourceNotFoundException");
    for (policy, code) in [(Some("x"), "InvalidParameterValueException"), (None, "MissingParameterValueException")] {
        let told = cloud.error::<api::InitiateVaultLock>(lock(policy.map(str::to_owned))).await;
        assert_eq!(told.0, code);
    }
}

#[tokio::test]
async fn an_access_policy_lets_others_in() {
    let cloud = cloud();
    vault(&cloud, "v").await;
    let id = archive(&cloud, b"abc").await;
    let stranger = cloud.fresh_account();
    let account_id = cloud.account().to_string();
    let ask = || api::InitiateJobInput { account_id: account_id.clone(), ..retrieval(&id, "Bulk") };
    let refused = stranger.call::<api::InitiateJob>(ask()).await;
    assert!(matches!(refused, Err(Error::Fault(Fault::AccessDenied { .. }))));
    let allow = json!({"Statement": {
        "Effect": "Allow", "Principal": {"AWS": stranger.account().to_string()}, "Action": "glacier:InitiateJob",
        "Resource": arn(&cloud, "v"),
    }})
    .to_string();
    let (own, vault_name) = ("-".to_owned(), "v".to_owned());
    let policy = Some(api::VaultAccessPolicy { policy: Some(allow.clone()) });
    let input = api::SetVaultAccessPolicyInput { account_id: own, vault_name, policy };
    cloud.call::<api::SetVaultAccessPolicy>(input).await.unwrap();
    assert!(stranger.call::<api::InitiateJob>(ask()).await.is_ok());
    let shown = api::GetVaultAccessPolicyInput { account_id: "-".to_owned(), vault_name: "v".to_owned() };
    let found = cloud.call::<api::GetVaultAccessPolicy>(shown.clone()).await.unwrap();
    assert_eq!(found.policy.unwrap().policy, Some(allow));
    let gone = api::DeleteVaultAccessPolicyInput { account_id: "-".to_owned(), vault_name: "v".to_owned() };
    cloud.call::<api::DeleteVaultAccessPolicy>(gone).await.unwrap();
    assert!(stranger.call::<api::InitiateJob>(ask()).await.is_err());
    assert_eq!(cloud.error::<api::GetVaultAccessPolicy>(shown).await.0, "ResourceNotFoundException");
}
