//! Tags of a bucket.

use api_s3::Tag;
use names::Tags;

use super::refusal::{Checked, Refusal};

/// Most tags of a bucket. Source: S3 user guide, "Using cost allocation S3 bucket tags".
const MOST: usize = 50;

const SYSTEM: &str = "System tags cannot be added/updated by requester";
const SYSTEM_FIRST: &str = "User-defined tag keys can't start with \"aws:\". This prefix is reserved for system tags. \
                            Remove \"aws:\" from your tag keys and try again.";

/// Checks tags as they were sent.
pub(crate) fn check(sent: &[Tag]) -> Checked<Tags> {
    if sent.len() > MOST {
        return Err(Refusal::new("BadRequest", 400, "Bucket tag count cannot be greater than 50"));
    }
    let mut tags = Tags::new();
    for Tag { key, value } in sent {
        let invalid = |message: &'static str| Refusal::new("InvalidTag", 400, message).with("TagKey", key.clone());
        if !is_text(key, 1..=super::bounds::TAG_KEY) {
            return Err(invalid("The TagKey you have provided is invalid"));
        }
        if !is_text(value, 0..=super::bounds::TAG_VALUE) {
            return Err(invalid("The TagValue you have provided is invalid").with("TagValue", value.clone()));
        }
        if key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:")) {
            return Err(invalid(SYSTEM));
        }
        if tags.insert(key.clone(), value.clone()).is_some() {
            return Err(invalid("Cannot provide multiple Tags with the same key"));
        }
    }
    Ok(tags)
}

/// Checks the tags that a bucket is created with: the same rules, in words of their own. Recorded.
pub(crate) fn check_first(sent: &[Tag]) -> Checked {
    match check(sent) {
        Err(refusal) if refusal.message == SYSTEM => Err(Refusal::new("InvalidTag", 400, SYSTEM_FIRST)),
        checked => checked.map(drop),
    }
}

fn is_text(text: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    let allowed = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c);
    length.contains(&text.chars().count()) && text.chars().all(allowed)
}

/// Tags as answers tell them.
pub(crate) fn tag_set(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_refused_in_awss_words() {
        let tag = |key: &str, value: &str| Tag { key: key.to_owned(), value: value.to_owned() };
        assert_eq!(check(&[tag("a", ""), tag("b", "x y")]).unwrap().len(), 2);
        for (tags, text) in [
            (vec![tag("Key1", "1"), tag("Key1", "2")], "Cannot provide multiple Tags with the same key"),
            (vec![tag("Key1,Key2", "1")], "The TagKey you have provided is invalid"),
            (vec![tag("Key1", "Val1,Val2")], "The TagValue you have provided is invalid"),
            (vec![tag("aws:prefixed", "1")], "System tags cannot be added/updated by requester"),
        ] {
            let refusal = check(&tags).unwrap_err();
            assert_eq!((refusal.code, refusal.message.as_ref()), ("InvalidTag", text));
            assert_eq!(refusal.extra[0].0, "TagKey");
        }
    }
}
