//! Schemas: created, changed, deleted, listed. Each change of the document is a version; numbers only grow.

use names::{Tags, Timestamp};
use store::{Order, Span, StoreError, Tx};

use super::home::{DISCOVERED, RegistryId, SchemaId};
use super::{Answer, Engine, Refusal, published, registry};
use crate::engine::document::Language;
use crate::store::{BINDINGS, LEARNT, SCHEMAS, SchemaRecord, VERSIONS, VersionRecord};

/// A new schema.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) language: Language,
    pub(crate) content: String,
    pub(crate) description: Option<String>,
    pub(crate) tags: Tags,
}

/// What is to be changed of a schema; what is not given stays.
#[derive(Debug, Clone, Default)]
pub(crate) struct Change {
    pub(crate) language: Option<Language>,
    pub(crate) content: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) token: Option<String>,
}

/// A schema with its newest document.
pub(crate) type Whole = (SchemaRecord, VersionRecord);

impl Engine {
    /// Creates a schema.
    pub(crate) async fn create_schema(&self, id: &SchemaId, draft: Draft) -> Answer<Whole> {
        registry::own(&id.registry)?;
        let (now, draft) = (self.now(), &draft);
        self.store()
            .transact(|tx| async move {
                registry::find(&tx, &id.registry).await?.ok_or(Refusal::NoRegistry)?;
                if find(&tx, id).await?.is_some() {
                    return Err(Refusal::Taken);
                }
                let description = draft.description.clone();
                let record = begin(now, description, draft.tags.clone());
                let document = (draft.language, draft.content.as_str());
                Ok(add_version(&tx, id, record, document, now)?)
            })
            .await
    }

    /// Changes a schema. A document that says the same as the newest one is no new version; a repeated token changes nothing.
    pub(crate) async fn update_schema(&self, id: &SchemaId, change: &Change) -> Answer<Whole> {
        registry::own(&id.registry)?;
        let (scope, now) = (&id.registry.home.scope(), self.now());
        self.store()
            .transact(|tx| async move {
                let mut record = existing(&tx, id).await?;
                let newest = newest(&tx, id, &record).await?;
                if record.token.is_some() && record.token == change.token {
                    return Ok((record, newest));
                }
                record.token.clone_from(&change.token);
                record.modified = now;
                if let Some(description) = &change.description {
                    record.description = Some(description.clone());
                }
                let language = change.language.unwrap_or(newest.language);
                let content = change.content.as_deref().unwrap_or(&newest.content);
                if language != newest.language || content != newest.content {
                    return Ok(add_version(&tx, id, record, (language, content), now)?);
                }
                SCHEMAS.put(&tx, scope, &id.key(), &record)?;
                Ok((record, newest))
            })
            .await
    }

    /// A schema.
    pub(crate) async fn schema(&self, id: &SchemaId) -> Answer<SchemaRecord> {
        let view = self.store().read().await?;
        registry::find(&view, &id.registry).await?.ok_or(Refusal::NoRegistry)?;
        match id.registry.is_published() {
            true => published::find(&id.name).map(|one| published_record(one.tags())).ok_or(Refusal::NoSchema),
            false => SCHEMAS.get(&view, &id.registry.home.scope(), &id.key()).await?.ok_or(Refusal::NoSchema),
        }
    }

    /// Schemas of a registry with names that begin so, after a name; at most `limit`.
    pub(crate) async fn schemas(
        &self,
        id: &RegistryId,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<(String, SchemaRecord)>> {
        let view = self.store().read().await?;
        registry::find(&view, id).await?.ok_or(Refusal::NoRegistry)?;
        let later = |name: &str| name.starts_with(prefix) && after.is_none_or(|after| name > after);
        if id.is_published() {
            let all = published::all().iter().map(|one| (one.name(), published_record(one.tags())));
            return Ok(all.filter(|(name, _)| later(name)).take(limit).collect());
        }
        let of_registry = Span::prefix::<(String,)>(&(id.name.as_str(),));
        let all = SCHEMAS.scan_all(&view, &id.home.scope(), &of_registry).await?;
        let named = all.into_iter().map(|((_, name), record)| (name, record));
        Ok(named.filter(|(name, _)| later(name)).take(limit).collect())
    }

    /// Changes the tags of a schema.
    pub(crate) async fn retag_schema(&self, id: &SchemaId, change: impl Fn(&Tags) -> Tags + Send + Sync) -> Answer<()> {
        registry::own(&id.registry)?;
        let (scope, change) = (&id.registry.home.scope(), &change);
        self.store()
            .transact(|tx| async move {
                let mut record = existing(&tx, id).await?;
                record.tags = change(&record.tags);
                Ok(SCHEMAS.put(&tx, scope, &id.key(), &record)?)
            })
            .await
    }

    /// Deletes a schema with its versions, its code, and what discovery knew of it.
    pub(crate) async fn delete_schema(&self, id: &SchemaId) -> Answer<()> {
        registry::own(&id.registry)?;
        let scope = &id.registry.home.scope();
        self.store()
            .transact(|tx| async move {
                existing(&tx, id).await?;
                let of_schema = Span::prefix::<(String, String)>(&id.key());
                let numbers = VERSIONS.scan_all(&tx, scope, &of_schema).await?;
                for ((_, _, number), _) in numbers {
                    delete_one(&tx, id, number).await?;
                }
                SCHEMAS.delete(&tx, scope, &id.key());
                if id.registry.name == DISCOVERED {
                    LEARNT.delete(&tx, scope, &id.name);
                }
                Ok(())
            })
            .await
    }

    /// Deletes a version, unless there is no other one.
    pub(crate) async fn delete_version(&self, id: &SchemaId, number: u64) -> Answer<()> {
        registry::own(&id.registry)?;
        let (scope, now) = (&id.registry.home.scope(), self.now());
        self.store()
            .transact(|tx| async move {
                let mut record = existing(&tx, id).await?;
                let key = (id.registry.name.as_str(), id.name.as_str(), number);
                VERSIONS.get(&tx, scope, &key).await?.ok_or(Refusal::NoVersion)?;
                if record.versions == 1 {
                    return Err(Refusal::Last);
                }
                delete_one(&tx, id, number).await?;
                let of_schema = Span::prefix::<(String, String)>(&id.key());
                let left = VERSIONS.scan(&tx, scope, &of_schema, Order::Descending, 2).await?;
                let newest = left.into_iter().map(|((_, _, left), _)| left).find(|left| *left != number);
                record.newest = newest.ok_or(Refusal::Last)?;
                record.versions -= 1;
                record.modified = now;
                Ok(SCHEMAS.put(&tx, scope, &id.key(), &record)?)
            })
            .await
    }
}

/// A schema without versions yet.
pub(super) fn begin(now: Timestamp, description: Option<String>, tags: Tags) -> SchemaRecord {
    SchemaRecord { description, tags, modified: now, newest: 0, last: 0, versions: 0, token: None }
}

/// Writes a schema with one version more.
pub(super) fn add_version(
    tx: &Tx,
    id: &SchemaId,
    mut record: SchemaRecord,
    (language, content): (Language, &str),
    now: Timestamp,
) -> Result<Whole, StoreError> {
    let scope = &id.registry.home.scope();
    record.last += 1;
    record.versions += 1;
    (record.newest, record.modified) = (record.last, now);
    let version = VersionRecord { language, content: content.to_owned(), created: now };
    VERSIONS.put(tx, scope, &(id.registry.name.as_str(), id.name.as_str(), record.newest), &version)?;
    SCHEMAS.put(tx, scope, &id.key(), &record)?;
    Ok((record, version))
}

/// A schema as a transaction sees it.
pub(super) async fn find(tx: &Tx, id: &SchemaId) -> Result<Option<SchemaRecord>, StoreError> {
    SCHEMAS.get(tx, &id.registry.home.scope(), &id.key()).await
}

async fn existing(tx: &Tx, id: &SchemaId) -> Answer<SchemaRecord> {
    registry::find(tx, &id.registry).await?.ok_or(Refusal::NoRegistry)?;
    find(tx, id).await?.ok_or(Refusal::NoSchema)
}

async fn newest(tx: &Tx, id: &SchemaId, record: &SchemaRecord) -> Answer<VersionRecord> {
    let key = (id.registry.name.as_str(), id.name.as_str(), record.newest);
    VERSIONS.get(tx, &id.registry.home.scope(), &key).await?.ok_or(Refusal::NoVersion)
}

async fn delete_one(tx: &Tx, id: &SchemaId, number: u64) -> Result<(), StoreError> {
    let (scope, key) = (&id.registry.home.scope(), (id.registry.name.as_str(), id.name.as_str(), number));
    let of_version = Span::prefix::<(String, String, u64)>(&key);
    for ((_, _, _, language), _) in BINDINGS.scan_all(tx, scope, &of_version).await? {
        BINDINGS.delete(tx, scope, &(key.0, key.1, number, language.as_str()));
    }
    VERSIONS.delete(tx, scope, &key);
    Ok(())
}

/// AWS's own schemas as they are listed: one version, since the beginning.
pub(super) fn published_record(tags: Tags) -> SchemaRecord {
    SchemaRecord { newest: 1, last: 1, versions: 1, ..begin(published::SINCE, None, tags) }
}
