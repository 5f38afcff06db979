//! Channels: ways into event data stores for events that are not AWS's. Their settings are kept; the operation that puts
//! events into them belongs to another API, which is not here yet.

use api_cloudtrail::{
    Channel, CreateChannel, CreateChannelInput, CreateChannelOutput, DeleteChannel, DeleteChannelInput,
    DeleteChannelOutput, Destination, DestinationType, GetChannel, GetChannelInput, GetChannelOutput, ListChannels,
    ListChannelsInput, ListChannelsOutput, UpdateChannel, UpdateChannelInput, UpdateChannelOutput, errors,
};
use names::Region;
use service_kit::{Access, Ctx, Error, Outcome, paging};
use store::{Scope, Span};

use super::address::resource_of;
use super::trail::Told;
use super::{data_store, tags};
use crate::engine::selectors::Selectors;
use crate::error::{bad_parameter, bad_token, no_such_channel};
use crate::limits;
use crate::store::{CHANNELS, ChannelRecord};

/// Channels of one page when nobody says how many.
const PAGE: usize = 100;

/// Creates a channel.
pub(crate) async fn create_channel(ctx: &Ctx, input: CreateChannelInput) -> Outcome<CreateChannel> {
    let destinations = check_destinations(ctx, &input.destinations).await?;
    let tags = tags::of_list(input.tags.as_deref().unwrap_or_default())?;
    let record = ChannelRecord { name: input.name.clone(), source: input.source.clone(), destinations, tags };
    let (id, scope) = (ctx.random().uuid(), Scope::Account(ctx.account()));
    let (made, key) = (&record, (ctx.region.clone(), id.as_str()));
    let put = ctx.store().transact(|tx| {
        let (scope, key) = (scope.clone(), key.clone());
        async move {
            let span = Span::prefix::<(Region,)>(&(key.0.clone(),));
            let here = CHANNELS.scan_all(&tx, &scope, &span).await?;
            check_new(made, &here)?;
            CHANNELS.put(&tx, &scope, &key, made)?;
            Ok::<_, Error>(())
        }
    });
    put.await?;
    Ok(CreateChannelOutput {
        channel_arn: Some(arn(ctx, &id)),
        name: Some(input.name),
        source: Some(input.source),
        destinations: Some(input.destinations),
        tags: (!record.tags.is_empty()).then(|| tags::to_list(&record.tags)),
    })
}

/// Shows a channel.
pub(crate) async fn get_channel(ctx: &Ctx, input: GetChannelInput) -> Outcome<GetChannel> {
    let (id, record) = own(ctx, &input.channel).await?;
    Ok(GetChannelOutput {
        channel_arn: Some(arn(ctx, &id)),
        destinations: Some(shown(&record.destinations)),
        name: Some(record.name),
        source: Some(record.source),
        ..Default::default()
    })
}

/// Lists the channels of the account and region.
pub(crate) async fn list_channels(ctx: &Ctx, input: ListChannelsInput) -> Outcome<ListChannels> {
    let after = paging::position(ctx, "", input.next_token.as_deref()).map_err(|_| bad_token())?;
    let view = ctx.store().read().await?;
    let span = Span::prefix::<(Region,)>(&(ctx.region.clone(),));
    let mut rows = CHANNELS.scan_all(&view, &Scope::Account(ctx.account()), &span).await?;
    rows.retain(|((_, id), _)| after.as_ref().is_none_or(|after| id > after));
    let most = input.max_results.map_or(PAGE, |most| most.unsigned_abs() as usize);
    let page = paging::page(ctx, "", rows, most, |((_, id), _)| id.clone());
    let channel = |((_, id), record): ((Region, String), ChannelRecord)| Channel {
        channel_arn: Some(arn(ctx, &id)),
        name: Some(record.name),
    };
    Ok(ListChannelsOutput {
        channels: Some(page.items.into_iter().map(channel).collect()),
        next_token: page.next_token,
    })
}

/// Changes a channel's name or destinations.
pub(crate) async fn update_channel(ctx: &Ctx, input: UpdateChannelInput) -> Outcome<UpdateChannel> {
    let (id, _) = own(ctx, &input.channel).await?;
    let destinations = match &input.destinations {
        Some(given) => Some(check_destinations(ctx, given).await?),
        None => None,
    };
    let record = changed(ctx, &id, |record| {
        record.name = input.name.clone().unwrap_or_else(|| record.name.clone());
        record.destinations = destinations.clone().unwrap_or_else(|| record.destinations.clone());
        Ok(())
    });
    let record = record.await?;
    Ok(UpdateChannelOutput {
        channel_arn: Some(arn(ctx, &id)),
        destinations: Some(shown(&record.destinations)),
        name: Some(record.name),
        source: Some(record.source),
    })
}

/// Deletes a channel.
pub(crate) async fn delete_channel(ctx: &Ctx, input: DeleteChannelInput) -> Outcome<DeleteChannel> {
    let (id, _) = own(ctx, &input.channel).await?;
    let (scope, key) = (Scope::Account(ctx.account()), (ctx.region.clone(), id.as_str()));
    let deleted = ctx.store().transact(|tx| {
        let (scope, key) = (scope.clone(), key.clone());
        async move {
            CHANNELS.delete(&tx, &scope, &key);
            Ok::<_, Error>(())
        }
    });
    deleted.await?;
    Ok(DeleteChannelOutput {})
}

/// A channel of the account and region called, by ARN or by the id at its end, with that id.
pub(crate) async fn own(ctx: &Ctx, channel: &str) -> Result<(String, ChannelRecord), Error> {
    let full = arn_of(ctx, channel);
    let Some((region, _, id)) = resource_of(&full).filter(|(_, kind, _)| kind == "channel") else {
        let text = format!("The channel ARN {channel} is not valid.");
        return Err(errors::channel_arn_invalid_exception(text).into());
    };
    if region != ctx.region || arn(ctx, &id) != full {
        return Err(no_such_channel(channel));
    }
    let view = ctx.store().read().await?;
    let found = CHANNELS.get(&view, &Scope::Account(ctx.account()), &(region, id.as_str())).await?;
    found.map(|record| (id, record)).ok_or_else(|| no_such_channel(channel))
}

/// Changes a channel that was found.
pub(crate) async fn changed(
    ctx: &Ctx,
    id: &str,
    change: impl Fn(&mut ChannelRecord) -> Result<(), Told>,
) -> Result<ChannelRecord, Error> {
    let (scope, key, change) = (Scope::Account(ctx.account()), (ctx.region.clone(), id), &change);
    let changed = ctx.store().transact(|tx| {
        let (scope, key) = (scope.clone(), key.clone());
        async move {
            let found = CHANNELS.get(&tx, &scope, &key).await?;
            let mut record = found.ok_or_else(|| no_such_channel(key.1))?;
            change(&mut record).map_err(|Told(error)| error)?;
            CHANNELS.put(&tx, &scope, &key, &record)?;
            Ok::<_, Error>(record)
        }
    });
    changed.await
}

/// What an operation on a channel touches.
pub(crate) fn access(ctx: &Ctx, channel: &str) -> Access {
    Access::to(arn_of(ctx, channel))
}

/// What creating a channel touches: its id is not known yet.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateChannelInput) -> Result<Access, Error> {
    let access = tags::access_with(ctx.arn("channel/*"), input.tags.as_deref());
    Ok(input.destinations.iter().fold(access, |access, to| access.and_to(&to.location)))
}

fn arn(ctx: &Ctx, id: &str) -> String {
    ctx.arn(format!("channel/{id}")).to_string()
}

fn arn_of(ctx: &Ctx, channel: &str) -> String {
    if channel.starts_with("arn:") { channel.to_owned() } else { arn(ctx, channel) }
}

fn check_new(made: &ChannelRecord, here: &[((Region, String), ChannelRecord)]) -> Result<(), Error> {
    if here.iter().any(|(_, other)| other.name == made.name) {
        return Err(errors::channel_already_exists_exception("The channel already exists.").into());
    }
    if here.len() >= limits::CHANNELS {
        let text = format!("The maximum number of channels in this region is {}.", limits::CHANNELS);
        return Err(errors::channel_max_limit_exceeded_exception(text).into());
    }
    Ok(())
}

/// The event data stores that a channel leads to; each must take such events.
async fn check_destinations(ctx: &Ctx, given: &[Destination]) -> Result<Vec<String>, Error> {
    let mut arns = Vec::with_capacity(given.len());
    for destination in given {
        if !matches!(destination.r#type, DestinationType::EventDataStore) {
            return Err(bad_parameter("Channels of customers lead to event data stores only."));
        }
        let store = data_store::active(data_store::own(ctx, &destination.location).await?)?;
        if !takes_foreign_events(&store.selectors) {
            let text = "The event data store must take events of the category ActivityAuditLog.";
            return Err(errors::invalid_event_data_store_category_exception(text).into());
        }
        arns.push(store.arn());
    }
    Ok(arns)
}

fn takes_foreign_events(selectors: &Selectors) -> bool {
    let Selectors::Advanced(all) = selectors else { return false };
    all.iter().flat_map(|selector| &selector.conditions).any(|condition| {
        condition.field == "eventCategory" && condition.equals.iter().any(|value| value == "ActivityAuditLog")
    })
}

fn shown(arns: &[String]) -> Vec<Destination> {
    let destination = |arn: &String| Destination { r#type: DestinationType::EventDataStore, location: arn.clone() };
    arns.iter().map(destination).collect()
}
