//! Resource types, for stacks, inventories and the map of what talks to what. Each calls the service's own operations, by their
//! names, so a bucket made by a stack is the same as one made by hand.

mod access_point;
mod bucket;
mod lists;
mod policy;
mod settings;
mod shape;

use serde_json::Value;
use service_kit::{Ctx, Error, Sender, Service, answer};

/// Adds the resource types of buckets.
pub(crate) fn add(service: Service) -> Service {
    service.resource(bucket::Bucket).resource(policy::BucketPolicy)
}

/// Adds those of the control plane.
pub(crate) fn add_to_control(service: Service) -> Service {
    service.resource(access_point::AccessPoint)
}

/// Calls an operation of S3 on behalf of the caller.
async fn call(ctx: &Ctx, operation: &str, input: Value) -> Result<Value, Error> {
    call_of(ctx, "s3", operation, input).await
}

/// Calls an operation of a service on behalf of the caller.
async fn call_of(ctx: &Ctx, service: &str, operation: &str, input: Value) -> Result<Value, Error> {
    let sender = Sender { cloud: ctx.cloud().clone(), caller: ctx.caller.clone(), source_arn: None };
    sender.call_json(&ctx.region, service, operation, &[], &input).await
}

/// None where what was asked for is not set, or gone.
fn unless_unset(answer: Result<Value, Error>) -> Result<Option<Value>, Error> {
    let is_unset = |code: &str| {
        code.starts_with("NoSuch") || code.ends_with("NotFoundError") || code == "NotFound" || code == "404"
    };
    service_kit::properties::unless(answer, is_unset)
}
