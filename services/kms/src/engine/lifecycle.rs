//! Keys are switched on and off, described, tagged, and go.

use std::time::Duration;

use bytes::Bytes;
use names::Tags;
use store::{Order, Span, Tx};

use super::home::Home;
use super::refusal::Refusal;
use super::state::State;
use super::{Engine, Key, materials, read, timers, write};
use crate::limits;
use crate::store::{ALIASES, Deletion, GRANTS, KEYS, MATERIALS, POLICIES, RETIRABLE, USED};

impl Engine {
    /// Switches a key on. A rotation that was missed meanwhile comes now.
    pub(crate) async fn enable(&self, home: &Home) -> Result<(), Refusal> {
        self.changing(home, |key| {
            key.customers()?;
            key.whole()?;
            key.record.enabled = true;
            Ok(())
        })
        .await
    }

    /// Switches a key off.
    pub(crate) async fn disable(&self, home: &Home) -> Result<(), Refusal> {
        self.change(home, |key| {
            key.customers()?;
            key.whole()?;
            key.record.enabled = false;
            Ok(())
        })
        .await
    }

    /// Says something else of a key.
    pub(crate) async fn describe(&self, home: &Home, description: &str) -> Result<(), Refusal> {
        self.change(home, |key| {
            key.customers()?;
            key.staying()?;
            description.clone_into(&mut key.record.description);
            Ok(())
        })
        .await
    }

    /// Changes the tags of a key.
    pub(crate) async fn retag(
        &self,
        home: &Home,
        change: impl Fn(&Tags) -> Result<Tags, Refusal>,
    ) -> Result<(), Refusal> {
        self.change(home, |key| {
            key.customers()?;
            key.staying()?;
            key.record.tags = change(&key.record.tags)?;
            Ok(())
        })
        .await
    }

    /// Plans a key's end. A primary key with replicas waits for theirs first.
    pub(crate) async fn schedule_deletion(&self, home: &Home, days: i32) -> Result<Key, Refusal> {
        let now = self.now();
        self.store()
            .transact(|tx| async move {
                let mut key = read(&tx, home).await?;
                key.customers()?;
                key.staying()?;
                key.record.deletion = Some(if key.has_replicas() {
                    Deletion::AfterReplicas { days }
                } else {
                    let at = now.plus(limits::DAY * days.unsigned_abs());
                    self.timers().schedule(&tx, at, timers::DELETION, &key.arn(), Bytes::new()).await?;
                    Deletion::At { at, days }
                });
                write(&tx, &key)?;
                Ok(key)
            })
            .await
    }

    /// Takes a planned end back. The key is off then.
    pub(crate) async fn cancel_deletion(&self, home: &Home) -> Result<(), Refusal> {
        self.store()
            .transact(|tx| async move {
                let mut key = read(&tx, home).await?;
                if key.record.deletion.take().is_none() {
                    return Err(Refusal::NotPendingDeletion(key.arn()));
                }
                key.record.enabled = false;
                self.timers().cancel(&tx, timers::DELETION, &key.arn()).await?;
                write(&tx, &key)
            })
            .await
    }

    /// Deletes a key whose time has come, with all that belongs to it.
    pub(super) async fn delete_due(&self, home: &Home) -> Result<(), Refusal> {
        let now = self.now();
        let gone = self.store().transact(|tx| async move {
            let Some(record) = KEYS.get(&tx, &home.scope(), &home.id.as_str()).await? else { return Ok(Vec::new()) };
            match record.deletion {
                Some(Deletion::At { at, .. }) if at <= now => {}
                _ => return Ok(Vec::new()),
            }
            let key = Key { home: home.clone(), record };
            self.leave_regions(&tx, &key).await?;
            self.remove(&tx, &key).await
        });
        let gone: Vec<_> = gone.await?;
        gone.iter().for_each(|id| self.safe().drop(id));
        self.0.uses.remove(home);
        Ok(())
    }

    /// Removes all rows of a key; answers the ids of its material.
    async fn remove(&self, tx: &Tx, key: &Key) -> Result<Vec<crate::store::MaterialId>, Refusal> {
        let (scope, id) = (key.home.scope(), key.home.id.as_str());
        let mut gone = Vec::new();
        for (number, material) in materials(tx, &scope, id).await? {
            self.timers().cancel(tx, timers::EXPIRY, &timers::material(&key.home, number)).await?;
            MATERIALS.delete(tx, &scope, &(id, number));
            gone.push(material.id);
        }
        let grants = GRANTS.scan(tx, &scope, &Span::prefix(&(id.to_owned(),)), Order::Ascending, usize::MAX).await?;
        for ((_, grant), record) in grants {
            if let Some(retiring) = &record.retiring {
                RETIRABLE.delete(tx, &scope, &(retiring.as_str(), id, grant.as_str()));
            }
            GRANTS.delete(tx, &scope, &(id, grant.as_str()));
        }
        key.record.aliases.iter().for_each(|alias| ALIASES.delete(tx, &scope, &alias.as_str()));
        self.timers().cancel(tx, timers::ROTATION, &key.arn()).await?;
        POLICIES.delete(tx, &scope, &id);
        USED.delete(tx, &scope, &id);
        KEYS.delete(tx, &scope, &id);
        Ok(gone)
    }

    /// Changes a key, and rotates it soon if that was missed.
    async fn changing(&self, home: &Home, change: impl Fn(&mut Key) -> Result<(), Refusal>) -> Result<(), Refusal> {
        let (now, change) = (self.now(), &change);
        self.store()
            .transact(|tx| async move {
                let mut key = read(&tx, home).await?;
                change(&mut key)?;
                let missed = key.record.rotation.filter(|rotation| rotation.next <= now);
                if missed.is_some() && key.state() == State::Enabled {
                    let soon = now.plus(Duration::from_millis(1));
                    self.timers().schedule(&tx, soon, timers::ROTATION, &key.arn(), Bytes::new()).await?;
                }
                write(&tx, &key)
            })
            .await
    }
}
