//! Blobs in an object store come back whole and in part; what was changed there is found out.

// What a test's helper unwraps fails the test, as it should.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use bytes::Bytes;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use remote_blobs::RemoteBlobs;
use runtime::Random;
use store::StoreError;
use store::blobs::{Blob, BlobKey, Blobs};

const FRAME: usize = 64 * 1024;
const PART: usize = 8 * 1024 * 1024;

fn blobs() -> (Arc<InMemory>, RemoteBlobs) {
    let objects = Arc::new(InMemory::new());
    let blobs = RemoteBlobs::new(objects.clone(), Path::from("a/b"), [7; 32], Random::seeded(1));
    (objects, blobs)
}

fn content(length: usize) -> Bytes {
    let mut bytes = vec![0; length];
    Random::seeded(length as u64).fill(&mut bytes);
    bytes.into()
}

async fn write(blobs: &RemoteBlobs, key: Option<BlobKey>, bytes: &Bytes, piece: usize) -> Blob {
    let mut writer = blobs.create(key).await.unwrap();
    for start in (0..bytes.len()).step_by(piece) {
        writer.write(bytes.slice(start..(start + piece).min(bytes.len()))).await.unwrap();
    }
    let (id, blob) = (writer.id(), writer.finish().await.unwrap());
    assert_eq!(id, blob.id);
    blob
}

async fn read(
    blobs: &RemoteBlobs,
    blob: Blob,
    key: Option<BlobKey>,
    range: std::ops::Range<u64>,
) -> Result<Vec<u8>, StoreError> {
    let mut reader = blobs.open(blob.id, key, range).await?;
    let (mut bytes, whole) = (Vec::new(), reader.remaining());
    while let Some(next) = reader.next().await? {
        bytes.extend_from_slice(&next);
        assert_eq!(reader.remaining() + bytes.len() as u64, whole);
    }
    Ok(bytes)
}

#[tokio::test]
async fn any_part_comes_back() {
    let (_, blobs) = blobs();
    for length in [0, 1, FRAME - 1, FRAME, FRAME + 1, 10 * FRAME + 7, PART, 2 * PART + 5 * FRAME + 3] {
        let bytes = content(length);
        for piece in [100_000, 20 * FRAME] {
            let blob = write(&blobs, None, &bytes, piece).await;
            assert_eq!(blob.length, length as u64);
            let (end, middle) = (length as u64, FRAME as u64);
            for range in [0..u64::MAX, 0..1, middle - 1..middle + 1, 5..end / 2, end..end + 9, middle..end] {
                let start = range.start.min(end) as usize;
                let part = bytes.slice(start..range.end.clamp(start as u64, end) as usize);
                assert!(read(&blobs, blob, None, range.clone()).await.unwrap() == part, "{length} {piece} {range:?}");
            }
            assert_eq!(blobs.list().await.unwrap(), [blob.id]);
            blobs.delete(blob.id).await.unwrap();
            blobs.delete(blob.id).await.unwrap();
            assert!(matches!(read(&blobs, blob, None, 0..1).await, Err(StoreError::NoBlob(_))));
        }
    }
}

#[tokio::test]
async fn only_its_key_opens_it_and_only_unchanged() {
    let (objects, blobs) = blobs();
    let bytes = content(3 * FRAME + 100);
    let key = |secret: u8| Some(BlobKey { secret: [secret; 32], twice: true });
    let blob = write(&blobs, key(1), &bytes, FRAME).await;
    assert!(read(&blobs, blob, key(1), 0..u64::MAX).await.unwrap() == bytes);
    assert!(matches!(read(&blobs, blob, key(2), 0..1).await, Err(StoreError::Corrupt(_))));
    let path = Path::from(format!("a/b/{:02x}/{}", blob.id.bits() >> 120, blob.id));
    let sealed = objects.get(&path).await.unwrap().bytes().await.unwrap();
    assert!(!sealed.windows(16).any(|window| window == &bytes[..16]), "nothing is there in the clear");
    for at in [0, 50, FRAME + 100, sealed.len() - 1] {
        let mut changed = sealed.to_vec();
        changed[at] ^= 1;
        objects.put(&path, PutPayload::from(changed)).await.unwrap();
        assert!(read(&blobs, blob, key(1), 0..u64::MAX).await.is_err(), "byte {at}");
    }
    objects.put(&path, PutPayload::from(sealed.slice(..sealed.len() - 10))).await.unwrap();
    assert!(read(&blobs, blob, key(1), 0..u64::MAX).await.is_err(), "cut off");
}

#[tokio::test]
async fn what_was_not_finished_is_not_there() {
    let (objects, blobs) = blobs();
    let mut writer = blobs.create(None).await.unwrap();
    writer.write(content(2 * PART)).await.unwrap();
    drop(writer);
    assert_eq!(blobs.list().await.unwrap(), []);
    assert_eq!(futures_util::StreamExt::count(objects.list(None)).await, 0);
}
