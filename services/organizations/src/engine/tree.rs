//! What is in what: the root, units up to five levels down, accounts in any of them.

use names::AccountId;
use store::{Order, Reader, Span, StoreError, Tx};

use super::id::Place;
use super::refusal::{Refusal, Thing};
use super::seat::Seat;
use crate::store::{CHILD_ACCOUNTS, CHILD_UNITS, MEMBERS, UNITS, nothing};

/// Whether an id is the root or one of the units: something that can be a parent.
pub(crate) async fn is_parent(reader: &impl Reader, seat: &Seat, id: &str) -> Result<bool, StoreError> {
    match Place::of(id) {
        Some(Place::Root(id)) => Ok(id == seat.organization.root),
        Some(Place::Unit(id)) => Ok(UNITS.get(reader, &seat.scope(), &id).await?.is_some()),
        _ => Ok(false),
    }
}

/// Refuses what is no parent.
pub(crate) async fn parent(reader: &impl Reader, seat: &Seat, id: &str, thing: Thing) -> Result<(), Refusal> {
    if is_parent(reader, seat, id).await? { Ok(()) } else { Err(Refusal::No(thing)) }
}

/// Whether policies and tags can be put on an id: the root, a unit, an account.
pub(crate) async fn is_target(reader: &impl Reader, seat: &Seat, id: &str) -> Result<bool, StoreError> {
    match Place::of(id) {
        Some(Place::Account(account)) => Ok(MEMBERS.get(reader, &seat.scope(), &account).await?.is_some()),
        _ => is_parent(reader, seat, id).await,
    }
}

/// From the root down to a parent, itself included.
pub(crate) async fn line(reader: &impl Reader, seat: &Seat, parent: &str) -> Result<Vec<String>, StoreError> {
    let mut line = vec![parent.to_owned()];
    let mut at = parent.to_owned();
    while at != seat.organization.root {
        let Some(unit) = UNITS.get(reader, &seat.scope(), &at).await? else { break };
        at = unit.parent;
        line.push(at.clone());
    }
    line.reverse();
    Ok(line)
}

/// `o-…/r-…/ou-…/`: the organization and the line down.
pub(crate) fn path(seat: &Seat, line: &[String]) -> String {
    let mut path = format!("{}/", seat.organization.id);
    for id in line {
        path.push_str(id);
        path.push('/');
    }
    path
}

/// Units of a parent after one of them, at most so many.
pub(crate) async fn units(
    reader: &impl Reader,
    seat: &Seat,
    parent: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<String>, StoreError> {
    let span = match after {
        Some(after) => Span::prefix::<String>(&parent).after::<(String, String)>(&(parent, after)),
        None => Span::prefix::<String>(&parent),
    };
    let rows = CHILD_UNITS.scan(reader, &seat.scope(), &span, Order::Ascending, limit).await?;
    Ok(rows.into_iter().map(|((_, unit), _)| unit).collect())
}

/// Accounts of a parent after one of them, at most so many.
pub(crate) async fn accounts(
    reader: &impl Reader,
    seat: &Seat,
    parent: &str,
    after: Option<AccountId>,
    limit: usize,
) -> Result<Vec<AccountId>, StoreError> {
    let span = match after {
        Some(after) => Span::prefix::<String>(&parent).after::<(String, AccountId)>(&(parent, after)),
        None => Span::prefix::<String>(&parent),
    };
    let rows = CHILD_ACCOUNTS.scan(reader, &seat.scope(), &span, Order::Ascending, limit).await?;
    Ok(rows.into_iter().map(|((_, account), _)| account).collect())
}

/// Whether nothing is in a unit.
pub(crate) async fn is_empty(reader: &impl Reader, seat: &Seat, parent: &str) -> Result<bool, StoreError> {
    let units = units(reader, seat, parent, None, 1).await?;
    Ok(units.is_empty() && accounts(reader, seat, parent, None, 1).await?.is_empty())
}

/// Puts an account into a parent.
pub(crate) fn seat_account(tx: &Tx, seat: &Seat, parent: &str, account: AccountId) -> Result<(), StoreError> {
    CHILD_ACCOUNTS.put(tx, &seat.scope(), &(parent, account), &nothing())
}

/// Takes it out.
pub(crate) fn unseat_account(tx: &Tx, seat: &Seat, parent: &str, account: AccountId) {
    CHILD_ACCOUNTS.delete(tx, &seat.scope(), &(parent, account));
}
