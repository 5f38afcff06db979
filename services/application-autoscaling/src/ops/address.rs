//! Which target is meant, and what a call on it touches.

use api_application_autoscaling::{ScalableDimension, ServiceNamespace};
use names::Arn;
use service_kit::{Access, Ctx, Error, Fault};
use store::Scope;

use crate::calls::Scalable;
use crate::engine::NAMESPACE;
use crate::error::{UNSUPPORTED, invalid};
use crate::store::{Place, SERVICE, scope};

/// Where the caller's targets are kept.
pub(crate) fn own(ctx: &Ctx) -> Scope {
    scope(ctx.account(), &ctx.region)
}

/// The place that a call names; what is there can be scaled.
pub(crate) fn place(
    ctx: &Ctx,
    namespace: &ServiceNamespace,
    resource: &str,
    dimension: &ScalableDimension,
) -> Result<(Place, Scalable), Error> {
    check_namespace(namespace)?;
    let (resource, dimension) = (resource.to_owned(), dimension.as_str().to_owned());
    let place = Place { namespace: namespace.as_str().to_owned(), resource, dimension };
    let scalable = Scalable::at(&own(ctx), &place).ok_or_else(|| invalid(UNSUPPORTED))?;
    Ok((place, scalable))
}

/// Only DynamoDB's capacity is scaled here yet.
pub(crate) fn check_namespace(namespace: &ServiceNamespace) -> Result<(), Error> {
    if namespace.as_str() == NAMESPACE {
        return Ok(());
    }
    let operation = format!("scaling of {}", namespace.as_str());
    Err(Fault::NotImplemented { service: SERVICE.to_owned(), operation }.into())
}

/// What a call on a target touches: no policy can name one by more than its account, for its id is given by AWS.
pub(crate) fn access(ctx: &Ctx, namespace: &ServiceNamespace, dimension: &ScalableDimension) -> Access {
    Access::to(arn(ctx, "*"))
        .with("application-autoscaling:service-namespace", namespace.as_str())
        .with("application-autoscaling:scalable-dimension", dimension.as_str())
}

/// The ARN of a target.
pub(crate) fn arn(ctx: &Ctx, id: &str) -> Arn {
    ctx.arn(format!("scalable-target/{id}"))
}

/// How many are shown at once.
pub(crate) fn shown(asked: Option<i32>) -> usize {
    let asked = asked.and_then(|most| usize::try_from(most).ok()).filter(|most| *most > 0);
    asked.map_or(crate::limits::SHOWN, |most| most.min(crate::limits::SHOWN))
}
