//! Destinations of notifications: tried with a test event before they are taken, and told one by one when they cannot be
//! reached. A destination's own policy decides whether S3 may send to it.

use std::sync::Arc;

use api_s3::{ErrorFacts, errors};
use names::Arn;
use serde_json::{Value, json};
use service_kit::{Caller, Ctx, Error, Fault, Parcel, Sender};

use crate::engine::bucket::Bucket;
use crate::engine::config::notice;
use crate::engine::config::notification::Rule;
use crate::error::with;
use crate::ops::address::bucket_arn;

/// Sends a test event to each destination. Those that do not take it are told together.
pub(super) async fn try_all(ctx: &Ctx, bucket: &Bucket, rules: &[Rule]) -> Result<(), Error> {
    let sender = Sender::service(ctx.cloud(), "s3.amazonaws.com", bucket.record.account, bucket_arn(ctx, &bucket.name));
    let body = notice::test_event(&bucket.name, ctx.now(), &ctx.request.id.to_string());
    let mut refused = Vec::new();
    for rule in rules {
        let Ok(to) = rule.arn.parse::<Arn>() else { continue };
        // What nobody can take deliveries for yet cannot be tried.
        if !ctx.cloud().receives(&to) {
            continue;
        }
        if let Err(error) = try_one(ctx, &sender, &to, &body).await {
            refused.push((rule.arn.clone(), reason(ctx, &to, &error).await));
        }
    }
    if refused.is_empty() { Ok(()) } else { Err(invalid(refused)) }
}

/// Queues and topics get the test event. A function does not: of it is only asked whether it could be invoked.
async fn try_one(ctx: &Ctx, sender: &Sender, to: &Arn, body: &str) -> Result<(), Error> {
    if let ("lambda", Some(region)) = (to.service.as_str(), to.region_code()) {
        let input = json!({"FunctionName": to.to_string(), "InvocationType": "DryRun"});
        return sender.call_json(&region, "lambda", "Invoke", &[], &input).await.map(drop);
    }
    let parcel = Parcel { id: ctx.random().u128(), body: body.to_owned(), ..Parcel::default() };
    ctx.cloud().deliver(sender, to, vec![parcel]).await.pop().map_or(Ok(()), |taken| taken.map(drop))
}

async fn reason(ctx: &Ctx, to: &Arn, error: &Error) -> String {
    let noun = match to.service.as_str() {
        "sqs" => "queue",
        "sns" => "topic",
        _ => return format!("Not authorized to invoke function [{to}]"),
    };
    let denied = match error {
        Error::Fault(Fault::AccessDenied { .. }) => true,
        Error::Modeled(error) => error.schema.status == 403,
        Error::Fault(_) => false,
    };
    // Whoever may not send is not told whether it is there; the owner of the bucket is.
    match denied && is_there(ctx, to).await {
        true => {
            format!("Permissions on the destination {noun} do not allow S3 to publish notifications from this bucket")
        }
        false => format!("The destination {noun} does not exist"),
    }
}

/// Whether a queue or topic is there.
async fn is_there(ctx: &Ctx, to: &Arn) -> bool {
    let (Some(account), Some(region)) = (to.account_id(), to.region_code()) else { return false };
    let (operation, input): (_, Value) = match to.service.as_str() {
        "sqs" => ("GetQueueUrl", json!({"QueueName": to.resource, "QueueOwnerAWSAccountId": to.account})),
        _ => ("GetTopicAttributes", json!({"TopicArn": to.to_string()})),
    };
    let caller = Arc::new(Caller::internal("s3", account));
    let sender = Sender { cloud: ctx.cloud().clone(), caller, source_arn: None };
    sender.call_json(&region, &to.service, operation, &[], &input).await.is_ok()
}

/// AWS numbers the destinations it could not reach.
fn invalid(refused: Vec<(String, String)>) -> Error {
    let mut facts = ErrorFacts::default();
    let places = [
        (&mut facts.argument_name1, &mut facts.argument_value1),
        (&mut facts.argument_name2, &mut facts.argument_value2),
        (&mut facts.argument_name3, &mut facts.argument_value3),
        (&mut facts.argument_name4, &mut facts.argument_value4),
        (&mut facts.argument_name5, &mut facts.argument_value5),
        (&mut facts.argument_name6, &mut facts.argument_value6),
        (&mut facts.argument_name7, &mut facts.argument_value7),
        (&mut facts.argument_name8, &mut facts.argument_value8),
        (&mut facts.argument_name9, &mut facts.argument_value9),
        (&mut facts.argument_name10, &mut facts.argument_value10),
    ];
    for ((name, value), (arn, reason)) in places.into_iter().zip(refused) {
        (*name, *value) = (Some(arn), Some(reason));
    }
    with(errors::invalid_argument("Unable to validate the following destination configurations"), facts)
}
