//! How long received messages stay hidden.

use api_sqs::{
    ChangeMessageVisibility, ChangeMessageVisibilityBatch, ChangeMessageVisibilityBatchInput,
    ChangeMessageVisibilityBatchOutput, ChangeMessageVisibilityBatchResultEntry, ChangeMessageVisibilityInput,
    ChangeMessageVisibilityOutput,
};
use service_kit::{Ctx, Error, Outcome};

use super::message::{open, some};
use super::{address, batch};
use crate::Sqs;
use crate::engine::receipt::Receipt;
use crate::error::{handle_refused, invalid, missing, told};
use crate::limits;

/// Hides a received message for so many seconds from now on.
pub(crate) async fn change_message_visibility(
    ctx: &Ctx,
    input: ChangeMessageVisibilityInput,
) -> Outcome<ChangeMessageVisibility> {
    let queue = address::queue(ctx, &input.queue_url).await?;
    let change = read(ctx, &input.receipt_handle, Some(input.visibility_timeout))?;
    let outcomes = ctx.state::<Sqs>().engine().hide(&queue, &[change]).await.map_err(|refusal| told(ctx, refusal))?;
    let refused = |refusal| handle_refused(ctx, refusal, &input.receipt_handle, change.1);
    outcomes.into_iter().try_for_each(|outcome| outcome.map_err(refused))?;
    Ok(ChangeMessageVisibilityOutput {})
}

/// The same for up to ten messages, each for itself.
pub(crate) async fn change_message_visibility_batch(
    ctx: &Ctx,
    input: ChangeMessageVisibilityBatchInput,
) -> Outcome<ChangeMessageVisibilityBatch> {
    let queue = address::queue(ctx, &input.queue_url).await?;
    let entry_name = "ChangeMessageVisibilityBatchRequestEntry";
    batch::check(input.entries.iter().map(|entry| entry.id.as_str()), entry_name)?;
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    let (mut entries, mut changes) = (Vec::new(), Vec::new());
    for entry in input.entries {
        match read(ctx, &entry.receipt_handle, entry.visibility_timeout) {
            Ok(change) => {
                changes.push(change);
                entries.push(entry);
            }
            Err(error) => failed.push(batch::failed(&entry.id, error)?),
        }
    }
    let outcomes = ctx.state::<Sqs>().engine().hide(&queue, &changes).await.map_err(|refusal| told(ctx, refusal))?;
    for ((entry, outcome), (_, seconds)) in entries.into_iter().zip(outcomes).zip(changes) {
        match outcome {
            Ok(()) => successful.push(ChangeMessageVisibilityBatchResultEntry { id: entry.id }),
            Err(refusal) => {
                let error = handle_refused(ctx, refusal, &entry.receipt_handle, seconds);
                failed.push(batch::failed(&entry.id, error)?);
            }
        }
    }
    Ok(ChangeMessageVisibilityBatchOutput { successful: some(successful), failed: some(failed) })
}

fn read(ctx: &Ctx, handle: &str, seconds: Option<i32>) -> Result<(Receipt, u32), Error> {
    let seconds = seconds.ok_or_else(|| missing("VisibilityTimeout"))?;
    let fine = u32::try_from(seconds).ok().filter(|seconds| limits::VISIBILITY.contains(seconds));
    let reason = "VisibilityTimeout must be an integer between 0 and 43200.";
    let fine = fine.ok_or_else(|| invalid(seconds, "VisibilityTimeout", reason))?;
    Ok((open(ctx, handle)?, fine))
}
