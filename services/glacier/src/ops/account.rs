//! What holds for a whole account: the data retrieval policy, and provisioned capacity.

use api_glacier::{
    DataRetrievalPolicy, DataRetrievalRule, GetDataRetrievalPolicy, GetDataRetrievalPolicyInput,
    GetDataRetrievalPolicyOutput, ListProvisionedCapacity, ListProvisionedCapacityInput, ListProvisionedCapacityOutput,
    ProvisionedCapacityDescription, PurchaseProvisionedCapacity, PurchaseProvisionedCapacityInput,
    PurchaseProvisionedCapacityOutput, SetDataRetrievalPolicy, SetDataRetrievalPolicyInput,
    SetDataRetrievalPolicyOutput,
};
use service_kit::{Ctx, Outcome};

use super::address::{engine, home};
use crate::engine::Refusal;
use crate::engine::home::shown;
use crate::error::{invalid, limit, missing};

/// Sets how much may be retrieved.
pub(crate) async fn set_data_retrieval_policy(
    ctx: &Ctx,
    input: SetDataRetrievalPolicyInput,
) -> Outcome<SetDataRetrievalPolicy> {
    let rules = input.policy.and_then(|policy| policy.rules).unwrap_or_default();
    let [rule] = rules.as_slice() else { return Err(invalid("A data retrieval policy has exactly one rule.")) };
    let strategy = rule.strategy.as_deref().ok_or_else(|| missing("Required parameter missing: Strategy"))?;
    let rate = rule.bytes_per_hour.and_then(|rate| u64::try_from(rate).ok()).filter(|rate| *rate > 0);
    match (strategy, rate) {
        ("BytesPerHour", Some(_)) | ("FreeTier" | "None", None) => {}
        ("BytesPerHour", None) => return Err(invalid("Invalid BytesPerHour")),
        ("FreeTier" | "None", Some(_)) => return Err(invalid("BytesPerHour is for the strategy BytesPerHour only.")),
        _ => return Err(invalid(format!("Invalid strategy: {strategy}"))),
    }
    engine(ctx).set_retrieval(&home(ctx, &input.account_id), strategy, rate).await?;
    Ok(SetDataRetrievalPolicyOutput {})
}

/// Shows how much may be retrieved.
pub(crate) async fn get_data_retrieval_policy(
    ctx: &Ctx,
    input: GetDataRetrievalPolicyInput,
) -> Outcome<GetDataRetrievalPolicy> {
    let record = engine(ctx).retrieval(&home(ctx, &input.account_id)).await?;
    let bytes_per_hour = record.rate.and_then(|rate| i64::try_from(rate).ok());
    let rule = DataRetrievalRule { strategy: Some(record.strategy), bytes_per_hour };
    Ok(GetDataRetrievalPolicyOutput { policy: Some(DataRetrievalPolicy { rules: Some(vec![rule]) }) })
}

/// Buys capacity.
pub(crate) async fn purchase_provisioned_capacity(
    ctx: &Ctx,
    input: PurchaseProvisionedCapacityInput,
) -> Outcome<PurchaseProvisionedCapacity> {
    let bought = engine(ctx).buy_capacity(&home(ctx, &input.account_id)).await;
    let capacity_id = bought.map_err(|refusal| match refusal {
        Refusal::Store(error) => error.into(),
        _ => limit("The account has reached its limit of provisioned capacity units."),
    })?;
    Ok(PurchaseProvisionedCapacityOutput { capacity_id: Some(capacity_id) })
}

/// Lists capacity that was bought.
pub(crate) async fn list_provisioned_capacity(
    ctx: &Ctx,
    input: ListProvisionedCapacityInput,
) -> Outcome<ListProvisionedCapacity> {
    let found = engine(ctx).capacity(&home(ctx, &input.account_id)).await?;
    let list = found.into_iter().map(|(id, record)| ProvisionedCapacityDescription {
        capacity_id: Some(id),
        start_date: Some(shown(record.since)),
        expiration_date: Some(shown(record.until)),
    });
    Ok(ListProvisionedCapacityOutput { provisioned_capacity_list: Some(list.collect()) })
}
