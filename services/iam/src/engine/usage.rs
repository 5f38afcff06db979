//! What was used when: access keys, roles, services and their actions. Uses are noted on the path of every signed request,
//! so they are gathered here and written by a task; whoever asks has them written first.

use std::collections::HashMap;
use std::time::Duration;

use names::{AccountId, Timestamp, key_id};
use parking_lot::Mutex;
use service_kit::{KeyUse, Principal};
use store::{Batch, StoreError};

use super::Engine;
use crate::store::{ACCESSED, KEY_USES, ROLE_USES, UseRecord, scope};

/// Repeated uses within this time are one: AWS tells no finer than minutes.
const GRAIN: Duration = Duration::from_secs(60);
/// Who is remembered at most; beyond it all is forgotten, which only means that uses are written once more.
const REMEMBERED: usize = 10_000;

/// Uses since the last were written, and what need not be written again.
#[derive(Default)]
pub(crate) struct Usage(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    keys: HashMap<Box<str>, Last>,
    bearers: HashMap<Box<str>, Bearer>,
    fresh: bool,
}

struct Bearer {
    account: AccountId,
    role: bool,
    actions: HashMap<Box<str>, Last>,
}

struct Last {
    record: UseRecord,
    written: bool,
}

impl Usage {
    /// Takes note of a use.
    pub(crate) fn note(&self, usage: &KeyUse<'_>) {
        let mut seen = self.0.lock();
        if seen.keys.len() + seen.bearers.len() > REMEMBERED && !seen.fresh {
            *seen = Seen::default();
        }
        let mut new = false;
        if usage.access_key.starts_with("AKIA") {
            new |= touch(&mut seen.keys, usage.access_key, usage);
        }
        if let Some((id, role)) = bearer(&usage.caller.principal) {
            let actions = match seen.bearers.get_mut(id) {
                Some(bearer) => &mut bearer.actions,
                None => {
                    let fresh = Bearer { account: usage.caller.account, role, actions: HashMap::new() };
                    &mut seen.bearers.entry(id.into()).or_insert(fresh).actions
                }
            };
            new |= touch(actions, usage.action, usage);
        }
        seen.fresh |= new;
    }

    /// Forgets everything: the store was emptied.
    pub(crate) fn clear(&self) {
        *self.0.lock() = Seen::default();
    }

    /// What is to be written, marked as written.
    fn take(&self) -> Result<Option<Batch>, StoreError> {
        let mut seen = self.0.lock();
        if !std::mem::take(&mut seen.fresh) {
            return Ok(None);
        }
        let batch = Batch::new();
        for (id, last) in seen.keys.iter_mut().filter(|(_, last)| !last.written) {
            last.written = true;
            if let Some(account) = key_id::account_of(id) {
                KEY_USES.put(&batch, &scope(account), &&**id, &last.record)?;
            }
        }
        for (id, bearer) in &mut seen.bearers {
            bearer.write(id, &batch)?;
        }
        Ok(Some(batch))
    }
}

impl Bearer {
    fn write(&mut self, id: &str, batch: &Batch) -> Result<(), StoreError> {
        let scope = scope(self.account);
        let mut services: HashMap<String, UseRecord> = HashMap::new();
        for (action, last) in self.actions.iter_mut().filter(|(_, last)| !last.written) {
            last.written = true;
            let service = last.record.service.clone();
            ACCESSED.put(batch, &scope, &(id.to_owned(), service.clone(), action.to_string()), &last.record)?;
            let newest = services.entry(service).or_insert_with(|| last.record.clone());
            if newest.at < last.record.at {
                *newest = last.record.clone();
            }
        }
        if let Some(newest) = services.values().max_by_key(|record| record.at).filter(|_| self.role) {
            ROLE_USES.put(batch, &scope, &id, newest)?;
        }
        for (service, newest) in services {
            ACCESSED.put(batch, &scope, &(id.to_owned(), service, String::new()), &newest)?;
        }
        Ok(())
    }
}

impl Engine {
    /// Writes the uses gathered.
    pub(crate) async fn flush_usage(&self) -> Result<(), StoreError> {
        if let Some(batch) = self.usage().take()? {
            self.store().write(batch).await?;
        }
        Ok(())
    }
}

/// Notes a use; false when it is one with the last.
fn touch(uses: &mut HashMap<Box<str>, Last>, name: &str, usage: &KeyUse<'_>) -> bool {
    match uses.get_mut(name) {
        Some(last) if last.is_one_with(usage) => false,
        Some(last) => {
            *last = Last::new(usage);
            true
        }
        None => {
            uses.insert(name.into(), Last::new(usage));
            true
        }
    }
}

impl Last {
    fn new(usage: &KeyUse<'_>) -> Self {
        let record = UseRecord {
            at: usage.at,
            service: usage.service.to_owned(),
            region: usage.region.as_str().to_owned(),
            by: arn(&usage.caller.principal).to_owned(),
        };
        Self { record, written: false }
    }

    fn is_one_with(&self, usage: &KeyUse<'_>) -> bool {
        let close = self.record.at <= usage.at && usage.at.since(self.record.at) < GRAIN;
        close && self.record.region == usage.region.as_str() && self.record.service == usage.service
    }
}

/// Unique id of the user or role, and whether it is a role.
fn bearer(principal: &Principal) -> Option<(&str, bool)> {
    match principal {
        Principal::User { id, .. } => Some((id, false)),
        Principal::RoleSession { id, .. } => Some((id.split(':').next().unwrap_or(id), true)),
        _ => None,
    }
}

fn arn(principal: &Principal) -> &str {
    match principal {
        Principal::User { arn, .. } | Principal::RoleSession { arn, .. } | Principal::Federated { arn, .. } => arn,
        _ => "",
    }
}

/// The instant of a use as AWS tells those of access keys: to the minute.
pub(crate) fn to_the_minute(at: Timestamp) -> Timestamp {
    Timestamp::from_secs(at.secs().div_euclid(60) * 60)
}
