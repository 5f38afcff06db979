//! Data protection policies of topics.

use api_sns::{
    GetDataProtectionPolicy, GetDataProtectionPolicyInput, GetDataProtectionPolicyOutput, PutDataProtectionPolicy,
    PutDataProtectionPolicyInput, PutDataProtectionPolicyOutput,
};
use service_kit::{Ctx, Error, Outcome};

use super::{address, topic};
use crate::engine::protection::Protection;
use crate::error::invalid_because;
use crate::limits;

/// Shows a topic's policy; an empty one when there is none.
pub(crate) async fn get(ctx: &Ctx, input: GetDataProtectionPolicyInput) -> Outcome<GetDataProtectionPolicy> {
    let topic = address::topic(ctx, &input.resource_arn, "ResourceArn").await?;
    let policy = topic.record.protection.clone().unwrap_or_default();
    Ok(GetDataProtectionPolicyOutput { data_protection_policy: Some(policy) })
}

/// Sets a topic's policy; an empty one removes it.
pub(crate) async fn put(ctx: &Ctx, input: PutDataProtectionPolicyInput) -> Outcome<PutDataProtectionPolicy> {
    let home = address::home(ctx, &input.resource_arn, "ResourceArn")?;
    let policy = Some(input.data_protection_policy).filter(|policy| !policy.is_empty());
    policy.as_deref().map(check).transpose()?;
    topic::change(ctx, &home, |record| {
        record.protection.clone_from(&policy);
        Ok(())
    })
    .await?;
    Ok(PutDataProtectionPolicyOutput {})
}

/// Refuses what is no policy.
pub(crate) fn check(policy: &str) -> Result<(), Error> {
    if policy.len() > limits::PROTECTION_BYTES {
        return Err(invalid_because("DataProtectionPolicy", "policy is too long"));
    }
    Protection::parse(policy).map(|_| ()).map_err(|reason| invalid_because("DataProtectionPolicy", reason))
}
