//! Which key a request means, and what touching it says to the policies: the condition keys that the service authorization
//! reference lists for keys.

use std::collections::BTreeMap;

use service_kit::{Access, Ctx, Error};

use crate::Kms;
use crate::engine::Key;
use crate::engine::home::{Home, Name, Place};
use crate::engine::refusal::Refusal;
use crate::error::{foreign, told};

/// The keys.
pub(crate) fn engine(ctx: &Ctx) -> &crate::engine::Engine {
    ctx.state::<Kms>().engine()
}

/// The account and region called.
pub(crate) fn here(ctx: &Ctx) -> Place {
    Place { account: ctx.account(), region: ctx.region.clone() }
}

/// The key that an id, an ARN, an alias or an alias's ARN means.
pub(crate) async fn key(ctx: &Ctx, id: &str) -> Result<Key, Error> {
    let name = name(ctx, id)?;
    engine(ctx).find(&name).await.map_err(told)
}

/// Where the key of an id or an ARN is.
pub(crate) fn home(ctx: &Ctx, id: &str) -> Result<Home, Error> {
    match name(ctx, id)? {
        Name::Key(home) => Ok(home),
        Name::Alias(..) => Err(told(Refusal::BadKeyId(id.to_owned()))),
    }
}

/// What a request to a key by any name touches, in any account.
pub(crate) fn touch(ctx: &Ctx, id: &str) -> Result<Access, Error> {
    let name = name(ctx, id)?;
    let home = engine(ctx).locate(&name).map_err(told)?;
    let alias = match &name {
        Name::Alias(_, alias) => Some(alias.as_str()),
        Name::Key(_) => None,
    };
    touch_at(ctx, &home, alias)
}

/// What a request to a key by id or ARN touches, in any account.
pub(crate) fn touch_shared(ctx: &Ctx, id: &str) -> Result<Access, Error> {
    touch_at(ctx, &home(ctx, id)?, None)
}

/// What a request to a key of the caller's account touches. No policy opens these operations to other accounts.
pub(crate) fn touch_own(ctx: &Ctx, id: &str) -> Result<Access, Error> {
    let home = home(ctx, id)?;
    if home.account != ctx.account() {
        return Err(foreign(ctx, home.arn()));
    }
    touch_at(ctx, &home, None)
}

/// What a request to the key at a place touches. A key of one's own that is not there is told at once; of other accounts'
/// one hears no more than that one may not.
pub(crate) fn touch_at(ctx: &Ctx, home: &Home, alias: Option<&str>) -> Result<Access, Error> {
    let key = engine(ctx).look(home).map_err(told)?;
    touch_found(ctx, home, key.as_ref(), alias)
}

/// The same, of a key that was looked for.
pub(crate) fn touch_found(ctx: &Ctx, home: &Home, key: Option<&Key>, alias: Option<&str>) -> Result<Access, Error> {
    let arn = home.arn();
    if key.is_none() && home.account == ctx.account() && engine(ctx).managed_service(home).is_none() {
        return Err(told(Refusal::NoSuchKey(arn)));
    }
    let mut access = circumstances(ctx, Access::to(arn));
    if let Some(alias) = alias {
        access = access.with("kms:RequestAlias", alias);
    }
    Ok(match key {
        Some(key) => of_key(access, key),
        None => access,
    })
}

/// What every request tells: whose it is, and through which service it came.
pub(crate) fn circumstances(ctx: &Ctx, access: Access) -> Access {
    let access = access.with("kms:CallerAccount", ctx.account().to_string());
    match ctx.request.called_via.last() {
        Some(service) => {
            let (name, suffix) = service.split_once('.').unwrap_or((service, "amazonaws.com"));
            access.with("kms:ViaService", format!("{name}.{}.{suffix}", ctx.region))
        }
        None => access,
    }
}

fn of_key(access: Access, key: &Key) -> Access {
    let record = &key.record;
    let origin = if record.external { "EXTERNAL" } else { "AWS_KMS" };
    let mut access = access
        .with("kms:KeySpec", record.spec.name())
        .with("kms:KeyUsage", record.usage.name())
        .with("kms:KeyOrigin", origin)
        .with("kms:MultiRegion", if record.regions.is_some() { "true" } else { "false" });
    if record.regions.is_some() {
        access = access.with("kms:MultiRegionKeyType", if key.is_replica() { "REPLICA" } else { "PRIMARY" });
    }
    record.aliases.iter().fold(access, |access, alias| access.with("kms:ResourceAliases", alias))
}

/// With an encryption context.
pub(crate) fn with_context(access: Access, context: Option<&BTreeMap<String, String>>) -> Access {
    context.into_iter().flatten().fold(access, |access, (key, value)| {
        access.with(format!("kms:EncryptionContext:{key}"), value).with("kms:EncryptionContextKeys", key)
    })
}

fn name(ctx: &Ctx, id: &str) -> Result<Name, Error> {
    Name::parse(id, &here(ctx)).map_err(told)
}
