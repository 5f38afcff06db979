//! What the report of a job tells. Pure.
//!
//! Source: S3 user guide, "Examples: S3 Batch Operations completion reports".

use names::Timestamp;
use serde_json::{Value, json};

use super::TaskRecord;
use crate::engine::sheet;

/// The columns of a report.
pub(crate) const SCHEMA: &str = "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage";

/// A file of a report.
pub(crate) struct File {
    /// Whether it tells of what went well.
    pub(crate) well: bool,
    /// Where it is.
    pub(crate) key: String,
    /// Its MD5, in hexadecimal digits.
    pub(crate) md5: String,
}

/// The line of a task that was tried.
pub(crate) fn line(task: &TaskRecord) -> Option<(bool, String)> {
    let outcome = task.outcome.as_ref()?;
    let well = outcome.code.is_empty();
    let fields = [
        task.bucket.as_str(),
        &sheet::encoded(&task.key),
        task.version.as_deref().unwrap_or_default(),
        if well { "succeeded" } else { "failed" },
        &outcome.code,
        &outcome.status.to_string(),
        &outcome.message,
    ];
    Some((well, sheet::plain(fields)))
}

/// The document that names the files.
pub(crate) fn manifest(bucket: &str, files: &[File], now: Timestamp) -> Value {
    let results = files.iter().map(|file| {
        json!({
            "TaskExecutionStatus": if file.well { "succeeded" } else { "failed" },
            "Bucket": bucket,
            "MD5Checksum": file.md5,
            "Key": file.key,
        })
    });
    json!({
        "Format": "Report_CSV_20180820",
        "ReportCreationDate": now.iso8601(),
        "Results": results.collect::<Vec<_>>(),
        "ReportSchema": SCHEMA,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::job::Outcome;

    #[test]
    fn each_task_is_a_line() {
        let mut task = TaskRecord { bucket: "b".to_owned(), key: "a b".to_owned(), ..TaskRecord::default() };
        assert_eq!(line(&task), None, "it was not tried");
        task.outcome = Some(Outcome { code: String::new(), status: 200, message: "Successful".to_owned() });
        assert_eq!(line(&task), Some((true, "b,a%20b,,succeeded,,200,Successful\n".to_owned())));
        let message = "Access, Denied".to_owned();
        task.outcome = Some(Outcome { code: "AccessDenied".to_owned(), status: 403, message });
        let expected = "b,a%20b,,failed,AccessDenied,403,\"Access, Denied\"\n";
        assert_eq!(line(&task), Some((false, expected.to_owned())));
    }
}
