//! Tokens that tell services outside who calls: IAM's outbound identity federation.

use std::time::Duration;

use api_sts::{GetWebIdentityToken, GetWebIdentityTokenInput, GetWebIdentityTokenOutput, errors};
use federation::jwt::Algorithm;
use names::Tags;
use service_kit::{Access, Ctx, Error, Fault, Outcome, Principal};

use super::issue;
use crate::engine::identity_token::IdentityToken;
use crate::error::constraint;
use crate::limits::IDENTITY_TOKEN_DEFAULT;
use crate::token_keys::ALGORITHMS;
use crate::{Sts, calls};

/// To no resource; tags need a permission of their own.
pub(crate) fn access(ctx: &Ctx, input: &GetWebIdentityTokenInput) -> Result<Access, Error> {
    let tags = issue::tags(ctx, input.tags.as_ref(), None)?;
    let mut access = Access::any().with("sts:SigningAlgorithm", &input.signing_algorithm);
    for audience in &input.audience {
        access = access.with("sts:IdentityTokenAudience", audience);
    }
    if let Some(seconds) = input.duration_seconds {
        access = access.with("sts:DurationSeconds", seconds.to_string());
    }
    let given = || tags.given.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let tagging = (!tags.given.is_empty())
        .then(|| Access::any().as_action("sts:TagGetWebIdentityToken").with_request_tags(given()));
    Ok(tagging.into_iter().fold(access.with_request_tags(given()), Access::and))
}

/// Gives a token that tells who calls, if the account gives such tokens.
pub(crate) async fn get_web_identity_token(ctx: &Ctx, input: GetWebIdentityTokenInput) -> Outcome<GetWebIdentityToken> {
    let algorithm = algorithm(&input.signing_algorithm)?;
    let tags = issue::tags(ctx, input.tags.as_ref(), None)?;
    let issuer = calls::issuer(ctx).await?.ok_or_else(|| {
        let text = "Outbound web identity federation is not enabled for your account.";
        errors::outbound_web_identity_federation_disabled_exception(text)
    })?;
    let seconds = input.duration_seconds.map_or(IDENTITY_TOKEN_DEFAULT, i64::from);
    let expires = ctx.now().plus(Duration::from_secs(seconds.unsigned_abs()));
    if ctx.caller.session.as_ref().is_some_and(|session| session.expires < expires) {
        let text = "The requested token duration would extend the session beyond its original expiration time.";
        return Err(errors::session_duration_escalation_exception(text).into());
    }
    let membership = calls::membership(ctx, ctx.account()).await?;
    let token = IdentityToken {
        issuer: &issuer,
        audience: &input.audience,
        caller: &ctx.caller,
        region: &ctx.region,
        membership: membership.as_deref(),
        principal_tags: principal_tags(ctx).await?,
        request_tags: tags.given,
        issued: ctx.now(),
        expires,
        id: ctx.random().uuid(),
    };
    let key = ctx.state::<Sts>().token_keys().get(algorithm).await?;
    let signed = key.token(&token.claims()).map_err(|_| Fault::internal("a token could not be signed"))?;
    Ok(GetWebIdentityTokenOutput { web_identity_token: Some(signed), expiration: Some(expires) })
}

fn algorithm(name: &str) -> Result<Algorithm, Error> {
    let found = ALGORITHMS.into_iter().find(|algorithm| algorithm.name() == name);
    let rule = "Member must satisfy enum value set: [RS256, ES384]";
    found.ok_or_else(|| constraint("signingAlgorithm", name, rule))
}

/// The tags of who calls: those of the user or role, and over them those of the session.
async fn principal_tags(ctx: &Ctx) -> Result<Tags, Error> {
    let id = match &ctx.caller.principal {
        Principal::User { id, .. } => id.as_str(),
        Principal::RoleSession { id, .. } => id.split(':').next().unwrap_or_default(),
        _ => "",
    };
    let identity = match ctx.cloud().principals() {
        Some(principals) if !id.is_empty() => principals.identity(ctx.cloud(), ctx.account(), id).await?,
        _ => None,
    };
    let mut tags = identity.map(|identity| identity.tags.clone()).unwrap_or_default();
    if let Some(session) = &ctx.caller.session {
        tags.extend(session.tags.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    Ok(tags)
}
