//! Buses.

use api_events::{
    CreateEventBus, CreateEventBusInput, CreateEventBusOutput, DeadLetterConfig, DeleteEventBus, DeleteEventBusInput,
    DeleteEventBusOutput, DescribeEventBus, DescribeEventBusInput, DescribeEventBusOutput, EventBus, ListEventBuses,
    ListEventBusesInput, ListEventBusesOutput, LogConfig, UpdateEventBus, UpdateEventBusInput, UpdateEventBusOutput,
    errors,
};
use names::Timestamp;
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{after, bus, engine, home, page, page_size};
use super::tags;
use crate::engine::Refusal;
use crate::engine::home::DEFAULT;
use crate::error::{absent, invalid, no_bus, parameter, taken};
use crate::store::BusRecord;

/// Creates a bus.
pub(crate) async fn create_event_bus(ctx: &Ctx, input: CreateEventBusInput) -> Outcome<CreateEventBus> {
    check_name(&input)?;
    let tags = tags::read(input.tags.as_deref())?;
    let id = home(ctx).bus(&input.name);
    let record = BusRecord {
        description: input.description,
        key: input.kms_key_identifier,
        dead_letters: input.dead_letter_config.and_then(|config| config.arn),
        log: input.log_config.map(logged),
        source: input.event_source_name.clone(),
        tags,
        ..BusRecord::default()
    };
    let record = engine(ctx).create_bus(&id, record).await.map_err(|refusal| match refusal {
        Refusal::Taken => taken(format!("Event bus {} already exists.", id.name)),
        Refusal::Absent => absent(format!("Event source {} does not exist.", id.name)),
        Refusal::State => {
            errors::invalid_state_exception(format!("Event source {} is not in a valid state.", id.name)).into()
        }
        other => told(&id.name, other),
    })?;
    Ok(CreateEventBusOutput {
        event_bus_arn: Some(id.arn().to_string()),
        description: record.description,
        kms_key_identifier: record.key,
        dead_letter_config: record.dead_letters.map(dead_letters),
        log_config: record.log.map(log_config),
    })
}

/// What creating a bus touches; with tags, tagging it too.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateEventBusInput) -> Result<Access, Error> {
    let access = Access::to(home(ctx).bus(&input.name).arn());
    Ok(tags::creating(access, input.tags.as_deref()))
}

/// Shows a bus.
pub(crate) async fn describe_event_bus(ctx: &Ctx, input: DescribeEventBusInput) -> Outcome<DescribeEventBus> {
    let id = bus(ctx, input.name.as_deref())?;
    let record = engine(ctx).bus(&id).await?.ok_or_else(|| no_bus(&id.name))?;
    Ok(DescribeEventBusOutput {
        name: Some(id.name.clone()),
        arn: Some(id.arn().to_string()),
        description: record.description,
        kms_key_identifier: record.key,
        dead_letter_config: record.dead_letters.map(dead_letters),
        policy: record.policy,
        log_config: record.log.map(log_config),
        creation_time: since(record.created),
        last_modified_time: since(record.modified),
    })
}

/// Changes a bus: what is not given stays.
pub(crate) async fn update_event_bus(ctx: &Ctx, input: UpdateEventBusInput) -> Outcome<UpdateEventBus> {
    let id = bus(ctx, input.name.as_deref())?;
    let change = |record: &mut BusRecord| {
        set(&mut record.description, input.description.as_ref());
        set(&mut record.key, input.kms_key_identifier.as_ref());
        if let Some(config) = &input.dead_letter_config {
            record.dead_letters.clone_from(&config.arn);
        }
        if let Some(config) = &input.log_config {
            record.log = Some(logged(config.clone()));
        }
        Ok(())
    };
    let record = engine(ctx).change_bus(&id, change).await.map_err(|refusal| told(&id.name, refusal))?;
    Ok(UpdateEventBusOutput {
        arn: Some(id.arn().to_string()),
        name: Some(id.name),
        kms_key_identifier: record.key,
        description: record.description,
        dead_letter_config: record.dead_letters.map(dead_letters),
        log_config: record.log.map(log_config),
    })
}

/// Deletes a bus. One that is not there is deleted.
pub(crate) async fn delete_event_bus(ctx: &Ctx, input: DeleteEventBusInput) -> Outcome<DeleteEventBus> {
    if input.name == DEFAULT {
        return Err(invalid("Cannot delete event bus default."));
    }
    let id = home(ctx).bus(&input.name);
    match engine(ctx).delete_bus(&id).await {
        Ok(()) | Err(Refusal::Absent) => Ok(DeleteEventBusOutput {}),
        Err(refusal) => Err(told(&id.name, refusal)),
    }
}

/// Lists buses, by the beginning of their names.
pub(crate) async fn list_event_buses(ctx: &Ctx, input: ListEventBusesInput) -> Outcome<ListEventBuses> {
    let prefix = input.name_prefix.unwrap_or_default();
    let (limit, from) = (page_size(input.limit), after(ctx, &prefix, input.next_token.as_deref())?);
    let home = home(ctx);
    let buses = engine(ctx).buses(&home, &prefix, from.as_deref(), limit + 1).await?;
    let page = page(ctx, &prefix, buses, limit);
    let shown = page.items.into_iter().map(|(name, record)| EventBus {
        arn: Some(home.bus(&name).arn().to_string()),
        name: Some(name),
        description: record.description,
        policy: record.policy,
        creation_time: since(record.created),
        last_modified_time: since(record.modified),
    });
    Ok(ListEventBusesOutput { event_buses: Some(shown.collect()), next_token: page.next_token })
}

/// Refusals about a bus.
pub(super) fn told(name: &str, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Store(error) => error.into(),
        Refusal::InUse => invalid(format!("Event bus {name} can't be deleted since it has rules.")),
        _ => no_bus(name),
    }
}

/// A value that replaces another when it is given.
pub(super) fn set<T: Clone>(to: &mut Option<T>, new: Option<&T>) {
    if let Some(new) = new {
        *to = Some(new.clone());
    }
}

fn check_name(input: &CreateEventBusInput) -> Result<(), Error> {
    match &input.event_source_name {
        Some(source) if *source != input.name => {
            Err(parameter("Name", "Event bus name must be the same as the event source name."))
        }
        None if input.name.contains('/') => Err(invalid("Event bus name must not contain '/'.")),
        None if input.name == DEFAULT => Err(taken("Event bus default already exists.")),
        _ => Ok(()),
    }
}

fn logged(config: LogConfig) -> (Option<String>, Option<String>) {
    let text = |word: Option<&str>| word.map(str::to_owned);
    let (detail, level) = (config.include_detail, config.level);
    (text(detail.as_ref().map(|word| word.as_str())), text(level.as_ref().map(|word| word.as_str())))
}

fn log_config((detail, level): (Option<String>, Option<String>)) -> LogConfig {
    LogConfig { include_detail: detail.map(Into::into), level: level.map(Into::into) }
}

fn dead_letters(arn: String) -> DeadLetterConfig {
    DeadLetterConfig { arn: Some(arn) }
}

/// The default bus has no instant before something was said of it.
fn since(instant: Timestamp) -> Option<Timestamp> {
    (instant != Timestamp::EPOCH).then_some(instant)
}
