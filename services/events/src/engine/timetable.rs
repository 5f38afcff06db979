//! Schedules of rules: one durable timer a rule, which plans the next one when it fires. However the clock is moved, and
//! whatever crashes, each due instant has one event.

use bytes::Bytes;
use schedule::{Expression, Plural, Zone};
use serde_json::json;
use store::{Due, StoreError, Tx};

use super::Engine;
use super::event::Envelope;
use super::home::{BusId, Home};
use crate::store::{RULES, RuleRecord};

/// The kind of the timers.
pub(crate) const KIND: &str = "events.schedule";

/// Reads the schedule of a rule: a rate or a cron expression. Rules know no `at`.
pub(crate) fn expression(text: &str) -> Option<Expression> {
    Expression::parse(text, Plural::Strict).filter(|expression| !matches!(expression, Expression::At(_)))
}

impl Engine {
    /// Plans the next run of a rule, or none when it has no schedule, is off or is no more.
    pub(super) async fn plan(
        &self,
        tx: &Tx,
        bus: &BusId,
        name: &str,
        record: Option<&RuleRecord>,
    ) -> Result<(), StoreError> {
        self.plan_after(tx, bus, name, record, self.now()).await
    }

    async fn plan_after(
        &self,
        tx: &Tx,
        bus: &BusId,
        name: &str,
        record: Option<&RuleRecord>,
        after: names::Timestamp,
    ) -> Result<(), StoreError> {
        let id = format!("{}|{}|{}|{name}", bus.home.account, bus.home.region, bus.name);
        let on = record.filter(|record| record.is_on());
        let next = on.and_then(|record| {
            let expression = expression(record.schedule.as_deref()?)?;
            expression.next(after, record.since, &Zone::utc())
        });
        match next {
            Some(at) => self.timers().schedule(tx, at, KIND, &id, Bytes::new()).await,
            None => self.timers().cancel(tx, KIND, &id).await.map(|_| ()),
        }
    }

    /// A rule's schedule is due: its targets get an event, and the next run is planned, in one commit.
    pub(crate) async fn ring(&self, due: &Due) -> Result<(), StoreError> {
        let Some((bus, name)) = rule_of(&due.id) else { return Ok(()) };
        let (bus, name) = (&bus, &name);
        let rule = self.view(bus).await?.and_then(|view| view.rules.get(name).cloned());
        let event = self.scheduled(bus, name, due);
        let departure = self
            .store()
            .transact(|tx| {
                let (rule, event) = (rule.clone(), &event);
                async move {
                    let record = RULES.get(&tx, &bus.home.scope(), &(bus.name.as_str(), name.as_str())).await?;
                    self.plan_after(&tx, bus, name, record.as_ref(), due.due).await?;
                    let on = record.is_some_and(|record| record.is_on() && record.schedule.is_some());
                    let rules: Vec<_> = rule.filter(|_| on).into_iter().collect();
                    for target in rules.iter().flat_map(|rule| &rule.targets) {
                        // The lane's alarm, at this instant: a clock that is moved stands still until it was tried.
                        self.timers().schedule(&tx, due.due, super::DELIVER, &target.lane, Bytes::new()).await?;
                    }
                    self.enqueue(&tx, event, &rules).await
                }
            })
            .await?;
        departure.depart();
        Ok(())
    }

    fn scheduled(&self, bus: &BusId, name: &str, due: &Due) -> Envelope {
        let mut event = Envelope::new(self.runtime().random.uuid(), bus.home.account, &bus.home.region, due.due);
        "Scheduled Event".clone_into(&mut event.detail_type);
        "aws.events".clone_into(&mut event.source);
        event.resources = vec![bus.rule_arn(name).to_string()];
        event.detail = json!({});
        event
    }
}

fn rule_of(id: &str) -> Option<(BusId, String)> {
    let mut parts = id.splitn(4, '|');
    let home = Home { account: parts.next()?.parse().ok()?, region: names::Region::parse(parts.next()?)? };
    Some((home.bus(parts.next()?), parts.next()?.to_owned()))
}
