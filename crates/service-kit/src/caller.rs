//! Who calls. Decided once, at the edge or by the service that calls in process; nothing later guesses.

use std::sync::Arc;

use names::{AccountId, Arn, Partition};
use serde::{Deserialize, Serialize};

use crate::Session;

/// The identity behind a call. Work that outlasts the call keeps it beside what is left to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The account the call is made from.
    pub account: AccountId,
    /// Who in that account.
    pub principal: Principal,
    /// The access key that signed the call, when one did.
    pub access_key: Option<String>,
    /// The session, when the credentials are temporary.
    #[serde(with = "shared")]
    pub session: Option<Arc<Session>>,
}

/// Who in an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Principal {
    /// The account itself: allowed everything that no organization forbids.
    Root,
    /// An IAM user: its ARN and unique id (`AIDA…`).
    User {
        /// `arn:aws:iam::123456789012:user/path/name`.
        arn: String,
        /// Unique id.
        id: String,
    },
    /// A session of a role: the session's ARN and `role-id:session-name`.
    RoleSession {
        /// `arn:aws:sts::123456789012:assumed-role/role/session`.
        arn: String,
        /// Unique id and session name.
        id: String,
        /// The role: `arn:aws:iam::123456789012:role/path/role`.
        role: String,
    },
    /// A federated user: ARN and `account:name`.
    Federated {
        /// `arn:aws:sts::123456789012:federated-user/name`.
        arn: String,
        /// Account and name.
        id: String,
    },
    /// Another service acting for itself, as in `events.amazonaws.com`: bound by the policies of what it reaches for.
    Service(String),
    /// A part of this cloud asking another for what it keeps, as STS asks IAM for a role: bound by nothing, audited nowhere.
    Internal(String),
    /// Nobody said who.
    Anonymous,
}

impl Caller {
    /// An account's root.
    pub fn root(account: AccountId, access_key: Option<String>) -> Self {
        Self { account, principal: Principal::Root, access_key, session: None }
    }

    /// An unsigned request to a resource of `account`.
    pub fn anonymous(account: AccountId) -> Self {
        Self { account, principal: Principal::Anonymous, access_key: None, session: None }
    }

    /// A service acting in an account, as in `events.amazonaws.com`.
    pub fn service(name: impl Into<String>, account: AccountId) -> Self {
        Self { account, principal: Principal::Service(name.into()), access_key: None, session: None }
    }

    /// A part of the cloud itself, as in `sts`, asking for what is needed to answer someone else.
    pub fn internal(name: impl Into<String>, account: AccountId) -> Self {
        Self { account, principal: Principal::Internal(name.into()), access_key: None, session: None }
    }

    /// The ARN that STS, audit records and denials show.
    pub fn arn(&self, partition: Partition) -> String {
        match &self.principal {
            Principal::Root => Arn::global(partition, "iam", self.account, "root").to_string(),
            Principal::User { arn, .. } | Principal::RoleSession { arn, .. } | Principal::Federated { arn, .. } => {
                arn.clone()
            }
            Principal::Service(name) | Principal::Internal(name) => name.clone(),
            Principal::Anonymous => "anonymous".to_owned(),
        }
    }

    /// The unique id that STS shows as `UserId`.
    pub fn user_id(&self) -> String {
        match &self.principal {
            Principal::Root => self.account.to_string(),
            Principal::User { id, .. } | Principal::RoleSession { id, .. } | Principal::Federated { id, .. } => {
                id.clone()
            }
            Principal::Service(name) | Principal::Internal(name) => name.clone(),
            Principal::Anonymous => "anonymous".to_owned(),
        }
    }
}

/// A session behind a pointer, written as itself.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::Session;

    pub(super) fn serialize<S: Serializer>(session: &Option<Arc<Session>>, to: S) -> Result<S::Ok, S::Error> {
        session.as_deref().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Arc<Session>>, D::Error> {
        Ok(Option::<Session>::deserialize(from)?.map(Arc::new))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_kept_with_its_session() {
        let caller =
            Caller { session: Some(Arc::new(crate::session::example())), ..Caller::root(AccountId::DEFAULT, None) };
        let kept = postcard::to_stdvec(&caller).unwrap();
        assert_eq!(postcard::from_bytes::<Caller>(&kept).unwrap(), caller);
    }

    #[test]
    fn root_shows_its_account() {
        let root = Caller::root(AccountId::DEFAULT, None);
        assert_eq!(root.arn(Partition::Aws), "arn:aws:iam::000000000000:root");
        assert_eq!(root.user_id(), "000000000000");
    }
}
