//! Exports of tables to S3.

use api_dynamodb::{
    DescribeExport, DescribeExportInput, DescribeExportOutput, ExportDescription, ExportFormat, ExportStatus,
    ExportSummary, ExportTableToPointInTime, ExportTableToPointInTimeInput, ExportTableToPointInTimeOutput, ExportType,
    ExportViewType, IncrementalExportSpecification, ListExports, ListExportsInput, ListExportsOutput, S3SseAlgorithm,
    errors,
};
use bytes::Bytes;
use names::{Arn, Timestamp};
use service_kit::{Access, Ctx, Error, Outcome, paging};

use super::address;
use crate::Dynamo;
use crate::calls::{self, Bucket, keys};
use crate::engine::table::Home;
use crate::engine::transfer::Format;
use crate::error::invalid;
use crate::store::{ExportRecord, Progress};
use crate::tasks::export::folder;

/// Exports shown at once ("ListExports": `MaxResults` up to 25).
const SHOWN: usize = 25;
/// The shortest and the longest span of changes ("Exporting DynamoDB table data": 15 minutes to 24 hours).
const SPANS: std::ops::RangeInclusive<u64> = 15 * 60..=24 * 3_600;

/// Begins an export. That the bucket can be written to is known once this is answered.
pub(crate) async fn export_table_to_point_in_time(
    ctx: &Ctx,
    input: ExportTableToPointInTimeInput,
) -> Outcome<ExportTableToPointInTime> {
    let home =
        Home::of_arn(&input.table_arn).ok_or_else(|| invalid(format!("Invalid TableArn: {}", input.table_arn)))?;
    let engine = ctx.state::<Dynamo>().engine();
    let table = engine
        .lookup(&home)
        .await?
        .ok_or_else(|| Error::from(errors::table_not_found_exception(format!("Table not found: {}", home.name))))?;
    if let Some((id, record)) = repeated(ctx, &home, &input).await? {
        return Ok(ExportTableToPointInTimeOutput { export_description: Some(described(&home, &id, record)) });
    }
    let state = table.state_kept();
    let Some(recovery) = state.record.recovery else {
        let text = format!("Point in time recovery is not enabled for table '{}'", home.name);
        return Err(errors::point_in_time_recovery_unavailable_exception(text).into());
    };
    let (at, changes) = span(ctx, &input, recovery.since)?;
    keys::unlock(ctx, &table).await?;
    let id = format!("{:014}-{}", ctx.now().micros() / 1_000, ctx.random().hex(4));
    let record = ExportRecord {
        table: table.no,
        table_id: state.record.id.clone(),
        begun: ctx.now(),
        progress: Progress::UnderWay,
        at,
        changes,
        token: input.client_token,
        bucket: input.s3_bucket,
        owner: input.s3_bucket_owner,
        prefix: input.s3_prefix,
        sealed: input.s3_sse_algorithm.map(|algorithm| algorithm.as_str().to_owned()),
        key: input.s3_sse_kms_key_id,
        format: if input.export_format == Some(ExportFormat::Ion) { Format::Ion } else { Format::Json },
        items: 0,
        bytes: 0,
    };
    let key = format!("{}/_started", folder(&record, &id));
    calls::put_as_caller(ctx, &Bucket::of_export(&home, &record), &key, Bytes::new()).await?;
    engine.put_export(&home, &id, &record).await?;
    engine.chores().transfer.signal();
    Ok(ExportTableToPointInTimeOutput { export_description: Some(described(&home, &id, record)) })
}

/// Describes an export.
pub(crate) async fn describe_export(ctx: &Ctx, input: DescribeExportInput) -> Outcome<DescribeExport> {
    let none = || {
        let text = format!("Export not found: {}", input.export_arn);
        Error::from(errors::export_not_found_exception(text))
    };
    let (home, id) = of_arn(&input.export_arn, "/export/").ok_or_else(none)?;
    let record = ctx.state::<Dynamo>().engine().export(&home, &id).await?.ok_or_else(none)?;
    Ok(DescribeExportOutput { export_description: Some(described(&home, &id, record)) })
}

/// Lists exports.
pub(crate) async fn list_exports(ctx: &Ctx, input: ListExportsInput) -> Outcome<ListExports> {
    let table = input
        .table_arn
        .as_deref()
        .map(|arn| Home::of_arn(arn).ok_or_else(|| invalid(format!("Invalid TableArn: {arn}"))));
    let table = table.transpose()?;
    let home = table.clone().unwrap_or_else(|| address::own(ctx, ""));
    let mut found =
        ctx.state::<Dynamo>().engine().exports(&home, table.as_ref().map(|home| home.name.as_str())).await?;
    let after = paging::position(ctx, &home.name, input.next_token.as_deref())?;
    found.retain(|(name, id, _)| after.as_ref().is_none_or(|after| format!("{name}/{id}") > *after));
    let limit = input.max_results.and_then(|most| usize::try_from(most).ok()).filter(|most| (1..=SHOWN).contains(most));
    let limit = limit.unwrap_or(SHOWN);
    let page = paging::page(ctx, &home.name, found, limit, |(name, id, _)| format!("{name}/{id}"));
    let summary = |(name, id, record): (String, String, ExportRecord)| ExportSummary {
        export_arn: Some(export_arn(&home.sibling(&name), &id)),
        export_status: Some(status(&record.progress)),
        export_type: Some(kind(&record)),
    };
    let summaries = page.items.into_iter().map(summary).collect();
    Ok(ListExportsOutput { export_summaries: Some(summaries), next_token: page.next_token })
}

/// What an export touches: the table, and the bucket, to which the caller must be allowed to write.
pub(crate) fn access(ctx: &Ctx, input: &ExportTableToPointInTimeInput) -> Result<Access, Error> {
    let arn = Arn::global(ctx.partition(), "s3", ctx.account(), format!("{}/*", input.s3_bucket));
    let object = format!("arn:{}:s3:::{}/*", arn.partition, input.s3_bucket);
    Ok(Access::to(&input.table_arn).and(Access::to(object).as_action("s3:PutObject")))
}

/// The same request again, under its token ("ExportTableToPointInTime": for eight hours).
async fn repeated(
    ctx: &Ctx,
    home: &Home,
    input: &ExportTableToPointInTimeInput,
) -> Result<Option<(String, ExportRecord)>, Error> {
    let Some(token) = &input.client_token else { return Ok(None) };
    let life = std::time::Duration::from_secs(8 * 3_600);
    let found = ctx.state::<Dynamo>().engine().exports(home, Some(&home.name)).await?;
    let same = |record: &ExportRecord| record.token.as_ref() == Some(token) && record.begun.plus(life) > ctx.now();
    let Some((_, id, record)) = found.into_iter().find(|(.., record)| same(record)) else { return Ok(None) };
    if record.bucket != input.s3_bucket || record.prefix != input.s3_prefix {
        let text = format!("Export with the client token {token} was requested with other parameters");
        return Err(errors::export_conflict_exception(text).into());
    }
    Ok(Some((id, record)))
}

/// The instant that is exported; of changes, the instant before which they end, the first one, and whether items before them
/// are told.
fn span(
    ctx: &Ctx,
    input: &ExportTableToPointInTimeInput,
    since: Timestamp,
) -> Result<(Timestamp, Option<(Timestamp, bool)>), Error> {
    let outside = |at: Timestamp| at < since || at > ctx.now();
    let refused = |text: &str| Err(errors::invalid_export_time_exception(text).into());
    if input.export_type != Some(ExportType::IncrementalExport) {
        let at = input.export_time.unwrap_or(ctx.now());
        return if outside(at) {
            refused("Invalid export time: it lies outside of the recovery window")
        } else {
            Ok((at, None))
        };
    }
    let specification = input.incremental_export_specification.as_ref();
    let specification = specification
        .ok_or_else(|| invalid("IncrementalExportSpecification is required when ExportType is INCREMENTAL_EXPORT"))?;
    let from = specification.export_from_time.ok_or_else(|| invalid("ExportFromTime is required"))?;
    let until = specification.export_to_time.unwrap_or(ctx.now());
    if until < from || outside(from) || outside(until) {
        return refused("Invalid export time: it lies outside of the recovery window");
    }
    if !SPANS.contains(&until.since(from).as_secs()) {
        return refused(
            "Invalid export time: the difference between ExportFromTime and ExportToTime must be between 15 minutes and 24 hours",
        );
    }
    Ok((until, Some((from, specification.export_view_type != Some(ExportViewType::NewImage)))))
}

/// The table and the id of an ARN of one of these.
pub(crate) fn of_arn(text: &str, kind: &str) -> Option<(Home, String)> {
    let home = Home::of_arn(text)?;
    Some((home, text.split_once(kind)?.1.to_owned()))
}

/// The ARN of an export.
pub(crate) fn export_arn(home: &Home, id: &str) -> String {
    format!("{}/export/{id}", home.arn())
}

fn status(progress: &Progress) -> ExportStatus {
    match progress {
        Progress::UnderWay => ExportStatus::InProgress,
        Progress::Done(_) => ExportStatus::Completed,
        Progress::Failed(..) => ExportStatus::Failed,
    }
}

fn kind(record: &ExportRecord) -> ExportType {
    if record.changes.is_some() { ExportType::IncrementalExport } else { ExportType::FullExport }
}

fn described(home: &Home, id: &str, record: ExportRecord) -> ExportDescription {
    let (ended, failure) = match &record.progress {
        Progress::UnderWay => (None, None),
        Progress::Done(at) => (Some(*at), None),
        Progress::Failed(at, code, text) => (Some(*at), Some((code.clone(), text.clone()))),
    };
    let done = matches!(record.progress, Progress::Done(_));
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    ExportDescription {
        export_arn: Some(export_arn(home, id)),
        export_status: Some(status(&record.progress)),
        start_time: Some(record.begun),
        end_time: ended,
        export_manifest: done.then(|| format!("{}/manifest-summary.json", folder(&record, id))),
        table_arn: Some(home.arn().to_string()),
        table_id: Some(record.table_id.clone()),
        export_time: record.changes.is_none().then_some(record.at),
        export_type: Some(kind(&record)),
        incremental_export_specification: record.changes.map(|(from, with_old)| IncrementalExportSpecification {
            export_from_time: Some(from),
            export_to_time: Some(record.at),
            export_view_type: Some(if with_old { ExportViewType::NewAndOldImages } else { ExportViewType::NewImage }),
        }),
        client_token: record.token,
        s3_bucket: Some(record.bucket),
        s3_bucket_owner: record.owner,
        s3_prefix: record.prefix,
        s3_sse_algorithm: Some(record.sealed.map_or(S3SseAlgorithm::Aes256, |sealed| sealed.as_str().into())),
        s3_sse_kms_key_id: record.key,
        failure_code: failure.as_ref().map(|(code, _)| code.clone()),
        failure_message: failure.map(|(_, text)| text),
        export_format: Some(if record.format == Format::Ion { ExportFormat::Ion } else { ExportFormat::DynamodbJson }),
        billed_size_bytes: done.then(|| whole(record.bytes)),
        item_count: done.then(|| whole(record.items)),
    }
}
