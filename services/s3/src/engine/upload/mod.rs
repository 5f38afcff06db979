//! Multipart uploads: begun, given parts, put together or given up.
//!
//! | file | what |
//! |---|---|
//! | `record.rs` | what an upload and its parts are |
//! | `complete.rs` | parts become a version: its layout names them, and no byte is copied |
//!
//! An upload that ended is noted in `ended` until its parts are gone, so that a crash in between leaves nothing.

pub(crate) mod complete;
pub(crate) mod record;

use std::time::Duration;

use bytes::Bytes;
use store::{Order, Raw, Reader, Span, StoreError, Tx};

use super::Engine;
use super::bucket::{Bucket, here};
use super::content::Fresh;
use super::refusal::Refusal;
use crate::store::{BucketNo, COMPLETED, ENDED, No, PARTS, PartRecord, SCOPE, UPLOADS, UploadRecord};

/// How long it is known what came of an upload. AWS says no number; clients try again for minutes.
const REMEMBERED: Duration = Duration::from_secs(7 * 86_400);
/// Parts taken away by one transaction.
const AT_ONCE: usize = 500;

/// An upload that was found.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    /// Its number.
    pub no: No,
    /// What it is.
    pub record: UploadRecord,
}

impl Engine {
    /// Begins an upload. Returns its id.
    pub(crate) async fn begin_upload(
        &self,
        bucket: &Bucket,
        key: &str,
        record: &UploadRecord,
    ) -> Result<String, Refusal> {
        let no = self.number().await?;
        let begun = self.store().transact(|tx| async move {
            here(&tx, &bucket.name, Some(bucket.no())).await?;
            Ok::<_, Refusal>(UPLOADS.put(&tx, &SCOPE, &(bucket.no(), key, no), record)?)
        });
        begun.await?;
        Ok(self.tokens().upload(no))
    }

    /// The upload of this id.
    pub(crate) async fn upload(&self, bucket: &Bucket, key: &str, id: &str) -> Result<Upload, Refusal> {
        let view = self.store().read().await?;
        self.upload_in(&view, bucket.no(), key, id).await
    }

    async fn upload_in(&self, reader: &impl Reader, bucket: BucketNo, key: &str, id: &str) -> Result<Upload, Refusal> {
        let absent = || Refusal::NoSuchUpload(id.to_owned());
        let no = self.tokens().upload_no(id).ok_or_else(absent)?;
        let record = UPLOADS.get(reader, &SCOPE, &(bucket, key, no)).await?.ok_or_else(absent)?;
        Ok(Upload { no, record })
    }

    /// Keeps a part, in place of the one before of its number.
    pub(crate) async fn put_part(
        &self,
        bucket: &Bucket,
        key: &str,
        id: &str,
        number: u16,
        part: &PartRecord,
        fresh: &Fresh,
    ) -> Result<(), Refusal> {
        self.store()
            .transact(|tx| async move {
                let upload = self.upload_in(&tx, bucket.no(), key, id).await?;
                if let Some(before) = PARTS.get(&tx, &SCOPE, &(upload.no, number)).await? {
                    self.release_place(&tx, before.place).await?;
                }
                let place = self.keep(&tx, fresh).await?;
                let part = PartRecord { place, ..part.clone() };
                Ok(PARTS.put(&tx, &SCOPE, &(upload.no, number), &part)?)
            })
            .await
    }

    /// Parts of an upload after a number, in order.
    pub(crate) async fn parts(
        &self,
        upload: No,
        after: u16,
        limit: usize,
    ) -> Result<Vec<(u16, PartRecord)>, StoreError> {
        let view = self.store().read().await?;
        let span = Span::prefix::<(No,)>(&(upload,)).after::<(No, u16)>(&(upload, after));
        let rows = PARTS.scan(&view, &SCOPE, &span, Order::Ascending, limit).await?;
        Ok(rows.into_iter().map(|((_, number), part)| (number, part)).collect())
    }

    /// Tells uploads for a key that its current version is deleted. Few keys have any.
    pub(crate) async fn disturb_uploads(&self, tx: &Tx, bucket: BucketNo, key: &str) -> Result<(), Refusal> {
        let all = Span::prefix::<(BucketNo, String)>(&(bucket, key));
        for (at, record) in UPLOADS.scan(tx, &SCOPE, &all, Order::Ascending, AT_ONCE).await? {
            UPLOADS.put(tx, &SCOPE, &at, &UploadRecord { disturbed: true, ..record })?;
        }
        Ok(())
    }

    /// Gives an upload up.
    pub(crate) async fn abort_upload(&self, bucket: &Bucket, key: &str, id: &str) -> Result<(), Refusal> {
        let aborted = self.store().transact(|tx| async move {
            let upload = self.upload_in(&tx, bucket.no(), key, id).await?;
            end(&tx, bucket.no(), key, upload.no)?;
            Ok::<_, Refusal>(upload.no)
        });
        let no = aborted.await?;
        self.forget_parts(no).await
    }

    /// Ends an upload by its number: of a deleted bucket, or expired.
    pub(crate) async fn forget_upload(&self, bucket: BucketNo, key: &str, upload: No) -> Result<(), Refusal> {
        let ended = self.store().transact(|tx| async move { end(&tx, bucket, key, upload) });
        ended.await?;
        self.forget_parts(upload).await
    }

    /// Takes away the parts of uploads that ended.
    pub(crate) async fn forget_ended(&self) -> Result<(), Refusal> {
        let view = self.store().read().await?;
        for (upload, _) in ENDED.scan_all(&view, &SCOPE, &Span::all()).await? {
            self.forget_parts(upload).await?;
        }
        Ok(())
    }

    /// Forgets what came of uploads that were put together long ago.
    pub(crate) async fn forget_completed(&self) -> Result<(), Refusal> {
        let (now, mut span) = (self.now(), Span::all());
        loop {
            let view = self.store().read().await?;
            let rows = COMPLETED.scan(&view, &SCOPE, &span, Order::Ascending, AT_ONCE).await?;
            let Some((last, _)) = rows.last() else { return Ok(()) };
            span = Span::all().after(last);
            let batch = store::Batch::new();
            let old = rows.iter().filter(|(_, completed)| now.since(completed.at) > REMEMBERED);
            old.for_each(|(upload, _)| COMPLETED.delete(&batch, &SCOPE, upload));
            if !batch.is_empty() {
                self.store().write(batch).await?;
            }
        }
    }

    async fn forget_parts(&self, upload: No) -> Result<(), Refusal> {
        loop {
            let taken = self.store().transact(|tx| async move {
                let all = Span::prefix::<(No,)>(&(upload,));
                let parts = PARTS.scan(&tx, &SCOPE, &all, Order::Ascending, AT_ONCE).await?;
                let more = parts.len() == AT_ONCE;
                for (key, part) in parts {
                    self.release_place(&tx, part.place).await?;
                    PARTS.delete(&tx, &SCOPE, &key);
                }
                if !more {
                    ENDED.delete(&tx, &SCOPE, &upload);
                }
                Ok::<_, Refusal>(more)
            });
            if !taken.await? {
                return Ok(());
            }
        }
    }
}

/// Ends an upload; its parts go later.
fn end(tx: &Tx, bucket: BucketNo, key: &str, upload: No) -> Result<(), Refusal> {
    UPLOADS.delete(tx, &SCOPE, &(bucket, key, upload));
    Ok(ENDED.put(tx, &SCOPE, &upload, &Raw(Bytes::new()))?)
}
