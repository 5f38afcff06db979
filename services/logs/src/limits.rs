//! Quotas and sizes. Source, where nothing else is said: CloudWatch Logs user guide, "CloudWatch Logs quotas", and PutLogEvents
//! of the API reference.

use std::time::Duration;

/// Bytes of one batch, [`EVENT_OVERHEAD`] of each event included.
pub const BATCH_BYTES: usize = 1_048_576;
/// Bytes that each event counts beside its message.
pub const EVENT_OVERHEAD: usize = 26;
/// Bytes of one event, with its overhead.
pub const EVENT_BYTES: usize = 1_048_576;
/// The longest time between the first and the last event of a batch.
pub const BATCH_SPAN: Duration = Duration::from_secs(24 * 3_600);
/// How old an event may be.
pub const OLDEST: Duration = Duration::from_secs(14 * 24 * 3_600);
/// How far in the future an event may be.
pub const NEWEST: Duration = Duration::from_secs(2 * 3_600);
/// Days for which events of the class DELIVERY are kept.
pub const DELIVERY_DAYS: u32 = 2;
/// Days that a group may keep its events.
pub const RETENTION_DAYS: [u32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1_096, 1_827, 2_192, 2_557, 2_922, 3_288, 3_653];
/// Events of one answer.
pub const PAGE_EVENTS: usize = 10_000;
/// Bytes of messages of one answer.
pub const PAGE_BYTES: usize = 1_048_576;
/// Events that one call of FilterLogEvents looks at before it answers with a token to go on. AWS tells that pages may be
/// empty and tells no number; ours bounds what one call costs.
pub const PAGE_SCANNED: usize = 50_000;
/// Subscription filters of a group.
pub const SUBSCRIPTIONS: usize = 2;
/// Metric filters of a group.
pub const METRIC_FILTERS: usize = 100;
/// Resource policies of an account in a region.
pub const RESOURCE_POLICIES: usize = 10;
/// Log groups of an account in a region.
pub const GROUPS: usize = 1_000_000;
/// Tags of a resource.
pub const TAGS: usize = 50;
/// Items on a page of a listing where nothing else is said.
pub const LIST_PAGE: usize = 50;
/// How long a data key of KMS is used again.
pub const DATA_KEY_LIFE: Duration = Duration::from_secs(300);
/// How long a subscriber is offered what it does not take.
pub const OFFERED: Duration = Duration::from_secs(24 * 3_600);
/// Bytes of messages in one envelope of a subscription: below what a record of Kinesis takes, in base64 too.
pub const ENVELOPE_BYTES: usize = 700 << 10;
/// Groups that a query may look at.
pub const QUERY_GROUPS: usize = 50;
/// Rows of an answer to a query.
pub const QUERY_ROWS: u32 = 10_000;
/// Rows when a query names no number.
pub const QUERY_ROWS_USUAL: u32 = 10_000;
/// How long a query may run.
pub const QUERY_TIME: Duration = Duration::from_secs(3_600);
/// How long answers to queries are kept.
pub const QUERY_KEPT: Duration = Duration::from_secs(7 * 24 * 3_600);
/// Queries at a time.
pub const QUERIES: usize = 100;
/// Fields discovered in one event of JSON.
pub const DISCOVERED: usize = 200;
/// How long a live tail may run.
pub const TAIL_TIME: Duration = Duration::from_secs(3 * 3_600);
/// Log groups of a live tail.
pub const TAIL_GROUPS: usize = 10;
/// Events of one update of a live tail.
pub const TAIL_EVENTS: usize = 500;
/// How long extracted metrics are kept while nobody takes them.
pub const METRICS_KEPT: Duration = Duration::from_secs(15 * 24 * 3_600);
