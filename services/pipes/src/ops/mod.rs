//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

mod address;
mod check;
mod merge;
mod pipe;
mod policies;
mod tags;

use address::pipe_access;
use api_pipes as api;
pub(crate) use policies::PipeTags;
use service_kit::{Access, Operations};

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
        .on::<api::CreatePipe>(pipe::access_to_create, pipe::create_pipe)
        .on::<api::DeletePipe>(|ctx, i| Ok(pipe_access(ctx, &i.name)), pipe::delete_pipe)
        .on::<api::DescribePipe>(|ctx, i| Ok(pipe_access(ctx, &i.name)), pipe::describe_pipe)
        .on::<api::ListPipes>(|_, _| Ok(Access::any()), pipe::list_pipes)
        .on::<api::ListTagsForResource>(|_, i| Ok(Access::to(&i.resource_arn)), tags::list_tags_for_resource)
        .on::<api::StartPipe>(|ctx, i| Ok(pipe_access(ctx, &i.name)), pipe::start_pipe)
        .on::<api::StopPipe>(|ctx, i| Ok(pipe_access(ctx, &i.name)), pipe::stop_pipe)
        .on::<api::TagResource>(tags::access_to_tag, tags::tag_resource)
        .on::<api::UntagResource>(tags::access_to_untag, tags::untag_resource)
        .on::<api::UpdatePipe>(pipe::access_to_update, pipe::update_pipe)
}
