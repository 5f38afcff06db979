//! What a request says of an object beside its content: headers, metadata, tags, class, lists, locks.

use std::collections::BTreeMap;

use api_s3::{ErrorFacts, errors};
use names::{AccountId, Timestamp};
use service_kit::{Ctx, Error};

use super::{tagging, words};
use crate::engine::bucket::Bucket;
use crate::engine::canonical;
use crate::engine::config::acl::{Headers as AclHeaders, Owners, of_headers};
use crate::engine::lock::{Mode, Retention};
use crate::engine::object::record::{Class, Headers, ObjectRecord};
use crate::error::{invalid_argument, invalid_argument_hidden, invalid_request, with};
use crate::limits;
use crate::store::Ownership;

/// What objects are without a type of their own. Source: API reference, `PutObject`.
const BYTES: &str = "binary/octet-stream";

/// What a request says.
pub(crate) struct Described<'a> {
    /// Headers that come back.
    pub headers: Headers,
    /// User metadata.
    pub metadata: Option<&'a BTreeMap<String, String>>,
    /// `x-amz-tagging`.
    pub tagging: Option<&'a str>,
    /// `x-amz-storage-class`.
    pub class: Option<&'a str>,
    /// Its access control list.
    pub acl: AclHeaders<'a>,
    /// `x-amz-object-lock-mode`.
    pub lock_mode: Option<&'a str>,
    /// `x-amz-object-lock-retain-until-date`.
    pub lock_until: Option<Timestamp>,
    /// `x-amz-object-lock-legal-hold`.
    pub hold: Option<&'a str>,
}

/// Of an input whose members have the usual names.
macro_rules! described {
    ($input:expr) => {
        $crate::ops::draft::Described {
            headers: $crate::engine::object::record::Headers {
                content_type: $input.content_type.clone(),
                cache_control: $input.cache_control.clone(),
                content_disposition: $input.content_disposition.clone(),
                content_encoding: $input.content_encoding.clone(),
                content_language: $input.content_language.clone(),
                expires: $input.expires.clone(),
                redirect: $input.website_redirect_location.clone(),
            },
            metadata: $input.metadata.as_ref(),
            tagging: $input.tagging.as_deref(),
            class: $input.storage_class.as_ref().map(|class| class.as_str()),
            acl: $crate::engine::config::acl::Headers {
                canned: $input.acl.as_ref().map(|acl| acl.as_str()),
                full_control: $input.grant_full_control.as_deref(),
                read: $input.grant_read.as_deref(),
                read_acp: $input.grant_read_acp.as_deref(),
                write: None,
                write_acp: $input.grant_write_acp.as_deref(),
            },
            lock_mode: $input.object_lock_mode.as_ref().map(|mode| mode.as_str()),
            lock_until: $input.object_lock_retain_until_date,
            hold: $input.object_lock_legal_hold_status.as_ref().map(|hold| hold.as_str()),
        }
    };
}

pub(crate) use described;

/// An object as far as a request describes it.
pub(crate) fn draft(ctx: &Ctx, bucket: &Bucket, said: Described<'_>) -> Result<ObjectRecord, Error> {
    let owner = owner(ctx, bucket, &said.acl)?;
    let (own, bucket_owner) = (canonical::id(owner), canonical::id(bucket.record.account));
    let acl = of_headers(&said.acl, Owners { own: &own, bucket: &bucket_owner })?;
    let metadata = said.metadata.map(metadata).transpose()?.unwrap_or_default();
    let (retention, hold) = lock(ctx, bucket, &said)?;
    Ok(ObjectRecord {
        headers: headers(said.headers)?,
        metadata,
        tags: said.tagging.map(tagging::of_header).transpose()?.unwrap_or_default(),
        class: said.class.map(class).transpose()?.unwrap_or(Class::Standard),
        acl: acl.filter(|_| bucket.record.ownership != Ownership::BucketOwnerEnforced).unwrap_or_default(),
        retention,
        hold,
        ..ObjectRecord::draft(owner)
    })
}

/// The class of a name.
pub(crate) fn class(name: &str) -> Result<Class, Error> {
    Class::parse(name).ok_or_else(|| {
        let facts = ErrorFacts { storage_class_requested: Some(name.to_owned()), ..ErrorFacts::default() };
        with(errors::invalid_storage_class("The storage class you specified is not valid"), facts)
    })
}

fn headers(said: Headers) -> Result<Headers, Error> {
    if let Some(redirect) = &said.redirect
        && !["/", "http://", "https://"].iter().any(|start| redirect.starts_with(start))
    {
        let text = "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.";
        return Err(errors::invalid_redirect_location(text).into());
    }
    Ok(Headers {
        content_type: Some(said.content_type.unwrap_or_else(|| BYTES.to_owned())),
        content_encoding: said.content_encoding.and_then(|encoding| unchunked(&encoding)),
        ..said
    })
}

/// Without the framing of the request itself.
fn unchunked(encoding: &str) -> Option<String> {
    let kept: Vec<&str> =
        encoding.split(',').map(str::trim).filter(|part| !part.is_empty() && *part != "aws-chunked").collect();
    (!kept.is_empty()).then(|| kept.join(","))
}

fn metadata(said: &BTreeMap<String, String>) -> Result<Vec<(String, String)>, Error> {
    let size: usize = said.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > limits::METADATA {
        let facts = ErrorFacts {
            size: Some(size.to_string()),
            max_size_allowed: Some(limits::METADATA.to_string()),
            ..ErrorFacts::default()
        };
        let text = "Your metadata headers exceed the maximum allowed metadata size";
        return Err(with(errors::metadata_too_large(text), facts));
    }
    Ok(said.iter().map(|(name, value)| (name.to_lowercase(), words::read(value))).collect())
}

/// Who owns an object that is written so.
fn owner(ctx: &Ctx, bucket: &Bucket, acl: &AclHeaders<'_>) -> Result<AccountId, Error> {
    let full_control = acl.canned == Some("bucket-owner-full-control");
    match bucket.record.ownership {
        Ownership::BucketOwnerEnforced if acl.any() && !full_control => {
            Err(errors::access_control_list_not_supported("The bucket does not allow ACLs").into())
        }
        Ownership::BucketOwnerEnforced => Ok(bucket.record.account),
        Ownership::BucketOwnerPreferred if full_control => Ok(bucket.record.account),
        _ => Ok(ctx.account()),
    }
}

const MODE: &str = "x-amz-object-lock-mode";
const UNTIL: &str = "x-amz-object-lock-retain-until-date";

fn lock(ctx: &Ctx, bucket: &Bucket, said: &Described<'_>) -> Result<(Option<Retention>, Option<bool>), Error> {
    let both = "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied";
    let retention = match (said.lock_mode, said.lock_until) {
        (None, None) => None,
        (Some(_), None) => return Err(invalid_argument_hidden(both, UNTIL)),
        (None, Some(_)) => return Err(invalid_argument_hidden(both, MODE)),
        (Some(mode), Some(until)) => {
            let mode = Mode::parse(mode).ok_or_else(|| invalid_argument("Unknown wormMode directive.", MODE, mode))?;
            if until <= ctx.now() {
                return Err(invalid_argument("The retain until date must be in the future!", UNTIL, until.iso8601()));
            }
            Some(Retention { mode, until })
        }
    };
    let hold = said.hold.map(hold).transpose()?;
    if (retention.is_some() || hold.is_some()) && !bucket.record.object_lock {
        return Err(invalid_request("Bucket is missing Object Lock Configuration"));
    }
    Ok((retention, hold))
}

fn hold(status: &str) -> Result<bool, Error> {
    match status {
        "ON" => Ok(true),
        "OFF" => Ok(false),
        other => {
            let text = "Legal Hold must be either of 'ON' or 'OFF'";
            Err(invalid_argument(text, "x-amz-object-lock-legal-hold", other))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn framing_is_no_encoding() {
        for (sent, kept) in
            [("aws-chunked", None), ("gzip", Some("gzip")), ("gzip, aws-chunked", Some("gzip")), ("", None)]
        {
            assert_eq!(unchunked(sent).as_deref(), kept, "{sent}");
        }
    }

    #[test]
    fn metadata_has_a_limit() {
        let said = |length: usize| BTreeMap::from([("A".to_owned(), "v".repeat(length))]);
        assert_eq!(metadata(&said(2_047)).unwrap()[0].0, "a");
        assert!(metadata(&said(2_048)).is_err());
    }
}
