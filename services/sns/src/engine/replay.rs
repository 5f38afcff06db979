//! Archived messages of FIFO topics, played again to a subscription that asks for it, and forgotten after their days.

use names::Timestamp;
use serde_json::Value;
use store::{Order, Span, StoreError, Tx};

use super::Engine;
use super::place::{Home, Place};
use super::publish::{Parcel, lane};
use super::topic::Subscription;
use crate::store::{ARCHIVE, Replay, SUBSCRIPTIONS, TOPICS};

/// Messages looked at by one transaction.
const PAGE: usize = 100;

/// What a subscription asks to have played again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    /// From then on.
    pub from: Timestamp,
    /// Up to then; none for up to what is new.
    pub until: Option<Timestamp>,
}

/// Reads a replay policy; the reason when it is none.
pub(crate) fn parse(text: &str) -> Result<Window, String> {
    let policy: Value = serde_json::from_str(text).map_err(|_| "failed to parse JSON.".to_owned())?;
    let instant = |name: &str| {
        let text = policy.get(name)?.as_str()?;
        Timestamp::parse_iso8601(text).ok()
    };
    if policy.get("PointType").and_then(Value::as_str) != Some("Timestamp") {
        return Err("PointType must be Timestamp".into());
    }
    let from = instant("StartingPoint").ok_or("StartingPoint must be a timestamp")?;
    let until = match policy.get("EndingPoint") {
        None | Some(Value::Null) => None,
        Some(_) => Some(instant("EndingPoint").ok_or("EndingPoint must be a timestamp")?),
    };
    if until.is_some_and(|until| until < from) {
        return Err("EndingPoint must not be before StartingPoint".into());
    }
    Ok(Window { from, until })
}

/// Reads an archive policy: the days that messages are kept.
pub(crate) fn days(text: &str) -> Option<u64> {
    let policy: Value = serde_json::from_str(text).ok()?;
    let days = policy.get("MessageRetentionPeriod")?;
    days.as_u64().or_else(|| days.as_str()?.parse().ok()).filter(|days| crate::limits::ARCHIVE_DAYS.contains(days))
}

impl Engine {
    /// Plays some more to every subscription with a replay under way. Done when it answers false.
    pub(crate) async fn replay_some(&self) -> Result<bool, StoreError> {
        let view = self.store().read().await?;
        let all = SUBSCRIPTIONS.scan_everywhere(&view).await?;
        drop(view);
        let mut more = false;
        for (scope, (name, id), record) in all {
            if record.replayed.is_none_or(|replay| replay.completed) {
                continue;
            }
            let store::Scope::Regional(account, region) = scope else { continue };
            more |= self.replay(&Place { topic: Home { account, region, name }, id }).await?;
        }
        Ok(more)
    }

    async fn replay(&self, place: &Place) -> Result<bool, StoreError> {
        let step = |tx: Tx| async move {
            let scope = place.topic.scope();
            let key = (place.topic.name.as_str(), place.id.as_str());
            let Some(mut record) = SUBSCRIPTIONS.get(&tx, &scope, &key).await? else { return Ok((false, Vec::new())) };
            let Some(replay) = record.replayed.filter(|replay| !replay.completed) else {
                return Ok((false, Vec::new()));
            };
            let topic = record.topic;
            let span = Span::prefix(&(topic,)).from(&(topic, replay.from.0, replay.from.1));
            let rows = ARCHIVE.scan(&tx, &scope, &span, Order::Ascending, PAGE).await?;
            let full = rows.len() == PAGE;
            let mut next = Replay { completed: !full, ..replay };
            let subscription = Subscription::new(place.clone(), record.clone());
            let mut enqueued = Vec::new();
            for ((_, at, sequence), message) in rows {
                if at > replay.until {
                    next.completed = true;
                    break;
                }
                next.from = (at, sequence + 1);
                if subscription.wants(message.content.told(&record.protocol), &message.attributes) {
                    let to = [lane(place, message.group.as_deref())];
                    let parcel = Parcel::Message(super::message::Message { replayed: true, ..message });
                    enqueued.push(self.send(&tx, &parcel, &to).await?);
                }
            }
            record.replayed = Some(next);
            SUBSCRIPTIONS.put(&tx, &scope, &key, &record)?;
            Ok::<_, StoreError>((!next.completed, enqueued))
        };
        let (more, enqueued) = self.store().transact(step).await?;
        enqueued.into_iter().for_each(delivery::Enqueued::depart);
        Ok(more)
    }

    /// Forgets archived messages whose days are over, and what is left of deleted topics.
    pub(crate) async fn expire_archives(&self) -> Result<(), StoreError> {
        let view = self.store().read().await?;
        let topics = TOPICS.scan_everywhere(&view).await?;
        drop(view);
        for (scope, name, record) in topics {
            if !name.ends_with(".fifo") {
                continue;
            }
            self.forget_ids(&scope, record.id).await?;
            let policy = record.attributes.get("ArchivePolicy").and_then(|text| days(text));
            let oldest = match policy {
                Some(days) => self.now().minus(std::time::Duration::from_secs(days * 86_400)),
                None => Timestamp::MAX,
            };
            let old = Span::prefix(&(record.id,)).until(&(record.id, oldest));
            self.store().delete_range(ARCHIVE.range(&scope, &old)).await?;
        }
        Ok(())
    }
}
