//! Tags of queues.

use api_sqs::{
    ListQueueTags, ListQueueTagsInput, ListQueueTagsOutput, TagQueue, TagQueueInput, TagQueueOutput, UntagQueue,
    UntagQueueInput, UntagQueueOutput,
};
use names::{TagViolation, Tags};
use service_kit::{Access, Ctx, Error, Outcome, tagging};

use super::address;
use super::attributes::{Attributes, Told};
use crate::Sqs;
use crate::error::{invalid, invalid_text, missing};

/// Adds tags to a queue, or changes them.
pub(crate) async fn tag_queue(ctx: &Ctx, input: TagQueueInput) -> Outcome<TagQueue> {
    let queue = address::queue(ctx, &input.queue_url).await?;
    if input.tags.is_empty() {
        return Err(missing("Tags"));
    }
    let name = &queue.home.name;
    let add = |tags: &Tags| tagging::add(tags, &input.tags).map_err(|violation| Told::Error(words(name, &violation)));
    let tagged = ctx.state::<Sqs>().engine().retag(&queue, add).await;
    tagged.map_err(|error| error.told(ctx, &Attributes::new()))?;
    Ok(TagQueueOutput {})
}

/// Removes tags from a queue.
pub(crate) async fn untag_queue(ctx: &Ctx, input: UntagQueueInput) -> Outcome<UntagQueue> {
    let queue = address::queue(ctx, &input.queue_url).await?;
    if input.tag_keys.is_empty() {
        return Err(missing("TagKeys"));
    }
    let remove = |tags: &Tags| Ok::<_, Told>(tagging::remove(tags, &input.tag_keys));
    let untagged = ctx.state::<Sqs>().engine().retag(&queue, remove).await;
    untagged.map_err(|error| error.told(ctx, &Attributes::new()))?;
    Ok(UntagQueueOutput {})
}

/// Shows a queue's tags; none when there are none.
pub(crate) async fn list_queue_tags(ctx: &Ctx, input: ListQueueTagsInput) -> Outcome<ListQueueTags> {
    let queue = address::queue(ctx, &input.queue_url).await?;
    let tags = queue.record().tags.clone();
    Ok(ListQueueTagsOutput { tags: (!tags.is_empty()).then_some(tags) })
}

/// What tagging a queue touches.
pub(crate) fn access_to_tag(ctx: &Ctx, input: &TagQueueInput) -> Result<Access, Error> {
    Ok(setting(address::access(ctx, &input.queue_url)?, &input.tags))
}

/// What removing tags touches.
pub(crate) fn access_to_untag(ctx: &Ctx, input: &UntagQueueInput) -> Result<Access, Error> {
    Ok(address::access(ctx, &input.queue_url)?.with_tag_keys(input.tag_keys.iter().map(String::as_str)))
}

/// With the tags that a call sets.
pub(crate) fn setting(access: Access, tags: &Tags) -> Access {
    access.with_request_tags(tags.iter().map(|(key, value)| (key.as_str(), value.as_str())))
}

/// Checks the tags of a queue to be created.
pub(crate) fn check(queue: &str, tags: &Tags) -> Result<(), Error> {
    TagViolation::check(tags).map_err(|violation| words(queue, &violation))
}

fn words(queue: &str, violation: &TagViolation) -> Error {
    match violation {
        TagViolation::TooMany => invalid_text(format!("Too many tags added for queue {queue}.")),
        TagViolation::KeyLength(key) => invalid(key, "TagKey", "Must be between 1 and 128 characters long."),
        TagViolation::ValueLength(value) => invalid(value, "TagValue", "Must be at most 256 characters long."),
        TagViolation::Characters(text) => {
            invalid(text, "Tag", "Can only contain letters, digits, whitespace, and these characters: _.:/=+-@")
        }
        TagViolation::Reserved(key) => invalid(key, "TagKey", "Tag keys must not begin with aws:"),
    }
}
