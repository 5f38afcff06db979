//! Data keys: fresh secrets and pairs, in the clear and encrypted under a key. And randomness.

use std::collections::BTreeMap;

use api_kms::{
    DataKeyPairSpec, DataKeySpec, GenerateDataKey, GenerateDataKeyInput, GenerateDataKeyOutput, GenerateDataKeyPair,
    GenerateDataKeyPairInput, GenerateDataKeyPairOutput, GenerateDataKeyPairWithoutPlaintext,
    GenerateDataKeyPairWithoutPlaintextInput, GenerateDataKeyPairWithoutPlaintextOutput,
    GenerateDataKeyWithoutPlaintext, GenerateDataKeyWithoutPlaintextInput, GenerateDataKeyWithoutPlaintextOutput,
    GenerateRandom, GenerateRandomInput, GenerateRandomOutput,
};
use bytes::Bytes;
use service_kit::{Access, Ctx, Error, Outcome};
use zeroize::Zeroizing;

use super::address::{self, engine, touch, with_context};
use super::crypt::{close, fit, no_recipient, symmetric_id};
use super::grant::check_tokens;
use super::key_store;
use crate::engine::Key;
use crate::engine::material::{self, Secret};
use crate::engine::refusal::Refusal;
use crate::engine::spec::{Spec, Usage};
use crate::error::{dry_run, invalid, told, unsupported};

const SYMMETRIC: &str = "SYMMETRIC_DEFAULT";

/// What a request for a data key says of the key that encrypts it.
struct Wrapping<'a> {
    id: &'a str,
    context: Option<&'a BTreeMap<String, String>>,
    tokens: Option<&'a [String]>,
    dry: bool,
    operation: &'static str,
}

impl Wrapping<'_> {
    /// The key, ready to encrypt.
    async fn key(&self, ctx: &Ctx) -> Result<Key, Error> {
        check_tokens(ctx, self.tokens)?;
        let key = address::key(ctx, self.id).await?;
        let fits = fit(&key, SYMMETRIC, self.operation, self.context).and_then(|()| key.usable());
        fits.map_err(told)?;
        if self.dry { Err(dry_run()) } else { Ok(key) }
    }

    /// The data key, encrypted.
    async fn close(&self, ctx: &Ctx, key: &Key, secret: &[u8]) -> Result<Bytes, Error> {
        let closed = async {
            let material = engine(ctx).current(key).await?;
            close(ctx, key, &material, SYMMETRIC, self.context, secret)
        };
        let blob = closed.await.map_err(|refusal: Refusal| told(refusal))?;
        engine(ctx).used(&key.home, self.operation, ctx.request.id);
        Ok(blob)
    }
}

/// Makes a data key.
pub(crate) async fn generate_data_key(ctx: &Ctx, input: GenerateDataKeyInput) -> Outcome<GenerateDataKey> {
    no_recipient(ctx, input.recipient.as_ref())?;
    let length = length(input.key_spec.as_ref(), input.number_of_bytes)?;
    let wrapping = Wrapping {
        id: &input.key_id,
        context: input.encryption_context.as_ref(),
        tokens: input.grant_tokens.as_deref(),
        dry: input.dry_run == Some(true),
        operation: "GenerateDataKey",
    };
    let key = wrapping.key(ctx).await?;
    let secret = fresh(ctx, length);
    Ok(GenerateDataKeyOutput {
        ciphertext_blob: Some(wrapping.close(ctx, &key, &secret).await?),
        plaintext: Some(Bytes::copy_from_slice(&secret)),
        key_id: Some(key.arn()),
        key_material_id: symmetric_id(&key),
        ..GenerateDataKeyOutput::default()
    })
}

/// Makes a data key and shows it to nobody.
pub(crate) async fn generate_data_key_without_plaintext(
    ctx: &Ctx,
    input: GenerateDataKeyWithoutPlaintextInput,
) -> Outcome<GenerateDataKeyWithoutPlaintext> {
    let length = length(input.key_spec.as_ref(), input.number_of_bytes)?;
    let wrapping = Wrapping {
        id: &input.key_id,
        context: input.encryption_context.as_ref(),
        tokens: input.grant_tokens.as_deref(),
        dry: input.dry_run == Some(true),
        operation: "GenerateDataKeyWithoutPlaintext",
    };
    let key = wrapping.key(ctx).await?;
    Ok(GenerateDataKeyWithoutPlaintextOutput {
        ciphertext_blob: Some(wrapping.close(ctx, &key, &fresh(ctx, length)).await?),
        key_id: Some(key.arn()),
        key_material_id: symmetric_id(&key),
    })
}

/// Makes a pair: the private half in the clear and encrypted, the public half.
pub(crate) async fn generate_data_key_pair(ctx: &Ctx, input: GenerateDataKeyPairInput) -> Outcome<GenerateDataKeyPair> {
    no_recipient(ctx, input.recipient.as_ref())?;
    let spec = pair_spec(&input.key_pair_spec)?;
    let wrapping = Wrapping {
        id: &input.key_id,
        context: input.encryption_context.as_ref(),
        tokens: input.grant_tokens.as_deref(),
        dry: input.dry_run == Some(true),
        operation: "GenerateDataKeyPair",
    };
    let key = wrapping.key(ctx).await?;
    let (private, public) = pair(ctx, spec).await;
    Ok(GenerateDataKeyPairOutput {
        private_key_ciphertext_blob: Some(wrapping.close(ctx, &key, &private).await?),
        private_key_plaintext: Some(Bytes::copy_from_slice(&private)),
        public_key: Some(public),
        key_id: Some(key.arn()),
        key_pair_spec: Some(input.key_pair_spec),
        key_material_id: symmetric_id(&key),
        ..GenerateDataKeyPairOutput::default()
    })
}

/// Makes a pair and shows its private half to nobody.
pub(crate) async fn generate_data_key_pair_without_plaintext(
    ctx: &Ctx,
    input: GenerateDataKeyPairWithoutPlaintextInput,
) -> Outcome<GenerateDataKeyPairWithoutPlaintext> {
    let spec = pair_spec(&input.key_pair_spec)?;
    let wrapping = Wrapping {
        id: &input.key_id,
        context: input.encryption_context.as_ref(),
        tokens: input.grant_tokens.as_deref(),
        dry: input.dry_run == Some(true),
        operation: "GenerateDataKeyPairWithoutPlaintext",
    };
    let key = wrapping.key(ctx).await?;
    let (private, public) = pair(ctx, spec).await;
    Ok(GenerateDataKeyPairWithoutPlaintextOutput {
        private_key_ciphertext_blob: Some(wrapping.close(ctx, &key, &private).await?),
        public_key: Some(public),
        key_id: Some(key.arn()),
        key_pair_spec: Some(input.key_pair_spec),
        key_material_id: symmetric_id(&key),
    })
}

/// Gives random bytes.
pub(crate) async fn generate_random(ctx: &Ctx, input: GenerateRandomInput) -> Outcome<GenerateRandom> {
    no_recipient(ctx, input.recipient.as_ref())?;
    if let Some(id) = &input.custom_key_store_id {
        return Err(key_store::missing(id));
    }
    let count = input.number_of_bytes.and_then(|count| usize::try_from(count).ok());
    let count = count.ok_or_else(|| invalid("NumberOfBytes is required."))?;
    let mut bytes = vec![0; count];
    ctx.random().fill(&mut bytes);
    Ok(GenerateRandomOutput { plaintext: Some(bytes.into()), ..GenerateRandomOutput::default() })
}

/// What making a data key touches.
pub(crate) fn access(ctx: &Ctx, id: &str, context: Option<&BTreeMap<String, String>>) -> Result<Access, Error> {
    Ok(with_context(touch(ctx, id)?, context).with("kms:EncryptionAlgorithm", SYMMETRIC))
}

/// What making a pair touches.
pub(crate) fn access_to_pair(
    ctx: &Ctx,
    id: &str,
    context: Option<&BTreeMap<String, String>>,
    spec: &DataKeyPairSpec,
) -> Result<Access, Error> {
    Ok(access(ctx, id, context)?.with("kms:DataKeyPairSpec", spec.as_str()))
}

fn length(spec: Option<&DataKeySpec>, bytes: Option<i32>) -> Result<usize, Error> {
    match (spec.map(|spec| spec.as_str()), bytes.and_then(|bytes| usize::try_from(bytes).ok())) {
        (None, Some(bytes)) => Ok(bytes),
        (Some("AES_256"), None) => Ok(32),
        (Some(_), None) => Ok(16),
        _ => Err(invalid("Please specify either number of bytes or key spec.")),
    }
}

fn fresh(ctx: &Ctx, length: usize) -> Secret {
    let mut secret = Zeroizing::new(vec![0; length]);
    ctx.random().fill(&mut secret);
    secret
}

fn pair_spec(spec: &DataKeyPairSpec) -> Result<Spec, Error> {
    let known = Spec::parse(spec.as_str());
    known.ok_or_else(|| unsupported(format!("KeyPairSpec {} is not supported in this Region.", spec.as_str())))
}

/// A private half as PKCS #8, and its public half.
async fn pair(ctx: &Ctx, spec: Spec) -> (Secret, Bytes) {
    let secret = engine(ctx).make(spec).await;
    let ready = material::prepare(spec, Usage::SignVerify, &secret).ok();
    let public = ready.as_ref().and_then(|ready| ready.public()).map(Bytes::copy_from_slice);
    (secret, public.expect("what was made is a pair"))
}
