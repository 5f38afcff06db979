//! Virtual MFA devices: made with a fresh seed, given to a user or root who shows two codes in a row, taken back.

use names::Tags;
use store::{Reader, Span, Tx};

use super::count::Counted;
use super::flaw::{Flaw, Thing, exists, missing};
use super::home::Home;
use super::listing::list;
use super::refusal::Refusal;
use super::totp::{self, Code, SEED_BYTES};
use super::{Engine, owned};
use crate::limits;
use crate::store::Sort;
use crate::store::credential::{DEVICES, DeviceHolder, DeviceRecord};

/// A device as it is made: the only time its seed is told.
pub(crate) struct FreshDevice {
    /// Serial number: its ARN.
    pub(crate) serial: String,
    /// The seed in base 32.
    pub(crate) seed: String,
}

/// The device of a serial number.
pub(crate) async fn find(reader: &impl Reader, home: Home, serial: &str) -> Result<DeviceRecord, Refusal> {
    let found = DEVICES.get(reader, &home.scope(), &serial).await?;
    found.ok_or_else(|| missing(Thing::Device, serial))
}

/// The device of a serial number, if it is the owner's, and since when.
async fn held(
    reader: &impl Reader,
    home: Home,
    owner: &str,
    serial: &str,
) -> Result<(DeviceRecord, DeviceHolder), Refusal> {
    let device = find(reader, home, serial).await?;
    let holder = device.holder.clone().filter(|holder| holder.owner == owner);
    holder.map(|holder| (device, holder)).ok_or_else(|| missing(Thing::Device, serial))
}

impl Engine {
    /// Makes a device that nobody has yet.
    pub(crate) async fn create_device(
        &self,
        home: Home,
        path: &str,
        name: &str,
        tags: Tags,
    ) -> Result<FreshDevice, Refusal> {
        let (serial, seed) = (home.arn_of("mfa", path, name), self.random().bytes::<SEED_BYTES>());
        let sealed = self.secrets().close(self.random(), serial.as_bytes(), &seed);
        let (serial, device) = (&serial, &DeviceRecord { seed: sealed, tags, holder: None });
        self.change(home.account, |tx| async move {
            if DEVICES.get(&tx, &home.scope(), serial).await?.is_some() {
                return Err(exists(Thing::Device, serial));
            }
            Counted::MfaDevices.add(&tx, &home.scope()).await?;
            Ok(DEVICES.put(&tx, &home.scope(), serial, device)?)
        })
        .await?;
        Ok(FreshDevice { serial: serial.clone(), seed: totp::base32(&seed) })
    }

    /// Gives a device to an owner who shows two of its codes in a row.
    pub(crate) async fn enable_device(
        &self,
        home: Home,
        owner: &str,
        serial: &str,
        codes: (Code, Code),
    ) -> Result<(), Refusal> {
        let now = self.now();
        self.change(home.account, |tx| async move {
            let mut device = find(&tx, home, serial).await?;
            if device.holder.is_some() {
                return Err(exists(Thing::Assigned, serial));
            }
            if owned::ids(&tx, home, owner, Sort::Mfa).await?.len() >= limits::DEVICES {
                return Err(Refusal::Quota("MFADevicesPerUser", limits::DEVICES as u64));
            }
            let pace = totp::synchronise(&self.seed(serial, &device)?, codes.0, codes.1, now, None);
            let pace = pace.ok_or(Flaw::Code)?;
            device.holder = Some(DeviceHolder { owner: owner.to_owned(), enabled: now, pace });
            owned::give(&tx, home, owner, Sort::Mfa, serial).await?;
            Ok(DEVICES.put(&tx, &home.scope(), &serial, &device)?)
        })
        .await
    }

    /// Learns anew where a device's clock stands.
    pub(crate) async fn synchronise_device(
        &self,
        home: Home,
        owner: &str,
        serial: &str,
        codes: (Code, Code),
    ) -> Result<(), Refusal> {
        let now = self.now();
        self.change(home.account, |tx| async move {
            let (device, holder) = held(&tx, home, owner, serial).await?;
            let spent = Some(holder.pace.spent);
            let pace = totp::synchronise(&self.seed(serial, &device)?, codes.0, codes.1, now, spent);
            let holder = DeviceHolder { pace: pace.ok_or(Flaw::Code)?, ..holder };
            put(&tx, home, serial, DeviceRecord { holder: Some(holder), ..device })
        })
        .await
    }

    /// Whether an owner's device shows a code now. A code counts once: the same again is wrong.
    pub(crate) async fn check_code(&self, home: Home, owner: &str, serial: &str, code: &str) -> Result<bool, Refusal> {
        let Some(code) = Code::parse(code) else { return Ok(false) };
        let now = self.now();
        let checked = self
            .store()
            .transact(|tx| async move {
                let (device, holder) = held(&tx, home, owner, serial).await?;
                let pace = totp::accept(&self.seed(serial, &device)?, holder.pace, code, now).ok_or(Flaw::Code)?;
                let holder = DeviceHolder { pace, ..holder };
                put(&tx, home, serial, DeviceRecord { holder: Some(holder), ..device })
            })
            .await;
        match checked {
            Ok(()) => Ok(true),
            Err(Refusal::Flaw(_)) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Takes a device from its owner.
    pub(crate) async fn deactivate_device(&self, home: Home, owner: &str, serial: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let (device, _) = held(&tx, home, owner, serial).await?;
            owned::take(&tx, home, owner, Sort::Mfa, serial);
            put(&tx, home, serial, DeviceRecord { holder: None, ..device })
        })
        .await
    }

    /// Deletes a device that nobody has.
    pub(crate) async fn delete_device(&self, home: Home, serial: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            if find(&tx, home, serial).await?.holder.is_some() {
                return Err(Flaw::DeviceInUse.into());
            }
            DEVICES.delete(&tx, &home.scope(), &serial);
            Ok(Counted::MfaDevices.remove(&tx, &home.scope()).await?)
        })
        .await
    }

    /// A device.
    pub(crate) async fn device(&self, home: Home, serial: &str) -> Result<DeviceRecord, Refusal> {
        find(&self.view().await?, home, serial).await
    }

    /// The devices of an owner, by serial number.
    pub(crate) async fn devices_of(&self, home: Home, owner: &str) -> Result<Vec<(String, DeviceHolder)>, Refusal> {
        let (view, mut devices) = (self.view().await?, Vec::new());
        for serial in owned::ids(&view, home, owner, Sort::Mfa).await? {
            let holder = DEVICES.get(&view, &home.scope(), &serial).await?.and_then(|device| device.holder);
            devices.extend(holder.map(|holder| (serial, holder)));
        }
        Ok(devices)
    }

    /// A page of devices, by serial number: all, or only those that somebody or nobody has.
    pub(crate) async fn devices(
        &self,
        home: Home,
        assigned: Option<bool>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, DeviceRecord)>, Refusal> {
        let span = after.map_or_else(Span::all, |after| Span::all().after(&after));
        let fits = |_: &_, device: &DeviceRecord| assigned.is_none_or(|assigned| device.holder.is_some() == assigned);
        Ok(list(&self.view().await?, &DEVICES, &home.scope(), span, limit, fits).await?)
    }

    /// Changes a device's tags.
    pub(crate) async fn retag_device(
        &self,
        home: Home,
        serial: &str,
        edit: impl Fn(&mut Tags) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let edit = &edit;
        self.change(home.account, |tx| async move {
            let mut device = find(&tx, home, serial).await?;
            edit(&mut device.tags)?;
            put(&tx, home, serial, device)
        })
        .await
    }

    fn seed(&self, serial: &str, device: &DeviceRecord) -> Result<Vec<u8>, Refusal> {
        Ok(self.secrets().open(serial.as_bytes(), &device.seed)?)
    }
}

fn put(tx: &Tx, home: Home, serial: &str, device: DeviceRecord) -> Result<(), Refusal> {
    Ok(DEVICES.put(tx, &home.scope(), &serial, &device)?)
}
