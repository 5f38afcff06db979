//! Every jump of the clock, kept so that a real instant in a signature can be mapped to the virtual one it meant.
//!
//! Clients keep the real time. A URL presigned before a two-hour jump was made two virtual hours ago; one made after it
//! was made just now. So virtual time is a list of segments, each in force from one real instant on.

use names::Timestamp;
use serde::{Deserialize, Serialize};

/// Jumps remembered. Older ones are forgotten: an instant before them is mapped by the oldest segment kept.
const KEPT: usize = 1_024;

/// A stretch of virtual time between two jumps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The real instant from which it is in force.
    pub real: Timestamp,
    /// The virtual instant at its start.
    pub virtual_start: Timestamp,
    /// Whether virtual time flows with real time; a frozen clock stands at `virtual_start`.
    pub flows: bool,
}

impl Segment {
    /// The virtual instant at the real instant `real`, as if this segment had always been in force.
    pub fn at(&self, real: Timestamp) -> Timestamp {
        if !self.flows {
            return self.virtual_start;
        }
        Timestamp::from_micros(self.virtual_start.micros().saturating_add(self.offset_from(real)))
    }

    /// Virtual minus real, in microseconds.
    pub fn offset(&self) -> i64 {
        self.virtual_start.micros().saturating_sub(self.real.micros())
    }

    fn offset_from(&self, real: Timestamp) -> i64 {
        real.micros().saturating_sub(self.real.micros())
    }
}

/// The segments of virtual time, oldest first; never empty. Stored with the data, so that a restart keeps the clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClockHistory(Vec<Segment>);

impl Default for ClockHistory {
    /// Virtual time is real time.
    fn default() -> Self {
        Self::starting(Timestamp::EPOCH, Timestamp::EPOCH)
    }
}

impl ClockHistory {
    /// A history without jumps in which `real` is `virtual_start`.
    pub fn starting(real: Timestamp, virtual_start: Timestamp) -> Self {
        Self(vec![Segment { real, virtual_start, flows: true }])
    }

    /// The segments, oldest first.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The segment in force now.
    pub fn present(&self) -> Segment {
        *self.0.last().unwrap_or(&Segment { real: Timestamp::EPOCH, virtual_start: Timestamp::EPOCH, flows: true })
    }

    /// Begins a new segment at the real instant `real`, at which virtual time is `at`.
    ///
    /// It counts from the start of that second, because signatures carry whole seconds: one made right after the jump
    /// must not seem older than it. Several jumps in one second leave one segment. When the host's clock went back since
    /// the last jump, the segments that then lie in the future are dropped: they would answer for instants yet to come.
    pub fn jump(&mut self, real: Timestamp, at: Timestamp, flows: bool) {
        let into_second = real.micros().rem_euclid(1_000_000);
        let real = Timestamp::from_micros(real.micros() - into_second);
        let virtual_start = if flows { Timestamp::from_micros(at.micros().saturating_sub(into_second)) } else { at };
        self.0.retain(|segment| segment.real < real);
        self.0.push(Segment { real, virtual_start, flows });
        let surplus = self.0.len().saturating_sub(KEPT);
        self.0.drain(..surplus);
    }

    /// The virtual instant that a client's real instant `real` meant: by the segment in force then. Instants before
    /// the first segment continue it backwards, instants after the last jump continue the present one.
    pub fn at_real(&self, real: Timestamp) -> Timestamp {
        let after = self.0.partition_point(|segment| segment.real <= real);
        self.0.get(after.saturating_sub(1)).map_or(real, |segment| segment.at(real))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    #[test]
    fn maps_by_the_segment_in_force() {
        let mut history = ClockHistory::starting(s(1_000), s(1_000));
        history.jump(s(1_100), s(8_300), true); // two hours on
        history.jump(s(1_200), s(8_400), false); // frozen
        history.jump(s(1_300), s(8_400), true); // resumed
        history.jump(s(1_400), s(50), true); // set back
        for (real, expected) in [
            (900, 900),
            (1_099, 1_099),
            (1_100, 8_300),
            (1_199, 8_399),
            (1_250, 8_400),
            (1_350, 8_450),
            (1_400, 50),
            (2_000, 650),
        ] {
            assert_eq!(history.at_real(s(real)), s(expected), "real {real}");
        }
    }

    #[test]
    fn forgets_segments_a_host_clock_set_back_left_in_the_future() {
        let mut history = ClockHistory::starting(s(0), s(0));
        history.jump(s(500), s(9_000), true);
        history.jump(s(400), s(10_000), true);
        assert_eq!(history.at_real(s(600)), s(10_200));
        assert_eq!(history.segments().len(), 2);
    }

    #[test]
    fn a_signature_of_the_second_of_the_jump_counts_as_made_after_it() {
        let mut history = ClockHistory::starting(s(0), s(0));
        let jumped = Timestamp::from_millis(500_700);
        history.jump(jumped, s(9_000), true);
        assert_eq!(history.at_real(s(499)), s(499));
        assert_eq!(history.at_real(s(500)), Timestamp::from_millis(8_999_300));
        assert_eq!(history.at_real(jumped), s(9_000));
        history.jump(Timestamp::from_millis(500_900), s(20), false);
        assert_eq!(history.at_real(s(500)), s(20));
        assert_eq!(history.segments().len(), 2);
    }

    #[test]
    fn stays_bounded() {
        let mut history = ClockHistory::default();
        for i in 1..5_000 {
            history.jump(s(i), s(i * 2), true);
        }
        assert_eq!(history.segments().len(), KEPT);
        assert_eq!(history.at_real(s(4_999)), s(9_998));
    }
}
