//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

mod destination;
mod document;
mod encryption;
mod record;
mod stream;
mod tags;

use std::sync::Arc;

use api_firehose as api;
use names::Tags;
use service_kit::{Access, BoxFuture, Ctx, Error, Operations, ResourcePolicies};

use crate::Firehose;
use crate::deliver::Post;
use crate::engine::Engine;
use crate::engine::stream::{Home, Stream};
use crate::error::told;

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
        .on::<api::CreateDeliveryStream>(stream::access_to_create, stream::create_delivery_stream)
        .on::<api::DeleteDeliveryStream>(|ctx, i| access(ctx, &i.delivery_stream_name), stream::delete_delivery_stream)
        .on::<api::DescribeDeliveryStream>(
            |ctx, i| access(ctx, &i.delivery_stream_name),
            stream::describe_delivery_stream,
        )
        .on::<api::ListDeliveryStreams>(|_, _| Ok(Access::any()), stream::list_delivery_streams)
        .on::<api::ListTagsForDeliveryStream>(
            |ctx, i| access(ctx, &i.delivery_stream_name),
            tags::list_tags_for_delivery_stream,
        )
        .on::<api::PutRecord>(|ctx, i| access(ctx, &i.delivery_stream_name), record::put_record)
        .on::<api::PutRecordBatch>(|ctx, i| access(ctx, &i.delivery_stream_name), record::put_record_batch)
        .on::<api::StartDeliveryStreamEncryption>(
            |ctx, i| access(ctx, &i.delivery_stream_name),
            encryption::start_delivery_stream_encryption,
        )
        .on::<api::StopDeliveryStreamEncryption>(
            |ctx, i| access(ctx, &i.delivery_stream_name),
            encryption::stop_delivery_stream_encryption,
        )
        .on::<api::TagDeliveryStream>(tags::access_to_tag, tags::tag_delivery_stream)
        .on::<api::UntagDeliveryStream>(tags::access_to_untag, tags::untag_delivery_stream)
        .on::<api::UpdateDestination>(destination::access_to_update, destination::update_destination)
}

/// What an operation on a delivery stream touches.
fn access(ctx: &Ctx, name: &str) -> Result<Access, Error> {
    Ok(Access::to(own(ctx, name).arn()))
}

/// A delivery stream of the caller's account in the region called.
fn own(ctx: &Ctx, name: &str) -> Home {
    Home { account: ctx.account(), region: ctx.region.clone(), name: name.to_owned() }
}

/// The delivery stream of a name.
async fn find(ctx: &Ctx, name: &str) -> Result<Arc<Stream>, Error> {
    let home = own(ctx, name);
    ctx.state::<Shared>().0.engine().find(&home).await.map_err(|refusal| told(&home, refusal))
}

/// What the service was declared with: shared with those who deliver.
pub(crate) struct Shared(pub Arc<Firehose>);

/// Who delivers for a delivery stream.
fn post(ctx: &Ctx, stream: Arc<Stream>) -> Post {
    Post { cloud: ctx.cloud().clone(), firehose: ctx.state::<Shared>().0.clone(), stream }
}

/// The tags of delivery streams, for whoever decides on access. They carry no policies.
pub(crate) struct StreamTags(pub Engine);

impl ResourcePolicies for StreamTags {
    fn policy<'a>(&'a self, _ctx: &'a Ctx, _resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move {
            let Some(home) = Home::of_arn(resource) else { return Ok(Tags::new()) };
            let stream = self.0.lookup(&home).await?;
            Ok(stream.map(|stream| stream.known().record.tags.clone()).unwrap_or_default())
        })
    }
}
