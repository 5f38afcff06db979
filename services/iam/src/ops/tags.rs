//! Tags of users, roles, managed policies and instance profiles.

use api_iam::{
    ListInstanceProfileTags, ListInstanceProfileTagsInput, ListInstanceProfileTagsOutput, ListPolicyTags,
    ListPolicyTagsInput, ListPolicyTagsOutput, ListRoleTags, ListRoleTagsInput, ListRoleTagsOutput, ListUserTags,
    ListUserTagsInput, ListUserTagsOutput, TagInstanceProfile, TagInstanceProfileInput, TagInstanceProfileOutput,
    TagPolicy, TagPolicyInput, TagPolicyOutput, TagRole, TagRoleInput, TagRoleOutput, TagUser, TagUserInput,
    TagUserOutput, UntagInstanceProfile, UntagInstanceProfileInput, UntagInstanceProfileOutput, UntagPolicy,
    UntagPolicyInput, UntagPolicyOutput, UntagRole, UntagRoleInput, UntagRoleOutput, UntagUser, UntagUserInput,
    UntagUserOutput,
};
use service_kit::{Ctx, Outcome};

use super::access::check_arn;
use super::edge::{Asked, Page, engine, home, tags_in};
use crate::engine::entity::Kind;
use crate::engine::policy::find;
use crate::engine::tags::{add, remove};
use crate::store::key;

/// Adds tags to a user, or changes them.
pub(crate) async fn tag_user(ctx: &Ctx, input: TagUserInput) -> Outcome<TagUser> {
    let tags = tags_in(Some(&input.tags))?;
    engine(ctx).edit(home(ctx), Kind::User, &input.user_name, |record| add(&mut record.tags, &tags)).await?;
    Ok(TagUserOutput {})
}

/// Removes tags from a user.
pub(crate) async fn untag_user(ctx: &Ctx, input: UntagUserInput) -> Outcome<UntagUser> {
    engine(ctx)
        .edit(home(ctx), Kind::User, &input.user_name, |record| {
            remove(&mut record.tags, &input.tag_keys);
            Ok(())
        })
        .await?;
    Ok(UntagUserOutput {})
}

/// Lists the tags of a user.
pub(crate) async fn list_user_tags(ctx: &Ctx, input: ListUserTagsInput) -> Outcome<ListUserTags> {
    let asked = Asked::new(ctx, &key(&input.user_name), input.marker.as_deref(), input.max_items)?;
    let tags = engine(ctx).entity(home(ctx), Kind::User, &input.user_name).await?.tags;
    let Page { items, is_truncated, marker } = asked.tags(ctx, &tags);
    Ok(ListUserTagsOutput { tags: items, is_truncated, marker })
}

/// Adds tags to a role, or changes them.
pub(crate) async fn tag_role(ctx: &Ctx, input: TagRoleInput) -> Outcome<TagRole> {
    let tags = tags_in(Some(&input.tags))?;
    engine(ctx)
        .edit(home(ctx), Kind::Role, &input.role_name, |record| {
            record.check_unprotected()?;
            add(&mut record.tags, &tags)
        })
        .await?;
    Ok(TagRoleOutput {})
}

/// Removes tags from a role.
pub(crate) async fn untag_role(ctx: &Ctx, input: UntagRoleInput) -> Outcome<UntagRole> {
    engine(ctx)
        .edit(home(ctx), Kind::Role, &input.role_name, |record| {
            record.check_unprotected()?;
            remove(&mut record.tags, &input.tag_keys);
            Ok(())
        })
        .await?;
    Ok(UntagRoleOutput {})
}

/// Lists the tags of a role.
pub(crate) async fn list_role_tags(ctx: &Ctx, input: ListRoleTagsInput) -> Outcome<ListRoleTags> {
    let asked = Asked::new(ctx, &key(&input.role_name), input.marker.as_deref(), input.max_items)?;
    let tags = engine(ctx).entity(home(ctx), Kind::Role, &input.role_name).await?.tags;
    let Page { items, is_truncated, marker } = asked.tags(ctx, &tags);
    Ok(ListRoleTagsOutput { tags: items, is_truncated, marker })
}

/// Adds tags to a managed policy, or changes them.
pub(crate) async fn tag_policy(ctx: &Ctx, input: TagPolicyInput) -> Outcome<TagPolicy> {
    let tags = tags_in(Some(&input.tags))?;
    check_arn(&input.policy_arn)?;
    engine(ctx).edit_policy(home(ctx), &input.policy_arn, |record| add(&mut record.tags, &tags)).await?;
    Ok(TagPolicyOutput {})
}

/// Removes tags from a managed policy.
pub(crate) async fn untag_policy(ctx: &Ctx, input: UntagPolicyInput) -> Outcome<UntagPolicy> {
    check_arn(&input.policy_arn)?;
    engine(ctx)
        .edit_policy(home(ctx), &input.policy_arn, |record| {
            remove(&mut record.tags, &input.tag_keys);
            Ok(())
        })
        .await?;
    Ok(UntagPolicyOutput {})
}

/// Lists the tags of a managed policy.
pub(crate) async fn list_policy_tags(ctx: &Ctx, input: ListPolicyTagsInput) -> Outcome<ListPolicyTags> {
    check_arn(&input.policy_arn)?;
    let asked = Asked::new(ctx, &key(&input.policy_arn), input.marker.as_deref(), input.max_items)?;
    let tags = find(&engine(ctx).view().await?, home(ctx), &input.policy_arn).await?.tags;
    let Page { items, is_truncated, marker } = asked.tags(ctx, &tags);
    Ok(ListPolicyTagsOutput { tags: items, is_truncated, marker })
}

/// Adds tags to an instance profile, or changes them.
pub(crate) async fn tag_instance_profile(ctx: &Ctx, input: TagInstanceProfileInput) -> Outcome<TagInstanceProfile> {
    let tags = tags_in(Some(&input.tags))?;
    engine(ctx).edit_profile(home(ctx), &input.instance_profile_name, |record| add(&mut record.tags, &tags)).await?;
    Ok(TagInstanceProfileOutput {})
}

/// Removes tags from an instance profile.
pub(crate) async fn untag_instance_profile(
    ctx: &Ctx,
    input: UntagInstanceProfileInput,
) -> Outcome<UntagInstanceProfile> {
    engine(ctx)
        .edit_profile(home(ctx), &input.instance_profile_name, |record| {
            remove(&mut record.tags, &input.tag_keys);
            Ok(())
        })
        .await?;
    Ok(UntagInstanceProfileOutput {})
}

/// Lists the tags of an instance profile.
pub(crate) async fn list_instance_profile_tags(
    ctx: &Ctx,
    input: ListInstanceProfileTagsInput,
) -> Outcome<ListInstanceProfileTags> {
    let asked = Asked::new(ctx, &key(&input.instance_profile_name), input.marker.as_deref(), input.max_items)?;
    let tags = engine(ctx).profile(home(ctx), &input.instance_profile_name).await?.0.tags;
    let Page { items, is_truncated, marker } = asked.tags(ctx, &tags);
    Ok(ListInstanceProfileTagsOutput { tags: items, is_truncated, marker })
}
