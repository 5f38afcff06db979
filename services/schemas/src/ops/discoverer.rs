//! Discoverers. They learn through a rule on their bus, so whoever changes one must be allowed to change that rule. Source:
//! the managed policy `AmazonEventBridgeSchemasFullAccess`, which names the actions of EventBridge beside those of schemas.

use api_schemas::{
    CreateDiscoverer, CreateDiscovererInput, CreateDiscovererOutput, DeleteDiscoverer, DeleteDiscovererInput,
    DeleteDiscovererOutput, DescribeDiscoverer, DescribeDiscovererInput, DescribeDiscovererOutput, DiscovererState,
    DiscovererSummary, ListDiscoverers, ListDiscoverersInput, ListDiscoverersOutput, StartDiscoverer,
    StartDiscovererInput, StartDiscovererOutput, StopDiscoverer, StopDiscovererInput, StopDiscovererOutput,
    UpdateDiscoverer, UpdateDiscovererInput, UpdateDiscovererOutput,
};
use names::Arn;
use service_kit::{Access, Ctx, Error, Outcome, paging};

use super::address::{discoverer, discoverer_access, engine, home, page, page_size};
use super::tags;
use crate::calls;
use crate::engine::home::{DiscovererId, discoverer_of};
use crate::error::{absent, invalid, of_discoverer};
use crate::store::DiscovererRecord;

/// Creates a discoverer of a bus, and starts it.
pub(crate) async fn create_discoverer(ctx: &Ctx, input: CreateDiscovererInput) -> Outcome<CreateDiscoverer> {
    let id = discoverer(ctx, &discoverer_of(&bus(ctx, &input.source_arn)?));
    let record = DiscovererRecord {
        bus: input.source_arn,
        description: input.description,
        cross_account: input.cross_account.unwrap_or(true),
        started: true,
        gone: false,
        settled: false,
        tags: tags::read(input.tags)?,
    };
    let created = engine(ctx).create_discoverer(&id, &record).await;
    created.map_err(|refusal| of_discoverer(&id, refusal))?;
    if let Err(error) = calls::settle(ctx.cloud(), engine(ctx), &id, &record).await {
        engine(ctx).drop_discoverer(&id).await?;
        return Err(no_bus(error));
    }
    Ok(CreateDiscovererOutput {
        discoverer_arn: Some(id.arn().to_string()),
        state: Some(state(&record)),
        discoverer_id: Some(id.id),
        description: record.description,
        source_arn: Some(record.bus),
        cross_account: Some(record.cross_account),
        tags: Some(record.tags),
    })
}

/// What creating a discoverer touches: the rule that brings it events, and with tags, tagging it too.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateDiscovererInput) -> Result<Access, Error> {
    let access = tags::creating(Access::any(), input.tags.as_ref());
    // What is no bus has no rules, and is refused later.
    let Ok(bus) = bus(ctx, &input.source_arn) else { return Ok(access) };
    Ok(with_rule(access, &discoverer(ctx, &discoverer_of(&bus)), &["events:PutRule", "events:PutTargets"]))
}

/// Shows a discoverer.
pub(crate) async fn describe_discoverer(ctx: &Ctx, input: DescribeDiscovererInput) -> Outcome<DescribeDiscoverer> {
    let id = discoverer(ctx, &input.discoverer_id);
    let record = engine(ctx).discoverer(&id).await.map_err(|refusal| of_discoverer(&id, refusal))?;
    Ok(DescribeDiscovererOutput {
        discoverer_arn: Some(id.arn().to_string()),
        discoverer_id: Some(id.id),
        state: Some(state(&record)),
        description: record.description,
        source_arn: Some(record.bus),
        cross_account: Some(record.cross_account),
        tags: Some(record.tags),
    })
}

/// Changes a discoverer: what is not given stays.
pub(crate) async fn update_discoverer(ctx: &Ctx, input: UpdateDiscovererInput) -> Outcome<UpdateDiscoverer> {
    let id = discoverer(ctx, &input.discoverer_id);
    let record = change(ctx, &id, |record| {
        if input.description.is_some() {
            record.description.clone_from(&input.description);
        }
        record.cross_account = input.cross_account.unwrap_or(record.cross_account);
    })
    .await?;
    Ok(UpdateDiscovererOutput {
        discoverer_arn: Some(id.arn().to_string()),
        discoverer_id: Some(id.id),
        state: Some(state(&record)),
        description: record.description,
        source_arn: Some(record.bus),
        cross_account: Some(record.cross_account),
        tags: Some(record.tags),
    })
}

/// Lets a discoverer learn again.
pub(crate) async fn start_discoverer(ctx: &Ctx, input: StartDiscovererInput) -> Outcome<StartDiscoverer> {
    let id = discoverer(ctx, &input.discoverer_id);
    let record = change(ctx, &id, |record| record.started = true).await?;
    Ok(StartDiscovererOutput { discoverer_id: Some(id.id), state: Some(state(&record)) })
}

/// Lets a discoverer learn no more.
pub(crate) async fn stop_discoverer(ctx: &Ctx, input: StopDiscovererInput) -> Outcome<StopDiscoverer> {
    let id = discoverer(ctx, &input.discoverer_id);
    let record = change(ctx, &id, |record| record.started = false).await?;
    Ok(StopDiscovererOutput { discoverer_id: Some(id.id), state: Some(state(&record)) })
}

/// Deletes a discoverer with its rule. What it discovered stays.
pub(crate) async fn delete_discoverer(ctx: &Ctx, input: DeleteDiscovererInput) -> Outcome<DeleteDiscoverer> {
    let id = discoverer(ctx, &input.discoverer_id);
    change(ctx, &id, |record| record.gone = true).await?;
    Ok(DeleteDiscovererOutput {})
}

/// What changing a discoverer touches: the rule, as its bus has it.
pub(crate) fn access_to_change(ctx: &Ctx, id: &str, actions: &[&'static str]) -> Result<Access, Error> {
    Ok(with_rule(discoverer_access(ctx, id), &discoverer(ctx, id), actions))
}

/// Lists discoverers, by the beginnings of their ids and of their buses' ARNs.
pub(crate) async fn list_discoverers(ctx: &Ctx, input: ListDiscoverersInput) -> Outcome<ListDiscoverers> {
    let (prefix, bus) = (input.discoverer_id_prefix.unwrap_or_default(), input.source_arn_prefix.unwrap_or_default());
    let (filters, home) = (format!("{prefix}/{bus}"), home(ctx));
    let (limit, after) = (page_size(input.limit)?, paging::position(ctx, &filters, input.next_token.as_deref())?);
    let found = engine(ctx).discoverers(&home, (&prefix, &bus), after.as_deref(), limit + 1).await?;
    let page = page(ctx, &filters, found, limit);
    let shown = page.items.into_iter().map(|(id, record)| DiscovererSummary {
        discoverer_arn: Some(home.discoverer(id.as_str()).arn().to_string()),
        discoverer_id: Some(id),
        state: Some(state(&record)),
        source_arn: Some(record.bus),
        cross_account: Some(record.cross_account),
        tags: Some(record.tags),
    });
    Ok(ListDiscoverersOutput { discoverers: Some(shown.collect()), next_token: page.next_token })
}

/// Changes a discoverer, and its rule with it. A rule that cannot be changed now is changed later.
async fn change(
    ctx: &Ctx,
    id: &DiscovererId,
    change: impl Fn(&mut DiscovererRecord) + Send + Sync,
) -> Result<DiscovererRecord, Error> {
    let changed = engine(ctx).change_discoverer(id, change).await;
    let record = changed.map_err(|refusal| of_discoverer(id, refusal))?;
    if let Err(error) = calls::settle(ctx.cloud(), engine(ctx), id, &record).await {
        tracing::warn!(%error, discoverer = id.id, "the rule of a discoverer will be set later");
    }
    Ok(record)
}

/// The bus to be learnt from: one of the account and region called.
fn bus(ctx: &Ctx, arn: &str) -> Result<Arn, Error> {
    let bus: Option<Arn> = arn.parse().ok();
    let own = |bus: &Arn| {
        bus.service == "events"
            && bus.resource.starts_with("event-bus/")
            && bus.account_id() == Some(ctx.account())
            && bus.region_code().as_ref() == Some(&ctx.region)
    };
    bus.filter(own).ok_or_else(|| invalid(format!("Source ARN {arn} is not the ARN of an event bus of this account.")))
}

fn with_rule(access: Access, id: &DiscovererId, actions: &[&'static str]) -> Access {
    actions.iter().fold(access, |access, action| access.and(Access::to(id.rule_arn()).as_action(action)))
}

/// A bus that is not there, in the registry's words.
fn no_bus(error: Error) -> Error {
    match error {
        Error::Modeled(told) if told.schema.code == "ResourceNotFoundException" => absent(told.message),
        other => other,
    }
}

fn state(record: &DiscovererRecord) -> DiscovererState {
    if record.started { DiscovererState::Started } else { DiscovererState::Stopped }
}
