//! Calls to other services: to KMS, for topics that are encrypted with a key of the user's. Each is made on behalf of whoever
//! publishes, who needs the permissions.

use api_kms::{DataKeySpec, Decrypt, DecryptInput, GenerateDataKey, GenerateDataKeyInput};
use service_kit::{Ctx, Error};

use crate::engine::topic::Topic;
use crate::error::kms_refused;

/// Asks KMS for a data key as AWS does, and whether the publisher may use it. What is written is sealed with the cloud's own
/// key all the same: subscribers are told when no publisher is there to ask for.
pub(crate) async fn may_encrypt(ctx: &Ctx, topic: &Topic) -> Result<(), Error> {
    let Some(key) = topic.attribute("KmsMasterKeyId").filter(|key| !key.is_empty()) else { return Ok(()) };
    let context = Some([("aws:sns:topicArn".to_owned(), topic.home.arn())].into());
    let input = GenerateDataKeyInput {
        key_id: key.to_owned(),
        key_spec: Some(DataKeySpec::Aes256),
        encryption_context: context.clone(),
        ..GenerateDataKeyInput::default()
    };
    let made = ctx.call::<GenerateDataKey>(input).await.map_err(kms_refused)?;
    let input =
        DecryptInput { ciphertext_blob: made.ciphertext_blob, encryption_context: context, ..DecryptInput::default() };
    ctx.call::<Decrypt>(input).await.map_err(kms_refused)?;
    Ok(())
}
