//! Content: taken in while it comes, small in a record or large in files, read in part, gone when no record names it.
//!
//! A file is durable before a record names it. While it is written, a row of `garbage` says so; the transaction that makes a
//! record name it takes the row away. Whatever cuts an upload short leaves the row, and by it the file is found.

use std::collections::BTreeSet;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use parking_lot::Mutex;
use service_kit::Wake;
use smithy::ByteStream;
use store::blobs::{BlobId, BlobWriter, SMALL};
use store::{Batch, Scope, Span, StoreError, Tx};

use super::tree::{Hash, TreeHasher};
use super::{Answer, Engine, Refusal};
use crate::store::{ARCHIVES, Content, Count, FILES, GARBAGE, JOBS, Mark, PARTS, Piece};

/// A file that no record will ever name.
const DEAD: Mark = Mark(0);
/// Pieces read ahead of the client.
const AHEAD: usize = 2;

/// Files that this process gave up. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct GivenUp {
    files: Arc<Mutex<Vec<u128>>>,
    /// Records were deleted underneath: who names which file is to be found anew.
    recount: Arc<AtomicBool>,
    /// Wakes whoever removes them.
    pub(crate) wake: Wake,
}

impl GivenUp {
    /// The service was reset.
    pub(crate) fn after_reset(&self) {
        self.recount.store(true, Ordering::Relaxed);
        self.wake.signal();
    }
}

/// A file that is written and not named yet. Dropped before it is, it is given up.
pub(crate) struct Writing {
    file: u128,
    given_up: Option<GivenUp>,
}

impl Drop for Writing {
    fn drop(&mut self) {
        if let Some(given_up) = self.given_up.take() {
            given_up.files.lock().push(self.file);
            given_up.wake.signal();
        }
    }
}

/// Content that was taken in and is named by no record yet.
pub(crate) enum Fresh {
    /// Small, encrypted.
    Small(Vec<u8>, u64),
    /// A durable file.
    File(Writing, u64),
}

/// Content taken in, with what was found on the way.
pub(crate) struct Taken {
    pub(crate) fresh: Fresh,
    pub(crate) length: u64,
    pub(crate) hash: Hash,
}

impl Fresh {
    /// A record names it now.
    pub(crate) fn named(self) {
        if let Self::File(mut writing, _) = self {
            writing.given_up = None;
        }
    }
}

impl Engine {
    /// Takes in a body of at most `most` bytes.
    pub(crate) async fn take_in(&self, body: ByteStream, most: u64) -> Answer<Taken> {
        let (mut hasher, mut length, mut buffer) = (TreeHasher::default(), 0_u64, BytesMut::new());
        let mut writer: Option<Box<dyn BlobWriter>> = None;
        let mut pieces = body.pieces;
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(Refusal::Body)?;
            length += piece.len() as u64;
            if length > most {
                return Err(Refusal::TooLarge);
            }
            hasher.update(&piece);
            match &mut writer {
                Some(writer) => writer.write(piece).await?,
                None => buffer.extend_from_slice(&piece),
            }
            if writer.is_none() && buffer.len() > SMALL {
                let mut begun = self.blobs().create(None).await?;
                begun.write(buffer.split().freeze()).await?;
                writer = Some(begun);
            }
        }
        let fresh = match writer {
            None => Fresh::Small(self.blobs().seal(None, &buffer)?.to_vec(), length),
            Some(writer) => self.finish(writer, length).await?,
        };
        Ok(Taken { fresh, length, hash: hasher.finish() })
    }

    async fn finish(&self, writer: Box<dyn BlobWriter>, length: u64) -> Answer<Fresh> {
        let file = writer.id().bits();
        let note = Batch::new();
        GARBAGE.put(&note, &Scope::Global, &file, &self.mark())?;
        self.store().write(note).await?;
        let writing = Writing { file, given_up: Some(self.given_up().clone()) };
        writer.finish().await?;
        Ok(Fresh::File(writing, length))
    }

    /// Makes fresh content that of a record written in the same transaction.
    pub(crate) async fn keep(&self, tx: &Tx, fresh: &Fresh) -> Result<Content, StoreError> {
        let (file, length) = match fresh {
            Fresh::Small(sealed, length) => return Ok(Content(vec![Piece::Small(sealed.clone(), *length)])),
            Fresh::File(writing, length) => (writing.file, *length),
        };
        if GARBAGE.get(tx, &Scope::Global, &file).await? != Some(self.mark()) {
            return Err(StoreError::corrupt("a file of Glacier was given up before it was named"));
        }
        GARBAGE.delete(tx, &Scope::Global, &file);
        FILES.put(tx, &Scope::Global, &file, &Count(1))?;
        Ok(Content(vec![Piece::File(file, length)]))
    }

    /// One more record names a content.
    pub(crate) async fn share(&self, tx: &Tx, content: &Content) -> Result<(), StoreError> {
        for file in files(content) {
            let Count(count) = FILES.get(tx, &Scope::Global, &file).await?.unwrap_or(Count(0));
            FILES.put(tx, &Scope::Global, &file, &Count(count + 1))?;
        }
        Ok(())
    }

    /// One record fewer names a content.
    pub(crate) async fn release(&self, tx: &Tx, content: &Content) -> Result<(), StoreError> {
        for file in files(content) {
            match FILES.get(tx, &Scope::Global, &file).await? {
                Some(Count(count)) if count > 1 => FILES.put(tx, &Scope::Global, &file, &Count(count - 1))?,
                _ => {
                    FILES.delete(tx, &Scope::Global, &file);
                    GARBAGE.put(tx, &Scope::Global, &file, &DEAD)?;
                }
            }
        }
        self.given_up().wake.signal();
        Ok(())
    }

    /// Reads a part of a content, while the client takes it.
    pub(crate) fn read_content(&self, content: &Content, range: Range<u64>) -> ByteStream {
        let (send, mut pieces) = tokio::sync::mpsc::channel(AHEAD);
        let (engine, content, length) = (self.clone(), content.clone(), range.end - range.start);
        tokio::spawn(async move {
            if let Err(error) = engine.pump(&content, range, &send).await {
                // Nobody reads any more when this fails too.
                let _ = send.send(Err(io::Error::other(error))).await;
            }
        });
        ByteStream::new(Some(length), futures_util::stream::poll_fn(move |turn| pieces.poll_recv(turn)))
    }

    async fn pump(
        &self,
        content: &Content,
        range: Range<u64>,
        send: &tokio::sync::mpsc::Sender<io::Result<Bytes>>,
    ) -> Result<(), StoreError> {
        let mut start = 0;
        for piece in &content.0 {
            let (Piece::Small(_, length) | Piece::File(_, length)) = piece;
            let inside = range.start.max(start)..range.end.min(start + length);
            let part = inside.start.saturating_sub(start)..inside.end.saturating_sub(start);
            start += length;
            if part.is_empty() {
                continue;
            }
            let sent = match piece {
                Piece::Small(sealed, _) => {
                    let whole = self.blobs().unseal(None, Bytes::copy_from_slice(sealed))?;
                    let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(whole.len());
                    send.send(Ok(whole.slice(at(part.start)..at(part.end)))).await.is_ok()
                }
                Piece::File(file, _) => self.pump_file(*file, part, send).await?,
            };
            if !sent {
                break;
            }
        }
        Ok(())
    }

    /// Whether anybody still reads.
    async fn pump_file(
        &self,
        file: u128,
        part: Range<u64>,
        send: &tokio::sync::mpsc::Sender<io::Result<Bytes>>,
    ) -> Result<bool, StoreError> {
        let mut reader = self.blobs().open(BlobId::from_bits(file), None, part).await?;
        while let Some(piece) = reader.next().await? {
            if send.send(Ok(piece)).await.is_err() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Removes files that no record names and that this process does not write.
    pub(crate) async fn collect(&self) -> Result<(), StoreError> {
        if self.given_up().recount.swap(false, Ordering::Relaxed) {
            self.recount().await?;
        }
        let given_up = std::mem::take(&mut *self.given_up().files.lock());
        for file in given_up {
            self.bury(file).await?;
        }
        let rows = GARBAGE.scan_all(&self.store().read().await?, &Scope::Global, &Span::all()).await?;
        for (file, _) in rows.into_iter().filter(|(_, mark)| *mark != self.mark()) {
            self.blobs().delete(BlobId::from_bits(file)).await?;
            let gone = Batch::new();
            GARBAGE.delete(&gone, &Scope::Global, &file);
            self.store().write(gone).await?;
        }
        Ok(())
    }

    /// Finds files that are counted and that no record names: those of a service that was reset.
    async fn recount(&self) -> Result<(), StoreError> {
        let view = self.store().read().await?;
        let archives = ARCHIVES.scan_everywhere(&view).await?.into_iter().map(|(_, _, one)| one.content);
        let parts = PARTS.scan_everywhere(&view).await?.into_iter().map(|(_, _, one)| one.content);
        let jobs = JOBS.scan_everywhere(&view).await?.into_iter().filter_map(|(_, _, one)| Some(one.output?.0));
        let named: BTreeSet<u128> =
            archives.chain(parts).chain(jobs).flat_map(|one| files(&one).collect::<Vec<_>>()).collect();
        let gone = Batch::new();
        for (file, _) in FILES.scan_all(&view, &Scope::Global, &Span::all()).await? {
            if !named.contains(&file) {
                FILES.delete(&gone, &Scope::Global, &file);
                GARBAGE.put(&gone, &Scope::Global, &file, &DEAD)?;
            }
        }
        self.store().write(gone).await.map(drop)
    }

    /// Marks a file that was given up, unless a record names it by now: whoever is still about to name it meets a conflict.
    async fn bury(&self, file: u128) -> Result<(), StoreError> {
        self.store()
            .transact(|tx| async move {
                if GARBAGE.get(&tx, &Scope::Global, &file).await?.is_some() {
                    GARBAGE.put(&tx, &Scope::Global, &file, &DEAD)?;
                }
                Ok(())
            })
            .await
    }
}

fn files(content: &Content) -> impl Iterator<Item = u128> + '_ {
    content.0.iter().filter_map(|piece| match piece {
        Piece::File(file, _) => Some(*file),
        Piece::Small(..) => None,
    })
}
