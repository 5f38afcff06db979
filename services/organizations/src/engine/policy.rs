//! Policies of an organization: written, read, changed, deleted.

use std::sync::Arc;

use names::Tags;
use store::{Order, Reader, Span, StoreError, Tx};

use super::kind::{Default, Kind};
use super::refusal::{Quota, Refusal, Thing, Twin};
use super::seat::Seat;
use super::tally::{Counted, one_less, one_more};
use super::{Engine, effective, id, tag};
use crate::limits;
use crate::store::{POLICIES, POLICY_KINDS, POLICY_NAMES, PolicyRecord, TARGETS, leads_to, nothing};

/// A policy as it is shown: an organization's own, or one that AWS gives to all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    /// `p-…`.
    pub id: String,
    /// What it says, and of what kind it is.
    pub record: PolicyRecord,
    /// Whether AWS gives it.
    pub aws_managed: bool,
}

/// What a policy is changed to; what is none stays.
#[derive(Debug, Clone, Copy, std::default::Default)]
pub(crate) struct Edit<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// Its description.
    pub description: Option<&'a str>,
    /// Its document.
    pub content: Option<&'a str>,
}

impl Engine {
    /// Writes a policy.
    pub(crate) async fn create_policy(&self, seat: &Seat, record: PolicyRecord, tags: &Tags) -> Result<Shown, Refusal> {
        check(record.kind, &record.content)?;
        let id = id::fresh(self.random(), "p-", 8);
        let (key, new) = (&id, &record);
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            if !seat.organization.all_features {
                return Err(Refusal::KindUnavailable);
            }
            name(&tx, seat, new.kind, &new.name, key).await?;
            one_more(&tx, seat, Counted::Policy(new.kind)).await?;
            POLICIES.put(&tx, &seat.scope(), &key.as_str(), new)?;
            POLICY_KINDS.put(&tx, &seat.scope(), &(new.kind.code(), key.as_str()), &nothing())?;
            tag::put(&tx, seat, key, tags)
        })
        .await?;
        Ok(Shown { id, record, aws_managed: false })
    }

    /// Changes a policy.
    pub(crate) async fn update_policy(&self, seat: &Seat, id: &str, edit: &Edit<'_>) -> Result<Shown, Refusal> {
        if Default::of_id(id).is_some() {
            return Err(Refusal::Immutable);
        }
        let now = self.now();
        let record = self
            .change(|tx| async move {
                let seat = &seat.again(&tx).await?;
                let mut record = own(&tx, seat, id).await?.ok_or(Refusal::No(Thing::Policy))?;
                if let Some(content) = edit.content {
                    check(record.kind, content)?;
                    content.clone_into(&mut record.content);
                }
                if let Some(new) = edit.name.filter(|new| *new != record.name) {
                    POLICY_NAMES.delete(&tx, &seat.scope(), &(record.kind.code(), record.name.as_str()));
                    name(&tx, seat, record.kind, new, id).await?;
                    new.clone_into(&mut record.name);
                }
                if let Some(description) = edit.description {
                    description.clone_into(&mut record.description);
                }
                record.modified = now;
                record.revision += 1;
                POLICIES.put(&tx, &seat.scope(), &id, &record)?;
                Ok(record)
            })
            .await?;
        Ok(Shown { id: id.to_owned(), record, aws_managed: false })
    }

    /// Deletes a policy that is on nothing.
    pub(crate) async fn delete_policy(&self, seat: &Seat, id: &str) -> Result<(), Refusal> {
        if Default::of_id(id).is_some() {
            return Err(Refusal::Immutable);
        }
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            let record = own(&tx, seat, id).await?.ok_or(Refusal::No(Thing::Policy))?;
            let span = Span::prefix::<String>(&id);
            if !TARGETS.scan(&tx, &seat.scope(), &span, Order::Ascending, 1).await?.is_empty() {
                return Err(Refusal::PolicyInUse);
            }
            POLICIES.delete(&tx, &seat.scope(), &id);
            POLICY_KINDS.delete(&tx, &seat.scope(), &(record.kind.code(), id));
            POLICY_NAMES.delete(&tx, &seat.scope(), &(record.kind.code(), record.name.as_str()));
            tag::drop(&tx, seat, id);
            one_less(&tx, seat, Counted::Policy(record.kind)).await
        })
        .await
    }

    /// A policy.
    pub(crate) async fn policy(&self, seat: &Seat, id: &str) -> Result<Shown, Refusal> {
        of(&self.view().await?, seat, id).await?.ok_or(Refusal::No(Thing::Policy))
    }

    /// Policies of a kind after one of them, at most so many; AWS's own first.
    pub(crate) async fn policies(
        &self,
        seat: &Seat,
        kind: Kind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Shown>, StoreError> {
        let view = self.view().await?;
        let default = kind.default().filter(|_| after.is_none() && seat.organization.all_features);
        let mut shown: Vec<_> = default.into_iter().map(|default| given(seat, kind, default)).collect();
        let after = after.filter(|after| Default::of_id(after).is_none());
        let kind_alone = Span::prefix::<u8>(&kind.code());
        let span = match after {
            Some(after) => kind_alone.after::<(u8, String)>(&(kind.code(), after)),
            None => kind_alone,
        };
        for ((_, id), _) in POLICY_KINDS.scan(&view, &seat.scope(), &span, Order::Ascending, limit).await? {
            shown.extend(of(&view, seat, &id).await?);
        }
        shown.truncate(limit);
        Ok(shown)
    }
}

/// A policy, AWS's own too; none when there is none of the id.
pub(crate) async fn of(reader: &impl Reader, seat: &Seat, id: &str) -> Result<Option<Shown>, StoreError> {
    if let Some((kind, default)) = Default::of_id(id) {
        return Ok(seat.organization.all_features.then(|| given(seat, kind, default)));
    }
    let record = own(reader, seat, id).await?;
    Ok(record.map(|record| Shown { id: id.to_owned(), record, aws_managed: false }))
}

/// One of the organization's own policies.
pub(crate) async fn own(reader: &impl Reader, seat: &Seat, id: &str) -> Result<Option<PolicyRecord>, StoreError> {
    POLICIES.get(reader, &seat.scope(), &id).await
}

fn given(seat: &Seat, kind: Kind, default: &Default) -> Shown {
    let record = PolicyRecord {
        name: default.name.to_owned(),
        description: default.description.to_owned(),
        kind,
        content: default.content.to_owned(),
        modified: seat.organization.created,
        revision: 0,
    };
    Shown { id: default.id.to_owned(), record, aws_managed: true }
}

/// Notes the name, which no other policy of the kind may have.
async fn name(tx: &Tx, seat: &Seat, kind: Kind, name: &str, id: &str) -> Result<(), Refusal> {
    let key = (kind.code(), name);
    let default = kind.default().is_some_and(|default| default.name == name);
    if default || POLICY_NAMES.get(tx, &seat.scope(), &key).await?.is_some() {
        return Err(Refusal::Duplicate(Twin::Policy));
    }
    Ok(POLICY_NAMES.put(tx, &seat.scope(), &key, &leads_to(id))?)
}

/// Refuses documents that are too long or not of their kind.
fn check(kind: Kind, content: &str) -> Result<(), Refusal> {
    if content.chars().count() > limits::document(kind) {
        return Err(Refusal::Quota(Quota::Document));
    }
    match kind {
        Kind::ServiceControl | Kind::ResourceControl => compile(kind, content).map(|_| ()),
        _ => effective::parse(kind, content).map(|_| ()),
    }
}

/// A document in the policy language, ready to decide.
pub(super) fn compile(kind: Kind, content: &str) -> Result<Arc<policy::Policy>, Refusal> {
    let full = Kind::ResourceControl.default().is_some_and(|default| default.content == content);
    let of = match kind {
        Kind::ServiceControl => policy::Kind::ServiceControl,
        _ if full => policy::Kind::ResourceControlFull,
        _ => policy::Kind::ResourceControl,
    };
    policy::Policy::parse(content, of).map(Arc::new).map_err(|_| Refusal::Malformed)
}
