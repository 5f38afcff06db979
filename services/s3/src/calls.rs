//! Calls to other services: to KMS, for the data keys of objects. Each is made on behalf of whoever writes or reads, who needs
//! the permissions.

use std::collections::BTreeMap;
use std::time::Duration;

use api_kms::{DataKeySpec, Decrypt, DecryptInput, GenerateDataKey, GenerateDataKeyInput};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use service_kit::{Ctx, Error, Fault};
use store::blobs::BlobKey;

use crate::S3;
use crate::engine::bucket::Bucket;
use crate::engine::sealing::{KmsChoice, KmsSealing};
use crate::error::{invalid_argument_hidden, kms_refused};

/// The key of S3's own in KMS.
const OWN_KEY: &str = "alias/aws/s3";
/// Where AWS says in the encryption context whose content it is.
const CONTEXT: &str = "aws:s3:arn";
/// How long a bucket's data key is used again. Source: S3 user guide, "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys":
/// "time-limited"; AWS says no number.
pub(crate) const BUCKET_KEY: Duration = Duration::from_secs(300);

/// A data key for content: of a key of KMS, bound to the ARN of the object, or of the bucket where its key is used again.
pub(crate) async fn data_key(
    ctx: &Ctx,
    bucket: &Bucket,
    choice: &KmsChoice,
    arn: String,
    further: Option<&str>,
) -> Result<(KmsSealing, BlobKey), Error> {
    let keys = ctx.state::<S3>().engine().bucket_keys();
    let key_id = choice.key.clone().unwrap_or_else(|| OWN_KEY.to_owned());
    let reused = choice.bucket_key && further.is_none();
    let who = (ctx.account(), ctx.caller.user_id());
    if reused && let Some(kept) = keys.sealing(bucket.no(), &key_id, &who, ctx.now()) {
        return Ok(kept);
    }
    let mut context: BTreeMap<String, String> = further.map(further_context).transpose()?.unwrap_or_default();
    context.entry(CONTEXT.to_owned()).or_insert(arn);
    let input = GenerateDataKeyInput {
        key_id: key_id.clone(),
        key_spec: Some(DataKeySpec::Aes256),
        encryption_context: Some(context.clone()),
        ..GenerateDataKeyInput::default()
    };
    let made = ctx.call::<GenerateDataKey>(input).await.map_err(|error| kms_refused(ctx, error))?;
    let sealing = KmsSealing {
        key: made.key_id.unwrap_or_default(),
        wrapped: made.ciphertext_blob.unwrap_or_default().to_vec(),
        context: context.into_iter().collect(),
        bucket_key: choice.bucket_key,
        dual: choice.dual,
    };
    let key = BlobKey { secret: secret(made.plaintext)?, twice: choice.dual };
    if reused {
        let until = ctx.now().plus(BUCKET_KEY);
        keys.keep_sealing(bucket.no(), &key_id, &who, (sealing.clone(), key.clone()), ctx.now(), until);
    }
    Ok((sealing, key))
}

/// The data key of content that is there.
pub(crate) async fn unwrap(ctx: &Ctx, sealing: &KmsSealing) -> Result<BlobKey, Error> {
    let keys = ctx.state::<S3>().engine().bucket_keys();
    let who = (ctx.account(), ctx.caller.user_id());
    if sealing.bucket_key
        && let Some(kept) = keys.opening(&sealing.wrapped, &who, ctx.now())
    {
        return Ok(kept);
    }
    let input = DecryptInput {
        ciphertext_blob: Some(Bytes::from(sealing.wrapped.clone())),
        encryption_context: Some(sealing.context.iter().cloned().collect()),
        key_id: Some(sealing.key.clone()),
        ..DecryptInput::default()
    };
    let plain = ctx.call::<Decrypt>(input).await.map_err(|error| kms_refused(ctx, error))?.plaintext;
    let key = BlobKey { secret: secret(plain)?, twice: sealing.dual };
    if sealing.bucket_key {
        keys.keep_opening(&sealing.wrapped, &who, key.clone(), ctx.now(), ctx.now().plus(BUCKET_KEY));
    }
    Ok(key)
}

fn secret(plain: Option<Bytes>) -> Result<[u8; 32], Error> {
    let secret = plain.and_then(|plain| plain[..].try_into().ok());
    secret.ok_or_else(|| Fault::internal("KMS answered a data key of another length").into())
}

/// The context that a request adds: base64 of a JSON object of texts.
fn further_context(text: &str) -> Result<BTreeMap<String, String>, Error> {
    let json = STANDARD.decode(text).ok().and_then(|json| serde_json::from_slice(&json).ok());
    json.ok_or_else(|| {
        let text = "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 string holding JSON which \
                    represents a string-string map";
        invalid_argument_hidden(text, "x-amz-server-side-encryption-context")
    })
}
