//! Events on the default bus of EventBridge: `AWS API Call via CloudTrail`, for whoever has rules there.
//!
//! AWS puts what a logging trail selects on the default bus of the event's account and region. Here it is only written down
//! when a rule or an archive of that bus may want it; the row is in the commit that keeps the event, and a task puts it on
//! the bus afterwards, at least once, with an id by which EventBridge knows a repetition.

mod wish;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use api_events::{ListArchives, ListArchivesInput, ListRules, ListRulesInput};
use names::{AccountId, Arn, Region};
use parking_lot::Mutex;
use serde_json::json;
use service_kit::{Caller, Cloud, Ctx, Error, Fault, Parcel, Sender};
use store::{Batch, Order, Scope, Span, StoreError, Writer};
use tokio::sync::Notify;

use super::Engine;
use super::event::{Category, Event};
use super::sinks::Sink;
use crate::store::{BUS, BusRecord};
use wish::Wish;

/// Operations of EventBridge that change who listens.
const TURNING_POINTS: [&str; 7] =
    ["CreateArchive", "DeleteArchive", "DeleteRule", "DisableRule", "EnableRule", "PutRule", "UpdateArchive"];
/// How often is asked again.
const AGAIN: Duration = Duration::from_secs(60);
/// Events put by one commit at most.
const BATCH: usize = 100;

/// Who listens on default buses, as far as it was asked for.
#[derive(Default)]
pub(crate) struct Listeners {
    known: Mutex<Known>,
    unknown: Notify,
}

#[derive(Default)]
struct Known {
    /// What is wished for; none where nobody asked yet.
    wishes: HashMap<(AccountId, Region), Option<Arc<[Wish]>>>,
    /// How often something was forgotten.
    forgotten: u64,
}

impl Listeners {
    /// Whether someone may listen for an event that these sinks select. As long as that is not known someone may.
    pub(crate) fn want(&self, event: &Event, sinks: &[Arc<Sink>]) -> bool {
        if sinks.iter().all(|sink| sink.keeps) {
            return false;
        }
        let mut known = self.known.lock();
        let place = (event.account, event.region.clone());
        match known.wishes.get(&place) {
            Some(Some(wishes)) => {
                let (source, kind) = (source(event), kind(event));
                wishes.iter().any(|wish| wish.may_want(&source, kind))
            }
            Some(None) => true,
            None => {
                known.wishes.insert(place, None);
                self.unknown.notify_one();
                true
            }
        }
    }

    /// Told of every call that succeeded: rules come and go by some of them.
    pub(crate) fn notice(&self, ctx: &Ctx) {
        let operation = ctx.operation;
        if operation.service.id == "events" && TURNING_POINTS.contains(&operation.name) {
            let mut known = self.known.lock();
            known.forgotten += 1;
            known.wishes.remove(&(ctx.account(), ctx.region.clone()));
        }
    }

    /// Everything is to be asked for anew.
    pub(crate) fn forget(&self) {
        let mut known = self.known.lock();
        known.forgotten += 1;
        known.wishes.clear();
    }

    fn asked(&self) -> (u64, Vec<(AccountId, Region)>) {
        let known = self.known.lock();
        let open = known.wishes.iter().filter(|(_, wishes)| wishes.is_none());
        (known.forgotten, open.map(|(place, _)| place.clone()).collect())
    }

    /// Keeps what was learnt, unless something changed meanwhile.
    fn learnt(&self, forgotten: u64, place: (AccountId, Region), wishes: Vec<Wish>) {
        let mut known = self.known.lock();
        if known.forgotten == forgotten {
            known.wishes.insert(place, Some(wishes.into()));
        }
    }
}

/// Writes an event down for the bus.
pub(crate) fn write(writer: &impl Writer, event: &Event) -> Result<(), StoreError> {
    let record = BusRecord {
        account: event.account,
        region: event.region.clone(),
        source: source(event),
        kind: kind(event).to_owned(),
        detail: event.record.json.clone(),
    };
    BUS.put(writer, &Scope::Global, &(event.at, event.id), &record)
}

fn kind(event: &Event) -> &'static str {
    match event.category {
        Category::Management | Category::Data => "AWS API Call via CloudTrail",
        Category::Insight => "AWS Insight via CloudTrail",
    }
}

/// `aws.sqs`. Insights are CloudTrail's own events.
fn source(event: &Event) -> String {
    let of = event.record.source.strip_suffix(".amazonaws.com").unwrap_or(&event.record.source);
    format!("aws.{}", if event.category == Category::Insight { "cloudtrail" } else { of })
}

impl Engine {
    /// Asks who listens, where that is not known, and puts what was written down on its buses.
    pub(crate) async fn tell_buses(&self, cloud: &Cloud) -> Result<(), Error> {
        let mut written = self.store().watch(&BUS.prefix(&Scope::Global));
        loop {
            self.learn(cloud).await?;
            while self.put_some(cloud).await? {}
            tokio::select! {
                () = written.changed() => {}
                () = self.listeners().unknown.notified() => {}
                // Rules that another process on this store made are heard of no later than this.
                () = self.runtime().clock.wait_at_most(AGAIN) => self.listeners().forget(),
                () = self.runtime().shutdown.requested() => return Ok(()),
            }
        }
    }

    async fn learn(&self, cloud: &Cloud) -> Result<(), Error> {
        let (forgotten, places) = self.listeners().asked();
        for (account, region) in places {
            let wishes = wishes(cloud, account, &region).await?;
            self.listeners().learnt(forgotten, (account, region), wishes);
        }
        Ok(())
    }

    /// Whether there may be more.
    async fn put_some(&self, cloud: &Cloud) -> Result<bool, Error> {
        let view = self.store().read().await?;
        let events = BUS.scan(&view, &Scope::Global, &Span::all(), Order::Ascending, BATCH).await?;
        drop(view);
        let done = Batch::new();
        for ((at, id), event) in &events {
            put(cloud, u128::from_be_bytes(*id), event).await?;
            BUS.delete(&done, &Scope::Global, &(*at, *id));
        }
        if !events.is_empty() {
            self.store().write(done).await?;
        }
        Ok(events.len() == BATCH)
    }
}

/// Puts an event on its bus. What EventBridge refuses it goes on refusing: too large an event, as in AWS, is dropped.
async fn put(cloud: &Cloud, id: u128, event: &BusRecord) -> Result<(), Error> {
    let sender = asking(cloud, event.account);
    let parcel = Parcel {
        id,
        body: event.detail.clone(),
        parameters: json!({"EventBridgeParameters": {"Source": event.source, "DetailType": event.kind}}),
        ..Parcel::default()
    };
    let answer = cloud.deliver(&sender, &bus(event.account, &event.region), vec![parcel]).await.pop();
    match answer {
        Some(Err(
            error @ Error::Fault(Fault::Unavailable { .. } | Fault::Internal { .. } | Fault::Throttled { .. }),
        )) => Err(error),
        Some(Err(error)) => {
            tracing::info!(%error, source = event.source, "an event was not taken by the bus");
            Ok(())
        }
        _ => Ok(()),
    }
}

fn bus(account: AccountId, region: &Region) -> Arn {
    Arn::regional("events", region, account, "event-bus/default")
}

/// Services put their own events on the default bus, whatever its policy says.
fn asking(cloud: &Cloud, account: AccountId) -> Sender {
    Sender { cloud: cloud.clone(), caller: Arc::new(Caller::internal("cloudtrail", account)), source_arn: None }
}

/// What the rules and archives of a default bus ask for; nothing where no EventBridge is.
async fn wishes(cloud: &Cloud, account: AccountId, region: &Region) -> Result<Vec<Wish>, Error> {
    match of_rules(&asking(cloud, account), account, region).await {
        Err(Error::Fault(Fault::NotImplemented { .. })) => Ok(Vec::new()),
        answer => answer,
    }
}

async fn of_rules(sender: &Sender, account: AccountId, region: &Region) -> Result<Vec<Wish>, Error> {
    let source = Some(bus(account, region).to_string());
    let archives = ListArchivesInput { event_source_arn: source, limit: Some(1), ..ListArchivesInput::default() };
    let archives = sender.call::<ListArchives>(region, &[], archives).await?;
    if !archives.archives.unwrap_or_default().is_empty() {
        return Ok(vec![Wish::everything()]);
    }
    let (mut wishes, mut next_token) = (Vec::new(), None);
    loop {
        let page = ListRulesInput { next_token, ..ListRulesInput::default() };
        let page = sender.call::<ListRules>(region, &[], page).await?;
        let rules = page.rules.unwrap_or_default().into_iter();
        let enabled = rules.filter(|rule| rule.state.as_ref().is_none_or(|state| state.as_str() != "DISABLED"));
        wishes.extend(enabled.filter_map(|rule| Wish::of(&rule.event_pattern?)));
        next_token = page.next_token;
        if next_token.is_none() {
            return Ok(wishes);
        }
    }
}
