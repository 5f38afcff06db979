//! Multipart uploads.

pub(crate) mod record;

use store::Span;

use super::Engine;
use super::refusal::Refusal;
use crate::store::{BucketNo, No, PARTS, SCOPE, UPLOADS};

/// Parts taken away by one transaction.
const AT_ONCE: usize = 500;

impl Engine {
    /// Takes away an upload with its parts.
    pub(crate) async fn forget_upload(&self, bucket: BucketNo, key: &str, upload: No) -> Result<(), Refusal> {
        let batch = store::Batch::new();
        UPLOADS.delete(&batch, &SCOPE, &(bucket, key, upload));
        self.store().write(batch).await?;
        self.forget_parts(upload).await
    }

    /// Takes away the parts of an upload that is gone.
    pub(crate) async fn forget_parts(&self, upload: No) -> Result<(), Refusal> {
        loop {
            let taken = self.store().transact(|tx| async move {
                let all = Span::prefix::<(No,)>(&(upload,));
                let parts = PARTS.scan(&tx, &SCOPE, &all, store::Order::Ascending, AT_ONCE).await?;
                let count = parts.len();
                for (key, part) in parts {
                    self.release_place(&tx, part.place).await?;
                    PARTS.delete(&tx, &SCOPE, &key);
                }
                Ok::<_, Refusal>(count)
            });
            if taken.await? < AT_ONCE {
                return Ok(());
            }
        }
    }
}
