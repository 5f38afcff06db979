//! Where a lane begins, as far as its worker knows.
//!
//! What was delivered is deleted, and a store that merges its files now and then steps over each deleted row in every scan
//! that begins before it. So a worker looks from the first row that it saw the last time, and goes back when it is told of a
//! place before: each place is told of after its commit, whatever the order of the commits was. A commit whose answer was
//! lost is told of by nobody; the next look at all lanes finds it. On a lane in order it must not be overtaken until then,
//! so a worker that knows of nothing there begins at the beginning.

use parking_lot::Mutex;

use crate::tables::{IN_ORDER, Mark};

/// The first place at which something may wait; none when all that was told of is done.
#[derive(Debug, Default)]
pub(crate) struct Head(Mutex<Option<Mark>>);

impl Head {
    /// Where to look from.
    pub(crate) fn get(&self) -> Option<Mark> {
        *self.0.lock()
    }

    /// Something waits at a place, before the head or after it.
    pub(crate) fn back_to(&self, place: Mark) {
        let mut head = self.0.lock();
        let alone = if place.0 == IN_ORDER { Mark::BEGINNING } else { place };
        *head = Some(head.map_or(alone, |head| head.min(place)));
    }

    /// The first row found by a look from the head; none when there was none.
    pub(crate) fn on_to(&self, first: Option<Mark>) {
        *self.0.lock() = first;
    }
}

#[cfg(test)]
mod tests {
    use names::Timestamp;

    use super::*;

    #[test]
    fn goes_on_with_what_is_found_and_back_to_what_is_told() {
        let (head, mark) = (Head::default(), |number| Mark(Timestamp::from_secs(1), number));
        assert_eq!(head.get(), None);
        head.back_to(mark(4));
        head.on_to(Some(mark(8)));
        head.back_to(mark(9));
        assert_eq!(head.get(), Some(mark(8)));
        head.back_to(mark(2));
        assert_eq!(head.get(), Some(mark(2)));
        head.on_to(None);
        assert_eq!(head.get(), None);
    }

    #[test]
    fn nothing_is_overtaken_in_order() {
        let (head, mark) = (Head::default(), |number| Mark(IN_ORDER, number));
        head.back_to(mark(4));
        assert_eq!(head.get(), Some(Mark::BEGINNING));
        head.on_to(Some(mark(3)));
        head.back_to(mark(5));
        assert_eq!(head.get(), Some(mark(3)));
    }
}
