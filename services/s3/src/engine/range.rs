//! Byte ranges as requests write them. Pure. Source: RFC 9110, section 14; several ranges at once are none to S3.

use std::ops::Range;

/// What a range header means for a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Nothing: the whole.
    Whole,
    /// These bytes.
    Part(Range<u64>),
    /// Bytes that there are not.
    Unsatisfiable,
}

/// The bytes of a content of `length` that `header` asks for.
pub(crate) fn asked(header: &str, length: u64) -> Asked {
    let Some(spec) = header.trim().strip_prefix("bytes=").filter(|spec| !spec.contains(',')) else {
        return Asked::Whole;
    };
    let Some((first, last)) = spec.trim().split_once('-') else { return Asked::Whole };
    let number = |text: &str| text.parse::<u64>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    let range = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Some(first), None) if last.is_empty() => first..length,
        (None, Some(suffix)) if first.is_empty() => length.saturating_sub(suffix)..length,
        _ => return Asked::Whole,
    };
    if range.start < range.end { Asked::Part(range) } else { Asked::Unsatisfiable }
}

/// The bytes that a copy takes: both ends must be said. None when the header is not of this form.
pub(crate) fn of_copy(header: &str) -> Option<Range<u64>> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (first, last) = (digits(first).then(|| first.parse().ok())??, digits(last).then(|| last.parse::<u64>().ok())??);
    (first <= last).then(|| first..last.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_content() {
        for (header, length, expected) in [
            ("bytes=0-4", 10, Asked::Part(0..5)),
            ("bytes=5-", 10, Asked::Part(5..10)),
            ("bytes=-3", 10, Asked::Part(7..10)),
            ("bytes=-30", 10, Asked::Part(0..10)),
            ("bytes=8-100", 10, Asked::Part(8..10)),
            ("bytes=10-", 10, Asked::Unsatisfiable),
            ("bytes=10-12", 10, Asked::Unsatisfiable),
            ("bytes=-0", 10, Asked::Unsatisfiable),
            ("bytes=0-", 0, Asked::Unsatisfiable),
            ("bytes=4-2", 10, Asked::Whole),
            ("bytes=0-1,3-4", 10, Asked::Whole),
            ("bytes=a-b", 10, Asked::Whole),
            ("bytes=+1-2", 10, Asked::Whole),
            ("0-1", 10, Asked::Whole),
            ("bytes=-", 10, Asked::Whole),
        ] {
            assert_eq!(asked(header, length), expected, "{header}");
        }
    }

    #[test]
    fn copies_say_both_ends() {
        assert_eq!(of_copy("bytes=0-8"), Some(0..9));
        for bad in ["0-8", "bytes=-2", "bytes=1-", "bytes=0-1,3-4", "bytes=-", "bytes=2-1", "bytes=-1-", "bytes=0--1"] {
            assert_eq!(of_copy(bad), None, "{bad}");
        }
    }
}
