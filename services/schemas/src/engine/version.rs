//! Versions of schemas: shown, listed, searched.

use store::{Reader, Span, StoreError};

use super::home::{RegistryId, SchemaId};
use super::{Answer, Engine, Refusal, published};
use crate::store::{SchemaRecord, VERSIONS, VersionRecord};

/// A version of a schema.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) schema: SchemaRecord,
    pub(crate) number: u64,
    pub(crate) version: VersionRecord,
}

/// A schema with the versions that were found of it.
pub(crate) type Found = (String, Vec<(u64, VersionRecord)>);

impl Engine {
    /// A version of a schema, the newest when none is asked for.
    pub(crate) async fn version(&self, id: &SchemaId, number: Option<u64>) -> Answer<Shown> {
        let schema = self.schema(id).await?;
        let number = number.unwrap_or(schema.newest);
        let version = one(&self.store().read().await?, id, number).await?.ok_or(Refusal::NoVersion)?;
        Ok(Shown { schema, number, version })
    }

    /// Versions of a schema from the oldest on, after a number; at most `limit`.
    pub(crate) async fn versions(&self, id: &SchemaId, after: u64, limit: usize) -> Answer<Vec<(u64, VersionRecord)>> {
        self.schema(id).await?;
        let all = all(&self.store().read().await?, id).await?;
        Ok(all.into_iter().filter(|(number, _)| *number > after).take(limit).collect())
    }

    /// Schemas of a registry after a name, with the versions that have every keyword in their name or document, whatever
    /// its case; at most `limit` schemas.
    pub(crate) async fn search(
        &self,
        id: &RegistryId,
        keywords: &[String],
        after: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<Found>> {
        let (view, mut found) = (self.store().read().await?, Vec::new());
        for (name, _) in self.schemas(id, "", after, usize::MAX).await? {
            let lower = name.to_lowercase();
            let mut versions = all(&view, &id.schema(name.as_str())).await?;
            versions.retain(|(_, version)| {
                let content = version.content.to_lowercase();
                keywords.iter().all(|keyword| lower.contains(keyword) || content.contains(keyword))
            });
            if !versions.is_empty() {
                found.push((name, versions));
            }
            if found.len() == limit {
                break;
            }
        }
        Ok(found)
    }
}

async fn one(reader: &impl Reader, id: &SchemaId, number: u64) -> Result<Option<VersionRecord>, StoreError> {
    if id.registry.is_published() {
        return Ok(published::find(&id.name).filter(|_| number == 1).map(published::Published::version));
    }
    let key = (id.registry.name.as_str(), id.name.as_str(), number);
    VERSIONS.get(reader, &id.registry.home.scope(), &key).await
}

async fn all(reader: &impl Reader, id: &SchemaId) -> Result<Vec<(u64, VersionRecord)>, StoreError> {
    if id.registry.is_published() {
        return Ok(published::find(&id.name).map(|one| (1, one.version())).into_iter().collect());
    }
    let of_schema = Span::prefix::<(String, String)>(&id.key());
    let rows = VERSIONS.scan_all(reader, &id.registry.home.scope(), &of_schema).await?;
    Ok(rows.into_iter().map(|((_, _, number), version)| (number, version)).collect())
}
