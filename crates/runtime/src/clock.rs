//! The only clock. Users move it; engines read it and sleep by it; clients never see it move.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use names::Timestamp;
use parking_lot::Mutex;

use crate::alarm::{Alarm, Alarms};
use crate::history::ClockHistory;

/// Virtual time in microseconds, shared by all clones.
///
/// Reading takes two atomic loads and, on a real clock, the system's time; there is no lock. Moving it wakes the
/// sleepers in the order of the instants they wait for.
#[derive(Clone, Debug)]
pub struct Clock {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Virtual minus real while time flows, in microseconds.
    offset: AtomicI64,
    /// The virtual instant a frozen clock stands at, or [`FLOWS`].
    frozen: AtomicI64,
    source: Source,
    history: Mutex<ClockHistory>,
    alarms: Alarms,
}

/// Where real time comes from.
#[derive(Debug)]
enum Source {
    System,
    /// A simulated client's clock: microseconds, moved by [`Clock::pass`] and by one second at each jump.
    Simulated(AtomicI64),
}

const FLOWS: i64 = i64::MIN;

/// By this much a simulated client's clock moves on at each jump: signatures carry whole seconds, so one made before and
/// one made after the jump must lie a second apart to be told apart.
const TICK: Duration = Duration::from_secs(1);

impl Clock {
    /// Virtual time flows with the system's time until it is moved.
    pub fn real() -> Self {
        Self::with(Source::System, ClockHistory::default())
    }

    /// Starts at `start` and stands still, real time included, until it is moved.
    pub fn simulated(start: Timestamp) -> Self {
        Self::with(Source::Simulated(AtomicI64::new(start.micros())), ClockHistory::starting(start, start))
    }

    fn with(source: Source, history: ClockHistory) -> Self {
        let inner = Inner {
            offset: AtomicI64::new(history.present().offset()),
            frozen: AtomicI64::new(FLOWS),
            source,
            history: Mutex::new(history),
            alarms: Alarms::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Takes up a stored history: the present segment goes on as if the process had never stopped.
    pub fn restore(&self, history: ClockHistory) {
        let mut guard = self.inner.history.lock();
        *guard = history;
        self.publish(&guard);
        drop(guard);
        self.wake();
    }

    /// The jumps so far, to be stored after each of them.
    pub fn history(&self) -> ClockHistory {
        self.inner.history.lock().clone()
    }

    /// The virtual instant: what every service calls now.
    #[inline]
    pub fn now(&self) -> Timestamp {
        let frozen = self.inner.frozen.load(Ordering::Acquire);
        if frozen != FLOWS {
            return Timestamp::from_micros(frozen);
        }
        let offset = self.inner.offset.load(Ordering::Acquire);
        Timestamp::from_micros(self.real_now().micros().saturating_add(offset))
    }

    /// What a client's own clock says.
    #[inline]
    pub fn real_now(&self) -> Timestamp {
        Timestamp::from_micros(match &self.inner.source {
            Source::System => system_micros(),
            Source::Simulated(micros) => micros.load(Ordering::Acquire),
        })
    }

    /// The virtual instant at which a client made something that carries its real instant `client`.
    ///
    /// Signatures carry whole seconds: within the second of a jump, before and after cannot be told apart, and the
    /// instant counts as after it. [`Clock::next_client_second`] lets a jump fall on a whole second.
    pub fn at_real(&self, client: Timestamp) -> Timestamp {
        self.inner.history.lock().at_real(client)
    }

    /// Virtual minus real time in microseconds, at this moment.
    pub fn offset(&self) -> i64 {
        match self.inner.frozen.load(Ordering::Acquire) {
            FLOWS => self.inner.offset.load(Ordering::Acquire),
            frozen => frozen.saturating_sub(self.real_now().micros()),
        }
    }

    /// Whether virtual time stands still until [`Clock::resume`]. A simulated clock is not frozen by that alone.
    pub fn is_frozen(&self) -> bool {
        self.inner.frozen.load(Ordering::Acquire) != FLOWS
    }

    /// Jumps `duration` ahead, frozen or not.
    pub fn advance(&self, duration: Duration) {
        self.jump(|now, flows| (now.plus(duration), flows));
    }

    /// Jumps to `to`, which may lie in the past.
    pub fn set(&self, to: Timestamp) {
        self.jump(|_, flows| (to, flows));
    }

    /// Stops virtual time where it is.
    pub fn freeze(&self) {
        self.jump(|now, _| (now, false));
    }

    /// Lets virtual time flow on from where it stands.
    pub fn resume(&self) {
        self.jump(|now, _| (now, true));
    }

    /// Lets `duration` of real time pass on a simulated clock, and of virtual time too unless frozen. A real clock
    /// passes by itself: there this does nothing.
    pub fn pass(&self, duration: Duration) {
        if self.is_simulated() {
            self.move_client(duration);
            self.wake();
        }
    }

    /// Waits until the client's clock begins a new second, so that the jump that follows separates the signatures made
    /// before it from those made after it. At most one second; a simulated clock does this by itself.
    pub async fn next_client_second(&self) {
        if !self.is_simulated() {
            let into_second = self.real_now().micros().rem_euclid(1_000_000);
            tokio::time::sleep(Duration::from_micros((1_000_000 - into_second).unsigned_abs())).await;
        }
    }

    /// Returns at the virtual instant `at`: when time has passed, or was moved past it. Waits for ever on a clock that
    /// stands still. Sleepers woken by one jump are woken in the order of their instants.
    pub async fn sleep_until(&self, at: Timestamp) {
        Alarm::new(self.clone(), at, None).await;
    }

    /// Returns when `duration` of real or of virtual time has passed, whichever is first: a network wait ends even
    /// while the clock is frozen or set back.
    pub async fn wait_at_most(&self, duration: Duration) {
        Alarm::new(self.clone(), self.now().plus(duration), Some(duration)).await;
    }

    pub(crate) fn alarms(&self) -> &Alarms {
        &self.inner.alarms
    }

    pub(crate) fn is_simulated(&self) -> bool {
        matches!(self.inner.source, Source::Simulated(_))
    }

    fn jump(&self, to: impl FnOnce(Timestamp, bool) -> (Timestamp, bool)) {
        let mut history = self.inner.history.lock();
        let (virtual_start, flows) = to(self.now(), !self.is_frozen());
        self.move_client(TICK);
        history.jump(self.real_now(), virtual_start, flows);
        self.publish(&history);
        drop(history);
        self.wake();
    }

    /// Makes the present segment the one that readers see. The order of the two stores matters: a reader that finds the
    /// clock flowing must find the offset that belongs to it.
    fn publish(&self, history: &ClockHistory) {
        let present = history.present();
        if present.flows {
            self.inner.offset.store(present.offset(), Ordering::Release);
            self.inner.frozen.store(FLOWS, Ordering::Release);
        } else {
            self.inner.frozen.store(present.virtual_start.micros(), Ordering::Release);
        }
    }

    fn move_client(&self, by: Duration) {
        if let Source::Simulated(micros) = &self.inner.source {
            micros.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::AcqRel);
        }
    }

    fn wake(&self) {
        // On a real clock every sleeper must set its timer anew; on a simulated one only those that are due move.
        let due = self.is_simulated().then(|| (self.now(), self.real_now()));
        self.inner.alarms.wake(due);
    }
}

fn system_micros() -> i64 {
    // A host clock before 1970 is broken; the epoch is the least surprising answer.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Timestamp {
        Timestamp::from_secs(1_795_000_000)
    }

    const HOUR: Duration = Duration::from_secs(3_600);

    #[test]
    fn presigned_before_a_jump_is_old_and_after_it_is_fresh() {
        let clock = Clock::simulated(start());
        let before = clock.real_now();
        clock.advance(2 * HOUR);
        let after = clock.real_now();
        assert_eq!(clock.now().since(clock.at_real(before)), 2 * HOUR);
        assert_eq!(clock.at_real(after), clock.now());
        let ahead = clock.real_now().plus(Duration::from_secs(60));
        assert_eq!(clock.at_real(ahead), clock.now().plus(Duration::from_secs(60)));
    }

    #[test]
    fn freezes_and_resumes() {
        let clock = Clock::simulated(start());
        clock.freeze();
        let signed = clock.real_now();
        clock.pass(HOUR);
        assert!(clock.is_frozen());
        assert_eq!(clock.now(), start());
        assert_eq!(clock.at_real(signed), start());
        clock.advance(HOUR);
        assert_eq!(clock.now(), start().plus(HOUR));
        clock.resume();
        clock.pass(HOUR);
        assert_eq!(clock.now(), start().plus(2 * HOUR));
        assert_eq!(clock.at_real(signed), start());
    }

    #[test]
    fn can_be_set_back() {
        let clock = Clock::simulated(start());
        clock.pass(HOUR);
        let signed = clock.real_now();
        clock.set(start().minus(HOUR));
        assert_eq!(clock.now(), start().minus(HOUR));
        assert_eq!(clock.at_real(signed), start().plus(HOUR));
        assert_eq!(clock.at_real(clock.real_now()), clock.now());
    }

    #[test]
    fn survives_a_restart() {
        let before = Clock::simulated(start());
        before.advance(HOUR);
        before.freeze();
        let after = Clock::simulated(before.real_now());
        after.restore(before.history());
        after.pass(HOUR);
        assert_eq!(after.now(), before.now());
        assert!(after.is_frozen());
        after.resume();
        after.pass(HOUR);
        assert_eq!(after.now(), before.now().plus(HOUR));
    }

    #[test]
    fn a_real_clock_follows_the_system() {
        let clock = Clock::real();
        let (a, b, c) = (clock.real_now(), clock.now(), clock.real_now());
        assert!(a <= b && b <= c);
        clock.advance(HOUR);
        assert!(clock.now() >= b.plus(HOUR));
        let earlier = a.minus(Duration::from_secs(2));
        assert_eq!(clock.at_real(earlier), earlier);
    }
}
