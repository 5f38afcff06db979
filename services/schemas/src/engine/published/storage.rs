//! Events of S3. Source: S3 user guide, "EventBridge event message structure" and the events that this cloud's S3 sends.

use super::Example;

const S3: &str = "aws.s3";

/// One for each of S3's detail types.
pub(super) const EVENTS: &[Example] = &[
    (
        S3,
        "Object Created",
        r#"{"version":"0","bucket":{"name":"b"},
        "object":{"key":"k","size":5,"etag":"e","version-id?":"v","sequencer":"s"},
        "request-id":"r","requester":"1","source-ip-address?":"1.2.3.4","reason":"PutObject"}"#,
    ),
    (
        S3,
        "Object Deleted",
        r#"{"version":"0","bucket":{"name":"b"},
        "object":{"key":"k","etag?":"e","version-id?":"v","sequencer":"s"},
        "request-id":"r","requester":"1","source-ip-address?":"1.2.3.4","reason":"DeleteObject",
        "deletion-type":"Delete Marker Created"}"#,
    ),
    (
        S3,
        "Object Restore Initiated",
        r#"{"version":"0","bucket":{"name":"b"},"object":{"key":"k","size":5,"etag":"e","version-id?":"v"},
        "request-id":"r","requester":"1","source-ip-address?":"1.2.3.4","source-storage-class":"GLACIER"}"#,
    ),
    (
        S3,
        "Object Restore Completed",
        r#"{"version":"0","bucket":{"name":"b"},"object":{"key":"k","size":5,"etag":"e","version-id?":"v"},
        "request-id":"r","requester":"s3.amazonaws.com","restore-expiry-time":"2021-11-13T00:00:00Z",
        "source-storage-class":"GLACIER"}"#,
    ),
    (
        S3,
        "Object Restore Expired",
        r#"{"version":"0","bucket":{"name":"b"},"object":{"key":"k","etag":"e","version-id?":"v"},
        "request-id":"r","requester":"s3.amazonaws.com"}"#,
    ),
    (
        S3,
        "Object Storage Class Changed",
        r#"{"version":"0","bucket":{"name":"b"},"object":{"key":"k","size":5,"etag":"e","version-id?":"v"},
        "request-id":"r","requester":"s3.amazonaws.com","destination-storage-class":"INTELLIGENT_TIERING"}"#,
    ),
    (
        S3,
        "Object Access Tier Changed",
        r#"{"version":"0","bucket":{"name":"b"},"object":{"key":"k","size":5,"etag":"e","version-id?":"v"},
        "request-id":"r","requester":"s3.amazonaws.com","destination-access-tier":"ARCHIVE_ACCESS"}"#,
    ),
    (
        S3,
        "Object ACL Updated",
        r#"{"version":"0","bucket":{"name":"b"},"object":{"key":"k","etag":"e","version-id?":"v"},
        "request-id":"r","requester":"1","source-ip-address?":"1.2.3.4"}"#,
    ),
    (
        S3,
        "Object Tags Added",
        r#"{"version":"0","bucket":{"name":"b"},"object":{"key":"k","etag":"e","version-id?":"v"},
        "request-id":"r","requester":"1","source-ip-address?":"1.2.3.4"}"#,
    ),
    (
        S3,
        "Object Tags Deleted",
        r#"{"version":"0","bucket":{"name":"b"},"object":{"key":"k","etag":"e","version-id?":"v"},
        "request-id":"r","requester":"1","source-ip-address?":"1.2.3.4"}"#,
    ),
];
