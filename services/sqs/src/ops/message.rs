//! Messages: sent, received, deleted, alone or in batches.

use std::time::Duration;

use api_sqs::{
    DeleteMessage, DeleteMessageBatch, DeleteMessageBatchInput, DeleteMessageBatchOutput,
    DeleteMessageBatchResultEntry, DeleteMessageInput, DeleteMessageOutput, ReceiveMessage, ReceiveMessageInput,
    ReceiveMessageOutput, SendMessage, SendMessageBatch, SendMessageBatchInput, SendMessageBatchOutput,
    SendMessageBatchResultEntry, SendMessageInput, SendMessageOutput, errors,
};
use service_kit::{Ctx, Error, Outcome};

use super::draft::{Form, Sending, Sums, check_token};
use super::shown::{Shown, sequence_number, uuid};
use super::{address, batch};
use crate::engine::digest::hex;
use crate::engine::queue::Queue;
use crate::engine::receipt::Receipt;
use crate::engine::receive::Wanted;
use crate::engine::send::Sent;
use crate::error::{bad_handle, handle_refused, invalid, invalid_text, missing, told};
use crate::limits;
use crate::{Sqs, calls};

/// Sends a message.
pub(crate) async fn send_message(ctx: &Ctx, input: SendMessageInput) -> Outcome<SendMessage> {
    let queue = address::queue(ctx, &input.queue_url).await?;
    let sending = Sending {
        body: input.message_body,
        delay: input.delay_seconds,
        attributes: input.message_attributes,
        system: input.message_system_attributes,
        deduplication: input.message_deduplication_id,
        group: input.message_group_id,
        index: 0,
    };
    let (draft, sums) = sending.check(ctx, &queue.record().settings, Form::Single)?;
    let engine = ctx.state::<Sqs>().engine();
    let group = draft.group.clone().unwrap_or_default();
    engine.admit_send(&queue, &[&group]).map_err(|refusal| told(ctx, refusal))?;
    let sealing = calls::sealing(ctx, &queue).await?;
    let sent = engine.send(&queue, vec![draft], &ctx.caller.user_id(), &sealing).await;
    let sent = sent.map_err(|refusal| told(ctx, refusal))?.into_iter().next().expect("one message was sent");
    Ok(SendMessageOutput {
        md5_of_message_body: Some(hex(&sent.body_md5)),
        md5_of_message_attributes: sums.attributes,
        md5_of_message_system_attributes: sums.system,
        message_id: Some(uuid(sent.id)),
        sequence_number: queue.is_fifo().then(|| sequence_number(sent.number)),
    })
}

/// Sends up to ten messages; those that are in order are sent though others are not.
pub(crate) async fn send_message_batch(ctx: &Ctx, input: SendMessageBatchInput) -> Outcome<SendMessageBatch> {
    let queue = address::queue(ctx, &input.queue_url).await?;
    batch::check(input.entries.iter().map(|entry| entry.id.as_str()), "SendMessageBatchRequestEntry")?;
    let settings = queue.record().settings.clone();
    if let Some(fifo) = settings.fifo {
        check_order(&input, fifo.by_content)?;
    }
    check_total(&input)?;
    let (mut failed, mut drafts, mut sent_ids) = (Vec::new(), Vec::new(), Vec::new());
    for (index, entry) in input.entries.into_iter().enumerate() {
        let sending = Sending {
            body: entry.message_body,
            delay: entry.delay_seconds,
            attributes: entry.message_attributes,
            system: entry.message_system_attributes,
            deduplication: entry.message_deduplication_id,
            group: entry.message_group_id,
            index,
        };
        match sending.check(ctx, &settings, Form::Batch) {
            Ok((draft, sums)) => {
                drafts.push(draft);
                sent_ids.push((entry.id, sums));
            }
            Err(error) => failed.push(batch::failed(&entry.id, error)?),
        }
    }
    let engine = ctx.state::<Sqs>().engine();
    let mut sent = Vec::new();
    if !drafts.is_empty() {
        let groups: Vec<_> = drafts.iter().map(|draft| draft.group.clone().unwrap_or_default()).collect();
        let groups: Vec<_> = groups.iter().map(String::as_str).collect();
        engine.admit_send(&queue, &groups).map_err(|refusal| told(ctx, refusal))?;
        let sealing = calls::sealing(ctx, &queue).await?;
        let all = engine.send(&queue, drafts, &ctx.caller.user_id(), &sealing).await;
        sent = all.map_err(|refusal| told(ctx, refusal))?;
    }
    let done = sent_ids.into_iter().zip(sent).map(|((id, sums), sent)| entry_sent(&queue, id, sums, &sent)).collect();
    Ok(SendMessageBatchOutput { successful: some(done), failed: some(failed) })
}

fn entry_sent(queue: &Queue, id: String, sums: Sums, sent: &Sent) -> SendMessageBatchResultEntry {
    SendMessageBatchResultEntry {
        id,
        message_id: uuid(sent.id),
        md5_of_message_body: hex(&sent.body_md5),
        md5_of_message_attributes: sums.attributes,
        md5_of_message_system_attributes: sums.system,
        sequence_number: queue.is_fifo().then(|| sequence_number(sent.number)),
    }
}

/// On a FIFO queue a missing id fails the whole batch, in words that differ from a single message's.
fn check_order(input: &SendMessageBatchInput, by_content: bool) -> Result<(), Error> {
    for entry in &input.entries {
        if !by_content && entry.message_deduplication_id.is_none() {
            let text = "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided \
                        explicitly";
            return Err(invalid_text(text));
        }
        if entry.message_group_id.is_none() {
            return Err(invalid_text("The request must contain the parameter MessageGroupId."));
        }
    }
    Ok(())
}

fn check_total(input: &SendMessageBatchInput) -> Result<(), Error> {
    let value = |value: &api_sqs::MessageAttributeValue| {
        let text = value.string_value.as_ref().map_or(0, String::len);
        value.data_type.len() + text + value.binary_value.as_ref().map_or(0, smithy::Bytes::len)
    };
    let attributes = |entry: &api_sqs::SendMessageBatchRequestEntry| {
        let all = entry.message_attributes.iter().flatten();
        all.map(|(name, attribute)| name.len() + value(attribute)).sum::<usize>()
    };
    let total: usize = input.entries.iter().map(|entry| entry.message_body.len() + attributes(entry)).sum();
    let most = limits::MESSAGE_BYTES;
    if total > most as usize {
        let text = format!("Batch requests cannot be longer than {most} bytes. You have sent {total} bytes.");
        return Err(errors::batch_request_too_long(text).into());
    }
    Ok(())
}

/// Hides received messages for the visibility timeout; waits up to `WaitTimeSeconds` for the first.
pub(crate) async fn receive_message(ctx: &Ctx, input: ReceiveMessageInput) -> Outcome<ReceiveMessage> {
    let queue = address::queue(ctx, &input.queue_url).await?;
    let shown = Shown::from_input(&input)?;
    let (wanted, wait) = wanted(input, &queue)?;
    let engine = ctx.state::<Sqs>().engine();
    let received = engine.receive(&queue, &wanted, wait).await.map_err(|refusal| told(ctx, refusal))?;
    let mut messages = Vec::with_capacity(received.len());
    for one in &received {
        match calls::open(ctx, &queue, &one.message.content).await {
            Ok(text) => messages.push(shown.message(&queue, ctx.cloud().page_tokens(), one, text)),
            Err(error) => {
                engine.put_back(&queue, &received).await;
                return Err(error);
            }
        }
    }
    Ok(ReceiveMessageOutput { messages: some(messages) })
}

fn wanted(input: ReceiveMessageInput, queue: &Queue) -> Result<(Wanted, Duration), Error> {
    let settings = &queue.record().settings;
    let count = input.max_number_of_messages.unwrap_or(1);
    if !limits::RECEIVE_COUNT.contains(&count) {
        return Err(invalid(count, "MaxNumberOfMessages", "Must be between 1 and 10, if provided."));
    }
    let wait = within(input.wait_time_seconds, settings.wait, limits::WAIT)
        .map_err(|wait| invalid(wait, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided."))?;
    let hide = within(input.visibility_timeout, settings.visibility, limits::VISIBILITY)
        .map_err(|hide| invalid(hide, "VisibilityTimeout", "Must be >= 0 and <= 43200, if provided."))?;
    let attempt = check_token(input.receive_request_attempt_id, "ReceiveRequestAttemptId")?;
    if let (Some(attempt), None) = (&attempt, settings.fifo) {
        let reason = "The request include parameter that is not valid for this queue type.";
        return Err(invalid(attempt, "ReceiveRequestAttemptId", reason));
    }
    let seconds = |seconds: u32| Duration::from_secs(seconds.into());
    let count = usize::try_from(count).unwrap_or(1);
    Ok((Wanted { count, hide: seconds(hide), attempt, short: wait == 0 }, seconds(wait)))
}

fn within(asked: Option<i32>, usual: u32, range: std::ops::RangeInclusive<u32>) -> Result<u32, i32> {
    let Some(asked) = asked else { return Ok(usual) };
    u32::try_from(asked).ok().filter(|asked| range.contains(asked)).ok_or(asked)
}

/// Deletes a message by the handle of its receive.
pub(crate) async fn delete_message(ctx: &Ctx, input: DeleteMessageInput) -> Outcome<DeleteMessage> {
    let queue = address::queue(ctx, &input.queue_url).await?;
    let receipt = open(ctx, &input.receipt_handle)?;
    let outcomes =
        ctx.state::<Sqs>().engine().delete(&queue, &[receipt]).await.map_err(|refusal| told(ctx, refusal))?;
    let refused = |refusal| handle_refused(ctx, refusal, &input.receipt_handle, 0);
    outcomes.into_iter().try_for_each(|outcome| outcome.map_err(refused))?;
    Ok(DeleteMessageOutput {})
}

/// Deletes up to ten messages, each for itself.
pub(crate) async fn delete_message_batch(ctx: &Ctx, input: DeleteMessageBatchInput) -> Outcome<DeleteMessageBatch> {
    let queue = address::queue(ctx, &input.queue_url).await?;
    batch::check(input.entries.iter().map(|entry| entry.id.as_str()), "DeleteMessageBatchRequestEntry")?;
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    let (mut entries, mut receipts) = (Vec::new(), Vec::new());
    for entry in input.entries {
        match open(ctx, &entry.receipt_handle) {
            Ok(receipt) => {
                receipts.push(receipt);
                entries.push(entry);
            }
            Err(error) => failed.push(batch::failed(&entry.id, error)?),
        }
    }
    let outcomes = ctx.state::<Sqs>().engine().delete(&queue, &receipts).await.map_err(|refusal| told(ctx, refusal))?;
    for (entry, outcome) in entries.into_iter().zip(outcomes) {
        match outcome {
            Ok(()) => successful.push(DeleteMessageBatchResultEntry { id: entry.id }),
            Err(refusal) => {
                let error = handle_refused(ctx, refusal, &entry.receipt_handle, 0);
                failed.push(batch::failed(&entry.id, error)?);
            }
        }
    }
    Ok(DeleteMessageBatchOutput { successful: some(successful), failed: some(failed) })
}

/// Reads a handle.
pub(crate) fn open(ctx: &Ctx, handle: &str) -> Result<Receipt, Error> {
    if handle.is_empty() {
        return Err(missing("ReceiptHandle"));
    }
    Receipt::open(ctx.cloud().page_tokens(), handle).ok_or_else(|| bad_handle(handle))
}

/// A list that AWS leaves out when it is empty.
pub(crate) fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}
