//! What is told of a change: to the table's stream, and to its history where it can be restored to any second.

use bytes::Bytes;
use store::{StoreError, Tx};

use super::item::Course;
use super::key;
use super::table::{State, Table};
use super::value::{Item, encode_item, item_size};
use crate::store::{CHANGES, ChangeKind, ChangeRecord, HISTORY, HistoryRecord, View};

/// Tells of a change in its transaction. An item that stays as it is makes no change.
pub(crate) fn tell(
    tx: &Tx,
    table: &Table,
    state: &State,
    course: &Course<'_>,
    old: Option<&Item>,
    new: Option<&Item>,
) -> Result<(), StoreError> {
    let kind = match (old, new) {
        (None, None) => return Ok(()),
        (Some(old), Some(new)) if old == new => return Ok(()),
        (None, Some(_)) => ChangeKind::Insert,
        (Some(_), Some(_)) => ChangeKind::Modify,
        (Some(_), None) => ChangeKind::Remove,
    };
    let Some(either) = new.or(old) else { return Ok(()) };
    let keys = key::key_of(state.schema.primary().key(), either);
    if let Some(stream) = state.record.stream.as_ref().filter(|stream| stream.on && !course.quiet) {
        let shows = |views: [View; 2], item: Option<&Item>| item.cloned().filter(|_| views.contains(&stream.view));
        let before = shows([View::Old, View::Both], old);
        let after = shows([View::New, View::Both], new);
        let size = item_size(&keys) + before.as_ref().map_or(0, item_size) + after.as_ref().map_or(0, item_size);
        let record = ChangeRecord {
            at: course.now,
            kind,
            key: stored(&keys),
            old: before.as_ref().map(stored),
            new: after.as_ref().map(stored),
            size: size as u64,
            expired: course.expires,
        };
        CHANGES.put(tx, &table.scope, &(stream.no, course.number()), &record)?;
    }
    if state.record.recovery.is_some() {
        let record = HistoryRecord { key: stored(&keys), before: old.map(stored) };
        HISTORY.put(tx, &table.scope, &(table.no, course.number()), &record)?;
    }
    Ok(())
}

fn stored(item: &Item) -> Bytes {
    let mut out = Vec::with_capacity(64);
    encode_item(item, &mut out);
    out.into()
}
