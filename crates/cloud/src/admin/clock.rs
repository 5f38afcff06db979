//! The clock: where it stands, and one change of it.

use bytes::Bytes;
use gateway::ResponseBody;
use http::{Response, StatusCode};
use names::Timestamp;

use super::Admin;
use super::answer::{json, refuse};
use crate::clock::Jump;
use crate::duration;
use crate::report::ClockChange;

impl Admin {
    pub(super) fn clock(&self) -> Response<ResponseBody> {
        json(&self.clock.report())
    }

    pub(super) async fn change_clock(&self, body: &Bytes) -> Response<ResponseBody> {
        let jump = match read(body) {
            Ok(jump) => jump,
            Err(why) => return refuse(StatusCode::BAD_REQUEST, why),
        };
        match self.clock.jump(jump, &self.cloud).await {
            Ok(()) => self.clock(),
            Err(error) => refuse(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
        }
    }
}

fn read(body: &Bytes) -> Result<Jump, String> {
    let change: ClockChange = serde_json::from_slice(body).map_err(|error| {
        format!("{error}; send one of {{\"advance\": \"60d\"}}, {{\"set\": INSTANT}}, {{\"freeze\": true}}, {{\"resume\": true}}")
    })?;
    match change {
        ClockChange::Advance(by) => duration::parse(&by).map(Jump::Advance),
        ClockChange::Set(to) => instant(&to).map(Jump::Set),
        ClockChange::Freeze(true) => Ok(Jump::Freeze),
        ClockChange::Resume(true) => Ok(Jump::Resume),
        ClockChange::Freeze(false) => Err("to let the clock go on, send {\"resume\": true}".to_owned()),
        ClockChange::Resume(false) => Err("to stop the clock, send {\"freeze\": true}".to_owned()),
    }
}

/// ISO 8601; a date alone is its midnight in UTC.
fn instant(text: &str) -> Result<Timestamp, String> {
    let midnight = || Timestamp::parse_iso8601(&format!("{text}T00:00:00Z"));
    let read = Timestamp::parse_iso8601(text).or_else(|_| midnight());
    read.map_err(|_| format!("'{text}' is not an instant; write it as 2027-01-01T00:00:00Z"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn reads_exactly_one_change() {
        let new_year = Timestamp::from_secs(1_798_761_600);
        for (body, jump) in [
            (r#"{"advance": "60d"}"#, Jump::Advance(Duration::from_secs(5_184_000))),
            (r#"{"set": "2027-01-01T00:00:00Z"}"#, Jump::Set(new_year)),
            (r#"{"set": "2027-01-01T01:00:00+01:00"}"#, Jump::Set(new_year)),
            (r#"{"set": "2027-01-01"}"#, Jump::Set(new_year)),
            (r#"{"freeze": true}"#, Jump::Freeze),
            (r#"{"resume": true}"#, Jump::Resume),
        ] {
            assert_eq!(read(&Bytes::from(body)), Ok(jump), "{body}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        for body in [
            "",
            "{}",
            "[]",
            r#"{"advance": "60"}"#,
            r#"{"advance": "1d", "freeze": true}"#,
            r#"{"set": "tomorrow"}"#,
            r#"{"freeze": false}"#,
            r#"{"resume": false}"#,
            r#"{"rewind": "1d"}"#,
        ] {
            assert!(read(&Bytes::from(body)).is_err(), "{body}");
        }
    }
}
