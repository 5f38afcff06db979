//! Events in order of time, of a stream or of a whole group. A page costs what is on it, however much the group holds.

use std::sync::Arc;

use store::{Cipher, Order, ReadView, Span, StoreError};

use super::Engine;
use super::append::bound_to;
use super::group::Group;
use super::place::Place;
use super::refusal::Refusal;
use crate::store::{EVENTS, EventRow, LINES, Millis, STREAMS, StreamNo};

/// Rows read at once.
pub(crate) const CHUNK: usize = 1_000;

/// An event as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    /// Where it stands.
    pub place: Place,
    /// The rest.
    pub row: EventRow,
}

/// An event that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// Where it stands.
    pub place: Place,
    /// Its stream.
    pub stream: StreamNo,
    /// When it was taken.
    pub ingested: Millis,
    /// What it says.
    pub message: String,
}

/// From which millisecond to which, the last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    /// The first.
    pub from: Millis,
    /// The last.
    pub to: Millis,
}

impl Range {
    /// Without what a group no longer keeps.
    pub(crate) fn since(self, horizon: Option<Millis>) -> Self {
        Self { from: horizon.map_or(self.from, |horizon| self.from.max(horizon)), ..self }
    }

    fn is_empty(self) -> bool {
        self.to < self.from
    }
}

impl Kept {
    /// Opens it.
    pub(crate) fn open(&self, group: &Group, cipher: &Arc<Cipher>) -> Result<Event, Refusal> {
        let bound = bound_to(group.no(), self.place.at, self.place.no);
        let message = String::from_utf8(cipher.unseal(&bound, &self.row.sealed)?);
        let message = message.map_err(|_| StoreError::corrupt("a sealed event"))?;
        Ok(Event { place: self.place, stream: self.row.stream, ingested: self.row.ingested, message })
    }
}

impl Engine {
    /// Events of a group after a place (before it, when descending), at most `limit`.
    pub(crate) async fn events(
        &self,
        group: &Group,
        range: Range,
        beyond: Option<Place>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Kept>, Refusal> {
        let (view, no) = (self.store().read().await?, group.no());
        let range = range.since(group.horizon(self.now()));
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let whole = Span::prefix(&(no,)).from(&(no, range.from)).until(&(no, range.to.saturating_add(1)));
        let span = match (beyond, order) {
            (Some(place), Order::Ascending) if place.at >= range.from => {
                Span::prefix(&(no,)).after(&(no, place.at, place.no)).until(&(no, range.to.saturating_add(1)))
            }
            (Some(place), Order::Descending) if place.at <= range.to => {
                Span::prefix(&(no,)).from(&(no, range.from)).until(&(no, place.at, place.no))
            }
            _ => whole,
        };
        let rows = EVENTS.scan(&view, &group.home.scope(), &span, order, limit).await?;
        Ok(rows.into_iter().map(|((_, at, event), row)| Kept { place: Place { at, no: event }, row }).collect())
    }

    /// The same of one stream.
    pub(crate) async fn events_of(
        &self,
        group: &Group,
        stream: StreamNo,
        range: Range,
        beyond: Option<Place>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Kept>, Refusal> {
        let view = self.store().read().await?;
        let places = self.places_of(&view, group, stream, range, beyond, order, limit).await?;
        let (mut found, scope) = (Vec::with_capacity(places.len()), group.home.scope());
        for place in places {
            if let Some(row) = EVENTS.get(&view, &scope, &(group.no(), place.at, place.no)).await? {
                found.push(Kept { place, row });
            }
        }
        Ok(found)
    }

    /// The same of several streams, in order of time.
    pub(crate) async fn events_of_some(
        &self,
        group: &Group,
        streams: &[StreamNo],
        range: Range,
        after: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Kept>, Refusal> {
        let view = self.store().read().await?;
        let mut places = Vec::new();
        for stream in streams {
            places.extend(self.places_of(&view, group, *stream, range, after, Order::Ascending, limit).await?);
        }
        places.sort_unstable();
        places.truncate(limit);
        let (mut found, scope) = (Vec::with_capacity(places.len()), group.home.scope());
        for place in places {
            if let Some(row) = EVENTS.get(&view, &scope, &(group.no(), place.at, place.no)).await? {
                found.push(Kept { place, row });
            }
        }
        Ok(found)
    }

    /// One event.
    pub(crate) async fn event(&self, group: &Group, place: Place) -> Result<Option<Kept>, Refusal> {
        let view = self.store().read().await?;
        let row = EVENTS.get(&view, &group.home.scope(), &(group.no(), place.at, place.no)).await?;
        let kept = group.horizon(self.now()).is_none_or(|horizon| place.at >= horizon);
        Ok(row.filter(|_| kept).map(|row| Kept { place, row }))
    }

    /// The names of streams by their numbers: of all of a group.
    pub(crate) async fn names_of(
        &self,
        group: &Group,
    ) -> Result<std::collections::HashMap<StreamNo, Arc<str>>, Refusal> {
        let view = self.store().read().await?;
        let all = STREAMS.scan_all(&view, &group.home.scope(), &Span::prefix(&(group.no(),))).await?;
        Ok(all.into_iter().map(|((_, name), record)| (record.no, Arc::from(name))).collect())
    }

    #[allow(clippy::too_many_arguments, reason = "a read of a range is all of these")]
    async fn places_of(
        &self,
        view: &ReadView,
        group: &Group,
        stream: StreamNo,
        range: Range,
        beyond: Option<Place>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Place>, Refusal> {
        let (no, range) = (group.no(), range.since(group.horizon(self.now())));
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let (from, until) = ((no, stream, range.from), (no, stream, range.to.saturating_add(1)));
        let span = Span::prefix(&(no, stream));
        let span = match (beyond, order) {
            (Some(place), Order::Ascending) if place.at >= range.from => {
                span.after(&(no, stream, place.at, place.no)).until(&until)
            }
            (Some(place), Order::Descending) if place.at <= range.to => {
                span.from(&from).until(&(no, stream, place.at, place.no))
            }
            _ => span.from(&from).until(&until),
        };
        let rows = LINES.scan(view, &group.home.scope(), &span, order, limit).await?;
        Ok(rows.into_iter().map(|((_, _, at, no), _)| Place { at, no }).collect())
    }
}
