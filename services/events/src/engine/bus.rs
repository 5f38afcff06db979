//! Buses: created, changed, deleted. The default one is there from the beginning, and cannot be deleted.

use names::Tags;
use store::{Order, Reader, Span, StoreError, Tx};

use super::home::{BusId, DEFAULT, Home};
use super::{Answer, Engine, Refusal};
use crate::store::{BUSES, BusRecord, RULES, SOURCES};

impl Engine {
    /// Creates a bus; one that a partner's event source feeds activates the source.
    pub(crate) async fn create_bus(&self, bus: &BusId, record: BusRecord) -> Answer<BusRecord> {
        let now = self.now();
        let record = BusRecord { created: now, modified: now, ..record };
        let (scope, record) = (&bus.home.scope(), &record);
        self.store()
            .transact(|tx| async move {
                if find(&tx, bus).await?.is_some() {
                    return Err(Refusal::Taken);
                }
                if let Some(source) = &record.source {
                    let mut offered = SOURCES.get(&tx, scope, source).await?.ok_or(Refusal::Absent)?;
                    if offered.state != "PENDING" || offered.expires <= now {
                        return Err(Refusal::State);
                    }
                    "ACTIVE".clone_into(&mut offered.state);
                    SOURCES.put(&tx, scope, source, &offered)?;
                }
                BUSES.put(&tx, scope, &bus.name, record)?;
                Ok(())
            })
            .await?;
        Ok(record.clone())
    }

    /// A bus, if it is there.
    pub(crate) async fn bus(&self, bus: &BusId) -> Result<Option<BusRecord>, StoreError> {
        find(&self.store().read().await?, bus).await
    }

    /// Changes a bus.
    pub(crate) async fn change_bus(
        &self,
        bus: &BusId,
        change: impl Fn(&mut BusRecord) -> Answer<()> + Send + Sync,
    ) -> Answer<BusRecord> {
        let (now, change) = (self.now(), &change);
        self.store()
            .transact(|tx| async move {
                let mut record = find(&tx, bus).await?.ok_or(Refusal::Absent)?;
                change(&mut record)?;
                record.modified = now;
                if record.created == names::Timestamp::EPOCH {
                    record.created = now;
                }
                BUSES.put(&tx, &bus.home.scope(), &bus.name, &record)?;
                Ok(record)
            })
            .await
    }

    /// Deletes a bus without rules. The event source that fed it waits again.
    pub(crate) async fn delete_bus(&self, bus: &BusId) -> Answer<()> {
        let scope = &bus.home.scope();
        self.store()
            .transact(|tx| async move {
                let record = BUSES.get(&tx, scope, &bus.name).await?.ok_or(Refusal::Absent)?;
                let rules = Span::prefix::<(String,)>(&(bus.name.as_str(),));
                if !RULES.scan(&tx, scope, &rules, Order::Ascending, 1).await?.is_empty() {
                    return Err(Refusal::InUse);
                }
                release(&tx, bus, record.source.as_deref()).await?;
                BUSES.delete(&tx, scope, &bus.name);
                Ok(())
            })
            .await
    }

    /// Buses with names that begin so, after a name; at most `limit`.
    pub(crate) async fn buses(
        &self,
        home: &Home,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, BusRecord)>, StoreError> {
        let view = self.store().read().await?;
        let mut all = BUSES.scan_all(&view, &home.scope(), &Span::all()).await?;
        if !all.iter().any(|(name, _)| name == DEFAULT) {
            all.push((DEFAULT.to_owned(), BusRecord::default()));
            all.sort_by(|one, other| one.0.cmp(&other.0));
        }
        let wanted = |(name, _): &(String, BusRecord)| {
            name.starts_with(prefix) && after.is_none_or(|after| name.as_str() > after)
        };
        Ok(all.into_iter().filter(wanted).take(limit).collect())
    }

    /// Changes the tags of a bus.
    pub(crate) async fn retag_bus(&self, bus: &BusId, change: impl Fn(&Tags) -> Tags + Send + Sync) -> Answer<()> {
        let retag = |record: &mut BusRecord| {
            record.tags = change(&record.tags);
            Ok(())
        };
        self.change_bus(bus, retag).await.map(|_| ())
    }
}

/// A bus as a transaction or a view sees it.
pub(super) async fn find(reader: &impl Reader, bus: &BusId) -> Result<Option<BusRecord>, StoreError> {
    let there = BUSES.get(reader, &bus.home.scope(), &bus.name).await?;
    Ok(there.or_else(|| (bus.name == DEFAULT).then(BusRecord::default)))
}

async fn release(tx: &Tx, bus: &BusId, source: Option<&str>) -> Result<(), StoreError> {
    let Some(source) = source else { return Ok(()) };
    let scope = bus.home.scope();
    if let Some(mut offered) = SOURCES.get(tx, &scope, &source).await?.filter(|offered| offered.state == "ACTIVE") {
        "PENDING".clone_into(&mut offered.state);
        SOURCES.put(tx, &scope, &source, &offered)?;
    }
    Ok(())
}
