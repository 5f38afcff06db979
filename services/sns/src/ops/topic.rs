//! Topics: created, shown, changed, listed, deleted.

use api_sns::{
    CreateTopic, CreateTopicInput, CreateTopicOutput, DeleteTopic, DeleteTopicInput, DeleteTopicOutput,
    GetTopicAttributes, GetTopicAttributesInput, GetTopicAttributesOutput, ListTopics, ListTopicsInput,
    ListTopicsOutput, SetTopicAttributes, SetTopicAttributesInput, SetTopicAttributesOutput, Topic,
};
use bytes::Bytes;
use names::Tags;
use service_kit::{Access, Ctx, Error, Outcome, paging};
use store::{Order, Span};

use super::topic_attributes::{self, Attributes};
use super::{address, protection, tags};
use crate::engine::place::Home;
use crate::error::{invalid, invalid_because, no_topic};
use crate::store::{TOPICS, TopicRecord, scope};
use crate::{Sns, limits, tasks};

/// Creates a topic; creating it again as it is changes nothing.
pub(crate) async fn create_topic(ctx: &Ctx, input: CreateTopicInput) -> Outcome<CreateTopic> {
    let home = own(ctx, &input.name);
    let asked = input.attributes.unwrap_or_default();
    check_name(&home, asked.get("FifoTopic").is_some_and(|fifo| fifo == "true"))?;
    let tags = tags::from_input(input.tags.unwrap_or_default())?;
    let mut attributes = Attributes::new();
    for (name, value) in asked.iter().filter(|(name, _)| *name != "FifoTopic") {
        if let Some(value) = topic_attributes::checked(&home, name, value)? {
            attributes.insert(name.clone(), value);
        }
    }
    let protection = input.data_protection_policy.filter(|policy| !policy.is_empty());
    protection.as_deref().map(protection::check).transpose()?;
    let (engine, now) = (ctx.state::<Sns>().engine(), ctx.now());
    let archived_since = attributes.contains_key("ArchivePolicy").then_some(now);
    let id = engine.number().await?;
    let record = TopicRecord { id, created: now, attributes, tags, protection, deleted: 0, archived_since };
    let create = |tx| {
        let (home, record) = (&home, &record);
        async move {
            if let Some(present) = TOPICS.get(&tx, &home.scope(), &home.name.as_str()).await? {
                return same(&present, record);
            }
            Ok::<_, Error>(TOPICS.put(&tx, &home.scope(), &home.name.as_str(), record)?)
        }
    };
    engine.store().transact(create).await?;
    Ok(CreateTopicOutput { topic_arn: Some(home.arn()) })
}

/// Whether a topic that is there is the one that was asked for.
fn same(present: &TopicRecord, asked: &TopicRecord) -> Result<(), Error> {
    let within = |asked: &Attributes, present: &Attributes| {
        asked.iter().all(|(name, value)| present.get(name).is_some_and(|present| present == value))
    };
    if !within(&asked.attributes, &present.attributes) {
        return Err(invalid_because("Attributes", "Topic already exists with different attributes"));
    }
    let tagged = |asked: &Tags| asked.iter().all(|(key, value)| present.tags.get(key) == Some(value));
    if !tagged(&asked.tags) {
        return Err(invalid_because("Tags", "Topic already exists with different tags"));
    }
    Ok(())
}

/// Deletes a topic; what is not there is no mistake. Its subscriptions are told nothing any more, and can be seen for some
/// days.
pub(crate) async fn delete_topic(ctx: &Ctx, input: DeleteTopicInput) -> Outcome<DeleteTopic> {
    let home = address::home(ctx, &input.topic_arn, "TopicArn")?;
    let (engine, timers) = (ctx.state::<Sns>().engine(), ctx.cloud().timers());
    let at = ctx.now().plus(limits::AFTERLIFE);
    let delete = |tx| {
        let home = &home;
        async move {
            let Some(record) = TOPICS.get(&tx, &home.scope(), &home.name.as_str()).await? else { return Ok(()) };
            TOPICS.delete(&tx, &home.scope(), &home.name.as_str());
            let id = tasks::sweep_id(home, record.id);
            Ok::<_, Error>(timers.schedule(&tx, at, tasks::SWEEP, &id, Bytes::new()).await?)
        }
    };
    engine.store().transact(delete).await?;
    Ok(DeleteTopicOutput {})
}

/// Shows all attributes of a topic.
pub(crate) async fn get_topic_attributes(ctx: &Ctx, input: GetTopicAttributesInput) -> Outcome<GetTopicAttributes> {
    let topic = address::topic(ctx, &input.topic_arn, "TopicArn").await?;
    Ok(GetTopicAttributesOutput { attributes: Some(topic_attributes::shown(&topic)) })
}

/// Sets one attribute of a topic.
pub(crate) async fn set_topic_attributes(ctx: &Ctx, input: SetTopicAttributesInput) -> Outcome<SetTopicAttributes> {
    let home = address::home(ctx, &input.topic_arn, "TopicArn")?;
    let name = input.attribute_name;
    let value = topic_attributes::checked(&home, &name, &input.attribute_value.unwrap_or_default())?;
    let now = ctx.now();
    change(ctx, &home, |record| {
        if name == "ArchivePolicy" {
            record.archived_since = value.is_some().then_some(record.archived_since.unwrap_or(now));
        }
        match value.clone() {
            Some(value) => record.attributes.insert(name.clone(), value),
            None => record.attributes.remove(&name),
        };
        Ok(())
    })
    .await?;
    Ok(SetTopicAttributesOutput {})
}

/// Changes what is stored of a topic.
pub(crate) async fn change(
    ctx: &Ctx,
    home: &Home,
    change: impl Fn(&mut TopicRecord) -> Result<(), Error>,
) -> Result<(), Error> {
    let changed = |tx| {
        let change = &change;
        async move {
            let record = TOPICS.get(&tx, &home.scope(), &home.name.as_str()).await?;
            let mut record = record.ok_or_else(no_topic)?;
            change(&mut record)?;
            Ok(TOPICS.put(&tx, &home.scope(), &home.name.as_str(), &record)?)
        }
    };
    ctx.state::<Sns>().engine().store().transact(changed).await
}

/// Lists the topics of the account, a hundred at a time.
pub(crate) async fn list_topics(ctx: &Ctx, input: ListTopicsInput) -> Outcome<ListTopics> {
    let after = paging::position(ctx, "", input.next_token.as_deref())?;
    let span = after.map_or_else(Span::all, |after| Span::all().after::<String>(&after));
    let view = ctx.store().read().await?;
    let mine = scope(ctx.account(), &ctx.region);
    let rows = TOPICS.scan(&view, &mine, &span, Order::Ascending, limits::PAGE + 1).await?;
    let names = rows.into_iter().map(|(name, _)| name).collect();
    let page = paging::page(ctx, "", names, limits::PAGE, Clone::clone);
    let topics = page.items.iter().map(|name| Topic { topic_arn: Some(own(ctx, name).arn()) }).collect();
    Ok(ListTopicsOutput { topics: Some(topics), next_token: page.next_token })
}

/// A topic of the caller's account in the region called.
pub(crate) fn own(ctx: &Ctx, name: &str) -> Home {
    Home { account: ctx.account(), region: ctx.region.clone(), name: name.to_owned() }
}

/// What creating a topic touches; with tags, tagging it too.
pub(crate) fn access_by_name(ctx: &Ctx, input: &CreateTopicInput) -> Result<Access, Error> {
    let access = Access::to(own(ctx, &input.name).arn());
    let roles = topic_attributes::roles(pairs(input.attributes.as_ref()));
    let access = roles.iter().fold(access, |access, role| access.passing_role(role, "sns.amazonaws.com"));
    let Some(tags) = input.tags.as_ref().filter(|tags| !tags.is_empty()) else { return Ok(access) };
    let access = access.with_request_tags(tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())));
    let tagging = Access { also: Vec::new(), ..access.clone() }.as_action("sns:TagResource");
    Ok(access.and(tagging))
}

/// What changing a topic touches, and the roles that it hands to SNS.
pub(crate) fn access_to_set(ctx: &Ctx, input: &SetTopicAttributesInput) -> Result<Access, Error> {
    let access = address::access(ctx, &input.topic_arn, "TopicArn")?;
    let value = input.attribute_value.as_deref().unwrap_or_default();
    let roles = topic_attributes::roles([(input.attribute_name.as_str(), value)]);
    Ok(roles.iter().fold(access, |access, role| access.passing_role(role, "sns.amazonaws.com")))
}

fn pairs(attributes: Option<&Attributes>) -> impl Iterator<Item = (&str, &str)> {
    attributes.into_iter().flatten().map(|(name, value)| (name.as_str(), value.as_str()))
}

fn check_name(home: &Home, fifo: bool) -> Result<(), Error> {
    let stem = if fifo { home.name.strip_suffix(".fifo") } else { Some(home.name.as_str()) };
    let letters = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let fine =
        limits::NAME_LENGTH.contains(&home.name.len()) && stem.is_some_and(|stem| !stem.is_empty() && letters(stem));
    if fine { Ok(()) } else { Err(invalid("Topic Name")) }
}
