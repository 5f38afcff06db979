//! What is told of a change: to the table's stream, and to its history where it can be restored to any second.

use store::Tx;

use super::item::Course;
use super::key;
use super::refusal::Refusal;
use super::table::{State, Table};
use super::value::{Item, item_size};
use crate::store::{CHANGES, ChangeKind, ChangeRecord, HISTORY, HistoryRecord, View};

/// Tells of a change in its transaction. An item that stays as it is makes no change.
pub(crate) fn tell(
    tx: &Tx,
    table: &Table,
    state: &State,
    course: &Course<'_>,
    old: Option<&Item>,
    new: Option<&Item>,
) -> Result<(), Refusal> {
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
        let number = course.number();
        let close = |item: &Item| table.close_in(&number.to_be_bytes(), item);
        let size = item_size(&keys) + before.as_ref().map_or(0, item_size) + after.as_ref().map_or(0, item_size);
        let record = ChangeRecord {
            at: course.now,
            kind,
            key: close(&keys)?,
            old: before.as_ref().map(close).transpose()?,
            new: after.as_ref().map(close).transpose()?,
            size: size as u64,
            expired: course.expires,
        };
        CHANGES.put(tx, &table.scope, &(stream.no, number), &record)?;
    }
    if state.record.recovery.is_some() {
        let number = course.number();
        let close = |item: &Item| table.close_in(&number.to_be_bytes(), item);
        let record = HistoryRecord { key: close(&keys)?, before: old.map(close).transpose()? };
        HISTORY.put(tx, &table.scope, &(table.no, number), &record)?;
    }
    Ok(())
}
