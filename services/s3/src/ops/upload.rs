//! Multipart uploads: begun, given parts, listed, put together, given up.

use api_s3::{
    AbortMultipartUpload, AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUpload,
    CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedPart, CreateMultipartUpload,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, ErrorFacts, Initiator, ListParts, ListPartsInput,
    ListPartsOutput, Part, UploadPart, UploadPartInput, UploadPartOutput, errors,
};
use names::AccountId;
use service_kit::{Ctx, Error, Outcome, Principal};

use super::address::{self, check_key};
use super::checksums::{Claim, given, show, supported};
use super::draft::{described, draft};
use super::object::{check_length, only_if, shown_version, tag};
use super::sealing::{self, asked, customer, tell};
use super::shown;
use crate::S3;
use crate::engine::checksum::{Algorithm, Checksum, Extent, Hashes, decode};
use crate::engine::content::Place;
use crate::engine::object::record::ETag;
use crate::engine::refusal::Refusal;
use crate::engine::sealing::Sealing;
use crate::engine::upload::complete::{Completion, NamedPart, hex};
use crate::error::{invalid_argument, invalid_request, malformed_xml, told, with};
use crate::limits;
use crate::store::{ObjectRecord, PartRecord, UploadRecord};

/// Begins an upload.
pub(crate) async fn create_multipart_upload(
    ctx: &Ctx,
    input: CreateMultipartUploadInput,
) -> Outcome<CreateMultipartUpload> {
    check_key(&input.key)?;
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let checksum = checksum(
        input.checksum_algorithm.as_ref().map(|algorithm| algorithm.as_str()),
        input.checksum_type.as_ref().map(|extent| extent.as_str()),
    )?;
    let draft = draft(ctx, &bucket, described!(input))?;
    let (sealing, _) = sealing::chosen(ctx, &bucket, &input.key, asked!(input)).await?;
    let record = UploadRecord {
        initiated: ctx.now(),
        initiator: initiator(ctx),
        draft: ObjectRecord { sealing, ..draft },
        disturbed: false,
        checksum,
    };
    let id = ctx.state::<S3>().engine().begin_upload(&bucket, &input.key, &record).await?;
    let mut output = CreateMultipartUploadOutput {
        bucket: Some(bucket.name.clone()),
        upload_id: Some(id),
        checksum_algorithm: checksum.map(|(algorithm, _)| algorithm.as_str().to_owned().into()),
        checksum_type: checksum.map(|(_, extent)| extent.as_str().to_owned().into()),
        request_charged: shown::charged(ctx, &bucket),
        key: Some(input.key),
        ..CreateMultipartUploadOutput::default()
    };
    tell!(output, &record.draft.sealing);
    Ok(output)
}

/// Whose upload it is: an account by its canonical id, anyone else by ARN.
fn initiator(ctx: &Ctx) -> String {
    match ctx.caller.principal {
        Principal::Root | Principal::Anonymous => ctx.account().to_string(),
        _ => ctx.caller.arn(ctx.partition()),
    }
}

fn checksum(algorithm: Option<&str>, extent: Option<&str>) -> Result<Option<(Algorithm, Extent)>, Error> {
    let Some(name) = algorithm else {
        return match extent {
            None => Ok(None),
            Some(_) => Err(invalid_request(
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
            )),
        };
    };
    let algorithm = supported(name)?;
    let (usual, both) = algorithm.extents();
    let Some(text) = extent else { return Ok(Some((algorithm, usual))) };
    let wanted =
        Extent::parse(text).ok_or_else(|| invalid_request("Value for x-amz-checksum-type header is invalid."))?;
    if wanted != usual && !both {
        let name = algorithm.as_str().to_lowercase();
        let text = format!("The {text} checksum type cannot be used with the {name} checksum algorithm.");
        return Err(invalid_request(text));
    }
    Ok(Some((algorithm, wanted)))
}

/// A part's number.
pub(crate) fn part_number(number: i32) -> Result<u16, Error> {
    let within = limits::PARTS.contains(&number).then(|| u16::try_from(number).ok()).flatten();
    within.ok_or_else(|| {
        let text = "Part number must be an integer between 1 and 10000, inclusive";
        invalid_argument(text, "partNumber", number.to_string())
    })
}

/// A part of an upload.
pub(crate) fn part(ctx: &Ctx, upload: &UploadRecord, hashes: &Hashes, checksum: Option<Vec<u8>>) -> PartRecord {
    PartRecord {
        modified: ctx.now(),
        length: hashes.length,
        md5: hashes.md5,
        etag: tag(ctx, &upload.draft.sealing, hashes),
        checksum,
        place: Place::None,
    }
}

/// Takes a part.
pub(crate) async fn upload_part(ctx: &Ctx, input: UploadPartInput) -> Outcome<UploadPart> {
    let number = part_number(input.part_number)?;
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let engine = ctx.state::<S3>().engine();
    let upload = engine.upload(&bucket, &input.key, &input.upload_id).await?;
    check_length(ctx, &input.body)?;
    let claim = Claim::of(
        &given!(input),
        input.checksum_algorithm.as_ref().map(|algorithm| algorithm.as_str()),
        input.content_md5.as_deref(),
        input.body.trailers.clone(),
    )?;
    let of_upload = upload.record.checksum.map(|(algorithm, _)| algorithm);
    if let (Some(expected), Some(found)) = (of_upload, claim.algorithm())
        && expected != found
    {
        let (expected, found) = (expected.as_str().to_lowercase(), found.as_str().to_lowercase());
        return Err(invalid_request(format!(
            "Checksum Type mismatch occurred, expected checksum Type: {expected}, actual checksum Type: {found}"
        )));
    }
    let key = sealing::of_upload(ctx, &upload.record.draft.sealing, customer!(input)).await?;
    let algorithm = of_upload.unwrap_or(Algorithm::Crc64Nvme);
    let check = |hashes: &Hashes| claim.check(hashes);
    let taken = engine.take_in(input.body, claim.hasher(Some(algorithm)), key, limits::PUT, check).await?;
    let part = part(ctx, &upload.record, &taken.hashes, taken.hashes.sum(algorithm).cloned());
    engine.put_part(&bucket, &input.key, &input.upload_id, number, &part, &taken.fresh).await?;
    taken.fresh.named();
    let mut output = UploadPartOutput {
        e_tag: Some(ETag { digest: part.etag, parts: None }.to_string()),
        request_charged: shown::charged(ctx, &bucket),
        ..UploadPartOutput::default()
    };
    if let Some((algorithm, sum)) = claim.kept(&taken.hashes) {
        show!(output, algorithm, Checksum::full(algorithm, sum).text());
    }
    tell!(output, &upload.record.draft.sealing);
    Ok(output)
}

/// Puts the parts together.
pub(crate) async fn complete_multipart_upload(
    ctx: &Ctx,
    input: CompleteMultipartUploadInput,
) -> Outcome<CompleteMultipartUpload> {
    let only_if = only_if(input.if_match.as_deref(), input.if_none_match.as_deref())?;
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let engine = ctx.state::<S3>().engine();
    // An upload that is over may have ended with this very request, whose answer was lost.
    let upload = match engine.upload(&bucket, &input.key, &input.upload_id).await {
        Ok(upload) => Some(upload.record),
        Err(Refusal::NoSuchUpload(_)) => None,
        Err(refusal) => return Err(told(refusal)),
    };
    let expected = upload.as_ref().and_then(|upload| upload.checksum);
    let checksum = whole_checksum(&given!(input), expected)?;
    check_extent(upload.is_some(), expected, input.checksum_type.as_ref().map(|extent| extent.as_str()))?;
    let named = input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
    if upload.is_none() && named.is_empty() {
        return Err(told(Refusal::NoSuchUpload(input.upload_id)));
    }
    if named.is_empty() {
        return Err(invalid_request("You must specify at least one part"));
    }
    let parts = named.iter().map(|part| named_part(part, expected)).collect::<Result<Vec<_>, _>>()?;
    if !parts.is_sorted_by(|one, next| one.number < next.number) {
        let text = "The list of parts was not in ascending order. Parts must be ordered by part number.";
        let facts = ErrorFacts { upload_id: Some(input.upload_id.clone()), ..ErrorFacts::default() };
        return Err(with(errors::invalid_part_order(text), facts));
    }
    let length = input.mpu_object_size.map(|length| u64::try_from(length).unwrap_or_default());
    let (id, key) = (&input.upload_id, &input.key);
    let completion = Completion { bucket: &bucket, key, id, parts: &parts, checksum, length, only_if };
    let record = engine.complete(&completion).await.map_err(|refusal| told_of_upload(refusal, id))?;
    let mut output = CompleteMultipartUploadOutput {
        location: Some(location(ctx, &bucket.name, key)),
        bucket: Some(bucket.name.clone()),
        key: Some(key.clone()),
        expiration: engine.expiry_header(&bucket, key, &record).await?,
        e_tag: Some(record.etag.to_string()),
        version_id: shown_version(ctx, &bucket, &record),
        request_charged: shown::charged(ctx, &bucket),
        ..CompleteMultipartUploadOutput::default()
    };
    // What S3 chose by itself is not told of content under keys of KMS.
    let chosen = expected.is_some() || record.sealing == Sealing::S3;
    if let Some(checksum) = record.checksum.as_ref().filter(|_| chosen) {
        show!(output, checksum.algorithm, checksum.text());
        output.checksum_type = Some(checksum.extent.as_str().to_owned().into());
    }
    output.server_side_encryption = record.sealing.as_str().map(|method| method.to_owned().into());
    if let Sealing::Kms(kms) = &record.sealing {
        output.ssekms_key_id = Some(kms.key.clone());
        output.bucket_key_enabled = kms.bucket_key.then_some(true);
    }
    Ok(output)
}

fn location(ctx: &Ctx, bucket: &str, key: &str) -> String {
    format!("{}/{bucket}/{}", ctx.request.base_url, super::listing::encoded(key))
}

fn told_of_upload(refusal: Refusal, id: &str) -> Error {
    let Refusal::InvalidPart { number, etag } = refusal else { return told(refusal) };
    let text = "One or more of the specified parts could not be found.  The part may not have been uploaded, or the \
                specified entity tag may not match the part's entity tag.";
    with(
        errors::invalid_part(text),
        ErrorFacts {
            upload_id: Some(id.to_owned()),
            part_number: Some(number.to_string()),
            e_tag: Some(etag),
            ..ErrorFacts::default()
        },
    )
}

type Expected = Option<(Algorithm, Extent)>;

fn check_extent(there: bool, expected: Expected, asked: Option<&str>) -> Result<(), Error> {
    let of_upload = expected.map(|(_, extent)| extent.as_str());
    match !there || asked.is_none_or(|asked| of_upload == Some(asked)) {
        true => Ok(()),
        false => Err(invalid_request(format!(
            "The upload was created using the {} checksum mode. The complete request must use the same checksum mode.",
            of_upload.unwrap_or("null")
        ))),
    }
}

/// The checksum of the whole. One of checksums is written with their number.
fn whole_checksum(
    given: &[(Algorithm, Option<&str>)],
    expected: Expected,
) -> Result<Option<(Algorithm, Vec<u8>)>, Error> {
    let Some((algorithm, text)) = given.iter().find_map(|(algorithm, text)| text.map(|text| (*algorithm, text))) else {
        return Ok(None);
    };
    let text = match expected {
        Some((_, Extent::Composite)) => text.rsplit_once('-').map_or(text, |(text, _)| text),
        _ => text,
    };
    let of_upload = expected.map_or(algorithm, |(of_upload, _)| of_upload);
    let value = decode(algorithm, text).filter(|_| of_upload == algorithm);
    value.map(|value| Some((algorithm, value))).ok_or_else(|| told(Refusal::WholeChecksum(of_upload)))
}

fn named_part(part: &CompletedPart, expected: Expected) -> Result<NamedPart, Error> {
    let (Some(number), Some(etag)) = (part.part_number, part.e_tag.as_deref()) else { return Err(malformed_xml()) };
    let number = part_number(number)?;
    // One that cannot be read is as one that does not match.
    let checksum = given!(part).into_iter().find_map(|(algorithm, text)| {
        let value = text.map(|text| decode(algorithm, text).unwrap_or_default());
        value.map(|value| (algorithm, value))
    });
    if let Some((algorithm, Extent::Composite)) = expected
        && checksum.is_none()
    {
        let name = algorithm.as_str().to_lowercase();
        return Err(invalid_request(format!(
            "The upload was created using a {name} checksum. The complete request must include the checksum for each part. It \
             was missing for part {number} in the request."
        )));
    }
    Ok(NamedPart { number, etag: etag.trim().trim_matches('"').to_owned(), checksum })
}

/// Gives an upload up.
pub(crate) async fn abort_multipart_upload(
    ctx: &Ctx,
    input: AbortMultipartUploadInput,
) -> Outcome<AbortMultipartUpload> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    ctx.state::<S3>().engine().abort_upload(&bucket, &input.key, &input.upload_id).await?;
    Ok(AbortMultipartUploadOutput { request_charged: shown::charged(ctx, &bucket) })
}

/// Lists the parts of an upload.
pub(crate) async fn list_parts(ctx: &Ctx, input: ListPartsInput) -> Outcome<ListParts> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let engine = ctx.state::<S3>().engine();
    let upload = engine.upload(&bucket, &input.key, &input.upload_id).await?;
    let most = super::listing::most(input.max_parts, "max-parts")?;
    let after = u16::try_from(input.part_number_marker.unwrap_or_default()).unwrap_or(u16::MAX);
    let mut parts = engine.parts(upload.no, after, most + 1).await?;
    let more = parts.len() > most && most > 0;
    parts.truncate(most);
    let last = parts.last().map_or(0, |(number, _)| i32::from(*number));
    let of_upload = upload.record.checksum.map(|(algorithm, _)| algorithm);
    Ok(ListPartsOutput {
        bucket: Some(bucket.name.clone()),
        upload_id: Some(input.upload_id),
        part_number_marker: Some(input.part_number_marker.unwrap_or_default()),
        next_part_number_marker: Some(last),
        max_parts: Some(i32::try_from(most).unwrap_or(i32::MAX)),
        is_truncated: Some(more),
        parts: Some(parts.into_iter().map(|part| shown_part(part, of_upload)).collect::<Vec<_>>())
            .filter(|parts| !parts.is_empty()),
        initiator: Some(shown_initiator(&upload.record)),
        owner: Some(shown::owner(upload.record.draft.owner)),
        storage_class: Some(upload.record.draft.class.as_str().to_owned().into()),
        checksum_algorithm: of_upload.map(|algorithm| algorithm.as_str().to_owned().into()),
        checksum_type: upload.record.checksum.map(|(_, extent)| extent.as_str().to_owned().into()),
        request_charged: shown::charged(ctx, &bucket),
        key: Some(input.key),
        ..ListPartsOutput::default()
    })
}

fn shown_part((number, record): (u16, PartRecord), algorithm: Option<Algorithm>) -> Part {
    let mut part = Part {
        part_number: Some(number.into()),
        last_modified: Some(record.modified),
        e_tag: Some(format!("\"{}\"", hex(&record.etag))),
        size: i64::try_from(record.length).ok(),
        ..Part::default()
    };
    if let (Some(algorithm), Some(sum)) = (algorithm, record.checksum) {
        show!(part, algorithm, Checksum::full(algorithm, sum).text());
    }
    part
}

/// Who began an upload.
pub(crate) fn shown_initiator(upload: &UploadRecord) -> Initiator {
    let account = upload.initiator.parse::<AccountId>().ok();
    let id = account.map(crate::engine::canonical::id).unwrap_or_else(|| upload.initiator.clone());
    // Whoever is no account has a name of their own.
    let name = upload.initiator.rsplit_once('/').map(|(_, name)| name.to_owned());
    Initiator { id: Some(id), display_name: name }
}
