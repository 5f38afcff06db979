//! Where the bytes of packages are. The same bytes are kept once for an account and region, however many versions name
//! them; a package is gone with the last that did. Environments see a directory that was made of them, which is made again
//! when it is missing.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use parking_lot::Mutex;
use store::blobs::{Blob, BlobId};
use store::{Order, Reader, Scope, Span, StoreError, Tx};

use super::home::Home;
use super::package::{self, Package};
use super::{Answer, Engine, Refusal};
use crate::limits;
use crate::store::{CODES, CodeRecord, LOOSE, Loose};

/// Which packages are being unpacked: one at a time each, and blobs being written.
#[derive(Default)]
pub(crate) struct Unpacking {
    turn: tokio::sync::Mutex<()>,
    writing: Arc<Mutex<BTreeSet<u128>>>,
}

/// Bytes that were written and that nobody names yet. Dropped, they are removed by a later sweep.
pub(crate) struct Written {
    blob: Blob,
    pub(crate) digest: String,
    pub(crate) size: u64,
    unpacked: u64,
    writing: Arc<Mutex<BTreeSet<u128>>>,
}

impl Drop for Written {
    fn drop(&mut self) {
        self.writing.lock().remove(&self.blob.id.bits());
    }
}

impl Engine {
    /// Writes the bytes of a package.
    pub(crate) async fn write_code(&self, home: &Home, package: Package) -> Answer<Written> {
        let mut writer = self.0.blobs.create(None).await?;
        let (id, scope, since) = (writer.id().bits(), &home.scope(), self.now());
        self.0.unpacking.writing.lock().insert(id);
        self.note_loose(scope, id, since).await?;
        let size = package.bytes.len() as u64;
        writer.write(package.bytes).await?;
        let blob = writer.finish().await?;
        let writing = self.0.unpacking.writing.clone();
        Ok(Written { blob, digest: package.digest, size, unpacked: package.unpacked, writing })
    }

    async fn note_loose(&self, scope: &Scope, id: u128, since: names::Timestamp) -> Result<(), StoreError> {
        self.store().transact(|tx| async move { LOOSE.put(&tx, scope, &id, &Loose { since }) }).await
    }

    /// Names written bytes once more in a transaction: those that are there already, where they are the same.
    pub(crate) async fn name_written(&self, tx: &Tx, scope: &Scope, written: &Written) -> Answer<()> {
        let there = CODES.get(tx, scope, &written.digest).await?;
        let record = match there {
            Some(there) => CodeRecord { uses: there.uses + 1, ..there },
            None => {
                self.make_room(tx, scope, written.size).await?;
                LOOSE.delete(tx, scope, &written.blob.id.bits());
                CodeRecord { blob: written.blob, uses: 1, unpacked: written.unpacked }
            }
        };
        Ok(CODES.put(tx, scope, &written.digest, &record)?)
    }

    /// Names a package once more.
    pub(crate) async fn name_again(&self, tx: &Tx, scope: &Scope, digest: &str) -> Answer<()> {
        let there = CODES.get(tx, scope, &digest).await?.ok_or(Refusal::Nothing)?;
        Ok(CODES.put(tx, scope, &digest, &CodeRecord { uses: there.uses + 1, ..there })?)
    }

    /// Names a package once less; the last time, its bytes are to be removed.
    pub(crate) async fn unname(&self, tx: &Tx, scope: &Scope, digest: &str) -> Result<(), StoreError> {
        let Some(there) = CODES.get(tx, scope, &digest).await? else { return Ok(()) };
        if there.uses > 1 {
            return CODES.put(tx, scope, &digest, &CodeRecord { uses: there.uses - 1, ..there });
        }
        CODES.delete(tx, scope, &digest);
        LOOSE.put(tx, scope, &there.blob.id.bits(), &Loose { since: self.now() })
    }

    /// Bytes of all packages of an account in a region.
    pub(crate) async fn stored(&self, reader: &impl Reader, scope: &Scope) -> Result<u64, StoreError> {
        let all = CODES.scan_all(reader, scope, &Span::all()).await?;
        Ok(all.iter().map(|(_, code)| code.blob.length * u64::from(code.uses)).sum())
    }

    async fn make_room(&self, tx: &Tx, scope: &Scope, size: u64) -> Answer<()> {
        let stored = self.stored(tx, scope).await?;
        if stored + size > limits::CODE_STORAGE { Err(Refusal::NoRoom) } else { Ok(()) }
    }

    /// What a package is.
    pub(crate) async fn code(&self, home: &Home, digest: &str) -> Result<Option<CodeRecord>, StoreError> {
        CODES.get(&self.store().read().await?, &home.scope(), &digest).await
    }

    /// The bytes of a package.
    pub(crate) async fn code_bytes(&self, home: &Home, digest: &str) -> Result<Bytes, StoreError> {
        let missing = || StoreError::corrupt("the package of a version");
        let blob = self.code(home, digest).await?.ok_or_else(missing)?.blob;
        let mut reader = self.0.blobs.open(blob.id, None, 0..blob.length).await?;
        let mut bytes = BytesMut::with_capacity(usize::try_from(blob.length).unwrap_or_default());
        while let Some(piece) = reader.next().await? {
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes.freeze())
    }

    /// The directory of an unpacked package. Made under another name and then renamed: what is there is whole.
    pub(crate) async fn unpacked(&self, home: &Home, digest: &str) -> Result<PathBuf, StoreError> {
        let folder = self.0.scratch.join("code").join(package::folder(digest));
        if tokio::fs::try_exists(&folder).await.unwrap_or(false) {
            return Ok(folder);
        }
        let _turn = self.0.unpacking.turn.lock().await;
        if tokio::fs::try_exists(&folder).await.unwrap_or(false) {
            return Ok(folder);
        }
        let bytes = self.code_bytes(home, digest).await?;
        let making = self.0.scratch.join("making").join(self.0.runtime.random.hex(32));
        let target = folder.clone();
        let unpacked = tokio::task::spawn_blocking(move || {
            package::unpack(&bytes, &making)?;
            std::fs::create_dir_all(target.parent().unwrap_or(&target))?;
            match std::fs::rename(&making, &target) {
                // Another process made the same.
                Err(_) if target.exists() => std::fs::remove_dir_all(&making),
                renamed => renamed,
            }
        });
        let done = unpacked.await.map_err(|error| StoreError::corrupt(error.to_string()))?;
        done.map_err(|error| StoreError::corrupt(format!("a package cannot be unpacked: {error}")))?;
        Ok(folder)
    }

    /// Removes bytes that nobody names, but for those that are being written.
    pub(crate) async fn sweep_code(&self) -> Result<(), StoreError> {
        let view = self.store().read().await?;
        for scope in Scope::all(&view).await? {
            for (id, _) in LOOSE.scan(&view, &scope, &Span::all(), Order::Ascending, 1_000).await? {
                if self.0.unpacking.writing.lock().contains(&id) {
                    continue;
                }
                self.0.blobs.delete(BlobId::from_bits(id)).await?;
                let scope = &scope;
                self.store()
                    .transact(|tx| async move {
                        LOOSE.delete(&tx, scope, &id);
                        Ok::<_, StoreError>(())
                    })
                    .await?;
            }
        }
        Ok(())
    }
}
