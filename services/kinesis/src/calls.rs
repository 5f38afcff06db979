//! Calls to other services: to KMS, for the data keys of streams that are encrypted with a key of the user's. Each is made on
//! behalf of whoever puts or gets records, who needs the permissions.

use std::sync::Arc;

use api_kms::{
    DataKeySpec, Decrypt, DecryptInput, DescribeKey, DescribeKeyInput, GenerateDataKey, GenerateDataKeyInput,
};
use service_kit::data_keys::{Span, at_work, who};
use service_kit::{Ctx, Error, Fault};
use store::Cipher;

use crate::Kinesis;
use crate::engine::read::{Found, Most, Picked};
use crate::engine::segment::{SealedBy, Sealing, Stored};
use crate::engine::stream::Stream;
use crate::error::kms_refused;
use crate::limits;
use crate::store::ShardNo;

/// What the records that the caller puts into a stream are sealed with.
pub(crate) async fn sealing(ctx: &Ctx, stream: &Stream) -> Result<Sealing, Error> {
    let engine = ctx.state::<Kinesis>().engine();
    let known = stream.known();
    let Some(key) = &known.record.key else { return Ok(engine.own_sealing(stream)) };
    let who = who(ctx);
    if let Some(sealing) = engine.data_keys().sealing(stream.no, key, &who, ctx.now()) {
        return Ok(sealing);
    }
    let arn = stream.home.arn().to_string();
    let input = GenerateDataKeyInput {
        key_id: key.clone(),
        key_spec: Some(DataKeySpec::Aes256),
        encryption_context: Some([(CONTEXT.to_owned(), arn.clone())].into()),
        ..GenerateDataKeyInput::default()
    };
    let made = ctx.call::<GenerateDataKey>(input).await.map_err(kms_refused)?;
    let cipher = at_work(made.plaintext)?;
    let by = SealedBy::Kms { key: made.ciphertext_blob.unwrap_or_default(), arn };
    let sealing = Sealing { cipher, by };
    engine.data_keys().keep_sealing(stream.no, key, &who, sealing.clone(), span(ctx));
    Ok(sealing)
}

/// Opens of what was found in a shard what is wanted.
pub(crate) async fn open(
    ctx: &Ctx,
    stream: &Stream,
    shard: ShardNo,
    found: &Found,
    most: Most,
) -> Result<Picked, Error> {
    let mut picked = Picked::new(found.from, most);
    for segment in &found.segments {
        if picked.is_full() {
            break;
        }
        let cipher = opening(ctx, stream, segment).await?;
        picked.take(segment.open(&cipher, stream.no, shard)?);
    }
    Ok(picked.finish(found))
}

async fn opening(ctx: &Ctx, stream: &Stream, segment: &Stored) -> Result<Arc<Cipher>, Error> {
    let engine = ctx.state::<Kinesis>().engine();
    let SealedBy::Kms { key, arn } = &segment.by else { return Ok(engine.own_sealing(stream).cipher) };
    let who = who(ctx);
    if let Some(cipher) = engine.data_keys().opening(key, &who, ctx.now()) {
        return Ok(cipher);
    }
    let input = DecryptInput {
        ciphertext_blob: Some(key.clone()),
        encryption_context: Some([(CONTEXT.to_owned(), arn.clone())].into()),
        ..DecryptInput::default()
    };
    let cipher = at_work(ctx.call::<Decrypt>(input).await.map_err(kms_refused)?.plaintext)?;
    engine.data_keys().keep_opening(key, &who, cipher.clone(), span(ctx));
    Ok(cipher)
}

/// Refuses a key that KMS does not have in the account of a stream, or that cannot be used.
pub(crate) async fn check_key(ctx: &Ctx, stream: &Stream, key: &str) -> Result<(), Error> {
    let input = DescribeKeyInput { key_id: key.to_owned(), ..DescribeKeyInput::default() };
    let described = ctx.ask::<DescribeKey>(stream.home.account, input).await.map_err(kms_refused)?;
    let metadata = described.key_metadata.ok_or_else(|| Fault::internal("KMS described no key"))?;
    if metadata.enabled == Some(true) { Ok(()) } else { Err(disabled(&metadata.arn.unwrap_or_default())) }
}

fn disabled(arn: &str) -> Error {
    api_kinesis::errors::kms_disabled_exception(format!("{arn} is disabled.")).into()
}

/// The key of the encryption context.
const CONTEXT: &str = "aws:kinesis:arn";

fn span(ctx: &Ctx) -> Span {
    Span { now: ctx.now(), until: ctx.now().plus(limits::DATA_KEY_LIFE) }
}
