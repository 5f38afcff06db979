//! What this crate signs it verifies, and nothing that was changed afterwards.

use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Method, Uri};
use names::Timestamp;
use proptest::prelude::*;
use proptest::sample::Index;
use sigv4::sign::{SignBody, Signer};
use sigv4::{Algorithm, Secret, SignatureError, Style};

use crate::raw::Raw;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const NOW: i64 = 1_795_416_743;

/// A request before it is signed.
#[derive(Debug, Clone)]
struct Plain {
    method: Method,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    token: Option<String>,
    style: Style,
    algorithm: Algorithm,
}

fn plain() -> impl Strategy<Value = Plain> {
    let method = prop_oneof![Just(Method::GET), Just(Method::POST), Just(Method::PUT), Just(Method::DELETE)];
    let target = "(/[a-zA-Z0-9._~!$&'()*+,;=:@-]{0,6}(%[0-9A-F]{2})?){1,4}/?([?][a-zA-Z0-9._~+&=/:-]{1,30})?";
    let headers = proptest::collection::vec(("x-amz-meta-[a-z]{1,8}|content-type|x-other", header_value()), 0..4);
    let body = proptest::collection::vec(any::<u8>(), 0..100);
    let style = prop_oneof![Just(Style::General), Just(Style::S3)];
    // A SigV4A signature costs a hundred times as much, so it is drawn less often.
    let algorithm = prop_oneof![9 => Just(Algorithm::HmacSha256), 1 => Just(Algorithm::EcdsaP256Sha256)];
    let token = proptest::option::of("[A-Za-z0-9/+=]{1,40}");
    (method, target, headers, body, token, style, algorithm).prop_map(
        |(method, target, headers, body, token, style, algorithm)| Plain {
            method,
            target,
            headers,
            body,
            token,
            style,
            algorithm,
        },
    )
}

/// Visible ASCII, blanks inside and around, and bytes above.
fn header_value() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(prop_oneof![4 => 0x20u8..0x7f, 1 => Just(b' '), 1 => 0x80u8..=0xff], 0..20)
}

impl Plain {
    fn signer<'a>(&'a self, secret: &'a Secret) -> Signer<'a> {
        Signer {
            access_key: "AKIDEXAMPLE",
            secret,
            session_token: self.token.as_deref(),
            region: "eu-west-1",
            service: "service",
            style: self.style,
            algorithm: self.algorithm,
        }
    }

    fn raw(&self) -> Raw {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            headers.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(value).unwrap());
        }
        let uri = Uri::try_from(&self.target).unwrap();
        Raw { method: self.method.clone(), uri, headers, host: "localhost:4566".into(), body: self.body.clone() }
    }

    fn signed(&self) -> Raw {
        let (secret, mut raw) = (Secret::new(SECRET), self.raw());
        let body = SignBody::Bytes(&self.body);
        let host = raw.host.clone();
        self.signer(&secret).sign(&raw.method, &raw.uri, &mut raw.headers, &host, body, now()).unwrap();
        raw
    }

    fn presigned(&self, expires: u32) -> Raw {
        let (secret, mut raw) = (Secret::new(SECRET), self.raw());
        let target = self.signer(&secret).presign(&raw.method, &raw.uri, &raw.headers, &raw.host, Some(expires), now());
        raw.uri = Uri::try_from(target).unwrap();
        raw.body.clear();
        raw
    }
}

fn now() -> Timestamp {
    Timestamp::from_secs(NOW)
}

/// Changes one byte of a text to another letter; `None` where that is not another text.
fn changed(text: &str, at: Index) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let at = at.index(bytes.len());
    bytes[at] = if bytes[at] == b'q' { b'w' } else { b'q' };
    String::from_utf8(bytes).unwrap()
}

/// A refusal of any kind but a panic; the change may well break the form before it breaks the signature.
fn refused(raw: &Raw, style: Style) -> Result<(), TestCaseError> {
    let answer = raw.verify(SECRET, now(), style);
    prop_assert!(answer.is_err(), "accepted {raw:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_signed_verifies(plain in plain()) {
        let answer = plain.signed().verify(SECRET, now(), plain.style);
        prop_assert!(answer.is_ok(), "{}", answer.unwrap_err().explanation().unwrap_or_default());
        let wrong = plain.signed().verify("another secret", now(), plain.style);
        prop_assert!(matches!(wrong, Err(SignatureError::Mismatch(_))));
    }

    #[test]
    fn what_is_presigned_verifies_until_it_ends(plain in plain(), expires in 1u32..604_800) {
        let raw = plain.presigned(expires);
        let end = NOW + i64::from(expires);
        let answer = raw.verify(SECRET, Timestamp::from_secs(end), plain.style);
        prop_assert!(answer.is_ok(), "{}", answer.unwrap_err().explanation().unwrap_or_default());
        let late = raw.verify(SECRET, Timestamp::from_secs(end + 1), plain.style);
        let ended = matches!(late, Err(SignatureError::Expired { .. } | SignatureError::PresignedExpired { .. }));
        prop_assert!(ended);
    }

    #[test]
    fn a_token_may_be_added_to_a_presigned_url_but_not_for_s3(mut plain in plain()) {
        plain.token = None;
        let mut raw = plain.presigned(60);
        raw.uri = Uri::try_from(format!("{}&X-Amz-Security-Token=later", raw.uri)).unwrap();
        prop_assert_eq!(raw.verify(SECRET, now(), plain.style).is_ok(), plain.style == Style::General);
    }

    #[test]
    fn another_method_path_or_body_is_refused(plain in plain(), at: Index, letter in 0usize..3) {
        let signed = plain.signed();
        let mut raw = signed.clone();
        raw.method = Method::PATCH;
        refused(&raw, plain.style)?;
        let mut raw = signed.clone();
        raw.body.push(b'x');
        refused(&raw, plain.style)?;
        if !plain.body.is_empty() {
            raw.body.pop();
            raw.body[at.index(plain.body.len())] ^= 1 << letter;
            refused(&raw, plain.style)?;
        }
        let mut raw = signed;
        // At the end of the path: what stands before a `..` is normalised away, and then is no other path.
        let (path, query) = plain.target.split_at(plain.target.find('?').unwrap_or(plain.target.len()));
        raw.uri = Uri::try_from(format!("{path}/q{query}")).unwrap();
        refused(&raw, plain.style)?;
    }

    #[test]
    fn another_query_or_host_is_refused(plain in plain()) {
        let signed = plain.signed();
        let joint = if plain.target.contains('?') { '&' } else { '?' };
        let mut raw = signed.clone();
        raw.uri = Uri::try_from(format!("{}{joint}q=1", plain.target)).unwrap();
        refused(&raw, plain.style)?;
        let mut raw = signed;
        raw.host = "localhost:4567".into();
        refused(&raw, plain.style)?;
    }

    #[test]
    fn another_signed_header_is_refused(plain in plain(), at: Index) {
        let signed = plain.signed();
        let names: Vec<HeaderName> = signed.headers.keys().filter(|name| *name != "authorization").cloned().collect();
        let name = &names[at.index(names.len())];
        let mut raw = signed.clone();
        raw.headers.append(name, HeaderValue::from_static("more"));
        // S3 reads the first value; the others have to be signed with it all the same.
        refused(&raw, plain.style)?;
        let mut raw = signed;
        let empty = raw.headers.get_all(name).iter().all(|value| value.as_bytes().trim_ascii().is_empty());
        raw.headers.remove(name);
        if !empty {
            refused(&raw, plain.style)?;
        }
    }

    #[test]
    fn any_other_letter_in_the_authorization_is_refused(plain in plain(), at: Index) {
        let mut raw = plain.signed();
        let header = raw.headers["authorization"].to_str().unwrap().to_owned();
        // The access key is not signed, it finds the secret; blanks carry no meaning.
        let start = header.find('/').unwrap();
        let changed = format!("{}{}", &header[..start], changed(&header[start..], at));
        prop_assume!(changed.split_whitespace().count() == header.split_whitespace().count());
        raw.headers.insert("authorization", HeaderValue::from_str(&changed).unwrap());
        let answer = std::panic::catch_unwind(|| raw.verify(SECRET, now(), plain.style).is_err());
        // It panics where the scheme itself was broken: not signed at all.
        prop_assert!(answer.unwrap_or(true), "accepted {changed}");
    }

    #[test]
    fn any_other_letter_in_a_presigned_url_is_refused(plain in plain(), at: Index) {
        let mut raw = plain.presigned(60);
        let target = raw.uri.to_string();
        let query = target.find("X-Amz-Algorithm").unwrap();
        let other = format!("{}{}", &target[..query], changed(&target[query..], at));
        let Ok(uri) = Uri::try_from(&other) else { return Ok(()) };
        raw.uri = uri;
        let answer = std::panic::catch_unwind(|| raw.verify(SECRET, now(), plain.style).is_err());
        prop_assert!(answer.unwrap_or(true), "accepted {other}");
    }
}
