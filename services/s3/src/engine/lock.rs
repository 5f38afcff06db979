//! Object lock: until when a version cannot be deleted, and who may change that. Pure.
//! Source: S3 user guide, "Locking objects with Object Lock".

use std::time::Duration;

use names::Timestamp;
use serde::{Deserialize, Serialize};

/// A day.
pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// How strict a retention is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mode {
    /// Who has a permission of its own may shorten or pass it.
    Governance,
    /// Nobody may.
    Compliance,
}

/// A version is kept until an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Retention {
    /// How strictly.
    pub mode: Mode,
    /// Until when.
    pub until: Timestamp,
}

/// The retention that new versions of a bucket get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DefaultRetention {
    /// How strict.
    pub mode: Mode,
    /// For how many days from their writing.
    pub days: u32,
}

impl Mode {
    /// AWS's word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Governance => "GOVERNANCE",
            Self::Compliance => "COMPLIANCE",
        }
    }

    /// From AWS's word.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Governance, Self::Compliance].into_iter().find(|mode| mode.as_str() == text)
    }
}

impl DefaultRetention {
    /// For a version written at this instant.
    pub(crate) fn of(self, written: Timestamp) -> Retention {
        Retention { mode: self.mode, until: written.plus(DAY.saturating_mul(self.days)) }
    }
}

/// Whether a version may be deleted. `bypass`: the caller may pass governance, and asks to.
pub(crate) fn may_delete(retention: Option<Retention>, hold: bool, bypass: bool, now: Timestamp) -> bool {
    let kept = retention.is_some_and(|kept| kept.until > now && !(bypass && kept.mode == Mode::Governance));
    !hold && !kept
}

/// Whether a retention may become another: longer always, weaker only from governance with a bypass.
pub(crate) fn may_change(from: Option<Retention>, to: Option<Retention>, bypass: bool, now: Timestamp) -> bool {
    let Some(from) = from.filter(|from| from.until > now) else { return true };
    let stricter = to.is_some_and(|to| to.until >= from.until && (to.mode == from.mode || to.mode == Mode::Compliance));
    stricter || (from.mode == Mode::Governance && bypass)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(mode: Mode, until: i64) -> Option<Retention> {
        Some(Retention { mode, until: Timestamp::from_secs(until) })
    }

    #[test]
    fn what_is_locked_stays() {
        use Mode::{Compliance, Governance};
        let now = Timestamp::from_secs(100);
        for (retention, hold, bypass, may) in [
            (None, false, false, true),
            (None, true, true, false),
            (kept(Governance, 101), false, false, false),
            (kept(Governance, 101), false, true, true),
            (kept(Governance, 101), true, true, false),
            (kept(Compliance, 101), false, true, false),
            (kept(Compliance, 100), false, false, true),
        ] {
            assert_eq!(may_delete(retention, hold, bypass, now), may, "{retention:?} {hold} {bypass}");
        }
    }

    #[test]
    fn a_retention_grows_freely_and_shrinks_only_from_governance() {
        use Mode::{Compliance, Governance};
        let now = Timestamp::from_secs(100);
        for (from, to, bypass, may) in [
            (None, kept(Compliance, 200), false, true),
            (kept(Governance, 200), kept(Governance, 300), false, true),
            (kept(Governance, 200), kept(Governance, 150), false, false),
            (kept(Governance, 200), kept(Governance, 150), true, true),
            (kept(Governance, 200), None, true, true),
            (kept(Governance, 200), kept(Compliance, 200), false, true),
            (kept(Compliance, 200), kept(Compliance, 300), false, true),
            (kept(Compliance, 200), kept(Governance, 300), true, false),
            (kept(Compliance, 200), None, true, false),
            (kept(Compliance, 90), None, false, true),
        ] {
            assert_eq!(may_change(from, to, bypass, now), may, "{from:?} {to:?} {bypass}");
        }
    }
}
