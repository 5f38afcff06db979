//! Listings: of keys in two versions, of versions, of uploads in progress.

use api_s3::{
    CommonPrefix, DeleteMarkerEntry, EncodingType, ListMultipartUploads, ListMultipartUploadsInput,
    ListMultipartUploadsOutput, ListObjectVersions, ListObjectVersionsInput, ListObjectVersionsOutput, ListObjects,
    ListObjectsInput, ListObjectsOutput, ListObjectsV2, ListObjectsV2Input, ListObjectsV2Output, MultipartUpload,
    Object, ObjectVersion, OptionalObjectAttributes, RestoreStatus,
};
use service_kit::{Ctx, Error, Outcome};

use super::{address, shown, upload};
use crate::S3;
use crate::engine::bucket::Bucket;
use crate::engine::list::page::{Entry, From, Page, Wanted, rolled};
use crate::engine::object::place_of;
use crate::error::{invalid_argument, invalid_argument_hidden};
use crate::limits;
use crate::store::{No, ObjectRecord, UploadRecord};

/// Entries of a page: what was asked for, at most a thousand.
pub(crate) fn most(asked: Option<i32>, name: &str) -> Result<usize, Error> {
    let Some(asked) = asked else { return Ok(limits::PAGE) };
    let most = usize::try_from(asked).map_err(|_| {
        let text = format!("Argument {name} must be an integer between 0 and 2147483647");
        invalid_argument(text, name, asked.to_string())
    })?;
    Ok(most.min(limits::PAGE))
}

/// How names are written: as they are, or as in an address.
fn encoding(asked: Option<&EncodingType>) -> Result<bool, Error> {
    match asked {
        None => Ok(false),
        Some(EncodingType::Url) => Ok(true),
        Some(other) => {
            Err(invalid_argument("Invalid Encoding Method specified in Request", "encoding-type", other.as_str()))
        }
    }
}

/// As in an address, spaces being plus signs and slashes left alone: how S3 encodes keys.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' | b'/' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Writes names.
struct Names(bool);

impl Names {
    fn write(&self, text: impl Into<String>) -> String {
        let text = text.into();
        if self.0 { encoded(&text) } else { text }
    }

    fn prefixes<R>(&self, page: &Page<R>) -> Option<Vec<CommonPrefix>> {
        let prefixes: Vec<_> = page
            .entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Prefix(prefix) => Some(CommonPrefix { prefix: Some(self.write(prefix.clone())) }),
                Entry::Row { .. } => None,
            })
            .collect();
        Some(prefixes).filter(|prefixes| !prefixes.is_empty())
    }
}

/// Where a page begins after a marker: a marker that is itself what keys are rolled up to stands for all of them.
fn after_marker(marker: &str, prefix: &str, delimiter: &str) -> From {
    match rolled(marker, prefix, delimiter) {
        _ if marker.is_empty() => From::Start,
        Some(common) => From::Past(common.to_owned()),
        None => From::After(marker.to_owned()),
    }
}

/// An entry that is shown, of keys.
fn shown_object(
    ctx: &Ctx,
    names: &Names,
    entry: Entry<ObjectRecord>,
    with_owner: bool,
    with_restore: bool,
) -> Option<Object> {
    let Entry::Row { key, record, .. } = entry else { return None };
    Some(Object {
        key: Some(names.write(key)),
        last_modified: Some(record.modified),
        e_tag: Some(record.etag.to_string()),
        checksum_algorithm: record.checksum.as_ref().map(|sum| vec![sum.algorithm.as_str().to_owned().into()]),
        checksum_type: record.checksum.as_ref().map(|sum| sum.extent.as_str().to_owned().into()),
        size: i64::try_from(record.length).ok(),
        storage_class: Some(record.class.as_str().to_owned().into()),
        owner: with_owner.then(|| shown::owner(record.owner)),
        restore_status: if with_restore { restore_status(ctx, &record) } else { None },
    })
}

fn restore_status(ctx: &Ctx, record: &ObjectRecord) -> Option<RestoreStatus> {
    let copy = record.restore.as_ref()?;
    let under_way = copy.ready > ctx.now();
    let expires = copy.expires.filter(|_| !under_way);
    Some(RestoreStatus { is_restore_in_progress: Some(under_way), restore_expiry_date: expires })
}

fn wants_restore(asked: Option<&Vec<OptionalObjectAttributes>>) -> bool {
    asked.is_some_and(|asked| asked.contains(&OptionalObjectAttributes::RestoreStatus))
}

/// Lists keys, as S3 first did it.
pub(crate) async fn list_objects(ctx: &Ctx, input: ListObjectsInput) -> Outcome<ListObjects> {
    let names = Names(encoding(input.encoding_type.as_ref())?);
    let limit = most(input.max_keys, "max-keys")?;
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let (prefix, delimiter) = (input.prefix.unwrap_or_default(), input.delimiter.unwrap_or_default());
    let marker = input.marker.unwrap_or_default();
    let from = after_marker(&marker, &prefix, &delimiter);
    let wanted = Wanted { prefix: &prefix, delimiter: &delimiter, from: &from, limit };
    let page = ctx.state::<S3>().engine().list_objects(bucket.no(), wanted).await?;
    // Without a delimiter the last key says where to go on.
    let next = page.entries.last().filter(|_| page.more && !delimiter.is_empty());
    let next = next.map(|entry| names.write(entry.name()));
    let with_restore = wants_restore(input.optional_object_attributes.as_ref());
    let (more, common_prefixes) = (page.more, names.prefixes(&page));
    let shown = page.entries.into_iter().filter_map(|entry| shown_object(ctx, &names, entry, true, with_restore));
    Ok(ListObjectsOutput {
        bucket_region: Some(bucket.record.region.to_string()),
        is_truncated: Some(more),
        next_marker: next,
        contents: Some(shown.collect::<Vec<_>>()).filter(|shown| !shown.is_empty()),
        marker: Some(names.write(marker)),
        prefix: Some(names.write(prefix)),
        delimiter: Some(names.write(delimiter)).filter(|delimiter| !delimiter.is_empty()),
        max_keys: input.max_keys.or(i32::try_from(limit).ok()),
        common_prefixes,
        encoding_type: input.encoding_type,
        request_charged: shown::charged(ctx, &bucket),
        name: Some(bucket.name),
    })
}

/// Where a token goes on: after a key, or past all that begin so.
fn token(ctx: &Ctx, bucket: &Bucket, entry: &Entry<ObjectRecord>) -> String {
    let position = match entry {
        Entry::Row { key, .. } => format!("k{key}"),
        Entry::Prefix(prefix) => format!("p{prefix}"),
    };
    ctx.cloud().page_tokens().seal(&scope(bucket), position.as_bytes())
}

fn scope(bucket: &Bucket) -> String {
    format!("s3/objects/{}", bucket.no())
}

fn after_token(ctx: &Ctx, bucket: &Bucket, token: &str) -> Result<From, Error> {
    let wrong = || {
        let text = "The continuation token provided is incorrect";
        invalid_argument_hidden(text, "continuation-token")
    };
    let position = ctx.cloud().page_tokens().open(&scope(bucket), token).map_err(|_| wrong())?;
    let position = String::from_utf8(position).map_err(|_| wrong())?;
    match position.split_at_checked(1) {
        Some(("k", key)) => Ok(From::After(key.to_owned())),
        Some(("p", prefix)) => Ok(From::Past(prefix.to_owned())),
        _ => Err(wrong()),
    }
}

/// Lists keys.
pub(crate) async fn list_objects_v2(ctx: &Ctx, input: ListObjectsV2Input) -> Outcome<ListObjectsV2> {
    let names = Names(encoding(input.encoding_type.as_ref())?);
    let limit = most(input.max_keys, "max-keys")?;
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let (prefix, delimiter) = (input.prefix.unwrap_or_default(), input.delimiter.unwrap_or_default());
    let from = match (&input.continuation_token, &input.start_after) {
        (Some(token), _) => after_token(ctx, &bucket, token)?,
        (None, Some(key)) if !key.is_empty() => From::After(key.clone()),
        _ => From::Start,
    };
    let wanted = Wanted { prefix: &prefix, delimiter: &delimiter, from: &from, limit };
    let page = ctx.state::<S3>().engine().list_objects(bucket.no(), wanted).await?;
    let next = page.entries.last().filter(|_| page.more).map(|entry| token(ctx, &bucket, entry));
    let with_restore = wants_restore(input.optional_object_attributes.as_ref());
    let with_owner = input.fetch_owner == Some(true);
    let (more, count, common_prefixes) = (page.more, page.entries.len(), names.prefixes(&page));
    let shown = page.entries.into_iter().filter_map(|entry| shown_object(ctx, &names, entry, with_owner, with_restore));
    Ok(ListObjectsV2Output {
        bucket_region: Some(bucket.record.region.to_string()),
        is_truncated: Some(more),
        contents: Some(shown.collect::<Vec<_>>()).filter(|shown| !shown.is_empty()),
        prefix: Some(names.write(prefix)),
        delimiter: Some(names.write(delimiter)).filter(|delimiter| !delimiter.is_empty()),
        max_keys: input.max_keys.or(i32::try_from(limit).ok()),
        common_prefixes,
        encoding_type: input.encoding_type,
        key_count: i32::try_from(count).ok(),
        // A token knows where the listing began.
        start_after: input.start_after.filter(|_| input.continuation_token.is_none()).map(|key| names.write(key)),
        continuation_token: input.continuation_token,
        next_continuation_token: next,
        request_charged: shown::charged(ctx, &bucket),
        name: Some(bucket.name),
    })
}

/// Lists versions and delete markers.
pub(crate) async fn list_object_versions(ctx: &Ctx, input: ListObjectVersionsInput) -> Outcome<ListObjectVersions> {
    let names = Names(encoding(input.encoding_type.as_ref())?);
    let limit = most(input.max_keys, "max-keys")?;
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let (prefix, delimiter) = (input.prefix.unwrap_or_default(), input.delimiter.unwrap_or_default());
    let key_marker = input.key_marker.unwrap_or_default();
    let from = match input.version_id_marker.as_deref() {
        None => after_marker(&key_marker, &prefix, &delimiter),
        Some(id) => after_version(ctx, &bucket, &key_marker, id).await?,
    };
    let engine = ctx.state::<S3>().engine();
    let wanted = Wanted { prefix: &prefix, delimiter: &delimiter, from: &from, limit };
    let page = engine.list_versions(bucket.no(), wanted).await?;
    let last = page.entries.last().filter(|_| page.more);
    let next_key_marker = last.map(|entry| names.write(entry.name()));
    let next_version_id_marker = last.and_then(|entry| match entry {
        Entry::Row { record, .. } => Some(engine.version_id(record)),
        Entry::Prefix(_) => None,
    });
    let (more, common_prefixes) = (page.more, names.prefixes(&page));
    let with_restore = wants_restore(input.optional_object_attributes.as_ref());
    let (mut versions, mut markers) = (Vec::new(), Vec::new());
    for entry in page.entries {
        let Entry::Row { key, record, latest } = entry else { continue };
        let version_id = Some(engine.version_id(&record));
        let (key, owner) = (Some(names.write(key)), Some(shown::owner(record.owner)));
        if record.marker {
            let (is_latest, last_modified) = (Some(latest), Some(record.modified));
            markers.push(DeleteMarkerEntry { owner, key, version_id, is_latest, last_modified });
        } else {
            versions.push(ObjectVersion {
                e_tag: Some(record.etag.to_string()),
                checksum_algorithm: record.checksum.as_ref().map(|sum| vec![sum.algorithm.as_str().to_owned().into()]),
                checksum_type: record.checksum.as_ref().map(|sum| sum.extent.as_str().to_owned().into()),
                size: i64::try_from(record.length).ok(),
                storage_class: Some(record.class.as_str().to_owned().into()),
                key,
                version_id,
                is_latest: Some(latest),
                last_modified: Some(record.modified),
                owner,
                restore_status: if with_restore { restore_status(ctx, &record) } else { None },
            });
        }
    }
    Ok(ListObjectVersionsOutput {
        is_truncated: Some(more),
        key_marker: Some(names.write(key_marker)),
        version_id_marker: Some(input.version_id_marker.unwrap_or_default()),
        next_key_marker,
        next_version_id_marker,
        versions: Some(versions).filter(|versions| !versions.is_empty()),
        delete_markers: Some(markers).filter(|markers| !markers.is_empty()),
        prefix: Some(names.write(prefix)),
        delimiter: Some(names.write(delimiter)).filter(|delimiter| !delimiter.is_empty()),
        max_keys: input.max_keys.or(i32::try_from(limit).ok()),
        common_prefixes,
        encoding_type: input.encoding_type,
        request_charged: shown::charged(ctx, &bucket),
        name: Some(bucket.name),
    })
}

/// After a version of a key.
async fn after_version(ctx: &Ctx, bucket: &Bucket, key: &str, id: &str) -> Result<From, Error> {
    if key.is_empty() {
        let text = "A version-id marker cannot be specified without a key marker.";
        return Err(invalid_argument(text, "version-id-marker", id));
    }
    if id.is_empty() {
        let text = "A version-id marker cannot be empty.";
        return Err(invalid_argument(text, "version-id-marker", id));
    }
    let engine = ctx.state::<S3>().engine();
    let no = match engine.which(Some(id)) {
        Ok(crate::engine::object::find::Which::Number(no)) => Some(no),
        Ok(which) => {
            let view = engine.store().read().await?;
            engine.locate(&view, bucket.no(), key, which).await?.map(|(record, _)| record.no)
        }
        Err(_) => return Err(invalid_argument("Invalid version id specified", "version-id-marker", id)),
    };
    Ok(no.map_or_else(|| From::After(key.to_owned()), |no| From::Inside(key.to_owned(), place_of(no))))
}

/// Lists uploads in progress.
pub(crate) async fn list_multipart_uploads(
    ctx: &Ctx,
    input: ListMultipartUploadsInput,
) -> Outcome<ListMultipartUploads> {
    let names = Names(encoding(input.encoding_type.as_ref())?);
    let limit = most(input.max_uploads, "max-uploads")?;
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let (prefix, delimiter) = (input.prefix.unwrap_or_default(), input.delimiter.unwrap_or_default());
    let engine = ctx.state::<S3>().engine();
    let key_marker = input.key_marker.unwrap_or_default();
    // An upload's id without a key says nothing.
    let id_marker = input.upload_id_marker.filter(|id| !id.is_empty() && !key_marker.is_empty());
    let from = match &id_marker {
        None => after_marker(&key_marker, &prefix, &delimiter),
        Some(id) => {
            let no = engine.tokens().upload_no(id);
            let wrong = || invalid_argument("Invalid uploadId marker", "upload-id-marker", id.clone());
            let no = no.ok_or_else(wrong)?;
            engine.upload(&bucket, &key_marker, id).await.map_err(|_| wrong())?;
            From::Inside(key_marker.clone(), no)
        }
    };
    let wanted = Wanted { prefix: &prefix, delimiter: &delimiter, from: &from, limit };
    let page = engine.list_uploads(bucket.no(), wanted).await?;
    let last = page.entries.last();
    // After what is rolled up AWS tells no way on.
    let (next_key_marker, next_upload_id_marker) = match last {
        Some(Entry::Row { key, record: (no, _), .. }) => (names.write(key.clone()), engine.tokens().upload(*no)),
        _ => (String::new(), String::new()),
    };
    let (more, common_prefixes) = (page.more, names.prefixes(&page));
    let uploads = page.entries.into_iter().filter_map(|entry| shown_upload(ctx, &names, entry));
    Ok(ListMultipartUploadsOutput {
        bucket: Some(bucket.name.clone()),
        key_marker: Some(names.write(key_marker)),
        upload_id_marker: Some(id_marker.unwrap_or_default()),
        next_key_marker: Some(next_key_marker),
        next_upload_id_marker: Some(next_upload_id_marker),
        prefix: Some(names.write(prefix)).filter(|prefix| !prefix.is_empty()),
        delimiter: Some(names.write(delimiter)).filter(|delimiter| !delimiter.is_empty()),
        max_uploads: input.max_uploads.or(i32::try_from(limit).ok()),
        is_truncated: Some(more),
        uploads: Some(uploads.collect::<Vec<_>>()).filter(|uploads| !uploads.is_empty()),
        common_prefixes,
        encoding_type: input.encoding_type,
        request_charged: shown::charged(ctx, &bucket),
    })
}

fn shown_upload(ctx: &Ctx, names: &Names, entry: Entry<(No, UploadRecord)>) -> Option<MultipartUpload> {
    let Entry::Row { key, record: (no, record), .. } = entry else { return None };
    Some(MultipartUpload {
        upload_id: Some(ctx.state::<S3>().engine().tokens().upload(no)),
        key: Some(names.write(key)),
        initiated: Some(record.initiated),
        storage_class: Some(record.draft.class.as_str().to_owned().into()),
        owner: Some(shown::owner(record.draft.owner)),
        initiator: Some(upload::shown_initiator(&record)),
        checksum_algorithm: record.checksum.map(|(algorithm, _)| algorithm.as_str().to_owned().into()),
        checksum_type: record.checksum.map(|(_, extent)| extent.as_str().to_owned().into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_encoded_as_s3_does() {
        for (text, written) in [("a/b c", "a/b+c"), ("ä&+", "%C3%A4%26%2B"), ("*-._~", "*-._%7E"), ("\u{1}", "%01")] {
            assert_eq!(encoded(text), written);
        }
    }

    #[test]
    fn a_marker_may_stand_for_many_keys() {
        assert_eq!(after_marker("", "", "/"), From::Start);
        assert_eq!(after_marker("a/", "", "/"), From::Past("a/".into()));
        assert_eq!(after_marker("a/b", "", "/"), From::Past("a/".into()));
        assert_eq!(after_marker("a/b", "a/", "/"), From::After("a/b".into()));
        assert_eq!(after_marker("a", "", ""), From::After("a".into()));
    }
}
