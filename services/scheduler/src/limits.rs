//! AWS's numbers. Quotas that AWS raises on request (a million schedules, 500 groups, invocations a second) are not held
//! here. Source: EventBridge Scheduler user guide, "Quotas".

/// Items of a listing when nothing is said. Source: API reference, `MaxResults` of `ListSchedules`.
pub const PAGE: usize = 100;
/// Schedules removed by one commit when their group is deleted.
pub const SWEEP: usize = 200;
/// Retries of an invocation when a schedule says nothing. Source: API reference, `RetryPolicy`.
pub const RETRIES: u32 = 185;
/// Seconds that an invocation is tried for when a schedule says nothing. Source: the same page.
pub const AGE: u64 = 86_400;
