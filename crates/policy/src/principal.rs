//! The `Principal` and `NotPrincipal` elements: whom a statement speaks of, and how directly it grants to them.

use names::AccountId;

use crate::who::{Who, WhoKind};

/// How a matching `Allow` names the caller. Later ones grant more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grant {
    /// Its account, which leaves the rest to identity policies.
    Account,
    /// The role or user behind a session, which boundary and session policies still bound.
    Behind,
    /// The caller itself, or everyone.
    Itself,
}

/// A compiled element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Principals {
    pub(crate) negated: bool,
    pub(crate) entries: Vec<Entry>,
}

/// One principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    /// `"*"`.
    Everyone,
    /// `{"AWS": "*"}`, which AWS documents as the same; the bearers of foreign tokens are no principals of AWS.
    EveryAws,
    Account(AccountId),
    Arn(Box<str>),
    /// `AIDA…`, `AROA…`: what IAM stores in place of an ARN.
    Id(Box<str>),
    Service(Box<str>),
    EveryService,
    Federated(Box<str>),
    EveryFederated,
    Canonical(Box<str>),
}

impl Principals {
    /// How the element grants to this caller; none when it does not speak of it.
    pub(crate) fn grant(&self, who: &Who<'_>) -> Option<Grant> {
        if self.negated {
            return (!self.excepts(who)).then_some(Grant::Itself);
        }
        self.entries.iter().filter_map(|entry| entry.grant(who)).max()
    }

    /// Whether `NotPrincipal` spares the caller. AWS looks at the account, then at the role, then at the session
    /// ("might validate the account first"), so each of them has to be listed.
    /// Source: IAM User Guide, "IAM JSON policy elements: NotPrincipal".
    fn excepts(&self, who: &Who<'_>) -> bool {
        let listed = |wanted: &dyn Fn(&Entry) -> bool| self.entries.iter().any(wanted);
        if listed(&|entry| matches!(entry, Entry::Everyone)) {
            return true;
        }
        let Some(account) = who.account else {
            return listed(&|entry| entry.grant(who).is_some());
        };
        let whole = listed(&|entry| match entry {
            Entry::EveryAws => true,
            Entry::Account(listed) => *listed == account,
            Entry::Canonical(id) => !who.canonical_id.is_empty() && **id == *who.canonical_id,
            _ => false,
        });
        let behind = match who.kind {
            WhoKind::RoleSession { .. } => listed(&|entry| entry.grant(who) == Some(Grant::Behind)),
            _ => true,
        };
        let itself = matches!(who.kind, WhoKind::Root) || listed(&|entry| entry.grant(who) == Some(Grant::Itself));
        whole && behind && itself
    }
}

impl Entry {
    fn grant(&self, who: &Who<'_>) -> Option<Grant> {
        match self {
            Self::Everyone => Some(Grant::Itself),
            Self::EveryAws => {
                let foreign = matches!(who.kind, WhoKind::WebIdentity { .. } | WhoKind::Saml { .. });
                (!foreign).then_some(Grant::Itself)
            }
            Self::Account(account) => (who.account == Some(*account)).then(|| account_grant(who)),
            Self::Canonical(id) => {
                (!who.canonical_id.is_empty() && **id == *who.canonical_id).then(|| account_grant(who))
            }
            Self::Arn(arn) => arn_grant(arn, who),
            Self::Id(id) => id_grant(id, who),
            Self::Service(name) => service_grant(name, who),
            Self::EveryService => matches!(who.kind, WhoKind::Service { .. }).then_some(Grant::Itself),
            Self::Federated(name) => match who.kind {
                WhoKind::WebIdentity { provider } | WhoKind::Saml { provider } => {
                    (**name == *provider).then_some(Grant::Itself)
                }
                _ => None,
            },
            Self::EveryFederated => {
                matches!(who.kind, WhoKind::WebIdentity { .. } | WhoKind::Saml { .. }).then_some(Grant::Itself)
            }
        }
    }
}

fn account_grant(who: &Who<'_>) -> Grant {
    if matches!(who.kind, WhoKind::Root) { Grant::Itself } else { Grant::Account }
}

fn arn_grant(arn: &str, who: &Who<'_>) -> Option<Grant> {
    if !who.arn.is_empty() && arn == who.arn {
        return Some(Grant::Itself);
    }
    match who.kind {
        WhoKind::RoleSession { role_arn } => (arn == role_arn).then_some(Grant::Behind),
        WhoKind::FederatedUser { parent_arn } => (arn == parent_arn).then_some(Grant::Behind),
        _ => None,
    }
}

fn id_grant(id: &str, who: &Who<'_>) -> Option<Grant> {
    let own = who.unique_id.split(':').next().filter(|own| !own.is_empty())?;
    let grant = if matches!(who.kind, WhoKind::User) { Grant::Itself } else { Grant::Behind };
    (own == id).then_some(grant)
}

/// `logs.eu-west-1.amazonaws.com` names the service only where it calls from that region.
fn service_grant(wanted: &str, who: &Who<'_>) -> Option<Grant> {
    let WhoKind::Service { name, region } = who.kind else { return None };
    let regional = || {
        let (service, domain) = name.split_once('.')?;
        let rest = wanted.strip_prefix(service)?.strip_prefix('.')?.strip_prefix(region)?.strip_prefix('.')?;
        (!region.is_empty() && rest == domain).then_some(())
    };
    (wanted == name || regional().is_some()).then_some(Grant::Itself)
}
