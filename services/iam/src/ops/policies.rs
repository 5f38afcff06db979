//! Listings of managed policies, and of those who have one.

use std::collections::HashMap;

use api_iam::{
    EntityType, ListEntitiesForPolicy, ListEntitiesForPolicyInput, ListEntitiesForPolicyOutput, ListPolicies,
    ListPoliciesInput, ListPoliciesOutput, PolicyGroup, PolicyRole, PolicyScopeType, PolicyUsageType, PolicyUser,
};
use service_kit::{Ctx, Error, Outcome};
use store::Span;

use super::access::check_arn;
use super::edge::{Asked, engine, home, path};
use super::shown;
use crate::engine::aws_managed;
use crate::engine::entity::Kind;
use crate::engine::policy::{Managed, Uses};
use crate::store::{ATTACHMENTS, EntityRecord, Use, key};

/// Lists managed policies: the account's, then AWS's.
pub(crate) async fn list_policies(ctx: &Ctx, input: ListPoliciesInput) -> Outcome<ListPolicies> {
    let prefix = path(input.path_prefix.clone());
    let usage = input.policy_usage_filter.as_ref().map_or("", PolicyUsageType::as_str);
    let only_attached = input.only_attached.unwrap_or_default();
    let filters = format!("{:?}{usage}{only_attached}{prefix}", input.scope.as_ref().map(PolicyScopeType::as_str));
    let asked = Asked::new(ctx, &filters, input.marker.as_deref(), input.max_items)?;
    let all_uses = all_uses(ctx).await?;
    let uses = |managed: &Managed| all_uses.get(&managed.arn(home(ctx))).copied().unwrap_or_default();
    let fits = |managed: &Managed| {
        let uses = uses(managed);
        let used = match input.policy_usage_filter {
            Some(PolicyUsageType::PermissionsBoundary) => uses.boundaries > 0,
            Some(PolicyUsageType::PermissionsPolicy) => uses.attached > 0,
            _ => !only_attached || uses.attached > 0,
        };
        used && managed.path().starts_with(&prefix)
    };
    let mut found = Vec::new();
    if input.scope != Some(PolicyScopeType::Aws) {
        found = customers(ctx, &asked, &fits).await?;
    }
    if input.scope != Some(PolicyScopeType::Local) && found.len() < asked.wanted() {
        let after = asked.after.as_ref().and_then(|after| after.strip_prefix("aws/"));
        let rest = aws_managed::all().iter().filter(|policy| after.is_none_or(|after| policy.name > after));
        let wanted = asked.wanted() - found.len();
        found.extend(rest.map(Managed::Aws).filter(|managed| fits(managed)).take(wanted));
    }
    let page = asked.page(ctx, found, position);
    let policies = page.items.iter().map(|managed| shown::policy_listed(home(ctx), managed, uses(managed))).collect();
    Ok(ListPoliciesOutput { policies: Some(policies), is_truncated: page.is_truncated, marker: page.marker })
}

async fn customers(ctx: &Ctx, asked: &Asked, fits: &impl Fn(&Managed) -> bool) -> Result<Vec<Managed>, Error> {
    let after = match asked.after.as_deref() {
        Some(after) if after.starts_with("aws/") => return Ok(Vec::new()),
        after => after,
    };
    let fits = |record: &_| fits(&Managed::Customer(Clone::clone(record)));
    let found = engine(ctx).policies(home(ctx), after, asked.wanted(), fits).await?;
    Ok(found.into_iter().map(Managed::Customer).collect())
}

/// Where a policy stands in a listing. Names have no slash, so AWS's cannot be taken for a customer's.
fn position(managed: &Managed) -> String {
    match managed {
        Managed::Customer(record) => key(&record.name),
        Managed::Aws(policy) => format!("aws/{}", policy.name),
    }
}

/// How every policy of the account is used, read at once.
async fn all_uses(ctx: &Ctx) -> Result<HashMap<String, Uses>, Error> {
    let rows = ATTACHMENTS.scan_all(&engine(ctx).view().await?, &home(ctx).scope(), &Span::all()).await?;
    let mut all: HashMap<String, Uses> = HashMap::new();
    for ((arn, how, _), _) in rows {
        let uses = all.entry(arn).or_default();
        *(if how == Use::Boundary as u8 { &mut uses.boundaries } else { &mut uses.attached }) += 1;
    }
    Ok(all)
}

/// Lists the users, groups and roles that have a policy.
pub(crate) async fn list_entities_for_policy(
    ctx: &Ctx,
    input: ListEntitiesForPolicyInput,
) -> Outcome<ListEntitiesForPolicy> {
    check_arn(&input.policy_arn)?;
    let prefix = path(input.path_prefix.clone());
    let (entity, usage) = (input.entity_filter.as_ref(), input.policy_usage_filter.as_ref());
    let named = (entity.map(EntityType::as_str), usage.map(PolicyUsageType::as_str));
    let filters = format!("{named:?}{}{prefix}", input.policy_arn);
    let asked = Asked::new(ctx, &filters, input.marker.as_deref(), input.max_items)?;
    let mut holders = engine(ctx).holders(home(ctx), &input.policy_arn).await?;
    holders.retain(|(how, record)| {
        let used = match usage {
            Some(PolicyUsageType::PermissionsPolicy) => *how == Use::Attached as u8,
            Some(PolicyUsageType::PermissionsBoundary) => *how == Use::Boundary as u8,
            _ => true,
        };
        used && is_wanted(record.body.kind(), entity) && record.path.starts_with(&prefix)
    });
    holders.sort_by_key(place);
    holders.dedup_by_key(|holder| place(holder));
    let page = asked.cut(ctx, holders, place);
    let of = |kind: Kind| page.items.iter().map(|(_, record)| record).filter(move |r| r.body.kind() == kind);
    let (name, id) = (|r: &EntityRecord| Some(r.name.clone()), |r: &EntityRecord| Some(r.id.clone()));
    let groups = of(Kind::Group).map(|r| PolicyGroup { group_name: name(r), group_id: id(r) }).collect();
    let users = of(Kind::User).map(|r| PolicyUser { user_name: name(r), user_id: id(r) }).collect();
    let roles = of(Kind::Role).map(|r| PolicyRole { role_name: name(r), role_id: id(r) }).collect();
    Ok(ListEntitiesForPolicyOutput {
        policy_groups: Some(groups),
        policy_users: Some(users),
        policy_roles: Some(roles),
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

fn is_wanted(kind: Kind, filter: Option<&EntityType>) -> bool {
    match filter {
        Some(EntityType::User) => kind == Kind::User,
        Some(EntityType::Group) => kind == Kind::Group,
        Some(EntityType::Role) => kind == Kind::Role,
        _ => true,
    }
}

fn place((_, record): &(u8, EntityRecord)) -> String {
    format!("{}/{}", record.body.kind().word(), key(&record.name))
}
