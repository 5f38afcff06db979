//! The event history: 90 days of management events of each account and region, newest first, found by one attribute.

use names::Timestamp;
use store::{Batch, Order, ReadView, Scope, Span, Store, StoreError};

use super::attribute::Attribute;
use super::kept;
use crate::limits::HISTORY;
use crate::store::{EVENT_INDEX, EVENTS, EventId, EventRecord, INSIGHTS};

/// Events removed by one commit.
const EXPIRY_BATCH: usize = 500;

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
        match &self.attribute {
            Some((attribute, value)) => self.by_attribute(view, scope, *attribute, value).await,
            None => self.all(view, scope).await,
        }
    }

    async fn all(&self, view: &ReadView, scope: &Scope) -> Result<Vec<Found>, StoreError> {
        let found = EVENTS.scan(view, scope, &self.span(), Order::Descending, self.limit).await?;
        Ok(found.into_iter().map(|((at, id), record)| (at, id, record)).collect())
    }

    async fn by_attribute(
        &self,
        view: &ReadView,
        scope: &Scope,
        attribute: Attribute,
        value: &str,
    ) -> Result<Vec<Found>, StoreError> {
        let number = attribute as u8;
        let (at, id) = self.after.unwrap_or((self.until, [0; 16]));
        let span = Span::prefix::<(u8, String)>(&(number, value))
            .from::<(u8, String, Timestamp)>(&(number, value, self.from))
            .until::<(u8, String, Timestamp, EventId)>(&(number, value, at, id));
        let rows = EVENT_INDEX.scan(view, scope, &span, Order::Descending, self.limit).await?;
        let mut found = Vec::with_capacity(rows.len());
        for ((_, _, at, id), _) in rows {
            found.extend(EVENTS.get(view, scope, &(at, id)).await?.map(|record| (at, id, record)));
        }
        Ok(found)
    }

    /// Insights, newest first. There are few: the attribute is looked for in each.
    pub(crate) async fn insights(&self, view: &ReadView, scope: &Scope) -> Result<Vec<Found>, StoreError> {
        let mut found = INSIGHTS.scan_all(view, scope, &self.span()).await?;
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

    fn span(&self) -> Span {
        let (at, id) = self.after.unwrap_or((self.until, [0; 16]));
        Span::all().from::<(Timestamp,)>(&(self.from,)).until::<(Timestamp, EventId)>(&(at, id))
    }
}

/// Removes what is older than the history reaches back, everywhere.
pub(crate) async fn expire(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let old = Span::all().until::<(Timestamp,)>(&(now.minus(HISTORY),));
    for scope in Scope::all(&store.read().await?).await? {
        if !matches!(scope, Scope::Regional(..)) {
            continue;
        }
        while expire_some(store, &scope, &old).await? {}
        store.delete_range(INSIGHTS.range(&scope, &old)).await?;
    }
    Ok(())
}

async fn expire_some(store: &Store, scope: &Scope, old: &Span) -> Result<bool, StoreError> {
    let view = store.read().await?;
    let rows = EVENTS.scan(&view, scope, old, Order::Ascending, EXPIRY_BATCH).await?;
    drop(view);
    if rows.is_empty() {
        return Ok(false);
    }
    let batch = Batch::new();
    for ((at, id), record) in &rows {
        kept::remove(&batch, scope, *at, *id, record);
    }
    store.write(batch).await?;
    Ok(rows.len() == EXPIRY_BATCH)
}
