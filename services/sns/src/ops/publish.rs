//! Publishing: to a topic, alone or in batches; to a phone; to an app.

use std::collections::{BTreeMap, HashSet};

use api_sns::{
    Publish, PublishBatch, PublishBatchInput, PublishBatchOutput, PublishBatchRequestEntry, PublishBatchResultEntry,
    PublishInput, PublishOutput, errors,
};
use service_kit::{Access, Ctx, Error, Outcome};

use super::address;
use super::draft::Publishing;
use crate::engine::message::{AttributeValue, Content, Draft, sequence_number, uuid};
use crate::engine::phone;
use crate::engine::place::Home;
use crate::engine::protection::{Direction, Finding};
use crate::engine::publish::Published;
use crate::engine::topic::Topic;
use crate::error::{invalid, invalid_because, not_authorized};
use crate::outlets::{push, sms};
use crate::{Sns, calls, limits};

/// What a message is published to.
enum Target {
    Topic(Home),
    Endpoint(String),
    Phone(String),
}

/// Publishes a message.
pub(crate) async fn publish(ctx: &Ctx, input: PublishInput) -> Outcome<Publish> {
    let target = target(ctx, &input)?;
    let publishing = Publishing {
        message: input.message,
        subject: input.subject,
        structure: input.message_structure,
        attributes: input.message_attributes,
        group: input.message_group_id,
        deduplication: input.message_deduplication_id,
        index: 0,
        own_alone: matches!(target, Target::Endpoint(_)),
    };
    let home = match target {
        Target::Topic(home) => home,
        Target::Phone(number) => return text(ctx, &number, publishing).await,
        Target::Endpoint(arn) => return to_app(ctx, &arn, publishing).await,
    };
    let topic = address::find(ctx, &home).await?;
    let draft = protected(ctx, &topic, publishing.check(ctx, Some(&topic))?)?;
    calls::may_encrypt(ctx, &topic).await?;
    let engine = ctx.state::<Sns>().engine();
    let published = engine.publish(&topic, vec![draft], &ctx.request.base_url).await?;
    let Published { id, sequence } = published[0];
    Ok(PublishOutput { message_id: Some(uuid(id)), sequence_number: sequence.map(sequence_number) })
}

/// Publishes up to ten messages together.
pub(crate) async fn publish_batch(ctx: &Ctx, input: PublishBatchInput) -> Outcome<PublishBatch> {
    let topic = address::topic(ctx, &input.topic_arn, "TopicArn").await?;
    check_entries(&input.publish_batch_request_entries)?;
    let (mut ids, mut publishings) = (Vec::new(), Vec::new());
    for (index, entry) in input.publish_batch_request_entries.into_iter().enumerate() {
        ids.push(entry.id);
        publishings.push(Publishing {
            message: entry.message,
            subject: entry.subject,
            structure: entry.message_structure,
            attributes: entry.message_attributes,
            group: entry.message_group_id,
            deduplication: entry.message_deduplication_id,
            index,
            own_alone: false,
        });
    }
    if publishings.iter().map(Publishing::size).sum::<usize>() > limits::MESSAGE_BYTES {
        let text = "The length of all the messages put together is more than the limit.";
        return Err(errors::batch_request_too_long_exception(text).into());
    }
    let drafts = publishings.into_iter().map(|one| protected(ctx, &topic, one.check(ctx, Some(&topic))?));
    let drafts = drafts.collect::<Result<Vec<_>, Error>>()?;
    calls::may_encrypt(ctx, &topic).await?;
    let published = ctx.state::<Sns>().engine().publish(&topic, drafts, &ctx.request.base_url).await?;
    let successful = ids.into_iter().zip(published).map(|(id, one)| PublishBatchResultEntry {
        id: Some(id),
        message_id: Some(uuid(one.id)),
        sequence_number: one.sequence.map(sequence_number),
    });
    Ok(PublishBatchOutput { successful: Some(successful.collect()), failed: Some(Vec::new()) })
}

fn target(ctx: &Ctx, input: &PublishInput) -> Result<Target, Error> {
    if let Some(number) = &input.phone_number {
        return Ok(Target::Phone(number.clone()));
    }
    if let Some(arn) = &input.topic_arn {
        return address::home(ctx, arn, "TopicArn").map(Target::Topic);
    }
    let none = || invalid_because("TopicArn or TargetArn", "no value for required parameter");
    let arn = input.target_arn.as_deref().ok_or_else(none)?;
    address::check_arn(arn, "TargetArn")?;
    if arn.contains(":endpoint/") {
        return Ok(Target::Endpoint(arn.to_owned()));
    }
    address::home(ctx, arn, "TargetArn").map(Target::Topic)
}

/// The message as the topic's data protection policy lets it in.
fn protected(ctx: &Ctx, topic: &Topic, draft: Draft) -> Result<Draft, Error> {
    let publisher = ctx.caller.arn(ctx.partition());
    let look = |text: &str| topic.protection.look(Direction::Inbound, &publisher, text, &draft.attributes);
    let mut clean = draft.clone();
    let texts = std::iter::once((None, &draft.content.usual));
    let own = draft.content.by_protocol.iter().map(|(name, text)| (Some(name), text));
    for (protocol, text) in texts.chain(own) {
        match look(text) {
            Finding::Clear => {}
            Finding::Denied => return Err(not_authorized("Message was denied by the topic's data protection policy")),
            Finding::Changed(text, attributes) => {
                clean.attributes = attributes;
                match protocol {
                    None => clean.content.usual = text,
                    Some(protocol) => drop(clean.content.by_protocol.insert(protocol.clone(), text)),
                }
            }
        }
    }
    Ok(clean)
}

async fn text(ctx: &Ctx, number: &str, publishing: Publishing) -> Outcome<Publish> {
    let wrong = || invalid_because("PhoneNumber", format!("{number} is not valid to publish to"));
    let to = phone::endpoint(number).ok_or_else(wrong)?;
    let draft = publishing.check(ctx, None)?;
    let id = ctx.random().u128();
    let attributes: BTreeMap<_, _> = draft
        .attributes
        .iter()
        .filter_map(|(name, one)| match &one.value {
            AttributeValue::Text(text) => Some((name.clone(), text.clone())),
            AttributeValue::Blob(_) => None,
        })
        .collect();
    let (engine, text) = (ctx.state::<Sns>().engine(), draft.content.told("sms").to_owned());
    let draft = sms::Draft { to: &to, text: &text, message: id, attributes: &attributes };
    let number = engine.number().await?;
    // Whether it was sent is told by delivery status alone, as by AWS.
    let sent = sms::send(engine, ctx.account(), &ctx.region, "", &draft, number).await?;
    tracing::debug!(?sent, "a text message");
    Ok(PublishOutput { message_id: Some(uuid(id)), sequence_number: None })
}

async fn to_app(ctx: &Ctx, arn: &str, publishing: Publishing) -> Outcome<Publish> {
    let content: Content = publishing.check(ctx, None)?.content;
    let (engine, id) = (ctx.state::<Sns>().engine(), ctx.random().u128());
    push::send(engine, arn, &content, id, engine.number().await?).await?;
    Ok(PublishOutput { message_id: Some(uuid(id)), sequence_number: None })
}

fn check_entries(entries: &[PublishBatchRequestEntry]) -> Result<(), Error> {
    if entries.is_empty() {
        return Err(errors::empty_batch_request_exception("The batch request doesn't contain any entries.").into());
    }
    if entries.len() > limits::BATCH_ENTRIES {
        let text = "The batch request contains more entries than permissible.";
        return Err(errors::too_many_entries_in_batch_request_exception(text).into());
    }
    let mut seen = HashSet::new();
    for PublishBatchRequestEntry { id, .. } in entries {
        if !seen.insert(id) {
            let text = "Two or more batch entries in the request have the same Id.";
            return Err(errors::batch_entry_ids_not_distinct_exception(text).into());
        }
        let what = if id.len() > limits::BATCH_ID_LENGTH {
            "is too long"
        } else if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
            "contains an impermissible character"
        } else {
            continue;
        };
        let text = format!("The Id of a batch entry in the batch request {what}: {id}");
        return Err(errors::invalid_batch_entry_id_exception(text).into());
    }
    Ok(())
}

/// What publishing touches: the topic, or nothing that has a name.
pub(crate) fn access(ctx: &Ctx, input: &PublishInput) -> Result<Access, Error> {
    match target(ctx, input)? {
        Target::Topic(home) => address::access(ctx, &home.arn(), "TopicArn"),
        Target::Endpoint(arn) => Ok(Access::to(arn)),
        Target::Phone(_) if input.message.is_empty() => Err(invalid("Empty message")),
        Target::Phone(_) => Ok(Access::any()),
    }
}
