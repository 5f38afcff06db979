//! One field of a cron expression: which numbers it stands for.

use std::ops::RangeInclusive;

/// The numbers of a field, as bits. Fields begin at 0 at the least and end at 59 at the most, years counted from 1970 apart.
pub(crate) type Bits = u64;

/// What a field may say beside numbers.
#[derive(Debug, Clone)]
pub(crate) struct Kind {
    pub(crate) range: RangeInclusive<u32>,
    /// Names of the numbers, the first one's first.
    pub(crate) names: &'static [&'static str],
}

/// Reads lists, ranges, steps and names. None for what is no such field.
pub(crate) fn numbers(kind: &Kind, text: &str) -> Option<Vec<u32>> {
    let mut all = Vec::new();
    for part in text.split(',') {
        all.extend(one(kind, part)?);
    }
    all.sort_unstable();
    all.dedup();
    Some(all)
}

/// The numbers as bits; none when one is beyond 63.
pub(crate) fn bits(numbers: &[u32]) -> Bits {
    numbers.iter().fold(0, |bits, number| bits | 1_u64.checked_shl(*number).unwrap_or(0))
}

fn one(kind: &Kind, part: &str) -> Option<Vec<u32>> {
    let (first, last) = (*kind.range.start(), *kind.range.end());
    let (span, step) = match part.split_once('/') {
        Some((span, step)) => (span, Some(plain(step).filter(|step| *step > 0)?)),
        None => (part, None),
    };
    let (from, to) = match span.split_once('-') {
        _ if span == "*" => (first, last),
        Some((from, to)) => (value(kind, from)?, value(kind, to)?),
        // A start with a step goes on to the end: `5/15`.
        None => {
            let from = value(kind, span)?;
            (from, if step.is_some() { last } else { from })
        }
    };
    let step = usize::try_from(step.unwrap_or(1)).ok()?;
    // Ranges may go over the end: FRI-MON.
    let beyond = if from <= to { 0 } else { last - first + 1 };
    let wrapped = |n: u32| if n > last { n - (last - first + 1) } else { n };
    Some((from..=to + beyond).step_by(step).map(wrapped).collect())
}

/// One number or name of a field.
pub(crate) fn value(kind: &Kind, text: &str) -> Option<u32> {
    let named = kind.names.iter().position(|name| name.eq_ignore_ascii_case(text));
    let number = match named {
        Some(at) => kind.range.start() + u32::try_from(at).ok()?,
        None => plain(text)?,
    };
    kind.range.contains(&number).then_some(number)
}

fn plain(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        let minutes = Kind { range: 0..=59, names: &[] };
        let days = Kind { range: 1..=7, names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] };
        for (kind, text, expected) in [
            (&minutes, "5", Some(vec![5])),
            (&minutes, "0/15", Some(vec![0, 15, 30, 45])),
            (&minutes, "*/20", Some(vec![0, 20, 40])),
            (&minutes, "10-20/5,59", Some(vec![10, 15, 20, 59])),
            (&minutes, "71", None),
            (&minutes, "", None),
            (&minutes, "+5", None),
            (&minutes, "5/0", None),
            (&minutes, "1,,2", None),
            (&days, "MON-FRI", Some(vec![2, 3, 4, 5, 6])),
            (&days, "fri-mon", Some(vec![1, 2, 6, 7])),
            (&days, "NOT", None),
            (&days, "0", None),
        ] {
            assert_eq!(numbers(kind, text), expected, "{text}");
        }
    }
}
