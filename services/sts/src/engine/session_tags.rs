//! Tags of a session: those given with the call, and those that the calling session hands on.

use names::{TagViolation, Tags};
use service_kit::{Access, Session};

use crate::limits;

/// The tags of a session in the making.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SessionTags {
    /// Given with the call.
    pub(crate) given: Tags,
    /// Of these, and of those inherited, the keys that go on to the next role.
    pub(crate) transitive: Vec<String>,
    /// Handed on by the calling session.
    pub(crate) inherited: Tags,
}

/// What is wrong with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// Two keys that differ by case at most.
    Duplicate,
    /// A transitive key without its tag.
    NotGiven,
    /// A tag that the calling session hands on cannot be changed.
    Conflict,
    /// A limit of tags.
    Limit(TagViolation),
}

impl Wrong {
    /// AWS's words. Of the limits nobody recorded them.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Duplicate => "Duplicate tag keys found. Please note that Tag keys are case insensitive.".to_owned(),
            Self::NotGiven => "The specified transitive tag key must be included in the requested tags.".to_owned(),
            Self::Conflict => "One of the specified transitive tag keys can't be set because it conflicts with a \
                               transitive tag key from the calling session."
                .to_owned(),
            Self::Limit(TagViolation::TooMany) => format!("A session can have {} tags at most.", limits::SESSION_TAGS),
            Self::Limit(TagViolation::Reserved(key)) => {
                format!("The tag key {key} is reserved: keys cannot begin with aws:.")
            }
            Self::Limit(violation) => format!("Invalid session tag: {violation:?}"),
        }
    }
}

impl SessionTags {
    /// The tags of a session: `given` with the call, some of them `transitive`, made by a session that may hand on its own.
    pub(crate) fn new(
        given: impl IntoIterator<Item = (String, String)>,
        transitive: Vec<String>,
        maker: Option<&Session>,
    ) -> Result<Self, Wrong> {
        let inherited = maker.map(handed_on).unwrap_or_default();
        let mut tags = Self { transitive, inherited, ..Self::default() };
        for (key, value) in given {
            if has(&tags.given, &key) {
                return Err(Wrong::Duplicate);
            }
            if has(&tags.inherited, &key) {
                return Err(Wrong::Conflict);
            }
            tags.given.insert(key, value);
        }
        if let Some(key) = tags.transitive.iter().find(|key| !has(&tags.given, key)) {
            return Err(if has(&tags.inherited, key) { Wrong::Conflict } else { Wrong::NotGiven });
        }
        TagViolation::check(&tags.all()).map_err(Wrong::Limit)?;
        Ok(tags)
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.given.is_empty() && self.inherited.is_empty()
    }

    /// Those the session has.
    pub(crate) fn all(&self) -> Tags {
        self.inherited.iter().chain(&self.given).map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// The keys that go on to the next role.
    pub(crate) fn all_transitive(&self) -> Vec<String> {
        self.inherited.keys().chain(&self.transitive).cloned().collect()
    }

    /// What a call tells of them to policies.
    pub(crate) fn told(&self, access: Access) -> Access {
        let given = self.given.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let access = access.with_request_tags(given);
        self.transitive.iter().fold(access, |access, key| access.with("sts:TransitiveTagKeys", key))
    }
}

/// Keys compare without regard to case.
fn has(tags: &Tags, key: &str) -> bool {
    tags.keys().any(|known| known.to_lowercase() == key.to_lowercase())
}

fn handed_on(session: &Session) -> Tags {
    let goes_on = |key: &str| session.transitive_tags.iter().any(|transitive| transitive.eq_ignore_ascii_case(key));
    session.tags.iter().filter(|(key, _)| goes_on(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use names::{AccountId, Timestamp};
    use service_kit::Principal;

    fn maker() -> Session {
        let tags = [("Team", "red"), ("Stage", "prod")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        Session {
            account: AccountId::DEFAULT,
            principal: Principal::Root,
            issuer: String::new(),
            issued: Timestamp::EPOCH,
            expires: Timestamp::EPOCH,
            policies: Vec::new(),
            policy_arns: Vec::new(),
            tags: Tags::from(tags),
            transitive_tags: vec!["Team".to_owned()],
            source_identity: None,
            mfa: None,
            chained: false,
            context: Default::default(),
        }
    }

    fn tags(given: &[&str], transitive: &[&str], maker: Option<&Session>) -> Result<SessionTags, Wrong> {
        let given = given.iter().map(|key| ((*key).to_owned(), "v".to_owned()));
        SessionTags::new(given, transitive.iter().map(|key| (*key).to_owned()).collect(), maker)
    }

    #[test]
    fn given_and_handed_on() {
        let maker = maker();
        let made = tags(&["Cost"], &["cost"], Some(&maker)).unwrap();
        assert_eq!(
            made.all().into_iter().collect::<Vec<_>>(),
            [("Cost".to_owned(), "v".to_owned()), ("Team".to_owned(), "red".to_owned())]
        );
        assert_eq!(made.all_transitive(), ["Team", "cost"]);
        assert!(tags(&[], &[], None).unwrap().is_empty());
        assert!(!tags(&[], &[], Some(&maker)).unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong() {
        let maker = maker();
        let many: Vec<String> = (0..51).map(|n| format!("k{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        for (given, transitive, expected) in [
            (&["a", "A"][..], &[][..], Wrong::Duplicate),
            (&["a"], &["b"], Wrong::NotGiven),
            (&["team"], &[], Wrong::Conflict),
            (&[], &["TEAM"], Wrong::Conflict),
            (&["aws:x"], &[], Wrong::Limit(TagViolation::Reserved("aws:x".to_owned()))),
            (&many, &[], Wrong::Limit(TagViolation::TooMany)),
        ] {
            assert_eq!(tags(given, transitive, Some(&maker)), Err(expected), "{given:?} {transitive:?}");
        }
    }
}
