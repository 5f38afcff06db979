//! Event source mappings: which source feeds which function. States change by the clock.

use names::Timestamp;
use store::{Span, StoreError};

use super::home::Home;
use super::{Answer, Engine, Refusal};
use crate::limits;
use crate::store::{CHECKPOINTS, Checkpoint, MAPPINGS, MappingRecord, MappingState};

impl MappingRecord {
    /// The state at an instant.
    pub(crate) fn state_at(&self, now: Timestamp) -> MappingState {
        match self.state {
            MappingState::Deleting => MappingState::Deleting,
            state if self.settles > now => state,
            _ if self.enabled => MappingState::Enabled,
            _ => MappingState::Disabled,
        }
    }
}

impl MappingState {
    /// In AWS's words.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Creating => "Creating",
            Self::Updating => "Updating",
            Self::Enabling => "Enabling",
            Self::Disabling => "Disabling",
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
            Self::Deleting => "Deleting",
        }
    }
}

impl Engine {
    /// Creates a mapping; the uuid of one that is the same stands in the refusal.
    pub(crate) async fn create_mapping(&self, home: &Home, uuid: &str, record: &MappingRecord) -> Answer<()> {
        let scope = &home.scope();
        self.store()
            .transact(|tx| async move {
                let all = MAPPINGS.scan_all(&tx, scope, &Span::all()).await?;
                let same =
                    |there: &MappingRecord| (&there.source, &there.function) == (&record.source, &record.function);
                if let Some((other, _)) = all.into_iter().find(|(_, there)| same(there)) {
                    return Err(Refusal::InUse(vec![other]));
                }
                Ok(MAPPINGS.put(&tx, scope, &uuid, record)?)
            })
            .await?;
        self.sources().signal();
        Ok(())
    }

    /// A mapping, if it is there.
    pub(crate) async fn mapping(&self, home: &Home, uuid: &str) -> Result<Option<MappingRecord>, StoreError> {
        MAPPINGS.get(&self.store().read().await?, &home.scope(), &uuid).await
    }

    /// All mappings of an account in a region.
    pub(crate) async fn mappings(&self, home: &Home) -> Result<Vec<(String, MappingRecord)>, StoreError> {
        MAPPINGS.scan_all(&self.store().read().await?, &home.scope(), &Span::all()).await
    }

    /// Changes a mapping.
    pub(crate) async fn change_mapping(
        &self,
        home: &Home,
        uuid: &str,
        change: impl Fn(&mut MappingRecord) + Send + Sync,
    ) -> Answer<MappingRecord> {
        let (scope, change, now) = (&home.scope(), &change, self.now());
        let record = self
            .store()
            .transact(|tx| async move {
                let mut record = MAPPINGS.get(&tx, scope, &uuid).await?.ok_or(Refusal::Nothing)?;
                change(&mut record);
                record.turn += 1;
                (record.modified, record.settles) = (now, now.plus(limits::MAPPING_SETTLES));
                MAPPINGS.put(&tx, scope, &uuid, &record)?;
                Ok::<_, Refusal>(record)
            })
            .await?;
        self.sources().signal();
        Ok(record)
    }

    /// Notes what came of the last batch, unless the mapping has changed or nothing is new.
    pub(crate) async fn note_result(&self, home: &Home, uuid: &str, result: &str) -> Result<(), StoreError> {
        let scope = &home.scope();
        self.store()
            .transact(|tx| async move {
                match MAPPINGS.get(&tx, scope, &uuid).await? {
                    Some(there) if there.result != result => {
                        MAPPINGS.put(&tx, scope, &uuid, &MappingRecord { result: result.to_owned(), ..there })
                    }
                    _ => Ok(()),
                }
            })
            .await
    }

    /// Removes a mapping, and how far it had read.
    pub(crate) async fn remove_mapping(&self, home: &Home, uuid: &str) -> Result<(), StoreError> {
        let scope = &home.scope();
        self.store()
            .transact(|tx| async move {
                MAPPINGS.delete(&tx, scope, &uuid);
                for ((_, shard), _) in CHECKPOINTS.scan_all(&tx, scope, &Span::prefix::<(String,)>(&(uuid,))).await? {
                    CHECKPOINTS.delete(&tx, scope, &(uuid, shard.as_str()));
                }
                Ok(())
            })
            .await
    }

    /// How far a shard was read.
    pub(crate) async fn checkpoint(&self, home: &Home, uuid: &str, shard: &str) -> Result<Checkpoint, StoreError> {
        let there = CHECKPOINTS.get(&self.store().read().await?, &home.scope(), &(uuid, shard)).await?;
        Ok(there.unwrap_or_default())
    }

    /// Notes how far a shard was read, as long as its mapping is there.
    pub(crate) async fn note(&self, home: &Home, uuid: &str, shard: &str, to: &Checkpoint) -> Result<(), StoreError> {
        let scope = &home.scope();
        self.store()
            .transact(|tx| async move {
                match MAPPINGS.get(&tx, scope, &uuid).await? {
                    Some(_) => CHECKPOINTS.put(&tx, scope, &(uuid, shard), to),
                    None => Ok(()),
                }
            })
            .await
    }
}
