//! Accepting messages: written once, with the lanes of all who want them, in one durable commit; delivered after it.

use std::sync::Arc;

use bytes::Bytes;
use delivery::{Consignment, Enqueued, Generations};
use names::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Batch, Order, Record, Span, StoreError, Tx, decode_record, encode_record};

use super::message::{Draft, Message};
use super::place::Place;
use super::topic::Topic;
use super::{Engine, STRIPES};
use crate::limits;
use crate::store::{ARCHIVE, RECENT, RECENT_ENDS, Recent, SUBSCRIPTIONS};

/// What sealed messages are bound to.
const CONTEXT: &[u8] = b"sns/message";
/// Ids forgotten by one transaction.
const PAGE: usize = 500;

/// A message that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Published {
    /// Its id.
    pub id: u128,
    /// Its sequence number, on FIFO topics.
    pub sequence: Option<u64>,
}

impl Record for Published {
    const VERSION: u8 = 1;
}

/// What travels on a lane.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Parcel {
    /// A message of the topic.
    Message(Message),
    /// The request to confirm a subscription.
    Request {
        /// `SubscriptionConfirmation` or `UnsubscribeConfirmation`.
        kind: String,
        /// Its id.
        id: u128,
        /// When it was made.
        at: Timestamp,
        /// Scheme, host and port of the URLs in it.
        base_url: String,
    },
}

/// The lane on which a subscription is told of messages.
pub(crate) fn lane(place: &Place, fifo_group: Option<&str>) -> Consignment {
    match fifo_group {
        Some(group) => Consignment::in_order(format!("n/{}/{group}", place.lane()), ""),
        None => Consignment::new(format!("n/{}", place.lane()), ""),
    }
}

/// The lane on which a subscription is asked to confirm.
pub(crate) fn request_lane(place: &Place) -> Consignment {
    Consignment::new(format!("c/{}", place.lane()), "")
}

impl Engine {
    /// Accepts messages together, all or none, in their order.
    pub(crate) async fn publish(
        &self,
        topic: &Arc<Topic>,
        drafts: Vec<Draft>,
        base_url: &str,
    ) -> Result<Vec<Published>, StoreError> {
        if topic.home.is_fifo() || drafts.iter().any(|draft| draft.once.is_some()) {
            return self.publish_checked(topic, drafts, base_url).await;
        }
        let batch = Batch::new();
        let (mut published, mut enqueued) = (Vec::with_capacity(drafts.len()), Vec::new());
        for draft in drafts {
            let message = self.message(topic, draft, None, base_url);
            published.push(Published { id: message.id, sequence: None });
            enqueued.push(self.enqueue(&batch, topic, message, &[]).await?);
        }
        if !batch.is_empty() {
            self.store().write(batch).await?;
        }
        enqueued.into_iter().for_each(Enqueued::depart);
        Ok(published)
    }

    /// What may have been accepted before: on a FIFO topic, or delivered by another service.
    async fn publish_checked(
        &self,
        topic: &Arc<Topic>,
        drafts: Vec<Draft>,
        base_url: &str,
    ) -> Result<Vec<Published>, StoreError> {
        let mut stripes: Vec<_> = drafts.iter().map(|draft| stripe(topic, draft.group.as_deref())).collect();
        stripes.sort_unstable();
        stripes.dedup();
        let mut held = Vec::new();
        for stripe in stripes.into_iter().filter(|_| topic.home.is_fifo()) {
            held.push(self.0.stripes[stripe].lock().await);
        }
        let at = self.taken().generations().await?;
        let mut messages = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let (once, sequence) = (draft.once, if topic.home.is_fifo() { Some(self.number().await?) } else { None });
            messages.push((once, self.message(topic, draft, sequence, base_url)));
        }
        let accept = |tx| {
            let messages = &messages;
            async move {
                let (mut published, mut enqueued) = (Vec::new(), Vec::new());
                for (once, message) in messages {
                    let (one, lanes) = self.accept(&tx, topic, at, *once, message).await?;
                    published.push(one);
                    enqueued.extend(lanes);
                }
                Ok::<_, StoreError>((published, enqueued))
            }
        };
        let (published, enqueued) = self.store().transact(accept).await?;
        enqueued.into_iter().for_each(Enqueued::depart);
        Ok(published)
    }

    /// Accepts a message unless it was accepted before: then it is that one again, and nobody is told anew.
    async fn accept(
        &self,
        tx: &Tx,
        topic: &Topic,
        at: Generations,
        once: Option<u128>,
        message: &Message,
    ) -> Result<(Published, Option<Enqueued>), StoreError> {
        let id = topic.record.id;
        if let Some(once) = once
            && let Some(receipt) = self.taken().find(tx, at, id, once).await?
        {
            return Ok((decode_record("sns/taken", &receipt)?, None));
        }
        if let Some(before) = known(tx, topic, message).await? {
            return Ok((Published { id: before.id, sequence: Some(before.sequence) }, None));
        }
        let published = Published { id: message.id, sequence: message.sequence };
        if let Some(once) = once {
            self.taken().note(tx, at, id, once, encode_record(&published)?)?;
        }
        if let Some(sequence) = message.sequence {
            remember(tx, topic, message, sequence)?;
            if topic.attribute("ArchivePolicy").is_some() {
                ARCHIVE.put(tx, &topic.home.scope(), &(id, message.at, sequence), message)?;
            }
        }
        let caught_up = caught_up(tx, topic).await?;
        let enqueued = self.enqueue(tx, topic, message.clone(), &caught_up).await?;
        Ok((published, Some(enqueued)))
    }

    fn message(&self, topic: &Topic, draft: Draft, sequence: Option<u64>, base_url: &str) -> Message {
        Message {
            id: self.0.runtime.random.u128() & !(0xf << 76) & !(0b11 << 62) | (0x4 << 76) | (0b10 << 62),
            topic: topic.home.arn(),
            subject: draft.subject,
            content: draft.content,
            attributes: draft.attributes,
            group: draft.group,
            deduplication: draft.deduplication,
            sequence,
            at: self.now(),
            trace: draft.trace,
            base_url: base_url.to_owned(),
            signature: topic.signature(),
            replayed: false,
        }
    }

    /// Writes a message onto the lanes of all who want it. Who has archived messages played again gets it from there, unless
    /// it has caught up.
    async fn enqueue(
        &self,
        writer: &impl store::Writer,
        topic: &Topic,
        message: Message,
        caught_up: &[&Place],
    ) -> Result<Enqueued, StoreError> {
        let wanting = topic.subscriptions.iter().filter(|one| {
            let waits = one.is_replaying() && !caught_up.contains(&&one.place);
            one.record.confirmed.is_some()
                && !waits
                && one.wants(message.content.told(&one.record.protocol), &message.attributes)
        });
        let group = message.group.as_deref().filter(|_| topic.home.is_fifo());
        let lanes: Vec<_> = wanting.map(|one| lane(&one.place, group)).collect();
        let body = if lanes.is_empty() { Bytes::new() } else { self.seal(&Parcel::Message(message)) };
        self.deliveries().enqueue(writer, body, &lanes).await
    }

    /// Writes something onto given lanes.
    pub(crate) async fn send(
        &self,
        writer: &impl store::Writer,
        parcel: &Parcel,
        lanes: &[Consignment],
    ) -> Result<Enqueued, StoreError> {
        self.deliveries().enqueue(writer, self.seal(parcel), lanes).await
    }

    fn seal(&self, parcel: &Parcel) -> Bytes {
        let plain = postcard::to_stdvec(parcel).expect("messages have only plain data");
        self.0.messages.close(&self.0.runtime.random, CONTEXT, &plain).into()
    }

    /// Opens what came by a lane.
    pub(crate) fn open(&self, sealed: &[u8]) -> Result<Parcel, StoreError> {
        let plain = self.0.messages.open(CONTEXT, sealed)?;
        postcard::from_bytes(&plain).map_err(|_| StoreError::corrupt("a message on its way"))
    }

    /// Forgets deduplication ids of a topic that have had their five minutes.
    pub(crate) async fn forget_ids(&self, scope: &store::Scope, topic: u64) -> Result<(), StoreError> {
        let now = self.now();
        let forget = |tx| async move {
            let span = Span::prefix(&(topic,)).until(&(topic, now));
            let ends = RECENT_ENDS.scan(&tx, scope, &span, Order::Ascending, PAGE).await?;
            for ((_, at, name), _) in &ends {
                RECENT_ENDS.delete(&tx, scope, &(topic, *at, name.as_str()));
                let key = (topic, name.as_str());
                let recent = RECENT.get(&tx, scope, &key).await?;
                if recent.is_some_and(|recent| recent.at.plus(limits::DEDUPLICATION) <= now) {
                    RECENT.delete(&tx, scope, &key);
                }
            }
            Ok::<_, StoreError>(ends.len())
        };
        while self.store().transact(forget).await? == PAGE {}
        Ok(())
    }
}

/// Subscriptions that were having archived messages played again, and have caught up since they were read. Reading them here
/// lets either this message or the end of the replay be first, and not both.
async fn caught_up<'a>(tx: &Tx, topic: &'a Topic) -> Result<Vec<&'a Place>, StoreError> {
    let mut caught_up = Vec::new();
    for one in topic.subscriptions.iter().filter(|one| one.is_replaying()) {
        let key = (topic.home.name.as_str(), one.place.id.as_str());
        let record = SUBSCRIPTIONS.get(tx, &topic.home.scope(), &key).await?;
        if record.is_some_and(|record| record.replayed.is_none_or(|replay| replay.completed)) {
            caught_up.push(&one.place);
        }
    }
    Ok(caught_up)
}

/// The message of the last five minutes that this one repeats.
async fn known(tx: &Tx, topic: &Topic, message: &Message) -> Result<Option<Recent>, StoreError> {
    if message.sequence.is_none() {
        return Ok(None);
    }
    let name = name(topic, message);
    let before = RECENT.get(tx, &topic.home.scope(), &(topic.record.id, name.as_str())).await?;
    Ok(before.filter(|recent| recent.at.plus(limits::DEDUPLICATION) > message.at))
}

fn remember(tx: &Tx, topic: &Topic, message: &Message, sequence: u64) -> Result<(), StoreError> {
    let (scope, id, name) = (topic.home.scope(), topic.record.id, name(topic, message));
    let recent = Recent { at: message.at, id: message.id, sequence };
    RECENT.put(tx, &scope, &(id, name.as_str()), &recent)?;
    let ends = (id, message.at.plus(limits::DEDUPLICATION), name.as_str());
    RECENT_ENDS.put(tx, &scope, &ends, &store::Raw(Bytes::new()))
}

/// A group has ids of its own where the topic's ids count in groups. No id has a zero byte in it.
fn name(topic: &Topic, message: &Message) -> String {
    let id = message.deduplication.as_deref().unwrap_or_default();
    match topic.attribute("FifoThroughputScope") {
        Some("MessageGroup") => format!("{}\0{id}", message.group.as_deref().unwrap_or_default()),
        _ => id.to_owned(),
    }
}

/// Which lock keeps a group in order.
fn stripe(topic: &Topic, group: Option<&str>) -> usize {
    let start = usize::try_from(topic.record.id).unwrap_or_default();
    group.unwrap_or_default().bytes().fold(start, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()))
        % STRIPES
}
