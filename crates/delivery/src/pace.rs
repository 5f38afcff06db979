//! How fast a lane may go: so many intents in each second of the clock.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Duration;

use names::Timestamp;
use parking_lot::Mutex;

/// Lanes remembered before those of past seconds are forgotten.
const MANY: usize = 1_000;

/// What lanes with a rate used of the present second.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<HashMap<String, (i64, u32)>>);

impl Pace {
    /// Takes up to `wanted` intents of a lane's second; none tells that the second is used up, and when the next begins.
    pub(crate) fn take(&self, lane: &str, rate: NonZeroU32, wanted: usize, now: Timestamp) -> Result<usize, Timestamp> {
        let mut lanes = self.0.lock();
        if lanes.len() >= MANY {
            lanes.retain(|_, (second, _)| *second == now.secs());
        }
        let (second, used) = lanes.entry(lane.to_owned()).or_default();
        if *second != now.secs() {
            (*second, *used) = (now.secs(), 0);
        }
        let left = rate.get().saturating_sub(*used);
        if left == 0 {
            return Err(Timestamp::from_secs(now.secs()).plus(Duration::from_secs(1)));
        }
        let taken = u32::try_from(wanted).unwrap_or(u32::MAX).min(left);
        *used += taken;
        Ok(taken as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_a_second() {
        let (pace, rate) = (Pace::default(), NonZeroU32::new(3).unwrap());
        let now = Timestamp::from_millis(5_500);
        assert_eq!(pace.take("a", rate, 2, now), Ok(2));
        assert_eq!(pace.take("a", rate, 2, now), Ok(1));
        assert_eq!(pace.take("a", rate, 2, now), Err(Timestamp::from_secs(6)));
        assert_eq!(pace.take("b", rate, 2, now), Ok(2));
        assert_eq!(pace.take("a", rate, 9, Timestamp::from_secs(6)), Ok(3));
    }
}
