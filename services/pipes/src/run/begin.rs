//! Whether a pipe can run: its role can be taken on and may read the source, and the source is there. Where the pipe is to
//! begin with the latest, that is noted now. Texts are AWS's as people met them.

use names::Arn;
use service_kit::{Error, Fault, Sender};
use store::StoreError;

use super::{Moving, Running};
use crate::calls::{self, Position};
use crate::engine::plan::{Kind, Source, Start};
use crate::store::{Checkpoint, State};

/// Why a pipe is not begun.
pub(super) enum Trouble {
    /// The store.
    Store(StoreError),
    /// With the reason that the pipe shows.
    Refused(String),
}

/// What reasons begin with.
const INVALID: &str = "Input parameter is invalid from the request due to : ";

impl Running {
    /// Looks at role and source.
    pub(super) async fn check(&self) -> Result<(), Trouble> {
        let Moving { plan, pipe, .. } = &*self.0;
        let refused = |text: String| Trouble::Refused(format!("{INVALID}{text}"));
        self.0.engine.forget_roles(&self.0.arn);
        let sender = self.sender().await;
        let sender =
            sender.map_err(|_| refused(format!("The role {} cannot be assumed by EventBridge Pipes.", plan.role)))?;
        let source = &plan.source;
        match source.kind {
            Kind::Queue => {
                let may = calls::may_receive(&sender, &source.arn).await;
                may.map_err(|error| refused(queue_reason(&source.arn, &error)))
            }
            Kind::Kinesis(start) | Kind::DynamoDb(start) => {
                let first = matches!(pipe.state, State::Creating) && start == Start::Latest;
                match self.look(&sender, source, first).await {
                    Err(Look::Store(error)) => Err(Trouble::Store(error)),
                    Err(Look::Call(error)) => Err(refused(stream_reason(source, &error))),
                    Ok(()) => Ok(()),
                }
            }
        }
    }

    /// Lists the shards; those that are open begin with what is the latest now, when `latest`, and the others are over.
    async fn look(&self, sender: &Sender, source: &Source, latest: bool) -> Result<(), Look> {
        let Moving { engine, home, pipe, .. } = &*self.0;
        for shard in calls::shards(sender, source).await? {
            if !latest {
                let _ = calls::iterator(sender, source, &shard.id, Position::Oldest).await?;
                return Ok(());
            }
            let start = match shard.open {
                true => Some(calls::iterator(sender, source, &shard.id, Position::Latest).await?),
                false => None,
            };
            let checkpoint = Checkpoint { number: None, ended: start.is_none(), start };
            engine.note(home, pipe, &shard.id, &checkpoint).await.map_err(Look::Store)?;
        }
        Ok(())
    }
}

enum Look {
    Store(StoreError),
    Call(Error),
}

impl From<Error> for Look {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

fn queue_reason(queue: &Arn, error: &Error) -> String {
    match error {
        Error::Fault(Fault::AccessDenied { .. }) => {
            "The provided customer role does not have permissions to call ReceiveMessage on SQS".to_owned()
        }
        _ => format!("Error occurred while ReceiveMessage. SQS queue {queue} does not exist."),
    }
}

fn stream_reason(source: &Source, error: &Error) -> String {
    let Error::Fault(Fault::AccessDenied { .. }) = error else {
        return format!("Stream not found: {}", source.arn);
    };
    let actions = match source.kind {
        Kind::DynamoDb(_) => "GetRecords, GetShardIterator, DescribeStream, and ListStreams",
        _ => "GetRecords, GetShardIterator, DescribeStream, ListShards, and ListStreams",
    };
    format!(
        "Cannot access stream {}. Please ensure the role can perform the {actions} Actions on your stream in IAM.",
        source.arn
    )
}
