//! Resource policies of tables, kept and shown to whoever decides on access.

use api_dynamodb::{
    DeleteResourcePolicy, DeleteResourcePolicyInput, DeleteResourcePolicyOutput, GetResourcePolicy,
    GetResourcePolicyInput, GetResourcePolicyOutput, PutResourcePolicy, PutResourcePolicyInput,
    PutResourcePolicyOutput, errors,
};
use names::Tags;
use policy::{Kind, Policy};
use service_kit::{Access, BoxFuture, Ctx, Error, Outcome, ResourcePolicies};

use crate::Dynamo;
use crate::engine::Engine;
use crate::engine::refusal::Refusal;
use crate::engine::stream::of_arn;
use crate::engine::table::Home;
use crate::error::{invalid, told};
use crate::limits;
use crate::store::{PolicyRecord, TableRecord};

/// The policies and the tags of tables. Calls of other services that need a table are decided on with it too.
pub(crate) struct TablePolicies(pub(crate) Engine);

impl ResourcePolicies for TablePolicies {
    fn policy<'a>(&'a self, _: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(async move {
            let Some(home) = Home::of_arn(resource) else { return Ok(None) };
            let table = self.0.lookup(&home).await?;
            Ok(table.and_then(|table| slot(&table.state().record, resource).map(|policy| policy.document.clone())))
        })
    }

    fn tags<'a>(&'a self, _: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move {
            let Some(home) = Home::of_arn(resource) else { return Ok(Tags::new()) };
            let table = self.0.lookup(&home).await?;
            Ok(table.map(|table| table.state().record.tags.clone()).unwrap_or_default())
        })
    }
}

/// Attaches a policy, in place of the one before.
pub(crate) async fn put_resource_policy(ctx: &Ctx, input: PutResourcePolicyInput) -> Outcome<PutResourcePolicy> {
    let policy = checked(ctx, &input.policy)?;
    let revision = policy.revision.clone();
    let expected = input.expected_revision_id.as_deref();
    let kept = change(ctx, &input.resource_arn, expected, |before| match before {
        // The same text again keeps its revision.
        Some(before) if before.document == policy.document => Some(before),
        _ => Some(policy),
    });
    let kept = kept.await?.map_or(revision, |kept| kept.revision);
    Ok(PutResourcePolicyOutput { revision_id: Some(kept) })
}

/// Shows a policy.
pub(crate) async fn get_resource_policy(ctx: &Ctx, input: GetResourcePolicyInput) -> Outcome<GetResourcePolicy> {
    let home = home(&input.resource_arn)?;
    let table = ctx.state::<Dynamo>().engine().lookup(&home).await?;
    let table = table.ok_or_else(|| told(Refusal::NoTable(home.name)))?;
    let policy = slot(&table.state().record, &input.resource_arn).cloned().ok_or_else(|| none(&input.resource_arn))?;
    Ok(GetResourcePolicyOutput { policy: Some(policy.document), revision_id: Some(policy.revision) })
}

/// Detaches a policy; there need not be one.
pub(crate) async fn delete_resource_policy(
    ctx: &Ctx,
    input: DeleteResourcePolicyInput,
) -> Outcome<DeleteResourcePolicy> {
    let mut revision_id = None;
    let expected = input.expected_revision_id.as_deref();
    change(ctx, &input.resource_arn, expected, |before| {
        revision_id = before.map(|before| before.revision);
        None
    })
    .await?;
    Ok(DeleteResourcePolicyOutput { revision_id })
}

/// What a call on a policy touches.
pub(crate) fn access(arn: &str) -> Result<Access, Error> {
    home(arn).map(|_| Access::to(arn))
}

/// A policy that is one.
pub(crate) fn checked(ctx: &Ctx, text: &str) -> Result<PolicyRecord, Error> {
    if text.len() > limits::POLICY_BYTES {
        return Err(invalid("Resource policy exceeds the maximum size of 20 KB"));
    }
    Policy::parse(text, Kind::Resource)
        .map_err(|malformed| invalid(format!("Resource policy is invalid: {malformed}")))?;
    let revision = ctx.now().micros().unsigned_abs() / 1_000;
    Ok(PolicyRecord { document: text.to_owned(), revision: format!("{revision}{:06}", ctx.random().below(1_000_000)) })
}

async fn change(
    ctx: &Ctx,
    arn: &str,
    expected: Option<&str>,
    change: impl FnOnce(Option<PolicyRecord>) -> Option<PolicyRecord>,
) -> Result<Option<PolicyRecord>, Error> {
    let (home, engine) = (home(arn)?, ctx.state::<Dynamo>().engine());
    let table = engine.lookup(&home).await?.ok_or_else(|| told(Refusal::NoTable(home.name.clone())))?;
    let mut differs = false;
    let changed = engine.change(&table, |record| {
        let before = slot(record, arn).cloned();
        let revision = before.as_ref().map(|policy| policy.revision.as_str());
        differs = expected.is_some_and(|expected| expected != revision.unwrap_or("NO_POLICY"));
        if !differs {
            fill_slot(record, arn, change(before));
        }
        Ok(())
    });
    let changed = changed.await?;
    if differs { Err(none(arn)) } else { Ok(slot(&changed, arn).cloned()) }
}

/// The policy of the resource that an ARN is about: a stream has one of its own, indexes that of their table.
fn slot<'a>(record: &'a TableRecord, arn: &str) -> Option<&'a PolicyRecord> {
    match of_arn(arn) {
        Some((_, label)) => record.stream_policies.iter().find(|(known, _)| *known == label).map(|(_, policy)| policy),
        None => record.policy.as_ref(),
    }
}

fn fill_slot(record: &mut TableRecord, arn: &str, policy: Option<PolicyRecord>) {
    match of_arn(arn) {
        Some((_, label)) => {
            record.stream_policies.retain(|(known, _)| *known != label);
            record.stream_policies.extend(policy.map(|policy| (label, policy)));
        }
        None => record.policy = policy,
    }
}

fn home(arn: &str) -> Result<Home, Error> {
    // Permissions on indexes stand in their table's policy ("Resource-based policies for DynamoDB").
    let home = Home::of_arn(arn).filter(|_| !arn.contains("/index/"));
    home.ok_or_else(|| invalid(format!("Invalid resource ARN: {arn}")))
}

fn none(arn: &str) -> Error {
    errors::policy_not_found_exception(format!("Resource-based policy not found for the provided ResourceArn: {arn}"))
        .into()
}
