//! Records, put.

use api_firehose::{
    PutRecord, PutRecordBatch, PutRecordBatchInput, PutRecordBatchOutput, PutRecordBatchResponseEntry, PutRecordInput,
    PutRecordOutput, errors,
};
use bytes::Bytes;
use service_kit::{Ctx, Error, Outcome};

use super::stream::engine;
use super::{find, post};
use crate::error::invalid;
use crate::limits;
use crate::store::{Encryption, Source};

/// Puts one record.
pub(crate) async fn put_record(ctx: &Ctx, input: PutRecordInput) -> Outcome<PutRecord> {
    let encrypted = put(ctx, &input.delivery_stream_name, &[input.record.data]).await?;
    Ok(PutRecordOutput { record_id: record_id(ctx), encrypted: Some(encrypted) })
}

/// Puts records, all or none.
pub(crate) async fn put_record_batch(ctx: &Ctx, input: PutRecordBatchInput) -> Outcome<PutRecordBatch> {
    let records: Vec<Bytes> = input.records.into_iter().map(|record| record.data).collect();
    if records.iter().map(Bytes::len).sum::<usize>() > limits::BATCH_BYTES {
        return Err(invalid("Records size exceeds 4 MB limit"));
    }
    let encrypted = put(ctx, &input.delivery_stream_name, &records).await?;
    let entry = |_| PutRecordBatchResponseEntry { record_id: Some(record_id(ctx)), ..Default::default() };
    Ok(PutRecordBatchOutput {
        failed_put_count: 0,
        encrypted: Some(encrypted),
        request_responses: records.iter().map(entry).collect(),
    })
}

async fn put(ctx: &Ctx, name: &str, records: &[Bytes]) -> Result<bool, Error> {
    let stream = find(ctx, name).await?;
    let known = stream.known();
    if matches!(known.record.source, Source::Kinesis { .. }) {
        let text = format!("{} is not a DirectPut type delivery stream", stream.home.arn());
        return Err(errors::invalid_argument_exception(text).into());
    }
    engine(ctx).buffer(&stream, records, None).await?;
    post(ctx, stream).serve();
    Ok(known.record.encryption != Encryption::Off)
}

/// 192 letters and digits, as AWS's are.
fn record_id(ctx: &Ctx) -> String {
    ctx.random().alphanumeric(192)
}
