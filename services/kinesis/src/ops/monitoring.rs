//! Shard-level metrics, switched on and off.

use api_kinesis::{
    DisableEnhancedMonitoring, DisableEnhancedMonitoringInput, EnableEnhancedMonitoring, EnableEnhancedMonitoringInput,
    EnhancedMonitoringOutput, MetricsName,
};
use service_kit::{Ctx, Error, Outcome};

use super::address::{self, Addressed};
use super::shown;
use crate::Kinesis;
use crate::error::told;

/// What `ALL` stands for.
const ALL: [&str; 7] = [
    "IncomingBytes",
    "OutgoingRecords",
    "IteratorAgeMilliseconds",
    "IncomingRecords",
    "ReadProvisionedThroughputExceeded",
    "WriteProvisionedThroughputExceeded",
    "OutgoingBytes",
];

/// Switches metrics on.
pub(crate) async fn enable_enhanced_monitoring(
    ctx: &Ctx,
    input: EnableEnhancedMonitoringInput,
) -> Outcome<EnableEnhancedMonitoring> {
    let named = named(&input.shard_level_metrics);
    change(ctx, &input, |name, on| on || named.contains(&name)).await
}

/// Switches metrics off.
pub(crate) async fn disable_enhanced_monitoring(
    ctx: &Ctx,
    input: DisableEnhancedMonitoringInput,
) -> Outcome<DisableEnhancedMonitoring> {
    let named = named(&input.shard_level_metrics);
    change(ctx, &input, |name, on| on && !named.contains(&name)).await
}

fn named(asked: &[MetricsName]) -> Vec<&str> {
    let all = asked.contains(&MetricsName::All);
    if all { ALL.to_vec() } else { asked.iter().map(MetricsName::as_str).collect() }
}

async fn change<I: Addressed>(
    ctx: &Ctx,
    input: &I,
    is_on: impl Fn(&str, bool) -> bool,
) -> Result<EnhancedMonitoringOutput, Error> {
    let stream = address::stream(ctx, input).await?;
    let before = stream.known().record.metrics.clone();
    let engine = ctx.state::<Kinesis>().engine();
    let changed = engine.change(&stream, |record, _| {
        let was = |name: &str| record.metrics.iter().any(|there| there == name);
        let now = ALL.into_iter().filter(|name| is_on(name, was(name)));
        record.metrics = now.map(str::to_owned).collect();
        Ok(())
    });
    changed.await.map_err(|refusal| told(&stream.home, refusal))?;
    Ok(EnhancedMonitoringOutput {
        stream_name: Some(stream.home.name.clone()),
        current_shard_level_metrics: Some(shown::metrics(&before)),
        desired_shard_level_metrics: Some(shown::metrics(&stream.known().record.metrics)),
        stream_arn: Some(stream.home.arn().to_string()),
    })
}
