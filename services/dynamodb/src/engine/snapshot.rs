//! What a table held at an instant, and what changed between two; and items that are loaded into a table from elsewhere.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use names::Timestamp;
use store::{KeyRange, Order, Reader, Span, StoreError};

use super::Engine;
use super::item::{Turn, check_size};
use super::refusal::Refusal;
use super::schema::Index;
use super::stream::{first_at, instant_of};
use super::table::Table;
use super::transfer::lines::Changed;
use super::value::{Item, item_size};
use super::{key, row};
use crate::store::{HISTORY, SequenceNo};

/// Rows read at once.
const AT_ONCE: usize = 500;

/// Items that were otherwise at an instant, by the part of their row's key that is theirs.
type Otherwise = BTreeMap<Bytes, Option<Item>>;

/// What a table held at an instant, a page at a time.
pub(crate) struct Snapshot<'a, R> {
    view: &'a R,
    table: &'a Table,
    primary: Index,
    range: Option<KeyRange>,
    head: usize,
    otherwise: Otherwise,
}

impl<'a, R: Reader> Snapshot<'a, R> {
    /// Of a table that kept what its items were.
    pub(crate) async fn new(view: &'a R, table: &'a Table, at: Timestamp) -> Result<Self, Refusal> {
        let since = first_at(at.plus(std::time::Duration::from_micros(1)));
        let otherwise = before(view, table, since).await?;
        let primary = table.state_kept().schema.primary().clone();
        let (range, head) = (Some(KeyRange::prefix(primary.prefix.clone())), primary.prefix.len());
        Ok(Self { view, table, primary, range, head, otherwise })
    }

    /// The next items; none after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<Item>>, Refusal> {
        let Some(range) = self.range.take() else {
            let rest: Vec<_> = std::mem::take(&mut self.otherwise).into_values().flatten().collect();
            return Ok((!rest.is_empty()).then_some(rest));
        };
        let rows = self.view.scan(range.clone(), Order::Ascending, AT_ONCE).await?;
        let full = rows.len() == AT_ONCE;
        self.range = rows.last().filter(|_| full).map(|(last, _)| key::after(range, last, true));
        let same = rows.iter().filter(|(place, _)| !self.otherwise.contains_key(&place[self.head..]));
        same.map(|(place, stored)| self.table.open(&self.primary, place, stored)).collect::<Result<_, _>>().map(Some)
    }
}

/// What items were before the first change from a number on.
async fn before(view: &impl Reader, table: &Table, since: SequenceNo) -> Result<Otherwise, Refusal> {
    let primary = table.state_kept().schema.primary().clone();
    let span = Span::prefix(&(table.no,)).from(&(table.no, since));
    let mut before = BTreeMap::new();
    for ((_, no), record) in HISTORY.scan_all(view, &table.scope, &span).await? {
        let read = |stored: &Bytes| table.open_in(&no.to_be_bytes(), stored);
        let place = key::row(&primary, &read(&record.key)?).ok_or_else(corrupt)?.slice(primary.prefix.len()..);
        let item = record.before.as_ref().map(read).transpose()?;
        before.entry(place).or_insert(item);
    }
    Ok(before)
}

fn corrupt() -> StoreError {
    StoreError::corrupt("an item of a history")
}

impl Engine {
    /// What changed from an instant on until before another one: each item once.
    pub(crate) async fn changed(
        &self,
        table: &Table,
        from: Timestamp,
        until: Timestamp,
        with_old: bool,
    ) -> Result<Vec<Changed>, Refusal> {
        let view = self.store().read().await?;
        let primary = table.state_kept().schema.primary().clone();
        let span = Span::prefix(&(table.no,)).from(&(table.no, first_at(from))).until(&(table.no, first_at(until)));
        let later = before(&view, table, first_at(until)).await?;
        let mut changed: HashMap<Bytes, Changed> = HashMap::new();
        for ((_, no), record) in HISTORY.scan_all(&view, &table.scope, &span).await? {
            let read = |stored: &Bytes| table.open_in(&no.to_be_bytes(), stored);
            let keys = read(&record.key)?;
            let place = key::row(&primary, &keys).ok_or_else(corrupt)?;
            let old = record.before.as_ref().map(read).transpose()?;
            let written = instant_of(no).micros();
            let entry = changed.entry(place).or_insert(Changed { keys, written, old, new: None });
            entry.written = written;
        }
        let mut all = Vec::with_capacity(changed.len());
        for (place, mut change) in changed {
            change.new = match later.get(&place[primary.prefix.len()..]) {
                Some(item) => item.clone(),
                None => {
                    let stored = view.get(place.clone()).await?;
                    stored.map(|stored| table.open(&primary, &place, &stored)).transpose()?
                }
            };
            if change.old.is_some() || change.new.is_some() {
                change.old = change.old.filter(|_| with_old);
                all.push(change);
            }
        }
        all.sort_by_key(|change| change.written);
        Ok(all)
    }

    /// Puts items that come from elsewhere, whatever the table may consume; tells how many could be.
    pub(crate) async fn load(&self, table: &Table, items: &[Item]) -> Result<u64, Refusal> {
        let _kept = table.writing().await;
        let (state, course) = (&table.state_kept(), &self.course().await?.quiet());
        let fits = |item: &&Item| key::check_item(&state.schema, item).is_ok() && check_size(item).is_ok();
        let fitting: Vec<_> = items.iter().filter(fits).collect();
        let fitting = &fitting;
        self.store()
            .transact(|tx| async move {
                for item in fitting {
                    let Some(place) = key::row(state.schema.primary(), item) else { continue };
                    let stored = tx.get(place.clone()).await?;
                    let primary = state.schema.primary();
                    let old = stored.as_ref().map(|stored| table.open(primary, &place, stored)).transpose()?;
                    let sizes = (stored.as_ref().map_or(0, row::size), item_size(item));
                    let turn = Turn { place: &place, old: old.as_ref(), new: Some(item), sizes };
                    self.settle(&tx, table, state, course, &turn).await?;
                }
                Ok::<_, Refusal>(())
            })
            .await?;
        Ok(fitting.len() as u64)
    }
}
