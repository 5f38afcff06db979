//! Shard-level metrics, switched on and off.

use api_kinesis::*;

use crate::cloud::*;

#[tokio::test]
async fn enable_and_disable_enhanced_monitoring() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let enabling = |metrics: &[MetricsName]| EnableEnhancedMonitoringInput {
        stream_name: some("s"),
        shard_level_metrics: metrics.to_vec(),
        ..Default::default()
    };
    let disabling = |metrics: &[MetricsName]| DisableEnhancedMonitoringInput {
        stream_name: some("s"),
        shard_level_metrics: metrics.to_vec(),
        ..Default::default()
    };
    let on = cloud.call::<EnableEnhancedMonitoring>(enabling(&[MetricsName::IncomingBytes])).await.unwrap();
    assert_eq!(on.current_shard_level_metrics, Some(Vec::new()));
    assert_eq!(on.desired_shard_level_metrics, Some(vec![MetricsName::IncomingBytes]));
    let on = cloud.call::<EnableEnhancedMonitoring>(enabling(&[MetricsName::All])).await.unwrap();
    assert_eq!(on.desired_shard_level_metrics.unwrap().len(), 7);
    let off = cloud.call::<DisableEnhancedMonitoring>(disabling(&[MetricsName::OutgoingBytes])).await.unwrap();
    assert_eq!(off.current_shard_level_metrics.unwrap().len(), 7);
    assert_eq!(off.desired_shard_level_metrics.unwrap().len(), 6);
    assert_eq!(describe(&cloud, "s").await.enhanced_monitoring[0].shard_level_metrics.as_ref().unwrap().len(), 6);
    let off = cloud.call::<DisableEnhancedMonitoring>(disabling(&[MetricsName::All])).await.unwrap();
    assert_eq!(off.desired_shard_level_metrics, Some(Vec::new()));
}
