//! What others are told of changes: notifications, replication, lifecycle read it in the transaction that makes the change.

use serde::{Deserialize, Serialize};
use store::Tx;

use crate::engine::Engine;
use crate::engine::notices::Asker;
use crate::engine::refusal::Refusal;
use crate::store::{BucketRecord, ObjectRecord};

/// What happened to a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum What {
    /// Written by one request.
    Put,
    /// Written by a form of a browser.
    Post,
    /// Copied from another.
    Copy,
    /// Put together from parts.
    Complete,
    /// Deleted for good.
    Delete,
    /// Hidden by a delete marker.
    MarkerCreated,
    /// Expired by a lifecycle rule, for good.
    Expired,
    /// Expired by a lifecycle rule, hidden by a delete marker.
    ExpiredMarker,
    /// Moved to another storage class by a lifecycle rule.
    Transitioned,
    /// A restored copy was asked for.
    RestorePost,
    /// A restored copy is there.
    RestoreCompleted,
    /// A restored copy is gone.
    RestoreDelete,
    /// Tags were set.
    TagsPut,
    /// Tags were taken away.
    TagsDelete,
    /// The access control list was set.
    AclPut,
    /// A copy that a rule wants was given up.
    ReplicationFailed,
    /// A copy was not made in the time that was promised.
    ReplicationMissed,
    /// It was made after all.
    ReplicatedLate,
    /// Archived by Intelligent-Tiering.
    Tiered,
}

/// A change of a version, on its way into the store.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event<'a> {
    /// What happens.
    pub what: What,
    /// The bucket's name.
    pub bucket: &'a str,
    /// The key.
    pub key: &'a str,
    /// The version as it is from now on, or was.
    pub version: &'a ObjectRecord,
    /// Who asked for it; none for the cloud itself.
    pub asker: Option<&'a Asker>,
}

impl Engine {
    /// Takes note of a change in the transaction that makes it.
    pub(crate) async fn happens(&self, tx: &Tx, bucket: &BucketRecord, event: Event<'_>) -> Result<(), Refusal> {
        Ok(self.notice(tx, bucket, event).await?)
    }
}
