//! Calls to other services: templates and their parts that lie in buckets.

use api_s3::{GetObject, GetObjectInput};
use service_kit::{Ctx, Error, Fault};

use crate::error::invalid;

/// Bytes of a template in a bucket: AWS's quota.
pub(crate) const LARGEST: usize = 1_048_576;

/// Where an address of S3 leads: bucket and key.
pub(crate) fn address(url: &str, base: &str) -> Result<(String, String), Error> {
    if let Some(rest) = url.strip_prefix("s3://") {
        let bucket = rest.split('/').next().unwrap_or_default();
        return Err(invalid(format!("S3 error: Domain name specified in {bucket} is not a valid S3 domain")));
    }
    let unsupported = || invalid("TemplateURL must be a supported URL.");
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).ok_or_else(unsupported)?;
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_once('/').ok_or_else(unsupported)?;
    let host = authority.split(':').next().unwrap_or_default();
    let own = base.split("://").nth(1).unwrap_or_default().split([':', '/']).next().unwrap_or_default();
    if let Some(at) = host.find(".s3.").or_else(|| host.find(".s3-")) {
        return Ok((host[..at].to_owned(), decoded(path)));
    }
    let by_path =
        host.starts_with("s3.") || host.starts_with("s3-") || host == own || ["localhost", "127.0.0.1"].contains(&host);
    let (bucket, key) = path.split_once('/').filter(|_| by_path).ok_or_else(unsupported)?;
    Ok((bucket.to_owned(), decoded(key)))
}

fn decoded(path: &str) -> String {
    let bytes = path.as_bytes();
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let code = (bytes[at] == b'%').then(|| path.get(at + 1..at + 3)).flatten();
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                plain.push(byte);
                at += 3;
            }
            None => {
                plain.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// A text in a bucket, read as the caller.
pub(crate) async fn text(ctx: &Ctx, bucket: String, key: String) -> Result<String, Error> {
    let input = GetObjectInput { bucket, key, ..GetObjectInput::default() };
    let mut body = ctx.call::<GetObject>(input).await?.body;
    let mut bytes = Vec::new();
    while let Some(piece) = std::future::poll_fn(|cx| body.pieces.as_mut().poll_next(cx)).await {
        bytes.extend_from_slice(&piece.map_err(|error| Fault::internal(error.to_string()))?);
        if bytes.len() > LARGEST {
            return Err(invalid(format!("Template may not exceed {LARGEST} bytes in size.")));
        }
    }
    String::from_utf8(bytes).map_err(|_| invalid("Template format error: unsupported structure."))
}

/// The template at an address.
pub(crate) async fn template(ctx: &Ctx, url: &str) -> Result<String, Error> {
    let (bucket, key) = address(url, &ctx.request.base_url)?;
    text(ctx, bucket, key).await.map_err(|error| match error {
        Error::Modeled(error) => invalid(format!("S3 error: {}", error.message)),
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_to_buckets() {
        let base = "http://localhost:4566";
        for url in [
            "https://b.s3.amazonaws.com/a/t.yml",
            "https://s3.amazonaws.com/b/a/t.yml",
            "https://s3-eu-west-1.amazonaws.com/b/a/t.yml",
            "https://b.s3.eu-west-1.amazonaws.com/a/t.yml?versionId=1",
            "http://localhost:4566/b/a/t.yml",
            "http://b.s3.localhost:4566/a%2Ft.yml",
        ] {
            assert_eq!(address(url, base).unwrap(), ("b".to_owned(), "a/t.yml".to_owned()), "{url}");
        }
        for url in ["https://example.com/dummy.yml", "s3://b/k", "ftp://b/k", ""] {
            assert!(address(url, base).is_err(), "{url}");
        }
    }
}
