//! Archives.

use api_events::{
    Archive, CreateArchive, CreateArchiveInput, CreateArchiveOutput, DeleteArchive, DeleteArchiveInput,
    DeleteArchiveOutput, DescribeArchive, DescribeArchiveInput, DescribeArchiveOutput, ListArchives, ListArchivesInput,
    ListArchivesOutput, UpdateArchive, UpdateArchiveInput, UpdateArchiveOutput,
};
use names::Timestamp;
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{after, engine, home, own, own_bus, page, page_size};
use super::pattern;
use crate::engine::Refusal;
use crate::engine::archive::ArchiveChange;
use crate::error::{absent, invalid, no_bus, taken};
use crate::store::ArchiveRecord;

/// The one state that archives here have: they are ready at once.
const ENABLED: &str = "ENABLED";

/// Creates an archive of a bus.
pub(crate) async fn create_archive(ctx: &Ctx, input: CreateArchiveInput) -> Outcome<CreateArchive> {
    let bus = own_bus(ctx, &input.event_source_arn)?;
    input.event_pattern.as_deref().map(pattern::read).transpose()?;
    let record = ArchiveRecord {
        number: 0,
        bus: bus.name.clone(),
        pattern: input.event_pattern,
        description: input.description,
        days: days(input.retention_days).unwrap_or(0),
        key: input.kms_key_identifier,
        created: ctx.now(),
    };
    let created = engine(ctx).create_archive(&bus.home, &input.archive_name, record).await;
    let created = created.map_err(|refusal| match refusal {
        Refusal::Taken => taken(format!("Archive {} already exists.", input.archive_name)),
        Refusal::Store(error) => error.into(),
        _ => no_bus(&bus.name),
    })?;
    Ok(CreateArchiveOutput {
        archive_arn: Some(arn(ctx, &input.archive_name)),
        state: Some(ENABLED.to_owned().into()),
        state_reason: None,
        creation_time: Some(created),
    })
}

/// What creating an archive touches: itself and the bus.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateArchiveInput) -> Result<Access, Error> {
    Ok(own(ctx, "archive", &input.archive_name).and_to(&input.event_source_arn))
}

/// Shows an archive, with how much it holds.
pub(crate) async fn describe_archive(ctx: &Ctx, input: DescribeArchiveInput) -> Outcome<DescribeArchive> {
    let (home, name) = (home(ctx), input.archive_name);
    let record = engine(ctx).archive(&home, &name).await?.ok_or_else(|| no_archive(&name))?;
    let holding = engine(ctx).holding(&home, &record).await?;
    Ok(DescribeArchiveOutput {
        archive_arn: Some(arn(ctx, &name)),
        archive_name: Some(name),
        event_source_arn: Some(home.bus(&record.bus).arn().to_string()),
        description: record.description,
        event_pattern: record.pattern,
        state: Some(ENABLED.to_owned().into()),
        state_reason: None,
        kms_key_identifier: record.key,
        retention_days: i32::try_from(record.days).ok(),
        size_bytes: i64::try_from(holding.bytes).ok(),
        event_count: i64::try_from(holding.events).ok(),
        creation_time: Some(record.created),
    })
}

/// Changes an archive.
pub(crate) async fn update_archive(ctx: &Ctx, input: UpdateArchiveInput) -> Outcome<UpdateArchive> {
    if input.event_pattern.is_none() && input.retention_days.is_none() && input.description.is_none() {
        return Err(invalid("At least one of EventPattern, RetentionDays or Description must be provided."));
    }
    input.event_pattern.as_deref().map(pattern::read).transpose()?;
    let change = ArchiveChange {
        description: input.description,
        pattern: input.event_pattern,
        days: days(input.retention_days),
        key: input.kms_key_identifier,
    };
    let changed = engine(ctx).change_archive(&home(ctx), &input.archive_name, &change).await;
    let record = changed.map_err(|refusal| told(&input.archive_name, refusal))?;
    Ok(UpdateArchiveOutput {
        archive_arn: Some(arn(ctx, &input.archive_name)),
        state: Some(ENABLED.to_owned().into()),
        state_reason: None,
        creation_time: Some(record.created),
    })
}

/// Deletes an archive.
pub(crate) async fn delete_archive(ctx: &Ctx, input: DeleteArchiveInput) -> Outcome<DeleteArchive> {
    let deleted = engine(ctx).delete_archive(&home(ctx), &input.archive_name).await;
    deleted.map_err(|refusal| told(&input.archive_name, refusal))?;
    Ok(DeleteArchiveOutput {})
}

/// Lists archives by name, bus or state.
pub(crate) async fn list_archives(ctx: &Ctx, input: ListArchivesInput) -> Outcome<ListArchives> {
    let bus = input.event_source_arn.as_deref().map(|arn| own_bus(ctx, arn)).transpose()?;
    if let Some(bus) = &bus {
        engine(ctx).bus(bus).await?.ok_or_else(|| no_bus(&bus.name))?;
    }
    let prefix = input.name_prefix.unwrap_or_default();
    let state = input.state.as_ref().map(|state| state.as_str().to_owned());
    let filters =
        format!("{prefix}/{}/{}", input.event_source_arn.unwrap_or_default(), state.clone().unwrap_or_default());
    let (limit, from) = (page_size(input.limit), after(ctx, &filters, input.next_token.as_deref())?);
    let wanted = |name: &str, record: &ArchiveRecord| {
        name.starts_with(&prefix)
            && bus.as_ref().is_none_or(|bus| bus.name == record.bus)
            && state.as_deref().is_none_or(|state| state == ENABLED)
    };
    let home = home(ctx);
    let archives = engine(ctx).archives(&home, wanted, from.as_deref(), limit + 1).await?;
    let page = page(ctx, &filters, archives, limit);
    let mut shown = Vec::with_capacity(page.items.len());
    for (name, record) in page.items {
        let holding = engine(ctx).holding(&home, &record).await?;
        shown.push(Archive {
            archive_name: Some(name),
            event_source_arn: Some(home.bus(&record.bus).arn().to_string()),
            state: Some(ENABLED.to_owned().into()),
            state_reason: None,
            retention_days: i32::try_from(record.days).ok(),
            size_bytes: i64::try_from(holding.bytes).ok(),
            event_count: i64::try_from(holding.events).ok(),
            creation_time: Some::<Timestamp>(record.created),
        });
    }
    Ok(ListArchivesOutput { archives: Some(shown), next_token: page.next_token })
}

fn arn(ctx: &Ctx, name: &str) -> String {
    ctx.arn(format!("archive/{name}")).to_string()
}

fn days(given: Option<i32>) -> Option<u32> {
    given.and_then(|days| u32::try_from(days).ok())
}

fn no_archive(name: &str) -> Error {
    absent(format!("Archive {name} does not exist."))
}

fn told(name: &str, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Store(error) => error.into(),
        _ => no_archive(name),
    }
}
