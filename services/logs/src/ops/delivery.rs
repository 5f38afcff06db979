//! Vended logs: whose logs go where, and who may join the two. The configuration is kept and held to AWS's rules; no service of
//! this cloud vends logs through it yet.

use api_logs::{
    CreateDelivery, CreateDeliveryInput, CreateDeliveryOutput, DeleteDelivery, DeleteDeliveryInput,
    DeleteDeliveryOutput, Delivery, DeliveryDestinationType, DescribeDeliveries, DescribeDeliveriesInput,
    DescribeDeliveriesOutput, GetDelivery, GetDeliveryInput, GetDeliveryOutput, S3DeliveryConfiguration,
    UpdateDeliveryConfiguration, UpdateDeliveryConfigurationInput, UpdateDeliveryConfigurationOutput, errors,
};
use service_kit::{Access, Ctx, Error, Outcome, paging};
use store::Span;

use super::address::{self, engine, own};
use super::tags;
use crate::error::{invalid_newer, missing};
use crate::limits;
use crate::store::{DELIVERIES, DELIVERY_DESTINATIONS, DELIVERY_SOURCES, DeliveryRecord};

/// Joins a source to a destination.
pub(crate) async fn create_delivery(ctx: &Ctx, input: CreateDeliveryInput) -> Outcome<CreateDelivery> {
    let tags = input.tags.unwrap_or_default();
    tags::check(&tags)?;
    let id = ctx.random().alphanumeric(16);
    let (scope, key) = (own(ctx).scope(), id.as_str());
    let (source, destination) = (input.delivery_source_name.as_str(), input.delivery_destination_arn.as_str());
    let name = destination.rsplit_once(":delivery-destination:").map(|(_, name)| name).unwrap_or_default();
    let (fields, delimiter, s3, tags) =
        (&input.record_fields, &input.field_delimiter, &input.s3_delivery_configuration, &tags);
    let record = engine(ctx).store().transact(|tx| {
        let scope = &scope;
        async move {
            let known = DELIVERY_SOURCES.get(&tx, scope, &source).await?;
            known.ok_or_else(|| missing("Requested Delivery Source does not exist in this account."))?;
            let known = DELIVERY_DESTINATIONS.get(&tx, scope, &name).await?;
            let known =
                known.ok_or_else(|| missing("Requested Delivery Destination does not exist in this account."))?;
            let others = DELIVERIES.scan_all(&tx, scope, &Span::all()).await?;
            if others.iter().any(|(_, one)| one.source == source && one.destination == destination) {
                return Err(errors::conflict_exception("Delivery already exists.").into());
            }
            if s3.is_some() && known.kind != "S3" {
                return Err(invalid_newer("S3 delivery configuration is only for destinations in S3."));
            }
            let record = DeliveryRecord {
                source: source.to_owned(),
                destination: destination.to_owned(),
                kind: known.kind,
                fields: fields.clone().unwrap_or_default(),
                delimiter: delimiter.clone(),
                s3: s3.as_ref().map(in_s3),
                tags: tags.clone(),
            };
            DELIVERIES.put(&tx, scope, &key, &record)?;
            Ok::<_, Error>(record)
        }
    });
    let record = record.await?;
    Ok(CreateDeliveryOutput { delivery: Some(shown(ctx, id, record, true)) })
}

/// What joining touches: the delivery, its source, its destination.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateDeliveryInput) -> Result<Access, Error> {
    let tags = input.tags.iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()));
    let source = own(ctx).arn(format!("delivery-source:{}", input.delivery_source_name));
    let access = Access::to(own(ctx).arn("delivery:*")).and_to(source).and_to(&input.delivery_destination_arn);
    Ok(access.with_request_tags(tags))
}

/// Touches a delivery.
pub(crate) fn access(ctx: &Ctx, id: &str) -> Result<Access, Error> {
    Ok(Access::to(own(ctx).arn(format!("delivery:{id}"))))
}

/// A delivery.
pub(crate) async fn get_delivery(ctx: &Ctx, input: GetDeliveryInput) -> Outcome<GetDelivery> {
    let view = engine(ctx).store().read().await?;
    let record = DELIVERIES.get(&view, &own(ctx).scope(), &input.id.as_str()).await?.ok_or_else(no_delivery)?;
    Ok(GetDeliveryOutput { delivery: Some(shown(ctx, input.id, record, false)) })
}

/// Parts a source from its destination.
pub(crate) async fn delete_delivery(ctx: &Ctx, input: DeleteDeliveryInput) -> Outcome<DeleteDelivery> {
    change(ctx, &input.id, |_| None).await?;
    Ok(DeleteDeliveryOutput {})
}

/// Changes which fields are delivered, and under which keys.
pub(crate) async fn update_delivery_configuration(
    ctx: &Ctx,
    input: UpdateDeliveryConfigurationInput,
) -> Outcome<UpdateDeliveryConfiguration> {
    change(ctx, &input.id, |record| {
        Some(DeliveryRecord {
            fields: input.record_fields.clone().unwrap_or(record.fields),
            delimiter: input.field_delimiter.clone().or(record.delimiter),
            s3: input.s3_delivery_configuration.as_ref().map(in_s3).or(record.s3),
            ..record
        })
    })
    .await?;
    Ok(UpdateDeliveryConfigurationOutput {})
}

/// All deliveries.
pub(crate) async fn describe_deliveries(ctx: &Ctx, input: DescribeDeliveriesInput) -> Outcome<DescribeDeliveries> {
    let after = paging::position(ctx, "", input.next_token.as_deref())?;
    let limit = address::page_size(input.limit, limits::LIST_PAGE);
    let view = engine(ctx).store().read().await?;
    let span = after.as_deref().map_or(Span::all(), |after| Span::all().after(&after));
    let found = DELIVERIES.scan(&view, &own(ctx).scope(), &span, store::Order::Ascending, limit + 1).await?;
    let page = paging::page(ctx, "", found, limit, |(id, _)| id.clone());
    let deliveries = page.items.into_iter().map(|(id, record)| shown(ctx, id, record, false)).collect();
    Ok(DescribeDeliveriesOutput { deliveries: Some(deliveries), next_token: page.next_token })
}

async fn change(ctx: &Ctx, id: &str, change: impl Fn(DeliveryRecord) -> Option<DeliveryRecord>) -> Result<(), Error> {
    let (scope, change) = (own(ctx).scope(), &change);
    engine(ctx)
        .store()
        .transact(|tx| {
            let scope = &scope;
            async move {
                match change(DELIVERIES.get(&tx, scope, &id).await?.ok_or_else(no_delivery)?) {
                    Some(record) => DELIVERIES.put(&tx, scope, &id, &record)?,
                    None => DELIVERIES.delete(&tx, scope, &id),
                }
                Ok::<_, Error>(())
            }
        })
        .await
}

fn in_s3(asked: &S3DeliveryConfiguration) -> (Option<String>, bool) {
    (asked.suffix_path.clone(), asked.enable_hive_compatible_path.unwrap_or(false))
}

fn no_delivery() -> Error {
    missing("Requested Delivery does not exist in this account.")
}

/// A delivery as AWS shows it: with its tags when it was made, as recorded.
fn shown(ctx: &Ctx, id: String, record: DeliveryRecord, tagged: bool) -> Delivery {
    let s3 = record
        .s3
        .map(|(suffix_path, hive)| S3DeliveryConfiguration { suffix_path, enable_hive_compatible_path: Some(hive) });
    Delivery {
        arn: Some(own(ctx).arn(format!("delivery:{id}"))),
        id: Some(id),
        delivery_source_name: Some(record.source),
        delivery_destination_arn: Some(record.destination),
        delivery_destination_type: Some(DeliveryDestinationType::from(record.kind.as_str())),
        record_fields: Some(record.fields).filter(|fields| !fields.is_empty()),
        field_delimiter: record.delimiter,
        s3_delivery_configuration: s3,
        tags: Some(record.tags).filter(|tags| tagged && !tags.is_empty()),
    }
}
