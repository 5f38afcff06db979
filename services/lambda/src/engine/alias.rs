//! Aliases: names that stand for a version, or for two of them by weight.

use store::{Span, StoreError};

use super::function::is_expected;
use super::home::Home;
use super::{Answer, Engine, Refusal};
use crate::store::{ALIASES, ASYNC, AliasRecord, FUNCTIONS, POLICIES, VERSIONS, WARM};

/// What an alias is to become; what is none stays.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewAlias {
    pub(crate) version: Option<u64>,
    pub(crate) description: Option<String>,
    /// None for none beside the first.
    pub(crate) other: Option<Option<(u64, f64)>>,
}

impl Engine {
    /// Creates an alias. The number of a version that is not there is in the refusal's place.
    pub(crate) async fn create_alias(
        &self,
        home: &Home,
        function: &str,
        name: &str,
        new: &NewAlias,
    ) -> Answer<AliasRecord> {
        let (scope, revision) = (&home.scope(), &self.runtime().random.uuid());
        self.store()
            .transact(|tx| async move {
                FUNCTIONS.get(&tx, scope, &function).await?.ok_or(Refusal::NoFunction)?;
                if ALIASES.get(&tx, scope, &(function, name)).await?.is_some() {
                    return Err(Refusal::Taken);
                }
                let version = new.version.unwrap_or_default();
                let (description, other) = (new.description.clone().unwrap_or_default(), new.other.flatten());
                let record = AliasRecord { version, description, other, revision: revision.clone() };
                known(&tx, scope, function, &record).await?;
                ALIASES.put(&tx, scope, &(function, name), &record)?;
                Ok(record)
            })
            .await
    }

    /// Changes an alias.
    pub(crate) async fn change_alias(
        &self,
        home: &Home,
        function: &str,
        name: &str,
        seen: Option<&str>,
        new: &NewAlias,
    ) -> Answer<AliasRecord> {
        let (scope, revision) = (&home.scope(), &self.runtime().random.uuid());
        self.store()
            .transact(|tx| async move {
                let mut record = ALIASES.get(&tx, scope, &(function, name)).await?.ok_or(Refusal::NoAlias)?;
                is_expected(seen, &record.revision)?;
                record.version = new.version.unwrap_or(record.version);
                if let Some(description) = &new.description {
                    record.description.clone_from(description);
                }
                if let Some(other) = new.other {
                    record.other = other;
                }
                record.revision.clone_from(revision);
                known(&tx, scope, function, &record).await?;
                ALIASES.put(&tx, scope, &(function, name), &record)?;
                Ok(record)
            })
            .await
    }

    /// An alias, if it is there.
    pub(crate) async fn alias(
        &self,
        home: &Home,
        function: &str,
        name: &str,
    ) -> Result<Option<AliasRecord>, StoreError> {
        ALIASES.get(&self.store().read().await?, &home.scope(), &(function, name)).await
    }

    /// All aliases of a function, by name.
    pub(crate) async fn aliases(&self, home: &Home, function: &str) -> Result<Vec<(String, AliasRecord)>, StoreError> {
        let of = Span::prefix::<(String,)>(&(function,));
        let all = ALIASES.scan_all(&self.store().read().await?, &home.scope(), &of).await?;
        Ok(all.into_iter().map(|((_, name), alias)| (name, alias)).collect())
    }

    /// Deletes an alias; one that is not there is no mistake.
    pub(crate) async fn delete_alias(&self, home: &Home, function: &str, name: &str) -> Answer<()> {
        let scope = &home.scope();
        self.store()
            .transact(|tx| async move {
                ALIASES.delete(&tx, scope, &(function, name));
                ASYNC.delete(&tx, scope, &(function, name));
                WARM.delete(&tx, scope, &(function, name));
                POLICIES.delete(&tx, scope, &(super::policy::FUNCTION, function, name));
                Ok(())
            })
            .await
    }
}

/// Whether the versions are there.
async fn known(tx: &store::Tx, scope: &store::Scope, function: &str, record: &AliasRecord) -> Answer<()> {
    for number in [Some(record.version), record.other.map(|(number, _)| number)].into_iter().flatten() {
        VERSIONS.get(tx, scope, &(function, number)).await?.ok_or(Refusal::NoFunction)?;
    }
    Ok(())
}
