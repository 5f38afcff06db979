//! The copy of a version: under its own number and id, at its place among the versions that are there.

use store::Tx;

use super::{OUTSTANDING, Order};
use crate::engine::Engine;
use crate::engine::bucket::{Bucket, here};
use crate::engine::content::{Content, Fresh, Piece};
use crate::engine::object::event::{Event, What};
use crate::engine::object::record::{ObjectRecord, Replication};
use crate::engine::object::{current, newest_older, set_aside};
use crate::engine::refusal::Refusal;
use crate::engine::sealing::Sealing;
use crate::store::{BucketRecord, LAYOUTS, Layout, OBJECTS, Ownership, SCOPE, Versioning};

/// A copy to be written.
pub(crate) struct Replica<'a> {
    /// What was ordered.
    pub(crate) order: &'a Order,
    /// The bucket it goes to.
    pub(crate) to: &'a Bucket,
    /// How its content is encrypted there.
    pub(crate) sealing: Sealing,
    /// Its content.
    pub(crate) bytes: Bytes,
}

/// The content of a copy.
pub(crate) enum Bytes {
    /// The version is there already, or has none.
    None,
    /// That of the original: the same key reads both.
    Shared,
    /// Read and written again, in one piece.
    One(Fresh),
    /// The same in several, each with what is known of it.
    Many(Vec<(Fresh, Piece)>),
}

/// How writing a copy ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// It is there.
    Done,
    /// Another order of the same version comes first.
    NotYet,
}

impl Bytes {
    /// A record names them now.
    pub(crate) fn named(self) {
        match self {
            Self::None | Self::Shared => {}
            Self::One(fresh) => fresh.named(),
            Self::Many(pieces) => pieces.into_iter().for_each(|(fresh, _)| fresh.named()),
        }
    }
}

impl Engine {
    /// Writes a copy, and what the original knows of it, at once.
    pub(crate) async fn put_replica(&self, replica: &Replica<'_>) -> Result<Written, Refusal> {
        self.store().transact(|tx| async move { self.put_replica_in(&tx, replica).await }).await
    }

    async fn put_replica_in(&self, tx: &Tx, replica: &Replica<'_>) -> Result<Written, Refusal> {
        let order = replica.order;
        let Some((source, _)) = self.ordered(tx, order).await? else {
            self.settle_in(tx, order, None).await?;
            return Ok(Written::Done);
        };
        let to = here(tx, &replica.to.name, Some(replica.to.no())).await?;
        if to.versioning != Versioning::Enabled {
            self.settle_in(tx, order, Some("DstBucketUnversioned")).await?;
            return Ok(Written::Done);
        }
        match self.numbered(tx, to.no, &order.key, order.version).await? {
            Some((there, is_current)) => self.amend_replica(tx, &to, order, &source, there, is_current)?,
            None if order.cause.is_amendment() => {
                if self.has_earlier(tx, order).await? {
                    return Ok(Written::NotYet);
                }
                self.settle_in(tx, order, Some("DstObjectHardDeleted")).await?;
                return Ok(Written::Done);
            }
            None => self.insert_replica(tx, &to, replica, &source).await?,
        }
        self.settle_in(tx, order, None).await?;
        Ok(Written::Done)
    }

    async fn has_earlier(&self, tx: &Tx, order: &Order) -> Result<bool, Refusal> {
        let outstanding = OUTSTANDING.get(tx, &SCOPE, &(order.no, order.version)).await?.unwrap_or_default();
        Ok(outstanding.orders.iter().any(|number| *number < order.number))
    }

    /// What is said of a version goes to the copy that is there; the original keeps what it alone knows.
    fn amend_replica(
        &self,
        tx: &Tx,
        to: &BucketRecord,
        order: &Order,
        source: &ObjectRecord,
        there: ObjectRecord,
        is_current: bool,
    ) -> Result<(), Refusal> {
        let (owner, acl) = whose(to, order, source);
        // A change that comes back from a copy does not change whose the original is.
        let owner = if there.replication == Some(Replication::Replica) { owner } else { there.owner };
        let record = ObjectRecord {
            tags: source.tags.clone(),
            retention: source.retention,
            hold: source.hold,
            owner,
            acl,
            ..there
        };
        match is_current {
            true => OBJECTS.put(tx, &SCOPE, &(to.no, order.key.as_str()), &record)?,
            false => set_aside(tx, to.no, &order.key, &record)?,
        }
        Ok(())
    }

    async fn insert_replica(
        &self,
        tx: &Tx,
        to: &BucketRecord,
        replica: &Replica<'_>,
        source: &ObjectRecord,
    ) -> Result<(), Refusal> {
        let order = replica.order;
        let content = self.content_of_replica(tx, source, &replica.bytes).await?;
        let (owner, acl) = whose(to, order, source);
        let retention = source.retention.or(to.default_retention.map(|kept| kept.of(source.modified)));
        let record = ObjectRecord {
            content,
            sealing: replica.sealing.clone(),
            class: order.class.unwrap_or(source.class),
            owner,
            acl,
            retention: retention.filter(|_| !source.marker && to.object_lock),
            restore: None,
            replication: Some(Replication::Replica),
            ..source.clone()
        };
        if record.null {
            self.forget_null(tx, to.no, &order.key).await?;
        }
        self.stand(tx, to, &order.key, &record).await?;
        let what = if record.marker { What::MarkerCreated } else { What::Put };
        let event =
            Event { what, bucket: &replica.to.name, key: &order.key, version: &record, asker: replica.to.asker() };
        self.happens(tx, to, event).await
    }

    /// Puts a version at its place: before those that are older, behind those that are newer.
    async fn stand(&self, tx: &Tx, to: &BucketRecord, key: &str, record: &ObjectRecord) -> Result<(), Refusal> {
        let now = current(tx, to.no, key).await?;
        let newest = match &now {
            Some(now) => Some(now.no),
            None => newest_older(tx, to.no, key).await?.map(|older| older.no),
        };
        if newest.is_some_and(|newest| newest > record.no) {
            return Ok(set_aside(tx, to.no, key, record)?);
        }
        if let Some(now) = now {
            set_aside(tx, to.no, key, &now)?;
        }
        match record.marker {
            true => {
                OBJECTS.delete(tx, &SCOPE, &(to.no, key));
                self.disturb_uploads(tx, to.no, key).await?;
                set_aside(tx, to.no, key, record)?;
            }
            false => OBJECTS.put(tx, &SCOPE, &(to.no, key), record)?,
        }
        Ok(())
    }

    async fn content_of_replica(&self, tx: &Tx, source: &ObjectRecord, bytes: &Bytes) -> Result<Content, Refusal> {
        // The layout of a copy cannot be where the original's is: they have the same number.
        let at = self.number().await?;
        match bytes {
            Bytes::None => Ok(Content::Empty),
            Bytes::Shared => Ok(match self.share(tx, source.no, source.content, at).await? {
                Content::Many => Content::Laid(at),
                content => content,
            }),
            Bytes::One(fresh) => Ok(self.kept(tx, fresh).await?),
            Bytes::Many(fresh) => {
                let mut pieces = Vec::with_capacity(fresh.len());
                for (fresh, piece) in fresh {
                    pieces.push(Piece { place: self.keep(tx, fresh).await?, ..piece.clone() });
                }
                LAYOUTS.put(tx, &SCOPE, &at, &Layout { pieces })?;
                Ok(Content::Laid(at))
            }
        }
    }
}

/// Who owns a copy, and its list.
fn whose(
    to: &BucketRecord,
    order: &Order,
    source: &ObjectRecord,
) -> (names::AccountId, Vec<crate::engine::grants::Grant>) {
    match to.ownership == Ownership::BucketOwnerEnforced || order.owner.is_some() {
        true => (to.account, Vec::new()),
        false => (source.owner, source.acl.clone()),
    }
}
