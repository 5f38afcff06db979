//! Looking at all targets, once a minute of the clock: what scheduled actions are due, what lies outside of its bounds, what
//! policies decide.

use names::Timestamp;
use schedule::{Expression, Plural, Zone};
use service_kit::{Cloud, Error};
use store::Scope;

use super::Engine;
use super::decide::{Verdict, bounded, decide};
use crate::calls::{self, Scalable};
use crate::limits;
use crate::store::{ActionRecord, ActivityRecord, Place, PolicyRecord, TARGETS, TargetRecord};

/// A target at work.
struct Looked<'a> {
    cloud: &'a Cloud,
    scope: &'a Scope,
    place: &'a Place,
    scalable: &'a Scalable,
}

impl Engine {
    /// Looks at all targets.
    pub(crate) async fn look(&self, cloud: &Cloud) -> Result<(), Error> {
        let targets = TARGETS.scan_everywhere(&self.store.read().await?).await?;
        for (scope, key, record) in targets {
            let place = Place::of(key);
            let Some(scalable) = Scalable::at(&scope, &place) else { continue };
            let looked = Looked { cloud, scope: &scope, place: &place, scalable: &scalable };
            if let Err(error) = self.look_at(&looked, record).await {
                tracing::debug!(resource = place.resource, %error, "a target could not be looked at");
            }
        }
        Ok(())
    }

    async fn look_at(&self, looked: &Looked<'_>, mut target: TargetRecord) -> Result<(), Error> {
        let mut cause = String::from("minimum or maximum capacity was set");
        for (name, action) in self.actions(looked.scope, looked.place).await? {
            if let Some(done) = self.do_action(looked, &mut target, &name, action).await? {
                cause = done;
            }
        }
        let Some(current) = calls::capacity(looked.cloud, looked.scalable).await? else { return Ok(()) };
        if let Some(within) = bounded(&target, current) {
            let bound = if within > current { "minimum" } else { "maximum" };
            if !cause.contains("scheduled action") {
                cause = format!("{bound} capacity was set to {within}");
            }
            return self.scale(looked, within, cause).await.map(drop);
        }
        let minutes = self.minutes(looked).await?;
        for (name, policy) in self.policies(looked.scope, looked.place).await? {
            let Some(verdict) = decide(&policy, &target, current, &minutes, self.now()) else { continue };
            let scaled = self.follow(looked, &name, &policy, verdict).await?;
            if scaled {
                break;
            }
        }
        Ok(())
    }

    /// Lets bounds follow the clock, when a scheduled action is due.
    async fn do_action(
        &self,
        looked: &Looked<'_>,
        target: &mut TargetRecord,
        name: &str,
        action: ActionRecord,
    ) -> Result<Option<String>, Error> {
        let now = self.now();
        if target.suspended.scheduled || !is_due(&action, now) {
            return Ok(None);
        }
        target.least = action.least.unwrap_or(target.least);
        target.most = action.most.unwrap_or(target.most).max(target.least);
        self.put_target(looked.scope, looked.place, target).await?;
        let done = ActionRecord { done: now, ..action };
        self.put_action(looked.scope, looked.place, name, Some(&done)).await?;
        let cause = format!(
            "scheduled action name {name} was triggered: minimum capacity was set to {} and maximum capacity was set to {}",
            target.least, target.most
        );
        Ok(Some(cause))
    }

    /// Units consumed in each of the last minutes, the newest first.
    async fn minutes(&self, looked: &Looked<'_>) -> Result<Vec<Option<f64>>, Error> {
        let (now, metric) = (self.now(), looked.scalable.consumed());
        let mut minutes = Vec::new();
        for ago in 0..limits::MINUTES_BELOW {
            let until = now.minus(limits::PERIOD * ago);
            minutes.push(looked.cloud.measured(&metric, until.minus(limits::PERIOD), until).await?);
        }
        Ok(minutes)
    }

    async fn follow(
        &self,
        looked: &Looked<'_>,
        name: &str,
        policy: &PolicyRecord,
        verdict: Verdict,
    ) -> Result<bool, Error> {
        let (capacity, alarm) = match verdict {
            Verdict::Out(more) => (more, "AlarmHigh"),
            Verdict::In(less) => (less, "AlarmLow"),
        };
        let alarm = alarm_name(looked.place, alarm, policy);
        let cause = format!("monitor alarm {alarm} in state ALARM triggered policy {name}");
        if !self.scale(looked, capacity, cause).await? {
            return Ok(false);
        }
        let now = Some(self.now());
        let changed = match verdict {
            Verdict::Out(_) => PolicyRecord { went_out: now, ..policy.clone() },
            Verdict::In(_) => PolicyRecord { went_in: now, ..policy.clone() },
        };
        self.put_policy(looked.scope, looked.place, name, Some(&changed)).await?;
        Ok(true)
    }

    /// Changes capacity, and tells how that went.
    async fn scale(&self, looked: &Looked<'_>, capacity: i32, cause: String) -> Result<bool, Error> {
        let Place { namespace, resource, dimension } = looked.place;
        let what = looked.scalable.noun();
        let failure = calls::set_capacity(looked.cloud, looked.scalable, capacity).await.err();
        let failure = failure.map(|error| error.to_string());
        let message = match &failure {
            None => format!("Successfully set {what} to {capacity}. Change successfully fulfilled by {namespace}."),
            Some(reason) => format!("Failed to set {what} to {capacity}. Reason: {reason}"),
        };
        let record = ActivityRecord {
            id: self.random().uuid(),
            resource: resource.clone(),
            dimension: dimension.clone(),
            description: format!("Setting {what} to {capacity}."),
            cause,
            at: self.now(),
            failure,
            message,
        };
        self.tell(looked.scope, namespace, &record).await?;
        Ok(record.failure.is_none())
    }
}

/// Whether an action is due that was not done since.
fn is_due(action: &ActionRecord, now: Timestamp) -> bool {
    if action.from.is_some_and(|from| now < from) || action.until.is_some_and(|until| now > until) {
        return false;
    }
    let zone = action.zone.as_deref().and_then(Zone::named).unwrap_or_else(Zone::utc);
    let start = action.from.unwrap_or(action.created);
    let expression = Expression::parse(&action.schedule, Plural::Either);
    let next = expression.and_then(|expression| expression.next(action.done, start, &zone));
    next.is_some_and(|next| next <= now)
}

/// The name of one of a policy's alarms.
pub(crate) fn alarm_name(place: &Place, kind: &str, policy: &PolicyRecord) -> String {
    format!("TargetTracking-{}-{kind}-{}", place.resource, policy.alarms)
}
