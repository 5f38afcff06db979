//! Queues: created, found, listed, purged, deleted.

use api_sqs::{
    CreateQueue, CreateQueueInput, CreateQueueOutput, DeleteQueue, DeleteQueueInput, DeleteQueueOutput, GetQueueUrl,
    GetQueueUrlInput, GetQueueUrlOutput, ListQueues, ListQueuesInput, ListQueuesOutput, PurgeQueue, PurgeQueueInput,
    PurgeQueueOutput, errors,
};
use names::AccountId;
use service_kit::{Access, AuthenticationFailure, Ctx, Error, Fault, Outcome, Principal, paging};

use super::address::{self, access_to, url};
use super::{attributes, tags};
use crate::Sqs;
use crate::engine::queue::Home;
use crate::engine::refusal::Refusal;
use crate::error::{invalid, invalid_text, missing, no_such_queue, told};
use crate::limits;

/// Creates a queue; creating it again as it is changes nothing.
pub(crate) async fn create_queue(ctx: &Ctx, input: CreateQueueInput) -> Outcome<CreateQueue> {
    let asked = input.attributes.unwrap_or_default();
    let settings = attributes::create(&asked)?;
    check_name(&input.queue_name, settings.fifo.is_some())?;
    let tags = input.tags.unwrap_or_default();
    tags::check(&input.queue_name, &tags)?;
    let home = own(ctx, &input.queue_name);
    let engine = ctx.state::<Sqs>().engine();
    let differs = |record: &_| attributes::difference(record, &settings, &asked);
    let queue = engine.create(&home, settings.clone(), tags, differs).await;
    let queue = queue.map_err(|refusal| attributes::refused(ctx, refusal, &asked))?;
    Ok(CreateQueueOutput { queue_url: Some(url(ctx, &queue.home)) })
}

/// Finds a queue by name, in another account too.
pub(crate) async fn get_queue_url(ctx: &Ctx, input: GetQueueUrlInput) -> Outcome<GetQueueUrl> {
    let home = named(ctx, &input)?;
    let queue = ctx.state::<Sqs>().engine().find(&home).await.map_err(|refusal| told(ctx, refusal))?;
    Ok(GetQueueUrlOutput { queue_url: Some(url(ctx, &queue.home)) })
}

/// Lists queues by the beginning of their names. Pages only when asked to.
pub(crate) async fn list_queues(ctx: &Ctx, input: ListQueuesInput) -> Outcome<ListQueues> {
    let prefix = input.queue_name_prefix.unwrap_or_default();
    let limit = page_size(input.max_results)?;
    let after = paging::position(ctx, &prefix, input.next_token.as_deref())?;
    let engine = ctx.state::<Sqs>().engine();
    let home = own(ctx, "");
    let names = engine.list(&home, &prefix, after.as_deref(), limit + 1).await?;
    let page = paging::page(ctx, &prefix, names, limit, Clone::clone);
    let urls: Vec<_> = page.items.iter().map(|name| url(ctx, &home.sibling(name))).collect();
    let next_token = page.next_token.filter(|_| input.max_results.is_some());
    Ok(ListQueuesOutput { queue_urls: (!urls.is_empty()).then_some(urls), next_token })
}

/// Deletes a queue with all its messages.
pub(crate) async fn delete_queue(ctx: &Ctx, input: DeleteQueueInput) -> Outcome<DeleteQueue> {
    let queue = address::queue(ctx, &input.queue_url).await?;
    let deleted = ctx.state::<Sqs>().engine().delete_queue(&queue).await;
    deleted.map_err(|refusal| told(ctx, refusal))?;
    Ok(DeleteQueueOutput {})
}

/// Removes all messages of a queue, once a minute.
pub(crate) async fn purge_queue(ctx: &Ctx, input: PurgeQueueInput) -> Outcome<PurgeQueue> {
    let queue = address::queue(ctx, &input.queue_url).await?;
    let purged = ctx.state::<Sqs>().engine().purge(&queue).await;
    purged.map_err(|refusal| match refusal {
        Refusal::PurgedRecently => {
            let text = format!("Only one PurgeQueue operation on {} is allowed every 60 seconds.", queue.home.name);
            errors::purge_queue_in_progress(text).into()
        }
        other => told(ctx, other),
    })?;
    Ok(PurgeQueueOutput {})
}

/// A queue of the caller's account in the region called.
pub(crate) fn own(ctx: &Ctx, name: &str) -> Home {
    Home { account: ctx.account(), region: ctx.region.clone(), name: name.to_owned() }
}

/// What creating a queue touches; with tags, tagging it too. Source: developer guide, "Amazon SQS cost allocation tags":
/// tags on creation need `sqs:TagQueue` beside `sqs:CreateQueue`.
pub(crate) fn access_by_name(ctx: &Ctx, input: &CreateQueueInput) -> Result<Access, Error> {
    signed(ctx)?;
    if input.queue_name.is_empty() {
        return Err(missing("QueueName"));
    }
    let access = Access::to(own(ctx, &input.queue_name).arn());
    let Some(tags) = input.tags.as_ref().filter(|tags| !tags.is_empty()) else { return Ok(access) };
    let access = tags::setting(access, tags);
    let tagging = access.clone().as_action("sqs:TagQueue");
    Ok(access.and(tagging))
}

/// What listing queues touches.
pub(crate) fn access_to_list(ctx: &Ctx, _input: &ListQueuesInput) -> Result<Access, Error> {
    signed(ctx)?;
    Ok(Access::any())
}

/// Refuses unsigned calls about queues of the caller's own: nobody has none.
fn signed(ctx: &Ctx) -> Result<(), Error> {
    match ctx.caller.principal {
        Principal::Anonymous => Err(Fault::Authentication(AuthenticationFailure::Missing).into()),
        _ => Ok(()),
    }
}

/// What finding a queue touches.
pub(crate) fn access_by_owner(ctx: &Ctx, input: &GetQueueUrlInput) -> Result<Access, Error> {
    named(ctx, input).map(|home| access_to(&home))
}

fn named(ctx: &Ctx, input: &GetQueueUrlInput) -> Result<Home, Error> {
    if input.queue_name.is_empty() {
        return Err(missing("QueueName"));
    }
    let owner = input.queue_owner_aws_account_id.as_deref().filter(|owner| !owner.is_empty());
    let account =
        owner.map_or(Ok(ctx.account()), |owner| owner.parse::<AccountId>().map_err(|_| no_such_queue(ctx)))?;
    Ok(Home { account, ..own(ctx, &input.queue_name) })
}

/// How many to show at once.
pub(crate) fn page_size(asked: Option<i32>) -> Result<usize, Error> {
    match asked {
        None => Ok(1_000),
        Some(count) if limits::PAGE.contains(&count) => Ok(usize::try_from(count).unwrap_or(1)),
        Some(count) => Err(invalid(count, "MaxResults", "Must be between 1 and 1000, if provided.")),
    }
}

fn check_name(name: &str, fifo: bool) -> Result<(), Error> {
    let letters = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let length = limits::NAME_LENGTH.contains(&name.len());
    if fifo {
        let stem = name.strip_suffix(".fifo").filter(|stem| !stem.is_empty());
        return if length && stem.is_some_and(letters) { Ok(()) } else { Err(invalid_text(FIFO_NAME)) };
    }
    if length && letters(name) { Ok(()) } else { Err(invalid_text(NAME)) }
}

const NAME: &str = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";
const FIFO_NAME: &str = "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must \
                         end with .fifo suffix and be 1 to 80 in length";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, fifo) in [("a", false), ("A-_9", false), (&*"x".repeat(80), false), ("a.fifo", true)] {
            assert!(check_name(name, fifo).is_ok(), "{name}");
        }
        let long = format!("{}.fifo", "x".repeat(76));
        for (name, fifo) in [
            ("", false),
            ("a.b", false),
            ("a.fifo", false),
            ("a", true),
            (".fifo", true),
            ("a/b", false),
            (&*long, true),
        ] {
            assert!(check_name(name, fifo).is_err(), "{name}");
        }
    }
}
