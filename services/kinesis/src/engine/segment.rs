//! Records that were put together into one shard lie together: one row of the store, sealed once. The row's key holds the
//! position of the first; the others follow it. Written once, never changed.
//!
//! A segment is version (1 byte), count of records (4), whose key (1: the stream's own, or KMS's with the encrypted data key
//! and the ARN it was made for, 2 bytes of length before each), nonce (12), sealed records. A record is the length of its
//! partition key (2), the key, the length of its data (4), the data. Numbers are big-endian.

use std::sync::Arc;

use bytes::{BufMut as _, Bytes};
use store::{Cipher, OnceOnly, StoreError};

use crate::store::{Position, ShardNo, StreamNo};

/// What streams' own keys are derived by. What lies in stores was sealed under them: it never changes.
pub(crate) const KIND: &str = "kinesis/stream";

const VERSION: u8 = 1;
/// Segments are closed at this many bytes, so that reading one record does not open megabytes.
const FULL: usize = 256 * 1_024;

/// A record on its way into a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    /// Partition key.
    pub key: String,
    /// Data.
    pub data: Bytes,
}

/// A record of a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its place.
    pub position: Position,
    /// Partition key.
    pub key: String,
    /// Data.
    pub data: Bytes,
    /// Whether it was sealed under a key of KMS.
    pub kms: bool,
}

/// Whose key a segment is sealed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SealedBy {
    /// The stream's own.
    Stream,
    /// A data key of KMS.
    Kms {
        /// The data key, encrypted.
        key: Bytes,
        /// The ARN of the stream it was made for: its encryption context.
        arn: String,
    },
}

/// What records are sealed with.
#[derive(Debug, Clone)]
pub(crate) struct Sealing {
    /// The key at work.
    pub cipher: Arc<Cipher>,
    /// Whose it is.
    pub by: SealedBy,
}

/// A segment to be written, wherever it comes to lie.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    /// How many records.
    pub count: u64,
    /// The stored form.
    pub bytes: Bytes,
}

/// A segment that was read, still sealed.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    /// Position of its first record.
    pub first: Position,
    /// How many records.
    pub count: u64,
    /// Whose key opens it.
    pub by: SealedBy,
    once: OnceOnly,
    sealed: Bytes,
}

impl Draft {
    /// Bytes that count against limits.
    pub(crate) fn weight(&self) -> usize {
        self.key.len() + self.data.len()
    }
}

/// What a segment is bound to: it opens in no other stream or shard.
fn bound_to(stream: StreamNo, shard: ShardNo) -> [u8; 12] {
    let mut bound = [0; 12];
    bound[..8].copy_from_slice(&stream.to_be_bytes());
    bound[8..].copy_from_slice(&shard.to_be_bytes());
    bound
}

/// Seals records of one shard, in their order. `once` gives random bytes for each segment.
pub(crate) fn seal(
    sealing: &Sealing,
    stream: StreamNo,
    shard: ShardNo,
    drafts: &[&Draft],
    mut once: impl FnMut() -> OnceOnly,
) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut rest = drafts;
    while !rest.is_empty() {
        let mut bytes = 0;
        let more = |draft: &&Draft| {
            let fits = bytes == 0 || bytes + draft.weight() <= FULL;
            bytes += draft.weight();
            fits
        };
        let (now, later) = rest.split_at(rest.iter().copied().take_while(more).count());
        segments.push(one(sealing, &bound_to(stream, shard), now, once()));
        rest = later;
    }
    segments
}

fn one(sealing: &Sealing, bound: &[u8], drafts: &[&Draft], once: OnceOnly) -> Segment {
    let room = drafts.iter().map(|draft| draft.weight() + 6).sum::<usize>() + 64;
    let mut out = Vec::with_capacity(room);
    out.put_u8(VERSION);
    out.put_u32(drafts.len() as u32);
    match &sealing.by {
        SealedBy::Stream => out.put_u8(0),
        SealedBy::Kms { key, arn } => {
            out.put_u8(1);
            for part in [key, arn.as_bytes()] {
                out.put_u16(part.len() as u16);
                out.extend_from_slice(part);
            }
        }
    }
    out.extend_from_slice(&once);
    let content = out.len();
    for draft in drafts {
        out.put_u16(draft.key.len() as u16);
        out.extend_from_slice(draft.key.as_bytes());
        out.put_u32(draft.data.len() as u32);
        out.extend_from_slice(&draft.data);
    }
    sealing.cipher.close(once, bound, &mut out, content);
    Segment { count: drafts.len() as u64, bytes: out.into() }
}

impl Stored {
    /// Reads the head of a stored segment.
    pub(crate) fn read(first: Position, bytes: Bytes) -> Result<Self, StoreError> {
        Self::parts(first, Cursor(bytes)).ok_or_else(broken)
    }

    fn parts(first: Position, mut rest: Cursor) -> Option<Self> {
        let [VERSION] = rest.array()? else { return None };
        let count = u32::from_be_bytes(rest.array()?).into();
        let by = match rest.array()? {
            [0] => SealedBy::Stream,
            [1] => SealedBy::Kms { key: rest.short()?, arn: String::from_utf8(rest.short()?.to_vec()).ok()? },
            _ => return None,
        };
        Some(Self { first, count, by, once: rest.array()?, sealed: rest.0 })
    }

    /// The position after its last record.
    pub(crate) fn end(&self) -> Position {
        self.first + self.count
    }

    /// Its records.
    pub(crate) fn open(&self, cipher: &Cipher, stream: StreamNo, shard: ShardNo) -> Result<Vec<Entry>, StoreError> {
        let content = cipher.open(self.once, &bound_to(stream, shard), &self.sealed)?;
        let mut rest = Cursor(content.into());
        let kms = self.by != SealedBy::Stream;
        let mut entry = |position| {
            let key = String::from_utf8(rest.short()?.to_vec()).ok()?;
            let length = u32::from_be_bytes(rest.array()?);
            Some(Entry { position, key, data: rest.take(length as usize)?, kms })
        };
        (self.first..self.end()).map(|position| entry(position).ok_or_else(broken)).collect()
    }
}

fn broken() -> StoreError {
    StoreError::corrupt("a segment of a stream")
}

/// Bytes taken off the front, without a copy.
struct Cursor(Bytes);

impl Cursor {
    fn take(&mut self, count: usize) -> Option<Bytes> {
        (count <= self.0.len()).then(|| self.0.split_to(count))
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.as_ref().try_into().ok()
    }

    fn short(&mut self) -> Option<Bytes> {
        let length = u16::from_be_bytes(self.array()?);
        self.take(length.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sealing(by: SealedBy) -> Sealing {
        Sealing { cipher: Arc::new(Cipher::new(&[1; 32]).unwrap()), by }
    }

    fn draft(key: &str, data: Vec<u8>) -> Draft {
        Draft { key: key.to_owned(), data: data.into() }
    }

    fn seal_all(sealing: &Sealing, drafts: &[Draft]) -> Vec<Segment> {
        let mut count = 0;
        let once = || {
            count += 1;
            [count; 12]
        };
        seal(sealing, 7, 3, &drafts.iter().collect::<Vec<_>>(), once)
    }

    proptest! {
        #[test]
        fn records_come_back_in_order(
            records in proptest::collection::vec(("[a-zé]{1,9}", proptest::collection::vec(any::<u8>(), 0..50)), 1..20),
            kms in any::<bool>(),
        ) {
            let by = if kms { SealedBy::Kms { key: "key".into(), arn: "arn".into() } } else { SealedBy::Stream };
            let sealing = sealing(by.clone());
            let drafts: Vec<_> = records.iter().map(|(key, data)| draft(key, data.clone())).collect();
            let segments = seal_all(&sealing, &drafts);
            prop_assert_eq!(segments.len(), 1);
            let stored = Stored::read(100, segments[0].bytes.clone()).unwrap();
            prop_assert_eq!((&stored.by, stored.end()), (&by, 100 + drafts.len() as u64));
            let entries = stored.open(&sealing.cipher, 7, 3).unwrap();
            for ((entry, draft), position) in entries.iter().zip(&drafts).zip(100..) {
                prop_assert_eq!((entry.position, &entry.key, &entry.data, entry.kms), (position, &draft.key, &draft.data, kms));
            }
            prop_assert_eq!(entries.len(), drafts.len());
            prop_assert!(stored.open(&sealing.cipher, 7, 4).is_err());
        }

        #[test]
        fn foreign_bytes_are_errors(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(stored) = Stored::read(1, bytes.into()) {
                prop_assert!(stored.open(&Cipher::new(&[1; 32]).unwrap(), 7, 3).is_err());
            }
        }
    }

    #[test]
    fn segments_are_closed_when_they_are_full() {
        let drafts: Vec<_> = (0..10).map(|_| draft("k", vec![0; 100_000])).collect();
        let segments = seal_all(&sealing(SealedBy::Stream), &drafts);
        assert_eq!(segments.iter().map(|segment| segment.count).collect::<Vec<_>>(), [2, 2, 2, 2, 2]);
        let large = [draft("k", vec![0; 1_000_000]), draft("k", vec![0; 1])];
        assert_eq!(seal_all(&sealing(SealedBy::Stream), &large).len(), 2);
    }

    #[test]
    fn nothing_lies_in_the_clear() {
        let segments = seal_all(&sealing(SealedBy::Stream), &[draft("partition", b"content".to_vec())]);
        for text in [&b"partition"[..], b"content"] {
            assert!(!segments[0].bytes.windows(text.len()).any(|window| window == text));
        }
    }

    /// Computed apart from this code: HKDF and HMAC with SHA-256, AES-256-GCM.
    #[test]
    fn what_was_sealed_before_opens() {
        let cipher = store::Ciphers::new(&store::Vault::new(&[7; 32]), KIND).of(42);
        let sealing = Sealing { cipher, by: SealedBy::Stream };
        let segments = seal(&sealing, 42, 3, &[&draft("k", b"data".to_vec())], || [9; 12]);
        let hex: String = segments[0].bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let sealed = "440eb5e49f2e3323033aa259d80567c965aea329e201146df26404";
        assert_eq!(hex, format!("010000000100{}{sealed}", "09".repeat(12)));
        let stored = Stored::read(1, segments[0].bytes.clone()).unwrap();
        assert_eq!(stored.open(&sealing.cipher, 42, 3).unwrap()[0].data, b"data"[..]);
    }
}
