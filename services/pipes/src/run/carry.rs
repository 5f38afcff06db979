//! A batch on its road: each event through the enrichment, what comes of it into a parcel, parcels to the target as many at
//! once as it takes. Events of one lane are handed over one after the other, and none after one that failed.

use std::collections::{BTreeMap, BTreeSet};

use names::Timestamp;
use serde_json::Value;
use service_kit::{Error, Fault, Parcel, Sender};
use smithy::Party;

use super::journal::{Journal, Trace};
use super::pack::{Payload, pack};
use super::{Moving, Running};
use crate::engine::event::Event;
use crate::engine::plan::Step;
use crate::limits;

/// An event that did not arrive.
pub(super) struct Failed {
    pub(super) event: Event,
    /// Whether the failure is one of the pipe's settings or its target, and not of the cloud.
    pub(super) counts: bool,
}

/// Why something did not arrive.
pub(super) struct Failure {
    pub(super) text: String,
    pub(super) counts: bool,
}

/// What came of an event, on its way to the target.
struct Piece {
    /// Which event it came of.
    of: usize,
    parcel: Parcel,
}

impl Running {
    /// Carries events to the target. Those that did not arrive.
    pub(super) async fn carry(&self, sender: &Sender, events: Vec<Event>) -> Vec<Failed> {
        let mut journal = Journal::new(&self.0.plan.log, &self.0.arn, self.0.engine.runtime().random.uuid());
        let came = self.now();
        journal.began(&events, came);
        let mut failed = BTreeMap::new();
        let pieces = self.prepare(sender, &events, came, &mut failed, &mut journal).await;
        if !pieces.is_empty() {
            journal.note(Trace::TargetStarted, self.now(), None);
            self.hand_over(sender, &events, pieces, &mut failed).await;
            journal.target(&failed, events.len(), self.now());
        }
        journal.ended(&failed, events.len(), self.now());
        self.log(&journal).await;
        let not_arrived = events.into_iter().enumerate().filter_map(|(index, event)| {
            let failure: Failure = failed.remove(&index)?;
            tracing::warn!(pipe = self.0.name, event = event.key, reason = failure.text, "an event did not arrive");
            Some(Failed { event, counts: failure.counts })
        });
        not_arrived.collect()
    }

    /// What the target is to get of events.
    async fn prepare(
        &self,
        sender: &Sender,
        events: &[Event],
        came: Timestamp,
        failed: &mut BTreeMap<usize, Failure>,
        journal: &mut Journal,
    ) -> Vec<Piece> {
        let Moving { plan, pipe, engine, .. } = &*self.0;
        let mut pieces = Vec::with_capacity(events.len());
        for (of, event) in events.iter().enumerate() {
            let payloads = match &plan.enrichment {
                None => Ok(vec![Payload { value: event.value.clone(), opened: event.opened.clone() }]),
                Some(step) => self.enrich(sender, step, event, came).await,
            };
            let packed = payloads.and_then(|payloads| {
                let parcel = |(part, payload): (usize, &Payload)| {
                    let id = engine.delivery(pipe, &event.key, part);
                    pack(&self.setting(came), &plan.target, id, payload)
                };
                payloads.iter().enumerate().map(parcel).collect::<Result<Vec<_>, _>>().map_err(refused)
            });
            match packed {
                Ok(parcels) => pieces.extend(parcels.into_iter().map(|parcel| Piece { of, parcel })),
                Err(failure) => {
                    journal.note(Trace::PreparationFailed(plan.enrichment.is_some()), self.now(), Some(&failure.text));
                    failed.insert(of, failure);
                }
            }
        }
        // What follows a failed event of its lane waits for it.
        let broken: Vec<_> = failed.keys().filter_map(|of| Some((*of, events[*of].lane.as_ref()?))).collect();
        let waits =
            |of: usize| broken.iter().any(|(first, lane)| *first < of && events[of].lane.as_ref() == Some(*lane));
        let held: Vec<usize> = pieces.iter().map(|piece| piece.of).filter(|of| waits(*of)).collect();
        for of in held {
            failed.entry(of).or_insert_with(behind);
        }
        pieces.retain(|piece| !failed.contains_key(&piece.of));
        pieces
    }

    async fn enrich(
        &self,
        sender: &Sender,
        step: &Step,
        event: &Event,
        came: Timestamp,
    ) -> Result<Vec<Payload>, Failure> {
        let Moving { cloud, engine, pipe, .. } = &*self.0;
        let payload = Payload { value: event.value.clone(), opened: event.opened.clone() };
        let id = engine.delivery(pipe, &event.key, usize::MAX);
        let parcel = pack(&self.setting(came), step, id, &payload).map_err(refused)?;
        let answer = one(cloud.deliver(sender, &step.arn, vec![parcel]).await).map_err(|error| judge(&error))?;
        let answer = answer.answer.ok_or_else(|| refused("The enrichment tells no answer.".to_owned()))?;
        let read = serde_json::from_str(&answer).unwrap_or_else(|_| Value::from(answer.as_str()));
        // Nothing, an empty object and an empty list mean that the target is not to be called. Source: user guide,
        // "Filtering events using enrichment".
        Ok(match read {
            Value::Array(items) => items.into_iter().map(Payload::plain).collect(),
            Value::Null => Vec::new(),
            Value::String(text) if text.is_empty() => Vec::new(),
            Value::Object(members) if members.is_empty() => Vec::new(),
            value => vec![Payload::plain(value)],
        })
    }

    /// Hands parcels over: the first of every lane, then the next of those whose parcels arrived.
    async fn hand_over(
        &self,
        sender: &Sender,
        events: &[Event],
        pieces: Vec<Piece>,
        failed: &mut BTreeMap<usize, Failure>,
    ) {
        let Moving { cloud, plan, .. } = &*self.0;
        let at_once = limits::target_batch(&plan.target.arn.service, &plan.target.arn.resource);
        let mut rest = pieces;
        while !rest.is_empty() {
            let mut lanes = BTreeSet::new();
            let (now, later): (Vec<Piece>, Vec<Piece>) = rest
                .into_iter()
                .partition(|piece| events[piece.of].lane.as_ref().is_none_or(|lane| lanes.insert(lane.clone())));
            let (ofs, parcels): (Vec<usize>, Vec<Parcel>) =
                now.into_iter().map(|piece| (piece.of, piece.parcel)).unzip();
            let mut parcels = parcels.into_iter();
            for ofs in ofs.chunks(at_once) {
                let together: Vec<_> = parcels.by_ref().take(ofs.len()).collect();
                let receipts = cloud.deliver(sender, &plan.target.arn, together).await;
                for (of, receipt) in ofs.iter().zip(receipts) {
                    if let Err(error) = receipt {
                        failed.insert(*of, judge(&error));
                    }
                }
            }
            let broken: BTreeSet<_> = failed.keys().filter_map(|of| events[*of].lane.as_ref()).collect();
            let (behind_it, on): (Vec<Piece>, Vec<Piece>) = later
                .into_iter()
                .partition(|piece| events[piece.of].lane.as_ref().is_some_and(|lane| broken.contains(lane)));
            for piece in behind_it {
                failed.entry(piece.of).or_insert_with(behind);
            }
            rest = on;
        }
    }
}

fn one(mut receipts: Vec<Result<service_kit::Receipt, Error>>) -> Result<service_kit::Receipt, Error> {
    receipts.pop().unwrap_or_else(|| Err(Fault::internal("a receiver answered nothing").into()))
}

fn refused(text: String) -> Failure {
    Failure { text, counts: true }
}

fn behind() -> Failure {
    Failure { text: "An event before it did not arrive.".to_owned(), counts: false }
}

/// Whether a refusal is the cloud's own trouble, which uses up no retries. Source: user guide, "Pipe invocation errors and
/// retry behavior".
pub(super) fn judge(error: &Error) -> Failure {
    let counts = match error {
        Error::Fault(Fault::Throttled { .. } | Fault::Unavailable { .. } | Fault::Internal { .. }) => false,
        Error::Fault(_) => true,
        Error::Modeled(told) => {
            let throttled = ["Throttl", "ThroughputExceeded"].iter().any(|word| told.schema.code.contains(word));
            !throttled && !matches!(told.schema.party, Party::Receiver)
        }
    };
    Failure { text: error.to_string(), counts }
}
