//! Replays: events of an archive sent to their bus again, in the order of their times, with the replay's name in them. How
//! far it came is written in the commit that sends them, so each is sent once.

use names::Timestamp;
use serde_json::Value;
use store::{Order, Raw, Scope, Span, StoreError};

use super::event::Envelope;
use super::home::{BusId, Home};
use super::{Answer, Engine, Refusal};
use crate::limits;
use crate::store::{ARCHIVED, ARCHIVES, REPLAYS, ReplayRecord, ReplayState};

/// Events sent by one commit.
const STEP: usize = 50;

impl ReplayState {
    /// The API's word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Starting => "STARTING",
            Self::Running => "RUNNING",
            Self::Cancelling => "CANCELLING",
            Self::Cancelled => "CANCELLED",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
        }
    }

    fn is_active(self) -> bool {
        matches!(self, Self::Starting | Self::Running | Self::Cancelling)
    }
}

impl Engine {
    /// Starts a replay.
    pub(crate) async fn start_replay(&self, home: &Home, name: &str, record: ReplayRecord) -> Answer<()> {
        let (scope, record) = (&home.scope(), &record);
        self.store()
            .transact(|tx| async move {
                let all = REPLAYS.scan_all(&tx, scope, &Span::all()).await?;
                if all.iter().any(|(other, _)| other == name) {
                    return Err(Refusal::Taken);
                }
                if all.iter().filter(|(_, replay)| replay.state.is_active()).count() >= limits::ACTIVE_REPLAYS {
                    return Err(Refusal::Limit);
                }
                REPLAYS.put(&tx, scope, &name, record)?;
                Ok(())
            })
            .await?;
        self.replays().signal();
        Ok(())
    }

    /// A replay, if it is there.
    pub(crate) async fn replay(&self, home: &Home, name: &str) -> Result<Option<ReplayRecord>, StoreError> {
        REPLAYS.get(&self.store().read().await?, &home.scope(), &name).await
    }

    /// Replays after a name; at most `limit`.
    pub(crate) async fn replays_of(
        &self,
        home: &Home,
        wanted: impl Fn(&str, &ReplayRecord) -> bool,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, ReplayRecord)>, StoreError> {
        let all = REPLAYS.scan_all(&self.store().read().await?, &home.scope(), &Span::all()).await?;
        let later = all.into_iter().filter(|(name, _)| after.is_none_or(|after| name.as_str() > after));
        Ok(later.filter(|(name, record)| wanted(name, record)).take(limit).collect())
    }

    /// Asks a replay to stop.
    pub(crate) async fn cancel_replay(&self, home: &Home, name: &str) -> Answer<()> {
        let scope = &home.scope();
        self.store()
            .transact(|tx| async move {
                let mut record = REPLAYS.get(&tx, scope, &name).await?.ok_or(Refusal::Absent)?;
                if !matches!(record.state, ReplayState::Starting | ReplayState::Running) {
                    return Err(Refusal::State);
                }
                record.state = ReplayState::Cancelling;
                REPLAYS.put(&tx, scope, &name, &record)?;
                Ok(())
            })
            .await?;
        self.replays().signal();
        Ok(())
    }

    /// Takes all replays as far as they go.
    pub(crate) async fn replay_all(&self) -> Result<(), StoreError> {
        for (scope, name, record) in REPLAYS.scan_everywhere(&self.store().read().await?).await? {
            let Scope::Regional(account, region) = scope else { continue };
            let home = Home { account, region };
            if record.state.is_active() {
                while self.step(&home, &name).await? {}
            } else if record.ended.is_some_and(|ended| ended.plus(limits::REPLAY_MEMORY) <= self.now()) {
                let batch = store::Batch::new();
                REPLAYS.delete(&batch, &home.scope(), &name);
                self.store().write(batch).await?;
            }
        }
        Ok(())
    }

    /// Sends the next events of a replay; whether there may be more to do.
    async fn step(&self, home: &Home, name: &str) -> Result<bool, StoreError> {
        let (scope, now) = (&home.scope(), self.now());
        let Some(mut record) = self.replay(home, name).await?.filter(|record| record.state.is_active()) else {
            return Ok(false);
        };
        let bus = home.bus(&record.bus);
        let events = self.next_events(home, &record).await?;
        let gone = ARCHIVES.get(&self.store().read().await?, scope, &record.archive).await?;
        let gone = gone.is_none_or(|archive| archive.number != record.number);
        let before = record.state;
        record.state = match before {
            ReplayState::Cancelling => ReplayState::Cancelled,
            _ if gone => ReplayState::Failed,
            _ if events.is_empty() => ReplayState::Completed,
            _ => ReplayState::Running,
        };
        let more = record.state == ReplayState::Running;
        let sent = if more { self.addressed(&bus, name, &record, &events).await? } else { Vec::new() };
        match events.last() {
            Some((at, number, _)) if more => record.last = Some((*at, *number)),
            _ => record.ended = Some(now),
        }
        let (record, sent) = (&record, &sent);
        let departures = self
            .store()
            .transact(|tx| async move {
                // Someone may have asked it to stop meanwhile: that goes before.
                let still = REPLAYS.get(&tx, scope, &name).await?.is_some_and(|there| there.state == before);
                if !still {
                    return Ok::<_, StoreError>(Vec::new());
                }
                let mut departures = Vec::new();
                for (event, rules) in sent {
                    departures.push(self.enqueue(&tx, event, rules).await?);
                }
                REPLAYS.put(&tx, scope, &name, record)?;
                Ok(departures)
            })
            .await?;
        departures.into_iter().for_each(delivery::Enqueued::depart);
        Ok(more || before != record.state)
    }

    async fn next_events(
        &self,
        home: &Home,
        record: &ReplayRecord,
    ) -> Result<Vec<(Timestamp, u64, Value)>, StoreError> {
        let of_archive = Span::prefix::<(u64,)>(&(record.number,));
        let from = match record.last {
            Some((at, number)) => of_archive.after::<(u64, Timestamp, u64)>(&(record.number, at, number)),
            None => of_archive.from::<(u64, Timestamp)>(&(record.number, record.from)),
        };
        let span = from.until::<(u64, Timestamp)>(&(record.number, record.until));
        let view = self.store().read().await?;
        let rows = ARCHIVED.scan(&view, &home.scope(), &span, Order::Ascending, STEP).await?;
        let event = |Raw(text): &Raw| serde_json::from_slice(text).unwrap_or_default();
        Ok(rows.iter().map(|((_, at, number), text)| (*at, *number, event(text))).collect())
    }

    /// The events with the replay's name in them, and the rules they are for.
    async fn addressed(
        &self,
        bus: &BusId,
        name: &str,
        record: &ReplayRecord,
        events: &[(Timestamp, u64, Value)],
    ) -> Result<Vec<(Envelope, Vec<std::sync::Arc<super::RuleView>>)>, StoreError> {
        let mut sent = Vec::new();
        for (_, _, event) in events {
            let Some(mut envelope) = Envelope::of_json(event) else { continue };
            envelope.replay = Some(name.to_owned());
            let rules = self.describing(bus, &envelope.to_json(), &record.rules).await?;
            sent.push((envelope, rules));
        }
        Ok(sent)
    }
}
