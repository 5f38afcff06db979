//! The attribute that tells when an item may be deleted.

use api_dynamodb::{
    DescribeTimeToLive, DescribeTimeToLiveInput, DescribeTimeToLiveOutput, TimeToLiveDescription,
    TimeToLiveSpecification, TimeToLiveStatus, UpdateTimeToLive, UpdateTimeToLiveInput, UpdateTimeToLiveOutput,
};
use service_kit::{Ctx, Outcome};

use super::address;
use crate::Dynamo;
use crate::engine::refusal::Refusal;

/// Tells whether items expire, and by which attribute.
pub(crate) async fn describe_time_to_live(ctx: &Ctx, input: DescribeTimeToLiveInput) -> Outcome<DescribeTimeToLive> {
    let table = address::table(ctx, &input.table_name).await?;
    let attribute_name = table.state().record.expiry.clone();
    let status = if attribute_name.is_some() { TimeToLiveStatus::Enabled } else { TimeToLiveStatus::Disabled };
    let description = TimeToLiveDescription { time_to_live_status: Some(status), attribute_name };
    Ok(DescribeTimeToLiveOutput { time_to_live_description: Some(description) })
}

/// Lets items expire, or no longer.
pub(crate) async fn update_time_to_live(ctx: &Ctx, input: UpdateTimeToLiveInput) -> Outcome<UpdateTimeToLive> {
    let table = address::table(ctx, &input.table_name).await?;
    let TimeToLiveSpecification { enabled, attribute_name } = input.time_to_live_specification;
    let engine = ctx.state::<Dynamo>().engine();
    if table.state().is_strong() {
        return Err(Refusal::invalid(STRONG).into());
    }
    engine
        .change_everywhere(&table, |record| {
            record.expiry = match (&record.expiry, enabled) {
                (Some(_), true) => return Err(Refusal::invalid("TimeToLive is already enabled")),
                (None, false) => return Err(Refusal::invalid("TimeToLive is already disabled")),
                (Some(active), false) if *active != attribute_name => {
                    let text =
                        format!("TimeToLive is active on a different AttributeName: current AttributeName is {active}");
                    return Err(Refusal::Invalid(text));
                }
                (Some(_), false) => None,
                (None, true) => Some(attribute_name.clone()),
            };
            Ok(())
        })
        .await?;
    if enabled {
        engine.fill_expiries(&table).await?;
        for peer in engine.peers(&table).await? {
            engine.fill_expiries(&peer).await?;
        }
    }
    let specification = TimeToLiveSpecification { enabled, attribute_name };
    Ok(UpdateTimeToLiveOutput { time_to_live_specification: Some(specification) })
}

/// Nobody recorded AWS's text.
const STRONG: &str = "Time to Live is not supported on global tables configured for multi-Region strong consistency";
