//! Event source mappings: queues, Kinesis streams and DynamoDB streams.

use api_lambda as api;
use names::Arn;
use service_kit::{Access, Ctx, Error, Outcome};

use super::absent::{not_there, refuse};
use super::address::{engine, home, named, page};
use crate::engine::Refusal;
use crate::engine::home::Home;
use crate::error::{conflict, invalid, missing, told};
use crate::limits;
use crate::sources::are_patterns;
use crate::store::{MappingRecord, MappingState};

/// What a call on a mapping touches.
pub(super) fn access(ctx: &Ctx, uuid: &str) -> Result<Access, Error> {
    Ok(Access::to(home(ctx).arn(format!("event-source-mapping:{uuid}"))))
}

/// What creating one touches.
pub(super) fn access_to_create(ctx: &Ctx, input: &api::CreateEventSourceMappingInput) -> Result<Access, Error> {
    let function = super::address::function_access(ctx, &input.function_name)?.resources.pop().unwrap_or_default();
    Ok(Access::any().with("lambda:FunctionArn", function))
}

/// Lets a source feed a function.
pub(crate) async fn create_event_source_mapping(
    ctx: &Ctx,
    input: api::CreateEventSourceMappingInput,
) -> Outcome<api::CreateEventSourceMapping> {
    if input.self_managed_event_source.is_some() {
        return Err(not_there("event source mappings: self-managed event sources"));
    }
    refuse(
        ctx,
        &[
            ("KMSKeyArn", input.kms_key_arn.is_some()),
            ("LoggingConfig", input.logging_config.is_some()),
            ("MetricsConfig", input.metrics_config.is_some()),
            ("ProvisionedPollerConfig", input.provisioned_poller_config.is_some()),
            ("SourceAccessConfigurations", input.source_access_configurations.is_some()),
        ],
    )?;
    let source = input.event_source_arn.clone().ok_or_else(|| invalid("Unrecognized event source."))?;
    let arn: Arn = source.parse().map_err(|_| invalid("Unrecognized event source."))?;
    let named = named(ctx, &input.function_name, None)?;
    engine(ctx).find(&named).await.map_err(|refusal| match refusal {
        Refusal::Store(error) => error.into(),
        _ => invalid("Function does not exist"),
    })?;
    let streams = match arn.service.as_str() {
        "sqs" => false,
        "kinesis" | "dynamodb" => true,
        "kafka" | "mq" | "rds" => {
            return Err(not_there("event source mappings: sources other than queues and streams"));
        }
        _ => return Err(invalid("Unrecognized event source.")),
    };
    check_start(&input, streams, &arn)?;
    let enabled = input.enabled.unwrap_or(true);
    let mut record = MappingRecord {
        function: named.arn(),
        source,
        batch: if streams { 100 } else { 10 },
        start: input.starting_position.as_ref().map(ToString::to_string),
        start_at: input.starting_position_timestamp,
        enabled,
        state: MappingState::Creating,
        settles: ctx.now().plus(limits::MAPPING_SETTLES),
        reason: if streams { "User action" } else { "USER_INITIATED" }.to_owned(),
        result: if streams { "No records processed" } else { "" }.to_owned(),
        parallel: streams.then_some(1),
        modified: ctx.now(),
        tags: input.tags.clone().unwrap_or_default(),
        ..MappingRecord::default()
    };
    over(&mut record, asked(input), streams)?;
    let uuid = ctx.random().uuid();
    engine(ctx).create_mapping(&home(ctx), &uuid, &record).await.map_err(|refusal| match refusal {
        Refusal::InUse(others) => conflict(format!(
            "An event source mapping with {} arn (\" {} \") and function (\" {} \") already exists. Please update or delete \
             the existing mapping with UUID {}",
            if streams { "event source" } else { "SQS" },
            record.source,
            named.name,
            others.join("")
        )),
        other => told(&named, other),
    })?;
    Ok(shown(ctx, &home(ctx), &uuid, &record))
}

fn check_start(input: &api::CreateEventSourceMappingInput, streams: bool, arn: &Arn) -> Result<(), Error> {
    match &input.starting_position {
        None if streams => Err(invalid(
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be \
             null.",
        )),
        Some(api::EventSourcePosition::AtTimestamp) if arn.service == "dynamodb" => {
            Err(invalid(format!("Unsupported starting position for arn type: {arn}")))
        }
        _ => Ok(()),
    }
}

/// What creating and changing have in common.
struct Asked {
    batch: Option<i32>,
    window: Option<i32>,
    parallel: Option<i32>,
    filters: Option<api::FilterCriteria>,
    destination: Option<api::DestinationConfig>,
    max_age: Option<i32>,
    bisect: Option<bool>,
    retries: Option<i32>,
    partial: Option<Vec<api::FunctionResponseType>>,
    scaling: Option<api::ScalingConfig>,
    tumbling: Option<i32>,
}

fn asked(input: api::CreateEventSourceMappingInput) -> Asked {
    Asked {
        batch: input.batch_size,
        window: input.maximum_batching_window_in_seconds,
        parallel: input.parallelization_factor,
        filters: input.filter_criteria,
        destination: input.destination_config,
        max_age: input.maximum_record_age_in_seconds,
        bisect: input.bisect_batch_on_function_error,
        retries: input.maximum_retry_attempts,
        partial: input.function_response_types,
        scaling: input.scaling_config,
        tumbling: input.tumbling_window_in_seconds,
    }
}

fn over(record: &mut MappingRecord, asked: Asked, streams: bool) -> Result<(), Error> {
    let number = |value: Option<i32>| value.and_then(|value| u32::try_from(value).ok());
    if asked.tumbling.is_some_and(|seconds| seconds > 0) {
        return Err(not_there("event source mappings: tumbling windows"));
    }
    record.batch = number(asked.batch).unwrap_or(record.batch);
    record.window = number(asked.window).unwrap_or(record.window);
    if !streams && record.batch > 10 && record.window == 0 {
        return Err(invalid(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
        ));
    }
    record.parallel = number(asked.parallel).or(record.parallel);
    if let Some(criteria) = asked.filters {
        record.filters = criteria.filters.unwrap_or_default().into_iter().filter_map(|filter| filter.pattern).collect();
        if !are_patterns(&record.filters) {
            return Err(invalid("Invalid filter pattern definition."));
        }
    }
    if let Some(config) = asked.destination {
        let to = config.on_failure.and_then(|failure| failure.destination).filter(|arn| !arn.is_empty());
        if !streams && to.is_some() {
            return Err(invalid("Unsupported DestinationConfig parameter for given event source mapping type."));
        }
        record.on_failure = to;
    }
    if let Some(age) = asked.max_age {
        record.max_age = u32::try_from(age).ok();
    }
    if let Some(retries) = asked.retries {
        record.retries = u32::try_from(retries).ok();
    }
    record.bisect = asked.bisect.unwrap_or(record.bisect);
    record.partial = asked.partial.map_or(record.partial, |types| !types.is_empty());
    if let Some(scaling) = asked.scaling {
        record.max_concurrency = number(scaling.maximum_concurrency);
    }
    Ok(())
}

/// Shows a mapping.
pub(crate) async fn get_event_source_mapping(
    ctx: &Ctx,
    input: api::GetEventSourceMappingInput,
) -> Outcome<api::GetEventSourceMapping> {
    let home = home(ctx);
    let record = engine(ctx).mapping(&home, &input.uuid).await?.ok_or_else(gone)?;
    Ok(shown(ctx, &home, &input.uuid, &record))
}

fn gone() -> Error {
    missing("The resource you requested does not exist.")
}

fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Store(error) => error.into(),
        _ => gone(),
    }
}

/// Changes a mapping.
pub(crate) async fn update_event_source_mapping(
    ctx: &Ctx,
    input: api::UpdateEventSourceMappingInput,
) -> Outcome<api::UpdateEventSourceMapping> {
    let home = home(ctx);
    let mut wanted = engine(ctx).mapping(&home, &input.uuid).await?.ok_or_else(gone)?;
    refuse(
        ctx,
        &[
            ("KMSKeyArn", input.kms_key_arn.is_some()),
            ("LoggingConfig", input.logging_config.is_some()),
            ("MetricsConfig", input.metrics_config.is_some()),
            ("ProvisionedPollerConfig", input.provisioned_poller_config.is_some()),
            ("SourceAccessConfigurations", input.source_access_configurations.is_some()),
        ],
    )?;
    if let Some(function) = &input.function_name {
        wanted.function = named(ctx, function, None)?.arn();
    }
    wanted.state = match input.enabled {
        Some(true) if !wanted.enabled => MappingState::Enabling,
        Some(false) if wanted.enabled => MappingState::Disabling,
        _ => MappingState::Updating,
    };
    wanted.enabled = input.enabled.unwrap_or(wanted.enabled);
    let streams = !wanted.source.contains(":sqs:");
    let asked = Asked {
        batch: input.batch_size,
        window: input.maximum_batching_window_in_seconds,
        parallel: input.parallelization_factor,
        filters: input.filter_criteria,
        destination: input.destination_config,
        max_age: input.maximum_record_age_in_seconds,
        bisect: input.bisect_batch_on_function_error,
        retries: input.maximum_retry_attempts,
        partial: input.function_response_types,
        scaling: input.scaling_config,
        tumbling: input.tumbling_window_in_seconds,
    };
    over(&mut wanted, asked, streams)?;
    let changed = engine(ctx).change_mapping(&home, &input.uuid, |record| {
        *record = MappingRecord { turn: record.turn, result: record.result.clone(), ..wanted.clone() };
    });
    Ok(shown(ctx, &home, &input.uuid, &changed.await.map_err(refused)?))
}

/// Deletes a mapping; it is gone a moment later.
pub(crate) async fn delete_event_source_mapping(
    ctx: &Ctx,
    input: api::DeleteEventSourceMappingInput,
) -> Outcome<api::DeleteEventSourceMapping> {
    let home = home(ctx);
    let deleted = engine(ctx).change_mapping(&home, &input.uuid, |record| record.state = MappingState::Deleting).await;
    Ok(shown(ctx, &home, &input.uuid, &deleted.map_err(refused)?))
}

/// Lists mappings, of a function or a source.
pub(crate) async fn list_event_source_mappings(
    ctx: &Ctx,
    input: api::ListEventSourceMappingsInput,
) -> Outcome<api::ListEventSourceMappings> {
    let home = home(ctx);
    let function = input.function_name.as_deref().map(|name| named(ctx, name, None)).transpose()?;
    let mut all = engine(ctx).mappings(&home).await?;
    all.retain(|(_, record)| {
        input.event_source_arn.as_ref().is_none_or(|source| *source == record.source)
            && function.as_ref().is_none_or(|function| function.arn() == record.function)
    });
    let window = (input.marker.as_deref(), input.max_items);
    let (items, next_marker) = page(ctx, "mappings", all, window, |(uuid, _)| uuid.clone())?;
    let mappings = items.iter().map(|(uuid, record)| shown(ctx, &home, uuid, record)).collect();
    Ok(api::ListEventSourceMappingsOutput { next_marker, event_source_mappings: Some(mappings) })
}

fn shown(ctx: &Ctx, home: &Home, uuid: &str, record: &MappingRecord) -> api::EventSourceMappingConfiguration {
    let streams = !record.source.contains(":sqs:");
    let number = |value: u32| i32::try_from(value).ok();
    let endless = |value: Option<u32>| Some(value.map_or(-1, |value| i32::try_from(value).unwrap_or(i32::MAX)));
    let filters = record.filters.iter().map(|pattern| api::Filter { pattern: Some(pattern.clone()) }).collect();
    let partial = if record.partial { vec![api::FunctionResponseType::ReportBatchItemFailures] } else { Vec::new() };
    let to = api::OnFailure { destination: record.on_failure.clone() };
    api::EventSourceMappingConfiguration {
        uuid: Some(uuid.to_owned()),
        event_source_mapping_arn: Some(home.arn(format!("event-source-mapping:{uuid}"))),
        event_source_arn: Some(record.source.clone()),
        function_arn: Some(record.function.clone()),
        batch_size: number(record.batch),
        maximum_batching_window_in_seconds: number(record.window),
        state: Some(record.state_at(ctx.now()).name().to_owned()),
        state_transition_reason: Some(record.reason.clone()),
        last_modified: Some(record.modified),
        function_response_types: Some(partial),
        filter_criteria: (!record.filters.is_empty()).then_some(api::FilterCriteria { filters: Some(filters) }),
        scaling_config: record.max_concurrency.map(|count| api::ScalingConfig { maximum_concurrency: number(count) }),
        starting_position: record.start.clone().map(Into::into),
        starting_position_timestamp: record.start_at,
        parallelization_factor: record.parallel.and_then(number),
        maximum_record_age_in_seconds: endless(record.max_age).filter(|_| streams),
        maximum_retry_attempts: endless(record.retries).filter(|_| streams),
        bisect_batch_on_function_error: streams.then_some(record.bisect),
        tumbling_window_in_seconds: streams.then_some(0),
        last_processing_result: streams.then(|| record.result.clone()),
        destination_config: streams.then_some(api::DestinationConfig { on_failure: Some(to), on_success: None }),
        ..api::EventSourceMappingConfiguration::default()
    }
}
