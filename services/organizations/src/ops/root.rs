//! The root: types of policies enabled in it, and the tree under it.

use api_organizations::{
    Child, ChildType, DisablePolicyType, DisablePolicyTypeInput, DisablePolicyTypeOutput, EnablePolicyType,
    EnablePolicyTypeInput, EnablePolicyTypeOutput, ListChildren, ListChildrenInput, ListChildrenOutput, ListParents,
    ListParentsInput, ListParentsOutput, ListRoots, ListRootsInput, ListRootsOutput, Parent, ParentType, PolicyType,
};
use service_kit::{Access, Ctx, Error, Outcome};

use super::access::{Scene, with_type};
use super::paging::Turn;
use super::{gate, shown};
use crate::Organizations;
use crate::engine::id::Place;
use crate::engine::kind::Kind;
use crate::engine::refusal::{Refusal, Thing};
use crate::engine::tree;
use crate::error::invalid_enum;
use crate::store::{MEMBERS, UNITS};

/// Lists roots, of which there is one.
pub(crate) async fn list_roots(ctx: &Ctx, input: ListRootsInput) -> Outcome<ListRoots> {
    let seat = gate::reader(ctx, &Access::any()).await?;
    Turn::of(ctx, "", input.next_token.as_deref(), input.max_results)?;
    Ok(ListRootsOutput { roots: Some(vec![shown::root(&seat)]), next_token: None })
}

/// Enables a type of policies.
pub(crate) async fn enable_policy_type(ctx: &Ctx, input: EnablePolicyTypeInput) -> Outcome<EnablePolicyType> {
    let seat = gate::writer(ctx, &access_to_enable(ctx, &input)?).await?;
    let kind = kind(&input.policy_type)?;
    let seat = ctx.state::<Organizations>().engine().enable_kind(&seat, &input.root_id, kind).await?;
    Ok(EnablePolicyTypeOutput { root: Some(shown::root(&seat)) })
}

/// Disables a type of policies, and with it what is attached of it.
pub(crate) async fn disable_policy_type(ctx: &Ctx, input: DisablePolicyTypeInput) -> Outcome<DisablePolicyType> {
    let seat = gate::writer(ctx, &access_to_disable(ctx, &input)?).await?;
    let kind = kind(&input.policy_type)?;
    let seat = ctx.state::<Organizations>().engine().disable_kind(&seat, &input.root_id, kind).await?;
    Ok(DisablePolicyTypeOutput { root: Some(shown::root(&seat)) })
}

/// Lists the units, or the accounts, directly under a parent.
pub(crate) async fn list_children(ctx: &Ctx, input: ListChildrenInput) -> Outcome<ListChildren> {
    let seat = gate::reader(ctx, &access_to_list_children(ctx, &input)?).await?;
    let filters = format!("{} {}", input.parent_id, input.child_type.as_str());
    let turn = Turn::of(ctx, &filters, input.next_token.as_deref(), input.max_results)?;
    let view = ctx.state::<Organizations>().engine().view().await?;
    tree::parent(&view, &seat, &input.parent_id, Thing::Parent).await?;
    let ids = match input.child_type {
        ChildType::Account => {
            let found = tree::accounts(&view, &seat, &input.parent_id, turn.after_account(), turn.more()).await?;
            found.into_iter().map(|account| account.to_string()).collect()
        }
        ChildType::OrganizationalUnit => tree::units(&view, &seat, &input.parent_id, turn.after(), turn.more()).await?,
        ChildType::Unknown(_) => return Err(invalid_enum()),
    };
    let page = turn.cut(ctx, ids, Clone::clone);
    let child = |id| Child { id: Some(id), r#type: Some(input.child_type.clone()) };
    let children = page.items.into_iter().map(child).collect();
    Ok(ListChildrenOutput { children: Some(children), next_token: page.next_token })
}

/// Lists the parents of a unit or an account, of which there is one.
pub(crate) async fn list_parents(ctx: &Ctx, input: ListParentsInput) -> Outcome<ListParents> {
    let seat = gate::reader(ctx, &access_to_list_parents(ctx, &input)?).await?;
    Turn::of(ctx, &input.child_id, input.next_token.as_deref(), input.max_results)?;
    let view = ctx.state::<Organizations>().engine().view().await?;
    let parent = match Place::of(&input.child_id) {
        Some(Place::Account(account)) => MEMBERS.get(&view, &seat.scope(), &account).await?.map(|of| of.parent),
        Some(Place::Unit(unit)) => UNITS.get(&view, &seat.scope(), &unit).await?.map(|of| of.parent),
        _ => None,
    };
    let id = parent.ok_or(Refusal::No(Thing::Child))?;
    let sort = if id.starts_with("r-") { ParentType::Root } else { ParentType::OrganizationalUnit };
    let parents = vec![Parent { id: Some(id), r#type: Some(sort) }];
    Ok(ListParentsOutput { parents: Some(parents), next_token: None })
}

/// What enabling a type of policies touches.
pub(crate) fn access_to_enable(ctx: &Ctx, input: &EnablePolicyTypeInput) -> Result<Access, Error> {
    Ok(with_type(Scene::of(ctx)?.to(&input.root_id)?, input.policy_type.as_str()))
}

/// What disabling a type of policies touches.
pub(crate) fn access_to_disable(ctx: &Ctx, input: &DisablePolicyTypeInput) -> Result<Access, Error> {
    Ok(with_type(Scene::of(ctx)?.to(&input.root_id)?, input.policy_type.as_str()))
}

/// What listing children touches.
pub(crate) fn access_to_list_children(ctx: &Ctx, input: &ListChildrenInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to(&input.parent_id)
}

/// What listing parents touches.
pub(crate) fn access_to_list_parents(ctx: &Ctx, input: &ListParentsInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to(&input.child_id)
}

/// The kind that a type names.
pub(super) fn kind(policy_type: &PolicyType) -> Result<Kind, Error> {
    Kind::named(policy_type.as_str()).ok_or_else(invalid_enum)
}
