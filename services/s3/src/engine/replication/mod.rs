//! Copies that rules want: ordered in the transaction of the change that makes them due, so that an acknowledged change is
//! copied or known to have failed.
//!
//! | file | what |
//! |---|---|
//! | `mod.rs` | what is ordered, and how a version stands while its copies are under way |
//! | `settle.rs` | what becomes of a version when a copy is made, or was given up |
//! | `replica.rs` | the copy as it is written |

mod replica;
mod settle;

pub(crate) use replica::{Bytes, Replica, Written};

use names::{AccountId, Arn, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Order as Direction, Record, Span, StoreError, Table, Tx, Watch};

use super::Engine;
use super::bucket::{Bucket, here};
use super::config::document::Document;
use super::config::replication::{self, Change, Rule};
use super::object::find::Which;
use super::object::record::{Class, Replication};
use super::object::set_aside;
use super::refusal::Refusal;
use super::sealing::Sealing;
use crate::store::{BucketNo, BucketRecord, No, OBJECTS, ObjectRecord, SCOPE};

/// Copies by their numbers, until they are handed over.
const ORDERS: Table<u64, Order> = Table::new("s3", "replicate");
/// Copies of a version that are not made yet.
const OUTSTANDING: Table<(BucketNo, No), Outstanding> = Table::new("s3", "replicating");

/// One version that is to be copied to one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    /// Its number.
    pub(crate) number: u64,
    /// The bucket it is in.
    pub(crate) bucket: String,
    /// That bucket's number.
    pub(crate) no: BucketNo,
    /// That bucket's account.
    pub(crate) account: AccountId,
    /// That bucket's region.
    pub(crate) region: String,
    /// Its key.
    pub(crate) key: String,
    /// Its number.
    pub(crate) version: No,
    /// The role that copies.
    pub(crate) role: String,
    /// The rule that wants it.
    pub(crate) rule: String,
    /// The bucket it goes to.
    pub(crate) destination: String,
    /// The class it gets there, where that is another.
    pub(crate) class: Option<Class>,
    /// Who is to own it there, where that is another.
    pub(crate) owner: Option<AccountId>,
    /// The key of KMS it is encrypted under there, if it is under one here.
    pub(crate) kms_key: Option<String>,
    /// Minutes in which it is promised.
    pub(crate) within_minutes: Option<u32>,
    /// What made it due.
    pub(crate) cause: Cause,
    /// Since when.
    pub(crate) since: Timestamp,
}

/// What makes a copy due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Cause {
    /// The version is new.
    Put,
    /// It is a new delete marker.
    Marker,
    /// Its tags changed.
    Tags,
    /// Its list did.
    Acl,
    /// Its lock did.
    Lock,
    /// A job asks for it.
    Batch,
}

/// Copies that are under way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outstanding {
    /// Their orders.
    pub(crate) orders: Vec<u64>,
    /// Whether one failed.
    pub(crate) failed: bool,
}

impl Record for Order {
    const VERSION: u8 = 1;
}

impl Record for Outstanding {
    const VERSION: u8 = 1;
}

impl Cause {
    /// AWS's word in events.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Put => "OBJECT_PUT",
            Self::Marker => "OBJECT_DELETE",
            Self::Tags => "OBJECT_TAGGING",
            Self::Acl => "OBJECT_ACL",
            Self::Lock => "OBJECT_LOCK",
            Self::Batch => "OBJECT_BATCH",
        }
    }

    /// Whether only what is said of a version changed.
    pub(crate) fn is_amendment(self) -> bool {
        matches!(self, Self::Tags | Self::Acl | Self::Lock)
    }
}

/// A version that changes: where it is.
#[derive(Clone, Copy)]
pub(crate) struct Changed<'a> {
    /// The bucket's name.
    pub(crate) name: &'a str,
    /// The bucket.
    pub(crate) bucket: &'a BucketRecord,
    /// The key.
    pub(crate) key: &'a str,
}

impl Engine {
    /// Orders the copies that rules want of a version, which is written after this in the same transaction. Tells how many.
    pub(crate) async fn replicate(
        &self,
        tx: &Tx,
        of: Changed<'_>,
        version: &mut ObjectRecord,
        cause: Cause,
    ) -> Result<usize, StoreError> {
        let Some((role, rules)) = self.wanted(of, version, cause).await? else { return Ok(0) };
        let mut outstanding = OUTSTANDING.get(tx, &SCOPE, &(of.bucket.no, version.no)).await?.unwrap_or_default();
        for rule in &rules {
            let order = self.order(of, version, cause, &role, rule).await?;
            ORDERS.put(tx, &SCOPE, &order.number, &order)?;
            outstanding.orders.push(order.number);
        }
        OUTSTANDING.put(tx, &SCOPE, &(of.bucket.no, version.no), &outstanding)?;
        if version.replication != Some(Replication::Replica) {
            version.replication = Some(Replication::Pending);
        }
        Ok(rules.len())
    }

    /// Whether rules want copies of a version, whenever it was written.
    pub(crate) async fn is_replicated(&self, of: Changed<'_>, version: &ObjectRecord) -> Result<bool, StoreError> {
        Ok(self.wanted(of, version, Cause::Batch).await?.is_some())
    }

    /// Orders the copies that rules want of a version that is there, unless they are under way. Tells whether any do.
    pub(crate) async fn replicate_again(&self, bucket: &Bucket, key: &str, which: Which) -> Result<bool, Refusal> {
        self.store()
            .transact(|tx| async move {
                let record = here(&tx, &bucket.name, Some(bucket.no())).await?;
                let found = self.locate(&tx, bucket.no(), key, which).await?;
                let Some((mut version, is_current)) = found else {
                    return Err(Refusal::NoSuchKey { key: key.to_owned(), marker: None });
                };
                if OUTSTANDING.get(&tx, &SCOPE, &(bucket.no(), version.no)).await?.is_some() {
                    return Ok(true);
                }
                let changed = Changed { name: &bucket.name, bucket: &record, key };
                if self.replicate(&tx, changed, &mut version, Cause::Batch).await? == 0 {
                    return Ok(false);
                }
                match is_current {
                    true => OBJECTS.put(&tx, &SCOPE, &(bucket.no(), key), &version)?,
                    false => set_aside(&tx, bucket.no(), key, &version)?,
                }
                Ok(true)
            })
            .await
    }

    /// Tells of copies that are made or given up.
    pub(crate) fn watch_copies(&self) -> Watch {
        self.store().watch(&OUTSTANDING.prefix(&SCOPE))
    }

    /// Whether copies of a version are under way.
    pub(crate) async fn is_under_way(&self, bucket: BucketNo, version: No) -> Result<bool, StoreError> {
        let view = self.store().read().await?;
        Ok(OUTSTANDING.get(&view, &SCOPE, &(bucket, version)).await?.is_some())
    }

    /// The role and the rules by which a version is copied, if any.
    async fn wanted(
        &self,
        of: Changed<'_>,
        version: &ObjectRecord,
        cause: Cause,
    ) -> Result<Option<(String, Vec<Rule>)>, StoreError> {
        // Archived content cannot be read; and what was never copied has no copy that could change.
        if version.class.is_archive() || cause.is_amendment() && version.replication.is_none() {
            return Ok(None);
        }
        let kept = self.config::<Document<api_s3::ReplicationConfiguration>>(of.bucket.no).await?;
        let Some(Document(kept)) = kept else { return Ok(None) };
        let tags = version.tags.iter().cloned().collect();
        let change = Change {
            key: of.key,
            tags: &tags,
            marker: version.marker,
            kms: matches!(version.sealing, Sealing::Kms(_)),
            replica: version.replication == Some(Replication::Replica) && cause != Cause::Batch,
            amended: cause.is_amendment(),
        };
        let rules = replication::rules(&kept);
        let rules: Vec<Rule> = replication::matching(&rules, change).into_iter().cloned().collect();
        Ok((!rules.is_empty()).then_some((kept.role, rules)))
    }

    async fn order(
        &self,
        of: Changed<'_>,
        version: &ObjectRecord,
        cause: Cause,
        role: &str,
        rule: &Rule,
    ) -> Result<Order, StoreError> {
        Ok(Order {
            number: self.number().await?,
            bucket: of.name.to_owned(),
            no: of.bucket.no,
            account: of.bucket.account,
            region: of.bucket.region.to_string(),
            key: of.key.to_owned(),
            version: version.no,
            role: role.to_owned(),
            rule: rule.id.clone(),
            destination: rule.bucket.clone(),
            class: rule.class.as_deref().and_then(Class::parse),
            owner: rule.owner,
            kms_key: rule.kms_key.clone(),
            within_minutes: rule.within_minutes,
            cause,
            since: self.now(),
        })
    }

    /// The first orders that nobody took up yet.
    pub(crate) async fn orders(&self, limit: usize) -> Result<Vec<Order>, StoreError> {
        let view = self.store().read().await?;
        let rows = ORDERS.scan(&view, &SCOPE, &Span::all(), Direction::Ascending, limit).await?;
        Ok(rows.into_iter().map(|(_, order)| order).collect())
    }

    /// Takes an order off the list: it is handed over.
    pub(crate) fn taken_up(writer: &impl store::Writer, order: &Order) {
        ORDERS.delete(writer, &SCOPE, &order.number);
    }

    /// Tells of new orders.
    pub(crate) fn watch_orders(&self) -> Watch {
        self.store().watch(&ORDERS.prefix(&SCOPE))
    }

    /// Whether the copy of an order is in a bucket.
    pub(crate) async fn replica(&self, bucket: BucketNo, order: &Order) -> Result<bool, Refusal> {
        let view = self.store().read().await?;
        Ok(self.numbered(&view, bucket, &order.key, order.version).await?.is_some())
    }

    /// Whether an order is still under way.
    pub(crate) async fn is_outstanding(&self, order: &Order) -> Result<bool, StoreError> {
        let view = self.store().read().await?;
        let outstanding = OUTSTANDING.get(&view, &SCOPE, &(order.no, order.version)).await?;
        Ok(outstanding.is_some_and(|outstanding| outstanding.orders.contains(&order.number)))
    }
}

impl Order {
    /// The role, if that is an ARN.
    pub(crate) fn role(&self) -> Option<Arn> {
        self.role.parse().ok()
    }

    /// When it is late.
    pub(crate) fn late_at(&self) -> Option<Timestamp> {
        let minutes = self.within_minutes?;
        Some(self.since.plus(std::time::Duration::from_secs(u64::from(minutes) * 60)))
    }
}
