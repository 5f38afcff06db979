//! Accounts that are closed: nothing can be done in them from then on, and after 90 days they are no longer shown.

use bytes::Bytes;
use names::{AccountId, Timestamp};
use store::{Scope, Span, StoreError, Tx};

use super::refusal::{Quota, Refusal};
use super::seat::Seat;
use super::{Engine, account};
use crate::limits;
use crate::store::{CLOSED, CLOSURES, Dated, MEMBERS, TALLIES, nothing};

/// The kind of the timer after which a closed account is no longer shown.
pub(crate) const TIMER: &str = "organizations.forget-account";

impl Engine {
    /// Closes a member.
    pub(crate) async fn close_account(&self, seat: &Seat, closing: AccountId) -> Result<(), Refusal> {
        let now = self.now();
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            seat.needs_all_features()?;
            if closing == seat.management {
                return Err(Refusal::ManagementCloses);
            }
            let mut record = account::found(&tx, seat, closing).await?;
            if record.closed.is_some() {
                return Err(Refusal::Closed);
            }
            within_quota(&tx, seat, now).await?;
            record.closed = Some(now);
            MEMBERS.put(&tx, &seat.scope(), &closing, &record)?;
            CLOSED.put(&tx, &Scope::Global, &closing, &Dated { at: now })?;
            CLOSURES.put(&tx, &seat.scope(), &(now, closing), &nothing())?;
            let timer = format!("{}/{closing}", seat.management);
            let at = now.plus(limits::CLOSED_SHOWN);
            Ok(self.timers.schedule(&tx, at, TIMER, &timer, Bytes::new()).await?)
        })
        .await
    }

    /// Takes a closed account out of its organization.
    pub(crate) async fn forget_account(&self, timer: &str) -> Result<(), Refusal> {
        let Some((management, closed)) = timer.split_once('/') else { return Ok(()) };
        let (Ok(management), Ok(closed)) = (management.parse::<AccountId>(), closed.parse::<AccountId>()) else {
            return Ok(());
        };
        self.change(|tx| async move {
            let Some(seat) = &Seat::of(&tx, management).await? else { return Ok(()) };
            match MEMBERS.get(&tx, &seat.scope(), &closed).await? {
                Some(record) if record.closed.is_some() => account::part(&tx, seat, closed, &record).await,
                _ => Ok(()),
            }
        })
        .await
    }
}

/// Refuses one closure too many in 30 days.
async fn within_quota(tx: &Tx, seat: &Seat, now: Timestamp) -> Result<(), Refusal> {
    let tally = TALLIES.get(tx, &seat.scope(), &0).await?.unwrap_or_default();
    let members = usize::try_from(tally.accounts).unwrap_or(usize::MAX).saturating_sub(1);
    if closures(tx, seat, now).await? >= most_closures(members) {
        return Err(Refusal::Quota(Quota::Closures));
    }
    Ok(())
}

async fn closures(tx: &Tx, seat: &Seat, now: Timestamp) -> Result<usize, StoreError> {
    let span = Span::all().from::<(Timestamp, AccountId)>(&(now.minus(limits::CLOSURE_SPAN), AccountId::DEFAULT));
    Ok(CLOSURES.scan(tx, &seat.scope(), &span, store::Order::Ascending, limits::CLOSURES_MOST).await?.len())
}

/// How many of so many members can be closed in 30 days.
fn most_closures(members: usize) -> usize {
    let part = members.saturating_mul(limits::CLOSURES_PERCENT) / 100;
    part.clamp(limits::CLOSURES_LEAST, limits::CLOSURES_MOST)
}

#[cfg(test)]
mod tests {
    use super::most_closures;

    #[test]
    fn the_higher_of_250_and_a_fifth_up_to_1000() {
        for (members, most) in [(0, 250), (1_000, 250), (2_000, 400), (5_000, 1_000), (50_000, 1_000)] {
            assert_eq!(most_closures(members), most, "{members}");
        }
    }
}
