//! Copies: of objects, which share the bytes of their source where keys allow it; of ranges, as parts of uploads.

use std::ops::Range;

use api_s3::{
    CopyObject, CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopyPartResult, MetadataDirective,
    TaggingDirective, UploadPartCopy, UploadPartCopyInput, UploadPartCopyOutput, errors,
};
use service_kit::{Ctx, Error, Outcome};
use smithy::ByteStream;
use store::blobs::BlobKey;

use super::address::{self, check_key};
use super::checksums::{self, show, supported};
use super::draft::{described, draft};
use super::object::{archived, only_if, read_version, tag};
use super::sealing::{self, Customer, asked, tell};
use super::{shown, upload};
use crate::S3;
use crate::engine::bucket::Bucket;
use crate::engine::checksum::{Algorithm, Hasher};
use crate::engine::condition::ReadIf;
use crate::engine::config::document::Document;
use crate::engine::content::Fresh;
use crate::engine::object::event::What;
use crate::engine::object::put::{Body, Put};
use crate::engine::object::record::{ETag, ObjectRecord};
use crate::engine::range;
use crate::engine::sealing::Sealing;
use crate::error::{invalid_argument, invalid_request, precondition_failed, told};
use crate::limits;
use crate::store::{BucketNo, Versioning};

/// Where a copy comes from.
struct Source {
    bucket: Bucket,
    key: String,
    record: ObjectRecord,
    version: Option<String>,
}

/// What a request says of its source.
struct Asked<'a> {
    header: &'a str,
    owner: Option<&'a str>,
    read_if: ReadIf<'a>,
    customer: Customer<'a>,
}

macro_rules! source_of {
    ($input:expr) => {
        Asked {
            header: &$input.copy_source,
            owner: $input.expected_source_bucket_owner.as_deref(),
            read_if: ReadIf {
                matches: $input.copy_source_if_match.as_deref(),
                differs: $input.copy_source_if_none_match.as_deref(),
                modified_since: $input.copy_source_if_modified_since,
                unmodified_since: $input.copy_source_if_unmodified_since,
            },
            customer: Customer {
                algorithm: $input.copy_source_sse_customer_algorithm.as_deref(),
                key: $input.copy_source_sse_customer_key.as_deref(),
                md5: $input.copy_source_sse_customer_key_md5.as_deref(),
            },
        }
    };
}

async fn source(ctx: &Ctx, asked: &Asked<'_>) -> Result<Source, Error> {
    let (name, key, version) = parse(asked.header)
        .ok_or_else(|| invalid_argument("Invalid copy source object key", "x-amz-copy-source", "x-amz-copy-source"))?;
    let bucket = address::bucket(ctx, &name, asked.owner).await?;
    let engine = ctx.state::<S3>().engine();
    let record = engine.find(&bucket, &key, version.as_deref()).await?;
    if record.marker {
        return Err(invalid_request(
            "The source of a copy request may not specifically refer to a delete marker by version id.",
        ));
    }
    asked.read_if.check(&record, ctx.now()).map_err(|failed| precondition_failed(failed.copy_header()))?;
    if !record.is_readable(ctx.now()) {
        return Err(archived(&record));
    }
    let version = (bucket.record.versioning != Versioning::Never).then(|| engine.version_id(&record));
    Ok(Source { bucket, key, record, version })
}

/// `bucket/key?versionId=id`, with or without a slash before; encoded as an address is. An access point's ARN instead of a
/// bucket is one too.
fn parse(header: &str) -> Option<(String, String, Option<String>)> {
    let (path, version) = match header.split_once("?versionId=") {
        Some((path, version)) => (path, Some(version.to_owned())),
        None => (header, None),
    };
    let path = decoded(path);
    let path = path.strip_prefix('/').unwrap_or(&path);
    let (bucket, key) = path.split_once('/')?;
    (!bucket.is_empty() && !key.is_empty()).then(|| (bucket.to_owned(), key.to_owned(), version))
}

/// Percent signs undone, plus signs being spaces, as S3 reads this header.
pub(crate) fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(if bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Copies an object.
pub(crate) async fn copy_object(ctx: &Ctx, mut input: CopyObjectInput) -> Outcome<CopyObject> {
    check_key(&input.key)?;
    let asked = source_of!(input);
    let only_if = only_if(input.if_match.as_deref(), input.if_none_match.as_deref())?;
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let algorithm = input.checksum_algorithm.as_ref().map(|name| supported(name.as_str())).transpose()?;
    let source = source(ctx, &asked).await?;
    if source.record.length > limits::PUT {
        let text = "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120";
        return Err(invalid_request(text));
    }
    let replaces = match &input.metadata_directive {
        None | Some(MetadataDirective::Copy) => false,
        Some(MetadataDirective::Replace) => true,
        Some(MetadataDirective::Unknown(other)) => {
            return Err(invalid_argument("Unknown metadata directive.", "x-amz-metadata-directive", other.clone()));
        }
    };
    let retags = match &input.tagging_directive {
        None | Some(TaggingDirective::Copy) => false,
        Some(TaggingDirective::Replace) => true,
        Some(TaggingDirective::Unknown(other)) => {
            return Err(invalid_argument("Unknown tagging directive.", "x-amz-tagging-directive", other.clone()));
        }
    };
    let itself = source.bucket.no() == bucket.no() && source.key == input.key && asked_for_current(&input.copy_source);
    if itself && !replaces && changes_nothing(ctx, &input, &bucket, &source.record).await? {
        return Err(invalid_request(
            "This copy request is illegal because it is trying to copy an object to itself without changing the object's \
             metadata, storage class, website redirect location or encryption attributes.",
        ));
    }
    if !retags {
        input.tagging = None;
    }
    let asked = source_of!(input);
    let mut draft = draft(ctx, &bucket, described!(input))?;
    if !replaces {
        let redirect = draft.headers.redirect.take();
        draft.headers = source.record.headers.clone();
        draft.headers.redirect = redirect;
        draft.metadata = source.record.metadata.clone();
    }
    if !retags {
        draft.tags = source.record.tags.clone();
    }
    let copied = content(ctx, &bucket, &input, &source, asked.customer, algorithm, &draft).await?;
    let body = match &copied.fresh {
        Some(fresh) => Body::Fresh(fresh),
        None => Body::Shared { bucket: source.bucket.no(), key: &source.key, version: &source.record },
    };
    let put = Put { bucket: &bucket, key: &input.key, draft: &copied.draft, body, only_if, what: What::Copy };
    let record = ctx.state::<S3>().engine().put(put).await?;
    if let Some(fresh) = copied.fresh {
        fresh.named();
    }
    let mut result = CopyObjectResult {
        e_tag: Some(record.etag.to_string()),
        last_modified: Some(record.modified),
        ..CopyObjectResult::default()
    };
    if let Some(checksum) = &record.checksum {
        show!(result, checksum.algorithm, checksum.text());
        result.checksum_type = Some(checksum.extent.as_str().to_owned().into());
    }
    let mut output = CopyObjectOutput {
        copy_object_result: Some(result),
        expiration: ctx.state::<S3>().engine().expiry_header(&bucket, &input.key, &record).await?,
        copy_source_version_id: source.version,
        version_id: read_version(ctx, &bucket, &record),
        request_charged: shown::charged(ctx, &bucket),
        ..CopyObjectOutput::default()
    };
    tell!(output, &record.sealing);
    Ok(output)
}

fn asked_for_current(header: &str) -> bool {
    !header.contains("?versionId=")
}

/// Whether a copy of an object onto itself would leave it as it is. A bucket that says how it encrypts changes it, also when
/// it says the usual.
async fn changes_nothing(
    ctx: &Ctx,
    input: &CopyObjectInput,
    bucket: &Bucket,
    from: &ObjectRecord,
) -> Result<bool, Error> {
    let says_nothing = input.storage_class.is_none()
        && input.website_redirect_location.is_none()
        && input.server_side_encryption.is_none()
        && input.sse_customer_algorithm.is_none()
        && from.sealing == Sealing::S3
        && from.restore.is_none();
    let engine = ctx.state::<S3>().engine();
    Ok(says_nothing
        && engine.config::<Document<api_s3::ServerSideEncryptionConfiguration>>(bucket.no()).await?.is_none())
}

/// A copy's content, and the draft that tells of it.
struct Copied {
    draft: ObjectRecord,
    /// None when it shares the bytes of its source.
    fresh: Option<Fresh>,
}

async fn content(
    ctx: &Ctx,
    bucket: &Bucket,
    input: &CopyObjectInput,
    source: &Source,
    customer: Customer<'_>,
    algorithm: Option<Algorithm>,
    draft: &ObjectRecord,
) -> Result<Copied, Error> {
    let read_key = sealing::to_read(ctx, &source.record.sealing, customer).await?;
    let (sealing, key) = sealing::chosen(ctx, bucket, &input.key, asked!(input)).await?;
    let from = &source.record;
    let shares = from.sealing == Sealing::S3 && sealing == Sealing::S3;
    let known = from.etag.parts.is_none() && from.checksum.as_ref().is_some_and(|sum| sum.parts.is_none());
    let algorithm_kept = algorithm.is_none() || algorithm == from.checksum.as_ref().map(|sum| sum.algorithm);
    let draft = ObjectRecord { length: from.length, sealing, ..draft.clone() };
    if shares && known && algorithm_kept {
        let draft = ObjectRecord { etag: from.etag, checksum: from.checksum.clone(), ..draft };
        return Ok(Copied { draft, fresh: None });
    }
    let kept = algorithm.or(from.checksum.as_ref().map(|sum| sum.algorithm)).unwrap_or(Algorithm::Crc64Nvme);
    let (hashes, fresh) = {
        let body = read(ctx, from, read_key, 0..from.length).await?;
        let engine = ctx.state::<S3>().engine();
        match shares {
            true => (engine.hash(body, Hasher::new([kept])).await?, None),
            false => {
                let taken = engine.take_in(body, Hasher::new([kept]), key, limits::PUT, |_| Ok(())).await?;
                (taken.hashes, Some(taken.fresh))
            }
        }
    };
    let checksum = checksums::full(hashes.sum(kept).map(|sum| (kept, sum.clone())));
    let etag = ETag { digest: tag(ctx, &draft.sealing, &hashes), parts: None };
    Ok(Copied { draft: ObjectRecord { etag, checksum, ..draft }, fresh })
}

async fn read(ctx: &Ctx, from: &ObjectRecord, key: Option<BlobKey>, range: Range<u64>) -> Result<ByteStream, Error> {
    let body = ctx.state::<S3>().engine().read(from.no, from.content, key, range).await;
    body.map_err(|error| told(error.into()))
}

/// Copies a range of an object as a part of an upload.
pub(crate) async fn upload_part_copy(ctx: &Ctx, input: UploadPartCopyInput) -> Outcome<UploadPartCopy> {
    let number = upload::part_number(input.part_number)?;
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let engine = ctx.state::<S3>().engine();
    let upload = engine.upload(&bucket, &input.key, &input.upload_id).await?;
    let asked = source_of!(input);
    let source = source(ctx, &asked).await?;
    let range = range_of(input.copy_source_range.as_deref(), source.record.length)?;
    if range.end - range.start > limits::PUT {
        return Err(errors::invalid_request(
            "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
        )
        .into());
    }
    let read_key = sealing::to_read(ctx, &source.record.sealing, asked.customer).await?;
    let key = sealing::of_upload(ctx, &upload.record.draft.sealing, sealing::customer!(input)).await?;
    let body = read(ctx, &source.record, read_key, range).await?;
    let algorithm = upload.record.checksum.map_or(Algorithm::Crc64Nvme, |(algorithm, _)| algorithm);
    let taken = engine.take_in(body, Hasher::new([algorithm]), key, limits::PUT, |_| Ok(())).await?;
    let part = upload::part(ctx, &upload.record, &taken.hashes, taken.hashes.sum(algorithm).cloned());
    let at: BucketNo = bucket.no();
    tracing::trace!(bucket = at, number, "a part is copied");
    engine.put_part(&bucket, &input.key, &input.upload_id, number, &part, &taken.fresh).await?;
    taken.fresh.named();
    let mut result = CopyPartResult {
        e_tag: Some(ETag { digest: part.etag, parts: None }.to_string()),
        last_modified: Some(part.modified),
        ..CopyPartResult::default()
    };
    if let (Some((algorithm, _)), Some(sum)) = (upload.record.checksum, &part.checksum) {
        show!(result, algorithm, crate::engine::checksum::Checksum::full(algorithm, sum.clone()).text());
    }
    let mut output = UploadPartCopyOutput {
        copy_source_version_id: source.version,
        copy_part_result: Some(result),
        request_charged: shown::charged(ctx, &bucket),
        ..UploadPartCopyOutput::default()
    };
    tell!(output, &upload.record.draft.sealing);
    Ok(output)
}

const RANGE: &str = "x-amz-copy-source-range";

fn range_of(header: Option<&str>, length: u64) -> Result<Range<u64>, Error> {
    let Some(header) = header else { return Ok(0..length) };
    let range = range::of_copy(header).ok_or_else(|| {
        let text = "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the \
                    zero-based offsets of the first and last bytes to copy";
        invalid_argument(text, RANGE, header)
    })?;
    if range.start >= length {
        return Err(invalid_request("The specified copy range is invalid for the source object size"));
    }
    match range.end <= length {
        true => Ok(range),
        false => {
            let text = format!("Range specified is not valid for source object of size: {length}");
            Err(invalid_argument(text, RANGE, header))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_read_as_addresses() {
        let of = |bucket: &str, key: &str, version: Option<&str>| {
            Some((bucket.to_owned(), key.to_owned(), version.map(str::to_owned)))
        };
        for (header, expected) in [
            ("b/k", of("b", "k", None)),
            ("/b/k/l", of("b", "k/l", None)),
            ("b/a%20b%2Fc", of("b", "a b/c", None)),
            ("b%2Fk", of("b", "k", None)),
            ("b/k?versionId=v", of("b", "k", Some("v"))),
            ("b/k%3FversionId=v", of("b", "k?versionId=v", None)),
            ("b/a+b", of("b", "a b", None)),
            ("b/100%", of("b", "100%", None)),
            ("b", None),
            ("b/", None),
            ("//k", None),
        ] {
            assert_eq!(parse(header), expected, "{header}");
        }
    }
}
