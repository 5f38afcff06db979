//! Records as AWS shows them. Listings leave out what AWS's leave out: tags, boundaries, last uses.

use api_iam::{
    AttachedPermissionsBoundary, AttachedPolicy, Group, InstanceProfile, PermissionsBoundaryAttachmentType, Policy,
    PolicyVersion, Role, RoleLastUsed, User,
};

use super::edge::{encoded, tags_out};
use crate::engine::Engine;
use crate::engine::home::{Home, PolicyArn};
use crate::engine::policy::{Managed, Uses, Version};
use crate::engine::refusal::Refusal;
use crate::store::{EntityRecord, PolicyRecord, ProfileRecord, UseRecord};

/// A permissions boundary.
pub(crate) fn boundary(record: &EntityRecord) -> Option<AttachedPermissionsBoundary> {
    record.boundary.as_ref().map(|arn| AttachedPermissionsBoundary {
        permissions_boundary_type: Some(PermissionsBoundaryAttachmentType::Policy),
        permissions_boundary_arn: Some(arn.clone()),
    })
}

/// A user in a listing.
pub(crate) fn user_listed(home: Home, record: &EntityRecord) -> User {
    User {
        path: Some(record.path.clone()),
        user_name: Some(record.name.clone()),
        user_id: record.id.clone(),
        arn: home.entity(record),
        create_date: record.created,
        password_last_used: None,
        permissions_boundary: None,
        tags: None,
    }
}

/// A user.
pub(crate) fn user(home: Home, record: &EntityRecord) -> User {
    User { permissions_boundary: boundary(record), tags: tags_out(&record.tags), ..user_listed(home, record) }
}

/// A group.
pub(crate) fn group(home: Home, record: &EntityRecord) -> Group {
    Group {
        path: record.path.clone(),
        group_name: record.name.clone(),
        group_id: record.id.clone(),
        arn: home.entity(record),
        create_date: record.created,
    }
}

/// A role just made: AWS leaves out its longest session and its description.
pub(crate) fn role_made(home: Home, record: &EntityRecord, trust: &str) -> Role {
    Role {
        path: record.path.clone(),
        role_name: record.name.clone(),
        role_id: record.id.clone(),
        arn: home.entity(record),
        create_date: record.created,
        assume_role_policy_document: Some(encoded(trust)),
        description: None,
        max_session_duration: None,
        permissions_boundary: boundary(record),
        tags: tags_out(&record.tags),
        role_last_used: None,
    }
}

/// A role in a listing.
pub(crate) async fn role_listed(engine: &Engine, home: Home, record: &EntityRecord) -> Result<Role, Refusal> {
    let trust = engine.shown_trust(home, record).await?;
    let body = record.role();
    Ok(Role {
        description: body.and_then(|body| body.description.clone()).filter(|text| !text.is_empty()),
        max_session_duration: body.and_then(|body| i32::try_from(body.max_session).ok()),
        permissions_boundary: None,
        tags: None,
        ..role_made(home, record, &trust)
    })
}

/// A role with all there is to it.
pub(crate) async fn role(engine: &Engine, home: Home, record: &EntityRecord) -> Result<Role, Refusal> {
    let used = engine.role_use(home, &record.id).await?;
    let listed = role_listed(engine, home, record).await?;
    Ok(Role {
        permissions_boundary: boundary(record),
        tags: tags_out(&record.tags),
        role_last_used: Some(last_used(used)),
        ..listed
    })
}

/// When a role was last used.
pub(crate) fn last_used(used: Option<UseRecord>) -> RoleLastUsed {
    RoleLastUsed { last_used_date: used.as_ref().map(|used| used.at), region: used.map(|used| used.region) }
}

/// A role as it stands in an instance profile.
async fn role_inside(engine: &Engine, home: Home, record: &EntityRecord) -> Result<Role, Refusal> {
    let trust = engine.shown_trust(home, record).await?;
    Ok(Role { permissions_boundary: None, tags: None, ..role_made(home, record, &trust) })
}

/// An instance profile in a listing.
pub(crate) async fn profile_listed(
    engine: &Engine,
    home: Home,
    record: &ProfileRecord,
    role: Option<&EntityRecord>,
) -> Result<InstanceProfile, Refusal> {
    let roles = match role {
        Some(role) => vec![role_inside(engine, home, role).await?],
        None => Vec::new(),
    };
    Ok(InstanceProfile {
        path: record.path.clone(),
        instance_profile_name: record.name.clone(),
        instance_profile_id: record.id.clone(),
        arn: home.profile(record),
        create_date: record.created,
        roles,
        tags: None,
    })
}

/// An instance profile.
pub(crate) async fn profile(
    engine: &Engine,
    home: Home,
    record: &ProfileRecord,
    role: Option<&EntityRecord>,
) -> Result<InstanceProfile, Refusal> {
    let listed = profile_listed(engine, home, record, role).await?;
    Ok(InstanceProfile { tags: tags_out(&record.tags), ..listed })
}

/// A managed policy in a listing.
pub(crate) fn policy_listed(home: Home, managed: &Managed, uses: Uses) -> Policy {
    let (id, version, created, updated, attachable) = match managed {
        Managed::Customer(record) => {
            (record.id.clone(), format!("v{}", record.default), record.created, record.updated, true)
        }
        Managed::Aws(policy) => {
            (policy.id(), policy.version.to_owned(), policy.created, policy.updated, policy.attachable())
        }
    };
    Policy {
        policy_name: Some(managed.name().to_owned()),
        policy_id: Some(id),
        arn: Some(managed.arn(home)),
        path: Some(managed.path().to_owned()),
        default_version_id: Some(version),
        attachment_count: i32::try_from(uses.attached).ok(),
        permissions_boundary_usage_count: i32::try_from(uses.boundaries).ok(),
        is_attachable: Some(attachable),
        description: None,
        create_date: Some(created),
        update_date: Some(updated),
        tags: None,
    }
}

/// A managed policy just made: AWS leaves out its description.
pub(crate) fn policy_made(home: Home, record: PolicyRecord) -> Policy {
    let tags = tags_out(&record.tags);
    Policy { tags, ..policy_listed(home, &Managed::Customer(record), Uses::default()) }
}

/// A managed policy with all there is to it.
pub(crate) fn policy(home: Home, managed: &Managed, uses: Uses) -> Policy {
    let (description, tags) = match managed {
        Managed::Customer(record) => (record.description.clone(), tag_list_of(record)),
        Managed::Aws(_) => (None, Vec::new()),
    };
    Policy {
        description: description.filter(|text| !text.is_empty()),
        tags: Some(tags),
        ..policy_listed(home, managed, uses)
    }
}

fn tag_list_of(record: &PolicyRecord) -> Vec<api_iam::Tag> {
    super::edge::tag_list(&record.tags)
}

/// A version in a listing.
pub(crate) fn version_listed(version: &Version) -> PolicyVersion {
    PolicyVersion {
        document: None,
        version_id: Some(version.id.clone()),
        is_default_version: Some(version.is_default),
        create_date: Some(version.created),
    }
}

/// A version with its document.
pub(crate) fn version(version: &Version) -> PolicyVersion {
    PolicyVersion { document: Some(encoded(&version.document)), ..version_listed(version) }
}

/// Attached policies by their ARNs.
pub(crate) fn attached(arns: &[String]) -> Vec<AttachedPolicy> {
    let name = |arn: &str| PolicyArn::parse(arn).map(|parsed| parsed.name);
    arns.iter().map(|arn| AttachedPolicy { policy_name: name(arn), policy_arn: Some(arn.clone()) }).collect()
}
