//! New material for a key: of itself every so many days, or when somebody asks. What was encrypted before can still be
//! decrypted: no material of a key is ever dropped while the key is there.

use bytes::Bytes;
use names::{Region, Timestamp};
use store::Tx;

use super::home::Home;
use super::refusal::Refusal;
use super::spec::Spec;
use super::state::State;
use super::{Engine, Key, materials, read, timers, write};
use crate::limits;
use crate::store::{Current, MATERIALS, MaterialNo, MaterialRecord, RotatedBy, Rotation};

impl Key {
    /// Refuses keys that cannot be rotated at all.
    pub(crate) fn rotatable(&self) -> Result<(), Refusal> {
        if self.record.spec == Spec::SymmetricDefault { Ok(()) } else { Err(Refusal::NotSymmetric) }
    }

    fn rotates_itself(&self) -> Result<(), Refusal> {
        self.rotatable()?;
        if self.record.external {
            return Err(Refusal::Origin { arn: self.arn(), external: true });
        }
        self.customers()?;
        self.first()
    }

    /// Refuses replicas: the primary key rules all regions.
    fn first(&self) -> Result<(), Refusal> {
        if self.is_replica() { Err(Refusal::NotPrimary(self.arn())) } else { Ok(()) }
    }
}

impl Engine {
    /// Rotates a key every so many days from now on.
    pub(crate) async fn enable_rotation(&self, home: &Home, days: Option<i32>) -> Result<(), Refusal> {
        let now = self.now();
        self.store()
            .transact(|tx| async move {
                let mut key = read(&tx, home).await?;
                key.rotates_itself()?;
                key.usable()?;
                let before = key.record.rotation;
                let days = days.or(before.map(|rotation| rotation.days)).unwrap_or(limits::ROTATION_DAYS);
                if before.is_some_and(|rotation| rotation.days == days) {
                    return Ok(());
                }
                self.plan(&tx, &mut key, days, now).await?;
                write(&tx, &key)
            })
            .await
    }

    /// Rotates a key no more of itself.
    pub(crate) async fn disable_rotation(&self, home: &Home) -> Result<(), Refusal> {
        self.store()
            .transact(|tx| async move {
                let mut key = read(&tx, home).await?;
                key.rotates_itself()?;
                key.usable()?;
                key.record.rotation = None;
                self.timers().cancel(&tx, timers::ROTATION, &key.arn()).await?;
                write(&tx, &key)
            })
            .await
    }

    /// The automatic rotation of a key, which is its primary's. None while the key is to be deleted.
    pub(crate) async fn rotation(&self, key: &Key) -> Result<Option<Rotation>, Refusal> {
        key.rotatable()?;
        if key.record.deletion.is_some() {
            return Ok(None);
        }
        match key.primary() {
            Some(primary) if key.is_replica() => Ok(self.key(&primary).await?.record.rotation),
            _ => Ok(key.record.rotation),
        }
    }

    /// Rotates a key now: to new material, or to that which was imported for it.
    pub(crate) async fn rotate(&self, home: &Home) -> Result<(), Refusal> {
        let fresh = self.make(Spec::SymmetricDefault).await;
        let fresh = &self.sealed(&home.id, &fresh);
        let now = self.now();
        self.store()
            .transact(|tx| async move {
                let mut key = read(&tx, home).await?;
                // Of a pair that is off, AWS says that it is off.
                key.usable()?;
                key.rotatable()?;
                key.customers()?;
                key.first()?;
                if key.record.rotated_on_demand >= limits::ROTATIONS_ON_DEMAND {
                    return Err(Refusal::TooManyRotations(key.arn()));
                }
                key.record.rotated_on_demand += 1;
                if key.record.external {
                    self.rotate_in(&tx, &mut key, now).await?;
                } else {
                    self.take(&tx, &mut key, fresh, (now, RotatedBy::Demand)).await?;
                }
                write(&tx, &key)
            })
            .await
    }

    /// Rotates a key whose time has come. One that is off keeps its time, and is rotated when it is on again.
    pub(super) async fn rotate_due(&self, home: &Home) -> Result<(), Refusal> {
        let fresh = self.make(Spec::SymmetricDefault).await;
        let fresh = &self.sealed(&home.id, &fresh);
        let now = self.now();
        self.store()
            .transact(|tx| async move {
                let mut key = match read(&tx, home).await {
                    Err(Refusal::NoSuchKey(_)) => return Ok(()),
                    other => other?,
                };
                let Some(rotation) = key.record.rotation.filter(|rotation| rotation.next <= now) else { return Ok(()) };
                if key.state() != State::Enabled {
                    return Ok(());
                }
                self.take(&tx, &mut key, fresh, (now, RotatedBy::Period)).await?;
                self.plan(&tx, &mut key, rotation.days, now).await?;
                write(&tx, &key)
            })
            .await
    }

    /// All material of a key, the oldest first.
    pub(crate) async fn history(&self, key: &Key) -> Result<Vec<(MaterialNo, MaterialRecord)>, Refusal> {
        let view = self.store().read().await?;
        materials(&view, &key.home.scope(), &key.home.id).await
    }

    /// Sets the next rotation.
    pub(super) async fn plan(&self, tx: &Tx, key: &mut Key, days: i32, now: Timestamp) -> Result<(), Refusal> {
        let next = now.plus(limits::DAY * days.unsigned_abs());
        key.record.rotation = Some(Rotation { days, next });
        Ok(self.timers().schedule(tx, next, timers::ROTATION, &key.arn(), Bytes::new()).await?)
    }

    /// Makes material the one in use, in every region of the key.
    async fn take(
        &self,
        tx: &Tx,
        key: &mut Key,
        material: &MaterialRecord,
        rotated: (Timestamp, RotatedBy),
    ) -> Result<(), Refusal> {
        let material = MaterialRecord { rotated: Some(rotated), ..material.clone() };
        take_here(tx, key, &material)?;
        for region in key.replicas() {
            let mut replica = read(tx, &key.home.in_region(region)).await?;
            take_here(tx, &mut replica, &material)?;
            write(tx, &replica)?;
        }
        Ok(())
    }

    /// Makes imported material that waits for it the one in use, in every region of the key: each must have it.
    async fn rotate_in(&self, tx: &Tx, key: &mut Key, now: Timestamp) -> Result<(), Refusal> {
        let number = key.record.current.map_or(0, |current| current.number) + 1;
        self.rotate_in_here(tx, key, number, now).await?;
        for region in key.replicas() {
            let mut replica = read(tx, &key.home.in_region(region)).await?;
            self.rotate_in_here(tx, &mut replica, number, now).await?;
            write(tx, &replica)?;
        }
        Ok(())
    }

    async fn rotate_in_here(&self, tx: &Tx, key: &mut Key, number: MaterialNo, now: Timestamp) -> Result<(), Refusal> {
        let (scope, id) = (key.home.scope(), key.home.id.clone());
        let waiting = MATERIALS.get(tx, &scope, &(id.as_str(), number)).await?;
        let mut waiting = waiting.ok_or_else(|| Refusal::NothingToRotate(key.arn()))?;
        waiting.rotated = Some((now, RotatedBy::Demand));
        key.record.current = Some(Current { number, id: waiting.id });
        MATERIALS.put(tx, &scope, &(id.as_str(), number), &waiting)?;
        self.tell_completeness(tx, key).await
    }
}

fn take_here(tx: &Tx, key: &mut Key, material: &MaterialRecord) -> Result<(), Refusal> {
    key.record.materials += 1;
    let number = key.record.materials;
    key.record.current = Some(Current { number, id: material.id });
    Ok(MATERIALS.put(tx, &key.home.scope(), &(key.home.id.as_str(), number), material)?)
}

/// A region that a record names.
pub(super) fn region(name: &str) -> Region {
    Region::parse(name).expect("records hold regions that were parsed")
}
