//! Discoverers: who learns from the events of which bus. Each stands behind a rule of the bus that it keeps; a record says
//! whether the rule is as it should be, so that a crash between the two is made good.

use names::Tags;
use store::{Scope, Span, StoreError};

use super::home::{DiscovererId, Home};
use super::{Answer, Engine, Refusal, registry};
use crate::store::{DISCOVERERS, DiscovererRecord};

impl Engine {
    /// Creates a discoverer, and with the first one the registry of what is discovered.
    pub(crate) async fn create_discoverer(&self, id: &DiscovererId, record: &DiscovererRecord) -> Answer<()> {
        let scope = &id.home.scope();
        self.store()
            .transact(|tx| async move {
                if DISCOVERERS.get(&tx, scope, &id.id).await?.is_some() {
                    return Err(Refusal::Taken);
                }
                registry::ensure_discovered(&tx, &id.home).await?;
                Ok(DISCOVERERS.put(&tx, scope, &id.id, record)?)
            })
            .await
    }

    /// A discoverer.
    pub(crate) async fn discoverer(&self, id: &DiscovererId) -> Answer<DiscovererRecord> {
        let found = DISCOVERERS.get(&self.store().read().await?, &id.home.scope(), &id.id).await?;
        found.filter(|record| !record.gone).ok_or(Refusal::NoDiscoverer)
    }

    /// Discoverers with ids and buses that begin so, after an id; at most `limit`.
    pub(crate) async fn discoverers(
        &self,
        home: &Home,
        (prefix, bus): (&str, &str),
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, DiscovererRecord)>, StoreError> {
        let all = DISCOVERERS.scan_all(&self.store().read().await?, &home.scope(), &Span::all()).await?;
        let wanted = |(id, record): &(String, DiscovererRecord)| {
            let later = after.is_none_or(|after| id.as_str() > after);
            later && !record.gone && id.starts_with(prefix) && record.bus.starts_with(bus)
        };
        Ok(all.into_iter().filter(wanted).take(limit).collect())
    }

    /// Changes a discoverer. Its rule is then to be brought into line.
    pub(crate) async fn change_discoverer(
        &self,
        id: &DiscovererId,
        change: impl Fn(&mut DiscovererRecord) + Send + Sync,
    ) -> Answer<DiscovererRecord> {
        let change = |record: &mut DiscovererRecord| {
            change(record);
            record.settled = false;
        };
        self.edit_discoverer(id, change).await
    }

    /// Changes the tags of a discoverer.
    pub(crate) async fn retag_discoverer(
        &self,
        id: &DiscovererId,
        change: impl Fn(&Tags) -> Tags + Send + Sync,
    ) -> Answer<()> {
        self.edit_discoverer(id, |record| record.tags = change(&record.tags)).await.map(drop)
    }

    async fn edit_discoverer(
        &self,
        id: &DiscovererId,
        change: impl Fn(&mut DiscovererRecord) + Send + Sync,
    ) -> Answer<DiscovererRecord> {
        let (scope, change) = (&id.home.scope(), &change);
        self.store()
            .transact(|tx| async move {
                let found = DISCOVERERS.get(&tx, scope, &id.id).await?;
                let mut record = found.filter(|record| !record.gone).ok_or(Refusal::NoDiscoverer)?;
                change(&mut record);
                DISCOVERERS.put(&tx, scope, &id.id, &record)?;
                Ok(record)
            })
            .await
    }

    /// Takes note that the rule is as `record` says, unless the record changed since; one that goes away is then gone.
    pub(crate) async fn settled(&self, id: &DiscovererId, record: &DiscovererRecord) -> Result<(), StoreError> {
        let scope = &id.home.scope();
        self.store()
            .transact(|tx| async move {
                let there = DISCOVERERS.get(&tx, scope, &id.id).await?;
                if there.as_ref() == Some(record) {
                    match record.gone {
                        true => DISCOVERERS.delete(&tx, scope, &id.id),
                        false => DISCOVERERS.put(
                            &tx,
                            scope,
                            &id.id,
                            &DiscovererRecord { settled: true, ..record.clone() },
                        )?,
                    }
                }
                Ok(())
            })
            .await
    }

    /// Forgets a discoverer that could not be set up.
    pub(crate) async fn drop_discoverer(&self, id: &DiscovererId) -> Result<(), StoreError> {
        let scope = &id.home.scope();
        self.store()
            .transact(|tx| async move {
                DISCOVERERS.delete(&tx, scope, &id.id);
                Ok(())
            })
            .await
    }

    /// All discoverers whose rules may not be as they should.
    pub(crate) async fn unsettled_discoverers(&self) -> Result<Vec<(DiscovererId, DiscovererRecord)>, StoreError> {
        let all = DISCOVERERS.scan_everywhere(&self.store().read().await?).await?;
        let unsettled = all.into_iter().filter(|(_, _, record)| !record.settled);
        let at_home = unsettled.filter_map(|(scope, id, record)| match scope {
            Scope::Regional(account, region) => Some((Home { account, region }.discoverer(id), record)),
            _ => None,
        });
        Ok(at_home.collect())
    }
}
