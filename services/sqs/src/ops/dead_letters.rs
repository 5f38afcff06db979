//! Dead letters: which queues send theirs to a queue, and the tasks that move them back.

use api_sqs::{
    CancelMessageMoveTask, CancelMessageMoveTaskInput, CancelMessageMoveTaskOutput, ListDeadLetterSourceQueues,
    ListDeadLetterSourceQueuesInput, ListDeadLetterSourceQueuesOutput, ListMessageMoveTasks, ListMessageMoveTasksInput,
    ListMessageMoveTasksOutput, ListMessageMoveTasksResultEntry, StartMessageMoveTask, StartMessageMoveTaskInput,
    StartMessageMoveTaskOutput,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use service_kit::{Access, Ctx, Error, Outcome, paging};

use super::address::{self, access_to, url};
use super::message::some;
use super::queue::page_size;
use crate::Sqs;
use crate::engine::moves::MoveKey;
use crate::engine::queue::Home;
use crate::error::{invalid, invalid_text, missing, no_resource, told};
use crate::limits;
use crate::store::{MoveRecord, MoveStatus};

/// Lists the queues whose dead letters go to a queue.
pub(crate) async fn list_dead_letter_source_queues(
    ctx: &Ctx,
    input: ListDeadLetterSourceQueuesInput,
) -> Outcome<ListDeadLetterSourceQueues> {
    let queue = address::queue(ctx, &input.queue_url).await?;
    let limit = page_size(input.max_results)?;
    let after = paging::position(ctx, &queue.home.name, input.next_token.as_deref())?;
    let names = ctx.state::<Sqs>().engine().sources(&queue, after.as_deref(), limit + 1).await?;
    let page = paging::page(ctx, &queue.home.name, names, limit, Clone::clone);
    let queue_urls = page.items.iter().map(|name| url(ctx, &queue.home.sibling(name))).collect();
    let next_token = page.next_token.filter(|_| input.max_results.is_some());
    Ok(ListDeadLetterSourceQueuesOutput { queue_urls, next_token })
}

/// Starts to move a dead-letter queue's messages to where they came from, or to a queue of choice.
pub(crate) async fn start_message_move_task(
    ctx: &Ctx,
    input: StartMessageMoveTaskInput,
) -> Outcome<StartMessageMoveTask> {
    let source = by_arn(&input.source_arn, "SourceArn")?;
    let destination = input.destination_arn.as_deref().filter(|arn| !arn.is_empty());
    let destination = destination.map(|arn| by_arn(arn, "DestinationArn")).transpose()?;
    let rate = input.max_number_of_messages_per_second.map(check_rate).transpose()?;
    let started = ctx.state::<Sqs>().engine().start_move(&source, destination.as_ref(), rate).await;
    let task = started.map_err(|refusal| told(ctx, refusal))?;
    Ok(StartMessageMoveTaskOutput { task_handle: Some(handle(&task, &source)) })
}

/// Stops a task; what it moved stays moved.
pub(crate) async fn cancel_message_move_task(
    ctx: &Ctx,
    input: CancelMessageMoveTaskInput,
) -> Outcome<CancelMessageMoveTask> {
    let (task, source) = open_handle(&input.task_handle)?;
    let moved = ctx.state::<Sqs>().engine().cancel_move(&source, &task).await.map_err(|refusal| told(ctx, refusal))?;
    Ok(CancelMessageMoveTaskOutput { approximate_number_of_messages_moved: i64::try_from(moved).ok() })
}

/// Shows a queue's tasks, newest first; one unless more are asked for.
pub(crate) async fn list_message_move_tasks(
    ctx: &Ctx,
    input: ListMessageMoveTasksInput,
) -> Outcome<ListMessageMoveTasks> {
    let source = by_arn(&input.source_arn, "SourceArn")?;
    let count = input.max_results.unwrap_or(1);
    if !limits::MOVES_SHOWN.contains(&count) {
        return Err(invalid(count, "MaxResults", "Must be between 1 and 10, if provided."));
    }
    let tasks = ctx.state::<Sqs>().engine().list_moves(&source, usize::try_from(count).unwrap_or(1)).await;
    let tasks = tasks.map_err(|refusal| told(ctx, refusal))?;
    Ok(ListMessageMoveTasksOutput { results: some(tasks.iter().map(|(key, task)| show(&source, key, task)).collect()) })
}

fn show(source: &Home, key: &MoveKey, task: &MoveRecord) -> ListMessageMoveTasksResultEntry {
    let (status, failure) = match &task.status {
        MoveStatus::Running => ("RUNNING", None),
        MoveStatus::Cancelling => ("CANCELLING", None),
        MoveStatus::Cancelled => ("CANCELLED", None),
        MoveStatus::Completed => ("COMPLETED", None),
        MoveStatus::Failed(reason) => ("FAILED", Some(reason.clone())),
    };
    ListMessageMoveTasksResultEntry {
        // Only a running task can be cancelled, so only it shows its handle.
        task_handle: (task.status == MoveStatus::Running).then(|| handle(&key.2, source)),
        status: Some(status.to_owned()),
        source_arn: Some(source.arn().to_string()),
        destination_arn: task.destination.as_ref().map(|name| source.sibling(name).arn().to_string()),
        max_number_of_messages_per_second: task.rate.and_then(|rate| rate.try_into().ok()),
        approximate_number_of_messages_moved: i64::try_from(task.moved).ok(),
        approximate_number_of_messages_to_move: i64::try_from(task.to_move).ok(),
        failure_reason: failure,
        started_timestamp: Some(key.1.millis()),
    }
}

/// A task's handle, of the form that AWS's have.
fn handle(task: &str, source: &Home) -> String {
    STANDARD.encode(serde_json::json!({"taskId": task, "sourceArn": source.arn().to_string()}).to_string())
}

fn open_handle(handle: &str) -> Result<(String, Home), Error> {
    if handle.is_empty() {
        return Err(missing("TaskHandle"));
    }
    let invalid = || invalid_text("Value for parameter TaskHandle is invalid.");
    let bytes = STANDARD.decode(handle).map_err(|_| invalid())?;
    let parts: serde_json::Value = serde_json::from_slice(&bytes).map_err(|_| invalid())?;
    let part = |name: &str| parts.get(name).and_then(serde_json::Value::as_str).ok_or_else(invalid);
    Ok((part("taskId")?.to_owned(), by_arn(part("sourceArn")?, "SourceArn")?))
}

fn by_arn(arn: &str, parameter: &str) -> Result<Home, Error> {
    if arn.is_empty() {
        return Err(missing(parameter));
    }
    Home::of_arn(arn).ok_or_else(|| no_resource(parameter))
}

fn check_rate(rate: i32) -> Result<u32, Error> {
    let fine = u32::try_from(rate).ok().filter(|_| limits::MOVE_RATE.contains(&rate));
    fine.ok_or_else(|| invalid(rate, "MaxNumberOfMessagesPerSecond", "Must be between 1 and 500, if provided."))
}

/// What a request that names its queue by ARN touches.
pub(crate) fn access_by_arn(_ctx: &Ctx, arn: &str) -> Result<Access, Error> {
    by_arn(arn, "SourceArn").map(|home| access_to(&home))
}

/// What cancelling a task touches: the queue its handle names. Tasks cannot be cancelled across accounts, so another
/// account's queue is not there.
pub(crate) fn access_by_task(ctx: &Ctx, input: &CancelMessageMoveTaskInput) -> Result<Access, Error> {
    let (_, home) = open_handle(&input.task_handle)?;
    if home.account == ctx.account() { Ok(access_to(&home)) } else { Err(no_resource("SourceArn")) }
}
