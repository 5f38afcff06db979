//! Issuing the credentials of a session, and reading what operations that issue some have in common.

use api_sts::{AssumedRoleUser, Credentials, PolicyDescriptorType, Tag};
use service_kit::{Ctx, Error, Principal, Session};

use crate::engine::scope::Scope;
use crate::engine::session_tags::SessionTags;
use crate::error::wrong_value;

/// Fresh credentials of a session.
pub(super) fn credentials(ctx: &Ctx, session: &Session) -> Credentials {
    let key = ctx.cloud().sessions().issue(ctx.random(), session);
    Credentials {
        access_key_id: key.access_key,
        secret_access_key: key.secret,
        session_token: key.token,
        expiration: session.expires,
    }
}

/// A role's session as answers show it.
pub(super) fn role_user(session: &Session) -> Option<AssumedRoleUser> {
    match &session.principal {
        Principal::RoleSession { arn, id, .. } => {
            Some(AssumedRoleUser { assumed_role_id: id.clone(), arn: arn.clone() })
        }
        _ => None,
    }
}

/// The scope that a call asks for; managed policies must be there.
pub(super) async fn scope(
    ctx: &Ctx,
    inline: Option<String>,
    arns: Option<Vec<PolicyDescriptorType>>,
) -> Result<Scope, Error> {
    let arns: Vec<String> = arns.unwrap_or_default().into_iter().filter_map(|descriptor| descriptor.arn).collect();
    let scope = Scope::new(inline, arns)?;
    if let Some(principals) = ctx.cloud().principals() {
        for arn in &scope.arns {
            if principals.managed(ctx.cloud(), arn).await?.is_none() {
                return Err(crate::error::invalid(format!("ARN {arn} is not valid.")));
            }
        }
    }
    Ok(scope)
}

/// The tags that a call gives its session.
pub(super) fn tags(
    ctx: &Ctx,
    given: Option<&Vec<Tag>>,
    transitive: Option<&Vec<String>>,
) -> Result<SessionTags, Error> {
    let given = given.into_iter().flatten().map(|tag| (tag.key.clone(), tag.value.clone()));
    let transitive = transitive.cloned().unwrap_or_default();
    let tags = SessionTags::new(given, transitive, ctx.caller.session.as_deref());
    tags.map_err(|wrong| wrong_value(wrong.text()))
}
