//! Event notifications: who is told of what. Each destination is tried with a test event before it is taken.

use api_s3::{self as api, ErrorFacts, errors};
use names::Arn;
use service_kit::{Ctx, Error, Fault, Outcome, Parcel, Sender};

use super::kept;
use super::lifecycle::fresh_id;
use crate::engine::bucket::Bucket;
use crate::engine::config::notice;
use crate::engine::config::notification::{self, Rule};
use crate::error::with;
use crate::ops::address::{self, bucket_arn};

/// Sets the rules.
pub(super) async fn put_bucket_notification_configuration(
    ctx: &Ctx,
    input: api::PutBucketNotificationConfigurationInput,
) -> Outcome<api::PutBucketNotificationConfiguration> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let mut kept = input.notification_configuration;
    let rules = notification::check(&mut kept, || fresh_id(ctx))?;
    if input.skip_destination_validation != Some(true) {
        try_destinations(ctx, &bucket, &rules).await?;
    }
    if kept == api::NotificationConfiguration::default() {
        kept::remove::<api::NotificationConfiguration>(ctx, &input.bucket, None).await?;
    } else {
        kept::write(ctx, &bucket, kept).await?;
    }
    Ok(api::PutBucketNotificationConfigurationOutput {})
}

/// Sends a test event to each destination. Those that do not take it are told together.
async fn try_destinations(ctx: &Ctx, bucket: &Bucket, rules: &[Rule]) -> Result<(), Error> {
    let source = bucket_arn(ctx, &bucket.name);
    let sender = Sender::service(ctx.cloud(), "s3.amazonaws.com", bucket.record.account, source);
    let body = notice::test_event(&bucket.name, ctx.now(), &ctx.request.id.to_string());
    let mut refused = Vec::new();
    for rule in rules {
        let Ok(to) = rule.arn.parse::<Arn>() else { continue };
        // What nobody can take deliveries for yet cannot be tried.
        if !ctx.cloud().receives(&to) {
            continue;
        }
        let parcel = Parcel { id: ctx.random().u128(), body: body.clone(), ..Parcel::default() };
        if let Some(Err(error)) = ctx.cloud().deliver(&sender, &to, vec![parcel]).await.pop() {
            refused.push((rule.arn.clone(), reason(&to, &error)));
        }
    }
    if refused.is_empty() { Ok(()) } else { Err(invalid(refused)) }
}

fn reason(to: &Arn, error: &Error) -> String {
    let denied = match error {
        Error::Fault(Fault::AccessDenied { .. }) => true,
        Error::Modeled(error) => error.schema.status == 403,
        Error::Fault(_) => false,
    };
    match (to.service.as_str(), denied) {
        ("sqs", false) => "The destination queue does not exist".to_owned(),
        ("sqs", true) => "Permissions on the destination queue do not allow S3 to publish notifications from this bucket".to_owned(),
        ("sns", false) => "The destination topic does not exist".to_owned(),
        ("sns", true) => "Permissions on the destination topic do not allow S3 to publish notifications from this bucket".to_owned(),
        _ => format!("Not authorized to invoke function [{to}]"),
    }
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

/// Tells the rules.
pub(super) async fn get_bucket_notification_configuration(
    ctx: &Ctx,
    input: api::GetBucketNotificationConfigurationRequest,
) -> Outcome<api::GetBucketNotificationConfiguration> {
    let owner = input.expected_bucket_owner.as_deref();
    let (_, kept) = kept::find::<api::NotificationConfiguration>(ctx, &input.bucket, owner).await?;
    Ok(kept.unwrap_or_default())
}
