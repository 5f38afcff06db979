//! Content of versions and parts: taken in while it comes, kept small in a record or large in files, read in part.
//!
//! A file is durable before a record names it. While it is being written, a row of `garbage` says so; the transaction that
//! makes a record name it takes the row away. Whatever cuts a request short leaves the row, and by it the file is found.

use std::ops::Range;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use serde::{Deserialize, Serialize};
use smithy::ByteStream;
use store::blobs::{BlobId, BlobKey, BlobWriter, SMALL};
use store::{Raw, Reader, StoreError, Tx};

use super::Engine;
use super::checksum::{Hasher, Hashes};
use super::garbage::Writing;
use super::refusal::Refusal;
use crate::store::{CONTENTS, LAYOUTS, Layout, No, SCOPE};

/// Where the content of a version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Content {
    /// There is none.
    Empty,
    /// In one place.
    One(Place),
    /// In several: its layout is kept under the number of the version.
    Many,
    /// In several: its layout is kept under this number, since the version has that of another.
    Laid(No),
}

impl Content {
    /// The place of content that is in one.
    pub(crate) fn place(&self) -> Place {
        match self {
            Self::One(place) => *place,
            Self::Empty | Self::Many | Self::Laid(_) => Place::None,
        }
    }

    /// Where the layout of content in several places is. `no` is the version's number.
    pub(crate) fn layout(&self, no: No) -> Option<No> {
        match self {
            Self::Many => Some(no),
            Self::Laid(at) => Some(*at),
            Self::Empty | Self::One(_) => None,
        }
    }
}

/// A place for bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Place {
    /// Nowhere: no bytes.
    None,
    /// A row of `content`.
    Row(No),
    /// A file.
    File(BlobId),
}

/// One of several pieces of a content: a part of a multipart upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Piece {
    /// Where it is.
    pub place: Place,
    /// Its bytes.
    pub length: u64,
    /// The number of the part.
    pub number: u16,
    /// The part's checksum by the object's algorithm.
    pub checksum: Option<Vec<u8>>,
}

/// Content that was taken in and is named by no record yet. Dropped, it is garbage.
pub(crate) enum Fresh {
    /// No bytes.
    Empty,
    /// Small, encrypted.
    Small(Bytes),
    /// A durable file.
    File(Writing),
}

/// Content taken in, with what was found on the way.
pub(crate) struct TakenIn {
    /// The content.
    pub fresh: Fresh,
    /// What it hashes to.
    pub hashes: Hashes,
}

impl Fresh {
    /// A record names it now.
    pub(crate) fn named(self) {
        if let Self::File(writing) = self {
            writing.named();
        }
    }
}

/// Bytes hashed and written at one go, off the threads that serve the network.
const BATCH: usize = 512 * 1024;

impl Engine {
    /// Takes in a body of at most `most` bytes. `check` sees the hashes when the body has ended well, and may refuse it:
    /// nothing is kept then.
    pub(crate) async fn take_in(
        &self,
        body: ByteStream,
        hasher: Hasher,
        key: Option<BlobKey>,
        most: u64,
        check: impl FnOnce(&Hashes) -> Result<(), Refusal>,
    ) -> Result<TakenIn, Refusal> {
        if let Some(length) = body.length.filter(|length| *length > most) {
            return Err(Refusal::TooLarge { length });
        }
        let mut intake = Intake { engine: self, key, hasher: Some(hasher), batch: BytesMut::new(), writer: None };
        let mut pieces = body.pieces;
        while let Some(piece) = pieces.next().await {
            intake.push(piece.map_err(Refusal::Body)?, most).await?;
        }
        intake.finish(check).await
    }

    /// Hashes content without keeping it.
    pub(crate) async fn hash(&self, body: ByteStream, mut hasher: Hasher) -> Result<Hashes, Refusal> {
        let mut pieces = body.pieces;
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(Refusal::Body)?;
            let hashed = tokio::task::spawn_blocking(move || {
                hasher.update(&piece);
                hasher
            });
            hasher = hashed.await.map_err(StoreError::unavailable)?;
        }
        Ok(hasher.finish())
    }

    /// Makes fresh content the content of a record that is written in the same transaction.
    pub(crate) async fn keep(&self, tx: &Tx, fresh: &Fresh) -> Result<Place, Refusal> {
        match fresh {
            Fresh::Empty => Ok(Place::None),
            Fresh::Small(sealed) => {
                let no = self.number().await?;
                CONTENTS.put(tx, &SCOPE, &no, &Raw(sealed.clone()))?;
                Ok(Place::Row(no))
            }
            Fresh::File(writing) => {
                self.first_reference(tx, writing).await?;
                Ok(Place::File(writing.id()))
            }
        }
    }

    /// Takes away a content, with the record that named it. `no` is the version's number.
    pub(crate) async fn release(&self, tx: &Tx, no: No, content: Content) -> Result<(), Refusal> {
        let Some(at) = content.layout(no) else { return self.release_place(tx, content.place()).await };
        for piece in self.layout(tx, at).await?.pieces {
            self.release_place(tx, piece.place).await?;
        }
        LAYOUTS.delete(tx, &SCOPE, &at);
        Ok(())
    }

    /// Takes away what is in one place.
    pub(crate) async fn release_place(&self, tx: &Tx, place: Place) -> Result<(), Refusal> {
        match place {
            Place::None => {}
            Place::Row(no) => CONTENTS.delete(tx, &SCOPE, &no),
            Place::File(id) => self.dereference(tx, id).await?,
        }
        Ok(())
    }

    /// A second record's share in a content: files are shared, rows copied. Only where both are read
    /// with the same key.
    pub(crate) async fn share(&self, tx: &Tx, from: No, content: Content, to: No) -> Result<Content, Refusal> {
        let Some(at) = content.layout(from) else {
            return Ok(match content {
                Content::One(place) => Content::One(self.share_place(tx, place).await?),
                other => other,
            });
        };
        let mut layout = self.layout(tx, at).await?;
        for piece in &mut layout.pieces {
            piece.place = self.share_place(tx, piece.place).await?;
        }
        LAYOUTS.put(tx, &SCOPE, &to, &layout)?;
        Ok(Content::Many)
    }

    async fn share_place(&self, tx: &Tx, place: Place) -> Result<Place, Refusal> {
        match place {
            Place::None => Ok(Place::None),
            Place::Row(no) => {
                let row = CONTENTS.get(tx, &SCOPE, &no).await?.ok_or_else(|| missing("content", no))?;
                let copy = self.number().await?;
                CONTENTS.put(tx, &SCOPE, &copy, &row)?;
                Ok(Place::Row(copy))
            }
            Place::File(id) => self.further_reference(tx, id).await.map(|()| place),
        }
    }

    /// The pieces of a version's content.
    pub(crate) async fn layout(&self, reader: &impl Reader, no: No) -> Result<Layout, StoreError> {
        LAYOUTS.get(reader, &SCOPE, &no).await?.ok_or_else(|| missing("layout", no))
    }

    /// Reads a range of a version's content. What is deleted while it is read is still read to its end.
    pub(crate) async fn read(
        &self,
        no: No,
        content: Content,
        key: Option<BlobKey>,
        range: Range<u64>,
    ) -> Result<ByteStream, StoreError> {
        let length = range.end - range.start;
        let (pieces, range) = match content {
            _ if length == 0 => return Ok(ByteStream::from(Bytes::new())),
            Content::Empty => return Ok(ByteStream::from(Bytes::new())),
            Content::One(Place::Row(no)) => return Ok(ByteStream::from(self.row(no, key, range).await?)),
            Content::One(place) => (vec![(place, range.end)], range),
            Content::Many => cut(self.layout(&self.store().read().await?, no).await?, range),
            Content::Laid(at) => cut(self.layout(&self.store().read().await?, at).await?, range),
        };
        let mut reading = Reading { engine: self.clone(), key, pieces, range, open: None };
        // What cannot be read at all is told before an answer has begun.
        let first = reading.next().await?;
        let rest = futures_util::stream::try_unfold(reading, |mut reading| async move {
            let next = reading.next().await.map_err(std::io::Error::other)?;
            Ok(next.map(|bytes| (bytes, reading)))
        });
        let first = futures_util::stream::iter(first.map(Ok));
        Ok(ByteStream::new(Some(length), Shared(Mutex::new(Box::pin(first.chain(rest))))))
    }

    async fn row(&self, no: No, key: Option<BlobKey>, range: Range<u64>) -> Result<Bytes, StoreError> {
        let view = self.store().read().await?;
        let Raw(sealed) = CONTENTS.get(&view, &SCOPE, &no).await?.ok_or_else(|| missing("content", no))?;
        let content = self.blobs().unseal(key.as_ref(), sealed)?;
        let end = range.end.min(content.len() as u64);
        Ok(content.slice(range.start.min(end) as usize..end as usize))
    }
}

fn missing(what: &str, no: No) -> StoreError {
    StoreError::corrupt(format!("{what} {no} of S3, which is not there"))
}

/// The pieces that a range touches, each with the end of what is wanted of it, and the range counted from the first's start.
fn cut(layout: Layout, range: Range<u64>) -> (Vec<(Place, u64)>, Range<u64>) {
    let (mut pieces, mut start, mut before) = (Vec::new(), 0, 0);
    for piece in layout.pieces {
        let end = start + piece.length;
        if piece.length > 0 && end > range.start && start < range.end {
            if pieces.is_empty() {
                before = start;
            }
            pieces.push((piece.place, range.end.min(end) - start));
        }
        start = end;
    }
    (pieces, range.start - before..range.end - before)
}

/// Content being taken in.
struct Intake<'a> {
    engine: &'a Engine,
    key: Option<BlobKey>,
    /// None while another thread has it.
    hasher: Option<Hasher>,
    batch: BytesMut,
    writer: Option<Box<dyn BlobWriter>>,
}

impl Intake<'_> {
    async fn push(&mut self, piece: Bytes, most: u64) -> Result<(), Refusal> {
        let so_far = self.hasher.as_ref().map_or(0, Hasher::length) + (self.batch.len() + piece.len()) as u64;
        if so_far > most {
            return Err(Refusal::TooLarge { length: so_far });
        }
        self.batch.extend_from_slice(&piece);
        if self.batch.len() >= BATCH { self.flush().await } else { Ok(()) }
    }

    /// Hashes on one thread while another encrypts and writes.
    async fn flush(&mut self) -> Result<(), Refusal> {
        let batch = self.batch.split().freeze();
        let mut writer = match self.writer.take() {
            Some(writer) => writer,
            None => self.engine.blobs().create(self.key.clone()).await?,
        };
        let (mut hasher, hashed) = (self.hasher.take().expect("it comes back below"), batch.clone());
        let hashing = tokio::task::spawn_blocking(move || {
            hasher.update(&hashed);
            hasher
        });
        let (hasher, written) = tokio::join!(hashing, writer.write(batch));
        self.hasher = Some(hasher.map_err(StoreError::unavailable)?);
        written?;
        self.writer = Some(writer);
        Ok(())
    }

    async fn finish(mut self, check: impl FnOnce(&Hashes) -> Result<(), Refusal>) -> Result<TakenIn, Refusal> {
        if self.writer.is_some() || self.batch.len() > SMALL {
            if !self.batch.is_empty() {
                self.flush().await?;
            }
            let hashes = self.hasher.take().expect("nobody has it now").finish();
            check(&hashes)?;
            let writer = self.writer.take().expect("a flush leaves one");
            let writing = self.engine.note(writer.id()).await?;
            writer.finish().await?;
            return Ok(TakenIn { fresh: Fresh::File(writing), hashes });
        }
        let mut hasher = self.hasher.take().expect("nobody has it now");
        hasher.update(&self.batch);
        let hashes = hasher.finish();
        check(&hashes)?;
        let fresh = match self.batch.is_empty() {
            true => Fresh::Empty,
            false => Fresh::Small(self.engine.blobs().seal(self.key.as_ref(), &self.batch)?),
        };
        Ok(TakenIn { fresh, hashes })
    }
}

/// Content being read.
struct Reading {
    engine: Engine,
    key: Option<BlobKey>,
    /// Places not begun yet, each with the end of what is wanted of it; the first begins at the range's start.
    pieces: Vec<(Place, u64)>,
    range: Range<u64>,
    open: Option<Box<dyn store::blobs::BlobReader>>,
}

impl Reading {
    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        loop {
            if let Some(open) = &mut self.open {
                if let Some(bytes) = open.next().await? {
                    return Ok(Some(bytes));
                }
                self.open = None;
            }
            if self.pieces.is_empty() {
                return Ok(None);
            }
            let (place, end) = self.pieces.remove(0);
            let part = std::mem::replace(&mut self.range.start, 0)..end;
            match place {
                Place::None => {}
                Place::Row(no) => return self.engine.row(no, self.key.clone(), part).await.map(Some),
                Place::File(id) => self.open = Some(self.engine.blobs().open(id, self.key.clone(), part).await?),
            }
        }
    }
}

/// A stream that several threads may know of. Only one ever has it to poll, so nobody waits for the lock.
struct Shared<S>(Mutex<Pin<Box<S>>>);

impl<S: Stream> Stream for Shared<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        match self.get_mut().0.get_mut() {
            Ok(stream) => stream.as_mut().poll_next(cx),
            Err(_) => Poll::Ready(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_to_its_pieces() {
        let piece = |no, length| Piece { place: Place::Row(no), length, number: 1, checksum: None };
        let layout = Layout { pieces: vec![piece(1, 10), piece(2, 0), piece(3, 10), piece(4, 5)] };
        let row = Place::Row;
        for (range, pieces, within) in [
            (0..25, vec![(row(1), 10), (row(3), 10), (row(4), 5)], 0..25),
            (0..10, vec![(row(1), 10)], 0..10),
            (10..11, vec![(row(3), 1)], 0..1),
            (9..21, vec![(row(1), 10), (row(3), 10), (row(4), 1)], 9..21),
            (22..24, vec![(row(4), 4)], 2..4),
        ] {
            assert_eq!(cut(layout.clone(), range.clone()), (pieces, within), "{range:?}");
        }
    }
}
