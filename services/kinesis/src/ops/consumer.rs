//! Consumers with enhanced fan-out: registered, described, listed, removed.

use api_kinesis::{
    ConsumerDescription, ConsumerStatus, DeregisterStreamConsumer, DeregisterStreamConsumerInput,
    DeregisterStreamConsumerOutput, DescribeStreamConsumer, DescribeStreamConsumerInput, DescribeStreamConsumerOutput,
    ListStreamConsumers, ListStreamConsumersInput, ListStreamConsumersOutput, RegisterStreamConsumer,
    RegisterStreamConsumerInput, RegisterStreamConsumerOutput, errors,
};
use names::Timestamp;
use service_kit::{Access, Ctx, Error, Outcome, paging};

use super::address::{self, consumer_arn, stream_arn};
use super::{shown, tags};
use crate::Kinesis;
use crate::engine::consumer::ConsumerName;
use crate::engine::refusal::Refusal;
use crate::engine::stream::Home;
use crate::error::{invalid, missing, no_such_consumer, told};
use crate::limits;

/// Consumers shown when nobody says how many. Source: ListStreamConsumers.
const PAGE: usize = 100;

/// Registers a consumer. It can be used as soon as the call is answered.
pub(crate) async fn register_stream_consumer(
    ctx: &Ctx,
    input: RegisterStreamConsumerInput,
) -> Outcome<RegisterStreamConsumer> {
    let stream = address::stream(ctx, &input).await?;
    let (home, name) = (&stream.home, &input.consumer_name);
    let tags = input.tags.clone().unwrap_or_default();
    tags::check(&tags)?;
    let registered = ctx.state::<Kinesis>().engine().register(&stream, name, tags).await;
    let record = registered.map_err(|refusal| match refusal {
        Refusal::ConsumerTaken => errors::resource_in_use_exception(format!(
            "Consumer {name} under stream {} under account {} already exists.",
            home.name, home.account
        ))
        .into(),
        other => told(home, other),
    })?;
    let consumer = shown::consumer(&stream, name, &record, ConsumerStatus::Creating);
    Ok(RegisterStreamConsumerOutput { consumer })
}

/// Describes a consumer.
pub(crate) async fn describe_stream_consumer(
    ctx: &Ctx,
    input: DescribeStreamConsumerInput,
) -> Outcome<DescribeStreamConsumer> {
    let wanted =
        wanted(ctx, input.consumer_arn.as_deref(), input.stream_arn.as_deref(), input.consumer_name.as_deref())?;
    let stream = address::find(ctx, &wanted.home).await?;
    let engine = ctx.state::<Kinesis>().engine();
    let record = match wanted.second {
        Some(second) => {
            let consumer = ConsumerName { name: wanted.name.clone(), second };
            engine.consumer_named(&stream, &consumer).await
        }
        None => engine.consumer(&stream, &wanted.name).await,
    };
    let record = record.map_err(|refusal| wanted.refused(refusal))?;
    let consumer = shown::consumer(&stream, &wanted.name, &record, ConsumerStatus::Active);
    let consumer_description = ConsumerDescription {
        consumer_name: consumer.consumer_name,
        consumer_arn: consumer.consumer_arn,
        consumer_status: consumer.consumer_status,
        consumer_creation_timestamp: consumer.consumer_creation_timestamp,
        stream_arn: stream.home.arn().to_string(),
    };
    Ok(DescribeStreamConsumerOutput { consumer_description })
}

/// Lists the consumers of a stream.
pub(crate) async fn list_stream_consumers(ctx: &Ctx, input: ListStreamConsumersInput) -> Outcome<ListStreamConsumers> {
    let stream = address::stream(ctx, &input).await?;
    let created = stream.known().record.created;
    if input.stream_creation_timestamp.is_some_and(|at| at.secs() != created.secs()) {
        let (name, account) = (&stream.home.name, stream.home.account);
        return Err(missing(format!("Stream {name} under account {account} with this creation time not found.")));
    }
    let filters = &input.stream_arn;
    let after = goes_on(ctx, filters, input.next_token.as_deref())?;
    let limit = input.max_results.map_or(PAGE, |limit| usize::try_from(limit).unwrap_or(PAGE));
    let engine = ctx.state::<Kinesis>().engine();
    let found = engine.consumers(&stream, after.as_deref(), limit + 1).await;
    let found = found.map_err(|refusal| told(&stream.home, refusal))?;
    let page = paging::page(ctx, filters, found, limit, |(name, _)| format!("{} {name}", ctx.now().micros()));
    let shown = |(name, record): &(String, _)| shown::consumer(&stream, name, record, ConsumerStatus::Active);
    let consumers = Some(page.items.iter().map(shown).collect());
    Ok(ListStreamConsumersOutput { consumers, next_token: page.next_token })
}

/// The consumer after which a listing goes on.
fn goes_on(ctx: &Ctx, filters: &str, token: Option<&str>) -> Result<Option<String>, Error> {
    let Some(text) = paging::position(ctx, filters, token)? else { return Ok(None) };
    let (made, name) = text.split_once(' ').unwrap_or_default();
    let made = Timestamp::from_micros(made.parse().unwrap_or_default());
    if made.plus(limits::TOKEN_LIFE) < ctx.now() {
        return Err(errors::expired_next_token_exception("NextToken has expired.").into());
    }
    Ok(Some(name.to_owned()))
}

/// Removes a consumer.
pub(crate) async fn deregister_stream_consumer(
    ctx: &Ctx,
    input: DeregisterStreamConsumerInput,
) -> Outcome<DeregisterStreamConsumer> {
    let wanted =
        wanted(ctx, input.consumer_arn.as_deref(), input.stream_arn.as_deref(), input.consumer_name.as_deref())?;
    let stream = address::find(ctx, &wanted.home).await?;
    let engine = ctx.state::<Kinesis>().engine();
    let refused = |refusal| wanted.refused(refusal);
    let consumer = match wanted.second {
        Some(second) => ConsumerName { name: wanted.name.clone(), second },
        None => ConsumerName::of(&wanted.name, &engine.consumer(&stream, &wanted.name).await.map_err(refused)?),
    };
    engine.deregister(&stream, &consumer).await.map_err(refused)?;
    Ok(DeregisterStreamConsumerOutput {})
}

/// What registering a consumer touches.
pub(crate) fn access_to_register(ctx: &Ctx, input: &RegisterStreamConsumerInput) -> Result<Access, Error> {
    Ok(tags::setting(address::access(ctx, input)?, input.tags.as_ref()))
}

/// What describing a consumer touches.
pub(crate) fn access_to_describe(ctx: &Ctx, input: &DescribeStreamConsumerInput) -> Result<Access, Error> {
    access(ctx, input.consumer_arn.as_deref(), input.stream_arn.as_deref(), input.consumer_name.as_deref())
}

/// What removing a consumer touches.
pub(crate) fn access_to_deregister(ctx: &Ctx, input: &DeregisterStreamConsumerInput) -> Result<Access, Error> {
    access(ctx, input.consumer_arn.as_deref(), input.stream_arn.as_deref(), input.consumer_name.as_deref())
}

/// A consumer named without its second is asked for as one with any: only its name is known before it is looked up.
fn access(ctx: &Ctx, arn: Option<&str>, stream: Option<&str>, name: Option<&str>) -> Result<Access, Error> {
    let wanted = wanted(ctx, arn, stream, name)?;
    let second = wanted.second.map_or_else(|| "*".to_owned(), |second| second.to_string());
    Ok(Access::to(format!("{}/consumer/{}:{second}", wanted.home.arn(), wanted.name)))
}

/// A consumer as a request names it.
struct Wanted {
    home: Home,
    name: String,
    second: Option<i64>,
}

impl Wanted {
    fn refused(&self, refusal: Refusal) -> Error {
        match refusal {
            Refusal::NoSuchConsumer => no_such_consumer(&self.home, &self.name),
            other => told(&self.home, other),
        }
    }
}

/// By its ARN, or by its stream's and its name, or by all three when they agree.
fn wanted(ctx: &Ctx, arn: Option<&str>, stream: Option<&str>, name: Option<&str>) -> Result<Wanted, Error> {
    let Some(arn) = arn else {
        let (Some(stream), Some(name)) = (stream, name) else {
            return Err(invalid("Either ConsumerARN or both StreamARN and ConsumerName must be provided."));
        };
        return Ok(Wanted { home: stream_arn(ctx, stream)?, name: name.to_owned(), second: None });
    };
    let (home, consumer) = consumer_arn(ctx, arn)?;
    let agrees =
        stream.is_none_or(|stream| stream == home.arn().to_string()) && name.is_none_or(|n| n == consumer.name);
    if !agrees {
        return Err(invalid("ConsumerARN, StreamARN and ConsumerName do not name the same consumer."));
    }
    Ok(Wanted { home, name: consumer.name, second: Some(consumer.second) })
}
