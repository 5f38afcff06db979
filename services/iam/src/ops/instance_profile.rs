//! Instance profiles, and the role in each.

use api_iam::{
    AddRoleToInstanceProfile, AddRoleToInstanceProfileInput, AddRoleToInstanceProfileOutput, CreateInstanceProfile,
    CreateInstanceProfileInput, CreateInstanceProfileOutput, DeleteInstanceProfile, DeleteInstanceProfileInput,
    DeleteInstanceProfileOutput, GetInstanceProfile, GetInstanceProfileInput, GetInstanceProfileOutput,
    ListInstanceProfiles, ListInstanceProfilesForRole, ListInstanceProfilesForRoleInput,
    ListInstanceProfilesForRoleOutput, ListInstanceProfilesInput, ListInstanceProfilesOutput,
    RemoveRoleFromInstanceProfile, RemoveRoleFromInstanceProfileInput, RemoveRoleFromInstanceProfileOutput,
};
use service_kit::{Ctx, Outcome};

use super::edge::{Asked, engine, home, path, tags_in};
use super::shown;
use crate::engine::entity::Kind;
use crate::engine::profile::of_role;
use crate::store::key;

/// Creates an instance profile.
pub(crate) async fn create_instance_profile(
    ctx: &Ctx,
    input: CreateInstanceProfileInput,
) -> Outcome<CreateInstanceProfile> {
    let tags = tags_in(input.tags.as_deref())?;
    let (name, path) = (&input.instance_profile_name, path(input.path));
    let record = engine(ctx).create_profile(home(ctx), name, &path, tags).await?;
    Ok(CreateInstanceProfileOutput { instance_profile: shown::profile(engine(ctx), home(ctx), &record, None).await? })
}

/// Shows an instance profile.
pub(crate) async fn get_instance_profile(ctx: &Ctx, input: GetInstanceProfileInput) -> Outcome<GetInstanceProfile> {
    let (record, role) = engine(ctx).profile(home(ctx), &input.instance_profile_name).await?;
    let instance_profile = shown::profile(engine(ctx), home(ctx), &record, role.as_ref()).await?;
    Ok(GetInstanceProfileOutput { instance_profile })
}

/// Lists instance profiles by the beginning of their paths.
pub(crate) async fn list_instance_profiles(
    ctx: &Ctx,
    input: ListInstanceProfilesInput,
) -> Outcome<ListInstanceProfiles> {
    let prefix = path(input.path_prefix);
    let asked = Asked::new(ctx, &prefix, input.marker.as_deref(), input.max_items)?;
    let found = engine(ctx).profiles(home(ctx), &prefix, asked.after.as_deref(), asked.wanted()).await?;
    let page = asked.page(ctx, found, |(record, _)| key(&record.name));
    let mut instance_profiles = Vec::with_capacity(page.items.len());
    for (record, role) in &page.items {
        instance_profiles.push(shown::profile_listed(engine(ctx), home(ctx), record, role.as_ref()).await?);
    }
    Ok(ListInstanceProfilesOutput { instance_profiles, is_truncated: page.is_truncated, marker: page.marker })
}

/// Lists the instance profiles a role is in.
pub(crate) async fn list_instance_profiles_for_role(
    ctx: &Ctx,
    input: ListInstanceProfilesForRoleInput,
) -> Outcome<ListInstanceProfilesForRole> {
    let asked = Asked::new(ctx, &key(&input.role_name), input.marker.as_deref(), input.max_items)?;
    let role = engine(ctx).entity(home(ctx), Kind::Role, &input.role_name).await?;
    let found = of_role(&engine(ctx).view().await?, home(ctx), &role.id).await?;
    let page = asked.cut(ctx, found, |record| key(&record.name));
    let mut instance_profiles = Vec::with_capacity(page.items.len());
    for record in &page.items {
        instance_profiles.push(shown::profile_listed(engine(ctx), home(ctx), record, Some(&role)).await?);
    }
    Ok(ListInstanceProfilesForRoleOutput { instance_profiles, is_truncated: page.is_truncated, marker: page.marker })
}

/// Deletes an instance profile without a role.
pub(crate) async fn delete_instance_profile(
    ctx: &Ctx,
    input: DeleteInstanceProfileInput,
) -> Outcome<DeleteInstanceProfile> {
    engine(ctx).delete_profile(home(ctx), &input.instance_profile_name).await?;
    Ok(DeleteInstanceProfileOutput {})
}

/// Puts a role into an instance profile.
pub(crate) async fn add_role_to_instance_profile(
    ctx: &Ctx,
    input: AddRoleToInstanceProfileInput,
) -> Outcome<AddRoleToInstanceProfile> {
    engine(ctx).fill_profile(home(ctx), &input.instance_profile_name, &input.role_name).await?;
    Ok(AddRoleToInstanceProfileOutput {})
}

/// Takes the role out of an instance profile.
pub(crate) async fn remove_role_from_instance_profile(
    ctx: &Ctx,
    input: RemoveRoleFromInstanceProfileInput,
) -> Outcome<RemoveRoleFromInstanceProfile> {
    engine(ctx).empty_profile(home(ctx), &input.instance_profile_name, &input.role_name).await?;
    Ok(RemoveRoleFromInstanceProfileOutput {})
}
