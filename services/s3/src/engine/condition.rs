//! Conditions of reads: by tag and by instant. Pure. Source: API reference, `GetObject`, "Conditional requests".

use names::Timestamp;

use super::object::record::ObjectRecord;

/// What a reader asks for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ReadIf<'a> {
    /// It has one of these tags; `*` for any.
    pub matches: Option<&'a str>,
    /// It has none of these.
    pub differs: Option<&'a str>,
    /// It was written later.
    pub modified_since: Option<Timestamp>,
    /// It was not.
    pub unmodified_since: Option<Timestamp>,
}

/// Which condition does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failed {
    /// The tag is another.
    Match,
    /// The tag is one of those that the reader has.
    NoneMatch,
    /// It was written later.
    Unmodified,
    /// It was not written later.
    Modified,
}

impl Failed {
    /// The header that set the condition.
    pub(crate) fn header(self) -> &'static str {
        match self {
            Self::Match => "If-Match",
            Self::NoneMatch => "If-None-Match",
            Self::Unmodified => "If-Unmodified-Since",
            Self::Modified => "If-Modified-Since",
        }
    }

    /// The header of a copy.
    pub(crate) fn copy_header(self) -> &'static str {
        match self {
            Self::Match => "x-amz-copy-source-If-Match",
            Self::NoneMatch => "x-amz-copy-source-If-None-Match",
            Self::Unmodified => "x-amz-copy-source-If-Unmodified-Since",
            Self::Modified => "x-amz-copy-source-If-Modified-Since",
        }
    }

    /// Whether the reader already has what it asked for.
    pub(crate) fn is_not_modified(self) -> bool {
        matches!(self, Self::NoneMatch | Self::Modified)
    }
}

impl ReadIf<'_> {
    /// Whether all conditions hold. A tag decides before an instant; an instant to come says nothing. Instants are compared in
    /// seconds, as headers have them.
    pub(crate) fn check(&self, object: &ObjectRecord, now: Timestamp) -> Result<(), Failed> {
        let named = |tags: &str| tags.split(',').any(|tag| tag.trim() == "*" || object.etag.is(tag));
        let later = |than: Timestamp| object.modified.secs() > than.secs();
        match (self.matches, self.unmodified_since) {
            (Some(tags), _) if !named(tags) => return Err(Failed::Match),
            (None, Some(instant)) if later(instant) => return Err(Failed::Unmodified),
            _ => {}
        }
        match (self.differs, self.modified_since.filter(|instant| *instant <= now)) {
            (Some(tags), _) if named(tags) => Err(Failed::NoneMatch),
            (None, Some(instant)) if !later(instant) => Err(Failed::Modified),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use names::AccountId;

    #[test]
    fn tags_decide_before_instants() {
        let mut object = ObjectRecord::draft(AccountId::DEFAULT);
        object.modified = Timestamp::from_secs(100);
        let (tag, other) = (object.etag.bare(), "\"x\"");
        let at = |secs| Some(Timestamp::from_secs(secs));
        for (read, outcome) in [
            (ReadIf::default(), Ok(())),
            (ReadIf { matches: Some(&tag), unmodified_since: at(99), ..ReadIf::default() }, Ok(())),
            (ReadIf { matches: Some(other), unmodified_since: at(101), ..ReadIf::default() }, Err(Failed::Match)),
            (ReadIf { unmodified_since: at(99), ..ReadIf::default() }, Err(Failed::Unmodified)),
            (ReadIf { unmodified_since: at(100), ..ReadIf::default() }, Ok(())),
            (ReadIf { differs: Some(&tag), modified_since: at(99), ..ReadIf::default() }, Err(Failed::NoneMatch)),
            (ReadIf { differs: Some(other), modified_since: at(101), ..ReadIf::default() }, Ok(())),
            (ReadIf { modified_since: at(100), ..ReadIf::default() }, Err(Failed::Modified)),
            (ReadIf { modified_since: at(99), ..ReadIf::default() }, Ok(())),
            (ReadIf { modified_since: at(201), ..ReadIf::default() }, Ok(())),
            (ReadIf { matches: Some("*"), differs: Some("a, b"), ..ReadIf::default() }, Ok(())),
        ] {
            assert_eq!(read.check(&object, Timestamp::from_secs(200)), outcome, "{read:?}");
        }
    }
}
