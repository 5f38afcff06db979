//! What is unusual: many times the usual rate, and not just a few calls.

use crate::limits::{UNUSUAL_CALLS, UNUSUAL_ERRORS, UNUSUAL_TIMES};

/// Whether so many calls, or errors, of one minute are unusual where `average` is usual.
pub(super) fn is_unusual(count: u32, average: f64, errors: bool) -> bool {
    let least = if errors { UNUSUAL_ERRORS } else { UNUSUAL_CALLS };
    count >= least && f64::from(count) > UNUSUAL_TIMES * average
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_calls_are_never_unusual_and_many_only_where_they_are() {
        for (count, average, errors, expected) in [
            (19, 0.0, false, false),
            (20, 0.0, false, true),
            (20, 4.0, false, false),
            (21, 4.0, false, true),
            (9, 0.0, true, false),
            (10, 0.0, true, true),
            (1_000, 300.0, false, false),
        ] {
            assert_eq!(is_unusual(count, average, errors), expected, "{count} against {average}");
        }
    }
}
