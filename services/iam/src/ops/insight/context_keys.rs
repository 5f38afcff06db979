//! The condition keys that policies ask for, to know what a simulation must be told.

use std::collections::BTreeMap;

use api_iam::{
    GetContextKeysForCustomPolicy, GetContextKeysForCustomPolicyInput, GetContextKeysForCustomPolicyOutput,
    GetContextKeysForPrincipalPolicy, GetContextKeysForPrincipalPolicyInput, GetContextKeysForPrincipalPolicyOutput,
};
use policy::{Kind, Policy};
use service_kit::{Ctx, Error, Outcome};

use super::simulate::principal;
use crate::error::invalid;

/// Keys that the given policies ask for.
pub(crate) async fn get_context_keys_for_custom_policy(
    _ctx: &Ctx,
    input: GetContextKeysForCustomPolicyInput,
) -> Outcome<GetContextKeysForCustomPolicy> {
    let context_key_names = Some(keys(&input.policy_input_list)?);
    Ok(GetContextKeysForCustomPolicyOutput { context_key_names })
}

/// Keys that the policies of a user, group or role ask for, and those given beside.
pub(crate) async fn get_context_keys_for_principal_policy(
    ctx: &Ctx,
    input: GetContextKeysForPrincipalPolicyInput,
) -> Outcome<GetContextKeysForPrincipalPolicy> {
    let (_, grants) = principal(ctx, &input.policy_source_arn).await?;
    let mut documents = input.policy_input_list.unwrap_or_default();
    documents.extend(grants.into_iter().map(|grant| grant.document));
    let context_key_names = Some(keys(&documents)?);
    Ok(GetContextKeysForPrincipalPolicyOutput { context_key_names })
}

/// Keys as first written, each once whatever its case.
fn keys(documents: &[String]) -> Result<Vec<String>, Error> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for document in documents {
        let policy = parse(document)?;
        for key in policy.context_keys() {
            found.entry(key.to_lowercase()).or_insert_with(|| key.to_owned());
        }
    }
    Ok(found.into_values().collect())
}

/// A policy of whatever kind: keys of resource policies are asked for here too.
fn parse(document: &str) -> Result<Policy, Error> {
    let parsed = Policy::parse(document, Kind::Inline).or_else(|_| Policy::parse(document, Kind::Resource));
    parsed.map_err(|malformed| invalid(malformed.message))
}
