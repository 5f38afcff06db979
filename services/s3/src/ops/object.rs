//! Objects: written, read, looked at.

use std::ops::Range;

use api_s3::{
    ErrorFacts, GetObject, GetObjectInput, GetObjectOutput, HeadObject, HeadObjectInput, HeadObjectOutput, PutObject,
    PutObjectInput, PutObjectOutput, errors,
};
use names::Timestamp;
use service_kit::{Ctx, Error, Outcome, Principal};
use smithy::ByteStream;

use super::address::{self, check_key};
use super::checksums::{self, Claim, given, show};
use super::draft::{described, draft};
use super::sealing::{self, asked, customer, tell};
use super::shown;
use crate::S3;
use crate::access::hide;
use crate::engine::bucket::Bucket;
use crate::engine::checksum::{Checksum, Extent, Hashes};
use crate::engine::condition::ReadIf;
use crate::engine::content::Piece;
use crate::engine::object::event::What;
use crate::engine::object::put::{Body, OnlyIf, Put};
use crate::engine::object::record::{ETag, ObjectRecord};
use crate::engine::range;
use crate::engine::sealing::Sealing;
use crate::error::{invalid_argument, invalid_request, is_marker, not_implemented, precondition_failed, told, with};
use crate::limits;
use crate::store::Versioning;

/// Writes an object.
pub(crate) async fn put_object(ctx: &Ctx, input: PutObjectInput) -> Outcome<PutObject> {
    check_key(&input.key)?;
    if input.write_offset_bytes.is_some() {
        return Err(not_implemented("x-amz-write-offset-bytes", None));
    }
    let only_if = only_if(input.if_match.as_deref(), input.if_none_match.as_deref())?;
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    check_length(ctx, &input.body)?;
    let claim = Claim::of(
        &given!(input),
        input.checksum_algorithm.as_ref().map(|algorithm| algorithm.as_str()),
        input.content_md5.as_deref(),
        input.body.trailers.clone(),
    )?;
    let draft = draft(ctx, &bucket, described!(input))?;
    let (sealing, key) = sealing::chosen(ctx, &bucket, &input.key, asked!(input)).await?;
    let engine = ctx.state::<S3>().engine();
    let check = |hashes: &Hashes| claim.check(hashes);
    let taken = engine.take_in(input.body, claim.hasher(None), key, limits::PUT, check).await?;
    let draft = ObjectRecord {
        length: taken.hashes.length,
        etag: ETag { digest: tag(ctx, &sealing, &taken.hashes), parts: None },
        checksum: checksums::full(claim.kept(&taken.hashes)),
        sealing,
        ..draft
    };
    let put = Put {
        bucket: &bucket,
        key: &input.key,
        draft: &draft,
        body: Body::Fresh(&taken.fresh),
        only_if,
        what: What::Put,
    };
    let record = engine.put(put).await?;
    taken.fresh.named();
    let mut output = PutObjectOutput {
        expiration: engine.expiry_header(&bucket, &input.key, &record).await?,
        e_tag: Some(record.etag.to_string()),
        version_id: shown_version(ctx, &bucket, &record),
        request_charged: shown::charged(ctx, &bucket),
        ..PutObjectOutput::default()
    };
    if let Some(checksum) = &record.checksum {
        show!(output, checksum.algorithm, checksum.text());
        output.checksum_type = Some(checksum.extent.as_str().to_owned().into());
    }
    tell!(output, &record.sealing);
    Ok(output)
}

/// The digest of a tag: the content's MD5, but where that would tell something of what only a key's owner may know.
pub(crate) fn tag(ctx: &Ctx, sealing: &Sealing, hashes: &Hashes) -> [u8; 16] {
    ctx.state::<S3>().engine().tag(sealing, hashes.md5)
}

/// A body from the network must say how long it is.
pub(crate) fn check_length(ctx: &Ctx, body: &ByteStream) -> Result<(), Error> {
    match body.length.is_some() || ctx.request.protocol.is_none() {
        true => Ok(()),
        false => Err(errors::missing_content_length("You must provide the Content-Length HTTP header.").into()),
    }
}

/// Conditions of a write.
pub(crate) fn only_if<'a>(matches: Option<&'a str>, none: Option<&str>) -> Result<OnlyIf<'a>, Error> {
    let value = |header: &str| {
        let text = format!("We don't accept the provided value of {header} header for this API");
        not_implemented(header, Some(&text))
    };
    match (matches, none) {
        (Some(_), Some(_)) => Err(not_implemented(
            "If-Match,If-None-Match",
            Some("Multiple conditional request headers present in the request"),
        )),
        (Some("*"), None) => Err(value("If-Match")),
        (None, Some(none)) if none != "*" => Err(value("If-None-Match")),
        (matches, none) => Ok(OnlyIf { matches, absent: none.is_some() }),
    }
}

/// The id of a version, where the bucket ever kept any.
pub(crate) fn shown_version(ctx: &Ctx, bucket: &Bucket, record: &ObjectRecord) -> Option<String> {
    let shown = bucket.record.versioning == Versioning::Enabled || (!record.null && record.no > 0);
    shown.then(|| ctx.state::<S3>().engine().version_id(record))
}

/// The same where a version is read: one without an id is told too, once the bucket kept others.
pub(crate) fn read_version(ctx: &Ctx, bucket: &Bucket, record: &ObjectRecord) -> Option<String> {
    let shown = bucket.record.versioning != Versioning::Never;
    shown.then(|| ctx.state::<S3>().engine().version_id(record))
}

/// What a reader asks for: one of several forms of the same.
struct Reading<'a> {
    bucket: &'a str,
    key: &'a str,
    version: Option<&'a str>,
    owner: Option<&'a str>,
    read_if: ReadIf<'a>,
    range: Option<&'a str>,
    part: Option<i32>,
    with_checksum: bool,
    method: &'static str,
}

macro_rules! reading {
    ($input:expr, $method:literal) => {
        Reading {
            bucket: &$input.bucket,
            key: &$input.key,
            version: $input.version_id.as_deref(),
            owner: $input.expected_bucket_owner.as_deref(),
            read_if: ReadIf {
                matches: $input.if_match.as_deref(),
                differs: $input.if_none_match.as_deref(),
                modified_since: $input.if_modified_since,
                unmodified_since: $input.if_unmodified_since,
            },
            range: $input.range.as_deref(),
            part: $input.part_number,
            with_checksum: $input.checksum_mode.is_some(),
            method: $method,
        }
    };
}

/// What is read.
struct Found {
    bucket: Bucket,
    record: ObjectRecord,
    range: Range<u64>,
    /// Whether only a part was asked for.
    partial: bool,
    /// The parts of an upload, when one was asked for.
    parts: Option<i32>,
    checksum: Option<Checksum>,
}

async fn find(ctx: &Ctx, reading: &Reading<'_>) -> Result<Found, Error> {
    check_key(reading.key)?;
    let bucket = address::bucket(ctx, reading.bucket, reading.owner).await?;
    if reading.range.is_some() && reading.part.is_some() {
        return Err(invalid_request("Cannot specify both Range header and partNumber query parameter"));
    }
    let engine = ctx.state::<S3>().engine();
    let record = match engine.find(&bucket, reading.key, reading.version).await {
        Ok(record) => record,
        Err(refusal) => return Err(hide(ctx, &bucket, told(refusal)).await),
    };
    if record.marker {
        return Err(marker(ctx, reading, &record));
    }
    if let Err(failed) = reading.read_if.check(&record, ctx.now()) {
        return Err(match failed.is_not_modified() {
            true => not_modified(&record),
            false => precondition_failed(failed.header()),
        });
    }
    let whole = 0..record.length;
    let (range, partial, parts, checksum) = match (reading.range, reading.part) {
        (None, None) => (whole, false, None, record.checksum.clone()),
        (Some(header), _) => match range::asked(header, record.length) {
            range::Asked::Whole => (whole, false, None, record.checksum.clone()),
            range::Asked::Part(part) => {
                let checksum = record.checksum.clone().filter(|_| part == whole);
                (part, true, None, checksum)
            }
            range::Asked::Unsatisfiable => return Err(unsatisfiable(header, &record)),
        },
        (None, Some(number)) => part(ctx, &record, number).await?,
    };
    let checksum = checksum.filter(|_| reading.with_checksum);
    Ok(Found { bucket, record, range, partial, parts, checksum })
}

type Part = (Range<u64>, bool, Option<i32>, Option<Checksum>);

/// The bytes of one part of an upload. What was written at once is its own first part.
async fn part(ctx: &Ctx, record: &ObjectRecord, number: i32) -> Result<Part, Error> {
    if !limits::PARTS.contains(&number) {
        let text = "Part number must be an integer between 1 and 10000, inclusive";
        return Err(invalid_argument(text, "partNumber", number.to_string()));
    }
    let Some(parts) = record.etag.parts else {
        return match number {
            1 => Ok((0..record.length, true, None, record.checksum.clone())),
            _ => Err(no_such_part(number, 1)),
        };
    };
    let pieces = pieces(ctx, record).await?;
    let index = usize::try_from(number - 1).unwrap_or(usize::MAX);
    let piece = pieces.get(index).ok_or_else(|| no_such_part(number, parts.into()))?;
    let start: u64 = pieces[..index].iter().map(|piece| piece.length).sum();
    // A part has a checksum of its own only where the whole's is of the parts'.
    let composite = record.checksum.as_ref().filter(|whole| whole.extent == Extent::Composite);
    let checksum = composite.zip(piece.checksum.clone()).map(|(whole, value)| Checksum {
        algorithm: whole.algorithm,
        extent: whole.extent,
        value,
        parts: None,
    });
    Ok((start..start + piece.length, true, Some(parts.into()), checksum))
}

/// The parts of what was put together of some.
pub(crate) async fn pieces(ctx: &Ctx, record: &ObjectRecord) -> Result<Vec<Piece>, Error> {
    let Some(at) = record.content.layout(record.no) else { return Ok(Vec::new()) };
    let engine = ctx.state::<S3>().engine();
    let view = engine.store().read().await?;
    Ok(engine.layout(&view, at).await?.pieces)
}

/// Sets everything that answers to readers have in common.
macro_rules! describe {
    ($ctx:expr, $output:expr, $found:expr) => {{
        let Found { bucket, record, range, partial, parts, checksum } = &$found;
        let length = i64::try_from(range.end - range.start).unwrap_or(i64::MAX);
        $output.accept_ranges = Some("bytes".to_owned());
        $output.content_length = Some(length);
        $output.last_modified = Some(Timestamp::from_secs(record.modified.secs()));
        $output.e_tag = Some(record.etag.to_string());
        $output.version_id = read_version($ctx, bucket, record);
        $output.parts_count = *parts;
        if *partial {
            let last = range.end.saturating_sub(1);
            $output.status = Some(206);
            $output.content_range = Some(format!("bytes {}-{last}/{}", range.start, record.length));
        }
        if let Some(checksum) = checksum {
            show!($output, checksum.algorithm, checksum.text());
            $output.checksum_type = Some(checksum.extent.as_str().to_owned().into());
        }
        let headers = record.headers.clone();
        $output.content_type = headers.content_type;
        $output.cache_control = headers.cache_control;
        $output.content_disposition = headers.content_disposition;
        $output.content_encoding = headers.content_encoding;
        $output.content_language = headers.content_language;
        $output.expires = headers.expires;
        $output.website_redirect_location = headers.redirect;
        $output.metadata = shown::metadata(record);
        $output.storage_class = shown::class(record);
        $output.restore = shown::restore(record, $ctx.now());
        $output.replication_status = record.replication.map(|status| status.as_str().to_owned().into());
        $output.tag_count = Some(record.tags.len()).filter(|count| *count > 0).and_then(|count| count.try_into().ok());
        $output.object_lock_mode = record.retention.map(|kept| kept.mode.as_str().to_owned().into());
        $output.object_lock_retain_until_date = record.retention.map(|kept| kept.until);
        $output.object_lock_legal_hold_status = record.hold.map(|hold| shown::hold(hold).to_owned().into());
        $output.request_charged = shown::charged($ctx, bucket);
        tell!($output, &record.sealing);
    }};
}

/// Puts headers of the caller's choice in place of the object's own.
macro_rules! override_headers {
    ($output:expr, $input:expr) => {{
        let put = |own: &mut Option<String>, asked: Option<String>| {
            if asked.is_some() {
                *own = asked;
            }
        };
        put(&mut $output.cache_control, $input.response_cache_control);
        put(&mut $output.content_disposition, $input.response_content_disposition);
        put(&mut $output.content_encoding, $input.response_content_encoding);
        put(&mut $output.content_language, $input.response_content_language);
        put(&mut $output.content_type, $input.response_content_type);
        put(&mut $output.expires, $input.response_expires.map(|at| at.http_date()));
    }};
}

/// Reads an object, or a part of it.
pub(crate) async fn get_object(ctx: &Ctx, input: GetObjectInput) -> Outcome<GetObject> {
    refuse_overrides_to_nobody(
        ctx,
        input.response_content_type.is_some() || input.response_content_disposition.is_some(),
    )?;
    let found = find(ctx, &reading!(input, "GET")).await?;
    let key = sealing::to_read(ctx, &found.record.sealing, customer!(input)).await?;
    if !found.record.is_readable(ctx.now()) {
        return Err(archived(&found.record));
    }
    let (no, content) = (found.record.no, found.record.content);
    let engine = ctx.state::<S3>().engine();
    engine.saw(found.bucket.no(), &found.record);
    let body = engine.read(no, content, key, found.range.clone()).await;
    let mut output = GetObjectOutput { body: body.map_err(|error| told(error.into()))?, ..GetObjectOutput::default() };
    describe!(ctx, output, found);
    output.expiration = engine.expiry_header(&found.bucket, &input.key, &found.record).await?;
    override_headers!(output, input);
    Ok(output)
}

/// Tells everything about an object but its content.
pub(crate) async fn head_object(ctx: &Ctx, input: HeadObjectInput) -> Outcome<HeadObject> {
    let found = find(ctx, &reading!(input, "HEAD")).await?;
    sealing::recognise(ctx, &found.record.sealing, customer!(input))?;
    let mut output = HeadObjectOutput::default();
    describe!(ctx, output, found);
    let engine = ctx.state::<S3>().engine();
    output.expiration = engine.expiry_header(&found.bucket, &input.key, &found.record).await?;
    override_headers!(output, input);
    let archived = found.record.class.tier().filter(|_| !found.record.is_readable(ctx.now()));
    output.archive_status = archived.map(|tier| tier.to_owned().into());
    Ok(output)
}

fn refuse_overrides_to_nobody(ctx: &Ctx, overrides: bool) -> Result<(), Error> {
    match overrides && ctx.caller.principal == Principal::Anonymous {
        true => Err(invalid_request("Request specific response headers cannot be used for anonymous GET requests.")),
        false => Ok(()),
    }
}

fn marker(ctx: &Ctx, reading: &Reading<'_>, record: &ObjectRecord) -> Error {
    is_marker(reading.method, Some(ctx.state::<S3>().engine().version_id(record)))
}

fn not_modified(record: &ObjectRecord) -> Error {
    with(
        errors::not_modified("Not Modified"),
        ErrorFacts {
            head_e_tag: Some(record.etag.to_string()),
            head_last_modified: Some(record.modified.http_date()),
            ..ErrorFacts::default()
        },
    )
}

fn unsatisfiable(header: &str, record: &ObjectRecord) -> Error {
    with(
        errors::invalid_range("The requested range is not satisfiable"),
        ErrorFacts {
            range_requested: Some(header.to_owned()),
            actual_object_size: Some(record.length.to_string()),
            ..ErrorFacts::default()
        },
    )
}

fn no_such_part(number: i32, parts: i32) -> Error {
    with(
        errors::invalid_part_number("The requested partnumber is not satisfiable"),
        ErrorFacts {
            part_number_requested: Some(number.to_string()),
            actual_part_count: Some(parts.to_string()),
            ..ErrorFacts::default()
        },
    )
}

/// Content that must be restored first.
pub(crate) fn archived(record: &ObjectRecord) -> Error {
    let mut error = errors::invalid_object_state("The operation is not valid for the object's storage class");
    error.details = Some(Box::new(api_s3::InvalidObjectState {
        storage_class: Some(record.class.as_str().to_owned().into()),
        access_tier: record.class.tier().map(|tier| tier.to_owned().into()),
    }));
    error.into()
}
