//! Counts of what has a quota, kept with what they count.

use store::Tx;

use super::kind::Kind;
use super::refusal::{Quota, Refusal};
use super::seat::Seat;
use crate::limits;
use crate::store::{TALLIES, Tally};

/// What one more or one less of is noted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Counted {
    Account,
    Unit,
    Policy(Kind),
}

impl Counted {
    fn limit(self) -> (u32, Quota) {
        match self {
            Self::Account => (limits::ACCOUNTS, Quota::Accounts),
            Self::Unit => (limits::UNITS, Quota::Units),
            Self::Policy(kind) => (limits::policies(kind), Quota::Policies),
        }
    }
}

impl Tally {
    fn of(&mut self, counted: Counted) -> &mut u32 {
        match counted {
            Counted::Account => &mut self.accounts,
            Counted::Unit => &mut self.units,
            Counted::Policy(kind) => {
                let at = self.policies.iter().position(|(of, _)| *of == kind).unwrap_or_else(|| {
                    self.policies.push((kind, 0));
                    self.policies.len() - 1
                });
                &mut self.policies[at].1
            }
        }
    }
}

/// One more, within its quota.
pub(super) async fn one_more(tx: &Tx, seat: &Seat, counted: Counted) -> Result<(), Refusal> {
    let mut tally = TALLIES.get(tx, &seat.scope(), &0).await?.unwrap_or_default();
    let (limit, quota) = counted.limit();
    let count = tally.of(counted);
    if *count >= limit {
        return Err(Refusal::Quota(quota));
    }
    *count += 1;
    Ok(TALLIES.put(tx, &seat.scope(), &0, &tally)?)
}

/// One less.
pub(super) async fn one_less(tx: &Tx, seat: &Seat, counted: Counted) -> Result<(), Refusal> {
    let mut tally = TALLIES.get(tx, &seat.scope(), &0).await?.unwrap_or_default();
    let count = tally.of(counted);
    *count = count.saturating_sub(1);
    Ok(TALLIES.put(tx, &seat.scope(), &0, &tally)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_counted_apart() {
        let mut tally = Tally::default();
        *tally.of(Counted::Policy(Kind::Tag)) += 1;
        *tally.of(Counted::Policy(Kind::Backup)) += 2;
        *tally.of(Counted::Policy(Kind::Tag)) += 1;
        assert_eq!(tally.policies, [(Kind::Tag, 2), (Kind::Backup, 2)]);
        assert_eq!(tally.accounts, 0);
    }
}
