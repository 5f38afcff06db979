//! What other services send to a log group: each parcel becomes an event, written in the sender's name, so that the group's
//! resource policy or the sender's role decides. A parcel that comes twice is written twice, as on AWS.

use api_logs::{CreateLogStream, CreateLogStreamInput, InputLogEvent, PutLogEvents, PutLogEventsInput};
use names::Arn;
use service_kit::{BoxFuture, Error, Parcel, Receipt, Receiver, Sender};

use crate::engine::home::Home;
use crate::error::invalid;

/// The log groups, as receivers.
pub(crate) struct Groups;

impl Receiver for Groups {
    fn receive<'a>(
        &'a self,
        sender: &'a Sender,
        to: &'a Arn,
        parcels: Vec<Parcel>,
    ) -> BoxFuture<'a, Vec<Result<Receipt, Error>>> {
        Box::pin(async move {
            let mut receipts = Vec::with_capacity(parcels.len());
            for parcel in parcels {
                receipts.push(take(sender, to, parcel).await);
            }
            receipts
        })
    }
}

async fn take(sender: &Sender, to: &Arn, parcel: Parcel) -> Result<Receipt, Error> {
    let (home, group) = Home::of_group_arn(&to.to_string()).ok_or_else(|| invalid(format!("{to} is no log group.")))?;
    let asked = &parcel.parameters["CloudWatchLogsParameters"];
    let stream = asked["LogStreamName"].as_str().map_or_else(|| stream_of(sender), str::to_owned);
    let now = sender.cloud.runtime().clock.now();
    let timestamp = asked["Timestamp"].as_str().and_then(|at| at.parse().ok()).unwrap_or(now.millis());
    let put = || PutLogEventsInput {
        log_group_name: group.clone(),
        log_stream_name: stream.clone(),
        log_events: vec![InputLogEvent { timestamp, message: parcel.body.clone() }],
        ..PutLogEventsInput::default()
    };
    match sender.call::<PutLogEvents>(&home.region, &[], put()).await {
        Err(Error::Modeled(error)) if error.schema.code == "ResourceNotFoundException" => {
            let input = CreateLogStreamInput { log_group_name: group.clone(), log_stream_name: stream.clone() };
            match sender.call::<CreateLogStream>(&home.region, &[], input).await {
                Err(Error::Modeled(error)) if error.schema.code == "ResourceAlreadyExistsException" => {}
                other => other.map(|_| ())?,
            }
            sender.call::<PutLogEvents>(&home.region, &[], put()).await?;
        }
        other => other.map(|_| ())?,
    }
    Ok(Receipt { id: format!("{:032x}", parcel.id), answer: None })
}

/// A stream for each sender, named after it: EventBridge names its streams by ids that mean nothing to others.
fn stream_of(sender: &Sender) -> String {
    let source = sender.source_arn.as_deref().unwrap_or("delivered");
    let name = source.splitn(6, ':').last().unwrap_or(source);
    name.chars().map(|c| if matches!(c, ':' | '*') { '-' } else { c }).take(512).collect()
}
