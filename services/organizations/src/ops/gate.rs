//! Who may call what, by Organizations' own rules: after the caller's policies allowed it, its account must be the
//! management account, a delegated administrator, or one that the organization's resource policy names.

use std::collections::BTreeMap;

use policy::{Context, Values, Who};
use service_kit::{Access, Ctx, Error, Principal};

use crate::Organizations;
use crate::engine::id::Place;
use crate::engine::refusal::Refusal;
use crate::engine::seat::Seat;
use crate::engine::{delegation, tag, trust};

/// The caller's seat, in any organization.
pub(super) async fn member(ctx: &Ctx) -> Result<Seat, Error> {
    let engine = ctx.state::<Organizations>().engine();
    let seat = Seat::of(&engine.view().await?, ctx.account()).await?;
    Ok(seat.ok_or(Refusal::NotInUse)?)
}

/// The seat of a management account.
pub(super) async fn manager(ctx: &Ctx) -> Result<Seat, Error> {
    let seat = member(ctx).await?;
    if seat.manages() { Ok(seat) } else { Err(Refusal::NotPermitted.into()) }
}

/// The seat of who may look: the management account, a delegated administrator of any service, whoever the resource policy
/// lets.
pub(super) async fn reader(ctx: &Ctx, access: &Access) -> Result<Seat, Error> {
    let seat = member(ctx).await?;
    let engine = ctx.state::<Organizations>().engine();
    if seat.manages() || trust::administers(&engine.view().await?, &seat, seat.account).await? {
        return Ok(seat);
    }
    by_resource_policy(ctx, seat, access).await
}

/// The seat of who may change policies: the management account, or whoever the resource policy lets.
pub(super) async fn writer(ctx: &Ctx, access: &Access) -> Result<Seat, Error> {
    let seat = member(ctx).await?;
    if seat.manages() { Ok(seat) } else { by_resource_policy(ctx, seat, access).await }
}

async fn by_resource_policy(ctx: &Ctx, seat: Seat, access: &Access) -> Result<Seat, Error> {
    let view = ctx.state::<Organizations>().engine().view().await?;
    let Some(delegation) = delegation::of(&view, &seat).await? else { return Err(Refusal::NotPermitted.into()) };
    let arn = ctx.caller.arn(ctx.partition());
    let Some(who) = who(ctx, &arn) else { return Err(Refusal::NotPermitted.into()) };
    let action = access.action.unwrap_or(ctx.operation.action);
    let any = [String::from("*")];
    let resources = if access.resources.is_empty() { &any[..] } else { &access.resources };
    for resource in resources {
        let id = resource.rsplit('/').next().unwrap_or_default();
        let tags = if Place::of(id).is_some() { tag::of(&view, &seat, id).await? } else { BTreeMap::new() };
        let facts = Facts { ctx, arn: &arn, seat: &seat, given: &access.context, tags: &tags };
        if !delegation::allows(&delegation, &seat, who, action, resource, &facts) {
            return Err(Refusal::NotPermitted.into());
        }
    }
    Ok(seat)
}

/// The caller as policies name it; none for those no policy of an organization can name.
fn who<'a>(ctx: &'a Ctx, arn: &'a str) -> Option<Who<'a>> {
    let account = ctx.account();
    Some(match &ctx.caller.principal {
        Principal::Root | Principal::Internal(_) => Who::root(account, arn),
        Principal::User { id, .. } => Who::user(account, arn, id),
        Principal::RoleSession { id, role, .. } => Who::role_session(account, arn, role, id),
        Principal::Federated { .. } => Who::federated_user(account, arn, ""),
        Principal::Service(_) | Principal::Anonymous => return None,
    })
}

/// What conditions of the resource policy can ask for.
struct Facts<'a> {
    ctx: &'a Ctx,
    arn: &'a str,
    seat: &'a Seat,
    given: &'a BTreeMap<String, Vec<String>>,
    tags: &'a names::Tags,
}

impl Context for Facts<'_> {
    fn values(&self, key: &str) -> Option<Values<'_>> {
        let text = |text: String| Some(Values::One(text.into()));
        match key {
            "aws:principalarn" => Some(Values::one(self.arn)),
            "aws:principalaccount" => text(self.seat.account.to_string()),
            "aws:principalorgid" | "aws:resourceorgid" => Some(Values::one(&self.seat.organization.id)),
            "aws:principalorgmasteraccountid" | "aws:resourceaccount" => text(self.seat.management.to_string()),
            "aws:currenttime" => text(self.ctx.now().iso8601()),
            "aws:epochtime" => text(self.ctx.now().secs().to_string()),
            "aws:requestedregion" => Some(Values::one(self.ctx.region.as_str())),
            "aws:securetransport" => Some(Values::truth(self.ctx.request.secure)),
            "aws:sourceip" => text(self.ctx.request.source_ip?.to_string()),
            "aws:useragent" => Some(Values::one(&self.ctx.request.user_agent)),
            _ => match key.strip_prefix("aws:resourcetag/") {
                Some(tag) => same(self.tags, tag).map(|value| Values::one(value)),
                None => same(self.given, key).map(|values| Values::Slice(values)),
            },
        }
    }
}

/// The value under a key in any case.
fn same<'a, V>(map: &'a BTreeMap<String, V>, key: &str) -> Option<&'a V> {
    map.iter().find(|(of, _)| of.eq_ignore_ascii_case(key)).map(|(_, value)| value)
}
