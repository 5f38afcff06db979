//! Resource policies of streams and consumers: kept here, decided by whoever decides on access.

use ::policy::{Kind, Policy};
use api_kinesis::{
    DeleteResourcePolicy, DeleteResourcePolicyInput, DeleteResourcePolicyOutput, GetResourcePolicy,
    GetResourcePolicyInput, GetResourcePolicyOutput, PutResourcePolicy, PutResourcePolicyInput,
    PutResourcePolicyOutput,
};
use names::Tags;
use service_kit::{BoxFuture, Ctx, Error, Outcome, ResourcePolicies};

use super::address::{self, Resource};
use crate::Kinesis;
use crate::engine::Engine;
use crate::engine::consumer::ConsumerName;
use crate::engine::refusal::Refusal;
use crate::engine::stream::Home;
use crate::error::{invalid, missing, no_such_consumer, told};
use crate::limits;

/// Sets the policy of a stream or consumer.
pub(crate) async fn put_resource_policy(ctx: &Ctx, input: PutResourcePolicyInput) -> Outcome<PutResourcePolicy> {
    let resource = Resource::read(ctx, &input.resource_arn)?;
    check(&input.policy)?;
    set(ctx, &resource, Some(input.policy)).await?;
    Ok(PutResourcePolicyOutput {})
}

/// The policy of a stream or consumer: an empty document when there is none, as AWS was recorded to answer.
pub(crate) async fn get_resource_policy(ctx: &Ctx, input: GetResourcePolicyInput) -> Outcome<GetResourcePolicy> {
    let resource = Resource::read(ctx, &input.resource_arn)?;
    let policy = get(ctx, &resource).await?.unwrap_or_else(|| "{}".to_owned());
    Ok(GetResourcePolicyOutput { policy })
}

/// Removes the policy of a stream or consumer.
pub(crate) async fn delete_resource_policy(
    ctx: &Ctx,
    input: DeleteResourcePolicyInput,
) -> Outcome<DeleteResourcePolicy> {
    let resource = Resource::read(ctx, &input.resource_arn)?;
    if get(ctx, &resource).await?.is_none() {
        return Err(missing(format!("No resource policy found for resource ARN {}.", input.resource_arn)));
    }
    set(ctx, &resource, None).await?;
    Ok(DeleteResourcePolicyOutput {})
}

fn check(policy: &str) -> Result<(), Error> {
    if policy.len() > limits::POLICY_BYTES {
        return Err(invalid(format!("The policy is larger than {} bytes.", limits::POLICY_BYTES)));
    }
    Policy::parse(policy, Kind::Resource).map(|_| ()).map_err(|why| invalid(format!("Invalid resource policy: {why}")))
}

async fn get(ctx: &Ctx, resource: &Resource) -> Result<Option<String>, Error> {
    let stream = address::find(ctx, resource.home()).await?;
    match resource {
        Resource::Stream(_) => Ok(stream.known().record.policy.clone()),
        Resource::Consumer(_, consumer) => {
            let found = ctx.state::<Kinesis>().engine().consumer_named(&stream, consumer).await;
            Ok(found.map_err(|refusal| refused(resource, refusal))?.policy)
        }
    }
}

async fn set(ctx: &Ctx, resource: &Resource, policy: Option<String>) -> Result<(), Error> {
    let stream = address::find(ctx, resource.home()).await?;
    let engine = ctx.state::<Kinesis>().engine();
    let changed = match resource {
        Resource::Stream(_) => {
            let change = engine.change(&stream, |record, _| {
                record.policy.clone_from(&policy);
                Ok(())
            });
            change.await
        }
        Resource::Consumer(_, consumer) => {
            let change = engine.change_consumer(&stream, consumer, |record| {
                record.policy.clone_from(&policy);
                Ok(())
            });
            change.await
        }
    };
    changed.map_err(|refusal| refused(resource, refusal))
}

/// What was refused about a stream or consumer.
pub(crate) fn refused(resource: &Resource, refusal: Refusal) -> Error {
    match (resource, refusal) {
        (Resource::Consumer(home, consumer), Refusal::NoSuchConsumer) => no_such_consumer(home, &consumer.name),
        (_, refusal) => told(resource.home(), refusal),
    }
}

/// What streams and consumers say of themselves to whoever decides on access.
///
/// It has the engine by itself: it is also asked on account of actions of other services.
pub(crate) struct StreamPolicies(pub Engine);

/// What is asked about.
struct Own {
    policy: Option<String>,
    tags: Tags,
}

impl StreamPolicies {
    async fn own(&self, resource: &str) -> Result<Option<Own>, Error> {
        let Some((home, below)) = Home::of_arn(resource) else { return Ok(None) };
        let Some(stream) = self.0.lookup(&home).await? else { return Ok(None) };
        let Some(below) = below else {
            let record = &stream.known().record;
            return Ok(Some(Own { policy: record.policy.clone(), tags: record.tags.clone() }));
        };
        let Some(consumer) = ConsumerName::read(&below) else { return Ok(None) };
        let found = self.0.consumer_named(&stream, &consumer).await.ok();
        Ok(found.map(|record| Own { policy: record.policy, tags: record.tags }))
    }
}

impl ResourcePolicies for StreamPolicies {
    fn policy<'a>(&'a self, _ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(async move { Ok(self.own(resource).await?.and_then(|own| own.policy)) })
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move { Ok(self.own(resource).await?.map(|own| own.tags).unwrap_or_default()) })
    }
}
