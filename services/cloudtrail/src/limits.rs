//! Every number CloudTrail promises or refuses by, with where AWS says so.
//!
//! Sources: [quotas](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html),
//! [record contents](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html),
//! [log files](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html),
//! [digest files](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html),
//! [insights](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-insights-events-with-cloudtrail.html), and
//! the pages of the operations named below in the [API reference](https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/).

use std::ops::RangeInclusive;
use std::time::Duration;

/// How long the event history reaches back (`LookupEvents`).
pub const HISTORY: Duration = Duration::from_secs(90 * 24 * 3_600);
/// Events of one page (`LookupEvents`).
pub const LOOKUP_PAGE: usize = 50;
/// Lookups a second in one account and region (`LookupEvents`).
pub const LOOKUPS: f64 = 2.0;
/// Bytes of `requestParameters` and of `responseElements`; beyond them the content is omitted (record contents).
pub const ELEMENTS_BYTES: usize = 100 * 1_024;
/// Bytes of `errorMessage` and `userAgent`; the rest is cut off (record contents).
pub const TEXT_BYTES: usize = 1_024;
/// Bytes of `errorCode` (record contents).
pub const CODE_BYTES: usize = 1_024;
/// Trails of a region, shadows of trails of other regions included (quotas).
pub const TRAILS: usize = 5;
/// Characters of a trail's name (`CreateTrail`).
pub const TRAIL_NAME: RangeInclusive<usize> = 3..=128;
/// Characters of `S3KeyPrefix` (`CreateTrail`).
pub const KEY_PREFIX: usize = 200;
/// Characters of `SnsTopicName` (`CreateTrail`).
pub const TOPIC_NAME: usize = 256;
/// Basic event selectors of a trail (quotas).
pub const SELECTORS: usize = 5;
/// Data resources of all basic event selectors of a trail (quotas).
pub const DATA_RESOURCES: usize = 250;
/// Values of all conditions of the advanced event selectors of a trail or event data store (quotas).
pub const CONDITIONS: usize = 500;
/// Characters of one value of a condition (`AdvancedFieldSelector`).
pub const CONDITION_LENGTH: RangeInclusive<usize> = 1..=2_048;
/// Tags of a resource (quotas).
pub const TAGS: usize = 50;
/// Trails that `DescribeTrails` may be asked for, and resources of `ListTags`.
pub const RESOURCES_ASKED: usize = 20;
/// How often log files are delivered: "about every five minutes" (log files).
pub const DELIVERY: Duration = Duration::from_secs(300);
/// How often digest files are delivered (digest files).
pub const DIGEST: Duration = Duration::from_secs(3_600);
/// Events of one log file, so that none grows without bound. Ours.
pub const FILE_EVENTS: usize = 5_000;
/// How long a signing key is used before another is made. Ours; AWS does not say how often it changes keys.
pub const SIGNING_KEY: Duration = Duration::from_secs(365 * 24 * 3_600);
/// How long is tried to deliver what a bucket does not take (log files: "CloudTrail will attempt to redeliver the log files to
/// your S3 bucket for 30 days").
pub const HELD: Duration = Duration::from_secs(30 * 24 * 3_600);
/// The period before an insight in which normal activity is measured (insights).
pub const BASELINE: Duration = Duration::from_secs(7 * 24 * 3_600);
/// Calls a minute below which no call rate is unusual. Ours; AWS does not publish its model.
pub const UNUSUAL_CALLS: u32 = 20;
/// Errors a minute below which no error rate is unusual. Ours.
pub const UNUSUAL_ERRORS: u32 = 10;
/// How many times the usual rate a rate must be to be unusual. Ours.
pub const UNUSUAL_TIMES: f64 = 5.0;
/// Values shown of each attribution of an insight (insights: "up to the top five").
pub const ATTRIBUTIONS: usize = 5;
/// Event data stores of a region, those pending deletion included (quotas).
pub const DATA_STORES: usize = 10;
/// Channels of a region (quotas).
pub const CHANNELS: usize = 25;
/// How long a deleted event data store can be restored (`DeleteEventDataStore`).
pub const RESTORABLE: Duration = Duration::from_secs(7 * 24 * 3_600);
/// Days of `RetentionPeriod` with one year of extendable retention pricing, the default (`CreateEventDataStore`).
pub const DEFAULT_RETENTION: i32 = 366;
/// The same with seven years of fixed retention pricing.
pub const FIXED_RETENTION: i32 = 2_557;
/// Data points of one page (`ListInsightsMetricData`).
pub const DATA_POINTS: usize = 21_600;
/// Resources kept of one action of one principal; beyond them its use is kept under a wildcard. Ours.
pub const USED_RESOURCES: usize = 200;
