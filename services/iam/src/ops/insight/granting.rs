//! Which policies let somebody use a service.

use api_catalog::namespace;
use api_iam::{
    ListPoliciesGrantingServiceAccess, ListPoliciesGrantingServiceAccessEntry, ListPoliciesGrantingServiceAccessInput,
    ListPoliciesGrantingServiceAccessOutput, PolicyGrantingServiceAccess, PolicyOwnerEntityType, PolicyType,
};
use service_kit::{Ctx, Error, Outcome};

use super::simulate::principal;
use crate::engine::entity::Kind;
use crate::engine::grant::Grant;
use crate::engine::reach::Reach;
use crate::error::invalid;
use crate::ops::edge::Asked;

/// Lists, for each service, the policies of a user, group or role that let it use the service.
pub(crate) async fn list_policies_granting_service_access(
    ctx: &Ctx,
    input: ListPoliciesGrantingServiceAccessInput,
) -> Outcome<ListPoliciesGrantingServiceAccess> {
    let (_, grants) = principal(ctx, &input.arn).await?;
    let asked = Asked::new(ctx, &input.arn, input.marker.as_deref(), None)?;
    let mut services = input.service_namespaces;
    services.sort();
    services.dedup();
    let page = asked.cut(ctx, services, Clone::clone);
    let entries: Result<Vec<_>, _> = page.items.into_iter().map(|service| entry(service, &grants)).collect();
    Ok(ListPoliciesGrantingServiceAccessOutput {
        policies_granting_service_access: entries?,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

fn entry(service: String, grants: &[Grant]) -> Result<ListPoliciesGrantingServiceAccessEntry, Error> {
    let Some(known) = namespace(&service) else {
        return Err(invalid(format!("Invalid service namespace: {service}")));
    };
    let reaching = grants.iter().filter(|grant| Reach::of([grant.document.as_str()]).service(known));
    let policies = Some(reaching.map(shown).collect());
    Ok(ListPoliciesGrantingServiceAccessEntry { service_namespace: Some(service), policies })
}

/// Whose a policy is matters for inline ones alone.
fn shown(grant: &Grant) -> PolicyGrantingServiceAccess {
    let inline = grant.arn.is_none();
    PolicyGrantingServiceAccess {
        policy_name: grant.name.clone(),
        policy_type: if inline { PolicyType::Inline } else { PolicyType::Managed },
        policy_arn: grant.arn.clone(),
        entity_type: inline.then(|| owner(grant.holder.0)),
        entity_name: inline.then(|| grant.holder.1.clone()),
    }
}

fn owner(kind: Kind) -> PolicyOwnerEntityType {
    match kind {
        Kind::User => PolicyOwnerEntityType::User,
        Kind::Group => PolicyOwnerEntityType::Group,
        Kind::Role => PolicyOwnerEntityType::Role,
    }
}
