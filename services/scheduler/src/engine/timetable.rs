//! Runs: one durable timer a schedule, which plans the next run when it rings. Each due instant has one invocation, written
//! in the commit that plans the one after it.

use std::time::Duration;

use bytes::Bytes;
use delivery::Consignment;
use names::{Region, Timestamp};
use schedule::{Expression, Plural, Zone};
use store::{Due, StoreError, Tx, decode_record, encode_record};

use super::Engine;
use super::home::Home;
use crate::courier;
use crate::store::{Invocation, Planned, SCHEDULES, ScheduleRecord};

/// The kind of the timers.
pub(crate) const KIND: &str = "scheduler.invoke";

/// The smallest step of time there is: what is due at an instant is due after the one before it.
const TICK: Duration = Duration::from_micros(1);

/// The id of a schedule's timer.
pub(super) fn id(home: &Home, group: &str, name: &str) -> String {
    format!("{}|{}|{group}|{name}", home.account, home.region)
}

fn of_id(id: &str) -> Option<(Home, String, String)> {
    let mut parts = id.splitn(4, '|');
    let home = Home { account: parts.next()?.parse().ok()?, region: Region::parse(parts.next()?)? };
    Some((home, parts.next()?.to_owned(), parts.next()?.to_owned()))
}

/// Reads a schedule's expression.
pub(crate) fn expression(text: &str) -> Option<Expression> {
    Expression::parse(text, Plural::Either)
}

/// The clock that a schedule goes by.
pub(crate) fn zone(name: Option<&str>) -> Option<Zone> {
    name.map_or_else(|| Some(Zone::utc()), Zone::named)
}

/// When a schedule is due next after an instant; none when it never is again.
fn next(record: &ScheduleRecord, after: Timestamp) -> Option<Timestamp> {
    let (expression, zone) = (expression(&record.expression)?, zone(record.zone.as_deref())?);
    let start = record.start.unwrap_or(record.created);
    let due = match expression {
        // The start and the end bound what comes again and again, not what comes once.
        Expression::At(_) => return expression.next(after, start, &zone),
        _ => expression.next(after.max(start.minus(TICK)), start, &zone)?,
    };
    record.end.is_none_or(|end| due <= end).then_some(due)
}

impl Engine {
    /// Plans the first run. A rate is due as soon as it starts.
    pub(super) async fn plan_first(
        &self,
        tx: &Tx,
        home: &Home,
        named: (&str, &str),
        record: &ScheduleRecord,
    ) -> Result<(), StoreError> {
        self.plan(tx, home, named, record, record.created.minus(TICK)).await.map(|_| ())
    }

    /// Plans the next run after a change.
    pub(super) async fn plan_changed(
        &self,
        tx: &Tx,
        home: &Home,
        named: (&str, &str),
        record: &ScheduleRecord,
    ) -> Result<(), StoreError> {
        self.plan(tx, home, named, record, record.modified).await.map(|_| ())
    }

    /// Plans the run after an instant; tells whether there is one.
    async fn plan(
        &self,
        tx: &Tx,
        home: &Home,
        (group, name): (&str, &str),
        record: &ScheduleRecord,
        after: Timestamp,
    ) -> Result<bool, StoreError> {
        let (id, due) = (id(home, group, name), next(record, after));
        let Some(due) = due.filter(|_| record.on) else {
            self.cancel(tx, &id).await?;
            return Ok(due.is_some());
        };
        let late = record.window.map_or(0, |minutes| self.runtime().random.below(u64::from(minutes) * 60_000));
        let payload = encode_record(&Planned { number: record.number, due })?;
        self.0.timers.schedule(tx, due.plus(Duration::from_millis(late)), KIND, &id, payload).await?;
        Ok(true)
    }

    /// Takes a planned run back.
    pub(super) async fn cancel(&self, tx: &Tx, id: &str) -> Result<(), StoreError> {
        self.0.timers.cancel(tx, KIND, id).await.map(|_| ())
    }

    /// A schedule is due: its invocation is on its way, and the next run is planned, in one commit. After the last, a
    /// schedule that wants to goes away.
    pub(crate) async fn ring(&self, timer: &Due) -> Result<(), StoreError> {
        let Some((home, group, name)) = of_id(&timer.id) else { return Ok(()) };
        let planned: Planned = decode_record("scheduler/planned", &timer.payload)?;
        let execution = self.runtime().random.uuid();
        let (home, group, name, execution) = (&home, &group, &name, &execution);
        let departure = self
            .store()
            .transact(|tx| async move {
                let key = (group.as_str(), name.as_str());
                let there = SCHEDULES.get(&tx, &home.scope(), &key).await?;
                let Some(record) = there.filter(|record| record.number == planned.number && record.on) else {
                    self.cancel(&tx, &timer.id).await?;
                    return Ok::<_, StoreError>(None);
                };
                let more = self.plan(&tx, home, key, &record, planned.due).await?;
                if !more && record.ends {
                    SCHEDULES.delete(&tx, &home.scope(), &key);
                }
                let lane = courier::lane(home, group, name, &record.target);
                let invocation = Invocation {
                    schedule: name.clone(),
                    group: group.clone(),
                    target: record.target,
                    due: planned.due,
                    execution: execution.clone(),
                };
                let body = encode_record(&invocation)?;
                // The lane's alarm, at this instant: a clock that is moved stands still until it was tried.
                self.0.timers.schedule(&tx, timer.due, super::DELIVER, &lane, Bytes::new()).await?;
                let on_lane = Consignment::new(lane, Bytes::new());
                self.deliveries().enqueue(&tx, body, &[on_lane]).await.map(Some)
            })
            .await?;
        if let Some(departure) = departure {
            departure.depart();
        }
        Ok(())
    }
}
