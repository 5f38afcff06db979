//! Blobs come back whole and in part; what was changed on disk is found out; what was not finished is gone.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use runtime::Random;
use store::StoreError;
use store::blobs::{Blob, BlobId, BlobKey, Blobs, FileBlobs, MemoryBlobs, SMALL};

const FRAME: usize = 64 * 1024;

fn files(dir: &Path) -> FileBlobs {
    FileBlobs::open(dir, [7; 32], Random::seeded(1)).unwrap()
}

fn content(length: usize) -> Bytes {
    let mut bytes = vec![0; length];
    Random::seeded(length as u64).fill(&mut bytes);
    bytes.into()
}

async fn write(blobs: &dyn Blobs, bytes: &Bytes, piece: usize) -> Blob {
    let mut writer = blobs.create(None).await.unwrap();
    for start in (0..bytes.len()).step_by(piece) {
        writer.write(bytes.slice(start..(start + piece).min(bytes.len()))).await.unwrap();
    }
    writer.finish().await.unwrap()
}

async fn read(blobs: &dyn Blobs, id: BlobId, range: std::ops::Range<u64>) -> Result<Vec<u8>, StoreError> {
    let mut reader = blobs.open(id, None, range).await?;
    let (mut bytes, whole) = (Vec::new(), reader.remaining());
    while let Some(next) = reader.next().await? {
        assert!(next.len() <= 4 * FRAME, "memory stays flat");
        bytes.extend_from_slice(&next);
        assert_eq!(reader.remaining() + bytes.len() as u64, whole);
    }
    Ok(bytes)
}

#[tokio::test]
async fn any_part_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let engines: [&dyn Blobs; 2] = [&files(dir.path()), &MemoryBlobs::new(Random::seeded(1))];
    for blobs in engines {
        for length in [0, 1, FRAME - 1, FRAME, FRAME + 1, 4 * FRAME, 4 * FRAME + 1, 10 * FRAME + 7] {
            let bytes = content(length);
            for piece in [1_000, FRAME, 3 * FRAME + 1, 20 * FRAME] {
                let blob = write(blobs, &bytes, piece).await;
                assert_eq!(blob.length, length as u64);
                let end = length as u64;
                let middle = FRAME as u64;
                for range in [0..u64::MAX, 0..1, middle - 1..middle + 1, 5..end / 2, end..end + 9, middle..end] {
                    let part =
                        bytes.slice(range.start.min(end) as usize..range.end.clamp(range.start.min(end), end) as usize);
                    assert!(read(blobs, blob.id, range.clone()).await.unwrap() == part, "{length} {piece} {range:?}");
                }
                blobs.delete(blob.id).await.unwrap();
                blobs.delete(blob.id).await.unwrap();
                assert!(matches!(read(blobs, blob.id, 0..1).await, Err(StoreError::NoBlob(_))));
            }
        }
        assert_eq!(blobs.list().await, Ok(vec![]));
    }
}

fn only_file(dir: &Path) -> PathBuf {
    let folders = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut files = folders.flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    files.next().unwrap()
}

#[tokio::test]
async fn what_was_changed_on_disk_is_found_out() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = files(dir.path());
    let bytes = content(3 * FRAME + 100);
    let blob = write(&blobs, &bytes, FRAME).await;
    let path = only_file(dir.path());
    let whole = fs::read(&path).unwrap();
    assert!(!whole.windows(32).any(|window| window == &bytes[..32]), "content lies in the clear");
    let frame = FRAME + 16;
    let swapped = [&whole[..40], &whole[40 + frame..40 + 2 * frame], &whole[40..40 + frame], &whole[40 + 2 * frame..]];
    let mut flipped = whole.clone();
    flipped[40 + frame + 5] ^= 1;
    for (what, broken) in [
        ("a bit flipped", flipped),
        ("cut inside a frame", whole[..whole.len() - 1].to_vec()),
        ("cut at a frame", whole[..40 + 3 * frame].to_vec()),
        ("frames swapped", swapped.concat()),
        ("cut to nothing", Vec::new()),
        ("cut to the header", whole[..40].to_vec()),
    ] {
        fs::write(&path, broken).unwrap();
        let outcome = read(&blobs, blob.id, 0..u64::MAX).await;
        assert!(matches!(outcome, Err(StoreError::Corrupt(_))), "{what}");
    }
    fs::write(&path, &whole).unwrap();
    assert!(read(&blobs, blob.id, 0..u64::MAX).await.unwrap() == bytes);
    let other_key = FileBlobs::open(dir.path(), [8; 32], Random::seeded(1)).unwrap();
    assert!(matches!(read(&other_key, blob.id, 0..1).await, Err(StoreError::Corrupt(_))));
}

#[tokio::test]
async fn what_was_not_finished_is_gone_and_what_was_stays() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = files(dir.path());
    let kept = write(&blobs, &content(100), 100).await;
    let unfinished = dir.path().join("unfinished");
    let mut dropped = blobs.create(None).await.unwrap();
    dropped.write(content(10 * FRAME)).await.unwrap();
    assert_eq!(fs::read_dir(&unfinished).unwrap().count(), 1);
    drop(dropped);
    assert_eq!(fs::read_dir(&unfinished).unwrap().count(), 0);
    let crashed = blobs.create(None).await.unwrap();
    std::mem::forget(crashed);
    assert_eq!(fs::read_dir(&unfinished).unwrap().count(), 1);
    drop(blobs);
    let blobs = FileBlobs::open(dir.path(), [7; 32], Random::seeded(2)).unwrap();
    assert_eq!(fs::read_dir(&unfinished).unwrap().count(), 0);
    assert_eq!(blobs.list().await, Ok(vec![kept.id]));
    assert!(read(&blobs, kept.id, 0..100).await.unwrap() == content(100));
}

#[tokio::test]
async fn who_wrote_with_a_key_must_bring_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let engines: [&dyn Blobs; 2] = [&files(dir.path()), &MemoryBlobs::new(Random::seeded(1))];
    let key = |secret: u8, twice| Some(BlobKey { secret: [secret; 32], twice });
    for (blobs, twice) in engines.into_iter().flat_map(|blobs| [(blobs, false), (blobs, true)]) {
        let bytes = content(2 * FRAME + 5);
        let mut writer = blobs.create(key(1, twice)).await.unwrap();
        let id = writer.id();
        writer.write(bytes.clone()).await.unwrap();
        assert_eq!(writer.finish().await.unwrap(), Blob { id, length: bytes.len() as u64 });
        let mut reader = blobs.open(id, key(1, twice), 0..9).await.unwrap();
        assert_eq!(reader.next().await.unwrap().unwrap(), bytes[..9]);
        for other in [None, key(2, twice), key(1, !twice)] {
            let opened = blobs.open(id, other, 0..9).await;
            let refused = match opened {
                Ok(mut reader) => reader.next().await.map(drop),
                Err(error) => Err(error),
            };
            assert!(matches!(refused, Err(StoreError::Corrupt(_))));
        }
    }
}

#[tokio::test]
async fn small_content_is_sealed_too() {
    let dir = tempfile::tempdir().unwrap();
    let engines: [&dyn Blobs; 2] = [&files(dir.path()), &MemoryBlobs::new(Random::seeded(1))];
    for blobs in engines {
        let bytes = content(SMALL);
        let sealed = blobs.seal(None, &bytes).unwrap();
        assert!(!sealed.windows(32).any(|window| window == &bytes[..32]), "content lies in the clear");
        assert_eq!(blobs.unseal(None, sealed).unwrap(), bytes);
        assert!(matches!(blobs.seal(None, &content(SMALL + 1)), Err(StoreError::TooLarge(_))));
    }
}
