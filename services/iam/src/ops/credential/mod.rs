//! Credentials other than access keys: passwords, second factors, certificates, SSH keys, credentials for single services.

mod login_profile;
mod mfa_device;
mod owner;
mod password_policy;
mod server_certificate;
mod service_credential;
mod signing_certificate;
mod ssh_key;

use api_iam as api;
use service_kit::{Access, Operations};

use super::access::{creating, tagging, untagging, user, user_or_caller};
use super::edge::home;

/// Adds these operations, sorted.
pub(super) fn add(operations: Operations) -> Operations {
    tags(mfa_devices(certificates(service_credentials(passwords(ssh_keys(operations))))))
}

fn passwords(operations: Operations) -> Operations {
    operations
        .on::<api::ChangePassword>(|ctx, _| user_or_caller(ctx, None), login_profile::change_password)
        .on::<api::CreateLoginProfile>(
            |ctx, i| user_or_caller(ctx, i.user_name.as_deref()),
            login_profile::create_login_profile,
        )
        .on::<api::DeleteAccountPasswordPolicy>(
            |_, _| Ok(Access::any()),
            password_policy::delete_account_password_policy,
        )
        .on::<api::DeleteLoginProfile>(
            |ctx, i| user_or_caller(ctx, i.user_name.as_deref()),
            login_profile::delete_login_profile,
        )
        .on::<api::GetAccountPasswordPolicy>(
            |ctx, _| password_policy::access_to_read(ctx),
            password_policy::get_account_password_policy,
        )
        .on::<api::GetLoginProfile>(
            |ctx, i| user_or_caller(ctx, i.user_name.as_deref()),
            login_profile::get_login_profile,
        )
        .on::<api::UpdateAccountPasswordPolicy>(
            |_, _| Ok(Access::any()),
            password_policy::update_account_password_policy,
        )
        .on::<api::UpdateLoginProfile>(|ctx, i| user(ctx, &i.user_name), login_profile::update_login_profile)
}

fn mfa_devices(operations: Operations) -> Operations {
    operations
        .on::<api::CreateVirtualMFADevice>(
            |ctx, i| Ok(creating(ctx, "mfa", i.path.as_deref(), &i.virtual_mfa_device_name, i.tags.as_deref())),
            mfa_device::create_virtual_mfa_device,
        )
        .on::<api::DeactivateMFADevice>(
            |ctx, i| mfa_device::access(ctx, i.user_name.as_deref()),
            mfa_device::deactivate_mfa_device,
        )
        .on::<api::DeleteVirtualMFADevice>(
            |_, i| Ok(Access::to(&i.serial_number)),
            mfa_device::delete_virtual_mfa_device,
        )
        .on::<api::EnableMFADevice>(|ctx, i| mfa_device::access(ctx, Some(&i.user_name)), mfa_device::enable_mfa_device)
        .on::<api::GetMFADevice>(|ctx, i| mfa_device::access(ctx, i.user_name.as_deref()), mfa_device::get_mfa_device)
        .on::<api::ListMFADevices>(
            |ctx, i| mfa_device::access(ctx, i.user_name.as_deref()),
            mfa_device::list_mfa_devices,
        )
        .on::<api::ListVirtualMFADevices>(|_, _| Ok(Access::any()), mfa_device::list_virtual_mfa_devices)
        .on::<api::ResyncMFADevice>(|ctx, i| mfa_device::access(ctx, Some(&i.user_name)), mfa_device::resync_mfa_device)
}

fn certificates(operations: Operations) -> Operations {
    use server_certificate::access;
    operations
        .on::<api::DeleteServerCertificate>(
            |ctx, i| access(ctx, &i.server_certificate_name),
            server_certificate::delete_server_certificate,
        )
        .on::<api::DeleteSigningCertificate>(
            |ctx, i| user_or_caller(ctx, i.user_name.as_deref()),
            signing_certificate::delete_signing_certificate,
        )
        .on::<api::GetServerCertificate>(
            |ctx, i| access(ctx, &i.server_certificate_name),
            server_certificate::get_server_certificate,
        )
        .on::<api::ListServerCertificates>(|_, _| Ok(Access::any()), server_certificate::list_server_certificates)
        .on::<api::ListSigningCertificates>(
            |ctx, i| user_or_caller(ctx, i.user_name.as_deref()),
            signing_certificate::list_signing_certificates,
        )
        .on::<api::UpdateServerCertificate>(
            server_certificate::access_by_both_names,
            server_certificate::update_server_certificate,
        )
        .on::<api::UpdateSigningCertificate>(
            |ctx, i| user_or_caller(ctx, i.user_name.as_deref()),
            signing_certificate::update_signing_certificate,
        )
        .on::<api::UploadServerCertificate>(
            |ctx, i| {
                let (path, tags) = (i.path.as_deref(), i.tags.as_deref());
                Ok(creating(ctx, "server-certificate", path, &i.server_certificate_name, tags))
            },
            server_certificate::upload_server_certificate,
        )
        .on::<api::UploadSigningCertificate>(
            |ctx, i| user_or_caller(ctx, i.user_name.as_deref()),
            signing_certificate::upload_signing_certificate,
        )
}

fn ssh_keys(operations: Operations) -> Operations {
    operations
        .on::<api::DeleteSSHPublicKey>(|ctx, i| user(ctx, &i.user_name), ssh_key::delete_ssh_public_key)
        .on::<api::GetSSHPublicKey>(|ctx, i| user(ctx, &i.user_name), ssh_key::get_ssh_public_key)
        .on::<api::ListSSHPublicKeys>(
            |ctx, i| user_or_caller(ctx, i.user_name.as_deref()),
            ssh_key::list_ssh_public_keys,
        )
        .on::<api::UpdateSSHPublicKey>(|ctx, i| user(ctx, &i.user_name), ssh_key::update_ssh_public_key)
        .on::<api::UploadSSHPublicKey>(|ctx, i| user(ctx, &i.user_name), ssh_key::upload_ssh_public_key)
}

fn service_credentials(operations: Operations) -> Operations {
    use service_credential::access_by_id;
    operations
        .on::<api::CreateServiceSpecificCredential>(
            service_credential::access_by_service,
            service_credential::create_service_specific_credential,
        )
        .on::<api::DeleteServiceSpecificCredential>(
            |ctx, i| access_by_id(ctx, i.user_name.as_deref(), &i.service_specific_credential_id),
            service_credential::delete_service_specific_credential,
        )
        .on::<api::ListServiceSpecificCredentials>(
            service_credential::access_to_list,
            service_credential::list_service_specific_credentials,
        )
        .on::<api::ResetServiceSpecificCredential>(
            |ctx, i| access_by_id(ctx, i.user_name.as_deref(), &i.service_specific_credential_id),
            service_credential::reset_service_specific_credential,
        )
        .on::<api::UpdateServiceSpecificCredential>(
            |ctx, i| access_by_id(ctx, i.user_name.as_deref(), &i.service_specific_credential_id),
            service_credential::update_service_specific_credential,
        )
}

fn tags(operations: Operations) -> Operations {
    use server_certificate::access;
    operations
        .on::<api::ListMFADeviceTags>(|_, i| Ok(Access::to(&i.serial_number)), mfa_device::list_mfa_device_tags)
        .on::<api::ListServerCertificateTags>(
            |ctx, i| access(ctx, &i.server_certificate_name),
            server_certificate::list_server_certificate_tags,
        )
        .on::<api::TagMFADevice>(|_, i| Ok(tagging(Access::to(&i.serial_number), &i.tags)), mfa_device::tag_mfa_device)
        .on::<api::TagServerCertificate>(
            |ctx, i| Ok(tagging(access(ctx, &i.server_certificate_name)?, &i.tags)),
            server_certificate::tag_server_certificate,
        )
        .on::<api::UntagMFADevice>(
            |_, i| Ok(untagging(Access::to(&i.serial_number), &i.tag_keys)),
            mfa_device::untag_mfa_device,
        )
        .on::<api::UntagServerCertificate>(
            |ctx, i| Ok(untagging(access(ctx, &i.server_certificate_name)?, &i.tag_keys)),
            server_certificate::untag_server_certificate,
        )
}

/// The name an account goes by beside its devices: its number.
fn account_name(ctx: &service_kit::Ctx) -> String {
    home(ctx).account.to_string()
}
