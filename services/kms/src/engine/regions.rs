//! Keys of several regions: one primary and its replicas, which share their id and material, and nothing else. Each region
//! has all it needs; what they share is changed in all of them as one.

use std::collections::BTreeSet;

use names::{Region, Tags};
use store::Tx;

use super::home::Home;
use super::refusal::Refusal;
use super::rotation::region;
use super::{Engine, Key, materials, read, timers, write};
use crate::limits;
use crate::store::{Deletion, KEYS, KeyRecord, MATERIALS, POLICIES, PolicyRecord, Regions};

/// What a replica has of its own.
pub(crate) struct NewReplica {
    /// Where it is to be.
    pub region: Region,
    /// Its key policy.
    pub policy: String,
    /// What its owner says of it.
    pub description: String,
    /// Its tags.
    pub tags: Tags,
}

impl Key {
    /// Whether it is a replica.
    pub(crate) fn is_replica(&self) -> bool {
        self.record.regions.as_ref().is_some_and(|regions| regions.primary != self.home.region.as_str())
    }

    /// The primary of a key of several regions.
    pub(crate) fn primary(&self) -> Option<Home> {
        self.record.regions.as_ref().map(|regions| self.home.in_region(region(&regions.primary)))
    }

    /// The regions of its replicas, when it is the primary.
    pub(crate) fn replicas(&self) -> Vec<Region> {
        if self.is_replica() {
            return Vec::new();
        }
        self.record.regions.iter().flat_map(|regions| &regions.replicas).map(|name| region(name)).collect()
    }

    /// Whether replicas hang on it.
    pub(crate) fn has_replicas(&self) -> bool {
        !self.replicas().is_empty()
    }

    fn is_primary(&self) -> bool {
        self.record.regions.is_some() && !self.is_replica()
    }
}

impl Engine {
    /// Copies a primary key into another region.
    pub(crate) async fn replicate(&self, home: &Home, new: &NewReplica) -> Result<Key, Refusal> {
        let now = self.now();
        self.store()
            .transact(|tx| async move {
                let mut key = read(&tx, home).await?;
                if !key.is_primary() {
                    return Err(Refusal::NotPrimary(key.arn()));
                }
                key.usable()?;
                let there = home.in_region(new.region.clone());
                if KEYS.get(&tx, &there.scope(), &there.id.as_str()).await?.is_some() {
                    return Err(Refusal::ReplicaExists(there.arn()));
                }
                let complete = !key.record.external;
                if complete {
                    for (number, material) in materials(&tx, &home.scope(), &home.id).await? {
                        MATERIALS.put(&tx, &there.scope(), &(there.id.as_str(), number), &material)?;
                    }
                }
                let record = KeyRecord {
                    created: now,
                    description: new.description.clone(),
                    tags: new.tags.clone(),
                    enabled: true,
                    complete,
                    current: key.record.current.filter(|_| complete),
                    materials: if complete { key.record.materials } else { 0 },
                    valid_to: None,
                    rotation: None,
                    rotated_on_demand: 0,
                    aliases: BTreeSet::new(),
                    rules: 0,
                    ..key.record.clone()
                };
                let mut replica = Key { home: there.clone(), record };
                let regions = key.record.regions.as_ref().map(|regions| {
                    let mut regions = regions.clone();
                    regions.replicas.insert(new.region.as_str().to_owned());
                    regions
                });
                replica.record.regions.clone_from(&regions);
                write(&tx, &replica)?;
                POLICIES.put(&tx, &there.scope(), &there.id.as_str(), &PolicyRecord { text: new.policy.clone() })?;
                self.tell(&tx, &mut key, regions.as_ref()).await?;
                Ok(replica)
            })
            .await
    }

    /// Makes a replica the primary, and the primary a replica.
    pub(crate) async fn move_primary(&self, home: &Home, to: &Region) -> Result<(), Refusal> {
        let now = self.now();
        self.store()
            .transact(|tx| async move {
                let mut key = read(&tx, home).await?;
                if !key.is_primary() {
                    return Err(Refusal::NotPrimary(key.arn()));
                }
                key.usable()?;
                let there = home.in_region(to.clone());
                let mut regions = key.record.regions.clone().unwrap_or_else(|| unreachable!("a primary has regions"));
                if !regions.replicas.remove(to.as_str()) {
                    return Err(Refusal::NoReplica(there.arn()));
                }
                regions.replicas.insert(regions.primary.clone());
                to.as_str().clone_into(&mut regions.primary);
                let (rotation, on_demand) = (key.record.rotation.take(), key.record.rotated_on_demand);
                self.timers().cancel(&tx, timers::ROTATION, &key.arn()).await?;
                self.tell(&tx, &mut key, Some(&regions)).await?;
                let mut primary = read(&tx, &there).await?;
                primary.record.rotated_on_demand = on_demand;
                if let Some(rotation) = rotation {
                    self.plan(&tx, &mut primary, rotation.days, now).await?;
                }
                write(&tx, &primary)
            })
            .await
    }

    /// Takes a key that goes out of the lists of its others. A primary that waited for its last replica goes next.
    pub(super) async fn leave_regions(&self, tx: &Tx, key: &Key) -> Result<(), Refusal> {
        let Some(primary) = key.primary().filter(|_| key.is_replica()) else { return Ok(()) };
        let mut primary = read(tx, &primary).await?;
        let mut regions = primary.record.regions.clone();
        if let Some(regions) = &mut regions {
            regions.replicas.remove(key.home.region.as_str());
        }
        self.tell(tx, &mut primary, regions.as_ref()).await?;
        if let Some(Deletion::AfterReplicas { days }) = primary.record.deletion
            && !primary.has_replicas()
        {
            let at = self.now().plus(limits::DAY * days.unsigned_abs());
            primary.record.deletion = Some(Deletion::At { at, days });
            self.timers().schedule(tx, at, timers::DELETION, &primary.arn(), bytes::Bytes::new()).await?;
            write(tx, &primary)?;
        }
        Ok(())
    }

    /// Writes the regions of a key into its records in all of them.
    async fn tell(&self, tx: &Tx, key: &mut Key, regions: Option<&Regions>) -> Result<(), Refusal> {
        let all = regions.into_iter().flat_map(|regions| regions.replicas.iter().chain([&regions.primary]));
        let others: Vec<_> = all.map(|name| region(name)).filter(|region| *region != key.home.region).collect();
        for region in others {
            let mut other = read(tx, &key.home.in_region(region)).await?;
            other.record.regions = regions.cloned();
            write(tx, &other)?;
        }
        key.record.regions = regions.cloned();
        write(tx, key)
    }
}
