//! Accounts being made: asked for, and there a moment later.

use bytes::Bytes;
use names::{AccountId, Tags, Timestamp};
use store::{Order, Reader, Scope, Span, StoreError};

use super::refusal::{Refusal, Thing};
use super::seat::Seat;
use super::tally::{Counted, one_less};
use super::{Engine, account, contact, id};
use crate::limits;
use crate::store::{CREATIONS, Contact, CreationRecord, Made, ORGANIZATIONS, SEATS};

/// The kind of the timer that ends the making of an account.
pub(crate) const TIMER: &str = "organizations.create-account";

/// What an account is asked for with.
#[derive(Debug)]
pub(crate) struct Wish<'a> {
    /// Its name and address.
    pub contact: Contact,
    /// The role that lets the management account in.
    pub role: &'a str,
    /// Whether it has a twin in GovCloud.
    pub gov_cloud: bool,
    /// Its tags.
    pub tags: Tags,
}

/// The making of an account, when its time has come.
#[derive(Debug)]
pub(crate) struct Due {
    /// Who asked.
    pub seat: Seat,
    /// For what.
    pub record: CreationRecord,
}

impl Engine {
    /// Asks for an account; answers the request's id.
    pub(crate) async fn create_account(
        &self,
        seat: &Seat,
        wish: &Wish<'_>,
    ) -> Result<(String, CreationRecord), Refusal> {
        let request = id::fresh(self.random(), "car-", 32);
        let now = self.now();
        let record = CreationRecord {
            name: wish.contact.name.clone(),
            email: wish.contact.email.clone(),
            role: wish.role.to_owned(),
            account: self.unused_account().await?,
            gov_cloud: if wish.gov_cloud { Some(self.unused_account().await?) } else { None },
            requested: now,
            ended: None,
            tags: wish.tags.clone(),
        };
        let (key, record) = (&request, &record);
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            account::reserve(&tx, seat).await?;
            CREATIONS.put(&tx, &seat.scope(), &key.as_str(), record)?;
            let timer = format!("{}/{key}", seat.management);
            Ok(self.timers.schedule(&tx, now.plus(limits::MAKING), TIMER, &timer, Bytes::new()).await?)
        })
        .await?;
        Ok((request.clone(), record.clone()))
    }

    /// The making that a timer is about, unless it has ended or its organization is gone.
    pub(crate) async fn creation_due(&self, timer: &str) -> Result<Option<Due>, StoreError> {
        let Some((management, request)) = named(timer) else { return Ok(None) };
        let view = self.view().await?;
        let Some(seat) = Seat::of(&view, management).await? else { return Ok(None) };
        let record = CREATIONS.get(&view, &seat.scope(), &request).await?;
        Ok(record.filter(|record| record.ended.is_none()).map(|record| Due { seat, record }))
    }

    /// Whether an account to be made can have the address.
    pub(crate) async fn takes_address(&self, email: &str) -> Result<bool, StoreError> {
        Ok(contact::is_address(email) && contact::owner(&self.view().await?, email).await?.is_none())
    }

    /// Ends the making of an account: it is there, or another one has its address.
    pub(crate) async fn finish_account(&self, timer: &str, at: Timestamp) -> Result<(), Refusal> {
        let Some((management, request)) = named(timer) else { return Ok(()) };
        let request = &request.as_str();
        self.change(|tx| async move {
            let Some(seat) = &Seat::of(&tx, management).await? else { return Ok(()) };
            let Some(mut record) = CREATIONS.get(&tx, &seat.scope(), request).await? else { return Ok(()) };
            if record.ended.is_some() {
                return Ok(());
            }
            let taken = contact::owner(&tx, &record.email).await?.is_some();
            if taken || !contact::is_address(&record.email) {
                one_less(&tx, seat, Counted::Account).await?;
                record.ended = Some((if taken { Made::EmailTaken } else { Made::BadEmail }, at));
            } else {
                let contact = Contact { name: record.name.clone(), email: record.email.clone() };
                contact::note(&tx, record.account, &contact)?;
                account::join(&tx, seat, record.account, true, at, &record.tags).await?;
                record.ended = Some((Made::Succeeded, at));
            }
            Ok(CREATIONS.put(&tx, &seat.scope(), request, &record)?)
        })
        .await
    }

    /// How a request for an account stands.
    pub(crate) async fn creation(&self, seat: &Seat, request: &str) -> Result<CreationRecord, Refusal> {
        let record = CREATIONS.get(&self.view().await?, &seat.scope(), &request).await?;
        record.ok_or(Refusal::No(Thing::Creation))
    }

    /// Requests for accounts after one of them that `wanted` picks, at most so many.
    pub(crate) async fn creations(
        &self,
        seat: &Seat,
        after: Option<&str>,
        limit: usize,
        wanted: impl Fn(&CreationRecord) -> bool,
    ) -> Result<Vec<(String, CreationRecord)>, StoreError> {
        let view = self.view().await?;
        let (mut found, mut after) = (Vec::new(), after.map(str::to_owned));
        while found.len() < limit {
            let span = after.as_deref().map_or_else(Span::all, |after| Span::all().after(&after));
            let rows = CREATIONS.scan(&view, &seat.scope(), &span, Order::Ascending, limit).await?;
            let Some((last, _)) = rows.last() else { break };
            after = Some(last.clone());
            found.extend(rows.into_iter().filter(|(_, record)| wanted(record)));
        }
        found.truncate(limit);
        Ok(found)
    }

    /// A number that no account has that we know of.
    async fn unused_account(&self) -> Result<AccountId, StoreError> {
        let view = self.view().await?;
        loop {
            let account = id::account(self.random());
            if !is_known(&view, account).await? {
                return Ok(account);
            }
        }
    }
}

/// Whether an account is, or heads, an organization's, or uses anything at all.
async fn is_known(reader: &impl Reader, account: AccountId) -> Result<bool, StoreError> {
    let used = KeysOf(account).any(reader).await?;
    let seated = SEATS.get(reader, &Scope::Global, &account).await?.is_some();
    Ok(used || seated || ORGANIZATIONS.get(reader, &Scope::Global, &account).await?.is_some())
}

/// Everything that any service keeps for an account.
struct KeysOf(AccountId);

impl KeysOf {
    async fn any(&self, reader: &impl Reader) -> Result<bool, StoreError> {
        let start = Scope::account_prefix(self.0);
        let end = store::after_prefix(&start);
        let rows = reader.scan(store::KeyRange { start, end }, Order::Ascending, 1).await?;
        Ok(!rows.is_empty())
    }
}

/// The management account and the request that a timer's id names.
fn named(timer: &str) -> Option<(AccountId, String)> {
    let (management, request) = timer.split_once('/')?;
    Some((management.parse().ok()?, request.to_owned()))
}
