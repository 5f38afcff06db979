//! Activities: what was done to capacity, and why.

use api_application_autoscaling::{
    DescribeScalingActivities, DescribeScalingActivitiesInput, DescribeScalingActivitiesOutput, ScalingActivity,
    ScalingActivityStatusCode,
};
use service_kit::{Ctx, Outcome, paging};

use super::address::{self, own};
use crate::Scaling;
use crate::store::ActivityRecord;

/// Tells what was done, the latest first.
pub(crate) async fn describe_scaling_activities(
    ctx: &Ctx,
    input: DescribeScalingActivitiesInput,
) -> Outcome<DescribeScalingActivities> {
    let (engine, namespace) = (ctx.state::<Scaling>().engine(), input.service_namespace.as_str());
    let dimension = input.scalable_dimension.as_ref().map(|dimension| dimension.as_str());
    let mut found = engine.activities(&own(ctx), namespace).await?;
    found.retain(|(_, activity)| {
        dimension.is_none_or(|dimension| activity.dimension == dimension)
            && input.resource_id.as_ref().is_none_or(|resource| activity.resource == *resource)
    });
    let after = paging::position(ctx, namespace, input.next_token.as_deref())?;
    if let Some(after) = after {
        let at = found.iter().position(|(place, _)| position(*place) == after);
        found.drain(..at.map_or(0, |at| at + 1));
    }
    let page = paging::page(ctx, namespace, found, address::shown(input.max_results), |(place, _)| position(*place));
    let activities = page.items.into_iter().map(|(_, record)| shown(namespace, record)).collect();
    Ok(DescribeScalingActivitiesOutput { scaling_activities: Some(activities), next_token: page.next_token })
}

fn position((at, no): (i64, u64)) -> String {
    format!("{at} {no}")
}

fn shown(namespace: &str, record: ActivityRecord) -> ScalingActivity {
    ScalingActivity {
        activity_id: record.id,
        service_namespace: namespace.into(),
        resource_id: record.resource,
        scalable_dimension: record.dimension.into(),
        description: record.description,
        cause: record.cause,
        start_time: record.at,
        end_time: Some(record.at),
        status_code: if record.failure.is_some() {
            ScalingActivityStatusCode::Failed
        } else {
            ScalingActivityStatusCode::Successful
        },
        status_message: Some(record.message),
        details: record.failure,
        not_scaled_reasons: None,
    }
}
