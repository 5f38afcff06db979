//! Identities and policies themselves, in their own words: no API types, no HTTP, no ambient time.
//!
//! | file | what |
//! |---|---|
//! | `home.rs` | an account, and the ARNs of what is in it |
//! | `entity.rs` | users, groups and roles: created, found, changed, deleted |
//! | `group.rs`, `role.rs` | what groups and roles alone do: members; trust |
//! | `trust.rs` | principals of trust policies, kept by unique id. Pure |
//! | `attachment.rs`, `inline.rs` | managed policies attached or as boundaries; inline policies |
//! | `policy.rs`, `aws_managed.rs` | managed policies: customers' and AWS's |
//! | `profile.rs`, `access_key.rs`, `alias.rs` | instance profiles, access keys, account aliases |
//! | `count.rs`, `listing.rs` | how many there are; a page of what there is |
//! | `bearer.rs`, `usage.rs` | an identity ready for the authority; what was used when |
//! | `refusal.rs`, `flaw.rs` | reasons not to do something |
//! | `login.rs`, `password.rs` | passwords of users, and what the account asks of them |
//! | `device.rs`, `totp.rs`, `qr.rs` | second factors: assigned, their codes, their picture |
//! | `server_certificate.rs`, `signing_certificate.rs`, `pem.rs` | certificates |
//! | `ssh_key.rs`, `public_key.rs` | SSH public keys |
//! | `service_credential.rs` | user names and passwords for single services |
//! | `saml.rs`, `metadata.rs`, `oidc.rs` | identity providers |
//! | `linked_role.rs` | roles of services |
//! | `report.rs`, `census.rs` | the credential report |
//! | `reach.rs`, `last_access.rs` | which services policies allow, and when they were used |
//! | `simulation.rs` | what policies would decide |
//! | `setting.rs` | settings of the whole account |

pub(crate) mod access_key;
pub(crate) mod alias;
pub(crate) mod attachment;
pub(crate) mod aws_managed;
pub(crate) mod bearer;
pub(crate) mod census;
pub(crate) mod count;
pub(crate) mod device;
pub(crate) mod entity;
pub(crate) mod flaw;
pub(crate) mod grant;
pub(crate) mod group;
pub(crate) mod home;
pub(crate) mod inline;
pub(crate) mod last_access;
pub(crate) mod linked_role;
pub(crate) mod listing;
pub(crate) mod login;
pub(crate) mod metadata;
pub(crate) mod oidc;
pub(crate) mod owned;
pub(crate) mod password;
pub(crate) mod pem;
pub(crate) mod policy;
pub(crate) mod profile;
pub(crate) mod public_key;
pub(crate) mod qr;
pub(crate) mod reach;
pub(crate) mod refusal;
pub(crate) mod report;
pub(crate) mod role;
pub(crate) mod saml;
pub(crate) mod server_certificate;
pub(crate) mod service_credential;
pub(crate) mod setting;
pub(crate) mod signing_certificate;
pub(crate) mod simulation;
pub(crate) mod ssh_key;
pub(crate) mod summary;
pub(crate) mod tags;
pub(crate) mod totp;
pub(crate) mod trust;
pub(crate) mod usage;

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use names::{AccountId, Timestamp};
use parking_lot::Mutex;
use runtime::{Random, Runtime};
use service_kit::CloudParts;
use store::{Raw, ReadView, Seal, Store, StoreError, Tx};

use bearer::Bearers;
use usage::Usage;

use crate::store::{REVISIONS, scope};

/// All of IAM in a cloud. Cheap to clone; clones are the same.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    runtime: Runtime,
    secrets: Seal,
    bearers: Bearers,
    usage: Usage,
    /// Secrets of keys that stacks have just made, until they ask for them.
    handed: Mutex<HashMap<String, String>>,
}

impl Engine {
    /// Kept in the cloud's store, living by its clock and its randomness.
    pub(crate) fn new(parts: &CloudParts) -> Self {
        let (store, runtime) = (parts.store.clone(), parts.runtime.clone());
        let (bearers, usage) = (Bearers::default(), Usage::default());
        Self(Arc::new(Inner {
            store,
            runtime,
            secrets: parts.vault.seal("iam/access-key"),
            bearers,
            usage,
            handed: Mutex::default(),
        }))
    }

    /// One consistent state to read from.
    pub(crate) async fn view(&self) -> Result<ReadView, StoreError> {
        self.0.store.read().await
    }

    /// Changes an account in one transaction that also tells the authority's caches of it. `body` may run several times: it
    /// must change nothing outside the transaction.
    pub(crate) async fn change<T, E, F, Fut>(&self, account: AccountId, body: F) -> Result<T, E>
    where
        F: Fn(Tx) -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: From<StoreError>,
    {
        let body = &body;
        self.0
            .store
            .transact(|tx| async move {
                let answer = body(tx.clone()).await?;
                REVISIONS.put(&tx, &scope(account), &0, &nothing())?;
                Ok(answer)
            })
            .await
    }

    /// The store.
    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    /// The instant now, by the cloud's clock, in whole seconds: IAM tells no finer of what it keeps.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_secs(self.instant().secs())
    }

    /// The very instant now, by the cloud's clock.
    pub(crate) fn instant(&self) -> Timestamp {
        self.0.runtime.clock.now()
    }

    /// The cloud's randomness.
    pub(crate) fn random(&self) -> &Random {
        &self.0.runtime.random
    }

    /// Identities ready for the authority.
    fn bearers(&self) -> &Bearers {
        &self.0.bearers
    }

    fn handed(&self) -> &Mutex<HashMap<String, String>> {
        &self.0.handed
    }

    /// What was used when.
    pub(crate) fn usage(&self) -> &Usage {
        &self.0.usage
    }

    /// Forgets everything in memory: the store was emptied.
    pub(crate) fn forget(&self) {
        self.0.bearers.clear();
        self.0.usage.clear();
        self.0.handed.lock().clear();
    }

    /// Seals secrets for the id of what they belong to.
    pub(crate) fn secrets(&self) -> &Seal {
        &self.0.secrets
    }
}

/// The value of rows whose keys say it all.
pub(crate) fn nothing() -> Raw {
    Raw(Bytes::new())
}
