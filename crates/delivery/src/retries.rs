//! When to try again: the four phases of SNS's delivery policies, of which everyone else's are special cases.
//!
//! Source of the phases: SNS developer guide, "Amazon SNS message delivery retries". AWS names the backoff functions and
//! shows a figure of them, without formulas; those here are documented at [`Curve`].

use std::time::Duration;

use names::Timestamp;
use runtime::Random;
use serde::{Deserialize, Serialize};

use crate::Why;

/// A schedule of retries. The first attempt is not a retry and is made at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retries {
    /// Retries without any pause.
    pub immediate: u32,
    /// Retries at [`Retries::shortest`] before the pauses grow.
    pub before: u32,
    /// Retries while the pauses grow from the shortest to the longest.
    pub growing: u32,
    /// Retries at [`Retries::longest`] after that.
    pub after: u32,
    /// The shortest pause.
    pub shortest: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// How pauses grow.
    pub curve: Curve,
    /// Whether each pause is drawn between half of it and the whole, so that not everything comes back at once.
    pub jitter: bool,
    /// A message older than this is given up, however many retries are left.
    pub oldest: Option<Duration>,
}

/// How pauses grow over `n` retries, from `a` to `b`; the `k`th counts from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Curve {
    /// By equal steps.
    Linear,
    /// By steps that grow by equal steps: the `k`th step is `k` times the first.
    Arithmetic,
    /// By equal factors, so that the last is the longest: `a · (b / a)^(k / (n - 1))`.
    Geometric,
    /// Doubling until the longest is reached: `min(b, a · 2^k)`.
    Exponential,
}

/// What follows a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Another attempt at this instant.
    At(Timestamp),
    /// None.
    GiveUp(Why),
}

impl Retries {
    /// SNS to endpoints of AWS (queues, functions, streams): 100,015 retries over 23 days.
    pub fn within_aws() -> Self {
        Self {
            immediate: 3,
            before: 2,
            growing: 10,
            after: 100_000,
            shortest: Duration::from_secs(1),
            longest: Duration::from_secs(20),
            curve: Curve::Exponential,
            jitter: false,
            oldest: None,
        }
    }

    /// SNS to endpoints of customers (mail, phones): 50 retries over 6 hours.
    pub fn to_customers() -> Self {
        Self {
            immediate: 0,
            before: 2,
            growing: 10,
            after: 38,
            shortest: Duration::from_secs(10),
            longest: Duration::from_secs(600),
            curve: Curve::Exponential,
            jitter: false,
            oldest: None,
        }
    }

    /// EventBridge: for 24 hours and up to 185 times, with growing pauses and jitter. Source: EventBridge user guide, "How
    /// EventBridge retries delivering events". Pauses are not published; these double from one second to ten minutes, which
    /// spreads 185 attempts over 24 hours.
    pub fn for_events() -> Self {
        Self {
            immediate: 0,
            before: 0,
            growing: 185,
            after: 0,
            shortest: Duration::from_secs(1),
            longest: Duration::from_secs(600),
            curve: Curve::Exponential,
            jitter: true,
            oldest: Some(Duration::from_secs(86_400)),
        }
    }

    /// No retries.
    pub fn none() -> Self {
        let none = Duration::ZERO;
        let (curve, jitter) = (Curve::Linear, false);
        Self {
            immediate: 0,
            before: 0,
            growing: 0,
            after: 0,
            shortest: none,
            longest: none,
            curve,
            jitter,
            oldest: None,
        }
    }

    /// How many retries there are.
    pub fn count(&self) -> u32 {
        self.immediate.saturating_add(self.before).saturating_add(self.growing).saturating_add(self.after)
    }

    /// The pause before a retry, the first being 0, without jitter; none when there are no more.
    pub fn pause(&self, retry: u32) -> Option<Duration> {
        let Some(retry) = retry.checked_sub(self.immediate) else { return Some(Duration::ZERO) };
        let Some(retry) = retry.checked_sub(self.before) else { return Some(self.shortest) };
        let Some(retry) = retry.checked_sub(self.growing) else { return Some(self.grown(retry)) };
        (retry < self.after).then_some(self.longest)
    }

    /// What follows when `attempts` have failed, the last one at `now`, of a message enqueued at `since`.
    ///
    /// A pause that would outlast the message's age ends with it: it is given up at that instant, without an attempt.
    pub fn next(&self, attempts: u32, since: Timestamp, now: Timestamp, random: &Random) -> Next {
        let Some(pause) = self.pause(attempts.saturating_sub(1)) else { return Next::GiveUp(Why::Exhausted) };
        if self.too_old(since, now) {
            return Next::GiveUp(Why::TooOld);
        }
        let at = now.plus(if self.jitter { jittered(pause, random) } else { pause });
        Next::At(self.oldest.map_or(at, |oldest| at.min(since.plus(oldest))))
    }

    /// Whether a message enqueued at `since` is too old to be tried.
    pub fn too_old(&self, since: Timestamp, now: Timestamp) -> bool {
        self.oldest.is_some_and(|oldest| since.plus(oldest) <= now)
    }

    fn grown(&self, k: u32) -> Duration {
        let (a, b) = (self.shortest.as_secs_f64(), self.longest.as_secs_f64().max(self.shortest.as_secs_f64()));
        let (k, last) = (f64::from(k), f64::from(self.growing.saturating_sub(1).max(1)));
        let seconds = match self.curve {
            Curve::Linear => a + (b - a) * k / last,
            Curve::Arithmetic => a + (b - a) * (k * (k + 1.0)) / (last * (last + 1.0)),
            Curve::Geometric if a > 0.0 => a * (b / a).powf(k / last),
            Curve::Geometric => a + (b - a) * k / last,
            Curve::Exponential => a * k.min(1_000.0).exp2(),
        };
        Duration::from_secs_f64(seconds.min(b))
    }
}

fn jittered(pause: Duration, random: &Random) -> Duration {
    let half = u64::try_from(pause.as_micros() / 2).unwrap_or(u64::MAX);
    Duration::from_micros(half.saturating_add(random.below(half.saturating_add(1))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp::from_secs(1_000_000);

    #[test]
    fn queues_are_tried_for_23_days() {
        let policy = Retries::within_aws();
        assert_eq!(policy.count(), 100_015);
        let pauses: Vec<_> = (0..17).map(|retry| policy.pause(retry).unwrap().as_secs()).collect();
        assert_eq!(pauses, [0, 0, 0, 1, 1, 1, 2, 4, 8, 16, 20, 20, 20, 20, 20, 20, 20]);
        assert_eq!(policy.pause(100_015), None);
        let total: Duration = (0..policy.count()).filter_map(|retry| policy.pause(retry)).sum();
        assert_eq!(total.as_secs() / 86_400, 23);
    }

    #[test]
    fn customers_are_tried_for_six_hours() {
        let policy = Retries::to_customers();
        let total: Duration = (0..policy.count()).filter_map(|retry| policy.pause(retry)).sum();
        assert_eq!(policy.count(), 50);
        assert_eq!(total.as_secs() / 3_600, 7, "AWS says more than 6 hours");
    }

    #[test]
    fn curves_grow_from_the_shortest_to_the_longest() {
        let policy = |curve| Retries {
            growing: 5,
            shortest: Duration::from_secs(1),
            longest: Duration::from_secs(16),
            curve,
            ..Retries::none()
        };
        for (curve, expected) in [
            (Curve::Linear, [1.0, 4.75, 8.5, 12.25, 16.0]),
            (Curve::Arithmetic, [1.0, 2.5, 5.5, 10.0, 16.0]),
            (Curve::Geometric, [1.0, 2.0, 4.0, 8.0, 16.0]),
            (Curve::Exponential, [1.0, 2.0, 4.0, 8.0, 16.0]),
        ] {
            let pauses: Vec<_> = (0..5).map(|k| policy(curve).pause(k).unwrap().as_secs_f64()).collect();
            assert_eq!(pauses, expected, "{curve:?}");
        }
    }

    #[test]
    fn age_ends_it_at_its_instant() {
        let policy = Retries { oldest: Some(Duration::from_secs(90)), ..Retries::to_customers() };
        let random = Random::seeded(1);
        let late = START.plus(Duration::from_secs(85));
        assert_eq!(policy.next(1, START, late, &random), Next::At(START.plus(Duration::from_secs(90))));
        let end = START.plus(Duration::from_secs(90));
        assert_eq!(policy.next(2, START, end, &random), Next::GiveUp(Why::TooOld));
        assert_eq!(Retries::none().next(1, START, START, &random), Next::GiveUp(Why::Exhausted));
    }

    proptest! {
        #[test]
        fn pauses_never_shrink_and_stay_in_bounds(
            counts in (0_u32..5, 0_u32..5, 0_u32..50, 0_u32..5),
            (a, b) in (0_u64..100, 0_u64..1_000),
            curve in prop_oneof![
                Just(Curve::Linear), Just(Curve::Arithmetic), Just(Curve::Geometric), Just(Curve::Exponential)
            ],
        ) {
            let (shortest, longest) = (Duration::from_secs(a), Duration::from_secs(a + b));
            let (immediate, before, growing, after) = counts;
            let policy = Retries {
                immediate, before, growing, after, shortest, longest, curve, jitter: false, oldest: None,
            };
            let pauses: Vec<_> = (0..policy.count()).map(|retry| policy.pause(retry).unwrap()).collect();
            prop_assert!(pauses.is_sorted(), "{pauses:?}");
            prop_assert!(pauses.iter().all(|pause| *pause <= longest));
            prop_assert_eq!(policy.pause(policy.count()), None);
        }
    }
}
