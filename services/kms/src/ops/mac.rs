//! Authentication codes.

use std::sync::Arc;

use api_kms::{
    GenerateMac, GenerateMacInput, GenerateMacOutput, MacAlgorithmSpec, VerifyMac, VerifyMacInput, VerifyMacOutput,
};
use aws_lc_rs::hmac;
use bytes::Bytes;
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{self, engine, touch};
use super::grant::check_tokens;
use crate::engine::Key;
use crate::engine::material::Material;
use crate::engine::refusal::Refusal;
use crate::engine::spec::Usage;
use crate::error::{dry_run, told};

/// Makes the code of a message.
pub(crate) async fn generate_mac(ctx: &Ctx, input: GenerateMacInput) -> Outcome<GenerateMac> {
    check_tokens(ctx, input.grant_tokens.as_deref())?;
    let key = address::key(ctx, &input.key_id).await?;
    let material = ready(ctx, &key, input.mac_algorithm.as_str(), "GenerateMac").await;
    let material = material.map_err(told)?;
    let Material::Mac(secret) = &*material else { return Err(told(Refusal::IncorrectKey)) };
    if input.dry_run == Some(true) {
        return Err(dry_run());
    }
    let mac = Bytes::copy_from_slice(hmac::sign(secret, &input.message).as_ref());
    engine(ctx).used(&key.home, "GenerateMac", ctx.request.id);
    Ok(GenerateMacOutput { mac: Some(mac), mac_algorithm: Some(input.mac_algorithm), key_id: Some(key.arn()) })
}

/// Verifies a code; one that is of something else is an error.
pub(crate) async fn verify_mac(ctx: &Ctx, input: VerifyMacInput) -> Outcome<VerifyMac> {
    check_tokens(ctx, input.grant_tokens.as_deref())?;
    let key = address::key(ctx, &input.key_id).await?;
    let material = ready(ctx, &key, input.mac_algorithm.as_str(), "VerifyMac").await;
    let material = material.map_err(told)?;
    let Material::Mac(secret) = &*material else { return Err(told(Refusal::IncorrectKey)) };
    if input.dry_run == Some(true) {
        return Err(dry_run());
    }
    hmac::verify(secret, &input.message, &input.mac).map_err(|_| told(Refusal::Mac))?;
    engine(ctx).used(&key.home, "VerifyMac", ctx.request.id);
    Ok(VerifyMacOutput { key_id: Some(key.arn()), mac_valid: Some(true), mac_algorithm: Some(input.mac_algorithm) })
}

/// What making and verifying codes touch.
pub(crate) fn access(ctx: &Ctx, id: &str, algorithm: &MacAlgorithmSpec) -> Result<Access, Error> {
    Ok(touch(ctx, id)?.with("kms:MacAlgorithm", algorithm.as_str()))
}

async fn ready(ctx: &Ctx, key: &Key, algorithm: &str, operation: &'static str) -> Result<Arc<Material>, Refusal> {
    let (spec, usage) = (key.record.spec, key.record.usage);
    if usage != Usage::GenerateVerifyMac {
        return Err(Refusal::Usage { arn: key.arn(), usage, operation });
    }
    if !spec.algorithms(usage).contains(&algorithm) {
        return Err(Refusal::Algorithm { algorithm: algorithm.to_owned(), spec });
    }
    key.usable()?;
    engine(ctx).current(key).await
}
