//! What roles alone do: trust, and how long a session may last.

use names::{Arn, key_id};
use policy::{Kind as PolicyKind, Policy, significant_length};
use serde_json::Value;
use store::{Reader, StoreError};

use super::Engine;
use super::entity::{Body, Kind, by_id, find, put};
use super::home::Home;
use super::refusal::Refusal;
use super::trust::{self, Trust};
use crate::limits;
use crate::store::{EntityRecord, ROLE_USES, UseRecord};

/// The trust policy of a role as it shows now: users and roles by their ARNs of today, those that are gone by their ids.
pub(crate) async fn trust_text(reader: &impl Reader, home: Home, trust: &Trust) -> Result<String, StoreError> {
    let mut names = Vec::new();
    for (_, id) in &trust.bound {
        names.push((id.as_str(), name_of(reader, home, id).await?.unwrap_or_else(|| id.clone())));
    }
    Ok(trust.shown(|id| names.iter().find(|(of, _)| *of == id).map_or_else(String::new, |(_, name)| name.clone())))
}

/// The ARN of whoever has a unique id, in whatever account.
async fn name_of(reader: &impl Reader, home: Home, id: &str) -> Result<Option<String>, StoreError> {
    let Some(account) = key_id::account_of(id) else { return Ok(None) };
    let there = Home { account, ..home };
    Ok(by_id(reader, there, id).await?.map(|record| there.entity(&record)))
}

impl Engine {
    /// Reads a trust policy: checks it, and finds the users and roles it names.
    pub(crate) async fn trust(&self, home: Home, text: &str) -> Result<Trust, Refusal> {
        let Ok(document) = serde_json::from_str::<Value>(text) else {
            return Err(Refusal::Malformed("This policy contains invalid Json".to_owned()));
        };
        Policy::parse(text, PolicyKind::Trust)?;
        if significant_length(text) > limits::TRUST_SIZE {
            return Err(Refusal::Quota("ACLSizePerRole", limits::TRUST_SIZE as u64));
        }
        let (view, mut bound) = (self.view().await?, Vec::new());
        for (sort, principal) in trust::principals(&document) {
            if sort == "AWS" {
                bound.extend(bind(&view, home, &principal).await?.map(|id| (principal, id)));
            }
        }
        Ok(Trust { text: text.to_owned(), bound })
    }

    /// Replaces a role's trust policy.
    pub(crate) async fn set_trust(&self, home: Home, role: &str, text: &str) -> Result<(), Refusal> {
        let record = self.entity(home, Kind::Role, role).await?;
        record.check_unprotected()?;
        let trust = &self.trust(home, text).await?;
        self.change(home.account, |tx| async move {
            let mut record = find(&tx, home, Kind::Role, role).await?;
            record.check_unprotected()?;
            if let Body::Role(body) = &mut record.body {
                body.trust = trust.clone();
            }
            Ok(put(&tx, home, &record)?)
        })
        .await
    }

    /// The trust policy of a role as it shows now; empty for what is no role.
    pub(crate) async fn shown_trust(&self, home: Home, record: &EntityRecord) -> Result<String, Refusal> {
        let Some(role) = record.role() else { return Ok(String::new()) };
        Ok(trust_text(&self.view().await?, home, &role.trust).await?)
    }

    /// When a role was last used, within the time that is told.
    pub(crate) async fn role_use(&self, home: Home, id: &str) -> Result<Option<UseRecord>, Refusal> {
        self.flush_usage().await?;
        let found = ROLE_USES.get(&self.view().await?, &home.scope(), &id).await?;
        let since = self.now().minus(std::time::Duration::from_secs(limits::TRACKED_DAYS * 86_400));
        Ok(found.filter(|usage| usage.at >= since))
    }
}

/// The unique id of a principal that is a user or role; none for accounts and sessions, which have none.
async fn bind(reader: &impl Reader, home: Home, principal: &str) -> Result<Option<String>, Refusal> {
    let invalid = || Refusal::Malformed(format!("Invalid principal in policy: \"AWS\":\"{principal}\""));
    if principal == "*" || principal.parse::<names::AccountId>().is_ok() {
        return Ok(None);
    }
    let Ok(arn) = principal.parse::<Arn>() else {
        let there = name_of(reader, home, principal).await?;
        return there.map(|_| Some(principal.to_owned())).ok_or_else(invalid);
    };
    let account = arn.account_id().filter(|_| arn.partition == home.partition.as_str()).ok_or_else(invalid)?;
    let word = arn.resource.split('/').next().unwrap_or_default();
    let kind = match (arn.service.as_str(), word) {
        ("iam", "root") => return Ok(None),
        ("sts", "assumed-role" | "federated-user") => return Ok(None),
        ("iam", "user") => Kind::User,
        ("iam", "role") => Kind::Role,
        _ => return Err(invalid()),
    };
    let there = Home { account, ..home };
    let name = there.entity_name(kind, principal).ok_or_else(invalid)?;
    match find(reader, there, kind, &name).await {
        Ok(record) if there.entity(&record) == principal => Ok(Some(record.id)),
        Ok(_) | Err(Refusal::Missing(..)) => Err(invalid()),
        Err(other) => Err(other),
    }
}
