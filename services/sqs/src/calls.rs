//! Calls to other services: to KMS, for the data keys of queues that are encrypted with a key of the user's. Each is made on
//! behalf of whoever sends or receives, who needs the permissions.

use std::sync::Arc;

use api_kms::{DataKeySpec, Decrypt, DecryptInput, GenerateDataKey, GenerateDataKeyInput};
use bytes::Bytes;
use names::Timestamp;
use service_kit::data_keys::{Span, at_work, who};
use service_kit::{Ctx, Error};
use store::Cipher;

use crate::Sqs;
use crate::engine::content::{Content, SealedBy, Sealing, Text};
use crate::engine::queue::Queue;
use crate::engine::settings::Encryption;
use crate::error::kms_refused;

/// What the messages that the caller sends to a queue are sealed with.
pub(crate) async fn sealing(ctx: &Ctx, queue: &Queue) -> Result<Sealing, Error> {
    let engine = ctx.state::<Sqs>().engine();
    let record = queue.record();
    let Encryption::Kms { key } = &record.settings.encryption else { return Ok(engine.own_sealing(queue.id)) };
    let who = who(ctx);
    if let Some(sealing) = engine.data_keys().sealing(queue.id, key, &who, ctx.now()) {
        return Ok(sealing);
    }
    let arn = queue.home.arn().to_string();
    let input = GenerateDataKeyInput {
        key_id: key.clone(),
        key_spec: Some(DataKeySpec::Aes256),
        encryption_context: Some([(CONTEXT.to_owned(), arn.clone())].into()),
        ..GenerateDataKeyInput::default()
    };
    let made = ctx.call::<GenerateDataKey>(input).await.map_err(|error| kms_refused(ctx, error))?;
    let blob = made.ciphertext_blob.unwrap_or_default();
    // As AWS does, so that nobody sends what he could not receive.
    let cipher = unwrap(ctx, &blob, &arn).await?;
    let span = span(ctx, queue);
    let sealing = Sealing { cipher: cipher.clone(), by: SealedBy::Kms { key: blob.clone(), arn } };
    engine.data_keys().keep_opening(&blob, &who, cipher, span);
    engine.data_keys().keep_sealing(queue.id, key, &who, sealing.clone(), span);
    Ok(sealing)
}

/// The content of a message that the caller received.
pub(crate) async fn open(ctx: &Ctx, queue: &Queue, content: &Content) -> Result<Text, Error> {
    let engine = ctx.state::<Sqs>().engine();
    let sealed = match content {
        Content::Plain(text) => return Ok(text.clone()),
        Content::Sealed(sealed) => sealed,
    };
    let SealedBy::Kms { key, arn } = &sealed.by else { return Ok(engine.open(sealed)?) };
    let who = who(ctx);
    if let Some(cipher) = engine.data_keys().opening(key, &who, ctx.now()) {
        return Ok(sealed.open(&cipher)?);
    }
    let cipher = unwrap(ctx, key, arn).await?;
    engine.data_keys().keep_opening(key, &who, cipher.clone(), span(ctx, queue));
    Ok(sealed.open(&cipher)?)
}

/// The key of the encryption context.
const CONTEXT: &str = "aws:sqs:arn";

/// A data key at work.
async fn unwrap(ctx: &Ctx, key: &Bytes, arn: &str) -> Result<Arc<Cipher>, Error> {
    let input = DecryptInput {
        ciphertext_blob: Some(key.clone()),
        encryption_context: Some([(CONTEXT.to_owned(), arn.to_owned())].into()),
        ..DecryptInput::default()
    };
    at_work(ctx.call::<Decrypt>(input).await.map_err(|error| kms_refused(ctx, error))?.plaintext)
}

fn span(ctx: &Ctx, queue: &Queue) -> Span {
    let now: Timestamp = ctx.now();
    let reuse = std::time::Duration::from_secs(queue.record().settings.key_reuse.into());
    Span { now, until: now.plus(reuse) }
}
