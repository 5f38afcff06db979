//! Server-side encryption, switched on and off. Buffers are sealed always; with a key of the user's, KMS is asked whether it
//! can be used.

use api_firehose::{
    DeliveryStreamEncryptionConfigurationInput, KeyType, StartDeliveryStreamEncryption,
    StartDeliveryStreamEncryptionInput, StartDeliveryStreamEncryptionOutput, StopDeliveryStreamEncryption,
    StopDeliveryStreamEncryptionInput, StopDeliveryStreamEncryptionOutput,
};
use service_kit::{Ctx, Error, Outcome};

use super::find;
use super::stream::engine;
use crate::calls::check_key;
use crate::engine::stream::Stream;
use crate::error::{invalid, told};
use crate::store::{Encryption, Source};

/// Switches encryption on.
pub(crate) async fn start_delivery_stream_encryption(
    ctx: &Ctx,
    input: StartDeliveryStreamEncryptionInput,
) -> Outcome<StartDeliveryStreamEncryption> {
    let stream = find(ctx, &input.delivery_stream_name).await?;
    let wanted = match &input.delivery_stream_encryption_configuration_input {
        Some(asked) => wanted(ctx, asked).await?,
        None => Encryption::Aws,
    };
    set(ctx, &stream, &wanted).await?;
    Ok(StartDeliveryStreamEncryptionOutput {})
}

/// Switches encryption off.
pub(crate) async fn stop_delivery_stream_encryption(
    ctx: &Ctx,
    input: StopDeliveryStreamEncryptionInput,
) -> Outcome<StopDeliveryStreamEncryption> {
    let stream = find(ctx, &input.delivery_stream_name).await?;
    set(ctx, &stream, &Encryption::Off).await?;
    Ok(StopDeliveryStreamEncryptionOutput {})
}

async fn set(ctx: &Ctx, stream: &Stream, wanted: &Encryption) -> Result<(), Error> {
    if matches!(stream.known().record.source, Source::Kinesis { .. }) {
        return Err(by_its_source());
    }
    let changed = engine(ctx).change(stream, |record, _| {
        record.encryption = wanted.clone();
        Ok(())
    });
    changed.await.map_err(|refusal| told(&stream.home, refusal))
}

/// A stream of Kinesis keeps what is read from it encrypted itself.
pub(super) fn by_its_source() -> Error {
    invalid(
        "Server-side encryption of a delivery stream with a Kinesis data stream as its source is that of its source.",
    )
}

/// What a caller asks for.
pub(super) async fn wanted(ctx: &Ctx, asked: &DeliveryStreamEncryptionConfigurationInput) -> Result<Encryption, Error> {
    match (&asked.key_type, &asked.key_arn) {
        (KeyType::CustomerManagedCmk, Some(key)) => {
            check_key(ctx, key).await?;
            Ok(Encryption::Customer(key.clone()))
        }
        (KeyType::CustomerManagedCmk, None) => Err(invalid("KeyARN must be provided for CUSTOMER_MANAGED_CMK.")),
        (_, Some(_)) => Err(invalid("KeyARN must not be provided for AWS_OWNED_CMK.")),
        (_, None) => Ok(Encryption::Aws),
    }
}
