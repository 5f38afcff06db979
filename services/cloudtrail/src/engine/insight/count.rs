//! The event history as counts a minute: calls that change something by operation, errors by operation and code.

use std::collections::BTreeMap;

use names::Timestamp;
use serde::Deserialize;
use store::{ReadView, Scope, StoreError};

use crate::engine::history::Walk;
use crate::store::{EventRecord, RateRecord, SeriesKey};

/// In a series' key: calls.
pub(crate) const CALLS: u8 = 0;
/// In a series' key: errors.
pub(crate) const ERRORS: u8 = 1;
/// Users, agents and codes told apart in one count; the rest is counted without them.
const TOLD_APART: usize = 20;

/// Counts by series and minute.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) series: BTreeMap<SeriesKey, BTreeMap<i64, RateRecord>>,
}

/// What is read of an event.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    user_identity: Who,
    #[serde(default)]
    user_agent: String,
    error_code: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Who {
    arn: Option<String>,
    invoked_by: Option<String>,
}

impl Counts {
    /// Counts the events from one minute until another.
    pub(super) async fn read(view: &ReadView, scope: &Scope, from: i64, until: i64) -> Result<Self, StoreError> {
        let start = |minute: i64| Timestamp::from_secs(minute * 60);
        let mut counts = Self::default();
        let mut walk = Walk::new(view, scope, start(from), (start(until), [0; 16]), None);
        while let Some((at, _, record)) = walk.next().await? {
            counts.add(at.secs().div_euclid(60), &record);
        }
        Ok(counts)
    }

    fn add(&mut self, minute: i64, record: &EventRecord) {
        let Ok(told) = serde_json::from_str::<Told>(&record.json) else { return };
        let user = told.user_identity.arn.or(told.user_identity.invoked_by).unwrap_or_default();
        let code = told.error_code.unwrap_or_default();
        let mut one = RateRecord { count: 1, ..RateRecord::default() };
        one.users.push((user, 1));
        one.agents.push((told.user_agent, 1));
        one.codes.push((if code.is_empty() { "null".to_owned() } else { code.clone() }, 1));
        if !code.is_empty() {
            self.add_to(ERRORS, record, code, minute, &one);
        }
        if !record.read_only {
            self.add_to(CALLS, record, String::new(), minute, &one);
        }
    }

    fn add_to(&mut self, kind: u8, record: &EventRecord, code: String, minute: i64, one: &RateRecord) {
        let series = (kind, record.source.to_string(), record.name.to_string(), code);
        add(self.series.entry(series).or_default().entry(minute).or_default(), one);
    }
}

/// Adds one count to another.
pub(super) fn add(sum: &mut RateRecord, more: &RateRecord) {
    sum.count = sum.count.saturating_add(more.count);
    merge(&mut sum.users, &more.users);
    merge(&mut sum.agents, &more.agents);
    merge(&mut sum.codes, &more.codes);
}

fn merge(sum: &mut Vec<(String, u32)>, more: &[(String, u32)]) {
    for (value, count) in more {
        if let Some((_, own)) = sum.iter_mut().find(|(own, _)| own == value) {
            *own = own.saturating_add(*count);
        } else if sum.len() < TOLD_APART {
            sum.push((value.clone(), *count));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up_by_value() {
        let one = |user: &str| RateRecord { count: 1, users: vec![(user.into(), 1)], ..RateRecord::default() };
        let mut sum = RateRecord::default();
        for user in ["a", "b", "a"] {
            add(&mut sum, &one(user));
        }
        assert_eq!((sum.count, sum.users), (3, vec![("a".to_owned(), 2), ("b".to_owned(), 1)]));
    }
}
