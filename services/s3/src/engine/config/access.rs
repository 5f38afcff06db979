//! What decides on access beside the caller's policies, as it is stored: a policy's text, a bucket's list, the switches
//! of an account.

use api_s3::PublicAccessBlockConfiguration;
use names::AccountId;
use serde::{Deserialize, Serialize};
use store::{Record, StoreError, Table};

use super::Config;
use super::document::Document;
use super::settings::{PublicAccess, everything_blocked, public_access};
use crate::engine::Engine;
use crate::engine::bucket::Bucket;
use crate::engine::canonical;
use crate::engine::grants::{Grant, Grantee, Permission};
use crate::store::SCOPE;

/// Switches of whole accounts.
pub(crate) const ACCOUNT_SWITCHES: Table<AccountId, PublicAccess> = Table::new("s3", "account-public-access");

/// A bucket's policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PolicyText {
    /// As it was set.
    pub(crate) text: String,
    /// Whether it lets the public in.
    pub(crate) public: bool,
}

/// A bucket's access control list, when one was set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BucketAcl {
    /// Its grants.
    pub(crate) grants: Vec<Grant>,
}

impl Record for PublicAccess {
    const VERSION: u8 = 1;
}

impl Record for PolicyText {
    const VERSION: u8 = 1;
}

impl Config for PolicyText {
    const KIND: &'static str = "policy";
}

impl Record for BucketAcl {
    const VERSION: u8 = 1;
}

impl Config for BucketAcl {
    const KIND: &'static str = "acl";
}

/// The list of what nobody set a list on: everything to its owner.
pub(crate) fn private(owner: AccountId) -> Vec<Grant> {
    vec![Grant { grantee: Grantee::Account(canonical::id(owner)), permission: Permission::FullControl }]
}

impl Engine {
    /// The list of a bucket.
    pub(crate) async fn bucket_grants(&self, bucket: &Bucket) -> Result<Vec<Grant>, StoreError> {
        let acl = self.config::<BucketAcl>(bucket.no()).await?;
        Ok(acl.map_or_else(|| private(bucket.record.account), |acl| acl.grants))
    }

    /// The switches that count for a bucket: its own and its account's.
    pub(crate) async fn public_access(&self, bucket: &Bucket) -> Result<PublicAccess, StoreError> {
        let unset = Document(everything_blocked());
        let Document(own) = self.config_or::<Document<PublicAccessBlockConfiguration>>(bucket, unset).await?;
        let account = self.account_switches(bucket.record.account).await?;
        Ok(public_access(&own).and(account.unwrap_or_default()))
    }

    /// The switches of an account, when it has any.
    pub(crate) async fn account_switches(&self, account: AccountId) -> Result<Option<PublicAccess>, StoreError> {
        let view = self.store().read().await?;
        ACCOUNT_SWITCHES.get(&view, &SCOPE, &account).await
    }

    /// Sets the switches of an account, or removes them.
    pub(crate) async fn set_account_switches(
        &self,
        account: AccountId,
        switches: Option<PublicAccess>,
    ) -> Result<(), StoreError> {
        let batch = store::Batch::new();
        match switches {
            Some(switches) => ACCOUNT_SWITCHES.put(&batch, &SCOPE, &account, &switches)?,
            None => ACCOUNT_SWITCHES.delete(&batch, &SCOPE, &account),
        }
        self.store().write(batch).await.map(drop)
    }
}
