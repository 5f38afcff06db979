//! Material from outside.

use api_kms::{
    DeleteImportedKeyMaterial, DeleteImportedKeyMaterialInput, DeleteImportedKeyMaterialOutput, GetParametersForImport,
    GetParametersForImportInput, GetParametersForImportOutput, ImportKeyMaterial, ImportKeyMaterialInput,
    ImportKeyMaterialOutput,
};
use names::Timestamp;
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{self, engine, touch_own};
use crate::engine::hex;
use crate::engine::import::Import;
use crate::engine::spec::Family;
use crate::error::{invalid, told, unsupported};
use crate::limits;

/// Gives a wrapping key and a token, good for a day.
pub(crate) async fn get_parameters_for_import(
    ctx: &Ctx,
    input: GetParametersForImportInput,
) -> Outcome<GetParametersForImport> {
    let home = address::home(ctx, &input.key_id)?;
    let key = engine(ctx).key(&home).await.map_err(told)?;
    let algorithm = input.wrapping_algorithm.as_str();
    // AWS has taken this padding out of service.
    if matches!(algorithm, "RSAES_PKCS1_V1_5" | "SM2PKE") {
        return Err(unsupported(format!("Wrapping algorithm {algorithm} is not supported.")));
    }
    let bits = match input.wrapping_key_spec.as_str() {
        "RSA_2048" => 2048,
        "RSA_3072" => 3072,
        "RSA_4096" => 4096,
        other => return Err(unsupported(format!("Wrapping key spec {other} is not supported in this Region."))),
    };
    if key.record.spec.family() == Family::Rsa && !algorithm.starts_with("RSA_AES_KEY_WRAP") {
        // One block cannot hold an RSA private key.
        return Err(invalid(format!("Wrapping algorithm {algorithm} cannot wrap an RSA private key.")));
    }
    let parameters = engine(ctx).import_parameters(&key, algorithm, bits).await;
    let parameters = parameters.map_err(told)?;
    Ok(GetParametersForImportOutput {
        key_id: Some(key.arn()),
        import_token: Some(parameters.token.into()),
        public_key: Some(parameters.public.into()),
        parameters_valid_to: Some(parameters.valid_to),
    })
}

/// What asking for a wrapping key touches.
pub(crate) fn access_to_parameters(ctx: &Ctx, input: &GetParametersForImportInput) -> Result<Access, Error> {
    let access = touch_own(ctx, &input.key_id)?.with("kms:WrappingAlgorithm", input.wrapping_algorithm.as_str());
    Ok(access.with("kms:WrappingKeySpec", input.wrapping_key_spec.as_str()))
}

/// Takes material in.
pub(crate) async fn import_key_material(ctx: &Ctx, input: ImportKeyMaterialInput) -> Outcome<ImportKeyMaterial> {
    let home = address::home(ctx, &input.key_id)?;
    let key = engine(ctx).key(&home).await.map_err(told)?;
    key.importable().and_then(|()| key.staying()).map_err(told)?;
    let valid_to = valid_to(ctx, &input)?;
    let secret = engine(ctx).unwrap(&key, &input.import_token, &input.encrypted_key_material);
    let import = Import {
        secret: secret.map_err(told)?,
        new: input.import_type.as_ref().map(|kind| kind.as_str() == "NEW_KEY_MATERIAL"),
        id: input.key_material_id,
        valid_to,
        description: input.key_material_description,
    };
    let id = engine(ctx).import(&home, &import).await.map_err(told)?;
    Ok(ImportKeyMaterialOutput { key_id: Some(key.arn()), key_material_id: Some(hex(&id)) })
}

/// What taking material in touches.
pub(crate) fn access_to_import(ctx: &Ctx, input: &ImportKeyMaterialInput) -> Result<Access, Error> {
    let access = touch_own(ctx, &input.key_id)?.with("kms:ExpirationModel", model(input));
    Ok(match input.valid_to {
        Some(end) => access.with("kms:ValidTo", end.iso8601()),
        None => access,
    })
}

/// Deletes imported material.
pub(crate) async fn delete_imported_key_material(
    ctx: &Ctx,
    input: DeleteImportedKeyMaterialInput,
) -> Outcome<DeleteImportedKeyMaterial> {
    let home = address::home(ctx, &input.key_id)?;
    let deleted = engine(ctx).delete_material(&home, input.key_material_id.as_deref()).await;
    let (key, id) = deleted.map_err(told)?;
    Ok(DeleteImportedKeyMaterialOutput { key_id: Some(key.arn()), key_material_id: id.map(|id| hex(&id)) })
}

fn model(input: &ImportKeyMaterialInput) -> &str {
    input.expiration_model.as_ref().map_or("KEY_MATERIAL_EXPIRES", |model| model.as_str())
}

fn valid_to(ctx: &Ctx, input: &ImportKeyMaterialInput) -> Result<Option<Timestamp>, Error> {
    match (model(input), input.valid_to) {
        ("KEY_MATERIAL_EXPIRES", None) => {
            Err(invalid("A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"))
        }
        ("KEY_MATERIAL_EXPIRES", Some(end)) if end <= ctx.now() => {
            Err(invalid("The validTo date must be in the future"))
        }
        ("KEY_MATERIAL_EXPIRES", Some(end)) if end > ctx.now().plus(limits::IMPORT_VALIDITY) => {
            Err(invalid("The validTo date must be within 365 days"))
        }
        ("KEY_MATERIAL_EXPIRES", end) => Ok(end),
        (_, Some(_)) => {
            Err(invalid("A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE"))
        }
        (_, None) => Ok(None),
    }
}
