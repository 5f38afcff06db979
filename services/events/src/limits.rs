//! AWS's numbers. Source, unless said otherwise: "Amazon EventBridge quotas" of the user guide. Quotas that AWS raises on
//! request (rules and buses a region, requests a second) are not held here.

use std::time::Duration;

/// Targets of one rule.
pub const TARGETS_PER_RULE: usize = 5;
/// Bytes of all entries of one `PutEvents` together. Source: user guide, "Calculating PutEvents event entry size".
pub const ENTRIES_BYTES: usize = 256 * 1024;
/// Bytes that a time in an entry counts for. Source: the same page.
pub const TIME_BYTES: usize = 14;
/// Characters of a bus's policy. Source: API reference, `PolicyLengthExceededException`.
pub const POLICY_LENGTH: usize = 10_240;
/// Replays under way at a time, in an account and region.
pub const ACTIVE_REPLAYS: usize = 10;
/// Calls a second that an API destination takes when it says nothing. Source: user guide, "API destinations".
pub const DESTINATION_RATE: u32 = 300;
/// How long an API destination may take to answer. Source: the same page.
pub const DESTINATION_PATIENCE: Duration = Duration::from_secs(5);
/// How long an event source of a partner waits to be taken. Source: API reference, `EventSource`.
pub const SOURCE_EXPIRY: Duration = Duration::from_secs(14 * 86_400);
/// Items of a listing when nothing is said. Source: API reference, `Limit` of listings.
pub const PAGE: usize = 100;
/// How long a finished replay is remembered. Source: user guide, "Replaying archived events".
pub const REPLAY_MEMORY: Duration = Duration::from_secs(90 * 86_400);
