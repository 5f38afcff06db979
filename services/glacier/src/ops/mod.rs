//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

mod account;
mod address;
mod archive;
pub(crate) mod job;
mod policy;
mod tags;
mod vault;

use address::{archive_access, vault_access};
use api_glacier as api;
pub(crate) use policy::VaultPolicies;
use service_kit::{Access, Operations};

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
        .on::<api::AbortMultipartUpload>(
            |ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)),
            archive::abort_multipart_upload,
        )
        .on::<api::AbortVaultLock>(
            |ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)),
            policy::abort_vault_lock,
        )
        .on::<api::AddTagsToVault>(tags::access_to_add, tags::add_tags_to_vault)
        .on::<api::CompleteMultipartUpload>(
            |ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)),
            archive::complete_multipart_upload,
        )
        .on::<api::CompleteVaultLock>(
            |ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)),
            policy::complete_vault_lock,
        )
        .on::<api::CreateVault>(|ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)), vault::create_vault)
        .on::<api::DeleteArchive>(
            |ctx, i| Ok(archive_access(ctx, &i.account_id, &i.vault_name, Some(&i.archive_id))),
            archive::delete_archive,
        )
        .on::<api::DeleteVault>(|ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)), vault::delete_vault)
        .on::<api::DeleteVaultAccessPolicy>(
            |ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)),
            policy::delete_vault_access_policy,
        )
        .on::<api::DeleteVaultNotifications>(
            |ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)),
            vault::delete_vault_notifications,
        )
        .on::<api::DescribeJob>(|ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)), job::describe_job)
        .on::<api::DescribeVault>(|ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)), vault::describe_vault)
        .on::<api::GetDataRetrievalPolicy>(|_, _| Ok(Access::any()), account::get_data_retrieval_policy)
        .on::<api::GetJobOutput>(|ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)), job::get_job_output)
        .on::<api::GetVaultAccessPolicy>(
            |ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)),
            policy::get_vault_access_policy,
        )
        .on::<api::GetVaultLock>(|ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)), policy::get_vault_lock)
        .on::<api::GetVaultNotifications>(
            |ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)),
            vault::get_vault_notifications,
        )
        .on::<api::InitiateJob>(job::access_to_initiate, job::initiate_job)
        .on::<api::InitiateMultipartUpload>(
            |ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)),
            archive::initiate_multipart_upload,
        )
        .on::<api::InitiateVaultLock>(
            |ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)),
            policy::initiate_vault_lock,
        )
        .on::<api::ListJobs>(|ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)), job::list_jobs)
        .on::<api::ListMultipartUploads>(
            |ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)),
            archive::list_multipart_uploads,
        )
        .on::<api::ListParts>(|ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)), archive::list_parts)
        .on::<api::ListProvisionedCapacity>(|_, _| Ok(Access::any()), account::list_provisioned_capacity)
        .on::<api::ListTagsForVault>(
            |ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)),
            tags::list_tags_for_vault,
        )
        .on::<api::ListVaults>(|_, _| Ok(Access::any()), vault::list_vaults)
        .on::<api::PurchaseProvisionedCapacity>(|_, _| Ok(Access::any()), account::purchase_provisioned_capacity)
        .on::<api::RemoveTagsFromVault>(tags::access_to_remove, tags::remove_tags_from_vault)
        .on::<api::SetDataRetrievalPolicy>(|_, _| Ok(Access::any()), account::set_data_retrieval_policy)
        .on::<api::SetVaultAccessPolicy>(
            |ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)),
            policy::set_vault_access_policy,
        )
        .on::<api::SetVaultNotifications>(
            |ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)),
            vault::set_vault_notifications,
        )
        .on::<api::UploadArchive>(|ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)), archive::upload_archive)
        .on::<api::UploadMultipartPart>(
            |ctx, i| Ok(vault_access(ctx, &i.account_id, &i.vault_name)),
            archive::upload_multipart_part,
        )
}
