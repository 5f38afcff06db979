//! Access keys, of users and of root. A secret is sealed for its key's id and shown once.

use names::Timestamp;
use names::key_id::IdKind;
use store::{Reader, Span, StoreError};

use super::home::Home;
use super::refusal::{Noun, Refusal};
use super::{Engine, nothing};
use crate::limits;
use crate::store::{KEY_USES, KEYS, KeyRecord, OWNED, Sort, UseRecord};

/// An access key as it is made, secret and all.
#[derive(Clone)]
pub(crate) struct FreshKey {
    /// Its id.
    pub id: String,
    /// The secret: 40 letters.
    pub secret: String,
    /// When it was made.
    pub created: Timestamp,
}

/// The key of this id, if it is the owner's.
async fn find(reader: &impl Reader, home: Home, owner: &str, id: &str) -> Result<KeyRecord, Refusal> {
    let found = KEYS.get(reader, &home.scope(), &id).await?.filter(|record| record.owner == owner);
    found.ok_or_else(|| Refusal::Missing(Noun::AccessKey, id.to_owned()))
}

/// The access keys of an owner, sorted by id.
pub(crate) async fn of_owner(
    reader: &impl Reader,
    home: Home,
    owner: &str,
) -> Result<Vec<(String, KeyRecord)>, StoreError> {
    let span = Span::prefix(&(owner.to_owned(), Sort::AccessKey as u8));
    let mut keys = Vec::new();
    for ((_, _, id), _) in OWNED.scan_all(reader, &home.scope(), &span).await? {
        let record = KEYS.get(reader, &home.scope(), &id).await?;
        keys.extend(record.map(|record| (id, record)));
    }
    Ok(keys)
}

/// The row that says an owner has a key.
fn owned(owner: &str, id: &str) -> (String, u8, String) {
    (owner.to_owned(), Sort::AccessKey as u8, id.to_owned())
}

impl Engine {
    /// Makes an access key for an owner: a user's id, or the account number for root. `there` refuses when the owner is gone.
    pub(crate) async fn create_key(&self, home: Home, owner: &str) -> Result<FreshKey, Refusal> {
        let fresh = FreshKey {
            id: home.issue(IdKind::AccessKey, self.random()),
            secret: self.random().alphanumeric(40),
            created: self.now(),
        };
        let sealed = self.secrets().close(self.random(), fresh.id.as_bytes(), fresh.secret.as_bytes());
        let record = &KeyRecord { owner: owner.to_owned(), active: true, created: fresh.created, secret: sealed };
        let id = &fresh.id;
        self.change(home.account, |tx| async move {
            if owner.starts_with("AIDA") && crate::store::IDS.get(&tx, &home.scope(), &owner).await?.is_none() {
                return Err(Refusal::Missing(Noun::User, owner.to_owned()));
            }
            if of_owner(&tx, home, owner).await?.len() >= limits::ACCESS_KEYS {
                return Err(Refusal::Quota("AccessKeysPerUser", limits::ACCESS_KEYS as u64));
            }
            OWNED.put(&tx, &home.scope(), &owned(owner, id), &nothing())?;
            Ok(KEYS.put(&tx, &home.scope(), id, record)?)
        })
        .await?;
        Ok(fresh)
    }

    /// Keeps a secret for the stack that made the key, which asks for it once.
    pub(crate) fn hand_over(&self, id: String, secret: String) {
        self.handed().lock().insert(id, secret);
    }

    /// The secret of a key that a stack has just made; told once.
    pub(crate) fn handed_over(&self, id: &str) -> Option<String> {
        self.handed().lock().remove(id)
    }

    /// Switches a key on or off.
    pub(crate) async fn switch_key(&self, home: Home, owner: &str, id: &str, active: bool) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let mut record = find(&tx, home, owner, id).await?;
            record.active = active;
            Ok(KEYS.put(&tx, &home.scope(), &id, &record)?)
        })
        .await
    }

    /// Deletes a key.
    pub(crate) async fn delete_key(&self, home: Home, owner: &str, id: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            find(&tx, home, owner, id).await?;
            KEYS.delete(&tx, &home.scope(), &id);
            KEY_USES.delete(&tx, &home.scope(), &id);
            OWNED.delete(&tx, &home.scope(), &owned(owner, id));
            Ok(())
        })
        .await
    }

    /// The access keys of an owner.
    pub(crate) async fn keys(&self, home: Home, owner: &str) -> Result<Vec<(String, KeyRecord)>, Refusal> {
        Ok(of_owner(&self.view().await?, home, owner).await?)
    }

    /// A key of the account, whoever owns it, and when it was last used.
    pub(crate) async fn key_use(
        &self,
        home: Home,
        id: &str,
    ) -> Result<Option<(KeyRecord, Option<UseRecord>)>, Refusal> {
        self.flush_usage().await?;
        let view = self.view().await?;
        let Some(record) = KEYS.get(&view, &home.scope(), &id).await? else { return Ok(None) };
        Ok(Some((record, KEY_USES.get(&view, &home.scope(), &id).await?)))
    }
}
