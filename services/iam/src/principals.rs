//! What the authority asks of those who call. Answers come from caches that are never older than an acknowledged change.

use std::sync::Arc;

use names::{AccountId, key_id};
use service_kit::{BoxFuture, Cloud, Error, HeldPolicy, Identity, IssuedKey, KeyUse, Principals};

use crate::engine::Engine;
use crate::engine::home::Home;

/// Users, roles and their keys, for the authority.
pub(crate) struct Bearers(pub(crate) Engine);

impl Principals for Bearers {
    fn key<'a>(
        &'a self,
        cloud: &'a Cloud,
        access_key: &'a str,
    ) -> BoxFuture<'a, Result<Option<Arc<IssuedKey>>, Error>> {
        Box::pin(async move {
            let Some(account) = key_id::account_of(access_key) else { return Ok(None) };
            Ok(self.0.key_owner(Home::of(cloud, account), access_key).await?)
        })
    }

    fn identity<'a>(
        &'a self,
        cloud: &'a Cloud,
        account: AccountId,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<Arc<Identity>>, Error>> {
        Box::pin(async move { Ok(self.0.identity(Home::of(cloud, account), id).await?) })
    }

    fn managed<'a>(&'a self, cloud: &'a Cloud, arn: &'a str) -> BoxFuture<'a, Result<Option<HeldPolicy>, Error>> {
        // The account is in the ARN; AWS's own policies are in none.
        Box::pin(async move { Ok(self.0.managed(Home::of(cloud, AccountId::DEFAULT), arn).await?) })
    }

    fn check_mfa<'a>(
        &'a self,
        cloud: &'a Cloud,
        account: AccountId,
        user: &'a str,
        serial: &'a str,
        code: &'a str,
    ) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move { Ok(self.0.check_code(Home::of(cloud, account), user, serial, code).await?) })
    }

    fn used(&self, _cloud: &Cloud, usage: &KeyUse<'_>) {
        self.0.usage().note(usage);
    }
}
