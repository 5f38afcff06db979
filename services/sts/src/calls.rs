//! Every question to other services: IAM's roles, devices and providers, and who speaks for an organization.

use std::sync::Arc;

use api_iam::{
    FeatureType, GetOpenIDConnectProvider, GetOpenIDConnectProviderInput, GetOutboundWebIdentityFederationInfo,
    GetOutboundWebIdentityFederationInfoInput, GetRole, GetRoleInput, GetSAMLProvider, GetSAMLProviderInput,
    ListMFADevices, ListMFADevicesInput, ListOrganizationsFeatures, ListOrganizationsFeaturesInput,
};
use api_organizations::{ListDelegatedAdministrators, ListDelegatedAdministratorsInput};
use names::{AccountId, Arn, Tags};
use service_kit::{Ctx, Error, Fault, Membership, Outcome};
use smithy::Operation;

use crate::engine::role::{Role, of_arn};
use crate::limits;

/// A provider of web identities as an account registered it.
pub(crate) struct OidcProvider {
    pub(crate) client_ids: Vec<String>,
    pub(crate) thumbprints: Vec<String>,
}

/// The role with an ARN; none when there is none.
pub(crate) async fn role(ctx: &Ctx, arn: &Arn) -> Result<Option<Role>, Error> {
    let Some((account, name)) = of_arn(arn) else { return Ok(None) };
    let asked = ctx.ask::<GetRole>(account, GetRoleInput { role_name: name.to_owned() }).await;
    let Some(answer) = found::<GetRole>(asked)? else { return Ok(None) };
    let role = answer.role;
    // A role of the name on another path is another role.
    if role.arn != arn.to_string() {
        return Ok(None);
    }
    let tags = role.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect::<Tags>();
    let longest = role.max_session_duration.map_or(limits::ROLE_SESSION_DEFAULT, i64::from);
    let trust = document(role.assume_role_policy_document.unwrap_or_default());
    Ok(Some(Role { arn: arn.clone(), account, name: role.role_name, id: role.role_id, trust, longest, tags }))
}

/// The metadata document of a SAML provider; none when there is no such provider.
pub(crate) async fn saml_provider(ctx: &Ctx, arn: &Arn) -> Result<Option<String>, Error> {
    let Some(account) = arn.account_id() else { return Ok(None) };
    let input = GetSAMLProviderInput { saml_provider_arn: arn.to_string() };
    let answer = found::<GetSAMLProvider>(ctx.ask::<GetSAMLProvider>(account, input).await)?;
    Ok(answer.and_then(|answer| answer.saml_metadata_document))
}

/// A registered provider of web identities; none when there is none.
pub(crate) async fn oidc_provider(ctx: &Ctx, account: AccountId, arn: &str) -> Result<Option<OidcProvider>, Error> {
    let input = GetOpenIDConnectProviderInput { open_id_connect_provider_arn: arn.to_owned() };
    let answer = found::<GetOpenIDConnectProvider>(ctx.ask::<GetOpenIDConnectProvider>(account, input).await)?;
    Ok(answer.map(|answer| OidcProvider {
        client_ids: answer.client_id_list.unwrap_or_default(),
        thumbprints: answer.thumbprint_list.unwrap_or_default(),
    }))
}

/// Who issues identity tokens of the account; none when it gives none.
pub(crate) async fn issuer(ctx: &Ctx) -> Result<Option<String>, Error> {
    let input = GetOutboundWebIdentityFederationInfoInput::default();
    let asked = ctx.ask::<GetOutboundWebIdentityFederationInfo>(ctx.account(), input).await;
    let answer = found::<GetOutboundWebIdentityFederationInfo>(asked)?;
    Ok(answer.and_then(|answer| answer.issuer_identifier))
}

/// Whether a user has a device with this serial number.
pub(crate) async fn has_device(ctx: &Ctx, user: &str, serial: &str) -> Result<bool, Error> {
    let input = ListMFADevicesInput { user_name: Some(user.to_owned()), ..ListMFADevicesInput::default() };
    let answer = found::<ListMFADevices>(ctx.ask::<ListMFADevices>(ctx.account(), input).await)?;
    Ok(answer.is_some_and(|answer| answer.mfa_devices.iter().any(|device| device.serial_number == serial)))
}

/// Whether an organization lets its management account act as the root of others.
pub(crate) async fn has_root_sessions(ctx: &Ctx, management: AccountId) -> Result<bool, Error> {
    let input = ListOrganizationsFeaturesInput::default();
    let answer = found::<ListOrganizationsFeatures>(ctx.ask::<ListOrganizationsFeatures>(management, input).await)?;
    let features = answer.and_then(|answer| answer.enabled_features).unwrap_or_default();
    Ok(features.contains(&FeatureType::RootSessions))
}

/// Whether a management account let another account of its organization act for IAM.
pub(crate) async fn is_delegate(ctx: &Ctx, management: AccountId, account: AccountId) -> Result<bool, Error> {
    let service_principal = Some("iam.amazonaws.com".to_owned());
    let input = ListDelegatedAdministratorsInput { service_principal, ..Default::default() };
    let answer = found::<ListDelegatedAdministrators>(ctx.ask::<ListDelegatedAdministrators>(management, input).await)?;
    let delegates = answer.and_then(|answer| answer.delegated_administrators).unwrap_or_default();
    Ok(delegates.iter().any(|delegate| delegate.id.as_deref() == Some(&account.to_string())))
}

/// What an organization makes of an account; none when it is in none.
pub(crate) async fn membership(ctx: &Ctx, account: AccountId) -> Result<Option<Arc<Membership>>, Error> {
    match ctx.cloud().guardrails() {
        Some(guardrails) => guardrails.membership(ctx.cloud(), account).await,
        None => Ok(None),
    }
}

/// The answer to a question; none when what was asked for is not there, or nobody keeps such things.
fn found<O: Operation>(outcome: Outcome<O>) -> Result<Option<O::Output>, Error> {
    match outcome {
        Ok(output) => Ok(Some(output)),
        Err(Error::Modeled(error)) => {
            tracing::debug!(operation = O::SCHEMA.name, code = error.schema.query_code, "nothing there");
            Ok(None)
        }
        Err(Error::Fault(Fault::NotImplemented { .. } | Fault::Invalid { .. } | Fault::Validation(_))) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A document as IAM shows it, with the escapes of an address.
fn document(shown: String) -> String {
    if shown.trim_start().starts_with('{') {
        return shown;
    }
    let mut plain = Vec::with_capacity(shown.len());
    let mut rest = shown.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        let escaped = tail.get(..2).filter(|_| *byte == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) => {
                plain.push(decoded);
                rest = &tail[2..];
            }
            None => {
                plain.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8(plain).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents() {
        for (shown, plain) in
            [("{\"a\": \"%41\"}", "{\"a\": \"%41\"}"), ("%7B%22a%22%3A1%7D", "{\"a\":1}"), ("%7B%", "{%")]
        {
            assert_eq!(document(shown.to_owned()), plain);
        }
    }
}
