//! Shared secrets.

use api_kms::{DeriveSharedSecret, DeriveSharedSecretInput, DeriveSharedSecretOutput, OriginType};
use bytes::Bytes;
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{self, engine, touch};
use super::crypt::no_recipient;
use super::grant::check_tokens;
use crate::engine::Key;
use crate::engine::material::{Material, Secret};
use crate::engine::refusal::Refusal;
use crate::engine::spec::Usage;
use crate::error::{dry_run, told};

/// Derives the secret shared with the holder of another pair.
pub(crate) async fn derive_shared_secret(ctx: &Ctx, input: DeriveSharedSecretInput) -> Outcome<DeriveSharedSecret> {
    check_tokens(ctx, input.grant_tokens.as_deref())?;
    no_recipient(ctx, input.recipient.as_ref())?;
    let key = address::key(ctx, &input.key_id).await?;
    let secret = derive(ctx, &key, &input.public_key).await.map_err(told)?;
    if input.dry_run == Some(true) {
        return Err(dry_run());
    }
    engine(ctx).used(&key.home, "DeriveSharedSecret", ctx.request.id);
    Ok(DeriveSharedSecretOutput {
        key_id: Some(key.arn()),
        shared_secret: Some(Bytes::copy_from_slice(&secret)),
        key_agreement_algorithm: Some(input.key_agreement_algorithm),
        key_origin: Some(if key.record.external { OriginType::External } else { OriginType::AwsKms }),
        ..DeriveSharedSecretOutput::default()
    })
}

/// What deriving a secret touches.
pub(crate) fn access(ctx: &Ctx, input: &DeriveSharedSecretInput) -> Result<Access, Error> {
    Ok(touch(ctx, &input.key_id)?.with("kms:KeyAgreementAlgorithm", input.key_agreement_algorithm.as_str()))
}

async fn derive(ctx: &Ctx, key: &Key, public: &[u8]) -> Result<Secret, Refusal> {
    let usage = key.record.usage;
    if usage != Usage::KeyAgreement {
        return Err(Refusal::Usage { arn: key.arn(), usage, operation: "DeriveSharedSecret" });
    }
    key.usable()?;
    match &*engine(ctx).current(key).await? {
        Material::Agreement(agreement) => agreement.agree(public).map_err(|_| Refusal::PublicKey),
        _ => Err(Refusal::IncorrectKey),
    }
}
