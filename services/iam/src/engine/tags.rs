//! Tags of IAM's resources. Keys differ whatever their case: a tag put under `team` replaces one under `Team`. Pure.

use names::Tags;

use super::refusal::Refusal;
use crate::limits;

/// Puts tags over those that are there.
pub(crate) fn add(present: &mut Tags, added: &Tags) -> Result<(), Refusal> {
    for (name, value) in added {
        present.retain(|other, _| !same(other, name));
        present.insert(name.clone(), value.clone());
    }
    if present.len() > limits::TAGS {
        return Err(Refusal::TooManyTags);
    }
    Ok(())
}

/// Takes tags away; those that are not there are no mistake.
pub(crate) fn remove(present: &mut Tags, names: &[String]) {
    present.retain(|name, _| !names.iter().any(|gone| same(name, gone)));
}

/// Whether two keys are the same to IAM.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn case_does_not_tell_keys_apart() {
        let mut present = tags(&[("Team", "a"), ("x", "1")]);
        add(&mut present, &tags(&[("team", "b")])).unwrap();
        assert_eq!(present, tags(&[("team", "b"), ("x", "1")]));
        remove(&mut present, &["X".to_owned(), "y".to_owned()]);
        assert_eq!(present, tags(&[("team", "b")]));
    }

    #[test]
    fn fifty_and_no_more() {
        let many = |count: usize| -> Tags { (0..count).map(|i| (format!("k{i}"), String::new())).collect() };
        assert!(add(&mut Tags::new(), &many(50)).is_ok());
        assert_eq!(add(&mut many(50), &tags(&[("new", "")])), Err(Refusal::TooManyTags));
        assert!(add(&mut many(50), &tags(&[("K1", "v")])).is_ok());
    }
}
