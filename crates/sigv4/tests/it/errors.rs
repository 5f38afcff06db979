//! AWS's words and the order it complains in, held against texts it really sent.

use http::{HeaderMap, Method, Uri};
use names::Timestamp;
use sigv4::{
    BodyHash, Presented, Request, Secret, SignatureError, SigningKeys, Style, TimeCheck, check_scope, identify,
};

use crate::raw::{Raw, at, v4};

fn raw(target: &str, headers: &str) -> Raw {
    Raw::parse(&format!("GET {target} HTTP/1.1\nHost: h\n{headers}\n")).unwrap()
}

fn refused(raw: &Raw, now: &str, style: Style) -> SignatureError {
    raw.verify("secret", at(now), style).unwrap_err()
}

/// A header whose signature fits nothing.
fn header(scope: &str, signed: &str, more: &str) -> Raw {
    let authorization = format!("AWS4-HMAC-SHA256 Credential=AK/{scope}, SignedHeaders={signed}, Signature=b");
    raw("/", &format!("Authorization: {authorization}\nX-Amz-Date: 20130609T095204Z\n{more}"))
}

#[test]
fn what_is_missing_from_a_header() {
    let all = "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. \
        Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a \
        'Date' header. Authorization=AWS4-";
    let cases = [
        ("AWS4-", "", all),
        (
            "AWS4- Signature=b Credential=a",
            "Date: a\n",
            "Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4- Signature=b Credential=a",
        ),
        (
            "AWS4- Signature=b,Credential=a",
            "Date: a\n",
            "Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4- Signature=b,Credential=a",
        ),
        (
            "AWS4-HMAC-SHA256 Signature=b,    Credential,    SignedHeaders",
            "",
            "'Credential' not a valid key=value pair (missing equal-sign) in Authorization header: \
             'AWS4-HMAC-SHA256 Signature=b,    Credential,    SignedHeaders'.",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=a/b/c/d,SignedHeaders=,Signature=b",
            "X-Amz-Date: 20130609T095204Z\n",
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c/d'",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=a/b/c/d/e,SignedHeaders=host,Signature=b",
            "Date: 201\n",
            "Date must be in ISO-8601 'basic format'. Got '201'. See http://en.wikipedia.org/wiki/ISO_8601",
        ),
        (
            "AWS4-HMAC-SHA25 Credential=a/b/c/d/e,SignedHeaders=host,Signature=b",
            "X-Amz-Date: 20130609T095204Z\n",
            "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). ",
        ),
    ];
    for (authorization, more, text) in cases {
        let raw = raw("/", &format!("Authorization: {authorization}\n{more}"));
        let error = identify(&raw.head()).unwrap_err();
        assert_eq!(error.message(Style::General), text);
        assert_eq!((error.code(Style::General), error.status(Style::General)), ("IncompleteSignature", 400));
    }
}

#[test]
fn what_is_missing_from_a_query() {
    let all = "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must include 'X-Amz-Credential'. \
        AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. \
        AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.";
    let one = "AWS query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine the query-string parameters.";
    let cases = [
        ("/?X-Amz-Algorithm", all, "IncompleteSignature"),
        ("/?X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-Date=d", one, "IncompleteSignature"),
        (
            "/?X-Amz-Credential=a&X-Amz-Signature=b&X-Amz-SignedHeaders=c&X-Amz-Date=d",
            "Request is missing Authentication Token",
            "MissingAuthenticationToken",
        ),
    ];
    for (target, text, code) in cases {
        let raw = raw(target, "");
        let error = identify(&raw.head()).unwrap_err();
        assert_eq!((error.message(Style::General).as_str(), error.code(Style::General)), (text, code));
        assert_eq!(error.code(Style::S3), "AuthorizationQueryParametersError");
        assert!(
            error.message(Style::S3).starts_with("Query-string authentication version 4 requires the X-Amz-Algorithm,")
        );
    }
}

#[test]
fn not_signed_or_signed_twice() {
    let anonymous = raw("/?acl", "");
    assert!(matches!(identify(&anonymous.head()), Ok(Presented::Anonymous)));
    let bearer = raw("/", "Authorization: Bearer abc\n");
    assert!(matches!(identify(&bearer.head()), Ok(Presented::Other { scheme: "Bearer" })));
    let twice = raw("/?X-Amz-Algorithm", "Authorization: X\n");
    let error = identify(&twice.head()).unwrap_err();
    let text = "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.";
    assert_eq!((error.message(Style::General).as_str(), error.code(Style::General)), (text, "SignatureDoesNotMatch"));
    assert_eq!(error.code(Style::S3), "InvalidArgument");
}

#[test]
fn time_comes_before_host_before_scope_before_signature() {
    let everything_wrong = header("b/c/d/e", "", "");
    let expired = refused(&everything_wrong, "20130609T100705Z", Style::General);
    let text = "Signature expired: 20130609T095204Z is now earlier than 20130609T095205Z (20130609T100705Z - 15 min.)";
    assert_eq!(expired.message(Style::General), text);
    let early = refused(&everything_wrong, "20130609T094703Z", Style::General);
    let text =
        "Signature not yet current: 20130609T095204Z is still later than 20130609T095203Z (20130609T094703Z + 5 min.)";
    assert_eq!(early.message(Style::General), text);
    let host = refused(&everything_wrong, "20130609T095204Z", Style::General);
    assert_eq!(
        host.message(Style::General),
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
    );
    let scope = refused(&header("b/c/d/e", "Host", ""), "20130609T095204Z", Style::General);
    assert!(matches!(&scope, SignatureError::WrongScope { faults, .. } if faults.len() == 2), "{scope}");
    let signature = refused(&header("20130609/c/d/aws4_request", "host", ""), "20130609T095204Z", Style::General);
    assert_eq!((signature.code(Style::General), signature.status(Style::General)), ("SignatureDoesNotMatch", 403));
}

#[test]
fn every_fault_of_a_scope_is_named() {
    let raw = header("b/c/d/e", "host", "");
    let head = raw.head();
    let v4 = v4(&head).unwrap();
    let error = check_scope(&v4, Some("dynamodb"), Some("us-east-1")).unwrap_err();
    let text = "Credential should be scoped to a valid region, not 'c'. Credential should be scoped to correct service: 'dynamodb'. \
        Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. \
        Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != '20130609', from '20130609T095204Z'.";
    assert_eq!((error.message(Style::General).as_str(), error.code(Style::General)), (text, "SignatureDoesNotMatch"));
    let s3 = "The authorization header is malformed; the region 'c' is wrong; expecting 'us-east-1'";
    assert_eq!((error.message(Style::S3).as_str(), error.code(Style::S3)), (s3, "AuthorizationHeaderMalformed"));
    assert_eq!(error.members(), [("Region", "us-east-1".to_owned())]);
}

#[test]
fn a_mismatch_explains_itself_and_keeps_the_secret() {
    let raw = header("20130609/us-east-1/dynamodb/aws4_request", "host", "");
    let error = raw.verify("hushhushhush", at("20130609T095204Z"), Style::General).unwrap_err();
    let explanation = error.explanation().unwrap();
    let canonical = "GET\n/\n\nhost:h\n\nhost\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert!(explanation.starts_with("The request signature we calculated does not match the signature you provided."));
    assert!(explanation.contains(&format!(
        "should have been\n'{canonical}'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n"
    )));
    assert!(!format!("{error:?} {error} {:?}", error.members()).contains("hushhush"));
    let names: Vec<&str> = error.members().into_iter().map(|(name, _)| name).collect();
    let expected = [
        "AWSAccessKeyId",
        "StringToSign",
        "SignatureProvided",
        "StringToSignBytes",
        "CanonicalRequest",
        "CanonicalRequestBytes",
    ];
    assert_eq!(names, expected);
}

#[test]
fn what_s3_refuses_in_a_header() {
    let scope = "20130609/us-east-1/s3/aws4_request";
    let hash = "x-amz-content-sha256: UNSIGNED-PAYLOAD\n";
    let cases = [
        (header(scope, "host", hash), "20130609T100705Z", "RequestTimeTooSkewed"),
        (header(scope, "host", hash), "20130609T095204Z", "AccessDenied"),
        (header(scope, "x-amz-date", hash), "20130609T095204Z", "AccessDenied"),
        (header(scope, "host;x-amz-date", ""), "20130609T095204Z", "InvalidRequest"),
        (header(scope, "host;x-amz-date", "x-amz-content-sha256: x\n"), "20130609T095204Z", "InvalidArgument"),
        (
            header("1/us-east-1/s3/aws4_request", "host;x-amz-date", hash),
            "20130609T095204Z",
            "AuthorizationHeaderMalformed",
        ),
        (header(scope, "host;x-amz-date", hash), "20130609T095204Z", "SignatureDoesNotMatch"),
    ];
    for (raw, now, code) in cases {
        let error = refused(&raw, now, Style::S3);
        assert_eq!(error.code(Style::S3), code, "{error:?}");
    }
    let more = "x-amz-meta-b: 1\nx-amz-content-sha256: UNSIGNED-PAYLOAD\n";
    let error = refused(&header(scope, "host", more), "20130609T095204Z", Style::S3);
    assert_eq!(error.message(Style::S3), "There were headers present in the request which were not signed");
    assert_eq!(error.members(), [("HeadersNotSigned", "x-amz-date, x-amz-meta-b".to_owned())]);
}

#[test]
fn what_s3_refuses_in_a_presigned_url() {
    let url = |credential: &str, expires: &str| {
        raw(
            &format!(
                "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}&X-Amz-Date=20130609T095204Z{expires}\
                 &X-Amz-SignedHeaders=host&X-Amz-Signature=b"
            ),
            "",
        )
    };
    let good = "AK/20130609/us-east-1/s3/aws4_request";
    let cases = [
        (good, "", "AuthorizationQueryParametersError", "Query-string authentication version 4 requires"),
        (good, "&X-Amz-Expires=x", "AuthorizationQueryParametersError", "X-Amz-Expires should be a number"),
        (good, "&X-Amz-Expires=-1", "AuthorizationQueryParametersError", "X-Amz-Expires must be non-negative"),
        (good, "&X-Amz-Expires=604801", "AuthorizationQueryParametersError", "X-Amz-Expires must be less than a week"),
        (good, "&X-Amz-Expires=1", "AccessDenied", "Request has expired"),
        (good, "&X-Amz-Expires=100", "SignatureDoesNotMatch", "The request signature we calculated"),
        (
            "AK%252F20130609",
            "&X-Amz-Expires=100",
            "AuthorizationQueryParametersError",
            "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD",
        ),
    ];
    for (credential, expires, code, text) in cases {
        let error = refused(&url(credential, expires), "20130609T095210Z", Style::S3);
        assert_eq!(error.code(Style::S3), code, "{error:?}");
        assert!(error.message(Style::S3).starts_with(text), "{}", error.message(Style::S3));
    }
    let early = refused(&url(good, "&X-Amz-Expires=100"), "20130609T093000Z", Style::S3);
    assert_eq!(early.message(Style::S3), "Request is not valid yet");
}

#[test]
fn a_body_that_is_not_the_signed_one() {
    use sigv4::sign::{SignBody, Signer};
    let secret = Secret::new("secret");
    let signer = Signer {
        access_key: "AK",
        secret: &secret,
        session_token: None,
        region: "us-east-1",
        service: "s3",
        style: Style::S3,
        algorithm: sigv4::Algorithm::HmacSha256,
    };
    let (method, uri, mut headers) = (Method::PUT, Uri::from_static("/b/k"), HeaderMap::new());
    let now = at("20130609T095204Z");
    signer.sign(&method, &uri, &mut headers, "h", SignBody::Bytes(b"one"), now).unwrap();
    let raw = Raw { method, uri, headers, host: "h".into(), body: b"two".to_vec() };
    let error = raw.verify("secret", now, Style::S3).unwrap_err();
    assert_eq!(error.code(Style::S3), "XAmzContentSHA256Mismatch");
    let time = TimeCheck { now, at_real: sigv4::HOST_CLOCK };
    let verified = raw.verify_with("secret", BodyHash::FromHeader, &time, Style::S3).unwrap();
    let mut hasher = verified.hasher().unwrap();
    hasher.update(b"o");
    let mut wrong = hasher.clone();
    hasher.update(b"ne");
    assert_eq!(hasher.finish(), Ok(()));
    wrong.update(b"dd");
    assert!(matches!(wrong.finish(), Err(SignatureError::ContentSha256Mismatch { .. })));
}

/// A jump of two hours at real noon: what was signed before it is two hours older, what is signed after it is fresh.
#[test]
fn jumps_of_the_clock() {
    use sigv4::sign::Signer;
    let noon = at("20260101T120000Z");
    let two_hours = std::time::Duration::from_secs(7200);
    let at_real = move |real: Timestamp| if real < noon { real } else { real.plus(two_hours) };
    let secret = Secret::new("secret");
    let signer = Signer {
        access_key: "AK",
        secret: &secret,
        session_token: None,
        region: "us-east-1",
        service: "s3",
        style: Style::S3,
        algorithm: sigv4::Algorithm::HmacSha256,
    };
    let answer = |signed_at: &str, now: &str| {
        let headers = HeaderMap::new();
        let target = signer.presign(&Method::GET, &Uri::from_static("/b/k"), &headers, "h", Some(3600), at(signed_at));
        let uri = Uri::try_from(target).unwrap();
        let request = Request { method: &Method::GET, uri: &uri, headers: &headers, host: "h" };
        let time = TimeCheck { now: at_real(at(now)), at_real: &at_real };
        let v4 = v4(&request).unwrap();
        sigv4::verify(&request, &v4, &secret, &SigningKeys::new(), BodyHash::FromHeader, &time, Style::S3).map(drop)
    };
    assert_eq!(answer("20260101T115900Z", "20260101T115930Z"), Ok(()));
    assert!(matches!(answer("20260101T115900Z", "20260101T120001Z"), Err(SignatureError::PresignedExpired { .. })));
    assert_eq!(answer("20260101T120000Z", "20260101T120001Z"), Ok(()));
}

#[test]
fn region_sets_decide_where_sigv4a_is_good() {
    let raw = raw(
        "/",
        "Authorization: AWS4-ECDSA-P256-SHA256 Credential=AK/20130609/s3/aws4_request,SignedHeaders=host,Signature=b\n\
         X-Amz-Date: 20130609T095204Z\nX-Amz-Region-Set: eu-west-1, us-*\n",
    );
    let head = raw.head();
    let v4 = v4(&head).unwrap();
    for (region, good) in [("eu-west-1", true), ("us-east-2", true), ("eu-west-2", false)] {
        assert_eq!(check_scope(&v4, Some("s3"), Some(region)).is_ok(), good, "{region}");
    }
    let unsigned = refused(&raw, "20130609T095204Z", Style::General);
    assert_eq!(unsigned, SignatureError::HeadersNotSigned { names: vec!["x-amz-region-set".to_owned()] });
}
