//! What a policy decides of a target, from what was consumed in the last minutes. Pure.

use std::time::Duration;

use names::Timestamp;

use crate::limits;
use crate::store::{PolicyRecord, Suspended, TargetRecord};

/// A change of capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// To more.
    Out(i32),
    /// To less.
    In(i32),
}

/// What capacity must be to lie between the bounds, when it does not.
pub(crate) fn bounded(target: &TargetRecord, current: i32) -> Option<i32> {
    let within = current.clamp(target.least, target.most.max(target.least));
    (within != current).then_some(within)
}

/// What a policy decides. `minutes` are units consumed in each of the last minutes, the newest first; none of a minute in which
/// nothing was, for DynamoDB measures nothing then.
pub(crate) fn decide(
    policy: &PolicyRecord,
    target: &TargetRecord,
    current: i32,
    minutes: &[Option<f64>],
    now: Timestamp,
) -> Option<Verdict> {
    let Suspended { inwards, outwards, .. } = target.suspended;
    let per_second = |sum: f64| sum / limits::PERIOD.as_secs_f64();
    let utilised = |sum: f64| per_second(sum) / f64::from(current.max(1)) * 100.0;
    let in_a_row = |count: u32, meets: &dyn Fn(f64) -> bool| {
        let newest = minutes.iter().take(count as usize);
        newest.len() == count as usize && newest.copied().all(|sum| sum.is_some_and(|sum| meets(utilised(sum))))
    };
    let wanted = |sum: f64| units(per_second(sum) / policy.target * 100.0).clamp(target.least, target.most);
    let rested = |last: Option<Timestamp>, seconds: Option<u32>| {
        last.is_none_or(|last| last.plus(Duration::from_secs(seconds.unwrap_or_default().into())) <= now)
    };
    if in_a_row(limits::MINUTES_ABOVE, &|used| used > policy.target) {
        let most = minutes.iter().take(limits::MINUTES_ABOVE as usize).flatten().copied().fold(0.0, f64::max);
        let more = wanted(most);
        let free = !outwards && rested(policy.went_out, policy.out_cooldown);
        return (free && more > current).then_some(Verdict::Out(more));
    }
    if in_a_row(limits::MINUTES_BELOW, &|used| used < policy.target - limits::LOW) {
        let most = minutes.iter().take(limits::MINUTES_BELOW as usize).flatten().copied().fold(0.0, f64::max);
        let less = wanted(most);
        let free = !inwards && !policy.never_in && rested(policy.went_in, policy.in_cooldown);
        return (free && less < current).then_some(Verdict::In(less));
    }
    None
}

/// Whole units that are enough.
#[allow(clippy::cast_possible_truncation, reason = "bounded before")]
fn units(wanted: f64) -> i32 {
    wanted.ceil().clamp(1.0, f64::from(i32::MAX)) as i32
}

#[cfg(test)]
mod tests {
    use names::Tags;

    use super::*;

    fn target() -> TargetRecord {
        TargetRecord {
            id: String::new(),
            created: Timestamp::from_secs(0),
            least: 5,
            most: 100,
            role: String::new(),
            suspended: Suspended::default(),
            tags: Tags::new(),
        }
    }

    fn policy() -> PolicyRecord {
        PolicyRecord {
            arn: String::new(),
            created: Timestamp::from_secs(0),
            target: 70.0,
            out_cooldown: Some(60),
            in_cooldown: None,
            never_in: false,
            metric: String::new(),
            alarms: String::new(),
            went_out: None,
            went_in: None,
        }
    }

    fn decided(policy: &PolicyRecord, current: i32, per_second: &[Option<f64>]) -> Option<Verdict> {
        let minutes: Vec<_> = per_second.iter().map(|units| units.map(|units| units * 60.0)).collect();
        decide(policy, &target(), current, &minutes, Timestamp::from_secs(10_000))
    }

    #[test]
    fn two_minutes_above_make_more() {
        assert_eq!(decided(&policy(), 10, &[Some(14.0), Some(8.0)]), Some(Verdict::Out(20)));
        assert_eq!(decided(&policy(), 10, &[Some(14.0), Some(7.0)]), None, "seventy percent are not above");
        assert_eq!(decided(&policy(), 10, &[Some(14.0)]), None);
        assert_eq!(decided(&policy(), 10, &[Some(14_000.0), Some(8.0)]), Some(Verdict::Out(100)), "never beyond");
        let tired = PolicyRecord { went_out: Some(Timestamp::from_secs(9_990)), ..policy() };
        assert_eq!(decided(&tired, 10, &[Some(14.0), Some(8.0)]), None);
    }

    #[test]
    fn fifteen_minutes_below_make_less() {
        let quiet = [Some(7.0); 15];
        assert_eq!(decided(&policy(), 100, &quiet), Some(Verdict::In(10)));
        assert_eq!(decided(&policy(), 100, &[Some(50.0); 15]), None, "fifty percent are not below");
        assert_eq!(decided(&policy(), 100, &quiet[..14]), None);
        assert_eq!(decided(&policy(), 100, &[Some(0.1); 15]), Some(Verdict::In(5)), "never below");
        let mut silent = quiet;
        silent[3] = None;
        assert_eq!(decided(&policy(), 100, &silent), None, "where nothing is consumed nothing is measured");
        assert_eq!(decided(&PolicyRecord { never_in: true, ..policy() }, 100, &quiet), None);
    }

    #[test]
    fn bounds_hold() {
        assert_eq!(
            (bounded(&target(), 4), bounded(&target(), 50), bounded(&target(), 101)),
            (Some(5), None, Some(100))
        );
    }
}
