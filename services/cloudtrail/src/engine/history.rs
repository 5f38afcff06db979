//! The event history: 90 days of management events of each account and region, newest first, found by one attribute.
//!
//! Events lie in chunks, each named by its newest event. A walk goes through the chunks' filters from the newest on, opens
//! those that may hold what is looked for, and lets an event go once no chunk that is left can hold a newer one.

use std::collections::{BTreeMap, VecDeque};

use names::Timestamp;
use store::{Batch, Order, ReadView, Scope, Span, Store, StoreError, Writer};

use super::attribute::Attribute;
use super::chunk::{self, Place, SPAN};
use crate::limits::HISTORY;
use crate::store::{CHUNKS, EVENT_INDEX, EVENTS, EventId, EventRecord, FILTERS, FilterRecord, INSIGHTS};

/// Events of an older form rewritten by one commit.
const FORWARD_BATCH: usize = 500;
/// Filters read at once: few at first, for a page of what is newest.
const FEW: usize = 8;
const MANY: usize = 256;

/// An event of the history.
pub(crate) type Found = (Timestamp, EventId, EventRecord);

/// What is looked up.
#[derive(Debug)]
pub(crate) struct Lookup {
    pub(crate) attribute: Option<(Attribute, String)>,
    /// The earliest instant.
    pub(crate) from: Timestamp,
    /// The first instant that is too late.
    pub(crate) until: Timestamp,
    /// The event after which to go on, in the order of the listing.
    pub(crate) after: Option<(Timestamp, EventId)>,
    pub(crate) limit: usize,
}

impl Lookup {
    /// The events, newest first.
    pub(crate) async fn events(&self, view: &ReadView, scope: &Scope) -> Result<Vec<Found>, StoreError> {
        let mut walk = Walk::new(view, scope, self.from, self.before(), self.attribute.as_ref());
        let mut found = Vec::new();
        while found.len() < self.limit
            && let Some(event) = walk.next().await?
        {
            found.push(event);
        }
        Ok(found)
    }

    /// Insights, newest first. There are few: the attribute is looked for in each.
    pub(crate) async fn insights(&self, view: &ReadView, scope: &Scope) -> Result<Vec<Found>, StoreError> {
        let span = Span::all().from::<(Timestamp,)>(&(self.from,)).until::<Place>(&self.before());
        let mut found = INSIGHTS.scan_all(view, scope, &span).await?;
        found.reverse();
        let fits = |(_, id): &(Timestamp, EventId), record: &EventRecord| match &self.attribute {
            None => true,
            Some((Attribute::EventId, value)) => super::event::uuid(id) == *value,
            Some((Attribute::EventName, value)) => record.name == *value,
            Some((Attribute::EventSource, value)) => record.source == *value,
            Some(_) => false,
        };
        found.retain(|(key, record)| fits(key, record));
        found.truncate(self.limit);
        Ok(found.into_iter().map(|((at, id), record)| (at, id, record)).collect())
    }

    /// The first place that is too late.
    fn before(&self) -> Place {
        self.after.unwrap_or((self.until, [0; 16]))
    }
}

/// A walk through the history, newest first.
pub(crate) struct Walk<'a> {
    view: &'a ReadView,
    scope: &'a Scope,
    from: Timestamp,
    before: Place,
    wanted: Option<&'a (Attribute, String)>,
    /// Filters read and not yet looked at, newest first.
    filters: VecDeque<(Place, FilterRecord)>,
    /// The last filter read; none when there are no more.
    read_to: Option<Place>,
    page: usize,
    /// Events of opened chunks.
    open: BTreeMap<Place, EventRecord>,
}

impl<'a> Walk<'a> {
    /// Through the events from an instant on and before a place, all or those with an attribute.
    pub(crate) fn new(
        view: &'a ReadView,
        scope: &'a Scope,
        from: Timestamp,
        before: Place,
        wanted: Option<&'a (Attribute, String)>,
    ) -> Self {
        // A chunk that ends later may hold something earlier.
        let end = (Timestamp::from_micros(before.0.plus(SPAN).micros().saturating_add(1)), [0; 16]);
        let (filters, open) = (VecDeque::new(), BTreeMap::new());
        Self { view, scope, from, before, wanted, filters, read_to: Some(end), page: FEW, open }
    }

    /// The next event.
    pub(crate) async fn next(&mut self) -> Result<Option<Found>, StoreError> {
        loop {
            self.read_filters().await?;
            let newest_left = self.filters.front().map(|(newest, _)| *newest);
            let newest_open = self.open.last_key_value().map(|(place, _)| *place);
            match (newest_open, newest_left) {
                (None, None) => return Ok(None),
                (Some(open), left) if left.is_none_or(|left| open >= left) => {
                    return Ok(self.open.pop_last().map(|((at, id), record)| (at, id, record)));
                }
                _ => self.open_next().await?,
            }
        }
    }

    /// Reads on until something matters.
    async fn read_filters(&mut self) -> Result<(), StoreError> {
        let (before, wanted) = (self.before, self.wanted);
        let matters = |filter: &FilterRecord| {
            filter.oldest < before && wanted.is_none_or(|(attribute, value)| filter.may_hold(*attribute, value))
        };
        while self.filters.is_empty()
            && let Some(end) = self.read_to
        {
            let span = Span::all().from::<(Timestamp,)>(&(self.from,)).until::<Place>(&end);
            let rows = FILTERS.scan(self.view, self.scope, &span, Order::Descending, self.page).await?;
            self.read_to = rows.last().map(|(place, _)| *place).filter(|_| rows.len() == self.page);
            self.filters = rows.into_iter().filter(|(_, filter)| matters(filter)).collect();
            self.page = MANY;
        }
        Ok(())
    }

    async fn open_next(&mut self) -> Result<(), StoreError> {
        let Some((newest, _)) = self.filters.pop_front() else { return Ok(()) };
        let Some(chunk) = CHUNKS.get(self.view, self.scope, &newest).await? else { return Ok(()) };
        for event in chunk::unpack(&chunk.0)? {
            let in_time = event.0 >= self.from && (event.0, event.1) < self.before;
            if in_time && self.wanted.is_none_or(|(attribute, value)| chunk::has(&event, *attribute, value)) {
                self.open.insert((event.0, event.1), event.2);
            }
        }
        Ok(())
    }
}

/// The instant of the first event, to within the span of a chunk.
pub(crate) async fn first(view: &ReadView, scope: &Scope) -> Result<Option<Timestamp>, StoreError> {
    let rows = FILTERS.scan(view, scope, &Span::all(), Order::Ascending, 1).await?;
    Ok(rows.first().map(|(_, filter)| filter.oldest.0))
}

/// Writes events of one account and region.
pub(crate) fn write<'a>(
    writer: &impl Writer,
    scope: &Scope,
    events: impl IntoIterator<Item = (Timestamp, EventId, &'a EventRecord)>,
) -> Result<(), StoreError> {
    for chunk in chunk::pack(events.into_iter().collect())? {
        CHUNKS.put(writer, scope, &chunk.newest, &store::Raw(chunk.body))?;
        FILTERS.put(writer, scope, &chunk.newest, &chunk.filter)?;
    }
    Ok(())
}

/// Packs what an older version of this program kept as a row an event. Costs a look once there is none.
pub(crate) async fn bring_forward(store: &Store, scope: &Scope) -> Result<(), StoreError> {
    loop {
        let view = store.read().await?;
        let rows = EVENTS.scan(&view, scope, &Span::all(), Order::Ascending, FORWARD_BATCH).await?;
        drop(view);
        if rows.is_empty() {
            return Ok(());
        }
        let batch = Batch::new();
        write(&batch, scope, rows.iter().map(|((at, id), record)| (*at, *id, record)))?;
        for ((at, id), record) in &rows {
            remove_old(&batch, scope, *at, *id, record);
        }
        store.write(batch).await?;
    }
}

fn remove_old(writer: &impl Writer, scope: &Scope, at: Timestamp, id: EventId, record: &EventRecord) {
    EVENTS.delete(writer, scope, &(at, id));
    let uuid = super::event::uuid(&id);
    EVENT_INDEX.delete(writer, scope, &(Attribute::EventId as u8, uuid.as_str(), at, id));
    chunk::found_by(record, |attribute, value| EVENT_INDEX.delete(writer, scope, &(attribute as u8, value, at, id)));
}

/// Removes what is older than the history reaches back, everywhere.
pub(crate) async fn expire(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let old = Span::all().until::<(Timestamp,)>(&(now.minus(HISTORY),));
    for scope in Scope::all(&store.read().await?).await? {
        if !matches!(scope, Scope::Regional(..)) {
            continue;
        }
        bring_forward(store, &scope).await?;
        // Filters first: a chunk that nothing leads to is never missed.
        store.delete_range(FILTERS.range(&scope, &old)).await?;
        store.delete_range(CHUNKS.range(&scope, &old)).await?;
        store.delete_range(INSIGHTS.range(&scope, &old)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use names::{AccountId, Region};
    use proptest::prelude::*;
    use runtime::Random;
    use store::Raw;

    use super::*;

    fn record(name: u8) -> EventRecord {
        EventRecord {
            name: format!("Call{name}").into(),
            source: "sqs.amazonaws.com".into(),
            read_only: true,
            user: None,
            access_key: Some("AKIAEXAMPLE".into()),
            resources: vec![("AWS::SQS::Queue".into(), "q".into())],
            json: "{}".into(),
        }
    }

    fn scope() -> Scope {
        Scope::Regional(AccountId::DEFAULT, Region::default_region())
    }

    async fn page(store: &Store, lookup: &Lookup) -> Vec<(Timestamp, EventId)> {
        let view = store.read().await.unwrap();
        lookup.events(&view, &scope()).await.unwrap().into_iter().map(|(at, id, _)| (at, id)).collect()
    }

    /// Events: which write they come in, when, their id, their name.
    type Events = Vec<(u8, i64, u8, u8)>;

    async fn written(events: &Events, order: &[u8]) -> (Store, BTreeMap<Place, u8>) {
        let store = Store::in_memory(Random::seeded(1));
        let mut model = BTreeMap::new();
        for write_of in order {
            let batch = Batch::new();
            let of = events.iter().filter(|(write, ..)| write == write_of);
            let rows: Vec<_> =
                of.map(|(_, at, id, name)| (Timestamp::from_micros(*at), [*id; 16], record(*name))).collect();
            write(&batch, &scope(), rows.iter().map(|(at, id, record)| (*at, *id, record))).unwrap();
            store.write(batch).await.unwrap();
        }
        for (_, at, id, name) in events {
            model.insert((Timestamp::from_micros(*at), [*id; 16]), *name);
        }
        (store, model)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever was written together, late, twice or at once is found in order, page by page.
        #[test]
        fn lookups_find_what_a_sorted_list_has(
            times in proptest::collection::vec((0u8..4, 0i64..4_000_000, any::<u8>()), 1..60),
            from in 0i64..4_000_000, until in 0i64..4_000_000,
            name in proptest::option::of(0u8..3), limit in 1usize..9,
        ) {
            // One place has one event, also when it is written twice.
            let events: Events = times.iter().map(|(write, at, id)| (*write, at / 1_000 * 1_000, *id, id % 3)).collect();
            let (from, until) = (Timestamp::from_micros(from), Timestamp::from_micros(until));
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let (store, model) = written(&events, &[2, 0, 3, 1, 0]).await;
                let attribute = name.map(|name| (Attribute::EventName, format!("Call{name}")));
                let wanted = |(at, _): &Place, own: u8| *at >= from && *at < until && name.is_none_or(|name| name == own);
                let expected: Vec<_> =
                    model.iter().rev().filter(|(place, own)| wanted(place, **own)).map(|(place, _)| *place).collect();
                let (mut seen, mut after) = (Vec::new(), None);
                loop {
                    let lookup = Lookup { attribute: attribute.clone(), from, until, after, limit };
                    let found = page(&store, &lookup).await;
                    after = found.last().copied();
                    let full = found.len() == limit;
                    seen.extend(found);
                    if !full {
                        break;
                    }
                }
                assert_eq!(seen, expected);
            });
        }
    }

    #[tokio::test]
    async fn what_an_older_version_kept_is_found_and_packed() {
        let store = Store::in_memory(Random::seeded(1));
        let batch = Batch::new();
        for n in 0..1_200u32 {
            let (at, mut id) = (Timestamp::from_micros(i64::from(n) * 50_000), [0; 16]);
            id[..4].copy_from_slice(&n.to_be_bytes());
            let record = record(u8::from(n == 700));
            EVENTS.put(&batch, &scope(), &(at, id), &record).unwrap();
            chunk::found_by(&record, |attribute, value| {
                EVENT_INDEX
                    .put(&batch, &scope(), &(attribute as u8, value, at, id), &Raw(bytes::Bytes::new()))
                    .unwrap();
            });
            let uuid = crate::engine::event::uuid(&id);
            let index = (Attribute::EventId as u8, uuid.as_str(), at, id);
            EVENT_INDEX.put(&batch, &scope(), &index, &Raw(bytes::Bytes::new())).unwrap();
        }
        store.write(batch).await.unwrap();
        bring_forward(&store, &scope()).await.unwrap();
        let until = Timestamp::from_secs(1_000);
        let lookup = |attribute| Lookup { attribute, from: Timestamp::EPOCH, until, after: None, limit: 2_000 };
        assert_eq!(page(&store, &lookup(None)).await.len(), 1_200);
        assert_eq!(page(&store, &lookup(Some((Attribute::EventName, "Call1".into())))).await.len(), 1);
        let view = store.read().await.unwrap();
        assert!(EVENTS.scan_all(&view, &scope(), &Span::all()).await.unwrap().is_empty());
        assert!(EVENT_INDEX.scan_all(&view, &scope(), &Span::all()).await.unwrap().is_empty());
        assert!(CHUNKS.scan_all(&view, &scope(), &Span::all()).await.unwrap().len() < 100);
    }

    #[tokio::test]
    async fn what_is_older_than_the_history_goes() {
        let events: Events = vec![(0, 0, 1, 0), (1, 5_000_000, 2, 0)];
        let (store, _) = written(&events, &[0, 1]).await;
        expire(&store, Timestamp::from_secs(3).plus(HISTORY)).await.unwrap();
        let view = store.read().await.unwrap();
        assert_eq!(CHUNKS.scan_all(&view, &scope(), &Span::all()).await.unwrap().len(), 1);
        assert_eq!(FILTERS.scan_all(&view, &scope(), &Span::all()).await.unwrap().len(), 1);
    }
}
