//! Files posted by browsers' forms. The gateway reads the fields, verifies who signed the policy among them, and hands
//! the file on while it comes; what the policy allows is the service's to say.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use http::Method;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use multer::{Constraints, Field, Multipart, SizeLimit};
use names::{AccountId, Region};
use parking_lot::Mutex;
use service_kit::{BodyFault, Caller, Error, Fault, FormPost, KeyOwner, PresentedKey, RequestInfo};
use sigv4::{PostForm, PostPolicy, Style, identify_post, verify_post};
use smithy::ByteStream;

use crate::authenticate::{Authentication, refused, unknown};
use crate::coming::Coming;
use crate::framing::Framing;
use crate::identify::HostParts;
use crate::trip::{bare, header_text, host_of};

/// All fields before the file together, in bytes: what S3 allows beside its own fields is 20 KB.
const FIELDS: usize = 32 * 1024;

/// A form on its way: its boundary and what it is posted to.
pub(crate) struct Posted {
    boundary: String,
    target: String,
}

impl Posted {
    /// Whether a request posts a form with a file to the root of a bucket.
    pub(crate) fn of(head: &Parts) -> Option<Self> {
        let boundary = multer::parse_boundary(header_text(&head.headers, CONTENT_TYPE.as_str())).ok()?;
        let host = bare(host_of(head));
        let path = head.uri.path().trim_matches('/');
        let target = HostParts::read(&host).bucket().filter(|_| path.is_empty()).unwrap_or_else(|| path.to_owned());
        let one = !target.is_empty() && !target.contains('/');
        (head.method == Method::POST && head.uri.query().is_none() && one).then_some(Self { boundary, target })
    }

    /// Reads the fields up to the file, and verifies the policy among them.
    pub(crate) async fn read(
        self,
        coming: Coming,
        who: &Authentication<'_>,
        pause: std::time::Duration,
        request: Arc<RequestInfo>,
    ) -> Result<FormPost, Error> {
        let body = coming.stream(Framing::Plain, pause);
        let size = SizeLimit::new().per_field(FIELDS as u64).for_field("file", u64::MAX).for_field("File", u64::MAX);
        let constraints = Constraints::new().size_limit(size.whole_stream(u64::MAX));
        let mut parts = Multipart::with_constraints(body.pieces, self.boundary, constraints);
        let (mut fields, mut length) = (Vec::new(), 0);
        loop {
            let field = parts.next_field().await.map_err(|error| unreadable(&error))?;
            let field = field.ok_or_else(|| absent("file"))?;
            let name = field.name().unwrap_or_default().to_ascii_lowercase();
            if name == "file" {
                let (caller, region) = caller(&fields, who).await?;
                let region = region.unwrap_or_else(|| who.cloud.default_region().clone());
                let policy = value(&fields, "policy").map(str::to_owned);
                let file_name = field.file_name().unwrap_or_default().to_owned();
                let file = ByteStream::new(None, File(Mutex::new(field)));
                return Ok(FormPost { target: self.target, caller, policy, fields, file_name, file, region, request });
            }
            let text = field.text().await.map_err(|error| unreadable(&error))?;
            length += name.len() + text.len();
            if length > FIELDS {
                let message = "Your POST request fields preceding the upload file were too large.".to_owned();
                return Err(Fault::Invalid { message }.into());
            }
            fields.push((name, text));
        }
    }
}

/// Who signed the policy, and where they meant it.
async fn caller(fields: &[(String, String)], who: &Authentication<'_>) -> Result<(Caller, Option<Region>), Fault> {
    let read = |error| refused(&error, Style::S3);
    match identify_post(|name| value(fields, name)).map_err(read)? {
        PostForm::Anonymous => Ok((Caller::anonymous(AccountId::DEFAULT), None)),
        PostForm::Signed(policy) => {
            let region = policy.credential().and_then(|credential| Region::parse(&credential.region));
            Ok((owner(&policy, who).await?, region))
        }
    }
}

async fn owner(policy: &PostPolicy<'_>, who: &Authentication<'_>) -> Result<Caller, Fault> {
    let key = PresentedKey { access_key: policy.access_key(), token: policy.session_token };
    match who.credentials.owner(who.cloud, key).await {
        KeyOwner::Known { secrets, caller } => {
            let checks = secrets.iter().map(|secret| verify_post(policy, secret, who.keys));
            match checks.reduce(Result::or) {
                Some(Err(error)) => Err(refused(&error, Style::S3)),
                _ => Ok(caller),
            }
        }
        KeyOwner::Unchecked(caller) => Ok(caller),
        nobody => Err(unknown(&nobody)),
    }
}

fn value<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

fn absent(field: &str) -> Error {
    let message = format!("POST requires exactly one file upload per request: no field '{field}'.");
    Fault::Invalid { message }.into()
}

fn unreadable(error: &multer::Error) -> Error {
    match error {
        multer::Error::FieldSizeExceeded { limit, .. } => {
            let message = format!("Your metadata field is larger than {limit} bytes.");
            Fault::Invalid { message }.into()
        }
        multer::Error::StreamReadFailed(_) => Fault::Body(BodyFault::Incomplete).into(),
        _ => Fault::Malformed {
            reason: "The body of your POST request is not well-formed multipart/form-data.".to_owned(),
        }
        .into(),
    }
}

/// The bytes of the file. Locked only because streams are shared between threads; it is never contended.
struct File(Mutex<Field<'static>>);

impl Stream for File {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let field = Pin::new(self.0.get_mut());
        field.poll_next(cx).map(|piece| piece.map(|piece| piece.map_err(|e| io::Error::other(unreadable(&e)))))
    }
}
