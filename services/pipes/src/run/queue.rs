//! Events from a queue: received, carried, and deleted when their target has them. What could not be carried stays, and
//! comes again after the queue's visibility timeout, until its redrive policy takes it.

use std::collections::BTreeSet;

use api_sqs::Message;
use service_kit::{Error, Sender};

use super::{Moving, Running};
use crate::calls;
use crate::engine::attempts;
use crate::engine::event::{Event, open};
use crate::limits;

impl Running {
    /// Moves events until the pipe is to stop.
    pub(super) async fn drain_queue(&self) {
        let mut failures = 0;
        while !self.is_over() {
            match self.queue_round().await {
                Ok(true) => failures = 0,
                Ok(false) => failures += 1,
                Err(error) => {
                    self.warn(&error, "its queue");
                    failures += 1;
                }
            }
            if failures > 0 {
                self.pause(attempts::pause(failures)).await;
            }
        }
    }

    /// Moves one batch. Whether all of it was taken.
    async fn queue_round(&self) -> Result<bool, Error> {
        let source = &self.0.plan.source;
        let sender = self.sender().await?;
        let messages = self.gather(&sender).await?;
        let events = messages.iter().map(|message| self.of_message(message));
        let (passing, dropped): (Vec<Event>, Vec<Event>) =
            events.partition(|event| self.0.plan.filter.passes(&event.opened));
        let receipts = |events: &[Event]| events.iter().map(|event| event.mark.clone()).collect::<Vec<_>>();
        calls::delete(&sender, &source.arn, &receipts(&dropped)).await?;
        if passing.is_empty() {
            return Ok(true);
        }
        let marks = receipts(&passing);
        let failed: BTreeSet<String> =
            self.carry(&sender, passing).await.into_iter().map(|failed| failed.event.mark).collect();
        let taken: Vec<String> = marks.into_iter().filter(|mark| !failed.contains(mark)).collect();
        calls::delete(&sender, &source.arn, &taken).await?;
        Ok(failed.is_empty())
    }

    /// Messages for one batch: what is there, or as many as a batch has when its window lets it wait for them.
    async fn gather(&self, sender: &Sender) -> Result<Vec<Message>, Error> {
        let Moving { plan, turn, .. } = &*self.0;
        let source = &plan.source;
        let (mut gathered, mut until) = (Vec::new(), None);
        while gathered.len() < source.batch && !self.is_over() {
            let now = self.now();
            let left = until.map(|until: names::Timestamp| until.since(now));
            if left.is_some_and(|left| left.is_zero()) && !source.window.is_zero() {
                break;
            }
            let wait = match left {
                None => limits::QUEUE_WAIT,
                Some(left) => i32::try_from(left.as_secs().min(20)).unwrap_or(limits::QUEUE_WAIT),
            };
            let asked = source.batch - gathered.len();
            let received = tokio::select! {
                received = calls::receive(sender, &source.arn, asked, wait) => received?,
                () = turn.over() => break,
            };
            // Fewer than a call gives: there are no more now.
            let (few, none) = (received.len() < asked.min(limits::QUEUE_CALL), received.is_empty());
            gathered.extend(received);
            if gathered.is_empty() || (few && source.window.is_zero()) || (none && wait == 0) {
                break;
            }
            until = until.or_else(|| Some(self.now().plus(source.window)));
        }
        Ok(gathered)
    }

    fn of_message(&self, message: &Message) -> Event {
        let Moving { plan, home, .. } = &*self.0;
        let mut value = calls::message(message);
        value["eventSource"] = plan.source.name().into();
        value["eventSourceARN"] = plan.source.arn.to_string().into();
        value["awsRegion"] = home.region.as_str().into();
        let lane = message.attributes.as_ref().and_then(|attributes| attributes.get("MessageGroupId").cloned());
        Event {
            key: message.message_id.clone().unwrap_or_default(),
            opened: open(&value, plan.source.encoded()),
            value,
            lane: lane.filter(|_| plan.source.arn.resource.ends_with(".fifo")),
            at: self.now(),
            mark: message.receipt_handle.clone().unwrap_or_default(),
        }
    }
}
