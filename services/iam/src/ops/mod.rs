//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

mod access;
mod access_key;
mod account;
mod attachment;
mod authorization;
mod credential;
mod edge;
mod federation;
mod group;
mod inline;
mod insight;
mod instance_profile;
mod policies;
mod policy;
mod resource_tags;
mod role;
mod shown;
mod tags;
mod user;

use api_iam as api;
pub(crate) use edge::home;
pub(crate) use resource_tags::IamResources;
use service_kit::{Access, Operations};

use crate::engine::entity::Kind;

/// All operations of the service: identities and policies here, all else in the tables of the folders.
pub(crate) fn table() -> Operations {
    insight::add(federation::add(credential::add(identities())))
}

/// Users, groups, roles, policies and what belongs to them, sorted.
fn identities() -> Operations {
    Operations::new()
        .on::<api::AddRoleToInstanceProfile>(
            |ctx, i| access::filling(ctx, &i.instance_profile_name, &i.role_name),
            instance_profile::add_role_to_instance_profile,
        )
        .on::<api::AddUserToGroup>(|ctx, i| access::group(ctx, &i.group_name), group::add_user_to_group)
        .on::<api::AttachGroupPolicy>(
            |ctx, i| access::attaching(ctx, Kind::Group, &i.group_name, &i.policy_arn),
            attachment::attach_group_policy,
        )
        .on::<api::AttachRolePolicy>(
            |ctx, i| access::attaching(ctx, Kind::Role, &i.role_name, &i.policy_arn),
            attachment::attach_role_policy,
        )
        .on::<api::AttachUserPolicy>(
            |ctx, i| access::attaching(ctx, Kind::User, &i.user_name, &i.policy_arn),
            attachment::attach_user_policy,
        )
        .on::<api::CreateAccessKey>(
            |ctx, i| access::user_or_caller(ctx, i.user_name.as_deref()),
            access_key::create_access_key,
        )
        .on::<api::CreateAccountAlias>(|_, _| Ok(Access::any()), account::create_account_alias)
        .on::<api::CreateGroup>(
            |ctx, i| Ok(access::creating(ctx, "group", i.path.as_deref(), &i.group_name, None)),
            group::create_group,
        )
        .on::<api::CreateInstanceProfile>(
            |ctx, i| {
                Ok(access::creating(
                    ctx,
                    "instance-profile",
                    i.path.as_deref(),
                    &i.instance_profile_name,
                    i.tags.as_deref(),
                ))
            },
            instance_profile::create_instance_profile,
        )
        .on::<api::CreatePolicy>(
            |ctx, i| Ok(access::creating(ctx, "policy", i.path.as_deref(), &i.policy_name, i.tags.as_deref())),
            policy::create_policy,
        )
        .on::<api::CreatePolicyVersion>(|ctx, i| access::policy(ctx, &i.policy_arn), policy::create_policy_version)
        .on::<api::CreateRole>(
            |ctx, i| {
                Ok(access::new_entity(
                    ctx,
                    Kind::Role,
                    i.path.as_deref(),
                    &i.role_name,
                    i.permissions_boundary.as_deref(),
                    i.tags.as_deref(),
                ))
            },
            role::create_role,
        )
        .on::<api::CreateUser>(
            |ctx, i| {
                Ok(access::new_entity(
                    ctx,
                    Kind::User,
                    i.path.as_deref(),
                    &i.user_name,
                    i.permissions_boundary.as_deref(),
                    i.tags.as_deref(),
                ))
            },
            user::create_user,
        )
        .on::<api::DeleteAccessKey>(
            |ctx, i| access::user_or_caller(ctx, i.user_name.as_deref()),
            access_key::delete_access_key,
        )
        .on::<api::DeleteAccountAlias>(|_, _| Ok(Access::any()), account::delete_account_alias)
        .on::<api::DeleteGroup>(|ctx, i| access::group(ctx, &i.group_name), group::delete_group)
        .on::<api::DeleteGroupPolicy>(|ctx, i| access::group(ctx, &i.group_name), inline::delete_group_policy)
        .on::<api::DeleteInstanceProfile>(
            |ctx, i| access::profile(ctx, &i.instance_profile_name),
            instance_profile::delete_instance_profile,
        )
        .on::<api::DeletePolicy>(|ctx, i| access::policy(ctx, &i.policy_arn), policy::delete_policy)
        .on::<api::DeletePolicyVersion>(|ctx, i| access::policy(ctx, &i.policy_arn), policy::delete_policy_version)
        .on::<api::DeleteRole>(|ctx, i| access::bounded(ctx, Kind::Role, &i.role_name), role::delete_role)
        .on::<api::DeleteRolePermissionsBoundary>(
            |ctx, i| access::bounded(ctx, Kind::Role, &i.role_name),
            attachment::delete_role_permissions_boundary,
        )
        .on::<api::DeleteRolePolicy>(
            |ctx, i| access::bounded(ctx, Kind::Role, &i.role_name),
            inline::delete_role_policy,
        )
        .on::<api::DeleteUser>(|ctx, i| access::user(ctx, &i.user_name), user::delete_user)
        .on::<api::DeleteUserPermissionsBoundary>(
            |ctx, i| access::bounded(ctx, Kind::User, &i.user_name),
            attachment::delete_user_permissions_boundary,
        )
        .on::<api::DeleteUserPolicy>(
            |ctx, i| access::bounded(ctx, Kind::User, &i.user_name),
            inline::delete_user_policy,
        )
        .on::<api::DetachGroupPolicy>(
            |ctx, i| access::attaching(ctx, Kind::Group, &i.group_name, &i.policy_arn),
            attachment::detach_group_policy,
        )
        .on::<api::DetachRolePolicy>(
            |ctx, i| access::attaching(ctx, Kind::Role, &i.role_name, &i.policy_arn),
            attachment::detach_role_policy,
        )
        .on::<api::DetachUserPolicy>(
            |ctx, i| access::attaching(ctx, Kind::User, &i.user_name, &i.policy_arn),
            attachment::detach_user_policy,
        )
        .on::<api::GetAccessKeyLastUsed>(access_key::access_by_key, access_key::get_access_key_last_used)
        .on::<api::GetAccountAuthorizationDetails>(
            |_, _| Ok(Access::any()),
            authorization::get_account_authorization_details,
        )
        .on::<api::GetAccountSummary>(|_, _| Ok(Access::any()), account::get_account_summary)
        .on::<api::GetGroup>(|ctx, i| access::group(ctx, &i.group_name), group::get_group)
        .on::<api::GetGroupPolicy>(|ctx, i| access::group(ctx, &i.group_name), inline::get_group_policy)
        .on::<api::GetInstanceProfile>(
            |ctx, i| access::profile(ctx, &i.instance_profile_name),
            instance_profile::get_instance_profile,
        )
        .on::<api::GetPolicy>(|ctx, i| access::policy(ctx, &i.policy_arn), policy::get_policy)
        .on::<api::GetPolicyVersion>(|ctx, i| access::policy(ctx, &i.policy_arn), policy::get_policy_version)
        .on::<api::GetRole>(|ctx, i| access::bounded(ctx, Kind::Role, &i.role_name), role::get_role)
        .on::<api::GetRolePolicy>(|ctx, i| access::role(ctx, &i.role_name), inline::get_role_policy)
        .on::<api::GetUser>(|ctx, i| access::user_or_caller(ctx, i.user_name.as_deref()), user::get_user)
        .on::<api::GetUserPolicy>(|ctx, i| access::user(ctx, &i.user_name), inline::get_user_policy)
        .on::<api::ListAccessKeys>(
            |ctx, i| access::user_or_caller(ctx, i.user_name.as_deref()),
            access_key::list_access_keys,
        )
        .on::<api::ListAccountAliases>(|_, _| Ok(Access::any()), account::list_account_aliases)
        .on::<api::ListAttachedGroupPolicies>(
            |ctx, i| access::group(ctx, &i.group_name),
            attachment::list_attached_group_policies,
        )
        .on::<api::ListAttachedRolePolicies>(
            |ctx, i| access::role(ctx, &i.role_name),
            attachment::list_attached_role_policies,
        )
        .on::<api::ListAttachedUserPolicies>(
            |ctx, i| access::user(ctx, &i.user_name),
            attachment::list_attached_user_policies,
        )
        .on::<api::ListEntitiesForPolicy>(
            |ctx, i| access::policy(ctx, &i.policy_arn),
            policies::list_entities_for_policy,
        )
        .on::<api::ListGroupPolicies>(|ctx, i| access::group(ctx, &i.group_name), inline::list_group_policies)
        .on::<api::ListGroups>(|_, _| Ok(Access::any()), group::list_groups)
        .on::<api::ListGroupsForUser>(|ctx, i| access::user(ctx, &i.user_name), group::list_groups_for_user)
        .on::<api::ListInstanceProfileTags>(
            |ctx, i| access::profile(ctx, &i.instance_profile_name),
            tags::list_instance_profile_tags,
        )
        .on::<api::ListInstanceProfiles>(|_, _| Ok(Access::any()), instance_profile::list_instance_profiles)
        .on::<api::ListInstanceProfilesForRole>(
            |ctx, i| access::role(ctx, &i.role_name),
            instance_profile::list_instance_profiles_for_role,
        )
        .on::<api::ListPolicies>(|_, _| Ok(Access::any()), policies::list_policies)
        .on::<api::ListPolicyTags>(|ctx, i| access::policy(ctx, &i.policy_arn), tags::list_policy_tags)
        .on::<api::ListPolicyVersions>(|ctx, i| access::policy(ctx, &i.policy_arn), policy::list_policy_versions)
        .on::<api::ListRolePolicies>(|ctx, i| access::role(ctx, &i.role_name), inline::list_role_policies)
        .on::<api::ListRoleTags>(|ctx, i| access::role(ctx, &i.role_name), tags::list_role_tags)
        .on::<api::ListRoles>(|_, _| Ok(Access::any()), role::list_roles)
        .on::<api::ListUserPolicies>(|ctx, i| access::user(ctx, &i.user_name), inline::list_user_policies)
        .on::<api::ListUserTags>(|ctx, i| access::user(ctx, &i.user_name), tags::list_user_tags)
        .on::<api::ListUsers>(|_, _| Ok(Access::any()), user::list_users)
        .on::<api::PutGroupPolicy>(|ctx, i| access::group(ctx, &i.group_name), inline::put_group_policy)
        .on::<api::PutRolePermissionsBoundary>(
            |ctx, i| access::bounding(ctx, Kind::Role, &i.role_name, &i.permissions_boundary),
            attachment::put_role_permissions_boundary,
        )
        .on::<api::PutRolePolicy>(|ctx, i| access::bounded(ctx, Kind::Role, &i.role_name), inline::put_role_policy)
        .on::<api::PutUserPermissionsBoundary>(
            |ctx, i| access::bounding(ctx, Kind::User, &i.user_name, &i.permissions_boundary),
            attachment::put_user_permissions_boundary,
        )
        .on::<api::PutUserPolicy>(|ctx, i| access::bounded(ctx, Kind::User, &i.user_name), inline::put_user_policy)
        .on::<api::RemoveRoleFromInstanceProfile>(
            |ctx, i| access::profile(ctx, &i.instance_profile_name),
            instance_profile::remove_role_from_instance_profile,
        )
        .on::<api::RemoveUserFromGroup>(|ctx, i| access::group(ctx, &i.group_name), group::remove_user_from_group)
        .on::<api::SetDefaultPolicyVersion>(
            |ctx, i| access::policy(ctx, &i.policy_arn),
            policy::set_default_policy_version,
        )
        .on::<api::TagInstanceProfile>(
            |ctx, i| Ok(access::tagging(access::profile(ctx, &i.instance_profile_name)?, &i.tags)),
            tags::tag_instance_profile,
        )
        .on::<api::TagPolicy>(
            |ctx, i| Ok(access::tagging(access::policy(ctx, &i.policy_arn)?, &i.tags)),
            tags::tag_policy,
        )
        .on::<api::TagRole>(|ctx, i| Ok(access::tagging(access::role(ctx, &i.role_name)?, &i.tags)), tags::tag_role)
        .on::<api::TagUser>(|ctx, i| Ok(access::tagging(access::user(ctx, &i.user_name)?, &i.tags)), tags::tag_user)
        .on::<api::UntagInstanceProfile>(
            |ctx, i| Ok(access::untagging(access::profile(ctx, &i.instance_profile_name)?, &i.tag_keys)),
            tags::untag_instance_profile,
        )
        .on::<api::UntagPolicy>(
            |ctx, i| Ok(access::untagging(access::policy(ctx, &i.policy_arn)?, &i.tag_keys)),
            tags::untag_policy,
        )
        .on::<api::UntagRole>(
            |ctx, i| Ok(access::untagging(access::role(ctx, &i.role_name)?, &i.tag_keys)),
            tags::untag_role,
        )
        .on::<api::UntagUser>(
            |ctx, i| Ok(access::untagging(access::user(ctx, &i.user_name)?, &i.tag_keys)),
            tags::untag_user,
        )
        .on::<api::UpdateAccessKey>(
            |ctx, i| access::user_or_caller(ctx, i.user_name.as_deref()),
            access_key::update_access_key,
        )
        .on::<api::UpdateAssumeRolePolicy>(
            |ctx, i| access::bounded(ctx, Kind::Role, &i.role_name),
            role::update_assume_role_policy,
        )
        .on::<api::UpdateGroup>(
            |ctx, i| {
                access::renaming(ctx, Kind::Group, &i.group_name, i.new_group_name.as_deref(), i.new_path.as_deref())
            },
            group::update_group,
        )
        .on::<api::UpdateRole>(|ctx, i| access::bounded(ctx, Kind::Role, &i.role_name), role::update_role)
        .on::<api::UpdateRoleDescription>(
            |ctx, i| access::bounded(ctx, Kind::Role, &i.role_name),
            role::update_role_description,
        )
        .on::<api::UpdateUser>(
            |ctx, i| access::renaming(ctx, Kind::User, &i.user_name, i.new_user_name.as_deref(), i.new_path.as_deref()),
            user::update_user,
        )
}
