//! What an organization's management account, and its delegated administrator for IAM, may do to the roots of its members.

use api_iam::{
    DisableOrganizationsRootCredentialsManagement, DisableOrganizationsRootCredentialsManagementInput,
    DisableOrganizationsRootCredentialsManagementOutput, DisableOrganizationsRootSessions,
    DisableOrganizationsRootSessionsInput, DisableOrganizationsRootSessionsOutput,
    EnableOrganizationsRootCredentialsManagement, EnableOrganizationsRootCredentialsManagementInput,
    EnableOrganizationsRootCredentialsManagementOutput, EnableOrganizationsRootSessions,
    EnableOrganizationsRootSessionsInput, EnableOrganizationsRootSessionsOutput, FeatureType,
    ListOrganizationsFeatures, ListOrganizationsFeaturesInput, ListOrganizationsFeaturesOutput, errors,
};
use service_kit::{Ctx, Error, Outcome};

use crate::calls::{self, Org};
use crate::engine::home::Home;
use crate::ops::edge::engine;
use crate::store::federation::RootAccessRecord;

/// Lets the organization remove credentials of its members' roots.
pub(crate) async fn enable_organizations_root_credentials_management(
    ctx: &Ctx,
    _input: EnableOrganizationsRootCredentialsManagementInput,
) -> Outcome<EnableOrganizationsRootCredentialsManagement> {
    let (organization_id, enabled_features) = set(ctx, true, |record| record.credentials = true).await?;
    Ok(EnableOrganizationsRootCredentialsManagementOutput { organization_id, enabled_features })
}

/// Takes that back.
pub(crate) async fn disable_organizations_root_credentials_management(
    ctx: &Ctx,
    _input: DisableOrganizationsRootCredentialsManagementInput,
) -> Outcome<DisableOrganizationsRootCredentialsManagement> {
    let (organization_id, enabled_features) = set(ctx, false, |record| record.credentials = false).await?;
    Ok(DisableOrganizationsRootCredentialsManagementOutput { organization_id, enabled_features })
}

/// Lets the organization act as its members' roots for single tasks.
pub(crate) async fn enable_organizations_root_sessions(
    ctx: &Ctx,
    _input: EnableOrganizationsRootSessionsInput,
) -> Outcome<EnableOrganizationsRootSessions> {
    let (organization_id, enabled_features) = set(ctx, true, |record| record.sessions = true).await?;
    Ok(EnableOrganizationsRootSessionsOutput { organization_id, enabled_features })
}

/// Takes that back.
pub(crate) async fn disable_organizations_root_sessions(
    ctx: &Ctx,
    _input: DisableOrganizationsRootSessionsInput,
) -> Outcome<DisableOrganizationsRootSessions> {
    let (organization_id, enabled_features) = set(ctx, false, |record| record.sessions = false).await?;
    Ok(DisableOrganizationsRootSessionsOutput { organization_id, enabled_features })
}

/// Lists what the organization may do.
pub(crate) async fn list_organizations_features(
    ctx: &Ctx,
    _input: ListOrganizationsFeaturesInput,
) -> Outcome<ListOrganizationsFeatures> {
    let (org, home) = organization(ctx).await?;
    let record = engine(ctx).root_access(home).await?;
    Ok(ListOrganizationsFeaturesOutput { organization_id: Some(org.id), enabled_features: Some(features(record)) })
}

/// Changes what the organization may do. Only the management account may allow it anything.
async fn set(
    ctx: &Ctx,
    enables: bool,
    edit: impl Fn(&mut RootAccessRecord),
) -> Result<(Option<String>, Option<Vec<FeatureType>>), Error> {
    let (org, home) = organization(ctx).await?;
    if enables && ctx.account() != org.management {
        return Err(errors::caller_is_not_management_account_exception(
            "The request was rejected because the account making the request is not the management account for the \
             organization.",
        )
        .into());
    }
    let record = engine(ctx).edit_root_access(home, edit).await?;
    Ok((Some(org.id), Some(features(record))))
}

/// The caller's organization and its management account, once the caller is seen to speak for it.
async fn organization(ctx: &Ctx) -> Result<(Org, Home), Error> {
    let org = calls::organization(ctx, ctx.account()).await?.ok_or_else(|| {
        errors::organization_not_found_exception(
            "The request was rejected because no organization is associated with your account.",
        )
    })?;
    if ctx.account() != org.management && !calls::administers_iam(ctx, &org, ctx.account()).await? {
        return Err(errors::account_not_management_or_delegated_administrator_exception(
            "The request was rejected because the account making the request is not the management account or delegated \
             administrator account for centralized root access.",
        )
        .into());
    }
    if !org.all_features {
        return Err(errors::organization_not_in_all_features_mode_exception(
            "The request was rejected because your organization does not have All features enabled.",
        )
        .into());
    }
    if !calls::trusts_iam(ctx, &org).await? {
        return Err(errors::service_access_not_enabled_exception(
            "The request was rejected because trusted access is not enabled for IAM in Organizations.",
        )
        .into());
    }
    let home = Home::of(ctx.cloud(), org.management);
    Ok((org, home))
}

fn features(record: RootAccessRecord) -> Vec<FeatureType> {
    let credentials = record.credentials.then_some(FeatureType::RootCredentialsManagement);
    credentials.into_iter().chain(record.sessions.then_some(FeatureType::RootSessions)).collect()
}
