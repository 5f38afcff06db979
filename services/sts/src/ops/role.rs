//! Roles assumed by those who sign: users, sessions of roles, services.

use api_sts::{AssumeRole, AssumeRoleInput, AssumeRoleOutput};
use service_kit::{Access, Ctx, Error, Fault, Outcome, Principal, Session};

use super::issue;
use super::mfa::SecondFactor;
use crate::calls;
use crate::engine::session_tags::SessionTags;
use crate::engine::{lifetime, role};
use crate::error::{denied, invalid};

/// The role, with everything the call tells of the session. The trust policy decides; tags and a source identity, those
/// handed on by the calling session too, are further permissions on the same role.
pub(crate) fn access(ctx: &Ctx, input: &AssumeRoleInput) -> Result<Access, Error> {
    role::parse(&input.role_arn)?;
    role::check_source_identity(input.source_identity.as_deref())?;
    let tags = issue::tags(ctx, input.tags.as_ref(), input.transitive_tag_keys.as_ref())?;
    let factor = SecondFactor::of(input.serial_number.as_deref(), input.token_code.as_deref())?;
    if matches!(ctx.caller.principal, Principal::Root) {
        return Err(denied("Roles may not be assumed by root accounts."));
    }
    let identity = source_identity(ctx, input)?;
    let mut told = tags.told(Access::to(&input.role_arn)).with("sts:RoleSessionName", &input.role_session_name);
    if let Some(id) = &input.external_id {
        told = told.with("sts:ExternalId", id);
    }
    if let Some(identity) = &identity {
        told = told.with("sts:SourceIdentity", identity);
    }
    if factor.is_some() {
        // Believed for the decision, checked by the handler: so a code is not spent on a call that is refused anyway.
        told = told.with("aws:MultiFactorAuthPresent", "true").with("aws:MultiFactorAuthAge", "0");
    }
    let also = |action| told.clone().as_action(action);
    let tagging = (!tags.is_empty()).then(|| also("sts:TagSession"));
    let naming = identity.map(|_| also("sts:SetSourceIdentity"));
    let further = tagging.into_iter().chain(naming);
    Ok(further.fold(told.clone(), Access::and))
}

/// The source identity of the session: the caller's own stays for the whole chain.
fn source_identity(ctx: &Ctx, input: &AssumeRoleInput) -> Result<Option<String>, Error> {
    let own = ctx.caller.session.as_ref().and_then(|session| session.source_identity.clone());
    match (own, &input.source_identity) {
        (Some(own), Some(asked)) if own != *asked => {
            Err(denied("The source identity of the calling session cannot be changed."))
        }
        (own, asked) => Ok(own.or_else(|| asked.clone())),
    }
}

/// Gives credentials of a role's session.
pub(crate) async fn assume_role(ctx: &Ctx, input: AssumeRoleInput) -> Outcome<AssumeRole> {
    if input.provided_contexts.is_some() {
        return Err(Fault::NotImplemented { service: "sts".to_owned(), operation: "SetContext".to_owned() }.into());
    }
    let tags = issue::tags(ctx, input.tags.as_ref(), input.transitive_tag_keys.as_ref())?;
    let source_identity = source_identity(ctx, &input)?;
    let factor = SecondFactor::of(input.serial_number.as_deref(), input.token_code.as_deref())?;
    let arn = role::parse(&input.role_arn)?;
    // The authority was shown its trust policy a moment ago.
    let role = calls::role(ctx, &arn).await?.ok_or_else(|| invalid(format!("{arn} is invalid")))?;
    let chained = matches!(ctx.caller.principal, Principal::RoleSession { .. });
    let expires = lifetime::of_role(ctx.now(), input.duration_seconds.map(i64::from), role.longest, chained)?;
    let scope = issue::scope(ctx, input.policy, input.policy_arns).await?;
    let packed_policy_size = scope.packed(&tags.given)?;
    if let Some(factor) = factor {
        factor.check(ctx).await?;
    }
    let session = Session {
        account: role.account,
        principal: role.session(&input.role_session_name),
        issuer: role.id.clone(),
        issued: ctx.now(),
        expires,
        policies: scope.policies,
        policy_arns: scope.arns,
        tags: tags.all(),
        transitive_tags: SessionTags::all_transitive(&tags),
        source_identity: source_identity.clone(),
        // AWS: "The temporary credentials returned by AssumeRole do not include MFA information in the context".
        mfa: None,
        chained,
        context: Default::default(),
    };
    Ok(AssumeRoleOutput {
        credentials: Some(issue::credentials(ctx, &session)),
        assumed_role_user: issue::role_user(&session),
        packed_policy_size,
        source_identity,
    })
}
