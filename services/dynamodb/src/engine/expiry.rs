//! Items that may be deleted from an instant on: rows that find them, and the deleting.

use std::time::Duration;

use bytes::Bytes;
use names::Timestamp;
use store::{KeyRange, Order, Reader, Span, StoreError, Tx, Writer};

use super::Engine;
use super::item::{Deed, Write};
use super::key;
use super::refusal::Refusal;
use super::table::{State, Table};
use super::value::{Item, Value};
use crate::store::{EXPIRIES, GlobalVersion, TABLES};

/// Items deleted before others are looked at.
const AT_ONCE: usize = 500;
/// What is said to have expired longer ago than this stays ("Using time to live": five years).
const LONG_AGO: Duration = Duration::from_secs(5 * 365 * 86_400);

/// Makes the rows of expiries follow an item. Rows of an item that was put blindly before may stay; whoever finds one looks
/// at the item.
pub(crate) fn follow(
    tx: &Tx,
    table: &Table,
    state: &State,
    place: &Bytes,
    old: Option<&Item>,
    new: Option<&Item>,
) -> Result<(), StoreError> {
    let Some(name) = &state.record.expiry else { return Ok(()) };
    let at = |item: Option<&Item>| item.and_then(|item| second(item, name));
    let (before, after) = (at(old), at(new));
    if before == after {
        return Ok(());
    }
    if let Some(at) = before {
        tx.delete(row_of(table, at, place));
    }
    if let Some(at) = after {
        tx.put(row_of(table, at, place), Bytes::new());
    }
    Ok(())
}

/// The second from which an item may be deleted; none when it tells no number.
fn second(item: &Item, name: &str) -> Option<i64> {
    if let Value::N(number) = item.get(name)? { number.floor() } else { None }
}

fn row_of(table: &Table, at: i64, place: &Bytes) -> Bytes {
    let mut key = EXPIRIES.key(&table.scope, &(table.no, at)).to_vec();
    key.extend_from_slice(place);
    key.into()
}

impl Engine {
    /// Deletes what has expired, in all tables.
    pub(crate) async fn expire_all(&self) -> Result<(), Refusal> {
        let view = self.store().read().await?;
        for (scope, name, record) in TABLES.scan_everywhere(&view).await? {
            if record.expiry.is_none() {
                continue;
            }
            let store::Scope::Regional(account, region) = scope else { continue };
            let home = super::table::Home { account, region, name };
            if let Some(table) = self.lookup(&home).await?.filter(|table| table.is_open()) {
                self.expire(&table).await?;
            }
        }
        Ok(())
    }

    /// Deletes what has expired of a table.
    pub(crate) async fn expire(&self, table: &Table) -> Result<(), Refusal> {
        loop {
            let state = table.state_kept();
            if !expires_here(table, &state) {
                return Ok(());
            }
            let Some(name) = state.record.expiry.clone() else { return Ok(()) };
            let now = self.now();
            let due = Span::prefix(&(table.no,)).until(&(table.no, seconds(now).saturating_add(1)));
            let range = EXPIRIES.range(&table.scope, &due);
            let rows = self.store().read().await?.scan(range, Order::Ascending, AT_ONCE).await?;
            let full = rows.len() == AT_ONCE;
            for (found, _) in rows {
                self.expire_row(table, &state, &name, &found, now).await?;
            }
            if !full {
                return Ok(());
            }
        }
    }

    /// Deletes the item of a row, if it still tells that it expired, and the row.
    async fn expire_row(
        &self,
        table: &Table,
        state: &State,
        name: &str,
        found: &Bytes,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let head = EXPIRIES.key(&table.scope, &(table.no, 0_i64)).len();
        let place = found.slice(head..);
        let _kept = table.writing().await;
        let course = &self.course().await?.expiring();
        let place = &place;
        self.store()
            .transact(|tx| async move {
                tx.delete(found.clone());
                let Some(stored) = tx.get(place.clone()).await? else { return Ok(()) };
                let item = table.open(state.schema.primary(), place, &stored)?;
                let oldest = seconds(now.minus(LONG_AGO));
                if second(&item, name).is_some_and(|at| at <= seconds(now) && at > oldest) {
                    let keys = key::key_of(state.schema.primary().key(), &item);
                    let write =
                        Write { item: keys, deed: Deed::Delete, condition: None, tells_item: false, asks: false };
                    self.write_in(&tx, table, state, &write, course).await?;
                }
                Ok::<_, Refusal>(())
            })
            .await?;
        if state.tells_others() {
            self.chores().replicate.signal();
        }
        Ok(())
    }

    /// Finds what was there before a table was given an attribute that tells expiries.
    pub(crate) async fn fill_expiries(&self, table: &Table) -> Result<(), Refusal> {
        let state = table.state_kept();
        let Some(name) = &state.record.expiry else { return Ok(()) };
        let mut range = KeyRange::prefix(state.schema.primary().prefix.clone());
        loop {
            let rows = self.store().read().await?.scan(range.clone(), Order::Ascending, AT_ONCE).await?;
            let batch = store::Batch::new();
            for (place, stored) in &rows {
                if let Some(at) = second(&table.open(state.schema.primary(), place, stored)?, name) {
                    batch.put(row_of(table, at, place), Bytes::new());
                }
            }
            self.store().write(batch).await?;
            match rows.last() {
                Some((last, _)) if rows.len() == AT_ONCE => range.start = store::after_key(last),
                _ => return Ok(()),
            }
        }
    }
}

/// Of several replicas that share what expires, one deletes it, and the others are told: that of the first region by name.
fn expires_here(table: &Table, state: &State) -> bool {
    let shared = state.replication().filter(|replication| replication.version == GlobalVersion::V2019);
    shared.is_none_or(|shared| shared.peers.iter().all(|peer| *peer > table.home.region))
}

fn seconds(at: Timestamp) -> i64 {
    at.micros().div_euclid(1_000_000)
}
