//! API destinations.

use api_events::{
    ApiDestination, ApiDestinationState, CreateApiDestination, CreateApiDestinationInput, CreateApiDestinationOutput,
    DeleteApiDestination, DeleteApiDestinationInput, DeleteApiDestinationOutput, DescribeApiDestination,
    DescribeApiDestinationInput, DescribeApiDestinationOutput, ListApiDestinations, ListApiDestinationsInput,
    ListApiDestinationsOutput, UpdateApiDestination, UpdateApiDestinationInput, UpdateApiDestinationOutput,
};
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{after, engine, home, own, page, page_size};
use super::bus::set;
use crate::engine::Refusal;
use crate::engine::destination::named;
use crate::error::{absent, taken};
use crate::limits;
use crate::store::DestinationRecord;

/// Creates an API destination.
pub(crate) async fn create_api_destination(
    ctx: &Ctx,
    input: CreateApiDestinationInput,
) -> Outcome<CreateApiDestination> {
    let now = ctx.now();
    connection(ctx, &input.connection_arn).await?;
    let record = DestinationRecord {
        id: ctx.random().uuid(),
        description: input.description,
        connection: input.connection_arn,
        url: input.invocation_endpoint,
        method: input.http_method.as_str().to_owned(),
        rate: input.invocation_rate_limit_per_second.and_then(|rate| u32::try_from(rate).ok()),
        created: now,
        modified: now,
    };
    let created = engine(ctx).create_destination(&home(ctx), &input.name, record.clone()).await;
    created.map_err(|refusal| match refusal {
        Refusal::Taken => taken(format!("An api-destination '{}' already exists.", input.name)),
        other => told(&input.name, other),
    })?;
    Ok(CreateApiDestinationOutput {
        api_destination_arn: Some(arn(ctx, &input.name, &record)),
        api_destination_state: Some(state(ctx, &record).await?),
        creation_time: Some(now),
        last_modified_time: Some(now),
    })
}

/// What creating an API destination touches: itself and the connection.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateApiDestinationInput) -> Result<Access, Error> {
    let connection =
        named(&input.connection_arn, "connection").map(|(home, name, _)| home.arn(format!("connection/{name}")));
    let access = own(ctx, "api-destination", &input.name);
    Ok(connection.into_iter().fold(access, |access, connection| access.and_to(connection)))
}

/// Shows an API destination.
pub(crate) async fn describe_api_destination(
    ctx: &Ctx,
    input: DescribeApiDestinationInput,
) -> Outcome<DescribeApiDestination> {
    let record = engine(ctx).destination(&home(ctx), &input.name).await?;
    let record = record.ok_or_else(|| told(&input.name, Refusal::Absent))?;
    Ok(DescribeApiDestinationOutput {
        api_destination_arn: Some(arn(ctx, &input.name, &record)),
        api_destination_state: Some(state(ctx, &record).await?),
        invocation_rate_limit_per_second: Some(rate(&record)),
        name: Some(input.name),
        description: record.description,
        connection_arn: Some(record.connection),
        invocation_endpoint: Some(record.url),
        http_method: Some(record.method.into()),
        creation_time: Some(record.created),
        last_modified_time: Some(record.modified),
    })
}

/// Changes an API destination.
pub(crate) async fn update_api_destination(
    ctx: &Ctx,
    input: UpdateApiDestinationInput,
) -> Outcome<UpdateApiDestination> {
    if let Some(arn) = &input.connection_arn {
        connection(ctx, arn).await?;
    }
    let change = |record: &mut DestinationRecord| {
        set(&mut record.description, input.description.as_ref());
        record.connection = input.connection_arn.clone().unwrap_or_else(|| record.connection.clone());
        record.url = input.invocation_endpoint.clone().unwrap_or_else(|| record.url.clone());
        record.method = input.http_method.as_ref().map_or_else(|| record.method.clone(), |m| m.as_str().to_owned());
        let rate = input.invocation_rate_limit_per_second.and_then(|rate| u32::try_from(rate).ok());
        set(&mut record.rate, rate.as_ref());
    };
    let changed = engine(ctx).change_destination(&home(ctx), &input.name, change).await;
    let record = changed.map_err(|refusal| told(&input.name, refusal))?;
    Ok(UpdateApiDestinationOutput {
        api_destination_arn: Some(arn(ctx, &input.name, &record)),
        api_destination_state: Some(state(ctx, &record).await?),
        creation_time: Some(record.created),
        last_modified_time: Some(record.modified),
    })
}

/// Deletes an API destination.
pub(crate) async fn delete_api_destination(
    ctx: &Ctx,
    input: DeleteApiDestinationInput,
) -> Outcome<DeleteApiDestination> {
    let deleted = engine(ctx).delete_destination(&home(ctx), &input.name).await;
    deleted.map_err(|refusal| told(&input.name, refusal))?;
    Ok(DeleteApiDestinationOutput {})
}

/// Lists API destinations by name or connection.
pub(crate) async fn list_api_destinations(ctx: &Ctx, input: ListApiDestinationsInput) -> Outcome<ListApiDestinations> {
    let (prefix, connection) = (input.name_prefix.unwrap_or_default(), input.connection_arn.unwrap_or_default());
    let filters = format!("{prefix}/{connection}");
    let (limit, from) = (page_size(input.limit), after(ctx, &filters, input.next_token.as_deref())?);
    let wanted = |name: &str, record: &DestinationRecord| {
        name.starts_with(&prefix) && (connection.is_empty() || record.connection == connection)
    };
    let found = engine(ctx).destinations(&home(ctx), wanted, from.as_deref(), limit + 1).await?;
    let page = page(ctx, &filters, found, limit);
    let mut shown = Vec::with_capacity(page.items.len());
    for (name, record) in page.items {
        shown.push(ApiDestination {
            api_destination_arn: Some(arn(ctx, &name, &record)),
            name: Some(name),
            api_destination_state: Some(state(ctx, &record).await?),
            invocation_rate_limit_per_second: Some(rate(&record)),
            connection_arn: Some(record.connection),
            invocation_endpoint: Some(record.url),
            http_method: Some(record.method.into()),
            creation_time: Some(record.created),
            last_modified_time: Some(record.modified),
        });
    }
    Ok(ListApiDestinationsOutput { api_destinations: Some(shown), next_token: page.next_token })
}

/// A connection that must be there.
async fn connection(ctx: &Ctx, arn: &str) -> Result<(), Error> {
    let own = named(arn, "connection").filter(|(place, ..)| *place == home(ctx));
    let name = own.as_ref().map_or(arn, |(_, name, _)| name);
    let there = match &own {
        Some((home, name, id)) => {
            engine(ctx).connection(home, name).await?.is_some_and(|connection| connection.id == *id)
        }
        None => false,
    };
    if there { Ok(()) } else { Err(absent(format!("Connection '{name}' does not exist."))) }
}

/// An API destination is as usable as its connection.
async fn state(ctx: &Ctx, record: &DestinationRecord) -> Result<ApiDestinationState, Error> {
    let connection = match named(&record.connection, "connection") {
        Some((home, name, id)) => engine(ctx).connection(&home, &name).await?.filter(|c| c.id == id),
        None => None,
    };
    let usable = connection.is_some_and(|connection| connection.state != "DEAUTHORIZED");
    Ok(if usable { ApiDestinationState::Active } else { ApiDestinationState::Inactive })
}

fn rate(record: &DestinationRecord) -> i32 {
    i32::try_from(record.rate.unwrap_or(limits::DESTINATION_RATE)).unwrap_or(i32::MAX)
}

fn arn(ctx: &Ctx, name: &str, record: &DestinationRecord) -> String {
    ctx.arn(format!("api-destination/{name}/{}", record.id)).to_string()
}

fn told(name: &str, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Store(error) => error.into(),
        _ => absent(format!("Failed to describe the api-destination(s). An api-destination '{name}' does not exist.")),
    }
}
