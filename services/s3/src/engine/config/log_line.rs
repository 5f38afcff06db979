//! A line of a server access log, in AWS's order of fields. Pure.
//!
//! Source: S3 user guide, "Amazon S3 server access log format". What is not known is a dash.

use std::net::IpAddr;
use std::time::Duration;

use names::Timestamp;

/// A finished request, as far as a line tells of it.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// When it came.
    pub(crate) at: Timestamp,
    /// The client's address.
    pub(crate) peer: IpAddr,
    /// Who asked; none for nobody in particular.
    pub(crate) requester: Option<String>,
    /// Its id.
    pub(crate) id: String,
    /// The operation of the API.
    pub(crate) operation: String,
    /// The bucket it named.
    pub(crate) bucket: String,
    /// The key it named.
    pub(crate) key: Option<String>,
    /// HTTP method.
    pub(crate) method: String,
    /// Path and query.
    pub(crate) uri: String,
    /// HTTP status.
    pub(crate) status: u16,
    /// Code of the error; empty when there was none.
    pub(crate) error: String,
    /// Bytes of the answer.
    pub(crate) sent: Option<u64>,
    /// Bytes of the object.
    pub(crate) size: Option<u64>,
    /// From its head to its answer.
    pub(crate) took: Duration,
    /// `Referer`.
    pub(crate) referer: Option<String>,
    /// `User-Agent`.
    pub(crate) agent: Option<String>,
    /// `Host`.
    pub(crate) host: Option<String>,
    /// The version it named.
    pub(crate) version: Option<String>,
    /// How it was signed: `AuthHeader`, `QueryString`; none when it was not.
    pub(crate) signed: Option<&'static str>,
    /// Whether it came over TLS.
    pub(crate) secure: bool,
}

/// The line, without its end. `owner` is the canonical id of the bucket's owner.
pub(crate) fn line(request: &Request, owner: &str) -> String {
    let dash = |text: Option<&str>| text.filter(|text| !text.is_empty()).unwrap_or("-").to_owned();
    let quoted = |text: Option<&str>| format!("\"{}\"", dash(text).replace('"', "%22"));
    let number = |value: Option<u64>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
    let took = request.took.as_millis().to_string();
    let fields = [
        owner.to_owned(),
        request.bucket.clone(),
        format!("[{}]", time(request.at)),
        request.peer.to_string(),
        dash(request.requester.as_deref()),
        request.id.clone(),
        format!("REST.{}.{}", request.method, resource(&request.operation, request.key.is_some())),
        dash(request.key.as_deref().map(encoded).as_deref()),
        format!("\"{} {} HTTP/1.1\"", request.method, request.uri),
        request.status.to_string(),
        dash(Some(&request.error)),
        number(request.sent.filter(|sent| *sent > 0)),
        number(request.size),
        took.clone(),
        if request.status < 300 { took } else { "-".to_owned() },
        quoted(request.referer.as_deref()),
        quoted(request.agent.as_deref()),
        dash(request.version.as_deref()),
        request.id.clone(),
        dash(request.signed.map(|_| "SigV4")),
        if request.secure { "TLS_AES_128_GCM_SHA256" } else { "-" }.to_owned(),
        dash(request.signed),
        dash(request.host.as_deref()),
        if request.secure { "TLSv1.3" } else { "-" }.to_owned(),
        "-".to_owned(),
        "-".to_owned(),
    ];
    fields.join(" ")
}

/// As in `06/Feb/2019:00:00:38 +0000`.
fn time(at: Timestamp) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let text = at.iso8601();
    let month = text[5..7].parse::<usize>().ok().and_then(|month| MONTHS.get(month - 1)).unwrap_or(&"Jan");
    format!("{}/{month}/{}:{} +0000", &text[8..10], &text[..4], &text[11..19])
}

/// What an operation is about, as logs name it.
fn resource(operation: &str, has_key: bool) -> &'static str {
    const WORDS: [(&str, &str); 24] = [
        ("Acl", "ACL"),
        ("Tagging", "TAGGING"),
        ("MultipartUpload", "UPLOAD"),
        ("ListParts", "UPLOAD"),
        ("UploadPart", "PART"),
        ("BucketPolicyStatus", "POLICY_STATUS"),
        ("BucketPolicy", "BUCKETPOLICY"),
        ("Lifecycle", "LIFECYCLE"),
        ("BucketVersioning", "VERSIONING"),
        ("ObjectVersions", "BUCKETVERSIONS"),
        ("Logging", "LOGGING_STATUS"),
        ("Notification", "NOTIFICATION"),
        ("Cors", "CORS"),
        ("Website", "WEBSITE"),
        ("Replication", "REPLICATION"),
        ("Encryption", "ENCRYPTION"),
        ("Location", "LOCATION"),
        ("RequestPayment", "REQUEST_PAYMENT"),
        ("Accelerate", "ACCELERATE"),
        ("PublicAccessBlock", "PUBLIC_ACCESS_BLOCK"),
        ("OwnershipControls", "OWNERSHIP_CONTROLS"),
        ("ObjectLock", "OBJECT_LOCK_CONFIGURATION"),
        ("LegalHold", "OBJECT_LOCK_LEGALHOLD"),
        ("Retention", "OBJECT_LOCK_RETENTION"),
    ];
    let named = WORDS.iter().find(|(part, _)| operation.contains(part)).map(|(_, word)| *word);
    match (operation, named) {
        ("ListMultipartUploads", _) => "UPLOADS",
        ("DeleteObjects", _) => "MULTI_OBJECT_DELETE",
        (_, Some(word)) => word,
        _ if has_key => "OBJECT",
        _ => "BUCKET",
    }
}

/// A key as an address writes it.
fn encoded(key: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte);
    key.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_awss_fields_in_their_order() {
        let request = Request {
            at: Timestamp::parse_iso8601("2019-02-06T00:00:38Z").unwrap(),
            peer: "192.0.2.3".parse().unwrap(),
            requester: Some("arn:aws:iam::1:user/u".to_owned()),
            id: "ID".to_owned(),
            operation: "GetObject".to_owned(),
            bucket: "b".to_owned(),
            key: Some("a b".to_owned()),
            method: "GET".to_owned(),
            uri: "/b/a%20b".to_owned(),
            status: 404,
            error: "NoSuchKey".to_owned(),
            sent: Some(113),
            size: None,
            took: Duration::from_millis(7),
            referer: None,
            agent: Some("S3Console/0.4".to_owned()),
            host: Some("localhost".to_owned()),
            version: None,
            signed: Some("AuthHeader"),
            secure: false,
        };
        let expected = "OWNER b [06/Feb/2019:00:00:38 +0000] 192.0.2.3 arn:aws:iam::1:user/u ID REST.GET.OBJECT a%20b \
                        \"GET /b/a%20b HTTP/1.1\" 404 NoSuchKey 113 - 7 - \"-\" \"S3Console/0.4\" - ID SigV4 - \
                        AuthHeader localhost - - -";
        assert_eq!(line(&request, "OWNER"), expected);
    }

    #[test]
    fn operations_are_named_by_what_they_are_about() {
        for (operation, has_key, expected) in [
            ("PutObject", true, "OBJECT"),
            ("ListObjectsV2", false, "BUCKET"),
            ("GetBucketAcl", false, "ACL"),
            ("UploadPart", true, "PART"),
            ("CreateMultipartUpload", true, "UPLOAD"),
            ("ListMultipartUploads", false, "UPLOADS"),
            ("DeleteObjects", false, "MULTI_OBJECT_DELETE"),
        ] {
            assert_eq!(resource(operation, has_key), expected, "{operation}");
        }
    }
}
