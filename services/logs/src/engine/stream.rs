//! Log streams: created, found, listed by name or by their last events, deleted.

use bytes::Bytes;
use store::{Order, Raw, Reader, Span};

use super::Engine;
use super::group::Group;
use super::refusal::Refusal;
use crate::store::{GROUPS, LINES, Millis, RECENT, STREAMS, SWEEPS, StreamRecord, TAILS, Tail};

/// A stream and what was written to it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stream {
    /// Its name.
    pub name: String,
    /// What it is.
    pub record: StreamRecord,
    /// What was written.
    pub tail: Tail,
    /// Its first event that is still kept.
    pub first: Option<Millis>,
}

/// Where a listing by last events goes on: the timestamp and the name shown last.
pub(crate) type RecentPlace = (Millis, String);

impl Engine {
    /// Creates a stream.
    pub(crate) async fn create_stream(&self, group: &Group, name: &str) -> Result<(), Refusal> {
        let record = StreamRecord { no: self.number().await?, created: self.now() };
        let (scope, no, record) = (group.home.scope(), group.no(), &record);
        self.store()
            .transact(|tx| {
                let scope = &scope;
                async move {
                    // The group may be deleted meanwhile.
                    let there = GROUPS.get(&tx, scope, &group.name.as_str()).await?;
                    there.filter(|there| there.no == no).ok_or(Refusal::NoSuchGroup)?;
                    if STREAMS.get(&tx, scope, &(no, name)).await?.is_some() {
                        return Err(Refusal::StreamTaken);
                    }
                    STREAMS.put(&tx, scope, &(no, name), record)?;
                    TAILS.put(&tx, scope, &(no, record.no), &Tail::default())?;
                    Ok(RECENT.put(&tx, scope, &(no, 0i64, name), &Raw(Bytes::new()))?)
                }
            })
            .await
    }

    /// The stream of a name.
    pub(crate) async fn stream(&self, group: &Group, name: &str) -> Result<StreamRecord, Refusal> {
        let view = self.store().read().await?;
        stream(&view, group, name).await
    }

    /// Deletes a stream with its events.
    pub(crate) async fn delete_stream(&self, group: &Group, name: &str) -> Result<(), Refusal> {
        let (scope, no) = (group.home.scope(), group.no());
        self.store()
            .transact(|tx| {
                let scope = &scope;
                async move {
                    let record = STREAMS.get(&tx, scope, &(no, name)).await?.ok_or(Refusal::NoSuchStream)?;
                    let tail = TAILS.get(&tx, scope, &(no, record.no)).await?.unwrap_or_default();
                    STREAMS.delete(&tx, scope, &(no, name));
                    TAILS.delete(&tx, scope, &(no, record.no));
                    RECENT.delete(&tx, scope, &(no, tail.last.unwrap_or(0), name));
                    Ok::<_, Refusal>(SWEEPS.put(&tx, scope, &(no, record.no), &Raw(Bytes::new()))?)
                }
            })
            .await?;
        self.chores().sweep.signal();
        Ok(())
    }

    /// Streams by name, those that begin with a prefix.
    pub(crate) async fn streams_by_name(
        &self,
        group: &Group,
        prefix: &str,
        after: Option<&str>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Stream>, Refusal> {
        let (view, scope, no) = (self.store().read().await?, group.home.scope(), group.no());
        let span = named(no, prefix, after, order);
        let rows = STREAMS.scan(&view, &scope, &span, order, limit).await?;
        let mut found = Vec::with_capacity(rows.len());
        for ((_, name), record) in rows {
            found.push(self.described(&view, group, name, record).await?);
        }
        Ok(found)
    }

    /// Streams in the order of their last events.
    pub(crate) async fn streams_by_time(
        &self,
        group: &Group,
        after: Option<RecentPlace>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Stream>, Refusal> {
        let (view, scope, no) = (self.store().read().await?, group.home.scope(), group.no());
        let span = Span::prefix(&(no,));
        let span = match (&after, order) {
            (None, _) => span,
            (Some((last, name)), Order::Ascending) => span.after(&(no, *last, name.as_str())),
            (Some((last, name)), Order::Descending) => span.until(&(no, *last, name.as_str())),
        };
        let rows = RECENT.scan(&view, &scope, &span, order, limit).await?;
        let mut found = Vec::with_capacity(rows.len());
        for ((_, _, name), _) in rows {
            if let Some(record) = STREAMS.get(&view, &scope, &(no, name.as_str())).await? {
                found.push(self.described(&view, group, name, record).await?);
            }
        }
        Ok(found)
    }

    /// The names of all streams of a group by their numbers, or of those that begin with a prefix.
    pub(crate) async fn stream_names(
        &self,
        group: &Group,
        prefix: &str,
    ) -> Result<Vec<(String, StreamRecord)>, Refusal> {
        let view = self.store().read().await?;
        let span = named(group.no(), prefix, None, Order::Ascending);
        let rows = STREAMS.scan_all(&view, &group.home.scope(), &span).await?;
        Ok(rows.into_iter().map(|((_, name), record)| (name, record)).collect())
    }

    async fn described(
        &self,
        view: &impl Reader,
        group: &Group,
        name: String,
        record: StreamRecord,
    ) -> Result<Stream, Refusal> {
        let (scope, no) = (group.home.scope(), group.no());
        let tail = TAILS.get(view, &scope, &(no, record.no)).await?.unwrap_or_default();
        let horizon = group.horizon(self.now()).unwrap_or(Millis::MIN);
        let span = Span::prefix(&(no, record.no)).from(&(no, record.no, horizon));
        let first = LINES.scan(view, &scope, &span, Order::Ascending, 1).await?.pop().map(|((_, _, at, _), _)| at);
        Ok(Stream { name, record, tail, first })
    }
}

/// The stream of a name, as a reader sees it.
pub(crate) async fn stream(reader: &impl Reader, group: &Group, name: &str) -> Result<StreamRecord, Refusal> {
    let found = STREAMS.get(reader, &group.home.scope(), &(group.no(), name)).await?;
    found.ok_or(Refusal::NoSuchStream)
}

/// The names that begin with a prefix, after one in an order. No character sorts after the last of Unicode.
fn named(no: u64, prefix: &str, after: Option<&str>, order: Order) -> Span {
    let span = Span::prefix(&(no,)).from(&(no, prefix));
    let end = format!("{prefix}\u{10ffff}");
    match (after, order) {
        (None, _) => span.until(&(no, end.as_str())),
        (Some(after), Order::Ascending) => Span::prefix(&(no,)).after(&(no, after)).until(&(no, end.as_str())),
        (Some(after), Order::Descending) => span.until(&(no, after)),
    }
}
