//! Transactions are serializable, and in real time: there is one order of all of them, what ended before another began
//! standing before it, in which each saw what it saw.
//!
//! Every append has a number of its own, so a list tells in which order appends to it happened, and a read of it which of
//! them it saw. That gives edges: who appended before whom, whose append was read, who read before whose append. With an
//! edge from everything that ended to all that began later, an order exists exactly when there is no cycle (Kingsbury and
//! Alvaro, "Elle", 2020).

use std::collections::{BTreeMap, BTreeSet};

use super::act::{Act, Answer, Append, Place};
use super::graph::Graph;
use super::history::Event;

/// All appends and reads of a run, whose last reads see every list as it stays.
pub(crate) struct Lists<'e> {
    events: Vec<&'e Event>,
    /// Each list at its longest.
    whole: BTreeMap<&'e Place, Vec<i64>>,
    /// Who appended what.
    writers: BTreeMap<i64, usize>,
}

/// Holds all appends and reads against one order.
///
/// # Errors
/// What is wrong: an append lost, doubled or done in part, or a cycle.
pub(crate) fn check(events: &[Event]) -> Result<(), String> {
    let lists = Lists::of(events);
    lists.each_read_is_a_beginning()?;
    lists.each_append_is_whole_or_not_there()?;
    lists.no_cycle()
}

impl<'e> Lists<'e> {
    fn of(events: &'e [Event]) -> Self {
        let of_lists = |event: &&Event| matches!(event.act, Act::Append(_) | Act::Read(_));
        let events: Vec<_> = events.iter().filter(of_lists).collect();
        let (mut whole, mut writers) = (BTreeMap::<_, Vec<i64>>::new(), BTreeMap::new());
        for (place, event) in events.iter().enumerate() {
            if let Act::Append(append) = &event.act {
                writers.insert(append.value, place);
            }
            for (list, read) in reads(event) {
                let longest = whole.entry(list).or_default();
                if longest.len() < read.len() {
                    longest.clone_from(read);
                }
            }
        }
        Self { events, whole, writers }
    }

    fn each_read_is_a_beginning(&self) -> Result<(), String> {
        for (list, whole) in &self.whole {
            let different: BTreeSet<_> = whole.iter().collect();
            if different.len() < whole.len() {
                return Err(format!("{list:?} has an append twice: {whole:?}"));
            }
            if let Some(nobody) = whole.iter().find(|value| !self.writers.contains_key(value)) {
                return Err(format!("nobody appended {nobody} to {list:?}"));
            }
        }
        for event in &self.events {
            for (list, read) in reads(event) {
                if !self.whole[list].starts_with(read) {
                    return Err(format!("{list:?} becomes {:?} and was read as {read:?}", self.whole[list]));
                }
            }
        }
        Ok(())
    }

    fn each_append_is_whole_or_not_there(&self) -> Result<(), String> {
        for event in &self.events {
            let Act::Append(append) = &event.act else { continue };
            let there = append.to.iter().filter(|list| self.position(list, append.value).is_some()).count();
            let fits = match event.answer {
                Answer::Done => there == append.to.len(),
                Answer::Unknown => there == append.to.len() || there == 0,
                _ => there == 0,
            };
            if !fits {
                return Err(format!("it is in {there} of {} lists: {event:?}", append.to.len()));
            }
            self.expectations_held(append, there > 0)?;
        }
        Ok(())
    }

    /// What was appended where a length was expected is at that place.
    fn expectations_held(&self, append: &Append, happened: bool) -> Result<(), String> {
        let own = append.expects.iter().filter(|(list, _)| happened && append.to.contains(list));
        for (list, length) in own {
            if self.position(list, append.value) != Some(*length) {
                return Err(format!("{append:?} is not at {length} of {:?}", self.whole.get(list)));
            }
        }
        Ok(())
    }

    fn position(&self, list: &Place, value: i64) -> Option<usize> {
        self.whole.get(list)?.iter().position(|there| *there == value)
    }

    fn no_cycle(&self) -> Result<(), String> {
        let mut graph = Graph::new(self.events.len() * 2);
        for whole in self.whole.values() {
            for pair in whole.windows(2) {
                graph.edge(self.writers[&pair[0]], self.writers[&pair[1]]);
            }
        }
        for (node, event) in self.events.iter().enumerate() {
            for (list, length) in self.saw(event) {
                let Some(whole) = self.whole.get(list) else { continue };
                if let Some(last) = length.checked_sub(1).and_then(|last| whole.get(last)) {
                    graph.edge(self.writers[last], node);
                }
                if let Some(next) = whole.get(length) {
                    graph.edge(node, self.writers[next]);
                }
            }
        }
        self.real_time(&mut graph);
        match graph.cycle() {
            None => Ok(()),
            Some(cycle) => {
                let events = cycle.iter().filter_map(|node| self.events.get(*node));
                Err(format!(
                    "each of these is before the next, and the last before the first: {:#?}",
                    events.collect::<Vec<_>>()
                ))
            }
        }
    }

    /// The lengths of lists that an event saw: by reading them, or by having happened though it expected them.
    fn saw<'s>(&'s self, event: &'s Event) -> Vec<(&'s Place, usize)> {
        let mut saw: Vec<_> = reads(event).map(|(list, read)| (list, read.len())).collect();
        if let Act::Append(append) = &event.act
            && append.to.iter().all(|list| self.position(list, append.value).is_some())
        {
            saw.extend(append.expects.iter().map(|(list, length)| (list, *length)));
        }
        saw
    }

    /// Ends in their order stand behind the events; each event is before its own end, and after the last end before its
    /// start. What has no answer ends when all does.
    fn real_time(&self, graph: &mut Graph) {
        let count = self.events.len();
        let answered = |place: &usize| !matches!(self.events[*place].answer, Answer::Unknown | Answer::Conflict);
        let mut ends: Vec<usize> = (0..count).filter(answered).collect();
        ends.sort_by_key(|place| self.events[*place].end);
        for (at, place) in ends.iter().enumerate() {
            graph.edge(*place, count + at);
            if at > 0 {
                graph.edge(count + at - 1, count + at);
            }
        }
        for (place, event) in self.events.iter().enumerate() {
            let before = ends.partition_point(|ended| self.events[*ended].end < event.start);
            if before > 0 && event.answer != Answer::Conflict {
                graph.edge(count + before - 1, place);
            }
        }
    }
}

fn reads(event: &Event) -> impl Iterator<Item = (&Place, &Vec<i64>)> {
    let (lists, read): (&[_], &[_]) = match (&event.act, &event.answer) {
        (Act::Read(lists), Answer::Lists(read)) => (lists, read),
        _ => (&[], &[]),
    };
    lists.iter().zip(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn x() -> Place {
        Place(0, "x".to_owned())
    }

    fn y() -> Place {
        Place(1, "y".to_owned())
    }

    fn append(start: u64, end: u64, value: i64, to: &[Place], answer: Answer) -> Event {
        expecting(start, end, value, to, &[], answer)
    }

    fn expecting(start: u64, end: u64, value: i64, to: &[Place], expects: &[(Place, usize)], answer: Answer) -> Event {
        let append = Append { value, to: to.to_vec(), expects: expects.to_vec(), transaction: true, token: None };
        Event { start, end, act: Act::Append(append), answer }
    }

    fn read(start: u64, end: u64, x_is: &[i64], y_is: &[i64]) -> Event {
        let answer = Answer::Lists(vec![x_is.to_vec(), y_is.to_vec()]);
        Event { start, end, act: Act::Read(vec![x(), y()]), answer }
    }

    fn one(start: u64, end: u64, list: Place, is: &[i64]) -> Event {
        Event { start, end, act: Act::Read(vec![list]), answer: Answer::Lists(vec![is.to_vec()]) }
    }

    #[test]
    fn what_may_be() {
        use Answer::{Conflict, Done, Unknown};
        let both = [x(), y()];
        for events in [
            vec![append(1, 2, 1, &both, Done), read(3, 4, &[1], &[1])],
            vec![append(1, 4, 1, &both, Done), read(2, 3, &[], &[]), read(5, 6, &[1], &[1])],
            vec![append(1, 2, 1, &both, Unknown), read(3, 4, &[], &[]), read(5, 6, &[1], &[1])],
            vec![append(1, 2, 1, &both, Conflict), read(3, 4, &[], &[])],
            vec![append(1, 4, 1, &both, Done), append(2, 3, 2, &[x()], Done), read(5, 6, &[2, 1], &[1])],
            vec![append(1, 2, 1, &[x()], Done), expecting(3, 4, 2, &[y()], &[(x(), 1)], Done), read(5, 6, &[1], &[2])],
        ] {
            assert_eq!(check(&events), Ok(()), "{events:#?}");
        }
    }

    #[test]
    fn what_may_not_be() {
        use Answer::{Conflict, Done, Unknown};
        let both = [x(), y()];
        for events in [
            // Lost, done in part, done though refused, done twice.
            vec![append(1, 2, 1, &both, Done), read(3, 4, &[], &[])],
            vec![append(1, 2, 1, &both, Unknown), read(3, 4, &[1], &[])],
            vec![append(1, 2, 1, &both, Conflict), read(3, 4, &[1], &[1])],
            vec![append(1, 2, 1, &both, Done), read(3, 4, &[1, 1], &[1])],
            // Seen in part.
            vec![append(1, 4, 1, &both, Done), read(2, 3, &[1], &[]), read(5, 6, &[1], &[1])],
            // Two appends in two orders.
            vec![append(1, 3, 1, &both, Done), append(2, 4, 2, &both, Done), read(5, 6, &[1, 2], &[2, 1])],
            // A read that is late.
            vec![append(1, 2, 1, &both, Done), read(3, 4, &[], &[]), read(5, 6, &[1], &[1])],
            // Two readers see two writers in two orders.
            vec![
                append(1, 9, 1, &[x()], Done),
                append(1, 9, 2, &[y()], Done),
                read(2, 8, &[1], &[]),
                read(2, 8, &[], &[2]),
                read(10, 11, &[1], &[2]),
            ],
            // Each expects that the other has not happened.
            vec![
                expecting(1, 4, 1, &[x()], &[(y(), 0)], Done),
                expecting(2, 3, 2, &[y()], &[(x(), 0)], Done),
                read(5, 6, &[1], &[2]),
            ],
            // An append where a length was expected that was not.
            vec![
                append(1, 2, 1, &[x()], Done),
                expecting(3, 4, 2, &[x()], &[(x(), 0)], Done),
                read(5, 6, &[1, 2], &[]),
            ],
            // Single reads count as transactions.
            vec![append(1, 9, 1, &both, Done), one(2, 3, x(), &[1]), one(4, 5, y(), &[]), read(10, 11, &[1], &[1])],
        ] {
            assert!(check(&events).is_err(), "{events:#?}");
        }
    }
}
