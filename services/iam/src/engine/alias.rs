//! Account aliases: one an account, unique in the whole cloud because sign-in addresses are made of them.

use store::{Scope, Span, StoreError, Tx};

use super::home::Home;
use super::refusal::{Noun, Refusal};
use super::{Engine, nothing};
use crate::store::{ACCOUNT_ALIASES, ALIASES, AliasRecord};

impl Engine {
    /// Gives the account an alias, in place of one it has.
    pub(crate) async fn set_alias(&self, home: Home, alias: &str) -> Result<(), Refusal> {
        self.store()
            .transact(|tx| async move {
                match ALIASES.get(&tx, &Scope::Global, &alias).await? {
                    Some(_) => return Err(Refusal::Exists(Noun::Alias, alias.to_owned())),
                    None => drop_aliases(&tx, home).await?,
                }
                ALIASES.put(&tx, &Scope::Global, &alias, &AliasRecord { account: home.account })?;
                Ok(ACCOUNT_ALIASES.put(&tx, &home.scope(), &alias, &nothing())?)
            })
            .await
    }

    /// Takes an alias from the account.
    pub(crate) async fn delete_alias(&self, home: Home, alias: &str) -> Result<(), Refusal> {
        self.store()
            .transact(|tx| async move {
                if ACCOUNT_ALIASES.get(&tx, &home.scope(), &alias).await?.is_none() {
                    return Err(Refusal::Missing(Noun::Alias, alias.to_owned()));
                }
                Ok(drop_aliases(&tx, home).await?)
            })
            .await
    }

    /// The account's aliases: one, or none.
    pub(crate) async fn aliases(&self, home: Home) -> Result<Vec<String>, StoreError> {
        let rows = ACCOUNT_ALIASES.scan_all(&self.view().await?, &home.scope(), &Span::all()).await?;
        Ok(rows.into_iter().map(|(alias, _)| alias).collect())
    }
}

async fn drop_aliases(tx: &Tx, home: Home) -> Result<(), StoreError> {
    for (alias, _) in ACCOUNT_ALIASES.scan_all(tx, &home.scope(), &Span::all()).await? {
        ALIASES.delete(tx, &Scope::Global, &alias);
        ACCOUNT_ALIASES.delete(tx, &home.scope(), &alias);
    }
    Ok(())
}
