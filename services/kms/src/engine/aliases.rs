//! Other names of keys.

use store::{Order, Span};

use super::Engine;
use super::home::{Home, Place};
use super::refusal::Refusal;
use super::{read, write};
use crate::limits;
use crate::store::{ALIASES, AliasRecord, KEYS};

impl Engine {
    /// Gives a key another name.
    pub(crate) async fn name(&self, home: &Home, alias: &str) -> Result<(), Refusal> {
        let now = self.now();
        self.store()
            .transact(|tx| async move {
                let mut key = read(&tx, home).await?;
                key.staying()?;
                key.customers()?;
                if ALIASES.get(&tx, &home.scope(), &alias).await?.is_some() {
                    return Err(Refusal::AliasExists(home.place().alias_arn(alias)));
                }
                if key.record.aliases.len() >= limits::ALIASES_PER_KEY {
                    return Err(Refusal::TooManyAliases(key.arn()));
                }
                key.record.aliases.insert(alias.to_owned());
                let record = AliasRecord { key: home.id.clone(), created: now, updated: now };
                ALIASES.put(&tx, &home.scope(), &alias, &record)?;
                write(&tx, &key)
            })
            .await
    }

    /// Lets an alias stand for another key of the same kind and usage.
    pub(crate) async fn rename(&self, home: &Home, alias: &str) -> Result<(), Refusal> {
        let now = self.now();
        self.store()
            .transact(|tx| async move {
                let missing = || Refusal::NoSuchAlias(home.place().alias_arn(alias));
                let mut record = ALIASES.get(&tx, &home.scope(), &alias).await?.ok_or_else(missing)?;
                let mut key = read(&tx, home).await?;
                key.staying()?;
                key.customers()?;
                let mut before = read(&tx, &home.place().key(&record.key)).await?;
                let (old, new) = (&before.record, &key.record);
                if old.usage != new.usage || old.spec.is_asymmetric() != new.spec.is_asymmetric() {
                    return Err(Refusal::AliasKind);
                }
                before.record.aliases.remove(alias);
                write(&tx, &before)?;
                if key.home == before.home {
                    key = before;
                }
                if key.record.aliases.len() >= limits::ALIASES_PER_KEY {
                    return Err(Refusal::TooManyAliases(key.arn()));
                }
                key.record.aliases.insert(alias.to_owned());
                home.id.clone_into(&mut record.key);
                record.updated = now;
                ALIASES.put(&tx, &home.scope(), &alias, &record)?;
                write(&tx, &key)
            })
            .await
    }

    /// Takes an alias away.
    pub(crate) async fn unname(&self, place: &Place, alias: &str) -> Result<(), Refusal> {
        self.store()
            .transact(|tx| async move {
                let missing = || Refusal::NoSuchAlias(place.alias_arn(alias));
                let record = ALIASES.get(&tx, &place.scope(), &alias).await?.ok_or_else(missing)?;
                ALIASES.delete(&tx, &place.scope(), &alias);
                let mut key = read(&tx, &place.key(&record.key)).await?;
                key.record.aliases.remove(alias);
                write(&tx, &key)
            })
            .await
    }

    /// Aliases after one, in the order of their names: of all keys of a place, or of one.
    pub(crate) async fn aliases(
        &self,
        place: &Place,
        key: Option<&str>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, AliasRecord)>, Refusal> {
        let view = self.store().read().await?;
        let scope = place.scope();
        let Some(key) = key else {
            let span = after.map_or_else(Span::all, |after| Span::all().after(&after.to_owned()));
            return Ok(ALIASES.scan(&view, &scope, &span, Order::Ascending, limit).await?);
        };
        let names = KEYS.get(&view, &scope, &key).await?.map(|record| record.aliases).unwrap_or_default();
        let mut found = Vec::new();
        for name in names.into_iter().filter(|name| after.is_none_or(|after| name.as_str() > after)).take(limit) {
            if let Some(record) = ALIASES.get(&view, &scope, &name.as_str()).await? {
                found.push((name, record));
            }
        }
        Ok(found)
    }

    /// Keys after one, in the order of their ids.
    pub(crate) async fn keys(&self, place: &Place, after: Option<&str>, limit: usize) -> Result<Vec<String>, Refusal> {
        let view = self.store().read().await?;
        let span = after.map_or_else(Span::all, |after| Span::all().after(&after.to_owned()));
        let rows = KEYS.scan(&view, &place.scope(), &span, Order::Ascending, limit).await?;
        Ok(rows.into_iter().map(|(id, _)| id).collect())
    }
}
