//! Tokens: identity tokens that an account gives for use outside AWS, and the session tokens of STS's global endpoint.

use api_iam::{
    DisableOutboundWebIdentityFederation, DisableOutboundWebIdentityFederationInput,
    DisableOutboundWebIdentityFederationOutput, EnableOutboundWebIdentityFederation,
    EnableOutboundWebIdentityFederationInput, EnableOutboundWebIdentityFederationOutput,
    GetOutboundWebIdentityFederationInfo, GetOutboundWebIdentityFederationInfoInput,
    GetOutboundWebIdentityFederationInfoOutput, GlobalEndpointTokenVersion, SetSecurityTokenServicePreferences,
    SetSecurityTokenServicePreferencesInput, SetSecurityTokenServicePreferencesOutput, errors,
};
use service_kit::{Ctx, Outcome};

use crate::ops::edge::{engine, home};

/// Lets the account give identity tokens.
pub(crate) async fn enable_outbound_web_identity_federation(
    ctx: &Ctx,
    _input: EnableOutboundWebIdentityFederationInput,
) -> Outcome<EnableOutboundWebIdentityFederation> {
    let issuer = engine(ctx).enable_outbound(home(ctx), &ctx.request.base_url).await?;
    let issuer = issuer.ok_or_else(|| {
        errors::feature_enabled_exception("Outbound web identity federation is already enabled for your account.")
    })?;
    Ok(EnableOutboundWebIdentityFederationOutput { issuer_identifier: Some(issuer) })
}

/// Stops giving identity tokens. Those that were given stay good.
pub(crate) async fn disable_outbound_web_identity_federation(
    ctx: &Ctx,
    _input: DisableOutboundWebIdentityFederationInput,
) -> Outcome<DisableOutboundWebIdentityFederation> {
    if !engine(ctx).disable_outbound(home(ctx)).await? {
        return Err(disabled().into());
    }
    Ok(DisableOutboundWebIdentityFederationOutput {})
}

/// Tells who issues the account's identity tokens.
pub(crate) async fn get_outbound_web_identity_federation_info(
    ctx: &Ctx,
    _input: GetOutboundWebIdentityFederationInfoInput,
) -> Outcome<GetOutboundWebIdentityFederationInfo> {
    let issuer = engine(ctx).outbound(home(ctx)).await?.ok_or_else(disabled)?;
    Ok(GetOutboundWebIdentityFederationInfoOutput { issuer_identifier: Some(issuer), jwt_vending_enabled: Some(true) })
}

/// Sets the version of the session tokens that STS's global endpoint gives.
pub(crate) async fn set_security_token_service_preferences(
    ctx: &Ctx,
    input: SetSecurityTokenServicePreferencesInput,
) -> Outcome<SetSecurityTokenServicePreferences> {
    let second = input.global_endpoint_token_version == GlobalEndpointTokenVersion::V2Token;
    engine(ctx).set_token_version(home(ctx), if second { 2 } else { 1 }).await?;
    Ok(SetSecurityTokenServicePreferencesOutput {})
}

fn disabled() -> smithy::ApiError {
    errors::feature_disabled_exception("Outbound web identity federation is not enabled for your account.")
}
