//! `AWS::Organizations::OrganizationalUnit`. Its identifier is `ou-…`.

use api_organizations::{
    CreateOrganizationalUnit, CreateOrganizationalUnitInput, DeleteOrganizationalUnit, DeleteOrganizationalUnitInput,
    DescribeOrganizationalUnit, DescribeOrganizationalUnitInput, ListOrganizationalUnitsForParent,
    ListOrganizationalUnitsForParentInput, ListParents, ListParentsInput, ListRoots, ListRootsInput,
    UpdateOrganizationalUnit, UpdateOrganizationalUnitInput,
};
use names::Tags;
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, new_tags, properties, retag, some_text, tags, tags_property, text, unless_gone};

/// A unit.
#[derive(Debug)]
pub(crate) struct OrganizationalUnit;

impl ResourceType for OrganizationalUnit {
    fn name(&self) -> &'static str {
        "AWS::Organizations::OrganizationalUnit"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["Name", "ParentId", "Tags"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["ParentId"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "Id"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let input = CreateOrganizationalUnitInput {
                parent_id: text(&properties, "ParentId"),
                name: text(&properties, "Name"),
                tags: new_tags(&properties),
            };
            let made = ctx.call::<CreateOrganizationalUnit>(input).await?;
            Ok(made.organizational_unit.and_then(|unit| unit.id).unwrap_or_default())
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let input = DescribeOrganizationalUnitInput { organizational_unit_id: id.to_owned() };
            let shown = unless_gone(ctx.call::<DescribeOrganizationalUnit>(input).await)?;
            let Some(unit) = shown.and_then(|shown| shown.organizational_unit) else { return Ok(None) };
            Ok(Some(properties([
                ("Name", unit.name.map(Into::into)),
                ("ParentId", parent(ctx, id).await?.map(Into::into)),
                ("Tags", tags_property(ctx, id).await?),
                ("Arn", unit.arn.map(Into::into)),
                ("Id", unit.id.map(Into::into)),
            ])))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let name = some_text(&properties, "Name");
            let input = UpdateOrganizationalUnitInput { organizational_unit_id: id.to_owned(), name };
            ctx.call::<UpdateOrganizationalUnit>(input).await?;
            retag(ctx, id, &properties).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let input = DeleteOrganizationalUnitInput { organizational_unit_id: id.to_owned() };
            unless_gone(ctx.call::<DeleteOrganizationalUnit>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let roots = unless_gone(ctx.call::<ListRoots>(ListRootsInput::default()).await)?;
            let roots = roots.and_then(|shown| shown.roots).unwrap_or_default();
            let mut open: Vec<_> = roots.into_iter().filter_map(|root| root.id).collect();
            let mut units = Vec::new();
            while let Some(parent) = open.pop() {
                let below = below(ctx, &parent).await?;
                open.extend(below.iter().cloned());
                units.extend(below);
            }
            Ok(units)
        }
    }

    fn arn(&self, _ctx: &Ctx, _id: &str) -> String {
        // The ARN holds the organization's id, which is read and not made: see the attribute.
        String::new()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { tags(ctx, id).await }
    }

    fn relationships<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(Vec::new()) }
    }
}

/// The parent of a unit or an account.
pub(super) async fn parent(ctx: &Ctx, child: &str) -> Result<Option<String>, Error> {
    let input = ListParentsInput { child_id: child.to_owned(), ..ListParentsInput::default() };
    let parents = unless_gone(ctx.call::<ListParents>(input).await)?.and_then(|shown| shown.parents);
    Ok(parents.unwrap_or_default().into_iter().next().and_then(|parent| parent.id))
}

async fn below(ctx: &Ctx, parent: &str) -> Result<Vec<String>, Error> {
    let (mut units, mut next_token) = (Vec::new(), None);
    loop {
        let input = ListOrganizationalUnitsForParentInput {
            parent_id: parent.to_owned(),
            next_token,
            ..ListOrganizationalUnitsForParentInput::default()
        };
        let page = ctx.call::<ListOrganizationalUnitsForParent>(input).await?;
        units.extend(page.organizational_units.unwrap_or_default().into_iter().filter_map(|unit| unit.id));
        next_token = page.next_token;
        if next_token.is_none() {
            return Ok(units);
        }
    }
}
