//! Registries and their policies.

use names::Tags;
use store::{Order, Reader, Span, StoreError, Tx};

use super::home::{DISCOVERED, Home, PUBLISHED, RegistryId};
use super::{Answer, Engine, Refusal};
use crate::store::{REGISTRIES, RegistryRecord, SCHEMAS};

impl Engine {
    /// Creates a registry.
    pub(crate) async fn create_registry(&self, id: &RegistryId, record: RegistryRecord) -> Answer<()> {
        let (scope, record) = (&id.home.scope(), &record);
        self.store()
            .transact(|tx| async move {
                if find(&tx, id).await?.is_some() {
                    return Err(Refusal::Taken);
                }
                Ok(REGISTRIES.put(&tx, scope, &id.name, record)?)
            })
            .await
    }

    /// A registry.
    pub(crate) async fn registry(&self, id: &RegistryId) -> Answer<RegistryRecord> {
        find(&self.store().read().await?, id).await?.ok_or(Refusal::NoRegistry)
    }

    /// Registries with names that begin so, after a name; at most `limit`. AWS's own is one of them.
    pub(crate) async fn registries(
        &self,
        home: &Home,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, RegistryRecord)>, StoreError> {
        let mut all = REGISTRIES.scan_all(&self.store().read().await?, &home.scope(), &Span::all()).await?;
        all.push((PUBLISHED.to_owned(), published()));
        all.sort_by(|one, other| one.0.cmp(&other.0));
        let later = all.into_iter().filter(|(name, _)| after.is_none_or(|after| name.as_str() > after));
        Ok(later.filter(|(name, _)| name.starts_with(prefix)).take(limit).collect())
    }

    /// Changes a registry.
    pub(crate) async fn change_registry(
        &self,
        id: &RegistryId,
        change: impl Fn(&mut RegistryRecord) -> Answer<()> + Send + Sync,
    ) -> Answer<RegistryRecord> {
        let (scope, change) = (&id.home.scope(), &change);
        own(id)?;
        self.store()
            .transact(|tx| async move {
                let mut record = REGISTRIES.get(&tx, scope, &id.name).await?.ok_or(Refusal::NoRegistry)?;
                change(&mut record)?;
                REGISTRIES.put(&tx, scope, &id.name, &record)?;
                Ok(record)
            })
            .await
    }

    /// Deletes a registry without schemas.
    pub(crate) async fn delete_registry(&self, id: &RegistryId) -> Answer<()> {
        own(id)?;
        let scope = &id.home.scope();
        self.store()
            .transact(|tx| async move {
                REGISTRIES.get(&tx, scope, &id.name).await?.ok_or(Refusal::NoRegistry)?;
                let of_registry = Span::prefix::<(String,)>(&(id.name.as_str(),));
                if !SCHEMAS.scan(&tx, scope, &of_registry, Order::Ascending, 1).await?.is_empty() {
                    return Err(Refusal::InUse);
                }
                REGISTRIES.delete(&tx, scope, &id.name);
                Ok(())
            })
            .await
    }

    /// Puts a policy in place of the one of a revision, or of any; its own revision.
    pub(crate) async fn put_policy(&self, id: &RegistryId, policy: &str, revision: Option<&str>) -> Answer<String> {
        let fresh = &self.fresh_id();
        let put = |record: &mut RegistryRecord| {
            let stale = |revision| record.policy.as_ref().is_none_or(|(_, there)| there != revision);
            if revision.is_some_and(stale) {
                return Err(Refusal::Stale);
            }
            record.policy = Some((policy.to_owned(), fresh.clone()));
            Ok(())
        };
        self.change_registry(id, put).await.map(|_| fresh.clone())
    }

    /// Removes the policy of a registry.
    pub(crate) async fn delete_policy(&self, id: &RegistryId) -> Answer<()> {
        let remove = |record: &mut RegistryRecord| record.policy.take().map(drop).ok_or(Refusal::NoPolicy);
        self.change_registry(id, remove).await.map(drop)
    }

    /// Changes the tags of a registry.
    pub(crate) async fn retag_registry(
        &self,
        id: &RegistryId,
        change: impl Fn(&Tags) -> Tags + Send + Sync,
    ) -> Answer<()> {
        let retag = |record: &mut RegistryRecord| {
            record.tags = change(&record.tags);
            Ok(())
        };
        self.change_registry(id, retag).await.map(drop)
    }
}

/// Refuses what only AWS may do.
pub(super) fn own(id: &RegistryId) -> Answer<()> {
    if id.is_published() { Err(Refusal::Foreign) } else { Ok(()) }
}

/// A registry as a transaction or a view sees it.
pub(super) async fn find(reader: &impl Reader, id: &RegistryId) -> Result<Option<RegistryRecord>, StoreError> {
    if id.is_published() {
        return Ok(Some(published()));
    }
    REGISTRIES.get(reader, &id.home.scope(), &id.name).await
}

/// Creates the registry of what was discovered, unless it is there.
pub(super) async fn ensure_discovered(tx: &Tx, home: &Home) -> Result<(), StoreError> {
    let id = home.registry(DISCOVERED);
    if find(tx, &id).await?.is_none() {
        let description = Some("Registry for storing discovered schemas".to_owned());
        let record = RegistryRecord { description, ..RegistryRecord::default() };
        REGISTRIES.put(tx, &home.scope(), &id.name, &record)?;
    }
    Ok(())
}

fn published() -> RegistryRecord {
    let description = Some("Registry for storing AWS generated events schemas".to_owned());
    RegistryRecord { description, ..RegistryRecord::default() }
}
