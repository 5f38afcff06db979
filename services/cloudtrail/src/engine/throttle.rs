//! The rate of lookups: a bucket of a second's calls for each account and region, refilled by the cloud's clock.

use std::collections::HashMap;

use names::{AccountId, Region, Timestamp};
use parking_lot::Mutex;

use crate::limits::LOOKUPS;

/// Buckets are looked through for full ones when there are this many.
const TOO_MANY: usize = 1_024;

/// The buckets, by who looks where.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<HashMap<(AccountId, Region), Bucket>>);

#[derive(Debug)]
struct Bucket {
    calls: f64,
    at: Timestamp,
}

impl Bucket {
    fn refill(&mut self, now: Timestamp) {
        self.calls = (self.calls + now.since(self.at).as_secs_f64() * LOOKUPS).min(LOOKUPS);
        self.at = now;
    }
}

impl Throttle {
    /// Counts a lookup; whether it may go on.
    pub(crate) fn admit(&self, account: AccountId, region: &Region, now: Timestamp) -> bool {
        let mut buckets = self.0.lock();
        if buckets.len() > TOO_MANY {
            buckets.retain(|_, bucket| {
                bucket.refill(now);
                bucket.calls < LOOKUPS
            });
        }
        let bucket = buckets.entry((account, region.clone())).or_insert(Bucket { calls: LOOKUPS, at: now });
        bucket.refill(now);
        let admitted = bucket.calls >= 1.0;
        bucket.calls -= if admitted { 1.0 } else { 0.0 };
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_a_second_in_each_account_and_region() {
        let throttle = Throttle::default();
        let (here, there) = (Region::default_region(), Region::parse("eu-west-1").unwrap());
        let at = |millis: i64| Timestamp::from_micros(millis * 1_000);
        for (region, millis, admitted) in [
            (&here, 0, true),
            (&here, 0, true),
            (&here, 0, false),
            (&there, 0, true),
            (&here, 499, false),
            (&here, 500, true),
            (&here, 900, false),
            (&here, 1_000, true),
            (&here, 9_000, true),
            (&here, 9_000, true),
            (&here, 9_000, false),
            // A clock that was set back gives nothing and takes nothing.
            (&here, 1_000, false),
            (&here, 1_500, true),
        ] {
            assert_eq!(throttle.admit(AccountId::DEFAULT, region, at(millis)), admitted, "{region:?} {millis}");
        }
    }
}
