//! Latencies in logarithmic buckets: constant memory, 1.6 % precision, no allocation while a load runs.

use std::time::Duration;

/// Buckets for each power of two.
const PER_OCTAVE: usize = 64;
/// log₂ of [`PER_OCTAVE`].
const BITS: u32 = PER_OCTAVE.trailing_zeros();
/// Enough for every `u64`.
const BUCKETS: usize = (64 - BITS as usize + 1) * PER_OCTAVE;

/// Counts of durations, by size.
#[derive(Clone)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    max: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS], total: 0, max: 0 }
    }
}

impl Histogram {
    /// Counts one duration. More than 584 years count as that.
    pub fn record(&mut self, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.counts[bucket(nanos)] += 1;
        self.total += 1;
        self.max = self.max.max(nanos);
    }

    /// Adds another's counts.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.total += other.total;
        self.max = self.max.max(other.max);
    }

    /// How many durations were counted.
    pub fn count(&self) -> u64 {
        self.total
    }

    /// The largest duration, exactly; zero when nothing was counted.
    pub fn max(&self) -> Duration {
        Duration::from_nanos(self.max)
    }

    /// A duration that the share `quantile` (0 to 1) of all does not exceed, at most 1/64 too large and never above the largest; zero when nothing
    /// was counted.
    pub fn quantile(&self, quantile: f64) -> Duration {
        // A product that rounding left a hair above a whole number is that number.
        let wanted = ((self.total as f64 * quantile - 1e-6).ceil() as u64).max(1);
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return Duration::from_nanos(upper(index).min(self.max));
            }
        }
        self.max()
    }
}

/// The bucket of a value: values below [`PER_OCTAVE`] have one each, above it the leading bits decide.
fn bucket(nanos: u64) -> usize {
    let octave = (u64::BITS - nanos.leading_zeros()).saturating_sub(BITS + 1);
    (octave as usize) * PER_OCTAVE + (nanos >> octave) as usize
}

/// The largest value of a bucket.
fn upper(index: usize) -> u64 {
    let octave = (index / PER_OCTAVE).saturating_sub(1);
    let leading = (index - octave * PER_OCTAVE) as u128 + 1;
    u64::try_from((leading << octave) - 1).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_counted_is_zero() {
        let empty = Histogram::default();
        assert_eq!((empty.count(), empty.max(), empty.quantile(0.99)), (0, Duration::ZERO, Duration::ZERO));
    }

    #[test]
    fn the_whole_range_has_a_bucket() {
        for nanos in [0, 1, 63, 64, 127, 128, u64::MAX / 2, u64::MAX] {
            let mut histogram = Histogram::default();
            histogram.record(Duration::from_nanos(nanos));
            assert_eq!(histogram.quantile(0.5), Duration::from_nanos(nanos));
        }
    }

    #[test]
    fn shares_that_have_no_exact_float_count_right() {
        let mut histogram = Histogram::default();
        (1..=100).for_each(|nanos| histogram.record(Duration::from_nanos(nanos * (1 << 30))));
        let rank = |share: f64| histogram.quantile(share).as_nanos() as u64 >> 30;
        assert_eq!((rank(0.29), rank(0.57), rank(0.99)), (29, 57, 99));
    }

    proptest! {
        #[test]
        fn a_bucket_holds_its_values_within_a_64th(nanos in any::<u64>()) {
            let top = upper(bucket(nanos));
            prop_assert!(top >= nanos);
            prop_assert!(top - nanos <= nanos / 64);
        }

        #[test]
        fn quantiles_are_those_of_the_sorted_values(values in prop::collection::vec(0u64..1 << 40, 1..200), percent in 1u32..=100) {
            let mut histogram = Histogram::default();
            values.iter().for_each(|nanos| histogram.record(Duration::from_nanos(*nanos)));
            let mut sorted = values;
            sorted.sort_unstable();
            let rank = (sorted.len() * percent as usize).div_ceil(100);
            let (exact, found) = (sorted[rank - 1], histogram.quantile(f64::from(percent) / 100.0).as_nanos() as u64);
            prop_assert!(found >= exact && found <= exact + exact / 64 + 1, "{} for {}", found, exact);
        }

        #[test]
        fn merging_is_counting_together(a in prop::collection::vec(any::<u32>(), 0..50), b in prop::collection::vec(any::<u32>(), 0..50)) {
            let of = |values: &[u32]| {
                let mut histogram = Histogram::default();
                values.iter().for_each(|nanos| histogram.record(Duration::from_nanos(u64::from(*nanos))));
                histogram
            };
            let mut merged = of(&a);
            merged.merge(&of(&b));
            let together = of(&[a, b].concat());
            prop_assert_eq!(merged.counts, together.counts);
            prop_assert_eq!((merged.total, merged.max), (together.total, together.max));
        }
    }
}
