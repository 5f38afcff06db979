//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

mod address;
mod agreement;
mod alias;
mod crypt;
mod data_key;
mod grant;
mod import;
mod key;
mod key_store;
mod last_use;
mod mac;
mod metadata;
mod paging;
mod policies;
mod policy;
mod region;
mod rotation;
mod sign;
mod tags;

use address::{touch, touch_own, touch_shared};
use api_kms as api;
pub(crate) use policies::KeyPolicies;
use service_kit::{Access, Operations};

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
        .on::<api::CancelKeyDeletion>(|ctx, i| touch_own(ctx, &i.key_id), key::cancel_key_deletion)
        .on::<api::ConnectCustomKeyStore>(|_, _| Ok(Access::any()), key_store::connect_custom_key_store)
        .on::<api::CreateAlias>(alias::access_to_create, alias::create_alias)
        .on::<api::CreateCustomKeyStore>(|_, _| Ok(Access::any()), key_store::create_custom_key_store)
        .on::<api::CreateGrant>(grant::access_to_create, grant::create_grant)
        .on::<api::CreateKey>(key::access_to_create, key::create_key)
        .on::<api::Decrypt>(crypt::access_to_decrypt, crypt::decrypt)
        .on::<api::DeleteAlias>(alias::access_to_delete, alias::delete_alias)
        .on::<api::DeleteCustomKeyStore>(|_, _| Ok(Access::any()), key_store::delete_custom_key_store)
        .on::<api::DeleteImportedKeyMaterial>(|ctx, i| touch_own(ctx, &i.key_id), import::delete_imported_key_material)
        .on::<api::DeriveSharedSecret>(agreement::access, agreement::derive_shared_secret)
        .on::<api::DescribeCustomKeyStores>(|_, _| Ok(Access::any()), key_store::describe_custom_key_stores)
        .on::<api::DescribeKey>(|ctx, i| touch(ctx, &i.key_id), key::describe_key)
        .on::<api::DisableKey>(|ctx, i| touch_own(ctx, &i.key_id), key::disable_key)
        .on::<api::DisableKeyRotation>(|ctx, i| touch_own(ctx, &i.key_id), rotation::disable_key_rotation)
        .on::<api::DisconnectCustomKeyStore>(|_, _| Ok(Access::any()), key_store::disconnect_custom_key_store)
        .on::<api::EnableKey>(|ctx, i| touch_own(ctx, &i.key_id), key::enable_key)
        .on::<api::EnableKeyRotation>(rotation::access_to_enable, rotation::enable_key_rotation)
        .on::<api::Encrypt>(crypt::access_to_encrypt, crypt::encrypt)
        .on::<api::GenerateDataKey>(
            |ctx, i| data_key::access(ctx, &i.key_id, i.encryption_context.as_ref()),
            data_key::generate_data_key,
        )
        .on::<api::GenerateDataKeyPair>(
            |ctx, i| data_key::access_to_pair(ctx, &i.key_id, i.encryption_context.as_ref(), &i.key_pair_spec),
            data_key::generate_data_key_pair,
        )
        .on::<api::GenerateDataKeyPairWithoutPlaintext>(
            |ctx, i| data_key::access_to_pair(ctx, &i.key_id, i.encryption_context.as_ref(), &i.key_pair_spec),
            data_key::generate_data_key_pair_without_plaintext,
        )
        .on::<api::GenerateDataKeyWithoutPlaintext>(
            |ctx, i| data_key::access(ctx, &i.key_id, i.encryption_context.as_ref()),
            data_key::generate_data_key_without_plaintext,
        )
        .on::<api::GenerateMac>(|ctx, i| mac::access(ctx, &i.key_id, &i.mac_algorithm), mac::generate_mac)
        .on::<api::GenerateRandom>(|_, _| Ok(Access::any()), data_key::generate_random)
        .on::<api::GetKeyLastUsage>(|ctx, i| touch_own(ctx, &i.key_id), last_use::get_key_last_usage)
        .on::<api::GetKeyPolicy>(|ctx, i| touch_own(ctx, &i.key_id), policy::get_key_policy)
        .on::<api::GetKeyRotationStatus>(|ctx, i| touch_shared(ctx, &i.key_id), rotation::get_key_rotation_status)
        .on::<api::GetParametersForImport>(import::access_to_parameters, import::get_parameters_for_import)
        .on::<api::GetPublicKey>(|ctx, i| touch(ctx, &i.key_id), sign::get_public_key)
        .on::<api::ImportKeyMaterial>(import::access_to_import, import::import_key_material)
        .on::<api::ListAliases>(|_, _| Ok(Access::any()), alias::list_aliases)
        .on::<api::ListGrants>(|ctx, i| touch_shared(ctx, &i.key_id), grant::list_grants)
        .on::<api::ListKeyPolicies>(|ctx, i| touch_own(ctx, &i.key_id), policy::list_key_policies)
        .on::<api::ListKeyRotations>(|ctx, i| touch_own(ctx, &i.key_id), rotation::list_key_rotations)
        .on::<api::ListKeys>(|_, _| Ok(Access::any()), key::list_keys)
        .on::<api::ListResourceTags>(|ctx, i| touch_own(ctx, &i.key_id), tags::list_resource_tags)
        .on::<api::ListRetirableGrants>(|_, _| Ok(Access::any()), grant::list_retirable_grants)
        .on::<api::PutKeyPolicy>(policy::access_to_put, policy::put_key_policy)
        .on::<api::ReEncrypt>(crypt::access_to_re_encrypt, crypt::re_encrypt)
        .on::<api::ReplicateKey>(region::access_to_replicate, region::replicate_key)
        .on::<api::RetireGrant>(grant::access_to_retire, grant::retire_grant)
        .on::<api::RevokeGrant>(|ctx, i| touch_shared(ctx, &i.key_id), grant::revoke_grant)
        .on::<api::RotateKeyOnDemand>(|ctx, i| touch_own(ctx, &i.key_id), rotation::rotate_key_on_demand)
        .on::<api::ScheduleKeyDeletion>(key::access_to_schedule_deletion, key::schedule_key_deletion)
        .on::<api::Sign>(
            |ctx, i| sign::access(ctx, &i.key_id, &i.signing_algorithm, i.message_type.as_ref()),
            sign::sign,
        )
        .on::<api::TagResource>(tags::access_to_tag, tags::tag_resource)
        .on::<api::UntagResource>(tags::access_to_untag, tags::untag_resource)
        .on::<api::UpdateAlias>(alias::access_to_update, alias::update_alias)
        .on::<api::UpdateCustomKeyStore>(|_, _| Ok(Access::any()), key_store::update_custom_key_store)
        .on::<api::UpdateKeyDescription>(|ctx, i| touch_own(ctx, &i.key_id), key::update_key_description)
        .on::<api::UpdatePrimaryRegion>(region::access_to_update_primary, region::update_primary_region)
        .on::<api::Verify>(
            |ctx, i| sign::access(ctx, &i.key_id, &i.signing_algorithm, i.message_type.as_ref()),
            sign::verify,
        )
        .on::<api::VerifyMac>(|ctx, i| mac::access(ctx, &i.key_id, &i.mac_algorithm), mac::verify_mac)
}
