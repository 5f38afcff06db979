//! Configurations of a bucket: one typed record for each kind, or one for each id where a kind has several.
//!
//! | file | what |
//! |---|---|
//! | `document.rs`, `access.rs`, `settle.rs`, `cache.rs` | how they are kept |
//! | `refusal.rs`, `bounds.rs`, `selection.rs` | AWS's words for what is not taken; what kinds have in common |
//! | `acl.rs`, `policy/`, `settings.rs`, `encryption.rs`, `tagging.rs` | who may, how objects are kept |
//! | `cors.rs`, `website.rs` | what browsers and visitors get |
//! | `lifecycle/`, `replication.rs`, `notification.rs`, `notice.rs`, `logging.rs` | what becomes of changes |
//! | `collected.rs` | kinds of which a bucket has several: inventory, analytics, metrics, Intelligent-Tiering |
//!
//! Checks and rules are pure. A configuration is a document of the API, kept and given back as it was sent; only its rules
//! have types of their own.

pub(crate) mod access;
pub(crate) mod acl;
pub(crate) mod bounds;
pub(crate) mod cache;
pub(crate) mod collected;
pub(crate) mod cors;
pub(crate) mod document;
pub(crate) mod encryption;
pub(crate) mod lifecycle;
pub(crate) mod log_line;
pub(crate) mod logging;
pub(crate) mod notice;
pub(crate) mod notification;
pub(crate) mod point;
pub(crate) mod policy;
pub(crate) mod refusal;
pub(crate) mod replication;
pub(crate) mod selection;
pub(crate) mod settings;
mod settle;
pub(crate) mod tagging;
pub(crate) mod website;

use store::{Order, Raw, Record, Span, StoreError, Writer, decode_record, encode_record};

use super::Engine;
use crate::store::{BucketNo, CONFIGS, SCOPE};

/// A configuration. Its kind is in the key of its record and may never change.
pub(crate) trait Config: Record + Clone + Send + Sync + 'static {
    /// As in `lifecycle`.
    const KIND: &'static str;
}

impl Engine {
    /// The only configuration of its kind.
    pub(crate) async fn config<C: Config>(&self, bucket: BucketNo) -> Result<Option<C>, StoreError> {
        let generation = match self.configs_read().get(self.store(), bucket) {
            cache::Known::Yes(known) => return Ok(known),
            cache::Known::No(generation) => generation,
        };
        let read = self.config_of(bucket, "").await?;
        self.configs_read().keep(generation, bucket, &read);
        Ok(read)
    }

    /// One of several of its kind.
    pub(crate) async fn config_of<C: Config>(&self, bucket: BucketNo, id: &str) -> Result<Option<C>, StoreError> {
        let view = self.store().read().await?;
        let stored = CONFIGS.get(&view, &SCOPE, &(bucket, C::KIND, id)).await?;
        stored.map(|Raw(stored)| decode_record(C::KIND, &stored)).transpose()
    }

    /// Those of a kind after an id, in the order of their ids.
    pub(crate) async fn configs<C: Config>(
        &self,
        bucket: BucketNo,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, C)>, StoreError> {
        let view = self.store().read().await?;
        let mut span = Span::prefix::<(BucketNo, String)>(&(bucket, C::KIND));
        if let Some(id) = after {
            span = span.after::<(BucketNo, String, String)>(&(bucket, C::KIND, id));
        }
        let rows = CONFIGS.scan(&view, &SCOPE, &span, Order::Ascending, limit).await?;
        rows.into_iter().map(|((_, _, id), Raw(stored))| Ok((id, decode_record(C::KIND, &stored)?))).collect()
    }

    /// Sets a configuration; `id` is empty where there is only one.
    pub(crate) async fn put_config<C: Config>(&self, bucket: BucketNo, id: &str, config: &C) -> Result<(), StoreError> {
        let batch = store::Batch::new();
        write_config(&batch, bucket, id, config)?;
        self.store().write(batch).await.map(drop)
    }

    /// Removes a configuration, if there is one.
    pub(crate) async fn delete_config<C: Config>(&self, bucket: BucketNo, id: &str) -> Result<(), StoreError> {
        let batch = store::Batch::new();
        erase_config::<C>(&batch, bucket, id);
        self.store().write(batch).await.map(drop)
    }
}

/// Sets a configuration together with other changes.
pub(crate) fn write_config<C: Config>(
    writer: &impl Writer,
    bucket: BucketNo,
    id: &str,
    config: &C,
) -> Result<(), StoreError> {
    CONFIGS.put(writer, &SCOPE, &(bucket, C::KIND, id), &Raw(encode_record(config)?))
}

/// Removes a configuration together with other changes.
fn erase_config<C: Config>(writer: &impl Writer, bucket: BucketNo, id: &str) {
    CONFIGS.delete(writer, &SCOPE, &(bucket, C::KIND, id));
}
