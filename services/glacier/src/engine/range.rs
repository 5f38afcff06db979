//! Ranges of bytes, as clients write them. Pure.

/// Some bytes, the last included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ByteRange {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

impl ByteRange {
    /// `bytes 0-4194303/*`, as a part says where it is.
    pub(crate) fn of_part(text: &str) -> Option<Self> {
        Self::parse(text.strip_prefix("bytes ")?.strip_suffix("/*")?)
    }

    /// `bytes=0-4194303`, as a reader asks, within so many bytes.
    pub(crate) fn asked(text: &str, length: u64) -> Option<Self> {
        let text = text.strip_prefix("bytes=")?;
        let range = match text.split_once('-')? {
            (first, "") => Self { first: first.parse().ok()?, last: length.checked_sub(1)? },
            ("", count) => Self { first: length.saturating_sub(count.parse().ok()?), last: length.checked_sub(1)? },
            _ => Self::parse(text)?,
        };
        let range = Self { last: range.last.min(length.saturating_sub(1)), ..range };
        (range.first <= range.last && range.first < length).then_some(range)
    }

    /// `0-4194303`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.split_once('-')?;
        let range = Self { first: first.parse().ok()?, last: last.parse().ok()? };
        (range.first <= range.last && range.last < u64::MAX).then_some(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_write() {
        let range = |first, last| Some(ByteRange { first, last });
        assert_eq!(ByteRange::of_part("bytes 0-9/*"), range(0, 9));
        for (text, expected) in [
            ("bytes=0-9", range(0, 9)),
            ("bytes=5-", range(5, 19)),
            ("bytes=-5", range(15, 19)),
            ("bytes=0-99", range(0, 19)),
            ("bytes=20-21", None),
            ("bytes=5-4", None),
            ("5-6", None),
        ] {
            assert_eq!(ByteRange::asked(text, 20), expected, "{text}");
        }
        assert_eq!(ByteRange::asked("bytes=0-", 0), None);
    }
}
