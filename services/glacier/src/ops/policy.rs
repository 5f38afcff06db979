//! Who may do what to a vault: its access policy, and the lock that nobody takes off.

use api_glacier::{
    AbortVaultLock, AbortVaultLockInput, AbortVaultLockOutput, CompleteVaultLock, CompleteVaultLockInput,
    CompleteVaultLockOutput, DeleteVaultAccessPolicy, DeleteVaultAccessPolicyInput, DeleteVaultAccessPolicyOutput,
    GetVaultAccessPolicy, GetVaultAccessPolicyInput, GetVaultAccessPolicyOutput, GetVaultLock, GetVaultLockInput,
    GetVaultLockOutput, InitiateVaultLock, InitiateVaultLockInput, InitiateVaultLockOutput, SetVaultAccessPolicy,
    SetVaultAccessPolicyInput, SetVaultAccessPolicyOutput, VaultAccessPolicy,
};
use names::Tags;
use serde_json::Value;
use service_kit::{BoxFuture, Ctx, Error, Outcome, ResourcePolicies};

use super::address::{engine, vault};
use crate::engine::home::{VaultId, shown};
use crate::engine::vault::{live, policy};
use crate::engine::{Answer, Engine, Refusal};
use crate::error::{absent, invalid, missing, told};
use crate::limits;
use crate::store::VaultRecord;

/// Sets the access policy of a vault.
pub(crate) async fn set_vault_access_policy(
    ctx: &Ctx,
    input: SetVaultAccessPolicyInput,
) -> Outcome<SetVaultAccessPolicy> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let policy = read(input.policy.and_then(|policy| policy.policy))?;
    let set = |record: &mut VaultRecord| {
        record.access = Some(policy.clone());
        Ok(())
    };
    engine(ctx).change_vault(&id, set).await.map_err(|refusal| told(&id, "", refusal))?;
    Ok(SetVaultAccessPolicyOutput {})
}

/// Shows the access policy of a vault.
pub(crate) async fn get_vault_access_policy(
    ctx: &Ctx,
    input: GetVaultAccessPolicyInput,
) -> Outcome<GetVaultAccessPolicy> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let record = engine(ctx).vault(&id).await.map_err(|refusal| told(&id, "", refusal))?;
    let none = || absent(format!("No vault access policy is set for: {}", id.arn()));
    let policy = record.access.ok_or_else(none)?;
    Ok(GetVaultAccessPolicyOutput { policy: Some(VaultAccessPolicy { policy: Some(policy) }) })
}

/// Removes the access policy of a vault.
pub(crate) async fn delete_vault_access_policy(
    ctx: &Ctx,
    input: DeleteVaultAccessPolicyInput,
) -> Outcome<DeleteVaultAccessPolicy> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let unset = |record: &mut VaultRecord| {
        record.access = None;
        Ok(())
    };
    engine(ctx).change_vault(&id, unset).await.map_err(|refusal| told(&id, "", refusal))?;
    Ok(DeleteVaultAccessPolicyOutput {})
}

/// Begins to lock a vault: the policy counts at once, and for good once the lock is completed.
pub(crate) async fn initiate_vault_lock(ctx: &Ctx, input: InitiateVaultLockInput) -> Outcome<InitiateVaultLock> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let policy = read(input.policy.and_then(|policy| policy.policy))?;
    let lock_id = engine(ctx).begin_lock(&id, &policy).await.map_err(|refusal| told(&id, "", refusal))?;
    Ok(InitiateVaultLockOutput { lock_id: Some(lock_id) })
}

/// Completes a lock.
pub(crate) async fn complete_vault_lock(ctx: &Ctx, input: CompleteVaultLockInput) -> Outcome<CompleteVaultLock> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let completed = engine(ctx).complete_lock(&id, &input.lock_id).await;
    completed.map_err(|refusal| told(&id, &input.lock_id, refusal))?;
    Ok(CompleteVaultLockOutput {})
}

/// Gives up a lock that is not complete.
pub(crate) async fn abort_vault_lock(ctx: &Ctx, input: AbortVaultLockInput) -> Outcome<AbortVaultLock> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    engine(ctx).abort_lock(&id).await.map_err(|refusal| told(&id, "", refusal))?;
    Ok(AbortVaultLockOutput {})
}

/// Shows a lock.
pub(crate) async fn get_vault_lock(ctx: &Ctx, input: GetVaultLockInput) -> Outcome<GetVaultLock> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let record = engine(ctx).vault(&id).await.map_err(|refusal| told(&id, "", refusal))?;
    let none = || absent(format!("No vault lock policy is set for: {}", id.arn()));
    let lock = live(record.lock.as_ref(), ctx.now()).ok_or_else(none)?;
    let expires = (!lock.locked).then(|| shown(lock.created.plus(limits::LOCK)));
    Ok(GetVaultLockOutput {
        policy: Some(lock.policy.clone()),
        state: Some(if lock.locked { "Locked" } else { "InProgress" }.to_owned()),
        expiration_date: expires,
        creation_date: Some(shown(lock.created)),
    })
}

/// The policies of vaults, told to whoever decides on access.
pub(crate) struct VaultPolicies(pub(crate) Engine);

impl ResourcePolicies for VaultPolicies {
    fn policy<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(async move { Ok(self.there(resource).await?.and_then(|record| policy(&record, ctx.now()))) })
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move { Ok(self.there(resource).await?.map(|record| record.tags).unwrap_or_default()) })
    }
}

impl VaultPolicies {
    async fn there(&self, arn: &str) -> Result<Option<VaultRecord>, Error> {
        let Some(id) = VaultId::of_arn(arn) else { return Ok(None) };
        let found: Answer<VaultRecord> = self.0.vault(&id).await;
        match found {
            Ok(record) => Ok(Some(record)),
            Err(Refusal::Store(error)) => Err(error.into()),
            Err(_) => Ok(None),
        }
    }
}

fn read(policy: Option<String>) -> Result<String, Error> {
    let text = policy.ok_or_else(|| missing("Required parameter missing: Policy"))?;
    match serde_json::from_str::<Value>(&text) {
        Ok(document) if document.get("Statement").is_some() => Ok(text),
        _ => Err(invalid("Invalid policy document")),
    }
}
