//! What there is and what it amounts to: credential reports, simulated decisions, last uses, who is granted what.

mod context_keys;
mod credential_report;
mod granting;
mod last_accessed;
mod organizations_report;
mod simulate;

use api_iam as api;
use service_kit::{Access, Operations};

/// Adds these operations, sorted.
pub(super) fn add(operations: Operations) -> Operations {
    reports(decisions(operations))
}

fn decisions(operations: Operations) -> Operations {
    operations
        .on::<api::GetContextKeysForCustomPolicy>(
            |_, _| Ok(Access::any()),
            context_keys::get_context_keys_for_custom_policy,
        )
        .on::<api::GetContextKeysForPrincipalPolicy>(
            |_, i| Ok(Access::to(&i.policy_source_arn)),
            context_keys::get_context_keys_for_principal_policy,
        )
        .on::<api::ListPoliciesGrantingServiceAccess>(
            |_, i| Ok(Access::to(&i.arn)),
            granting::list_policies_granting_service_access,
        )
        .on::<api::SimulateCustomPolicy>(|_, _| Ok(Access::any()), simulate::simulate_custom_policy)
        .on::<api::SimulatePrincipalPolicy>(
            |_, i| Ok(Access::to(&i.policy_source_arn)),
            simulate::simulate_principal_policy,
        )
}

fn reports(operations: Operations) -> Operations {
    operations
        .on::<api::GenerateCredentialReport>(|_, _| Ok(Access::any()), credential_report::generate_credential_report)
        .on::<api::GenerateOrganizationsAccessReport>(
            organizations_report::access,
            organizations_report::generate_organizations_access_report,
        )
        .on::<api::GenerateServiceLastAccessedDetails>(
            |_, i| Ok(Access::to(&i.arn)),
            last_accessed::generate_service_last_accessed_details,
        )
        .on::<api::GetCredentialReport>(|_, _| Ok(Access::any()), credential_report::get_credential_report)
        .on::<api::GetOrganizationsAccessReport>(
            |_, _| Ok(Access::any()),
            organizations_report::get_organizations_access_report,
        )
        .on::<api::GetServiceLastAccessedDetails>(
            |_, _| Ok(Access::any()),
            last_accessed::get_service_last_accessed_details,
        )
        .on::<api::GetServiceLastAccessedDetailsWithEntities>(
            |_, _| Ok(Access::any()),
            last_accessed::get_service_last_accessed_details_with_entities,
        )
}
