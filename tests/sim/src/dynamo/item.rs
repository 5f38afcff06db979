//! Single items are linearizable: there is an order of everything done to an item, each deed between its call and its
//! answer, in which each answer is right.
//!
//! The check goes through calls and answers in the order in which they happened, and keeps everything that may be: what the
//! item may hold, and which of the calls under way have happened by then. At an answer only those stay in which its call
//! has happened and told what was told. When none stays, there is no such order. Lowe, "Testing for linearizability" (2017)
//! calls it just-in-time linearization.

use std::collections::{BTreeSet, HashSet};

use super::act::{Answer, Deed};

/// What an item holds.
pub(crate) type Held = Option<i64>;

/// Something done to an item.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    /// The moment before it was asked.
    pub(crate) start: u64,
    /// The moment after its answer.
    pub(crate) end: u64,
    /// What was asked.
    pub(crate) deed: Deed,
    /// What was answered.
    pub(crate) answer: Answer,
}

/// What may be: what the item holds, and which calls under way have happened, a bit each.
type Case = (Held, u64);

/// Holds everything done to an item against what it may have held before, and gives what it may hold afterwards. Nothing
/// of it is under way any more.
///
/// # Errors
/// The answer that no order explains, with what was under way then.
pub(crate) fn check(done: &[Done], before: &BTreeSet<Held>) -> Result<BTreeSet<Held>, String> {
    let certain: Vec<&Done> = done.iter().filter(|done| done.answer != Answer::Conflict).collect();
    let mut moments: Vec<(u64, usize)> = Vec::new();
    for (place, done) in certain.iter().enumerate() {
        moments.push((done.start, place));
        if done.answer != Answer::Unknown {
            moments.push((done.end, place));
        }
    }
    moments.sort_unstable();
    let mut cases: HashSet<Case> = before.iter().map(|held| (*held, 0)).collect();
    let mut open: Vec<Option<usize>> = Vec::new();
    for (moment, place) in moments {
        if moment == certain[place].start {
            take_slot(&mut open, place);
            continue;
        }
        let slot = open.iter().position(|there| *there == Some(place)).expect("it began before it ended");
        let stay = happened(&cases, &open, &certain, slot);
        if stay.is_empty() {
            return Err(story(&cases, &open, &certain, place));
        }
        cases = stay;
        open[slot] = None;
    }
    Ok(everything(cases, &open, &certain).into_iter().map(|(held, _)| held).collect())
}

fn take_slot(open: &mut Vec<Option<usize>>, place: usize) {
    match open.iter().position(Option::is_none) {
        Some(free) => open[free] = Some(place),
        None => open.push(Some(place)),
    }
    assert!(open.len() <= 64, "more calls under way than the check can tell apart");
}

/// The cases in which the call in `slot` has happened, its bit free again.
fn happened(cases: &HashSet<Case>, open: &[Option<usize>], done: &[&Done], slot: usize) -> HashSet<Case> {
    let bit = 1 << slot;
    let (mut stay, mut seen) = (HashSet::new(), HashSet::new());
    let mut left: Vec<Case> = cases.iter().copied().collect();
    while let Some((held, mask)) = left.pop() {
        if mask & bit != 0 {
            stay.insert((held, mask & !bit));
        } else if seen.insert((held, mask)) {
            left.extend(next(held, mask, open, done));
        }
    }
    stay
}

/// All that may be once nothing is under way: a call without an answer has happened or has not.
fn everything(cases: HashSet<Case>, open: &[Option<usize>], done: &[&Done]) -> HashSet<Case> {
    let mut seen = HashSet::new();
    let mut left: Vec<Case> = cases.into_iter().collect();
    while let Some((held, mask)) = left.pop() {
        if seen.insert((held, mask)) {
            left.extend(next(held, mask, open, done));
        }
    }
    seen
}

/// One more of the calls under way happens.
fn next(held: Held, mask: u64, open: &[Option<usize>], done: &[&Done]) -> Vec<Case> {
    let under_way = open.iter().enumerate().filter_map(|(slot, place)| Some((slot, (*place)?)));
    let waiting = under_way.filter(|(slot, _)| mask & (1 << slot) == 0);
    let one = |(slot, place): (usize, usize)| {
        let (after, told) = done[place].deed.step(held);
        let unknown = done[place].answer == Answer::Unknown;
        // What was not answered and changes nothing explains nothing.
        let fits = if unknown { after != held } else { told == done[place].answer };
        fits.then_some((after, mask | 1 << slot))
    };
    waiting.filter_map(one).collect()
}

fn story(cases: &HashSet<Case>, open: &[Option<usize>], done: &[&Done], place: usize) -> String {
    let may: BTreeSet<Held> = cases.iter().map(|(held, _)| *held).collect();
    let under_way: Vec<_> = open.iter().flatten().map(|place| done[*place]).collect();
    format!("{:?} is explained by no order; the item may have held {may:?}; under way: {under_way:#?}", done[place])
}

#[cfg(test)]
mod tests {
    use super::*;
    use Answer::{Refused, Unknown, Value};
    use Deed::{Add, Create, Get, Put, Replace};

    fn history(of: &[(u64, u64, Deed, Answer)]) -> Result<BTreeSet<Held>, String> {
        let done = |(start, end, deed, answer): &(u64, u64, Deed, Answer)| Done {
            start: *start,
            end: *end,
            deed: deed.clone(),
            answer: answer.clone(),
        };
        check(&of.iter().map(done).collect::<Vec<_>>(), &[None].into())
    }

    const fn put(value: i64) -> Deed {
        Put { value, asks: false }
    }

    #[test]
    fn what_may_be() {
        let one_or_two: BTreeSet<Held> = [Some(1), Some(2)].into();
        for (of, after) in [
            (vec![], [None].into()),
            // A read during a write sees it or does not, and then the next does too.
            (
                vec![(1, 6, put(1), Answer::Done), (2, 3, Get, Value(None)), (4, 5, Get, Value(Some(1)))],
                [Some(1)].into(),
            ),
            // Two writes at once: either may be the last.
            (vec![(1, 4, put(1), Answer::Done), (2, 3, put(2), Answer::Done)], one_or_two),
            // What was not answered may happen long after.
            (vec![(1, 2, put(1), Unknown), (3, 4, Get, Value(None)), (5, 6, Get, Value(Some(1)))], [Some(1)].into()),
            (vec![(1, 2, put(1), Unknown), (3, 4, Get, Value(None))], [None, Some(1)].into()),
            // One of two that create is refused.
            (vec![(1, 4, Create(1), Refused), (2, 3, Create(2), Answer::Done)], [Some(2)].into()),
            (vec![(1, 4, Add(1), Value(Some(3))), (2, 3, Add(2), Value(Some(2)))], [Some(3)].into()),
        ] {
            assert_eq!(history(&of), Ok(after), "{of:?}");
        }
    }

    #[test]
    fn what_may_not_be() {
        for of in [
            // A write that was acknowledged is lost.
            vec![(1, 2, put(1), Answer::Done), (3, 4, Get, Value(None))],
            // It is seen, and then it is not.
            vec![(1, 6, put(1), Answer::Done), (2, 3, Get, Value(Some(1))), (4, 5, Get, Value(None))],
            // An update is lost.
            vec![(1, 3, Add(1), Value(Some(1))), (2, 4, Add(1), Value(Some(1)))],
            // Two win what only one can.
            vec![(1, 3, Create(1), Answer::Done), (2, 4, Create(2), Answer::Done)],
            vec![
                (1, 2, put(1), Answer::Done),
                (3, 5, Replace(1, 2), Answer::Done),
                (4, 6, Replace(1, 3), Answer::Done),
            ],
            // Refused, though there was nothing.
            vec![(1, 2, Create(1), Refused)],
            // Nobody wrote it.
            vec![(1, 2, Get, Value(Some(7)))],
            // What happened without an answer happened once.
            vec![(1, 2, Add(1), Unknown), (3, 4, Get, Value(Some(2)))],
        ] {
            assert!(history(&of).is_err(), "{of:?}");
        }
    }
}
