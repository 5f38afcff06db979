//! Text messages: who wants none, what they cost, and the spool that plays the part of the phones.

use std::collections::BTreeMap;

use names::{AccountId, Region, Timestamp};
use store::{StoreError, Tx};

use crate::engine::Engine;
use crate::engine::message::uuid;
use crate::engine::phone;
use crate::engine::spool::Kind;
use crate::limits;
use crate::store::{OPTED_OUT, SMS, SmsRecord, Spooled, scope};

/// A text message to be sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Draft<'a> {
    /// The number.
    pub to: &'a str,
    /// What it says.
    pub text: &'a str,
    /// Its id.
    pub message: u128,
    /// How it is to be sent: `AWS.SNS.SMS.SenderID` and the like.
    pub attributes: &'a BTreeMap<String, String>,
}

/// What became of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// It is in the spool.
    Yes,
    /// It was not sent.
    No(&'static str),
}

/// Sends a text message unless its receiver wants none or the month's money is spent.
pub(crate) async fn send(
    engine: &Engine,
    account: AccountId,
    region: &Region,
    from: &str,
    draft: &Draft<'_>,
    number: u64,
) -> Result<Sent, StoreError> {
    let now = engine.now();
    let scope = scope(account, region);
    let write = |tx: Tx| {
        let scope = &scope;
        async move {
            if OPTED_OUT.get(&tx, scope, &draft.to).await?.is_some_and(|one| one.out) {
                return Ok::<_, StoreError>(Sent::No("the phone number is opted out"));
            }
            let mut record = SMS.get(&tx, scope, &0).await?.unwrap_or_default();
            let cost = phone::PRICE * phone::parts(draft.text) as u64;
            let Some(record) = paid(&mut record, cost, draft, now) else {
                return Ok(Sent::No("the account's monthly spending limit is reached"));
            };
            SMS.put(&tx, scope, &0, record)?;
            let spooled = spooled(from, draft, record, cost);
            engine.spool(&tx, (account, region), Kind::Sms, (now, number), &spooled)?;
            Ok(Sent::Yes)
        }
    };
    engine.store().transact(write).await
}

/// The account's record after a message was paid for; none when there is no money left for it.
fn paid<'a>(record: &'a mut SmsRecord, cost: u64, draft: &Draft<'_>, now: Timestamp) -> Option<&'a SmsRecord> {
    let month = month(now);
    if record.month != month {
        (record.month, record.spent) = (month, 0);
    }
    let limit = record.attributes.get("MonthlySpendLimit").and_then(|text| text.parse::<u64>().ok());
    let limit = limit.unwrap_or(limits::MONTHLY_SPENDING.into()) * 1_000_000;
    let price = draft.attributes.get("AWS.SNS.SMS.MaxPrice").and_then(|text| text.parse::<f64>().ok());
    let too_dear = price.is_some_and(|most| (cost as f64) / 1e6 > most);
    record.spent += cost;
    (record.spent <= limit && !too_dear).then_some(record)
}

/// The month of an instant, counted.
fn month(now: Timestamp) -> i64 {
    let text = now.iso8601();
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<i64>().ok());
    number(0..4).unwrap_or_default() * 12 + number(5..7).unwrap_or_default()
}

fn spooled(from: &str, draft: &Draft<'_>, record: &SmsRecord, cost: u64) -> Spooled {
    let given = |name: &str| draft.attributes.get(&format!("AWS.SNS.SMS.{name}")).cloned();
    let usual = |name: &str| record.attributes.get(name).cloned();
    let kind = given("SMSType").or_else(|| usual("DefaultSMSType")).unwrap_or_else(|| "Promotional".to_owned());
    let mut details = BTreeMap::new();
    if let Some(sender) = given("SenderID").or_else(|| usual("DefaultSenderID")) {
        details.insert("SenderID".to_owned(), sender);
    }
    details.insert("Price".to_owned(), format!("{:.5}", cost as f64 / 1e6));
    details.insert("Parts".to_owned(), phone::parts(draft.text).to_string());
    Spooled {
        to: draft.to.to_owned(),
        from: from.to_owned(),
        subject: kind,
        body: draft.text.to_owned(),
        message: uuid(draft.message),
        details,
    }
}
