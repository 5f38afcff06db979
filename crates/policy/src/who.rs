//! Who makes a request: what identity policies belong to and principals are compared with.

use names::AccountId;

/// The caller of one request. Made with the constructors, which say what each kind carries.
#[derive(Debug, Clone, Copy)]
pub struct Who<'a> {
    /// What sort of caller this is.
    pub kind: WhoKind<'a>,
    /// The account the caller belongs to; none for services, providers and anonymous callers.
    pub account: Option<AccountId>,
    /// The ARN that denials name: `arn:aws:iam::…:user/x`, `arn:aws:sts::…:assumed-role/r/s`; empty when there is none.
    pub arn: &'a str,
    /// The unique id behind the name: `AIDA…` of a user, `AROA…` of a session's role; empty when unknown. A stored
    /// principal in this form matches only the very identity it named, not a later one of the same name.
    pub unique_id: &'a str,
    /// The account's canonical user id (S3); empty when unknown.
    pub canonical_id: &'a str,
}

/// The sort of a caller, with what only that sort has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhoKind<'a> {
    /// The account itself.
    Root,
    /// An IAM user.
    User,
    /// A session of a role.
    RoleSession {
        /// The role's own ARN, path included: `arn:aws:iam::…:role/path/name`.
        role_arn: &'a str,
    },
    /// A session made by `GetFederationToken`.
    FederatedUser {
        /// The user, or the account's root, that asked for the session.
        parent_arn: &'a str,
    },
    /// An AWS service calling for itself.
    Service {
        /// `sqs.amazonaws.com`.
        name: &'a str,
        /// Where it calls from: then `sqs.eu-west-1.amazonaws.com` names it too. Empty when unknown.
        region: &'a str,
    },
    /// A bearer of a web identity token, named by its provider (ARN, or `accounts.google.com`).
    WebIdentity {
        /// As a `Federated` principal writes it.
        provider: &'a str,
    },
    /// A bearer of a SAML assertion, named by its provider's ARN.
    Saml {
        /// As a `Federated` principal writes it.
        provider: &'a str,
    },
    /// Nobody known.
    Anonymous,
}

impl<'a> Who<'a> {
    /// The root of an account; `arn` is `arn:aws:iam::…:root`.
    pub fn root(account: AccountId, arn: &'a str) -> Self {
        Self::of(WhoKind::Root, Some(account), arn, "")
    }

    /// An IAM user and its `AIDA…` id.
    pub fn user(account: AccountId, arn: &'a str, unique_id: &'a str) -> Self {
        Self::of(WhoKind::User, Some(account), arn, unique_id)
    }

    /// A role's session: its `assumed-role` ARN, the role's ARN, and the role's `AROA…` id (a `:session` after it does
    /// no harm).
    pub fn role_session(account: AccountId, arn: &'a str, role_arn: &'a str, unique_id: &'a str) -> Self {
        Self::of(WhoKind::RoleSession { role_arn }, Some(account), arn, unique_id)
    }

    /// A federated user: its `federated-user` ARN and the ARN of who asked for the session.
    pub fn federated_user(account: AccountId, arn: &'a str, parent_arn: &'a str) -> Self {
        Self::of(WhoKind::FederatedUser { parent_arn }, Some(account), arn, "")
    }

    /// A service, as `sns.amazonaws.com`, and the region it calls from (may be empty).
    pub fn service(name: &'a str, region: &'a str) -> Self {
        Self::of(WhoKind::Service { name, region }, None, "", "")
    }

    /// The bearer of a web identity token, before it has a role.
    pub fn web_identity(provider: &'a str) -> Self {
        Self::of(WhoKind::WebIdentity { provider }, None, "", "")
    }

    /// The bearer of a SAML assertion, before it has a role.
    pub fn saml(provider: &'a str) -> Self {
        Self::of(WhoKind::Saml { provider }, None, "", "")
    }

    /// A caller that gave no credentials.
    pub fn anonymous() -> Self {
        Self::of(WhoKind::Anonymous, None, "", "")
    }

    /// The same caller with its account's canonical user id.
    #[must_use]
    pub fn with_canonical_id(self, canonical_id: &'a str) -> Self {
        Self { canonical_id, ..self }
    }

    /// Whether this is a session of a service-linked role, which Organizations' policies do not bind.
    pub fn is_service_linked(&self) -> bool {
        matches!(self.kind, WhoKind::RoleSession { role_arn } if role_arn.contains(":role/aws-service-role/"))
    }

    fn of(kind: WhoKind<'a>, account: Option<AccountId>, arn: &'a str, unique_id: &'a str) -> Self {
        Self { kind, account, arn, unique_id, canonical_id: "" }
    }
}
