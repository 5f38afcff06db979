//! `nephele clock`: where the cloud's time stands, and moving it.

use clap::{Args, Subcommand};

use super::{Outcome, Situation, output};
use crate::report::{ClockChange, ClockReport};

const EXAMPLES: &str = "\
Examples:
  nephele clock                                where it stands
  nephele clock advance 1h30m                  90s, 15m, 2h, 60d, 1w and sums of them
  nephele clock set 2027-01-01T00:00:00Z
  nephele clock freeze                         until: nephele clock resume

Clients keep the real time: requests signed with it stay valid, URLs presigned before a jump age by it.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no cloud is running";

/// Show or move the cloud's clock.
/// Expiries, delays and schedules follow it; it survives a restart.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, verbatim_doc_comment)]
pub(super) struct ClockCommand {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Clone, Subcommand)]
enum Action {
    /// Show where it stands
    Now,
    /// Move it ahead, as in: nephele clock advance 60d
    Advance {
        /// How far: 90s, 15m, 1h30m, 60d, 1w
        duration: String,
    },
    /// Stop it where it is
    Freeze,
    /// Set it to an instant, earlier or later
    Set {
        /// ISO 8601: 2027-01-01T00:00:00Z
        instant: String,
    },
    /// Let it go on from where it stands
    Resume,
}

impl ClockCommand {
    pub(super) async fn run(self, situation: &Situation) -> Outcome {
        let client = situation.client()?;
        let change = match self.action {
            None | Some(Action::Now) => None,
            Some(Action::Advance { duration }) => Some(ClockChange::Advance(duration)),
            Some(Action::Freeze) => Some(ClockChange::Freeze(true)),
            Some(Action::Set { instant }) => Some(ClockChange::Set(instant)),
            Some(Action::Resume) => Some(ClockChange::Resume(true)),
        };
        let report: ClockReport = match change {
            None => client.get("/_nephele/clock").await?,
            Some(change) => client.post("/_nephele/clock", &change).await?,
        };
        output::print(situation.common.json, &report, || text(&report))
    }
}

/// The cloud's instant, and how it differs from the real one.
pub(super) fn text(report: &ClockReport) -> String {
    let offset = std::time::Duration::from_secs_f64(report.offset_seconds.abs());
    let state = match (report.frozen, report.offset_seconds.abs() < 0.5) {
        (true, _) => "frozen".to_owned(),
        (false, true) => "real time".to_owned(),
        (false, false) if report.offset_seconds < 0.0 => format!("{} behind real time", crate::duration::show(offset)),
        (false, false) => format!("{} ahead of real time", crate::duration::show(offset)),
    };
    format!("{} ({state})", report.now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_how_far_it_is() {
        for (offset_seconds, frozen, expected) in [
            (0.0, false, "N (real time)"),
            (5_184_000.2, false, "N (60d ahead of real time)"),
            (-60.0, false, "N (1m behind real time)"),
            (-60.0, true, "N (frozen)"),
        ] {
            let report = ClockReport { now: "N".into(), real: "R".into(), offset_seconds, frozen, jumps: 1 };
            assert_eq!(text(&report), expected);
        }
    }
}
