//! A place among events: a timestamp, and the number that decides among those of one millisecond. Shown as tokens of
//! GetLogEvents (`f/3…/s`) and as the ids of events: 56 digits, as AWS's have.

use crate::store::{EventNo, Millis, StreamNo};

/// A place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The timestamp.
    pub at: Millis,
    /// The number.
    pub no: EventNo,
}

/// Which way a token of GetLogEvents goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// After the place.
    Forward,
    /// Before it.
    Backward,
}

/// Digits of an id.
const DIGITS: usize = 56;

impl Place {
    /// The id of the event here, of this stream.
    pub(crate) fn id(self, stream: StreamNo) -> String {
        format!("3{:013}{stream:020}{:022}", self.at.max(0), self.no)
    }

    /// The place, and the stream, of an id.
    pub(crate) fn of_id(id: &str) -> Option<(Self, StreamNo)> {
        if id.len() != DIGITS || !id.bytes().all(|byte| byte.is_ascii_digit()) || !id.starts_with('3') {
            return None;
        }
        let place = Self { at: id[1..14].parse().ok()?, no: id[34..].parse().ok()? };
        Some((place, id[14..34].parse().ok()?))
    }

    /// The token that goes on from here.
    pub(crate) fn token(self, way: Way) -> String {
        let letter = match way {
            Way::Forward => 'f',
            Way::Backward => 'b',
        };
        format!("{letter}/{}/s", self.id(0))
    }

    /// Where a token goes on.
    pub(crate) fn of_token(token: &str) -> Option<(Way, Self)> {
        let (way, rest) = match token.split_once('/')? {
            ("f", rest) => (Way::Forward, rest),
            ("b", rest) => (Way::Backward, rest),
            _ => return None,
        };
        let (place, stream) = Self::of_id(rest.strip_suffix("/s")?)?;
        (stream == 0).then_some((way, place))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ids_and_tokens_are_read_back(at in 0i64..9_999_999_999_999, no in any::<u64>(), stream in any::<u64>()) {
            let place = Place { at, no };
            prop_assert_eq!(Place::of_id(&place.id(stream)), Some((place, stream)));
            prop_assert_eq!(place.id(stream).len(), DIGITS);
            for way in [Way::Forward, Way::Backward] {
                prop_assert_eq!(Place::of_token(&place.token(way)), Some((way, place)));
            }
        }

        #[test]
        fn nothing_else_is_a_token(text in ".{0,70}") {
            if let Some((way, place)) = Place::of_token(&text) {
                prop_assert_eq!(place.token(way), text);
            }
        }
    }

    #[test]
    fn ids_sort_as_places_do() {
        let ids = [(1, 9), (2, 1), (2, 2), (10, 0)].map(|(at, no)| Place { at, no }.id(7));
        assert!(ids.is_sorted());
        assert_eq!(Place::of_token("invalid-token"), None);
    }
}
