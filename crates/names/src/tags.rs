//! Resource tags, and the limits AWS sets for all services.

use std::collections::BTreeMap;

/// Tags of a resource, sorted by key.
pub type Tags = BTreeMap<String, String>;

/// The first rule a set of tags breaks. Limits: <https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagViolation {
    /// More than 50 tags on a resource.
    TooMany,
    /// A key is empty or longer than 128 characters.
    KeyLength(String),
    /// A value is longer than 256 characters.
    ValueLength(String),
    /// A key or value has a character outside letters, digits, spaces and `_.:/=+-@`.
    Characters(String),
    /// A key starts with `aws:`, which is AWS's own.
    Reserved(String),
}

impl TagViolation {
    /// Most tags a resource can have.
    pub const MOST: usize = 50;

    /// Checks a whole set, as it would stand on the resource afterwards.
    pub fn check(tags: &Tags) -> Result<(), Self> {
        if tags.len() > Self::MOST {
            return Err(Self::TooMany);
        }
        tags.iter().try_for_each(|(key, value)| Self::check_one(key, value))
    }

    fn check_one(key: &str, value: &str) -> Result<(), Self> {
        if !(1..=128).contains(&key.chars().count()) {
            return Err(Self::KeyLength(key.to_owned()));
        }
        if value.chars().count() > 256 {
            return Err(Self::ValueLength(value.to_owned()));
        }
        if let Some(text) = [key, value].into_iter().find(|t| !t.chars().all(allowed)) {
            return Err(Self::Characters(text.to_owned()));
        }
        if key.get(..4).is_some_and(|p| p.eq_ignore_ascii_case("aws:")) {
            return Err(Self::Reserved(key.to_owned()));
        }
        Ok(())
    }
}

fn allowed(c: char) -> bool {
    c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(key: &str, value: &str) -> Result<(), TagViolation> {
        TagViolation::check(&Tags::from([(key.to_owned(), value.to_owned())]))
    }

    #[test]
    fn limits() {
        assert_eq!(one("team", "müller & co".replace('&', "+").as_str()), Ok(()));
        assert_eq!(one(&"k".repeat(128), &"v".repeat(256)), Ok(()));
        assert_eq!(one("", "v"), Err(TagViolation::KeyLength(String::new())));
        assert!(matches!(one(&"k".repeat(129), "v"), Err(TagViolation::KeyLength(_))));
        assert!(matches!(one("k", &"v".repeat(257)), Err(TagViolation::ValueLength(_))));
        assert!(matches!(one("k", "a*b"), Err(TagViolation::Characters(_))));
        assert!(matches!(one("AWS:x", "v"), Err(TagViolation::Reserved(_))));
        let many: Tags = (0..51).map(|i| (format!("k{i}"), String::new())).collect();
        assert_eq!(TagViolation::check(&many), Err(TagViolation::TooMany));
    }
}
