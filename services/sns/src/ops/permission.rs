//! Permissions: statements of a topic's policy, added and removed by label.

use api_sns::{
    AddPermission, AddPermissionInput, AddPermissionOutput, RemovePermission, RemovePermissionInput,
    RemovePermissionOutput,
};
use names::{AccountId, Arn};
use service_kit::{Ctx, Error, Outcome};

use super::{address, topic};
use crate::engine::policy::{self, PermissionError};
use crate::error::invalid;
use crate::limits;

/// Allows accounts to do things with a topic.
pub(crate) async fn add_permission(ctx: &Ctx, input: AddPermissionInput) -> Outcome<AddPermission> {
    let home = address::home(ctx, &input.topic_arn, "TopicArn")?;
    let root = |account: AccountId| Arn::global(ctx.partition(), "iam", account, "root").to_string();
    let principals: Option<Vec<_>> = input.aws_account_id.iter().map(|id| id.parse().ok().map(root)).collect();
    let principals = principals.filter(|all| !all.is_empty()).ok_or_else(|| invalid("AWSAccountId"))?;
    topic::change(ctx, &home, |record| {
        let present = record.attributes.get("Policy").cloned().unwrap_or_else(|| policy::usual(&home));
        let policy = policy::allow(&present, &home, &input.label, &principals, &input.action_name).map_err(words)?;
        record.attributes.insert("Policy".to_owned(), policy);
        Ok(())
    })
    .await?;
    Ok(AddPermissionOutput {})
}

/// Takes back what was allowed under a label.
pub(crate) async fn remove_permission(ctx: &Ctx, input: RemovePermissionInput) -> Outcome<RemovePermission> {
    let home = address::home(ctx, &input.topic_arn, "TopicArn")?;
    topic::change(ctx, &home, |record| {
        let present = record.attributes.get("Policy").cloned().unwrap_or_else(|| policy::usual(&home));
        record.attributes.insert("Policy".to_owned(), policy::revoke(&present, &input.label));
        Ok(())
    })
    .await?;
    Ok(RemovePermissionOutput {})
}

fn words(error: PermissionError) -> Error {
    match error {
        PermissionError::LabelTaken => invalid("Statement already exists"),
        PermissionError::OutOfScope => invalid("Policy statement action out of service scope!"),
        PermissionError::TooMany => {
            invalid(format!("Policy Reason: a policy can have at most {} statements", limits::POLICY_STATEMENTS))
        }
    }
}
