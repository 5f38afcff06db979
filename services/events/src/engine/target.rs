//! Targets of rules, kept as the API has them.

use api_events::Target;
use bytes::Bytes;
use store::{Order, Raw, Span, StoreError};

use super::home::BusId;
use super::rule::Hand;
use super::{Answer, Engine, Refusal};
use crate::limits;
use crate::store::{RULES, TARGETS};

impl Engine {
    /// Adds targets to a rule, each in place of the one of its id.
    pub(crate) async fn put_targets(&self, bus: &BusId, rule: &str, hand: &Hand, targets: &[Target]) -> Answer<()> {
        let scope = &bus.home.scope();
        self.store()
            .transact(|tx| async move {
                let record = RULES.get(&tx, scope, &(bus.name.as_str(), rule)).await?.ok_or(Refusal::Absent)?;
                hand.may(&record)?;
                for target in targets {
                    TARGETS.put(&tx, scope, &(bus.name.as_str(), rule, target.id.as_str()), &text(target))?;
                }
                let span = Span::prefix::<(String, String)>(&(bus.name.as_str(), rule));
                let there = TARGETS.scan(&tx, scope, &span, Order::Ascending, limits::TARGETS_PER_RULE + 1).await?;
                if there.len() > limits::TARGETS_PER_RULE {
                    return Err(Refusal::Limit);
                }
                Ok(())
            })
            .await?;
        self.wake(bus, rule, targets.iter().map(|target| target.id.as_str()));
        Ok(())
    }

    /// Removes targets; answers the ids that there were none of.
    pub(crate) async fn remove_targets(
        &self,
        bus: &BusId,
        rule: &str,
        hand: &Hand,
        ids: &[String],
    ) -> Answer<Vec<String>> {
        let scope = &bus.home.scope();
        let missing = self
            .store()
            .transact(|tx| async move {
                let record = RULES.get(&tx, scope, &(bus.name.as_str(), rule)).await?.ok_or(Refusal::Absent)?;
                hand.may(&record)?;
                let mut missing = Vec::new();
                for id in ids {
                    let key = (bus.name.as_str(), rule, id.as_str());
                    match TARGETS.get(&tx, scope, &key).await? {
                        Some(_) => TARGETS.delete(&tx, scope, &key),
                        None => missing.push(id.clone()),
                    }
                }
                Ok::<_, Refusal>(missing)
            })
            .await?;
        self.wake(bus, rule, ids.iter().map(String::as_str));
        Ok(missing)
    }

    /// Targets of a rule after an id; at most `limit`.
    pub(crate) async fn targets(
        &self,
        bus: &BusId,
        rule: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Target>, StoreError> {
        let view = self.store().read().await?;
        let all = Span::prefix::<(String, String)>(&(bus.name.as_str(), rule));
        let span = match after {
            Some(after) => all.after::<(String, String, String)>(&(bus.name.as_str(), rule, after)),
            None => all,
        };
        let rows = TARGETS.scan(&view, &bus.home.scope(), &span, Order::Ascending, limit).await?;
        Ok(rows.into_iter().map(|(_, Raw(text))| read(&text)).collect())
    }

    /// Lets what waits for targets be looked at anew: they were changed, or are no more.
    fn wake<'a>(&self, bus: &BusId, rule: &str, ids: impl Iterator<Item = &'a str>) {
        ids.for_each(|id| self.deliveries().wake(lane(bus, rule, id)));
    }
}

/// The lane of a target.
pub(crate) fn lane(bus: &BusId, rule: &str, id: &str) -> String {
    format!("{}|{}|{}|{rule}|{id}", bus.home.account, bus.home.region, bus.name)
}

/// A target as it is kept.
fn text(target: &Target) -> Raw {
    Raw(protocols::json_value::write(target).into())
}

/// A target that was kept. What is not understood is left out: nothing but [`text`] wrote it.
pub(crate) fn read(text: &Bytes) -> Target {
    let mut target = Target::default();
    if let Err(error) = protocols::json_value::read(text, &mut target) {
        tracing::error!(?error, "a target cannot be read");
    }
    target
}
