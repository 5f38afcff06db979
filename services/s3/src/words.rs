//! S3's words for the failures that every service has. Source: S3 API reference, "Error responses", list of error codes.

use service_kit::{AuthenticationFailure as Auth, Dialect, Fault, Rendered, dialect};
use smithy::{Issue, PathPart, ProtocolKind, Violation};

const ANONYMOUS: &str = "anonymous";

/// S3's dialect.
pub(crate) struct Words;

/// Documents and headers that the handlers check themselves: there is a word of S3's for what is wrong with each.
const CHECKED_BY_HANDLERS: [&str; 24] = [
    "ACL",
    "AbacStatus",
    "AccelerateConfiguration",
    "AccessControlPolicy",
    "AnalyticsConfiguration",
    "BucketLoggingStatus",
    "CORSConfiguration",
    "CreateBucketConfiguration",
    "IntelligentTieringConfiguration",
    "InventoryConfiguration",
    "LifecycleConfiguration",
    "MetricsConfiguration",
    "NotificationConfiguration",
    "ObjectLockConfiguration",
    "ObjectOwnership",
    "OwnershipControls",
    "Policy",
    "PublicAccessBlockConfiguration",
    "ReplicationConfiguration",
    "RequestPaymentConfiguration",
    "ServerSideEncryptionConfiguration",
    "TransitionDefaultMinimumObjectSize",
    "VersioningConfiguration",
    "WebsiteConfiguration",
];

impl Dialect for Words {
    fn holds_to(&self, issue: &Issue) -> bool {
        let Some(PathPart::Member(name)) = issue.path.0.first() else { return true };
        // Of where a bucket is to be only the place is looked at by the handler: tags must be whole.
        let whole = *name == "CreateBucketConfiguration" && issue.violation == Violation::Missing;
        whole || !CHECKED_BY_HANDLERS.contains(name)
    }

    fn render(&self, fault: &Fault, protocol: ProtocolKind) -> Rendered {
        match fault {
            Fault::Authentication(failure) => authentication(fault, failure, protocol),
            Fault::AccessDenied { principal, .. } if principal.contains(ANONYMOUS) => denied(),
            Fault::AccessDenied { principal, action, resource, reason } => {
                let text = dialect::denial(principal, action, resource.as_deref(), reason);
                Rendered::sender("AccessDenied", 403, text)
            }
            Fault::Validation(issues) => issues.first().map_or_else(malformed, broken),
            Fault::Invalid { message } => Rendered::sender("InvalidArgument", 400, message.clone()),
            Fault::TooLarge { limit } => {
                let text = "Your request was too big.";
                Rendered::sender("MaxMessageLengthExceeded", 400, text).with("MaxMessageLengthBytes", limit.to_string())
            }
            Fault::Throttled { message } => {
                let text = if message.is_empty() { "Please reduce your request rate." } else { message };
                Rendered::receiver("SlowDown", 503, text)
            }
            Fault::InvalidPageToken => {
                let text = "The continuation token provided is incorrect";
                Rendered::sender("InvalidArgument", 400, text).with("ArgumentName", "continuation-token")
            }
            Fault::Unavailable { .. } => Rendered::receiver("ServiceUnavailable", 503, "Reduce your request rate."),
            Fault::Internal { .. } => {
                Rendered::receiver("InternalError", 500, "We encountered an internal error. Please try again.")
            }
            _ => dialect::usual(fault, protocol),
        }
    }
}

fn authentication(fault: &Fault, failure: &Auth, protocol: ProtocolKind) -> Rendered {
    match failure {
        Auth::Missing => denied(),
        Auth::UnknownKey | Auth::InactiveKey => {
            let text = "The AWS Access Key Id you provided does not exist in our records.";
            Rendered::sender("InvalidAccessKeyId", 403, text)
        }
        Auth::InvalidToken => {
            Rendered::sender("InvalidToken", 400, "The provided token is malformed or otherwise invalid.")
        }
        Auth::ExpiredToken => Rendered::sender("ExpiredToken", 400, "The provided token has expired."),
        Auth::Unsupported { message } => Rendered::sender("InvalidRequest", 400, message.clone()),
        _ => dialect::usual(fault, protocol),
    }
}

fn denied() -> Rendered {
    Rendered::sender("AccessDenied", 403, "Access Denied")
}

fn malformed() -> Rendered {
    let text = "The XML you provided was not well-formed or did not validate against our published schema";
    Rendered::sender("MalformedXML", 400, text)
}

/// A rule of the model: an argument when it stands in the request's head, else the document.
fn broken(issue: &Issue) -> Rendered {
    let [PathPart::Member(name)] = issue.path.0.as_slice() else { return malformed() };
    match (&issue.violation, &issue.value) {
        (Violation::Missing, _) => malformed(),
        (_, value) => {
            let rendered = Rendered::sender("InvalidArgument", 400, "Invalid Argument");
            rendered.with("ArgumentName", *name).with("ArgumentValue", value.clone().unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(fault: &Fault) -> (String, u16) {
        let rendered = Words.render(fault, ProtocolKind::RestXml);
        (rendered.query_code.into_owned(), rendered.query_status)
    }

    #[test]
    fn failures_of_the_road_have_s3s_codes() {
        let denied = |principal: &str| Fault::AccessDenied {
            principal: principal.to_owned(),
            action: "s3:GetObject".to_owned(),
            resource: None,
            reason: String::new(),
        };
        for (fault, expected, status) in [
            (Fault::Authentication(Auth::UnknownKey), "InvalidAccessKeyId", 403),
            (Fault::Authentication(Auth::ExpiredToken), "ExpiredToken", 400),
            (Fault::Authentication(Auth::InvalidToken), "InvalidToken", 400),
            (denied("arn:aws:iam::1:user/u"), "AccessDenied", 403),
            (Fault::Throttled { message: String::new() }, "SlowDown", 503),
            (Fault::Internal { internal: "why".to_owned() }, "InternalError", 500),
            (Fault::Malformed { reason: String::new() }, "MalformedXML", 400),
            (Fault::TooLarge { limit: 1 }, "MaxMessageLengthExceeded", 400),
            (Fault::UnknownOperation { name: String::new(), version: String::new() }, "MethodNotAllowed", 405),
        ] {
            assert_eq!(code(&fault), (expected.to_owned(), status), "{fault:?}");
        }
        assert_eq!(Words.render(&denied("anonymous"), ProtocolKind::RestXml).message.as_deref(), Some("Access Denied"));
    }
}
