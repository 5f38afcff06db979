//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

mod address;
mod attributes;
mod batch;
mod dead_letters;
mod draft;
mod message;
mod permission;
mod policies;
mod queue;
mod shown;
mod tags;
mod visibility;

pub(crate) use address::queue_of_path;
use address::{access, access_as};
use api_sqs as api;
pub(crate) use policies::QueuePolicies;
use service_kit::Operations;

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
        .on::<api::AddPermission>(|ctx, i| access(ctx, &i.queue_url), permission::add_permission)
        .on::<api::CancelMessageMoveTask>(dead_letters::access_by_task, dead_letters::cancel_message_move_task)
        .on::<api::ChangeMessageVisibility>(|ctx, i| access(ctx, &i.queue_url), visibility::change_message_visibility)
        .on::<api::ChangeMessageVisibilityBatch>(
            |ctx, i| access_as(ctx, &i.queue_url, "sqs:ChangeMessageVisibility"),
            visibility::change_message_visibility_batch,
        )
        .on::<api::CreateQueue>(queue::access_by_name, queue::create_queue)
        .on::<api::DeleteMessage>(|ctx, i| access(ctx, &i.queue_url), message::delete_message)
        .on::<api::DeleteMessageBatch>(
            |ctx, i| access_as(ctx, &i.queue_url, "sqs:DeleteMessage"),
            message::delete_message_batch,
        )
        .on::<api::DeleteQueue>(|ctx, i| access(ctx, &i.queue_url), queue::delete_queue)
        .on::<api::GetQueueAttributes>(|ctx, i| access(ctx, &i.queue_url), attributes::get_queue_attributes)
        .on::<api::GetQueueUrl>(queue::access_by_owner, queue::get_queue_url)
        .on::<api::ListDeadLetterSourceQueues>(
            |ctx, i| access(ctx, &i.queue_url),
            dead_letters::list_dead_letter_source_queues,
        )
        .on::<api::ListMessageMoveTasks>(
            |ctx, i| dead_letters::access_by_arn(ctx, &i.source_arn),
            dead_letters::list_message_move_tasks,
        )
        .on::<api::ListQueueTags>(|ctx, i| access(ctx, &i.queue_url), tags::list_queue_tags)
        .on::<api::ListQueues>(queue::access_to_list, queue::list_queues)
        .on::<api::PurgeQueue>(|ctx, i| access(ctx, &i.queue_url), queue::purge_queue)
        .on::<api::ReceiveMessage>(|ctx, i| access(ctx, &i.queue_url), message::receive_message)
        .on::<api::RemovePermission>(|ctx, i| access(ctx, &i.queue_url), permission::remove_permission)
        .on::<api::SendMessage>(|ctx, i| access(ctx, &i.queue_url), message::send_message)
        .on::<api::SendMessageBatch>(
            |ctx, i| access_as(ctx, &i.queue_url, "sqs:SendMessage"),
            message::send_message_batch,
        )
        .on::<api::SetQueueAttributes>(|ctx, i| access(ctx, &i.queue_url), attributes::set_queue_attributes)
        .on::<api::StartMessageMoveTask>(
            |ctx, i| dead_letters::access_by_arn(ctx, &i.source_arn),
            dead_letters::start_message_move_task,
        )
        .on::<api::TagQueue>(tags::access_to_tag, tags::tag_queue)
        .on::<api::UntagQueue>(tags::access_to_untag, tags::untag_queue)
}
