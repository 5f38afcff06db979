//! One sleeper: a future that is ready when virtual time reached its instant, however it got there.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use names::Timestamp;
use parking_lot::Mutex;
use tokio::time::{Instant, Sleep};

use crate::clock::Clock;

/// A sleeper looks at the clock at least this often: the system's timers do not count the time a laptop slept, and an
/// administrator may set the host's clock.
const RECHECK: Duration = Duration::from_secs(60);

/// Who sleeps, by the instant waited for and then by arrival. One lock: it is taken when going to sleep, not when reading
/// the time.
#[derive(Debug, Default)]
pub(crate) struct Alarms(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    next_id: u64,
    by_virtual: BTreeMap<(Timestamp, u64), Waker>,
    /// Those of a simulated clock that end by real time too.
    by_real: BTreeMap<(Timestamp, u64), Waker>,
}

impl Alarms {
    /// Wakes the sleepers due at these virtual and real instants, or all of them, in the order of their instants.
    pub(crate) fn wake(&self, due: Option<(Timestamp, Timestamp)>) {
        let (at_virtual, at_real) = due.unwrap_or((Timestamp::MAX, Timestamp::MAX));
        let mut waiting = self.0.lock();
        let mut wakers = take_until(&mut waiting.by_virtual, at_virtual);
        wakers.extend(take_until(&mut waiting.by_real, at_real));
        drop(waiting);
        wakers.into_iter().for_each(Waker::wake);
    }
}

fn take_until(sleepers: &mut BTreeMap<(Timestamp, u64), Waker>, at: Timestamp) -> Vec<Waker> {
    let later = sleepers.split_off(&(at, u64::MAX));
    std::mem::replace(sleepers, later).into_values().collect()
}

/// Ready at a virtual instant, or after a stretch of real time, whichever is first.
pub(crate) struct Alarm {
    clock: Clock,
    at: Timestamp,
    real: Option<RealEnd>,
    id: Option<u64>,
    timer: Option<Pin<Box<Sleep>>>,
}

/// When a network wait ends however the virtual clock behaves.
enum RealEnd {
    /// By the system's monotonic clock.
    System(Instant),
    /// By the simulated client's clock.
    Simulated(Timestamp),
}

impl Alarm {
    pub(crate) fn new(clock: Clock, at: Timestamp, at_most: Option<Duration>) -> Self {
        let real = at_most.map(|duration| {
            if clock.is_simulated() {
                RealEnd::Simulated(clock.real_now().plus(duration))
            } else {
                RealEnd::System(Instant::now() + duration)
            }
        });
        Self { clock, at, real, id: None, timer: None }
    }

    fn is_due(&self) -> bool {
        let by_real = match self.real {
            Some(RealEnd::System(at)) => at <= Instant::now(),
            Some(RealEnd::Simulated(at)) => at <= self.clock.real_now(),
            None => false,
        };
        by_real || self.at <= self.clock.now()
    }

    /// Registers before looking at the clock, so that a jump between the two is not missed.
    fn register(&mut self, waker: &Waker) {
        let mut waiting = self.clock.alarms().0.lock();
        let id = *self.id.get_or_insert_with(|| {
            waiting.next_id += 1;
            waiting.next_id
        });
        waiting.by_virtual.insert((self.at, id), waker.clone());
        if let Some(RealEnd::Simulated(at)) = self.real {
            waiting.by_real.insert((at, id), waker.clone());
        }
    }

    /// How long the system's timer may sleep before this looks at the clock again.
    fn patience(&self) -> Duration {
        let by_virtual = if self.clock.is_frozen() { Duration::MAX } else { self.at.since(self.clock.now()) };
        let by_real = match self.real {
            Some(RealEnd::System(at)) => at.saturating_duration_since(Instant::now()),
            _ => Duration::MAX,
        };
        by_virtual.min(by_real).min(RECHECK)
    }
}

impl Future for Alarm {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        if this.is_due() {
            return Poll::Ready(());
        }
        this.register(cx.waker());
        loop {
            if this.is_due() {
                return Poll::Ready(());
            }
            if this.clock.is_simulated() {
                return Poll::Pending;
            }
            let until = Instant::now() + this.patience();
            let timer = this.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
            timer.as_mut().reset(until);
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        let Some(id) = self.id else { return };
        let mut waiting = self.clock.alarms().0.lock();
        waiting.by_virtual.remove(&(self.at, id));
        if let Some(RealEnd::Simulated(at)) = self.real {
            waiting.by_real.remove(&(at, id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn at(secs: u64) -> Timestamp {
        Timestamp::from_secs(1_000).plus(Duration::from_secs(secs))
    }

    #[tokio::test]
    async fn sleepers_wake_in_the_order_of_their_instants() {
        let clock = Clock::simulated(at(0));
        let woken = Arc::new(Mutex::new(Vec::new()));
        let mut sleepers = Vec::new();
        for i in 0..500u64 {
            let (clock, woken, due) = (clock.clone(), woken.clone(), i * 7_919 % 500 + 1);
            sleepers.push(tokio::spawn(async move {
                clock.sleep_until(at(due)).await;
                woken.lock().push(due);
            }));
        }
        while clock.alarms().0.lock().by_virtual.len() < 500 {
            tokio::task::yield_now().await;
        }
        clock.advance(Duration::from_secs(250));
        while woken.lock().len() < 250 {
            tokio::task::yield_now().await;
        }
        assert_eq!(*woken.lock(), (1..=250).collect::<Vec<_>>());
        clock.advance(Duration::from_secs(250));
        for sleeper in sleepers {
            sleeper.await.unwrap();
        }
        assert_eq!(*woken.lock(), (1..=500).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_jump_of_a_real_clock_wakes_the_sleeper() {
        let clock = Clock::real();
        let due = clock.now().plus(Duration::from_secs(86_400));
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(due).await }
        });
        tokio::task::yield_now().await;
        clock.freeze();
        clock.advance(Duration::from_secs(86_401));
        sleeper.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_frozen_clock_hangs_no_network_wait() {
        let clock = Clock::real();
        clock.freeze();
        clock.wait_at_most(Duration::from_secs(20)).await;
        assert!(clock.is_frozen());
    }

    #[tokio::test]
    async fn a_network_wait_ends_by_virtual_or_by_real_time() {
        for move_it in [Clock::advance as fn(&Clock, Duration), Clock::pass] {
            let clock = Clock::simulated(at(0));
            let waiting = tokio::spawn({
                let clock = clock.clone();
                async move { clock.wait_at_most(Duration::from_secs(20)).await }
            });
            tokio::task::yield_now().await;
            move_it(&clock, Duration::from_secs(10));
            tokio::task::yield_now().await;
            assert!(!waiting.is_finished());
            move_it(&clock, Duration::from_secs(10));
            waiting.await.unwrap();
        }
        let frozen = Clock::simulated(at(0));
        frozen.freeze();
        let waiting = tokio::spawn({
            let clock = frozen.clone();
            async move { clock.wait_at_most(Duration::from_secs(20)).await }
        });
        tokio::task::yield_now().await;
        frozen.pass(Duration::from_secs(20));
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn a_dropped_sleeper_leaves_nothing_behind() {
        let clock = Clock::simulated(at(0));
        {
            let mut sleeping = Box::pin(clock.wait_at_most(Duration::from_secs(5)));
            assert!(futures_util::poll!(sleeping.as_mut()).is_pending());
            assert_eq!(clock.alarms().0.lock().by_virtual.len(), 1);
        }
        let waiting = clock.alarms().0.lock();
        assert!(waiting.by_virtual.is_empty() && waiting.by_real.is_empty());
    }
}
