//! Organizational units.

use api_organizations::{
    CreateOrganizationalUnit, CreateOrganizationalUnitInput, CreateOrganizationalUnitOutput, DeleteOrganizationalUnit,
    DeleteOrganizationalUnitInput, DeleteOrganizationalUnitOutput, DescribeOrganizationalUnit,
    DescribeOrganizationalUnitInput, DescribeOrganizationalUnitOutput, ListOrganizationalUnitsForParent,
    ListOrganizationalUnitsForParentInput, ListOrganizationalUnitsForParentOutput, OrganizationalUnit,
    UpdateOrganizationalUnit, UpdateOrganizationalUnitInput, UpdateOrganizationalUnitOutput,
};
use service_kit::{Access, Ctx, Error, Outcome};
use store::Reader;

use super::access::Scene;
use super::paging::Turn;
use super::{gate, shown, tags};
use crate::Organizations;
use crate::engine::refusal::{Refusal, Thing};
use crate::engine::seat::Seat;
use crate::engine::tree;
use crate::store::UNITS;

/// Makes a unit.
pub(crate) async fn create_organizational_unit(
    ctx: &Ctx,
    input: CreateOrganizationalUnitInput,
) -> Outcome<CreateOrganizationalUnit> {
    let seat = gate::manager(ctx).await?;
    let tags = tags::read(input.tags)?;
    let engine = ctx.state::<Organizations>().engine();
    let id = engine.create_unit(&seat, &input.parent_id, &input.name, &tags).await?;
    let unit = show(&engine.view().await?, &seat, &id).await?;
    Ok(CreateOrganizationalUnitOutput { organizational_unit: Some(unit) })
}

/// Shows a unit.
pub(crate) async fn describe_organizational_unit(
    ctx: &Ctx,
    input: DescribeOrganizationalUnitInput,
) -> Outcome<DescribeOrganizationalUnit> {
    let seat = gate::reader(ctx, &access_to_describe(ctx, &input)?).await?;
    let view = ctx.state::<Organizations>().engine().view().await?;
    let unit = show(&view, &seat, &input.organizational_unit_id).await?;
    Ok(DescribeOrganizationalUnitOutput { organizational_unit: Some(unit) })
}

/// Gives a unit another name.
pub(crate) async fn update_organizational_unit(
    ctx: &Ctx,
    input: UpdateOrganizationalUnitInput,
) -> Outcome<UpdateOrganizationalUnit> {
    let seat = gate::manager(ctx).await?;
    let engine = ctx.state::<Organizations>().engine();
    let id = &input.organizational_unit_id;
    if let Some(name) = &input.name {
        engine.rename_unit(&seat, id, name).await?;
    }
    let unit = show(&engine.view().await?, &seat, id).await?;
    Ok(UpdateOrganizationalUnitOutput { organizational_unit: Some(unit) })
}

/// Deletes a unit in which nothing is.
pub(crate) async fn delete_organizational_unit(
    ctx: &Ctx,
    input: DeleteOrganizationalUnitInput,
) -> Outcome<DeleteOrganizationalUnit> {
    let seat = gate::manager(ctx).await?;
    ctx.state::<Organizations>().engine().delete_unit(&seat, &input.organizational_unit_id).await?;
    Ok(DeleteOrganizationalUnitOutput {})
}

/// Lists the units directly under a parent.
pub(crate) async fn list_organizational_units_for_parent(
    ctx: &Ctx,
    input: ListOrganizationalUnitsForParentInput,
) -> Outcome<ListOrganizationalUnitsForParent> {
    let seat = gate::reader(ctx, &access_to_list_for_parent(ctx, &input)?).await?;
    let turn = Turn::of(ctx, &input.parent_id, input.next_token.as_deref(), input.max_results)?;
    let view = ctx.state::<Organizations>().engine().view().await?;
    tree::parent(&view, &seat, &input.parent_id, Thing::Parent).await?;
    let ids = tree::units(&view, &seat, &input.parent_id, turn.after(), turn.more()).await?;
    let page = turn.cut(ctx, ids, Clone::clone);
    let mut units = Vec::with_capacity(page.items.len());
    for id in page.items {
        units.push(show(&view, &seat, &id).await?);
    }
    Ok(ListOrganizationalUnitsForParentOutput { organizational_units: Some(units), next_token: page.next_token })
}

/// What making a unit touches.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateOrganizationalUnitInput) -> Result<Access, Error> {
    Ok(tags::tagging(Scene::of(ctx)?.to(&input.parent_id)?, input.tags.as_ref()))
}

/// What showing a unit touches.
pub(crate) fn access_to_describe(ctx: &Ctx, input: &DescribeOrganizationalUnitInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to(&input.organizational_unit_id)
}

/// What renaming a unit touches.
pub(crate) fn access_to_update(ctx: &Ctx, input: &UpdateOrganizationalUnitInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to(&input.organizational_unit_id)
}

/// What deleting a unit touches.
pub(crate) fn access_to_delete(ctx: &Ctx, input: &DeleteOrganizationalUnitInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to(&input.organizational_unit_id)
}

/// What listing units touches.
pub(crate) fn access_to_list_for_parent(
    ctx: &Ctx,
    input: &ListOrganizationalUnitsForParentInput,
) -> Result<Access, Error> {
    Scene::of(ctx)?.to(&input.parent_id)
}

async fn show(reader: &impl Reader, seat: &Seat, id: &str) -> Result<OrganizationalUnit, Error> {
    let record = UNITS.get(reader, &seat.scope(), &id).await?.ok_or(Refusal::No(Thing::Unit))?;
    let line = tree::line(reader, seat, id).await?;
    Ok(shown::unit(seat, id, &record.name, tree::path(seat, &line)))
}
