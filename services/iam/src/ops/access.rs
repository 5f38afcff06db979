//! What calls touch: ARNs with the paths that only the store knows, and the condition keys of IAM's actions.
//!
//! Source of resources and keys: "Actions, resources, and condition keys for AWS Identity and Access Management" in the
//! service authorization reference.

use api_iam::Tag;
use futures_util::FutureExt;
use service_kit::{Access, Ctx, Error, Fault, Principal};
use store::StoreError;

use super::edge::{engine, home, user_or_self};
use crate::engine::entity::Kind;
use crate::engine::home::Home;
use crate::store::{ENTITIES, EntityRecord, PROFILES, key};

/// Reads what an ARN is made of. Operations tell what they touch without waiting: engines on one machine answer at once.
pub(crate) fn now<T>(read: impl Future<Output = Result<T, StoreError>>) -> Result<T, Error> {
    let answer = read.now_or_never();
    answer.unwrap_or_else(|| Err(StoreError::unavailable("a path could not be read at once"))).map_err(Error::from)
}

fn record(ctx: &Ctx, home: Home, kind: Kind, name: &str) -> Result<Option<EntityRecord>, Error> {
    let engine = engine(ctx);
    now(async move { ENTITIES.get(&engine.view().await?, &home.scope(), &kind.at(name)).await })
}

/// The ARN of an entity; of one that is not there, as if it stood under no path.
fn arn(ctx: &Ctx, kind: Kind, name: &str) -> Result<String, Error> {
    let home = home(ctx);
    let found = record(ctx, home, kind, name)?;
    Ok(found.map_or_else(|| home.arn_of(kind.word(), "/", name), |record| home.entity(&record)))
}

/// An entity.
pub(crate) fn entity(ctx: &Ctx, kind: Kind, name: &str) -> Result<Access, Error> {
    arn(ctx, kind, name).map(Access::to)
}

/// A user.
pub(crate) fn user(ctx: &Ctx, name: &str) -> Result<Access, Error> {
    entity(ctx, Kind::User, name)
}

/// A group.
pub(crate) fn group(ctx: &Ctx, name: &str) -> Result<Access, Error> {
    entity(ctx, Kind::Group, name)
}

/// A role.
pub(crate) fn role(ctx: &Ctx, name: &str) -> Result<Access, Error> {
    entity(ctx, Kind::Role, name)
}

/// An entity whose permissions a call changes: `iam:PermissionsBoundary` is the boundary it has.
pub(crate) fn bounded(ctx: &Ctx, kind: Kind, name: &str) -> Result<Access, Error> {
    let home = home(ctx);
    let Some(record) = record(ctx, home, kind, name)? else {
        return Ok(Access::to(home.arn_of(kind.word(), "/", name)));
    };
    let access = Access::to(home.entity(&record));
    Ok(match record.boundary {
        Some(boundary) => access.with("iam:PermissionsBoundary", boundary),
        None => access,
    })
}

/// An entity to which a call attaches a policy, or from which it detaches one.
pub(crate) fn attaching(ctx: &Ctx, kind: Kind, name: &str, policy: &str) -> Result<Access, Error> {
    Ok(bounded(ctx, kind, name)?.with("iam:PolicyARN", policy))
}

/// An entity that gets this permissions boundary.
pub(crate) fn bounding(ctx: &Ctx, kind: Kind, name: &str, boundary: &str) -> Result<Access, Error> {
    Ok(entity(ctx, kind, name)?.with("iam:PermissionsBoundary", boundary))
}

/// An entity to be created.
pub(crate) fn new_entity(
    ctx: &Ctx,
    kind: Kind,
    path: Option<&str>,
    name: &str,
    boundary: Option<&str>,
    tags: Option<&[Tag]>,
) -> Access {
    let access = creating(ctx, kind.word(), path, name, tags);
    match boundary {
        Some(boundary) => access.with("iam:PermissionsBoundary", boundary),
        None => access,
    }
}

/// Something with a path to be created: `sort` as in `policy`.
pub(crate) fn creating(ctx: &Ctx, sort: &str, path: Option<&str>, name: &str, tags: Option<&[Tag]>) -> Access {
    tagging(Access::to(home(ctx).arn_of(sort, path.unwrap_or("/"), name)), tags.unwrap_or_default())
}

/// An entity that gets another name or path: both ARNs must be allowed.
pub(crate) fn renaming(
    ctx: &Ctx,
    kind: Kind,
    name: &str,
    to: Option<&str>,
    path: Option<&str>,
) -> Result<Access, Error> {
    let home = home(ctx);
    let found = record(ctx, home, kind, name)?;
    let (old_path, old_name) = found.map_or_else(|| ("/".to_owned(), name.to_owned()), |r| (r.path, r.name));
    let before = home.arn_of(kind.word(), &old_path, &old_name);
    let after = home.arn_of(kind.word(), path.unwrap_or(&old_path), to.unwrap_or(&old_name));
    let access = Access::to(&before);
    Ok(if after == before { access } else { access.and_to(after) })
}

/// The user named, or whoever calls; root itself when root calls for itself.
pub(crate) fn user_or_caller(ctx: &Ctx, named: Option<&str>) -> Result<Access, Error> {
    match (named, &ctx.caller.principal) {
        (None, Principal::Root) => Ok(Access::to(home(ctx).arn("root"))),
        _ => user(ctx, &user_or_self(ctx, named)?),
    }
}

/// A managed policy.
pub(crate) fn policy(_ctx: &Ctx, arn: &str) -> Result<Access, Error> {
    Ok(Access::to(arn))
}

/// An instance profile.
pub(crate) fn profile(ctx: &Ctx, name: &str) -> Result<Access, Error> {
    let (engine, home) = (engine(ctx), home(ctx));
    let found = now(async move { PROFILES.get(&engine.view().await?, &home.scope(), &key(name)).await })?;
    let arn = found.map_or_else(|| home.arn_of("instance-profile", "/", name), |record| home.profile(&record));
    Ok(Access::to(arn))
}

/// An instance profile into which a role is put: the role is handed to EC2.
pub(crate) fn filling(ctx: &Ctx, name: &str, role: &str) -> Result<Access, Error> {
    Ok(profile(ctx, name)?.passing_role(&arn(ctx, Kind::Role, role)?, "ec2.amazonaws.com"))
}

/// With the tags a call sets.
pub(crate) fn tagging(access: Access, tags: &[Tag]) -> Access {
    access.with_request_tags(tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())))
}

/// With the keys of the tags a call removes.
pub(crate) fn untagging(access: Access, keys: &[String]) -> Access {
    access.with_tag_keys(keys.iter().map(String::as_str))
}

/// Refuses what is no ARN, in AWS's words.
pub(crate) fn check_arn(arn: &str) -> Result<(), Error> {
    match arn.parse::<names::Arn>() {
        Ok(_) => Ok(()),
        Err(_) => Err(Fault::Invalid { message: "Invalid ARN:  Could not be parsed!".to_owned() }.into()),
    }
}
