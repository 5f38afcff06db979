//! Calls of other services: of Organizations, to learn what an organization is made of. Asked internally, since whoever calls
//! IAM here need not be allowed to ask Organizations.

use api_organizations::{
    DescribeOrganization, DescribeOrganizationInput, DescribePolicy, DescribePolicyInput,
    ListAWSServiceAccessForOrganization, ListAWSServiceAccessForOrganizationInput, ListAccountsForParent,
    ListAccountsForParentInput, ListDelegatedAdministrators, ListDelegatedAdministratorsInput,
    ListOrganizationalUnitsForParent, ListOrganizationalUnitsForParentInput, ListPoliciesForTarget,
    ListPoliciesForTargetInput, Organization, OrganizationFeatureSet, PolicyType,
};
use names::AccountId;
use service_kit::{Ctx, Error, Fault};

/// IAM's name among the services that an organization trusts.
const IAM: &str = "iam.amazonaws.com";

/// An organization as far as IAM must know it.
pub(crate) struct Org {
    /// `o-…`.
    pub(crate) id: String,
    /// The management account.
    pub(crate) management: AccountId,
    /// Whether it has all features.
    pub(crate) all_features: bool,
}

/// All items of a listing, page after page.
macro_rules! all {
    ($ctx:ident, $account:expr, $operation:ty, $input:expr, $items:ident) => {{
        let (mut all, mut input) = (Vec::new(), $input);
        loop {
            let output = $ctx.ask::<$operation>($account, input.clone()).await?;
            all.extend(output.$items.unwrap_or_default());
            match output.next_token {
                Some(token) => input.next_token = Some(token),
                None => break all,
            }
        }
    }};
}

/// The organization that an account is in; none when it is in none.
pub(crate) async fn organization(ctx: &Ctx, account: AccountId) -> Result<Option<Org>, Error> {
    let found = ctx.ask::<DescribeOrganization>(account, DescribeOrganizationInput {}).await;
    match found {
        Ok(output) => Ok(output.organization.and_then(read)),
        // There is none, or nobody here who keeps any.
        Err(Error::Modeled(_) | Error::Fault(Fault::NotImplemented { .. })) => Ok(None),
        Err(other) => Err(other),
    }
}

fn read(organization: Organization) -> Option<Org> {
    Some(Org {
        id: organization.id?,
        management: organization.master_account_id?.parse().ok()?,
        all_features: organization.feature_set == Some(OrganizationFeatureSet::All),
    })
}

/// Whether an organization trusts IAM.
pub(crate) async fn trusts_iam(ctx: &Ctx, org: &Org) -> Result<bool, Error> {
    let input = ListAWSServiceAccessForOrganizationInput::default();
    let services = all!(ctx, org.management, ListAWSServiceAccessForOrganization, input, enabled_service_principals);
    Ok(services.iter().any(|service| service.service_principal.as_deref() == Some(IAM)))
}

/// Whether an account is an organization's delegated administrator for IAM.
pub(crate) async fn administers_iam(ctx: &Ctx, org: &Org, account: AccountId) -> Result<bool, Error> {
    let input = ListDelegatedAdministratorsInput { service_principal: Some(IAM.to_owned()), ..Default::default() };
    let all = all!(ctx, org.management, ListDelegatedAdministrators, input, delegated_administrators);
    let account = account.to_string();
    Ok(all.iter().any(|administrator| administrator.id.as_ref() == Some(&account)))
}

/// The accounts right under a root or unit.
pub(crate) async fn accounts_under(ctx: &Ctx, org: &Org, parent: &str) -> Result<Vec<AccountId>, Error> {
    let input = ListAccountsForParentInput { parent_id: parent.to_owned(), ..Default::default() };
    let accounts = all!(ctx, org.management, ListAccountsForParent, input, accounts);
    Ok(accounts.into_iter().filter_map(|account| account.id?.parse().ok()).collect())
}

/// The units right under a root or unit.
pub(crate) async fn units_under(ctx: &Ctx, org: &Org, parent: &str) -> Result<Vec<String>, Error> {
    let input = ListOrganizationalUnitsForParentInput { parent_id: parent.to_owned(), ..Default::default() };
    let units = all!(ctx, org.management, ListOrganizationalUnitsForParent, input, organizational_units);
    Ok(units.into_iter().filter_map(|unit| unit.id).collect())
}

/// Ids of the service control policies attached to a root, unit or account.
pub(crate) async fn policies_on(ctx: &Ctx, org: &Org, target: &str) -> Result<Vec<String>, Error> {
    let filter = PolicyType::ServiceControlPolicy;
    let input =
        ListPoliciesForTargetInput { target_id: target.to_owned(), filter, next_token: None, max_results: None };
    let policies = all!(ctx, org.management, ListPoliciesForTarget, input, policies);
    Ok(policies.into_iter().filter_map(|policy| policy.id).collect())
}

/// The document of a policy; none when there is no such policy.
pub(crate) async fn policy_document(ctx: &Ctx, org: &Org, id: &str) -> Result<Option<String>, Error> {
    match ctx.ask::<DescribePolicy>(org.management, DescribePolicyInput { policy_id: id.to_owned() }).await {
        Ok(output) => Ok(output.policy.and_then(|policy| policy.content)),
        Err(Error::Modeled(_)) => Ok(None),
        Err(other) => Err(other),
    }
}
