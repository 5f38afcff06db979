//! The buckets and their objects, in their own words: no API types, no HTTP, no ambient time.
//!
//! | file | what |
//! |---|---|
//! | `bucket.rs`, `name.rs`, `config.rs`, `config/` | buckets, their names, their configurations |
//! | `object/` | versions of objects: written, found, amended, removed |
//! | `upload/` | multipart uploads |
//! | `ageing.rs` | lifecycle rules at work |
//! | `replication/` | copies that rules want of versions |
//! | `inventory.rs` | lists of what a bucket holds. Pure |
//! | `job/` | jobs that do one thing to many objects |
//! | `tiering.rs` | Intelligent-Tiering at work |
//! | `list/` | pages of keys, versions and uploads |
//! | `content.rs`, `garbage.rs` | bytes: taken in, kept, shared, read; files that nobody names |
//! | `bucket_keys.rs` | data keys of KMS that are used again |
//! | `checksum.rs`, `condition.rs`, `range.rs`, `restore.rs`, `sealing.rs`, `lock.rs`, `grants.rs`, `sheet.rs`, `token.rs` | nouns and rules. Pure |
//! | `refusal.rs` | reasons not to do something |

pub(crate) mod ageing;
pub(crate) mod bucket;
pub(crate) mod bucket_keys;
pub(crate) mod canonical;
pub(crate) mod checksum;
pub(crate) mod condition;
pub(crate) mod config;
pub(crate) mod content;
pub(crate) mod garbage;
pub(crate) mod grants;
pub(crate) mod inventory;
pub(crate) mod job;
pub(crate) mod list;
pub(crate) mod lock;
pub(crate) mod name;
pub(crate) mod notices;
pub(crate) mod object;
pub(crate) mod range;
pub(crate) mod refusal;
pub(crate) mod replication;
pub(crate) mod restore;
pub(crate) mod sealing;
pub(crate) mod sheet;
pub(crate) mod tiering;
pub(crate) mod token;
pub(crate) mod upload;

use std::sync::Arc;

use names::Timestamp;
use runtime::Runtime;
use service_kit::{CloudParts, Wake};
use store::blobs::Blobs;
use store::{Mac, Sequence, Store, StoreError};
use tokio::sync::OnceCell;

use crate::store::SCOPE;
use bucket_keys::BucketKeys;
use garbage::GivenUp;
use sealing::Sealing;
use token::Tokens;

/// All buckets of a cloud. Cheap to clone; clones are the same.
#[derive(Clone)]
pub(crate) struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    runtime: Runtime,
    blobs: Arc<dyn Blobs>,
    numbers: Sequence,
    tokens: Tokens,
    customer_keys: Mac,
    tags: Mac,
    bucket_keys: BucketKeys,
    configs_read: config::cache::Cache,
    seen: tiering::Seen,
    given_up: Arc<GivenUp>,
    chores: Chores,
    process: OnceCell<u64>,
}

/// Told when there is background work before its time.
#[derive(Default)]
pub(crate) struct Chores {
    /// Buckets were deleted.
    pub sweep: Wake,
}

impl Engine {
    /// Buckets kept in the store and the blobs of a cloud.
    pub(crate) fn new(parts: &CloudParts) -> Self {
        Self(Arc::new(Inner {
            store: parts.store.clone(),
            runtime: parts.runtime.clone(),
            blobs: parts.blobs.clone(),
            numbers: Sequence::new(&parts.store, SCOPE, "s3"),
            tokens: Tokens::new(&parts.vault),
            customer_keys: parts.vault.mac("s3/customer-key"),
            tags: parts.vault.mac("s3/tag"),
            bucket_keys: BucketKeys::default(),
            configs_read: config::cache::Cache::default(),
            seen: tiering::Seen::default(),
            given_up: Arc::default(),
            chores: Chores::default(),
            process: OnceCell::new(),
        }))
    }

    /// Where background work is announced.
    pub(crate) fn chores(&self) -> &Chores {
        &self.0.chores
    }

    /// The ids of versions and uploads.
    pub(crate) fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    /// By which keys of customers are recognised.
    pub(crate) fn customer_keys(&self) -> &Mac {
        &self.0.customer_keys
    }

    /// The digest of a tag of content with this MD5: a name that says nothing of the content where it is under a key of KMS or
    /// of a customer, and the same name for the same content under the same key.
    pub(crate) fn tag(&self, sealing: &Sealing, md5: [u8; 16]) -> [u8; 16] {
        let key: &[u8] = match sealing {
            Sealing::S3 => return md5,
            Sealing::Kms(kms) => &kms.wrapped,
            Sealing::Customer { check, .. } => check,
        };
        let code = self.0.tags.code(&[key, &md5].concat());
        *code.first_chunk().expect("a code has 32 bytes")
    }

    /// Data keys of buckets that are used again.
    pub(crate) fn bucket_keys(&self) -> &BucketKeys {
        &self.0.bucket_keys
    }

    /// Configurations that were read already.
    fn configs_read(&self) -> &config::cache::Cache {
        &self.0.configs_read
    }

    /// Reads that were not written down yet.
    fn seen(&self) -> &tiering::Seen {
        &self.0.seen
    }

    /// Forgets everything in memory: the store was emptied.
    pub(crate) fn forget(&self) {
        self.0.bucket_keys.clear();
        self.0.given_up.after_reset();
    }

    /// Files given up.
    pub(crate) fn given_up(&self) -> &Arc<GivenUp> {
        &self.0.given_up
    }

    /// Writes several changes at once.
    pub(crate) async fn write(&self, batch: store::Batch) -> Result<(), StoreError> {
        self.store().write(batch).await.map(drop)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    fn blobs(&self) -> &dyn Blobs {
        &*self.0.blobs
    }

    /// A number of no other process on this store, and never 0.
    async fn process(&self) -> Result<u64, StoreError> {
        self.0.process.get_or_try_init(|| self.number()).await.copied()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.runtime.clock.now()
    }

    pub(crate) async fn number(&self) -> Result<u64, StoreError> {
        self.0.numbers.next().await
    }
}
