//! Which stream, shard or consumer a request means.

use std::sync::Arc;

use api_kinesis as api;
use service_kit::{Access, Ctx, Error};

use crate::Kinesis;
use crate::engine::consumer::ConsumerName;
use crate::engine::stream::{Home, Stream};
use crate::error::{invalid, no_such_stream, told};

/// An input that names a stream by its name, its ARN or both.
pub(crate) trait Addressed {
    /// `StreamName`.
    fn name(&self) -> Option<&str>;
    /// `StreamARN`.
    fn arn(&self) -> Option<&str>;
}

macro_rules! addressed {
    ($($input:ident),* $(,)?) => {$(
        impl Addressed for api::$input {
            fn name(&self) -> Option<&str> {
                self.stream_name.as_deref()
            }

            fn arn(&self) -> Option<&str> {
                self.stream_arn.as_deref()
            }
        }
    )*};
}

addressed!(
    AddTagsToStreamInput,
    DecreaseStreamRetentionPeriodInput,
    DeleteStreamInput,
    DescribeStreamInput,
    DescribeStreamSummaryInput,
    DisableEnhancedMonitoringInput,
    EnableEnhancedMonitoringInput,
    GetShardIteratorInput,
    IncreaseStreamRetentionPeriodInput,
    ListShardsInput,
    ListTagsForStreamInput,
    MergeShardsInput,
    PutRecordInput,
    PutRecordsInput,
    RemoveTagsFromStreamInput,
    SplitShardInput,
    StartStreamEncryptionInput,
    StopStreamEncryptionInput,
    UpdateShardCountInput,
    UpdateStreamWarmThroughputInput,
);

macro_rules! by_arn {
    ($($input:ident: $arn:expr),* $(,)?) => {$(
        impl Addressed for api::$input {
            fn name(&self) -> Option<&str> {
                None
            }

            fn arn(&self) -> Option<&str> {
                let arn: fn(&api::$input) -> Option<&str> = $arn;
                arn(self)
            }
        }
    )*};
}

by_arn!(
    ListStreamConsumersInput: |i| Some(&i.stream_arn),
    RegisterStreamConsumerInput: |i| Some(&i.stream_arn),
    UpdateMaxRecordSizeInput: |i| i.stream_arn.as_deref(),
    UpdateStreamModeInput: |i| Some(&i.stream_arn),
);

/// What an operation on a stream touches.
pub(crate) fn access<I: Addressed>(ctx: &Ctx, input: &I) -> Result<Access, Error> {
    home(ctx, input).map(|home| Access::to(home.arn()))
}

/// The place of the stream that a request means.
pub(crate) fn home<I: Addressed>(ctx: &Ctx, input: &I) -> Result<Home, Error> {
    match (input.name(), input.arn()) {
        (name, Some(arn)) => {
            let home = stream_arn(ctx, arn)?;
            if name.is_some_and(|name| name != home.name) {
                return Err(invalid("StreamARN and StreamName do not name the same stream."));
            }
            Ok(home)
        }
        (Some(name), None) => Ok(own(ctx, name)),
        (None, None) => Err(invalid("Either StreamName or StreamARN must be provided.")),
    }
}

/// A stream of the caller's account in the region called.
pub(crate) fn own(ctx: &Ctx, name: &str) -> Home {
    Home { account: ctx.account(), region: ctx.region.clone(), name: name.to_owned() }
}

/// The place that a stream's ARN names.
pub(crate) fn stream_arn(ctx: &Ctx, arn: &str) -> Result<Home, Error> {
    match Home::of_arn(arn) {
        Some((home, None)) if home.region == ctx.region => Ok(home),
        Some((home, None)) => Err(no_such_stream(&home)),
        _ => Err(invalid(format!("Invalid StreamARN: {arn}"))),
    }
}

/// The stream and the consumer that an ARN names.
pub(crate) fn consumer_arn(ctx: &Ctx, arn: &str) -> Result<(Home, ConsumerName), Error> {
    match Home::of_arn(arn) {
        Some((home, Some(below))) if home.region == ctx.region => {
            let consumer = ConsumerName::read(&below).ok_or_else(|| invalid(format!("Invalid ConsumerARN: {arn}")))?;
            Ok((home, consumer))
        }
        _ => Err(invalid(format!("Invalid ConsumerARN: {arn}"))),
    }
}

/// The stream that a request means.
pub(crate) async fn stream<I: Addressed>(ctx: &Ctx, input: &I) -> Result<Arc<Stream>, Error> {
    find(ctx, &home(ctx, input)?).await
}

/// The stream at a place.
pub(crate) async fn find(ctx: &Ctx, home: &Home) -> Result<Arc<Stream>, Error> {
    ctx.state::<Kinesis>().engine().find(home).await.map_err(|refusal| told(home, refusal))
}

/// What an ARN of a resource names: a stream, or one of its consumers.
#[derive(Debug, Clone)]
pub(crate) enum Resource {
    /// A stream.
    Stream(Home),
    /// A consumer.
    Consumer(Home, ConsumerName),
}

impl Resource {
    /// Reads `ResourceARN`.
    pub(crate) fn read(ctx: &Ctx, arn: &str) -> Result<Self, Error> {
        match Home::of_arn(arn) {
            Some((_, None)) => stream_arn(ctx, arn).map(Self::Stream),
            Some(_) => consumer_arn(ctx, arn).map(|(home, consumer)| Self::Consumer(home, consumer)),
            None => Err(invalid(format!("Invalid ResourceARN: {arn}"))),
        }
    }

    /// The stream's place.
    pub(crate) fn home(&self) -> &Home {
        match self {
            Self::Stream(home) | Self::Consumer(home, _) => home,
        }
    }
}

/// What an operation on a stream or consumer touches.
pub(crate) fn access_to_resource(ctx: &Ctx, arn: &str) -> Result<Access, Error> {
    Resource::read(ctx, arn)?;
    Ok(Access::to(arn))
}
