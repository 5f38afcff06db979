//! Field index policies: which fields are indexed. Queries here read what they must without indexes; the policies are kept and
//! shown, and held to AWS's limits.

use api_logs::{
    DeleteIndexPolicy, DeleteIndexPolicyInput, DeleteIndexPolicyOutput, DescribeFieldIndexes,
    DescribeFieldIndexesInput, DescribeFieldIndexesOutput, DescribeIndexPolicies, DescribeIndexPoliciesInput,
    DescribeIndexPoliciesOutput, FieldIndex, IndexPolicy, IndexSource, PutIndexPolicy, PutIndexPolicyInput,
    PutIndexPolicyOutput,
};
use serde_json::Value;
use service_kit::{Ctx, Error, Outcome};

use super::address::{self, engine};
use crate::engine::group::Group;
use crate::error::{invalid, missing, told};
use crate::store::Document;

/// Fields of one policy. Source: PutIndexPolicy.
const FIELDS: usize = 20;

/// Sets the policy of a group.
pub(crate) async fn put_index_policy(ctx: &Ctx, input: PutIndexPolicyInput) -> Outcome<PutIndexPolicy> {
    let place = address::identified(ctx, &input.log_group_identifier)?;
    check(&input.policy_document)?;
    let now = ctx.now();
    let changed = engine(ctx).change_group(&place.0, &place.1, |record| {
        let created = record.index.as_ref().map_or(now, |there| there.created);
        record.index = Some(Document { text: input.policy_document.clone(), created, updated: now });
        Ok(())
    });
    let group = changed.await.map_err(told)?;
    Ok(PutIndexPolicyOutput { index_policy: shown(&group) })
}

/// Removes the policy of a group.
pub(crate) async fn delete_index_policy(ctx: &Ctx, input: DeleteIndexPolicyInput) -> Outcome<DeleteIndexPolicy> {
    let place = address::identified(ctx, &input.log_group_identifier)?;
    if address::group_at(ctx, &place).await?.record.index.is_none() {
        return Err(missing("The specified index policy does not exist."));
    }
    let changed = engine(ctx).change_group(&place.0, &place.1, |record| {
        record.index = None;
        Ok(())
    });
    changed.await.map_err(told)?;
    Ok(DeleteIndexPolicyOutput {})
}

/// The policies of groups.
pub(crate) async fn describe_index_policies(
    ctx: &Ctx,
    input: DescribeIndexPoliciesInput,
) -> Outcome<DescribeIndexPolicies> {
    let mut found = Vec::new();
    for identifier in &input.log_group_identifiers {
        found.extend(shown(&address::group_at(ctx, &address::identified(ctx, identifier)?).await?));
    }
    Ok(DescribeIndexPoliciesOutput { index_policies: Some(found), next_token: None })
}

/// The fields that are indexed in groups.
pub(crate) async fn describe_field_indexes(
    ctx: &Ctx,
    input: DescribeFieldIndexesInput,
) -> Outcome<DescribeFieldIndexes> {
    let mut found = Vec::new();
    for identifier in &input.log_group_identifiers {
        let group = address::group_at(ctx, &address::identified(ctx, identifier)?).await?;
        let Some(there) = &group.record.index else { continue };
        found.extend(fields(&there.text).unwrap_or_default().into_iter().map(|name| FieldIndex {
            log_group_identifier: Some(group.arn()),
            field_index_name: Some(name),
            last_scan_time: Some(there.updated.millis()),
            ..FieldIndex::default()
        }));
    }
    Ok(DescribeFieldIndexesOutput { field_indexes: Some(found), next_token: None })
}

/// Refuses a document that is no index policy.
pub(crate) fn check(document: &str) -> Result<(), Error> {
    match fields(document) {
        Some(fields) if fields.is_empty() => Err(invalid("The policy document has no fields.")),
        Some(fields) if fields.len() > FIELDS => Err(crate::error::too_many()),
        Some(_) => Ok(()),
        None => Err(invalid("The policy document is not valid.")),
    }
}

/// `{"Fields": ["a"]}`, or with options: `{"FieldsV2": {"a": {"type": "FIELD_INDEX"}}}`.
fn fields(document: &str) -> Option<Vec<String>> {
    let document: Value = serde_json::from_str(document).ok()?;
    let listed = document["Fields"].as_array().map(Vec::as_slice).unwrap_or_default();
    let listed = listed.iter().map(|name| name.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()?;
    let named = document["FieldsV2"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
    document.is_object().then(|| listed.into_iter().chain(named).collect())
}

fn shown(group: &Group) -> Option<IndexPolicy> {
    let there = group.record.index.as_ref()?;
    Some(IndexPolicy {
        log_group_identifier: Some(group.arn()),
        last_update_time: Some(there.updated.millis()),
        policy_document: Some(there.text.clone()),
        policy_name: None,
        source: Some(IndexSource::LogGroup),
    })
}
