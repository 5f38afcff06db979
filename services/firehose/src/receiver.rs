//! What other services send to a delivery stream: each parcel becomes a record, put in the sender's name.

use api_firehose::{PutRecordBatch, PutRecordBatchInput, Record};
use names::Arn;
use service_kit::{BoxFuture, Error, Fault, Parcel, Receipt, Receiver, Sender};
use smithy::ApiError;

use crate::limits;

/// Takes parcels for delivery streams.
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
        bytes += parcel.body.len();
        bytes <= limits::BATCH_BYTES
    };
    parcels.iter().take(limits::BATCH_RECORDS).take_while(fits).count().max(1)
}

async fn put(sender: &Sender, to: &Arn, parcels: Vec<Parcel>) -> Vec<Result<Receipt, Error>> {
    let once: Vec<u128> = parcels.iter().map(|parcel| parcel.id).collect();
    let count = parcels.len();
    let region = to.region_code().unwrap_or_else(|| sender.cloud.default_region().clone());
    let name = to.resource.strip_prefix("deliverystream/").unwrap_or(&to.resource).to_owned();
    let records = parcels.into_iter().map(|parcel| Record { data: parcel.body.into() }).collect();
    let input = PutRecordBatchInput { delivery_stream_name: name, records };
    match sender.call::<PutRecordBatch>(&region, &once, input).await {
        Ok(output) if output.request_responses.len() == count => {
            let receipt = |entry: api_firehose::PutRecordBatchResponseEntry| match entry.record_id {
                Some(id) => Ok(Receipt { id, answer: None }),
                None => Err(Fault::Unavailable { internal: entry.error_message.unwrap_or_default() }.into()),
            };
            output.request_responses.into_iter().map(receipt).collect()
        }
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
