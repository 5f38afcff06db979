//! API destinations: HTTP endpoints, each with the connection that lets in.

use store::{Span, StoreError};

use super::home::Home;
use super::{Answer, Engine, Refusal};
use crate::store::{DESTINATIONS, DestinationRecord};

impl Engine {
    /// Creates an API destination.
    pub(crate) async fn create_destination(&self, home: &Home, name: &str, record: DestinationRecord) -> Answer<()> {
        let (scope, record) = (&home.scope(), &record);
        self.store()
            .transact(|tx| async move {
                if DESTINATIONS.get(&tx, scope, &name).await?.is_some() {
                    return Err(Refusal::Taken);
                }
                DESTINATIONS.put(&tx, scope, &name, record)?;
                Ok(())
            })
            .await
    }

    /// An API destination, if it is there.
    pub(crate) async fn destination(&self, home: &Home, name: &str) -> Result<Option<DestinationRecord>, StoreError> {
        DESTINATIONS.get(&self.store().read().await?, &home.scope(), &name).await
    }

    /// The API destination that an ARN names.
    pub(crate) async fn destination_of_arn(
        &self,
        arn: &str,
    ) -> Result<Option<(Home, String, DestinationRecord)>, StoreError> {
        let Some((home, name, id)) = named(arn, "api-destination") else { return Ok(None) };
        let record = self.destination(&home, &name).await?.filter(|record| record.id == id);
        Ok(record.map(|record| (home, name, record)))
    }

    /// Changes an API destination.
    pub(crate) async fn change_destination(
        &self,
        home: &Home,
        name: &str,
        change: impl Fn(&mut DestinationRecord) + Send + Sync,
    ) -> Answer<DestinationRecord> {
        let (scope, now, change) = (&home.scope(), self.now(), &change);
        self.store()
            .transact(|tx| async move {
                let mut record = DESTINATIONS.get(&tx, scope, &name).await?.ok_or(Refusal::Absent)?;
                change(&mut record);
                record.modified = now;
                DESTINATIONS.put(&tx, scope, &name, &record)?;
                Ok(record)
            })
            .await
    }

    /// Deletes an API destination.
    pub(crate) async fn delete_destination(&self, home: &Home, name: &str) -> Answer<()> {
        let scope = &home.scope();
        self.store()
            .transact(|tx| async move {
                DESTINATIONS.get(&tx, scope, &name).await?.ok_or(Refusal::Absent)?;
                DESTINATIONS.delete(&tx, scope, &name);
                Ok(())
            })
            .await
    }

    /// API destinations after a name; at most `limit`.
    pub(crate) async fn destinations(
        &self,
        home: &Home,
        wanted: impl Fn(&str, &DestinationRecord) -> bool,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, DestinationRecord)>, StoreError> {
        let all = DESTINATIONS.scan_all(&self.store().read().await?, &home.scope(), &Span::all()).await?;
        let later = all.into_iter().filter(|(name, _)| after.is_none_or(|after| name.as_str() > after));
        Ok(later.filter(|(name, record)| wanted(name, record)).take(limit).collect())
    }
}

/// The name and id in an ARN like `…:connection/name/id`.
pub(crate) fn named(arn: &str, kind: &str) -> Option<(Home, String, String)> {
    let (home, resource) = Home::of_arn(arn)?;
    let (name, id) = resource.strip_prefix(kind)?.strip_prefix('/')?.split_once('/')?;
    Some((home, name.to_owned(), id.to_owned()))
}
