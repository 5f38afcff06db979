//! What each operation touches. Facts of the service authorization reference, "Actions, resources, and condition keys for
//! AWS Organizations".
//!
//! An organization's ARNs name its management account. A member that calls meets them as another account's; the policy that
//! such resources show lets it through to the organization's own rules (`gate.rs`), which have the last word.

use futures_util::FutureExt;
use names::{Arn, Tags};
use service_kit::{Access, BoxFuture, Ctx, Error, Fault, ResourcePolicies};
use store::{ReadView, Scope, StoreError};

use crate::Organizations;
use crate::engine::id::{Arns, Place};
use crate::engine::kind::Kind;
use crate::engine::seat::Seat;
use crate::engine::{delegation, handshake, policy, tag, transfer};
use crate::store::ORGANIZATIONS;

/// The ARNs and facts that an access is made of, as the store has them now.
pub(super) struct Scene<'a> {
    ctx: &'a Ctx,
    view: ReadView,
    seat: Option<Seat>,
}

impl<'a> Scene<'a> {
    /// The caller's organization, if it has one.
    pub(super) fn of(ctx: &'a Ctx) -> Result<Self, Error> {
        let engine = ctx.state::<Organizations>().engine();
        let view = now(engine.view())?;
        let seat = now(Seat::of(&view, ctx.account()))?;
        Ok(Self { ctx, view, seat })
    }

    /// Whatever an id names; everything when it names nothing here.
    pub(super) fn to(&self, id: &str) -> Result<Access, Error> {
        Ok(self.arn(id)?.map_or_else(Access::any, Access::to))
    }

    /// A policy and whatever `target` names, with the policy's type.
    pub(super) fn to_policy_on(&self, id: &str, target: &str) -> Result<Access, Error> {
        let access = self.to_policy(id)?;
        Ok(match self.arn(target)? {
            Some(arn) => access.and_to(arn),
            None => access,
        })
    }

    /// A policy, with its type.
    pub(super) fn to_policy(&self, id: &str) -> Result<Access, Error> {
        let access = self.to(id)?;
        Ok(match self.kind(id)? {
            Some(kind) => with_type(access, kind.name()),
            None => access,
        })
    }

    /// Whatever an id names, with the type when it is a policy's.
    pub(super) fn to_taggable(&self, id: &str) -> Result<Access, Error> {
        if id.starts_with("p-") { self.to_policy(id) } else { self.to(id) }
    }

    /// All policies of a type that are to be: `*` in the place of the id.
    pub(super) fn to_new_policy(&self, kind: &str) -> Access {
        let Some(seat) = &self.seat else { return with_type(Access::any(), kind) };
        let arn = match Kind::named(kind) {
            Some(kind) => seat.arns().policy(kind, "*"),
            None => String::from("*"),
        };
        with_type(Access::to(arn), kind)
    }

    /// The resource policy that is there or is to be.
    pub(super) fn to_resource_policy(&self) -> Result<Access, Error> {
        let Some(seat) = &self.seat else { return Ok(Access::any()) };
        let there = now(delegation::of(&self.view, seat))?;
        let id = there.map_or_else(|| "*".to_owned(), |record| record.id);
        Ok(Access::to(seat.arns().resource_policy(&id)))
    }

    /// A handshake that the caller is a party of.
    pub(super) fn to_handshake(&self, id: &str) -> Result<Access, Error> {
        let at = self.ctx.now();
        let seen = now(handshake::seen_by(&self.view, id, self.ctx.account(), at))?;
        Ok(seen.map_or_else(Access::any, |record| {
            let arns = Arns { management: record.management, organization: &record.organization };
            Access::to(arns.handshake(record.action.in_arn(), id))
        }))
    }

    /// A transfer that the caller's organization takes part in.
    pub(super) fn to_transfer(&self, id: &str) -> Result<Access, Error> {
        let Some(seat) = &self.seat else { return Ok(Access::any()) };
        let Some(transfer) = now(transfer::of(&self.view, seat, id))? else { return Ok(Access::any()) };
        let direction = transfer.side.name();
        let access = Access::to(seat.arns().transfer(direction, id));
        Ok(with_direction(access, direction))
    }

    fn arn(&self, id: &str) -> Result<Option<String>, Error> {
        let Some(seat) = &self.seat else { return Ok(None) };
        let arns = seat.arns();
        Ok(match Place::of(id) {
            Some(Place::Root(root)) => Some(arns.root(root)),
            Some(Place::Unit(unit)) => Some(arns.unit(unit)),
            Some(Place::Account(account)) => Some(arns.account(account)),
            Some(Place::Policy(policy)) => self.kind(policy)?.map(|kind| arns.policy(kind, policy)),
            Some(Place::ResourcePolicy(policy)) => Some(arns.resource_policy(policy)),
            Some(Place::Transfer(transfer)) => {
                now(transfer::of(&self.view, seat, transfer))?.map(|of| arns.transfer(of.side.name(), transfer))
            }
            None => None,
        })
    }

    fn kind(&self, id: &str) -> Result<Option<Kind>, Error> {
        let Some(seat) = &self.seat else { return Ok(None) };
        Ok(now(policy::of(&self.view, seat, id))?.map(|shown| shown.record.kind))
    }
}

/// With the type of policies that a call is about.
pub(super) fn with_type(access: Access, kind: &str) -> Access {
    access.with("organizations:PolicyType", kind)
}

/// With the service that a call is about.
pub(super) fn with_service(access: Access, service: &str) -> Access {
    access.with("organizations:ServicePrincipal", service)
}

/// With the type and the side of transfers that a call is about.
pub(super) fn with_direction(access: Access, direction: &str) -> Access {
    access
        .with("organizations:TransferType", "BILLING")
        .with("organizations:TransferDirection", direction.to_ascii_uppercase())
}

/// Both engines of one machine answer reads at once; what an operation touches is told without waiting.
fn now<T>(read: impl Future<Output = Result<T, StoreError>>) -> Result<T, Error> {
    match read.now_or_never() {
        Some(answer) => Ok(answer?),
        None => Err(Fault::Unavailable { internal: "the store did not answer at once".to_owned() }.into()),
    }
}

/// What an organization's resources show to those who decide: their tags; and to other accounts, that it is the
/// organization itself that decides about them.
pub(crate) struct Shown;

impl ResourcePolicies for Shown {
    fn policy<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(async move {
            let owner = resource.parse::<Arn>().ok().and_then(|arn| arn.account_id());
            let foreign = owner.is_some_and(|owner| owner != ctx.account());
            Ok(foreign.then(|| {
                format!(
                    r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{}"}},"Action":"organizations:*","Resource":"*"}}]}}"#,
                    ctx.account()
                )
            }))
        })
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move {
            let Some(management) = resource.parse::<Arn>().ok().and_then(|arn| arn.account_id()) else {
                return Ok(Tags::new());
            };
            let view = ctx.state::<Organizations>().engine().view().await?;
            let Some(organization) = ORGANIZATIONS.get(&view, &Scope::Global, &management).await? else {
                return Ok(Tags::new());
            };
            let seat = Seat { account: management, management, organization };
            Ok(tag::of(&view, &seat, resource.rsplit('/').next().unwrap_or_default()).await?)
        })
    }
}
