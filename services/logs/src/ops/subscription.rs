//! Subscription filters: what is sent on as it comes, to whom.

use api_logs::{
    DeleteSubscriptionFilter, DeleteSubscriptionFilterInput, DeleteSubscriptionFilterOutput,
    DescribeSubscriptionFilters, DescribeSubscriptionFiltersInput, DescribeSubscriptionFiltersOutput, Distribution,
    PutSubscriptionFilter, PutSubscriptionFilterInput, PutSubscriptionFilterOutput, SubscriptionFilter, errors,
};
use names::Arn;
use service_kit::{Access, Ctx, Error, Outcome, paging};
use store::{Order, Span};

use super::address::{self, engine, own};
use super::event::readable;
use crate::courier::{self, Target};
use crate::error::{bad_pattern, invalid, missing, too_many};
use crate::limits;
use crate::store::{SUBSCRIPTIONS, SubscriptionRecord};

/// Sets a filter, once its destination has answered.
pub(crate) async fn put_subscription_filter(
    ctx: &Ctx,
    input: PutSubscriptionFilterInput,
) -> Outcome<PutSubscriptionFilter> {
    engine(ctx).patterns().get(&input.filter_pattern).map_err(bad_pattern)?;
    let target = Target { destination: input.destination_arn.clone(), role: input.role_arn.clone() };
    vendor(ctx, &target)?;
    let group = readable(ctx, &(own(ctx), input.log_group_name.clone())).await?;
    reach(ctx, &input.log_group_name, &target).await?;
    let record = SubscriptionRecord {
        created: ctx.now(),
        pattern: input.filter_pattern,
        destination: input.destination_arn,
        role: input.role_arn,
        by_stream: !matches!(input.distribution, Some(Distribution::Random)),
        transformed: input.apply_on_transformed_logs.unwrap_or(false),
        selection: input.field_selection_criteria,
        system_fields: input.emit_system_fields.unwrap_or_default(),
    };
    let (scope, name, put) = (group.home.scope(), input.filter_name.as_str(), &record);
    let no = group.no();
    engine(ctx)
        .store()
        .transact(|tx| {
            let scope = &scope;
            async move {
                let there = SUBSCRIPTIONS.scan_all(&tx, scope, &Span::prefix(&(no,))).await?;
                let before = there.iter().find(|((_, known), _)| known == name).map(|(_, record)| record.created);
                if before.is_none() && there.len() >= limits::SUBSCRIPTIONS {
                    return Err(too_many());
                }
                let record = SubscriptionRecord { created: before.unwrap_or(put.created), ..put.clone() };
                Ok::<_, Error>(SUBSCRIPTIONS.put(&tx, scope, &(no, name), &record)?)
            }
        })
        .await?;
    engine(ctx).deliveries().wake(courier::lane(&group.home, no, &group.name, name));
    Ok(PutSubscriptionFilterOutput {})
}

/// What setting a filter touches: the group, the destination of another account, the role that is passed.
pub(crate) fn access_to_put(ctx: &Ctx, input: &PutSubscriptionFilterInput) -> Result<Access, Error> {
    let mut access = address::access(ctx, &input.log_group_name)?;
    access = access.with("logs:DestinationArn", &input.destination_arn);
    if input.destination_arn.split(':').nth(2) == Some("logs") {
        access = access.and_to(&input.destination_arn);
    }
    Ok(match &input.role_arn {
        Some(role) => access.passing_role(role, "logs.amazonaws.com"),
        None => access,
    })
}

/// Removes a filter.
pub(crate) async fn delete_subscription_filter(
    ctx: &Ctx,
    input: DeleteSubscriptionFilterInput,
) -> Outcome<DeleteSubscriptionFilter> {
    let group = address::group(ctx, &input.log_group_name).await?;
    let (scope, key) = (group.home.scope(), (group.no(), input.filter_name.as_str()));
    engine(ctx)
        .store()
        .transact(|tx| {
            let scope = &scope;
            async move {
                let there = SUBSCRIPTIONS.get(&tx, scope, &key).await?;
                there.ok_or_else(|| missing("The specified subscription filter does not exist."))?;
                SUBSCRIPTIONS.delete(&tx, scope, &key);
                Ok::<_, Error>(())
            }
        })
        .await?;
    Ok(DeleteSubscriptionFilterOutput {})
}

/// The filters of a group.
pub(crate) async fn describe_subscription_filters(
    ctx: &Ctx,
    input: DescribeSubscriptionFiltersInput,
) -> Outcome<DescribeSubscriptionFilters> {
    let group = address::group(ctx, &input.log_group_name).await?;
    let prefix = input.filter_name_prefix.unwrap_or_default();
    let filters = format!("{}/{prefix}", group.no());
    let after = paging::position(ctx, &filters, input.next_token.as_deref())?;
    let limit = address::page_size(input.limit, limits::LIST_PAGE);
    let span = Span::prefix(&(group.no(),));
    let span = after.as_deref().map_or(span.clone(), |after| span.after(&(group.no(), after)));
    let view = engine(ctx).store().read().await?;
    let rows = SUBSCRIPTIONS.scan(&view, &group.home.scope(), &span, Order::Ascending, limits::LIST_PAGE).await?;
    let found = rows.into_iter().map(|((_, name), record)| (name, record));
    let found: Vec<_> = found.filter(|(name, _)| name.starts_with(&prefix)).take(limit + 1).collect();
    let page = paging::page(ctx, &filters, found, limit, |(name, _)| name.clone());
    let shown = |(name, record): (String, SubscriptionRecord)| SubscriptionFilter {
        filter_name: Some(name),
        log_group_name: Some(group.name.clone()),
        filter_pattern: Some(record.pattern),
        destination_arn: Some(record.destination),
        role_arn: record.role,
        distribution: Some(if record.by_stream { Distribution::ByLogStream } else { Distribution::Random }),
        apply_on_transformed_logs: Some(record.transformed),
        creation_time: Some(record.created.millis()),
        field_selection_criteria: record.selection,
        emit_system_fields: Some(record.system_fields).filter(|fields| !fields.is_empty()),
    };
    let subscription_filters = page.items.into_iter().map(shown).collect();
    Ok(DescribeSubscriptionFiltersOutput {
        subscription_filters: Some(subscription_filters),
        next_token: page.next_token,
    })
}

/// Refuses a target that does not take what is sent for a try.
pub(crate) async fn reach(ctx: &Ctx, group: &str, target: &Target) -> Result<(), Error> {
    let to = vendor(ctx, target)?;
    let tried = courier::try_out(ctx.cloud(), engine(ctx), &own(ctx), group, target).await;
    let Err(error) = tried else { return Ok(()) };
    tracing::info!(%error, destination = target.destination, "a destination of log events did not answer");
    Err(invalid(match to.service.as_str() {
        "lambda" => {
            "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your \
             function."
        }
        "firehose" => {
            "Could not deliver test message to specified Firehose stream. Check if the given Firehose stream is in ACTIVE \
             state."
        }
        "kinesis" => {
            "Could not deliver test message to specified Kinesis stream. Check if the given kinesis stream is in ACTIVE \
             state."
        }
        _ => "Could not deliver test message to specified destination. Check if the destination is valid.",
    }))
}

/// The resource behind a target, where its kind and its role fit together.
fn vendor(ctx: &Ctx, target: &Target) -> Result<Arn, Error> {
    let to: Arn = target.destination.parse().map_err(|_| invalid("destinationArn is not a valid ARN"))?;
    match to.service.as_str() {
        "lambda" if to.account_id() != Some(ctx.account()) => Err(errors::access_denied_exception(
            "Cross-account lambda invocation passing is not allowed. You must use DestinationPolicies to create cross \
             account lambda triggers.",
        )
        .into()),
        "kinesis" | "firehose" if target.role.is_none() => {
            Err(invalid(format!("destinationArn for vendor {} cannot be used without roleArn", to.service)))
        }
        "lambda" | "logs" | "kinesis" | "firehose" => Ok(to),
        other => {
            Err(invalid(format!("PutSubscriptionFilter operation cannot work with destinationArn for vendor {other}")))
        }
    }
}
