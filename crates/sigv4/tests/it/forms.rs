//! Version 2 and browser forms. The examples are those of "Signing and authenticating REST requests" in the S3 developer guide.

use std::collections::HashMap;

use sigv4::{
    HOST_CLOCK, PostForm, PostPolicy, Presented, Secret, SignatureError, SigningKeys, Style, TimeCheck, identify,
    identify_post, verify_post, verify_v2,
};

use crate::raw::{Raw, at};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

fn verify(raw: &Raw, now: &str, bucket: Option<&str>) -> Result<(), SignatureError> {
    let head = raw.head();
    let Ok(Presented::V2(v2)) = identify(&head) else { panic!("not version 2: {raw:?}") };
    assert_eq!(v2.access_key, "AKIAIOSFODNN7EXAMPLE");
    verify_v2(&head, &v2, &Secret::new(SECRET), bucket, &TimeCheck { now: at(now), at_real: HOST_CLOCK })
}

#[test]
fn version_two_examples() {
    let host = "Host: awsexamplebucket1.us-west-1.s3.amazonaws.com\n";
    let cases = [
        (
            "GET /photos/puppy.jpg",
            "Date: Tue, 27 Mar 2007 19:36:42 +0000\n",
            "qgk2+6Sv9/oM7G3qLEjTH1a1l1g=",
            "20070327T193642Z",
        ),
        (
            "PUT /photos/puppy.jpg",
            "Content-Type: image/jpeg\nContent-Length: 94328\nDate: Tue, 27 Mar 2007 21:15:45 +0000\n",
            "iqRzw+ileNPu1fhspnRs8nOjjIA=",
            "20070327T211545Z",
        ),
        (
            "GET /?prefix=photos&max-keys=50&marker=puppy",
            "User-Agent: Mozilla/5.0\nDate: Tue, 27 Mar 2007 19:42:41 +0000\n",
            "m0WP8eCtspQl5Ahe6L1SozdX9YA=",
            "20070327T194241Z",
        ),
        ("GET /?acl", "Date: Tue, 27 Mar 2007 19:44:46 +0000\n", "82ZHiFIjc+WbcwFKGUVEQspPn+0=", "20070327T194446Z"),
    ];
    for (line, headers, signature, now) in cases {
        let text = format!("{line} HTTP/1.1\n{host}{headers}Authorization: AWS AKIAIOSFODNN7EXAMPLE:{signature}\n\n");
        let raw = Raw::parse(&text).unwrap();
        assert_eq!(verify(&raw, now, Some("awsexamplebucket1")), Ok(()), "{line}");
        assert!(matches!(verify(&raw, now, Some("other")), Err(SignatureError::Mismatch(_))));
        let late = verify(&raw, "20070329T000000Z", Some("awsexamplebucket1"));
        assert!(matches!(late, Err(SignatureError::TimeTooSkewed { .. })));
    }
}

#[test]
fn version_two_in_the_query() {
    let url = |query: &str| {
        Raw::parse(&format!("GET /photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE{query} HTTP/1.1\nHost: h\n\n"))
            .unwrap()
    };
    let good = url("&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620");
    assert_eq!(verify(&good, "20070329T034020Z", Some("johnsmith")), Ok(()));
    let late = verify(&good, "20070329T034021Z", Some("johnsmith")).unwrap_err();
    assert!(matches!(late, SignatureError::PresignedExpired { seconds: None, .. }));
    for incomplete in ["&Expires=1175139620", "&Signature=x", "&Signature=x&Expires=soon"] {
        let error = verify(&url(incomplete), "20070329T034020Z", None).unwrap_err();
        assert_eq!(error.code(Style::S3), "AccessDenied");
        assert!(error.message(Style::S3).starts_with("Query-string authentication requires the Signature, Expires"));
    }
}

fn form<'a>(fields: &HashMap<&str, &'a str>) -> Result<PostPolicy<'a>, SignatureError> {
    match identify_post(|name| fields.get(name).copied())? {
        PostForm::Signed(policy) => Ok(policy),
        PostForm::Anonymous => panic!("anonymous"),
    }
}

/// Signed with botocore 1.43.11 (`S3SigV4PostAuth` and `HmacV1PostAuth`) and the key of the documentation.
#[test]
fn browser_forms() {
    let policy = "eyJleHBpcmF0aW9uIjogIjIwMTUtMTItMzBUMTI6MDA6MDAuMDAwWiIsICJjb25kaXRpb25zIjogW3siYnVja2V0IjogImIifV19";
    let v4 = HashMap::from([
        ("policy", policy),
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ("x-amz-credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"),
        ("x-amz-date", "20151229T000000Z"),
        ("x-amz-signature", "96f178ec32e34e5092e7481c92b87b6e9c2554324f31fc4284761e5b4c9868fd"),
    ]);
    let v2 = HashMap::from([
        ("policy", policy),
        ("awsaccesskeyid", "AKIAIOSFODNN7EXAMPLE"),
        ("signature", "CUNf8EZzjWSRONvkUMmq6o6sB+A="),
    ]);
    let keys = SigningKeys::new();
    for fields in [v4, v2] {
        let signed = form(&fields).unwrap();
        assert_eq!(signed.access_key(), "AKIAIOSFODNN7EXAMPLE");
        assert_eq!(verify_post(&signed, &Secret::new(SECRET), &keys), Ok(()));
        assert!(verify_post(&signed, &Secret::new("another secret"), &keys).is_err());
        let mut tampered = fields.clone();
        tampered.insert("policy", &policy[..policy.len() - 4]);
        assert!(verify_post(&form(&tampered).unwrap(), &Secret::new(SECRET), &keys).is_err());
        for needed in fields.keys().filter(|name| **name != "policy") {
            let mut fields = fields.clone();
            fields.remove(needed);
            let error = form(&fields).unwrap_err();
            assert_eq!(error.code(Style::S3), "InvalidArgument", "{needed}");
            assert!(error.message(Style::S3).to_lowercase().contains(&format!("a field named '{needed}'")), "{error}");
        }
    }
    assert!(matches!(identify_post(|_| None), Ok(PostForm::Anonymous)));
}
