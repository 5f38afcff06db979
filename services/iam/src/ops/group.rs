//! Groups, and who is in them.

use api_iam::{
    AddUserToGroup, AddUserToGroupInput, AddUserToGroupOutput, CreateGroup, CreateGroupInput, CreateGroupOutput,
    DeleteGroup, DeleteGroupInput, DeleteGroupOutput, GetGroup, GetGroupInput, GetGroupOutput, ListGroups,
    ListGroupsForUser, ListGroupsForUserInput, ListGroupsForUserOutput, ListGroupsInput, ListGroupsOutput,
    RemoveUserFromGroup, RemoveUserFromGroupInput, RemoveUserFromGroupOutput, UpdateGroup, UpdateGroupInput,
    UpdateGroupOutput,
};
use names::Tags;
use service_kit::{Ctx, Outcome};

use super::edge::{Asked, engine, home, path};
use super::shown;
use crate::engine::entity::{Body, Kind, NewEntity};
use crate::engine::group::groups_of;
use crate::store::key;

/// Creates a group.
pub(crate) async fn create_group(ctx: &Ctx, input: CreateGroupInput) -> Outcome<CreateGroup> {
    let path = path(input.path);
    let new = NewEntity { name: input.group_name, path, tags: Tags::new(), boundary: None, body: Body::Group };
    let record = engine(ctx).create(home(ctx), new).await?;
    Ok(CreateGroupOutput { group: shown::group(home(ctx), &record) })
}

/// Shows a group and the users in it.
pub(crate) async fn get_group(ctx: &Ctx, input: GetGroupInput) -> Outcome<GetGroup> {
    let asked = Asked::new(ctx, &key(&input.group_name), input.marker.as_deref(), input.max_items)?;
    let (group, users) = engine(ctx).members(home(ctx), &input.group_name).await?;
    let page = asked.cut(ctx, users, |user| key(&user.name));
    let users = page.items.iter().map(|user| shown::user_listed(home(ctx), user)).collect();
    let group = shown::group(home(ctx), &group);
    Ok(GetGroupOutput { group, users, is_truncated: page.is_truncated, marker: page.marker })
}

/// Lists groups by the beginning of their paths.
pub(crate) async fn list_groups(ctx: &Ctx, input: ListGroupsInput) -> Outcome<ListGroups> {
    let prefix = path(input.path_prefix);
    let asked = Asked::new(ctx, &prefix, input.marker.as_deref(), input.max_items)?;
    let found = engine(ctx).entities(home(ctx), Kind::Group, &prefix, asked.after.as_deref(), asked.wanted()).await?;
    let page = asked.page(ctx, found, |group| key(&group.name));
    let groups = page.items.iter().map(|group| shown::group(home(ctx), group)).collect();
    Ok(ListGroupsOutput { groups, is_truncated: page.is_truncated, marker: page.marker })
}

/// Lists the groups a user is in.
pub(crate) async fn list_groups_for_user(ctx: &Ctx, input: ListGroupsForUserInput) -> Outcome<ListGroupsForUser> {
    let asked = Asked::new(ctx, &key(&input.user_name), input.marker.as_deref(), input.max_items)?;
    let user = engine(ctx).entity(home(ctx), Kind::User, &input.user_name).await?;
    let groups = groups_of(&engine(ctx).view().await?, home(ctx), &user).await?;
    let page = asked.cut(ctx, groups, |group| key(&group.name));
    let groups = page.items.iter().map(|group| shown::group(home(ctx), group)).collect();
    Ok(ListGroupsForUserOutput { groups, is_truncated: page.is_truncated, marker: page.marker })
}

/// Gives a group another name, another path, or both.
pub(crate) async fn update_group(ctx: &Ctx, input: UpdateGroupInput) -> Outcome<UpdateGroup> {
    let (to, path) = (input.new_group_name.as_deref(), input.new_path.as_deref());
    engine(ctx).rename(home(ctx), Kind::Group, &input.group_name, to, path).await?;
    Ok(UpdateGroupOutput {})
}

/// Deletes a group without users and policies.
pub(crate) async fn delete_group(ctx: &Ctx, input: DeleteGroupInput) -> Outcome<DeleteGroup> {
    engine(ctx).delete(home(ctx), Kind::Group, &input.group_name).await?;
    Ok(DeleteGroupOutput {})
}

/// Adds a user to a group.
pub(crate) async fn add_user_to_group(ctx: &Ctx, input: AddUserToGroupInput) -> Outcome<AddUserToGroup> {
    engine(ctx).join(home(ctx), &input.group_name, &input.user_name).await?;
    Ok(AddUserToGroupOutput {})
}

/// Takes a user out of a group.
pub(crate) async fn remove_user_from_group(ctx: &Ctx, input: RemoveUserFromGroupInput) -> Outcome<RemoveUserFromGroup> {
    engine(ctx).leave(home(ctx), &input.group_name, &input.user_name).await?;
    Ok(RemoveUserFromGroupOutput {})
}
