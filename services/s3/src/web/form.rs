//! A form with a file, put as an object: the policy is held against the fields, the file's length is counted as it comes,
//! and the rest is `PutObject` as whoever signed the policy.

use std::io;
use std::sync::Arc;

use api_s3::{PutObject, PutObjectOutput, PutObjectTagging, errors};
use bytes::Bytes;
use futures_util::StreamExt;
use http::header::{CONTENT_TYPE, ETAG, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use names::Timestamp;
use service_kit::{
    BodyFault, BoxFuture, Cloud, Error, Fault, FormPost, FormUploads, RequestInfo, WebResponse, input_of,
};
use smithy::ByteStream;

use super::form_policy::Policy;
use super::{Edge, escaped};
use crate::error::{access_denied_because, invalid_argument, malformed_xml};
use crate::limits;

impl FormUploads for Edge {
    fn upload<'a>(&'a self, cloud: &'a Cloud, form: FormPost) -> BoxFuture<'a, Result<WebResponse, Error>> {
        Box::pin(async move {
            let key = key(&form)?;
            let length = allowed_length(cloud, &form)?;
            let labels = [("Bucket", form.target.clone()), ("Key", key.clone())];
            let mut input = input_of::<PutObject>(&headers(&form.fields)?, &labels, &Bytes::new())?;
            input.body = bounded(form.file, length);
            // Not a request for the operation: how long the file is, no form tells beforehand.
            let info = RequestInfo { protocol: None, ..form.request.as_ref().clone() };
            let caller = Arc::new(form.caller);
            let put = cloud.call_within::<PutObject>(caller, form.region, info, input).await?;
            Ok(answer(&form.request.base_url, &form.target, &key, &form.fields, &put))
        })
    }
}

fn field<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

/// The key, in which `${filename}` stands for the name that the browser tells.
fn key(form: &FormPost) -> Result<String, Error> {
    let key = field(&form.fields, "key").ok_or_else(|| {
        let text = "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the \
                    fields.";
        invalid_argument(text, "key", "")
    })?;
    let key = key.replace("${filename}", &form.file_name);
    if key.is_empty() {
        return Err(invalid_argument("User key must have a length greater than 0.", "key", ""));
    }
    Ok(key)
}

/// How long the file may be, by the policy when there is one.
fn allowed_length(cloud: &Cloud, form: &FormPost) -> Result<(u64, u64), Error> {
    let Some(policy) = &form.policy else { return Ok((0, limits::PUT)) };
    let policy = Policy::read(policy).map_err(|bad| errors::invalid_policy_document(bad.0))?;
    if expires(cloud, policy.expires, &form.fields) <= cloud.runtime().clock.now() {
        return Err(access_denied_because("Invalid according to Policy: Policy expired."));
    }
    policy.check(&form.target, &form.fields).map_err(|forbidden| access_denied_because(&forbidden.0))?;
    let (least, most) = policy.length.unwrap_or((0, limits::PUT));
    Ok((least, most.min(limits::PUT)))
}

/// When the policy ends by the cloud's clock. The signer wrote it by a clock of its own, as it stood when it signed.
fn expires(cloud: &Cloud, written: Timestamp, fields: &[(String, String)]) -> Timestamp {
    let clock = &cloud.runtime().clock;
    let signed = field(fields, "x-amz-date").and_then(|date| Timestamp::parse_basic(date).ok());
    match signed.filter(|signed| *signed <= written) {
        Some(signed) => clock.at_real(signed).plus(written.since(signed)),
        None => clock.at_real(written),
    }
}

/// The fields as the headers that mean the same.
fn headers(fields: &[(String, String)]) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let (name, value) = match name.as_str() {
            "acl" => ("x-amz-acl", value.clone()),
            "tagging" => ("x-amz-tagging", tagging(value)?),
            "cache-control" | "content-type" | "content-disposition" | "content-encoding" | "expires" => {
                (name.as_str(), value.clone())
            }
            other if other.starts_with("x-amz-") && !is_signature(other) => (other, value.clone()),
            _ => continue,
        };
        let pair = (HeaderName::from_bytes(name.as_bytes()).ok(), HeaderValue::from_bytes(value.as_bytes()).ok());
        if let (Some(name), Some(value)) = pair {
            headers.insert(name, value);
        }
    }
    Ok(headers)
}

fn is_signature(field: &str) -> bool {
    ["x-amz-signature", "x-amz-credential", "x-amz-algorithm", "x-amz-date", "x-amz-security-token"].contains(&field)
}

/// Tags as a form has them, in XML, as a header has them.
fn tagging(xml: &str) -> Result<String, Error> {
    let (labels, body) = ([("Bucket", "b".to_owned()), ("Key", "k".to_owned())], Bytes::from(xml.to_owned()));
    let read = input_of::<PutObjectTagging>(&HeaderMap::new(), &labels, &body).map_err(|_| malformed_xml())?;
    let pair = |tag: &api_s3::Tag| format!("{}={}", encoded(&tag.key, ""), encoded(&tag.value, ""));
    Ok(read.tagging.tag_set.iter().map(pair).collect::<Vec<_>>().join("&"))
}

/// Text within an address; `also` is written as it is too.
fn encoded(text: &str, also: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || also.as_bytes().contains(&byte);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// The file, which ends in a refusal when it is shorter or longer than allowed.
fn bounded(file: ByteStream, (least, most): (u64, u64)) -> ByteStream {
    let trailers = file.trailers.clone();
    let pieces =
        futures_util::stream::try_unfold((file.pieces, 0, false), move |(mut pieces, read, ended)| async move {
            if ended {
                return Ok(None);
            }
            let refused = |fault| Err(io::Error::other(Error::from(Fault::Body(fault))));
            match pieces.next().await {
                None if read < least => refused(BodyFault::TooSmall { least }),
                None => Ok(None),
                Some(piece) => {
                    let piece: Bytes = piece?;
                    let read = read + piece.len() as u64;
                    if read > most {
                        return refused(BodyFault::TooLarge { limit: most });
                    }
                    Ok(Some((piece, (pieces, read, false))))
                }
            }
        });
    ByteStream { trailers, ..ByteStream::new(None, pieces) }
}

/// What the form asked to be answered: a redirect, a document, or nothing.
fn answer(base: &str, bucket: &str, key: &str, fields: &[(String, String)], put: &PutObjectOutput) -> WebResponse {
    let (etag, location) = (put.e_tag.clone().unwrap_or_default(), format!("{base}/{bucket}/{key}"));
    let redirect = field(fields, "success_action_redirect").or_else(|| field(fields, "redirect"));
    let redirect = redirect.and_then(|to| redirected(to, bucket, key, &etag));
    let status = match (&redirect, field(fields, "success_action_status")) {
        (Some(_), _) => StatusCode::SEE_OTHER,
        (None, Some("200")) => StatusCode::OK,
        (None, Some("201")) => StatusCode::CREATED,
        _ => StatusCode::NO_CONTENT,
    };
    let created = status == StatusCode::CREATED;
    let text = if created { document(&location, bucket, key, &etag) } else { String::new() };
    let mut answer = WebResponse::new(ByteStream::from(Bytes::from(text)));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    let mut tell = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    tell(ETAG, &etag);
    tell(LOCATION, redirect.as_deref().unwrap_or(&location));
    if created {
        tell(CONTENT_TYPE, "application/xml");
    }
    if let Some(version) = &put.version_id {
        tell(HeaderName::from_static("x-amz-version-id"), version);
    }
    answer
}

/// The address to go to, with what was put; none when it is no address.
fn redirected(to: &str, bucket: &str, key: &str, etag: &str) -> Option<String> {
    to.parse::<http::Uri>().ok().filter(|uri| uri.scheme().is_some())?;
    let mark = if to.contains('?') { '&' } else { '?' };
    Some(format!("{to}{mark}bucket={}&key={}&etag={}", encoded(bucket, "/"), encoded(key, "/"), encoded(etag, "/")))
}

fn document(location: &str, bucket: &str, key: &str, etag: &str) -> String {
    let (location, key, etag) = (escaped(location), escaped(key), escaped(etag));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PostResponse><Location>{location}</Location><Bucket>{bucket}</Bucket>\
         <Key>{key}</Key><ETag>{etag}</ETag></PostResponse>"
    )
}
