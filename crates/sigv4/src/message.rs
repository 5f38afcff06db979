//! AWS's words: message, code and extra members of each refusal, for S3 and for everyone else.
//!
//! Sources: recorded answers of S3 and DynamoDB published in the test suites of LocalStack, versitygw and dynalite; error texts quoted in issues of AWS's SDKs.

use std::time::Duration;

use names::Timestamp;

use crate::error::Source;
use crate::{Mismatch, ScopeFault, SignatureError, Style};

const CREDENTIAL_SHAPE: &str =
    r#"the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request"."#;
const SHA256_FORMS: &str = "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, \
    STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, \
    STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.";

impl SignatureError {
    /// The text of the error, as the service would write it.
    pub fn message(&self, style: Style) -> String {
        match style {
            Style::General => general(self),
            Style::S3 => s3(self),
        }
    }

    /// The error code. S3's are final. The others are the query protocol's; JSON services say `IncompleteSignatureException`, `InvalidSignatureException` and
    /// `MissingAuthenticationTokenException`, EC2 says `AuthFailure` for a mismatch.
    pub fn code(&self, style: Style) -> &'static str {
        match style {
            Style::General => general_code(self),
            Style::S3 => s3_code(self),
        }
    }

    /// The HTTP status that goes with [`SignatureError::code`] in S3 and in the query protocol; JSON services say 400 for all.
    pub fn status(&self, style: Style) -> u16 {
        match self.code(style) {
            "SignatureDoesNotMatch" | "AccessDenied" | "RequestTimeTooSkewed" | "MissingAuthenticationToken" => 403,
            "MissingContentLength" => 411,
            _ => 400,
        }
    }

    /// The members S3 adds to the error's XML, in its order.
    pub fn members(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Mismatch(mismatch) => mismatch_members(mismatch),
            Self::HeadersNotSigned { names } => vec![("HeadersNotSigned", names.join(", "))],
            Self::PresignedExpired { seconds, expires_at, now } => {
                let seconds = seconds.map(|seconds| ("X-Amz-Expires", seconds.to_string()));
                let instants = [("Expires", whole(*expires_at).iso8601()), ("ServerTime", whole(*now).iso8601())];
                seconds.into_iter().chain(instants).collect()
            }
            Self::TimeTooSkewed { request, now } => vec![
                ("RequestTime", request.basic()),
                ("ServerTime", whole(*now).iso8601()),
                ("MaxAllowedSkewMilliseconds", crate::time::SKEW.as_millis().to_string()),
            ],
            Self::ContentSha256Mismatch { client, computed } => {
                vec![("ClientComputedContentSHA256", client.clone()), ("S3ComputedContentSHA256", computed.clone())]
            }
            Self::WrongScope { faults, .. } => faults.iter().take(1).filter_map(region_member).collect(),
            Self::MissingFormField { field } => vec![("ArgumentName", (*field).to_owned())],
            Self::BadContentSha256 { text } => {
                vec![("ArgumentName", "x-amz-content-sha256".to_owned()), ("ArgumentValue", text.clone())]
            }
            _ => Vec::new(),
        }
    }

    /// The long text of a mismatch with both strings, as services other than S3 write it where they explain themselves. `None` for other errors.
    pub fn explanation(&self) -> Option<String> {
        let Self::Mismatch(mismatch) = self else { return None };
        let canonical = mismatch.canonical_request.as_deref().unwrap_or_default();
        Some(format!(
            "{}\n\nThe Canonical String for this request should have been\n'{canonical}'\n\nThe String-to-Sign should have been\n'{}'\n",
            self.message(Style::General),
            mismatch.string_to_sign
        ))
    }
}

fn region_member(fault: &ScopeFault) -> Option<(&'static str, String)> {
    match fault {
        ScopeFault::Region { expected, .. } => Some(("Region", expected.clone())),
        _ => None,
    }
}

fn mismatch_members(mismatch: &Mismatch) -> Vec<(&'static str, String)> {
    let mut members = vec![
        ("AWSAccessKeyId", mismatch.access_key.clone()),
        ("StringToSign", mismatch.string_to_sign.clone()),
        ("SignatureProvided", mismatch.provided.clone()),
        ("StringToSignBytes", spaced_hex(&mismatch.string_to_sign)),
    ];
    if let Some(canonical) = &mismatch.canonical_request {
        members.push(("CanonicalRequest", canonical.clone()));
        members.push(("CanonicalRequestBytes", spaced_hex(canonical)));
    }
    members
}

fn spaced_hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

fn whole(instant: Timestamp) -> Timestamp {
    Timestamp::from_secs(instant.secs())
}

fn general(error: &SignatureError) -> String {
    use SignatureError as E;
    match error {
        E::TwoForms => "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.".into(),
        E::NotKeyValue { part, header } => {
            format!("'{part}' not a valid key=value pair (missing equal-sign) in Authorization header: '{header}'.")
        }
        E::IncompleteHeader { missing, no_date, header } => incomplete_header(missing, *no_date, header),
        E::IncompleteQuery { unmarked: true, .. } => "Request is missing Authentication Token".into(),
        E::IncompleteQuery { missing, .. } => incomplete_query(missing),
        E::UnsupportedAlgorithm { algorithm, .. } => {
            format!("Unsupported AWS 'algorithm': '{algorithm}' (only AWS4-HMAC-SHA256 for now). ")
        }
        E::BadDate { text, .. } => {
            format!("Date must be in ISO-8601 'basic format'. Got '{text}'. See http://en.wikipedia.org/wiki/ISO_8601")
        }
        E::BadCredential { text, .. } => format!(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{text}'"
        ),
        E::WrongScope { faults, .. } => faults.iter().map(general_fault).collect(),
        E::MissingRegionSet => "Authorization header requires 'X-Amz-Region-Set' header. ".into(),
        E::Expired { made, window, now } => format!(
            "Signature expired: {} is now earlier than {} ({} - {})",
            made.basic(),
            now.minus(*window).basic(),
            now.basic(),
            span(*window)
        ),
        E::NotYetCurrent { made, ahead, now } => format!(
            "Signature not yet current: {} is still later than {} ({} + {})",
            made.basic(),
            now.plus(*ahead).basic(),
            now.basic(),
            span(*ahead)
        ),
        E::HostNotSigned => "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.".into(),
        E::Mismatch(_) => "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing \
             method. Consult the service documentation for details."
            .into(),
        other => s3(other),
    }
}

fn incomplete_header(missing: &[&str], no_date: bool, header: &str) -> String {
    let mut text: String =
        missing.iter().map(|name| format!("Authorization header requires '{name}' parameter. ")).collect();
    if no_date {
        text.push_str("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
    }
    text + "Authorization=" + header
}

fn incomplete_query(missing: &[&str]) -> String {
    let text: String =
        missing.iter().map(|name| format!("AWS query-string parameters must include '{name}'. ")).collect();
    text + "Re-examine the query-string parameters."
}

fn general_fault(fault: &ScopeFault) -> String {
    match fault {
        ScopeFault::Region { given, .. } => {
            format!("Credential should be scoped to a valid region, not '{given}'. ")
        }
        ScopeFault::Service { expected, .. } => {
            format!("Credential should be scoped to correct service: '{expected}'. ")
        }
        ScopeFault::Terminator { given } => {
            format!("Credential should be scoped with a valid terminator: 'aws4_request', not '{given}'. ")
        }
        ScopeFault::Date { given, from } => format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{given}' != '{}', from '{from}'.",
            from.get(..8).unwrap_or(from)
        ),
    }
}

/// `15 min.`, or seconds where that is not whole.
fn span(duration: Duration) -> String {
    match duration.as_secs() {
        seconds if seconds % 60 == 0 => format!("{} min.", seconds / 60),
        seconds => format!("{seconds} sec."),
    }
}

fn general_code(error: &SignatureError) -> &'static str {
    use SignatureError as E;
    match error {
        E::IncompleteQuery { unmarked: true, .. } => "MissingAuthenticationToken",
        E::NotKeyValue { .. }
        | E::IncompleteHeader { .. }
        | E::IncompleteQuery { .. }
        | E::UnsupportedAlgorithm { .. } => "IncompleteSignature",
        E::BadDate { .. } | E::BadCredential { .. } | E::MissingRegionSet => "IncompleteSignature",
        E::ExpiresNotANumber | E::ExpiresNegative | E::ExpiresTooLong => "IncompleteSignature",
        _ => "SignatureDoesNotMatch",
    }
}

fn s3(error: &SignatureError) -> String {
    use SignatureError as E;
    match error {
        E::TwoForms => "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization \
             header should be specified"
            .into(),
        E::NotKeyValue { part, .. } => malformed(&format!("the authorization component \"{part}\" is malformed.")),
        E::IncompleteHeader { missing, no_date: true, .. } if missing.is_empty() => no_date(),
        E::IncompleteHeader { missing, .. } => incomplete_s3_header(missing),
        E::IncompleteQuery { .. } => "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, \
             X-Amz-SignedHeaders, and X-Amz-Expires parameters."
            .into(),
        E::UnsupportedAlgorithm { source: Source::Header, .. } => "Unsupported Authorization Type".into(),
        E::UnsupportedAlgorithm { .. } => {
            "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"".into()
        }
        E::BadDate { source: Source::Header, .. } => no_date(),
        E::BadDate { .. } => "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"".into(),
        E::BadCredential { source, .. } => credential(*source, CREDENTIAL_SHAPE),
        E::WrongScope { faults, source } => faults.first().map(|fault| s3_fault(*source, fault)).unwrap_or_default(),
        E::MissingRegionSet => malformed("the X-Amz-Region-Set is missing."),
        E::ExpiresNotANumber => "X-Amz-Expires should be a number".into(),
        E::ExpiresNegative => "X-Amz-Expires must be non-negative".into(),
        E::ExpiresTooLong => "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds".into(),
        E::TimeTooSkewed { .. } | E::Expired { .. } | E::NotYetCurrent { .. } => {
            "The difference between the request time and the current time is too large.".into()
        }
        E::PresignedExpired { .. } => "Request has expired".into(),
        E::PresignedNotYetValid { .. } => "Request is not valid yet".into(),
        E::HostNotSigned | E::HeadersNotSigned { .. } => {
            "There were headers present in the request which were not signed".into()
        }
        E::MissingContentSha256 => "Missing required header for this request: x-amz-content-sha256".into(),
        E::BadContentSha256 { .. } => SHA256_FORMS.into(),
        E::ContentSha256Mismatch { .. } => {
            "The provided 'x-amz-content-sha256' header does not match what was computed.".into()
        }
        E::MissingDecodedLength => "You must provide the Content-Length HTTP header.".into(),
        E::MissingFormField { field } => format!(
            "Bucket POST must contain a field named '{field}'.  If it is specified, please check the order of the fields."
        ),
        E::IncompleteV2Query => {
            "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters".into()
        }
        E::Mismatch(_) => {
            "The request signature we calculated does not match the signature you provided. Check your key and signing method."
                .into()
        }
    }
}

fn no_date() -> String {
    "AWS authentication requires a valid Date or x-amz-date header".into()
}

fn malformed(what: &str) -> String {
    format!("The authorization header is malformed; {what}")
}

fn incomplete_s3_header(missing: &[&str]) -> String {
    match missing {
        [one] => malformed(&format!("missing {one}.")),
        _ => malformed("the authorization header requires three components: Credential, SignedHeaders, and Signature."),
    }
}

fn credential(source: Source, what: &str) -> String {
    match source {
        Source::Header => malformed(what),
        Source::Query => format!("Error parsing the X-Amz-Credential parameter; {what}"),
        Source::Post => what.to_owned(),
    }
}

fn s3_fault(source: Source, fault: &ScopeFault) -> String {
    match fault {
        ScopeFault::Region { given, expected } => {
            credential(source, &format!("the region '{given}' is wrong; expecting '{expected}'"))
        }
        ScopeFault::Service { given, expected } => {
            credential(source, &format!("incorrect service \"{given}\". This endpoint belongs to \"{expected}\"."))
        }
        ScopeFault::Terminator { given } => {
            credential(source, &format!("incorrect terminal \"{given}\". This endpoint uses \"aws4_request\"."))
        }
        ScopeFault::Date { given, from } => {
            let day = from.get(..8).unwrap_or(from);
            let what =
                format!("Invalid credential date \"{given}\". This date is not the same as X-Amz-Date: \"{day}\".");
            if source == Source::Header { malformed(&what) } else { what }
        }
    }
}

fn s3_code(error: &SignatureError) -> &'static str {
    use SignatureError as E;
    let by_source = |source: &Source| match source {
        Source::Header => "AuthorizationHeaderMalformed",
        Source::Query => "AuthorizationQueryParametersError",
        Source::Post => "InvalidArgument",
    };
    match error {
        E::IncompleteHeader { missing, no_date: true, .. } if missing.is_empty() => "AccessDenied",
        E::NotKeyValue { .. } | E::IncompleteHeader { .. } | E::MissingRegionSet => "AuthorizationHeaderMalformed",
        E::IncompleteQuery { .. } | E::ExpiresNotANumber | E::ExpiresNegative | E::ExpiresTooLong => {
            "AuthorizationQueryParametersError"
        }
        E::BadDate { source: Source::Header, .. } => "AccessDenied",
        E::UnsupportedAlgorithm { source: Source::Header, .. } => "InvalidArgument",
        E::UnsupportedAlgorithm { source, .. } | E::BadDate { source, .. } => by_source(source),
        E::BadCredential { source, .. } | E::WrongScope { source, .. } => by_source(source),
        E::TimeTooSkewed { .. } | E::Expired { .. } | E::NotYetCurrent { .. } => "RequestTimeTooSkewed",
        E::PresignedExpired { .. } | E::PresignedNotYetValid { .. } => "AccessDenied",
        E::HostNotSigned | E::HeadersNotSigned { .. } | E::IncompleteV2Query => "AccessDenied",
        E::MissingContentSha256 => "InvalidRequest",
        E::TwoForms | E::BadContentSha256 { .. } | E::MissingFormField { .. } => "InvalidArgument",
        E::ContentSha256Mismatch { .. } => "XAmzContentSHA256Mismatch",
        E::MissingDecodedLength => "MissingContentLength",
        E::Mismatch(_) => "SignatureDoesNotMatch",
    }
}
