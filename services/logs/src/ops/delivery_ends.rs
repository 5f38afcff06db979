//! Where vended logs come from and where they go: sources and destinations of deliveries.

use ::policy::{Kind, Policy as PolicyDocument};
use api_logs::{
    DeleteDeliveryDestination, DeleteDeliveryDestinationInput, DeleteDeliveryDestinationOutput,
    DeleteDeliveryDestinationPolicy, DeleteDeliveryDestinationPolicyInput, DeleteDeliveryDestinationPolicyOutput,
    DeleteDeliverySource, DeleteDeliverySourceInput, DeleteDeliverySourceOutput, DeliveryDestination,
    DeliveryDestinationConfiguration, DeliveryDestinationType, DeliverySource, DescribeDeliveryDestinations,
    DescribeDeliveryDestinationsInput, DescribeDeliveryDestinationsOutput, DescribeDeliverySources,
    DescribeDeliverySourcesInput, DescribeDeliverySourcesOutput, GetDeliveryDestination, GetDeliveryDestinationInput,
    GetDeliveryDestinationOutput, GetDeliveryDestinationPolicy, GetDeliveryDestinationPolicyInput,
    GetDeliveryDestinationPolicyOutput, GetDeliverySource, GetDeliverySourceInput, GetDeliverySourceOutput,
    OutputFormat, Policy, PutDeliveryDestination, PutDeliveryDestinationInput, PutDeliveryDestinationOutput,
    PutDeliveryDestinationPolicy, PutDeliveryDestinationPolicyInput, PutDeliveryDestinationPolicyOutput,
    PutDeliverySource, PutDeliverySourceInput, PutDeliverySourceOutput, errors,
};
use names::Arn;
use service_kit::{Access, Ctx, Error, Outcome, paging};
use store::{Order, Span};

use super::address::{self, engine, own};
use super::tags;
use crate::error::{invalid_newer, missing};
use crate::limits;
use crate::store::{
    DELIVERIES, DELIVERY_DESTINATIONS, DELIVERY_SOURCES, DeliveryDestinationRecord, DeliverySourceRecord,
};

/// Services whose logs AWS delivers so. Source: user guide, "Enable logging from AWS services".
const VENDORS: [&str; 15] = [
    "bedrock",
    "bedrock-agentcore",
    "cloudfront",
    "codewhisperer",
    "cognito-idp",
    "elasticache",
    "events",
    "mediapackagev2",
    "mediatailor",
    "pcs",
    "qbusiness",
    "ses",
    "transfer",
    "wisdom",
    "workmail",
];

/// Names whose logs, and which.
pub(crate) async fn put_delivery_source(ctx: &Ctx, input: PutDeliverySourceInput) -> Outcome<PutDeliverySource> {
    let tags = input.tags.unwrap_or_default();
    tags::check(&tags)?;
    let arn: Option<Arn> = input.resource_arn.parse().ok();
    let service = arn.map(|arn| arn.service).filter(|service| VENDORS.contains(&service.as_str()));
    let service = service.ok_or_else(|| missing("Cannot access provided service."))?;
    let record =
        DeliverySourceRecord { resource: input.resource_arn, service, log_type: input.log_type, tags: tags.clone() };
    let batch = store::Batch::new();
    DELIVERY_SOURCES.put(&batch, &own(ctx).scope(), &input.name.as_str(), &record)?;
    engine(ctx).store().write(batch).await?;
    let delivery_source = Some(shown_source(ctx, input.name, record, true));
    Ok(PutDeliverySourceOutput { delivery_source })
}

/// Touches a source.
pub(crate) fn access_to_source(ctx: &Ctx, name: &str) -> Result<Access, Error> {
    Ok(Access::to(own(ctx).arn(format!("delivery-source:{name}"))))
}

/// A source.
pub(crate) async fn get_delivery_source(ctx: &Ctx, input: GetDeliverySourceInput) -> Outcome<GetDeliverySource> {
    let view = engine(ctx).store().read().await?;
    let record = DELIVERY_SOURCES.get(&view, &own(ctx).scope(), &input.name.as_str()).await?.ok_or_else(no_source)?;
    Ok(GetDeliverySourceOutput { delivery_source: Some(shown_source(ctx, input.name, record, false)) })
}

/// All sources.
pub(crate) async fn describe_delivery_sources(
    ctx: &Ctx,
    input: DescribeDeliverySourcesInput,
) -> Outcome<DescribeDeliverySources> {
    let after = paging::position(ctx, "", input.next_token.as_deref())?;
    let limit = address::page_size(input.limit, limits::LIST_PAGE);
    let view = engine(ctx).store().read().await?;
    let span = after.as_deref().map_or(Span::all(), |after| Span::all().after(&after));
    let found = DELIVERY_SOURCES.scan(&view, &own(ctx).scope(), &span, Order::Ascending, limit + 1).await?;
    let page = paging::page(ctx, "", found, limit, |(name, _)| name.clone());
    let delivery_sources =
        page.items.into_iter().map(|(name, record)| shown_source(ctx, name, record, false)).collect();
    Ok(DescribeDeliverySourcesOutput { delivery_sources: Some(delivery_sources), next_token: page.next_token })
}

/// Removes a source that nothing is delivered of.
pub(crate) async fn delete_delivery_source(
    ctx: &Ctx,
    input: DeleteDeliverySourceInput,
) -> Outcome<DeleteDeliverySource> {
    let (scope, name) = (own(ctx).scope(), input.name.as_str());
    engine(ctx)
        .store()
        .transact(|tx| {
            let scope = &scope;
            async move {
                DELIVERY_SOURCES.get(&tx, scope, &name).await?.ok_or_else(no_source)?;
                let deliveries = DELIVERIES.scan_all(&tx, scope, &Span::all()).await?;
                if deliveries.iter().any(|(_, one)| one.source == name) {
                    return Err(in_use("Source"));
                }
                DELIVERY_SOURCES.delete(&tx, scope, &name);
                Ok::<_, Error>(())
            }
        })
        .await?;
    Ok(DeleteDeliverySourceOutput {})
}

/// Names where logs go.
pub(crate) async fn put_delivery_destination(
    ctx: &Ctx,
    input: PutDeliveryDestinationInput,
) -> Outcome<PutDeliveryDestination> {
    let tags = input.tags.unwrap_or_default();
    tags::check(&tags)?;
    let resource = input.delivery_destination_configuration.map(|one| one.destination_resource_arn);
    let resource = resource.ok_or_else(|| invalid_newer("A delivery destination needs a destinationResourceArn."))?;
    let kind = kind_of(&resource)?;
    let put = &DeliveryDestinationRecord {
        resource,
        kind: kind.to_owned(),
        format: input.output_format.map(|format| format.as_str().to_owned()),
        policy: None,
        tags,
    };
    let (scope, name) = (own(ctx).scope(), input.name.as_str());
    let record = engine(ctx).store().transact(|tx| {
        let scope = &scope;
        async move {
            let before = DELIVERY_DESTINATIONS.get(&tx, scope, &name).await?;
            let policy = before.as_ref().and_then(|before| before.policy.clone());
            let format = put.format.clone().or(before.and_then(|before| before.format));
            let record = DeliveryDestinationRecord { policy, format, ..put.clone() };
            DELIVERY_DESTINATIONS.put(&tx, scope, &name, &record)?;
            Ok::<_, Error>(record)
        }
    });
    let record = record.await?;
    let delivery_destination = Some(shown(ctx, input.name, record, true));
    Ok(PutDeliveryDestinationOutput { delivery_destination })
}

/// Touches a destination.
pub(crate) fn access_to_destination(ctx: &Ctx, name: &str) -> Result<Access, Error> {
    Ok(Access::to(own(ctx).arn(format!("delivery-destination:{name}"))))
}

/// A destination.
pub(crate) async fn get_delivery_destination(
    ctx: &Ctx,
    input: GetDeliveryDestinationInput,
) -> Outcome<GetDeliveryDestination> {
    let record = find(ctx, &input.name).await?;
    Ok(GetDeliveryDestinationOutput { delivery_destination: Some(shown(ctx, input.name, record, false)) })
}

/// All destinations.
pub(crate) async fn describe_delivery_destinations(
    ctx: &Ctx,
    input: DescribeDeliveryDestinationsInput,
) -> Outcome<DescribeDeliveryDestinations> {
    let after = paging::position(ctx, "", input.next_token.as_deref())?;
    let limit = address::page_size(input.limit, limits::LIST_PAGE);
    let view = engine(ctx).store().read().await?;
    let span = after.as_deref().map_or(Span::all(), |after| Span::all().after(&after));
    let found = DELIVERY_DESTINATIONS.scan(&view, &own(ctx).scope(), &span, Order::Ascending, limit + 1).await?;
    let page = paging::page(ctx, "", found, limit, |(name, _)| name.clone());
    let all = page.items.into_iter().map(|(name, record)| shown(ctx, name, record, false)).collect();
    Ok(DescribeDeliveryDestinationsOutput { delivery_destinations: Some(all), next_token: page.next_token })
}

/// Removes a destination that nothing is delivered to.
pub(crate) async fn delete_delivery_destination(
    ctx: &Ctx,
    input: DeleteDeliveryDestinationInput,
) -> Outcome<DeleteDeliveryDestination> {
    change(ctx, &input.name, |_| None).await?;
    Ok(DeleteDeliveryDestinationOutput {})
}

/// Says who may deliver to a destination.
pub(crate) async fn put_delivery_destination_policy(
    ctx: &Ctx,
    input: PutDeliveryDestinationPolicyInput,
) -> Outcome<PutDeliveryDestinationPolicy> {
    let document = input.delivery_destination_policy;
    if PolicyDocument::parse(&document, Kind::Resource).is_err() {
        return Err(invalid_newer("The delivery destination policy is not valid."));
    }
    let set = |record| Some(DeliveryDestinationRecord { policy: Some(document.clone()), ..record });
    change(ctx, &input.delivery_destination_name, set).await?;
    Ok(PutDeliveryDestinationPolicyOutput { policy: Some(Policy { delivery_destination_policy: Some(document) }) })
}

/// Who may deliver to a destination.
pub(crate) async fn get_delivery_destination_policy(
    ctx: &Ctx,
    input: GetDeliveryDestinationPolicyInput,
) -> Outcome<GetDeliveryDestinationPolicy> {
    let policy = find(ctx, &input.delivery_destination_name).await?.policy;
    let policy = policy.map(|policy| Policy { delivery_destination_policy: Some(policy) });
    Ok(GetDeliveryDestinationPolicyOutput { policy })
}

/// Lets nobody else deliver to a destination.
pub(crate) async fn delete_delivery_destination_policy(
    ctx: &Ctx,
    input: DeleteDeliveryDestinationPolicyInput,
) -> Outcome<DeleteDeliveryDestinationPolicy> {
    let drop = |record| Some(DeliveryDestinationRecord { policy: None, ..record });
    change(ctx, &input.delivery_destination_name, drop).await?;
    Ok(DeleteDeliveryDestinationPolicyOutput {})
}

async fn find(ctx: &Ctx, name: &str) -> Result<DeliveryDestinationRecord, Error> {
    let view = engine(ctx).store().read().await?;
    DELIVERY_DESTINATIONS.get(&view, &own(ctx).scope(), &name).await?.ok_or_else(no_destination)
}

async fn change(
    ctx: &Ctx,
    name: &str,
    change: impl Fn(DeliveryDestinationRecord) -> Option<DeliveryDestinationRecord>,
) -> Result<(), Error> {
    let (scope, change) = (own(ctx).scope(), &change);
    let arn = &own(ctx).arn(format!("delivery-destination:{name}"));
    engine(ctx)
        .store()
        .transact(|tx| {
            let scope = &scope;
            async move {
                let there = DELIVERY_DESTINATIONS.get(&tx, scope, &name).await?.ok_or_else(no_destination)?;
                let Some(record) = change(there) else {
                    let deliveries = DELIVERIES.scan_all(&tx, scope, &Span::all()).await?;
                    if deliveries.iter().any(|(_, one)| one.destination == *arn) {
                        return Err(in_use("Destination"));
                    }
                    DELIVERY_DESTINATIONS.delete(&tx, scope, &name);
                    return Ok(());
                };
                Ok::<_, Error>(DELIVERY_DESTINATIONS.put(&tx, scope, &name, &record)?)
            }
        })
        .await
}

/// What stands at an ARN.
fn kind_of(resource: &str) -> Result<&'static str, Error> {
    let arn: Arn = resource.parse().map_err(|_| invalid_newer("destinationResourceArn is not a valid ARN."))?;
    match arn.service.as_str() {
        "s3" => Ok("S3"),
        "logs" => Ok("CWL"),
        "firehose" => Ok("FH"),
        _ => Err(invalid_newer("destinationResourceArn is of a service that logs cannot be delivered to.")),
    }
}

fn no_source() -> Error {
    missing("Requested Delivery Source does not exist in this account.")
}

fn no_destination() -> Error {
    missing("Requested Delivery Destination does not exist in this account.")
}

fn in_use(what: &str) -> Error {
    errors::conflict_exception(format!("Delivery {what} is used by a delivery.")).into()
}

fn shown_source(ctx: &Ctx, name: String, record: DeliverySourceRecord, tagged: bool) -> DeliverySource {
    DeliverySource {
        arn: Some(own(ctx).arn(format!("delivery-source:{name}"))),
        name: Some(name),
        resource_arns: Some(vec![record.resource]),
        service: Some(record.service),
        log_type: Some(record.log_type),
        tags: Some(record.tags).filter(|tags| tagged && !tags.is_empty()),
        ..DeliverySource::default()
    }
}

fn shown(ctx: &Ctx, name: String, record: DeliveryDestinationRecord, tagged: bool) -> DeliveryDestination {
    let destination_resource_arn = record.resource;
    DeliveryDestination {
        arn: Some(own(ctx).arn(format!("delivery-destination:{name}"))),
        name: Some(name),
        delivery_destination_type: Some(DeliveryDestinationType::from(record.kind.as_str())),
        output_format: record.format.as_deref().map(OutputFormat::from),
        delivery_destination_configuration: Some(DeliveryDestinationConfiguration { destination_resource_arn }),
        tags: Some(record.tags).filter(|tags| tagged && !tags.is_empty()),
    }
}
