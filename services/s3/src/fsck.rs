//! All of S3 examined: every content is read to its end and held against what its record says; files and rows are counted
//! against the records that name them.
//!
//! Content under keys of KMS is opened as the cloud itself; content under customers' keys cannot be read by anybody else, so
//! only that it is there is looked at.

use std::collections::{BTreeMap, BTreeSet};

use api_s3::PutObject;
use service_kit::{BoxFuture, Caller, Cloud, Ctx, Error, Examined, Examiner, Holdings, Sender, WrongKind as Kind};
use store::blobs::BlobKey;
use store::{Order, Span, StoreError};

use crate::engine::Engine;
use crate::engine::checksum::{Extent, Hasher};
use crate::engine::content::{Content, Place};
use crate::engine::object::record::ObjectRecord;
use crate::engine::refusal::Refusal;
use crate::engine::sealing::Sealing;
use crate::error::told;
use crate::store::{
    BLOBS, BUCKETS, BucketNo, CONTENTS, GARBAGE, LAYOUTS, No, OBJECTS, PARTS, SCOPE, UPLOADS, VERSIONS,
};
use crate::{S3, calls};

/// Rows read at once.
const PAGE: usize = 500;

/// Examines what S3 keeps.
pub(crate) struct Contents;

impl Examiner for Contents {
    fn examine<'a>(&'a self, cloud: &'a Cloud, there: &'a BTreeSet<u128>) -> BoxFuture<'a, Result<Holdings, Error>> {
        Box::pin(examine(cloud, there))
    }
}

async fn examine(cloud: &Cloud, there: &BTreeSet<u128>) -> Result<Holdings, Error> {
    let account = names::AccountId::DEFAULT;
    let caller = std::sync::Arc::new(Caller::internal("s3", account));
    let sender = Sender { cloud: cloud.clone(), caller, source_arn: None };
    let ctx = sender.stand_in::<PutObject>(cloud.default_region())?;
    let mut examination = Examination {
        engine: ctx.state::<S3>().engine(),
        ctx: &ctx,
        found: Examined::default(),
        named: BTreeMap::new(),
        rows: BTreeSet::new(),
        layouts: BTreeSet::new(),
    };
    examination.versions().await.map_err(told)?;
    examination.parts().await.map_err(told)?;
    examination.rows().await?;
    let files = examination.files(there).await?;
    Ok(Holdings { examined: examination.found, files })
}

struct Examination<'a> {
    engine: &'a Engine,
    ctx: &'a Ctx,
    found: Examined,
    /// Files, and how often records name them.
    named: BTreeMap<u128, u64>,
    /// Rows of small content that records name.
    rows: BTreeSet<No>,
    /// Layouts that records name.
    layouts: BTreeSet<No>,
}

/// How reading a content ended.
enum Read {
    Whole,
    Unread,
    Wrong(Kind, String),
}

impl Examination<'_> {
    fn wrong(&mut self, kind: Kind, place: impl Into<String>, detail: impl Into<String>) {
        self.found.wrong(kind, place, detail);
    }

    async fn versions(&mut self) -> Result<(), Refusal> {
        let view = self.engine.store().read().await?;
        let buckets = BUCKETS.scan_all(&view, &SCOPE, &Span::all()).await?;
        let names: BTreeMap<BucketNo, String> = buckets.into_iter().map(|(name, record)| (record.no, name)).collect();
        drop(view);
        let mut span = Span::all();
        loop {
            let view = self.engine.store().read().await?;
            let page = OBJECTS.scan(&view, &SCOPE, &span, Order::Ascending, PAGE).await?;
            drop(view);
            let Some((last, _)) = page.last() else { break };
            span = Span::all().after(last);
            for ((bucket, key), record) in &page {
                self.version(names.get(bucket), key, record).await?;
            }
        }
        let mut span = Span::all();
        loop {
            let view = self.engine.store().read().await?;
            let page = VERSIONS.scan(&view, &SCOPE, &span, Order::Ascending, PAGE).await?;
            drop(view);
            let Some((last, _)) = page.last() else { return Ok(()) };
            span = Span::all().after(last);
            for ((bucket, key, _), record) in &page {
                self.version(names.get(bucket), key, record).await?;
            }
        }
    }

    async fn version(&mut self, bucket: Option<&String>, key: &str, record: &ObjectRecord) -> Result<(), Refusal> {
        let id = self.engine.version_id(record);
        let place = format!("{}/{key}?versionId={id}", bucket.map_or("?", String::as_str));
        if bucket.is_none() {
            self.wrong(Kind::Orphan, &place, "its bucket is not there");
        }
        if record.marker {
            return Ok(());
        }
        self.found.contents += 1;
        let pieces = match record.content.layout(record.no) {
            None => vec![record.content.place()],
            Some(at) => {
                self.layouts.insert(at);
                match self.engine.layout(&self.engine.store().read().await?, at).await {
                    Ok(layout) => layout.pieces.iter().map(|piece| piece.place).collect(),
                    Err(error) => {
                        self.wrong(Kind::Missing, &place, error.to_string());
                        return Ok(());
                    }
                }
            }
        };
        pieces.into_iter().for_each(|piece| self.names(piece));
        let read = self.read(record.no, record.content, record.length, &record.sealing, Some(record)).await?;
        self.note(read, place, record.length);
        Ok(())
    }

    fn names(&mut self, place: Place) {
        match place {
            Place::None => {}
            Place::Row(no) => drop(self.rows.insert(no)),
            Place::File(id) => *self.named.entry(id.bits()).or_default() += 1,
        }
    }

    fn note(&mut self, read: Read, place: String, length: u64) {
        match read {
            Read::Whole => self.found.bytes += length,
            Read::Unread => self.found.unread += 1,
            Read::Wrong(kind, detail) => self.wrong(kind, place, detail),
        }
    }

    async fn parts(&mut self) -> Result<(), Refusal> {
        let view = self.engine.store().read().await?;
        let uploads = UPLOADS.scan_all(&view, &SCOPE, &Span::all()).await?;
        let sealed: BTreeMap<No, Sealing> =
            uploads.into_iter().map(|((_, _, upload), record)| (upload, record.draft.sealing)).collect();
        let parts = PARTS.scan_all(&view, &SCOPE, &Span::all()).await?;
        drop(view);
        for ((upload, number), part) in parts {
            self.names(part.place);
            // Parts of an upload that is over wait to be removed.
            let Some(sealing) = sealed.get(&upload) else { continue };
            self.found.contents += 1;
            let read = self.read(0, Content::One(part.place), part.length, sealing, None).await?;
            self.note(read, format!("part {number} of upload {}", self.engine.tokens().upload(upload)), part.length);
        }
        Ok(())
    }

    /// The key that content is read with; none when nobody here has it.
    async fn key(&self, sealing: &Sealing) -> Option<Option<BlobKey>> {
        match sealing {
            Sealing::S3 => Some(None),
            Sealing::Kms(kms) => calls::unwrap(self.ctx, kms).await.ok().map(Some),
            Sealing::Customer { .. } => None,
        }
    }

    async fn read(
        &self,
        no: No,
        content: Content,
        length: u64,
        sealing: &Sealing,
        record: Option<&ObjectRecord>,
    ) -> Result<Read, Refusal> {
        let Some(key) = self.key(sealing).await else { return Ok(Read::Unread) };
        let body = match self.engine.read(no, content, key, 0..length).await {
            Ok(body) => body,
            Err(error) => return wrong(error),
        };
        let algorithm = record.and_then(|record| record.checksum.as_ref()).map(|checksum| checksum.algorithm);
        let hashes = match self.engine.hash(body, Hasher::new(algorithm)).await {
            Ok(hashes) => hashes,
            Err(Refusal::Body(error)) => {
                let absent = error.get_ref().and_then(|inner| inner.downcast_ref::<StoreError>());
                let kind = match absent {
                    Some(StoreError::NoBlob(_)) => Kind::Missing,
                    _ => Kind::Damaged,
                };
                return Ok(Read::Wrong(kind, error.to_string()));
            }
            Err(Refusal::Store(error)) => return wrong(error),
            Err(refusal) => return Err(refusal),
        };
        if hashes.length != length {
            let text = format!("it has {} bytes, and its record says {length}", hashes.length);
            return Ok(Read::Wrong(Kind::Damaged, text));
        }
        let Some(record) = record else { return Ok(Read::Whole) };
        let full = record.checksum.as_ref().filter(|checksum| checksum.extent == Extent::Full);
        let wrong_sum = full.is_some_and(|checksum| hashes.sum(checksum.algorithm) != Some(&checksum.value));
        let wrong_tag = record.etag.parts.is_none() && self.engine.tag(sealing, hashes.md5) != record.etag.digest;
        // Copies keep the tag of their original, which is another key's.
        let tagged = *sealing == Sealing::S3;
        Ok(match wrong_sum || wrong_tag && tagged {
            true => Read::Wrong(Kind::Damaged, "it does not have the checksum that its record says".to_owned()),
            false => Read::Whole,
        })
    }

    async fn rows(&mut self) -> Result<(), StoreError> {
        let view = self.engine.store().read().await?;
        let mut span = Span::all();
        loop {
            let page = CONTENTS.scan(&view, &SCOPE, &span, Order::Ascending, PAGE).await?;
            let Some((last, _)) = page.last() else { break };
            span = Span::all().after(last);
            for (no, _) in page.iter().filter(|(no, _)| !self.rows.contains(no)) {
                self.found.wrong(Kind::Orphan, format!("content {no}"), "no record names it");
            }
        }
        for (no, _) in LAYOUTS.scan_all(&view, &SCOPE, &Span::all()).await? {
            if !self.layouts.contains(&no) {
                self.wrong(Kind::Orphan, format!("layout {no}"), "no version has it");
            }
        }
        Ok(())
    }

    /// Gives the files that are S3's.
    async fn files(&mut self, there: &BTreeSet<u128>) -> Result<BTreeSet<u128>, StoreError> {
        let view = self.engine.store().read().await?;
        let counted: BTreeMap<u128, u64> =
            BLOBS.scan_all(&view, &SCOPE, &Span::all()).await?.into_iter().map(|(id, number)| (id, number.0)).collect();
        let garbage: BTreeSet<u128> =
            GARBAGE.scan_all(&view, &SCOPE, &Span::all()).await?.into_iter().map(|(id, _)| id).collect();
        self.found.waiting = garbage.len() as u64;
        let named = std::mem::take(&mut self.named);
        let own = named.keys().copied().chain(garbage).collect();
        for (id, times) in named {
            if !there.contains(&id) {
                self.wrong(Kind::Missing, format!("file {id:032x}"), format!("{times} records name it"));
            }
            let counted = counted.get(&id).copied().unwrap_or_default();
            if counted != times {
                let detail = format!("{times} records name it, and {counted} were counted");
                self.wrong(Kind::Miscounted, format!("file {id:032x}"), detail);
            }
        }
        Ok(own)
    }
}

fn wrong(error: StoreError) -> Result<Read, Refusal> {
    match Kind::of(&error) {
        Some(kind) => Ok(Read::Wrong(kind, error.to_string())),
        None => Err(error.into()),
    }
}
