//! What destinations of notifications are sent: S3's event records. Pure.
//!
//! Source: S3 user guide, "Event message structure".

use names::Timestamp;
use serde_json::json;

/// What a destination gets when it is named, to see that it can be reached.
pub(crate) fn test_event(bucket: &str, now: Timestamp, request: &str) -> String {
    json!({
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": now.iso8601(),
        "Bucket": bucket,
        "RequestId": request,
        "HostId": request,
    })
    .to_string()
}
