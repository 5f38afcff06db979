//! What other services deliver to functions: events of topics, buckets, rules and schedules, run later; and what pipes ask,
//! answered at once. The sender must be allowed to invoke the function.

use api_lambda::{InvocationType, Invoke, InvokeInput};
use names::Arn;
use service_kit::{BoxFuture, Error, Fault, Parcel, Receipt, Receiver, Sender};

/// The functions, as receivers.
pub(crate) struct Functions;

impl Receiver for Functions {
    fn receive<'a>(
        &'a self,
        sender: &'a Sender,
        to: &'a Arn,
        parcels: Vec<Parcel>,
    ) -> BoxFuture<'a, Vec<Result<Receipt, Error>>> {
        Box::pin(async move {
            let mut receipts = Vec::with_capacity(parcels.len());
            for parcel in parcels {
                receipts.push(invoke(sender, to, parcel).await);
            }
            receipts
        })
    }
}

async fn invoke(sender: &Sender, to: &Arn, parcel: Parcel) -> Result<Receipt, Error> {
    let region = to.region_code().unwrap_or_else(|| sender.cloud.default_region().clone());
    let waits = waits(sender, &parcel);
    let input = InvokeInput {
        function_name: to.to_string(),
        invocation_type: Some(if waits { InvocationType::RequestResponse } else { InvocationType::Event }),
        payload: Some(parcel.body.into()),
        ..InvokeInput::default()
    };
    let output = sender.call::<Invoke>(&region, &[parcel.id], input).await?;
    let answer = output.payload.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    if output.function_error.is_some() {
        return Err(Fault::internal(format!("the function failed: {}", answer.unwrap_or_default())).into());
    }
    Ok(Receipt { id: format!("{:032x}", parcel.id), answer: answer.filter(|_| waits) })
}

/// Pipes wait for their enrichments and, unless they say otherwise, for their targets.
fn waits(sender: &Sender, parcel: &Parcel) -> bool {
    let pipes = sender.source_arn.as_deref().is_some_and(|arn| arn.contains(":pipes:"));
    let asked = parcel.parameters["LambdaFunctionParameters"]["InvocationType"].as_str();
    pipes && asked != Some("FIRE_AND_FORGET")
}
