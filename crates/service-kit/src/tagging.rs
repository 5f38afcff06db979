//! Tags of resources: merging what a call adds or removes into what is there, within AWS's limits.

use names::{TagViolation, Tags};

/// The tags after `added` is put over `present`, checked as a whole.
pub fn add(present: &Tags, added: &Tags) -> Result<Tags, TagViolation> {
    TagViolation::check(added)?;
    let mut all = present.clone();
    all.extend(added.iter().map(|(key, value)| (key.clone(), value.clone())));
    TagViolation::check(&all)?;
    Ok(all)
}

/// The tags without the given keys; keys that are not there are no mistake.
pub fn remove<'a>(present: &Tags, keys: impl IntoIterator<Item = &'a String>) -> Tags {
    let mut left = present.clone();
    for key in keys {
        left.remove(key);
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn adds_over_and_removes() {
        let all = add(&tags(&[("a", "1"), ("b", "2")]), &tags(&[("b", "3")])).unwrap();
        assert_eq!(all, tags(&[("a", "1"), ("b", "3")]));
        assert_eq!(remove(&all, &["a".to_owned(), "x".to_owned()]), tags(&[("b", "3")]));
    }

    #[test]
    fn counts_the_whole_set() {
        let present: Tags = (0..50).map(|i| (format!("k{i}"), String::new())).collect();
        assert_eq!(add(&present, &tags(&[("k1", "v")])).unwrap().len(), 50);
        assert_eq!(add(&present, &tags(&[("new", "v")])), Err(TagViolation::TooMany));
    }
}
