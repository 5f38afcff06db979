//! Permissions: statements of a queue's policy, added and removed by label.

use api_sqs::{
    AddPermission, AddPermissionInput, AddPermissionOutput, RemovePermission, RemovePermissionInput,
    RemovePermissionOutput, errors,
};
use names::{AccountId, Arn};
use service_kit::{Ctx, Error, Outcome};

use super::address;
use super::attributes::{Attributes, Told};
use crate::Sqs;
use crate::engine::policy::{self, Permission, PermissionError};
use crate::engine::settings::Settings;
use crate::error::{invalid, missing};
use crate::limits;

/// Allows accounts to do things with a queue.
pub(crate) async fn add_permission(ctx: &Ctx, input: AddPermissionInput) -> Outcome<AddPermission> {
    let queue = address::queue(ctx, &input.queue_url).await?;
    check_label(&input.label)?;
    check_actions(&input.actions)?;
    let principals = principals(ctx, &input.aws_account_ids)?;
    let permission = Permission { label: &input.label, principals, actions: &input.actions };
    let arn = queue.home.arn().to_string();
    let add = |settings: &mut Settings| {
        let policy = policy::allow(settings.policy.as_deref(), &arn, &permission);
        settings.policy = Some(policy.map_err(|error| Told::Error(words(&input.label, error)))?);
        Ok(())
    };
    let added = ctx.state::<Sqs>().engine().change(&queue, add).await;
    added.map_err(|error: Told| error.told(ctx, &Attributes::new()))?;
    Ok(AddPermissionOutput {})
}

/// Takes back what was allowed under a label.
pub(crate) async fn remove_permission(ctx: &Ctx, input: RemovePermissionInput) -> Outcome<RemovePermission> {
    let queue = address::queue(ctx, &input.queue_url).await?;
    check_label(&input.label)?;
    let remove = |settings: &mut Settings| {
        let policy = policy::revoke(settings.policy.as_deref(), &input.label);
        settings.policy = policy.map_err(|error| Told::Error(words(&input.label, error)))?;
        Ok(())
    };
    let removed = ctx.state::<Sqs>().engine().change(&queue, remove).await;
    removed.map_err(|error: Told| error.told(ctx, &Attributes::new()))?;
    Ok(RemovePermissionOutput {})
}

fn words(label: &str, error: PermissionError) -> Error {
    match error {
        PermissionError::LabelTaken => invalid(label, "Label", "Already exists."),
        PermissionError::LabelUnknown => invalid(label, "Label", "can't find label."),
        PermissionError::TooMany => {
            let most = limits::POLICY_STATEMENTS;
            errors::over_limit(format!("{} statements were found, maximum allowed is {most}.", most + 1)).into()
        }
    }
}

fn check_label(label: &str) -> Result<(), Error> {
    if label.is_empty() {
        return Err(missing("Label"));
    }
    let letters = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let fine = letters && label.len() <= limits::BATCH_ID_LENGTH;
    let reason = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";
    if fine { Ok(()) } else { Err(invalid(label, "Label", reason)) }
}

fn check_actions(actions: &[String]) -> Result<(), Error> {
    if actions.is_empty() {
        return Err(missing("Actions"));
    }
    let known = |action: &str| action == "*" || SHARED.contains(&action);
    if let Some(action) = actions.iter().find(|action| !known(action)) {
        let reason = "Please refer to the appropriate WSDL for a list of valid actions. ";
        return Err(invalid(format!("SQS:{action}"), "ActionName", reason));
    }
    let (count, most) = (actions.len(), limits::PERMISSION_ACTIONS);
    if count > most {
        return Err(errors::over_limit(format!("{count} Actions were found, maximum allowed is {most}.")).into());
    }
    Ok(())
}

/// What can be allowed to others (`AddPermission` in the API reference).
const SHARED: [&str; 10] = [
    "ChangeMessageVisibility",
    "DeleteMessage",
    "GetQueueAttributes",
    "GetQueueUrl",
    "ListDeadLetterSourceQueues",
    "PurgeQueue",
    "ReceiveMessage",
    "SendMessage",
    "DeleteQueue",
    "SetQueueAttributes",
];

fn principals(ctx: &Ctx, accounts: &[String]) -> Result<Vec<String>, Error> {
    if accounts.is_empty() {
        return Err(missing("AWSAccountIds"));
    }
    let root = |account: AccountId| Arn::global(ctx.partition(), "iam", account, "root").to_string();
    let principals: Option<Vec<_>> = accounts.iter().map(|id| id.parse().ok().map(root)).collect();
    principals.ok_or_else(|| invalid(format!("{accounts:?}"), "PrincipalId", "Unable to verify."))
}
