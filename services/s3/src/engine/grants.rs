//! Access control lists: who was granted what, and what the canned names stand for. Pure.
//! Source: S3 user guide, "Access control list (ACL) overview".

use serde::{Deserialize, Serialize};

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grant {
    /// To whom.
    pub grantee: Grantee,
    /// What.
    pub permission: Permission,
}

/// Who is granted something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Grantee {
    /// An account, by its canonical id.
    Account(String),
    /// Everyone.
    Everyone,
    /// Everyone who signs.
    Authenticated,
    /// Who delivers logs.
    LogDelivery,
}

/// What is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Permission {
    /// Everything.
    FullControl,
    /// Reading content, or the listing.
    Read,
    /// Writing into a bucket.
    Write,
    /// Reading the list itself.
    ReadAcp,
    /// Writing the list itself.
    WriteAcp,
}

const GROUPS: [(Grantee, &str); 3] = [
    (Grantee::Everyone, "http://acs.amazonaws.com/groups/global/AllUsers"),
    (Grantee::Authenticated, "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"),
    (Grantee::LogDelivery, "http://acs.amazonaws.com/groups/s3/LogDelivery"),
];

impl Grantee {
    /// The group's address; none for an account.
    pub(crate) fn uri(&self) -> Option<&'static str> {
        GROUPS.iter().find(|(group, _)| group == self).map(|(_, uri)| *uri)
    }

    /// The group of this address.
    pub(crate) fn of_uri(uri: &str) -> Option<Self> {
        GROUPS.iter().find(|(_, known)| *known == uri).map(|(group, _)| group.clone())
    }
}

impl Permission {
    const ALL: [(Self, &str); 5] = [
        (Self::FullControl, "FULL_CONTROL"),
        (Self::Read, "READ"),
        (Self::Write, "WRITE"),
        (Self::ReadAcp, "READ_ACP"),
        (Self::WriteAcp, "WRITE_ACP"),
    ];

    /// AWS's word.
    pub(crate) fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(permission, _)| *permission == self).map_or("", |(_, text)| *text)
    }

    /// From AWS's word.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == text).map(|(permission, _)| *permission)
    }
}

/// What a canned list stands for, of something that `owner` owns in a bucket of `bucket_owner`, both canonical ids. None for a
/// name that there is not.
pub(crate) fn canned(name: &str, owner: &str, bucket_owner: &str) -> Option<Vec<Grant>> {
    let own = grant(Grantee::Account(owner.to_owned()), Permission::FullControl);
    let further = match name {
        "private" | "aws-exec-read" => vec![],
        "public-read" => vec![grant(Grantee::Everyone, Permission::Read)],
        "public-read-write" => {
            vec![grant(Grantee::Everyone, Permission::Read), grant(Grantee::Everyone, Permission::Write)]
        }
        "authenticated-read" => vec![grant(Grantee::Authenticated, Permission::Read)],
        "log-delivery-write" => {
            vec![grant(Grantee::LogDelivery, Permission::Write), grant(Grantee::LogDelivery, Permission::ReadAcp)]
        }
        "bucket-owner-read" | "bucket-owner-full-control" if owner == bucket_owner => vec![],
        "bucket-owner-read" => vec![grant(Grantee::Account(bucket_owner.to_owned()), Permission::Read)],
        "bucket-owner-full-control" => {
            vec![grant(Grantee::Account(bucket_owner.to_owned()), Permission::FullControl)]
        }
        _ => return None,
    };
    Some(std::iter::once(own).chain(further).collect())
}

fn grant(grantee: Grantee, permission: Permission) -> Grant {
    Grant { grantee, permission }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canned_names_stand_for_lists() {
        for (name, count) in [("private", 1), ("public-read", 2), ("public-read-write", 3), ("log-delivery-write", 3)] {
            assert_eq!(canned(name, "a", "b").map(|grants| grants.len()), Some(count), "{name}");
        }
        assert_eq!(canned("bucket-owner-full-control", "a", "a").unwrap().len(), 1);
        assert_eq!(canned("bucket-owner-full-control", "a", "b").unwrap().len(), 2);
        assert_eq!(canned("public", "a", "b"), None);
    }

    #[test]
    fn words_are_read_as_written() {
        for (permission, text) in Permission::ALL {
            assert_eq!((Permission::parse(text), permission.as_str()), (Some(permission), text));
        }
        for (group, uri) in GROUPS {
            assert_eq!((Grantee::of_uri(uri), group.uri()), (Some(group), Some(uri)));
        }
    }
}
