//! Members: how they stand, where they are, how they join and go.

use names::{AccountId, Tags, Timestamp};
use store::{Order, Reader, Scope, Span, StoreError, Tx};

use super::refusal::{Refusal, Thing};
use super::seat::Seat;
use super::tally::{Counted, one_less, one_more};
use super::{Engine, attachment, contact, tag, tree, trust};
use crate::limits;
use crate::store::{Contact, MEMBERS, MemberRecord, SEATS, SeatRecord};

/// An account of an organization with all that is told of it.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// Its number.
    pub id: AccountId,
    /// Its place and its dates.
    pub record: MemberRecord,
    /// Its name and address.
    pub contact: Contact,
    /// `o-…/r-…/…/123456789012/`.
    pub path: String,
}

/// How an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// In use.
    Active,
    /// Being closed.
    Closing,
    /// Closed.
    Suspended,
}

impl MemberRecord {
    /// How the account stands at an instant.
    pub(crate) fn standing(&self, now: Timestamp) -> Standing {
        match self.closed {
            None => Standing::Active,
            Some(at) if now < at.plus(limits::CLOSING) => Standing::Closing,
            Some(_) => Standing::Suspended,
        }
    }
}

impl Member {
    /// A member; none when the account is in another organization or none.
    pub(crate) async fn of(reader: &impl Reader, seat: &Seat, id: AccountId) -> Result<Option<Self>, StoreError> {
        let Some(record) = MEMBERS.get(reader, &seat.scope(), &id).await? else { return Ok(None) };
        let line = tree::line(reader, seat, &record.parent).await?;
        let path = format!("{}{id}/", tree::path(seat, &line));
        let contact = contact::of(reader, id).await?;
        Ok(Some(Self { id, record, contact, path }))
    }
}

impl Engine {
    /// A member.
    pub(crate) async fn member(&self, seat: &Seat, id: AccountId) -> Result<Member, Refusal> {
        Member::of(&self.view().await?, seat, id).await?.ok_or(Refusal::No(Thing::Account))
    }

    /// Members after one of them, at most so many; those of one parent when it is named.
    pub(crate) async fn members(
        &self,
        seat: &Seat,
        parent: Option<&str>,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<Member>, Refusal> {
        let view = self.view().await?;
        let ids = match parent {
            Some(parent) => {
                tree::parent(&view, seat, parent, Thing::Parent).await?;
                tree::accounts(&view, seat, parent, after, limit).await?
            }
            None => {
                let span = after.map_or_else(Span::all, |after| Span::all().after(&after));
                let rows = MEMBERS.scan(&view, &seat.scope(), &span, Order::Ascending, limit).await?;
                rows.into_iter().map(|(id, _)| id).collect()
            }
        };
        let mut members = Vec::with_capacity(ids.len());
        for id in ids {
            members.extend(Member::of(&view, seat, id).await?);
        }
        Ok(members)
    }

    /// Moves an account from one parent to another.
    pub(crate) async fn move_account(
        &self,
        seat: &Seat,
        account: AccountId,
        from: &str,
        to: &str,
    ) -> Result<(), Refusal> {
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            let mut record = found(&tx, seat, account).await?;
            tree::parent(&tx, seat, from, Thing::Source).await?;
            tree::parent(&tx, seat, to, Thing::Destination).await?;
            if record.parent == to {
                return Err(Refusal::AlreadyThere);
            }
            if record.parent != from {
                return Err(Refusal::No(Thing::Source));
            }
            tree::unseat_account(&tx, seat, from, account);
            tree::seat_account(&tx, seat, to, account)?;
            to.clone_into(&mut record.parent);
            Ok(MEMBERS.put(&tx, &seat.scope(), &account, &record)?)
        })
        .await
    }

    /// Takes an account out of its organization: it asked to, or the management account did.
    pub(crate) async fn remove_account(&self, seat: &Seat, account: AccountId) -> Result<(), Refusal> {
        let now = self.now();
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            if account == seat.management {
                return Err(Refusal::ManagementStays);
            }
            let record = found(&tx, seat, account).await?;
            if record.closed.is_some() {
                return Err(Refusal::Closed);
            }
            if record.made_here && now < record.joined.plus(limits::STAY) {
                return Err(Refusal::TooYoung);
            }
            if trust::administers(&tx, seat, account).await? {
                return Err(Refusal::Administers);
            }
            part(&tx, seat, account, &record).await
        })
        .await
    }
}

/// Makes an account a member, in the root.
pub(super) async fn join(
    tx: &Tx,
    seat: &Seat,
    account: AccountId,
    made_here: bool,
    at: Timestamp,
    tags: &Tags,
) -> Result<(), Refusal> {
    let root = seat.organization.root.clone();
    tree::seat_account(tx, seat, &root, account)?;
    let record = MemberRecord { joined: at, made_here, parent: root, closed: None };
    MEMBERS.put(tx, &seat.scope(), &account, &record)?;
    SEATS.put(tx, &Scope::Global, &account, &SeatRecord { management: seat.management })?;
    tag::put(tx, seat, &account.to_string(), tags)
}

/// Notes one more account, invited or asked for, within the quota.
pub(super) async fn reserve(tx: &Tx, seat: &Seat) -> Result<(), Refusal> {
    one_more(tx, seat, Counted::Account).await
}

/// Takes a member out, with all that was attached to it.
pub(super) async fn part(tx: &Tx, seat: &Seat, account: AccountId, record: &MemberRecord) -> Result<(), Refusal> {
    tree::unseat_account(tx, seat, &record.parent, account);
    MEMBERS.delete(tx, &seat.scope(), &account);
    SEATS.delete(tx, &Scope::Global, &account);
    let id = account.to_string();
    attachment::detach_all(tx, seat, &id).await?;
    tag::drop(tx, seat, &id);
    one_less(tx, seat, Counted::Account).await
}

/// A member's record.
pub(super) async fn found(reader: &impl Reader, seat: &Seat, account: AccountId) -> Result<MemberRecord, Refusal> {
    MEMBERS.get(reader, &seat.scope(), &account).await?.ok_or(Refusal::No(Thing::Account))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn an_account_is_closed_some_time_after_it_was_asked_for() {
        let at = Timestamp::from_secs(1_000);
        let open = MemberRecord { joined: at, made_here: true, parent: "r-1".into(), closed: None };
        assert_eq!(open.standing(at), Standing::Active);
        let closed = MemberRecord { closed: Some(at), ..open };
        assert_eq!(closed.standing(at), Standing::Closing);
        assert_eq!(closed.standing(at.plus(limits::CLOSING)), Standing::Suspended);
        assert_eq!(closed.standing(at.plus(Duration::from_secs(86_400))), Standing::Suspended);
    }
}
