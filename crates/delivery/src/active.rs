//! Which lanes are at work in this process: one worker each, told when there is more to do, awaited while the clock is moved.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use tokio::sync::{Notify, watch};

use crate::tables::Mark;

/// The lanes at work.
#[derive(Debug, Default)]
pub(crate) struct Active(Mutex<HashMap<String, Arc<Signal>>>);

/// How a lane's worker is spoken to.
#[derive(Debug)]
pub(crate) struct Signal {
    again: AtomicBool,
    /// The first place that the worker was told of since it asked last.
    from: Mutex<Option<Mark>>,
    more: Notify,
    ended: watch::Sender<bool>,
}

/// A lane at work. Dropped, however that comes, the lane may be taken up anew.
pub(crate) struct Working {
    active: Arc<Active>,
    lane: String,
    signal: Arc<Signal>,
}

impl Active {
    /// Takes a lane up, on which there is something from a place on; none when it is at work, and its worker was told so.
    pub(crate) fn take_up(self: &Arc<Self>, lane: &str, from: Mark) -> Option<Working> {
        match self.0.lock().entry(lane.to_owned()) {
            Entry::Occupied(working) => {
                let mut told = working.get().from.lock();
                *told = Some(told.map_or(from, |told| told.min(from)));
                drop(told);
                working.get().again.store(true, Ordering::Release);
                working.get().more.notify_one();
                None
            }
            Entry::Vacant(vacant) => {
                let signal = Signal {
                    again: AtomicBool::new(false),
                    from: Mutex::new(Some(from)),
                    more: Notify::new(),
                    ended: watch::Sender::new(false),
                };
                let signal = vacant.insert(Arc::new(signal)).clone();
                Some(Working { active: self.clone(), lane: lane.to_owned(), signal })
            }
        }
    }

    /// Returns when a lane is not at work.
    pub(crate) async fn idle(&self, lane: &str) {
        let Some(signal) = self.0.lock().get(lane).cloned() else { return };
        // The signal keeps the sender.
        let _ = signal.ended.subscribe().wait_for(|ended| *ended).await;
    }
}

impl Working {
    /// The lane.
    pub(crate) fn lane(&self) -> &str {
        &self.lane
    }

    /// Returns when the worker was told that there is more.
    pub(crate) async fn more(&self) {
        self.signal.more.notified().await;
    }

    /// The first place that the worker was told of since it asked last.
    pub(crate) fn told(&self) -> Option<Mark> {
        self.signal.from.lock().take()
    }

    /// Whether the worker was told that there is more since it asked last. Otherwise the lane ends.
    pub(crate) fn goes_on(&self) -> bool {
        let mut lanes = self.active.0.lock();
        if self.signal.again.swap(false, Ordering::AcqRel) {
            return true;
        }
        lanes.remove(&self.lane);
        false
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        let mut lanes = self.active.0.lock();
        if lanes.get(&self.lane).is_some_and(|signal| Arc::ptr_eq(signal, &self.signal)) {
            lanes.remove(&self.lane);
        }
        drop(lanes);
        self.signal.ended.send_replace(true);
    }
}

#[cfg(test)]
mod tests {
    use names::Timestamp;

    use super::*;

    #[test]
    fn one_worker_a_lane_and_no_word_is_lost() {
        let active = Arc::new(Active::default());
        let working = active.take_up("a", Mark::BEGINNING).unwrap();
        assert!(active.take_up("b", Mark::BEGINNING).is_some());
        assert!(active.take_up("a", Mark::BEGINNING).is_none());
        assert!(working.goes_on(), "it was told of more");
        assert!(!working.goes_on());
        let next = active.take_up("a", Mark::BEGINNING).unwrap();
        drop(working);
        assert!(active.take_up("a", Mark::BEGINNING).is_none(), "the old worker's end is not the new one's");
        drop(next);
        assert!(active.take_up("a", Mark::BEGINNING).is_some());
    }

    #[test]
    fn the_first_place_told_of_is_kept_until_it_is_asked_for() {
        let active = Arc::new(Active::default());
        let mark = |number| Mark(Timestamp::EPOCH, number);
        let working = active.take_up("a", mark(5)).unwrap();
        assert_eq!((working.told(), working.told()), (Some(mark(5)), None));
        for number in [7, 3, 9] {
            assert!(active.take_up("a", mark(number)).is_none());
        }
        assert_eq!((working.told(), working.told()), (Some(mark(3)), None));
    }

    #[tokio::test]
    async fn idle_waits_for_the_end() {
        let active = Arc::new(Active::default());
        active.idle("a").await;
        let working = active.take_up("a", Mark::BEGINNING).unwrap();
        let mut idle = Box::pin(active.idle("a"));
        assert!(futures_util::poll!(idle.as_mut()).is_pending());
        drop(working);
        idle.await;
    }
}
