//! What is attached to what. While a kind that has a default is enabled, a target without a record has that default: a new
//! unit or account needs none, and enabling costs nothing however many targets there are.

use store::{Order, Reader, Span, StoreError, Tx};

use super::id::Place;
use super::kind::{Default, Kind};
use super::policy::{self, Shown};
use super::refusal::{Quota, Refusal, Thing, Twin};
use super::seat::Seat;
use super::{Engine, tree};
use crate::limits;
use crate::store::{ATTACHED, Attached, Hold, MEMBERS, ORGANIZATIONS, TARGETS, UNITS, nothing};

impl Engine {
    /// Enables a kind in the root.
    pub(crate) async fn enable_kind(&self, seat: &Seat, root: &str, kind: Kind) -> Result<Seat, Refusal> {
        self.change(|tx| async move {
            let mut seat = seat.again(&tx).await?;
            is_root(&seat, root)?;
            if !seat.organization.all_features {
                return Err(Refusal::KindUnavailable);
            }
            if seat.organization.enabled.contains(&kind) {
                return Err(Refusal::KindOn);
            }
            seat.organization.enabled.push(kind);
            ORGANIZATIONS.put(&tx, &store::Scope::Global, &seat.management, &seat.organization)?;
            Ok(seat)
        })
        .await
    }

    /// Disables a kind in the root: what was attached of it no longer is.
    pub(crate) async fn disable_kind(&self, seat: &Seat, root: &str, kind: Kind) -> Result<Seat, Refusal> {
        self.change(|tx| async move {
            let mut seat = seat.again(&tx).await?;
            is_root(&seat, root)?;
            if !seat.organization.enabled.contains(&kind) {
                return Err(Refusal::KindOff);
            }
            seat.organization.enabled.retain(|of| *of != kind);
            ORGANIZATIONS.put(&tx, &store::Scope::Global, &seat.management, &seat.organization)?;
            let span = Span::prefix::<u8>(&kind.code());
            for ((code, target), attached) in ATTACHED.scan_all(&tx, &seat.scope(), &span).await? {
                for hold in &attached.0 {
                    TARGETS.delete(&tx, &seat.scope(), &(hold.policy.as_str(), target.as_str()));
                }
                ATTACHED.delete(&tx, &seat.scope(), &(code, target));
            }
            Ok(seat)
        })
        .await
    }

    /// Puts a policy on a target.
    pub(crate) async fn attach(&self, seat: &Seat, id: &str, target: &str) -> Result<(), Refusal> {
        let now = self.now();
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            let kind = both(&tx, seat, id, target).await?;
            let mut holds = on(&tx, seat, kind, target).await?;
            if holds.iter().any(|hold| hold.policy == id) {
                return Err(Refusal::Duplicate(Twin::Attachment));
            }
            if holds.len() >= limits::attached(kind) {
                return Err(Refusal::Quota(Quota::Attachments));
            }
            holds.push(Hold { policy: id.to_owned(), at: now });
            set(&tx, seat, kind, target, holds)
        })
        .await
    }

    /// Takes a policy off a target.
    pub(crate) async fn detach(&self, seat: &Seat, id: &str, target: &str) -> Result<(), Refusal> {
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            let kind = both(&tx, seat, id, target).await?;
            let mut holds = on(&tx, seat, kind, target).await?;
            let Some(at) = holds.iter().position(|hold| hold.policy == id) else {
                return Err(Refusal::NotAttached);
            };
            if kind == Kind::ResourceControl && Default::of_id(id).is_some() {
                return Err(Refusal::NotDetachable);
            }
            if kind == Kind::ServiceControl && holds.len() == 1 {
                return Err(Refusal::LastPolicy);
            }
            holds.remove(at);
            TARGETS.delete(&tx, &seat.scope(), &(id, target));
            set(&tx, seat, kind, target, holds)
        })
        .await
    }

    /// The policies of a kind that are directly on a target, in the order of attaching.
    pub(crate) async fn policies_on(&self, seat: &Seat, kind: Kind, target: &str) -> Result<Vec<Shown>, Refusal> {
        let view = self.view().await?;
        if !tree::is_target(&view, seat, target).await? {
            return Err(Refusal::No(Thing::Target));
        }
        let mut shown = Vec::new();
        for hold in on(&view, seat, kind, target).await? {
            shown.extend(policy::of(&view, seat, &hold.policy).await?);
        }
        Ok(shown)
    }

    /// The targets of a policy after one of them, at most so many.
    pub(crate) async fn targets(
        &self,
        seat: &Seat,
        id: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Target>, Refusal> {
        let view = self.view().await?;
        let policy = policy::of(&view, seat, id).await?.ok_or(Refusal::No(Thing::Policy))?;
        let ids = if policy.aws_managed {
            holders(&view, seat, policy.record.kind, id, after, limit).await?
        } else {
            let span = Span::prefix::<String>(&id);
            let span = match after {
                Some(after) => span.after::<(String, String)>(&(id, after)),
                None => span,
            };
            let rows = TARGETS.scan(&view, &seat.scope(), &span, Order::Ascending, limit).await?;
            rows.into_iter().map(|((_, target), _)| target).collect()
        };
        let mut targets = Vec::with_capacity(ids.len());
        for id in ids {
            targets.extend(Target::of(&view, seat, id).await?);
        }
        Ok(targets)
    }
}

/// Something a policy is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
}

impl Target {
    async fn of(reader: &impl Reader, seat: &Seat, id: String) -> Result<Option<Self>, StoreError> {
        let arns = seat.arns();
        let (arn, name) = match Place::of(&id) {
            Some(Place::Root(root)) => (arns.root(root), "Root".to_owned()),
            Some(Place::Unit(unit)) => match UNITS.get(reader, &seat.scope(), &unit).await? {
                Some(record) => (arns.unit(unit), record.name),
                None => return Ok(None),
            },
            Some(Place::Account(account)) => (arns.account(account), super::contact::of(reader, account).await?.name),
            _ => return Ok(None),
        };
        Ok(Some(Self { id, arn, name }))
    }
}

/// What of a kind is on a target.
pub(crate) async fn on(reader: &impl Reader, seat: &Seat, kind: Kind, target: &str) -> Result<Vec<Hold>, StoreError> {
    if !seat.enabled(kind) {
        return Ok(Vec::new());
    }
    let set = ATTACHED.get(reader, &seat.scope(), &(kind.code(), target)).await?;
    Ok(set.map_or_else(|| at_first(seat, kind), |attached| attached.0))
}

/// What every target has of a kind.
fn at_first(seat: &Seat, kind: Kind) -> Vec<Hold> {
    let hold = |default: &Default| Hold { policy: default.id.to_owned(), at: seat.organization.created };
    kind.default().map(hold).into_iter().collect()
}

/// Takes everything off a target that goes away.
pub(super) async fn detach_all(tx: &Tx, seat: &Seat, target: &str) -> Result<(), Refusal> {
    for kind in Kind::all() {
        let key = (kind.code(), target);
        let Some(attached) = ATTACHED.get(tx, &seat.scope(), &key).await? else { continue };
        for hold in attached.0 {
            TARGETS.delete(tx, &seat.scope(), &(hold.policy.as_str(), target));
        }
        ATTACHED.delete(tx, &seat.scope(), &key);
    }
    Ok(())
}

fn set(tx: &Tx, seat: &Seat, kind: Kind, target: &str, holds: Vec<Hold>) -> Result<(), Refusal> {
    for hold in holds.iter().filter(|hold| Default::of_id(&hold.policy).is_none()) {
        TARGETS.put(tx, &seat.scope(), &(hold.policy.as_str(), target), &nothing())?;
    }
    Ok(ATTACHED.put(tx, &seat.scope(), &(kind.code(), target), &Attached(holds))?)
}

fn is_root(seat: &Seat, root: &str) -> Result<(), Refusal> {
    if root == seat.organization.root { Ok(()) } else { Err(Refusal::No(Thing::Root)) }
}

/// The kind of a policy that is to be put on a target, or taken off: both are there, and the kind is enabled.
async fn both(tx: &Tx, seat: &Seat, id: &str, target: &str) -> Result<Kind, Refusal> {
    let policy = policy::of(tx, seat, id).await?.ok_or(Refusal::No(Thing::Policy))?;
    if !tree::is_target(tx, seat, target).await? {
        return Err(Refusal::No(Thing::Target));
    }
    let kind = policy.record.kind;
    if seat.enabled(kind) { Ok(kind) } else { Err(Refusal::KindOff) }
}

/// The targets that have a default policy: the root, then units, then accounts.
async fn holders(
    reader: &impl Reader,
    seat: &Seat,
    kind: Kind,
    policy: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<String>, StoreError> {
    let mut candidates = Candidates::after(seat, after);
    let mut found = Vec::new();
    while found.len() < limit {
        let some = candidates.next(reader, seat, limit).await?;
        let Some(some) = some else { break };
        for target in some {
            if on(reader, seat, kind, &target).await?.iter().any(|hold| hold.policy == policy) {
                found.push(target);
            }
        }
    }
    found.truncate(limit);
    Ok(found)
}

/// Everything that can have a policy on it, in order.
enum Candidates {
    Root,
    Units(Option<String>),
    Accounts(Option<names::AccountId>),
    Done,
}

impl Candidates {
    fn after(seat: &Seat, after: Option<&str>) -> Self {
        match after.and_then(Place::of) {
            None => Self::Root,
            Some(Place::Unit(unit)) => Self::Units(Some(unit.to_owned())),
            Some(Place::Account(account)) => Self::Accounts(Some(account)),
            Some(Place::Root(root)) if root == seat.organization.root => Self::Units(None),
            Some(_) => Self::Done,
        }
    }

    /// The next few; none when there are no more.
    async fn next(
        &mut self,
        reader: &impl Reader,
        seat: &Seat,
        limit: usize,
    ) -> Result<Option<Vec<String>>, StoreError> {
        let scope = seat.scope();
        match self {
            Self::Root => {
                *self = Self::Units(None);
                Ok(Some(vec![seat.organization.root.clone()]))
            }
            Self::Units(after) => {
                let span = after.as_deref().map_or_else(Span::all, |after| Span::all().after(&after));
                let rows = UNITS.scan(reader, &scope, &span, Order::Ascending, limit).await?;
                let ids: Vec<_> = rows.into_iter().map(|(unit, _)| unit).collect();
                *self = ids.last().map_or(Self::Accounts(None), |last| Self::Units(Some(last.clone())));
                Ok(Some(ids))
            }
            Self::Accounts(after) => {
                let span = after.map_or_else(Span::all, |after| Span::all().after(&after));
                let rows = MEMBERS.scan(reader, &scope, &span, Order::Ascending, limit).await?;
                *self = rows.last().map_or(Self::Done, |(last, _)| Self::Accounts(Some(*last)));
                Ok(Some(rows.into_iter().map(|(account, _)| account.to_string()).collect()))
            }
            Self::Done => Ok(None),
        }
    }
}
