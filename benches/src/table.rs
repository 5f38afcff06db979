//! The report for eyes: Markdown tables with aligned columns, so that they can be pasted where they are read.

use std::fmt::Write;

use crate::report::{Figure, Report, Row};

const LOADS: [&str; 13] = [
    "workload",
    "server",
    "conns",
    "unit",
    "per s",
    "per CPU s",
    "p50",
    "p99",
    "max",
    "RSS",
    "bare per CPU s",
    "× bare",
    "client cores",
];

/// All of a report.
pub fn render(report: &Report) -> String {
    let mut text = format!("{}\n", report.machine);
    if !report.rows.is_empty() {
        let _ = write!(text, "\n{}", grid(&LOADS, &report.rows.iter().map(load).collect::<Vec<_>>()));
    }
    if !report.figures.is_empty() {
        let rows: Vec<_> = report.figures.iter().map(figure).collect();
        let _ = write!(text, "\n{}", grid(&["figure", "server", "value"], &rows));
    }
    for row in report.rows.iter().filter(|row| row.failures > 0) {
        let first = row.first_failure.as_deref().unwrap_or_default();
        let _ = writeln!(text, "\n{} on {}: {} failures, first: {first}", row.workload, row.target, row.failures);
    }
    text
}

fn load(row: &Row) -> Vec<String> {
    let maybe = |value: Option<f64>, show: fn(f64) -> String| value.map_or("–".to_owned(), show);
    vec![
        row.workload.clone(),
        row.target.clone(),
        row.connections.to_string(),
        row.unit.to_owned(),
        thousands(row.per_second),
        maybe(row.per_cpu_second, thousands),
        time(row.p50),
        time(row.p99),
        time(row.max),
        maybe(row.resident.map(|bytes| bytes as f64), megabytes),
        maybe(row.bare_per_cpu_second, thousands),
        maybe(row.times_bare, |times| format!("{times:.2}")),
        format!("{:.2}", row.client_cores),
    ]
}

fn figure(figure: &Figure) -> Vec<String> {
    let value = match figure.unit {
        "µs" => time(figure.value),
        unit if figure.value >= 1_000.0 => format!("{} {unit}", thousands(figure.value)),
        unit => format!("{:.1} {unit}", figure.value),
    };
    vec![figure.name.clone(), figure.target.clone(), value.trim_end().to_owned()]
}

/// A Markdown table. The first two columns are text, the others stand at the right.
fn grid(titles: &[&str], rows: &[Vec<String>]) -> String {
    let width = |at: usize| {
        rows.iter().map(|row| row[at].chars().count()).chain([titles[at].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..titles.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let mut line = String::from("|");
        for (at, cell) in cells.into_iter().enumerate() {
            let width = widths[at];
            let _ = if at < 2 { write!(line, " {cell:<width$} |") } else { write!(line, " {cell:>width$} |") };
        }
        line + "\n"
    };
    let dashes: Vec<String> = widths
        .iter()
        .enumerate()
        .map(|(at, w)| "-".repeat(w - usize::from(at >= 2)) + if at < 2 { "" } else { ":" })
        .collect();
    let head = line(titles.to_vec()) + &line(dashes.iter().map(String::as_str).collect());
    rows.iter().fold(head, |text, row| text + &line(row.iter().map(String::as_str).collect()))
}

/// A whole number with commas.
fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Microseconds as a person would write them.
fn time(micros: f64) -> String {
    match micros {
        m if m < 1_000.0 => format!("{m:.0} µs"),
        m if m < 100_000.0 => format!("{:.2} ms", m / 1e3),
        m => format!("{:.0} ms", m / 1e3),
    }
}

fn megabytes(bytes: f64) -> String {
    format!("{:.0} MB", bytes / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        for (value, text) in [(0.4, "0"), (999.0, "999"), (1_000.0, "1,000"), (1_234_567.0, "1,234,567")] {
            assert_eq!(thousands(value), text);
        }
        for (micros, text) in [(12.3, "12 µs"), (1_234.0, "1.23 ms"), (250_000.0, "250 ms")] {
            assert_eq!(time(micros), text);
        }
    }

    #[test]
    fn columns_stand_under_each_other() {
        let text = grid(
            &["figure", "server", "value"],
            &[vec!["a µ".into(), "n".into(), "1".into()], vec!["b".into(), "n".into(), "1,000".into()]],
        );
        let widths: Vec<usize> = text.lines().map(|line| line.chars().count()).collect();
        assert_eq!(widths, [widths[0]; 4]);
        assert!(text.contains("| b      | n      | 1,000 |"), "{text}");
    }
}
