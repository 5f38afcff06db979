//! Every number Application Auto Scaling promises or refuses by, with where AWS says so.
//!
//! Sources: [user guide](https://docs.aws.amazon.com/autoscaling/application/userguide/) and
//! [API reference](https://docs.aws.amazon.com/autoscaling/application/APIReference/), pages named below.

use std::time::Duration;

/// How often each target is looked at: metrics are sums of minutes.
pub const PERIOD: Duration = Duration::from_secs(60);
/// Minutes in a row above the target before capacity grows ("Managing throughput capacity with DynamoDB auto scaling").
pub const MINUTES_ABOVE: u32 = 2;
/// Minutes in a row below before it shrinks (the same page).
pub const MINUTES_BELOW: u32 = 15;
/// Percents below the target that consumption must be before capacity shrinks: low alarms of policies with a target of 70
/// percent were seen at 50.
pub const LOW: f64 = 20.0;
/// Percents that a policy may have for its target ("Managing throughput capacity with DynamoDB auto scaling").
pub const TARGETS: std::ops::RangeInclusive<f64> = 20.0..=90.0;
/// Targets, policies and actions shown at once ("MaxResults").
pub const SHOWN: usize = 50;
/// How long activities are told ("DescribeScalingActivities": the last six weeks).
pub const ACTIVITY_LIFE: Duration = Duration::from_secs(42 * 86_400);
/// Scheduled actions of one target ("Quotas": 200).
pub const ACTIONS: usize = 200;
/// Policies of one target ("Quotas": 50).
pub const POLICIES: usize = 50;
