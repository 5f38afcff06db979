//! Versions of objects: what they are, how they come, change and go.
//!
//! | file | what |
//! |---|---|
//! | `record.rs` | what a version is |
//! | `find.rs` | the version that is meant |
//! | `put.rs` | a new version, and what becomes of the one before |
//! | `amend.rs` | changes of a version that leave its content alone |
//! | `remove.rs` | versions deleted, delete markers set |
//! | `event.rs` | what others are told of changes |
//!
//! The current version of a key is in one table and its older versions in another, so that a listing never passes over what
//! it does not show. Delete markers are always among the older versions: a key whose newest version is one has no current.

pub(crate) mod amend;
pub(crate) mod event;
pub(crate) mod find;
pub(crate) mod put;
pub(crate) mod record;
pub(crate) mod remove;

use store::{Order, Reader, Span, StoreError, Writer};

use crate::store::{BucketNo, NULLS, No, Number, OBJECTS, ObjectRecord, SCOPE, VERSIONS};

/// Where an older version stands among those of its key: the newest first.
pub(crate) fn place_of(no: No) -> No {
    No::MAX - no
}

/// The current version of a key.
pub(crate) async fn current(
    reader: &impl Reader,
    bucket: BucketNo,
    key: &str,
) -> Result<Option<ObjectRecord>, StoreError> {
    OBJECTS.get(reader, &SCOPE, &(bucket, key)).await
}

/// An older version of a key.
pub(crate) async fn older(
    reader: &impl Reader,
    bucket: BucketNo,
    key: &str,
    no: No,
) -> Result<Option<ObjectRecord>, StoreError> {
    VERSIONS.get(reader, &SCOPE, &(bucket, key, place_of(no))).await
}

/// The newest of the older versions of a key.
pub(crate) async fn newest_older(
    reader: &impl Reader,
    bucket: BucketNo,
    key: &str,
) -> Result<Option<ObjectRecord>, StoreError> {
    let all = Span::prefix::<(BucketNo, String)>(&(bucket, key));
    let mut rows = VERSIONS.scan(reader, &SCOPE, &all, Order::Ascending, 1).await?;
    Ok(rows.pop().map(|(_, record)| record))
}

/// Puts a version among the older ones.
pub(crate) fn set_aside(
    writer: &impl Writer,
    bucket: BucketNo,
    key: &str,
    record: &ObjectRecord,
) -> Result<(), StoreError> {
    if record.null {
        NULLS.put(writer, &SCOPE, &(bucket, key), &Number(record.no))?;
    }
    VERSIONS.put(writer, &SCOPE, &(bucket, key, place_of(record.no)), record)
}

/// Takes a version from among the older ones.
fn take_out(writer: &impl Writer, bucket: BucketNo, key: &str, record: &ObjectRecord) {
    if record.null {
        NULLS.delete(writer, &SCOPE, &(bucket, key));
    }
    VERSIONS.delete(writer, &SCOPE, &(bucket, key, place_of(record.no)));
}
