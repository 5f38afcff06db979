//! The platform's own lines, in text and in JSON, and the failures that callers are told of, in AWS's words.
//!
//! Forms: Lambda developer guide, "Log and capture", "Telemetry API Event schema reference"; recorded answers.

use std::time::Duration;

use bytes::Bytes;
use names::Timestamp;
use sandbox::Exit;
use serde_json::{Value, json};

use super::EnvironmentSpec;

/// How a phase ended, as reports have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Success,
    /// With the type of the error.
    Error(&'static str),
    Timeout,
}

/// The figures of one invocation.
#[derive(Debug, Clone)]
pub(super) struct Figures<'a> {
    pub(super) id: &'a str,
    pub(super) duration: Duration,
    pub(super) init: Option<Duration>,
    pub(super) memory_mb: u32,
    pub(super) max_memory_mb: u32,
    pub(super) status: Status,
    pub(super) trace: Option<&'a str>,
}

/// `2026-11-23T10:00:00.000Z`.
pub(super) fn instant(at: Timestamp) -> String {
    let text = at.iso8601();
    format!("{}.{:03}Z", text.get(..19).unwrap_or(&text), at.millis().rem_euclid(1_000))
}

/// With two digits behind the point, as reports have them.
fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e5).round() / 1e2
}

pub(super) fn init_start(spec: &EnvironmentSpec, at: Timestamp, version: &str, arn: &str) -> String {
    if !spec.logging.json {
        return format!("INIT_START Runtime Version: {version}\tRuntime Version ARN: {arn}");
    }
    event(
        at,
        "platform.initStart",
        json!({
            "initializationType": "on-demand", "phase": "init", "runtimeVersion": version, "runtimeVersionArn": arn,
            "functionName": spec.function.name, "functionVersion": spec.function.version,
        }),
    )
}

pub(super) fn init_report(
    spec: &EnvironmentSpec,
    at: Timestamp,
    took: Duration,
    phase: &str,
    status: Status,
) -> String {
    let took = millis(took);
    if !spec.logging.json {
        let status = match status {
            Status::Success => String::new(),
            Status::Error(kind) => format!("\tStatus: error\tError Type: {kind}"),
            Status::Timeout => "\tStatus: timeout".to_owned(),
        };
        return format!("INIT_REPORT Init Duration: {took:.2} ms\tPhase: {phase}{status}");
    }
    let mut record = json!({"initializationType": "on-demand", "phase": phase, "metrics": {"durationMs": took}});
    state(&mut record, status);
    event(at, "platform.initReport", record)
}

pub(super) fn start(spec: &EnvironmentSpec, at: Timestamp, id: &str) -> String {
    let version = &spec.function.version;
    match spec.logging.json {
        false => format!("START RequestId: {id} Version: {version}"),
        true => event(at, "platform.start", json!({"requestId": id, "version": version})),
    }
}

/// In JSON there is none: the report says it.
pub(super) fn end(spec: &EnvironmentSpec, id: &str) -> Option<String> {
    (!spec.logging.json).then(|| format!("END RequestId: {id}"))
}

pub(super) fn report(spec: &EnvironmentSpec, at: Timestamp, figures: &Figures<'_>) -> String {
    // Since August 2025 the init phase is billed for every function.
    let billed = (figures.duration + figures.init.unwrap_or_default()).as_secs_f64() * 1e3;
    let (duration, billed) = (millis(figures.duration), billed.ceil().max(1.0) as u64);
    if spec.logging.json {
        let mut record = json!({"requestId": figures.id, "metrics": {
            "durationMs": duration, "billedDurationMs": billed,
            "memorySizeMB": figures.memory_mb, "maxMemoryUsedMB": figures.max_memory_mb,
        }});
        if let Some(init) = figures.init {
            record["metrics"]["initDurationMs"] = json!(millis(init));
        }
        state(&mut record, figures.status);
        return event(at, "platform.report", record);
    }
    let mut line = format!(
        "REPORT RequestId: {}\tDuration: {duration:.2} ms\tBilled Duration: {billed} ms\tMemory Size: {} MB\tMax Memory Used: {} MB\t",
        figures.id, figures.memory_mb, figures.max_memory_mb
    );
    if let Some(init) = figures.init {
        line.push_str(&format!("Init Duration: {:.2} ms\t", millis(init)));
    }
    match figures.status {
        Status::Success => {}
        Status::Timeout => line.push_str("Status: timeout\t"),
        Status::Error(kind) => line.push_str(&format!("Status: error\tError Type: {kind}\t")),
    }
    if let Some(root) = figures.trace.and_then(sampled) {
        line.push_str(&format!("\nXRAY TraceId: {root}\tSegmentId: \tSampled: true\t"));
    }
    line
}

/// The root of a trace that is sampled.
fn sampled(trace: &str) -> Option<&str> {
    trace.contains("Sampled=1").then(|| trace.split(';').find_map(|part| part.strip_prefix("Root=")))?
}

fn state(record: &mut Value, status: Status) {
    match status {
        Status::Success => record["status"] = json!("success"),
        Status::Timeout => record["status"] = json!("timeout"),
        Status::Error(kind) => {
            record["status"] = json!("error");
            record["errorType"] = json!(kind);
        }
    }
}

fn event(at: Timestamp, kind: &str, record: Value) -> String {
    json!({"time": instant(at), "type": kind, "record": record}).to_string()
}

/// `{"errorType":…,"errorMessage":…}` in that order.
pub(super) fn failure(kind: &str, message: &str) -> Bytes {
    Bytes::from(json!({"errorType": kind, "errorMessage": message}).to_string())
}

pub(super) fn timed_out(id: &str, timeout: Duration) -> (String, Bytes) {
    let text = format!("Task timed out after {:.2} seconds", timeout.as_secs_f64());
    (format!("{id} {text}"), failure("Sandbox.Timedout", &format!("RequestId: {id} Error: {text}")))
}

/// What a runtime's end is called.
pub(super) fn exited(id: &str, exit: &Exit) -> Bytes {
    failure("Runtime.ExitError", &format!("RequestId: {id} Error: {}", ending(exit)))
}

pub(super) fn ending(exit: &Exit) -> String {
    match exit {
        Exit::Code(0) => "Runtime exited without providing a reason".to_owned(),
        Exit::Code(code) => format!("Runtime exited with error: exit status {code}"),
        Exit::Signal(signal) => format!("Runtime exited with error: signal: {}", signal_name(*signal)),
        Exit::NotStarted(text) => format!("fork/exec failed: {text}"),
        Exit::Ended => "Runtime exited with error: signal: killed".to_owned(),
    }
}

/// As Go's `syscall.Signal` says it, in which AWS's own supervisor is written.
fn signal_name(signal: i32) -> String {
    match signal {
        2 => "interrupt".to_owned(),
        4 => "illegal instruction".to_owned(),
        6 => "aborted".to_owned(),
        7 => "bus error".to_owned(),
        8 => "floating point exception".to_owned(),
        9 => "killed".to_owned(),
        11 => "segmentation fault".to_owned(),
        15 => "terminated".to_owned(),
        other => format!("signal {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_worded_as_aws_words_them() {
        for (exit, expected) in [
            (Exit::Code(1), "Runtime exited with error: exit status 1"),
            (Exit::Code(0), "Runtime exited without providing a reason"),
            (Exit::Signal(9), "Runtime exited with error: signal: killed"),
            (Exit::Signal(11), "Runtime exited with error: signal: segmentation fault"),
        ] {
            let text =
                format!(r#"{{"errorType":"Runtime.ExitError","errorMessage":"RequestId: x Error: {expected}"}}"#);
            assert_eq!(exited("x", &exit), text);
        }
        let (line, payload) = timed_out("x", Duration::from_secs(3));
        assert_eq!(line, "x Task timed out after 3.00 seconds");
        assert!(payload.starts_with(br#"{"errorType":"Sandbox.Timedout""#));
    }

    #[test]
    fn an_instant_has_milliseconds() {
        assert_eq!(instant(Timestamp::from_millis(1_795_000_000_007)), "2026-11-18T11:06:40.007Z");
        assert_eq!(sampled("Root=1-a-b;Parent=c;Sampled=1"), Some("1-a-b"));
        assert_eq!(sampled("Root=1-a-b;Sampled=0"), None);
    }
}
