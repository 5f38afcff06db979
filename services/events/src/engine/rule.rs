//! Rules: put, switched, deleted, listed.

use names::{Tags, Timestamp};
use store::{Order, Reader, Span, StoreError};

use super::bus;
use super::home::{BusId, Home};
use super::{Answer, Engine, Refusal};
use crate::store::{RULES, RuleRecord, TARGETS};

/// Who changes a rule.
#[derive(Debug, Clone)]
pub(crate) struct Hand {
    /// The service that does, when one does.
    pub(crate) service: Option<String>,
    /// Whether rules of services may be changed all the same.
    pub(crate) force: bool,
}

impl Hand {
    /// Whether it may touch a rule.
    pub(super) fn may(&self, rule: &RuleRecord) -> Answer<()> {
        match &rule.managed_by {
            Some(by) if !self.force && self.service.as_ref() != Some(by) => Err(Refusal::Managed(by.clone())),
            _ => Ok(()),
        }
    }
}

impl Engine {
    /// Creates a rule, or puts it in place of the one of its name. What it was made by, and its tags, stay.
    pub(crate) async fn put_rule(&self, bus: &BusId, name: &str, hand: &Hand, record: RuleRecord) -> Answer<()> {
        let (scope, record, now) = (&bus.home.scope(), &record, self.now());
        self.store()
            .transact(|tx| async move {
                if bus::find(&tx, bus).await?.is_none() {
                    return Err(Refusal::Absent);
                }
                let mut record = record.clone();
                if let Some(before) = RULES.get(&tx, scope, &(bus.name.as_str(), name)).await? {
                    hand.may(&before)?;
                    let same = before.schedule == record.schedule && before.state == record.state;
                    record.since = if same { before.since } else { now };
                    record.tags = before.tags;
                    record.created_by = before.created_by;
                    record.managed_by = before.managed_by;
                }
                RULES.put(&tx, scope, &(bus.name.as_str(), name), &record)?;
                self.plan(&tx, bus, name, Some(&record)).await?;
                Ok(())
            })
            .await
    }

    /// A rule, if it is there.
    pub(crate) async fn rule(&self, bus: &BusId, name: &str) -> Result<Option<RuleRecord>, StoreError> {
        RULES.get(&self.store().read().await?, &bus.home.scope(), &(bus.name.as_str(), name)).await
    }

    /// Changes a rule.
    pub(crate) async fn change_rule(
        &self,
        bus: &BusId,
        name: &str,
        hand: &Hand,
        change: impl Fn(&mut RuleRecord, Timestamp) + Send + Sync,
    ) -> Answer<()> {
        let (scope, now, change) = (&bus.home.scope(), self.now(), &change);
        self.store()
            .transact(|tx| async move {
                let key = (bus.name.as_str(), name);
                let mut record = RULES.get(&tx, scope, &key).await?.ok_or(Refusal::Absent)?;
                hand.may(&record)?;
                change(&mut record, now);
                RULES.put(&tx, scope, &key, &record)?;
                self.plan(&tx, bus, name, Some(&record)).await?;
                Ok(())
            })
            .await
    }

    /// Deletes a rule without targets; tells whether there was one.
    pub(crate) async fn delete_rule(&self, bus: &BusId, name: &str, hand: &Hand) -> Answer<bool> {
        let scope = &bus.home.scope();
        self.store()
            .transact(|tx| async move {
                let key = (bus.name.as_str(), name);
                let Some(record) = RULES.get(&tx, scope, &key).await? else { return Ok(false) };
                hand.may(&record)?;
                let targets = Span::prefix::<(String, String)>(&key);
                if !TARGETS.scan(&tx, scope, &targets, Order::Ascending, 1).await?.is_empty() {
                    return Err(Refusal::InUse);
                }
                RULES.delete(&tx, scope, &key);
                self.plan(&tx, bus, name, None).await?;
                Ok(true)
            })
            .await
    }

    /// Rules of a bus with names that begin so, after a name; at most `limit`.
    pub(crate) async fn rules(
        &self,
        bus: &BusId,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, RuleRecord)>, StoreError> {
        let view = self.store().read().await?;
        let from = after.filter(|after| *after >= prefix);
        let (mut found, mut from) = (Vec::new(), from.map(str::to_owned));
        while found.len() < limit {
            let page = some_rules(&view, bus, prefix, from.as_deref(), limit).await?;
            let last = page.last().map(|(name, _)| name.clone());
            let done = page.len() < limit || last.as_ref().is_none_or(|last| !last.starts_with(prefix));
            found.extend(page.into_iter().filter(|(name, _)| name.starts_with(prefix)));
            if done {
                break;
            }
            from = last;
        }
        found.truncate(limit);
        Ok(found)
    }

    /// Changes the tags of a rule.
    pub(crate) async fn retag_rule(
        &self,
        bus: &BusId,
        name: &str,
        hand: &Hand,
        change: impl Fn(&Tags) -> Tags + Send + Sync,
    ) -> Answer<()> {
        self.change_rule(bus, name, hand, |record, _| record.tags = change(&record.tags)).await
    }

    /// The names of rules of a bus with a target of this ARN, sorted.
    pub(crate) async fn rules_with_target(&self, bus: &BusId, arn: &str) -> Result<Vec<String>, StoreError> {
        let Some(view) = self.view(bus).await? else { return Ok(Vec::new()) };
        let with = view.rules.values().filter(|rule| rule.targets.iter().any(|target| target.arn() == arn));
        let mut names: Vec<_> = with.map(|rule| rule.name.clone()).collect();
        names.sort();
        Ok(names)
    }
}

/// Rules in order of their names, from where `prefix` begins or after one.
async fn some_rules(
    view: &impl Reader,
    bus: &BusId,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<(String, RuleRecord)>, StoreError> {
    let all = Span::prefix::<(String,)>(&(bus.name.as_str(),));
    let span = match after {
        Some(after) => all.after::<(String, String)>(&(bus.name.as_str(), after)),
        None => all.from::<(String, String)>(&(bus.name.as_str(), prefix)),
    };
    let rows = RULES.scan(view, &bus.home.scope(), &span, Order::Ascending, limit).await?;
    Ok(rows.into_iter().map(|((_, name), record)| (name, record)).collect())
}

impl RuleRecord {
    /// Whether events reach it.
    pub(crate) fn is_on(&self) -> bool {
        self.state != "DISABLED"
    }
}

impl Home {
    /// The rule that an ARN names, when it is one of this account and region.
    pub(crate) fn own_rule(&self, arn: &str) -> Option<(BusId, String)> {
        BusId::of_rule_arn(arn).filter(|(bus, _)| bus.home == *self)
    }
}
