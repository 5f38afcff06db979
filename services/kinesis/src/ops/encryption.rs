//! Encryption with a key of KMS, switched on and off. Records keep the seal they were written with.

use api_kinesis::{
    EncryptionType, StartStreamEncryption, StartStreamEncryptionInput, StartStreamEncryptionOutput,
    StopStreamEncryption, StopStreamEncryptionInput, StopStreamEncryptionOutput,
};
use service_kit::{Ctx, Error, Outcome};

use super::address;
use crate::engine::stream::Stream;
use crate::error::{invalid, told};
use crate::{Kinesis, calls};

/// Seals new records with a key of KMS.
pub(crate) async fn start_stream_encryption(
    ctx: &Ctx,
    input: StartStreamEncryptionInput,
) -> Outcome<StartStreamEncryption> {
    check_type(&input.encryption_type)?;
    let stream = address::stream(ctx, &input).await?;
    calls::check_key(ctx, &stream, &input.key_id).await?;
    set(ctx, &stream, Some(&input.key_id)).await?;
    Ok(StartStreamEncryptionOutput {})
}

/// Seals new records with the stream's own key again.
pub(crate) async fn stop_stream_encryption(
    ctx: &Ctx,
    input: StopStreamEncryptionInput,
) -> Outcome<StopStreamEncryption> {
    check_type(&input.encryption_type)?;
    let stream = address::stream(ctx, &input).await?;
    set(ctx, &stream, None).await?;
    Ok(StopStreamEncryptionOutput {})
}

async fn set(ctx: &Ctx, stream: &Stream, key: Option<&str>) -> Result<(), Error> {
    let engine = ctx.state::<Kinesis>().engine();
    let changed = engine.change(stream, |record, _| {
        record.key = key.map(str::to_owned);
        Ok(())
    });
    changed.await.map_err(|refusal| told(&stream.home, refusal))
}

fn check_type(asked: &EncryptionType) -> Result<(), Error> {
    match asked {
        EncryptionType::Kms => Ok(()),
        _ => Err(invalid("EncryptionType must be KMS.")),
    }
}
