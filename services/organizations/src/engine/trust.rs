//! Trusted access: services that may see and use the organization. Delegated administrators: members that run such a
//! service for all.

use names::{AccountId, Timestamp};
use store::{Order, Reader, Span, StoreError};

use super::account::{Member, found};
use super::refusal::{Refusal, Thing};
use super::seat::Seat;
use super::{Engine, kind::Kind};
use crate::store::{DELEGATE_SERVICES, DELEGATES, Dated, TRUSTED, nothing};

/// A member that administers services, since when.
#[derive(Debug, Clone)]
pub(crate) struct Delegate {
    /// The member.
    pub member: Member,
    /// Since when it administers any of them.
    pub since: Timestamp,
}

impl Engine {
    /// Gives a service trusted access; once is enough.
    pub(crate) async fn trust(&self, seat: &Seat, service: &str) -> Result<(), Refusal> {
        let now = self.now();
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            seat.needs_all_features()?;
            if TRUSTED.get(&tx, &seat.scope(), &service).await?.is_none() {
                TRUSTED.put(&tx, &seat.scope(), &service, &Dated { at: now })?;
            }
            Ok(())
        })
        .await
    }

    /// Takes trusted access from a service, and with it what was delegated.
    pub(crate) async fn distrust(&self, seat: &Seat, service: &str) -> Result<(), Refusal> {
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            seat.needs_all_features()?;
            if kind_of(service).is_some_and(|kind| seat.enabled(kind)) {
                return Err(Refusal::KindNeedsService);
            }
            TRUSTED.delete(&tx, &seat.scope(), &service);
            let span = Span::prefix::<String>(&service);
            for (key, _) in DELEGATE_SERVICES.scan_all(&tx, &seat.scope(), &span).await? {
                DELEGATES.delete(&tx, &seat.scope(), &(key.1, service));
                DELEGATE_SERVICES.delete(&tx, &seat.scope(), &key);
            }
            Ok(())
        })
        .await
    }

    /// Services with trusted access after one of them, at most so many.
    pub(crate) async fn trusted(
        &self,
        seat: &Seat,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Dated)>, Refusal> {
        seat.needs_all_features()?;
        let span = after.map_or_else(Span::all, |after| Span::all().after(&after));
        Ok(TRUSTED.scan(&self.view().await?, &seat.scope(), &span, Order::Ascending, limit).await?)
    }

    /// Lets a member administer a service.
    pub(crate) async fn delegate(&self, seat: &Seat, account: AccountId, service: &str) -> Result<(), Refusal> {
        let now = self.now();
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            seat.needs_all_features()?;
            if account == seat.management {
                return Err(Refusal::ManagementDelegates);
            }
            if found(&tx, seat, account).await?.closed.is_some() {
                return Err(Refusal::ClosedDelegates);
            }
            if TRUSTED.get(&tx, &seat.scope(), &service).await?.is_none() {
                return Err(Refusal::NotTrusted);
            }
            if DELEGATES.get(&tx, &seat.scope(), &(account, service)).await?.is_some() {
                return Err(Refusal::AlreadyAdministers);
            }
            DELEGATES.put(&tx, &seat.scope(), &(account, service), &Dated { at: now })?;
            Ok(DELEGATE_SERVICES.put(&tx, &seat.scope(), &(service, account), &nothing())?)
        })
        .await
    }

    /// Takes the administration of a service from a member.
    pub(crate) async fn undelegate(&self, seat: &Seat, account: AccountId, service: &str) -> Result<(), Refusal> {
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            seat.needs_all_features()?;
            if account == seat.management {
                return Err(Refusal::ManagementDelegates);
            }
            found(&tx, seat, account).await?;
            if DELEGATES.get(&tx, &seat.scope(), &(account, service)).await?.is_none() {
                return Err(Refusal::DoesNotAdminister);
            }
            DELEGATES.delete(&tx, &seat.scope(), &(account, service));
            DELEGATE_SERVICES.delete(&tx, &seat.scope(), &(service, account));
            Ok(())
        })
        .await
    }

    /// Delegated administrators, of one service or of any, after one of them, at most so many.
    pub(crate) async fn delegates(
        &self,
        seat: &Seat,
        service: Option<&str>,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<Delegate>, Refusal> {
        seat.needs_all_features()?;
        let view = self.view().await?;
        let span = after.map_or_else(Span::all, |after| Span::all().after::<AccountId>(&after));
        let rows = DELEGATES.scan_all(&view, &seat.scope(), &span).await?;
        let mut since: Vec<(AccountId, Timestamp)> = Vec::new();
        for ((account, of), dated) in rows {
            if service.is_some_and(|service| service != of) {
                continue;
            }
            match since.last_mut() {
                Some((last, at)) if *last == account => *at = dated.at.min(*at),
                _ => since.push((account, dated.at)),
            }
        }
        let mut delegates = Vec::new();
        for (account, since) in since.into_iter().take(limit) {
            let member = Member::of(&view, seat, account).await?;
            delegates.extend(member.map(|member| Delegate { member, since }));
        }
        Ok(delegates)
    }

    /// Services that a member administers after one of them, at most so many.
    pub(crate) async fn delegated_services(
        &self,
        seat: &Seat,
        account: AccountId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Dated)>, Refusal> {
        seat.needs_all_features()?;
        let view = self.view().await?;
        if Member::of(&view, seat, account).await?.is_none() {
            return Err(Refusal::No(Thing::Account));
        }
        if !administers(&view, seat, account).await? {
            return Err(Refusal::DoesNotAdminister);
        }
        let span = Span::prefix::<AccountId>(&account);
        let span = match after {
            Some(after) => span.after::<(AccountId, String)>(&(account, after)),
            None => span,
        };
        let rows = DELEGATES.scan(&view, &seat.scope(), &span, Order::Ascending, limit).await?;
        Ok(rows.into_iter().map(|((_, service), dated)| (service, dated)).collect())
    }
}

/// Whether a member administers any service.
pub(crate) async fn administers(reader: &impl Reader, seat: &Seat, account: AccountId) -> Result<bool, StoreError> {
    let span = Span::prefix::<AccountId>(&account);
    Ok(!DELEGATES.scan(reader, &seat.scope(), &span, Order::Ascending, 1).await?.is_empty())
}

/// Whether a service principal is one of AWS's. Services that have trusted access today are among them; AWS refuses others
/// of them too, by a list that it does not publish whole.
pub(crate) fn is_service(principal: &str) -> bool {
    static PRINCIPALS: &str = include_str!("principals.txt");
    PRINCIPALS.lines().any(|known| known == principal)
}

/// The policy type that a service needs trusted access for.
fn kind_of(service: &str) -> Option<Kind> {
    Some(match service {
        "securityhub.amazonaws.com" => Kind::SecurityHub,
        "inspector2.amazonaws.com" => Kind::Inspector,
        _ => return None,
    })
}
