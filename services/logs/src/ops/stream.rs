//! Log streams: created, listed, deleted.

use api_logs::{
    CreateLogStream, CreateLogStreamInput, CreateLogStreamOutput, DeleteLogStream, DeleteLogStreamInput,
    DeleteLogStreamOutput, DescribeLogStreams, DescribeLogStreamsInput, DescribeLogStreamsOutput, LogStream, OrderBy,
};
use service_kit::{Ctx, Error, Outcome, paging};
use store::Order;

use super::address::{self, engine};
use crate::engine::group::Group;
use crate::engine::stream::Stream;
use crate::error::{invalid, told};
use crate::limits;

/// Creates a stream.
pub(crate) async fn create_log_stream(ctx: &Ctx, input: CreateLogStreamInput) -> Outcome<CreateLogStream> {
    let group = address::group(ctx, &input.log_group_name).await?;
    engine(ctx).create_stream(&group, &input.log_stream_name).await.map_err(told)?;
    Ok(CreateLogStreamOutput {})
}

/// Deletes a stream with its events.
pub(crate) async fn delete_log_stream(ctx: &Ctx, input: DeleteLogStreamInput) -> Outcome<DeleteLogStream> {
    let group = address::group(ctx, &input.log_group_name).await?;
    engine(ctx).delete_stream(&group, &input.log_stream_name).await.map_err(told)?;
    Ok(DeleteLogStreamOutput {})
}

/// Describes streams by name, or by their last events.
pub(crate) async fn describe_log_streams(ctx: &Ctx, input: DescribeLogStreamsInput) -> Outcome<DescribeLogStreams> {
    let place = address::either(ctx, input.log_group_name.as_deref(), input.log_group_identifier.as_deref())?;
    let by_time = matches!(input.order_by, Some(OrderBy::LastEventTime));
    let prefix = input.log_stream_name_prefix.as_deref().unwrap_or_default();
    if by_time && !prefix.is_empty() {
        return Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
    }
    let group = address::group_at(ctx, &place).await?;
    let order = if input.descending.unwrap_or(false) { Order::Descending } else { Order::Ascending };
    let filters = format!("{}/{by_time}/{order:?}/{prefix}", group.no());
    let position = paging::position(ctx, &filters, input.next_token.as_deref())?;
    let limit = address::page_size(input.limit, limits::LIST_PAGE);
    let found = if by_time {
        let after = position.as_deref().map(recent_place).transpose()?;
        engine(ctx).streams_by_time(&group, after, order, limit + 1).await
    } else {
        engine(ctx).streams_by_name(&group, prefix, position.as_deref(), order, limit + 1).await
    };
    let last = |stream: &Stream| match by_time {
        true => format!("{}/{}", stream.tail.last.unwrap_or(0), stream.name),
        false => stream.name.clone(),
    };
    let page = paging::page(ctx, &filters, found.map_err(told)?, limit, last);
    let log_streams = page.items.into_iter().map(|stream| shown(&group, stream)).collect();
    Ok(DescribeLogStreamsOutput { log_streams: Some(log_streams), next_token: page.next_token })
}

fn recent_place(position: &str) -> Result<(i64, String), Error> {
    let place = position.split_once('/').and_then(|(at, name)| Some((at.parse().ok()?, name.to_owned())));
    place.ok_or_else(|| service_kit::Fault::InvalidPageToken.into())
}

/// A stream as AWS shows it. Source of its size: LogStream.storedBytes is always zero since 2019.
fn shown(group: &Group, stream: Stream) -> LogStream {
    let written = stream.tail.last.is_some();
    LogStream {
        arn: Some(group.home.stream_arn(&group.name, &stream.name)),
        creation_time: Some(stream.record.created.millis()),
        first_event_timestamp: stream.first,
        last_event_timestamp: stream.tail.last.filter(|_| stream.first.is_some()),
        last_ingestion_time: written.then_some(stream.tail.ingested),
        upload_sequence_token: written.then(|| super::event::sequence_token(stream.record.no, stream.tail.ingested)),
        stored_bytes: Some(0),
        log_stream_name: Some(stream.name),
    }
}
