//! The operation table: what each operation touches, and the handler that does it. What nobody signs is decided by its
//! handler, which alone can tell who vouches.

mod access_key;
mod authorization_message;
mod caller_identity;
mod federation_token;
mod identity_token;
mod issue;
mod mfa;
mod role;
mod root;
mod saml;
mod session_token;
mod trust_policies;
mod vouched;
mod web_identity;

use api_sts as api;
use service_kit::{Access, Operations};
pub(crate) use trust_policies::TrustPolicies;

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
        .on::<api::AssumeRole>(role::access, role::assume_role)
        .on::<api::AssumeRoleWithSAML>(|_, _| Ok(Access::free()), saml::assume_role_with_saml)
        .on::<api::AssumeRoleWithWebIdentity>(|_, _| Ok(Access::free()), web_identity::assume_role_with_web_identity)
        .on::<api::AssumeRoot>(root::access, root::assume_root)
        .on::<api::DecodeAuthorizationMessage>(
            |_, _| Ok(Access::any()),
            authorization_message::decode_authorization_message,
        )
        .on::<api::GetAccessKeyInfo>(|_, _| Ok(Access::any()), access_key::get_access_key_info)
        .on::<api::GetCallerIdentity>(|_, _| Ok(Access::free()), caller_identity::get_caller_identity)
        .on::<api::GetFederationToken>(federation_token::access, federation_token::get_federation_token)
        .on::<api::GetSessionToken>(session_token::access, session_token::get_session_token)
        .on::<api::GetWebIdentityToken>(identity_token::access, identity_token::get_web_identity_token)
}
