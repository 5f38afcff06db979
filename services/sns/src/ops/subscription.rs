//! Subscriptions: shown, changed, listed, ended.

use api_sns::{
    GetSubscriptionAttributes, GetSubscriptionAttributesInput, GetSubscriptionAttributesOutput, ListSubscriptions,
    ListSubscriptionsByTopic, ListSubscriptionsByTopicInput, ListSubscriptionsByTopicOutput, ListSubscriptionsInput,
    ListSubscriptionsOutput, SetSubscriptionAttributes, SetSubscriptionAttributesInput,
    SetSubscriptionAttributesOutput, Subscription, Unsubscribe, UnsubscribeInput, UnsubscribeOutput,
};
use names::AccountId;
use service_kit::{Ctx, Error, Outcome, Principal, paging};
use store::{Order, Span};

use super::address;
use super::subscription_attributes::{self, Form};
use super::topic_attributes::Attributes;
use crate::engine::place::{Home, Place};
use crate::error::{no_subscription, not_authorized};
use crate::store::{OWNED, SUBSCRIPTIONS, SubscriptionRecord, TOPICS, scope};
use crate::{Sns, limits, tasks};

/// Shows all attributes of a subscription.
pub(crate) async fn get_subscription_attributes(
    ctx: &Ctx,
    input: GetSubscriptionAttributesInput,
) -> Outcome<GetSubscriptionAttributes> {
    let place = address::place(&input.subscription_arn)?;
    let view = ctx.store().read().await?;
    let key = (place.topic.name.as_str(), place.id.as_str());
    let record = SUBSCRIPTIONS.get(&view, &place.topic.scope(), &key).await?.ok_or_else(no_subscription)?;
    let topic = ctx.state::<Sns>().engine().topic(&place.topic).await?;
    let topic = topic.filter(|topic| topic.record.id == record.topic);
    let attributes = subscription_attributes::shown(&place, &record, topic.as_deref());
    Ok(GetSubscriptionAttributesOutput { attributes: Some(attributes) })
}

/// Sets one attribute of a subscription.
pub(crate) async fn set_subscription_attributes(
    ctx: &Ctx,
    input: SetSubscriptionAttributesInput,
) -> Outcome<SetSubscriptionAttributes> {
    let place = address::place(&input.subscription_arn)?;
    let given = Attributes::from([(input.attribute_name, input.attribute_value.unwrap_or_default())]);
    let engine = ctx.state::<Sns>().engine();
    let set = |tx| {
        let (place, given) = (&place, &given);
        async move {
            let key = (place.topic.name.as_str(), place.id.as_str());
            let row = SUBSCRIPTIONS.get(&tx, &place.topic.scope(), &key).await?;
            let mut row = row.ok_or_else(no_subscription)?;
            subscription_attributes::apply(&mut row, place, given, Form::Set)?;
            Ok::<_, Error>(SUBSCRIPTIONS.put(&tx, &place.topic.scope(), &key, &row)?)
        }
    };
    engine.store().transact(set).await?;
    // What waits may be due sooner, or is to be let go.
    engine.deliveries().wake(format!("n/{}", place.lane()));
    Ok(SetSubscriptionAttributesOutput {})
}

/// Ends a subscription; ending what is not there is no mistake.
pub(crate) async fn unsubscribe(ctx: &Ctx, input: UnsubscribeInput) -> Outcome<Unsubscribe> {
    let place = address::place(&input.subscription_arn)?;
    let engine = ctx.state::<Sns>().engine();
    let end = |tx| {
        let place = &place;
        async move {
            let (scope, key) = (place.topic.scope(), (place.topic.name.as_str(), place.id.as_str()));
            let Some(row) = SUBSCRIPTIONS.get(&tx, &scope, &key).await? else { return Ok(()) };
            if !may_end(ctx, place, &row) {
                return Err(not_authorized("Access Denied"));
            }
            SUBSCRIPTIONS.delete(&tx, &scope, &key);
            tasks::forget(&tx, &place.topic, &place.id, row.owner);
            if let Some(mut topic) = TOPICS.get(&tx, &scope, &place.topic.name.as_str()).await?
                && topic.id == row.topic
            {
                topic.deleted += 1;
                TOPICS.put(&tx, &scope, &place.topic.name.as_str(), &topic)?;
            }
            Ok::<_, Error>(())
        }
    };
    engine.store().transact(end).await?;
    engine.deliveries().wake(format!("n/{}", place.lane()));
    Ok(UnsubscribeOutput {})
}

/// Whoever has the link, unless only the owners may: who subscribed, and whose topic it is.
fn may_end(ctx: &Ctx, place: &Place, row: &SubscriptionRecord) -> bool {
    let owner = |account: AccountId| account == row.owner || account == place.topic.account;
    match ctx.caller.principal {
        Principal::Anonymous => !row.confirmed.is_some_and(|confirmed| confirmed.guards_unsubscribe),
        _ => owner(ctx.account()),
    }
}

/// Lists the subscriptions of the account, a hundred at a time.
pub(crate) async fn list_subscriptions(ctx: &Ctx, input: ListSubscriptionsInput) -> Outcome<ListSubscriptions> {
    let after = paging::position(ctx, "", input.next_token.as_deref())?;
    let span = match after.as_deref().and_then(|after| after.split_once(' ')) {
        Some((topic, id)) => Span::all().after::<(String, String)>(&(topic, id)),
        None => Span::all(),
    };
    let view = ctx.store().read().await?;
    let mine = scope(ctx.account(), &ctx.region);
    let rows = OWNED.scan(&view, &mine, &span, Order::Ascending, limits::PAGE + 1).await?;
    let keys: Vec<_> = rows.into_iter().map(|(key, _)| key).collect();
    let page = paging::page(ctx, "", keys, limits::PAGE, |(topic, id)| format!("{topic} {id}"));
    let mut subscriptions = Vec::with_capacity(page.items.len());
    for (topic, id) in page.items {
        let Some(topic) = Home::of_arn(&topic) else { continue };
        let key = (topic.name.as_str(), id.as_str());
        if let Some(record) = SUBSCRIPTIONS.get(&view, &topic.scope(), &key).await? {
            subscriptions.push(shown(&Place { topic, id }, &record));
        }
    }
    Ok(ListSubscriptionsOutput { subscriptions: Some(subscriptions), next_token: page.next_token })
}

/// Lists the subscriptions to a topic, a hundred at a time.
pub(crate) async fn list_subscriptions_by_topic(
    ctx: &Ctx,
    input: ListSubscriptionsByTopicInput,
) -> Outcome<ListSubscriptionsByTopic> {
    let topic = address::topic(ctx, &input.topic_arn, "TopicArn").await?;
    let after = paging::position(ctx, &input.topic_arn, input.next_token.as_deref())?;
    let all = topic.subscriptions.iter().filter(|one| after.as_ref().is_none_or(|after| one.place.id > *after));
    let some: Vec<_> = all.take(limits::PAGE + 1).collect();
    let page = paging::page(ctx, &input.topic_arn, some, limits::PAGE, |one| one.place.id.clone());
    let subscriptions = page.items.iter().map(|one| shown(&one.place, &one.record)).collect();
    Ok(ListSubscriptionsByTopicOutput { subscriptions: Some(subscriptions), next_token: page.next_token })
}

fn shown(place: &Place, record: &SubscriptionRecord) -> Subscription {
    let arn = if record.confirmed.is_some() { place.arn() } else { "PendingConfirmation".to_owned() };
    Subscription {
        subscription_arn: Some(arn),
        owner: Some(record.owner.to_string()),
        protocol: Some(record.protocol.clone()),
        endpoint: Some(record.endpoint.clone()),
        topic_arn: Some(place.topic.arn()),
    }
}
