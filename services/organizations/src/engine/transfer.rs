//! Responsibilities that one organization hands to another: who pays the bill. The one that is to take it invites; the
//! management account of the other accepts; either ends it, at the end of a month.

use names::{AccountId, Tags, Timestamp};
use store::{Order, Reader, Scope, Span, StoreError, Tx};

use super::handshake::{State, account_of, draft, refuse_twin, sender};
use super::refusal::{Refusal, Thing};
use super::seat::Seat;
use super::{Engine, contact, id, tag};
use crate::store::{
    Action, HANDSHAKES, HandshakeRecord, Participant, Party, TRANSFER_SIDES, TRANSFERS, TransferRecord, nothing,
};

/// On which side of a transfer an account is. The discriminant is in keys of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Side {
    /// It takes the responsibility.
    Inbound = 1,
    /// It gives it away.
    Outbound = 2,
}

/// A transfer and how it stands.
#[derive(Debug, Clone)]
pub(crate) struct Transfer {
    /// `rt-…`.
    pub id: String,
    /// What it is.
    pub record: TransferRecord,
    /// The side of who asks.
    pub side: Side,
    /// How its invitation stands; what came of it is told by `record`.
    pub state: State,
}

impl Side {
    /// As ARNs and condition keys have it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

/// What is asked of another organization.
#[derive(Debug)]
pub(crate) struct Proposal<'a> {
    /// Of whom.
    pub party: Party,
    /// The transfer's name.
    pub name: &'a str,
    /// Its first instant.
    pub start: Timestamp,
    /// Words to the recipient.
    pub notes: Option<&'a str>,
    /// Its tags.
    pub tags: &'a Tags,
}

impl Engine {
    /// Asks another organization to hand over its bill.
    pub(crate) async fn propose(
        &self,
        seat: &Seat,
        proposal: &Proposal<'_>,
    ) -> Result<(String, HandshakeRecord), Refusal> {
        let (handshake, transfer) = (id::fresh(self.random(), "h-", 32), id::fresh(self.random(), "rt-", 32));
        let now = self.now();
        let (key, transfer) = (&handshake, &transfer);
        let record = self
            .change(|tx| async move {
                let seat = &seat.again(&tx).await?;
                let asked = account_of(&tx, &proposal.party).await?;
                if asked == Some(seat.management) {
                    return Err(Refusal::ToItself);
                }
                refuse_twin(&tx, seat, Action::TransferResponsibility, &proposal.party, now).await?;
                let mut record = draft(&tx, seat, Action::TransferResponsibility, proposal.party.clone(), now).await?;
                record.notes = proposal.notes.map(str::to_owned);
                record.ready = true;
                record.transfer = Some((transfer.clone(), proposal.start));
                self.send(&tx, key, &record).await?;
                let source = match asked {
                    Some(asked) => participant(&tx, asked).await?,
                    None => None,
                };
                if let Some(asked) = asked {
                    side(&tx, asked, Side::Outbound, transfer)?;
                }
                side(&tx, seat.management, Side::Inbound, transfer)?;
                let target = participant(&tx, seat.management).await?.ok_or(Refusal::NotInUse)?;
                let new = TransferRecord {
                    name: proposal.name.to_owned(),
                    target,
                    source,
                    start: proposal.start,
                    end: None,
                    handshake: key.clone(),
                    accepted: false,
                    withdrawn: false,
                };
                TRANSFERS.put(&tx, &Scope::Global, &transfer.as_str(), &new)?;
                tag::put(&tx, seat, transfer, proposal.tags)?;
                Ok(record)
            })
            .await?;
        Ok((handshake, record))
    }

    /// The other organization agrees.
    pub(super) async fn accept_transfer(
        &self,
        tx: &Tx,
        record: &HandshakeRecord,
        account: AccountId,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let seat = Seat::of(tx, account).await?.ok_or(Refusal::NotInUse)?;
        if !seat.manages() {
            return Err(Refusal::NotPermitted);
        }
        sender(tx, record).await?;
        if gives_already(tx, account, now).await? {
            return Err(Refusal::TransferExists);
        }
        let id = record.transfer.as_ref().map(|(id, _)| id.as_str()).unwrap_or_default();
        let mut transfer = TRANSFERS.get(tx, &Scope::Global, &id).await?.ok_or(Refusal::No(Thing::Transfer))?;
        transfer.source = participant(tx, account).await?;
        transfer.accepted = true;
        side(tx, account, Side::Outbound, id)?;
        Ok(TRANSFERS.put(tx, &Scope::Global, &id, &transfer)?)
    }

    /// Ends a transfer at the end of a month; of the one that runs, when none is named.
    pub(crate) async fn terminate(&self, seat: &Seat, id: &str, end: Option<Timestamp>) -> Result<Transfer, Refusal> {
        let now = self.now();
        self.change(|tx| async move {
            let mut transfer = of(&tx, seat, id).await?.ok_or(Refusal::No(Thing::Transfer))?;
            transfer.state = state(&tx, &transfer.record, now).await?;
            if transfer.record.withdrawn {
                return Err(Refusal::TransferEnded);
            }
            if transfer.state != State::Accepted {
                return Err(Refusal::TransferNotBegun);
            }
            let end = end.unwrap_or_else(|| end_of_month(now.max(transfer.record.start)));
            if end != end_of_month(end) {
                return Err(Refusal::BadEnd { early: false });
            }
            if end < now || end < transfer.record.start {
                return Err(Refusal::BadEnd { early: true });
            }
            transfer.record.end = Some(end);
            transfer.record.withdrawn = true;
            TRANSFERS.put(&tx, &Scope::Global, &id, &transfer.record)?;
            Ok(transfer)
        })
        .await
    }

    /// Gives a transfer another name.
    pub(crate) async fn rename_transfer(&self, seat: &Seat, id: &str, name: &str) -> Result<Transfer, Refusal> {
        let now = self.now();
        self.change(|tx| async move {
            let mut transfer = of(&tx, seat, id).await?.ok_or(Refusal::No(Thing::Transfer))?;
            if transfer.side != Side::Inbound {
                return Err(Refusal::NotPermitted);
            }
            transfer.state = state(&tx, &transfer.record, now).await?;
            name.clone_into(&mut transfer.record.name);
            TRANSFERS.put(&tx, &Scope::Global, &id, &transfer.record)?;
            Ok(transfer)
        })
        .await
    }

    /// A transfer in which the organization takes part.
    pub(crate) async fn transfer(&self, seat: &Seat, id: &str) -> Result<Transfer, Refusal> {
        let view = self.view().await?;
        let mut transfer = of(&view, seat, id).await?.ok_or(Refusal::No(Thing::Transfer))?;
        transfer.state = state(&view, &transfer.record, self.now()).await?;
        Ok(transfer)
    }

    /// Transfers on one side of an organization after one of them, at most so many.
    pub(crate) async fn transfers(
        &self,
        seat: &Seat,
        side: Side,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Transfer>, Refusal> {
        let view = self.view().await?;
        let account = seat.management;
        let span = Span::prefix::<(AccountId, u8)>(&(account, side as u8));
        let span = match after {
            Some(after) => span.after::<(AccountId, u8, String)>(&(account, side as u8, after)),
            None => span,
        };
        let mut transfers = Vec::new();
        for ((.., id), _) in TRANSFER_SIDES.scan(&view, &Scope::Global, &span, Order::Ascending, limit).await? {
            let Some(record) = TRANSFERS.get(&view, &Scope::Global, &id).await? else { continue };
            let state = state(&view, &record, self.now()).await?;
            transfers.push(Transfer { id, record, side, state });
        }
        Ok(transfers)
    }
}

/// A transfer in which an organization takes part; how its invitation stands is not looked at.
pub(crate) async fn of(reader: &impl Reader, seat: &Seat, id: &str) -> Result<Option<Transfer>, StoreError> {
    let Some(record) = TRANSFERS.get(reader, &Scope::Global, &id).await? else { return Ok(None) };
    for side in [Side::Inbound, Side::Outbound] {
        let key = (seat.management, side as u8, id);
        if TRANSFER_SIDES.get(reader, &Scope::Global, &key).await?.is_some() {
            return Ok(Some(Transfer { id: id.to_owned(), record, side, state: State::Requested }));
        }
    }
    Ok(None)
}

/// Whether a transfer is asked for or under way, which keeps an organization from being deleted.
pub(super) async fn any_active(reader: &impl Reader, seat: &Seat, now: Timestamp) -> Result<bool, StoreError> {
    let span = Span::prefix::<AccountId>(&seat.management);
    for ((.., id), _) in TRANSFER_SIDES.scan_all(reader, &Scope::Global, &span).await? {
        let Some(record) = TRANSFERS.get(reader, &Scope::Global, &id).await? else { continue };
        if is_active(&record, state(reader, &record, now).await?, now) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether an account's bill is somebody else's already.
async fn gives_already(reader: &impl Reader, account: AccountId, now: Timestamp) -> Result<bool, StoreError> {
    let span = Span::prefix::<(AccountId, u8)>(&(account, Side::Outbound as u8));
    for ((.., id), _) in TRANSFER_SIDES.scan_all(reader, &Scope::Global, &span).await? {
        let Some(record) = TRANSFERS.get(reader, &Scope::Global, &id).await? else { continue };
        let state = state(reader, &record, now).await?;
        if state == State::Accepted && is_active(&record, state, now) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_active(record: &TransferRecord, state: State, now: Timestamp) -> bool {
    match state {
        State::Accepted => record.end.is_none_or(|end| now <= end),
        State::Open | State::Requested => true,
        State::Declined | State::Canceled | State::Expired => false,
    }
}

/// How the invitation of a transfer stands. One that is no longer shown came to nothing.
async fn state(reader: &impl Reader, record: &TransferRecord, now: Timestamp) -> Result<State, StoreError> {
    if record.accepted {
        return Ok(State::Accepted);
    }
    let handshake = HANDSHAKES.get(reader, &Scope::Global, &record.handshake).await?;
    Ok(handshake.map_or(State::Expired, |handshake| handshake.state(now)))
}

fn side(tx: &Tx, account: AccountId, side: Side, transfer: &str) -> Result<(), StoreError> {
    TRANSFER_SIDES.put(tx, &Scope::Global, &(account, side as u8, transfer), &nothing())
}

async fn participant(reader: &impl Reader, account: AccountId) -> Result<Option<Participant>, StoreError> {
    let Some(seat) = Seat::of(reader, account).await? else { return Ok(None) };
    let email = contact::of(reader, account).await?.email;
    Ok(Some(Participant { account, organization: seat.organization.id, email }))
}

/// The last millisecond of the month an instant is in.
pub(crate) fn end_of_month(at: Timestamp) -> Timestamp {
    let (year, month) = month_of(at);
    let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    start_of_month(year, month).minus(std::time::Duration::from_millis(1))
}

/// Whether an instant is the first of a day, and of a month.
pub(crate) fn begins(at: Timestamp) -> (bool, bool) {
    let (year, month) = month_of(at);
    (at.micros().rem_euclid(86_400_000_000) == 0, at == start_of_month(year, month))
}

/// Year and month of an instant, as ISO 8601 writes them.
fn month_of(at: Timestamp) -> (u32, u32) {
    let text = at.iso8601();
    (text[..4].parse().unwrap_or(1), text[5..7].parse().unwrap_or(1))
}

fn start_of_month(year: u32, month: u32) -> Timestamp {
    Timestamp::parse_iso8601(&format!("{year:04}-{month:02}-01T00:00:00Z")).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_iso8601(text).unwrap()
    }

    #[test]
    fn months_begin_and_end() {
        for (instant, end) in [
            ("2026-01-31T23:59:59.999Z", "2026-01-31T23:59:59.999Z"),
            ("2026-02-01T00:00:00Z", "2026-02-28T23:59:59.999Z"),
            ("2028-02-10T12:00:00Z", "2028-02-29T23:59:59.999Z"),
            ("2026-12-24T00:00:00Z", "2026-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(end_of_month(at(instant)), at(end), "{instant}");
        }
        assert_eq!(begins(at("2026-03-01T00:00:00Z")), (true, true));
        assert_eq!(begins(at("2026-03-02T00:00:00Z")), (true, false));
        assert_eq!(begins(at("2026-03-01T00:00:00.001Z")), (false, false));
    }
}
