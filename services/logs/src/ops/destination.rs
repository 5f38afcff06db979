//! Destinations: what other accounts may subscribe to their groups, and who may.

use ::policy::{Kind, Policy};
use api_logs::{
    DeleteDestination, DeleteDestinationInput, DeleteDestinationOutput, DescribeDestinations,
    DescribeDestinationsInput, DescribeDestinationsOutput, Destination, PutDestination, PutDestinationInput,
    PutDestinationOutput, PutDestinationPolicy, PutDestinationPolicyInput, PutDestinationPolicyOutput,
};
use service_kit::{Access, Ctx, Error, Outcome, paging};
use store::Span;

use super::address::{self, engine, own};
use super::tags;
use crate::courier::Target;
use crate::error::{invalid, missing};
use crate::limits;
use crate::store::{DESTINATIONS, DestinationRecord};

/// Sets a destination, once what is behind it has answered.
pub(crate) async fn put_destination(ctx: &Ctx, input: PutDestinationInput) -> Outcome<PutDestination> {
    let tags = input.tags.unwrap_or_default();
    tags::check(&tags)?;
    let target = Target { destination: input.target_arn.clone(), role: Some(input.role_arn.clone()) };
    super::subscription::reach(ctx, "*", &target).await?;
    let (scope, name) = (own(ctx).scope(), input.destination_name.as_str());
    let put =
        &DestinationRecord { created: ctx.now(), target: input.target_arn, role: input.role_arn, policy: None, tags };
    let record = engine(ctx).store().transact(|tx| {
        let scope = &scope;
        async move {
            let before = DESTINATIONS.get(&tx, scope, &name).await?;
            let record = match before {
                Some(before) => DestinationRecord { target: put.target.clone(), role: put.role.clone(), ..before },
                None => put.clone(),
            };
            DESTINATIONS.put(&tx, scope, &name, &record)?;
            Ok::<_, Error>(record)
        }
    });
    let record = record.await?;
    Ok(PutDestinationOutput { destination: Some(shown(ctx, name.to_owned(), record)) })
}

/// What setting a destination touches.
pub(crate) fn access_to_put(ctx: &Ctx, input: &PutDestinationInput) -> Result<Access, Error> {
    let tags = input.tags.iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()));
    let access = access(ctx, &input.destination_name)?.with_request_tags(tags);
    Ok(access.passing_role(&input.role_arn, "logs.amazonaws.com"))
}

/// Touches a destination.
pub(crate) fn access(ctx: &Ctx, name: &str) -> Result<Access, Error> {
    Ok(Access::to(own(ctx).arn(format!("destination:{name}"))))
}

/// Removes a destination. What is on its way to it is offered for a day, should it be made anew.
pub(crate) async fn delete_destination(ctx: &Ctx, input: DeleteDestinationInput) -> Outcome<DeleteDestination> {
    change(ctx, &input.destination_name, |_| None).await?;
    Ok(DeleteDestinationOutput {})
}

/// Says who may subscribe.
pub(crate) async fn put_destination_policy(
    ctx: &Ctx,
    input: PutDestinationPolicyInput,
) -> Outcome<PutDestinationPolicy> {
    if Policy::parse(&input.access_policy, Kind::Resource).is_err() {
        return Err(invalid("Invalid access policy."));
    }
    change(ctx, &input.destination_name, |record| {
        Some(DestinationRecord { policy: Some(input.access_policy.clone()), ..record })
    })
    .await?;
    Ok(PutDestinationPolicyOutput {})
}

/// Destinations by name.
pub(crate) async fn describe_destinations(
    ctx: &Ctx,
    input: DescribeDestinationsInput,
) -> Outcome<DescribeDestinations> {
    let prefix = input.destination_name_prefix.unwrap_or_default();
    let after = paging::position(ctx, &prefix, input.next_token.as_deref())?;
    let limit = address::page_size(input.limit, limits::LIST_PAGE);
    let view = engine(ctx).store().read().await?;
    let found = DESTINATIONS.scan_all(&view, &own(ctx).scope(), &Span::all()).await?;
    let wanted = |name: &String| name.starts_with(&prefix) && after.as_ref().is_none_or(|after| name > after);
    let found = found.into_iter().filter(|(name, _)| wanted(name)).take(limit + 1).collect();
    let page = paging::page(ctx, &prefix, found, limit, |(name, _)| name.clone());
    let destinations = page.items.into_iter().map(|(name, record)| shown(ctx, name, record)).collect();
    Ok(DescribeDestinationsOutput { destinations: Some(destinations), next_token: page.next_token })
}

/// Changes a destination, or removes it.
pub(crate) async fn change(
    ctx: &Ctx,
    name: &str,
    change: impl Fn(DestinationRecord) -> Option<DestinationRecord>,
) -> Result<(), Error> {
    let (scope, change) = (own(ctx).scope(), &change);
    engine(ctx)
        .store()
        .transact(|tx| {
            let scope = &scope;
            async move {
                let there = DESTINATIONS.get(&tx, scope, &name).await?;
                let there = there.ok_or_else(|| missing("The specified destination does not exist."))?;
                match change(there) {
                    Some(record) => DESTINATIONS.put(&tx, scope, &name, &record)?,
                    None => DESTINATIONS.delete(&tx, scope, &name),
                }
                Ok::<_, Error>(())
            }
        })
        .await
}

fn shown(ctx: &Ctx, name: String, record: DestinationRecord) -> Destination {
    Destination {
        arn: Some(own(ctx).arn(format!("destination:{name}"))),
        destination_name: Some(name),
        target_arn: Some(record.target),
        role_arn: Some(record.role),
        access_policy: record.policy,
        creation_time: Some(record.created.millis()),
    }
}
