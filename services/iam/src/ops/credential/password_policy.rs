//! What an account asks of its users' passwords.

use api_iam::{
    DeleteAccountPasswordPolicy, DeleteAccountPasswordPolicyInput, DeleteAccountPasswordPolicyOutput,
    GetAccountPasswordPolicy, GetAccountPasswordPolicyInput, GetAccountPasswordPolicyOutput, PasswordPolicy,
    UpdateAccountPasswordPolicy, UpdateAccountPasswordPolicyInput, UpdateAccountPasswordPolicyOutput, errors,
};
use service_kit::{Access, Ctx, Error, Outcome, Principal};

use crate::engine::flaw::{Thing, missing};
use crate::ops::access::now;
use crate::ops::edge::{engine, home};
use crate::store::credential::{PASSWORD_POLICIES, PasswordPolicyRecord};

/// The least length when none is given.
///
/// Source: `UpdateAccountPasswordPolicy`.
const LENGTH: u32 = 6;

/// Sets what the account asks; what is not given goes back to its default.
pub(crate) async fn update_account_password_policy(
    ctx: &Ctx,
    input: UpdateAccountPasswordPolicyInput,
) -> Outcome<UpdateAccountPasswordPolicy> {
    let number = |given: Option<i32>| given.and_then(|given| u32::try_from(given).ok());
    let yes = |given: Option<bool>| given.unwrap_or(false);
    let policy = PasswordPolicyRecord {
        length: number(input.minimum_password_length).unwrap_or(LENGTH),
        symbols: yes(input.require_symbols),
        numbers: yes(input.require_numbers),
        uppercase: yes(input.require_uppercase_characters),
        lowercase: yes(input.require_lowercase_characters),
        own_change: yes(input.allow_users_to_change_password),
        max_age: number(input.max_password_age),
        barred: number(input.password_reuse_prevention),
        hard_expiry: input.hard_expiry,
    };
    engine(ctx).set_password_policy(home(ctx), policy).await?;
    Ok(UpdateAccountPasswordPolicyOutput {})
}

/// Shows what the account asks.
pub(crate) async fn get_account_password_policy(
    ctx: &Ctx,
    _input: GetAccountPasswordPolicyInput,
) -> Outcome<GetAccountPasswordPolicy> {
    let found = engine(ctx).password_policy(home(ctx)).await?;
    let policy = found.ok_or_else(|| missing(Thing::PasswordPolicy, &home(ctx).account.to_string()))?;
    Ok(GetAccountPasswordPolicyOutput { password_policy: shown(&policy) })
}

/// Goes back to what AWS asks of every account.
pub(crate) async fn delete_account_password_policy(
    ctx: &Ctx,
    _input: DeleteAccountPasswordPolicyInput,
) -> Outcome<DeleteAccountPasswordPolicy> {
    if !engine(ctx).delete_password_policy(home(ctx)).await? {
        let text = "The account policy with name PasswordPolicy cannot be found.";
        return Err(errors::no_such_entity_exception(text).into());
    }
    Ok(DeleteAccountPasswordPolicyOutput {})
}

/// What reading the policy touches: nothing for users who may change their own passwords, and so must know what is asked.
pub(crate) fn access_to_read(ctx: &Ctx) -> Result<Access, Error> {
    let (engine, home) = (engine(ctx), home(ctx));
    let read = async move { PASSWORD_POLICIES.get(&engine.view().await?, &home.scope(), &0).await };
    let own_change = now(read)?.is_some_and(|policy| policy.own_change);
    let user = matches!(ctx.caller.principal, Principal::User { .. });
    Ok(if own_change && user { Access::free() } else { Access::any() })
}

fn shown(policy: &PasswordPolicyRecord) -> PasswordPolicy {
    let number = |number: u32| i32::try_from(number).ok();
    PasswordPolicy {
        minimum_password_length: number(policy.length),
        require_symbols: Some(policy.symbols),
        require_numbers: Some(policy.numbers),
        require_uppercase_characters: Some(policy.uppercase),
        require_lowercase_characters: Some(policy.lowercase),
        allow_users_to_change_password: Some(policy.own_change),
        expire_passwords: Some(policy.max_age.is_some()),
        max_password_age: policy.max_age.and_then(number),
        password_reuse_prevention: policy.barred.and_then(number),
        hard_expiry: policy.hard_expiry,
    }
}
