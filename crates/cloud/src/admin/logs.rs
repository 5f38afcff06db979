//! The last API requests, and the ones to come for whoever waits.

use std::time::Duration;

use gateway::{AccessLine, ResponseBody};
use http::{Response, StatusCode};

use super::Admin;
use super::answer::{json, refuse};
use crate::report::{LogLine, Logs};

/// Longest wait for a next line.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Query {
    after: u64,
    wait: Duration,
}

impl Admin {
    /// Lines after a number. Waits for the first of them, by the real clock, as long as the client says; a stop ends it.
    pub(super) async fn logs(&self, query: &str) -> Response<ResponseBody> {
        let query = match read(query) {
            Ok(query) => query,
            Err(why) => return refuse(StatusCode::BAD_REQUEST, why),
        };
        tokio::select! {
            biased;
            () = self.log.next(query.after) => {}
            () = tokio::time::sleep(query.wait) => {}
            () = self.cloud.runtime().shutdown.requested() => {}
        }
        let lines: Vec<LogLine> = self.log.after(query.after).iter().map(line).collect();
        let next = lines.last().map_or(query.after.min(self.log.count()), |line| line.number);
        json(&Logs { lines, next })
    }
}

fn read(text: &str) -> Result<Query, String> {
    let mut query = Query::default();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let number: u64 = value.parse().map_err(|_| format!("{name} is a whole number"))?;
        match name {
            "after" => query.after = number,
            "wait" => query.wait = Duration::from_secs(number).min(LONGEST_WAIT),
            _ => return Err(format!("no parameter {name}; there are after and wait")),
        }
    }
    Ok(query)
}

fn line(line: &AccessLine) -> LogLine {
    LogLine {
        number: line.number,
        at: line.at.iso8601(),
        id: line.id.to_string(),
        service: line.service.to_owned(),
        operation: line.operation.to_owned(),
        rule: line.rule,
        status: line.status,
        error: line.error.clone(),
        millis: line.took.as_micros() as f64 / 1e3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_its_parameters() {
        assert_eq!(read(""), Ok(Query::default()));
        assert_eq!(read("after=7&wait=5"), Ok(Query { after: 7, wait: Duration::from_secs(5) }));
        assert_eq!(read("wait=99999").map(|query| query.wait), Ok(LONGEST_WAIT));
        for wrong in ["after", "after=-1", "wait=x", "before=1"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
