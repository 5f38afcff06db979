//! Changes of a version that leave its content alone: tags, lists, locks, classes, restored copies.

use super::event::{Event, What};
use super::find::Which;
use super::set_aside;
use crate::engine::Engine;
use crate::engine::bucket::{Bucket, here};
use crate::engine::refusal::Refusal;
use crate::engine::replication::{Cause, Changed};
use crate::store::{OBJECTS, ObjectRecord, SCOPE};

impl Engine {
    /// Changes a version, which must not be a delete marker. `change` may run several times; it tells what others are to be
    /// told, if anything.
    pub(crate) async fn amend(
        &self,
        bucket: &Bucket,
        key: &str,
        version: Option<&str>,
        change: impl Fn(&mut ObjectRecord) -> Result<Option<What>, Refusal> + Sync,
    ) -> Result<ObjectRecord, Refusal> {
        let (which, change) = (self.which(version)?, &change);
        self.store()
            .transact(|tx| async move {
                let record = here(&tx, &bucket.name, Some(bucket.no())).await?;
                let Some((mut object, is_current)) = self.locate(&tx, bucket.no(), key, which).await? else {
                    return Err(self.not_found(&tx, bucket, key, version).await?);
                };
                if object.marker {
                    return Err(Refusal::IsMarker { version: self.version_id(&object) });
                }
                let before = object.clone();
                let what = change(&mut object)?;
                if let Some(cause) = cause(&before, &object) {
                    let changed = Changed { name: &bucket.name, bucket: &record, key };
                    self.replicate(&tx, changed, &mut object, cause).await?;
                }
                match is_current || which == Which::Current {
                    true => OBJECTS.put(&tx, &SCOPE, &(bucket.no(), key), &object)?,
                    false => set_aside(&tx, bucket.no(), key, &object)?,
                }
                if let Some(what) = what {
                    let event = Event { what, bucket: &bucket.name, key, version: &object, asker: bucket.asker() };
                    self.happens(&tx, &record, event).await?;
                }
                Ok(object)
            })
            .await
    }
}

/// What copies are to be told of a change.
fn cause(before: &ObjectRecord, after: &ObjectRecord) -> Option<Cause> {
    if before.tags != after.tags {
        Some(Cause::Tags)
    } else if before.acl != after.acl {
        Some(Cause::Acl)
    } else if (before.retention, before.hold) != (after.retention, after.hold) {
        Some(Cause::Lock)
    } else {
        None
    }
}
