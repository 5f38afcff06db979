//! One call of a client, and what came of it.

use std::collections::BTreeMap;

use api_sqs::{
    ChangeMessageVisibility, ChangeMessageVisibilityInput, DeleteMessage, DeleteMessageInput, Message,
    MessageSystemAttributeName, ReceiveMessage, ReceiveMessageInput, SendMessage, SendMessageInput,
};
use service_kit::Error;
use testkit::TestCloud;

/// A call.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Sends the body of an attempt.
    Send {
        /// Where to.
        url: String,
        /// Which attempt: its body says the same.
        attempt: usize,
        /// Group and deduplication id, on FIFO queues.
        fifo: Option<(String, String)>,
        /// Seconds until it shows.
        delay: Option<i32>,
    },
    /// Receives up to ten messages.
    Receive {
        /// Where from.
        url: String,
        /// How long they are hidden.
        seconds: i32,
        /// How many at most.
        most: i32,
    },
    /// Deletes a message.
    Delete {
        /// Where.
        url: String,
        /// Which, as the ledger names it.
        message: String,
        /// Its handle.
        handle: String,
    },
    /// Hides a message for so long from now on.
    Hide {
        /// Where.
        url: String,
        /// Which, as the ledger names it.
        message: String,
        /// Its handle.
        handle: String,
        /// How long.
        seconds: i32,
    },
}

/// What a client learns.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// The message's id, and its number on a FIFO queue.
    Sent(String, Option<String>),
    /// What was received.
    Received(Vec<Got>),
    /// It is done.
    Done,
    /// The service said no: nothing happened.
    Refused(#[expect(dead_code, reason = "the trace shows it")] String),
    /// No answer, or one that tells of trouble: it happened or it did not.
    Unknown,
}

/// A message as it was received.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    /// Its id.
    pub(crate) id: String,
    /// Its body.
    pub(crate) body: String,
    /// Its handle.
    pub(crate) handle: String,
    /// How often it was received, this time included.
    pub(crate) receives: u32,
    /// Its number, on a FIFO queue.
    pub(crate) sequence: Option<String>,
    /// Its group, on a FIFO queue.
    pub(crate) group: Option<String>,
}

/// Makes the call.
pub(crate) async fn perform(cloud: &TestCloud, act: &Act) -> Answer {
    let done = match act.clone() {
        Act::Send { url, attempt, fifo, delay } => send(cloud, url, attempt, fifo, delay).await,
        Act::Receive { url, seconds, most } => receive(cloud, url, seconds, most).await,
        Act::Delete { url, handle, .. } => {
            let input = DeleteMessageInput { queue_url: url, receipt_handle: handle };
            cloud.call::<DeleteMessage>(input).await.map(|_| Answer::Done)
        }
        Act::Hide { url, handle, seconds, .. } => {
            let input =
                ChangeMessageVisibilityInput { queue_url: url, receipt_handle: handle, visibility_timeout: seconds };
            cloud.call::<ChangeMessageVisibility>(input).await.map(|_| Answer::Done)
        }
    };
    done.unwrap_or_else(|error| failed(&error))
}

/// The body of an attempt: unlike any other, so that a message tells which attempt made it.
pub(crate) fn body(attempt: usize) -> String {
    format!("attempt {attempt}")
}

async fn send(
    cloud: &TestCloud,
    url: String,
    attempt: usize,
    fifo: Option<(String, String)>,
    delay: Option<i32>,
) -> Result<Answer, Error> {
    let (group, duplicate) = fifo.unzip();
    let input = SendMessageInput {
        queue_url: url,
        message_body: body(attempt),
        message_group_id: group,
        message_deduplication_id: duplicate,
        delay_seconds: delay,
        ..Default::default()
    };
    let output = cloud.call::<SendMessage>(input).await?;
    Ok(Answer::Sent(output.message_id.unwrap_or_default(), output.sequence_number))
}

async fn receive(cloud: &TestCloud, url: String, seconds: i32, most: i32) -> Result<Answer, Error> {
    let input = ReceiveMessageInput {
        queue_url: url,
        visibility_timeout: Some(seconds),
        max_number_of_messages: Some(most),
        message_system_attribute_names: Some(vec![MessageSystemAttributeName::All]),
        ..Default::default()
    };
    let output = cloud.call::<ReceiveMessage>(input).await?;
    Ok(Answer::Received(output.messages.unwrap_or_default().into_iter().map(got).collect()))
}

fn got(message: Message) -> Got {
    let attributes: BTreeMap<String, String> = message.attributes.unwrap_or_default();
    Got {
        id: message.message_id.unwrap_or_default(),
        body: message.body.unwrap_or_default(),
        handle: message.receipt_handle.unwrap_or_default(),
        receives: attributes.get("ApproximateReceiveCount").and_then(|n| n.parse().ok()).unwrap_or_default(),
        sequence: attributes.get("SequenceNumber").cloned(),
        group: attributes.get("MessageGroupId").cloned(),
    }
}

fn failed(error: &Error) -> Answer {
    match error {
        Error::Modeled(modeled) => Answer::Refused(format!("{}: {}", modeled.schema.code, modeled.message)),
        Error::Fault(service_kit::Fault::Unavailable { .. } | service_kit::Fault::Internal { .. }) => Answer::Unknown,
        Error::Fault(fault) => Answer::Refused(format!("{fault:?}")),
    }
}
