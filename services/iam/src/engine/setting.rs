//! Settings of a whole account: tokens of STS, identity tokens of its own, access of an organization to its members' roots.

use std::net::SocketAddr;

use store::Reader;

use super::Engine;
use super::home::Home;
use super::refusal::Refusal;
use crate::store::federation::{
    OUTBOUND, OutboundRecord, PREFERENCES, PreferencesRecord, ROOT_ACCESS, RootAccessRecord,
};

/// The version of tokens that the global endpoint of STS gives when nobody has said.
const TOKEN_VERSION: u8 = 1;

/// The version of tokens that the global endpoint of STS gives.
pub(crate) async fn token_version(reader: &impl Reader, home: Home) -> Result<u8, Refusal> {
    let set = PREFERENCES.get(reader, &home.scope(), &0).await?;
    Ok(set.map_or(TOKEN_VERSION, |set| set.token_version))
}

impl Engine {
    /// Sets the version of tokens that the global endpoint of STS gives.
    pub(crate) async fn set_token_version(&self, home: Home, token_version: u8) -> Result<(), Refusal> {
        let record = PreferencesRecord { token_version };
        self.change(home.account, |tx| async move { Ok(PREFERENCES.put(&tx, &home.scope(), &0, &record)?) }).await
    }

    /// The issuer of the account's identity tokens, when it gives any.
    pub(crate) async fn outbound(&self, home: Home) -> Result<Option<String>, Refusal> {
        let found = OUTBOUND.get(&self.view().await?, &home.scope(), &0).await?;
        Ok(found.filter(|record| record.enabled).map(|record| record.issuer))
    }

    /// Lets the account give identity tokens, and answers their issuer; none when it does already.
    pub(crate) async fn enable_outbound(&self, home: Home, base_url: &str) -> Result<Option<String>, Refusal> {
        let fresh = &issuer(base_url, &self.random().uuid());
        self.change(home.account, |tx| async move {
            let before = OUTBOUND.get(&tx, &home.scope(), &0).await?;
            if before.as_ref().is_some_and(|record| record.enabled) {
                return Ok(None);
            }
            let issuer = before.map_or_else(|| fresh.clone(), |record| record.issuer);
            let record = OutboundRecord { issuer: issuer.clone(), enabled: true };
            OUTBOUND.put(&tx, &home.scope(), &0, &record)?;
            Ok(Some(issuer))
        })
        .await
    }

    /// Stops giving identity tokens; whether there were any.
    pub(crate) async fn disable_outbound(&self, home: Home) -> Result<bool, Refusal> {
        self.change(home.account, |tx| async move {
            match OUTBOUND.get(&tx, &home.scope(), &0).await? {
                Some(record) if record.enabled => {
                    OUTBOUND.put(&tx, &home.scope(), &0, &OutboundRecord { enabled: false, ..record })?;
                    Ok(true)
                }
                _ => Ok(false),
            }
        })
        .await
    }

    /// What an organization may do to its members' roots; `home` is its management account.
    pub(crate) async fn root_access(&self, home: Home) -> Result<RootAccessRecord, Refusal> {
        Ok(ROOT_ACCESS.get(&self.view().await?, &home.scope(), &0).await?.unwrap_or_default())
    }

    /// Changes what an organization may do to its members' roots.
    pub(crate) async fn edit_root_access(
        &self,
        home: Home,
        edit: impl Fn(&mut RootAccessRecord),
    ) -> Result<RootAccessRecord, Refusal> {
        let edit = &edit;
        self.change(home.account, |tx| async move {
            let mut record = ROOT_ACCESS.get(&tx, &home.scope(), &0).await?.unwrap_or_default();
            edit(&mut record);
            ROOT_ACCESS.put(&tx, &home.scope(), &0, &record)?;
            Ok(record)
        })
        .await
    }
}

/// An issuer below the address under which the cloud was called, where STS shows its keys.
fn issuer(base_url: &str, id: &str) -> String {
    let (scheme, host) = base_url.split_once("://").unwrap_or(("http", base_url));
    let host = host.split('/').next().unwrap_or_default();
    // Nothing can stand before an address of numbers.
    match host.parse::<SocketAddr>() {
        Ok(address) => format!("{scheme}://{id}.tokens.sts.localhost:{}", address.port()),
        Err(_) => format!("{scheme}://{id}.tokens.sts.{host}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_are_below_the_clouds_address() {
        for (base, expected) in [
            ("http://localhost:4566", "http://i.tokens.sts.localhost:4566"),
            ("https://127.0.0.1:4566", "https://i.tokens.sts.localhost:4566"),
            ("https://cloud.example", "https://i.tokens.sts.cloud.example"),
        ] {
            assert_eq!(issuer(base, "i"), expected);
        }
    }
}
