//! Results as data: load rows and single figures. Times in microseconds, memory in bytes.

use std::time::Duration;

use serde::Serialize;

use crate::histogram::Histogram;
use crate::load::Measured;

/// All results of a run.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The machine, and how busy it was before.
    pub machine: String,
    /// Results of loads.
    pub rows: Vec<Row>,
    /// Other results.
    pub figures: Vec<Figure>,
}

/// The result of one load.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Its name.
    pub workload: String,
    /// Who was under load: `nephele`, `bare`, or a peer.
    pub target: String,
    /// Connections.
    pub connections: usize,
    /// What is counted: `requests` or `messages`.
    pub unit: &'static str,
    /// Units in a second.
    pub per_second: f64,
    /// Units in a second of the server's CPU.
    pub per_cpu_second: Option<f64>,
    /// Requests in a second; the latencies are theirs.
    pub requests_per_second: f64,
    /// Latency in microseconds.
    pub p50: f64,
    /// Latency in microseconds.
    pub p99: f64,
    /// Latency in microseconds.
    pub max: f64,
    /// The server's resident memory after it, in bytes.
    pub resident: Option<u64>,
    /// The same load on the bare server: units in a second of its CPU.
    pub bare_per_cpu_second: Option<f64>,
    /// CPU that the server takes for each that the bare one takes.
    pub times_bare: Option<f64>,
    /// Cores that the client was busy on.
    pub client_cores: f64,
    /// Answers other than 2xx, and other things that went wrong.
    pub failures: u64,
    /// The first of those.
    pub first_failure: Option<String>,
}

/// Which load a row is of.
#[derive(Debug, Clone, Copy)]
pub struct Title<'a> {
    /// The workload's name.
    pub workload: &'a str,
    /// Connections.
    pub connections: usize,
    /// What is counted.
    pub unit: &'static str,
}

/// One number.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// What it is.
    pub name: String,
    /// Who was measured.
    pub target: String,
    /// How much.
    pub value: f64,
    /// Of what: `µs`, `ms`, `MB`, `/s`, `%` or nothing.
    pub unit: &'static str,
}

impl Row {
    /// A row of a load, with the same load on the bare server where it was run.
    pub fn new(title: Title<'_>, target: &str, load: &Measured, bare: Option<&Measured>) -> Self {
        let bare_per_cpu_second = bare.and_then(Measured::per_cpu);
        let per_cpu_second = load.per_cpu();
        let seconds = load.elapsed.as_secs_f64().max(1e-9);
        Self {
            workload: title.workload.to_owned(),
            target: target.to_owned(),
            connections: title.connections,
            unit: title.unit,
            per_second: load.rate(),
            per_cpu_second,
            requests_per_second: load.requests as f64 / seconds,
            p50: micros(load.latencies.quantile(0.5)),
            p99: micros(load.latencies.quantile(0.99)),
            max: micros(load.latencies.max()),
            resident: load.resident,
            bare_per_cpu_second,
            times_bare: bare_per_cpu_second.zip(per_cpu_second).map(|(bare, ours)| bare / ours),
            client_cores: load.client_cpu.as_secs_f64() / seconds,
            failures: load.failures,
            first_failure: load.first_failure.clone(),
        }
    }
}

impl Report {
    /// Adds a number.
    pub fn figure(&mut self, target: &str, name: impl Into<String>, value: f64, unit: &'static str) {
        self.figures.push(Figure { name: name.into(), target: target.to_owned(), value, unit });
    }

    /// Adds median, 99th percentile and largest of some latencies, in microseconds.
    pub fn latencies(&mut self, target: &str, name: &str, latencies: &Histogram) {
        self.figure(target, format!("{name}, p50"), micros(latencies.quantile(0.5)), "µs");
        self.figure(target, format!("{name}, p99"), micros(latencies.quantile(0.99)), "µs");
        self.figure(target, format!("{name}, max"), micros(latencies.max()), "µs");
    }

    /// How many things went wrong in all.
    pub fn failures(&self) -> u64 {
        self.rows.iter().map(|row| row.failures).sum()
    }
}

/// Microseconds, with a fraction.
pub fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(units: u64, cpu: u64) -> Measured {
        let elapsed = Duration::from_secs(2);
        Measured {
            elapsed,
            units,
            requests: units / 2,
            server_cpu: Some(Duration::from_secs(cpu)),
            ..Measured::default()
        }
    }

    #[test]
    fn rates_are_per_second_and_per_cpu_second() {
        let title = Title { workload: "w", connections: 8, unit: "messages" };
        let row = Row::new(title, "nephele", &load(4_000, 4), Some(&load(9_000, 3)));
        assert_eq!((row.per_second, row.requests_per_second), (2_000.0, 1_000.0));
        assert_eq!(
            (row.per_cpu_second, row.bare_per_cpu_second, row.times_bare),
            (Some(1_000.0), Some(3_000.0), Some(3.0))
        );
    }

    #[test]
    fn unknown_cpu_gives_no_ratio() {
        let title = Title { workload: "w", connections: 8, unit: "requests" };
        let row = Row::new(title, "peer", &Measured { server_cpu: None, ..load(10, 1) }, Some(&load(10, 0)));
        assert_eq!((row.per_cpu_second, row.bare_per_cpu_second, row.times_bare), (None, None, None));
    }
}
