//! Handshakes: something one account asks of another, which can agree within a time. Whether one lapsed is told by the
//! clock; nothing need happen for it.

use bytes::Bytes;
use names::{AccountId, Tags, Timestamp};
use store::{Reader, Scope, Span, StoreError, Tx};

use super::refusal::{Refusal, Thing, Twin};
use super::seat::Seat;
use super::tally::{Counted, one_less};
use super::{Engine, account, contact, id};
use crate::limits;
use crate::store::{
    Action, Ending, HANDSHAKES, HandshakeRecord, INBOX, MEMBERS, ORGANIZATIONS, Party, SENT, nothing, scope,
};

/// The kind of the timer after which a handshake is no longer shown.
pub(crate) const FORGET_TIMER: &str = "organizations.forget-handshake";
/// The kind of the timer at which a handshake lapses, for what must be done then.
pub(crate) const LAPSE_TIMER: &str = "organizations.lapse-handshake";

/// How a handshake stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Waits for others than its recipient.
    Requested,
    /// Waits for its recipient.
    Open,
    /// Agreed to.
    Accepted,
    /// Refused.
    Declined,
    /// Taken back.
    Canceled,
    /// Not answered in time.
    Expired,
}

/// Which handshakes are listed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Filter<'a> {
    /// Those about this.
    pub action: Option<Action>,
    /// Those that belong to this one.
    pub parent: Option<&'a str>,
}

impl HandshakeRecord {
    /// How it stands at an instant.
    pub(crate) fn state(&self, now: Timestamp) -> State {
        match self.ended {
            Some((Ending::Accepted, _)) => State::Accepted,
            Some((Ending::Declined, _)) => State::Declined,
            Some((Ending::Canceled, _)) => State::Canceled,
            Some((Ending::Expired, _)) => State::Expired,
            None if now >= self.expires => State::Expired,
            None if self.ready => State::Open,
            None => State::Requested,
        }
    }

    /// Whether it can still be answered.
    pub(crate) fn is_live(&self, now: Timestamp) -> bool {
        matches!(self.state(now), State::Open | State::Requested)
    }

    /// Whether it is still shown at an instant.
    fn is_shown(&self, now: Timestamp) -> bool {
        let ended = self.ended.map_or(self.expires, |(_, at)| at);
        now < ended.plus(limits::HANDSHAKE_SHOWN)
    }
}

impl Action {
    /// As ARNs have it.
    pub(crate) fn in_arn(self) -> &'static str {
        match self {
            Self::Invite => "invite",
            Self::EnableAllFeatures => "enable_all_features",
            Self::ApproveAllFeatures => "approve_all_features",
            Self::TransferResponsibility => "transfer_responsibility",
        }
    }
}

/// The accounts and addresses that may answer a handshake.
pub(crate) async fn is_recipient(
    reader: &impl Reader,
    record: &HandshakeRecord,
    account: AccountId,
) -> Result<bool, StoreError> {
    Ok(match &record.party {
        Party::Account(to) => *to == account,
        Party::Email(to) => contact::of(reader, account).await?.email.eq_ignore_ascii_case(to),
        Party::Organization => record.management == account,
    })
}

/// A handshake that one of its parties asks for; none when there is none, or the account is no party.
pub(crate) async fn seen_by(
    reader: &impl Reader,
    handshake: &str,
    account: AccountId,
    now: Timestamp,
) -> Result<Option<HandshakeRecord>, StoreError> {
    let record = HANDSHAKES.get(reader, &Scope::Global, &handshake).await?;
    let Some(record) = record.filter(|record| record.is_shown(now)) else { return Ok(None) };
    let party = record.management == account || is_recipient(reader, &record, account).await?;
    Ok(party.then_some(record))
}

impl Engine {
    /// Invites an account into the organization.
    pub(crate) async fn invite(
        &self,
        seat: &Seat,
        party: &Party,
        notes: Option<&str>,
        tags: &Tags,
    ) -> Result<(String, HandshakeRecord), Refusal> {
        let id = id::fresh(self.random(), "h-", 32);
        let now = self.now();
        let key = &id;
        let record = self
            .change(|tx| async move {
                let seat = &seat.again(&tx).await?;
                if self.migration(&tx, seat, now).await?.is_some() {
                    return Err(Refusal::Migrating);
                }
                if let Some(invitee) = account_of(&tx, party).await?
                    && Seat::of(&tx, invitee).await?.is_some()
                {
                    return Err(Refusal::InviteeIsMember);
                }
                refuse_twin(&tx, seat, Action::Invite, party, now).await?;
                account::reserve(&tx, seat).await.map_err(invitee_quota)?;
                let mut record = draft(&tx, seat, Action::Invite, party.clone(), now).await?;
                record.notes = notes.map(str::to_owned);
                record.tags = tags.clone();
                record.ready = true;
                self.send(&tx, key, &record).await?;
                Ok(record)
            })
            .await?;
        Ok((id, record))
    }

    /// The recipient agrees.
    pub(crate) async fn accept(&self, account: AccountId, id: &str) -> Result<HandshakeRecord, Refusal> {
        let now = self.now();
        self.change(|tx| async move {
            let mut record = answerable(&tx, id, account, Ending::Accepted, now).await?;
            if !record.ready {
                return Err(Refusal::HandshakeNotReady);
            }
            match record.action {
                Action::Invite => self.join_by(&tx, &record, account, now).await?,
                Action::EnableAllFeatures => enable_all_features(&tx, &record).await?,
                Action::ApproveAllFeatures => {}
                Action::TransferResponsibility => self.accept_transfer(&tx, &record, account, now).await?,
            }
            self.end(&tx, id, &mut record, Ending::Accepted, now).await?;
            if let (Action::ApproveAllFeatures, Some(parent)) = (record.action, &record.parent) {
                self.approved(&tx, parent, now).await?;
            }
            Ok(record)
        })
        .await
    }

    /// The recipient does not agree.
    pub(crate) async fn decline(&self, account: AccountId, id: &str) -> Result<HandshakeRecord, Refusal> {
        let now = self.now();
        self.change(|tx| async move {
            let mut record = answerable(&tx, id, account, Ending::Declined, now).await?;
            self.end(&tx, id, &mut record, Ending::Declined, now).await?;
            release(&tx, &record).await?;
            Ok(record)
        })
        .await
    }

    /// The sender takes it back.
    pub(crate) async fn cancel(&self, account: AccountId, id: &str) -> Result<HandshakeRecord, Refusal> {
        let now = self.now();
        self.change(|tx| async move {
            let record = seen_by(&tx, id, account, now).await?.ok_or(Refusal::No(Thing::Handshake))?;
            if record.management != account {
                return Err(Refusal::NotPermitted);
            }
            let mut record = live(record, Ending::Canceled, now)?;
            self.end(&tx, id, &mut record, Ending::Canceled, now).await?;
            release(&tx, &record).await?;
            if record.action == Action::EnableAllFeatures {
                self.end_children(&tx, &record, id, now).await?;
            }
            Ok(record)
        })
        .await
    }

    /// A handshake that one of its parties asks for.
    pub(crate) async fn handshake(&self, account: AccountId, id: &str) -> Result<HandshakeRecord, Refusal> {
        let found = seen_by(&self.view().await?, id, account, self.now()).await?;
        found.ok_or(Refusal::No(Thing::Handshake))
    }

    /// What an account received, after one of them, at most so many.
    pub(crate) async fn received(
        &self,
        account: AccountId,
        filter: Filter<'_>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, HandshakeRecord)>, StoreError> {
        let view = self.view().await?;
        let email = contact::of(&view, account).await?.email.to_lowercase();
        let mut ids = Vec::new();
        for recipient in [account.to_string(), email] {
            let span = Span::prefix::<String>(&recipient.as_str());
            let rows = INBOX.scan_all(&view, &Scope::Global, &span).await?;
            ids.extend(rows.into_iter().map(|((_, id), _)| id));
        }
        self.pick(&view, ids, filter, after, limit).await
    }

    /// What an organization sent, after one of them, at most so many.
    pub(crate) async fn sent(
        &self,
        seat: &Seat,
        filter: Filter<'_>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, HandshakeRecord)>, StoreError> {
        let view = self.view().await?;
        let rows = SENT.scan_all(&view, &seat.scope(), &Span::all()).await?;
        let ids = rows.into_iter().map(|(id, _)| id).collect();
        self.pick(&view, ids, filter, after, limit).await
    }

    async fn pick(
        &self,
        reader: &impl Reader,
        mut ids: Vec<String>,
        filter: Filter<'_>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, HandshakeRecord)>, StoreError> {
        let now = self.now();
        ids.sort_unstable();
        ids.retain(|id| after.is_none_or(|after| id.as_str() > after));
        let mut picked = Vec::new();
        for id in ids {
            if picked.len() >= limit {
                break;
            }
            let Some(record) = HANDSHAKES.get(reader, &Scope::Global, &id).await? else { continue };
            let action = filter.action.is_none_or(|action| action == record.action);
            let parent = filter.parent.is_none_or(|parent| record.parent.as_deref() == Some(parent));
            if action && parent && record.is_shown(now) {
                picked.push((id, record));
            }
        }
        Ok(picked)
    }

    /// Forgets a handshake that is no longer shown.
    pub(crate) async fn forget_handshake(&self, id: &str) -> Result<(), Refusal> {
        let now = self.now();
        self.change(|tx| async move {
            let Some(record) = HANDSHAKES.get(&tx, &Scope::Global, &id).await? else { return Ok(()) };
            if record.is_shown(now) {
                return Ok(());
            }
            HANDSHAKES.delete(&tx, &Scope::Global, &id);
            INBOX.delete(&tx, &Scope::Global, &(recipient(&record).as_str(), id));
            SENT.delete(&tx, &scope(record.management), &id);
            Ok(())
        })
        .await
    }

    /// What must be done when a handshake lapses: an invitation no longer counts as an account.
    pub(crate) async fn lapse_handshake(&self, id: &str) -> Result<(), Refusal> {
        self.change(|tx| async move {
            match HANDSHAKES.get(&tx, &Scope::Global, &id).await? {
                Some(mut record) if record.ended.is_none() => {
                    record.ended = Some((Ending::Expired, record.expires));
                    HANDSHAKES.put(&tx, &Scope::Global, &id, &record)?;
                    release(&tx, &record).await
                }
                _ => Ok(()),
            }
        })
        .await
    }

    /// Sends a handshake.
    pub(super) async fn send(&self, tx: &Tx, id: &str, record: &HandshakeRecord) -> Result<(), StoreError> {
        HANDSHAKES.put(tx, &Scope::Global, &id, record)?;
        INBOX.put(tx, &Scope::Global, &(recipient(record).as_str(), id), &nothing())?;
        SENT.put(tx, &scope(record.management), &id, &nothing())?;
        let gone = record.expires.plus(limits::HANDSHAKE_SHOWN);
        self.timers.schedule(tx, record.expires, LAPSE_TIMER, id, Bytes::new()).await?;
        self.timers.schedule(tx, gone, FORGET_TIMER, id, Bytes::new()).await
    }

    /// Ends a handshake.
    pub(super) async fn end(
        &self,
        tx: &Tx,
        id: &str,
        record: &mut HandshakeRecord,
        ending: Ending,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        record.ended = Some((ending, now));
        HANDSHAKES.put(tx, &Scope::Global, &id, record)?;
        self.timers.cancel(tx, LAPSE_TIMER, id).await?;
        self.timers.schedule(tx, now.plus(limits::HANDSHAKE_SHOWN), FORGET_TIMER, id, Bytes::new()).await
    }

    /// Takes back all that an organization sent and nobody answered.
    pub(super) async fn end_all_handshakes(&self, tx: &Tx, seat: &Seat, now: Timestamp) -> Result<(), Refusal> {
        for (id, _) in SENT.scan_all(tx, &seat.scope(), &Span::all()).await? {
            let Some(mut record) = HANDSHAKES.get(tx, &Scope::Global, &id).await? else { continue };
            if record.is_live(now) {
                self.end(tx, &id, &mut record, Ending::Canceled, now).await?;
            }
        }
        Ok(())
    }

    /// The invited account becomes a member.
    async fn join_by(
        &self,
        tx: &Tx,
        record: &HandshakeRecord,
        account: AccountId,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if Seat::of(tx, account).await?.is_some() {
            return Err(Refusal::InviteeIsMember);
        }
        let seat = sender(tx, record).await?;
        account::join(tx, &seat, account, false, now, &record.tags).await?;
        Ok(self.link_role(tx, account).await?)
    }
}

/// A handshake that is still to be filled in.
pub(super) async fn draft(
    tx: &Tx,
    seat: &Seat,
    action: Action,
    party: Party,
    now: Timestamp,
) -> Result<HandshakeRecord, StoreError> {
    let long = match action {
        Action::Invite | Action::TransferResponsibility => limits::INVITATION,
        Action::EnableAllFeatures | Action::ApproveAllFeatures => limits::ENABLE_ALL_FEATURES,
    };
    Ok(HandshakeRecord {
        action,
        organization: seat.organization.id.clone(),
        management: seat.management,
        sender: contact::of(tx, seat.management).await?,
        party,
        all_features: seat.organization.all_features,
        notes: None,
        tags: Tags::new(),
        requested: now,
        expires: now.plus(long),
        ready: false,
        parent: None,
        transfer: None,
        ended: None,
    })
}

/// The account that a party is, as far as it is known.
pub(super) async fn account_of(reader: &impl Reader, party: &Party) -> Result<Option<AccountId>, StoreError> {
    match party {
        Party::Account(account) => Ok(Some(*account)),
        Party::Email(email) => contact::owner(reader, email).await,
        Party::Organization => Ok(None),
    }
}

/// Refuses a second handshake about the same with the same account.
pub(super) async fn refuse_twin(
    tx: &Tx,
    seat: &Seat,
    action: Action,
    party: &Party,
    now: Timestamp,
) -> Result<(), Refusal> {
    let to = account_of(tx, party).await?;
    for (id, _) in SENT.scan_all(tx, &seat.scope(), &Span::all()).await? {
        let Some(record) = HANDSHAKES.get(tx, &Scope::Global, &id).await? else { continue };
        if record.action != action || !record.is_live(now) {
            continue;
        }
        if record.party == *party || (to.is_some() && account_of(tx, &record.party).await? == to) {
            return Err(Refusal::Duplicate(Twin::Handshake));
        }
    }
    Ok(())
}

/// The seat of who sent a handshake.
pub(super) async fn sender(reader: &impl Reader, record: &HandshakeRecord) -> Result<Seat, Refusal> {
    Seat::of(reader, record.management).await?.ok_or(Refusal::No(Thing::Handshake))
}

/// A handshake that its recipient can answer now.
async fn answerable(
    tx: &Tx,
    id: &str,
    account: AccountId,
    ending: Ending,
    now: Timestamp,
) -> Result<HandshakeRecord, Refusal> {
    let record = seen_by(tx, id, account, now).await?.ok_or(Refusal::No(Thing::Handshake))?;
    if !is_recipient(tx, &record, account).await? {
        return Err(Refusal::NotPermitted);
    }
    live(record, ending, now)
}

fn live(record: HandshakeRecord, ending: Ending, now: Timestamp) -> Result<HandshakeRecord, Refusal> {
    if record.is_live(now) {
        return Ok(record);
    }
    let same = record.ended.is_some_and(|(ended, _)| ended == ending);
    Err(Refusal::HandshakeEnded { same })
}

/// An invitation that came to nothing no longer counts as an account.
async fn release(tx: &Tx, record: &HandshakeRecord) -> Result<(), Refusal> {
    if record.action != Action::Invite {
        return Ok(());
    }
    match Seat::of(tx, record.management).await? {
        Some(seat) if seat.organization.id == record.organization => one_less(tx, &seat, Counted::Account).await,
        _ => Ok(()),
    }
}

async fn enable_all_features(tx: &Tx, record: &HandshakeRecord) -> Result<(), Refusal> {
    let mut seat = sender(tx, record).await?;
    seat.organization.all_features = true;
    Ok(ORGANIZATIONS.put(tx, &Scope::Global, &seat.management, &seat.organization)?)
}

/// In whose inbox a handshake lies.
fn recipient(record: &HandshakeRecord) -> String {
    match &record.party {
        Party::Account(account) => account.to_string(),
        Party::Email(email) => email.to_lowercase(),
        Party::Organization => record.organization.clone(),
    }
}

fn invitee_quota(refusal: Refusal) -> Refusal {
    use super::refusal::Quota;
    match refusal {
        Refusal::Quota(Quota::Accounts) => Refusal::Quota(Quota::Invitees),
        other => other,
    }
}

/// Members that were invited: those who are asked when the organization is to get all features.
pub(super) async fn invited(tx: &Tx, seat: &Seat) -> Result<Vec<AccountId>, StoreError> {
    let members = MEMBERS.scan_all(tx, &seat.scope(), &Span::all()).await?;
    let asked = members.into_iter().filter(|(id, record)| *id != seat.management && !record.made_here);
    Ok(asked.filter(|(_, record)| record.closed.is_none()).map(|(id, _)| id).collect())
}

/// Handshakes that belong to another one.
pub(super) async fn children(
    tx: &Tx,
    management: AccountId,
    parent: &str,
) -> Result<Vec<(String, HandshakeRecord)>, StoreError> {
    let mut children = Vec::new();
    for (id, _) in SENT.scan_all(tx, &scope(management), &Span::all()).await? {
        let record = HANDSHAKES.get(tx, &Scope::Global, &id).await?;
        children.extend(record.filter(|record| record.parent.as_deref() == Some(parent)).map(|record| (id, record)));
    }
    Ok(children)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Contact;
    use std::time::Duration;

    fn record() -> HandshakeRecord {
        HandshakeRecord {
            action: Action::Invite,
            organization: "o-a".into(),
            management: AccountId::DEFAULT,
            sender: Contact { name: "n".into(), email: "e".into() },
            party: Party::Email("E@x.y".into()),
            all_features: true,
            notes: None,
            tags: Tags::new(),
            requested: Timestamp::EPOCH,
            expires: Timestamp::EPOCH.plus(limits::INVITATION),
            ready: true,
            parent: None,
            transfer: None,
            ended: None,
        }
    }

    #[test]
    fn the_clock_tells_what_lapsed_and_what_is_shown() {
        let open = record();
        let day = |days: u64| Timestamp::EPOCH.plus(Duration::from_secs(days * 86_400));
        assert_eq!(open.state(day(14)), State::Open);
        assert_eq!(open.state(day(15)), State::Expired);
        assert!(open.is_shown(day(44)) && !open.is_shown(day(45)));
        let accepted = HandshakeRecord { ended: Some((Ending::Accepted, day(2))), ..record() };
        assert_eq!(accepted.state(day(20)), State::Accepted);
        assert!(accepted.is_shown(day(31)) && !accepted.is_shown(day(32)));
        let waiting = HandshakeRecord { ready: false, ..record() };
        assert_eq!(waiting.state(day(1)), State::Requested);
        assert_eq!(recipient(&open), "e@x.y");
    }

    #[test]
    fn what_ended_cannot_end_again() {
        let declined = HandshakeRecord { ended: Some((Ending::Declined, Timestamp::EPOCH)), ..record() };
        let now = Timestamp::EPOCH;
        assert_eq!(live(declined.clone(), Ending::Declined, now), Err(Refusal::HandshakeEnded { same: true }));
        assert_eq!(live(declined, Ending::Accepted, now), Err(Refusal::HandshakeEnded { same: false }));
        let late = record().expires;
        assert_eq!(live(record(), Ending::Accepted, late), Err(Refusal::HandshakeEnded { same: false }));
        assert!(live(record(), Ending::Accepted, now).is_ok());
    }
}
