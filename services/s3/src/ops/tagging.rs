//! Tags of objects.

use std::collections::BTreeSet;

use api_s3::{
    DeleteObjectTagging, DeleteObjectTaggingInput, DeleteObjectTaggingOutput, ErrorFacts, GetObjectTagging,
    GetObjectTaggingInput, GetObjectTaggingOutput, PutObjectTagging, PutObjectTaggingInput, PutObjectTaggingOutput,
    Tag, errors,
};
use service_kit::{Ctx, Error, Outcome};

use super::address;
use super::object::shown_version;
use crate::S3;
use crate::engine::object::event::What;
use crate::engine::refusal::Refusal;
use crate::error::{invalid_argument, is_marker, told, with};
use crate::limits;

const HEADER: &str = "x-amz-tagging";

type Tags = Vec<(String, String)>;

/// The tags of a header: as in the query of an address.
pub(crate) fn of_header(text: &str) -> Result<Tags, Error> {
    let wrong = || {
        let what = "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name \
                    duplicates.";
        invalid_argument(what, HEADER, text)
    };
    let mut tags = Tags::new();
    for part in text.split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let decoded = |text: &str| super::copy::decoded(text);
        if key.is_empty() || value.contains('=') || tags.iter().any(|(other, _)| *other == decoded(key)) {
            return Err(wrong());
        }
        tags.push((decoded(key), decoded(value)));
    }
    check(&tags)?;
    Ok(tags)
}

fn of_document(sent: Vec<Tag>) -> Result<Tags, Error> {
    let tags: Tags = sent.into_iter().map(|tag| (tag.key, tag.value)).collect();
    let mut seen = BTreeSet::new();
    if let Some((key, _)) = tags.iter().find(|(key, _)| !seen.insert(key.as_str())) {
        return Err(wrong_tag("Cannot provide multiple Tags with the same key", key, None));
    }
    check(&tags)?;
    Ok(tags)
}

fn check(tags: &Tags) -> Result<(), Error> {
    if tags.len() > limits::OBJECT_TAGS {
        return Err(errors::bad_request("Object tags cannot be greater than 10").into());
    }
    for (key, value) in tags {
        if key.starts_with("aws:") {
            return Err(wrong_tag("Your TagKey cannot be prefixed with aws:", key, None));
        }
        if !(1..=128).contains(&key.chars().count()) || !key.chars().all(allowed) {
            return Err(wrong_tag("The TagKey you have provided is invalid", key, None));
        }
        if value.chars().count() > 256 || !value.chars().all(allowed) {
            return Err(wrong_tag("The TagValue you have provided is invalid", key, Some(value)));
        }
    }
    Ok(())
}

/// Source: user guide, "Categorizing your objects using tags".
fn allowed(c: char) -> bool {
    c.is_alphanumeric() || c.is_whitespace() || "+-=._:/@".contains(c)
}

fn wrong_tag(text: &str, key: &str, value: Option<&str>) -> Error {
    with(
        errors::invalid_tag(text),
        ErrorFacts { tag_key: Some(key.to_owned()), tag_value: value.map(str::to_owned), ..ErrorFacts::default() },
    )
}

/// Sets the tags of an object.
pub(crate) async fn put_object_tagging(ctx: &Ctx, input: PutObjectTaggingInput) -> Outcome<PutObjectTagging> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let tags = of_document(input.tagging.tag_set)?;
    let engine = ctx.state::<S3>().engine();
    let set = engine.amend(&bucket, &input.key, input.version_id.as_deref(), |record| {
        record.tags.clone_from(&tags);
        Ok(Some(What::TagsPut))
    });
    let record = set.await.map_err(|refusal| told_of_marker(refusal, "PUT"))?;
    Ok(PutObjectTaggingOutput { version_id: shown_version(ctx, &bucket, &record) })
}

/// Tells the tags of an object.
pub(crate) async fn get_object_tagging(ctx: &Ctx, input: GetObjectTaggingInput) -> Outcome<GetObjectTagging> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let found = ctx.state::<S3>().engine().find(&bucket, &input.key, input.version_id.as_deref()).await;
    let record = found.map_err(|refusal| match refusal {
        // Here AWS names the key with its bucket.
        Refusal::NoSuchKey { key, marker: None } => {
            told(Refusal::NoSuchKey { key: format!("{}/{key}", bucket.name), marker: None })
        }
        refusal => told_of_marker(refusal, "GET"),
    })?;
    if record.marker {
        return Err(is_marker("GET", None));
    }
    let version_id = shown_version(ctx, &bucket, &record);
    let tag_set = record.tags.into_iter().map(|(key, value)| Tag { key, value }).collect();
    Ok(GetObjectTaggingOutput { version_id, tag_set })
}

/// Takes the tags off an object.
pub(crate) async fn delete_object_tagging(ctx: &Ctx, input: DeleteObjectTaggingInput) -> Outcome<DeleteObjectTagging> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let engine = ctx.state::<S3>().engine();
    let removed = engine.amend(&bucket, &input.key, input.version_id.as_deref(), |record| {
        record.tags.clear();
        Ok(Some(What::TagsDelete))
    });
    let record = removed.await.map_err(|refusal| told_of_marker(refusal, "DELETE"))?;
    Ok(DeleteObjectTaggingOutput { version_id: shown_version(ctx, &bucket, &record) })
}

/// What was refused, of an operation by a method.
pub(crate) fn told_of_marker(refusal: Refusal, method: &str) -> Error {
    match refusal {
        Refusal::IsMarker { version } | Refusal::NoSuchKey { marker: Some(version), .. } => {
            is_marker(method, Some(version))
        }
        refusal => told(refusal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_tags_are_queries() {
        let tags =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Tags>();
        assert_eq!(of_header("a=1&b=&c").unwrap(), tags(&[("a", "1"), ("b", ""), ("c", "")]));
        assert_eq!(of_header("a%20b=c+d").unwrap(), tags(&[("a b", "c d")]));
        assert_eq!(of_header("").unwrap(), tags(&[]));
        let many: Vec<String> = (0..11).map(|n| format!("k{n}=v")).collect();
        for bad in ["k=1&k=2", "k1=v1,k2=v2", "aws:k=v", "k=a%2Cb", "=v", &many.join("&")] {
            assert!(of_header(bad).is_err(), "{bad}");
        }
    }
}
