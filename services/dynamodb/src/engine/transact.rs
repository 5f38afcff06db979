//! Several writes at once: batches, and transactions that happen whole or not at all.

use std::sync::Arc;

use names::Timestamp;
use store::{Batch, Reader, StoreError, Writer};

use super::Engine;
use super::capacity::{Consumed, read_units, write_units};
use super::item::{Deed, Write, Written, check_size, is_blind};
use super::refusal::Refusal;
use super::table::{State, Table};
use super::throttle::Way;
use super::value::Item;
use super::{key, row};
use crate::limits;
use crate::store::{TOKENS, TokenRecord};

/// A write and the table it goes to.
pub(crate) type Aimed = (Arc<Table>, Write);

/// An item that was read, and what that consumed.
pub(crate) type Got = (Option<Item>, Consumed);

/// Why a transaction did not happen.
#[derive(Debug)]
pub(crate) enum Cancelled {
    /// What kept each write from happening.
    Because(Vec<Option<Refusal>>),
    /// Its token was used for another one.
    OtherRequest,
    /// Something else.
    Refused(Refusal),
}

impl From<StoreError> for Cancelled {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<Refusal> for Cancelled {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// The token of a transaction, in its account and region, and a digest of what is asked under it.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    /// Where it is kept.
    pub scope: store::Scope,
    /// The token.
    pub token: String,
    /// What is asked.
    pub digest: Vec<u8>,
}

impl Engine {
    /// Writes items that have nothing to do with each other, in one commit.
    pub(crate) async fn write_batch(&self, writes: &[Aimed]) -> Result<Vec<Written>, Refusal> {
        if writes.iter().any(|(table, _)| table.state().is_strong()) {
            return self.write_one_by_one(writes).await;
        }
        let tables = distinct(writes);
        let mut kept = Vec::new();
        for table in &tables {
            kept.push(table.writing().await);
        }
        let states = self.states(writes)?;
        let blind = writes.iter().zip(&states).all(|((_, write), state)| is_blind(state, write));
        let written = if blind {
            self.batch_blindly(writes, &states).await?
        } else {
            let (states, course) = (&states, &self.course().await?);
            let done = self.store().transact(|tx| async move {
                let mut written = Vec::with_capacity(writes.len());
                for ((table, write), state) in writes.iter().zip(states) {
                    written.push(self.write_in(&tx, table, state, write, course).await?);
                }
                Ok::<_, Refusal>(written)
            });
            done.await?
        };
        for (((table, _), state), written) in writes.iter().zip(&states).zip(&written) {
            self.spend_written(table, state, written);
        }
        Ok(written)
    }

    /// Of tables whose replicas are written together: each write takes the gates of its own table's replicas.
    async fn write_one_by_one(&self, writes: &[Aimed]) -> Result<Vec<Written>, Refusal> {
        let mut written = Vec::with_capacity(writes.len());
        for (table, write) in writes {
            written.push(self.write(table, write).await?);
        }
        Ok(written)
    }

    async fn batch_blindly(&self, writes: &[Aimed], states: &[Arc<State>]) -> Result<Vec<Written>, Refusal> {
        let (batch, mut written) = (Batch::new(), Vec::with_capacity(writes.len()));
        for ((table, write), state) in writes.iter().zip(states) {
            let primary = state.schema.primary();
            let place = key::row(primary, &write.item);
            let units = match write.deed {
                Deed::Put => {
                    key::check_item(&state.schema, &write.item)?;
                    let size = check_size(&write.item)?;
                    let place = place.clone().ok_or_else(key::mismatch)?;
                    batch.put(place.clone(), table.close(primary, &place, &write.item, size)?);
                    write_units(size)
                }
                _ => {
                    key::check_key(primary, &write.item)?;
                    batch.delete(place.clone().ok_or_else(key::mismatch)?);
                    write_units(0)
                }
            };
            let place = place.unwrap_or_default();
            self.check_range(table, state, &place, Way::Write)?;
            let consumed = Consumed { table: units, ..Consumed::default() };
            written.push(Written { consumed, place, ..Written::default() });
        }
        self.store().write(batch).await?;
        Ok(written)
    }

    /// Does all writes or none. Under a token that was used lately for the same, nothing is done again: none is told then.
    pub(crate) async fn transact(
        &self,
        writes: &[Aimed],
        token: Option<&Token>,
    ) -> Result<Option<Vec<Written>>, Cancelled> {
        let tables = distinct(writes);
        let mut kept = Vec::new();
        for table in &tables {
            kept.push(table.writing().await);
        }
        let states = self.states(writes)?;
        if states.iter().any(|state| state.is_strong()) {
            return Err(Refusal::invalid(STRONG).into());
        }
        let (states, course) = (&states, &self.course().await?);
        let done = self.store().transact(|tx| async move {
            if let Some(token) = token {
                if remembered(&tx, token, course.now).await? {
                    return Ok(None);
                }
                let record = TokenRecord { at: course.now, digest: token.digest.clone() };
                TOKENS.put(&tx, &token.scope, &token.token.as_str(), &record)?;
            }
            let (mut written, mut reasons) = (Vec::with_capacity(writes.len()), Vec::with_capacity(writes.len()));
            for ((table, write), state) in writes.iter().zip(states) {
                match self.write_in(&tx, table, state, write, course).await {
                    Ok(done) => {
                        written.push(Written { consumed: done.consumed.clone().times(2.0), ..done });
                        reasons.push(None);
                    }
                    Err(Refusal::Store(error)) => return Err(error.into()),
                    Err(refusal) => reasons.push(Some(refusal)),
                }
            }
            if reasons.iter().any(Option::is_some) { Err(Cancelled::Because(reasons)) } else { Ok(Some(written)) }
        });
        let written = done.await?;
        for (((table, _), state), written) in writes.iter().zip(states).zip(written.iter().flatten()) {
            self.spend_written(table, state, written);
        }
        Ok(written)
    }

    /// Items of one moment, by their keys; of those for which nothing is left of what may be consumed, that.
    pub(crate) async fn get_all(
        &self,
        wanted: &[(Arc<Table>, Item)],
        units_of: impl Fn(usize) -> f64,
    ) -> Result<Vec<Result<Got, Refusal>>, Refusal> {
        let view = self.store().read().await?;
        let mut found = Vec::with_capacity(wanted.len());
        for (table, given) in wanted {
            let state = table.state_kept();
            let primary = state.schema.primary();
            key::check_key(primary, given)?;
            let place = key::row(primary, given).ok_or_else(key::mismatch)?;
            let left = self.check_capacity(table, &state, primary, Way::Read);
            if let Err(throttled) = left.and_then(|()| self.check_range(table, &state, &place, Way::Read)) {
                found.push(Err(throttled));
                continue;
            }
            let stored = view.get(place.clone()).await?;
            let units = units_of(stored.as_ref().map_or(0, row::size));
            self.spend(table, &state, primary, Way::Read, units);
            self.spend_range(table, &state, &place, Way::Read, units);
            let consumed = Consumed { table: units, ..Consumed::default() };
            let item = stored.map(|stored| table.open(primary, &place, &stored)).transpose()?;
            found.push(Ok((item, consumed)));
        }
        Ok(found)
    }

    /// What keeps a write from being done now, and would not later.
    pub(crate) fn throttled(&self, (table, write): &Aimed) -> Option<Refusal> {
        let state = table.state_kept();
        let place = key::row(state.schema.primary(), &write.item)?;
        let left = self.check_writable(table, &state);
        left.and_then(|()| self.check_range(table, &state, &place, Way::Write)).err()
    }

    /// Forgets tokens that were used too long ago.
    pub(crate) async fn forget_tokens(&self) -> Result<(), Refusal> {
        let (view, now) = (self.store().read().await?, self.now());
        for (scope, token, record) in TOKENS.scan_everywhere(&view).await? {
            if record.at.plus(limits::TOKEN_LIFE) <= now {
                let batch = Batch::new();
                TOKENS.delete(&batch, &scope, &token.as_str());
                self.store().write(batch).await?;
            }
        }
        Ok(())
    }

    fn states(&self, writes: &[Aimed]) -> Result<Vec<Arc<State>>, Refusal> {
        let state = |(table, _): &Aimed| {
            let state = table.state_kept();
            if state.gone {
                return Err(Refusal::NoTableForItems);
            }
            self.check_writable(table, &state)?;
            Ok(state)
        };
        writes.iter().map(state).collect()
    }
}

/// Transactions on tables with strong consistency between regions ("Global tables: multi-Region strong consistency").
pub(crate) const STRONG: &str =
    "Transactional operations are not supported on global tables configured for multi-Region strong consistency";

/// Units of reading an item in a transaction.
pub(crate) fn transactional_read_units(bytes: usize) -> f64 {
    read_units(bytes, true) * 2.0
}

/// Each table once, in an order that all who want several keep to.
fn distinct(writes: &[Aimed]) -> Vec<Arc<Table>> {
    let mut tables: Vec<_> = writes.iter().map(|(table, _)| table.clone()).collect();
    tables.sort_by_key(|table| table.no);
    tables.dedup_by_key(|table| table.no);
    tables
}

/// Whether this was done under its token lately.
async fn remembered(tx: &impl Reader, token: &Token, now: Timestamp) -> Result<bool, Cancelled> {
    let record = TOKENS.get(tx, &token.scope, &token.token.as_str()).await?;
    let recent = record.filter(|record: &TokenRecord| record.at.plus(limits::TOKEN_LIFE) > now);
    match recent {
        None => Ok(false),
        Some(record) if record.digest == token.digest => Ok(true),
        Some(_) => Err(Cancelled::OtherRequest),
    }
}
