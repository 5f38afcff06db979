//! Blobs as files of a local directory: written under a temporary name, synced, renamed, the directory synced.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use runtime::Random;

use super::frames::{CONTENT, Cipher, HEADER, Layout, header};
use super::{Blob, BlobId, BlobKey, BlobReader, BlobWriter, Blobs, small};
use crate::error::StoreError;
use crate::kv::BoxFuture;
use crate::local::log::sync_dir;

/// Frames that one call to the disk reads or writes.
const STEP: u64 = 4;

/// Blobs under one directory, spread over 256 folders by their names.
pub struct FileBlobs {
    inner: Arc<Inner>,
}

struct Inner {
    dir: PathBuf,
    root_key: [u8; 32],
    random: Random,
}

impl FileBlobs {
    /// Opens or creates the directory, and removes what writers of an earlier process left unfinished. One process at a
    /// time: the store's lock sees to that. `root_key` encrypts; whoever loses it loses the blobs.
    pub fn open(dir: &Path, root_key: [u8; 32], random: Random) -> Result<Self, StoreError> {
        let inner = Inner { dir: dir.to_owned(), root_key, random };
        inner.prepare().map_err(StoreError::unavailable)?;
        Ok(Self { inner: Arc::new(inner) })
    }
}

impl Inner {
    fn prepare(&self) -> io::Result<()> {
        fs::create_dir_all(&self.dir)?;
        let unfinished = self.unfinished();
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)?;
        }
        fs::create_dir(&unfinished)
    }

    fn unfinished(&self) -> PathBuf {
        self.dir.join("unfinished")
    }

    fn folder(&self, id: BlobId) -> PathBuf {
        self.dir.join(format!("{:02x}", id.bits() >> 120))
    }

    fn path(&self, id: BlobId) -> PathBuf {
        self.folder(id).join(id.to_string())
    }

    /// Gives a synced file its name for good.
    fn name(&self, unfinished: &Path, id: BlobId) -> io::Result<()> {
        let folder = self.folder(id);
        if !folder.exists() {
            fs::create_dir_all(&folder)?;
            sync_dir(&self.dir)?;
        }
        fs::rename(unfinished, self.path(id))?;
        sync_dir(&folder)
    }

    fn list(&self) -> io::Result<Vec<BlobId>> {
        let mut ids = Vec::new();
        for folder in fs::read_dir(&self.dir)? {
            let folder = folder?.path();
            if folder.is_dir() && folder != self.unfinished() {
                for file in fs::read_dir(folder)? {
                    ids.extend(file?.file_name().to_str().and_then(|name| name.parse::<BlobId>().ok()));
                }
            }
        }
        Ok(ids)
    }
}

/// Runs what waits for the disk where it blocks no one else.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(StoreError::unavailable(error)))
}

impl Blobs for FileBlobs {
    fn create(&self, key: Option<BlobKey>) -> BoxFuture<'_, Result<Box<dyn BlobWriter>, StoreError>> {
        let store = self.inner.clone();
        Box::pin(async move {
            let id = BlobId::from_bits(store.random.u128());
            let salt = store.random.bytes::<32>();
            let writer = on_disk(move || {
                let path = store.unfinished().join(id.to_string());
                let mut file = File::create_new(&path).map_err(StoreError::unavailable)?;
                // From here on a drop removes the file.
                let guard = Unfinished { path, named: false };
                file.write_all(&header(&salt)).map_err(StoreError::unavailable)?;
                let cipher = Cipher::new(&store.root_key, key.as_ref(), &salt);
                Ok(Written { store, id, file, guard, cipher, frames: 0, length: 0 })
            });
            let writer = FileWriter { id, pending: BytesMut::new(), written: Some(writer.await?) };
            Ok(Box::new(writer) as Box<dyn BlobWriter>)
        })
    }

    fn open(
        &self,
        id: BlobId,
        key: Option<BlobKey>,
        range: Range<u64>,
    ) -> BoxFuture<'_, Result<Box<dyn BlobReader>, StoreError>> {
        let store = self.inner.clone();
        Box::pin(async move {
            let reader = on_disk(move || FileReader::open(&store, id, key.as_ref(), range)).await?;
            Ok(Box::new(reader) as Box<dyn BlobReader>)
        })
    }

    fn seal(&self, key: Option<&BlobKey>, content: &[u8]) -> Result<Bytes, StoreError> {
        small::seal(&self.inner.root_key, key, &self.inner.random.bytes(), content)
    }

    fn unseal(&self, key: Option<&BlobKey>, sealed: Bytes) -> Result<Bytes, StoreError> {
        small::unseal(&self.inner.root_key, key, &sealed)
    }

    fn delete(&self, id: BlobId) -> BoxFuture<'_, Result<(), StoreError>> {
        let path = self.inner.path(id);
        Box::pin(on_disk(move || match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StoreError::unavailable(error)),
            _ => Ok(()),
        }))
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<BlobId>, StoreError>> {
        let store = self.inner.clone();
        Box::pin(on_disk(move || store.list().map_err(StoreError::unavailable)))
    }
}

/// Removes a temporary file, unless it got its name.
struct Unfinished {
    path: PathBuf,
    named: bool,
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.named {
            // What cannot be removed now is removed when the directory is opened again.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The part of a blob that is in its file.
struct Written {
    store: Arc<Inner>,
    id: BlobId,
    file: File,
    guard: Unfinished,
    cipher: Cipher,
    frames: u32,
    length: u64,
}

impl Written {
    /// Encrypts and appends whole frames; the last may be shorter.
    fn append(&mut self, content: &[u8], last: bool) -> Result<(), StoreError> {
        let empty_last = last && content.is_empty();
        let frames = content.chunks(CONTENT as usize).chain(empty_last.then_some(&[][..]));
        let count = frames.clone().count();
        let overhead = self.cipher.overhead() as usize;
        let mut out = Vec::with_capacity(content.len() + count * overhead);
        let mut frame = Vec::with_capacity(CONTENT as usize + overhead);
        for (n, content) in frames.enumerate() {
            frame.clear();
            frame.extend_from_slice(content);
            self.cipher.seal(self.frames, last && n + 1 == count, &mut frame)?;
            out.extend_from_slice(&frame);
            let next = self.frames.checked_add(1);
            self.frames = next.ok_or_else(|| StoreError::TooLarge("a blob of more than 2^32 frames".into()))?;
        }
        self.length += content.len() as u64;
        self.file.write_all(&out).map_err(StoreError::unavailable)
    }

    fn finish(mut self, rest: &[u8]) -> Result<Blob, StoreError> {
        self.append(rest, true)?;
        let named = self.file.sync_all().and_then(|()| self.store.name(&self.guard.path, self.id));
        named.map_err(StoreError::unavailable)?;
        self.guard.named = true;
        Ok(Blob { id: self.id, length: self.length })
    }
}

struct FileWriter {
    id: BlobId,
    pending: BytesMut,
    /// None while the disk has it, and for good after an error there.
    written: Option<Written>,
}

impl FileWriter {
    /// Hands whole frames to the disk. At least one byte is kept back: the last frame is only known at the end.
    async fn flush(&mut self) -> Result<(), StoreError> {
        let whole = (self.pending.len() - 1) / CONTENT as usize * CONTENT as usize;
        let content = self.pending.split_to(whole).freeze();
        let mut written = self.written.take().ok_or_else(failed_before)?;
        let appended = on_disk(move || written.append(&content, false).map(|()| written));
        self.written = Some(appended.await?);
        Ok(())
    }
}

fn failed_before() -> StoreError {
    StoreError::unavailable("an earlier write of this blob failed")
}

impl BlobWriter for FileWriter {
    fn id(&self) -> BlobId {
        self.id
    }

    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            for part in bytes.chunks((STEP * CONTENT) as usize) {
                self.pending.extend_from_slice(part);
                if self.pending.len() as u64 > STEP * CONTENT {
                    self.flush().await?;
                }
            }
            Ok(())
        })
    }

    fn finish(self: Box<Self>) -> BoxFuture<'static, Result<Blob, StoreError>> {
        let Self { pending, written, .. } = *self;
        Box::pin(async move {
            let (rest, written) = (pending.freeze(), written.ok_or_else(failed_before)?);
            on_disk(move || written.finish(&rest)).await
        })
    }
}

/// An open file, and the part of it that is still to be read.
struct Opened {
    file: File,
    cipher: Cipher,
    layout: Layout,
}

struct FileReader {
    /// None while the disk has it, and for good after an error there.
    opened: Option<Opened>,
    range: Range<u64>,
}

impl FileReader {
    fn open(store: &Inner, id: BlobId, key: Option<&BlobKey>, range: Range<u64>) -> Result<Self, StoreError> {
        let mut file = File::open(store.path(id)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => StoreError::NoBlob(id.to_string().into()),
            _ => StoreError::unavailable(error),
        })?;
        let mut header = Vec::with_capacity(HEADER as usize);
        (&mut file).take(HEADER).read_to_end(&mut header).map_err(StoreError::unavailable)?;
        let cipher = Cipher::from_header(&store.root_key, key, &header)?;
        let size = file.metadata().map_err(StoreError::unavailable)?.len();
        let layout = Layout::of_file(size, cipher.overhead())?;
        let end = range.end.min(layout.length);
        let range = range.start.min(end)..end;
        Ok(Self { opened: Some(Opened { file, cipher, layout }), range })
    }
}

impl Opened {
    /// The content from `range.start` on, up to the end of the range or of a step.
    fn read(&mut self, range: &Range<u64>) -> Result<Bytes, StoreError> {
        let first = range.start / CONTENT;
        let end = (first + STEP).min(range.end.div_ceil(CONTENT)).min(self.layout.frames);
        let wanted = (end - first) * self.layout.frame;
        let mut frames = Vec::with_capacity(wanted as usize);
        self.file.seek(SeekFrom::Start(self.layout.offset(first))).map_err(StoreError::unavailable)?;
        let wanted = (&mut self.file).take(wanted);
        { wanted }.read_to_end(&mut frames).map_err(StoreError::unavailable)?;
        let mut content = BytesMut::with_capacity(frames.len());
        for (number, frame) in (first..end).zip(frames.chunks_mut(self.layout.frame as usize)) {
            let length = self.cipher.open(number as u32, self.layout.is_last(number), frame)?;
            content.extend_from_slice(&frame[..length]);
        }
        let skip = (range.start - first * CONTENT) as usize;
        let take = (range.end - range.start).min((content.len() as u64).saturating_sub(skip as u64)) as usize;
        if take == 0 {
            return Err(StoreError::corrupt("a blob that is cut off"));
        }
        Ok(content.freeze().slice(skip..skip + take))
    }
}

impl BlobReader for FileReader {
    fn remaining(&self) -> u64 {
        self.range.end - self.range.start
    }

    fn next(&mut self) -> BoxFuture<'_, Result<Option<Bytes>, StoreError>> {
        Box::pin(async move {
            if self.range.is_empty() {
                return Ok(None);
            }
            let mut opened = self.opened.take().ok_or_else(|| StoreError::corrupt("a blob, found so before"))?;
            let range = self.range.clone();
            let (opened, bytes) = on_disk(move || opened.read(&range).map(|bytes| (opened, bytes))).await?;
            self.opened = Some(opened);
            self.range.start += bytes.len() as u64;
            Ok(Some(bytes))
        })
    }
}
