//! Finding keys. The truth is read from the store each time: a key of another process's making is there at once, and one
//! that was disabled is not used a moment longer.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use store::StoreError;

use super::ciphertext::half;
use super::home::{Home, Name, Place};
use super::material::Material;
use super::refusal::Refusal;
use super::{Engine, Key, managed, materials};
use crate::store::{ALIASES, KEYS};

impl Engine {
    /// The key at a place.
    pub(crate) async fn key(&self, home: &Home) -> Result<Key, Refusal> {
        self.lookup(home).await?.ok_or_else(|| Refusal::NoSuchKey(home.arn()))
    }

    /// The key at a place, when there is one.
    pub(crate) async fn lookup(&self, home: &Home) -> Result<Option<Key>, StoreError> {
        let view = self.store().read().await?;
        let record = KEYS.get(&view, &home.scope(), &home.id.as_str()).await?;
        Ok(record.map(|record| Key { home: home.clone(), record }))
    }

    /// The key that a name means. The aliases of AWS's own services stand for keys that come to be when they are first
    /// named.
    pub(crate) async fn find(&self, name: &Name) -> Result<Key, Refusal> {
        match name {
            Name::Key(home) => self.key(home).await,
            Name::Alias(place, alias) => match self.target(place, alias).await? {
                Some(home) => self.key(&home).await,
                None => self.managed_key(place, alias).await,
            },
        }
    }

    /// Where the key of a name is, before anything waits: what a call touches is told at once. An alias of AWS's own says
    /// where its key is going to be.
    pub(crate) fn locate(&self, name: &Name) -> Result<Home, Refusal> {
        match name {
            Name::Key(home) => Ok(home.clone()),
            Name::Alias(place, alias) => match at_once(self.target(place, alias))? {
                Some(home) => Ok(home),
                None => managed::service(alias)
                    .map(|service| self.managed_home(place, service))
                    .ok_or_else(|| Refusal::NoSuchAlias(place.alias_arn(alias))),
            },
        }
    }

    /// [`Engine::lookup`] before anything waits.
    pub(crate) fn look(&self, home: &Home) -> Result<Option<Key>, Refusal> {
        at_once(self.lookup(home))
    }

    async fn target(&self, place: &Place, alias: &str) -> Result<Option<Home>, StoreError> {
        let view = self.store().read().await?;
        let record = ALIASES.get(&view, &place.scope(), &alias).await?;
        Ok(record.map(|record| place.key(&record.key)))
    }

    /// The material in use.
    pub(crate) async fn current(&self, key: &Key) -> Result<Arc<Material>, Refusal> {
        let current = key.record.current.ok_or(Refusal::Ciphertext)?;
        match self.safe().ready(&current.id) {
            Some(ready) => Ok(ready),
            None => self.open(key, &half(&current.id)).await?.map(|(ready, _)| ready).ok_or(Refusal::Ciphertext),
        }
    }

    /// The material that something was encrypted with, and its id; none when the key never had it.
    pub(crate) async fn open(
        &self,
        key: &Key,
        id: &[u8; 16],
    ) -> Result<Option<(Arc<Material>, crate::store::MaterialId)>, Refusal> {
        if let Some(current) = key.record.current.filter(|current| half(&current.id) == *id)
            && let Some(ready) = self.safe().ready(&current.id)
        {
            return Ok(Some((ready, current.id)));
        }
        let view = self.store().read().await?;
        let all = materials(&view, &key.home.scope(), &key.home.id).await?;
        let Some((_, record)) = all.iter().find(|(_, record)| half(&record.id) == *id) else { return Ok(None) };
        Ok(self.safe().open(key, record)?.map(|ready| (ready, record.id)))
    }
}

/// The answer of a reading that need not wait: engines that hold their data in the process answer such at once.
fn at_once<T>(reading: impl Future<Output = Result<T, StoreError>>) -> Result<T, Refusal> {
    match pin!(reading).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Ok(answer?),
        Poll::Pending => Err(Refusal::Store(StoreError::Contention)),
    }
}
