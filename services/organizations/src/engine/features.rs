//! How an organization with consolidated billing alone gets all features: every invited member agrees, then the management
//! account accepts the request that it made. Source: User Guide, "Enabling all features in your organization".

use names::Timestamp;
use store::{Scope, Span, StoreError, Tx};

use super::handshake::{children, draft, invited};
use super::refusal::Refusal;
use super::seat::Seat;
use super::tally::{Counted, one_less};
use super::{Engine, id};
use crate::store::{Action, Ending, HANDSHAKES, HandshakeRecord, Party, SENT};

impl Engine {
    /// Asks every invited member for its agreement. Invitations that are out are taken back.
    pub(crate) async fn enable_all_features(&self, seat: &Seat) -> Result<(String, HandshakeRecord), Refusal> {
        let parent = id::fresh(self.random(), "h-", 32);
        let now = self.now();
        let key = &parent;
        let record = self
            .change(|tx| async move {
                let seat = &seat.again(&tx).await?;
                if seat.organization.all_features {
                    return Err(Refusal::HasAllFeatures);
                }
                if self.migration(&tx, seat, now).await?.is_some() {
                    return Err(Refusal::MigratingAlready);
                }
                self.take_back_invitations(&tx, seat, now).await?;
                let mut record = draft(&tx, seat, Action::EnableAllFeatures, Party::Organization, now).await?;
                let asked = invited(&tx, seat).await?;
                for account in &asked {
                    let mut child = draft(&tx, seat, Action::ApproveAllFeatures, Party::Account(*account), now).await?;
                    child.ready = true;
                    child.parent = Some(key.clone());
                    self.send(&tx, &id::fresh(self.random(), "h-", 32), &child).await?;
                }
                record.ready = asked.is_empty();
                self.send(&tx, key, &record).await?;
                Ok(record)
            })
            .await?;
        Ok((parent, record))
    }

    /// The request to enable all features that is under way.
    pub(super) async fn migration(&self, tx: &Tx, seat: &Seat, now: Timestamp) -> Result<Option<String>, StoreError> {
        for (id, _) in SENT.scan_all(tx, &seat.scope(), &Span::all()).await? {
            let record = HANDSHAKES.get(tx, &Scope::Global, &id).await?;
            if record.is_some_and(|record| record.action == Action::EnableAllFeatures && record.is_live(now)) {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// One more agreed: the request can be accepted once all have.
    pub(super) async fn approved(&self, tx: &Tx, parent: &str, now: Timestamp) -> Result<(), Refusal> {
        let Some(mut record) = HANDSHAKES.get(tx, &Scope::Global, &parent).await? else { return Ok(()) };
        let children = children(tx, record.management, parent).await?;
        let agreed = |child: &HandshakeRecord| matches!(child.ended, Some((Ending::Accepted, _)));
        if record.is_live(now) && children.iter().all(|(_, child)| agreed(child)) {
            record.ready = true;
            HANDSHAKES.put(tx, &Scope::Global, &parent, &record)?;
        }
        Ok(())
    }

    /// Takes back what belongs to a request that was taken back.
    pub(super) async fn end_children(
        &self,
        tx: &Tx,
        record: &HandshakeRecord,
        parent: &str,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        for (id, mut child) in children(tx, record.management, parent).await? {
            if child.is_live(now) {
                self.end(tx, &id, &mut child, Ending::Canceled, now).await?;
            }
        }
        Ok(())
    }

    async fn take_back_invitations(&self, tx: &Tx, seat: &Seat, now: Timestamp) -> Result<(), Refusal> {
        for (id, _) in SENT.scan_all(tx, &seat.scope(), &Span::all()).await? {
            let Some(mut record) = HANDSHAKES.get(tx, &Scope::Global, &id).await? else { continue };
            if record.action == Action::Invite && record.is_live(now) {
                self.end(tx, &id, &mut record, Ending::Canceled, now).await?;
                one_less(tx, seat, Counted::Account).await?;
            }
        }
        Ok(())
    }
}
