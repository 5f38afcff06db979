//! New keys.

use std::collections::BTreeSet;

use names::Tags;

use super::home::{Home, Place};
use super::material::{self, Secret};
use super::refusal::Refusal;
use super::spec::{Family, Spec, Usage};
use super::{Engine, Key};
use crate::store::{Current, KEYS, KeyRecord, MATERIALS, MaterialRecord, POLICIES, PolicyRecord, Regions};

/// What a new key is to be.
pub(crate) struct NewKey {
    /// Its kind.
    pub spec: Spec,
    /// What it is for.
    pub usage: Usage,
    /// Whether its material comes from outside.
    pub external: bool,
    /// Whether it may be in several regions.
    pub multi_region: bool,
    /// What its owner says of it.
    pub description: String,
    /// Its tags.
    pub tags: Tags,
    /// Its key policy.
    pub policy: String,
}

impl Engine {
    /// Creates a key of a customer.
    pub(crate) async fn create(&self, place: &Place, new: NewKey) -> Result<Key, Refusal> {
        let id = if new.multi_region { format!("mrk-{}", self.random().hex(32)) } else { self.random().uuid() };
        let secret = if new.external { None } else { Some(self.make(new.spec).await) };
        let mut record = self.record(&new, secret.is_some());
        record.regions =
            new.multi_region.then(|| Regions { primary: place.region.as_str().to_owned(), replicas: BTreeSet::new() });
        self.place(place.key(&id), record, secret, &new.policy).await
    }

    /// Puts a key with its material and policy into the store, unless there is one already.
    pub(super) async fn place(
        &self,
        home: Home,
        record: KeyRecord,
        secret: Option<Secret>,
        policy: &str,
    ) -> Result<Key, Refusal> {
        let material = secret.map(|secret| self.sealed(&home.id, &secret));
        let current = material.as_ref().map(|material| Current { number: 1, id: material.id });
        let key = Key { home, record: KeyRecord { current, ..record } };
        let (key, material) = (&key, &material);
        let placed = self.store().transact(|tx| async move {
            let (scope, id) = (key.home.scope(), key.home.id.as_str());
            if let Some(record) = KEYS.get(&tx, &scope, &id).await? {
                return Ok(Key { home: key.home.clone(), record });
            }
            super::write(&tx, key)?;
            POLICIES.put(&tx, &scope, &id, &PolicyRecord { text: policy.to_owned() })?;
            if let Some(material) = material {
                MATERIALS.put(&tx, &scope, &(id, 1), material)?;
            }
            Ok::<_, Refusal>(key.clone())
        });
        placed.await
    }

    /// Makes a secret; one that takes long, out of the way of others.
    pub(crate) async fn make(&self, spec: Spec) -> Secret {
        if spec.family() != Family::Rsa {
            return material::generate(spec, self.random());
        }
        let random = self.random().clone();
        let making = tokio::task::spawn_blocking(move || material::generate(spec, &random));
        making.await.expect("making a key neither panics nor is cancelled")
    }

    /// A secret as a record.
    pub(super) fn sealed(&self, key: &str, secret: &[u8]) -> MaterialRecord {
        let id = self.safe().id(key, secret);
        let sealed = Some(self.safe().close(self.random(), key, &id, secret));
        MaterialRecord { id, sealed, rotated: None, valid_to: None, description: None }
    }

    /// The record of a new key.
    pub(super) fn record(&self, new: &NewKey, complete: bool) -> KeyRecord {
        KeyRecord {
            created: self.now(),
            description: new.description.clone(),
            spec: new.spec,
            usage: new.usage,
            external: new.external,
            managed_by: None,
            enabled: true,
            deletion: None,
            current: None,
            materials: u32::from(complete),
            complete,
            valid_to: None,
            rotation: None,
            rotated_on_demand: 0,
            regions: None,
            aliases: BTreeSet::new(),
            tags: new.tags.clone(),
            rules: 0,
        }
    }
}
