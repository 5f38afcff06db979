//! Signing and verifying, and public halves.

use api_kms::{
    GetPublicKey, GetPublicKeyInput, GetPublicKeyOutput, KeyUsageType, MessageType, Sign, SignInput, SignOutput,
    SigningAlgorithmSpec, Verify, VerifyInput, VerifyOutput,
};
use bytes::Bytes;
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{self, engine, touch};
use super::grant::check_tokens;
use super::metadata::{Algorithms, key_spec, old_spec};
use crate::engine::Key;
use crate::engine::material::{Material, Message};
use crate::engine::refusal::Refusal;
use crate::engine::spec::{Family, Usage};
use crate::error::{dry_run, not_here, told};

/// Signs a message of up to 4,096 bytes, or a digest.
pub(crate) async fn sign(ctx: &Ctx, input: SignInput) -> Outcome<Sign> {
    check_tokens(ctx, input.grant_tokens.as_deref())?;
    let algorithm = input.signing_algorithm.as_str();
    let key = address::key(ctx, &input.key_id).await?;
    let message = message(&key, algorithm, input.message_type.as_ref(), &input.message)?;
    let material = ready(ctx, &key, algorithm, "Sign").await.map_err(told)?;
    let Material::Signer(signer) = &*material else { return Err(told(Refusal::IncorrectKey)) };
    let signature = signer.sign(algorithm, message).map_err(told)?;
    if input.dry_run == Some(true) {
        return Err(dry_run());
    }
    engine(ctx).used(&key.home, "Sign", ctx.request.id);
    Ok(SignOutput {
        key_id: Some(key.arn()),
        signature: Some(signature.into()),
        signing_algorithm: Some(input.signing_algorithm),
    })
}

/// Verifies a signature; one that is of something else is an error.
pub(crate) async fn verify(ctx: &Ctx, input: VerifyInput) -> Outcome<Verify> {
    check_tokens(ctx, input.grant_tokens.as_deref())?;
    let algorithm = input.signing_algorithm.as_str();
    let key = address::key(ctx, &input.key_id).await?;
    let message = message(&key, algorithm, input.message_type.as_ref(), &input.message)?;
    let material = ready(ctx, &key, algorithm, "Verify").await.map_err(told)?;
    let Material::Signer(signer) = &*material else { return Err(told(Refusal::IncorrectKey)) };
    let valid = signer.verify(algorithm, message, &input.signature).map_err(told)?;
    if input.dry_run == Some(true) {
        return Err(dry_run());
    }
    if !valid {
        return Err(told(Refusal::Signature));
    }
    engine(ctx).used(&key.home, "Verify", ctx.request.id);
    Ok(VerifyOutput {
        key_id: Some(key.arn()),
        signature_valid: Some(true),
        signing_algorithm: Some(input.signing_algorithm),
    })
}

/// Shows the public half of a pair.
pub(crate) async fn get_public_key(ctx: &Ctx, input: GetPublicKeyInput) -> Outcome<GetPublicKey> {
    check_tokens(ctx, input.grant_tokens.as_deref())?;
    let key = address::key(ctx, &input.key_id).await?;
    let (spec, usage) = (key.record.spec, key.record.usage);
    if !spec.is_asymmetric() {
        let text = format!("{} key spec is {} which is not valid for GetPublicKey.", key.arn(), spec.name());
        return Err(crate::error::unsupported(text));
    }
    key.usable().map_err(told)?;
    let material = engine(ctx).current(&key).await.map_err(told)?;
    let algorithms = Algorithms::of(spec, usage);
    Ok(GetPublicKeyOutput {
        key_id: Some(key.arn()),
        public_key: material.public().map(Bytes::copy_from_slice),
        customer_master_key_spec: old_spec(spec),
        key_spec: Some(key_spec(spec)),
        key_usage: Some(KeyUsageType::from(usage.name().to_owned())),
        encryption_algorithms: algorithms.encryption,
        signing_algorithms: algorithms.signing,
        key_agreement_algorithms: algorithms.agreement,
    })
}

/// What signing and verifying touch.
pub(crate) fn access(
    ctx: &Ctx,
    id: &str,
    algorithm: &SigningAlgorithmSpec,
    kind: Option<&MessageType>,
) -> Result<Access, Error> {
    let kind = kind.map_or("RAW", |kind| kind.as_str());
    Ok(touch(ctx, id)?.with("kms:SigningAlgorithm", algorithm.as_str()).with("kms:MessageType", kind))
}

/// What is signed. Two forms are not here: the library signs neither a digest with Ed25519 nor ML-DSA's outer digest.
fn message<'a>(key: &Key, algorithm: &str, kind: Option<&MessageType>, bytes: &'a [u8]) -> Result<Message<'a>, Error> {
    let family = key.record.spec.family();
    match kind.map_or("RAW", |kind| kind.as_str()) {
        "EXTERNAL_MU" if family == Family::MlDsa => Err(not_here("Sign and Verify with EXTERNAL_MU")),
        "EXTERNAL_MU" => {
            Err(crate::error::invalid(format!("Message type EXTERNAL_MU is not valid for algorithm {algorithm}.")))
        }
        _ if algorithm == "ED25519_PH_SHA_512" && family == Family::Edwards => {
            Err(not_here("Sign and Verify with ED25519_PH_SHA_512"))
        }
        "DIGEST" => Ok(Message::Digest(bytes)),
        _ => Ok(Message::Raw(bytes)),
    }
}

async fn ready(
    ctx: &Ctx,
    key: &Key,
    algorithm: &str,
    operation: &'static str,
) -> Result<std::sync::Arc<Material>, Refusal> {
    let (spec, usage) = (key.record.spec, key.record.usage);
    if usage != Usage::SignVerify {
        return Err(Refusal::Usage { arn: key.arn(), usage, operation });
    }
    if !spec.algorithms(usage).contains(&algorithm) {
        return Err(Refusal::Algorithm { algorithm: algorithm.to_owned(), spec });
    }
    key.usable()?;
    engine(ctx).current(key).await
}
