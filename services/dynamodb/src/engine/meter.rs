//! What is left of what tables, indexes and partition keys may consume, and what was taken of it.

use bytes::Bytes;

use super::Engine;
use super::item::Written;
use super::refusal::{Refusal, Throttle, Why};
use super::schema::Index;
use super::table::{State, Table};
use super::throttle::Way;
use crate::store::Billing;

impl Engine {
    /// Whether anything is left of what a table and its global indexes may consume.
    pub(crate) fn check_writable(&self, table: &Table, state: &State) -> Result<(), Refusal> {
        self.check_capacity(table, state, state.schema.primary(), Way::Write)?;
        let global = state.schema.secondary().iter().filter(|index| index.global);
        for index in global {
            self.check_capacity(table, state, index, Way::Write)?;
        }
        Ok(())
    }

    /// Whether anything is left of what an index, or the table itself, may consume.
    pub(crate) fn check_capacity(&self, table: &Table, state: &State, index: &Index, way: Way) -> Result<(), Refusal> {
        let Some((rate, provisioned)) = rate(state, index, way) else { return Ok(()) };
        if table.meters.take(index.no, way, 0.0, rate, self.now()) {
            return Ok(());
        }
        let why = if provisioned { Why::Provisioned } else { Why::MaxOnDemand };
        Err(throttled(table, state, index, way, why))
    }

    /// Whether anything is left of what the partition of a row may consume.
    pub(crate) fn check_range(&self, table: &Table, state: &State, place: &Bytes, way: Way) -> Result<(), Refusal> {
        let primary = state.schema.primary();
        if self.take_range(table, state, place, way, 0.0) {
            return Ok(());
        }
        Err(throttled(table, state, primary, way, Why::KeyRange))
    }

    /// Takes what was consumed of a partition.
    pub(crate) fn spend_range(&self, table: &Table, state: &State, place: &Bytes, way: Way, units: f64) {
        self.take_range(table, state, place, way, units);
    }

    fn take_range(&self, table: &Table, state: &State, place: &Bytes, way: Way, units: f64) -> bool {
        let from = state.schema.primary().prefix.len();
        let hash = place.get(from..from + 4).and_then(|hash| <[u8; 4]>::try_from(hash).ok());
        hash.is_none_or(|hash| table.ranges.take(way, hash, units, self.now()))
    }

    /// Takes what was consumed from what may be.
    pub(crate) fn spend(&self, table: &Table, state: &State, index: &Index, way: Way, units: f64) {
        if let Some((rate, _)) = rate(state, index, way) {
            table.meters.take(index.no, way, units, rate, self.now());
        }
    }

    /// The same of a write that was done: local indexes spend what their table may. Whoever brings writes to other replicas
    /// is woken.
    pub(crate) fn spend_written(&self, table: &Table, state: &State, written: &Written) {
        if state.tells_others() {
            self.chores().replicate.signal();
        }
        let consumed = &written.consumed;
        let local: f64 = consumed.local.iter().map(|(_, units)| units).sum();
        self.spend(table, state, state.schema.primary(), Way::Write, consumed.table + local);
        self.spend_range(table, state, &written.place, Way::Write, consumed.table + local);
        for (name, units) in &consumed.global {
            if let Some(index) = state.schema.index(name) {
                self.spend(table, state, index, Way::Write, *units);
            }
        }
    }
}

fn throttled(table: &Table, state: &State, index: &Index, way: Way, why: Why) -> Refusal {
    let arn = table.home.arn();
    let on_demand = matches!(state.record.billing, Billing::OnDemand(_));
    let resource = index.name.as_ref().map_or_else(|| arn.to_string(), |name| format!("{arn}/index/{name}"));
    Refusal::Throttled(Throttle { index: index.name.is_some(), way, why, on_demand, resource })
}

/// Units a second, and whether they were bought; none where nothing bounds them.
fn rate(state: &State, index: &Index, way: Way) -> Option<(u64, bool)> {
    let throughput = match &index.name {
        Some(name) if index.global => &state.record.global.iter().find(|record| record.name == *name)?.throughput,
        _ => &state.record.throughput,
    };
    match state.record.billing {
        Billing::Provisioned { .. } => Some((if way == Way::Read { throughput.read } else { throughput.write }, true)),
        Billing::OnDemand(_) => {
            (if way == Way::Read { throughput.most_read } else { throughput.most_write }).map(|most| (most, false))
        }
    }
}
