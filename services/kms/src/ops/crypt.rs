//! Encrypting and decrypting.

use std::collections::BTreeMap;

use api_kms::{
    Decrypt, DecryptInput, DecryptOutput, Encrypt, EncryptInput, EncryptOutput, EncryptionAlgorithmSpec, ReEncrypt,
    ReEncryptInput, ReEncryptOutput, RecipientInfo,
};
use bytes::Bytes;
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{self, engine, touch, touch_found, with_context};
use super::grant::check_tokens;
use crate::engine::Key;
use crate::engine::ciphertext::{Header, associated};
use crate::engine::hex;
use crate::engine::material::{Material, Secret};
use crate::engine::refusal::Refusal;
use crate::engine::spec::{Spec, Usage};
use crate::error::{dry_run, foreign_ciphertext, invalid, not_here, told};
use crate::store::MaterialId;

type Context = BTreeMap<String, String>;

/// Encrypts up to 4,096 bytes.
pub(crate) async fn encrypt(ctx: &Ctx, input: EncryptInput) -> Outcome<Encrypt> {
    check_tokens(ctx, input.grant_tokens.as_deref())?;
    let key = address::key(ctx, &input.key_id).await?;
    let algorithm = algorithm(input.encryption_algorithm.as_ref());
    let context = input.encryption_context.as_ref();
    fit(&key, algorithm, "Encrypt", context).map_err(told)?;
    key.usable().map_err(told)?;
    let material = engine(ctx).current(&key).await.map_err(told)?;
    check_length(&key, &material, algorithm, input.plaintext.len()).map_err(told)?;
    if input.dry_run == Some(true) {
        return Err(dry_run());
    }
    let blob = close(ctx, &key, &material, algorithm, context, &input.plaintext);
    let blob = blob.map_err(told)?;
    engine(ctx).used(&key.home, "Encrypt", ctx.request.id);
    Ok(EncryptOutput {
        ciphertext_blob: Some(blob),
        key_id: Some(key.arn()),
        encryption_algorithm: Some(EncryptionAlgorithmSpec::from(algorithm.to_owned())),
    })
}

/// What encrypting touches.
pub(crate) fn access_to_encrypt(ctx: &Ctx, input: &EncryptInput) -> Result<Access, Error> {
    let access = with_context(touch(ctx, &input.key_id)?, input.encryption_context.as_ref());
    Ok(access.with("kms:EncryptionAlgorithm", algorithm(input.encryption_algorithm.as_ref())))
}

/// Decrypts. What a symmetric key encrypted names its key.
pub(crate) async fn decrypt(ctx: &Ctx, input: DecryptInput) -> Outcome<Decrypt> {
    check_tokens(ctx, input.grant_tokens.as_deref())?;
    no_recipient(ctx, input.recipient.as_ref())?;
    let algorithm = algorithm(input.encryption_algorithm.as_ref());
    let dry = input.dry_run == Some(true);
    let blob = blob(input.ciphertext_blob, ignores(dry, input.dry_run_modifiers.as_deref()))?;
    let key = source(ctx, input.key_id.as_deref(), blob.as_deref()).await?;
    let opening = Opening { algorithm, context: input.encryption_context.as_ref(), operation: "Decrypt" };
    let (plain, material) = opening.open(ctx, &key, blob.as_deref()).await?;
    if dry {
        return Err(dry_run());
    }
    engine(ctx).used(&key.home, "Decrypt", ctx.request.id);
    Ok(DecryptOutput {
        key_id: Some(key.arn()),
        plaintext: Some(Bytes::copy_from_slice(&plain)),
        encryption_algorithm: Some(EncryptionAlgorithmSpec::from(algorithm.to_owned())),
        key_material_id: material.map(|id| hex(&id)),
        ..DecryptOutput::default()
    })
}

/// What decrypting touches.
pub(crate) fn access_to_decrypt(ctx: &Ctx, input: &DecryptInput) -> Result<Access, Error> {
    let access = touch_source(ctx, input.key_id.as_deref(), input.ciphertext_blob.as_ref())?;
    let access = with_context(access, input.encryption_context.as_ref());
    Ok(access.with("kms:EncryptionAlgorithm", algorithm(input.encryption_algorithm.as_ref())))
}

/// Decrypts and encrypts again, without the plain text ever leaving.
pub(crate) async fn re_encrypt(ctx: &Ctx, input: ReEncryptInput) -> Outcome<ReEncrypt> {
    check_tokens(ctx, input.grant_tokens.as_deref())?;
    let from = algorithm(input.source_encryption_algorithm.as_ref());
    let to = algorithm(input.destination_encryption_algorithm.as_ref());
    let dry = input.dry_run == Some(true);
    let blob = blob(input.ciphertext_blob, ignores(dry, input.dry_run_modifiers.as_deref()))?;
    let source = source(ctx, input.source_key_id.as_deref(), blob.as_deref()).await?;
    let destination = address::key(ctx, &input.destination_key_id).await?;
    let context = input.source_encryption_context.as_ref();
    let opening = Opening { algorithm: from, context, operation: "ReEncryptFrom" };
    let (plain, source_material) = opening.open(ctx, &source, blob.as_deref()).await?;
    let context = input.destination_encryption_context.as_ref();
    fit(&destination, to, "ReEncryptTo", context).map_err(told)?;
    destination.usable().map_err(told)?;
    let material = engine(ctx).current(&destination).await.map_err(told)?;
    check_length(&destination, &material, to, plain.len()).map_err(told)?;
    if dry {
        return Err(dry_run());
    }
    let blob = close(ctx, &destination, &material, to, context, &plain).map_err(told)?;
    for key in [&source, &destination] {
        engine(ctx).used(&key.home, "ReEncrypt", ctx.request.id);
    }
    Ok(ReEncryptOutput {
        ciphertext_blob: Some(blob),
        source_key_id: Some(source.arn()),
        key_id: Some(destination.arn()),
        source_encryption_algorithm: Some(EncryptionAlgorithmSpec::from(from.to_owned())),
        destination_encryption_algorithm: Some(EncryptionAlgorithmSpec::from(to.to_owned())),
        source_key_material_id: source_material.map(|id| hex(&id)),
        destination_key_material_id: symmetric_id(&destination),
    })
}

/// What encrypting again touches: both keys.
pub(crate) fn access_to_re_encrypt(ctx: &Ctx, input: &ReEncryptInput) -> Result<Access, Error> {
    let from = touch_source(ctx, input.source_key_id.as_deref(), input.ciphertext_blob.as_ref())?;
    let from = with_context(from, input.source_encryption_context.as_ref())
        .with("kms:EncryptionAlgorithm", algorithm(input.source_encryption_algorithm.as_ref()));
    let to = touch(ctx, &input.destination_key_id)?;
    let to = with_context(to, input.destination_encryption_context.as_ref())
        .with("kms:EncryptionAlgorithm", algorithm(input.destination_encryption_algorithm.as_ref()));
    let same = (from.resources == to.resources).to_string();
    let to = to.with("kms:ReEncryptOnSameKey", &same).as_action("kms:ReEncryptTo");
    Ok(from.with("kms:ReEncryptOnSameKey", same).as_action("kms:ReEncryptFrom").and(to))
}

/// How something is to be decrypted.
struct Opening<'a> {
    algorithm: &'a str,
    context: Option<&'a Context>,
    operation: &'static str,
}

impl Opening<'_> {
    /// The plain text, and the id of a symmetric key's material. Without a ciphertext only whether the key may be used.
    async fn open(&self, ctx: &Ctx, key: &Key, blob: Option<&[u8]>) -> Result<(Secret, Option<MaterialId>), Error> {
        let opened = if self.algorithm == "SYMMETRIC_DEFAULT" {
            self.symmetric(ctx, key, blob).await
        } else {
            self.asymmetric(ctx, key, blob).await.map(|plain| (plain, None))
        };
        opened.map_err(told)
    }

    async fn symmetric(
        &self,
        ctx: &Ctx,
        key: &Key,
        blob: Option<&[u8]>,
    ) -> Result<(Secret, Option<MaterialId>), Refusal> {
        if key.record.spec != Spec::SymmetricDefault {
            return Err(Refusal::IncorrectKey);
        }
        let Some(blob) = blob else {
            key.usable()?;
            return Ok((Secret::default(), None));
        };
        let (header, sealed) = Header::read(blob).ok_or(Refusal::Ciphertext)?;
        if header.home(&key.home.region) != key.home {
            return Err(Refusal::IncorrectKey);
        }
        key.usable()?;
        let (material, id) = engine(ctx).open(key, &header.material).await?.ok_or(Refusal::Ciphertext)?;
        let Material::Symmetric(material) = &*material else { return Err(Refusal::IncorrectKey) };
        let associated = associated(&blob[..blob.len() - sealed.len()], self.context);
        let plain = material.open(&associated, sealed).ok_or(Refusal::Ciphertext)?;
        Ok((plain, Some(id)))
    }

    async fn asymmetric(&self, ctx: &Ctx, key: &Key, blob: Option<&[u8]>) -> Result<Secret, Refusal> {
        fit(key, self.algorithm, self.operation, self.context)?;
        key.usable()?;
        let Some(blob) = blob else { return Ok(Secret::default()) };
        match &*engine(ctx).current(key).await? {
            Material::Rsa(cipher) => cipher.decrypt(self.algorithm, blob).map_err(|_| Refusal::Ciphertext),
            _ => Err(Refusal::IncorrectKey),
        }
    }
}

/// The key that decrypts: the one named, or the one the ciphertext names.
async fn source(ctx: &Ctx, id: Option<&str>, blob: Option<&[u8]>) -> Result<Key, Error> {
    if let Some(id) = id {
        return address::key(ctx, id).await;
    }
    let header = blob.and_then(Header::read).map(|(header, _)| header);
    let header = header.ok_or_else(|| told(Refusal::Ciphertext))?;
    let found = engine(ctx).key(&header.home(&ctx.region)).await;
    found.map_err(|refusal| match refusal {
        Refusal::NoSuchKey(_) => foreign_ciphertext(ctx),
        other => told(other),
    })
}

fn touch_source(ctx: &Ctx, id: Option<&str>, blob: Option<&Bytes>) -> Result<Access, Error> {
    if let Some(id) = id {
        return touch(ctx, id);
    }
    let header = blob.and_then(|blob| Header::read(blob)).map(|(header, _)| header);
    let home = header.ok_or_else(|| told(Refusal::Ciphertext))?.home(&ctx.region);
    match engine(ctx).look(&home).map_err(told)? {
        Some(key) => touch_found(ctx, &home, Some(&key), None),
        None => Err(foreign_ciphertext(ctx)),
    }
}

/// The ciphertext, which only a dry run that ignores it may lack.
fn blob(given: Option<Bytes>, ignored: bool) -> Result<Option<Bytes>, Error> {
    match given {
        Some(blob) if !ignored => Ok(Some(blob)),
        None if !ignored => Err(invalid("CiphertextBlob is required.")),
        _ => Ok(None),
    }
}

fn ignores(dry: bool, modifiers: Option<&[api_kms::DryRunModifierType]>) -> bool {
    dry && modifiers.into_iter().flatten().any(|modifier| modifier.as_str() == "IGNORE_CIPHERTEXT")
}

/// Whether a key encrypts with an algorithm, in such a context.
pub(crate) fn fit(
    key: &Key,
    algorithm: &str,
    operation: &'static str,
    context: Option<&Context>,
) -> Result<(), Refusal> {
    let (spec, usage) = (key.record.spec, key.record.usage);
    if usage != Usage::EncryptDecrypt {
        return Err(Refusal::Usage { arn: key.arn(), usage, operation });
    }
    let has = spec.algorithms(usage).contains(&algorithm);
    if !has || (algorithm != "SYMMETRIC_DEFAULT" && context.is_some_and(|context| !context.is_empty())) {
        return Err(Refusal::Algorithm { algorithm: algorithm.to_owned(), spec });
    }
    Ok(())
}

/// Encrypts with a key's material.
pub(crate) fn close(
    ctx: &Ctx,
    key: &Key,
    material: &Material,
    algorithm: &str,
    context: Option<&Context>,
    plain: &[u8],
) -> Result<Bytes, Refusal> {
    match material {
        Material::Symmetric(material) => {
            let current = key.record.current.ok_or(Refusal::Ciphertext)?;
            let mut blob = Header::new(&key.home, &current.id).bytes();
            let associated = associated(&blob, context);
            material.close(ctx.random(), &associated, plain, &mut blob);
            Ok(blob.into())
        }
        Material::Rsa(cipher) => cipher.encrypt(algorithm, plain).map(Bytes::from).map_err(|_| Refusal::Ciphertext),
        _ => Err(Refusal::IncorrectKey),
    }
}

fn check_length(key: &Key, material: &Material, algorithm: &str, length: usize) -> Result<(), Refusal> {
    match material {
        Material::Rsa(cipher) if length > cipher.most(algorithm) => {
            let most = cipher.most(algorithm);
            Err(Refusal::TooLong { algorithm: algorithm.to_owned(), spec: key.record.spec, most })
        }
        _ => Ok(()),
    }
}

/// The id of a symmetric key's material.
pub(crate) fn symmetric_id(key: &Key) -> Option<String> {
    key.material_id().filter(|_| key.record.spec == Spec::SymmetricDefault)
}

fn algorithm(given: Option<&EncryptionAlgorithmSpec>) -> &str {
    given.map_or("SYMMETRIC_DEFAULT", |algorithm| algorithm.as_str())
}

/// Answers to Nitro enclaves are not here: nothing here could attest one.
pub(crate) fn no_recipient(ctx: &Ctx, recipient: Option<&RecipientInfo>) -> Result<(), Error> {
    match recipient {
        Some(_) => Err(not_here(&format!("{} with a Recipient", ctx.operation.name))),
        None => Ok(()),
    }
}
