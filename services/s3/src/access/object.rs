//! What operations on objects need. A version that is named is another action than the current one.

use api_s3 as api;
use service_kit::{Access, BoxFuture, Ctx, Error, Principal};

use super::aim::Aim;
use super::bucket::acl_headers;
use super::headers::{decoded, tags, with, with_acl, with_object_tags};
use crate::S3;
use crate::engine::config::acl::Headers;
use crate::engine::refusal::Refusal;

type Asked = Result<Access, Error>;

/// An operation on an object, decided as `current`, or as `versioned` when it names a version.
pub(crate) fn versioned(
    ctx: &Ctx,
    bucket: &str,
    key: &str,
    version: Option<&String>,
    current: &'static str,
    versioned: &'static str,
) -> Asked {
    let access = Aim::read(bucket).access(ctx, Some(key));
    Ok(match version {
        Some(version) => access.as_action(versioned).with("s3:VersionId", version.clone()),
        None => access.as_action(current),
    })
}

/// An operation on an object whatever its version.
pub(crate) fn any(ctx: &Ctx, bucket: &str, key: &str) -> Asked {
    Ok(Aim::read(bucket).access(ctx, Some(key)))
}

/// Reading one.
pub(crate) fn read(ctx: &Ctx, bucket: &str, key: &str, version: Option<&String>) -> Asked {
    versioned(ctx, bucket, key, version, "s3:GetObject", "s3:GetObjectVersion")
}

/// With the tags that an object has: `s3:ExistingObjectTag/…`. What is not there has none.
pub(crate) fn with_its_tags<'a>(
    ctx: &'a Ctx,
    bucket: &str,
    key: &str,
    version: Option<&String>,
    asked: Asked,
) -> BoxFuture<'a, Asked> {
    let (aim, key, version) = (Aim::read(bucket), key.to_owned(), version.cloned());
    Box::pin(async move {
        let access = asked?;
        let engine = ctx.state::<S3>().engine();
        let behind = engine.bucket_behind(&aim).await?;
        let name = match (&behind, &aim) {
            (Some(name), _) | (None, Aim::Bucket(name)) => name,
            (None, Aim::AccessPoint(_)) => return Ok(access),
        };
        let Some(bucket) = engine.lookup_bucket(name).await? else { return Ok(access) };
        let found = match engine.find(&bucket, &key, version.as_deref()).await {
            Ok(found) => found,
            Err(Refusal::Store(error)) => return Err(error.into()),
            Err(_) => return Ok(access),
        };
        let with =
            |access: Access, (tag, value): (String, String)| access.with(format!("s3:ExistingObjectTag/{tag}"), value);
        Ok(found.tags.into_iter().fold(access, with))
    })
}

/// Reading what it is, which needs reading it too.
pub(crate) fn attributes(ctx: &Ctx, input: &api::GetObjectAttributesInput) -> Asked {
    let (bucket, key, version) = (&input.bucket, &input.key, input.version_id.as_ref());
    let names = ("s3:GetObjectAttributes", "s3:GetObjectVersionAttributes");
    Ok(versioned(ctx, bucket, key, version, names.0, names.1)?.and(read(ctx, bucket, key, version)?))
}

/// What a request writes beside the content of an object.
struct Written<'a> {
    acl: Headers<'a>,
    tagging: Option<&'a String>,
    encryption: Option<String>,
    key_of_kms: Option<&'a String>,
    customer_algorithm: Option<&'a String>,
    class: Option<String>,
    redirect: Option<&'a String>,
    lock_mode: Option<String>,
    lock_until: Option<names::Timestamp>,
    hold: Option<String>,
}

/// Objects have no grant to write.
macro_rules! acl_headers_of_object {
    ($input:expr) => {
        Headers {
            canned: $input.acl.as_ref().map(|acl| acl.as_str()),
            full_control: $input.grant_full_control.as_deref(),
            read: $input.grant_read.as_deref(),
            read_acp: $input.grant_read_acp.as_deref(),
            write: None,
            write_acp: $input.grant_write_acp.as_deref(),
        }
    };
}

/// Of a request whose members have these names.
macro_rules! written {
    ($input:expr) => {
        Written {
            acl: acl_headers_of_object!($input),
            tagging: $input.tagging.as_ref(),
            encryption: $input.server_side_encryption.as_ref().map(ToString::to_string),
            key_of_kms: $input.ssekms_key_id.as_ref(),
            customer_algorithm: $input.sse_customer_algorithm.as_ref(),
            class: $input.storage_class.as_ref().map(ToString::to_string),
            redirect: $input.website_redirect_location.as_ref(),
            lock_mode: $input.object_lock_mode.as_ref().map(ToString::to_string),
            lock_until: $input.object_lock_retain_until_date,
            hold: $input.object_lock_legal_hold_status.as_ref().map(ToString::to_string),
        }
    };
}

/// Access to write, with all that is written.
fn write(ctx: &Ctx, bucket: &str, key: &str, written: &Written<'_>) -> Access {
    let aim = Aim::read(bucket);
    let mut access = described(ctx, aim.access(ctx, Some(key)), written);
    let also = |action| described(ctx, aim.access(ctx, Some(key)), written).as_action(action);
    // Services that deliver are let in by policies that allow `s3:PutObject` alone, on condition of this list.
    let delivers = matches!(ctx.caller.principal, Principal::Service(_));
    if written.acl.any() && !(delivers && written.acl.canned == Some("bucket-owner-full-control")) {
        access = access.and(also("s3:PutObjectAcl"));
    }
    if written.tagging.is_some_and(|tags| !tags.is_empty()) {
        access = access.and(also("s3:PutObjectTagging"));
    }
    if written.lock_mode.is_some() {
        access = access.and(also("s3:PutObjectRetention"));
    }
    if written.hold.is_some() {
        access = access.and(also("s3:PutObjectLegalHold"));
    }
    access
}

fn described(ctx: &Ctx, access: Access, written: &Written<'_>) -> Access {
    let mut access = with_acl(access, &written.acl);
    if let Some(header) = written.tagging {
        access = with_object_tags(access, &tags(header));
    }
    access = with(access, "s3:x-amz-server-side-encryption", written.encryption.as_ref());
    access = with(access, "s3:x-amz-server-side-encryption-aws-kms-key-id", written.key_of_kms);
    access = with(access, "s3:x-amz-server-side-encryption-customer-algorithm", written.customer_algorithm);
    access = with(access, "s3:x-amz-storage-class", written.class.as_ref());
    access = with(access, "s3:x-amz-website-redirect-location", written.redirect);
    access = with(access, "s3:object-lock-mode", written.lock_mode.as_ref());
    access = with(access, "s3:object-lock-legal-hold", written.hold.as_ref());
    access = with(access, "s3:object-lock-retain-until-date", written.lock_until.map(names::Timestamp::iso8601));
    let remaining = written.lock_until.map(|until| remaining_days(ctx, until));
    with(access, "s3:object-lock-remaining-retention-days", remaining)
}

fn remaining_days(ctx: &Ctx, until: names::Timestamp) -> i64 {
    const DAY: i64 = 86_400;
    (until.secs() - ctx.now().secs()).max(0) / DAY
}

/// Putting one.
pub(crate) fn put(ctx: &Ctx, input: &api::PutObjectInput) -> Asked {
    let access = write(ctx, &input.bucket, &input.key, &written!(input));
    let access = with(access, "s3:if-match", input.if_match.as_ref());
    Ok(with(access, "s3:if-none-match", input.if_none_match.as_ref()))
}

/// Beginning a multipart upload.
pub(crate) fn begin(ctx: &Ctx, input: &api::CreateMultipartUploadInput) -> Asked {
    Ok(write(ctx, &input.bucket, &input.key, &written!(input)).as_action("s3:PutObject"))
}

/// Copying one: reading the source and writing the copy.
pub(crate) fn copy(ctx: &Ctx, input: &api::CopyObjectInput) -> Asked {
    let from = Source::read(&input.copy_source);
    let access = write(ctx, &input.bucket, &input.key, &written!(input)).as_action("s3:PutObject");
    let access = access.with("s3:x-amz-copy-source", from.shown());
    let access = with(access, "s3:x-amz-metadata-directive", input.metadata_directive.as_ref());
    let mut access = access.and(from.access(ctx)?);
    let replaced = input.tagging_directive.as_ref().is_some_and(|directive| directive.as_str() == "REPLACE");
    if !replaced {
        access = access.and(from.tagging_access(ctx)?);
    }
    Ok(access)
}

/// Copying a part.
pub(crate) fn copy_part(ctx: &Ctx, input: &api::UploadPartCopyInput) -> Asked {
    let from = Source::read(&input.copy_source);
    let access = any(ctx, &input.bucket, &input.key)?.as_action("s3:PutObject");
    Ok(access.with("s3:x-amz-copy-source", from.shown()).and(from.access(ctx)?))
}

/// What a copy is made from.
struct Source {
    bucket: String,
    key: String,
    version: Option<String>,
}

impl Source {
    /// Reads `x-amz-copy-source`: `bucket/key`, with or without a first slash, or an access point's ARN; then the version.
    fn read(header: &str) -> Self {
        let (path, version) = match header.split_once("?versionId=") {
            Some((path, version)) => (path, Some(version.to_owned())),
            None => (header, None),
        };
        let path = decoded(&path.replace('+', "%2B"));
        let path = path.strip_prefix('/').unwrap_or(&path);
        let (bucket, key) = match path.split_once("/object/") {
            Some((point, key)) if point.starts_with("arn:") => (point, key),
            _ => path.split_once('/').unwrap_or((path, "")),
        };
        Self { bucket: bucket.to_owned(), key: key.to_owned(), version }
    }

    fn shown(&self) -> String {
        format!("{}/{}", self.bucket, self.key)
    }

    fn access(&self, ctx: &Ctx) -> Asked {
        read(ctx, &self.bucket, &self.key, self.version.as_ref())
    }

    fn tagging_access(&self, ctx: &Ctx) -> Asked {
        let names = ("s3:GetObjectTagging", "s3:GetObjectVersionTagging");
        versioned(ctx, &self.bucket, &self.key, self.version.as_ref(), names.0, names.1)
    }
}

/// Deleting one, and past a governance lock when the request says so.
pub(crate) fn delete(ctx: &Ctx, bucket: &str, key: &str, version: Option<&String>, bypass: Option<bool>) -> Asked {
    let access = versioned(ctx, bucket, key, version, "s3:DeleteObject", "s3:DeleteObjectVersion")?;
    if bypass != Some(true) {
        return Ok(access);
    }
    Ok(access.and(any(ctx, bucket, key)?.as_action("s3:BypassGovernanceRetention")))
}

/// Setting tags of one.
pub(crate) fn put_tagging(ctx: &Ctx, input: &api::PutObjectTaggingInput) -> Asked {
    let (bucket, key, version) = (&input.bucket, &input.key, input.version_id.as_ref());
    let access = versioned(ctx, bucket, key, version, "s3:PutObjectTagging", "s3:PutObjectVersionTagging")?;
    let tags = input.tagging.tag_set.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect();
    Ok(with_object_tags(access, &tags))
}

/// Setting the list of one.
pub(crate) fn put_acl(ctx: &Ctx, input: &api::PutObjectAclInput) -> Asked {
    let (bucket, key, version) = (&input.bucket, &input.key, input.version_id.as_ref());
    let access = versioned(ctx, bucket, key, version, "s3:PutObjectAcl", "s3:PutObjectVersionAcl")?;
    Ok(with_acl(access, &acl_headers!(input)))
}

/// Setting the retention of one, and past a governance lock when the request says so.
pub(crate) fn put_retention(ctx: &Ctx, input: &api::PutObjectRetentionInput) -> Asked {
    let asked = input.retention.as_ref();
    let access = any(ctx, &input.bucket, &input.key)?;
    let access = with(access, "s3:object-lock-mode", asked.and_then(|retention| retention.mode.as_ref()));
    let until = asked.and_then(|retention| retention.retain_until_date);
    let access = with(access, "s3:object-lock-retain-until-date", until.map(names::Timestamp::iso8601));
    let days = until.map(|until| remaining_days(ctx, until));
    let access = with(access, "s3:object-lock-remaining-retention-days", days);
    if input.bypass_governance_retention != Some(true) {
        return Ok(access);
    }
    Ok(access.and(any(ctx, &input.bucket, &input.key)?.as_action("s3:BypassGovernanceRetention")))
}

/// Setting the legal hold of one.
pub(crate) fn put_hold(ctx: &Ctx, input: &api::PutObjectLegalHoldInput) -> Asked {
    let hold = input.legal_hold.as_ref().and_then(|hold| hold.status.as_ref());
    Ok(with(any(ctx, &input.bucket, &input.key)?, "s3:object-lock-legal-hold", hold))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_of_copies_are_read() {
        for (header, bucket, key, version) in [
            ("b/k", "b", "k", None),
            ("/b/a%20b/c+d", "b", "a b/c+d", None),
            ("b/k?versionId=v", "b", "k", Some("v")),
            (
                "arn:aws:s3:us-east-1:111122223333:accesspoint/p/object/k/x",
                "arn:aws:s3:us-east-1:111122223333:accesspoint/p",
                "k/x",
                None,
            ),
        ] {
            let source = Source::read(header);
            assert_eq!(
                (source.bucket.as_str(), source.key.as_str(), source.version.as_deref()),
                (bucket, key, version)
            );
        }
    }
}
