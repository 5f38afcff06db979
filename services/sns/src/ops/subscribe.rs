//! Subscribing: who is to be told, and whether that must be confirmed first.

use api_sns::{Subscribe, SubscribeInput, SubscribeOutput};
use bytes::Bytes;
use delivery::Enqueued;
use names::Arn;
use service_kit::{Access, Ctx, Error, Outcome};
use store::{Scope, Span, StoreError, Tx};

use super::address;
use super::subscription_attributes::{self, Form};
use super::topic_attributes::Attributes;
use crate::engine::Engine;
use crate::engine::phone;
use crate::engine::place::{Home, Place};
use crate::engine::publish::{Parcel, request_lane};
use crate::engine::topic::Topic;
use crate::error::{invalid, invalid_because, invalid_text};
use crate::outlets::push;
use crate::store::{Confirmation, ENDPOINTS, OWNED, PENDING, SUBSCRIPTIONS, SubscriptionRecord, scope};
use crate::{Sns, limits, tasks};

/// Subscribes an endpoint to a topic; subscribing it again as it is changes nothing.
pub(crate) async fn subscribe(ctx: &Ctx, input: SubscribeInput) -> Outcome<Subscribe> {
    let topic = address::topic(ctx, &input.topic_arn, "TopicArn").await?;
    let endpoint = checked_endpoint(ctx, &topic.home, &input).await?;
    let place = Place { topic: topic.home.clone(), id: ctx.random().uuid() };
    let mut record = fresh(ctx, &topic, &input.protocol, endpoint);
    subscription_attributes::apply(&mut record, &place, &input.attributes.unwrap_or_default(), Form::Subscribe)?;
    if record.protocol == "firehose" && !record.attributes.contains_key("SubscriptionRoleArn") {
        return Err(invalid_because("Attributes", "SubscriptionRoleArn is required for the firehose protocol"));
    }
    let engine = ctx.state::<Sns>().engine();
    let request = Parcel::Request {
        kind: "SubscriptionConfirmation".to_owned(),
        id: ctx.random().u128(),
        at: ctx.now(),
        base_url: ctx.request.base_url.clone(),
    };
    let step = |tx| {
        let (place, record, request) = (&place, &record, &request);
        async move { settle(ctx, engine, &tx, place, record, request).await }
    };
    let (place, confirmed, enqueued) = engine.store().transact(step).await?;
    if let Some(enqueued) = enqueued {
        enqueued.depart();
    }
    let shown = confirmed || input.return_subscription_arn == Some(true);
    let arn = if shown { place.arn() } else { "pending confirmation".to_owned() };
    Ok(SubscribeOutput { subscription_arn: Some(arn) })
}

fn fresh(ctx: &Ctx, topic: &Topic, protocol: &str, endpoint: String) -> SubscriptionRecord {
    // Whoever owns the endpoint need not be asked whether he wants what he asks for.
    let own = endpoint.parse::<Arn>().ok().and_then(|arn| arn.account_id()) == Some(ctx.account());
    let confirmed =
        (own || protocol == "sms").then_some(Confirmation { authenticated: true, guards_unsubscribe: true });
    SubscriptionRecord {
        topic: topic.record.id,
        protocol: protocol.to_owned(),
        endpoint,
        owner: ctx.account(),
        principal: ctx.caller.arn(ctx.partition()),
        attributes: Attributes::new(),
        created: ctx.now(),
        confirmed,
        replayed: None,
    }
}

/// Writes a subscription unless the endpoint has one; asks it to confirm, again if it has not yet.
async fn settle(
    ctx: &Ctx,
    engine: &Engine,
    tx: &Tx,
    place: &Place,
    record: &SubscriptionRecord,
    request: &Parcel,
) -> Result<(Place, bool, Option<Enqueued>), Error> {
    let of_topic = Span::prefix::<(String,)>(&(place.topic.name.as_str(),));
    let rows = SUBSCRIPTIONS.scan_all(tx, &place.topic.scope(), &of_topic).await?;
    let same_endpoint = |row: &SubscriptionRecord| {
        row.topic == record.topic && row.protocol == record.protocol && row.endpoint == record.endpoint
    };
    let present = rows.into_iter().find(|(_, row)| same_endpoint(row));
    let (place, confirmed) = match present {
        Some(((_, id), present)) => {
            if !subscription_attributes::same(&present, record) {
                let reason = "Subscription already exists with different attributes";
                return Err(invalid_because("Attributes", reason));
            }
            (Place { id, ..place.clone() }, present.confirmed.is_some())
        }
        None => {
            write(ctx, tx, place, record).await?;
            (place.clone(), record.confirmed.is_some())
        }
    };
    let asked = if confirmed { None } else { Some(engine.send(tx, request, &[request_lane(&place)]).await?) };
    Ok((place, confirmed, asked))
}

async fn write(ctx: &Ctx, tx: &Tx, place: &Place, record: &SubscriptionRecord) -> Result<(), StoreError> {
    let key = (place.topic.name.as_str(), place.id.as_str());
    SUBSCRIPTIONS.put(tx, &place.topic.scope(), &key, record)?;
    let arn = place.topic.arn();
    let owned = (arn.as_str(), place.id.as_str());
    OWNED.put(tx, &scope(record.owner, &place.topic.region), &owned, &store::Raw(Bytes::new()))?;
    if record.confirmed.is_none() {
        PENDING.put(tx, &Scope::Global, &place.id.as_str(), &store::Raw(arn.into()))?;
        let at = record.created.plus(limits::CONFIRMATION);
        ctx.cloud().timers().schedule(tx, at, tasks::LAPSE, &place.arn(), Bytes::new()).await?;
    }
    Ok(())
}

/// The endpoint as it is kept, in the form that its protocol wants.
async fn checked_endpoint(ctx: &Ctx, topic: &Home, input: &SubscribeInput) -> Result<String, Error> {
    let protocol = input.protocol.as_str();
    let known = ["http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"];
    if !known.contains(&protocol) {
        return Err(invalid(format!("Amazon SNS does not support this protocol string: {protocol}")));
    }
    let endpoint = input.endpoint.clone().filter(|endpoint| !endpoint.is_empty()).ok_or_else(|| invalid("Endpoint"))?;
    if topic.is_fifo() && protocol != "sqs" {
        return Err(invalid("Invalid parameter: Endpoint Reason: Please use FIFO SQS queue"));
    }
    let arn = |service: &str, what: &str| {
        let arn = endpoint.parse::<Arn>().ok().filter(|arn| arn.service == service && arn.account_id().is_some());
        arn.ok_or_else(|| invalid(format!("{what} endpoint ARN")))
    };
    match protocol {
        "sqs" => {
            let queue = arn("sqs", "SQS")?;
            if queue.resource.ends_with(".fifo") && !topic.is_fifo() {
                let reason = "FIFO SQS Queues can not be subscribed to standard SNS topics";
                return Err(invalid(format!("Invalid parameter: Endpoint Reason: {reason}")));
            }
        }
        "lambda" => drop(arn("lambda", "Lambda")?),
        "firehose" => drop(arn("firehose", "Firehose")?),
        "application" => check_phone(ctx, &endpoint).await?,
        "http" | "https" => check_url(protocol, &endpoint)?,
        "sms" => {
            let number = phone::endpoint(&endpoint);
            return number.ok_or_else(|| invalid_text(format!("Invalid SMS endpoint: {endpoint}")));
        }
        _ if !is_mail(&endpoint) => return Err(invalid("Email address")),
        _ => {}
    }
    Ok(endpoint)
}

async fn check_phone(ctx: &Ctx, arn: &str) -> Result<(), Error> {
    let none = || invalid_because("Endpoint", format!("Endpoint does not exist for endpoint arn {arn}"));
    let address = push::Address::of_arn(arn).ok_or_else(none)?;
    let view = ctx.store().read().await?;
    ENDPOINTS.get(&view, &address.scope(), &address.key()).await?.map(|_| ()).ok_or_else(none)
}

fn check_url(protocol: &str, endpoint: &str) -> Result<(), Error> {
    let uri: Option<http::Uri> = endpoint.parse().ok();
    let uri =
        uri.filter(|uri| uri.host().is_some_and(|host| !host.is_empty())).ok_or_else(|| invalid("HTTP(S) endpoint"))?;
    if uri.scheme_str() == Some(protocol) {
        return Ok(());
    }
    Err(invalid("Endpoint must match the specified protocol"))
}

fn is_mail(address: &str) -> bool {
    let parts = address.split_once('@');
    parts.is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'))
        && !address.contains(char::is_whitespace)
}

/// What subscribing touches.
pub(crate) fn access(ctx: &Ctx, input: &SubscribeInput) -> Result<Access, Error> {
    let access = address::access(ctx, &input.topic_arn, "TopicArn")?.with("sns:Protocol", input.protocol.as_str());
    let access = input.endpoint.iter().fold(access, |access, endpoint| access.with("sns:Endpoint", endpoint.as_str()));
    let role = input.attributes.as_ref().and_then(|attributes| attributes.get("SubscriptionRoleArn"));
    Ok(role.iter().fold(access, |access, role| access.passing_role(role, "sns.amazonaws.com")))
}
