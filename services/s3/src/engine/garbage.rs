//! Files that no record names: those being written, those whose record is gone, those that a crash left.
//!
//! Each such file has a row in `garbage`, written before the file gets its name. Three things may happen to the row: the
//! transaction that makes a record name the file takes it away; the process that wrote it gives the file up; or a later
//! process finds it. To give up, the row is first marked dead, so that a transaction still under way meets a conflict and
//! cannot name a file that is about to go.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use service_kit::Wake;
use store::blobs::BlobId;
use store::{Order, Span, StoreError, Tx};

use super::Engine;
use super::content::Place;
use super::refusal::Refusal;
use crate::store::{BLOBS, GARBAGE, LAYOUTS, Number, OBJECTS, PARTS, SCOPE, VERSIONS};

/// A row of a file that nobody will name any more.
const DEAD: Number = Number(0);

/// Files removed in one pass.
const PASS: usize = 1_000;

/// Files that this process gave up.
#[derive(Default)]
pub(crate) struct GivenUp {
    files: Mutex<Vec<BlobId>>,
    /// Records were deleted underneath: files are to be counted again.
    recount: AtomicBool,
    wake: Wake,
}

/// A file that is being written, or is written and not named yet. Dropped, it is given up.
pub(crate) struct Writing {
    id: BlobId,
    named: bool,
    given_up: Arc<GivenUp>,
}

impl Writing {
    /// The file.
    pub(crate) fn id(&self) -> BlobId {
        self.id
    }

    /// A record names it now. Whoever forgets to say so costs a look at its row.
    pub(crate) fn named(mut self) {
        self.named = true;
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if !self.named {
            self.given_up.files.lock().push(self.id);
            self.given_up.wake.signal();
        }
    }
}

impl GivenUp {
    /// The service was reset.
    pub(crate) fn after_reset(&self) {
        self.recount.store(true, Ordering::Relaxed);
        self.wake.signal();
    }

    /// Wakes whoever removes them.
    pub(crate) fn wake(&self) -> &Wake {
        &self.wake
    }
}

impl Engine {
    /// Notes that this process is about to finish a file.
    pub(crate) async fn note(&self, id: BlobId) -> Result<Writing, StoreError> {
        let batch = store::Batch::new();
        GARBAGE.put(&batch, &SCOPE, &id.bits(), &self.mark().await?)?;
        let writing = Writing { id, named: false, given_up: self.given_up().clone() };
        self.store().write(batch).await?;
        Ok(writing)
    }

    /// The first record that names a file.
    pub(crate) async fn first_reference(&self, tx: &Tx, writing: &Writing) -> Result<(), Refusal> {
        let id = writing.id().bits();
        if GARBAGE.get(tx, &SCOPE, &id).await? != Some(self.mark().await?) {
            return Err(StoreError::NoBlob(writing.id().to_string().into()).into());
        }
        GARBAGE.delete(tx, &SCOPE, &id);
        Ok(BLOBS.put(tx, &SCOPE, &id, &Number(1))?)
    }

    /// One more record names a file.
    pub(crate) async fn further_reference(&self, tx: &Tx, id: BlobId) -> Result<(), Refusal> {
        let Number(count) = self.references(tx, id).await?;
        Ok(BLOBS.put(tx, &SCOPE, &id.bits(), &Number(count + 1))?)
    }

    /// One record fewer names a file; after the last it is garbage.
    pub(crate) async fn dereference(&self, tx: &Tx, id: BlobId) -> Result<(), Refusal> {
        match self.references(tx, id).await? {
            Number(0 | 1) => {
                BLOBS.delete(tx, &SCOPE, &id.bits());
                GARBAGE.put(tx, &SCOPE, &id.bits(), &DEAD)?;
                self.given_up().wake.signal();
            }
            Number(count) => BLOBS.put(tx, &SCOPE, &id.bits(), &Number(count - 1))?,
        }
        Ok(())
    }

    async fn references(&self, tx: &Tx, id: BlobId) -> Result<Number, StoreError> {
        let count = BLOBS.get(tx, &SCOPE, &id.bits()).await?;
        count.ok_or_else(|| StoreError::corrupt(format!("file {id} of S3, which is named but not counted")))
    }

    /// Removes files that nobody names, and that this process is not writing.
    pub(crate) async fn collect(&self) -> Result<(), Refusal> {
        if self.given_up().recount.swap(false, Ordering::Relaxed) {
            self.recount().await?;
        }
        let given_up = std::mem::take(&mut *self.given_up().files.lock());
        for id in given_up {
            self.bury(id).await?;
        }
        let (mut span, mine) = (Span::all(), self.mark().await?);
        loop {
            let view = self.store().read().await?;
            let rows = GARBAGE.scan(&view, &SCOPE, &span, Order::Ascending, PASS).await?;
            drop(view);
            let Some((last, _)) = rows.last() else { return Ok(()) };
            span = Span::all().after(last);
            for (bits, mark) in rows {
                let id = BlobId::from_bits(bits);
                if mark != mine && (mark == DEAD || self.bury(id).await?) {
                    self.erase(id).await?;
                }
            }
        }
    }

    /// Finds files that are counted and that no record names: those of a service that was reset. It reads everything, and is
    /// done only then.
    pub(crate) async fn recount(&self) -> Result<(), Refusal> {
        let view = self.store().read().await?;
        let mut unnamed: BTreeSet<u128> =
            BLOBS.scan_all(&view, &SCOPE, &Span::all()).await?.into_iter().map(|(id, _)| id).collect();
        let mut named = |place: Place| {
            if let Place::File(id) = place {
                unnamed.remove(&id.bits());
            }
        };
        for record in OBJECTS.scan_all(&view, &SCOPE, &Span::all()).await?.into_iter().map(|(_, record)| record) {
            named(record.content.place());
        }
        for record in VERSIONS.scan_all(&view, &SCOPE, &Span::all()).await?.into_iter().map(|(_, record)| record) {
            named(record.content.place());
        }
        for (_, layout) in LAYOUTS.scan_all(&view, &SCOPE, &Span::all()).await? {
            layout.pieces.iter().for_each(|piece| named(piece.place));
        }
        for (_, part) in PARTS.scan_all(&view, &SCOPE, &Span::all()).await? {
            named(part.place);
        }
        for id in unnamed {
            let batch = store::Batch::new();
            BLOBS.delete(&batch, &SCOPE, &id);
            GARBAGE.put(&batch, &SCOPE, &id, &DEAD)?;
            self.store().write(batch).await?;
        }
        Ok(())
    }

    /// Marks a file dead, unless a record named it in the meantime.
    async fn bury(&self, id: BlobId) -> Result<bool, Refusal> {
        let buried = self.store().transact(|tx| async move {
            let is_garbage = GARBAGE.get(&tx, &SCOPE, &id.bits()).await?.is_some();
            if is_garbage {
                GARBAGE.put(&tx, &SCOPE, &id.bits(), &DEAD)?;
            }
            Ok::<_, StoreError>(is_garbage)
        });
        Ok(buried.await?)
    }

    async fn erase(&self, id: BlobId) -> Result<(), StoreError> {
        self.blobs().delete(id).await?;
        let batch = store::Batch::new();
        GARBAGE.delete(&batch, &SCOPE, &id.bits());
        self.store().write(batch).await.map(drop)
    }

    /// What rows of files say that this process is writing.
    async fn mark(&self) -> Result<Number, StoreError> {
        self.process().await.map(Number)
    }
}
