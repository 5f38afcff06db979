//! An organization: made by its management account, deleted when it is empty.

use bytes::Bytes;
use names::AccountId;
use store::{Scope, Span, StoreError, Tx};

use super::refusal::Refusal;
use super::seat::Seat;
use super::{Engine, account, id, transfer};
use crate::store::{
    ATTACHED, CHILD_ACCOUNTS, CHILD_UNITS, CLOSURES, CREATIONS, DELEGATE_SERVICES, DELEGATES, DELEGATION, MEMBERS,
    ORGANIZATIONS, OrganizationRecord, POLICIES, POLICY_KINDS, POLICY_NAMES, SEATS, TAGS, TALLIES, TARGETS, TRUSTED,
    UNIT_NAMES, UNITS,
};

/// The kind of the timer that makes the service-linked role of an account.
pub(crate) const LINKED_ROLE_TIMER: &str = "organizations.linked-role";

impl Engine {
    /// Makes an organization with `management` at its head.
    pub(crate) async fn create_organization(&self, management: AccountId, all_features: bool) -> Result<Seat, Refusal> {
        let now = self.now();
        let organization = OrganizationRecord {
            id: id::fresh(self.random(), "o-", 10),
            root: id::fresh(self.random(), "r-", 4),
            all_features,
            created: now,
            enabled: Vec::new(),
        };
        let seat = Seat { account: management, management, organization };
        let made = &seat;
        self.change(|tx| async move {
            if Seat::of(&tx, management).await?.is_some() {
                return Err(Refusal::AlreadyIn);
            }
            ORGANIZATIONS.put(&tx, &Scope::Global, &management, &made.organization)?;
            account::reserve(&tx, made).await?;
            account::join(&tx, made, management, false, now, &names::Tags::new()).await?;
            Ok(self.link_role(&tx, management).await?)
        })
        .await?;
        Ok(seat)
    }

    /// Deletes an organization in which its management account is alone.
    pub(crate) async fn delete_organization(&self, seat: &Seat) -> Result<(), Refusal> {
        let now = self.now();
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            let members = MEMBERS.scan(&tx, &seat.scope(), &Span::all(), store::Order::Ascending, 2).await?;
            let making = CREATIONS.scan_all(&tx, &seat.scope(), &Span::all()).await?;
            if members.len() > 1 || making.iter().any(|(_, record)| record.ended.is_none()) {
                return Err(Refusal::NotEmpty);
            }
            if transfer::any_active(&tx, seat, now).await? {
                return Err(Refusal::TransferActive);
            }
            self.end_all_handshakes(&tx, seat, now).await?;
            SEATS.delete(&tx, &Scope::Global, &seat.management);
            ORGANIZATIONS.delete(&tx, &Scope::Global, &seat.management);
            clear(&tx, seat).await
        })
        .await
    }

    /// Lets an account have its service-linked role, soon.
    pub(super) async fn link_role(&self, tx: &Tx, account: AccountId) -> Result<(), StoreError> {
        self.timers.schedule(tx, self.now(), LINKED_ROLE_TIMER, &account.to_string(), Bytes::new()).await
    }

    /// Whether an account is still in an organization: its linked role is wanted.
    pub(crate) async fn wants_linked_role(&self, account: AccountId) -> Result<bool, StoreError> {
        Ok(Seat::of(&self.view().await?, account).await?.is_some())
    }
}

/// Everything that lies in the organization's scope. Handshakes stay: they are shown for a while.
async fn clear(tx: &Tx, seat: &Seat) -> Result<(), Refusal> {
    let scope = &seat.scope();
    macro_rules! clear {
        ($($table:ident),* $(,)?) => {$(
            for (key, _) in $table.scan_all(tx, scope, &Span::all()).await? {
                $table.delete(tx, scope, &key);
            }
        )*};
    }
    clear!(
        ATTACHED,
        CHILD_ACCOUNTS,
        CHILD_UNITS,
        CLOSURES,
        CREATIONS,
        DELEGATES,
        DELEGATE_SERVICES,
        DELEGATION,
        MEMBERS,
        POLICIES,
        POLICY_KINDS,
        POLICY_NAMES,
        TAGS,
        TALLIES,
        TARGETS,
        TRUSTED,
        UNITS,
        UNIT_NAMES,
    );
    Ok(())
}
