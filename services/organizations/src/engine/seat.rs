//! Where a caller sits: in which organization, at its head or not.

use names::AccountId;
use store::{Reader, Scope, StoreError};

use super::id::Arns;
use super::kind::Kind;
use super::refusal::Refusal;
use crate::store::{ORGANIZATIONS, OrganizationRecord, SEATS, scope};

/// An account in its organization.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    /// Who.
    pub account: AccountId,
    /// The organization's management account.
    pub management: AccountId,
    /// The organization.
    pub organization: OrganizationRecord,
}

impl Seat {
    /// The account's seat; none when it is in no organization.
    pub(crate) async fn of(reader: &impl Reader, account: AccountId) -> Result<Option<Self>, StoreError> {
        let Some(seat) = SEATS.get(reader, &Scope::Global, &account).await? else { return Ok(None) };
        let organization = ORGANIZATIONS.get(reader, &Scope::Global, &seat.management).await?;
        Ok(organization.map(|organization| Self { account, management: seat.management, organization }))
    }

    /// The account's seat, as it is in a transaction.
    pub(crate) async fn again(&self, reader: &impl Reader) -> Result<Self, Refusal> {
        Self::of(reader, self.account).await?.ok_or(Refusal::NotInUse)
    }

    /// Whether it is the management account's.
    pub(crate) fn manages(&self) -> bool {
        self.account == self.management
    }

    /// Where the organization's records lie.
    pub(crate) fn scope(&self) -> Scope {
        scope(self.management)
    }

    /// The organization's ARNs.
    pub(crate) fn arns(&self) -> Arns<'_> {
        Arns { management: self.management, organization: &self.organization.id }
    }

    /// Whether a type of policies is enabled in the root.
    pub(crate) fn enabled(&self, kind: Kind) -> bool {
        self.organization.all_features && self.organization.enabled.contains(&kind)
    }

    /// Refuses what needs all features.
    pub(crate) fn needs_all_features(&self) -> Result<(), Refusal> {
        if self.organization.all_features { Ok(()) } else { Err(Refusal::BillingOnly) }
    }
}
