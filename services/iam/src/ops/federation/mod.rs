//! Identity providers, tokens, roles of services, and what an organization may do to its members' roots.

mod oidc_provider;
mod outbound;
mod root_access;
mod saml_provider;
mod service_linked_role;

use api_iam as api;
use service_kit::{Access, Operations};

use super::access::{role, tagging, untagging};
use super::edge::home;

/// Adds these operations, sorted.
pub(super) fn add(operations: Operations) -> Operations {
    accounts(linked_roles(saml(oidc(operations))))
}

fn oidc(operations: Operations) -> Operations {
    operations
        .on::<api::AddClientIDToOpenIDConnectProvider>(
            |_, i| Ok(Access::to(&i.open_id_connect_provider_arn)),
            oidc_provider::add_client_id_to_open_id_connect_provider,
        )
        .on::<api::CreateOpenIDConnectProvider>(
            oidc_provider::access_by_url,
            oidc_provider::create_open_id_connect_provider,
        )
        .on::<api::DeleteOpenIDConnectProvider>(
            |_, i| Ok(Access::to(&i.open_id_connect_provider_arn)),
            oidc_provider::delete_open_id_connect_provider,
        )
        .on::<api::GetOpenIDConnectProvider>(
            |_, i| Ok(Access::to(&i.open_id_connect_provider_arn)),
            oidc_provider::get_open_id_connect_provider,
        )
        .on::<api::ListOpenIDConnectProviderTags>(
            |_, i| Ok(Access::to(&i.open_id_connect_provider_arn)),
            oidc_provider::list_open_id_connect_provider_tags,
        )
        .on::<api::ListOpenIDConnectProviders>(|_, _| Ok(Access::any()), oidc_provider::list_open_id_connect_providers)
        .on::<api::RemoveClientIDFromOpenIDConnectProvider>(
            |_, i| Ok(Access::to(&i.open_id_connect_provider_arn)),
            oidc_provider::remove_client_id_from_open_id_connect_provider,
        )
        .on::<api::TagOpenIDConnectProvider>(
            |_, i| Ok(tagging(Access::to(&i.open_id_connect_provider_arn), &i.tags)),
            oidc_provider::tag_open_id_connect_provider,
        )
        .on::<api::UntagOpenIDConnectProvider>(
            |_, i| Ok(untagging(Access::to(&i.open_id_connect_provider_arn), &i.tag_keys)),
            oidc_provider::untag_open_id_connect_provider,
        )
        .on::<api::UpdateOpenIDConnectProviderThumbprint>(
            |_, i| Ok(Access::to(&i.open_id_connect_provider_arn)),
            oidc_provider::update_open_id_connect_provider_thumbprint,
        )
}

fn saml(operations: Operations) -> Operations {
    operations
        .on::<api::CreateSAMLProvider>(
            |ctx, i| {
                let arn = home(ctx).arn(format!("saml-provider/{}", i.name));
                Ok(tagging(Access::to(arn), i.tags.as_deref().unwrap_or_default()))
            },
            saml_provider::create_saml_provider,
        )
        .on::<api::DeleteSAMLProvider>(|_, i| Ok(Access::to(&i.saml_provider_arn)), saml_provider::delete_saml_provider)
        .on::<api::GetSAMLProvider>(|_, i| Ok(Access::to(&i.saml_provider_arn)), saml_provider::get_saml_provider)
        .on::<api::ListSAMLProviderTags>(
            |_, i| Ok(Access::to(&i.saml_provider_arn)),
            saml_provider::list_saml_provider_tags,
        )
        .on::<api::ListSAMLProviders>(|_, _| Ok(Access::any()), saml_provider::list_saml_providers)
        .on::<api::TagSAMLProvider>(
            |_, i| Ok(tagging(Access::to(&i.saml_provider_arn), &i.tags)),
            saml_provider::tag_saml_provider,
        )
        .on::<api::UntagSAMLProvider>(
            |_, i| Ok(untagging(Access::to(&i.saml_provider_arn), &i.tag_keys)),
            saml_provider::untag_saml_provider,
        )
        .on::<api::UpdateSAMLProvider>(|_, i| Ok(Access::to(&i.saml_provider_arn)), saml_provider::update_saml_provider)
}

fn linked_roles(operations: Operations) -> Operations {
    operations
        .on::<api::CreateServiceLinkedRole>(
            service_linked_role::access_by_service,
            service_linked_role::create_service_linked_role,
        )
        .on::<api::DeleteServiceLinkedRole>(
            |ctx, i| role(ctx, &i.role_name),
            service_linked_role::delete_service_linked_role,
        )
        .on::<api::GetServiceLinkedRoleDeletionStatus>(
            service_linked_role::access_by_task,
            service_linked_role::get_service_linked_role_deletion_status,
        )
}

fn accounts(operations: Operations) -> Operations {
    operations
        .on::<api::DisableOrganizationsRootCredentialsManagement>(
            |_, _| Ok(Access::any()),
            root_access::disable_organizations_root_credentials_management,
        )
        .on::<api::DisableOrganizationsRootSessions>(
            |_, _| Ok(Access::any()),
            root_access::disable_organizations_root_sessions,
        )
        .on::<api::DisableOutboundWebIdentityFederation>(
            |_, _| Ok(Access::any()),
            outbound::disable_outbound_web_identity_federation,
        )
        .on::<api::EnableOrganizationsRootCredentialsManagement>(
            |_, _| Ok(Access::any()),
            root_access::enable_organizations_root_credentials_management,
        )
        .on::<api::EnableOrganizationsRootSessions>(
            |_, _| Ok(Access::any()),
            root_access::enable_organizations_root_sessions,
        )
        .on::<api::EnableOutboundWebIdentityFederation>(
            |_, _| Ok(Access::any()),
            outbound::enable_outbound_web_identity_federation,
        )
        .on::<api::GetOutboundWebIdentityFederationInfo>(
            |_, _| Ok(Access::any()),
            outbound::get_outbound_web_identity_federation_info,
        )
        .on::<api::ListOrganizationsFeatures>(|_, _| Ok(Access::any()), root_access::list_organizations_features)
        .on::<api::SetSecurityTokenServicePreferences>(
            |_, _| Ok(Access::any()),
            outbound::set_security_token_service_preferences,
        )
}
