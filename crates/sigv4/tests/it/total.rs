//! Whatever comes over the wire gets an answer, not a panic. The same functions are the entries of the fuzz targets.

use http::{HeaderMap, HeaderValue, Method, Uri};
use names::Timestamp;
use proptest::prelude::*;
use sigv4::{
    BodyHash, HOST_CLOCK, PostForm, Presented, Request, Secret, Style, TimeCheck, identify, identify_post, verify,
    verify_post, verify_v2,
};

use crate::raw::KEYS;

/// Identifies and verifies whatever the parts claim, in both styles.
fn answer(target: &str, headers: &[(&'static str, Vec<u8>)]) {
    let Ok(uri) = Uri::try_from(target.as_bytes()) else { return };
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            map.append(*name, value);
        }
    }
    let request = Request { method: &Method::GET, uri: &uri, headers: &map, host: "h" };
    let time = TimeCheck { now: Timestamp::EPOCH, at_real: HOST_CLOCK };
    let (secret, keys) = (Secret::new("secret"), &*KEYS);
    match identify(&request) {
        Ok(Presented::V4(v4) | Presented::V4A(v4)) => {
            for style in [Style::General, Style::S3] {
                for body in [BodyHash::Bytes(b""), BodyHash::FromHeader, BodyHash::Unsigned] {
                    let refused = verify(&request, &v4, &secret, keys, body, &time, style);
                    assert!(refused.is_err());
                }
            }
        }
        Ok(Presented::V2(v2)) => assert!(verify_v2(&request, &v2, &secret, None, &time).is_err()),
        Ok(Presented::Anonymous | Presented::Other { .. }) => {}
        Err(refused) => {
            for style in [Style::General, Style::S3] {
                assert!(!refused.message(style).is_empty() && !refused.code(style).is_empty());
            }
        }
    }
}

const CREDENTIAL: &str =
    "(AK|[A-Z]{0,3})/(19700101|[0-9]{0,9})/[a-z0-9-]{0,9}/[a-z0-9]{0,4}/(aws4_request|[a-z]{0,3})/{0,2}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_header(authorization in proptest::collection::vec(any::<u8>(), 0..80), date in "\\PC{0,20}") {
        answer("/", &[("authorization", authorization), ("x-amz-date", date.into_bytes())]);
    }

    #[test]
    fn any_header_that_looks_like_one(
        start in "AWS4-(HMAC-SHA256|ECDSA-P256-SHA256|X)?[ ,]?",
        credential in CREDENTIAL,
        rest in "((Credential|Signature|SignedHeaders)?=?[a-z0-9;*-]{0,9}[ ,]{0,2}){0,5}",
        date in "(19700101T000000Z|[0-9TZ]{0,17})",
        hash in "(UNSIGNED-PAYLOAD|STREAMING-[A-Z0-9-]{0,30}|[0-9a-f]{0,64})",
    ) {
        let authorization = format!("{start}Credential={credential},{rest}").into_bytes();
        let headers = [
            ("authorization", authorization),
            ("x-amz-date", date.into_bytes()),
            ("x-amz-region-set", b"*".to_vec()),
            ("x-amz-content-sha256", hash.into_bytes()),
        ];
        answer("/a/../b//c?x=1", &headers);
    }

    #[test]
    fn any_query(query in "([%&=a-zA-Z0-9+-]|X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature)|%[0-9A-F]{2}){0,40}") {
        answer(&format!("/?{query}"), &[]);
    }

    #[test]
    fn any_presigned_url(
        credential in CREDENTIAL,
        date in "(19700101T000000Z|[0-9TZ]{0,17})",
        expires in "-?[0-9]{0,9}",
        signed in "(host)?[a-zA-Z;%3B-]{0,9}",
        signature in "[0-9a-f*%é]{0,70}",
    ) {
        for algorithm in ["AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"] {
            let target = format!(
                "/?X-Amz-Algorithm={algorithm}&X-Amz-Credential={credential}&X-Amz-Date={date}&X-Amz-Expires={expires}\
                 &X-Amz-SignedHeaders={signed}&X-Amz-Signature={signature}&X-Amz-Region-Set=*"
            );
            answer(&target, &[]);
        }
    }

    #[test]
    fn any_version_two(key in "[A-Z:]{0,9}", signature in "[a-zA-Z0-9/+=]{0,30}", expires in "[0-9]{0,12}", date in "\\PC{0,30}") {
        answer(&format!("/?AWSAccessKeyId={key}&Signature={signature}&Expires={expires}"), &[]);
        let header = format!("AWS {key}:{signature}");
        answer("/?acl&x=1", &[("authorization", header.into_bytes()), ("date", date.into_bytes())]);
    }

    #[test]
    fn any_form(fields in proptest::collection::hash_map("policy|x-amz-(algorithm|credential|date|signature)|awsaccesskeyid|signature", "\\PC{0,40}", 0..7)) {
        let field = |name: &str| fields.get(name).map(String::as_str);
        if let Ok(PostForm::Signed(policy)) = identify_post(field) {
            prop_assert!(verify_post(&policy, &Secret::new("secret"), &KEYS).is_err());
        }
    }
}
