//! What other services send to a stream: each parcel becomes a record, put in the sender's name.

use api_kinesis::{PutRecords, PutRecordsInput, PutRecordsRequestEntry};
use names::{Arn, Region};
use service_kit::{BoxFuture, Error, Fault, Parcel, Receipt, Receiver, Sender};
use smithy::ApiError;

use crate::limits;

/// Takes parcels for streams.
pub(crate) struct Streams;

impl Receiver for Streams {
    fn receive<'a>(
        &'a self,
        sender: &'a Sender,
        to: &'a Arn,
        parcels: Vec<Parcel>,
    ) -> BoxFuture<'a, Vec<Result<Receipt, Error>>> {
        Box::pin(async move {
            let mut receipts = Vec::with_capacity(parcels.len());
            let mut rest = parcels;
            while !rest.is_empty() {
                let later = rest.split_off(batch(&rest));
                receipts.extend(put(sender, to, rest).await);
                rest = later;
            }
            receipts
        })
    }
}

/// How many parcels go into one call: one at least, and no more than a call takes.
fn batch(parcels: &[Parcel]) -> usize {
    let mut bytes = 0;
    let fits = |parcel: &&Parcel| {
        bytes += parcel.body.len() + 256;
        bytes <= limits::BATCH_BYTES
    };
    parcels.iter().take(limits::BATCH_RECORDS).take_while(fits).count().max(1)
}

async fn put(sender: &Sender, to: &Arn, parcels: Vec<Parcel>) -> Vec<Result<Receipt, Error>> {
    let once: Vec<u128> = parcels.iter().map(|parcel| parcel.id).collect();
    let count = parcels.len();
    let region = to.region_code().unwrap_or_else(|| sender.cloud.default_region().clone());
    let input = PutRecordsInput {
        records: parcels.into_iter().map(record).collect(),
        stream_arn: Some(to.to_string()),
        ..PutRecordsInput::default()
    };
    match called(sender, &region, &once, input).await {
        Ok(receipts) if receipts.len() == count => receipts,
        Ok(_) => (0..count).map(|_| Err(Fault::internal("records and answers differ in number").into())).collect(),
        // The call as a whole failed, and each parcel with it.
        Err(error) => (0..count).map(|_| Err(same(&error))).collect(),
    }
}

fn same(error: &Error) -> Error {
    match error {
        Error::Modeled(error) => ApiError::new(error.schema, error.message.clone()).into(),
        Error::Fault(fault) => fault.clone().into(),
    }
}

async fn called(
    sender: &Sender,
    region: &Region,
    once: &[u128],
    input: PutRecordsInput,
) -> Result<Vec<Result<Receipt, Error>>, Error> {
    let output = sender.call::<PutRecords>(region, once, input).await?;
    let receipts = output.records.into_iter().map(|entry| match entry.sequence_number {
        Some(id) => Ok(Receipt { id, answer: None }),
        None => Err(Fault::Throttled { message: entry.error_message.unwrap_or_default() }.into()),
    });
    Ok(receipts.collect())
}

/// Without a partition key the parcel's own number spreads records over the shards. Source: EventBridge's `KinesisParameters`:
/// the event's id is the key when nothing else is said.
fn record(parcel: Parcel) -> PutRecordsRequestEntry {
    let partition_key = parcel.partition_key.filter(|key| !key.is_empty()).unwrap_or_else(|| uuid(parcel.id));
    PutRecordsRequestEntry { data: parcel.body.into(), partition_key, explicit_hash_key: None }
}

fn uuid(id: u128) -> String {
    let hex = format!("{id:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
