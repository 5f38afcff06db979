//! The way of an event: from a bus to the lanes of every target of every rule that describes it, and to archives, in one
//! commit. What was acknowledged is on its way.

use std::sync::Arc;

use bytes::Bytes;
use delivery::{Consignment, Enqueued};
use pattern::Event;
use serde_json::Value;
use store::{Batch, Raw, Scope, StoreError, Writer, encode_record};

use super::Engine;
use super::event::Envelope;
use super::home::BusId;
use super::view::{RuleView, Wanted};
use crate::store::{ARCHIVED, Carried};

/// An event to be put on a bus.
#[derive(Debug, Clone)]
pub(crate) struct Put {
    pub(crate) bus: BusId,
    pub(crate) event: Envelope,
    /// The id of the delivery that brings it, when one does.
    pub(crate) once: Option<u128>,
}

/// Where an event goes.
#[derive(Debug, Default)]
struct Way {
    lanes: Vec<Consignment>,
    /// Numbers of archives.
    archives: Vec<u64>,
}

impl Engine {
    /// Puts events on their buses. A bus that is not there drops them, as AWS does.
    pub(crate) async fn put(&self, puts: &[Put]) -> Result<(), StoreError> {
        let mut ways = Vec::with_capacity(puts.len());
        for put in puts {
            let event = put.event.to_json();
            let way = self.way(&put.bus, &event, &put.event).await?;
            ways.push((put, event.to_string(), way));
        }
        if ways.iter().all(|(put, _, way)| put.once.is_none() && way.is_nowhere()) {
            return Ok(());
        }
        let departures = if puts.iter().any(|put| put.once.is_some()) {
            self.put_once(&ways).await?
        } else {
            let batch = Batch::new();
            let mut departures = Vec::new();
            for (put, text, way) in &ways {
                departures.push(self.write(&batch, put, text, way).await?);
            }
            self.store().write(batch).await?;
            departures
        };
        departures.into_iter().for_each(Enqueued::depart);
        Ok(())
    }

    /// Sends an event to a rule's targets, in the caller's transaction.
    pub(super) async fn enqueue(
        &self,
        writer: &impl Writer,
        event: &Envelope,
        rules: &[Arc<RuleView>],
    ) -> Result<Enqueued, StoreError> {
        let lanes: Vec<_> = rules.iter().flat_map(|rule| lanes(rule)).collect();
        self.deliveries().enqueue(writer, self.carried(&event.to_json().to_string())?, &lanes).await
    }

    /// As [`Engine::put`], but what was delivered before is not taken again.
    async fn put_once(&self, ways: &[(&Put, String, Way)]) -> Result<Vec<Enqueued>, StoreError> {
        let generations = self.taken().generations().await?;
        self.store()
            .transact(|tx| async move {
                let mut departures = Vec::new();
                for (put, text, way) in ways {
                    if let Some(once) = put.once {
                        if self.taken().find(&tx, generations, 0, once).await?.is_some() {
                            continue;
                        }
                        self.taken().note(&tx, generations, 0, once, Bytes::new())?;
                    }
                    departures.push(self.write(&tx, put, text, way).await?);
                }
                Ok(departures)
            })
            .await
    }

    async fn write(&self, writer: &impl Writer, put: &Put, text: &str, way: &Way) -> Result<Enqueued, StoreError> {
        let scope = put.bus.home.scope();
        for archive in &way.archives {
            self.keep(writer, &scope, *archive, put, text).await?;
        }
        self.deliveries().enqueue(writer, self.carried(text)?, &way.lanes).await
    }

    async fn keep(
        &self,
        writer: &impl Writer,
        scope: &Scope,
        archive: u64,
        put: &Put,
        text: &str,
    ) -> Result<(), StoreError> {
        let number = self.0.numbers.next().await?;
        let value = Raw(Bytes::copy_from_slice(text.as_bytes()));
        ARCHIVED.put(writer, scope, &(archive, put.event.time, number), &value)
    }

    fn carried(&self, text: &str) -> Result<Bytes, StoreError> {
        encode_record(&Carried { event: text.to_owned(), came: self.now() })
    }

    async fn way(&self, bus: &BusId, event: &Value, envelope: &Envelope) -> Result<Way, StoreError> {
        let mut way = Way::default();
        let Some(view) = self.view(bus).await? else { return Ok(way) };
        for wanted in view.wanted.matches(&Event::new(event)) {
            match wanted {
                Wanted::Rule(rule) if rule.takes(envelope) => way.lanes.extend(lanes(rule)),
                Wanted::Rule(_) => {}
                // What is replayed was archived when it was new.
                Wanted::Archive(archive) if envelope.replay.is_none() => way.archives.push(archive.number),
                Wanted::Archive(_) => {}
            }
        }
        Ok(way)
    }

    /// The rules of a bus that describe an event, of those named by ARN, or of all.
    pub(super) async fn describing(
        &self,
        bus: &BusId,
        event: &Value,
        named: &[String],
    ) -> Result<Vec<Arc<RuleView>>, StoreError> {
        let Some(view) = self.view(bus).await? else { return Ok(Vec::new()) };
        let rules = view.wanted.matches(&Event::new(event)).into_iter().filter_map(|wanted| match wanted {
            Wanted::Rule(rule) => Some(rule.clone()),
            Wanted::Archive(_) => None,
        });
        Ok(rules.filter(|rule| named.is_empty() || named.contains(&bus.rule_arn(&rule.name).to_string())).collect())
    }
}

impl Way {
    fn is_nowhere(&self) -> bool {
        self.lanes.is_empty() && self.archives.is_empty()
    }
}

impl RuleView {
    /// Whether the rule's state lets it have an event: calls that only read are for rules that ask for all. Source: user
    /// guide, "Read-only management events from AWS services".
    fn takes(&self, event: &Envelope) -> bool {
        let reads = event.detail_type == "AWS API Call via CloudTrail"
            && event.detail.get("readOnly").is_some_and(|reads| matches!(reads, Value::Bool(true)));
        !reads || self.record.state == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    }
}

fn lanes(rule: &RuleView) -> impl Iterator<Item = Consignment> + '_ {
    rule.targets.iter().map(|target| Consignment::new(target.lane.clone(), Bytes::new()))
}
