//! Key policies.

use api_kms::{
    GetKeyPolicy, GetKeyPolicyInput, GetKeyPolicyOutput, ListKeyPolicies, ListKeyPoliciesInput, ListKeyPoliciesOutput,
    PutKeyPolicy, PutKeyPolicyInput, PutKeyPolicyOutput, errors,
};
use policy::{Attached, Kind, MapContext, Policies, Policy, Request, ResourceRule, Who};
use service_kit::{Access, Ctx, Error, Outcome, Principal};

use super::address::{self, engine, here, touch_own};
use super::key::malformed;
use super::paging::Wanted;
use crate::error::told;
use crate::limits;

/// The one name of a key's policy.
const NAME: &str = "default";

/// Puts a key's policy.
pub(crate) async fn put_key_policy(ctx: &Ctx, input: PutKeyPolicyInput) -> Outcome<PutKeyPolicy> {
    let home = address::home(ctx, &input.key_id)?;
    check_name(input.policy_name.as_deref())?;
    let text = checked(ctx, input.policy, input.bypass_policy_lockout_safety_check)?;
    engine(ctx).put_policy(&home, &text).await.map_err(told)?;
    Ok(PutKeyPolicyOutput {})
}

/// Shows a key's policy as it was put.
pub(crate) async fn get_key_policy(ctx: &Ctx, input: GetKeyPolicyInput) -> Outcome<GetKeyPolicy> {
    let home = address::home(ctx, &input.key_id)?;
    check_name(input.policy_name.as_deref())?;
    let policy = engine(ctx).policy(&home).await.map_err(told)?;
    Ok(GetKeyPolicyOutput { policy: Some(policy), policy_name: Some(NAME.to_owned()) })
}

/// Lists the names of a key's policies: one.
pub(crate) async fn list_key_policies(ctx: &Ctx, input: ListKeyPoliciesInput) -> Outcome<ListKeyPolicies> {
    let home = address::home(ctx, &input.key_id)?;
    engine(ctx).key(&home).await.map_err(told)?;
    let wanted = Wanted::new(ctx, &home.id, limits::KEYS_SHOWN, input.limit, input.marker.as_deref())?;
    let page = wanted.cut([NAME.to_owned()], Clone::clone);
    let (policy_names, truncated) = (Some(page.items), Some(page.truncated));
    Ok(ListKeyPoliciesOutput { policy_names, next_marker: page.next_marker, truncated })
}

/// What putting a policy touches.
pub(crate) fn access_to_put(ctx: &Ctx, input: &PutKeyPolicyInput) -> Result<Access, Error> {
    let bypass = input.bypass_policy_lockout_safety_check.unwrap_or_default();
    Ok(touch_own(ctx, &input.key_id)?.with("kms:BypassPolicyLockoutSafetyCheck", bypass.to_string()))
}

/// A policy that can be one, and by which its author can put the next, unless told not to look.
pub(crate) fn checked(ctx: &Ctx, text: String, bypass: Option<bool>) -> Result<String, Error> {
    if text.len() > limits::POLICY_BYTES {
        let most = limits::POLICY_BYTES;
        return Err(errors::limit_exceeded_exception(format!("The key policy is longer than {most} bytes.")).into());
    }
    let policy = Policy::parse(&text, Kind::Resource).map_err(|reason| malformed(reason.message))?;
    if bypass == Some(true) || stays_open(ctx, &policy) {
        return Ok(text);
    }
    Err(malformed("The new key policy will not allow you to update the key policy in the future."))
}

/// Whether the caller, were its own policies to allow everything, could put the next policy.
fn stays_open(ctx: &Ctx, policy: &Policy) -> bool {
    let (account, arn) = (ctx.account(), ctx.caller.arn(ctx.partition()));
    let who = match &ctx.caller.principal {
        Principal::User { arn, id } => Who::user(account, arn, id),
        Principal::RoleSession { arn, id, role } => Who::role_session(account, arn, role, id),
        Principal::Federated { arn, .. } => Who::federated_user(account, arn, ""),
        Principal::Root => Who::root(account, &arn),
        // The cloud's own parts answer for what they put.
        Principal::Service(_) | Principal::Internal(_) | Principal::Anonymous => return true,
    };
    let all = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let all = Policy::parse(all, Kind::Inline).expect("a policy that allows everything is one");
    let resource = here(ctx).key("00000000-0000-0000-0000-000000000000").arn();
    let identity = [Attached { name: "everything", policy: &all }];
    let policies = Policies {
        identity: &identity,
        resource: Some(Attached { name: &resource, policy }),
        resource_rule: ResourceRule::Required,
        resource_account: Some(account),
        ..Policies::default()
    };
    let context = MapContext::new().with("kms:CallerAccount", &account.to_string()).with("aws:PrincipalArn", &arn);
    let request = Request { principal: who, action: "kms:PutKeyPolicy", resource: &resource, context: &context };
    policy::evaluate(&policies, &request).allowed
}

fn check_name(name: Option<&str>) -> Result<(), Error> {
    if name.is_none_or(|name| name == NAME) {
        return Ok(());
    }
    Err(errors::not_found_exception("No such policy exists").into())
}
