//! Exports of events into buckets: asked for, looked at, cancelled. `exports.rs` does them.

use api_logs::{
    CancelExportTask, CancelExportTaskInput, CancelExportTaskOutput, CreateExportTask, CreateExportTaskInput,
    CreateExportTaskOutput, DescribeExportTasks, DescribeExportTasksInput, DescribeExportTasksOutput, ExportTask,
    ExportTaskExecutionInfo, ExportTaskStatus, ExportTaskStatusCode,
};
use service_kit::{Ctx, Error, Outcome, paging};
use store::Span;

use super::address::{self, engine, own};
use crate::error::{invalid, missing, too_many};
use crate::store::{EXPORTS, ExportRecord, ExportState};
use crate::{exports, limits};

/// How keys begin when nobody says. Source: CreateExportTask.
const PREFIX: &str = "exportedlogs";

/// Asks for an export. One at a time in an account. Source: quotas.
pub(crate) async fn create_export_task(ctx: &Ctx, input: CreateExportTaskInput) -> Outcome<CreateExportTask> {
    if input.from > input.to {
        return Err(invalid("The specified from time must be before the to time."));
    }
    let group = address::group(ctx, &input.log_group_name).await?;
    let put = &ExportRecord {
        name: input.task_name,
        group: group.name.clone(),
        streams: input.log_stream_name_prefix,
        from: input.from,
        to: input.to,
        bucket: input.destination,
        prefix: input.destination_prefix.filter(|prefix| !prefix.is_empty()).unwrap_or_else(|| PREFIX.to_owned()),
        state: ExportState::Pending,
        message: None,
        created: ctx.now(),
        ended: None,
    };
    exports::try_out(ctx.cloud(), &group.home, put).await?;
    let (scope, id) = (group.home.scope(), ctx.random().uuid());
    let key = id.as_str();
    engine(ctx)
        .store()
        .transact(|tx| {
            let scope = &scope;
            async move {
                let there = EXPORTS.scan_all(&tx, scope, &Span::all()).await?;
                if there.iter().any(|(_, record)| exports::is_open(record)) {
                    return Err(too_many());
                }
                Ok::<_, Error>(EXPORTS.put(&tx, scope, &key, put)?)
            }
        })
        .await?;
    engine(ctx).chores().exports.signal();
    Ok(CreateExportTaskOutput { task_id: Some(id) })
}

/// Cancels an export.
pub(crate) async fn cancel_export_task(ctx: &Ctx, input: CancelExportTaskInput) -> Outcome<CancelExportTask> {
    let (scope, id) = (own(ctx).scope(), input.task_id.as_str());
    let view = engine(ctx).store().read().await?;
    let there = EXPORTS.get(&view, &scope, &id).await?;
    there.ok_or_else(|| missing("The specified export task does not exist."))?;
    let cancel = |record: &mut ExportRecord| {
        record.state = match record.state {
            ExportState::Pending => ExportState::Cancelled,
            _ => ExportState::PendingCancel,
        };
    };
    if exports::change(engine(ctx), &scope, id, cancel).await?.is_none() {
        return Err(
            api_logs::errors::invalid_operation_exception("The specified export task has already finished.").into()
        );
    }
    Ok(CancelExportTaskOutput {})
}

/// Exports, the latest first.
pub(crate) async fn describe_export_tasks(ctx: &Ctx, input: DescribeExportTasksInput) -> Outcome<DescribeExportTasks> {
    let filters = format!("{:?}/{:?}", input.task_id, input.status_code.as_ref().map(ExportTaskStatusCode::as_str));
    let after = paging::position(ctx, &filters, input.next_token.as_deref())?;
    let start = after.and_then(|place| place.parse::<usize>().ok()).unwrap_or(0);
    let view = engine(ctx).store().read().await?;
    let mut found = EXPORTS.scan_all(&view, &own(ctx).scope(), &Span::all()).await?;
    found.retain(|(id, record)| {
        input.task_id.as_ref().is_none_or(|wanted| wanted == id)
            && input.status_code.as_ref().is_none_or(|wanted| *wanted == shown_state(record.state))
    });
    found.sort_by_key(|(_, record)| std::cmp::Reverse(record.created));
    let limit = address::page_size(input.limit, limits::LIST_PAGE);
    let found = found.into_iter().enumerate().skip(start).take(limit + 1).collect();
    let page = paging::page(ctx, &filters, found, limit, |(place, _)| (place + 1).to_string());
    let export_tasks = page.items.into_iter().map(|(_, (id, record))| shown(id, record)).collect();
    Ok(DescribeExportTasksOutput { export_tasks: Some(export_tasks), next_token: page.next_token })
}

fn shown(id: String, record: ExportRecord) -> ExportTask {
    ExportTask {
        task_id: Some(id),
        task_name: record.name,
        log_group_name: Some(record.group),
        from: Some(record.from),
        to: Some(record.to),
        destination: Some(record.bucket),
        destination_prefix: Some(record.prefix),
        status: Some(ExportTaskStatus { code: Some(shown_state(record.state)), message: record.message }),
        execution_info: Some(ExportTaskExecutionInfo {
            creation_time: Some(record.created.millis()),
            completion_time: record.ended.map(names::Timestamp::millis),
        }),
    }
}

fn shown_state(state: ExportState) -> ExportTaskStatusCode {
    match state {
        ExportState::Pending => ExportTaskStatusCode::Pending,
        ExportState::Running => ExportTaskStatusCode::Running,
        ExportState::Completed => ExportTaskStatusCode::Completed,
        ExportState::Failed => ExportTaskStatusCode::Failed,
        ExportState::PendingCancel => ExportTaskStatusCode::PendingCancel,
        ExportState::Cancelled => ExportTaskStatusCode::Cancelled,
    }
}
