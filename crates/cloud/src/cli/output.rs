//! Printing: text or JSON, and failures on standard error. A reader that went away (`nephele logs | head`) ends a command
//! quietly.

use std::io::{self, Write};

use serde::Serialize;

use super::{Failure, Outcome};

/// Prints `value` as JSON when asked to, else the text.
pub(super) fn print(json: bool, value: &impl Serialize, text: impl FnOnce() -> String) -> Outcome {
    if json {
        let pretty = serde_json::to_string_pretty(value).map_err(|error| Failure::Failed(error.to_string()))?;
        return line(&pretty);
    }
    line(text().trim_end_matches('\n'))
}

/// Prints one line at once.
pub(super) fn line(text: &str) -> Outcome {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Failure::NobodyReads),
        Err(error) => Err(Failure::Failed(error.to_string())),
    }
}

/// Tells of a failure on standard error.
pub(super) fn failure(failure: &Failure, json: bool) {
    let Some(message) = failure.message() else { return };
    let text = if json { serde_json::json!({ "error": message }).to_string() } else { format!("nephele: {message}") };
    // With standard error gone there is nobody left to tell.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Columns wide enough for their longest cell, two blanks apart.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|c| c.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [vec!["a".to_owned(), "bb".to_owned()], vec!["ccc".to_owned(), "d".to_owned()]];
        assert_eq!(table(&rows), "a    bb\nccc  d\n");
        assert_eq!(table(&[]), "");
    }
}
