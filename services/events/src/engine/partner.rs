//! Event sources of partners: offered to an account, taken by creating a bus of the same name, fed from then on.

use bytes::Bytes;
use names::{AccountId, Timestamp};
use store::{Raw, Span, StoreError};

use super::home::Home;
use super::{Answer, Engine, Refusal};
use crate::limits;
use crate::store::{OFFERS, SOURCES, SourceRecord};

impl Engine {
    /// Offers an event source to an account.
    pub(crate) async fn offer(&self, partner: &Home, name: &str, account: AccountId) -> Answer<()> {
        let now = self.now();
        let expires = now.plus(limits::SOURCE_EXPIRY);
        let record = &SourceRecord { partner: partner.account, state: "PENDING".to_owned(), created: now, expires };
        let (own, theirs) = (&partner.scope(), &Home { account, region: partner.region.clone() }.scope());
        let account = &account.to_string();
        self.store()
            .transact(|tx| async move {
                if OFFERS.get(&tx, own, &(name, account.as_str())).await?.is_some() {
                    return Err(Refusal::Taken);
                }
                OFFERS.put(&tx, own, &(name, account.as_str()), &Raw(Bytes::new()))?;
                SOURCES.put(&tx, theirs, &name, record)?;
                Ok(())
            })
            .await
    }

    /// Takes an offer back; what was taken up stays with its account, deleted.
    pub(crate) async fn withdraw(&self, partner: &Home, name: &str, account: AccountId) -> Answer<()> {
        let (own, theirs) = (&partner.scope(), &Home { account, region: partner.region.clone() }.scope());
        let account = &account.to_string();
        self.store()
            .transact(|tx| async move {
                OFFERS.delete(&tx, own, &(name, account.as_str()));
                match SOURCES.get(&tx, theirs, &name).await? {
                    Some(mut record) if record.state == "ACTIVE" => {
                        "DELETED".clone_into(&mut record.state);
                        SOURCES.put(&tx, theirs, &name, &record)?;
                    }
                    _ => SOURCES.delete(&tx, theirs, &name),
                }
                Ok(())
            })
            .await
    }

    /// An event source as the account sees it that it is offered to.
    pub(crate) async fn source(&self, home: &Home, name: &str) -> Result<Option<SourceRecord>, StoreError> {
        let there = SOURCES.get(&self.store().read().await?, &home.scope(), &name).await?;
        Ok(there.filter(|source| source.holds(self.now())))
    }

    /// Event sources after a name; at most `limit`.
    pub(crate) async fn sources(
        &self,
        home: &Home,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, SourceRecord)>, StoreError> {
        let (all, now) =
            (SOURCES.scan_all(&self.store().read().await?, &home.scope(), &Span::all()).await?, self.now());
        let later = all.into_iter().filter(|(name, _)| after.is_none_or(|after| name.as_str() > after));
        let wanted = later.filter(|(name, source)| name.starts_with(prefix) && source.holds(now));
        Ok(wanted.take(limit).collect())
    }

    /// Switches an event source on or off.
    pub(crate) async fn switch_source(&self, home: &Home, name: &str, on: bool) -> Answer<()> {
        let (scope, now) = (&home.scope(), self.now());
        let (from, to) = if on { ("PENDING", "ACTIVE") } else { ("ACTIVE", "PENDING") };
        self.store()
            .transact(|tx| async move {
                let source = SOURCES.get(&tx, scope, &name).await?.filter(|source| source.holds(now));
                let mut source = source.ok_or(Refusal::Absent)?;
                if source.state != from {
                    return Err(Refusal::State);
                }
                to.clone_into(&mut source.state);
                SOURCES.put(&tx, scope, &name, &source)?;
                Ok(())
            })
            .await
    }

    /// What a partner offers: names with accounts.
    pub(crate) async fn offers(&self, partner: &Home) -> Result<Vec<(String, AccountId)>, StoreError> {
        let all = OFFERS.scan_all(&self.store().read().await?, &partner.scope(), &Span::all()).await?;
        Ok(all.into_iter().filter_map(|((name, account), _)| Some((name, account.parse().ok()?))).collect())
    }
}

impl SourceRecord {
    /// Whether the offer still stands, or was taken.
    fn holds(&self, now: Timestamp) -> bool {
        self.state != "PENDING" || self.expires > now
    }
}
