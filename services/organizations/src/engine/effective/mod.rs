//! Management policies: documents of settings that come together, from the root down to an account, as one effective
//! policy. Source: User Guide, "Policy syntax and inheritance for management policy types".

mod document;
mod merge;
mod rules;

use std::collections::BTreeMap;

use names::{AccountId, Timestamp};
use store::{Reader, StoreError};

use super::kind::Kind;
use super::refusal::{Refusal, Thing};
use super::seat::Seat;
use super::{Engine, account, attachment, policy, tree};

pub(super) use document::parse;
pub(crate) use rules::Invalid;

/// What a kind of policy comes to for an account.
#[derive(Debug, Clone)]
pub(crate) struct Effective {
    /// The document, without operators.
    pub content: String,
    /// When any part of it last changed.
    pub updated: Timestamp,
    /// What is wrong with it.
    pub invalid: Vec<Invalid>,
    /// The policies it is made of.
    pub policies: Vec<String>,
    /// `o-…/r-…/…/123456789012/`.
    pub path: String,
}

impl Engine {
    /// What a kind of policy comes to for an account.
    pub(crate) async fn effective(&self, seat: &Seat, kind: Kind, account: AccountId) -> Result<Effective, Refusal> {
        let view = self.view().await?;
        seat.needs_all_features()?;
        account::found(&view, seat, account).await.map_err(|_| Refusal::No(Thing::Target))?;
        let found = of(&view, seat, kind, account).await?;
        found.ok_or(Refusal::No(Thing::EffectivePolicy))
    }

    /// Accounts after one of them for which a kind of policy comes to something that is not valid, at most so many.
    pub(crate) async fn accounts_with_invalid(
        &self,
        seat: &Seat,
        kind: Kind,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<account::Member>, Refusal> {
        seat.needs_all_features()?;
        if !seat.enabled(kind) {
            return Err(Refusal::No(Thing::EffectivePolicy));
        }
        let view = self.view().await?;
        let (mut found, mut after) = (Vec::new(), after);
        while found.len() < limit {
            let members = self.members(seat, None, after, limit.max(50)).await?;
            let Some(last) = members.last() else { break };
            after = Some(last.id);
            for member in members {
                let effective = of(&view, seat, kind, member.id).await?;
                if effective.is_some_and(|effective| !effective.invalid.is_empty()) {
                    found.push(member);
                }
            }
        }
        found.truncate(limit);
        Ok(found)
    }
}

/// What a kind of policy comes to for a member; none when no policy of the kind reaches it.
async fn of(
    reader: &impl Reader,
    seat: &Seat,
    kind: Kind,
    account: AccountId,
) -> Result<Option<Effective>, StoreError> {
    let Ok(member) = account::found(reader, seat, account).await else { return Ok(None) };
    let mut line = tree::line(reader, seat, &member.parent).await?;
    line.push(account.to_string());
    let path = tree::path(seat, &line);
    let (mut levels, mut policies, mut updated) = (Vec::new(), Vec::new(), Timestamp::EPOCH);
    for target in &line {
        let mut level = Vec::new();
        for hold in attachment::on(reader, seat, kind, target).await? {
            let Some(shown) = policy::of(reader, seat, &hold.policy).await? else { continue };
            updated = updated.max(hold.at).max(shown.record.modified);
            level.extend(parse(kind, &shown.record.content).ok());
            policies.push(hold.policy);
        }
        levels.push(level);
    }
    if policies.is_empty() {
        return Ok(None);
    }
    let merged = merge::merge(&levels);
    let invalid = rules::check(kind, &merged);
    let content = serde_json::Value::from(merged).to_string();
    Ok(Some(Effective { content, updated, invalid, policies, path }))
}

/// A document as a tree of settings.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Node {
    /// Settings and groups of settings in it.
    pub children: BTreeMap<String, Node>,
    /// What it says of its own value.
    pub set: Option<Set>,
    /// What documents further down may say of it and of all in it; none for anything.
    pub allowed: Option<Vec<Operator>>,
}

/// What a document says of a setting's value. A text in the place of an operator's object is an assignment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Set {
    /// In the order of the document.
    pub steps: Vec<(Operator, serde_json::Value)>,
}

/// How a value is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    /// `@@assign`
    Assign,
    /// `@@append`
    Append,
    /// `@@remove`
    Remove,
}
