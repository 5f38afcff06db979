//! Global endpoints.

use api_events::{
    CreateEndpoint, CreateEndpointInput, CreateEndpointOutput, DeleteEndpoint, DeleteEndpointInput,
    DeleteEndpointOutput, DescribeEndpoint, DescribeEndpointInput, DescribeEndpointOutput, Endpoint, EndpointEventBus,
    EndpointState, FailoverConfig, ListEndpoints, ListEndpointsInput, ListEndpointsOutput, Primary, ReplicationConfig,
    ReplicationState, RoutingConfig, Secondary, UpdateEndpoint, UpdateEndpointInput, UpdateEndpointOutput,
};
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{after, engine, home, own, page, page_size};
use super::bus::set;
use crate::engine::Refusal;
use crate::engine::home::BusId;
use crate::error::{absent, parameter, taken};
use crate::store::EndpointRecord;

/// Creates a global endpoint.
pub(crate) async fn create_endpoint(ctx: &Ctx, input: CreateEndpointInput) -> Outcome<CreateEndpoint> {
    let now = ctx.now();
    let (random, failover) = (ctx.random(), &input.routing_config.failover_config);
    let letters = |count| random.alphanumeric(count).to_ascii_lowercase();
    let record = EndpointRecord {
        id: format!("{}.{}", letters(10), letters(3)),
        description: input.description,
        health_check: failover.primary.health_check.clone(),
        secondary: failover.secondary.route.clone(),
        replicated: replicated(input.replication_config.as_ref()),
        buses: arns(&input.event_buses),
        role: input.role_arn,
        created: now,
        modified: now,
    };
    check(ctx, &record)?;
    let created = engine(ctx).create_endpoint(&home(ctx), &input.name, record.clone()).await;
    created.map_err(|refusal| match refusal {
        Refusal::Taken => taken(format!("Endpoint {} already exists.", input.name)),
        other => told(&input.name, other),
    })?;
    let shown = shown(ctx, input.name, record);
    Ok(CreateEndpointOutput {
        name: shown.name,
        arn: shown.arn,
        routing_config: shown.routing_config,
        replication_config: shown.replication_config,
        event_buses: shown.event_buses,
        role_arn: shown.role_arn,
        state: Some(EndpointState::Creating),
    })
}

/// What creating an endpoint touches: itself, with the buses; and the role that is handed over.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateEndpointInput) -> Result<Access, Error> {
    Ok(access(ctx, &input.name, &input.event_buses, input.role_arn.as_deref()))
}

/// Shows an endpoint.
pub(crate) async fn describe_endpoint(ctx: &Ctx, input: DescribeEndpointInput) -> Outcome<DescribeEndpoint> {
    let record = engine(ctx).endpoint(&home(ctx), &input.name).await?;
    let shown = shown(ctx, input.name.clone(), record.ok_or_else(|| told(&input.name, Refusal::Absent))?);
    Ok(DescribeEndpointOutput {
        name: shown.name,
        description: shown.description,
        arn: shown.arn,
        routing_config: shown.routing_config,
        replication_config: shown.replication_config,
        event_buses: shown.event_buses,
        role_arn: shown.role_arn,
        endpoint_id: shown.endpoint_id,
        endpoint_url: shown.endpoint_url,
        state: shown.state,
        state_reason: None,
        creation_time: shown.creation_time,
        last_modified_time: shown.last_modified_time,
    })
}

/// Changes an endpoint.
pub(crate) async fn update_endpoint(ctx: &Ctx, input: UpdateEndpointInput) -> Outcome<UpdateEndpoint> {
    let change = |record: &mut EndpointRecord| {
        set(&mut record.description, input.description.as_ref());
        set(&mut record.role, input.role_arn.as_ref());
        if let Some(routing) = &input.routing_config {
            record.health_check.clone_from(&routing.failover_config.primary.health_check);
            record.secondary.clone_from(&routing.failover_config.secondary.route);
        }
        if input.replication_config.is_some() {
            record.replicated = replicated(input.replication_config.as_ref());
        }
        if let Some(buses) = &input.event_buses {
            record.buses = arns(buses);
        }
    };
    let before = engine(ctx).endpoint(&home(ctx), &input.name).await?;
    let mut wanted = before.ok_or_else(|| told(&input.name, Refusal::Absent))?;
    change(&mut wanted);
    check(ctx, &wanted)?;
    let changed = engine(ctx).change_endpoint(&home(ctx), &input.name, change).await;
    let shown = shown(ctx, input.name.clone(), changed.map_err(|refusal| told(&input.name, refusal))?);
    Ok(UpdateEndpointOutput {
        name: shown.name,
        arn: shown.arn,
        routing_config: shown.routing_config,
        replication_config: shown.replication_config,
        event_buses: shown.event_buses,
        role_arn: shown.role_arn,
        endpoint_id: shown.endpoint_id,
        endpoint_url: shown.endpoint_url,
        state: Some(EndpointState::Updating),
    })
}

/// What changing an endpoint touches.
pub(crate) fn access_to_update(ctx: &Ctx, input: &UpdateEndpointInput) -> Result<Access, Error> {
    let buses = input.event_buses.clone().unwrap_or_default();
    Ok(access(ctx, &input.name, &buses, input.role_arn.as_deref()))
}

/// Deletes an endpoint.
pub(crate) async fn delete_endpoint(ctx: &Ctx, input: DeleteEndpointInput) -> Outcome<DeleteEndpoint> {
    let deleted = engine(ctx).delete_endpoint(&home(ctx), &input.name).await;
    deleted.map_err(|refusal| told(&input.name, refusal))?;
    Ok(DeleteEndpointOutput {})
}

/// Lists endpoints by the beginning of their names.
pub(crate) async fn list_endpoints(ctx: &Ctx, input: ListEndpointsInput) -> Outcome<ListEndpoints> {
    let prefix = input.name_prefix.unwrap_or_default();
    let (limit, from) = (page_size(input.max_results), after(ctx, &prefix, input.next_token.as_deref())?);
    let elsewhere = input.home_region.as_deref().is_some_and(|region| region != ctx.region.as_str());
    let found = match elsewhere {
        // An endpoint is kept in its home region.
        true => Vec::new(),
        false => engine(ctx).endpoints(&home(ctx), &prefix, from.as_deref(), limit + 1).await?,
    };
    let page = page(ctx, &prefix, found, limit);
    let endpoints = page.items.into_iter().map(|(name, record)| shown(ctx, name, record)).collect();
    Ok(ListEndpointsOutput { endpoints: Some(endpoints), next_token: page.next_token })
}

fn access(ctx: &Ctx, name: &str, buses: &[EndpointEventBus], role: Option<&str>) -> Access {
    let access = own(ctx, "endpoint", name);
    let access = buses.iter().fold(access, |access, bus| access.with("events:EventBusArn", &bus.event_bus_arn));
    match role {
        Some(role) => access.passing_role(role, "events.amazonaws.com"),
        None => access,
    }
}

/// Two buses of one name and one account, the first in the region called and the second in the one to fall back on.
fn check(ctx: &Ctx, record: &EndpointRecord) -> Result<(), Error> {
    let buses: Option<Vec<_>> = record.buses.iter().map(|arn| BusId::of_arn(arn)).collect();
    let fits = buses.is_some_and(|buses| {
        let [first, second] = buses.as_slice() else { return false };
        first.name == second.name
            && first.home == home(ctx)
            && second.home.account == first.home.account
            && second.home.region.as_str() == record.secondary
            && first.home.region != second.home.region
    });
    match fits {
        true => Ok(()),
        false => Err(parameter(
            "EventBuses",
            "Event buses must have the same name, one in the primary and one in the secondary region.",
        )),
    }
}

fn replicated(config: Option<&ReplicationConfig>) -> bool {
    config.and_then(|config| config.state.as_ref()) != Some(&ReplicationState::Disabled)
}

fn arns(buses: &[EndpointEventBus]) -> Vec<String> {
    buses.iter().map(|bus| bus.event_bus_arn.clone()).collect()
}

fn shown(ctx: &Ctx, name: String, record: EndpointRecord) -> Endpoint {
    let state = if record.replicated { ReplicationState::Enabled } else { ReplicationState::Disabled };
    let buses = record.buses.into_iter().map(|event_bus_arn| EndpointEventBus { event_bus_arn });
    Endpoint {
        arn: Some(ctx.arn(format!("endpoint/{name}")).to_string()),
        name: Some(name),
        description: record.description,
        routing_config: Some(RoutingConfig {
            failover_config: FailoverConfig {
                primary: Primary { health_check: record.health_check },
                secondary: Secondary { route: record.secondary },
            },
        }),
        replication_config: Some(ReplicationConfig { state: Some(state) }),
        event_buses: Some(buses.collect()),
        role_arn: record.role,
        endpoint_url: Some(format!("https://{}.endpoint.events.amazonaws.com", record.id)),
        endpoint_id: Some(record.id),
        state: Some(EndpointState::Active),
        state_reason: None,
        creation_time: Some(record.created),
        last_modified_time: Some(record.modified),
    }
}

fn told(name: &str, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Store(error) => error.into(),
        _ => absent(format!("Endpoint {name} does not exist.")),
    }
}
