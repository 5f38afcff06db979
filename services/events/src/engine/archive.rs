//! Archives: events of a bus kept as they came, for as long as the archive says.

use std::time::Duration;

use names::Timestamp;
use store::{Batch, Order, Raw, Span, StoreError};

use super::home::Home;
use super::{Answer, Engine, Refusal, bus};
use crate::store::{ARCHIVED, ARCHIVES, ArchiveRecord};

/// What an archive holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Holding {
    pub(crate) events: u64,
    pub(crate) bytes: u64,
}

/// What of an archive is to be changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct ArchiveChange {
    pub(crate) description: Option<String>,
    pub(crate) pattern: Option<String>,
    pub(crate) days: Option<u32>,
    pub(crate) key: Option<String>,
}

impl Engine {
    /// Creates an archive of a bus that is there.
    pub(crate) async fn create_archive(&self, home: &Home, name: &str, record: ArchiveRecord) -> Answer<Timestamp> {
        let number = self.0.numbers.next().await?;
        let record = &ArchiveRecord { number, created: self.now(), ..record };
        let scope = &home.scope();
        self.store()
            .transact(|tx| async move {
                if ARCHIVES.get(&tx, scope, &name).await?.is_some() {
                    return Err(Refusal::Taken);
                }
                if bus::find(&tx, &home.bus(&record.bus)).await?.is_none() {
                    return Err(Refusal::Absent);
                }
                ARCHIVES.put(&tx, scope, &name, record)?;
                Ok(())
            })
            .await?;
        Ok(record.created)
    }

    /// An archive, if it is there.
    pub(crate) async fn archive(&self, home: &Home, name: &str) -> Result<Option<ArchiveRecord>, StoreError> {
        ARCHIVES.get(&self.store().read().await?, &home.scope(), &name).await
    }

    /// Changes an archive.
    pub(crate) async fn change_archive(
        &self,
        home: &Home,
        name: &str,
        change: &ArchiveChange,
    ) -> Answer<ArchiveRecord> {
        let scope = &home.scope();
        self.store()
            .transact(|tx| async move {
                let mut record = ARCHIVES.get(&tx, scope, &name).await?.ok_or(Refusal::Absent)?;
                let set = |to: &mut Option<String>, new: &Option<String>| {
                    if new.is_some() {
                        to.clone_from(new);
                    }
                };
                set(&mut record.description, &change.description);
                set(&mut record.pattern, &change.pattern);
                set(&mut record.key, &change.key);
                record.days = change.days.unwrap_or(record.days);
                ARCHIVES.put(&tx, scope, &name, &record)?;
                Ok(record)
            })
            .await
    }

    /// Deletes an archive with all its events.
    pub(crate) async fn delete_archive(&self, home: &Home, name: &str) -> Answer<()> {
        let scope = home.scope();
        let record = self.archive(home, name).await?.ok_or(Refusal::Absent)?;
        let events = ARCHIVED.range(&scope, &Span::prefix::<(u64,)>(&(record.number,)));
        self.store().delete_range(events.clone()).await?;
        let batch = Batch::new();
        ARCHIVES.delete(&batch, &scope, &name);
        self.store().write(batch).await?;
        // What came in while the others were removed.
        self.store().delete_range(events).await?;
        Ok(())
    }

    /// Archives after a name; at most `limit`.
    pub(crate) async fn archives(
        &self,
        home: &Home,
        wanted: impl Fn(&str, &ArchiveRecord) -> bool,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, ArchiveRecord)>, StoreError> {
        let all = ARCHIVES.scan_all(&self.store().read().await?, &home.scope(), &Span::all()).await?;
        let later = all.into_iter().filter(|(name, _)| after.is_none_or(|after| name.as_str() > after));
        Ok(later.filter(|(name, record)| wanted(name, record)).take(limit).collect())
    }

    /// How many events an archive holds, and how large they are.
    pub(crate) async fn holding(&self, home: &Home, record: &ArchiveRecord) -> Result<Holding, StoreError> {
        let view = self.store().read().await?;
        let (mut holding, mut span) = (Holding::default(), Span::prefix::<(u64,)>(&(record.number,)));
        loop {
            let page = ARCHIVED.scan(&view, &home.scope(), &span, Order::Ascending, PAGE).await?;
            holding.events += page.len() as u64;
            holding.bytes += page.iter().map(|(_, Raw(event))| event.len() as u64).sum::<u64>();
            match page.last() {
                Some((key, _)) if page.len() == PAGE => {
                    span = Span::prefix::<(u64,)>(&(record.number,)).after::<(u64, Timestamp, u64)>(key);
                }
                _ => return Ok(holding),
            }
        }
    }

    /// Removes events that archives need not keep any longer.
    pub(crate) async fn expire_archives(&self) -> Result<(), StoreError> {
        let archives = ARCHIVES.scan_everywhere(&self.store().read().await?).await?;
        for (scope, _, record) in archives.into_iter().filter(|(_, _, record)| record.days > 0) {
            let oldest = self.now().minus(Duration::from_secs(u64::from(record.days) * 86_400));
            let old = Span::prefix::<(u64,)>(&(record.number,)).until::<(u64, Timestamp)>(&(record.number, oldest));
            self.store().delete_range(ARCHIVED.range(&scope, &old)).await?;
        }
        Ok(())
    }
}

/// Events looked at together.
const PAGE: usize = 1_000;
